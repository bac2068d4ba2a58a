"""What the ledger of this service holds, read once for each state of it; and how much of that a party may read.

An incident that a reader may not read is not there for them: not in a list, not in a count, not in an error. What stands inside
one that they may read (items, claims, judgements) is shown or withheld piece by piece by its own marking (`policy.py`). What is
derived (an assessment, a record) is shown whole to who may read all of it, and to nobody else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hoshimori.doors import records as kept_records
from hoshimori.doors.ledgers import ledger, ledger_exists
from hoshimori.doors.records import Record
from hoshimori.doors.web.key_shelf import Tries
from hoshimori.doors.web.once import Once
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.doors.web.world import World
from hoshimori.judgements import Incident, Marking, Tlp
from hoshimori.ledger import incidents as kept
from hoshimori.ledger.home import Ledger


@dataclass(frozen=True)
class Assessed:
    """One assessment that was kept; assessment_id: the SHA-256 of its canonical JSON."""

    assessment_id: str
    tree: Mapping[str, Any]
    marking: Marking

    @property
    def as_of_utc(self) -> np.datetime64:
        return _moment(self.tree["as_of"])

    @property
    def made_utc(self) -> np.datetime64:
        return _moment(self.tree["made"])


@dataclass(frozen=True)
class Recorded:
    """One record, the assessment that it signs as far as this ledger may see it, and who may know of the record."""

    record: Record
    assessment: Mapping[str, Any]
    assessment_id: str
    marking: Marking


@dataclass(frozen=True)
class Held:
    """All of a ledger in one state."""

    incidents: Mapping[str, Incident]
    assessments: Mapping[str, tuple[Assessed, ...]]
    records: tuple[Recorded, ...]

    def incident(self, incident_id: str, party: str | None) -> Incident:
        found = self.incidents.get(incident_id)
        if found is None or not found.marking.may_read(party):
            raise NotHere(f"incident {incident_id}")
        return found

    def readable(self, party: str | None) -> list[Incident]:
        """The newest first."""
        return [i for i in reversed(list(self.incidents.values())) if i.marking.may_read(party)]

    def assessed(self, incident_id: str, party: str | None) -> list[Assessed]:
        """Those that the party may read whole, the newest first."""
        return [a for a in reversed(self.assessments.get(incident_id, ())) if a.marking.may_read(party)]

    def newest(self, incident_id: str, party: str | None) -> Assessed:
        made = self.assessed(incident_id, party)
        if not made:
            raise NotHere(f"an assessment of {incident_id}")
        return made[0]

    def assessment(self, assessment_id: str, party: str | None) -> tuple[str, Assessed]:
        """By its id, with the incident that it is of."""
        for case in self.readable(party):
            for made in self.assessed(case.incident_id, party):
                if made.assessment_id == assessment_id:
                    return case.incident_id, made
        raise NotHere(f"assessment {assessment_id[:16]}")

    def recorded(self, party: str | None, incident_id: str = "") -> list[Recorded]:
        """The newest first."""
        return [
            r
            for r in reversed(self.records)
            if r.marking.may_read(party) and (not incident_id or r.record.incident == incident_id)
        ]

    def record(self, start: str, party: str | None) -> Recorded:
        """By id or by the beginning of one that is unique among those that the party may know of."""
        found = [r for r in self.recorded(party) if r.record.record.startswith(start)]
        if len(found) != 1:
            raise NotHere(f"record {start[:16]}")
        return found[0]


HEAVY = 2
NOTHING = Held({}, {}, ())


class Cases:
    """The ledger of a world. Read again only when it has grown: it is never changed otherwise."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.once = Once()
        self.tries = Tries()
        self._heavy = threading.BoundedSemaphore(HEAVY)
        self._lock = threading.Lock()
        self._size, self._held = 0, NOTHING

    @contextmanager
    def heavy(self) -> Iterator[None]:
        """For what takes seconds and memory: two at a time, so that readers never wait for it. 503 for a third."""
        if not self._heavy.acquire(blocking=False):
            raise ApiError(503, "busy", "not now", "bundles or documents of others are being worked on", {"Retry-After": "5"})
        try:
            yield
        finally:
            self._heavy.release()

    def held(self) -> Held:
        home = self.world.home
        if not ledger_exists(home):
            return NOTHING
        with self._lock, ledger(home) as book:
            size = book.journal.size()
            if size != self._size:
                since = self._size if size > self._size else 0  # a ledger that was put back from a copy is read afresh
                self._held = self._read(book, self._held if since else NOTHING, since, size)
                self._size = size
            return self._held

    def _read(self, book: Ledger, before: Held, since: int, size: int) -> Held:
        """What was held before, with the entries since: only those are read that are new, but for the acts on records."""
        made = dict(before.assessments)
        for name, tree in kept.assessments_since(book, since, size):
            made[name] = (*made.get(name, ()), assessed(tree))
        cases = {i.incident_id: i for i in kept.incidents(book)}
        new = {e.kind.partition(".")[0] for e in book.journal.entries(None, since, size)} if since else {"act"}
        records = self.recorded_until(None) if new - {"incident"} else before.records
        return Held(cases, made, records)

    def by(self, until_utc: np.datetime64 | None) -> Held:
        """The same with every record as it stood by the acts of that time; None: as it stands."""
        held = self.held()
        return held if until_utc is None else replace(held, records=self.recorded_until(until_utc))

    def recorded_until(self, until_utc: np.datetime64 | None) -> tuple[Recorded, ...]:
        """Every record as it stood by the acts of that time."""
        found = kept_records.with_assessments(home=self.world.home, until_utc=until_utc)
        return tuple(
            Recorded(r, tree, kept_records.assessment_id(tree), record_marking(r, tree, self.world.party)) for r, tree in found
        )


def assessed(tree: Mapping[str, Any]) -> Assessed:
    return Assessed(kept_records.assessment_id(tree), tree, Marking.from_json(tree["marking"]))


def record_marking(record: Record, assessment: Mapping[str, Any], own: str) -> Marking:
    """Who may know that there is this record: who may read all that it says, and the parties that hold a bundle of it.

    Those are the one that proposed it, those that answered it, and the one whose ledger this is. To them it stands in the open
    what was signed when and by whom (docs/bundle.md); what the assessment says keeps its own marking.
    """
    whole = Marking.from_json(assessment["marking"])
    if whole.releasable_to is None and whole.tlp is not Tlp.RED:
        return whole
    holders = {own, record.party, *(str(a["party"]) for a in record.acts)}
    return Marking(whole.tlp, (whole.releasable_to or frozenset()) | holders)


def readable_case(incident: Incident, party: str | None) -> Incident:
    """The incident with only what a party may read: whatever is worked out from it is theirs to read."""
    return replace(
        incident,
        items=tuple(i for i in incident.items if i.marking.may_read(party)),
        claims=tuple(c for c in incident.claims if c.marking.may_read(party)),
        judgements=tuple(j for j in incident.judgements if j.marking.may_read(party)),
    )


def withheld_count(whole: Incident, shown: Incident) -> int:
    """How many pieces were left out. Their number stands in the open wherever the incident is shown: each leaves its place."""
    return sum(len(a) - len(b) for a, b in zip(_pieces(whole), _pieces(shown), strict=True))


def _pieces(case: Incident) -> tuple[Sequence[Any], ...]:
    return case.items, case.claims, case.judgements


def _moment(text: object) -> np.datetime64:
    return np.datetime64(str(text).rstrip("Z"), "us")
