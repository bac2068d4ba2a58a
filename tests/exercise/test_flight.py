"""Flight by short arcs, the air that low objects share, and the rules of operators."""

from __future__ import annotations

from math import radians

import numpy as np
import pytest

from hoshimori.exercise import burns
from hoshimori.exercise.air import Air
from hoshimori.exercise.arcs import TAU, US_PER_DAY, Arc, Mean
from hoshimori.exercise.flight import Course, Plan, fly
from hoshimori.exercise.slots import geo_arc, longitude_and_drift

START_US = int(np.datetime64("2026-01-01", "us").astype(np.int64))
STOP_US = START_US + 60 * US_PER_DAY
AIR = Air(7, START_US, STOP_US, START_US + 30 * US_PER_DAY)
LOW = Mean(14.5 * TAU / 1440, 0.001, radians(98.0), 1.0, 2.0, 3.0)

one_metre = 1e-3


def course(*plans: Plan, bstar: float = 0.0, mean: Mean = LOW) -> Course:
    return Course(1, "test", mean, START_US, STOP_US, bstar, plans)


def test_short_arcs_are_one_long_arc_where_the_air_is_still() -> None:
    track, made = fly(course(), AIR)
    t = np.array([START_US + 5 * US_PER_DAY])
    long, short = Arc(START_US, LOW).states(t)[0], track.states(t.astype("datetime64[us]"))[0]
    assert made == ()
    assert np.linalg.norm(long - short) < 20 * one_metre


def test_a_lasting_thrust_ends_in_the_orbit_of_one_push_as_large() -> None:
    day = 20 * US_PER_DAY
    push = Plan(START_US + day, "x", burns.steady((0.0, 0.4, 0.0)))
    slow = burns.ramp(START_US + day, 2.0, "x", (0.0, 0.4, 0.0))
    at_us = START_US + 25 * US_PER_DAY
    (one, _), (other, (made,)) = (fly(course(p), AIR) for p in (push, slow))
    raised = one.mean_at(at_us).sma_km - LOW.sma_km
    assert raised == pytest.approx(2.0 * LOW.sma_km * 0.4e-3 / 7.4, rel=0.03)
    assert other.mean_at(at_us).sma_km - LOW.sma_km == pytest.approx(raised, rel=0.02)
    assert made.dv_rtn_m_s == (0.0, 0.4, 0.0)
    assert made.plan.times_us[-1] - made.plan.times_us[0] == 2 * US_PER_DAY


def test_a_lift_gives_back_what_the_air_took() -> None:
    lift = Plan(START_US + 20 * US_PER_DAY, "station-keeping", burns.lifted_to(LOW.sma_km))
    track, (made,) = fly(course(lift, bstar=1e-3), AIR)
    lost = LOW.sma_km - track.mean_at(lift.start_us - 1).sma_km
    assert made.dv_rtn_m_s[1] > 0.0
    assert lost > 50 * one_metre
    assert track.mean_at(lift.start_us).sma_km == pytest.approx(LOW.sma_km, abs=0.02 * lost)


def test_a_slot_is_held_for_two_months_by_burns_east_and_west() -> None:
    longitude, cycle = 120.0, 16.0
    mean = geo_arc(START_US, longitude, 0.0, e_vector=(1e-4, 0.0), i_vector=(1e-3, 0.0)).mean
    plans = burns.every(START_US + 8 * US_PER_DAY, cycle, STOP_US, "station-keeping", burns.held_at(longitude, cycle))
    track, made = fly(course(*plans, mean=mean), AIR)
    free, _ = fly(course(mean=mean), AIR)
    days = [START_US + d * US_PER_DAY for d in range(20, 58)]
    kept, drifted = ([longitude_and_drift(t.arc_at(d), d)[0] - longitude for d in days] for t in (track, free))
    assert len(made) == 4
    assert max(map(abs, kept)) < 0.15
    assert max(map(abs, drifted)) > 1.0


def test_the_storm_is_in_everybodys_air_for_two_days() -> None:
    before, inside, after = (AIR.factor_at(START_US + int(d * US_PER_DAY)) for d in (29.9, 30.6, 32.6))
    assert inside > 1.7 * max(before, after)
    assert AIR.factor_at(STOP_US + US_PER_DAY) == AIR.factor_at(STOP_US)
    year = Air(7, START_US, START_US + 365 * US_PER_DAY, START_US)
    assert year.mean_over(START_US, START_US + 365 * US_PER_DAY) == pytest.approx(1.0, abs=0.1)
