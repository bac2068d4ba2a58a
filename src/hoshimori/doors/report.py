"""The watch report: one HTML page that carries everything it needs and asks no network for anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hoshimori import __version__
from hoshimori.detect.portrait import Portrait, Series
from hoshimori.detect.stays import Stay
from hoshimori.doors import elsewhere, palette, timeline_svg
from hoshimori.doors.conjunction_table import panels
from hoshimori.doors.drawing import Line, chart
from hoshimori.doors.in_numbers import in_rows, of_timeline
from hoshimori.doors.lives import Life
from hoshimori.doors.moves import HEADINGS, burn_cells, measured, untold_lines
from hoshimori.doors.usual import usual_lines
from hoshimori.doors.words import age, count, label, minute, say, when, words
from hoshimori.facts import Asset, DataMode
from hoshimori.findings import AssetState, Event, Quantity
from hoshimori.watch import Sweep

STATES = ("attention", "stale", "quiet", "not observable")
STAY_WIDTH, STAY_HEIGHT = 520, 190


def report(
    sweep: Sweep,
    portraits: Sequence[Portrait],
    names: Mapping[str, str],
    lives: Mapping[str, Life] | None = None,
    *,
    lang: str = "en",
    source: str = "",
) -> str:
    """The page as text.

    `names`: catalogue number as text to object name. `lives`: timelines by subject. `source`: where the element sets came from.
    """
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
        "event_kind": lambda kind: w.get(f"kind {kind}", kind),
    }
    by_subject = {p.subject: p for p in portraits}
    lives = lives or {}
    assets = {a.asset_id: a for a in sweep.watchlist.assets}
    states = sorted(sweep.states, key=lambda s: STATES.index(s.state))
    return page.get_template("watch.html").render(
        w=w,
        lang=lang,
        timeline_style=palette.style(),
        shown={_subject(s) for s in states if s.event_ids} | set(lives),
        sweep=sweep,
        source=source,
        version=__version__,
        burn_headings=[h for h in HEADINGS if h != "object"],
        names=names,
        exercise=DataMode.EXERCISE in sweep.data_modes,
        real=set(sweep.data_modes) <= {DataMode.REAL},
        modes=", ".join(m.name for m in sweep.data_modes if m != DataMode.REAL),
        counts=[(k, sum(s.state == k for s in states)) for k in STATES],
        elsewhere=elsewhere.seen(elsewhere.events(sweep), w, names),
        elsewhere_more=max(0, len(elsewhere.events(sweep)) - elsewhere.MOST),
        states=[{"state": s, "called": called(s, assets, lang)} for s in states],
        sections=[
            _section(s, assets[s.asset_id], called(s, assets, lang), sweep, by_subject.get(_subject(s)), names, w)
            | {"life": _life(lives[_subject(s)], names, w) if _subject(s) in lives else None}
            for s in states
            if s.event_ids or _subject(s) in lives
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
        "conjunctions": panels(own, w, names),
        "others": [e for e in own if e.kind not in ("approach", "stay", "doubtful set", "conjunction")],
        "longitude": _longitudes(portrait, sweep, names, w) if portrait else None,
    }


def _life(life: Life, names: Mapping[str, str], w: Mapping[str, str]) -> dict[str, Any]:
    """The timeline of an asset with the same in numbers, its burns in the time shown, and what is usual for it."""
    return {
        "drawing": timeline_svg.draw(life.line, w, names),
        "numbers": of_timeline(life.line, w),
        "burns": [burn_cells(b, w, names) for b in reversed(life.line.burns)],
        "usual": list(usual_lines(life.usual, w, names)),
        "untold": list(untold_lines(life.line.untold, w, names)),
    }


def _longitudes(portrait: Portrait, sweep: Sweep, names: Mapping[str, str], w: Mapping[str, str]) -> dict[str, Any] | None:
    lines = [_line(s, names) for s in portrait.longitudes]
    if len(lines) < 2:
        return None
    drawn = chart(
        lines, y_label=w["longitude_axis"], title=w["longitude_plot"], mark_utc=sweep.as_of_utc, mark_label=w["predicted"]
    )
    return {"chart": drawn, "table": in_rows(lines, [3] * len(lines)), "unit": w["longitude_axis"]}


def _stay(event: Event, series: Series | None, sweep: Sweep, names: Mapping[str, str], w: Mapping[str, str]) -> dict[str, Any]:
    """One stay with its picture and the same in numbers."""
    other = event.others[0]
    out: dict[str, Any] = {"event": event, "other": names.get(other, other), "chart": "", "table": None, "unit": w["range_axis"]}
    judged = not event.normal and "unusual" in event.quantities
    out["measures"] = list(measured(Stay.of(event), w, names)) if judged else []
    if series is not None:
        line = _line(series, names)
        title = f"{w['range_plot']}: {line.name}"
        out["chart"] = chart(
            [line], y_label=w["range_axis"], title=title, mark_utc=sweep.as_of_utc, mark_label=w["predicted"], floor=0.0,
            width=STAY_WIDTH, height=STAY_HEIGHT,
        )  # fmt: skip
        out["table"] = in_rows([line], [1])
    return out


def _line(series: Series, names: Mapping[str, str]) -> Line:
    return Line(names.get(series.key, series.key), series.t_utc, series.y, strong=series.watched)


def plus_minus(quantity: Quantity | None, digits: int = 1) -> str:
    """Value ± sigma, or the value where no sigma is known, or an em dash."""
    if quantity is None:
        return "—"
    if quantity.sigma is None:
        return f"{quantity.value:.{digits}f}"
    return f"{quantity.value:.{digits}f} ± {quantity.sigma:.{digits}f}"
