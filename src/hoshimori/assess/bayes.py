"""Odds of the hypotheses: base rates of the kind of incident, moved by each item as far as its source may be trusted.

log odds = log prior + ACROSS * sum over items of (grade weight * share among its kin * log P(what was seen or not | hypothesis)),
brought to a sum of 1, and then MODEL_DOUBT of it spread evenly. Tempering by an exponent leaves the order of the likelihoods and
draws them together; a grade of no weight leaves the odds where they were.

Ranges: every share of the table, and every base rate, is drawn DRAWS times between its low and high end by a Latin hypercube
whose strata are shuffled by SHAKE-256 of the column's name, so the same on every machine and independent of the order of items;
5 % and 95 % of the odds are told. The corner of all lows and all highs was weighed and left: with ten items it spans nearly
everything and says nothing, because it lets every judged number be wrong at once in the direction that hurts most.

Assumes: items of different groups are independent given the hypothesis. They are not quite, hence ACROSS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np

from hoshimori.assess import rates
from hoshimori.assess.table import FLOOR, Range, Table
from hoshimori.assess.weighing import KIN_SHARE, RELIABILITY, Piece, by_group, kin_shares, pieces
from hoshimori.errors import UsageError
from hoshimori.facts import Floats
from hoshimori.judgements import HYPOTHESES, Item

ACROSS = 0.8
"""Exponent on everything together: groups are not wholly independent, and products of dependent likelihoods are known to be too
sure (Hand and Yu 2001, Idiot's Bayes). Judged, before any scoring."""
EVEN_SHARE = 0.2
"""Part of the prior that is spread evenly: an incident on file is no random draw from the past. Judged. It keeps every
hypothesis at 1 in 40 or more before the evidence."""
MODEL_DOUBT = 0.02
"""Part of the odds that is spread evenly at the end: the table may be wrong as a whole. Judged. Nothing passes 0.9825 or falls
below 0.0025, whatever is seen."""
JUDGED_WORTH = 8.0
"""Cases that a judged share counts as, when `counts` of other cases are added to it as to a Beta distribution. Judged."""
SPEAKS = 1.25
"""A group speaks for a hypothesis where it alone, tempered as above, multiplies its odds against all others by this. Judged."""
DRAWS = 400
LOW, HIGH = 0.05, 0.95

Counts = Mapping[str, Mapping[str, tuple[float, float]]]
"""Learnt elsewhere: {indicator: {hypothesis: (times seen, times looked for)}}."""


class Rated(Protocol):
    """Measured error rates of a detector for an indicator: its power and its false alarm."""

    @property
    def p_seen_if_so(self) -> float: ...
    @property
    def p_seen_if_not(self) -> float: ...


RateOf = Callable[[str, str], Rated | None]
"""(method as name@version, indicator) to its measured rates; None where nobody measured them."""


@dataclass(frozen=True, slots=True)
class Group:
    """What the items of one group say together. `capped`: some count for less than they would alone. `log_likelihood`: by
    hypothesis."""

    group: str
    items: tuple[str, ...]
    capped: bool
    log_likelihood: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        return {"group": self.group, "items": list(self.items), "capped": self.capped}


@dataclass(frozen=True, slots=True)
class BayesReading:
    """`odds`: low, value, high by hypothesis; the values sum to 1. `drop_one`: by item left out, the leader then and its odds."""

    odds: Mapping[str, Range]
    ranking: tuple[str, ...]
    leader: str
    drop_one: Mapping[str, tuple[str, float]]
    groups: tuple[Group, ...]
    kind: str
    prior: Mapping[str, float]

    def speakers(self, hypothesis: str) -> tuple[str, ...]:
        """The groups that speak for a hypothesis: each alone raises it, against all others together, by SPEAKS or more."""
        rivals = [h for h in HYPOTHESES if h != hypothesis]
        total = sum(self.prior[h] for h in rivals)

        def factor(g: Group) -> float:
            against = sum(self.prior[h] * np.exp(g.log_likelihood[h]) for h in rivals) / total
            return float(np.exp(g.log_likelihood[hypothesis]) / against)

        return tuple(g.group for g in self.groups if factor(g) >= SPEAKS)

    def to_json(self) -> dict[str, Any]:
        return {
            "odds": {h: dict(zip(("low", "value", "high"), (round(x, 6) for x in r), strict=True)) for h, r in self.odds.items()},
            "ranking": list(self.ranking),
            "leader": self.leader,
            "drop_one": [{"item": i, "leader": h, "value": round(v, 6)} for i, (h, v) in self.drop_one.items()],
            "groups": [g.to_json() for g in self.groups],
            "prior": self.kind,
        }


class Model:
    """The table made ready for one incident: its kind, what was learnt elsewhere, the measured rates. Items come to its
    methods."""

    def __init__(self, table: Table, kind: str, *, counts: Counts | None = None, rate: RateOf | None = None) -> None:
        if kind not in table.priors:
            raise UsageError(f"kind of incident {kind!r}: one of {', '.join(table.priors)}")
        self.table, self.kind, self.counts, self.rate = table, kind, counts or {}, rate
        self.given = table.kinds[kind].given
        prior = np.array([table.priors[kind][h] for h in HYPOTHESES]).T
        self.prior = _even(prior[1] / prior[1].sum(), EVEN_SHARE)
        drawn = _between(prior, f"prior {kind}")
        self.prior_draws = _even(drawn / drawn.sum(axis=1, keepdims=True), EVEN_SHARE)

    def questions(self) -> tuple[str, ...]:
        """What is worth looking for in an incident of this kind."""
        return self.table.kinds[self.kind].questions

    def shares(self, indicator: str) -> Floats:
        """(3, 8) low, value, high of P(seen) by hypothesis, with what was learnt elsewhere."""
        p = np.array([self.table.weights[indicator].p[h] for h in HYPOTHESES]).T
        learnt = self.counts.get(indicator)
        return p if not learnt else _learn(p, np.array([learnt.get(h, (0.0, 0.0)) for h in HYPOTHESES], float).T)

    def log_likelihood(self, p: Piece, shares: Floats) -> Floats:
        """(..., 8) log P(what this item says | hypothesis), tempered by its grade; shares: (..., 8) P(seen)."""
        weight = 0.0 if p.indicator in self.given else p.weight
        rated = self.rate(p.method, p.indicator) if self.rate and p.method else None
        if (
            rated is not None
        ):  # what the digit of the grade guesses at is measured: only the source's reliability is left to temper
            weight = RELIABILITY[p.grade[0]] if weight else 0.0
            shares = shares * rated.p_seen_if_so + (1.0 - shares) * rated.p_seen_if_not
        shares = np.clip(shares, FLOOR, 1.0 - FLOOR)
        out: Floats = ACROSS * weight * np.log(shares if p.seen else 1.0 - shares)
        return out

    def said(self, weighed: Sequence[Piece]) -> dict[str, Floats]:
        """By key, (8,) what each item says at the best values, before its kin are regarded."""
        return {p.key: self.log_likelihood(p, self.shares(p.indicator)[1]) for p in weighed}

    def posterior(self, weighed: Sequence[Piece], said: Mapping[str, Floats]) -> Floats:
        """(8,) the odds at the best values."""
        shares = _kin(weighed, said)
        total = np.log(self.prior) + sum((shares[p.key] * said[p.key] for p in weighed), np.zeros(len(HYPOTHESES)))
        return _even(_normal(total), MODEL_DOUBT)

    def range_of(self, weighed: Sequence[Piece], shares: Mapping[str, float]) -> Floats:
        """(2, 8) low and high end of the odds over the draws."""
        total = np.log(self.prior_draws)
        for p in weighed:
            total = total + shares[p.key] * self.log_likelihood(p, _between(self.shares(p.indicator), p.indicator))
        drawn = _even(_normal(total), MODEL_DOUBT)
        ends: Floats = np.quantile(drawn, [LOW, HIGH], axis=0)
        return ends


def reading(
    items: Sequence[Item],
    table: Table,
    *,
    counts: Counts | None = None,
    kind: str | None = None,
    rate: RateOf | None = rates.rate,
) -> BayesReading:
    """The odds of these items. kind: of the incident, if the caller knows better than the rule of `Table.kind_of`."""
    model = Model(table, kind or table.kind_of(items), counts=counts, rate=rate)
    return read(model, pieces(items, table))


def read(model: Model, weighed: Sequence[Piece]) -> BayesReading:
    said = model.said(weighed)
    kin = _kin(weighed, said)
    value = model.posterior(weighed, said)
    low, high = model.range_of(weighed, kin)
    ends = np.array([np.minimum(low, value), value, np.maximum(high, value)])
    odds = {h: (float(ends[0, k]), float(ends[1, k]), float(ends[2, k])) for k, h in enumerate(HYPOTHESES)}
    ranking = tuple(HYPOTHESES[k] for k in np.argsort(-value, kind="stable"))
    dropped = {p.key: leader_of(model.posterior([q for q in weighed if q is not p], said)) for p in weighed}
    groups = tuple(
        Group(name, tuple(p.key for p in members), any(kin[p.key] < 1.0 for p in members), _sum(members, kin, said))
        for name, members in by_group(weighed).items()
    )
    return BayesReading(odds, ranking, ranking[0], dropped, groups, model.kind, _named(model.prior))


def leader_of(odds: Floats) -> tuple[str, float]:
    first = int(np.argmax(odds))
    return HYPOTHESES[first], float(odds[first])


def information(model: Model, indicator: str, odds: Floats) -> float:
    """Bits by which looking for an indicator would be expected to narrow these odds, if its answer could be trusted."""
    p = model.shares(indicator)[1]
    seen = float(odds @ p)
    after = seen * _entropy(_product(odds, p)) + (1.0 - seen) * _entropy(_product(odds, 1.0 - p))
    return max(0.0, float(_entropy(odds) - after))


def beside_kin(group: str, weighed: Sequence[Piece]) -> float:
    """The share that one more, weaker item of this group would have."""
    return KIN_SHARE if any(p.group == group for p in weighed) else 1.0


def _kin(weighed: Sequence[Piece], said: Mapping[str, Floats]) -> dict[str, float]:
    return kin_shares(weighed, {p.key: float(np.ptp(said[p.key])) for p in weighed})


def _sum(members: Sequence[Piece], kin: Mapping[str, float], said: Mapping[str, Floats]) -> dict[str, float]:
    return _named(sum((kin[p.key] * said[p.key] for p in members), np.zeros(len(HYPOTHESES))))


def _learn(p: Floats, counted: Floats) -> Floats:
    """Shares moved by what was counted (seen, looked), as a Beta of JUDGED_WORTH cases, and the doubt narrowed by the root of
    both."""
    seen, looked = counted
    if (seen > looked).any() or (counted < 0.0).any():
        raise UsageError("counts: (times seen, times looked for), the first no larger than the second")
    value = np.clip((JUDGED_WORTH * p[1] + seen) / (JUDGED_WORTH + looked), FLOOR, 1.0 - FLOOR)
    narrow = np.sqrt(JUDGED_WORTH / (JUDGED_WORTH + looked))
    ends = _logit(value) + (_logit(p[[0, 2]]) - _logit(p[1])) * narrow
    return np.array([_expit(ends[0]), value, _expit(ends[1])])


def _between(ends: Floats, name: str) -> Floats:
    """(DRAWS, 8) values between low, value and high (3, 8): half of them below the value and half above, even in log odds."""
    u, (low, value, high) = _strata(name), _logit(ends)
    return _expit(np.where(u < 0.5, low + (value - low) * 2.0 * u, value + (high - value) * (2.0 * u - 1.0)))


@cache
def _strata(name: str) -> Floats:
    """(DRAWS, 8) the middles of DRAWS strata of 0 to 1 in each column, shuffled by the column's name: a Latin hypercube."""
    words = np.frombuffer(hashlib.shake_256(name.encode()).digest(8 * DRAWS * len(HYPOTHESES)), "<u8")
    out: Floats = (np.argsort(words.reshape(DRAWS, -1), axis=0, kind="stable") + 0.5) / DRAWS
    return out


def _even(odds: Floats, part: float) -> Floats:
    return (1.0 - part) * odds + part / len(HYPOTHESES)


def _normal(log_odds: Floats) -> Floats:
    out = np.exp(log_odds - log_odds.max(axis=-1, keepdims=True))
    return np.asarray(out / out.sum(axis=-1, keepdims=True))


def _product(odds: Floats, likelihood: Floats) -> Floats:
    out = odds * likelihood
    return np.asarray(out / out.sum())


def _entropy(odds: Floats) -> float:
    return float(-(odds * np.log2(odds)).sum())


def _logit(p: Floats) -> Floats:
    return np.asarray(np.log(p) - np.log1p(-p))


def _expit(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def _named(values: Floats) -> dict[str, float]:
    return {h: float(x) for h, x in zip(HYPOTHESES, values, strict=True)}
