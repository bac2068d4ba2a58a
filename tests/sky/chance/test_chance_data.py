"""Against published values: the 35 real messages of NASA CARA, Alfano's cases and 1,670 conjunctions. Truth: ../shared/data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.pc.published import alfano, cara, kelvins, message
from hoshimori.detect.messages import meeting
from hoshimori.sky.chance import short
from hoshimori.sky.chance.choice import judge
from hoshimori.sky.chance.montecarlo import monte_carlo
from tests.sky.chance.meetings import blind

pytestmark = pytest.mark.data


def test_the_real_messages_of_cara(data: Path) -> None:
    inside = 0
    for case in cara(data):
        p, found = case.published, judge(case.meeting)
        assert found.every[0].probability == pytest.approx(p["Pc2D"], rel=1e-6), case.name
        off = abs(p["PcSDMC"] / p["Pc2D"] - 1.0) > 0.2
        assert found.flagged == off, case.name
        assert judge(blind(case.meeting)).flagged >= off, case.name
        assert found.chosen.probability == pytest.approx(p["PcSDMC"], rel=0.1), case.name
        timed = next(c.probability for c in found.every if c.method == "hall_3d_nc_2021")
        inside += p["PcSDMCLo"] <= timed <= p["PcSDMCHi"]
    assert inside >= 34


def test_1670_conjunctions(data: Path) -> None:
    k = kelvins(data)
    given = (k.dr_km, k.dv_km_s, k.covariance_km2, k.radius_km)
    exact = short.foster_1992(*given)
    # The published values are the sum of 100 slices, which is low by 0.1 % for small discs and by more for large ones.
    np.testing.assert_allclose(short.alfano_2005(*given, steps=100), k.probability, rtol=1e-8)
    assert np.mean(np.abs(exact / k.probability - 1.0) < 2e-3) > 0.99
    np.testing.assert_allclose(short.patera_2001(*given), exact, rtol=1e-9)
    np.testing.assert_allclose(short.alfriend_maximum_1999(*given), k.maximum, rtol=1e-7)


@pytest.mark.parametrize("name", ["1", "3", "4", "9"])
def test_alfano_2009_by_drawing(data: Path, name: str) -> None:
    case = next(c for c in alfano(data) if c.name == name)
    p, window = case.published, case.published["window"]
    drawn = monte_carlo(case.meeting, 100_000, window_s=(-window, window))
    spread = np.sqrt(drawn.probability * (1 - drawn.probability) / 1e5)
    assert drawn.probability == pytest.approx(p["A09_PcMC1e8"], abs=4 * spread)
    assert drawn.details["at_start"] / 1e5 == pytest.approx(p["A09_InstProb"], abs=4 * spread)


def test_the_broken_covariance_is_repaired_openly(data: Path) -> None:
    given = meeting(message(data / "cara" / "sample" / "OmitronTestCase_Test07_NonPDCovariance.cdm"))
    found = judge(given)
    assert "covariance of object 2" in {w.values.get("whose") for w in found.why}
    assert found.chosen.probability == 0.0  # as the message says
