"""A ledger full of marked pieces, each with a text that stands nowhere else, so that whatever leaves can be searched for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hoshimori.doors import incidents, keyrings, records
from hoshimori.doors.ledgers import ledger
from hoshimori.facts import DataMode
from hoshimori.judgements import CLEAR, Claim, Item, Marking, Tlp
from hoshimori.ledger import incidents as kept
from hoshimori.ledger.home import now_utc
from tests.doors.web.sides import Keys

EVERYBODY = (None, "JPN", "USA", "AUS")
T = np.datetime64("2026-05-20T00:00:00", "us")

MARKINGS = {
    "clear": CLEAR,
    "green": Marking(Tlp.GREEN),
    "amber": Marking(Tlp.AMBER, frozenset({"JPN", "USA"})),
    "red": Marking(Tlp.RED, frozenset({"JPN"})),
    "strict": Marking(Tlp.AMBER_STRICT, frozenset({"JPN"})),
}
CLOSED = ("red", "strict")
"""Those of which nobody but Japan may know anything."""


@dataclass
class Planted:
    """canaries: text to the marking of what it stands in. ids: the same for names made of content."""

    canaries: dict[str, Marking] = field(default_factory=dict)
    incidents: dict[str, str] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)
    assessments: list[str] = field(default_factory=list)

    def canary(self, name: str, marking: Marking) -> str:
        self.canaries[text := f"CNRY-{name}-{len(self.canaries):03d}x"] = marking
        return text

    def never(self, party: str | None) -> list[str]:
        return [c for c, m in self.canaries.items() if not m.may_read(party)]

    def always(self, party: str | None) -> list[str]:
        return [c for c, m in self.canaries.items() if m.may_read(party)]


def plant(home: Path, held: Keys, *, with_closed: bool = True) -> Planted:
    """Incidents of every marking; in the open one pieces of every marking. with_closed=False: the same without what is closed."""
    told = Planted()
    chosen = {k: m for k, m in MARKINGS.items() if with_closed or k not in CLOSED}
    keyrings.adopt(held.ring, fingerprint=held.fingerprint, home=home)
    for name, marking in chosen.items():
        told.incidents[name] = _opened(home, told, name, marking)
    number = told.incidents["clear"]
    closed = [_item(home, told, number, f"item {k}", m) for k, m in chosen.items() if k in CLOSED]
    for k, m in chosen.items():
        if k not in CLOSED:
            _item(home, told, number, f"item {k}", m, seen=k != "green")
        _claim(home, told, number, f"claim {k}", m)
    _item(home, told, number, "item that contradicts", CLEAR, contradicts=closed, indicator="service_lost")
    _answers(home, told, number, chosen)
    for k in told.incidents:
        if k != "clear":
            _item(home, told, told.incidents[k], f"item of {k}", chosen[k])
            _assess(home, told, told.incidents[k])
    _assess(home, told, number, "USA", "JPN")
    told.records["shared"] = records.sign(number, held.of["sato"], home=home, catalogue_home=home).record
    if with_closed:
        told.canaries[_assess(home, told, number)] = MARKINGS["red"].with_(MARKINGS["strict"])
        for what, where in (("whole", number), ("red", told.incidents["red"])):
            told.records[what] = done = records.sign(where, held.of["sato"], home=home, catalogue_home=home).record
            told.canaries[done] = MARKINGS["red"]
    return told


def _opened(home: Path, told: Planted, name: str, marking: Marking) -> str:
    return incidents.open_incident(
        told.canary(f"title {name}", marking),
        by=told.canary(f"opener {name}", marking),
        party="JPN",
        question=told.canary(f"question {name}", marking),
        assets=[told.canary(f"asset {name}", marking)],
        owners=["JPN"],
        subjects=["43633"],
        marking=marking,
        data_mode=DataMode.EXERCISE,
        home=home,
    ).incident_id


def _item(
    home: Path,
    told: Planted,
    number: str,
    name: str,
    marking: Marking,
    *,
    seen: bool = True,
    contradicts: Sequence[str] = (),
    indicator: str = "second_body_came_by_burns",
) -> str:
    piece = Item(
        indicator,
        seen,
        told.canary(name, marking),
        told.canary(f"source {name}", marking),
        "A2",
        T,
        T,
        contradicts=tuple(contradicts),
        marking=marking,
        data_mode=DataMode.EXERCISE,
    )
    return _add(home, told, number, piece, piece.item_id, marking)


def _claim(home: Path, told: Planted, number: str, name: str, marking: Marking) -> str:
    speaker, statement = told.canary(f"speaker {name}", marking), told.canary(name, marking)
    piece = Claim(
        "accusation", speaker, "", statement, "service_lost", "press", "C3", T, T, marking=marking, data_mode=DataMode.EXERCISE
    )
    return _add(home, told, number, piece, piece.claim_id, marking)


def _add(home: Path, told: Planted, number: str, piece: Item | Claim, name: str, marking: Marking) -> str:
    with ledger(home) as book:
        kept.add(book, number, piece, now_utc=now_utc())
    told.canaries[name] = marking
    return name


def _answers(home: Path, told: Planted, number: str, chosen: dict[str, Marking]) -> None:
    """Persons of both parties, one with an answer that nobody of the other party may know of, and its open successor."""
    if "red" in chosen:
        first = _judge(home, told, number, "affected-or-threatened", "not met", "JPN", "K. Closed", MARKINGS["red"], "")
        _judge(home, told, number, "affected-or-threatened", "met", "JPN", "K. Closed", CLEAR, first)
        _judge(home, told, number, "might-impede-use", "not met", "JPN", "K. Closed", MARKINGS["red"], "")
    else:
        _judge(home, told, number, "affected-or-threatened", "met", "JPN", "K. Closed", CLEAR, "")
    _judge(home, told, number, "affected-or-threatened", "met", "USA", "A. Ally", MARKINGS["amber"], "")


def _judge(
    home: Path, told: Planted, number: str, criterion: str, answer: str, party: str, by: str, marking: Marking, supersedes: str
) -> str:
    given = incidents.judge(
        number,
        criterion,
        answer,
        by=by,
        party=party,
        reason=told.canary(f"reason {criterion}", marking),
        supersedes=supersedes,
        marking=marking,
        home=home,
    )
    told.canaries[given.judgement_id] = marking
    return given.judgement_id


def _assess(home: Path, told: Planted, number: str, *releasable: str) -> str:
    made = incidents.assess_incident(number, releasable_to=releasable, home=home)
    name = records.assessment_id(made)
    told.canaries[name] = Marking.from_json(made["marking"])
    told.assessments.append(name)
    return name
