"""Work that was asked for, alerts and who acknowledged them, and the stream of everything that changes."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Path, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from hoshimori.doors.web import alerts as words_of
from hoshimori.doors.web import answers, policy
from hoshimori.doors.web.principal import Principal, Reader, Runner, Worker, asking
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.doors.web.routes import models_jobs as models
from hoshimori.doors.web.routes.asked import Cursor, Limit, TheWorld, offset, written
from hoshimori.doors.web.routes.jobs_asked import among_us, job_row
from hoshimori.doors.web.stream import Hub
from hoshimori.doors.web.world import World
from hoshimori.duty import Alert, Page
from hoshimori.findings import iso

router = answers.router("jobs")
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
State = Literal["waiting", "running", "done", "failed"]
Kind = Annotated[str, Query(max_length=40, description="sweep, replay, fetch, verify or send.")]
_making = threading.Lock()


@router.get("/jobs", response_model=models.JobPage)
def jobs(
    who: Reader, world: TheWorld, state: State | None = None, kind: Kind = "", limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Jobs, the newest first."""
    states = (state,) if state else ()
    first = offset(cursor)
    return _page(world.duty.jobs(states=states, kind=kind, limit=limit, offset=first), first, job_row)


@router.get("/jobs/{job_id}", response_model=models.Job)
def one_job(who: Reader, world: TheWorld, job_id: Id) -> dict[str, Any]:
    """One job: how far it is, what came of it."""
    found = world.duty.job(job_id)
    if found is None:
        raise NotHere(f"job {job_id}")
    return job_row(found)


@router.post("/jobs/{job_id}/cancel", response_model=models.Job)
def cancel(who: Runner, world: TheWorld, job_id: Id) -> dict[str, Any]:
    """Not to be done. A job that ended before stays as it ended."""
    found = world.duty.cancel(job_id, by=who.name)
    if found is None:
        raise NotHere(f"job {job_id}")
    return job_row(found)


@router.get("/alerts", response_model=models.AlertPage)
def alerts(
    who: Reader,
    world: TheWorld,
    open: Annotated[bool, Query(description="Only those that nobody has acknowledged.")] = False,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Alerts, the newest first."""
    first = offset(cursor)
    return _page(world.duty.alerts(open_only=open, limit=limit, offset=first), first, alert_row)


@router.get("/alerts/{alert_id}", response_model=models.Alert)
def one_alert(who: Reader, world: TheWorld, alert_id: Id) -> dict[str, Any]:
    """One alert. What its reader may not read is not found."""
    return alert_row(_readable(world, who, alert_id))


@router.post("/alerts/{alert_id}/acknowledge", response_model=models.Alert)
def acknowledge(who: Worker, world: TheWorld, alert_id: Id, said: models.Acknowledged) -> dict[str, Any]:
    """Seen: it is not said again. Who said so first stays. Nobody acknowledges what they may not read."""
    _readable(world, who, alert_id)
    found = world.duty.acknowledge(alert_id, by=who.name, note=said.note)
    if found is None:
        raise NotHere(f"alert {alert_id}")
    return alert_row(found)


def _readable(world: World, who: Principal, alert_id: str) -> Alert:
    found = world.duty.alert_of(alert_id)
    if found is None or "withheld" in policy.shown({"marking": found.record.get("marking", {"tlp": "CLEAR"})}, who.party):
        raise NotHere(f"alert {alert_id}")
    return found


def _page(found: Page, first: int, made: Any) -> dict[str, Any]:
    last = first + len(found.rows)
    more = written(last) if found.rows and last < found.total else None
    return {"items": [made(r) for r in found.rows], "next": more, "total": found.total}


def alert_row(alert: Alert) -> dict[str, Any]:
    """An alert with its text in the language of who asks."""
    return {
        "id": alert.alert_id,
        "severity": alert.severity,
        "code": alert.code,
        "subject": alert.subject,
        "text": words_of.text(alert, asking().lang),
        "data_mode": alert.record.get("data_mode"),
        "marking": alert.record.get("marking", {"tlp": "CLEAR"}),
        "raised": iso(alert.raised_utc),
        "last": iso(alert.last_utc),
        "count": alert.count,
        "acknowledged_by": among_us(alert.acknowledged_by),
        "acknowledged": iso(alert.acknowledged_utc),
        "note": among_us(alert.note),
        "sent": [dict(s) for s in alert.sent],
        "record": dict(alert.record),
    }


async def _hub(request: Request) -> Hub:
    state = request.app.state
    with _making:
        if getattr(state, "hub", None) is None:
            state.hub = Hub(state.world.duty)
    found: Hub = state.hub
    return found


async def _after(
    last_event_id: Annotated[
        str | None, Header(description="The last line that was received: what came after it is sent.")
    ] = None,
) -> int | None:
    if last_event_id is None or not last_event_id.strip():
        return None
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= 18):
        raise ApiError(400, "asked-wrongly", "asked wrongly", "Last-Event-ID: expected the `id` of a line of this stream")
    return int(last_event_id)


@router.get("/stream", response_class=EventSourceResponse)
@answers.streams
async def stream(
    who: Reader, hub: Annotated[Hub, Depends(_hub)], after: Annotated[int | None, Depends(_after)]
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: what changes, as it changes. It writes its own answer, line by line; each line passes `policy.shown`
    for the party of its reader, and what that party may not read is left out.

    event: sweep, job, alert, condition, incident, record or data; `reset` where lines were missed: look at everything afresh.
    data: JSON. id: to come back with as Last-Event-ID. A comment comes at least every 15 s.
    """
    async for sent in hub.listen(who.party, after):
        yield sent
