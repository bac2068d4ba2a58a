"""Incidents in the journal: opened, added to, judged, assessed. Nothing is edited; an incident is what its entries say together.

Kinds of entries: incident.opened, incident.event, incident.item, incident.claim, incident.judgement, incident.assessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from hoshimori.errors import Refused, UsageError
from hoshimori.facts import DataMode
from hoshimori.judgements import Claim, Incident, Item, Judgement, Marking
from hoshimori.ledger import canonical
from hoshimori.ledger.home import Ledger, start, table_of
from hoshimori.ledger.journal import Entry, Journal, Writer

AHEAD = np.timedelta64(300, "s")
"""How far in the future a time may lie before it is refused: two clocks are seldom the same."""

Added = Item | Claim | Judgement
Check = Callable[[Incident], None]
_KIND = {Item: "incident.item", Claim: "incident.claim", Judgement: "incident.judgement"}
_READ: Mapping[str, Any] = {"item": Item.from_json, "claim": Claim.from_json, "judgement": Judgement.from_json}


def open_incident(ledger: Ledger, draft: Incident) -> Incident:
    """Open an incident; its id (party, year, number) is given here, under the write lock. The draft holds no evidence yet."""
    if draft.items or draft.claims or draft.judgements:
        raise UsageError("an incident is opened empty; add its evidence afterwards, so that each piece has its own time")
    refuse_future(draft.opened_utc, draft.opened_utc, "opened")
    with ledger.journal.writing() as w:
        start(w, draft.party, draft.alliance)
        number = 1 + sum(1 for _ in w.entries("incident.opened"))
        year = str(draft.opened_utc.astype("datetime64[Y]"))
        incident = replace(draft, incident_id=f"{draft.party}-{year}-{number:04d}")
        w.append("incident.opened", canonical.canonical(incident.to_json()))
    return incident


def add(ledger: Ledger, incident_id: str, found: Added, *, now_utc: np.datetime64, check: Check | None = None) -> str:
    """Add one piece. The same piece twice is passed over. `check` sees the incident as it stands, under the write lock."""
    kind = _KIND[type(found)]
    noun = kind.partition(".")[2]
    body = canonical.canonical({"incident": incident_id, noun: found.to_json()})
    name: str = found.to_json()["id"]
    with ledger.journal.writing() as w:
        incident = _one(w, incident_id)
        _belongs(found, incident, now_utc)
        if name in _names(incident):
            return name
        if check is not None:
            check(incident)
        w.append(kind, body)
    return name


def add_event(ledger: Ledger, incident_id: str, event_id: str, text: bytes) -> None:
    """Keep a finding whole beside the items that were read from it, so that it can be run again. Twice is once."""
    body = canonical.canonical({"incident": incident_id, "event": event_id, "text": text.decode()})
    with ledger.journal.writing() as w:
        _one(w, incident_id)
        if not any(e.body == body for e in w.entries("incident.event")):
            w.append("incident.event", body)


def events(ledger: Ledger, incident_id: str) -> dict[str, bytes]:
    """The findings joined to an incident, by id, as the JSON that they were written as: its numbers keep their spelling."""
    found = (table_of(e) for e in ledger.journal.entries("incident.event"))
    return {str(t["event"]): str(t["text"]).encode() for t in found if t["incident"] == incident_id}


def record_assessment(ledger: Ledger, incident_id: str, assessment: Mapping[str, Any]) -> str:
    """Keep an assessment. Its id is the SHA-256 of its canonical JSON."""
    body = canonical.canonical({"incident": incident_id, "assessment": dict(assessment)})
    sha = canonical.sha256(canonical.canonical(dict(assessment)))
    with ledger.journal.writing() as w:
        _one(w, incident_id)
        w.append("incident.assessed", body)
    return sha


def assessments(ledger: Ledger, incident_id: str) -> list[dict[str, Any]]:
    """Every assessment made of an incident, the newest last."""
    return [made for name, made in assessments_since(ledger) if name == incident_id]


def assessments_since(ledger: Ledger, since: int = 0, until: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every assessment with the incident that it is of, in the order in which they were made. since, until: entry numbers."""
    for told in map(table_of, ledger.journal.entries("incident.assessed", since, until)):
        yield told["incident"], dict(told["assessment"])


