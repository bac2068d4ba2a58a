"""Events: what was told, down to the element sets that each claim stands on; run again, drawn, and handed on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import Query

from hoshimori.doors.conjunctions import by_risk
from hoshimori.doors.library import instant
from hoshimori.doors.telling import explanation_texts
from hoshimori.doors.web import answers, picture_events, picture_relative
from hoshimori.doors.web.answers import Document, Made
from hoshimori.doors.web.picture_rows import Telling, event_row, swept
from hoshimori.doors.web.plain import plain
from hoshimori.doors.web.principal import Reader, Worker
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, TheWorld, Words, page, written
from hoshimori.doors.web.routes.jobs_asked import job_row
from hoshimori.doors.web.routes.models_events import EventFull, EventPage, Evidence, Gabbard, Rtn
from hoshimori.doors.web.routes.models_jobs import Job
from hoshimori.doors.web.routes.shared import Bytes, EventId, ListName, TheSkies, lang, offset
from hoshimori.doors.web.skies import Skies
from hoshimori.duty import Told
from hoshimori.findings import Event, iso
from hoshimori.ledger.home import now_utc

router = answers.router("events")
Subject = Annotated[str, Query(max_length=64, pattern="^[^\\x00]*$", description="Catalogue number, or asset id.")]
Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601 UTC.")]
SweepRef = Annotated[str, Query(max_length=64, description="Id of one kept sweep; default: the one that speaks for the moment.")]
CDM: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in ("text/plain", "application/xml")}}
}
CdmSpelling = Literal["kvn", "xml"]
MOST_CONJUNCTIONS = 10_000


@router.get("/events", response_model=EventPage)
def events(
    who: Reader,
    world: TheWorld,
    skies: TheSkies,
    w: Words,
    watchlist: ListName = None,
    subject: Subject = "",
    concerning: Annotated[str, Query(max_length=64, pattern="^[^\\x00]*$", description="The subject or one of the others.")] = "",
    kind: Annotated[list[str], Query(max_length=20, description="May be given more than once.")] = [],  # noqa: B006
    normal: bool | None = None,
    start: Moment = None,
    stop: Moment = None,
    sweep: SweepRef = "",
    every: Annotated[
        bool, Query(description="Of all sweeps known by then: one encounter told by many sweeps comes many times.")
    ] = False,
    as_of: AsOf = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Events that were told by the moment, the newest first: of the sweep that speaks for it."""
    t, first, chosen = skies.moment(as_of), offset(cursor), skies.watchlist(watchlist)
    kept, row = swept(skies, chosen, t)
    if sweep:
        kept, row = world.duty.sweep(sweep), None
        if kept is None:
            raise NotHere(f"sweep {sweep}")
    if kept is None and not every:
        return {"items": [], "next": None, "total": 0, "as_of": iso(t), "sweep": None}
    found = world.duty.events(
        sweep_id="" if every or kept is None else kept.sweep_id,
        known_by_utc=t,
        kinds=tuple(kind),
        subject=subject,
        concerning=concerning,
        normal=normal,
        start_utc=instant(start) if start else None,
        stop_utc=instant(stop) if stop else None,
        limit=limit,
        offset=first,
    )
    telling = Telling.of(skies.at(t), skies.lists(), w, lang())
    last = first + len(found.rows)
    more = written(last) if found.rows and last < found.total else None
    items = [event_row(e, telling) for e in found.rows]
    return {"items": items, "next": more, "total": found.total, "as_of": iso(t), "sweep": None if every else row}


@router.get("/conjunctions", response_model=EventPage)
def conjunctions(
    who: Reader, world: TheWorld, skies: TheSkies, w: Words, watchlist: ListName = None, as_of: AsOf = None,
    limit: Limit = 100, cursor: Cursor = "",
) -> dict[str, Any]:  # fmt: skip
    """Close approaches that could be collisions, of the sweep that speaks for the moment, by risk."""
    t, chosen = skies.moment(as_of), skies.watchlist(watchlist)
    kept, row = swept(skies, chosen, t)
    found = world.duty.events(sweep_id=kept.sweep_id, kinds=("conjunction",), limit=MOST_CONJUNCTIONS).rows if kept else ()
    ordered = sorted(found, key=lambda e: by_risk(Event.from_json(e.record)))
    telling = Telling.of(skies.at(t), skies.lists(), w, lang())
    return page(ordered, limit, cursor, lambda e: event_row(e, telling), as_of=iso(t), sweep=row)


