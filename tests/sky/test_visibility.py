"""Rises and sets: against skyfield, against a fine grid, and laws that hold for any orbit and any site."""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest
from skyfield.api import EarthSatellite, load, wgs84

from hoshimori.errors import UsageError
from hoshimori.sky import frames, orbits
from hoshimori.sky.trajectories import GivenStates, Trajectories
from hoshimori.sky.visibility import Passes, earth_fixed, look, off_nadir_rad, passes, site_teme_km
from tests.sky.sets import EPOCH, mixed, prepared, reference

DAY_US = 86_400_000_000
ONE_SECOND = 1.0
SITES_DEG = np.array([[139.5, 35.7, 0.1], [115.35, -29.05, 0.25], [11.93, 78.92, 0.05], [-45.0, 0.0, 0.0]])  # lon, lat, km


def sites() -> np.ndarray:
    return frames.from_geodetic(np.radians(SITES_DEG[:, 0]), np.radians(SITES_DEG[:, 1]), SITES_DEG[:, 2])


def single(epoch: np.ndarray, elements: np.ndarray, reach_days: float = 30.0) -> Trajectories:
    n, reach = len(epoch), int(reach_days * DAY_US)
    return Trajectories(
        prepared(epoch, elements),
        epoch.astype("datetime64[us]").astype(np.int64),
        np.arange(n + 1),
        np.zeros(n, bool),
        reach,
        reach,
    )


