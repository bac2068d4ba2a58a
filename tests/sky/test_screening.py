"""Closest approaches against pairs whose distance is known in closed form, and against dense sampling."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.sky import orbits, screening
from hoshimori.sky.trajectories import GivenStates, Trajectories
from tests.sky.sets import EPOCH, mixed, prepared

DAY = np.timedelta64(86_400_000_000, "us")
MU = 398600.4418
ONE_METRE = 1e-3  # km


def line(r0: tuple[float, float, float], v: tuple[float, float, float], hours: float = 10.0) -> GivenStates:
    """A straight line through r0 at EPOCH + hours / 2: not an orbit, but its closest approaches are known exactly."""
    t_s = np.arange(0.0, hours * 3600.0 + 1.0, 60.0)
    r = np.array(r0) + np.outer(t_s - hours * 1800.0, v)
    return GivenStates(EPOCH + (t_s * 1e6).astype("timedelta64[us]"), r, np.tile(v, (len(t_s), 1)))


def circle(radius_km: float, phase_rad: float, inc_rad: float = 0.0, *, slower: float = 0.0, days: float = 2.0) -> GivenStates:
    """A circle at the rate of Kepler, less `slower` rad/s, its node on the x axis; states every 2 minutes."""
    n = np.sqrt(MU / radius_km**3) - slower
    t_s = np.arange(0.0, days * 86400.0 + 1.0, 120.0)
    u = phase_rad + n * t_s
    r = radius_km * np.stack((np.cos(u), np.sin(u) * np.cos(inc_rad), np.sin(u) * np.sin(inc_rad)), axis=1)
    v = radius_km * n * np.stack((-np.sin(u), np.cos(u) * np.cos(inc_rad), np.cos(u) * np.sin(inc_rad)), axis=1)
    return GivenStates(EPOCH + np.rint(t_s * 1e6).astype("timedelta64[us]"), r, v)


def given_only(*states: GivenStates) -> Trajectories:
    none = orbits.prepare(np.zeros(0, "datetime64[us]"), *[np.zeros(0)] * 7)
    empty = np.zeros(0, np.int64)
    rows = {i: (s,) for i, s in enumerate(states)}
    return Trajectories(none, empty, np.zeros(len(states) + 1, np.int64), np.zeros(0, bool), 0, 0, rows)


def screen(
    trajectories: Trajectories, step_s: float, within_km: float, *, days: float = 2.0, spell_km: float = 0.0
) -> tuple[screening.Minima, screening.Spells]:
    candidates = np.ones((1, trajectories.rows), bool)
    stop = EPOCH + np.timedelta64(round(days * 86400e6), "us")
    return screening.screen(trajectories, np.array([0]), candidates, EPOCH, stop, step_s, within_km, spell_km=spell_km)


@pytest.mark.parametrize("step_s", [64.0, 1024.0])
def test_two_straight_lines_meet_where_geometry_says(step_s: float) -> None:
    """Passing at 1 km/s and 30 km, five hours after the start."""
    pair = given_only(line((7000.0, 0.0, 0.0), (0.0, 0.0, 0.0)), line((7000.0, 0.0, 30.0), (0.0, 1.0, 0.0)))
    found, _ = screen(pair, step_s, 100.0, days=10.0 / 24.0)
    assert found.miss_km == pytest.approx([30.0], abs=1e-6)
    assert found.moment_us - EPOCH.astype(np.int64) == pytest.approx([18000e6], abs=10.0)


def test_a_minimum_below_the_range_counts_and_one_above_does_not() -> None:
    pair = given_only(line((7000.0, 0.0, 0.0), (0.0, 0.0, 0.0)), line((7000.0, 0.0, 30.0), (0.0, 1.0, 0.0)))
    assert len(screen(pair, 1024.0, 30.001, days=10.0 / 24.0)[0].miss_km) == 1
    assert len(screen(pair, 1024.0, 29.999, days=10.0 / 24.0)[0].miss_km) == 0


def test_crossing_circles_come_nearest_at_their_nodes() -> None:
    """Same radius, 1 degree apart in plane, 0.05 degrees in phase: by the haversine the distance is least twice a revolution."""
    a, di, du = 42164.0, np.radians(1.0), np.radians(0.05)
    found, _ = screen(given_only(circle(a, 0.3), circle(a, 0.3 + du, di)), 1024.0, 100.0)
    u = np.linspace(0.0, 2.0 * np.pi, 200001)
    one = np.stack((np.cos(u), np.sin(u), 0 * u))
    two = np.stack((np.cos(u + du), np.sin(u + du) * np.cos(di), np.sin(u + du) * np.sin(di)))
    least = a * np.sqrt(((two - one) ** 2).sum(axis=0)).min()
    assert len(found.miss_km) == 4  # two days less eight minutes, twice a revolution
    assert found.miss_km == pytest.approx([least] * 4, abs=ONE_METRE)


def test_a_spell_without_a_minimum_is_told() -> None:
    """A follower that falls behind by 2 km a day: no minimum, but near all the time."""
    a = 42164.0
    pair = given_only(circle(a, 0.0), circle(a, -30.0 / a, slower=2.0 / 86400.0 / a))
    found, spells = screen(pair, 1024.0, 200.0, spell_km=100.0)
    assert len(found.miss_km) == 0
    assert (spells.stop_us - spells.start_us) / 86400e6 == pytest.approx([2.0], abs=1024.0 / 86400.0)
    assert spells.nearest_km == pytest.approx([30.0], abs=0.1)


def test_a_step_is_a_power_of_two_short_enough_at_perigee() -> None:
    for motion, e in ((1.0027, 0.0), (15.5, 1e-3), (2.006, 0.74), (1.0027, 0.075)):
        step = screening.step_s(motion, e)
        at_perigee = motion * 2 * np.pi / 86400.0 * (1 + e) ** 2 / (1 - e * e) ** 1.5
        assert np.log2(step) % 1 == 0
        assert 0.5 < step * at_perigee * screening.STEPS_PER_REVOLUTION / (2 * np.pi) <= 1.0


def test_shells_keep_all_that_they_must() -> None:
    """Distances of three weeks of every kind of orbit stay inside; far shells are dropped."""
    epoch, elements = mixed(120, seed=5)
    low, high = screening.shells(elements[:, 0], elements[:, 1], np.zeros(120))
    sats = prepared(epoch, elements)
    t_utc = EPOCH + np.arange(0, 21 * 86400, 4000).astype("timedelta64[s]")
    distance = np.linalg.norm(orbits.states(sats, t_utc).r_km, axis=1)
    whole = np.isfinite(distance).all(axis=1) & (np.arange(120) % 6 != 1)  # without those that decay
    assert whole.sum() > 80
    assert (distance[whole].min(axis=1) > low[whole]).all()
    assert (distance[whole].max(axis=1) < high[whole]).all()
    meets = screening.shells_meet(low, high, 42000.0, 42300.0, 100.0)
    assert meets[3::6].any()
    assert not meets[0::6].any()


def test_who_sinks_or_climbs_fast_may_be_anywhere_below() -> None:
    low, _ = screening.shells(np.full(3, 15.6), np.full(3, 1e-3), np.array([1e-5, 5e-3, -5e-3]))
    assert (low > 0.0).tolist() == [True, False, False]


def of_sets(seed: int, spread: float = 2e-4) -> Trajectories:
    """Eight objects of one or two sets each, near the first in every element: a cloud in GEO."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.arange(8), 2)
    base = np.array([1.0027, 3e-4, 0.06, 95.0, 270.0, 60.0, 0.0])
    shift = rng.normal(0, 1, (8, 7)) * [spread * 0.1, spread, spread * 57, 0.02, 0.0, 0.03, 0.0]
    elements = base + shift[rows]
    elements[:, 1] = np.abs(elements[:, 1])
    elements[1::2, 5] += 360.0 * elements[1::2, 0] * 0.5 + rng.normal(0, 1e-3, 8)  # half a day on
    epoch = np.where(np.arange(16) % 2, EPOCH + DAY // 2, EPOCH).astype("datetime64[us]")
    epoch_us = epoch.astype(np.int64)
    joined = np.arange(16) % 2 == 0
    month = 30 * 86_400_000_000
    return Trajectories(prepared(epoch, elements), epoch_us, np.arange(0, 17, 2), joined, month, month)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_every_dip_of_a_dense_sampling_is_found_and_nothing_else(seed: int) -> None:
    """One day in steps of 20 s: the sampled minima of the distance, and those of the search, are the same in number and place."""
    cloud = of_sets(seed)
    found, _ = screen(cloud, 1024.0, 150.0, days=1.0)
    t_utc = EPOCH + (np.arange(-1, 4322) * 20_000_000).astype("timedelta64[us]")
    r, _ = cloud.grid(t_utc)
    for other in range(1, 8):
        d = np.linalg.norm(r[other] - r[0], axis=0)
        k = 1 + np.flatnonzero((d[1:-1] < d[:-2]) & (d[1:-1] <= d[2:]) & (d[1:-1] < 149.99))
        t_s = 20.0 * (k - 1)
        mine = found.take(found.other == other)
        mine_s = (mine.moment_us - EPOCH.astype(np.int64)) * 1e-6
        inside = (t_s > 30.0) & (t_s < 86400.0 - 30.0)
        for t, depth in zip(t_s[inside], d[k][inside], strict=True):
            nearest = np.argmin(np.abs(mine_s - t))
            assert abs(mine_s[nearest] - t) < 21.0
            assert -ONE_METRE < depth - mine.miss_km[nearest] < 0.02
        assert len(mine_s) <= len(k) + 2


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([256.0, 512.0]))
def test_a_finer_grid_changes_nothing(seed: int, step_s: float) -> None:
    cloud = of_sets(seed)
    coarse, fine = (screen(cloud, s, 150.0, days=1.0)[0] for s in (1024.0, step_s))
    assert coarse.other.tolist() == fine.other.tolist()
    assert coarse.moment_us * 1e-6 == pytest.approx(fine.moment_us * 1e-6, abs=0.05)
    assert coarse.miss_km == pytest.approx(fine.miss_km, abs=ONE_METRE)


def test_parts_of_a_window_hold_what_the_whole_holds() -> None:
    cloud = of_sets(3)
    rows, candidates = np.array([0]), np.ones((1, 8), bool)
    cuts = [EPOCH, EPOCH + 31 * DAY // 100, EPOCH + DAY]
    whole = screening.screen(cloud, rows, candidates, cuts[0], cuts[2], 1024.0, 150.0)[0]
    parts = [screening.screen(cloud, rows, candidates, a, b, 1024.0, 150.0)[0] for a, b in pairwise(cuts)]
    both = np.sort(np.concatenate([p.moment_us for p in parts]))
    assert both.tolist() == np.sort(whole.moment_us).tolist()


def test_spells_that_touch_become_one() -> None:
    def spell(start: int, stop: int, km: float) -> screening.Spells:
        return screening.Spells(*(np.array([x]) for x in (0, 1, start, stop, (start + stop) // 2, km)))

    found = screening.merged([spell(10, 20, 5.0), spell(0, 10, 4.0), spell(30, 40, 3.0)])
    assert found.start_us.tolist() == [0, 30]
    assert found.stop_us.tolist() == [20, 40]
    assert found.nearest_km.tolist() == [4.0, 3.0]
