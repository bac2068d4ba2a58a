"""The facts that a machine may state about an incident and a treaty: one function for one rule, each with its reason.

A rule answers from the record and from the assessment, never from judgement. It says what it found as a code with values, and
carries the strictest marking of what it read. `gates.toml` names the rules: where a criterion is the machine's, the rule
answers it; beside a person's question the same findings stand as facts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hoshimori.alliance.treaty import Treaty, did_you_mean
from hoshimori.assess.claims import ACCUSING, STATUSES, statuses
from hoshimori.assess.effects import believed, explained
from hoshimori.errors import UsageError
from hoshimori.findings import Reason, iso
from hoshimori.judgements import HYPOTHESES, UNDETERMINED, Effect, Incident, Marking, strictest

CONFIDENCES = ("low", "moderate", "high")
ENOUGH = ("moderate", "high")
LIKELY = 0.55
"""Where "likely" begins on the scale of ICD 203 (published)."""
DELIBERATE = ("deliberate_reversible", "deliberate_irreversible")


@dataclass(frozen=True, slots=True)
class NatureFacts:
    """What the assessment found, as far as the gates ask: the verdict, the low end of its odds, the confidence, the effect."""

    verdict: str
    low_of_verdict: float | None
    confidence: str
    effect: Effect

    def __post_init__(self) -> None:
        if self.verdict not in (*HYPOTHESES, UNDETERMINED):
            raise UsageError(f"verdict {self.verdict!r}: one of {', '.join((*HYPOTHESES, UNDETERMINED))}")
        if self.confidence not in CONFIDENCES:
            raise UsageError(f"confidence {self.confidence!r}: one of {', '.join(CONFIDENCES)}")
        low = self.low_of_verdict
        if low is not None and not (math.isfinite(low) and 0.0 <= low <= 1.0):
            raise UsageError(f"low end of the verdict's odds {low!r}: a share from 0 to 1, or None where there is no verdict")


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may look at: the incident as known at a moment, the treaty, the assessment if there is one."""

    incident: Incident
    treaty: Treaty
    as_of_utc: np.datetime64
    nature: NatureFacts | None

    @property
    def head(self) -> Marking:
        """The marking of what the incident's own head says."""
        return self.incident.marking

    @property
    def all_of_it(self) -> Marking:
        """The marking of what rests on any of the evidence."""
        one = self.incident
        return strictest([self.head, *(i.marking for i in one.items), *(c.marking for c in one.claims)])

    @property
    def effect(self) -> Effect:
        return self.nature.effect if self.nature is not None else explained(self.incident.items)[0]


@dataclass(frozen=True, slots=True)
class Fact:
    """What one rule found."""

    answer: str
    reason: Reason
    marking: Marking


Rule = Callable[[Case], Fact]


def incident_recorded(case: Case) -> Fact:
    """Was the incident open at the moment asked about?"""
    one = case.incident
    if one.opened_utc <= case.as_of_utc:
        return Fact("met", Reason("recorded", {"incident": one.incident_id, "when": iso(one.opened_utc)}), case.head)
    return Fact("not met", Reason("not recorded", {"incident": one.incident_id}), case.head)


def evidence_held(case: Case) -> Fact:
    """Was anything seen? What was looked for and not found, and what people claim, is no such thing."""
    seen = [i for i in case.incident.items if i.seen and believed(i)]
    values = {"seen": len(seen), "not_found": sum(not i.seen for i in case.incident.items), "claims": len(case.incident.claims)}
    answer, code = ("met", "evidence held") if seen else ("not met", "no evidence held")
    return Fact(answer, Reason(code, values), case.all_of_it)


def party_owns(case: Case) -> Fact:
    """Does the record name a party among the owners?"""
    owners = case.incident.owners
    if not owners:
        return Fact("undetermined", Reason("owner not stated"), case.head)
    parties = [p for p in case.treaty.parties if p in owners]
    if parties:
        return Fact("met", Reason("party owns", {"parties": ", ".join(parties)}), case.head)
    return Fact("not met", Reason("no party owns", {"owners": ", ".join(owners)}), case.head)


def recorded_by_party(case: Case) -> Fact:
    """Is the record kept by a party, under this alliance?"""
    one = case.incident
    values = {"party": one.party, "alliance": one.alliance}
    if one.party in case.treaty.parties and one.alliance == case.treaty.alliance_id:
        return Fact("met", Reason("recorded by party", values), case.head)
    return Fact("not met", Reason("not recorded by party", values), case.head)


