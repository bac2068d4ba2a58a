"""Which findings of two sweeps speak of the same matter: what is new, what has changed, what is not told any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.findings import Event

PASSAGE = np.timedelta64(20, "m")
"""A passage is the same one while its moment moves by less: two objects in low orbit meet again after half a revolution."""
LASTING = np.timedelta64(1, "D")
"""What lasts is the same while its spans touch within a day: its ends move with each new set."""
PASSAGES = ("approach", "conjunction")
NOT_COMPARED = ("doubtful set",)
"""Kinds that speak of the data, not of the sky; they stand with the data."""

Matter = tuple[str, str, frozenset[str]]


@dataclass(frozen=True)
class Compared:
    """One finding of the later sweep. status: new, changed or same. `before`: the same matter as it was told earlier."""

    event: Event
    status: str
    before: Event | None = None


def compared(before: Iterable[Event], after: Iterable[Event]) -> tuple[list[Compared], list[Event]]:
    """Every finding of the later sweep beside its earlier self, and those of the earlier one that the later does not tell.

    The id of a finding tells nothing here: it is the digest of all it says, its moment of knowledge included.
    """
    told = [e for e in before if e.kind not in NOT_COMPARED]
    by_matter: dict[Matter, list[Event]] = {}
    for e in told:
        by_matter.setdefault(_matter(e), []).append(e)
    rows = []
    for e in (x for x in after if x.kind not in NOT_COMPARED):
        same = _nearest(e, by_matter.get(_matter(e), []))
        if same is not None:
            by_matter[_matter(e)].remove(same)
        rows.append(Compared(e, _status(e, same), same))
    return rows, [e for e in told if any(e is x for x in by_matter[_matter(e)])]


def still_ahead(lost: Sequence[Event], since_utc: np.datetime64) -> list[Event]:
    """Of findings that are not told any more, those that reached into the time after `since_utc`: the others are merely over."""
    return [e for e in lost if e.stop_utc > since_utc]


def counts(rows: Iterable[Compared], status: str) -> Mapping[tuple[str, bool], int]:
    """How many findings of one status there are, by kind and whether they are usual."""
    out: dict[tuple[str, bool], int] = {}
    for row in rows:
        if row.status == status:
            key = (row.event.kind, row.event.normal)
            out[key] = out.get(key, 0) + 1
    return out


def _matter(e: Event) -> Matter:
    """A break-up gains pieces from day to day and stays the same one; of everything else those concerned must be the same."""
    return e.kind, e.subject, frozenset() if e.kind == "breakup" else frozenset(e.others)


def _nearest(e: Event, told: Sequence[Event]) -> Event | None:
    room = PASSAGE if e.kind in PASSAGES else LASTING
    near = [x for x in told if x.start_utc - room <= e.stop_utc and e.start_utc <= x.stop_utc + room]
    return min(near, key=lambda x: abs(x.start_utc - e.start_utc), default=None)


def _status(e: Event, before: Event | None) -> str:
    if before is None:
        return "new"
    predicted = {"predicted", "past"}
    same_label = e.label == before.label or {e.label, before.label} <= predicted
    return "same" if same_label and e.normal == before.normal else "changed"
