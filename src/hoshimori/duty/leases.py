"""Jobs: asked once, had by one worker at a time, taken over when that worker dies.

A lease is never judged by the time of day, which somebody may set back: on the machine that gave it by the count since its start,
elsewhere (another machine, or this one after a restart) by watching for as long as a lease lasts whether a sign of life comes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hoshimori.duty import feed
from hoshimori.duty.records import Job, Page
from hoshimori.duty.rows import count, dump, load, next_seq, sure_us, time
from hoshimori.duty.tables import jobs
from hoshimori.duty.ticks import Machine
from hoshimori.findings import iso

MOST_LOST = 5
"""A job that took so many workers with it is not tried again: it would end each of them."""
_BACK_US = 5_000_000
"""A clock that is this far behind the moment when a time was set has been set back."""


@dataclass
class Watched:
    """What this process has seen of leases given elsewhere: the last sign of life, and its own count when it first saw it."""

    seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def still(self, job_id: str, beat: int, now: float) -> float:
        """For how long no new sign of life came, as far as this process has looked."""
        held = self.seen.get(job_id)
        if held is None or held[0] != beat:
            self.seen[job_id] = (beat, now)
            return 0.0
        return now - held[1]

    def only(self, job_ids: set[str]) -> None:
        for gone in set(self.seen) - job_ids:
            del self.seen[gone]


def ask(
    c: Connection,
    now: np.datetime64,
    machine: Machine,
    kind: str,
    parameters: Mapping[str, Any],
    key: str,
    by: str,
    due: np.datetime64 | None,
) -> Job:
    open_ones = jobs.c.state.in_(("waiting", "running"))
    held = c.execute(sa.select(jobs).where(jobs.c.key == key, open_ones)).first()
    if held is not None:
        return _job(held)
    row = {
        "seq": next_seq(c, jobs),
        "job_id": secrets.token_hex(16),
        "kind": kind,
        "key": key,
        "state": "waiting",
        "parameters": dump(parameters),
        "asked_by": by,
        "asked_us": sure_us(now),
        **_due(now, machine, due),
        "beat": 0,
        "started_us": None,
        "ended_us": None,
        "tries": 0,
        "lost": 0,
        "worker": "",
        "progress": "{}",
        "result": "{}",
        "error": "",
    }
    c.execute(jobs.insert(), [row])
    return _tell(c, now, row["job_id"])


def _due(now: np.datetime64, machine: Machine, due: np.datetime64 | None) -> dict[str, Any]:
    """When a job may begin, by the time of day and by the machine's own count."""
    when = now if due is None else due
    wait_s = (sure_us(when) - sure_us(now)) / 1e6
    ticks = machine.ticks() + max(0.0, wait_s)
    return {"due_us": sure_us(when), "set_us": sure_us(now), "boot": machine.boot, "ticks": ticks}


def claim(
    c: Connection, now: np.datetime64, machine: Machine, watched: Watched, worker: str, lease_s: float, kinds: Sequence[str]
) -> Job | None:
    while (row := _next(c, now, machine, watched, lease_s, kinds)) is not None:
        lost = row.lost + (row.state == "running")
        if lost < MOST_LOST:
            started = {"worker": worker, "started_us": sure_us(now), "tries": row.tries + 1, "lost": lost, "progress": "{}"}
            _set(c, row.job_id, {**started, "state": "running", **_alive(row, machine, lease_s)})
            return _tell(c, now, row.job_id)
        why = f"given up: {lost} workers died while they had it"
        _set(c, row.job_id, {"state": "failed", "ended_us": sure_us(now), "worker": "", "lost": lost, "error": why})
        _tell(c, now, row.job_id)
    return None


def nothing(c: Connection, now: np.datetime64, machine: Machine, watched: Watched, lease_s: float, kinds: Sequence[str]) -> bool:
    """Is there nothing to claim?"""
    return _next(c, now, machine, watched, lease_s, kinds) is None


def _alive(row: Any, machine: Machine, lease_s: float) -> dict[str, Any]:
    return {"boot": machine.boot, "ticks": machine.ticks() + lease_s, "beat": row.beat + 1}


def _next(
    c: Connection, now: np.datetime64, machine: Machine, watched: Watched, lease_s: float, kinds: Sequence[str]
) -> Any | None:
    """The oldest job that is due or that its worker left."""
    here, at = jobs.c.boot == machine.boot, sure_us(now)
    due_here = here & (jobs.c.ticks <= machine.ticks())
    due_elsewhere = ~here & ((jobs.c.due_us <= at) | (jobs.c.set_us > at + _BACK_US))
    chosen = sa.select(jobs).order_by(jobs.c.seq)
    chosen = chosen.where(jobs.c.kind.in_(list(kinds))) if kinds else chosen
    waiting = c.execute(chosen.where(jobs.c.state == "waiting", due_here | due_elsewhere).limit(1)).first()
    running = c.execute(chosen.where(jobs.c.state == "running")).all()
    if not kinds:
        watched.only({r.job_id for r in running})
    left = [r for r in running if _left(r, machine, watched, lease_s)]
    return min((r for r in (waiting, *left) if r is not None), key=lambda r: r.seq, default=None)


