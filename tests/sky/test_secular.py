"""Secular rates against orbits that SGP4 itself propagates, and the laws of angles that go on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.sky import orbits, secular
from tests.sky.sets import EPOCH, prepared

DAY = np.timedelta64(1, "D")


def low(inc_deg: float = 98.0, motion: float = 14.5, ecc: float = 1e-3) -> orbits.Satellites:
    return prepared(np.array([EPOCH]), np.array([[motion, ecc, inc_deg, 40.0, 60.0, 80.0, 0.0]]))


def node_rad(satellites: orbits.Satellites, t_utc: np.datetime64) -> float:
    """Right ascension of the orbit's plane, averaged over one turn: the normal of (r, v)."""
    t = t_utc + np.arange(0, 100 * 60, 60).astype("timedelta64[s]")
    r, v, _ = orbits.pairs(satellites, np.zeros(len(t), np.int64), t)
    normal = np.cross(r, v).mean(axis=0)
    return float(np.arctan2(normal[0], -normal[1]))


@pytest.mark.parametrize("inc_deg", [30.0, 66.0, 98.0])
def test_the_plane_turns_at_the_rate_of_the_node(inc_deg: float) -> None:
    satellites = low(inc_deg)
    turned = secular.halved(np.array([node_rad(satellites, EPOCH + 10 * DAY) - node_rad(satellites, EPOCH)]))[0] / 10.0
    assert turned == pytest.approx(secular.rates(satellites).node[0], abs=np.radians(2e-4))


@pytest.mark.parametrize(("inc_deg", "motion"), [(66.0, 12.8), (98.5, 14.5), (0.05, 1.00273), (55.0, 2.0057)])
def test_a_satellite_comes_round_at_the_rate_of_all_angles_together(inc_deg: float, motion: float) -> None:
    """Along the track: the place after whole turns by the mean rates is the same again, but for the turn of the plane."""
    satellites = low(inc_deg, motion, 1e-4)
    rates = secular.rates(satellites)
    turn_days = 2.0 * np.pi / float((rates.perigee + rates.anomaly)[0])
    turns = 14
    later = EPOCH + np.timedelta64(round(turns * turn_days * 86400e6), "us")
    r, v, _ = orbits.pairs(satellites, np.zeros(2, np.int64), np.array([EPOCH, later]))
    node = float(rates.node[0]) * turns * turn_days
    back = np.array([[np.cos(node), np.sin(node), 0.0], [-np.sin(node), np.cos(node), 0.0], [0.0, 0.0, 1.0]]) @ r[1]
    along = float((back - r[0]) @ v[0] / np.linalg.norm(v[0]))
    size = float(np.linalg.norm(r[0]))
    assert abs(along) / size < 3e-4, "periodic parts of deep orbits, not the mean rate, are left"


def test_the_mean_axis_is_that_of_kepler_without_the_correction_of_kozai() -> None:
    assert secular.semi_major_axis_km(low(54.7356, 1.00273))[0] == pytest.approx(42164.2, abs=2.0)


@given(st.lists(st.floats(-6.0, 6.0), min_size=2, max_size=30), st.floats(0.1, 40.0), st.integers(0, 1000))
@settings(max_examples=60)
def test_an_angle_given_modulo_a_turn_goes_on_as_it_did(rates_off: list[float], gap_days: float, seed: int) -> None:
    """As long as the rates are right within half a turn a gap, whole turns are counted right."""
    n = len(rates_off)
    rng = np.random.default_rng(seed)
    days = np.cumsum(rng.uniform(0.2, 1.0, n)) * gap_days
    rate = 90.0
    wander = np.cumsum(rng.normal(0.0, 0.1, n))
    true = rate * days + wander
    off = np.array(rates_off) * 0.4 / gap_days  # at most 2.4 rad over a gap
    got = secular.advances(np.mod(true, secular.TAU), rate + off, days)
    assert got == pytest.approx(np.diff(true), abs=1e-6 * max(1.0, float(np.abs(true).max())))


@given(st.floats(-1e4, 1e4))
def test_halved_is_the_nearest_of_all_turns(x: float) -> None:
    (h,) = secular.halved(np.array([x]))
    assert -np.pi - 1e-9 <= h <= np.pi + 1e-9
    assert (x - h) / secular.TAU == pytest.approx(round((x - h) / secular.TAU), abs=1e-9)