@router.get("/events/{event_id}", response_model=EventFull)
def one_event(who: Reader, skies: TheSkies, w: Words, event_id: EventId, as_of: AsOf = None) -> dict[str, Any]:
    """One event whole: numbers with their sigma, evidence, the dull explanations that were tested, in words."""
    told = _known(skies, event_id, skies.moment(as_of))
    event = Event.from_json(told.record)
    telling = Telling.of(skies.at(event.as_of_utc), skies.lists(), w, lang())
    row = event_row(told, telling)
    texts = explanation_texts(event, w, telling.names)
    whole = {"others": list(event.others), "other_names": [telling.name(x) for x in event.others]}
    more = {"evidence": plain(told.record["evidence"]), "texts": texts, "recorded": iso(told.recorded_utc)}
    return {**row, **whole, **more}


@router.get("/events/{event_id}/evidence", response_model=Evidence)
def evidence(who: Reader, skies: TheSkies, event_id: EventId, as_of: AsOf = None) -> dict[str, Any]:
    """What each claim stands on, down to the stored element set, when it could be known, and the bytes it was read from."""
    return picture_events.evidence(skies, _event(skies, event_id, skies.moment(as_of)))


@router.post("/events/{event_id}/verify", response_model=Job, status_code=202)
def verify(who: Worker, world: TheWorld, skies: TheSkies, event_id: EventId) -> Made:
    """Ask for the claim to be run again from its own evidence; the result is told by the job."""
    told = _known(skies, event_id, now_utc())
    job = world.duty.ask("verify", {"event": told.event_id}, key=f"verify {told.event_id}", by=who.name)
    return Made(job_row(job), 202, f"/api/v1/jobs/{job.job_id}")


def _known(skies: Skies, event_id: str, as_of_utc: np.datetime64) -> Told:
    """The event, if it was told by then."""
    told: Told | None = skies.world.duty.event(event_id)
    if told is None or told.first_told_utc > as_of_utc:
        raise NotHere(f"event {event_id} as told by {iso(as_of_utc)}")
    return told


@router.get("/events/{event_id}/rtn", response_model=Rtn)
def rtn(who: Reader, skies: TheSkies, w: Words, event_id: EventId, as_of: AsOf = None) -> dict[str, Any]:
    """The other one seen from the subject: radial, in-track, cross-track, with one sigma of each."""
    t = skies.moment(as_of)
    event = _event(skies, event_id, t)
    telling = Telling.of(skies.at(t), skies.lists(), w, lang())
    key = ("rtn", event.event_id, iso(t) if as_of else "", lang(), skies.key(skies.view(t)))
    made: dict[str, Any] = skies.answers.get(key, lambda: picture_relative.rtn(skies, event, t, telling))
    return {**made, "as_of": iso(t)}


@router.get("/events/{event_id}/gabbard", response_model=Gabbard)
def gabbard(who: Reader, skies: TheSkies, w: Words, event_id: EventId, as_of: AsOf = None) -> dict[str, Any]:
    """The pieces of a break-up by period and height."""
    t = skies.moment(as_of)
    telling = Telling.of(skies.at(t), skies.lists(), w, lang())
    return picture_relative.cloud(skies, _event(skies, event_id, t), t, telling)


@router.get("/events/{event_id}/cdm", response_class=Bytes, responses=CDM)
def cdm(who: Reader, skies: TheSkies, event_id: EventId, format: CdmSpelling = "kvn", as_of: AsOf = None) -> Document:
    """A conjunction as a message for others (CCSDS 508.0-B-1), with the covariances that the event holds."""
    return picture_relative.message(skies, _event(skies, event_id, skies.moment(as_of)), format)


def _event(skies: Skies, event_id: str, as_of_utc: np.datetime64) -> Event:
    return Event.from_json(_known(skies, event_id, as_of_utc).record)
