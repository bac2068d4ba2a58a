"""Is a ledger in order: its chain from the first entry, its own signed states, keys that soon expire, the SQLite beneath it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hoshimori.doors.ledgers import PLACE, ledger, ledger_exists
from hoshimori.errors import HoshimoriError, Refused
from hoshimori.findings import iso
from hoshimori.ledger import exchange
from hoshimori.ledger.home import Ledger, now_utc

SOON = np.timedelta64(60, "D")
"""How long before its end a key is named: time for a keyring ceremony of two parties (judged)."""
MENDED_SQLITE = (3, 51, 3)
"""The first version without the rare loss of a write-ahead log that is reset while it is read (sqlite.org, releaselog)."""

Told = tuple[str, bool, str]
"""What was looked at, whether it is well, and what was found."""


def examine(home: Path | None) -> Iterator[Told]:
    """Nothing where there is no ledger yet: looking does not make one."""
    if not ledger_exists(home):
        return
    try:
        with ledger(home) as book:
            yield _journal(book)
            yield from _keys(book)
    except HoshimoriError as error:
        yield "ledger", False, str(error)
    if sqlite3.sqlite_version_info < MENDED_SQLITE and not (os.environ.get(PLACE) and home is None):
        yield (
            "SQLite",
            True,
            f"{sqlite3.sqlite_version}: before 3.51.3 a rare race can damage a log; keep copies, or use PostgreSQL",
        )


def _journal(book: Ledger) -> Told:
    """Every entry again, and every state that was signed and given away: a log that was cut or changed does not show them."""
    checked = book.journal.check()
    for signed in exchange.own_checkpoints(book.journal):
        c = signed.checkpoint
        if c.size > checked.size or book.journal.root(c.size).hex() != c.root:
            return (
                "ledger",
                False,
                f"the state of {c.size} entries that was signed at {iso(c.t_utc)} is not in it: cut, or changed",
            )
    opened = book.opened
    whose = f"{opened.party} in {opened.alliance}" if opened else "nobody's yet"
    return "ledger", True, f"{checked.size:,} entries, whole; {whose}"


def _keys(book: Ledger) -> Iterator[Told]:
    try:
        _, ring = book.keyring()
    except Refused:
        yield "keyring", True, "none is trusted here yet: hoshimori keyring adopt"
        return
    now = now_utc()
    ending = [r for r in ring.keys if r.revoked_at is None and now <= r.valid_until < now + SOON]
    ended = [r for r in ring.keys if r.revoked_at is None and r.valid_until < now]
    for row in ending:
        yield "key", True, f"{row.shown} expires at {iso(row.valid_until)}: add its successor with hoshimori keyring amend"
    yield "keyring", True, f"{ring.alliance}, version {ring.version}, {len(ring.keys)} keys, {len(ended)} expired"