def low(n: int = 6, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Circular-ish LEO of every inclination."""
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0, 360, (3, n))
    columns = (rng.uniform(12.5, 15.6, n), rng.uniform(0, 0.02, n), rng.uniform(20, 105, n), *angles, np.zeros(n))
    return np.full(n, EPOCH), np.column_stack(columns)


def after(days: float) -> np.datetime64:
    return EPOCH + np.timedelta64(round(days * DAY_US), "us")


def skyfield_of(epoch: np.datetime64, row: np.ndarray) -> EarthSatellite:
    return EarthSatellite.from_satrec(reference(epoch, row), load.timescale(builtin=True))


@pytest.mark.filterwarnings("ignore:Setting the dtype on a NumPy array:DeprecationWarning")  # skyfield's own, with numpy 2.5
def test_rises_and_sets_are_those_of_skyfield_to_a_second() -> None:
    """An independent chain: Vallado's SGP4, TEME to ITRS with measured UT1, WGS 84 horizon, its own searcher."""
    epoch, elements = low()
    places, least = sites(), np.radians(20.0)
    found = passes(single(epoch, elements), places, np.full(len(places), least), EPOCH, after(2.0))
    ts = load.timescale(builtin=True)
    begin = ts.from_datetime(EPOCH.astype("datetime64[us]").item().replace(tzinfo=UTC))
    worst, count = 0.0, 0
    for i in range(len(epoch)):
        theirs = skyfield_of(epoch[i], elements[i])
        for k, (lon, lat, height) in enumerate(SITES_DEG):
            there = wgs84.latlon(lat, lon, elevation_m=height * 1000.0)
            t, what = theirs.find_events(there, begin, begin + 2.0, altitude_degrees=20.0)
            seconds = (t.tt - begin.tt) * 86400.0
            mine = found.take((found.row == i) & (found.site == k))
            rises, sets = seconds[what == 0], seconds[what == 2]
            whole = mine.take((mine.rise_s > 0.0) & (mine.set_s < 2.0 * 86400.0))
            ours_up = mine.rise_s[mine.rise_s > 0.0]
            ours_down = mine.set_s[mine.set_s < 2.0 * 86400.0]
            assert (len(ours_up), len(ours_down)) == (len(rises), len(sets))
            worst = max([worst, *np.abs(ours_up - rises), *np.abs(ours_down - sets)])
            count += len(whole.row)
            tops = seconds[what == 1]
            inside = [np.abs(tops - x).min() for x in whole.top_s]
            assert not inside or max(inside) < ONE_SECOND
    assert count > 60
    assert worst < ONE_SECOND


def test_look_agrees_with_skyfield() -> None:
    epoch, elements = mixed(12, 7)
    ts = load.timescale(builtin=True)
    t_utc = np.array([after(d) for d in np.linspace(0.0, 0.9, 7)])
    dates = ts.from_datetimes([t.item().replace(tzinfo=UTC) for t in t_utc])
    for i in range(len(epoch)):
        r, _, error = orbits.pairs(prepared(epoch, elements), np.full(len(t_utc), i), t_utc)
        if error.any():
            continue
        for (lon, lat, height), place in zip(SITES_DEG, sites(), strict=True):
            azimuth, elevation, range_km = look(r, t_utc, place)
            there = wgs84.latlon(lat, lon, elevation_m=height * 1000.0)
            alt, az, distance = (skyfield_of(epoch[i], elements[i]) - there).at(dates).altaz()
            steady = np.abs(elevation) < np.radians(89.0)
            np.testing.assert_allclose(elevation, alt.radians, atol=np.radians(0.05))
            turn = np.angle(np.exp(1j * (azimuth - az.radians))) * np.cos(elevation)
            assert np.abs(turn[steady]).max(initial=0.0) < np.radians(0.05)
            np.testing.assert_allclose(range_km, distance.km, rtol=2e-4)


def test_passes_are_what_a_fine_grid_shows_for_every_kind_of_orbit() -> None:
    """LEO, decaying, MEO, GEO, Molniya and GTO: nothing between, nothing missed, edges to a second, the top the highest."""
    epoch, elements = mixed(18, 11)
    paths, places = single(epoch, elements), sites()
    least = np.radians([20.0, 5.0, 0.0, 60.0])
    found = passes(paths, places, least, EPOCH, after(1.0))
    grid_s = np.arange(0.0, 86400.0, 1.0)
    t_utc = EPOCH + (grid_s * 1e6).astype("timedelta64[us]")
    for i in range(paths.rows):
        r, _ = paths.at(np.full(len(t_utc), i), t_utc, np.zeros(len(t_utc)))
        for k, place in enumerate(places):
            elevation = np.nan_to_num(look(r, t_utc, place)[1], nan=-2.0)
            mine = found.take((found.row == i) & (found.site == k))
            told = np.zeros(len(grid_s), bool)
            for rise, set_, top in zip(mine.rise_s, mine.set_s, mine.top_elevation_rad, strict=True):
                inside = (grid_s >= rise) & (grid_s <= set_)
                told |= inside
                assert elevation[inside].max(initial=-2.0) <= top + 1e-9
            wrong = np.flatnonzero(told != (elevation >= least[k]))
            assert np.all(np.abs(elevation[wrong] - least[k]) < 1e-6), (i, k, grid_s[wrong][:4])


def test_asked_with_minus_ninety_degrees_the_whole_window_is_one_pass_with_the_highest_elevation() -> None:
    epoch, elements = low(2)
    paths, places = single(epoch, elements), sites()
    every = passes(paths, places, np.full(len(places), -np.pi / 2.0), EPOCH, after(1.0))
    assert len(every.row) == 2 * len(places)
    assert set(zip(every.rise_s, every.set_s, strict=True)) == {(0.0, 86400.0)}
    above = passes(paths, places, np.zeros(len(places)), EPOCH, after(1.0))
    for i, k, top in zip(every.row, every.site, every.top_elevation_rad, strict=True):
        tops = above.top_elevation_rad[(above.row == i) & (above.site == k)]
        if len(tops):
            assert tops.max() == pytest.approx(top, abs=1e-6)
        else:
            assert top < 0.0


def test_a_geostationary_object_is_up_all_the_time_or_never() -> None:
    elements = np.array([[1.00273791, 1e-5, 0.01, 0.0, 0.0, 0.0, 0.0]])
    paths = single(np.array([EPOCH]), elements)
    r, _ = paths.at(np.array([0]), np.array([EPOCH]), np.zeros(1))
    lon = np.radians(frames.longitude_deg(r, np.array([EPOCH]))[0])
    near, far = (frames.from_geodetic(lon + d, 0.0, 0.0) for d in (0.0, np.pi))
    found = passes(paths, np.array([near, far]), np.radians([20.0, -80.0]), EPOCH, after(7.0))
    assert found.site.tolist() == [0]
    assert (found.rise_s[0], found.set_s[0]) == (0.0, 7 * 86400.0)
    assert np.degrees(found.top_elevation_rad[0]) > 89.5
    assert found.top_range_km[0] == pytest.approx(42164.0 - 6378.0, abs=30.0)


def test_many_together_are_each_alone() -> None:
    epoch, elements = mixed(7, 5)
    places = sites()
    least = np.radians([10.0, 20.0, 0.0, 30.0])
    together = passes(single(epoch, elements), places, least, EPOCH, after(1.0))
    for i in range(len(epoch)):
        for k in range(len(places)):
            alone = passes(single(epoch[i : i + 1], elements[i : i + 1]), places[k : k + 1], least[k : k + 1], EPOCH, after(1.0))
            mine = together.take((together.row == i) & (together.site == k))
            for name in Passes._fields[2:]:
                np.testing.assert_allclose(getattr(mine, name), getattr(alone, name), rtol=1e-9, atol=1e-9)


def test_a_lower_horizon_holds_every_pass_of_a_higher_one() -> None:
    epoch, elements = low(5, seed=8)
    paths, place = single(epoch, elements), sites()[:1]
    high, deep = (passes(paths, place, np.radians([e]), EPOCH, after(2.0)) for e in (35.0, 5.0))
    for i, rise, set_ in zip(high.row, high.rise_s, high.set_s, strict=True):
        around = (deep.row == i) & (deep.rise_s <= rise) & (deep.set_s >= set_)
        assert around.sum() == 1
    assert len(deep.row) > len(high.row)


def test_where_the_path_falls_silent_the_pass_ends() -> None:
    """A geostationary path known for six hours, from a set and from given states."""
    elements = np.array([[1.00273791, 1e-5, 0.01, 0.0, 0.0, 0.0, 0.0]])
    paths = single(np.array([EPOCH]), elements, reach_days=0.25)
    r0, _ = paths.at(np.array([0]), np.array([EPOCH]), np.zeros(1))
    lon = np.radians(frames.longitude_deg(r0, np.array([EPOCH]))[0])
    place = frames.from_geodetic(lon, 0.0, 0.0).reshape(1, 3)
    found = passes(paths, place, np.array([0.5]), EPOCH, after(1.0))
    assert found.set_s.tolist() == pytest.approx([21600.0], abs=ONE_SECOND)
    t_utc = np.array([after(d) for d in np.linspace(0.0, 0.25, 13)])
    r, v = paths.at(np.zeros(13, np.int64), t_utc, np.zeros(13))
    given = Trajectories(
        paths.satellites.take([]), np.zeros(0, np.int64), np.array([0, 0]), np.zeros(0, bool), DAY_US, DAY_US,
        {0: (GivenStates(t_utc, r, v),)},
    )  # fmt: skip
    again = passes(given, place, np.array([0.5]), EPOCH, after(1.0))
    assert again.set_s.tolist() == pytest.approx([21600.0], abs=ONE_SECOND)


def test_straight_up_and_off_nadir() -> None:
    place = sites()[:1]
    t_utc = np.array([EPOCH])
    up = frames.from_geodetic(np.radians(SITES_DEG[0, 0]), np.radians(SITES_DEG[0, 1]), 800.1).reshape(1, 3)
    angle = np.arctan2(site_teme_km(place[0], t_utc)[0, 1], site_teme_km(place[0], t_utc)[0, 0])
    back = np.arctan2(place[0, 1], place[0, 0]) - angle
    c, s = np.cos(-back), np.sin(-back)
    r = np.column_stack((c * up[:, 0] - s * up[:, 1], s * up[:, 0] + c * up[:, 1], up[:, 2]))
    np.testing.assert_allclose(earth_fixed(r, t_utc), up, atol=1e-9)
    _, elevation, range_km = look(r, t_utc, place[0])
    assert np.degrees(elevation[0]) == pytest.approx(90.0, abs=1e-4)
    assert range_km[0] == pytest.approx(800.0, abs=1e-6)
    assert (
        np.degrees(off_nadir_rad(r, t_utc, place[0])[0]) < 1.8
    )  # geodetic against geocentric vertical, 0.2 deg seen from 800 km


def test_nothing_to_compute_and_what_is_asked_wrongly() -> None:
    epoch, elements = low(1)
    paths = single(epoch, elements)
    assert len(passes(paths, np.zeros((0, 3)), np.zeros(0), EPOCH, after(1.0)).row) == 0
    with pytest.raises(UsageError, match="stop after the start"):
        passes(paths, sites(), np.zeros(4), EPOCH, EPOCH)
    with pytest.raises(UsageError, match="within 90 deg"):
        passes(paths, sites(), np.full(4, 2.0), EPOCH, after(1.0))
