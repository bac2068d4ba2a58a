"""The watch report: one HTML page that carries everything it needs and asks no network for anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from hoshimori import __version__
from hoshimori.detect.portrait import Portrait, Series
from hoshimori.doors.drawing import Line, chart
from hoshimori.doors.words import age, count, label, minute, say, when, words
from hoshimori.facts import Asset, DataMode
from hoshimori.findings import AssetState, Event, Quantity
from hoshimori.watch import Sweep

STATES = ("attention", "stale", "quiet", "not observable")
STAY_WIDTH, STAY_HEIGHT = 520, 190


def report(sweep: Sweep, portraits: Sequence[Portrait], names: Mapping[str, str], *, lang: str = "en", source: str = "") -> str:
    """The page as text. `names`: catalogue number as text to object name. `source` says where the element sets came from."""
    w = words(lang)
    page = Environment(
        loader=PackageLoader("hoshimori.doors"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters |= {
        "age": lambda state: age(state, w),
        "count": count,
        "minute": minute,
        "when": lambda t: when(t, w),
        "pm": plus_minus,
        "say": lambda reason: say(reason, w, names),
        "label": lambda text: label(text, w),
    }
    by_subject = {p.subject: p for p in portraits}
    assets = {a.asset_id: a for a in sweep.watchlist.assets}
    states = sorted(sweep.states, key=lambda s: STATES.index(s.state))
    return page.get_template("watch.html").render(
        w=w,
        lang=lang,
        sweep=sweep,
        source=source,
        version=__version__,
        names=names,
        exercise=DataMode.EXERCISE in sweep.data_modes,
        real=set(sweep.data_modes) <= {DataMode.REAL},
        modes=", ".join(m.name for m in sweep.data_modes if m != DataMode.REAL),
        counts=[(k, sum(s.state == k for s in states)) for k in STATES],
        states=[{"state": s, "called": called(s, assets, lang)} for s in states],
        sections=[
            _section(s, assets[s.asset_id], called(s, assets, lang), sweep, by_subject.get(_subject(s)), names, w)
            for s in states
            if s.event_ids
        ],
    )


def called(state: AssetState, assets: Mapping[str, Asset], lang: str) -> str:
    """The asset's name in the reader's language, where the watchlist has one."""
    return (assets[state.asset_id].name_ja if lang == "ja" else "") or state.name


def _subject(state: AssetState) -> str:
    return str(state.norad_id) if state.norad_id is not None else state.asset_id


def _section(
    state: AssetState,
    asset: Asset,
    name: str,
    sweep: Sweep,
    portrait: Portrait | None,
    names: Mapping[str, str],
    w: Mapping[str, str],
) -> dict[str, Any]:
    own = [e for e in sweep.events if e.subject == _subject(state)]
    ranges = dict(portrait.distances) if portrait else {}
    stays = sorted((e for e in own if e.kind == "stay"), key=lambda e: (e.normal, e.quantities["miss_km"].value))
    return {
        "state": state,
        "asset": asset,
        "called": name,
        "approaches": sorted((e for e in own if e.kind == "approach"), key=lambda e: e.quantities["miss_km"].value),
        "stays": [_stay(e, ranges.get(e.event_id), sweep, names, w) for e in stays],
        "doubts": [e for e in own if e.kind == "doubtful set"],
        "longitude": _longitudes(portrait, sweep, names, w) if portrait else None,
    }


def _longitudes(portrait: Portrait, sweep: Sweep, names: Mapping[str, str], w: Mapping[str, str]) -> dict[str, Any] | None:
    lines = [_line(s, names) for s in portrait.longitudes]
    if len(lines) < 2:
        return None
    drawn = chart(
        lines, y_label=w["longitude_axis"], title=w["longitude_plot"], mark_utc=sweep.as_of_utc, mark_label=w["predicted"]
    )
    return {"chart": drawn, "table": by_day(lines, 3), "unit": w["longitude_axis"]}


def _stay(event: Event, series: Series | None, sweep: Sweep, names: Mapping[str, str], w: Mapping[str, str]) -> dict[str, Any]:
    """One stay with its picture and the same in numbers."""
    other = event.others[0]
    out: dict[str, Any] = {"event": event, "other": names.get(other, other), "chart": "", "table": None, "unit": w["range_axis"]}
    if series is not None:
        line = _line(series, names)
        title = f"{w['range_plot']}: {line.name}"
        out["chart"] = chart(
            [line], y_label=w["range_axis"], title=title, mark_utc=sweep.as_of_utc, mark_label=w["predicted"], floor=0.0,
            width=STAY_WIDTH, height=STAY_HEIGHT,
        )  # fmt: skip
        out["table"] = by_day([line], 1)
    return out


def by_day(lines: Sequence[Line], digits: int) -> dict[str, Any]:
    """What a chart shows, in numbers: for each UTC day and series the lowest and the highest value, "" where nothing is known."""
    days = sorted({str(d) for line in lines for d in np.unique(line.t_utc.astype("datetime64[D]"))})
    rows = []
    for day in days:
        cells = []
        for line in lines:
            y = line.y[(line.t_utc.astype("datetime64[D]") == np.datetime64(day)) & np.isfinite(line.y)]
            cells.append(f"{y.min():.{digits}f} – {y.max():.{digits}f}" if len(y) else "")
        rows.append((day, cells))
    return {"names": [line.name for line in lines], "rows": rows}


def _line(series: Series, names: Mapping[str, str]) -> Line:
    return Line(names.get(series.key, series.key), series.t_utc, series.y, strong=series.watched)


def plus_minus(quantity: Quantity | None, digits: int = 1) -> str:
    """Value ± sigma, or the value where no sigma is known, or an em dash."""
    if quantity is None:
        return "—"
    if quantity.sigma is None:
        return f"{quantity.value:.{digits}f}"
    return f"{quantity.value:.{digits}f} ± {quantity.sigma:.{digits}f}"
