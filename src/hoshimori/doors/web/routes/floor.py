"""The floor: the state of every protected asset at a glance, from the sweep that was kept; and the sweeps themselves."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from hoshimori.doors.web import answers
from hoshimori.doors.web import picture_health as health
from hoshimori.doors.web.answers import Made
from hoshimori.doors.web.picture_rows import (
    Telling,
    advice_rows,
    asset_rows,
    event_row,
    sweep_row,
    swept,
    unseen_rows,
    watched_asset,
)
from hoshimori.doors.web.principal import Reader, Worker
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, TheWorld, Words, page, written
from hoshimori.doors.web.routes.jobs_asked import job_row
from hoshimori.doors.web.routes.models_floor import Floor, SweepFull, SweepPage, WatchlistFull, WatchlistPage
from hoshimori.doors.web.routes.models_jobs import Job
from hoshimori.doors.web.routes.shared import ListName, TheSkies, lang, offset
from hoshimori.facts import Watchlist
from hoshimori.findings import iso

NEWEST = 30
router = answers.router("floor")
STATES = ("attention", "stale", "quiet", "not observable", "not swept")
SweepId = Annotated[str, Path(max_length=64, pattern="^[0-9A-Za-z_.:-]+$")]


@router.get("/floor", response_model=Floor)
def floor(
    who: Reader, world: TheWorld, skies: TheSkies, w: Words, watchlist: ListName = None, as_of: AsOf = None
) -> dict[str, Any]:
    """Everything that a watch looks at first. Nothing is swept here: `sweep` is the kept one at or before the moment asked."""
    t, chosen = skies.moment(as_of), skies.watchlist(watchlist)
    sky = skies.at(t)
    telling = Telling.of(sky, skies.lists(), w, lang())
    kept, row = swept(skies, chosen, t)
    rows = asset_rows(kept, chosen, telling, world.data_mode.name)
    newest = world.duty.events(sweep_id=kept.sweep_id, limit=NEWEST).rows if kept else ()
    return {
        "watchlist": {"id": chosen.watchlist_id, "title": _title(chosen)},
        "as_of": iso(t),
        "data_mode": world.data_mode.name,
        "sweep": row,
        "advice": advice_rows(kept, telling),
        "assets": rows,
        "events": [event_row(e, telling) for e in newest],
        "freshness": health.freshness(skies, sky, t),
        "unseen": unseen_rows(rows),
        "conditions": health.conditions(world.duty, sky, lang()),
        "jobs": health.counts(world.duty),
        "alerts": {"open": world.duty.alerts(open_only=True, limit=1).total},
        "counts": {s.replace(" ", "_"): sum(r["state"] == s for r in rows) for s in STATES},
    }


@router.get("/watchlists", response_model=WatchlistPage)
def watchlists(who: Reader, skies: TheSkies, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """The lists of assets that this service watches."""
    return page(skies.lists(), limit, cursor, lambda x: {**_head(x), "assets": len(x.assets)})


@router.get("/watchlists/{watchlist}", response_model=WatchlistFull)
def one_watchlist(who: Reader, skies: TheSkies, watchlist: Annotated[str, Path(max_length=100)]) -> dict[str, Any]:
    """One list: who is watched, who says so, and who is declared to share a slot."""
    chosen = skies.watchlist(watchlist)
    assets = [watched_asset(a, lang()) for a in chosen.assets]
    return {**_head(chosen), "assets": assets, "co_located": [sorted(slot) for slot in chosen.co_located]}


class AskedSweep(BaseModel):
    """as_of: ISO 8601, now, or data; default: the service's."""

    model_config = ConfigDict(extra="forbid")

    watchlist: str = Field("", max_length=100, pattern="^[^\\x00]*$")
    as_of: str = Field("", max_length=40, pattern="^[^\\x00]*$")


@router.post("/sweeps", response_model=Job, status_code=202)
def ask_sweep(who: Worker, world: TheWorld, skies: TheSkies, asked: AskedSweep) -> Made:
    """Ask for a sweep of a watchlist as known at a moment. The same one asked for twice is one job."""
    chosen, said = skies.watchlist(asked.watchlist), asked.as_of.strip() or world.as_of
    moment = said if said in ("now", "data") else iso(skies.moment(said))
    job = world.duty.ask(
        "sweep", {"watchlist": chosen.watchlist_id, "as_of": moment}, key=f"sweep {chosen.watchlist_id} {moment}", by=who.name
    )
    return Made(job_row(job), 202, f"/api/v1/jobs/{job.job_id}")


@router.get("/sweeps", response_model=SweepPage)
def sweeps(
    who: Reader, world: TheWorld, skies: TheSkies, watchlist: ListName = None, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Sweeps that were kept, the newest first."""
    first = offset(cursor)
    found = world.duty.sweeps(skies.watchlist(watchlist).watchlist_id if watchlist else "", limit=limit, offset=first)
    more = written(first + len(found.rows)) if first + len(found.rows) < found.total and found.rows else None
    return {"items": [sweep_row(k) for k in found.rows], "next": more, "total": found.total}


@router.get("/sweeps/{sweep_id}", response_model=SweepFull)
def one_sweep(who: Reader, world: TheWorld, skies: TheSkies, w: Words, sweep_id: SweepId) -> dict[str, Any]:
    """One kept sweep with the state of every asset; its events are under /events?sweep=ID."""
    kept = world.duty.sweep(sweep_id)
    if kept is None:
        raise NotHere(f"sweep {sweep_id}")
    telling = Telling.of(skies.at(kept.as_of_utc), skies.lists(), w, lang())
    more = {"advice": advice_rows(kept, telling), "states": kept.record["states"], "event_ids": list(kept.event_ids)}
    return {**sweep_row(kept), **more}


def _title(one: Watchlist) -> str:
    return one.title_ja if lang() == "ja" and one.title_ja else one.title


def _head(one: Watchlist) -> dict[str, Any]:
    return {
        "id": one.watchlist_id, "title": _title(one), "title_en": one.title, "title_ja": one.title_ja, "as_of": str(one.as_of),
    }  # fmt: skip
