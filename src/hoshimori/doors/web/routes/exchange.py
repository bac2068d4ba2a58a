"""What is known, in the forms of others: CZML for globes that move, GeoJSON for maps. CDM stands with its event."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import Query

from hoshimori.alliance.sensors import sensors_named
from hoshimori.alliance.sites import built_in
from hoshimori.doors.library import instant
from hoshimori.doors.web import answers, picture_paths, picture_sets
from hoshimori.doors.web.answers import Document
from hoshimori.doors.web.picture_rows import swept
from hoshimori.doors.web.principal import Reader
from hoshimori.doors.web.routes.asked import AsOf
from hoshimori.doors.web.routes.models_exchange import Czml, FeatureCollection
from hoshimori.doors.web.routes.shared import GeoJson, Json, TheSkies, lang
from hoshimori.doors.web.skies import Skies
from hoshimori.errors import UsageError
from hoshimori.facts import MAX_NORAD_ID
from hoshimori.findings import Event, iso
from hoshimori.formats.czml import Frame, dump_czml
from hoshimori.formats.geojson import dump_geojson

router = answers.router("exchange")
MOST_OBJECTS = 200
Numbers = Annotated[
    str,
    Query(max_length=2200, pattern=r"^\d{1,9}(,\d{1,9})*$", description="Catalogue numbers with commas between, at most 200."),
]
Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601 UTC.")]
DAY, TURNS = np.timedelta64(86_400_000_000, "us"), np.timedelta64(3 * 3_600_000_000, "us")


@router.get("/czml", response_class=Json, response_model=Czml)
def czml(
    who: Reader,
    skies: TheSkies,
    norad: Numbers,
    start: Moment = None,
    stop: Moment = None,
    frame: Annotated[Frame, Query(description="INERTIAL: ICRF axes; FIXED: turning with the Earth.")] = "INERTIAL",
    as_of: AsOf = None,
) -> Document:
    """Positions of some objects over a window of at most ten days, by SGP4 from what was known at the moment."""
    t = skies.moment(as_of)
    first, last = picture_paths.window(t, _time(start), _time(stop), DAY)
    found = picture_paths.paths(skies, _numbers(norad), t, first, last)
    mode = skies.world.data_mode.name
    text = dump_czml(
        [picture_paths.moving(p, frame) for p in found],
        name=f"hoshimori {mode} as known at {iso(t)}",
        frame=frame,
        start_utc=first,
        stop_utc=last,
        description=f"{mode}. SGP4 positions from element sets known at {iso(t)}; one sigma in each description.",
    )
    return Document(text.encode(), "application/json", "hoshimori.czml", headers={"X-Data-Mode": mode})


@router.get("/geojson", response_class=GeoJson, response_model=FeatureCollection)
def geojson(
    who: Reader,
    skies: TheSkies,
    what: Literal["sites", "ground-tracks", "reentry"],
    norad: Annotated[str, Query(max_length=2200, pattern=r"^(\d{1,9}(,\d{1,9})*)?$")] = "",
    start: Moment = None,
    stop: Moment = None,
    as_of: AsOf = None,
) -> Document:
    """Sites and sensors; ground tracks of some objects; or what comes down and where.

    Without numbers, `reentry` gives what the sweep that speaks for the moment tells, with the areas touched but without lines.
    """
    t = skies.moment(as_of)
    features: list[dict[str, Any]]
    if what == "sites":
        features = picture_paths.places(picture_sets.sensors(built_in("ilrs"), sensors_named("public"), lang()))
    elif what == "ground-tracks":
        if not norad:
            raise UsageError("what=ground-tracks: name the objects, such as norad=25544,43271")
        window = picture_paths.window(t, _time(start), _time(stop), TURNS)
        features = [picture_paths.track(p) for p in picture_paths.paths(skies, _numbers(norad), t, *window)]
    elif norad:
        chosen = _numbers(norad)
        if len(chosen) > picture_paths.LOOKED_AT:
            raise UsageError(f"what=reentry: {len(chosen)} objects; at most {picture_paths.LOOKED_AT} in one answer")
        key = ("reentry", tuple(chosen), iso(t), skies.key(skies.view(t)))
        features = skies.answers.get(key, lambda: picture_paths.coming_down(skies, chosen, t))
    else:
        features = picture_paths.told_to_come_down(_falling(skies, t), skies.at(t).names)
    mode = skies.world.data_mode.name
    text = dump_geojson(features, {"as_of": iso(t), "data_mode": mode})
    return Document(text.encode(), "application/geo+json", f"{what}.geojson", headers={"X-Data-Mode": mode})


def _numbers(text: str) -> list[int]:
    found = list(dict.fromkeys(int(x) for x in text.split(",")))
    if len(found) > MOST_OBJECTS:
        raise UsageError(f"{len(found)} objects: at most {MOST_OBJECTS} in one answer")
    if any(not 1 <= k <= MAX_NORAD_ID for k in found):
        raise UsageError(f"norad={text[:40]}: catalogue numbers run from 1 to {MAX_NORAD_ID}")
    return found


def _time(text: str | None) -> np.datetime64 | None:
    return instant(text) if text else None


def _falling(skies: Skies, t: np.datetime64) -> list[Event]:
    """What the sweep that speaks for the moment says comes down."""
    kept, _ = swept(skies, skies.watchlist(None), t)
    found = skies.world.duty.events(sweep_id=kept.sweep_id, kinds=("reentry",), limit=1000).rows if kept else ()
    return [Event.from_json(e.record) for e in found]
