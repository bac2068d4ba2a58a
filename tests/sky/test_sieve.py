"""The search over everybody: its answer depends on nothing but the paths, whoever gave them and however they end."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.errors import UsageError
from hoshimori.sky import orbits, sieve
from hoshimori.sky.screening import Minima
from hoshimori.sky.trajectories import GivenStates, Trajectories
from tests.sky.sets import prepared
from tests.sky.test_sieve_reference import ALWAYS_US, EPOCH, START, STOP, WITHIN_KM, population

one_metre = 1e-3  # km
one_millisecond = 1e-3


def paths(elements: np.ndarray) -> Trajectories:
    n = len(elements)
    epoch = np.full(n, EPOCH)
    return Trajectories(
        prepared(epoch, elements), epoch.astype(np.int64), np.arange(n + 1), np.zeros(n, bool), ALWAYS_US, ALWAYS_US
    )


def seconds(m: Minima) -> np.ndarray:
    return np.asarray((m.t_us - START.astype(np.int64)) * 1e-6 + m.offset_s)


def same(one: Minima, two: Minima, within_s: float = one_millisecond) -> bool:
    """The same pairs at the same times, as far as a threshold lets: none of these lies within a metre of it."""
    if len(one.watched) != len(two.watched) or (one.watched != two.watched).any() or (one.other != two.other).any():
        return False
    return bool(np.abs(seconds(one) - seconds(two)).max() < within_s and np.abs(one.miss_km - two.miss_km).max() < one_metre)


@pytest.mark.parametrize("step_s", [10.0, 30.0, 120.0])
@pytest.mark.parametrize("few", [False, True], ids=["everybody", "some"])
def test_the_step_of_the_grid_changes_nothing(step_s: float, few: bool) -> None:
    tr = paths(population(21))
    watched = np.arange(0, tr.rows, 9) if few else None
    usual = sieve.screen(tr, START, STOP, WITHIN_KM, watched=watched)
    other = sieve.screen(tr, START, STOP, WITHIN_KM, watched=watched, step_s=step_s, workers=1)
    assert len(usual.minima.watched) > 60
    assert same(usual.minima, other.minima)
    assert set(usual.failures.row.tolist()) == set(other.failures.row.tolist())
    ends = [f.from_us[(f.code == 6) & (f.from_us > START.astype(np.int64))] for f in (usual.failures, other.failures)]
    lasting = np.abs(ends[0][:, None] - ends[1]).min(axis=1) <= 2_000
    assert lasting.sum() >= len(lasting) - 1, "one set is thrown about past its end, and comes and goes between two grid times"


def test_some_with_all_is_the_part_of_all_with_all_that_holds_them() -> None:
    tr = paths(population(22))
    watched = np.arange(3, tr.rows, 7)
    part, whole = (sieve.screen(tr, START, STOP, WITHIN_KM, watched=w).minima for w in (watched, None))
    mine = np.isin(whole.watched, watched) | np.isin(whole.other, watched)
    low, high = np.minimum(part.watched, part.other), np.maximum(part.watched, part.other)
    told = sorted(zip(low.tolist(), high.tolist(), np.round(seconds(part), 2).tolist(), strict=True))
    expected = whole.take(mine)
    assert told == sorted(
        zip(expected.watched.tolist(), expected.other.tolist(), np.round(seconds(expected), 2).tolist(), strict=True)
    )


def test_windows_that_share_an_edge_lose_nothing_and_tell_nothing_twice() -> None:
    tr = paths(population(23))
    middle = START + (STOP - START) // 3
    parts = [sieve.screen(tr, a, b, WITHIN_KM).minima for a, b in ((START, middle), (middle, STOP))]
    whole = sieve.screen(tr, START, STOP, WITHIN_KM).minima
    assert sum(len(p.watched) for p in parts) == len(whole.watched)


def test_an_owners_ephemeris_is_screened_as_the_sets_it_was_made_from() -> None:
    elements = population(24)[:150]
    tr = paths(elements)
    t_utc = START - np.timedelta64(600, "s") + np.arange(0, 6 * 3600 + 1200, 60).astype("timedelta64[s]")
    given = {}
    for row in range(40):
        at = np.repeat(row, 3 * len(t_utc))
        around = np.concatenate([t_utc + np.timedelta64(s, "ms") for s in (-500, 0, 500)])
        r, _ = tr.at(at, around, np.zeros(len(at)))
        before, here, after = r.reshape(3, -1, 3)
        given[row] = (GivenStates(t_utc, here, after - before),)
    from_sets = sieve.screen(tr, START, STOP, WITHIN_KM).minima
    owners = Trajectories(tr.satellites, tr.epoch_us, tr.first, tr.joined, tr.reach_us, tr.before_us, given)
    from_states = sieve.screen(owners, START, STOP, WITHIN_KM).minima
    assert (from_sets.watched < 40).any()
    assert same(from_sets, from_states, within_s=0.01)


@pytest.mark.parametrize("seed", [25, 27])
def test_many_sets_of_one_object_are_one_path(seed: int) -> None:
    """Each set put in twice, half a day apart and joined: the two say the same orbit, and so does their blend."""
    elements = population(seed)[:-31]  # without those that come down and those that are docked
    tr = paths(elements)
    later = START + np.timedelta64(3, "h")
    one_a_day = np.repeat(np.arange(len(elements)), 2)
    epochs = np.tile(np.array([EPOCH, EPOCH + np.timedelta64(1, "us")]), len(elements))
    pairs = Trajectories(
        tr.satellites.take(one_a_day),
        np.tile(np.array([EPOCH, later]).astype("datetime64[us]").astype(np.int64), len(elements)),
        2 * np.arange(len(elements) + 1),
        np.tile([True, False], len(elements)),
        ALWAYS_US,
        ALWAYS_US,
    )
    assert len(epochs) == len(pairs.epoch_us)
    assert same(sieve.screen(tr, START, STOP, WITHIN_KM).minima, sieve.screen(pairs, START, STOP, WITHIN_KM).minima)


def test_what_is_met_on_the_last_step_before_an_end_is_not_lost() -> None:
    """A path is cut off half a minute after a closest approach, whatever the step; another begins half a minute before."""
    tr = paths(population(26)[:150])
    whole = sieve.screen(tr, START, STOP, WITHIN_KM).minima
    k = int(np.argmax(np.linalg.norm(whole.dv_km_s, axis=1)))
    row, t_us = int(whole.watched[k]), int(whole.moment_us[k])
    t_utc = START - np.timedelta64(600, "s") + np.arange(0, 7 * 3600, 30).astype("timedelta64[s]")
    for side, inside in (
        ("ends", t_utc.astype(np.int64) <= t_us + 60_000_000),
        ("begins", t_utc.astype(np.int64) >= t_us - 60_000_000),
    ):
        part = t_utc[inside]
        r, v = tr.at(np.repeat(row, len(part)), part, np.zeros(len(part)))
        cut = Trajectories(
            tr.satellites, tr.epoch_us, tr.first, tr.joined, tr.reach_us, tr.before_us, {row: (GivenStates(part, r, v),)}
        )
        for step_s in (20.0, 120.0):
            found = sieve.screen(cut, START, STOP, WITHIN_KM, step_s=step_s)
            met = (found.minima.watched == row) & (found.minima.other == whole.other[k])
            assert np.abs(found.minima.moment_us[met] - t_us).min() < 100_000, (side, step_s)
            assert row in found.failures.row
            assert (found.failures.code[found.failures.row == row] == orbits.NO_SET_SPEAKS).all()


def test_who_comes_down_is_named_with_the_moment_and_the_reason() -> None:
    elements = population(11)
    found = sieve.screen(paths(elements), START, STOP + np.timedelta64(2, "D"), 1.0).failures
    assert len(found.row) > 3
    assert set(found.code.tolist()) <= {1, 4, 6, orbits.PAST_ITS_END}
    assert (found.from_us < found.until_us).all()
    for row, from_us in zip(found.row[:5], found.from_us[:5], strict=True):
        moments = np.array([from_us - 5_000, from_us + 5_000]).astype("datetime64[us]")
        _, _, code = orbits.pairs(paths(elements).satellites, np.repeat(row, 2), moments)
        assert code[1] != 0
        assert code[0] == 0 or from_us == START.astype(np.int64)


def test_what_is_asked_wrongly_is_refused() -> None:
    tr = paths(population(1)[:5])
    for wrong in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(UsageError, match="within_km"):
            sieve.screen(tr, START, STOP, wrong)
    with pytest.raises(UsageError, match="before stop"):
        sieve.screen(tr, STOP, START, 5.0)
    with pytest.raises(UsageError, match="watched rows"):
        sieve.screen(tr, START, STOP, 5.0, watched=np.array([5]))


def test_nobody_meets_nobody() -> None:
    nobody = sieve.screen(paths(population(1)[:0]), START, STOP, 5.0)
    assert len(nobody.minima.watched) == len(nobody.stays.watched) == len(nobody.failures.row) == 0
    unwatched = sieve.screen(paths(population(1)), START, STOP, 5.0, watched=np.zeros(0, np.int64))
    assert len(unwatched.minima.watched) == 0


def test_the_cost_grows_with_what_is_asked() -> None:
    day = np.timedelta64(1, "D")
    small, more, longer, wider = (
        sieve.cost(n, START, START + days * day, km)
        for n, days, km in ((5_000, 1, 5.0), (25_000, 1, 5.0), (5_000, 30, 5.0), (5_000, 1, 50.0))
    )
    assert more.states > small.states
    assert more.events == pytest.approx(25.0 * small.events)
    assert longer.states == pytest.approx(30.0 * small.states)
    assert wider.events == pytest.approx(100.0 * small.events)
    assert wider.bytes > small.bytes
    assert sieve.cost(25_000, START, START + day, 5.0, watched=10).seconds < more.seconds
    assert sieve.cost(25_000, STOP, START, 5.0).states == 0.0
