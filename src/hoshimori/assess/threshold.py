"""How far the questions of a treaty are answered for one incident: gate by gate, by whom, and why.

    results = gates(incident, treaty(), as_of_utc, nature=NatureFacts("undetermined", None, "low", Effect()))
    consultation(results, treaty()).answer     # met, not met, undetermined, disputed

Rules. A machine's criterion is answered by its rule. A person's is undetermined until a person answers; then it is what the
party says, and "disputed" where two parties differ. A gate is met if all criteria that decide are met; not met if any is not;
disputed if any is; else undetermined. A gate opens when the one before is met: one that is not reached stays undetermined, its
criteria shown all the same. At gates for people alone nothing is answered. The output stops at the conditions for requesting
consultation.

What derives from marked records carries the strictest of their markings, gate by gate, and a gate that of the gates before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hoshimori.alliance.treaty import Criterion, Gate, Treaty
from hoshimori.assess.threshold_judging import PartyAnswer, accept, in_order, party_answers, standing
from hoshimori.assess.threshold_rules import RULES, Case, Fact, NatureFacts, check_rules
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import Reason, iso
from hoshimori.judgements import ANSWERS, CLEAR, Claim, Incident, Item, Judgement, Marking, strictest

__all__ = ["Consultation", "CriterionResult", "GateResult", "NatureFacts", "accept", "consultation", "gates", "unused"]

MET, NOT_MET, UNDETERMINED, DISPUTED = ANSWERS


@dataclass(frozen=True, slots=True)
class Given:
    """One answer of a person, as it was given. `stands`: not superseded by its own person."""

    judgement: Judgement
    stands: bool

    def to_json(self) -> dict[str, Any]:
        j = self.judgement
        return {
            "judgement": j.judgement_id,
            "by": j.by,
            "party": j.party,
            "answer": j.answer,
            "at": iso(j.at_utc),
            "reason": j.reason,
            "dissent": j.dissent,
            "stands": self.stands,
            **_marked(j.marking),
        }


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One question with its answer. `by`: every answer that persons gave; `facts`: what the machine lays beside."""

    criterion: Criterion
    answer: str
    reason: Reason
    by: tuple[Given, ...] = ()
    facts: tuple[Reason, ...] = ()
    marking: Marking = CLEAR

    def to_json(self) -> dict[str, Any]:
        c = self.criterion
        return {
            "id": c.id,
            "answer": self.answer,
            "decides": c.decides,
            "judged_by": c.judged_by,
            "question": c.question,
            "question_ja": c.question_ja,
            "clauses": list(c.clauses),
            "by": [g.to_json() for g in self.by],
            "reason": self.reason.to_json(),
            "facts": [r.to_json() for r in self.facts],
            **_marked(self.marking),
        }


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate with its answer. `reached`: the gates before it are met. `reason`: why it stands so."""

    gate: Gate
    answer: str
    reached: bool
    reason: Reason
    criteria: tuple[CriterionResult, ...]
    marking: Marking = CLEAR

    @property
    def id(self) -> str:
        return self.gate.id

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.gate.id,
            "title": self.gate.title,
            "title_ja": self.gate.title_ja,
            "answer": self.answer,
            "reached": self.reached,
            "human_only": self.gate.human_only,
            "reason": self.reason.to_json(),
            "criteria": [c.to_json() for c in self.criteria],
            **_marked(self.marking),
        }


@dataclass(frozen=True, slots=True)
class Consultation:
    """Where the output stops: are the conditions for requesting consultation met? `gate`: the one that settles it."""

    answer: str
    gate: str
    reason: Reason
    marking: Marking = CLEAR

    def to_json(self) -> dict[str, Any]:
        return {"answer": self.answer, "gate": self.gate, "reason": self.reason.to_json(), **_marked(self.marking)}


def gates(incident: Incident, treaty: Treaty, as_of_utc: np.datetime64, *, nature: NatureFacts | None) -> tuple[GateResult, ...]:
    """Every gate of the treaty, the first first, as known at a moment.

    nature: what the assessment found of the same evidence; None where there is none yet. UsageError: a record that is not of the
    incident's own kind of data in a real incident, or a rule that does not exist.
    """
    check_rules(treaty)
    known = _of_its_mode(incident.known_at(as_of_utc))
    case = Case(known, treaty, as_of_utc, nature)
    results: list[GateResult] = []
    for gate in treaty.gates:
        results.append(_gate(gate, case, results))
    return tuple(results)


def consultation(results: Sequence[GateResult], treaty: Treaty) -> Consultation:
    """Are the conditions for requesting consultation met, by the gates up to that one? To request it is for a Party."""
    names = [g.id for g in treaty.gates]
    asked = [r for r in results if names.index(r.id) <= names.index(treaty.consultation)]
    last = next((r for r in asked if r.answer != MET), asked[-1])
    return Consultation(last.answer, last.id, last.reason, strictest(r.marking for r in asked))


def unused(incident: Incident, treaty: Treaty, as_of_utc: np.datetime64) -> tuple[Reason, ...]:
    """Answers on record that count for nothing here, each with why: nothing is left out in silence."""
    told = []
    for j in incident.known_at(as_of_utc).judgements:
        criterion = treaty.criteria.get(j.criterion)
        if criterion is None:
            code = "answer to no question"
        elif treaty.gate(criterion.gate).human_only:
            code = "answer for ministers"
        elif criterion.judged_by == "machine":
            code = "answer to a fact"
        elif j.party not in treaty.parties:
            code = "answer of no party"
        elif j.data_mode is not incident.data_mode:
            code = "answer of other data"
        else:
            continue
        told.append(Reason(code, {"judgement": j.judgement_id, "criterion": j.criterion, "party": j.party, "by": j.by}))
    return tuple(told)


def _of_its_mode(incident: Incident) -> Incident:
    """The incident with the records of its own kind of data. A real one that holds another is refused."""
    mode = incident.data_mode
    records: tuple[Item | Claim | Judgement, ...] = (*incident.items, *incident.claims, *incident.judgements)
    if mode is DataMode.REAL and (other := next((r for r in records if r.data_mode is not mode), None)) is not None:
        word = type(other).__name__.lower()
        raise UsageError(
            f"{incident.incident_id}: {word} with data_mode {other.data_mode.name}: only REAL enters a real assessment"
        )
    return replace(
        incident,
        items=tuple(i for i in incident.items if i.data_mode is mode),
        claims=tuple(c for c in incident.claims if c.data_mode is mode),
        judgements=tuple(j for j in incident.judgements if j.data_mode is mode),
    )


def _gate(gate: Gate, case: Case, before: Sequence[GateResult]) -> GateResult:
    criteria = tuple(_criterion(c, gate, case) for c in gate.criteria)
    marking = strictest([*(r.marking for r in before), *(c.marking for c in criteria)])
    if gate.human_only:
        return GateResult(gate, UNDETERMINED, False, Reason("for ministers"), criteria, marking)
    stopped = next((r for r in before if r.answer != MET), None)
    if stopped is not None:
        reason = Reason("gate not reached", {"gate": stopped.id, "answer": stopped.answer})
        return GateResult(gate, UNDETERMINED, False, reason, criteria, marking)
    answer = _together([c.answer for c in criteria if c.criterion.decides])
    open_ones = [c.criterion.id for c in criteria if c.criterion.decides and c.answer == answer]
    reason = (
        Reason("gate met") if answer == MET else Reason("gate turns on", {"answer": answer, "criteria": ", ".join(open_ones)})
    )
    return GateResult(gate, answer, True, reason, criteria, marking)


def _together(answers: Sequence[str]) -> str:
    """The answer of a gate from those of its criteria."""
    if all(a == MET for a in answers):
        return MET
    return next((a for a in (NOT_MET, DISPUTED) if a in answers), UNDETERMINED)


def _criterion(criterion: Criterion, gate: Gate, case: Case) -> CriterionResult:
    if gate.human_only:
        return CriterionResult(criterion, UNDETERMINED, Reason("for ministers"), marking=case.head)
    if criterion.judged_by == "machine":
        fact = RULES[criterion.rule](case)
        return CriterionResult(criterion, fact.answer, fact.reason, marking=strictest([case.head, fact.marking]))
    return _judged(criterion, case, [RULES[name](case) for name in criterion.facts])


def _judged(criterion: Criterion, case: Case, facts: Sequence[Fact]) -> CriterionResult:
    """What persons say to a question."""
    told = [j for j in in_order(case.incident.judgements, criterion.id) if j.party in case.treaty.parties]
    answer, reason = _of_parties(party_answers(told, case.treaty.parties), case.treaty)
    stands = {j.judgement_id for j in standing(told)}
    return CriterionResult(
        criterion,
        answer,
        reason,
        by=tuple(Given(j, j.judgement_id in stands) for j in told),
        facts=tuple(f.reason for f in facts),
        marking=strictest([case.head, *(f.marking for f in facts), *(j.marking for j in told)]),
    )


def _of_parties(said: Sequence[PartyAnswer], treaty: Treaty) -> tuple[str, Reason]:
    """One answer from what the parties say."""
    silent = [p for p in treaty.parties if p not in {s.party for s in said}]
    if not said:
        return UNDETERMINED, Reason("not judged", {"parties": ", ".join(silent)})
    spoke = ", ".join(s.party for s in said)
    dissents = sum(s.dissents for s in said)
    answers = {s.answer for s in said}
    if len(answers) > 1:
        split = {a.replace(" ", "_"): ", ".join(s.party for s in said if s.answer == a) or "-" for a in ANSWERS}
        return DISPUTED, Reason("parties differ", {**split, "dissents": dissents})
    (answer,) = answers
    if answer == DISPUTED:
        return DISPUTED, Reason("party divided", {"parties": spoke})
    if silent:
        return answer, Reason("one party judged", {"parties": spoke, "silent": ", ".join(silent), "dissents": dissents})
    return answer, Reason("parties agree", {"parties": spoke, "dissents": dissents})


def _marked(marking: Marking) -> dict[str, Any]:
    return {} if marking == CLEAR else {"marking": marking.to_json()}
