"""What people and methods judge about one incident: who says so, how good the source is, and who may read it.

Everything here is frozen and writes itself as JSON; what is stored (Item, Claim, Judgement, Incident) also reads itself back.
Ids are digests of content, so that the same fact from the same source has the same name on every machine.

Laws. What derives from others carries the strictest of their markings (`strictest`). Every record carries a `DataMode`, and only
REAL enters a real assessment. When it was true (`t_utc`) and when it could have been known (`known_utc`) are two times. Intent is
never in an Item: an item is what was seen, a Claim is what somebody says, a Judgement is what a named person answers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import Quantity, canonical_json, iso

HYPOTHESES = (
    "natural",
    "failure",
    "collision",
    "own_act",
    "routine",
    "deliberate_reversible",
    "deliberate_irreversible",
    "mistaken",
)
"""The competing hypotheses, in the order in which they are always shown: the dull ones first.

natural: space weather, meteoroid, re-entry by drag. failure: a fault inside the satellite, its ground or its users' equipment.
collision: an accidental meeting with another object. own_act: its owner, or a friend, did it on purpose or by error, other than
by destroying it with a weapon. routine: ordinary or agreed behaviour of others (station-keeping, shared slots, inspection without
interference, servicing). deliberate_reversible: somebody acts on the satellite or its service, and the effect ends with the act.
deliberate_irreversible: somebody acts and the satellite or part of it (its ground and users' equipment included) is damaged or
destroyed, whoever owns it. mistaken: it did not happen as reported (false, exchanged or misread data; a report that is wrong or
deceives).
"""
UNDETERMINED = "undetermined"
"""The verdict where the two readings do not carry one hypothesis."""

ANSWERS = ("met", "not met", "undetermined", "disputed")
CLAIM_KINDS = ("accusation", "denial", "acknowledgement", "attribution", "objection", "retraction")


class Tlp(IntEnum):
    """Traffic Light Protocol 2.0 (FIRST, 2022), the mildest first."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def text(self) -> str:
        return f"TLP:{self.name.replace('_', '+')}"

    @classmethod
    def read(cls, text: str) -> Tlp:
        name = text.strip().upper().removeprefix("TLP:").replace("+", "_")
        if name not in cls.__members__:
            raise UsageError(f"TLP {text!r}: one of CLEAR, GREEN, AMBER, AMBER+STRICT, RED (TLP 2.0)")
        return cls[name]


@dataclass(frozen=True, slots=True)
class Marking:
    """Who may read a record. `releasable_to`: ISO 3166-1 alpha-3 of the parties that may; None: no limit by name."""

    tlp: Tlp = Tlp.CLEAR
    releasable_to: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for party in self.releasable_to or ():
            if not re.fullmatch("[A-Z]{3}", party):
                raise UsageError(f"releasable to {party!r}: ISO 3166-1 alpha-3 in capitals, such as JPN or USA")

    def with_(self, other: Marking) -> Marking:
        """The stricter of the two in each respect: the higher colour, and only the parties that both name."""
        if self.releasable_to is None or other.releasable_to is None:
            parties = self.releasable_to if other.releasable_to is None else other.releasable_to
        else:
            parties = self.releasable_to & other.releasable_to
        return Marking(max(self.tlp, other.tlp), parties)

    def may_read(self, reader: str | None) -> bool:
        """May this reader have it? reader: a party as alpha-3, or None for the public.

        CLEAR without a list: everybody. GREEN and above: never the public. With a list: those it names. RED: only those it names.
        """
        if reader is None:
            return self.tlp is Tlp.CLEAR and self.releasable_to is None
        if self.releasable_to is None:
            return self.tlp is not Tlp.RED
        return reader in self.releasable_to

    @property
    def text(self) -> str:
        """As printed on a page: TLP:AMBER // REL TO JPN, USA."""
        if self.releasable_to is None:
            return self.tlp.text
        return f"{self.tlp.text} // REL TO {', '.join(sorted(self.releasable_to)) or 'NOBODY'}"

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"tlp": self.tlp.text.removeprefix("TLP:")}
        if self.releasable_to is not None:
            out["releasable_to"] = sorted(self.releasable_to)
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Marking:
        parties = data.get("releasable_to")
        return cls(Tlp.read(str(data["tlp"])), None if parties is None else frozenset(map(str, parties)))


CLEAR = Marking()


def strictest(markings: Iterable[Marking]) -> Marking:
    """The marking of whatever derives from records so marked."""
    out = CLEAR
    for marking in markings:
        out = out.with_(marking)
    return out


def check_grade(grade: str) -> str:
    """An Admiralty grade as it is written: reliability of the source A-F, credibility of what it says 1-6."""
    if not re.fullmatch("[A-F][1-6]", grade):
        raise UsageError(f'grade {grade!r}: an Admiralty grade: reliability A-F and credibility 1-6, such as "B2"')
    return grade


