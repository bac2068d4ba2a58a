"""Many sets of one object as one trajectory: what is blended, what is not, and where nothing speaks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.sky import orbits
from hoshimori.sky.trajectories import GivenStates, Trajectories
from tests.sky.sets import EPOCH, mixed, prepared

DAY_US = 86_400_000_000
ONE_MILLIMETRE = 1e-6  # km


def few(joined: tuple[bool, ...] = (True, True, False), days: tuple[float, ...] = (0.0, 0.6, 1.5)) -> Trajectories:
    """One object in GEO with a set at each of these days, 20 km apart along the orbit from one to the next, and a LEO one."""
    elements = np.array(
        [[1.0027, 2e-4, 0.1, 80.0, 20.0, 100.0 + 360.0 * 1.0027 * d + 0.027 * k, 0.0] for k, d in enumerate(days)]
    )
    low = np.array([[15.2, 1e-3, 51.6, 10.0, 20.0, 30.0, 1e-4]])
    epoch = np.array([EPOCH + np.timedelta64(round(d * DAY_US), "us") for d in (*days, 0.2)])
    sats = prepared(epoch, np.concatenate((elements, low)))
    first = np.array([0, len(days), len(days) + 1])
    return Trajectories(sats, epoch.astype(np.int64), first, np.array([*joined, False]), 10 * DAY_US, 2 * DAY_US)


def times(*days: float) -> np.ndarray:
    return np.array([EPOCH + np.timedelta64(round(d * DAY_US), "us") for d in days])


def at(trajectories: Trajectories, row: int, *days: float) -> tuple[np.ndarray, np.ndarray]:
    t_utc = times(*days)
    return trajectories.at(np.full(len(t_utc), row), t_utc, np.zeros(len(t_utc)))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-4.0, 14.0), min_size=1, max_size=8), st.sampled_from([(True, True, False), (True, False, False)]))
def test_the_grid_and_single_moments_agree(days: list[float], joined: tuple[bool, ...]) -> None:
    """Everywhere: between, before and after the epochs, where it is silent, and with a break."""
    t = few(joined)
    t_utc = np.unique(times(*days))
    r, v = t.grid(t_utc)
    for row in range(2):
        single = t.at(np.full(len(t_utc), row), t_utc, np.zeros(len(t_utc)))
        np.testing.assert_allclose(r[row].T, single[0], atol=ONE_MILLIMETRE, equal_nan=True)
        np.testing.assert_allclose(v[row].T, single[1], atol=1e-9, equal_nan=True)


def test_at_an_epoch_its_own_set_speaks_and_half_way_both_speak_alike() -> None:
    t = few()
    alone = [orbits.pairs(t.satellites, np.array([k]), times(d))[0][0] for k, d in enumerate((0.0, 0.6, 1.5))]
    np.testing.assert_allclose(at(t, 0, 0.0, 0.6, 1.5)[0], alone, atol=ONE_MILLIMETRE)
    both = [orbits.pairs(t.satellites, np.array([k]), times(0.3))[0][0] for k in (0, 1)]
    np.testing.assert_allclose(at(t, 0, 0.3)[0][0], 0.5 * (both[0] + both[1]), atol=ONE_MILLIMETRE)
    quarter = [orbits.pairs(t.satellites, np.array([k]), times(0.15))[0][0] for k in (0, 1)]
    np.testing.assert_allclose(at(t, 0, 0.15)[0][0], quarter[0] + 5.0 / 32.0 * (quarter[1] - quarter[0]), atol=ONE_MILLIMETRE)


def test_the_blended_velocity_is_the_rate_of_the_blended_position() -> None:
    """As far as each set's own is: 10 cm/s. The blending alone moves the object by 20 km in 14 h, up to 60 cm/s."""
    t = few()
    t_utc, second = times(0.3), np.array([1.0])
    before, after = (t.at(np.array([0]), t_utc, s * second)[0][0] for s in (-1.0, 1.0))
    v = at(t, 0, 0.3)[1][0]
    assert np.linalg.norm(0.5 * (after - before) - v) < 1e-4
    unblended = [orbits.pairs(t.satellites, np.array([k]), t_utc)[1][0] for k in (0, 1)]
    assert np.linalg.norm(v - 0.5 * (unblended[0] + unblended[1])) > 4e-4


