"""The register of an alliance, for programs: rows that meet what is asked, as known at a moment, each whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance.register import Register, Row, State
from hoshimori.alliance.register import register as register_of
from hoshimori.catalogue import Catalogue
from hoshimori.doors.library import Moment, moment
from hoshimori.errors import UsageError
from hoshimori.findings import iso


@dataclass(frozen=True)
class Looked:
    """What was asked of a register, the moment as of which, and the groups among the rows that contradict each other."""

    register: Register
    rows: tuple[Row, ...]
    at_utc: np.datetime64
    groups: tuple[tuple[Row, ...], ...]

    def to_json(self) -> list[dict[str, Any]]:
        return [record(row, self.register, self.at_utc) for row in self.rows]


def register(
    alliance: str | Path = "japan-us",
    *,
    row: str | None = None,
    kind: str | None = None,
    due: Moment | None = None,
    disputed: bool = False,
    text: str = "",
    as_of: Moment = "now",
) -> list[Row]:
    """The rows of an alliance's register: all of them, or those that meet every condition given.

    row: one row by its id. kind: clause, commitment, claim or party. due: commitments with a date before this moment that are not
    known to be done. disputed: rows that another row contradicts. text: found in any part. as_of: what could have been known.
    `row.state(moment)` tells how a row stood. A row is what is said, never what is so.
    """
    return list(look(alliance, row=row, kind=kind, due=due, disputed=disputed, text=text, as_of=as_of).rows)


def look(
    alliance: str | Path = "japan-us",
    *,
    row: str | None = None,
    kind: str | None = None,
    due: Moment | None = None,
    disputed: bool = False,
    text: str = "",
    as_of: Moment = "now",
) -> Looked:
    """`register` with the register itself, the moment, and who contradicts whom."""
    held, at = register_of(alliance), _moment(as_of, "--as-of")
    before = None if due is None else _moment(due, "--due")
    if row is not None:
        return Looked(held, (_known(held, row, at),), at, ())
    found = held.rows(kind, as_of=at, text=text, disputed=disputed, due_before=before)
    shown = {r.row_id for r in found}
    groups = tuple(tuple(r for r in group if r.row_id in shown) for group in held.disputes(at)) if disputed else ()
    return Looked(held, found, at, tuple(g for g in groups if g))


def _known(held: Register, row_id: str, at: np.datetime64) -> Row:
    wanted = held.row(row_id)
    for row in held.rows(as_of=at):
        if row.row_id == wanted.row_id:
            return row
    raise UsageError(
        f"row {wanted.row_id!r} could not have been known at {iso(at)}: it is known from {_day(wanted.known_utc)} on"
    )


def _moment(text: Moment, option: str) -> np.datetime64:
    if isinstance(text, str) and text == "data":
        raise UsageError(f"{option} data: the register has dates of its own; expected a time such as 2023-01-12, or now")
    return moment(text, Catalogue())


def record(row: Row, held: Register, at_utc: np.datetime64) -> dict[str, Any]:
    """One line of JSON, hoshimori.register-row/1. A date that is not known is null."""
    now = row.state(at_utc)
    return {
        "schema": "hoshimori.register-row/1",
        "alliance": held.alliance_id,
        "id": row.row_id,
        "kind": row.kind,
        "title": row.title,
        "title_ja": row.title_ja,
        "quote": row.quote,
        "wording": row.wording,
        "quote_ja": row.quote_ja,
        "wording_ja": row.wording_ja,
        "speaker": row.speaker,
        "speaker_ja": row.speaker_ja,
        "date": _day(row.date_utc),
        "known": _day(row.known_utc),
        "source": row.source,
        "read_at": list(row.read_at),
        "grade": row.grade,
        "status": now.status,
        "status_since": _day(now.date_utc),
        "status_said_by": now.said_by,
        "history": [_state(s) for s in row.history],
        "due": _day(row.due_utc),
        "contradicts": list(row.contradicts),
        "rests_on": list(row.rests_on),
        "of": list(row.of),
        "watchlists": list(row.watchlists),
        "sensors": list(row.sensors),
        "note": row.note,
        "note_ja": row.note_ja,
        "as_of": iso(at_utc),
    }


def _state(s: State) -> dict[str, Any]:
    return {
        "status": s.status,
        "date": _day(s.date_utc),
        "known": _day(s.known_utc),
        "said_by": s.said_by,
        "source": s.source,
        "grade": s.grade,
    }


def _day(t: np.datetime64) -> str | None:
    return None if np.isnat(t) else str(t.astype("datetime64[D]"))