def _time(text: object) -> np.datetime64:
    return np.datetime64(str(text).rstrip("Z"), "us") if text else np.datetime64("NaT", "us")


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(data)).hexdigest()[:32]


@dataclass(frozen=True)
class Item:
    """One piece of evidence about an incident: what was seen, or looked for and not found.

    `indicator`: which entry of the table of indicators it answers; "" for what is carried but not weighed. `seen`: True where the
    indicator holds, False where it was looked for and does not. `event_id`, `method`, `inputs`: where a detector's finding stands
    behind it; `inputs` are digests as in Evidence. `contradicts`: ids of items or claims that cannot be true together with it.
    """

    indicator: str
    seen: bool
    statement: str
    source: str
    grade: str
    t_utc: np.datetime64
    known_utc: np.datetime64
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    event_id: str = ""
    method: str = ""
    inputs: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    marking: Marking = CLEAR
    data_mode: DataMode = DataMode.REAL

    @property
    def item_id(self) -> str:
        return _digest(self._body())

    def _body(self) -> dict[str, Any]:
        return {
            "indicator": self.indicator,
            "seen": self.seen,
            "statement": self.statement,
            "source": self.source,
            "grade": self.grade,
            "t": iso(self.t_utc),
            "known": iso(self.known_utc),
            "quantities": {k: q.to_json() for k, q in sorted(self.quantities.items())},
            "event": self.event_id,
            "method": self.method,
            "inputs": list(self.inputs),
            "contradicts": list(self.contradicts),
            "marking": self.marking.to_json(),
            "data_mode": self.data_mode.name,
        }

    def to_json(self) -> dict[str, Any]:
        return {"schema": "hoshimori.item/1", "id": self.item_id, **self._body()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Item:
        return cls(
            indicator=data["indicator"],
            seen=bool(data["seen"]),
            statement=data["statement"],
            source=data["source"],
            grade=check_grade(data["grade"]),
            t_utc=_time(data["t"]),
            known_utc=_time(data["known"]),
            quantities={k: Quantity.from_json(q) for k, q in data["quantities"].items()},
            event_id=data["event"],
            method=data["method"],
            inputs=tuple(data["inputs"]),
            contradicts=tuple(data["contradicts"]),
            marking=Marking.from_json(data["marking"]),
            data_mode=DataMode[data["data_mode"]],
        )


@dataclass(frozen=True)
class Claim:
    """What somebody says about an incident: an accusation, a denial, an acknowledgement. Weighed as theirs, never as a fact.

    `speaker`: who says it. `actor`: who is said to have acted, "" where nobody is named. `about`: the indicator of a fact that
    the claim would need ("" if none), so that facts seen, or looked for and not found, can contradict it.
    """

    kind: str
    speaker: str
    actor: str
    statement: str
    about: str
    source: str
    grade: str
    t_utc: np.datetime64
    known_utc: np.datetime64
    contradicts: tuple[str, ...] = ()
    marking: Marking = CLEAR
    data_mode: DataMode = DataMode.REAL

    def __post_init__(self) -> None:
        if self.kind not in CLAIM_KINDS:
            raise UsageError(f"claim {self.kind!r}: one of {', '.join(CLAIM_KINDS)}")

    @property
    def claim_id(self) -> str:
        return _digest(self._body())

    def _body(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "speaker": self.speaker,
            "actor": self.actor,
            "statement": self.statement,
            "about": self.about,
            "source": self.source,
            "grade": self.grade,
            "t": iso(self.t_utc),
            "known": iso(self.known_utc),
            "contradicts": list(self.contradicts),
            "marking": self.marking.to_json(),
            "data_mode": self.data_mode.name,
        }

    def to_json(self) -> dict[str, Any]:
        return {"schema": "hoshimori.claim/1", "id": self.claim_id, **self._body()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Claim:
        return cls(
            kind=data["kind"],
            speaker=data["speaker"],
            actor=data["actor"],
            statement=data["statement"],
            about=data["about"],
            source=data["source"],
            grade=check_grade(data["grade"]),
            t_utc=_time(data["t"]),
            known_utc=_time(data["known"]),
            contradicts=tuple(data["contradicts"]),
            marking=Marking.from_json(data["marking"]),
            data_mode=DataMode[data["data_mode"]],
        )


@dataclass(frozen=True)
class Judgement:
    """The answer of a named person of one party to one criterion of the threshold.

    `supersedes`: the id of their own earlier answer. `dissent`: it contradicts an earlier one of their party.
    """

    criterion: str
    answer: str
    by: str
    party: str
    at_utc: np.datetime64
    reason: str
    supersedes: str = ""
    dissent: bool = False
    marking: Marking = CLEAR
    data_mode: DataMode = DataMode.REAL

    def __post_init__(self) -> None:
        if self.answer not in ANSWERS[:3]:
            raise UsageError(f"judgement {self.answer!r}: one of {', '.join(ANSWERS[:3])}")
        if not self.by.strip() or not self.reason.strip():
            raise UsageError("a judgement needs the name of the person who judges and the reason")

    @property
    def judgement_id(self) -> str:
        return _digest(self._body())

    def _body(self) -> dict[str, Any]:
        return {
            "criterion": self.criterion,
            "answer": self.answer,
            "by": self.by,
            "party": self.party,
            "at": iso(self.at_utc),
            "reason": self.reason,
            "supersedes": self.supersedes,
            "dissent": self.dissent,
            "marking": self.marking.to_json(),
            "data_mode": self.data_mode.name,
        }

    def to_json(self) -> dict[str, Any]:
        return {"schema": "hoshimori.judgement/1", "id": self.judgement_id, **self._body()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Judgement:
        return cls(
            criterion=data["criterion"],
            answer=data["answer"],
            by=data["by"],
            party=data["party"],
            at_utc=_time(data["at"]),
            reason=data["reason"],
            supersedes=data["supersedes"],
            dissent=bool(data["dissent"]),
            marking=Marking.from_json(data["marking"]),
            data_mode=DataMode[data["data_mode"]],
        )


@dataclass(frozen=True)
class Effect:
    """Where an effect stands on the field's taxonomy (CSIS and SWF classes, the five Ds).

    means: kinetic physical, non-kinetic physical, electronic, cyber, none, unknown. direction: to, within, from, unknown (space).
    reversible: yes, no, unknown. degree: deceive, disrupt, deny, degrade, destroy, none, unknown.
    """

    means: str = "unknown"
    direction: str = "unknown"
    reversible: str = "unknown"
    degree: str = "unknown"

    def to_json(self) -> dict[str, str]:
        return {"means": self.means, "direction": self.direction, "reversible": self.reversible, "degree": self.degree}


@dataclass(frozen=True)
class Incident:
    """One thing that happened, or may have, with all that is known of it so far. A fold over the journal; never edited.

    `assets`: ids of protected assets concerned, as in a watchlist; `subjects`: catalogue numbers as text. `owners`: states whose
    space systems are concerned, as alpha-3.
    """

    incident_id: str
    title: str
    question: str
    assets: tuple[str, ...]
    subjects: tuple[str, ...]
    owners: tuple[str, ...]
    start_utc: np.datetime64
    stop_utc: np.datetime64
    opened_utc: np.datetime64
    opened_by: str
    party: str
    alliance: str
    items: tuple[Item, ...] = ()
    claims: tuple[Claim, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    marking: Marking = CLEAR
    data_mode: DataMode = DataMode.REAL

    def known_at(self, as_of_utc: np.datetime64) -> Incident:
        """The same incident with only what could have been known at a moment."""
        return replace(
            self,
            items=tuple(i for i in self.items if not i.known_utc > as_of_utc),
            claims=tuple(c for c in self.claims if not c.known_utc > as_of_utc),
            judgements=tuple(j for j in self.judgements if not j.at_utc > as_of_utc),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.incident/1",
            "id": self.incident_id,
            "title": self.title,
            "question": self.question,
            "assets": list(self.assets),
            "subjects": list(self.subjects),
            "owners": list(self.owners),
            "start": iso(self.start_utc),
            "stop": iso(self.stop_utc),
            "opened": iso(self.opened_utc),
            "opened_by": self.opened_by,
            "party": self.party,
            "alliance": self.alliance,
            "items": [i.to_json() for i in self.items],
            "claims": [c.to_json() for c in self.claims],
            "judgements": [j.to_json() for j in self.judgements],
            "marking": self.marking.to_json(),
            "data_mode": self.data_mode.name,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Incident:
        return cls(
            incident_id=data["id"],
            title=data["title"],
            question=data["question"],
            assets=tuple(data["assets"]),
            subjects=tuple(data["subjects"]),
            owners=tuple(data["owners"]),
            start_utc=_time(data["start"]),
            stop_utc=_time(data["stop"]),
            opened_utc=_time(data["opened"]),
            opened_by=data["opened_by"],
            party=data["party"],
            alliance=data["alliance"],
            items=tuple(map(Item.from_json, data["items"])),
            claims=tuple(map(Claim.from_json, data["claims"])),
            judgements=tuple(map(Judgement.from_json, data["judgements"])),
            marking=Marking.from_json(data["marking"]),
            data_mode=DataMode[data["data_mode"]],
        )
