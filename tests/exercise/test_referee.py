"""The referee on calls made by hand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.errors import UsageError
from hoshimori.exercise import score
from hoshimori.exercise.referee import TOLERANCE

DAY_0 = np.datetime64("2026-03-01T00:00:00", "us")


def at(hours: float) -> np.datetime64:
    return DAY_0 + np.timedelta64(int(hours * 3600), "s")


@dataclass(frozen=True)
class Call:
    norad_id: int
    t_utc: np.datetime64
    known_utc: np.datetime64


@dataclass(frozen=True)
class Thrust:
    norad_id: int
    start_utc: np.datetime64
    stop_utc: np.datetime64
    promised: bool
    due_utc: np.datetime64


def call(hours: float, *, known: float = 0.0, norad_id: int = 1) -> Call:
    return Call(norad_id, at(hours), at(known))


def thrust(hours: float, *, lasts: float = 0.0, due: float = 100.0, promised: bool = True, norad_id: int = 1) -> Thrust:
    return Thrust(norad_id, at(hours), at(hours + lasts), promised, at(due))


def test_found_late_missed_and_false() -> None:
    planted = [thrust(0.0), thrust(200.0, due=250.0), thrust(400.0), thrust(600.0, promised=False)]
    found = [call(5.0, known=60.0), call(190.0, known=260.0), call(610.0), call(800.0), call(2.0, norad_id=2)]
    seen = score(planted, found, 2000.0)
    assert seen.matched == ((0, 0), (1, 1), (3, 2))
    assert (seen.promised, seen.in_time, seen.late, seen.missed) == (3, 1, (1,), (2,))
    assert set(seen.false_alarms) == {3, 4}
    assert seen.false_alarms_per_1000_days == 1.0


def test_each_burn_takes_one_call() -> None:
    seen = score([thrust(0.0)], [call(-3.0), call(3.0)], 10.0)
    assert seen.matched == ((0, 0),)
    assert seen.false_alarms == (1,)


def test_pieces_of_a_thrust_that_lasts_are_no_false_alarms() -> None:
    seen = score([thrust(0.0, lasts=72.0)], [call(10.0), call(50.0), call(150.0)], 10.0)
    assert seen.false_alarms == (2,)


@pytest.mark.parametrize(("hours", "fits"), [(35.9, True), (-35.9, True), (36.1, False), (-36.1, False)])
def test_the_tolerance_is_to_both_sides(hours: float, fits: bool) -> None:
    assert bool(score([thrust(0.0)], [call(hours)], 10.0).matched) is fits
    assert np.timedelta64(36, "h") == TOLERANCE


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 200), max_size=4, unique=True), st.lists(st.integers(0, 200), max_size=4))
def test_no_other_pairing_matches_more(planted_h: list[int], found_h: list[int]) -> None:
    planted, found = [thrust(float(h)) for h in planted_h], [call(float(h)) for h in found_h]
    slots = [*range(len(found)), *[None] * len(planted)]
    best = max(
        sum(j is not None and abs(found_h[j] - planted_h[i]) <= 36 for i, j in enumerate(chosen))
        for chosen in permutations(slots, len(planted))
    )
    seen = score(planted, found, 1.0)
    assert len(seen.matched) == best
    assert len(seen.matched) + len(seen.false_alarms) == len(found)


def test_no_time_watched_is_refused() -> None:
    with pytest.raises(UsageError, match="object_days=0"):
        score([], [], 0.0)
