"""Conjunctions for people: one row each in the terminal and in the report, with what stands behind it, and two pictures."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.detect.conjunction_record import Plane, detail
from hoshimori.doors import encounter_plane_svg, miss_trend_svg
from hoshimori.doors.conjunctions import OWN, Met, by_risk
from hoshimori.doors.encounter_plane import EncounterPlane
from hoshimori.doors.screen_table import ahead_lines, probability, problem_lines
from hoshimori.doors.terminal import console
from hoshimori.doors.words import metres, minute, say, words
from hoshimori.facts import DataMode
from hoshimori.findings import Event, Quantity, iso

WIDE, MIDDLE = 184, 138
"""Columns of a terminal from which all headings are shown, and from which those in between."""
HEADINGS = ("tca", "asset", "other", "miss_sigma", "rtn_km", "speed", "screening", "maximum", "trend", "movers", "told_by")
BETWEEN = ("tca", "asset", "other", "miss_sigma", "screening", "maximum", "trend", "movers")
NARROW = ("tca", "asset", "other", "miss_sigma", "maximum")
RIGHT = ("miss_sigma", "speed", "screening", "maximum")
WHOLE = ("tca", "miss_sigma")
LEAST = {
    "rtn_km": 25,
    "asset": 14,
    "other": 14,
    "trend": 9,
    "movers": 12,
    "told_by": 9,
    "screening": 11,
    "maximum": 12,
    "speed": 8,
}
"""Widths below which a column is not folded."""
MOST = {"rtn_km": 25, "screening": 11, "maximum": 13, "speed": 8, "movers": 14, "told_by": 12}
RTN: Mapping[str, str] = {"R": "radial_km", "T": "in_track_km", "N": "cross_track_km"}
MESSAGE = "operator's message"
PICTURES = 6
"""Conjunctions of one asset that are drawn in the report, the riskiest first; the table has all."""


def show(met: Met, names: Mapping[str, str], *, lang: str, top: int) -> None:
    """The table on standard output, the riskiest first."""
    w, out = words(lang), console()
    if any(e.data_mode is DataMode.EXERCISE for e in met.events) or _exercise(met):
        print(w["exercise_note"])
    span = {"start": minute(met.view.start_utc), "stop": minute(met.view.stop_utc), "as_of": minute(met.view.as_of_utc)}
    seen = len(met.watchlist.assets) - len(met.unseen)
    urgent = sum(not e.normal for e in met.events)
    out.print(Text(w["conjunctions found"].format(count=len(met.events), urgent=urgent, assets=seen, **span)))
    if met.events:
        out.print(_table(met.events[: top or None], w, names, out.width))
    if top and top < len(met.events):
        print(w["top only"].format(shown=f"{top:,}", count=f"{len(met.events):,}"))
    out.print(Text(w["screening note"]))


def tell_unseen(met: Met, lang: str) -> None:
    """Assets of which nothing can be said, on standard error."""
    if met.unseen:
        said = words(lang)["assets without orbit"].format(count=len(met.unseen), which=", ".join(met.unseen[:6]))
        print(f"hoshimori: {said}", file=sys.stderr)
    for line in (*problem_lines(met.problems, words(lang)), *ahead_lines(met.ahead, words(lang))):
        print(f"hoshimori: {line}", file=sys.stderr)


def _exercise(met: Met) -> bool:
    return bool((met.view.latest().data_mode == DataMode.EXERCISE).any())


def _table(events: Sequence[Event], w: Mapping[str, str], names: Mapping[str, str], width: int) -> Table:
    headings = HEADINGS if width >= WIDE else BETWEEN if width >= MIDDLE else NARROW
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        justify: Literal["right", "left"] = "right" if heading in RIGHT else "left"
        whole, least, most = heading in WHOLE, LEAST.get(heading), MOST.get(heading)
        table.add_column(w[heading], justify=justify, overflow="fold", no_wrap=whole, min_width=least, max_width=most)
    for event in events:
        row = cells(event, w, names)
        table.add_row(*(Text(row[h], style="" if event.normal else "bold") for h in headings))
    return table


def cells(event: Event, w: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """A conjunction in words, by heading."""
    q, told = event.quantities, detail(event)
    diluted = f" {w['diluted']}" if "diluted" in q and q["diluted"].value else ""
    operator = event.label not in OWN
    own = q.get("collision_probability" if operator else "screening_probability")
    return {
        "tca": iso(event.start_utc)[:19].replace("T", " "),
        "asset": _called(event.subject, names),
        "other": _called(event.others[0], names),
        "miss_sigma": length(q.get("miss_km")),
        "rtn_km": "\n".join(f"{axis} {length(q.get(k), signed=True)}" for axis, k in RTN.items()),
        "speed": f"{q['relative_speed_km_s'].value:.3f}" if "relative_speed_km_s" in q else "—",
        "screening": _probability(own) + (f" ({w['operator probability']})" if operator else ""),
        "maximum": _probability(q.get("maximum_probability" if not operator else "own_maximum_probability")) + diluted,
        "trend": w.get(f"trend {told.trend.label}", told.trend.label) if told else "—",
        "movers": " / ".join(w[f"can move {m.can}"] for m in told.movers) if told else "—",
        "told_by": f"{w[MESSAGE]} {told.originator if told else ''}".strip() if operator else w["computed here"],
    }


def _called(number: str, names: Mapping[str, str]) -> str:
    return f"{number} {names.get(number, '')}".strip()


def length(quantity: Quantity | None, *, signed: bool = False) -> str:
    """A distance with its sigma: 340 m ± 1.20 km; an em dash where it is not known."""
    if quantity is None or not np.isfinite(quantity.value):
        return "—"
    sign = "+" if signed and quantity.value >= 0.0 else ""
    sigma = "" if quantity.sigma is None or not np.isfinite(quantity.sigma) else f" ± {metres(quantity.sigma)}"
    return f"{sign}{metres(quantity.value)}{sigma}"


def _probability(quantity: Quantity | None) -> str:
    return probability(None if quantity is None else quantity.value)


def panels(events: Sequence[Event], w: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any] | None:
    """The conjunctions of one asset for the report: all in a table, the riskiest with pictures and reasons; None without any."""
    mine = sorted((e for e in events if e.kind == "conjunction"), key=by_risk)
    if not mine:
        return None
    headings = [h for h in HEADINGS if h != "asset"]
    rows = [{**cells(e, w, names), "id": e.event_id[:12], "normal": e.normal} for e in mine]
    return {"headings": headings, "rows": rows, "shown": [_panel(e, w, names) for e in mine[:PICTURES]]}


def _panel(event: Event, w: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    told = detail(event)
    title = f"{_called(event.subject, names)} – {_called(event.others[0], names)}, {iso(event.start_utc)[:19].replace('T', ' ')}Z"
    out: dict[str, Any] = {
        "title": title, "normal": event.normal, "cells": cells(event, w, names), "id": event.event_id[:12], "plane": "",
        "trend": "",
        "movers": [], "radii": [], "why": [], "tests": event.explanations,
    }  # fmt: skip
    if told is None:
        return out
    if told.plane is not None:
        out["plane"] = encounter_plane_svg.draw(seen(told.plane), w, title=title)
    out["trend"] = miss_trend_svg.draw(told.trend.views, event.start_utc, w, title=title)
    out["movers"] = [
        f"{_called(str(m.norad_id), names)}: {w[f'can move {m.can}']} ({say(m.reason, w, names)})" for m in told.movers
    ]
    out["radii"] = [
        w["radius of"].format(who=_called(s.number, names), radius=metres(r[0] / 1e3), basis=w.get(f"radius {r[2]}", r[2]))
        for s, r in zip(told.sides, told.radii, strict=True)
    ]
    out["why"] = [say(r, w, names) for r in told.why]
    return out


def seen(plane: Plane) -> EncounterPlane:
    """The plane of a detail in the axes of the drawing: across to the right, up as there."""
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    return EncounterPlane(turn @ np.array(plane.miss_km), turn @ np.array(plane.covariance_km2) @ turn.T, plane.radius_km)
