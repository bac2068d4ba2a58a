"""Alerts: the same matter once, counted when it comes again; acknowledged by a person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hoshimori.duty import feed
from hoshimori.duty.records import Alert, Page
from hoshimori.duty.rows import count, dump, load, next_seq, sure_us, time
from hoshimori.duty.tables import alerts
from hoshimori.findings import iso


def alert(
    c: Connection, now: np.datetime64, key: str, severity: str, code: str, subject: str, record: Mapping[str, Any]
) -> Alert:
    """Raised, or counted again with what is now said of it; who acknowledged it is not unsaid by that."""
    held = c.execute(sa.select(alerts).where(alerts.c.key == key)).first()
    said = {"severity": severity, "code": code, "subject": subject, "record": dump(record), "last_us": sure_us(now)}
    if held is not None:
        c.execute(alerts.update().where(alerts.c.key == key).values(**said, times=held.times + 1))
        return _told(c, now, held.alert_id)
    alert_id = secrets.token_hex(16)
    first = {"seq": next_seq(c, alerts), "alert_id": alert_id, "key": key, "raised_us": sure_us(now), "times": 1}
    c.execute(alerts.insert(), [{**first, **said, "acknowledged_by": "", "acknowledged_us": None, "note": "", "sent": "[]"}])
    return _told(c, now, alert_id)


def acknowledge(c: Connection, now: np.datetime64, alert_id: str, by: str, note: str) -> Alert | None:
    """The first who acknowledges it stays; a second changes nothing."""
    held = c.execute(sa.select(alerts).where(alerts.c.alert_id == alert_id)).first()
    if held is None or held.acknowledged_by:
        return None if held is None else _alert(held)
    who = {"acknowledged_by": by, "acknowledged_us": sure_us(now), "note": note}
    c.execute(alerts.update().where(alerts.c.alert_id == alert_id).values(**who))
    return _told(c, now, alert_id)


def sent(c: Connection, now: np.datetime64, alert_id: str, how: Mapping[str, Any]) -> None:
    held = c.execute(sa.select(alerts.c.sent).where(alerts.c.alert_id == alert_id)).scalar()
    if held is not None:
        c.execute(alerts.update().where(alerts.c.alert_id == alert_id).values(sent=dump([*load(held), dict(how)])))
        _told(c, now, alert_id)


def by_id(c: Connection, alert_id: str) -> Alert | None:
    row = c.execute(sa.select(alerts).where(alerts.c.alert_id == alert_id)).first()
    return None if row is None else _alert(row)


def keyed(c: Connection, beginning: str) -> list[Alert]:
    chosen = sa.select(alerts).where(alerts.c.key.startswith(beginning, autoescape=True)).order_by(alerts.c.seq.desc())
    return [_alert(r) for r in c.execute(chosen)]


def page(c: Connection, open_only: bool, limit: int, offset: int) -> Page:
    chosen = sa.select(alerts).order_by(alerts.c.seq.desc())
    chosen = chosen.where(alerts.c.acknowledged_by == "") if open_only else chosen
    return Page(tuple(_alert(r) for r in c.execute(chosen.limit(limit).offset(offset))), count(c, chosen))


def _told(c: Connection, now: np.datetime64, alert_id: str) -> Alert:
    found = _alert(c.execute(sa.select(alerts).where(alerts.c.alert_id == alert_id)).one())
    line = {"id": alert_id, "severity": found.severity, "code": found.code, "subject": found.subject, "count": found.count}
    marks = {k: found.record[k] for k in ("data_mode", "marking") if k in found.record}
    times = {"raised": iso(found.raised_utc), "acknowledged_by": found.acknowledged_by}
    feed.tell(c, now, "alert", line | times | marks)
    return found


def _alert(r: Any) -> Alert:
    return Alert(
        alert_id=r.alert_id,
        key=r.key,
        severity=r.severity,
        code=r.code,
        subject=r.subject,
        record=load(r.record),
        raised_utc=time(r.raised_us),
        last_utc=time(r.last_us),
        count=r.times,
        acknowledged_by=r.acknowledged_by,
        acknowledged_utc=time(r.acknowledged_us),
        note=r.note,
        sent=tuple(load(r.sent)),
    )
