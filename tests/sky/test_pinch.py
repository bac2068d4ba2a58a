"""Practice clouds three days old, flown by another path than the one that winds them back."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.exercise.clouds import cloud
from hoshimori.sky.pinch import pinch
from hoshimori.tracking.satellites import satellites_of

DAY = np.timedelta64(1, "D")


@pytest.mark.parametrize(("seed", "cause"), [(1, "explosion"), (2, "deliberate"), (3, "collision")])
def test_three_days_after(seed: int, cause: str) -> None:
    """Wanted: two minutes and twenty kilometres. An exact answer is not to be had: sets are fits, with errors of half a km."""
    made = cloud(seed=seed, cause=cause, n=60, age_days=3.0)  # type: ignore[arg-type]
    sets = made.sets
    found = pinch(satellites_of(sets), sets.ndot_rev_day2, made.truth.t_utc - DAY, sets.epoch_utc.min())
    assert found is not None
    assert abs((found.t_utc - made.truth.t_utc) / np.timedelta64(1, "s")) < 5.0
    assert np.linalg.norm(found.r_km - made.truth.r_teme_km) < 15.0
    assert found.rivals > 50.0


def test_unrelated_objects_do_not_meet() -> None:
    """Pieces of many clouds, one of each: no moment brings them near each other."""
    many = [cloud(seed=k, cause="explosion", n=5, age_days=3.0, t_utc=np.datetime64("2025-03-01", "us")) for k in range(8)]
    from hoshimori.facts import ElementSets

    sets = ElementSets.concat([c.sets.take(slice(0, 1)) for c in many])
    assert pinch(satellites_of(sets), sets.ndot_rev_day2, np.datetime64("2025-03-01", "us") - DAY, sets.epoch_utc.min()) is None


def test_a_stranger_among_the_pieces_pulls_nothing() -> None:
    from hoshimori.facts import ElementSets

    made = cloud(seed=4, cause="explosion", n=40, age_days=3.0, t_utc=np.datetime64("2025-03-01", "us"))
    others = cloud(seed=5, cause="explosion", n=4, age_days=3.0, t_utc=np.datetime64("2025-03-01", "us")).sets
    first = made.truth.t_utc - DAY
    alone = pinch(satellites_of(made.sets), made.sets.ndot_rev_day2, first, made.sets.epoch_utc.min())
    both = ElementSets.concat([made.sets, others])
    mixed = pinch(satellites_of(both), both.ndot_rev_day2, first, made.sets.epoch_utc.min())
    assert alone is not None
    assert mixed is not None
    assert abs((alone.t_utc - mixed.t_utc) / np.timedelta64(1, "s")) < 1.0
