"""The figures that are shipped are what the bench makes: no number in the package that cannot be learnt again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.covariance import learning
from bench.covariance.theory import Orbit
from hoshimori.tracking import scatter

SHIPPED = json.loads(learning.SHIPPED.read_text())


@pytest.mark.data
@pytest.mark.parametrize("name", learning.WITH_SETS)
def test_the_shipped_classes_are_what_public_sets_teach(data: Path, name: str) -> None:
    sets = learning.week(data)
    learnt, shipped = learning.from_sets(sets.take(sets.norad_id % 2 == 1), name, ""), SHIPPED["classes"][name]
    assert learnt["spread"] == pytest.approx(shipped["spread"], rel=1e-2)
    for side in ("ahead", "behind"):
        assert np.array(learnt[side]["sigma"]) == pytest.approx(np.array(shipped[side]["sigma"]), rel=1e-2)
        turned = np.array(learnt[side]["correlation"])
        assert turned == pytest.approx(np.array(shipped[side]["correlation"]), abs=1e-2)


@pytest.mark.parametrize(("a", "i"), [(0, 0), (4, 6), (7, 3), (9, 5)])
def test_the_shipped_floors_are_what_theory_gives(a: int, i: int) -> None:
    orbit = Orbit(learning.MOTIONS[a], 0.001, learning.INCLINATIONS[i])
    sigma, _ = scatter.split(learning.second_moment(orbit))
    assert sigma == pytest.approx(SHIPPED["floors"]["sigma"][a][i], rel=1e-2)


def test_the_shipped_growth_of_navigation_orbits_is_theory_widened() -> None:
    """Worked out again for the class without histories that is quickest done."""
    learnt = learning.from_theory(learning.MEO_HIGH, "")
    assert np.array(learnt["ahead"]["sigma"]) == pytest.approx(
        np.array(SHIPPED["classes"]["MEO high"]["ahead"]["sigma"]), rel=2e-2
    )
