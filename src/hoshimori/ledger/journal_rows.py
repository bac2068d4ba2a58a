"""The rows of a journal as entries: made, read back, and proved, over one open connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hoshimori.errors import LedgerDamaged, UsageError
from hoshimori.findings import iso
from hoshimori.ledger import canonical, merkle, store
from hoshimori.ledger.merkle import Node, Run

FIRST = "0" * 64
"""What the first entry names as the one before it."""
_e, _n = store.entries, store.nodes
_TIP = sa.select(_e.c.seq, _e.c.t_utc, _e.c.leaf, _e.c.entry_hash).order_by(_e.c.seq.desc()).limit(1)
_SIZE = sa.select(sa.func.max(_e.c.seq))
_ENTRY = sa.select(_e).where(_e.c.seq == sa.bindparam("seq_"))
_PAGE = sa.select(_e).where(_e.c.seq >= sa.bindparam("since"), _e.c.seq < sa.bindparam("until")).order_by(_e.c.seq)
_PAGE = _PAGE.limit(sa.bindparam("rows"))
_OF_KIND = _PAGE.where(_e.c.kind == sa.bindparam("kind_"))
_LEAVES = sa.select(_e.c.seq, _e.c.entry_hash).where(_e.c.seq.in_(sa.bindparam("wanted", expanding=True)))
_NODES = sa.select(_n.c.number, _n.c.hash).where(_n.c.number.in_(sa.bindparam("wanted", expanding=True)))
_ADD_ENTRY, _ADD_NODE = _e.insert(), _n.insert()
_PAGE_ROWS, _PAGE_BYTES = 512, 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a journal.

    seq: from 0, without gaps. previous: hex entry hash of the one before. leaf: canonical JSON {"body_sha256", "kind",
    "previous", "seq", "t", "v": 1}. entry_hash: hex of the RFC 6962 leaf hash of `leaf`.
    """

    seq: int
    kind: str
    body: bytes
    t_utc: np.datetime64
    previous: str
    leaf: bytes
    entry_hash: str

    @classmethod
    def make(cls, seq: int, kind: str, body: bytes, t_utc: np.datetime64, previous: str) -> Entry:
        leaf = canonical.canonical(
            {"v": 1, "seq": seq, "kind": kind, "t": iso(t_utc), "body_sha256": canonical.sha256(body), "previous": previous}
        )
        return cls(seq, kind, body, t_utc, previous, leaf, merkle.leaf_hash(leaf).hex())

    def row(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "kind": self.kind,
            "t_utc": iso(self.t_utc),
            "body": self.body,
            "previous": bytes.fromhex(self.previous),
            "leaf": self.leaf,
            "entry_hash": bytes.fromhex(self.entry_hash),
        }


