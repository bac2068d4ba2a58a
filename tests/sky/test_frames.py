from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgp4.api import Satrec
from skyfield.api import EarthSatellite, load, wgs84

from hoshimori.errors import UsageError
from hoshimori.sky import frames
from tests.truth import vallado_3_15 as truth

one_centimetre = 1e-5  # km
GEO_KM = 42164.2
arcsec = np.pi / 180.0 / 3600.0

T = np.array([truth.T_UTC], dtype="datetime64[us]")
EOP = frames.EarthOrientation(
    truth.UT1_MINUS_UTC_S,
    truth.XP_ARCSEC * arcsec,
    truth.YP_ARCSEC * arcsec,
    truth.DPSI_ARCSEC * arcsec,
    truth.DEPS_ARCSEC * arcsec,
)
R, V = np.array([truth.TEME[0]]), np.array([truth.TEME[1]])


def _close(state: frames.StateVectors, published: tuple[tuple[float, ...], ...]) -> None:
    """Within 1.2 cm: the book's Julian dates in one double turn the Earth by 16 microseconds."""
    assert np.abs(state[0] - published[0]).max() < 1.2 * one_centimetre
    assert np.abs(state[1] - published[1]).max() < 2e-3 * one_centimetre  # per second


def test_vallado_example_3_15_from_teme() -> None:
    _close(frames.teme_to_pef(R, V, T, EOP), truth.PEF)
    _close(frames.teme_to_itrs(R, V, T, EOP), truth.ITRF)
    _close(frames.teme_to_gcrs(R, V, T, EOP), truth.GCRF)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("TEME", truth.TEME),
        ("GCRF", truth.GCRF),
        ("itrf", truth.ITRF),
        ("ITRF2000", truth.ITRF),
        ("ITRF-97", truth.ITRF),
        ("ICRF", truth.GCRF),
    ],
)
def test_vallado_example_3_15_to_teme(name: str, published: tuple[tuple[float, ...], ...]) -> None:
    state = frames.to_teme(name, np.array([published[0]]), np.array([published[1]]), T, EOP)
    _close(state, truth.TEME)


@pytest.mark.parametrize(("name", "published"), [("TOD", truth.TOD_KM), ("MOD", truth.MOD_KM)])
def test_vallado_example_3_15_of_date(name: str, published: tuple[float, ...]) -> None:
    r, _ = frames.to_teme(name, np.array([published]), np.zeros((1, 3)), T, EOP)
    assert np.abs(r - truth.TEME[0]).max() < 1.2 * one_centimetre


@pytest.mark.parametrize("name", ["MARS", "", "TEMEOFEPOCH", "ITRF20000", "RTN"])
def test_an_unknown_frame_is_refused_with_those_known(name: str) -> None:
    with pytest.raises(UsageError, match="expected TEME, EME2000"):
        frames.to_teme(name, R, V, T)


vectors = st.tuples(*[st.floats(-50000, 50000)] * 3)
times = st.integers(0, 3650).map(lambda d: np.datetime64("2017-01-01", "us") + np.timedelta64(d * 86_400_000_001, "us"))


@settings(deadline=None, max_examples=50)
@given(r=vectors, v=st.tuples(*[st.floats(-8, 8)] * 3), t=times)
def test_there_and_back(r: tuple[float, ...], v: tuple[float, ...], t: np.datetime64) -> None:
    r0, v0, at = np.array([r]), np.array([v]), np.array([t])
    for there, back in (
        (frames.teme_to_pef, frames.pef_to_teme),
        (frames.teme_to_itrs, frames.itrs_to_teme),
        (frames.teme_to_gcrs, frames.gcrs_to_teme),
    ):
        r1, v1 = back(*there(r0, v0, at, EOP), at, EOP)
        np.testing.assert_allclose(r1, r0, rtol=0.0, atol=1e-9)
        np.testing.assert_allclose(v1, v0, rtol=0.0, atol=1e-9)
    r1, _ = frames.gcrs_to_eme2000(*frames.eme2000_to_gcrs(r0, v0))
    np.testing.assert_allclose(r1, r0, rtol=0.0, atol=1e-9)
    assert np.linalg.norm(frames.teme_to_gcrs(r0, v0, at)[0]) == pytest.approx(np.linalg.norm(r0), abs=1e-9)


def test_many_objects_at_many_times_broadcast() -> None:
    rng = np.random.default_rng(3)
    r, v = rng.normal(0, 7000, (4, 5, 3)), rng.normal(0, 5, (4, 5, 3))
    t = T[0] + np.arange(5) * np.timedelta64(3600, "s")
    whole = frames.teme_to_itrs(r, v, t, EOP)
    one = frames.teme_to_itrs(r[2, 3], v[2, 3], t[3], EOP)
    np.testing.assert_allclose(whole[0][2, 3], one[0], rtol=0.0, atol=1e-9)
    np.testing.assert_allclose(whole[1][2, 3], one[1], rtol=0.0, atol=1e-12)


