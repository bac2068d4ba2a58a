"""Radar ranges and horizons against published answers and the triangle they come from."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.errors import UsageError
from hoshimori.sky import radar

ONE_KM = 1.0


def test_usafa_ece_495_ranges() -> None:
    """S-band, 1 MW, 30 dBi, 0.1 m: about 472 km for 1 m2 and 84 km for -30 dBsm (course answer), with 1e-16 W at the receiver."""
    found = radar.detection_range_km(1e6, 1e3, 0.1, np.array([1.0, 1e-3]), 1e-16)
    assert found[0] == pytest.approx(472.0, abs=2.0)
    assert found[1] == pytest.approx(84.0, abs=0.5)


def test_range_goes_with_the_fourth_root_of_the_cross_section() -> None:
    direct = radar.detection_range_km(1e6, 1e3, 0.1, np.array([1.0, 0.05]), 1e-16)
    assert radar.range_for_cross_section_km(float(direct[0]), 1.0, 0.05) == pytest.approx(float(direct[1]), rel=1e-12)


@pytest.mark.parametrize(("height_km", "slant_km"), [(500.0, 2575.0), (865.0, 3433.0)])
def test_slant_range_to_the_horizon(height_km: float, slant_km: float) -> None:
    assert float(radar.horizon_range_km(height_km)) == pytest.approx(slant_km, abs=ONE_KM)


def test_a_body_at_the_clearing_height_stands_at_that_elevation() -> None:
    angle, elevation = np.radians([5.0, 12.0, 30.0]), np.radians([0.0, 3.0, 10.0])
    h = radar.clearing_height_km(angle, elevation)
    r = radar.EARTH_KM + h
    up, across = r * np.cos(angle) - radar.EARTH_KM, r * np.sin(angle)
    assert np.allclose(np.arctan2(up, across), elevation, atol=1e-12)
    assert np.isinf(radar.clearing_height_km(np.radians(85.0), np.radians(10.0)))


def test_at_the_horizon_both_functions_agree() -> None:
    angle = np.arccos(radar.EARTH_KM / (radar.EARTH_KM + 865.0))
    assert float(radar.clearing_height_km(angle)) == pytest.approx(865.0, abs=1e-6)


def test_swerling_1_at_13_and_20_db() -> None:
    """0.52 and 0.87 at a false alarm of one in a million."""
    assert np.allclose(radar.detection_probability(10.0 ** np.array([1.3, 2.0]), 1e-6), [0.52, 0.87], atol=0.005)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="positive"):
        radar.detection_range_km(1e6, 1e3, 0.1, 0.0, 1e-16)
    with pytest.raises(UsageError, match="between 0 and 1"):
        radar.detection_probability(10.0, 0.0)
