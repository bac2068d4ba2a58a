"""Which sets are compared, where, and what comes out when the errors are known."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.sky import orbits
from hoshimori.tracking import differences
from tests.tracking.made import INC, START, burn, history

AGES = np.array([1.0, 3.0, 7.0])


def test_sets_without_error_do_not_differ() -> None:
    _, satellites = differences.usable(history(40))
    for ahead in (True, False):
        found = differences.differences(satellites, AGES, ahead=ahead)
        two_metres = 2e-3
        assert len(found.d) > 90
        assert np.abs(found.d[:, :3]).max() < two_metres


@pytest.mark.parametrize("ahead", [True, False])
def test_the_predicting_set_lies_an_age_away_on_its_own_side(ahead: bool) -> None:
    _, satellites = differences.usable(history(40))
    found = differences.differences(satellites, AGES, ahead=ahead)
    assert ((found.age_days > 0) == ahead).all()
    share = np.abs(found.age_days) / AGES[found.node]
    assert share.max() < differences.REACH
    assert share.min() > 1.0 / differences.REACH
    assert ((found.made < found.told) == ahead).all()
    back_days = (satellites.epoch_utc[found.told] - found.at_utc) / np.timedelta64(1, "D")
    assert back_days.min() >= 0.0
    assert back_days.max() <= satellites.period_min[0] / 1440.0 + 1e-9


def test_the_whole_orbit_is_met() -> None:
    _, satellites = differences.usable(history(80))
    around = differences.differences(satellites, AGES).arglat_rad
    counts, _ = np.histogram(around, np.linspace(0.0, 2 * np.pi, 9))
    assert counts.min() > 0.5 * len(around) / 8


def test_no_pair_straddles_a_burn() -> None:
    _, satellites = differences.usable(history(40))
    at = burn(40)
    free = differences.differences(satellites, AGES, burns_utc=at)
    early, late = (satellites.epoch_utc[x] for x in (free.made, free.told))
    assert not ((early < at[0]) & (late >= at[0])).any()
    assert 0 < len(free.d) < len(differences.differences(satellites, AGES).d)


def test_argument_of_latitude_is_the_sine_of_height_over_the_equator() -> None:
    sat = orbits.prepare(np.array([START]), [14.2], [0.001], [INC], [40.0], [90.0], [10.0], [0.0])
    t = START + np.arange(0, 101, 5) * np.timedelta64(60_000_000, "us")
    state = orbits.states(sat, t)
    r, v = state.r_km[0].T, state.v_km_s[0].T
    u = differences.argument_of_latitude(r, v)
    h = np.cross(r, v)
    tilt = np.arccos(h[:, 2] / np.linalg.norm(h, axis=1))
    assert np.sin(u) == pytest.approx(r[:, 2] / np.linalg.norm(r, axis=1) / np.sin(tilt), abs=1e-9)
    assert (np.sign(np.cos(u)) == np.sign(v[:, 2]))[np.abs(np.cos(u)) > 0.1].all()


def test_in_the_equator_the_angle_counts_from_the_x_axis() -> None:
    angle = np.array([0.3, 3.0, 6.0])
    r = 42164.0 * np.stack((np.cos(angle), np.sin(angle), np.zeros(3)), axis=1)
    v = 3.07 * np.stack((-np.sin(angle), np.cos(angle), np.zeros(3)), axis=1)
    assert differences.argument_of_latitude(r, v) == pytest.approx(angle)


def test_of_one_fit_issued_twice_the_last_is_heard_and_unusable_sets_are_passed_over() -> None:
    sets = history(10)
    again = sets.having(epoch_utc=sets.epoch_utc + np.timedelta64(900, "us"))
    broken = sets.take(slice(0, 2)).having(
        eccentricity=np.array([1.5, np.nan]), epoch_utc=sets.epoch_utc[:2] + np.timedelta64(10, "D")
    )
    kept, satellites = differences.usable(type(sets).concat([sets, again, broken]))
    assert len(kept) == len(satellites) == 10
    assert (kept.epoch_utc == again.epoch_utc).all()
