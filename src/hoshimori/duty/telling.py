"""Sweeps and the events that they told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hoshimori.duty import feed
from hoshimori.duty.records import Kept, Page, Told
from hoshimori.duty.rows import count, moment, next_seq, packed, sure_us, time, unpacked, us
from hoshimori.duty.tables import about, events, sweeps, told
from hoshimori.findings import iso

_AT_ONCE = 400
"""Below the number of parameters that any SQLite allows."""


def sweep_id(key: str) -> str:
    """The name of the sweep that is kept under a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def keep(
    c: Connection,
    now: np.datetime64,
    key: str,
    watchlist: str,
    as_of: np.datetime64,
    record: Mapping[str, Any],
    found: Iterable[Mapping[str, Any]],
) -> str:
    held = c.execute(sa.select(sweeps.c.sweep_id).where(sweeps.c.key == key)).scalar()
    if held is not None:
        return str(held)
    made = sweep_id(key)
    seq = next_seq(c, sweeps)
    row = {"seq": seq, "sweep_id": made, "key": key, "watchlist": watchlist}
    times = {"as_of_us": sure_us(as_of), "made_us": sure_us(now)}
    c.execute(sweeps.insert(), [{**row, **times, "record": packed({k: v for k, v in record.items() if k != "events"})}])
    numbers = _keep_events(c, now, as_of, list(found))
    if numbers:
        c.execute(told.insert(), [{"sweep": seq, "place": place, "event": n} for place, n in enumerate(numbers)])
    line = {"id": made, "watchlist": watchlist, "as_of": iso(as_of), "events": len(numbers)}
    feed.tell(c, now, "sweep", line | {k: record[k] for k in ("data_modes", "marking") if k in record})
    return made


def _keep_events(c: Connection, now: np.datetime64, as_of: np.datetime64, found: Sequence[Mapping[str, Any]]) -> list[int]:
    """Each event once; one told before keeps its row and, where this moment is earlier, is known since then."""
    held = _numbers(c, [str(e["id"]) for e in found])
    fresh = {str(e["id"]): e for e in found if str(e["id"]) not in held}
    first = next_seq(c, events)
    numbers = {event_id: n for n, event_id in enumerate(fresh, first)}
    if fresh:
        c.execute(events.insert(), [_row(numbers[i], e, as_of, now) for i, e in fresh.items()])
        whom = ({"who": w, "event": numbers[i]} for i, e in fresh.items() for w in {str(e["subject"]), *map(str, e["others"])})
        c.execute(about.insert(), list(whom))
    for some in _some(sorted(set(held.values()))):
        earlier = events.c.seq.in_(some) & (events.c.first_told_us > sure_us(as_of))
        c.execute(events.update().where(earlier).values(first_told_us=sure_us(as_of)))
    numbers |= held
    return [numbers[str(e["id"])] for e in found]


def _row(seq: int, event: Mapping[str, Any], as_of: np.datetime64, now: np.datetime64) -> dict[str, Any]:
    return {
        "seq": seq,
        "event_id": str(event["id"]),
        "kind": str(event["kind"]),
        "subject": str(event["subject"]),
        "normal": int(bool(event["normal"])),
        "start_us": us(moment(str(event["start"]))),
        "stop_us": us(moment(str(event["stop"]))),
        "first_told_us": sure_us(as_of),
        "recorded_us": sure_us(now),
        "record": packed(event),
    }


def _numbers(c: Connection, ids: Sequence[str]) -> dict[str, int]:
    out: dict[str, int] = {}
    for some in _some(ids):
        chosen = sa.select(events.c.event_id, events.c.seq).where(events.c.event_id.in_(some))
        out |= {r.event_id: r.seq for r in c.execute(chosen)}
    return out


def _some(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[k : k + _AT_ONCE] for k in range(0, len(values), _AT_ONCE))


