"""Our detector before the judge says what `find` says, and a year without a teacher is weighed by its neighbour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.manoeuvres import ours
from bench.manoeuvres.matching import Found, found
from bench.manoeuvres.truth import SATELLITES, element_sets
from hoshimori.detect.burns import Burn
from hoshimori.detect.manoeuvre import Settings, find
from hoshimori.detect.weighing import GROUPS, shipped
from hoshimori.facts import ElementSets


def burns_found(burns: tuple[Burn, ...]) -> Found:
    return found(
        np.array([b.t_utc for b in burns], "datetime64[us]"),
        [b.probability for b in burns],
        [b.sigma_s for b in burns],
        [b.dv_rtn_m_s for b in burns],
        np.array([b.known_utc for b in burns], "datetime64[us]"),
    )


def same(one: Found, other: Found) -> None:
    assert len(one) == len(other) > 0
    assert (np.abs(one.t_utc - other.t_utc) <= np.timedelta64(1, "us")).all()
    assert (one.known_utc == other.known_utc).all()
    for name in ("probability", "score", "sigma_s", "dv_rtn_m_s"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)


@pytest.fixture(scope="module", params=["Sentinel-6A", "Fengyun-2H"])
def sets(request: pytest.FixtureRequest, data: Path) -> ElementSets:
    """The two shortest records, one near the Earth and one synchronous."""
    return element_sets(next(s for s in SATELLITES if s.name == request.param), data)


@pytest.mark.data
@pytest.mark.parametrize("settings", [ours.TOLD, ours.CANDIDATES])
def test_the_judge_hears_in_retrospect_what_find_tells(sets: ElementSets, settings: Settings) -> None:
    same(ours.told(sets, shipped(), settings), burns_found(find(sets, settings=settings).burns))


@pytest.mark.data
def test_the_judge_hears_as_it_became_known_what_find_tells(sets: ElementSets) -> None:
    same(ours.as_known(sets, shipped(), ours.TOLD), burns_found(find(sets, as_it_became_known=True).burns))


@pytest.mark.data
def test_a_group_without_a_teacher_is_weighed_by_its_neighbour(sets: ElementSets) -> None:
    """Learnt on one group alone, all others say what that one would, but for the lag, which belongs to its own era."""
    for name in GROUPS:
        own = shipped().groups[name]
        only = replace(shipped(), groups={name: own})
        every = replace(shipped(), groups=dict.fromkeys(GROUPS, replace(own, lag_days=0.0)) | {name: own})
        same(ours.told(sets, only, ours.CANDIDATES), ours.told(sets, every, ours.CANDIDATES))