def readable_by_all(case: Case) -> Fact:
    """May every party read every record?"""
    one = case.incident
    records = [one.marking, *(i.marking for i in one.items), *(c.marking for c in one.claims)]
    kept = sum(not all(m.may_read(p) for p in case.treaty.parties) for m in records)
    answer, code = ("not met", "not readable by all") if kept else ("met", "readable by all")
    return Fact(answer, Reason(code, {"kept": kept, "of": len(records)}), case.all_of_it)


def effect_seen(case: Case) -> Fact:
    """Was an effect seen, and where does it stand on the taxonomy?"""
    effect = case.effect
    answer = {"unknown": "undetermined", "none": "not met"}.get(effect.degree, "met")
    code = {"unknown": "effect not known", "none": "no effect seen"}.get(effect.degree, "effect seen")
    return Fact(answer, Reason(code, {**effect.to_json()}), case.all_of_it)


def irreversible(case: Case) -> Fact:
    """Does the effect stay when its cause has ended?"""
    value = case.effect.reversible
    answer = {"no": "met", "yes": "not met"}.get(value, "undetermined")
    return Fact(answer, Reason("reversible", {"reversible": value}), case.all_of_it)


def nature_deliberate(case: Case) -> Fact:
    """Does the assessment find a deliberate act? It may be a party's own: the hypotheses do not ask who acted."""
    found = case.nature
    if found is None or found.verdict == UNDETERMINED:
        return _no_verdict(case)
    if found.verdict in DELIBERATE:
        return Fact("met", Reason("nature deliberate", {"verdict": found.verdict}), case.all_of_it)
    return Fact("not met", Reason("nature not deliberate", {"verdict": found.verdict}), case.all_of_it)


def likely_enough(case: Case) -> Fact:
    """Is the verdict at least likely at the low end of its odds?"""
    found = case.nature
    if found is None or found.verdict == UNDETERMINED or found.low_of_verdict is None:
        return _no_verdict(case)
    answer, code = ("met", "likely enough") if found.low_of_verdict > LIKELY else ("not met", "not likely enough")
    return Fact(answer, Reason(code, {"verdict": found.verdict, "low": found.low_of_verdict, "needed": LIKELY}), case.all_of_it)


def confident_enough(case: Case) -> Fact:
    """Is the confidence of the assessment moderate or high?"""
    if case.nature is None or case.nature.verdict == UNDETERMINED:
        return _no_verdict(case)
    answer = "met" if case.nature.confidence in ENOUGH else "not met"
    return Fact(answer, Reason("confidence", {"confidence": case.nature.confidence}), case.all_of_it)


def nature_found(case: Case) -> Fact:
    """What the assessment found, whatever it is. A fact to lay beside a question."""
    if case.nature is None or case.nature.verdict == UNDETERMINED:
        return _no_verdict(case)
    return Fact("met", Reason("nature found", {"verdict": case.nature.verdict}), case.all_of_it)


def claims_made(case: Case) -> Fact:
    """How many accusations there are, and how they stand. A fact to lay beside a question: no claim answers it."""
    one = case.incident
    accusing = {c.claim_id for c in one.claims if c.kind in ACCUSING}
    told = Counter(s.status for s in statuses(one.claims, one.items) if s.claim_id in accusing)
    values = {"accusations": len(accusing), **{status: told[status] for status in STATUSES}}
    return Fact("undetermined", Reason("claims made", values), case.all_of_it)


def _no_verdict(case: Case) -> Fact:
    code = "not assessed" if case.nature is None else "nature undetermined"
    return Fact("undetermined", Reason(code), case.all_of_it)


RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        incident_recorded,
        evidence_held,
        party_owns,
        recorded_by_party,
        readable_by_all,
        effect_seen,
        irreversible,
        nature_deliberate,
        likely_enough,
        confident_enough,
        nature_found,
        claims_made,
    )
}


def check_rules(treaty: Treaty) -> None:
    """UsageError where a criterion names a rule that does not exist, with the nearest names."""
    for criterion in treaty.criteria.values():
        for name in (criterion.rule, *criterion.facts):
            if name and name not in RULES:
                raise UsageError(f"criterion {criterion.id}: rule {name!r}: no such rule{did_you_mean(name, RULES)}")
