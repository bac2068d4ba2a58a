"""Scores of histories small enough to count by hand; probabilities that are right, or wrong by a known amount."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from bench.manoeuvres import calibration, scores
from bench.manoeuvres.matching import Found, found
from bench.manoeuvres.scores import Part
from bench.manoeuvres.sockets import Answer
from bench.manoeuvres.truth import History
from tests.bench.made import DAY, HOUR, history, hours, known

MADE = hours(100, 200, 400, 600, 1000)
DV_M_S = [[0, 0.010, 0], [0, -0.010, 0], [0, 0.002, 0], [0, 0.001, 0.030], [np.nan] * 3]
TOLD = found(
    hours(101, 198, 300, 612, 950),
    [0.9, 0.8, 0.3, 0.6, 0.2],
    np.array([2.0, 1.0, 1.0, 6.0, 1.0]) * 3600,
    [[np.nan, 0.011, 0], [np.nan, -0.009, 0], [np.nan, 0.5, 0], [np.nan, 0.0, -0.033], [np.nan, 0.5, 0]],
    hours(140, 230, 330, 700, 970),
)
ONE = history(7, known(MADE, dv_rtn_m_s=DV_M_S))
"""Of five burns the first, second and fourth are found, 1, 2 and 12 h off; two false alarms."""
EVER = (np.datetime64("2000-01-01", "us"), np.datetime64("2100-01-01", "us"))


def whole(*histories: History) -> Part:
    return Part("made", histories, *EVER)


def counted(told: Found, part: Part | None = None) -> scores.Tally:
    part = part or whole(ONE)
    return scores.tally(part, scores.judged(part, {h.satellite.norad_id: told for h in part.histories}, DAY))


def test_precision_recall_and_false_alarms_counted_by_hand() -> None:
    t = counted(TOLD)
    assert (t.made, t.hits, t.false) == (5, 3, 2)
    assert (t.precision, t.recall, t.f1) == pytest.approx((3 / 5, 3 / 5, 3 / 5))
    assert t.years == pytest.approx(900 / 8766)
    assert t.false_per_year == pytest.approx(2 * 8766 / 900)


def test_eras_share_what_the_whole_has() -> None:
    cut = hours(250)[0]
    early, late = (replace(whole(ONE), start_utc=a, stop_utc=b) for a, b in ((EVER[0], cut), (cut, EVER[1])))
    parts = [counted(TOLD, early), counted(TOLD, late)]
    assert [(t.made, t.hits, t.false) for t in parts] == [(2, 2, 0), (3, 1, 2)]
    assert sum(t.years for t in parts) == pytest.approx(counted(TOLD).years)


def test_nothing_found_scores_nothing_without_a_precision() -> None:
    t = counted(TOLD.take(np.zeros(len(TOLD), bool)))
    assert np.isnan(t.precision)
    assert (t.recall, t.f1) == (0.0, 0.0)


@given(st.lists(st.integers(0, 1100), max_size=12))
@run(max_examples=40, deadline=None)
def test_f1_is_the_harmonic_mean_and_its_interval_is_ordered(times: list[int]) -> None:
    part, told = whole(ONE), {7: found(hours(*times))}
    table = scores.judged(part, told, DAY)
    t, (low, high) = scores.tally(part, table), scores.f1_interval(part, table)
    if t.hits:
        assert t.f1 == pytest.approx(2 / (1 / t.precision + 1 / t.recall))
    assert 0 <= low <= high <= 1


def test_a_perfect_detector_has_no_interval_and_a_month_is_drawn_whole() -> None:
    part, right = whole(ONE), {7: found(MADE)}
    assert scores.f1_interval(part, scores.judged(part, right, DAY)) == (1.0, 1.0)
    twice = whole(ONE, history(8, known(MADE)))
    low, high = scores.f1_interval(twice, scores.judged(twice, right | {8: found(hours())}, DAY))
    assert low == 0.0 < high <= 1.0, "five or six blocks: some drawings hold only months of the one that found nothing"


def test_errors_of_time_have_sign_size_and_sigmas() -> None:
    t = scores.timing(whole(ONE), scores.judged(whole(ONE), {7: TOLD}, DAY))
    assert (t.n, t.median_abs_h, t.median_h) == (3, 2.0, 1.0)
    assert (t.inside_1_sigma, t.inside_2_sigma) == pytest.approx((1 / 3, 1.0))


def test_sizes_are_compared_where_a_burn_is_worth_measuring() -> None:
    table = scores.judged(whole(ONE), {7: TOLD}, DAY)
    along, across = scores.size(whole(ONE), table, 1), scores.size(whole(ONE), table, 2)
    assert (along.n, along.ratio, along.sign) == pytest.approx((2, 1.0, 1.0))
    assert along.spread == pytest.approx(1.4826 * 0.1)
    assert along.median_abs_mm_s == pytest.approx(1.0)
    assert (across.n, across.ratio) == pytest.approx((1, 1.1)), "the sign of a cross-track burn is not held against anyone"
    assert scores.size(whole(ONE), table, 1, alone=True).n == 0


def test_a_wrong_sign_shows_where_signs_are_said_and_only_there() -> None:
    wrong = replace(TOLD, dv_rtn_m_s=-TOLD.dv_rtn_m_s)
    said, unsaid = (
        scores.size(whole(ONE), scores.judged(whole(ONE), {7: x}, DAY), 1) for x in (wrong, replace(wrong, signed=False))
    )
    assert (said.ratio, said.sign) == pytest.approx((-1.0, 0.0))
    assert unsaid.ratio == pytest.approx(1.0)
    assert np.isnan(unsaid.sign)


def test_every_burn_is_in_one_class_of_size() -> None:
    rows = scores.recall_by_size(whole(ONE), scores.judged(whole(ONE), {7: TOLD}, DAY))
    assert [r for r in rows if r[1]] == [("1-3", 1, 0), ("6-12", 2, 2), ("12-50", 1, 1), ("not recorded", 1, 0)]


def test_the_operating_point_is_the_best_recall_that_the_rate_allows() -> None:
    """Over ten copies of the record: 1.03 satellite-years, so one false alarm may stand."""
    many = whole(*(history(n, ONE.truth) for n in range(10)))
    quiet = TOLD.take(np.array([True, True, False, True, False]))
    at = scores.operating_point(many, {n: TOLD if n == 0 else quiet for n in range(10)}, DAY)
    assert at is not None
    assert (at.score, at.tally.false, at.tally.hits) == pytest.approx((0.3, 1, 30))


def test_delays_count_hours_and_sets_from_the_burn_to_the_alarm() -> None:
    """Sets every 24 h from hour 0, each known 12 h after its epoch; alarms 40, 30 and 100 h after the burns of 100, 200, 600."""
    d = scores.delays(whole(ONE), scores.judged(whole(ONE), {7: TOLD}, DAY), 12 * HOUR)
    assert (d.n, d.median_h) == (3, 40.0)
    assert d.median_sets == 1.0, "epoch 120 of 100-128; 216 of 200-218; 624, 648, 672 of 600-688"
    assert d.most_sets == pytest.approx(np.quantile([1, 1, 3], 0.9))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
@run(max_examples=60, deadline=None)
def test_brier_is_bounded_and_bins_hold_everything(said: list[tuple[float, bool]]) -> None:
    p, hit = np.array([x for x, _ in said]), np.array([float(y) for _, y in said])
    r = calibration.of_outcomes(p, hit)
    assert sum(n for n, _, _ in r.bins) == r.n == len(said)
    assert 0 <= r.brier <= 1
    assert 0 <= r.expected_error <= 1
    assert r.expected_error**2 <= r.brier + 1e-12


def test_honest_probabilities_have_no_expected_error_and_boasts_have_theirs() -> None:
    hit = np.array([1.0] * 7 + [0.0] * 3)
    assert calibration.of_outcomes(np.full(10, 0.7), hit).expected_error == pytest.approx(0.0)
    boast = calibration.of_outcomes(np.full(10, 1.0), hit)
    assert (boast.expected_error, boast.brier, boast.base) == pytest.approx((0.3, 0.3, 0.21))


def test_candidates_not_told_are_held_against_what_was_missed() -> None:
    """The candidate at 402 h finds a missed burn; the one at 104 h stands beside a burn that is told already."""
    more = found(hours(101, 104, 198, 300, 402, 612, 950), [0.9, 0.1, 0.8, 0.3, 0.4, 0.6, 0.2])
    told, every = (calibration.outcomes(whole(ONE), {7: Answer(TOLD, more)}, DAY, candidates=wide) for wide in (False, True))
    assert sorted(zip(*told, strict=True)) == [(0.2, 0), (0.3, 0), (0.6, 1), (0.8, 1), (0.9, 1)]
    assert sorted(set(zip(*every, strict=True)) - set(zip(*told, strict=True))) == [(0.1, 0), (0.4, 1)]