def _left(row: Any, machine: Machine, watched: Watched, lease_s: float) -> bool:
    if row.boot == machine.boot:
        return bool(row.ticks < machine.ticks())
    return watched.still(row.job_id, row.beat, machine.ticks()) > lease_s


def beat(
    c: Connection,
    now: np.datetime64,
    machine: Machine,
    job_id: str,
    worker: str,
    lease_s: float,
    progress: Mapping[str, Any] | None,
) -> bool:
    row = _held(c, job_id, worker)
    if row is None:
        return False
    news = progress is not None and dump(progress) != row.progress
    _set(c, job_id, _alive(row, machine, lease_s) | ({"progress": dump(progress)} if news else {}))
    if news:
        _tell(c, now, job_id)
    return True


def finish(c: Connection, now: np.datetime64, job_id: str, worker: str, result: Mapping[str, Any]) -> bool:
    if _held(c, job_id, worker) is None:
        return False
    _set(c, job_id, {"state": "done", "ended_us": sure_us(now), "result": dump(result), "error": ""})
    _tell(c, now, job_id)
    return True


def fail(
    c: Connection, now: np.datetime64, machine: Machine, job_id: str, worker: str, error: str, retry: np.datetime64 | None
) -> bool:
    if _held(c, job_id, worker) is None:
        return False
    if retry is None:
        _set(c, job_id, {"state": "failed", "ended_us": sure_us(now), "error": error})
    else:
        _set(c, job_id, {"state": "waiting", "worker": "", "error": error, **_due(now, machine, retry)})
    _tell(c, now, job_id)
    return True


def give_up(c: Connection, now: np.datetime64, machine: Machine, job_id: str, worker: str) -> bool:
    """Back to waiting, and the try not counted: the worker ends because it was told to."""
    row = _held(c, job_id, worker)
    if row is None:
        return False
    _set(c, job_id, {"state": "waiting", "worker": "", "tries": row.tries - 1, "progress": "{}", **_due(now, machine, None)})
    _tell(c, now, job_id)
    return True


def abandon(c: Connection, now: np.datetime64, machine: Machine, worker: str) -> int:
    """Its worker is known to be dead: what it had goes back at once, without waiting for the end of the lease."""
    left = c.execute(sa.select(jobs).where(jobs.c.worker == worker, jobs.c.state == "running")).all()
    for row in left:
        _set(c, row.job_id, {"ticks": machine.ticks() - 1.0, "boot": machine.boot})
    return len(left)


def cancel(c: Connection, now: np.datetime64, job_id: str, by: str) -> Job | None:
    row = c.execute(sa.select(jobs).where(jobs.c.job_id == job_id)).first()
    if row is None or row.state not in ("waiting", "running"):
        return None if row is None else _job(row)
    _set(c, job_id, {"state": "failed", "ended_us": sure_us(now), "worker": "", "error": f"cancelled by {by}"})
    return _tell(c, now, job_id)


def job(c: Connection, job_id: str) -> Job | None:
    row = c.execute(sa.select(jobs).where(jobs.c.job_id == job_id)).first()
    return None if row is None else _job(row)


def page(c: Connection, states: Sequence[str], kind: str, limit: int, offset: int) -> Page:
    chosen = sa.select(jobs).order_by(jobs.c.seq.desc())
    chosen = chosen.where(jobs.c.state.in_(list(states))) if states else chosen
    chosen = chosen.where(jobs.c.kind == kind) if kind else chosen
    return Page(tuple(_job(r) for r in c.execute(chosen.limit(limit).offset(offset))), count(c, chosen))


def forget(c: Connection, before_us: int) -> None:
    """Jobs that ended long ago, but never the last one: the numbers go on from it."""
    last = next_seq(c, jobs) - 1
    c.execute(jobs.delete().where(jobs.c.ended_us < before_us, jobs.c.seq < last))


def _held(c: Connection, job_id: str, worker: str) -> Any | None:
    mine = (jobs.c.job_id == job_id) & (jobs.c.worker == worker) & (jobs.c.state == "running")
    return c.execute(sa.select(jobs).where(mine)).first()


def _set(c: Connection, job_id: str, values: Mapping[str, Any]) -> None:
    c.execute(jobs.update().where(jobs.c.job_id == job_id).values(**values))


def _tell(c: Connection, now: np.datetime64, job_id: str) -> Job:
    found = _job(c.execute(sa.select(jobs).where(jobs.c.job_id == job_id)).one())
    line = {"id": found.job_id, "kind": found.kind, "state": found.state, "key": found.key, "progress": dict(found.progress)}
    feed.tell(c, now, "job", line | {"tries": found.tries, "error": found.error, "due": iso(found.due_utc)})
    return found


def _job(r: Any) -> Job:
    times = (time(r.asked_us), time(r.due_us), time(r.started_us), time(r.ended_us))
    trees = (load(r.progress), load(r.result))
    return Job(r.job_id, r.kind, r.key, r.state, load(r.parameters), r.asked_by, *times, r.tries, r.worker, *trees, r.error)
