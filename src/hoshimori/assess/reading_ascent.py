"""A declared or seen launch beside one satellite, as a drafted item.

The detector's answer is a necessary condition. That nothing excludes the satellite fits a launch to it only so far, and is no
better than what was declared of the launch; that height, reach or time exclude it is firmer, and still hangs on the declaration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hoshimori.assess.reading_draft import HALF, TESTED, Draft, During, context, moment, number, parameters, verdict, when, wrong
from hoshimori.findings import Event

POSSIBLE, NOT_POSSIBLE = "geometry possible", "geometry not possible"


def ascent(event: Event, during: During) -> Iterator[Draft]:
    detail = parameters(event).get("ascent", {})
    launch = _launch(event)
    which = event.others[0] if event.others else "not named"
    t0, sigma_s = moment(event, launch.get("t"), "launch time"), float(launch.get("sigma_s", 0.0))
    of = f"The launch {which} declared for {when(t0)} ± {sigma_s:.0f} s (one sigma)"
    old = int(verdict(event, "old element set") == "possible")
    reported = str(launch["grade"])
    shown = ("lowest_height_km", "above_ceiling_km", "ceiling_km", "path_age_days", "path_sigma_km")
    path = number(event, "path_sigma_km")
    known = f", whose path is known to {path.value:.1f} km (one sigma)" if path is not None else ""
    if event.label == POSSIBLE:
        directions = "" if _sector(detail) else ", with no direction declared"
        words = (
            f"{of}{directions} fits {event.subject}{known}, in height, reach and time between {when(event.start_utc)} and "
            f"{when(event.stop_utc)}: a necessary condition and no more"
        )
        yield Draft("launch_coincident", True, words, HALF + int(not _sector(detail)) + old, shown, reported)
    elif event.label == NOT_POSSIBLE:
        by = str(detail.get("excluded_by", "")) if isinstance(detail, Mapping) else ""
        words = f"{of} does not fit {event.subject}{known}: excluded by {by or 'a bound'}"
        yield Draft("launch_coincident", False, words, TESTED + old, shown, reported)
    else:
        yield context(f"{of} cannot be held against {event.subject}: no path of it is known then", *shown)


def _launch(event: Event) -> Mapping[str, Any]:
    """The declaration of the launch that this event is about."""
    settings = parameters(event).get("settings", {})
    rows = settings.get("launches", ()) if isinstance(settings, Mapping) else ()
    mine = [x for x in rows if isinstance(x, Mapping) and x.get("launch_id") in event.others]
    if not mine or "grade" not in mine[0]:
        raise wrong(event, "settings.launches", rows, "the declaration of the launch, with its grade")
    return mine[0]


def _sector(detail: object) -> bool:
    return isinstance(detail, Mapping) and bool(detail.get("sector_declared", False))
