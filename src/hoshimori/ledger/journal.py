"""The journal: what was said, in order, each entry bound to all before it, so that no change goes unseen.

Every entry names the hash of the one before (a chain), and all entries are the leaves of one Merkle tree (RFC 6962), whose
complete subtrees are stored as they close. So a proof that an entry is in the log, or that a log continues an earlier one, costs
a handful of rows however long the log is. What a journal alone cannot show is that its newest entries were taken away, or all of
it rewritten: for that somebody else must hold an earlier root and size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from sqlalchemy.engine import Connection

from hoshimori.errors import Refused, UsageError
from hoshimori.findings import iso
from hoshimori.ledger import journal_check, merkle, store
from hoshimori.ledger.journal_check import Checked
from hoshimori.ledger.journal_rows import FIRST, Entry, Rows, microseconds, pages
from hoshimori.ledger.merkle import Node
from hoshimori.ports import Progress, silent

__all__ = ["FIRST", "Checked", "Entry", "Journal", "Writer"]

CLOCK_TOLERANCE = np.timedelta64(5, "s")
"""How far two writers' clocks may differ, judged: synchronised machines differ by milliseconds."""
KIND = re.compile(r"[!-~]{1,200}")
_AT_ONCE = 2000

Clock = Callable[[], np.datetime64]


def now_utc() -> np.datetime64:
    return np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")


