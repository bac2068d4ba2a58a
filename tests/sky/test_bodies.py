from __future__ import annotations

import erfa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshimori.sky import bodies, frames, time
from tests.truth import sun_and_moon as truth

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
arcsec = np.pi / 180.0 / 3600.0


def _utc(text: str) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array([text], dtype="datetime64[us]")


def _utc_of_tt(text: str) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return time.utc_from_tt(time.julian_date(_utc(text)))


def _mean_of_date(r_gcrs: Floats, t: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> Floats:
    return np.asarray(np.einsum("nij,nj->ni", erfa.pmat76(*time.tt(t)), r_gcrs))


def _ecliptic_of_date(r_gcrs: Floats, t: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> Floats:
    return np.asarray(np.einsum("ij,nj->ni", erfa.rx(float(erfa.obl80(*time.tt(t))[0]), np.eye(3)), _mean_of_date(r_gcrs, t)))


def test_vallado_example_5_1_sun() -> None:
    """The book's series is good to 0.01 deg."""
    t = _utc(truth.VALLADO_SUN_T)
    ours, published = _mean_of_date(bodies.sun_gcrs_km(t), t), np.array(truth.VALLADO_SUN_MOD_KM)
    assert np.degrees(bodies.angle_rad(ours[0], published)) < 0.01
    assert abs(np.linalg.norm(ours) - np.linalg.norm(published)) < 2e-4 * truth.AU_KM


def test_vallado_example_5_3_moon() -> None:
    """The book's series is good to 0.3 deg in longitude and 0.2 deg in latitude, 1,275 km in distance."""
    t = _utc(truth.VALLADO_MOON_T)
    ours, published = _mean_of_date(bodies.moon_gcrs_km(t), t), np.array(truth.VALLADO_MOON_MOD_KM)
    assert np.degrees(bodies.angle_rad(ours[0], published)) < 0.3
    assert abs(np.linalg.norm(ours) - np.linalg.norm(published)) < 1275.0


def test_meeus_example_25_b_sun() -> None:
    t = _utc_of_tt(truth.MEEUS_SUN_TT)
    x, y, z = _ecliptic_of_date(bodies.sun_gcrs_km(t), t)[0]
    assert abs(np.arctan2(y, x) - np.radians(truth.MEEUS_SUN_LONGITUDE_DEG - 360.0)) < 1.0 * arcsec
    assert abs(z) / truth.AU_KM < 2.0 * arcsec
    assert np.linalg.norm([x, y, z]) / truth.AU_KM == pytest.approx(truth.MEEUS_SUN_DISTANCE_AU, abs=1e-6)


def test_meeus_example_47_a_moon() -> None:
    t = _utc_of_tt(truth.MEEUS_MOON_TT)
    x, y, z = _ecliptic_of_date(bodies.moon_gcrs_km(t), t)[0]
    assert abs(np.arctan2(y, x) - np.radians(truth.MEEUS_MOON_LONGITUDE_DEG)) < 2.0 * arcsec
    assert abs(np.arctan2(z, np.hypot(x, y)) - np.radians(truth.MEEUS_MOON_LATITUDE_DEG)) < 2.0 * arcsec
    assert np.linalg.norm([x, y, z]) == pytest.approx(truth.MEEUS_MOON_DISTANCE_KM, abs=2.0)


def test_teme_and_gcrs_hold_the_same_vectors() -> None:
    t = np.datetime64("2026-05-24", "us") + np.arange(4) * np.timedelta64(30, "D")
    for teme, gcrs in ((bodies.sun_teme_km, bodies.sun_gcrs_km), (bodies.moon_teme_km, bodies.moon_gcrs_km)):
        back, _ = frames.teme_to_gcrs(teme(t), np.zeros((4, 3)), t)
        np.testing.assert_allclose(back, gcrs(t), rtol=1e-12)


SUN = np.array([bodies.AU_KM, 0.0, 0.0])


def _sunlit(angle_deg: float, radius_km: float = 42164.0) -> float:
    """Behind the Earth at 180 degrees from the Sun."""
    a = np.radians(angle_deg)
    return float(bodies.sunlit_fraction(radius_km * np.array([np.cos(a), np.sin(a), 0.0]), SUN))


def test_day_night_and_the_edge() -> None:
    assert _sunlit(0.0) == _sunlit(90.0) == 1.0
    assert _sunlit(180.0) == _sunlit(180.0, 6800.0) == 0.0
    earth_deg = np.degrees(np.arcsin(bodies.EARTH_RADIUS_KM / 42164.0))
    assert _sunlit(180.0 - earth_deg) == pytest.approx(0.5, abs=0.02)  # the middle of the Sun on the limb
    assert _sunlit(180.0 - earth_deg - 0.28) == 1.0
    assert _sunlit(180.0 - earth_deg + 0.28) == 0.0


def test_beyond_the_tip_of_the_umbra_a_ring_is_left() -> None:
    tip_km = bodies.EARTH_RADIUS_KM * bodies.AU_KM / (bodies.SUN_RADIUS_KM - bodies.EARTH_RADIUS_KM)
    assert _sunlit(180.0, 0.99 * tip_km) == 0.0
    assert _sunlit(180.0, 2.0 * tip_km) == pytest.approx(0.75, abs=0.01)  # the Earth looks half as wide as the Sun


def test_the_longest_geo_eclipse_lasts_70_minutes() -> None:
    """Textbook value (e.g. Montenbruck and Gill 2000, section 3.4): up to 72 min in GEO, penumbra included."""
    minutes = np.arange(0.0, 1436.0, 0.1)
    a = 2.0 * np.pi * minutes / 1436.07
    r = 42164.0 * np.column_stack((np.cos(a), np.sin(a), np.zeros_like(a)))
    fraction = bodies.sunlit_fraction(r, SUN)
    assert 66.0 < 0.1 * np.sum(fraction == 0.0) < 68.5
    assert 70.0 < 0.1 * np.sum(fraction < 1.0) < 72.0


@given(st.floats(100.0, 260.0), st.floats(6500.0, 50000.0))
def test_the_fraction_is_a_fraction_and_falls_towards_the_axis(angle_deg: float, radius_km: float) -> None:
    here = _sunlit(angle_deg, radius_km)
    nearer_axis = _sunlit(180.0 + 0.999 * (angle_deg - 180.0), radius_km)
    assert 0.0 <= nearer_axis <= here + 1e-9 <= 1.0 + 1e-9


def test_angles_near_nothing_and_near_opposite_are_exact() -> None:
    x = np.array([1.0, 0.0, 0.0])
    assert bodies.angle_rad(x, np.array([1.0, 1e-9, 0.0])) == pytest.approx(1e-9, rel=1e-9)
    assert bodies.angle_rad(x, np.array([-2.0, 1e-9, 0.0])) == pytest.approx(np.pi - 5e-10, abs=1e-15)