def page(c: Connection, watchlist: str, limit: int, offset: int) -> Page:
    chosen = sa.select(sweeps).order_by(sweeps.c.as_of_us.desc(), sweeps.c.seq.desc())
    chosen = chosen.where(sweeps.c.watchlist == watchlist) if watchlist else chosen
    rows = c.execute(chosen.limit(limit).offset(offset)).all()
    return Page(tuple(_kept(c, rows)), count(c, chosen))


def by_id(c: Connection, sweep_id: str) -> Kept | None:
    return next(iter(_kept(c, c.execute(sa.select(sweeps).where(sweeps.c.sweep_id == sweep_id)).all())), None)


def at(c: Connection, watchlist: str, as_of: np.datetime64) -> Kept | None:
    chosen = sa.select(sweeps).where(sweeps.c.watchlist == watchlist, sweeps.c.as_of_us <= sure_us(as_of))
    newest = chosen.order_by(sweeps.c.as_of_us.desc(), sweeps.c.seq.desc()).limit(1)
    return next(iter(_kept(c, c.execute(newest).all())), None)


def _kept(c: Connection, rows: Sequence[Any]) -> list[Kept]:
    ids: dict[int, list[str]] = {r.seq: [] for r in rows}
    for some in _some(sorted(ids)):
        chosen = sa.select(told.c.sweep, events.c.event_id).join(events, events.c.seq == told.c.event)
        for r in c.execute(chosen.where(told.c.sweep.in_(some)).order_by(told.c.sweep, told.c.place)):
            ids[r.sweep].append(r.event_id)
    return [
        Kept(r.sweep_id, r.key, r.watchlist, time(r.as_of_us), time(r.made_us), unpacked(r.record), tuple(ids[r.seq]))
        for r in rows
    ]


def events_page(
    c: Connection,
    *,
    sweep_id: str,
    known_by_utc: np.datetime64 | None,
    kinds: Sequence[str],
    subject: str,
    concerning: str,
    normal: bool | None,
    start_utc: np.datetime64 | None,
    stop_utc: np.datetime64 | None,
    limit: int,
    offset: int,
) -> Page:
    wanted: list[sa.ColumnElement[bool]] = []
    if sweep_id:
        its = sa.select(told.c.event).join(sweeps, sweeps.c.seq == told.c.sweep).where(sweeps.c.sweep_id == sweep_id)
        wanted.append(events.c.seq.in_(its))
    if known_by_utc is not None:
        wanted.append(events.c.first_told_us <= sure_us(known_by_utc))
    if kinds:
        wanted.append(events.c.kind.in_(list(kinds)))
    if subject:
        wanted.append(events.c.subject == subject)
    if concerning:
        wanted.append(events.c.seq.in_(sa.select(about.c.event).where(about.c.who == concerning)))
    if normal is not None:
        wanted.append(events.c.normal == int(normal))
    if start_utc is not None:
        wanted.append(events.c.stop_us >= sure_us(start_utc))
    if stop_utc is not None:
        wanted.append(events.c.start_us <= sure_us(stop_utc))
    chosen = sa.select(events).where(*wanted)
    newest = chosen.order_by(events.c.start_us.desc(), events.c.seq.desc()).limit(limit).offset(offset)
    return Page(tuple(_told(r) for r in c.execute(newest)), count(c, chosen))


def event(c: Connection, event_id: str) -> Told | None:
    """By id, or by its beginning where only one begins so."""
    if not event_id:
        return None
    begins = events.c.event_id.startswith(event_id, autoescape=True)
    rows = c.execute(sa.select(events).where(begins).order_by(events.c.event_id).limit(2)).all()
    same = [r for r in rows if r.event_id == event_id]
    chosen = same or rows
    return _told(chosen[0]) if len(chosen) == 1 else None


def _told(r: Any) -> Told:
    return Told(r.event_id, r.kind, r.subject, time(r.first_told_us), time(r.recorded_us), unpacked(r.record))
