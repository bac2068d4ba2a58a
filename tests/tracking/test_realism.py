"""Real predictions against what came true. Bounds are those of `bench/covariance`, a little wider."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.covariance import realism
from bench.manoeuvres.truth import SATELLITES

pytestmark = pytest.mark.data


def test_an_independent_orbit_of_jason_3_lies_where_the_covariance_says(data: Path) -> None:
    model, sets, orbit = realism.jason_3(data)
    scored = realism.against_orbit(model, sets, orbit, 20)
    after = realism.Scored(*(x[scored.age_days >= 0.0] for x in scored))
    assert len(after.distance2) > 1000
    assert after.ratios() == pytest.approx(np.ones(3), abs=0.1)
    assert scored.ratios() == pytest.approx(np.ones(3), abs=0.1)


def test_without_the_floor_it_does_not(data: Path) -> None:
    model, sets, orbit = realism.jason_3(data)
    assert realism.against_orbit(model.consistent(), sets, orbit, 20).ratios()[0] < 0.7


@pytest.mark.parametrize("name", ["Jason-2", "CryoSat-2", "Jason-3", "Sentinel-6A", "SARAL"])
def test_own_later_sets_lie_where_the_other_years_say(data: Path, name: str) -> None:
    satellite = next(s for s in SATELLITES if s.name == name)
    sets = realism.modern(satellite, data)
    scored = realism.own_later_sets(sets, realism.burns(satellite, sets, data))
    assert scored.ratios() == pytest.approx(np.ones(3), abs=0.11)
