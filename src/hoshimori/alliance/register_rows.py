"""What the register of an alliance holds: rows, how each stands at a moment, and which contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

import numpy as np

from hoshimori.alliance.register_rules import KINDS
from hoshimori.errors import UsageError

DAY = np.timedelta64(1, "D")
NEVER = np.datetime64("NaT", "us")
"""One object for "no date": NaT equals nothing, so that rows without a date are equal only as they share it."""


@dataclass(frozen=True, slots=True)
class State:
    """How a row stands from a day on, and who says so."""

    status: str
    date_utc: np.datetime64
    known_utc: np.datetime64
    said_by: str
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `quote` is the wording where `wording` is "checked" or "unchecked", else a short paraphrase of what is said.

    `wording`: checked (compared with a text that stands at one of `read_at`), unchecked (believed; shown as such wherever it is
    printed), paraphrase (no wording at hand). `due_utc`: NaT where none is given. `contradicts`: ids of rows that cannot be right
    together with this one as both are worded, or that object to it; always so at both ends. `rests_on`: ids of rows by which a
    commitment is known. `of`: the parties to which an organisation belongs. `watchlists`, `sensors`: names of other lists.
    """

    row_id: str
    kind: str
    title: str
    title_ja: str
    quote: str
    quote_ja: str
    wording: str
    wording_ja: str
    speaker: str
    speaker_ja: str
    date_utc: np.datetime64
    known_utc: np.datetime64
    source: str
    read_at: tuple[str, ...]
    grade: str
    history: tuple[State, ...]
    due_utc: np.datetime64 = NEVER
    contradicts: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    watchlists: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    note: str = ""
    note_ja: str = ""

    def state(self, at_utc: np.datetime64) -> State:
        """How the row stands as known at a moment.

        A commitment that was announced and has a date is "due" until that day is over and "overdue-unknown" from then on, unless
        somebody said before the moment that it is done: that nobody is on record here is no proof that it was not done.
        """
        known = [s for s in self.history if not s.known_utc > at_utc]
        if not known:
            return State("unknown", self.date_utc, self.known_utc, "", "", self.grade)
        newest = sorted(known, key=lambda s: s.known_utc)[-1]
        if newest.status not in ("announced", "open") or np.isnat(self.due_utc):
            return newest
        if at_utc >= self.due_utc + DAY:
            return replace(newest, status="overdue-unknown")
        return replace(newest, status="due") if newest.status == "announced" else newest


@dataclass(frozen=True)
class Register:
    """The rows of one alliance, in the order of its files: clauses, commitments, claims, parties."""

    alliance_id: str
    title: str
    title_ja: str
    as_of: str
    all_rows: tuple[Row, ...]
    location: str

    @cached_property
    def by_id(self) -> Mapping[str, Row]:
        return {row.row_id: row for row in self.all_rows}

    def rows(
        self,
        kind: str | None = None,
        *,
        as_of: np.datetime64 | None = None,
        text: str = "",
        disputed: bool = False,
        due_before: np.datetime64 | None = None,
    ) -> tuple[Row, ...]:
        """The rows that meet every condition given.

        as_of: only what could have been known then, and only the contradictions between such rows. text: found in any part of the
        row, whatever the case. due_before: commitments with a date before this moment that are not known to be done (by `as_of`,
        else by the newest that is on record).
        """
        if kind is not None and kind not in KINDS:
            raise UsageError(f"kind {kind!r}: one of {', '.join(KINDS)}")
        found = [row for row in self._known(as_of) if kind in (None, row.kind)]
        if text:
            found = [row for row in found if text.casefold() in _words_of(row)]
        if disputed:
            found = [row for row in found if row.contradicts]
        if due_before is not None:
            at = as_of if as_of is not None else max(s.known_utc for r in self.all_rows for s in r.history)
            found = [row for row in found if row.due_utc < due_before and row.state(at).status != "done"]
        return tuple(found)

    def row(self, row_id: str) -> Row:
        """One row by its id, in capitals or not. UsageError names the nearest ids."""
        if row_id in self.by_id:
            return self.by_id[row_id]
        same = {name.casefold(): name for name in self.by_id}
        if row_id.casefold() in same:
            return self.by_id[same[row_id.casefold()]]
        near = [same[n] for n in get_close_matches(row_id.casefold(), same, n=3)]
        begins = [name for name in self.by_id if name.casefold().startswith(row_id.casefold()) and row_id]
        hint = f"; did you mean {' or '.join(dict.fromkeys([*begins[:3], *near]))}?" if begins or near else ""
        raise UsageError(f"no row {row_id!r} in the register {self.alliance_id}{hint}")

    def disputes(self, as_of: np.datetime64 | None = None) -> tuple[tuple[Row, ...], ...]:
        """Groups of rows that contradict each other, directly or through one another; each row stands in at most one group."""
        open_rows = {row.row_id: row for row in self.rows(as_of=as_of, disputed=True)}
        groups: list[tuple[Row, ...]] = []
        seen: set[str] = set()
        for start in open_rows:
            if start in seen:
                continue
            reached, ahead = {start}, [start]
            while ahead:
                more = set(open_rows[ahead.pop()].contradicts) - reached
                reached |= more
                ahead += more
            seen |= reached
            groups.append(tuple(row for name, row in open_rows.items() if name in reached))
        return tuple(groups)

    def due(self, at: np.datetime64) -> tuple[Row, ...]:
        """Commitments with a date that are not known at `at` to be done, the earliest date first: those ahead and those past."""
        dated = [r for r in self.rows("commitment", as_of=at) if not np.isnat(r.due_utc) and r.state(at).status != "done"]
        return tuple(sorted(dated, key=lambda row: row.due_utc))

    def _known(self, as_of: np.datetime64 | None) -> tuple[Row, ...]:
        if as_of is None:
            return self.all_rows
        known = {row.row_id for row in self.all_rows if not row.known_utc > as_of}
        return tuple(
            replace(
                row,
                contradicts=tuple(c for c in row.contradicts if c in known),
                rests_on=tuple(c for c in row.rests_on if c in known),
                history=tuple(s for s in row.history if not s.known_utc > as_of),
            )
            for row in self.all_rows
            if row.row_id in known
        )


def _words_of(row: Row) -> str:
    parts = (
        row.row_id,
        row.title,
        row.title_ja,
        row.quote,
        row.quote_ja,
        row.speaker,
        row.speaker_ja,
        row.source,
        row.note,
        row.note_ja,
    )
    return "\n".join(parts).casefold()
