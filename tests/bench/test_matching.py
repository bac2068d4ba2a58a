"""One to one, as many as can be, the nearest of those: the matching against brute force, and what is not held against anyone."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from bench.manoeuvres import matching
from bench.manoeuvres.matching import BESIDE_IDLE, FALSE, HIT, OUTSIDE, found, judge, match, merged
from hoshimori.facts import Ints, Times
from tests.bench.made import DAY, HOUR, hours, known

few = st.lists(st.integers(0, 150), max_size=6).map(sorted)
"""Whole hours: ties and equal times are common."""


def by_brute_force(one: Times, other: Times, tolerance: np.timedelta64) -> tuple[int, float]:
    """Most pairs, and the least sum of hours among those: every assignment is tried."""
    if len(one) > len(other):
        one, other = other, one
    best = (0, 0.0)
    for chosen in permutations(range(len(other)), len(one)):
        apart = np.array([abs((one[i] - other[j]) / HOUR) for i, j in enumerate(chosen)])
        near = apart[apart <= tolerance / HOUR]
        if (len(near), -near.sum()) > (best[0], -best[1]):
            best = (len(near), float(near.sum()))
    return best


def hours_apart(pairs: Ints, one: Times, other: Times) -> float:
    return float(np.abs((one[pairs[:, 0]] - other[pairs[:, 1]]) / HOUR).sum())


@given(few, few, st.integers(0, 80))
@run(max_examples=60, deadline=None)
def test_no_assignment_has_more_pairs_or_nearer_ones(one: list[int], other: list[int], tolerance_h: int) -> None:
    tolerance = np.timedelta64(tolerance_h, "h")
    pairs = match(hours(*one), hours(*other), tolerance)
    most, least_h = by_brute_force(hours(*one), hours(*other), tolerance)
    assert len(pairs) == most
    assert hours_apart(pairs, hours(*one), hours(*other)) == pytest.approx(least_h)


@given(few, few, st.integers(0, 80))
@run(max_examples=100, deadline=None)
def test_matching_is_symmetric_and_uses_nothing_twice(one: list[int], other: list[int], tolerance_h: int) -> None:
    tolerance = np.timedelta64(tolerance_h, "h")
    there, back = match(hours(*one), hours(*other), tolerance), match(hours(*other), hours(*one), tolerance)
    assert len(there) == len(back)
    assert hours_apart(there, hours(*one), hours(*other)) == pytest.approx(hours_apart(back, hours(*other), hours(*one)))
    for column in there.T:
        assert len(set(column.tolist())) == len(column)


@given(few, few, st.integers(0, 80), st.integers(-1000, 1000))
@run(max_examples=50, deadline=None)
def test_only_differences_of_time_matter(one: list[int], other: list[int], tolerance_h: int, shift_h: int) -> None:
    tolerance, shift = np.timedelta64(tolerance_h, "h"), np.timedelta64(shift_h, "h")
    here, there = hours(*one), hours(*other)
    assert len(match(here, there, tolerance)) == len(match(here + shift, there + shift, tolerance))


@given(few, few)
@run(max_examples=50, deadline=None)
def test_more_tolerance_never_matches_less(one: list[int], other: list[int]) -> None:
    counts = [len(match(hours(*one), hours(*other), n * HOUR)) for n in (0, 12, 24, 72)]
    assert counts == sorted(counts)


def test_the_tolerance_is_the_same_before_and_after_and_includes_its_end() -> None:
    for late_h, matched in ((-12.0, 1), (12.0, 1), (-12.01, 0), (12.01, 0)):
        assert len(match(hours(100 + late_h), hours(100), 12 * HOUR)) == matched


def test_a_second_pair_is_worth_more_than_a_nearer_one() -> None:
    """The nearest of all, 10 with 11, would leave 0 and 21 alone."""
    assert match(hours(0, 11), hours(10, 21), 12 * HOUR).tolist() == [[0, 0], [1, 1]]


def test_burns_within_a_day_are_one_at_the_mean_weighted_by_size() -> None:
    burns = found(
        hours(0, 10, 40), probability=[0.6, 0.9, 0.7], sigma_s=[60.0, 30.0, 10.0],
        dv_rtn_m_s=[[np.nan, 0.03, 0.0], [np.nan, 0.01, 0.0], [np.nan, 0.02, 0.0]],
    )  # fmt: skip
    one = merged(burns)
    assert one.t_utc.tolist() == hours(2.5, 40).tolist()
    assert one.probability.tolist() == [0.9, 0.7]
    assert one.sigma_s.tolist() == [30.0, 10.0]
    assert one.dv_rtn_m_s[:, 1].tolist() == pytest.approx([0.04, 0.02])
    assert np.isnan(one.dv_rtn_m_s[:, 0]).all()


@given(few)
@run(max_examples=50, deadline=None)
def test_what_is_merged_lies_a_day_apart_and_stays_so(times: list[int]) -> None:
    once = merged(found(hours(*times)))
    assert (np.diff(once.t_utc) >= DAY).all()
    assert merged(once).t_utc.tolist() == once.t_utc.tolist()


def test_burns_come_in_order_of_time_with_what_was_said_of_each() -> None:
    burns = found(hours(40, 0), probability=[0.4, 0.1], dv_rtn_m_s=[[0, 4, 0], [0, 1, 0]])
    assert burns.probability.tolist() == [0.1, 0.4]
    assert burns.dv_rtn_m_s[:, 1].tolist() == [1.0, 4.0]


def test_a_burn_is_a_hit_a_false_alarm_or_not_judged() -> None:
    truth = known(hours(100, 500), idle_utc=hours(700, 800))
    judged = judge(found(hours(20, 95, 300, 690, 705, 2000)), truth, DAY, 7)
    assert judged.verdict.tolist() == [OUTSIDE, HIT, FALSE, FALSE, BESIDE_IDLE, OUTSIDE]
    assert judged.by.tolist() == [1, -1]
    assert judged.of.tolist() == [-1, 0, -1, -1, -1, -1]
    assert set(judged.satellite.tolist()) == set(judged.found_satellite.tolist()) == {7}


def test_an_idle_line_takes_no_hit_away() -> None:
    judged = judge(found(hours(500)), known(hours(505), idle_utc=hours(500)), DAY)
    assert judged.verdict.tolist() == [HIT]


def test_nothing_found_and_nothing_made_are_judged_too() -> None:
    assert judge(found(hours()), known(hours(500)), DAY).by.tolist() == [-1]
    assert judge(found(hours(500)), known(hours()), DAY).verdict.tolist() == [FALSE]
    assert len(merged(found(hours()))) == 0


@given(few, few, few, few)
@run(max_examples=50, deadline=None)
def test_satellites_joined_count_as_the_sum_of_each(a: list[int], b: list[int], c: list[int], d: list[int]) -> None:
    parts = [judge(merged(found(hours(*x))), known(hours(*y)), DAY, n) for n, (x, y) in enumerate(((a, b), (c, d)))]
    both = matching.joined(parts)
    assert (both.verdict == HIT).sum() == (both.by >= 0).sum() == sum(int((p.by >= 0).sum()) for p in parts)
    hit = np.flatnonzero(both.by >= 0)
    assert both.of[both.by[hit]].tolist() == hit.tolist()
    assert (both.satellite[hit] == both.found_satellite[both.by[hit]]).all()


def test_alone_means_six_days_on_both_sides() -> None:
    assert matching.alone(hours(0, 143, 400, 544)).tolist() == [False, False, True, True]
