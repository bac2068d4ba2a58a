"""Arcs of SGP4, burns and neighbours: laws, and what SGP4 itself says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.exercise.arcs import TAU, US_PER_DAY, Arc, Mean, Track, beside, burnt, gmst_rad
from hoshimori.exercise.slots import GEO_SMA_KM, M_S_PER_DEG_DAY, acceleration_deg_day2, geo_arc, longitude_and_drift

NOON_US = int(np.datetime64("2026-05-25T12:00:00", "us").astype(np.int64))
LEO = Mean(14.5 * TAU / 1440, 0.002, 1.71, 1.0, 2.0, 3.0)

one_metre = 1e-3
longitudes = st.floats(0.0, 359.9)
small = st.floats(-5e-4, 5e-4)


def still(longitude: float) -> Arc:
    return geo_arc(NOON_US, longitude, 0.0, e_vector=(2e-4, 1e-4), i_vector=(3e-4, 5e-4))


def apart_km(a: Arc, b: Arc, t_us: int) -> float:
    t = np.array([t_us])
    return float(np.linalg.norm(a.states(t)[0] - b.states(t)[0]))


@pytest.mark.parametrize(("days", "within_km"), [(1, 0.5), (3, 0.5), (7, 0.6), (-7, 0.6)])
@pytest.mark.parametrize("longitude", [75.1, 128.0, 255.3])
def test_a_set_read_from_a_geo_arc_tells_of_the_same_orbit(longitude: float, days: int, within_km: float) -> None:
    arc, t = still(longitude), NOON_US + days * US_PER_DAY
    assert apart_km(arc, Arc(t, arc.mean_at(t)), t) < within_km


def test_a_set_read_from_a_leo_arc_tells_of_the_same_orbit() -> None:
    arc, t = Arc(NOON_US, LEO, 5e-5), NOON_US + 3 * US_PER_DAY
    again = Arc(t, arc.mean_at(t), 5e-5)
    assert apart_km(arc, again, t) < one_metre
    assert apart_km(arc, again, t + US_PER_DAY) < 10 * one_metre


def test_the_mean_elements_at_the_epoch_are_those_given() -> None:
    again = Arc(NOON_US, LEO).mean_at(NOON_US)
    for name in ("n_rad_min", "ecc", "inc", "raan", "argp", "ma"):
        assert getattr(again, name) == pytest.approx(getattr(LEO, name), abs=1e-11), name


@settings(max_examples=25, deadline=None)
@given(longitudes, st.floats(-1.0, 1.0))
def test_a_burn_moves_the_velocity_and_not_the_place(longitude: float, dv_m_s: float) -> None:
    arc = still(longitude)
    after = Arc(NOON_US, burnt(arc.mean, dv_m_s))
    (_, v0), (_, v1) = arc.states(np.array([NOON_US])), after.states(np.array([NOON_US]))
    assert apart_km(arc, after, NOON_US) < 0.25 * abs(dv_m_s) + one_metre
    assert np.linalg.norm(v1 - v0) * 1000.0 == pytest.approx(abs(dv_m_s), rel=0.01, abs=1e-4)
    drift = longitude_and_drift(after, NOON_US)[1]
    assert drift == pytest.approx(-dv_m_s / M_S_PER_DEG_DAY, rel=0.01, abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.floats(-1.0, 1.0))
def test_a_burn_is_undone_by_its_opposite(dv_m_s: float) -> None:
    mean = still(128.0).mean
    back = burnt(burnt(mean, dv_m_s), -dv_m_s)
    assert apart_km(Arc(NOON_US, mean), Arc(NOON_US, back), NOON_US) < 0.05


@settings(max_examples=25, deadline=None)
@given(small, small, small, small)
def test_beside_shifts_the_two_vectors_and_back(dex: float, dey: float, dix: float, diy: float) -> None:
    mean = still(128.0).mean
    there = beside(mean, 1e-3, (dex, dey), (dix, diy))
    back = beside(there, -1e-3, (-dex, -dey), (-dix, -diy))
    assert apart_km(Arc(NOON_US, mean), Arc(NOON_US, back), NOON_US) < one_metre


def test_beside_to_the_east_is_that_far_to_the_east() -> None:
    arc = still(128.0)
    neighbour = Arc(NOON_US, beside(arc.mean, 30.0 / GEO_SMA_KM, (0.0, 0.0), (0.0, 0.0)))
    assert apart_km(arc, neighbour, NOON_US) == pytest.approx(30.0, abs=0.05)
    assert longitude_and_drift(neighbour, NOON_US)[0] > longitude_and_drift(arc, NOON_US)[0]


@settings(max_examples=25, deadline=None)
@given(longitudes, st.floats(-0.5, 0.5))
def test_a_slot_is_where_it_was_wished(longitude: float, drift: float) -> None:
    arc = geo_arc(NOON_US, longitude, drift, e_vector=(2e-4, 1e-4), i_vector=(3e-4, 5e-4))
    seen, drift_seen = longitude_and_drift(arc, NOON_US)
    assert (seen - longitude + 180) % 360 - 180 == pytest.approx(0.0, abs=1e-6)
    assert drift_seen == pytest.approx(drift, abs=1e-6)


@pytest.mark.parametrize(("longitude", "way"), [(110.0, -1), (140.0, -1), (200.0, 1), (225.0, 1), (290.0, -1), (30.0, 1)])
def test_the_earth_pulls_towards_its_stable_points(longitude: float, way: int) -> None:
    """75.1 E and 255.3 E are stable, 161.9 E and 348.5 E not; at most 2e-3 deg/day^2 (Soop 1994), and the Moon adds half."""
    pull = acceleration_deg_day2(still(longitude), NOON_US)
    assert np.sign(pull) == way
    assert abs(pull) < 3e-3


def test_greenwich_sidereal_time_of_vallado_example_3_5() -> None:
    """1992-08-20 12:14 UT1: 152.578787810 deg (Vallado, Fundamentals of Astrodynamics, 4th edition)."""
    t_us = int(np.datetime64("1992-08-20T12:14:00", "us").astype(np.int64))
    assert np.degrees(gmst_rad(t_us)) == pytest.approx(152.578787810, abs=1e-6)


def test_a_track_follows_the_arc_that_holds() -> None:
    first = still(128.0)
    later = Arc(NOON_US, burnt(first.mean, 0.5))
    track = Track(1, "x", "", ((NOON_US - US_PER_DAY, first), (NOON_US, later)))
    before, after = np.array([NOON_US - 1]), np.array([NOON_US])
    assert np.array_equal(track.states(before.astype("datetime64[us]"))[0], first.states(before)[0])
    assert np.array_equal(track.states(after.astype("datetime64[us]"))[0], later.states(after)[0])
    assert track.arc_at(NOON_US - 3 * US_PER_DAY) is first
