"""Scores of judgements about settled cases: how often the leader is right, how honest the odds are, how often a verdict errs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hoshimori.facts import Floats
from hoshimori.judgements import HYPOTHESES, UNDETERMINED

ROWS = (0.0, 0.02, 0.05, 0.20, 0.45, 0.55, 0.80, 0.95, 1.0)
"""Edges of the calibration table: those of ICD 203, the lowest row cut once more because most odds lie there."""
LEAST = 1e-9


@dataclass(frozen=True)
class Judged:
    """What was said of one case, beside what is settled. `ach`: the leader by inconsistency, "" for a tie."""

    case: str
    truth: str
    verdict: str
    ach: str
    bayes: str
    odds: Mapping[str, float]
    confidence: str
    why: tuple[str, ...]
    items: int


@dataclass(frozen=True)
class Score:
    """`brier`: multiclass, 0 best, 2 worst; even odds over eight give 0.875. `log_score`: nats, even odds give 2.079."""

    cases: int
    ach_right: int
    bayes_right: int
    both_right: int
    determined_right: int
    determined_wrong: int
    undetermined: int
    brier: float
    brier_each: float
    log_score: float
    slope: float


def score(rows: Sequence[Judged]) -> Score:
    p, y = _odds(rows), _truth(rows)
    determined = [r for r in rows if r.verdict != UNDETERMINED]
    brier = float(((p - y) ** 2).sum(axis=1).mean())
    return Score(
        cases=len(rows),
        ach_right=sum(r.ach == r.truth for r in rows),
        bayes_right=sum(r.bayes == r.truth for r in rows),
        both_right=sum(r.ach == r.bayes == r.truth for r in rows),
        determined_right=sum(r.verdict == r.truth for r in determined),
        determined_wrong=sum(r.verdict != r.truth for r in determined),
        undetermined=len(rows) - len(determined),
        brier=brier,
        brier_each=brier / len(HYPOTHESES),
        log_score=float(-np.log(np.maximum((p * y).sum(axis=1), LEAST)).mean()),
        slope=slope(p.ravel(), y.ravel()),
    )


def confusion(rows: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """By truth: which hypothesis had the highest odds, and how often the verdict was right, wrong or undetermined."""
    out: dict[str, dict[str, int]] = {}
    for truth in HYPOTHESES:
        mine = [r for r in rows if r.truth == truth]
        out[truth] = {h: sum(r.bayes == h for r in mine) for h in HYPOTHESES} | {
            "right": sum(r.verdict == truth for r in mine),
            "wrong": sum(r.verdict not in (truth, UNDETERMINED) for r in mine),
            UNDETERMINED: sum(r.verdict == UNDETERMINED for r in mine),
        }
    return out


def calibration(rows: Sequence[Judged]) -> list[tuple[float, float, int, float, float]]:
    """Rows (from, to, odds said, their mean, share that was so) over every hypothesis of every case."""
    p, y = _odds(rows).ravel(), _truth(rows).ravel()
    out = []
    for low, high in pairwise(ROWS):
        k = (p >= low) & ((p < high) | (high == ROWS[-1]))
        if k.any():
            out.append((low, high, int(k.sum()), float(p[k].mean()), float(y[k].mean())))
    return out


def slope(p: Floats, y: Floats) -> float:
    """Of the truth's log odds over the log odds said: 1 is honest, below 1 too sure, above 1 too timid. NaN: not to be told."""
    if not 0.0 < y.mean() < 1.0 or np.ptp(p) == 0.0:
        return float("nan")
    q = np.clip(p, LEAST, 1.0 - LEAST)
    x = np.column_stack([np.ones(len(q)), np.log(q / (1.0 - q))])
    w = np.zeros(2)
    for _ in range(50):
        fit = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30.0, 30.0)))
        bend = (x * (fit * (1.0 - fit))[:, None]).T @ x + 1e-6 * np.eye(2)
        w = w + np.linalg.solve(bend, x.T @ (y - fit))
    return float(w[1])


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share. Reference: Wilson 1927."""
    if n == 0:
        return 0.0, 1.0
    z, share = 1.96, hits / n
    middle, half = share + z * z / (2 * n), z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return float((middle - half) / (1 + z * z / n)), float((middle + half) / (1 + z * z / n))


def _odds(rows: Sequence[Judged]) -> Floats:
    return np.array([[r.odds[h] for h in HYPOTHESES] for r in rows])


def _truth(rows: Sequence[Judged]) -> Floats:
    return np.array([[float(r.truth == h) for h in HYPOTHESES] for r in rows])
