"""How far a judgement can be leant on: low, moderate or high, from stated rules, each told with what it saw.

Confidence is not likelihood: odds may be high and stand on one report. Seven questions are answered each by a level, and the
confidence is the lowest of them; so no strength makes up for a weakness, and the reader is told which weakness it is. What the
levels ask for is judged, after the three grounds that ICD 203 names: sourcing, argument, assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hoshimori.assess.ach import AchReading
from hoshimori.assess.bayes import BayesReading, Model, information
from hoshimori.assess.weighing import Piece
from hoshimori.findings import Reason
from hoshimori.judgements import Item

LEVELS = ("low", "moderate", "high")
SOURCING = (0.5, 0.75)
"""Grade weight of the second best group that speaks for it: C3, and B2. The second, so that one good source is not enough."""
GROUPS = (2, 4)
COVERAGE = (0.3, 0.6)
SPREAD = (0.5, 0.2)
"""Least (sourcing, groups, coverage) and most (spread: high less low end of the leader's odds) for moderate, and for high."""
CODES = (
    "sourcing",
    "independent groups",
    "readings agree",
    "readings disagree",
    "tie in inconsistency",
    "stands without any one item",
    "one reading hangs on one item",
    "odds hang on one item",
    "looked for",
    "spread of the odds",
    "no contradiction",
    "contradicted items",
    "nothing weighed",
)


@dataclass(frozen=True, slots=True)
class Confidence:
    """`reasons`: one for each question, the weakest first; each has its own `level`."""

    level: str
    reasons: tuple[Reason, ...]


def confidence(
    ach: AchReading, bayes: BayesReading, weighed: Sequence[Piece], model: Model, contradictions: Sequence[str] = ()
) -> Confidence:
    """The confidence in what the odds put first. contradictions: ids of items that something contradicts."""
    if not weighed:
        return Confidence("low", (Reason("nothing weighed", {"level": "low"}),))
    reasons = [
        _sourcing(bayes, weighed),
        _groups(bayes),
        _agreement(ach, bayes),
        _robustness(ach, bayes),
        _coverage(weighed, model),
        _spread(bayes),
        _contradiction(contradictions),
    ]
    reasons.sort(key=lambda r: LEVELS.index(str(r.values["level"])))
    return Confidence(str(reasons[0].values["level"]), tuple(reasons))


def contradicted(items: Sequence[Item], weighed: Sequence[Piece]) -> tuple[str, ...]:
    """Items of weight that cannot be true together: each says so of the other, or one indicator was both seen and looked for in
    vain.

    Only items graded C3 or better count: a rumour contradicts nothing.
    """
    good = {p.key: p for p in weighed if p.weight >= SOURCING[0]}
    named = {other for i in items if i.item_id in good for other in i.contradicts if other in good}
    named |= {i.item_id for i in items if i.item_id in good and set(i.contradicts) & set(good)}
    both = {p.indicator for p in good.values() if p.seen} & {p.indicator for p in good.values() if not p.seen}
    return tuple(sorted(named | {p.key for p in good.values() if p.indicator in both}))


def coverage(weighed: Sequence[Piece], model: Model) -> float:
    """How much of what could be learnt was looked for: bits by group, at the base rates, among the questions of this kind."""
    looked = {p.indicator for p in weighed}
    whole: dict[str, float] = {}
    found: dict[str, float] = {}
    for indicator in model.questions():
        group, bits = model.table.indicators[indicator].group, information(model, indicator, model.prior)
        whole[group] = max(whole.get(group, 0.0), bits)
        found[group] = max(found.get(group, 0.0), bits if indicator in looked else 0.0)
    total = sum(whole.values())
    return sum(found.values()) / total if total else 1.0


def _sourcing(bayes: BayesReading, weighed: Sequence[Piece]) -> Reason:
    speaking = set(bayes.speakers(bayes.leader))
    best: dict[str, float] = {}
    for p in weighed:
        if p.group in speaking:
            best[p.group] = max(best.get(p.group, 0.0), p.weight)
    second = sorted(best.values(), reverse=True)[1] if len(best) > 1 else 0.0
    return _reason("sourcing", _level(second, SOURCING), {"weight": round(second, 3)})


def _groups(bayes: BayesReading) -> Reason:
    count = len(bayes.speakers(bayes.leader))
    return _reason("independent groups", _level(count, GROUPS), {"count": count})


def _agreement(ach: AchReading, bayes: BayesReading) -> Reason:
    if ach.leader != bayes.leader:
        return _reason("readings disagree", "low", {"ach": ach.leader, "bayes": bayes.leader})
    if ach.tied:
        return _reason("tie in inconsistency", "moderate", {"count": len(ach.tied)})
    return _reason("readings agree", "high", {"ach": ach.leader, "bayes": bayes.leader})


def _robustness(ach: AchReading, bayes: BayesReading) -> Reason:
    odds = [item for item, (leader, _) in bayes.drop_one.items() if leader != bayes.leader]
    marks = [item for item, leader in ach.drop_one.items() if leader != ach.leader]
    if odds:
        return _reason("odds hang on one item", "low", {"item": odds[0], "count": len(odds)})
    if marks:
        return _reason("one reading hangs on one item", "moderate", {"item": marks[0], "count": len(marks)})
    return _reason("stands without any one item", "high", {})


def _coverage(weighed: Sequence[Piece], model: Model) -> Reason:
    share = coverage(weighed, model)
    return _reason("looked for", _level(share, COVERAGE), {"share": round(share, 3)})


def _spread(bayes: BayesReading) -> Reason:
    low, _, high = bayes.odds[bayes.leader]
    level = _level(-(high - low), (-SPREAD[0], -SPREAD[1]))
    return _reason("spread of the odds", level, {"low": round(low, 3), "high": round(high, 3)})


def _contradiction(contradictions: Sequence[str]) -> Reason:
    if contradictions:
        return _reason("contradicted items", "moderate", {"count": len(contradictions), "item": contradictions[0]})
    return _reason("no contradiction", "high", {})


def _level(value: float, steps: tuple[float, float]) -> str:
    return LEVELS[int(value >= steps[0]) + int(value >= steps[1])]


def _reason(code: str, level: str, values: Mapping[str, str | float]) -> Reason:
    return Reason(code, {"level": level, **values})
