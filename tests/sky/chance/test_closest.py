"""The true closest approach, and how long a meeting lasts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoshimori.errors import DataError
from hoshimori.sky.chance.closest import at_closest_approach, lasts, moved, period_s
from tests.sky.chance.meetings import MU, blind, crossing

ONE_MILLIMETRE_KM, ONE_NANOSECOND = 1e-6, 1e-9


@pytest.mark.parametrize("late_s", [3e-4, 5e-3, 0.4, 20.0, -90.0])
def test_a_meeting_given_too_late_is_brought_back(late_s: float) -> None:
    true, _ = at_closest_approach(crossing(np.array([0.3, 0.0, 0.0])))
    back, dt = at_closest_approach(moved(true, late_s))
    assert dt == pytest.approx(-late_s, abs=2e-7)
    assert np.linalg.norm(back.dr_km - true.dr_km) < ONE_MILLIMETRE_KM
    assert abs(float(back.dr_km @ back.dv_km_s)) < 1e-4 * np.linalg.norm(back.dr_km) * np.linalg.norm(back.dv_km_s)


def test_a_millisecond_moves_states_and_leaves_covariances() -> None:
    given = crossing(np.array([0.3, 0.0, 0.0]))
    late = moved(given, 5e-4)
    np.testing.assert_array_equal(late.covariance1, given.covariance1)
    np.testing.assert_allclose(late.r1_km, given.r1_km + 5e-4 * given.v1_km_s)


def test_two_body_motion_there_and_back_and_round() -> None:
    given = crossing(np.array([0.3, 0.0, 0.0]))
    there = moved(given, 700.0)
    back = moved(there, -700.0)
    np.testing.assert_allclose(back.r2_km, given.r2_km, atol=ONE_MILLIMETRE_KM)
    np.testing.assert_allclose(back.covariance1, given.covariance1, rtol=1e-6, atol=1e-9)
    assert np.linalg.norm(there.r1_km) == pytest.approx(7000.0, abs=ONE_MILLIMETRE_KM)
    whole = moved(given, 2.0 * np.pi * np.sqrt(7000.0**3 / MU))
    np.testing.assert_allclose(whole.r1_km, given.r1_km, atol=1e-4)


def test_a_pair_that_flies_together_turns_with_its_orbit() -> None:
    """1 km ahead on the same circle: the distance never changes, and a straight line would say otherwise."""
    given, angle = crossing(np.zeros(3)), 1.0 / 7000.0
    turn = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    pair = replace(given, r2_km=turn @ given.r1_km, v2_km_s=turn @ given.v1_km_s)
    there, dt = at_closest_approach(pair)
    assert abs(dt) < 1.0
    assert np.linalg.norm(there.dr_km) == pytest.approx(np.linalg.norm(pair.dr_km), abs=ONE_MILLIMETRE_KM)


def test_states_that_are_no_close_approach_are_refused() -> None:
    given = crossing(np.array([0.3, 0.0, 0.0]))
    with pytest.raises(DataError, match="not a finite number"):
        at_closest_approach(replace(given, r1_km=np.full(3, np.nan)))
    opposite = np.array([-42164.0, 0.0, 0.0]), np.array([0.0, -np.sqrt(MU / 42164.0), 0.0])
    away = replace(given, r2_km=opposite[0], v2_km_s=opposite[1])  # farthest, where dr . dv is 0 too
    with pytest.raises(DataError, match="no closest approach within"):
        at_closest_approach(away)


def test_a_fast_meeting_lasts_as_long_as_the_error_along_it() -> None:
    given = crossing(np.array([0.3, 0.0, 0.0]), sigma_km=0.1)
    found = lasts(given)
    speed = np.linalg.norm(given.dv_km_s)
    assert not found.whole
    assert found.middle_s == pytest.approx(0.0, abs=ONE_NANOSECOND)
    assert found.stop_s == pytest.approx((8.2 * 0.1 * np.sqrt(2) + 0.02) / speed, rel=0.01)
    assert found.start_s == pytest.approx(-found.stop_s)
    assert found.period_s == pytest.approx(period_s(given))


def test_a_meeting_as_slow_as_its_errors_has_no_end() -> None:
    slow = crossing(np.array([0.3, 0.0, 0.0]), sigma_km=1.0, turn_deg=0.05)
    assert lasts(slow).whole
    assert lasts(blind(slow)).whole  # an error along the orbit brings its own error of speed
    assert lasts(slow).stop_s == pytest.approx(0.5 * period_s(slow))
    assert lasts(replace(slow, v2_km_s=slow.v1_km_s)).whole