class Writer:
    """The write lock of a journal, held: what is read here cannot change before what is appended here is in."""

    def __init__(self, connection: Connection, name: str, clock: Clock) -> None:
        self._rows: Rows | None = Rows(connection, name)
        self._clock = clock
        self._size, self._previous, self._newest = self._open.tip()
        self._waiting: dict[Node, bytes] = {}

    def append(self, kind: str, body: bytes, *, t_utc: np.datetime64 | None = None) -> Entry:
        """Add one entry; it lasts if the whole block does. See Journal.append."""
        _checked(kind, body)
        return self._add(kind, [body], self._time(t_utc))[0]

    def append_many(self, kind: str, bodies: Iterable[bytes], *, t_utc: np.datetime64 | None = None) -> range:
        """Add many entries of one kind and one time; their numbers."""
        first, when, left = self._size, self._time(t_utc), iter(bodies)
        while some := list(islice(left, _AT_ONCE)):
            for body in some:
                _checked(kind, body)
            self._add(kind, some, when)
        return range(first, self._size)

    def size(self) -> int:
        return self._size

    def entry(self, seq: int) -> Entry:
        return self._open.entry(seq)

    def entries(self, kind: str | None = None, since: int = 0, until: int | None = None) -> Iterator[Entry]:
        """Entries in order, from number `since` up to, not including, `until`; those of one kind."""
        until = self._size if until is None else min(until, self._size)
        return pages(max(0, since), until, lambda at, rows: self._open.page(kind, at, until, rows))

    def root(self, size: int | None = None) -> bytes:
        return self._open.root(size)

    def inclusion(self, seq: int, size: int | None = None) -> tuple[bytes, ...]:
        return self._open.inclusion(seq, size)

    def consistency(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        return self._open.consistency(old, new)

    def close(self) -> None:
        self._rows = None

    @property
    def _open(self) -> Rows:
        if self._rows is None:
            raise UsageError("the writing() block has ended: what is to be appended belongs inside it")
        return self._rows

    def _time(self, t_utc: np.datetime64 | None) -> np.datetime64:
        """The time of the next entry. Refused("clock") where it would step back, or lies ahead of this machine's clock."""
        now = self._clock()
        when = now if t_utc is None else t_utc
        if np.isnat(when):
            raise UsageError("t_utc is not a time: a UTC datetime64, or None for now")
        if when > now + CLOCK_TOLERANCE:
            raise Refused("clock", f"{iso(when)} lies in the future: this machine's clock says {iso(now)}")
        if np.isnat(self._newest):
            return microseconds(when)
        if when < self._newest - CLOCK_TOLERANCE:
            raise Refused(
                "clock",
                f"{iso(when)} lies before the newest entry ({self._size - 1}, {iso(self._newest)}): times in a log do not step "
                "back. Set this machine's clock, or find out who wrote that entry",
            )
        return microseconds(when if when > self._newest else self._newest)

    def _add(self, kind: str, bodies: Sequence[bytes], when: np.datetime64) -> list[Entry]:
        rows = self._open
        made, previous = [], self._previous
        for seq, body in enumerate(bodies, self._size):
            entry = Entry.make(seq, kind, body, when, previous)
            previous = entry.entry_hash
            made.append(entry)
        closed = self._closed(made)
        rows.add(made, closed)
        self._size, self._previous, self._newest = self._size + len(made), previous, when
        return made

    def _closed(self, made: Sequence[Entry]) -> list[tuple[Node, bytes]]:
        """The subtrees that these entries complete. One entry needs few of those that wait for a neighbour; many need all."""
        wanted = merkle.complete((0, self._size)) if len(made) > 1 else _neighbours(self._size)
        self._waiting |= self._open.hashes(set(wanted) - self._waiting.keys())
        return [n for e in made for n in merkle.closing(e.seq, bytes.fromhex(e.entry_hash), self._waiting)]


class Journal:
    """A log that only grows, in a folder (journal.sqlite) or under a "postgresql+psycopg://" URL; made where there is none.

    An append is durable when it returns. One that raised has left nothing behind, with one exception: a disk or a connection that
    fails in the very moment of the commit; look for the entry before saying it again. Threads may share a journal; each process
    opens its own. create=False: UsageError where there is none. wait_s: patience with other writers. clock: the time now.

    Any call raises LedgerDamaged where a row is not what its own hashes say; calls that write raise LedgerBusy or
    LedgerUnwritable.
    """

    def __init__(self, where: Path | str, *, create: bool = True, wait_s: float = store.WAIT_S, clock: Clock = now_utc) -> None:
        self._store = store.Store(where, wait_s=wait_s, create=create)
        self._clock = clock
        self.name = self._store.name

    def __repr__(self) -> str:
        return f"Journal({self.name!r})"

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._store.close()

    def append(self, kind: str, body: bytes, *, t_utc: np.datetime64 | None = None) -> Entry:
        """Add one entry. kind: up to 200 printable ASCII characters without spaces.

        t_utc: when it was said; None for now. A time up to 5 s before the newest entry's is taken as that entry's, since two
        writers' clocks may differ by so much; further back, or more than 5 s ahead of this machine's clock, is Refused("clock").
        """
        with self.writing() as w:
            return w.append(kind, body, t_utc=t_utc)

    def append_many(self, kind: str, bodies: Iterable[bytes], *, t_utc: np.datetime64 | None = None) -> range:
        """Add many entries of one kind in one transaction, all or none; their numbers. For bringing in what is already there."""
        with self.writing() as w:
            return w.append_many(kind, bodies, t_utc=t_utc)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the one write lock: read, decide, append, and all of it holds together. An exception undoes all of it."""
        with self._store.writing() as connection:
            writer = Writer(connection, self.name, self._clock)
            try:
                yield writer
            finally:
                writer.close()

    def size(self) -> int:
        with self._reading() as rows:
            return rows.size()

    def entry(self, seq: int) -> Entry:
        with self._reading() as rows:
            return rows.entry(seq)

    def entries(self, kind: str | None = None, since: int = 0, until: int | None = None) -> Iterator[Entry]:
        """Entries in order, from number `since` up to, not including, `until`; those of one kind. What is there at the call."""
        size = self.size()
        until = size if until is None else min(until, size)
        return pages(max(0, since), until, lambda at, rows: self._page(kind, at, until, rows))

    def root(self, size: int | None = None) -> bytes:
        """The RFC 6962 root over the first `size` entries (None: all)."""
        with self._reading() as rows:
            return rows.root(size)

    def inclusion(self, seq: int, size: int | None = None) -> tuple[bytes, ...]:
        """The proof that entry `seq` is among the first `size`, for merkle.verify_inclusion."""
        with self._reading() as rows:
            return rows.inclusion(seq, size)

    def consistency(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """The proof that the log of `new` entries begins with the log of `old`, for merkle.verify_consistency."""
        with self._reading() as rows:
            return rows.consistency(old, new)

    def check(self, progress: Progress = silent) -> Checked:
        """Recompute everything from the bodies up; LedgerDamaged names the entry and what differs."""
        return journal_check.check(self._store, progress)

    @contextmanager
    def _reading(self) -> Iterator[Rows]:
        with self._store.reading() as connection:
            yield Rows(connection, self.name)

    def _page(self, kind: str | None, since: int, until: int, rows: int) -> list[Entry]:
        with self._reading() as held:
            return held.page(kind, since, until, rows)


def _checked(kind: str, body: bytes) -> None:
    if not KIND.fullmatch(kind):
        raise UsageError(f"kind {kind[:80]!r}: 1 to 200 printable ASCII characters without spaces")
    if not isinstance(body, bytes):
        raise UsageError(f"body of {kind}: bytes, not {type(body).__name__}")


def _neighbours(size: int) -> list[Node]:
    """The complete subtrees that the entry number `size` joins, if it closes any."""
    return [(level - 1, 2 * place) for level, place in merkle.closed_by(size)]