def test_velocity_in_itrs_is_the_rate_of_position() -> None:
    t = T + np.array([-500, 500]).astype("timedelta64[ms]")
    step = np.array([[-0.5], [0.5]])
    r, v = frames.teme_to_itrs(R + step * V, np.repeat(V, 2, axis=0), t, EOP)
    np.testing.assert_allclose(r[1] - r[0], v.mean(axis=0), rtol=0.0, atol=1e-7)


def test_a_geostationary_point_stands_still_over_the_earth() -> None:
    t = T[0] + np.arange(0, 24) * np.timedelta64(3600, "s")
    r = np.broadcast_to([GEO_KM * np.cos(2.0), GEO_KM * np.sin(2.0), 0.0], (24, 3))
    teme_r, _ = frames.pef_to_teme(r, np.zeros_like(r), t)
    np.testing.assert_allclose(frames.longitude_deg(teme_r, t), np.degrees(2.0), rtol=0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("radius_km", "missing", "expected_km"),
    [
        (6378.137, frames.EarthOrientation(ut1_minus_utc_s=0.9), 0.42),
        (GEO_KM, frames.EarthOrientation(ut1_minus_utc_s=0.9), 2.77),
        (6378.137, frames.EarthOrientation(xp_rad=0.6 * arcsec), 0.018),
        (GEO_KM, frames.EarthOrientation(xp_rad=0.6 * arcsec), 0.12),
    ],
)
def test_the_stated_price_of_no_earth_orientation(radius_km: float, missing: frames.EarthOrientation, expected_km: float) -> None:
    around = np.linspace(0, 2 * np.pi, 73)
    r = radius_km * np.column_stack((np.cos(around), np.sin(around), np.zeros(73)))
    without, _ = frames.teme_to_itrs(r, np.zeros_like(r), T)
    with_, _ = frames.teme_to_itrs(r, np.zeros_like(r), T, missing)
    worst = np.linalg.norm(with_ - without, axis=1).max()
    assert 0.9 * expected_km < worst < 1.05 * expected_km


def test_the_stated_price_of_no_pole_offsets() -> None:
    """IERS Bulletin A for 2026: dpsi about -0.12 arcsec (0.048 across), deps about -0.01 arcsec; stated: below 0.15 arcsec."""
    r = GEO_KM * np.eye(3)
    missing = frames.EarthOrientation(dpsi_rad=0.15 * arcsec, deps_rad=0.15 * arcsec)
    without, _ = frames.teme_to_gcrs(r, r * 0.0, T)
    with_, _ = frames.teme_to_gcrs(r, r * 0.0, T, missing)
    assert 0.02 < np.linalg.norm(with_ - without, axis=1).max() < 0.045


def test_geodetic_there_and_back() -> None:
    rng = np.random.default_rng(4)
    lon, lat, height = rng.uniform(-np.pi, np.pi, 200), rng.uniform(-1.57, 1.57, 200), rng.uniform(-5, 40000, 200)
    back = frames.geodetic(frames.from_geodetic(lon, lat, height))
    np.testing.assert_allclose(back[0], lon, atol=1e-12)
    np.testing.assert_allclose(back[1], lat, atol=1e-10)
    np.testing.assert_allclose(back[2], height, atol=1e-6)
    assert all(np.isnan(x) for x in frames.geodetic(np.array([np.nan, 1.0, 2.0])))


def test_wgs84_axes() -> None:
    np.testing.assert_allclose(frames.from_geodetic(0.0, 0.0, 0.0), [6378.137, 0.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(frames.from_geodetic(0.0, np.pi / 2, 0.0), [0.0, 0.0, 6356.752314245], atol=1e-8)


def test_skyfield_agrees_where_a_satellite_stands() -> None:
    """Skyfield's own path from TEME: GCRS by IAU 2000A, ITRS by its built-in UT1."""
    ts = load.timescale(builtin=True)
    satrec = Satrec()
    satrec.sgp4init(0, "i", 0, 27900.5, 1e-4, 0.0, 0.0, 0.001, 1.0, 0.9, 2.0, 0.065, 3.0)
    at = ts.utc(2026, 5, 24, [1, 5, 9])
    theirs = EarthSatellite.from_satrec(satrec, ts).at(at)
    lat, lon = wgs84.latlon_of(theirs)
    t_utc = np.array([x.replace(tzinfo=None) for x in at.utc_datetime()], dtype="datetime64[us]")
    day = np.full(3, 2461184.5)
    _, r, v = satrec.sgp4_array(day, np.array([1, 5, 9]) / 24.0)
    ours_r, _ = frames.teme_to_itrs(r, v, t_utc, frames.EarthOrientation(at.dut1))
    ours_lon, ours_lat, _ = frames.geodetic(ours_r)
    ten_metres_on_the_ground = 0.01 / 6378.0
    np.testing.assert_allclose(ours_lat, lat.radians, atol=ten_metres_on_the_ground)
    np.testing.assert_allclose(ours_lon, lon.radians, atol=ten_metres_on_the_ground)
    np.testing.assert_allclose(np.radians(frames.longitude_deg(r, t_utc, at.dut1)), lon.radians, atol=ten_metres_on_the_ground)
