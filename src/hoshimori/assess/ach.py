"""Analysis of competing hypotheses: which of them has the least against it.

Each item is marked against each hypothesis (CC, C, N, I, II); only what is inconsistent counts, weighted by the grade of its
source, and the hypothesis with the least of it leads. Consistency is not added up: most evidence is consistent with most
hypotheses. It is used for one thing, to break a tie, and the tie is told.

Reference: Heuer, Psychology of Intelligence Analysis (1999), chapter 8; weighted scores as in the ACH program of PARC (2005).
Assumes: the marks of weights.toml, set for classes of incidents and not for this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.assess.table import Table
from hoshimori.assess.weighing import Piece, kin_shares, pieces
from hoshimori.facts import Floats
from hoshimori.judgements import HYPOTHESES, Item

AGAINST = {"CC": 0.0, "C": 0.0, "N": 0.0, "I": 1.0, "II": 2.0}
SUPPORT = {"CC": 1.0, "C": 0.0, "N": 0.0, "I": 0.0, "II": 0.0}
SPREAD = {"CC": 2.0, "C": 1.0, "N": 0.0, "I": -1.0, "II": -2.0}
"""Points of a mark: against a hypothesis (PARC's), for it where two are even, and on a line for the diagnosticity of a row."""
SETTLE = 9
"""Decimals that sums are rounded to before they are compared, so that a tie is a tie."""


@dataclass(frozen=True, slots=True)
class AchRow:
    """One item against every hypothesis. `weight`: of its grade and beside its kin. `diagnosticity`: variance of its marks, CC
    = 2 to II = -2; 0 where it tells no two hypotheses apart."""

    item: str
    indicator: str
    seen: bool
    grade: str
    weight: float
    marks: Mapping[str, str]
    diagnosticity: float

    def to_json(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "indicator": self.indicator,
            "seen": self.seen,
            "grade": self.grade,
            "weight": round(self.weight, 6),
            "marks": dict(self.marks),
            "diagnosticity": round(self.diagnosticity, 6),
        }


@dataclass(frozen=True, slots=True)
class AchReading:
    """`leader`: "" where no hypothesis stands alone. `tied`: those with as little against them as the first, where more than one.
    `drop_one`: by item left out, the leader then."""

    rows: tuple[AchRow, ...]
    inconsistency: Mapping[str, float]
    support: Mapping[str, float]
    ranking: tuple[str, ...]
    leader: str
    tied: tuple[str, ...]
    drop_one: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": [r.to_json() for r in self.rows],
            "inconsistency": {h: round(x, 6) for h, x in self.inconsistency.items()},
            "ranking": list(self.ranking),
            "leader": self.leader or None,
            "tied": list(self.tied),
            "drop_one": [{"item": item, "leader": leader or None} for item, leader in self.drop_one.items()],
        }


def reading(items: Sequence[Item], table: Table) -> AchReading:
    """The matrix of these items, its scores and what becomes of the leader without each item."""
    weighed = pieces(items, table)
    marks = {p.key: table.weights[p.indicator].marks_of(p.seen) for p in weighed}
    tells = {p.key: diagnosticity(marks[p.key]) for p in weighed}
    shares = _shares(weighed, tells)
    against, support = _scores(weighed, marks, shares)
    ranking, leader, tied = _rank(against, support)
    dropped = {p.key: _leader_without(p, weighed, marks, tells) for p in weighed}
    rows = tuple(
        AchRow(p.key, p.indicator, p.seen, p.grade, p.weight * shares[p.key], marks[p.key], tells[p.key]) for p in weighed
    )
    return AchReading(rows, _named(against), _named(support), ranking, leader, tied, dropped)


def diagnosticity(marks: Mapping[str, str]) -> float:
    """Variance of the marks over the hypotheses."""
    return float(np.var([SPREAD[marks[h]] for h in HYPOTHESES]))


def _shares(weighed: Sequence[Piece], tells: Mapping[str, float]) -> dict[str, float]:
    return kin_shares(weighed, {p.key: p.weight * tells[p.key] for p in weighed})


def _scores(
    weighed: Sequence[Piece], marks: Mapping[str, Mapping[str, str]], shares: Mapping[str, float]
) -> tuple[Floats, Floats]:
    """Weighted points against and for each hypothesis (8,)."""
    if not weighed:
        return np.zeros(len(HYPOTHESES)), np.zeros(len(HYPOTHESES))
    weight = np.array([p.weight * shares[p.key] for p in weighed])
    against = np.array([[AGAINST[marks[p.key][h]] for h in HYPOTHESES] for p in weighed])
    support = np.array([[SUPPORT[marks[p.key][h]] for h in HYPOTHESES] for p in weighed])
    return np.round(weight @ against, SETTLE), np.round(weight @ support, SETTLE)


def _rank(against: Floats, support: Floats) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Ranking (least against first, then most for, then the fixed order), leader, and who shares the least against."""
    order = sorted(range(len(HYPOTHESES)), key=lambda k: (against[k], -support[k], k))
    first, second = order[0], order[1]
    alone = (against[first], -support[first]) < (against[second], -support[second])
    tied = tuple(h for k, h in enumerate(HYPOTHESES) if against[k] == against[first])
    return tuple(HYPOTHESES[k] for k in order), HYPOTHESES[first] if alone else "", tied if len(tied) > 1 else ()


def _leader_without(
    left_out: Piece, weighed: Sequence[Piece], marks: Mapping[str, Mapping[str, str]], tells: Mapping[str, float]
) -> str:
    rest = [p for p in weighed if p is not left_out]
    return _rank(*_scores(rest, marks, _shares(rest, tells)))[1]


def _named(values: Floats) -> dict[str, float]:
    return {h: float(x) for h, x in zip(HYPOTHESES, values, strict=True)}
