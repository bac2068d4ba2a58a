"""The practice fall itself: laws of its integrator and air, and sets that tell of the orbit that was flown."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.exercise._falling_air import density_kg_m3, kp_of
from hoshimori.exercise._falling_kernel import fly, height_km
from hoshimori.facts import Floats
from hoshimori.sky import atmosphere, orbits
from tests.detect.falls import fall

MU = 398600.4418


def flown(b: float, days: float, step_s: float = 20.0, perigee_km: float = 300.0) -> tuple[Floats, float]:
    a = 6378.137 + perigee_km
    v = np.sqrt(MU / a)
    state = np.array([a, 0.0, 0.0, 0.0, v * np.cos(1.0), v * np.sin(1.0)])
    out = np.empty((int(days * 1440) + 2, 6))
    air = np.tile([120.0, 120.0, 8.0], (60, 1))
    none = np.zeros(0)
    count, end = fly(state, 5000.0, np.full(1, b), 1e9, np.ones(2), 1e9, air, none, none, days * 86400.0, 80.0, step_s, 60.0, out)
    return out[:count], end


def energy(states: Floats) -> Floats:
    """Of the J2 problem, km2/s2."""
    r = np.linalg.norm(states[:, :3], axis=1)
    j2 = MU / r * 1.08262668e-3 * (6378.137 / r) ** 2 * 0.5 * (3.0 * (states[:, 2] / r) ** 2 - 1.0)
    return np.asarray(0.5 * np.sum(states[:, 3:] ** 2, axis=1) - MU / r + j2)


def test_without_air_energy_is_kept() -> None:
    """To what J3, J4, Sun and Moon do: some metres of axis."""
    states, end = flown(0.0, 2.0)
    assert end == np.inf
    axis_off = (energy(states) - energy(states)[0]) / MU * 2.0 * 6678.0**2
    assert np.abs(axis_off).max() < 0.1


def test_steps_are_small_enough() -> None:
    _, coarse = flown(0.05, 10.0, 20.0, 230.0)
    _, fine = flown(0.05, 10.0, 5.0, 230.0)
    assert coarse == pytest.approx(fine, rel=2e-3)


def test_twice_the_area_falls_twice_as_fast() -> None:
    one, two = (flown(b, 40.0, perigee_km=280.0)[1] for b in (0.05, 0.1))
    assert one / two == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("height", [100.0, 150.0, 200.0, 300.0, 400.0])
@pytest.mark.parametrize("f107", [75.0, 150.0])
def test_its_air_is_another_than_that_of_the_detector_but_of_this_world(height: float, f107: float) -> None:
    t = np.datetime64("2014-03-14T12:00:00", "us") + np.arange(24) * np.timedelta64(1, "h")
    zero = np.zeros(24)
    theirs = atmosphere.density_kg_m3(t, zero, zero, np.full(24, height), atmosphere.steady(f107=f107, ap=9.0)).mean()
    hours = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
    ours = np.mean([density_kg_m3(height, 0.0, h, 0.0, 0.2, f107, f107, 9.0) for h in hours])
    assert 0.6 < ours / theirs < 1.6
    assert abs(ours / theirs - 1.0) > 1e-3


def test_kp_follows_the_table() -> None:
    for ap, kp in ((0, 0.0), (4, 1.0), (15, 3.0), (27, 4.0), (48, 5.0), (80, 6.0), (132, 7.0)):
        assert abs(kp_of(float(ap)) - kp) < 0.2


def test_a_seed_gives_the_same_object_again() -> None:
    fall.cache_clear()
    one = fall("upper stage", 1)
    fall.cache_clear()
    two = fall("upper stage", 1)
    assert one.end_utc == two.end_utc
    assert one.sets.digest_texts() == two.sets.digest_texts()


def test_it_ends_at_eighty_kilometres_and_sets_end_before() -> None:
    made = fall("satellite", 2)
    assert 80.0 < height_km(*made.end_teme_km.tolist()) < 90.0
    assert (made.sets.epoch_utc < made.end_utc).all()
    assert (made.sets.known_utc > made.sets.epoch_utc).all()


def test_sets_predict_each_other_as_real_ones_of_low_orbits_do() -> None:
    """A set carried to the next one's epoch lies within some km while drag is mild."""
    sets = fall("satellite", 2).sets.take(slice(0, 12))
    table = orbits.prepare(
        sets.epoch_utc, sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg,
        sets.bstar_per_er,
    )  # fmt: skip
    index = np.arange(11)
    before, _, _ = orbits.pairs(table, index, sets.epoch_utc[1:])
    there, _, _ = orbits.pairs(table, index + 1, sets.epoch_utc[1:])
    off = np.linalg.norm(before - there, axis=1)
    assert np.median(off) < 5.0
    assert off.max() > 0.01


def test_a_driven_descent_is_burnt_down() -> None:
    made = fall("controlled", 1)
    assert made.controlled
    assert len(made.burns) == 3
    last = made.burns[-1]
    assert last[1] < -100.0
    assert (made.end_utc - last[0]) / np.timedelta64(1, "h") < 1.6
