"""Patterns on the practice sky with planted burns: what is said to be kept was burnt, what is left to nature was not."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.detect.burns import Untold
from hoshimori.detect.habit import Pattern
from hoshimori.detect.pattern import describe
from hoshimori.exercise.burning import BurningSky, PlantedBurn, burning_sky


@pytest.fixture(scope="module")
def sky() -> BurningSky:
    """A seed of its own: no threshold was set on it."""
    return burning_sky(seed=555, days=80)


@pytest.fixture(scope="module")
def patterns(sky: BurningSky) -> dict[int, Pattern]:
    numbers = np.unique(sky.sets.norad_id).tolist()
    found = [describe(sky.sets.take(sky.sets.norad_id == n)) for n in numbers]
    return {p.norad_id: p for p in found if not isinstance(p, Untold)}


def planted(sky: BurningSky, number: int, kind: str = "") -> list[PlantedBurn]:
    return [b for b in sky.truth.planted if b.norad_id == number and kind in ("", b.kind)]


def test_regimes_are_those_of_the_script(sky: BurningSky, patterns: dict[int, Pattern]) -> None:
    assert len(patterns) > 60
    assert {n: p.regime for n, p in patterns.items()} == {n: sky.truth.regimes[n] for n in patterns}


def test_kept_means_burnt_and_left_to_nature_means_not(sky: BurningSky, patterns: dict[int, Pattern]) -> None:
    how = {n: p.modes.get("EW") or p.modes["altitude"] for n, p in patterns.items()}
    assert sum(mode == "CK" for mode in how.values()) > 15
    assert sum(mode == "NK" for mode in how.values()) > 5
    assert [n for n, mode in how.items() if mode == "CK" and not planted(sky, n)] == []
    assert [n for n, mode in how.items() if mode == "NK" and planted(sky, n)] == []


def test_the_rhythm_in_geo_is_the_planted_one(sky: BurningSky, patterns: dict[int, Pattern]) -> None:
    """Within a quarter: the script throws its intervals by chance, and 80 days hold three to six of them."""
    ratios = []
    for n, p in patterns.items():
        days = sorted((b.t_utc - sky.truth.start_utc) / np.timedelta64(1, "D") for b in planted(sky, n, "station-keeping"))
        if p.regime == "GEO" and p.cycle_days and len(days) > 2:
            ratios.append(p.cycle_days / float(np.median(np.diff(days))))
    assert len(ratios) >= 4
    assert np.median(ratios) == pytest.approx(1.0, abs=0.05)
    assert ratios == pytest.approx([1.0] * len(ratios), abs=0.25)
