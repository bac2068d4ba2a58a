"""Answers of named persons: which may be taken, which stand, and what a party says by them.

Nothing is overwritten. A person has one standing answer to a question, and changes it by an answer that names it
(`supersedes`). Persons of one party who do not dissent agree; who answers otherwise dissents, and is kept beside the party's
answer. No law here is about who is right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.alliance.treaty import Criterion, Treaty, did_you_mean
from hoshimori.errors import Refused
from hoshimori.findings import iso
from hoshimori.judgements import Incident, Judgement

CLOCKS_DIFFER = np.timedelta64(300, "s")
"""How far ahead of the clock a time may lie: two clocks are seldom the same. Judged; the ledger takes as much."""


@dataclass(frozen=True, slots=True)
class PartyAnswer:
    """What one party says to one question: `answer`, and how many of its persons dissent from it."""

    party: str
    answer: str
    dissents: int


def person(judgement: Judgement) -> str:
    """Who judges, so that two ways of writing one name are one person: width, case and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", judgement.by).casefold().split())


def in_order(judgements: Sequence[Judgement], criterion: str) -> list[Judgement]:
    """The answers to one question, each once, the oldest first; the same order on every machine."""
    once = {j.judgement_id: j for j in judgements if j.criterion == criterion}
    return sorted(once.values(), key=lambda j: (j.at_utc, j.judgement_id))


def standing(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Those that their own person has not superseded, of answers to one question."""
    gone = {(j.party, person(j), j.supersedes) for j in judgements if j.supersedes}
    return [j for j in judgements if (j.party, person(j), j.judgement_id) not in gone]


def party_answers(judgements: Sequence[Judgement], parties: Sequence[str]) -> list[PartyAnswer]:
    """What each party says to one question, of those that said anything, in the treaty's order.

    The persons who do not dissent speak for their party. Where they do not agree, which `accept` refuses but two copies of a
    record may bring together, the party's answer is "disputed".
    """
    found = []
    for party in parties:
        own = [j for j in standing(judgements) if j.party == party]
        if not own:
            continue
        speaking = [j for j in own if not j.dissent] or own
        said = {j.answer for j in speaking}
        answer = speaking[0].answer if len(said) == 1 else "disputed"
        found.append(PartyAnswer(party, answer, sum(j.answer != answer for j in own)))
    return found


def accept(judgement: Judgement, incident: Incident, treaty: Treaty, now_utc: np.datetime64) -> None:
    """May this answer join the incident? Refused says by its code why not; nothing is changed here or there.

    unknown-criterion, for-ministers, machine-fact, unknown-party, data-mode, no-time, future, out-of-order, answered-before,
    supersedes-not-own, contradicts-own-party, nothing-to-dissent-from.
    """
    criterion = _question(judgement, treaty)
    if judgement.party not in treaty.parties:
        known = ", ".join(treaty.parties)
        raise Refused("unknown-party", f"party {judgement.party!r}: one of the parties to {treaty.alliance_id}: {known}")
    if judgement.data_mode is not incident.data_mode:
        mode = f"{judgement.data_mode.name}, and {incident.incident_id} is {incident.data_mode.name}"
        raise Refused("data-mode", f"judgement: it is {mode}; an answer is of the same kind of data as its incident")
    earlier = [j for j in in_order(incident.judgements, criterion.id) if j.judgement_id != judgement.judgement_id]
    _time(judgement, incident, now_utc)
    _own_earlier(judgement, earlier)
    _own_party(judgement, [j for j in standing(earlier) if j.party == judgement.party])


def _question(judgement: Judgement, treaty: Treaty) -> Criterion:
    """The question that is answered, if a person may answer it."""
    name = judgement.criterion
    closed = {g.id: g for g in treaty.gates if g.human_only}
    criterion = treaty.criteria.get(name)
    if name in closed or (criterion is not None and criterion.gate in closed):
        gate = closed[name if name in closed else treaty.criteria[name].gate]
        raise Refused("for-ministers", f"criterion {name}: {gate.title.lower()}, in close consultation: no answer is taken here")
    if criterion is None:
        hint = did_you_mean(name, treaty.criteria)
        raise Refused("unknown-criterion", f"criterion {name!r}: no such question in the treaty {treaty.alliance_id}{hint}")
    if criterion.judged_by == "machine":
        raise Refused(
            "machine-fact",
            f"criterion {name}: a fact of the record, which nobody overrules; who doubts it adds evidence, or dissents in words",
        )
    return criterion


def _time(judgement: Judgement, incident: Incident, now_utc: np.datetime64) -> None:
    at = judgement.at_utc
    if np.isnat(at):
        raise Refused("no-time", "judgement: it has no time; expected the moment at which it was given, UTC")
    if at > now_utc + CLOCKS_DIFFER:
        raise Refused("future", f"judgement at {iso(at)}: in the future (it is {iso(now_utc)}): a wrong time, zone or clock")
    if at < incident.opened_utc - CLOCKS_DIFFER:
        opened = iso(incident.opened_utc)
        raise Refused("out-of-order", f"judgement at {iso(at)}: earlier than its incident, which was opened at {opened}")


def _own_earlier(judgement: Judgement, earlier: Sequence[Judgement]) -> None:
    """One person, one standing answer; a new one names the old one."""
    own = [j for j in standing(earlier) if (j.party, person(j)) == (judgement.party, person(judgement))]
    names = [j.judgement_id for j in own]
    if judgement.supersedes and judgement.supersedes not in names:
        has = f"their standing answer is {', '.join(names)}" if names else "they have no standing answer to it"
        raise Refused("supersedes-not-own", f"judgement of {judgement.by} supersedes {judgement.supersedes}: {has}")
    if own and not judgement.supersedes:
        raise Refused(
            "answered-before",
            f"{judgement.by} has answered {judgement.criterion}: name that answer in supersedes: {', '.join(names)}",
        )
    if own and judgement.at_utc < own[0].at_utc:
        raise Refused(
            "out-of-order", f"judgement at {iso(judgement.at_utc)}: earlier than the answer it supersedes, {iso(own[0].at_utc)}"
        )


def _own_party(judgement: Judgement, party: Sequence[Judgement]) -> None:
    """Who answers otherwise than their party does dissent, and only they."""
    others = [j for j in party if person(j) != person(judgement) and not j.dissent]
    contrary = [j for j in others if j.answer != judgement.answer]
    if contrary and not judgement.dissent:
        first = contrary[0]
        said = f"{first.by} of {first.party} answered {first.answer!r} at {iso(first.at_utc)}"
        raise Refused("contradicts-own-party", f"{said}: nothing is overwritten; to keep both, say that this is a dissent")
    if judgement.dissent and not contrary:
        raise Refused(
            "nothing-to-dissent-from",
            f"no other person of {judgement.party} has answered {judgement.criterion} otherwise: answer it without dissent",
        )
