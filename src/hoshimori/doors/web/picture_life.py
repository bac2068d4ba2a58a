"""One object's life on one time axis, for a console that draws it: elements, burns, neighbours, passes, windows, silences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from hoshimori.detect import manoeuvre
from hoshimori.detect import pattern as habits
from hoshimori.detect.burns import Burn, Told
from hoshimori.doors import timeline as lines
from hoshimori.doors.moves import burn_cells, untold_lines
from hoshimori.doors.telling import event_text, kind_text
from hoshimori.doors.timeline import Panel, Span, Timeline
from hoshimori.doors.usual import usual_lines
from hoshimori.doors.web.picture_rows import Telling
from hoshimori.doors.web.plain import numbers, times
from hoshimori.doors.web.skies import Skies
from hoshimori.doors.words import burn_label, label
from hoshimori.errors import NothingFound
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import Event, iso
from hoshimori.watch import AFTER

UNITS = {
    "mean longitude": "deg", "longitude drift": "deg/d", "mean altitude": "km", "semi-major axis": "km", "perigee altitude": "km",
    "eccentricity": "1", "inclination": "deg", "local time of node": "h", "bstar": "1/ER",
}  # fmt: skip
MOST_POINTS = 4000
MOST_EVENTS = 1000
ONE_MEETING = np.timedelta64(3600, "s")
"""Two sweeps tell one pass with times that differ by as much as the newer sets moved it: within this it is one."""
NEAR = ("approach", "conjunction")
OWN = ("stay", "manoeuvre", "doubtful set", "silence", "pattern")


def life(skies: Skies, subject: str, as_of_utc: np.datetime64, days: float, t: Telling) -> dict[str, Any]:
    """The timeline of one subject (catalogue number as text, or an asset id) over so many days, as known at a moment.

    What came near is taken from the sweeps that were kept, not sought again; burns are sought in its own sets.
    """
    start = as_of_utc - np.timedelta64(round(days * 86_400e6), "us")
    stop = as_of_utc + AFTER
    events = list(_events(skies, subject, as_of_utc, start, stop))
    norad = int(subject) if subject.isdigit() else None
    sets = skies.view(as_of_utc, start, stop).history(norad) if norad is not None else ElementSets.empty()
    told = manoeuvre.find(sets, as_of_utc=as_of_utc) if len(sets) else Told((), ())
    line = _line(sets, told, events, subject, start, stop, as_of_utc)
    usual = habits.describe(sets, told.burns) if len(sets) else None
    modes = {int(m) for m in np.unique(sets.data_mode)} | {int(e.data_mode) for e in events}
    return {
        "norad_id": norad,
        "name": t.name(subject) or (line.name if line else ""),
        "start": iso(start),
        "stop": iso(stop),
        "as_of": iso(as_of_utc),
        "element_sets": int(((sets.epoch_utc >= start) & (sets.epoch_utc <= stop)).sum()),
        "panels": [_panel(p, t) for p in (line.panels if line else ())],
        "burns": [_burn(b, t) for b in (line.burns if line else ())],
        "stays": [_stay(e, subject, t) for e in events if e.kind == "stay"],
        "silences": list(_silences(line, events, t, start, as_of_utc, stop)),
        "windows": [_window(e, t) for e in events if e.kind not in (*NEAR, *OWN)],
        "approaches": [_approach(e, subject, t) for e in events if e.kind in NEAR],
        "departures": [_window(e, t) for e in events if e.kind in ("pattern", "doubtful set")],
        "usual": list(usual_lines(usual, t.w, t.names)) if usual is not None else [],
        "untold": list(untold_lines(told.untold, t.w, t.names)),
        "data_mode": DataMode(max(modes, default=int(skies.world.data_mode))).name,
    }


def _line(
    sets: ElementSets, told: Told, events: Sequence[Event], subject: str, start: Any, stop: Any, as_of: Any
) -> Timeline | None:
    """None where no set lies in the window: then there is nothing to draw but what is told by events."""
    near = [Span.of(e) for e in events if e.kind == "stay" and e.subject == subject]
    try:
        return lines.timeline(sets, told.burns, near, untold=told.untold, start_utc=start, stop_utc=stop, as_of_utc=as_of)
    except NothingFound:
        return None


def _events(skies: Skies, subject: str, as_of: Any, start: Any, stop: Any) -> Iterator[Event]:
    """What kept sweeps told of this subject by then, each matter once, in the words of the sweep that told it last."""
    found = skies.world.duty.events(
        known_by_utc=as_of, concerning=subject, start_utc=start, stop_utc=stop, limit=MOST_EVENTS
    ).rows
    seen: list[Event] = []
    for event in sorted((Event.from_json(f.record) for f in found), key=lambda e: e.as_of_utc, reverse=True):
        if not any(_same(event, other) for other in seen):
            seen.append(event)
    yield from sorted(seen, key=lambda e: (e.start_utc, e.kind, e.others))


def _same(one: Event, other: Event) -> bool:
    if one.kind != other.kind or {one.subject, *one.others} != {other.subject, *other.others}:
        return False
    return bool(one.start_utc - ONE_MEETING <= other.stop_utc and other.start_utc - ONE_MEETING <= one.stop_utc)


def _panel(p: Panel, t: Telling) -> dict[str, Any]:
    step = max(1, -(-len(p.t_utc) // MOST_POINTS))
    y = numbers(p.y[::step], 9)
    return {
        "key": p.key, "title": t.w[p.key], "unit": UNITS.get(p.key, ""), "t": times(p.t_utc[::step]), "y": y, "low": float(p.low),
        "high": float(p.high), "small": p.small,
    }  # fmt: skip


def _burn(b: Burn, t: Telling) -> dict[str, Any]:
    cells = burn_cells(b, t.w, t.names)
    kept = {k: v for k, v in b.to_json().items() if k not in ("evidence", "schema", "quantities", "explanations_tested")}
    return {
        "t": iso(b.t_utc),
        "start": iso(b.start_utc),
        "stop": iso(b.stop_utc),
        "sigma_s": b.sigma_s,
        "dv_rtn_m_s": kept["dv_rtn_m_s"],
        "dv_sigma_m_s": kept["dv_sigma_m_s"],
        "probability": b.probability,
        "label": b.label,
        "label_text": burn_label(b.label, t.w),
        "routine": b.routine,
        "known": iso(b.known_utc),
        "text": f"{cells['label']}: {cells['burn_time']}, {cells['burn_main']}",
        "data_mode": b.data_mode.name,
    }


def _other(e: Event, subject: str) -> str:
    return next((x for x in e.others if x != subject), "") if e.subject == subject else e.subject


def _stay(e: Event, subject: str, t: Telling) -> dict[str, Any]:
    one = Span.of(e)
    other = _other(e, subject)
    return {
        "other": other,
        "other_name": t.name(other),
        "start": iso(one.start_utc),
        "stop": iso(one.stop_utc),
        "miss_km": one.miss_km,
        "sigma_km": one.sigma_km,
        "label": one.label,
        "label_text": label(one.label, t.w),
        "usual": one.usual,
        "text": event_text(e, t.w, t.names, t.lang),
        "event": e.event_id,
        "data_mode": e.data_mode.name,
    }


def _approach(e: Event, subject: str, t: Telling) -> dict[str, Any]:
    miss = e.quantities.get("miss_km")
    other = _other(e, subject)
    return {
        "t": iso(e.start_utc),
        "kind": e.kind,
        "other": other,
        "other_name": t.name(other),
        "miss_km": None if miss is None else miss.value,
        "sigma_km": None if miss is None else miss.sigma,
        "normal": e.normal,
        "text": event_text(e, t.w, t.names, t.lang),
        "event": e.event_id,
        "data_mode": e.data_mode.name,
    }


def _window(e: Event, t: Telling) -> dict[str, Any]:
    return {
        "kind": e.kind,
        "kind_text": kind_text(e.kind, t.w, t.lang),
        "label_text": label(e.label, t.w),
        "start": iso(e.start_utc),
        "stop": iso(e.stop_utc),
        "text": event_text(e, t.w, t.names, t.lang),
        "event": e.event_id,
        "data_mode": e.data_mode.name,
    }


def _silences(
    line: Timeline | None, events: Iterable[Event], t: Telling, start: Any, as_of: Any, stop: Any
) -> Iterator[dict[str, Any]]:
    """Gaps of the record by its own measure, and silences that a sweep told; all of the window where it holds no set at all."""
    if line is None:
        yield {"start": iso(start), "stop": iso(as_of), "text": t.w["gap"], "event": None}
        return
    for begin, end in line.gaps:
        yield {"start": iso(begin), "stop": iso(end), "text": t.w["gap"], "event": None}
    for e in events:
        if e.kind == "silence":
            end = min(e.stop_utc, stop)
            yield {"start": iso(e.start_utc), "stop": iso(end), "text": event_text(e, t.w, t.names, t.lang), "event": e.event_id}
