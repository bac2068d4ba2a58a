"""What of the kept sweeps is forgotten: of an old day all but its last, unless an alert rests on one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hoshimori.duty.rows import load
from hoshimori.duty.tables import about, alerts, events, sweeps, told

DAY_US = 86_400_000_000
AT_ONCE = 40
"""Sweeps forgotten in one transaction, so that nobody waits long for the write lock."""
_PARAMETERS = 400
"""Below the number that any SQLite allows."""


def thin(c: Connection, before_us: int) -> int:
    """Forget some sweeps recorded before this, and the events that only they told. How many sweeps; 0: nothing is left to do.

    Kept are, of each list and each UTC day of the as-of, the last one, and each that told an event which an alert names.
    """
    gone = _superseded(c, before_us)
    if not gone:
        return 0
    theirs = list(c.execute(sa.select(told.c.event).where(told.c.sweep.in_(gone)).distinct()).scalars())
    c.execute(told.delete().where(told.c.sweep.in_(gone)))
    c.execute(sweeps.delete().where(sweeps.c.seq.in_(gone)))
    for some in _some(theirs):
        untold = ~sa.exists().where(told.c.event == events.c.seq)
        c.execute(events.delete().where(events.c.seq.in_(some), untold))
    c.execute(about.delete().where(~sa.exists().where(events.c.seq == about.c.event)))
    return len(gone)


def _superseded(c: Connection, before_us: int) -> list[int]:
    """The numbers of some old sweeps that are not their day's last and that no alert rests on."""
    order = (sweeps.c.as_of_us.desc(), sweeps.c.seq.desc())
    day = (sweeps.c.watchlist, sweeps.c.as_of_us // DAY_US)
    place = sa.func.row_number().over(partition_by=day, order_by=order).label("place")
    ranked = sa.select(sweeps.c.seq, sweeps.c.made_us, place).subquery()
    old = sa.select(ranked.c.seq).where(ranked.c.made_us < before_us, ranked.c.place > 1).order_by(ranked.c.seq)
    rested_on = _with_alerts(c)
    return [n for n in c.execute(old).scalars() if n not in rested_on][:AT_ONCE]


def _with_alerts(c: Connection) -> set[int]:
    """The numbers of the sweeps that told an event which an alert names."""
    named = sorted({str(e) for r in c.execute(sa.select(alerts.c.record)).scalars() for e in load(r).get("events", ())})
    found: set[int] = set()
    for some in _some(named):
        chosen = sa.select(told.c.sweep).join(events, events.c.seq == told.c.event).where(events.c.event_id.in_(some))
        found |= set(c.execute(chosen).scalars())
    return found


def _some(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[k : k + _PARAMETERS] for k in range(0, len(values), _PARAMETERS))
