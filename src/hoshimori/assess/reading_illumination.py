"""Which declared site had the subject in view, and whether outages fall into its windows, as drafted items.

Geometry alone. A satellite passes over every site within days, so that "in view at the time" is weighed only where a time is
known: the outages that were given, or the span that the reader is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hoshimori.assess.reading_draft import (
    TESTED,
    Draft,
    During,
    believed,
    context,
    counted,
    moment,
    need,
    number,
    parameters,
    verdict,
    when,
    wrong,
)
from hoshimori.findings import Event

LASERS = ("laser ranging", "laser")
SUNNY = ("eclipse edge", "sun glint")
"""Dull causes of the detector that are the Sun's doing."""
DULL = (*SUNNY, "South Atlantic Anomaly", "hour of the day")
Span = tuple[np.datetime64, np.datetime64]


def illumination(event: Event, during: During) -> Iterator[Draft]:
    site = parameters(event).get("site", {})
    if not isinstance(site, Mapping) or not {"kind", "grade", "site_id"} <= set(site):
        raise wrong(event, "site", site, "the declared site, with its kind and grade")
    name, reported = str(site["site_id"]), str(site["grade"])
    windows = _windows(event)
    found = [*_in_view(event, during, windows, site, reported), *_repeats(event, name, reported), *_sun(event, name)]
    yield from found
    if not found:
        highest = need(event, "highest_elevation_deg").value
        many = counted(len(windows), "window")
        words = f"{event.subject} stood above the least elevation of {name} in {many}, at {highest:.0f} deg at most"
        yield context(f"{words}: geometry alone, and no time to hold it against", "windows", "minutes", "highest_elevation_deg")


def _windows(event: Event) -> Sequence[tuple[Span, str]]:
    """Start and stop of each window, and how well its edges are known."""
    rows = parameters(event).get("windows", ())
    if not isinstance(rows, list | tuple) or not all(isinstance(r, Mapping) for r in rows):
        raise wrong(event, "windows", rows, "a list of windows")
    return [((moment(event, r.get("start"), "window"), moment(event, r.get("stop"), "window")), _edge(r)) for r in rows]


def _edge(row: Mapping[str, Any]) -> str:
    sigma = row.get("time_sigma_s")
    return f" ± {float(sigma):.1f} s (one sigma)" if isinstance(sigma, int | float) else ""


def _in_view(
    event: Event, during: During, windows: Sequence[tuple[Span, str]], site: Mapping[str, Any], reported: str
) -> Iterator[Draft]:
    if site["kind"] not in LASERS:
        return
    name, shown = str(site["site_id"]), ("windows", "highest_elevation_deg", "outages", "hits")
    place = f"The site {name}, declared as {site['kind']},"
    looked = tuple(moment(event, parameters(event).get(k), k) for k in ("start", "stop"))
    if not windows:
        if during is not None and not (looked[0] <= during[0] and during[1] <= looked[1]):
            return
        words = f"{place} never had {event.subject} above its least elevation between {when(looked[0])} and {when(looked[1])}"
        yield Draft("site_in_view", False, words, TESTED, shown, reported)
        return
    outages, hits = number(event, "outages"), number(event, "hits")
    if during is not None:
        over = [(span, edge) for span, edge in windows if span[0] <= during[1] and span[1] >= during[0]]
        if over:
            (start, stop), edge = over[0]
            words = f"{place} had {event.subject} in view from {when(start)} to {when(stop)}{edge}"
            yield Draft("site_in_view", True, words, TESTED, shown, reported)
        elif looked[0] <= during[0] and during[1] <= looked[1]:
            words = f"{place} did not have {event.subject} in view between {when(during[0])} and {when(during[1])}"
            yield Draft("site_in_view", False, words, TESTED, shown, reported)
    elif outages is not None and outages.value > 0.0 and hits is not None:
        words = f"{place} had {event.subject} in view at {hits.value:.0f} of its {outages.value:.0f} outages{windows[0][1]}"
        yield Draft("site_in_view", hits.value > 0.0, words, TESTED, shown, reported)


def _repeats(event: Event, name: str, reported: str) -> Iterator[Draft]:
    """More often than chance allows, and explained by nothing dull; a dull cause that wins leaves it open."""
    chance, p = verdict(event, "chance"), number(event, "p_holm")
    if chance not in ("rejected", "possible") or p is None or any(verdict(event, x) == "wins" for x in DULL):
        return
    hits, outages, expected = (need(event, k).value for k in ("hits", "outages", "expected_hits"))
    words = (
        f"Of {outages:.0f} outages of {event.subject} {hits:.0f} fall into windows of {name}, where chance gives {expected:.1f}; "
        f"as many come by chance with a probability of {p.value:.2g}, for all sites looked at"
    )
    again = chance == "rejected"
    shown = ("outages", "hits", "expected_hits", "p_at_least", "p_holm")
    yield Draft("repeats_over_site", again, words, believed(1.0 - p.value) if again else TESTED, shown, reported)


def _sun(event: Event, name: str) -> Iterator[Draft]:
    """Do the Sun's comings and goings explain the outages as well as the site does?"""
    won = [x for x in SUNNY if verdict(event, x) == "wins"]
    if won:
        words = (
            f"{won[0].capitalize()} explains the outages of {event.subject} as well as the windows of {name} do, by the same test"
        )
        yield Draft("sun_or_eclipse_explains", True, words, TESTED, ("outages", "hits"))
