"""What an incident was: two readings of one table, what they agree on, and what would change it. A judgement aid, not a verdict
of anyone.

The rule of determination, fixed before any case was scored (design/nature.md): a hypothesis is named only if both readings rank
it first, the low end of its odds is above 0.55, it still leads in both readings when any single item is dropped, and two or
more groups of indicators speak for it. Otherwise: undetermined, with the codes of what was missing. One condition was added
after the first scoring, and both are scored: the confidence is not low, as the gate on attribution asks anyway.

Pure: the same incident, table and arguments give the same bytes. What others work out (status of claims, effect, gates,
precedents) is handed in and carried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from hoshimori.assess import ach, bayes, estimative, rates
from hoshimori.assess.bayes import BayesReading, Counts, Model, RateOf
from hoshimori.assess.confidence import Confidence, confidence, contradicted
from hoshimori.assess.table import Table, check_item
from hoshimori.assess.table import table as built_in
from hoshimori.assess.weighing import Piece, grade_weight, pieces
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import iso
from hoshimori.judgements import HYPOTHESES, UNDETERMINED, Claim, Effect, Incident, Marking, strictest

SCHEMA = "hoshimori.assessment/1"
METHOD = "nature@1"
LOW_END = 0.55
"""The low end of the odds must be above this: where "likely" begins on the scale of ICD 203."""
NEED_GROUPS = 2
IMAGINED_GRADE = "B2"
"""The grade that a further observation is imagined to have."""
SHOWN = 6
UNKNOWN = Effect()
CONFIDENCE_LOW = "confidence low"
"""Told alone: all of the rule as it was first fixed holds."""
WHY = (
    "nothing weighed",
    "readings disagree",
    "tie in inconsistency",
    "low end not above likely",
    "hangs on one item",
    "too few groups",
    CONFIDENCE_LOW,
)


class SaysJson(Protocol):
    def to_json(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many items and claims are not in this assessment, or in it without weight (`unweighed`)."""

    not_releasable: int = 0
    known_later: int = 0
    unweighed: int = 0
    other_mode: int = 0

    def to_json(self) -> dict[str, int]:
        return {
            "not_releasable": self.not_releasable,
            "known_later": self.known_later,
            "unweighed": self.unweighed,
            "other_mode": self.other_mode,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A further observation after which another hypothesis would lead, and its odds then."""

    indicator: str
    seen: bool
    then: str
    value: float

    def to_json(self) -> dict[str, Any]:
        return {
            "indicator": self.indicator,
            "if": "seen" if self.seen else "absent",
            "then": self.then,
            "value": round(self.value, 6),
        }


@dataclass(frozen=True)
class Assessment:
    """The judgement with everything that it stands on. `incident` holds only what was used."""

    incident: Incident
    as_of_utc: np.datetime64
    made_utc: np.datetime64
    table_version: str
    marking: Marking
    left_out: LeftOut
    ach: ach.AchReading
    bayes: BayesReading
    verdict: str
    why_undetermined: tuple[str, ...]
    confidence: Confidence
    would_change: tuple[Change, ...]
    not_looked: tuple[str, ...]
    claim_rows: tuple[Mapping[str, Any], ...] = ()
    effect: Effect = UNKNOWN
    gates: tuple[Mapping[str, Any], ...] = ()
    precedents: tuple[Mapping[str, Any], ...] = ()

    @property
    def agree(self) -> bool:
        return self.ach.leader == self.bayes.leader

    @property
    def likelihood(self) -> dict[str, str | None]:
        """The term of each hypothesis on row 1 of ICD 203; None for all where nothing was weighed: base rates are no estimate."""
        if not self.bayes.groups:
            return dict.fromkeys(HYPOTHESES)
        return {h: estimative.term(self.bayes.odds[h][1]).term_id for h in HYPOTHESES}

    def to_json(self) -> dict[str, Any]:
        about = self.incident.to_json()
        for part in ("items", "claims", "judgements"):
            del about[part]
        return {
            "schema": SCHEMA,
            "incident": about,
            "as_of": iso(self.as_of_utc),
            "made": iso(self.made_utc),
            "method": METHOD,
            "table": self.table_version,
            "data_mode": self.incident.data_mode.name,
            "marking": self.marking.to_json(),
            "items": [i.to_json() for i in self.incident.items],
            "claims": [dict(c) for c in self.claim_rows],
            "left_out": self.left_out.to_json(),
            "ach": self.ach.to_json(),
            "bayes": self.bayes.to_json(),
            "agree": self.agree,
            "verdict": self.verdict,
            "why_undetermined": list(self.why_undetermined),
            "likelihood": self.likelihood,
            "confidence": self.confidence.level,
            "confidence_reasons": [r.to_json() for r in self.confidence.reasons],
            "would_change": [c.to_json() for c in self.would_change],
            "not_found": [i.item_id for i in self.incident.items if not i.seen],
            "not_looked": list(self.not_looked),
            "effect": self.effect.to_json(),
            "gates": [dict(g) for g in self.gates],
            "precedents": [dict(p) for p in self.precedents],
        }


def assess(
    incident: Incident,
    as_of_utc: np.datetime64,
    *,
    made_utc: np.datetime64,
    table: Table | None = None,
    counts: Counts | None = None,
    kind: str | None = None,
    rate: RateOf | None = rates.rate,
    releasable_to: frozenset[str] | None = None,
    claim_rows: Sequence[Mapping[str, Any]] = (),
    effect: Effect | None = None,
    gates: Sequence[SaysJson | Mapping[str, Any]] = (),
    precedents: Sequence[Mapping[str, Any]] = (),
) -> Assessment:
    """The nature of an incident as it could be judged at `as_of_utc`.

    releasable_to: what is not releasable to all of these parties is left out and counted. claim_rows: by "id", the "status" and
    "because" of claims. kind: of the incident, where the caller knows better than `Table.kind_of`. rate: measured error rates of
    detectors; None: reckon without. effect, gates and precedents are carried as they are given: whoever works them out from more
    than these readers may see must not hand them in.
    """
    table = table or built_in()
    used, left_out = usable(incident, as_of_utc, table, releasable_to)
    weighed = pieces(used.items, table)
    model = Model(table, kind or table.kind_of(used.items), counts=counts, rate=rate)
    marks, odds = ach.reading(used.items, table), bayes.read(model, weighed)
    sure = confidence(marks, odds, weighed, model, contradicted(used.items, weighed))
    why = missing(marks, odds) or ((CONFIDENCE_LOW,) if sure.level == "low" else ())
    return Assessment(
        incident=used,
        as_of_utc=as_of_utc,
        made_utc=made_utc,
        table_version=table.version,
        marking=strictest([used.marking, *(i.marking for i in used.items), *(c.marking for c in used.claims)]),
        left_out=left_out,
        ach=marks,
        bayes=odds,
        verdict=UNDETERMINED if why else odds.leader,
        why_undetermined=why,
        confidence=sure,
        would_change=changes(model, weighed, odds),
        not_looked=worth_looking_for(model, weighed, odds),
        claim_rows=_claims(used, claim_rows),
        effect=effect or UNKNOWN,
        gates=tuple(g if isinstance(g, Mapping) else g.to_json() for g in gates),
        precedents=tuple(precedents),
    )


def usable(
    incident: Incident, as_of_utc: np.datetime64, table: Table, releasable_to: frozenset[str] | None = None
) -> tuple[Incident, LeftOut]:
    """The incident with only what may be used, and the count of what was left out."""
    for item in incident.items:
        check_item(item, table)
    _refuse_practice(incident)
    parties = releasable_to or frozenset()
    _refuse_unreleasable(incident, parties)
    known = incident.known_at(as_of_utc)
    ours = _of_mode(known)
    items = tuple(i for i in ours.items if _may_all(i.marking, parties))
    claims = tuple(c for c in ours.claims if _may_all(c.marking, parties))
    left = LeftOut(
        not_releasable=_count(ours) - len(items) - len(claims),
        known_later=_count(incident) - _count(known),
        unweighed=sum(not i.indicator for i in items),
        other_mode=_count(known) - _count(ours),
    )
    return replace(ours, items=items, claims=claims), left


def missing(marks: ach.AchReading, odds: BayesReading) -> tuple[str, ...]:
    """What the rule of determination asks for and does not find, in the order of WHY; empty where it names the leader of the
    odds."""
    if not odds.groups:
        return ("nothing weighed",)
    leader = odds.leader
    holds = {
        "readings disagree": marks.leader in (leader, ""),
        "tie in inconsistency": marks.leader != "",
        "low end not above likely": odds.odds[leader][0] > LOW_END,
        "hangs on one item": all(h == leader for h, _ in odds.drop_one.values())
        and (marks.leader != leader or all(h == leader for h in marks.drop_one.values())),
        "too few groups": len(odds.speakers(leader)) >= NEED_GROUPS,
    }
    return tuple(code for code in WHY if not holds.get(code, True))


def changes(model: Model, weighed: Sequence[Piece], odds: BayesReading) -> tuple[Change, ...]:
    """Single further observations after which another hypothesis would have the highest odds; those that raise it most first."""
    found = []
    said = model.said(weighed)
    for piece in _imagined(model, weighed):
        more = {**said, piece.key: model.log_likelihood(piece, model.shares(piece.indicator)[1])}
        then, value = bayes.leader_of(model.posterior([*weighed, piece], more))
        if then != odds.leader:
            found.append(Change(piece.indicator, piece.seen, then, value))
    return tuple(sorted(found, key=lambda c: (-round(c.value, 9), c.indicator, c.seen))[:SHOWN])


def worth_looking_for(model: Model, weighed: Sequence[Piece], odds: BayesReading) -> tuple[str, ...]:
    """Indicators that nobody looked for, those first whose answer is expected to narrow the odds most."""
    now = np.array([odds.odds[h][1] for h in HYPOTHESES])
    bits = {
        i: bayes.information(model, i, now) * bayes.beside_kin(model.table.indicators[i].group, weighed)
        for i in _not_looked(model, weighed)
    }
    return tuple(sorted(bits, key=lambda i: (-round(bits[i], 9), i))[:SHOWN])


def _not_looked(model: Model, weighed: Sequence[Piece]) -> list[str]:
    looked = {p.indicator for p in weighed} | model.given
    return [i for i in model.questions() if i not in looked]


def _imagined(model: Model, weighed: Sequence[Piece]) -> Iterable[Piece]:
    for indicator in _not_looked(model, weighed):
        for seen in (True, False):
            group = model.table.indicators[indicator].group
            yield Piece(f"imagined {indicator} {seen}", indicator, group, seen, IMAGINED_GRADE, grade_weight(IMAGINED_GRADE))


def _claims(used: Incident, rows: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Each claim in use with its status, and only such grounds for it as are in use too."""
    by_id = {str(r.get("id", "")): r for r in rows}
    ids = {i.item_id for i in used.items} | {c.claim_id for c in used.claims}
    return tuple(_claim(c, by_id.get(c.claim_id, {}), ids) for c in used.claims)


def _claim(claim: Claim, row: Mapping[str, Any], ids: set[str]) -> dict[str, Any]:
    because = [b for b in row.get("because", ()) if not _is_id(b) or b in ids]
    return {**claim.to_json(), "status": row.get("status", "claimed"), "because": because}


def _is_id(ground: object) -> bool:
    return isinstance(ground, str) and len(ground) == 32 and set(ground) <= set("0123456789abcdef")


def _refuse_practice(incident: Incident) -> None:
    if incident.data_mode is not DataMode.REAL:
        return
    modes = [(i.data_mode, i.statement) for i in incident.items]
    for mode, statement in modes + [(c.data_mode, c.statement) for c in incident.claims]:
        if mode is not DataMode.REAL:
            raise UsageError(f"data_mode={mode.name} in a REAL incident ({statement[:60]!r}): only REAL is assessed")


def _refuse_unreleasable(incident: Incident, parties: frozenset[str]) -> None:
    if not _may_all(incident.marking, parties):
        raise UsageError(
            f"incident {incident.incident_id}, {incident.marking.text}: not releasable to all of {', '.join(sorted(parties))}"
        )


def _of_mode(incident: Incident) -> Incident:
    mode = incident.data_mode
    items = tuple(i for i in incident.items if i.data_mode is mode)
    return replace(incident, items=items, claims=tuple(c for c in incident.claims if c.data_mode is mode))


def _may_all(marking: Marking, parties: frozenset[str]) -> bool:
    return all(marking.may_read(p) for p in parties)


def _count(incident: Incident) -> int:
    return len(incident.items) + len(incident.claims)
