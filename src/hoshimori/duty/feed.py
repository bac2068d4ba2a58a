"""The feed that a console follows, and the small values that survive a restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hoshimori.duty.records import Change
from hoshimori.duty.rows import dump, load, next_seq, sure_us, time
from hoshimori.duty.tables import feed, notes
from hoshimori.findings import iso

CONDITION = "condition:"


def tell(c: Connection, now: np.datetime64, topic: str, record: Mapping[str, Any]) -> int:
    """One line, in the transaction of what it tells. Numbers rise by one and without gaps, whatever the clock does."""
    seq = next_seq(c, feed)
    c.execute(feed.insert(), [{"seq": seq, "at_us": sure_us(now), "topic": topic, "record": dump(record)}])
    return seq


def changes(c: Connection, after: int, limit: int) -> list[Change]:
    rows = c.execute(sa.select(feed).where(feed.c.seq > after).order_by(feed.c.seq).limit(limit))
    return [Change(r.seq, time(r.at_us), r.topic, load(r.record)) for r in rows]


def version(c: Connection) -> int:
    return next_seq(c, feed) - 1


def note(c: Connection, name: str) -> Mapping[str, Any] | None:
    found = c.execute(sa.select(notes.c.value).where(notes.c.name == name)).scalar()
    return None if found is None else load(found)


def put_note(c: Connection, now: np.datetime64, name: str, value: Mapping[str, Any] | None) -> None:
    """A condition of the floor that comes, changes or goes is told; the same one put again is not."""
    held = note(c, name)
    if held == value:
        return
    c.execute(notes.delete().where(notes.c.name == name))
    if value is not None:
        c.execute(notes.insert(), [{"name": name, "value": dump(value)}])
    if name.startswith(CONDITION):
        code = name.removeprefix(CONDITION)
        tell(c, now, "condition", condition_line(code, value, now))


def condition_line(code: str, value: Mapping[str, Any] | None, now: np.datetime64) -> dict[str, Any]:
    return {"code": code, "stands": value is not None, "at": iso(now), **(value or {})}


def notes_of(c: Connection, prefix: str) -> dict[str, Mapping[str, Any]]:
    chosen = sa.select(notes).where(notes.c.name.startswith(prefix, autoescape=True)).order_by(notes.c.name)
    return {r.name: load(r.value) for r in c.execute(chosen)}


def forget(c: Connection, before_us: int) -> None:
    """Old lines, but never the last: the numbers go on from it."""
    c.execute(feed.delete().where(feed.c.at_us < before_us, feed.c.seq < version(c)))
