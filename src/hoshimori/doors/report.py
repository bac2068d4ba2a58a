"""The watch report: one HTML page that carries everything it needs and asks no network for anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from hoshimori import __version__
from hoshimori.detect.portrait import Portrait, Series
from hoshimori.doors.drawing import Line, chart
from hoshimori.doors.words import label, say, words
from hoshimori.facts import DataMode
from hoshimori.findings import AssetState, Event, Quantity, iso
from hoshimori.watch import Sweep

STATES = ("attention", "stale", "quiet", "not observable")


def report(sweep: Sweep, portraits: Sequence[Portrait], names: Mapping[str, str], *, lang: str = "en", source: str = "") -> str:
    """The page as text. `names`: catalogue number as text to object name. `source` says where the element sets came from."""
    w = words(lang)
    page = Environment(loader=PackageLoader("hoshimori.doors"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    page.filters |= {
        "minute": minute,
        "pm": plus_minus,
        "say": lambda reason: say(reason, w, names),
        "label": lambda text: label(text, w),
    }
    by_subject = {p.subject: p for p in portraits}
    return page.get_template("watch.html").render(
        w=w,
        lang=lang,
        sweep=sweep,
        source=source,
        version=__version__,
        names=names,
        real=set(sweep.data_modes) <= {DataMode.REAL},
        exercise=DataMode.EXERCISE in sweep.data_modes,
        modes=", ".join(m.name for m in sweep.data_modes if m != DataMode.REAL),
        states=sorted(sweep.states, key=lambda s: STATES.index(s.state)),
        events={e.event_id: e for e in sweep.events},
        sections=[_section(s, sweep, by_subject.get(_subject(s)), names, w) for s in sweep.states if s.event_ids],
    )


def _subject(state: AssetState) -> str:
    return str(state.norad_id) if state.norad_id is not None else state.asset_id


def _section(
    state: AssetState, sweep: Sweep, portrait: Portrait | None, names: Mapping[str, str], w: Mapping[str, str]
) -> dict[str, Any]:
    own = [e for e in sweep.events if e.subject == _subject(state)]
    return {
        "state": state,
        "approaches": [e for e in own if e.kind == "approach"],
        "stays": [e for e in own if e.kind == "stay"],
        "doubts": [e for e in own if e.kind == "doubtful set"],
        "longitude_chart": _longitude_chart(portrait, sweep, names, w) if portrait else "",
        "range_charts": _range_charts(portrait, sweep, own, names, w) if portrait else [],
    }


def _longitude_chart(portrait: Portrait, sweep: Sweep, names: Mapping[str, str], w: Mapping[str, str]) -> str:
    lines = [_line(s, names) for s in portrait.longitudes]
    return (
        chart(lines, y_label=w["longitude_axis"], title=w["longitude_plot"], mark_utc=sweep.as_of_utc) if len(lines) > 1 else ""
    )


def _range_charts(
    portrait: Portrait, sweep: Sweep, own: Sequence[Event], names: Mapping[str, str], w: Mapping[str, str]
) -> list[str]:
    """Known neighbours share one chart; every other stay has its own."""
    normal = {e.event_id for e in own if e.normal}
    usual = [_line(s, names) for event_id, s in portrait.distances if event_id in normal]
    drawn = [usual] if usual else []
    drawn += [[_line(s, names)] for event_id, s in portrait.distances if event_id not in normal]
    return [chart(group, y_label=w["range_axis"], title=w["range_plot"], mark_utc=sweep.as_of_utc, floor=0.0) for group in drawn]


def _line(series: Series, names: Mapping[str, str]) -> Line:
    return Line(names.get(series.key, series.key), series.t_utc, series.y, strong=series.watched)


def minute(t: np.datetime64) -> str:
    """2026-05-30 12:34 — to the minute, the year first."""
    return iso(t)[:16].replace("T", " ")


def plus_minus(quantity: Quantity | None, digits: int = 1) -> str:
    """Value ± sigma, or the value where no sigma is known, or an em dash."""
    if quantity is None:
        return "—"
    if quantity.sigma is None:
        return f"{quantity.value:.{digits}f}"
    return f"{quantity.value:.{digits}f} ± {quantity.sigma:.{digits}f}"