def incident(ledger: Ledger, incident_id: str, *, recorded_by: np.datetime64 | None = None) -> Incident:
    """One incident as its entries tell it; recorded_by: only those that had been written by then."""
    return _one(ledger.journal, incident_id, recorded_by)


def incidents(ledger: Ledger) -> list[Incident]:
    """All of them, in the order in which they were opened."""
    return list(_all(ledger.journal, None).values())


def refuse_future(t_utc: np.datetime64, now_utc: np.datetime64, what: str) -> None:
    """Refused("future") where a time lies ahead of the clock by more than two clocks may differ."""
    if not np.isnat(t_utc) and t_utc > now_utc + AHEAD:
        raise Refused("future", f"{what}: {t_utc} UTC lies in the future (it is {now_utc} UTC): a wrong time, zone or clock")


def _one(source: Journal | Writer, incident_id: str, recorded_by: np.datetime64 | None = None) -> Incident:
    found = _all(source, recorded_by)
    if incident_id not in found:
        near = get_close_matches(incident_id, found, n=3)
        raise UsageError(f"incident {incident_id!r}: not in this ledger{f'; did you mean {near[0]}?' if near else ''}")
    return found[incident_id]


def _all(source: Journal | Writer, recorded_by: np.datetime64 | None) -> dict[str, Incident]:
    """Every incident by id. source: a journal, or the write lock on one."""
    opened = [Incident.from_json(table_of(e)) for e in _of(source, "incident.opened", recorded_by)]
    parts: dict[str, dict[str, list[Any]]] = {i.incident_id: {"item": [], "claim": [], "judgement": []} for i in opened}
    for noun, read in _READ.items():
        for entry in _of(source, f"incident.{noun}", recorded_by):
            data = table_of(entry)
            parts[data["incident"]][noun].append(read(data[noun]))
    return {
        i.incident_id: replace(
            i,
            items=tuple(parts[i.incident_id]["item"]),
            claims=tuple(parts[i.incident_id]["claim"]),
            judgements=tuple(parts[i.incident_id]["judgement"]),
        )
        for i in opened
    }


def refuse_marked_otherwise(incident: Incident, found: Iterable[Item | Claim]) -> None:
    """Nothing is marked anew, and nothing counts twice: Refused where a piece is there already under another marking."""
    pieces: list[Item | Claim] = [*incident.items, *incident.claims]
    held = {_unmarked(x): x for x in pieces}
    for piece in found:
        before = held.get(_unmarked(piece))
        if before is not None and before.marking != piece.marking:
            raise Refused(
                "marked-otherwise",
                f"{piece.statement[:60]!r} is in {incident.incident_id} already, marked {before.marking.text}, not "
                f"{piece.marking.text}: a marking is not changed afterwards; open another incident",
            )


def _unmarked(piece: Item | Claim) -> str:
    plain = replace(piece, marking=Marking())
    return plain.item_id if isinstance(plain, Item) else plain.claim_id


def _of(source: Journal | Writer, kind: str, recorded_by: np.datetime64 | None) -> Iterator[Entry]:
    return (e for e in source.entries(kind) if recorded_by is None or e.t_utc <= recorded_by)


def _names(incident: Incident) -> set[str]:
    return {
        *(i.item_id for i in incident.items),
        *(c.claim_id for c in incident.claims),
        *(j.judgement_id for j in incident.judgements),
    }


def _belongs(found: Added, incident: Incident, now_utc: np.datetime64) -> None:
    """Only what is of the incident's own kind of data, and of no future, may join it."""
    if found.data_mode is not incident.data_mode:
        word = "only REAL enters a real assessment" if incident.data_mode is DataMode.REAL else "the two are kept apart"
        raise Refused("data-mode", f"{incident.incident_id} is {incident.data_mode.name}, this is {found.data_mode.name}: {word}")
    if isinstance(found, Judgement):
        refuse_future(found.at_utc, now_utc, "judgement")
    else:
        refuse_future(found.known_utc, now_utc, "known")
        if np.isnat(found.known_utc):
            raise UsageError("known: when could it have been known? Without that, no assessment can be made as known at a moment")
