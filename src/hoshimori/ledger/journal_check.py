"""A journal recomputed from its bodies up: rows, chain, times, stored hashes, and that nothing else stands there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from hoshimori.errors import LedgerDamaged
from hoshimori.findings import iso
from hoshimori.ledger import merkle, store
from hoshimori.ledger.journal_rows import FIRST, Entry, Rows
from hoshimori.ledger.merkle import Node
from hoshimori.ports import Progress

_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked: how many entries, and the root over them (hex), to be held against a checkpoint that others have."""

    size: int
    root: str


def check(held: store.Store, progress: Progress) -> Checked:
    """Everything up to the size at the start. Reads in short pieces, so that writers go on."""
    with held.reading() as connection:
        size = _size(Rows(connection, held.name))
    before: Entry | None = None
    waiting: dict[Node, bytes] = {}
    for low in range(0, size, _CHUNK):
        high = min(low + _CHUNK, size)
        with held.reading() as connection:
            rows = Rows(connection, held.name)
            found = rows.page(None, low, high, high - low)
            stored = _nodes(rows, low, high)
        for seq, entry in enumerate(found, low):
            _follows(entry, seq, before, held.name)
            _subtrees(entry, waiting, stored, held.name)
            before = entry
        if len(found) < high - low:
            raise LedgerDamaged(f"{held.name}: entry {low + len(found)}: the row is missing")
        progress("check", high, size)
    peaks = merkle.run_root((0, size), lambda node: waiting[node])
    return Checked(size, peaks.hex())


def _size(rows: Rows) -> int:
    """How many entries there are, by number and by count, with no stored hash too many."""
    size = rows.size()
    many = rows.connection.execute(sa.select(sa.func.count()).select_from(store.nodes)).scalar_one()
    below = rows.connection.execute(sa.select(sa.func.min(store.entries.c.seq))).scalar()
    if below is not None and below != 0:
        raise LedgerDamaged(
            f"{rows.name}: entry {min(0, below)}: the row is missing"
            if below > 0
            else f"{rows.name}: entry {below}: numbers start at 0"
        )
    expected = size - size.bit_count()
    if many > expected:
        raise LedgerDamaged(
            f"{rows.name}: {many} hashes of subtrees are stored where {size} entries make {expected}: entries after number "
            f"{size - 1} were removed, or hashes added"
        )
    return size


def _nodes(rows: Rows, low: int, high: int) -> dict[int, object]:
    """The stored hashes of the subtrees that entries low to high - 1 complete, by number; low is a multiple of _CHUNK."""
    n = store.nodes
    above = [merkle.number(node) for node in merkle.closed_by(high - 1)]
    asked = sa.select(n.c.number, n.c.hash).where(n.c.number.between(2 * low, 2 * high) | n.c.number.in_(above))
    return {row.number: row.hash for row in rows.connection.execute(asked)}


def _follows(entry: Entry, seq: int, before: Entry | None, name: str) -> None:
    if entry.seq != seq:
        raise LedgerDamaged(f"{name}: entry {seq}: the row is missing")
    if entry.previous != (FIRST if before is None else before.entry_hash):
        raise LedgerDamaged(f"{name}: entry {seq}: names another entry before it than the one that stands there")
    if before is not None and entry.t_utc < before.t_utc:
        raise LedgerDamaged(
            f"{name}: entry {seq}: its time {iso(entry.t_utc)} lies before that of entry {seq - 1}, {iso(before.t_utc)}"
        )
    if np.isnat(entry.t_utc):
        raise LedgerDamaged(f"{name}: entry {seq}: has no time")


def _subtrees(entry: Entry, waiting: dict[Node, bytes], stored: dict[int, object], name: str) -> None:
    """The subtrees that one entry completes, against what is stored."""
    for node, made in merkle.closing(entry.seq, bytes.fromhex(entry.entry_hash), waiting):
        held = stored.get(merkle.number(node))
        if held != made:
            what = "is missing" if held is None else "was changed"
            raise LedgerDamaged(
                f"{name}: entry {entry.seq}: the stored hash of entries {node[1] << node[0]} to {entry.seq} {what}"
            )
