"""The line below a satellite: against SGP4 over half a day, and through a given point."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.sky import ground_track, orbits
from hoshimori.sky.secular import mean_axis_km

START = np.datetime64("2026-03-01T00:00:00", "us")


@pytest.mark.parametrize("inc_deg", [5.0, 51.6, 97.5])
def test_a_round_orbit_runs_as_sgp4_has_it(inc_deg: float) -> None:
    n = np.array([15.9])
    zero = np.zeros(1)
    sats = orbits.prepare(np.array([START]), n, [1e-5], [inc_deg], [40.0], [0.0], [70.0], zero)
    t = START + np.arange(0, 720, 3) * np.timedelta64(1, "m")
    true = ground_track.below(np.ascontiguousarray(orbits.states(sats, t).r_km[0].T), t)
    axis = np.full(len(t), float(mean_axis_km(n, np.array([1e-5]), np.array([inc_deg]))[0]))
    inc = float(np.radians(inc_deg))
    days = (t - START) / np.timedelta64(1, "D")
    u = np.radians(70.0) + ground_track.latitude_argument_rate(axis, inc) * days
    ours = ground_track.low_orbit(t, START, axis, inc, float(np.radians(40.0)), np.asarray(u))
    assert np.abs(ours.lat_deg - true.lat_deg).max() < 0.25
    off = (ours.lon_deg_e - true.lon_deg_e + 180.0) % 360.0 - 180.0
    assert (np.abs(off) * np.cos(np.radians(true.lat_deg))).max() < 0.3


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize(("lat", "lon", "inc"), [(-18.2, 164.7, 43.0), (60.0, -170.0, 97.5), (2.0, 10.0, 3.0)])
def test_a_line_through_a_point_goes_through_it_the_right_way(lat: float, lon: float, inc: float, ascending: bool) -> None:
    t = START + np.arange(-120, 121) * np.timedelta64(30, "s")
    track = ground_track.through_point(t, START, lat, lon, inc, ascending=ascending)
    assert track is not None
    assert abs(track.lat_deg[120] - lat) < 0.02
    assert abs(track.lon_deg_e[120] - lon) < 0.02
    assert (track.lat_deg[121] > track.lat_deg[119]) == ascending
    assert np.abs(track.lat_deg).max() < min(inc, 180.0 - inc) + 0.3


def test_no_orbit_of_a_low_inclination_reaches_the_pole() -> None:
    assert ground_track.through_point(np.array([START]), START, 70.0, 0.0, 28.5, ascending=True) is None
