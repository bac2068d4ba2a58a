"""Bundles that leave: made for one reader, looked into as a stranger would, and marked by what they show."""

from __future__ import annotations

from hoshimori.doors.ledgers import ledger
from hoshimori.doors.web.inbox import marking_of
from hoshimori.doors.web.world import World
from hoshimori.judgements import Marking
from hoshimori.ledger import checking, container, packing
from hoshimori.ledger.home import now_utc
from hoshimori.ledger.keys import PrivateKey


def packed(world: World, record: str, key: PrivateKey, reader: str) -> tuple[bytes, Marking]:
    """The zip of a record for a reader (a party, or "public"), and the marking of all that it shows."""
    with ledger(world.home) as book:
        files = packing.pack(book, record, key, reader=reader, now_utc=now_utc())
        checked = checking.check(files, now_utc=now_utc(), known=checking.memory(book))
    return container.zipped(files), marking_of(checked)