def test_the_path_has_no_jump_anywhere() -> None:
    t = few()
    t_utc = EPOCH + (np.arange(0, 2 * 86400, 1) * 1_000_000).astype("timedelta64[us]")
    r, _ = t.grid(t_utc)
    steps = np.linalg.norm(np.diff(r[0], axis=1), axis=0)
    assert np.ptp(steps) < 0.01  # km in a second, of 3.07


def test_sets_that_are_not_joined_each_speak_up_to_the_middle() -> None:
    t = few((False, True, False))
    row, when = t.breaks_us()
    assert row.tolist() == [0]
    assert when - EPOCH.astype(np.int64) == pytest.approx([0.3 * DAY_US], abs=1)
    for day, k in ((0.29, 0), (0.31, 1)):
        alone = orbits.pairs(t.satellites, np.array([k]), times(day))[0][0]
        np.testing.assert_allclose(at(t, 0, day)[0][0], alone, atol=ONE_MILLIMETRE)


def test_it_is_silent_before_it_was_known_and_beyond_its_reach() -> None:
    r, _ = at(few(), 0, -2.01, -1.99, 11.49, 11.51)
    assert np.isfinite(r).all(axis=1).tolist() == [False, True, True, False]


def test_the_age_is_that_of_the_nearest_epoch() -> None:
    t_us = times(-1.0, 0.2, 0.5, 1.0, 4.0).astype(np.int64)
    ages = few().age_us(np.zeros(5, np.int64), t_us) / DAY_US
    assert ages == pytest.approx([1.0, 0.2, 0.1, 0.4, 2.5], abs=1e-6)


def test_some_rows_alone_move_as_they_did() -> None:
    t = few()
    t_utc = times(0.1, 0.7, 3.0)
    np.testing.assert_array_equal(t.take(np.array([1])).grid(t_utc)[0][0], t.grid(t_utc)[0][1])


def test_given_states_speak_instead_of_sets_and_the_first_segment_counts() -> None:
    t = few()
    t_utc = times(0.0, 0.1, 0.2, 0.3)
    still, other = np.tile([7000.0, 0.0, 0.0], (4, 1)), np.tile([0.0, 7000.0, 0.0], (4, 1))
    segments = (GivenStates(t_utc[1:3], still[1:3], 0 * still[1:3]), GivenStates(t_utc, other, 0 * other))
    with_given = Trajectories(t.satellites, t.epoch_us, t.first, t.joined, t.reach_us, t.before_us, {0: segments})
    r, v = at(with_given, 0, 0.05, 0.15, 0.25, 0.35)
    np.testing.assert_allclose(r[:3], [other[0], still[0], other[0]], atol=ONE_MILLIMETRE)
    assert np.isnan(r[3]).all()
    assert np.abs(v[:3]).max() < 1e-9
    np.testing.assert_allclose(with_given.grid(times(0.05, 0.15, 0.25, 0.35))[0][0].T, r, equal_nan=True)


def test_many_objects_at_once_equal_each_alone() -> None:
    epoch, elements = mixed(36, seed=7)
    first = np.arange(0, 37, 3)
    order = np.concatenate([a + np.argsort(epoch[a : a + 3]) for a in first[:-1]])
    sats = prepared(epoch[order], np.repeat(elements[::3], 3, axis=0))
    joined = np.tile([True, True, False], 12)
    t = Trajectories(sats, epoch[order].astype(np.int64), first, joined, 3 * DAY_US, DAY_US)
    t_utc = times(*np.linspace(-1.0, 3.0, 40))
    together = t.grid(t_utc)[0]
    for row in range(12):
        np.testing.assert_array_equal(t.take(np.array([row])).grid(t_utc)[0][0], together[row])