class Rows:
    """What can be asked of a journal through one connection."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.connection = connection
        self.name = name

    def size(self) -> int:
        newest: int | None = self.connection.execute(_SIZE).scalar()
        return 0 if newest is None else newest + 1

    def size_or(self, size: int | None) -> int:
        """The size asked for, which must have been reached; None: the size now."""
        now = self.size()
        if size is None:
            return now
        if not 0 <= size <= now:
            raise UsageError(
                f"{self.name}: holds {now} entries; it was never seen with {size}" if size > now else f"size {size}: from 0"
            )
        return size

    def tip(self) -> tuple[int, str, np.datetime64]:
        """What the next entry stands on: the size, the hash and the time of the newest entry. Its body is not read."""
        row = self.connection.execute(_TIP).first()
        if row is None:
            return 0, FIRST, np.datetime64("NaT", "us")
        said = _said(row.leaf) if _typed(row.leaf, row.entry_hash) and merkle.leaf_hash(row.leaf) == row.entry_hash else {}
        if said.get("seq") != row.seq or said.get("t") != row.t_utc or not _is_time(row.t_utc):
            raise LedgerDamaged(
                f"{self.name}: entry {row.seq}: the leaf, its hash and the other columns disagree; nothing was added"
            )
        return row.seq + 1, row.entry_hash.hex(), time_of(row.t_utc)

    def entry(self, seq: int) -> Entry:
        row = self.connection.execute(_ENTRY, {"seq_": seq}).first()
        if row is not None:
            return read(row, self.name)
        if 0 <= seq < (size := self.size()):
            raise LedgerDamaged(f"{self.name}: entry {seq}: the row is missing, of {size}")
        raise UsageError(f"{self.name}: there is no entry {seq}; it holds {self.size()}")

    def page(self, kind: str | None, since: int, until: int, rows: int) -> list[Entry]:
        asked = {"since": since, "until": until, "rows": rows}
        if kind is None:
            found = self.connection.execute(_PAGE, asked)
        else:
            found = self.connection.execute(_OF_KIND, {**asked, "kind_": kind})
        return [read(row, self.name) for row in found]

    def hashes(self, wanted: Iterable[Node]) -> dict[Node, bytes]:
        """The stored hashes of complete subtrees, leaves included; one question for each table."""
        wanted = set(wanted)
        leaves = sorted(place for level, place in wanted if level == 0)
        above = {merkle.number(node): node for node in wanted if node[0] > 0}
        found: dict[Node, bytes] = {}
        if leaves:
            leaf_rows = self.connection.execute(_LEAVES, {"wanted": leaves})
            found |= {(0, row.seq): row.entry_hash for row in leaf_rows if _typed(row.entry_hash)}
        if above:
            node_rows = self.connection.execute(_NODES, {"wanted": sorted(above)})
            found |= {above[row.number]: row.hash for row in node_rows if _typed(row.hash)}
        for level, place in sorted(wanted - found.keys()):
            first, last = place << level, ((place + 1) << level) - 1
            raise LedgerDamaged(f"{self.name}: entry {last}: the stored hash of entries {first} to {last} is missing")
        return found

    def add(self, made: Sequence[Entry], closed: Sequence[tuple[Node, bytes]]) -> None:
        """Entries, and the hashes of the subtrees that they complete."""
        self.connection.execute(_ADD_ENTRY, [e.row() for e in made])
        if closed:
            self.connection.execute(_ADD_NODE, [{"number": merkle.number(node), "hash": h} for node, h in closed])

    def run_roots(self, runs: Iterable[Run]) -> tuple[bytes, ...]:
        """The roots of runs of leaves, from stored hashes."""
        runs = tuple(runs)
        held = self.hashes(node for run in runs for node in merkle.complete(run))
        return tuple(merkle.run_root(run, held.__getitem__) for run in runs)

    def root(self, size: int | None) -> bytes:
        return self.run_roots([(0, self.size_or(size))])[0]

    def inclusion(self, seq: int, size: int | None) -> tuple[bytes, ...]:
        return self.run_roots(merkle.inclusion_runs(seq, self.size_or(size)))

    def consistency(self, old: int, new: int | None) -> tuple[bytes, ...]:
        return self.run_roots(merkle.consistency_runs(old, self.size_or(new)))


def pages(first: int, until: int, page: Callable[[int, int], list[Entry]]) -> Iterator[Entry]:
    """Entries page by page: one row first, then as many as are small together. page(since, rows): the next entries."""
    since, rows = first, 1
    while since < until:
        found = page(since, rows)
        yield from found
        if len(found) < rows:
            return
        since = found[-1].seq + 1
        mean_bytes = max(1, sum(len(e.body) for e in found) // len(found))
        rows = min(_PAGE_ROWS, 8 * rows, max(1, _PAGE_BYTES // mean_bytes))


def microseconds(t: np.datetime64) -> np.datetime64:
    out: np.datetime64 = t.astype("datetime64[us]")
    return out


def time_of(text: str) -> np.datetime64:
    return np.datetime64(text.removesuffix("Z"), "us")


def read(row: Any, name: str) -> Entry:
    """An entry out of its row; LedgerDamaged where the row is not what its own hashes say."""
    if not _typed(row.body, row.previous, row.leaf, row.entry_hash) or not isinstance(row.kind, str) or not _is_time(row.t_utc):
        raise LedgerDamaged(f"{name}: entry {row.seq}: a column is not what was written: another type of value, or no time")
    made = Entry.make(row.seq, row.kind, row.body, time_of(row.t_utc), row.previous.hex())
    if made.leaf != row.leaf or made.entry_hash != row.entry_hash.hex():
        raise LedgerDamaged(f"{name}: entry {row.seq}: {_difference(made, row.leaf, row.entry_hash.hex())}")
    return made


def _typed(*values: object) -> bool:
    return all(isinstance(v, bytes) for v in values)


def _is_time(text: object) -> bool:
    """Is it a time as it is written here?"""
    try:
        return isinstance(text, str) and iso(time_of(text)) == text
    except ValueError:
        return False


def _said(leaf: bytes) -> dict[str, Any]:
    """What a leaf says; nothing where it is not one."""
    try:
        said = json.loads(leaf)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _difference(made: Entry, leaf: bytes, entry_hash: str) -> str:
    """Which of a row's columns was changed."""
    if made.entry_hash == entry_hash:
        return "the leaf was changed; the other columns and the entry hash agree"
    if made.leaf == leaf:
        return "the entry hash was changed; the leaf and the other columns agree"
    if merkle.leaf_hash(leaf).hex() != entry_hash:
        return "the leaf and the entry hash disagree with each other and with the other columns"
    held, ours = _said(leaf), _said(made.leaf)
    names = {"body_sha256": "body", "t": "time"}
    changed = [names.get(k, k) for k in sorted(ours) if held.get(k) != ours[k]]
    return f"the {' and the '.join(changed)} differs from what the leaf says"
