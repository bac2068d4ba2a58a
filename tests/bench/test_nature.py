"""Scores of judgements small enough to count by hand, and one run of the scorer over a few settled cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.nature.run import PROTOCOLS, earlier, everything, one_out
from bench.nature.scores import Judged, calibration, confusion, score, slope, wilson
from hoshimori.assess.history import counts, precedents
from hoshimori.assess.table import table
from hoshimori.judgements import HYPOTHESES, UNDETERMINED

EVEN = dict.fromkeys(HYPOTHESES, 1.0 / len(HYPOTHESES))


def row(truth: str, said: dict[str, float], verdict: str = UNDETERMINED, ach: str = "") -> Judged:
    odds = dict.fromkeys(HYPOTHESES, 0.0) | said
    return Judged("made", truth, verdict, ach, max(odds, key=lambda h: odds[h]), odds, "low", (), 3)


def test_certain_and_right_scores_nothing_certain_and_wrong_two() -> None:
    right, wrong = row("failure", {"failure": 1.0}), row("failure", {"natural": 1.0})
    assert (score([right]).brier, score([wrong]).brier) == (0.0, 2.0)
    assert score([right]).log_score == 0.0


def test_even_odds_score_what_eight_even_chances_give() -> None:
    s = score([row("failure", EVEN)])
    assert (s.brier, s.brier_each, s.log_score) == pytest.approx((0.875, 0.875 / 8, math.log(8)))


def test_verdicts_are_counted_by_hand() -> None:
    rows = [
        row("failure", {"failure": 0.9, "natural": 0.1}, "failure", "failure"),
        row("failure", {"natural": 0.9, "failure": 0.1}, "natural", "failure"),
        row("mistaken", {"mistaken": 0.6, "natural": 0.4}),
    ]
    s = score(rows)
    assert (s.determined_right, s.determined_wrong, s.undetermined) == (1, 1, 1)
    assert (s.ach_right, s.bayes_right, s.both_right) == (2, 2, 1)
    assert s.brier == pytest.approx((0.02 + 1.62 + 0.32) / 3)
    table_of = confusion(rows)
    assert table_of["failure"]["natural"] == 1
    assert table_of["failure"]["wrong"] == 1
    assert table_of["mistaken"][UNDETERMINED] == 1
    assert sum(table_of["routine"].values()) == 0


def test_the_slope_of_honest_odds_is_one_and_of_doubled_log_odds_a_half() -> None:
    rng = np.random.default_rng(6)
    p = rng.uniform(0.02, 0.98, 20000)
    y = (rng.uniform(size=len(p)) < p).astype(float)
    bold = 1.0 / (1.0 + np.exp(-2.0 * np.log(p / (1.0 - p))))
    assert slope(p, y) == pytest.approx(1.0, abs=0.05)
    assert slope(bold, y) == pytest.approx(0.5, abs=0.03)
    assert math.isnan(slope(p, np.zeros(len(p))))


def test_the_rows_of_calibration_hold_every_odds_once() -> None:
    rows = [row("failure", EVEN), row("natural", {"natural": 1.0})]
    told = calibration(rows)
    assert sum(n for _, _, n, _, _ in told) == 2 * len(HYPOTHESES)
    assert sum(n * so for _, _, n, _, so in told) == pytest.approx(2.0)


def test_wilson_1927_example() -> None:
    """15 of 148: 0.0624 to 0.1605. Newcombe 1998, Statistics in Medicine 17, table I, method 3 (81/263, 15/148)."""
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)


def test_no_case_teaches_its_own_score() -> None:
    cases = precedents()
    case = cases[-1]
    assert one_out(case, cases) == counts(cases[:-1])
    learnt = earlier(case, cases) or {}
    looked = sum(n for by in learnt.values() for _, n in by.values())
    before = [c for c in cases if c.split < case.split]
    assert 0 < looked <= sum(len(c.incident.items) for c in before)
    assert not earlier(cases[0], cases)


def test_the_scorer_runs_over_a_few_cases_and_their_twins() -> None:
    cases = precedents()[::14]
    for name, teach in PROTOCOLS.items():
        said = everything(cases, table(), teach, later_half=name == "earlier")
        assert said.keys() == {"3 d", "30 d", "365 d", "now", "told kind", "twins"}
        assert all(sum(r.odds.values()) == pytest.approx(1.0) for rows in said.values() for r in rows)
        assert all(a.items <= b.items for a, b in zip(said["3 d"], said["now"], strict=True))
