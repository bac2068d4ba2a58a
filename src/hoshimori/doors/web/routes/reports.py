"""Reports: the week of a watchlist, as a page, as a document to print, as data, or as the findings that it rests on."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import Query

from hoshimori.doors import weekly, weekly_page
from hoshimori.doors.web import answers, report_shelf
from hoshimori.doors.web.answers import Document, Made
from hoshimori.doors.web.principal import Reader
from hoshimori.doors.web.problems import ApiError
from hoshimori.doors.web.routes.asked import AsOf, TheWorld
from hoshimori.doors.web.routes.incidents import BRIEF_POLICY
from hoshimori.doors.web.routes.jobs_asked import job_row
from hoshimori.doors.web.routes.models_jobs import Job
from hoshimori.doors.web.routes.shared import ListName, TheSkies, lang
from hoshimori.doors.web.skies import Skies
from hoshimori.doors.web.tasks import signature
from hoshimori.doors.web.world import World
from hoshimori.errors import UsageError
from hoshimori.findings import iso
from hoshimori.ledger.home import now_utc

router = answers.router("reports")
WAIT_S, LOOK_S = 2.0, 0.1
"""So long who asks waits for a report that is being made; after that the job is the answer, and the report the next time."""
MOST_WAITING = 8
"""Reports that may wait to be made: each takes a worker for a while."""
FORMS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
    "events": "application/x-ndjson",
}
CONTENT: dict[str, Any] = {k.partition(";")[0]: {} for k in FORMS.values()}


@router.get(
    "/reports/weekly",
    response_model=None,
    responses={
        200: {"content": CONTENT, "description": "the report, its marking in X-Marking"},
        202: {"model": Job, "description": "it is being made: ask again when the job is done"},
    },
)
def weekly_report(
    who: Reader,
    world: TheWorld,
    skies: TheSkies,
    watchlist: ListName = None,
    as_of: AsOf = None,
    days: Annotated[int, Query(ge=1, le=weekly.MOST_DAYS, description="How many days back it looks.")] = 7,
    format: Annotated[Literal["html", "pdf", "json", "events"], Query(description="events: its findings, one a line.")] = "html",
) -> Document | Made:
    """The week of a watchlist, with what who asks may have of the ledger. As of now means as of the last full hour.

    It compares two sweeps, which takes a while: a worker makes it, once for all readers, and until then the answer is 202
    with the job.
    """
    chosen, moment = skies.watchlist(watchlist), _moment(skies, world, as_of)
    key = report_shelf.key_of(chosen.watchlist_id, moment, days, world.modes, signature(world.home))
    told = report_shelf.held(world.home, key)
    if told is None:
        job = _asked(world, key, chosen.watchlist_id, moment, days, who.name)
        told = _waited(world, key, job.job_id)
        if told is None:
            found = world.duty.job(job.job_id) or job
            return Made(job_row(found), 202, f"/api/v1/jobs/{job.job_id}")
    ledger_utc = now_utc() if (as_of or world.as_of) in ("now", "data") else moment
    reader = who.party or "public"
    week = weekly.with_ledger(told, ledger_utc, home=world.home, modes=world.modes, releasable_to=[reader])
    stem = f"week-{chosen.watchlist_id}-{iso(moment)[:10]}"
    data = _written(week, format, f"{stem}.events.jsonl")
    name = {"pdf": f"{stem}-{lang()}.pdf", "events": f"{stem}.events.jsonl"}.get(format, "")
    return Document(
        data, FORMS[format], name, week.marking, {"Content-Security-Policy": BRIEF_POLICY, "Content-Language": lang()}
    )


def _moment(skies: Skies, world: World, as_of: str | None) -> np.datetime64:
    moment = skies.moment(as_of)
    if (as_of or world.as_of) == "now":
        hour: np.datetime64 = moment.astype("datetime64[h]").astype("datetime64[us]")
        return hour
    return moment


def _asked(world: World, key: str, watchlist: str, moment: np.datetime64, days: int, by: str) -> Any:
    waiting = world.duty.jobs(states=("waiting",), kind=report_shelf.KIND, limit=MOST_WAITING)
    if waiting.total >= MOST_WAITING and not any(j.key == _key(key) for j in waiting.rows):
        detail = f"{waiting.total} reports wait to be made: ask again when some are done"
        raise ApiError(429, "too-often", "too often", detail, {"Retry-After": "30"})
    parameters = {"report": key, "watchlist": watchlist, "as_of": iso(moment), "days": days}
    return world.duty.ask(report_shelf.KIND, parameters, key=_key(key), by=by)


def _key(key: str) -> str:
    return f"{report_shelf.KIND} {key}"


def _waited(world: World, key: str, job_id: str) -> dict[str, Any] | None:
    """The report if it is made soon. ApiError where it could not be made."""
    end = time.monotonic() + WAIT_S
    while True:
        job = world.duty.job(job_id)
        if job is not None and job.state == "failed":
            raise ApiError(422, "report-failed", "cannot be used", f"the report could not be made: {job.error}")
        if job is None or job.state == "done" or time.monotonic() > end:
            return report_shelf.held(world.home, key)
        time.sleep(LOOK_S)


def _written(week: weekly.Week, form: str, events_file: str) -> bytes:
    if form == "json":
        return json.dumps(week.to_json(), ensure_ascii=False, allow_nan=False).encode()
    if form == "events":
        return week.events_text().encode()
    if form == "html":
        return weekly_page.html(week.tree, lang(), events_file=events_file).encode()
    try:
        return weekly_page.pdf(week.tree, lang(), events_file=events_file)
    except UsageError as error:
        if "pip install" in str(error):
            raise ApiError(503, "pdf-missing", "not now", f"{error}; the HTML page needs nothing") from None
        raise ApiError(422, "pdf", "cannot be used", str(error)) from None
