"""Sets as fits over shared looks: what they do when all is quiet, and what a burn does to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoshimori.exercise import burns, fleet
from hoshimori.exercise.air import Air
from hoshimori.exercise.arcs import TAU, US_PER_DAY, Mean
from hoshimori.exercise.equinoctial import apart, from_equinoctial, local, to_equinoctial
from hoshimori.exercise.fits import Fitted, Tracking, fitted
from hoshimori.exercise.flight import Course, Plan, fly
from hoshimori.exercise.floors import FLOOR_SIGMAS, Floor, floor, misses, robust_sigma
from hoshimori.facts import Floats

START_US = int(np.datetime64("2026-01-01", "us").astype(np.int64))
STOP_US = START_US + 120 * US_PER_DAY
BURN_US = START_US + 60 * US_PER_DAY
AIR = Air(3, START_US, STOP_US, START_US)
JASON = Mean(12.81 * TAU / 1440, 0.0008, 1.15, 1.0, 2.0, 3.0)
PERFECT = Tracking((8.0, 24.0), 5.0, 2.0, 0.6, 0.0, 0.0, 0.0, 0.0, patience_km=4.0)


def sets_of(*plans: Plan, tracking: Tracking = fleet.LEO) -> tuple[Fitted, Floats]:
    """The sets, and (n, 6) how far each is from the truth at its epoch: angles in km at the object's distance."""
    track, _ = fly(Course(1, "test", JASON, START_US, STOP_US, 0.0, plans), AIR)
    fits = fitted(1, track, tracking, 0.0, AIR, STOP_US)
    truth = [to_equinoctial(track.mean_at(t)) for t in fits.epoch_us.tolist()]
    off = np.array([local(x, apart(y, x)) for x, y in zip(truth, fits.x, strict=True)])
    return fits, off * JASON.sma_km


def test_perfect_looks_at_a_quiet_object_give_the_truth() -> None:
    fits, off = sets_of(tracking=PERFECT)
    assert np.abs(off[:, 1:]).max() < 0.002  # km
    assert np.abs(misses(fits)[:, 5]).max() * JASON.sma_km < 0.010


def test_errors_have_the_size_that_was_asked_for_and_neighbours_share_them() -> None:
    _, off = sets_of()
    cross, along = off[:, 3], off[:, 5]
    assert 0.2 * fleet.LEO.cross_km < robust_sigma(cross) < 0.6 * fleet.LEO.cross_km  # a mean of several looks
    assert 0.3 * fleet.LEO.along_km < robust_sigma(along) < 2.0 * fleet.LEO.along_km
    assert np.corrcoef(cross[:-1], cross[1:])[0, 1] > 0.15


def test_a_small_burn_is_smeared_over_the_sets_that_follow_it() -> None:
    dv_m_s = 0.01
    fits, off = sets_of(Plan(BURN_US, "x", burns.steady((0.0, dv_m_s, 0.0))), tracking=PERFECT)
    full = -3.0 * dv_m_s / 1000.0 * 60.0  # km/min along the track
    left_over = -off[:, 0] / full  # share of the step that is not yet in the drift
    days = (fits.epoch_us - BURN_US) / US_PER_DAY
    assert np.abs(left_over[days < 0]).max() < 1e-3
    assert np.abs(left_over[days > 2.0]).max() < 1e-3
    fresh = left_over[(days > 0) & (days < 1.0)]
    assert len(fresh)
    assert 0.1 < np.abs(fresh).max() < 1.5


def test_a_large_burn_makes_a_hole_and_then_a_clean_step() -> None:
    quiet, _ = sets_of(tracking=PERFECT)
    fits, off = sets_of(Plan(BURN_US, "x", burns.steady((0.0, 3.0, 0.0))), tracking=PERFECT)
    lost = sorted(set(quiet.epoch_us.tolist()) - set(fits.epoch_us.tolist()))
    assert lost
    assert all(0 <= t - BURN_US < US_PER_DAY for t in lost)
    days = (fits.epoch_us - BURN_US) / US_PER_DAY
    assert np.abs(off[days > 2.0, 5]).max() < 0.002
    assert days[days > 0].min() < 1.5


@pytest.mark.parametrize("dv_rtn_m_s", [(0.0, 0.02, 0.0), (0.0, 0.0, 2.0)])
def test_only_a_burn_makes_a_set_miss_the_next(dv_rtn_m_s: tuple[float, float, float]) -> None:
    fits, _ = sets_of(Plan(BURN_US, "x", burns.steady(dv_rtn_m_s)), tracking=PERFECT)
    miss_km = np.abs(misses(fits)[:, 1:]).max(axis=1) * JASON.sma_km
    across = (fits.epoch_us[1:] > BURN_US) & (fits.epoch_us[:-1] < BURN_US + 2 * US_PER_DAY)
    assert miss_km[~across].max() < 0.010
    assert miss_km[across].max() > 0.5


def test_a_floor_is_eight_sigma_of_what_the_quiet_sets_miss_by() -> None:
    fits, _ = sets_of()
    limit = floor(1, fits)
    along_km = robust_sigma(misses(fits)[:, 5]) * from_equinoctial(fits.x[0]).sma_km
    gap_s = np.median(np.diff(fits.epoch_us)) / 1e6
    assert limit.in_track_m_s() == pytest.approx(FLOOR_SIGMAS * along_km * 1000.0 / (3.0 * gap_s))
    assert limit.in_track_m_s(gain=2.0) == pytest.approx(limit.in_track_m_s() / 2.0)
    assert Floor(1, 0.05, 2e-6, 86400.0).cross_track_m_s(7.5) == pytest.approx(8.0 * 0.015)


def test_worse_looks_raise_the_floor_in_proportion() -> None:
    worse = replace(fleet.LEO, radial_km=0.28, along_km=0.15, cross_km=0.45, wander_km_day=0.3)
    once, ten = floor(1, sets_of()[0]), floor(1, sets_of(tracking=worse)[0])
    assert ten.in_track_m_s() == pytest.approx(10.0 * once.in_track_m_s(), rel=0.05)
    assert ten.tilt_rad == pytest.approx(10.0 * once.tilt_rad, rel=0.05)
