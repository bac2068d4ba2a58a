"""The Gabbard diagram as SVG: apogee and perigee height of every fragment against its period, and the parent's. Text, no script.

A piece thrown ahead gains period and apogee and keeps its perigee, one thrown back the reverse: the two arms of an X, which
cross at the height of the event; drag bends the left arm down. After John Gabbard, NORAD.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hoshimori.doors.axes import level_text, levels
from hoshimori.doors.svg_axis import LETTER, tip
from hoshimori.facts import Bools, ElementSets, Floats
from hoshimori.sky.secular import mean_axis_km

EARTH_KM = 6378.137
LEFT, RIGHT, TOP, FIELD, AXIS, LEGEND, HEAD = 56.0, 12.0, 8.0, 270.0, 46.0, 17.0, 38.0
WIDTH = 460
WIDEST = 3.0
"""Where all fragments spread over more than this many times what the middle 98 of 100 do, those outside are told, not drawn."""
BINS = 8


@dataclass(frozen=True)
class Gabbard:
    """period_min, perigee_km, apogee_km: (n,) of the fragments, heights above 6378.137 km. parent: the same three, NaN where not
    known."""

    period_min: Floats
    perigee_km: Floats
    apogee_km: Floats
    parent: tuple[float, float, float] = (float("nan"),) * 3
    parent_name: str = ""


class _Frame(NamedTuple):
    """From minutes and km to units of the drawing."""

    left: float
    right: float
    top: float
    bottom: float
    periods: list[float]
    heights: list[float]

    def x(self, minutes: Floats | float) -> Floats:
        low, high = self.periods[0], self.periods[-1]
        return np.asarray(self.left + (self.right - self.left) * (np.asarray(minutes) - low) / (high - low))

    def y(self, km: Floats | float) -> Floats:
        low, high = self.heights[0], self.heights[-1]
        return np.asarray(self.bottom - (self.bottom - self.top) * (np.asarray(km) - low) / (high - low))


def gabbard(sets: ElementSets, parent: ElementSets | None = None) -> Gabbard:
    """The diagram of the newest set of each fragment; parent: its sets, of which the last is drawn."""
    order = np.lexsort((sets.epoch_utc, sets.norad_id))
    last = np.append(np.diff(sets.norad_id[order]) != 0, True)[: len(sets)]
    pieces = _three(sets.take(order[last]))
    if parent is None or not len(parent):
        return Gabbard(*pieces)
    one = parent.take(np.argsort(parent.epoch_utc)[-1:])
    period, perigee, apogee = (float(x[0]) for x in _three(one))
    return Gabbard(*pieces, (period, perigee, apogee), f"{one.name[0]} ({one.norad_id[0]})".strip())


def draw(seen: Gabbard, w: Mapping[str, str], *, title: str = "", facts: str = "", width: int = WIDTH, head: bool = False) -> str:
    """The <svg>; "" without a fragment. `head` writes title and facts above, for a picture of its own."""
    if not len(seen.period_min):
        return ""
    shown = _drawn(seen)
    frame = _frame(seen, shown, width, (HEAD if head else 0.0) + TOP)
    legend = list(_legend(seen, int((~shown).sum()), w, frame.left, frame.bottom + AXIS))
    height = frame.bottom + AXIS + LEGEND * (len(legend) // 2)
    said = html.escape(f"{w['gabbard']}: {title}" if title else w["gabbard"])
    return "".join(
        [
            f'<svg class="tl" viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{said}" xmlns="http://www.w3.org/2000/svg">',
            f"<title>{said}</title>",
            *(_head(title, facts) if head else ()),
            *_axes(frame, w),
            _dots(frame, seen.period_min[shown], seen.apogee_km[shown], "curve", "M{x:.1f} {y:.1f}h0", 3.4, w["gabbard apogee"]),
            _dots(frame, seen.period_min[shown], seen.perigee_km[shown], "risk", TRIANGLE, 0.9, w["gabbard perigee"]),
            *_parent(seen, frame, w),
            *legend,
            "</svg>",
        ]
    )


TRIANGLE = "M{x:.1f} {y:.1f}m-2 1.4h4l-2 -3.4z"


def in_rows(seen: Gabbard, w: Mapping[str, str]) -> dict[str, Any]:
    """The same in numbers: for each of some equal spans of period how many fragments, and how far their heights reach."""
    if not len(seen.period_min):
        return {"names": [], "rows": []}
    shown = _drawn(seen)
    low, high = float(seen.period_min[shown].min()), float(seen.period_min[shown].max())
    edges = np.linspace(low, high, BINS + 1) if high > low else np.array([low, low])
    place = np.clip(np.searchsorted(edges, seen.period_min, side="right") - 1, 0, len(edges) - 2)
    rows = []
    for k in range(len(edges) - 1):
        mine = np.flatnonzero(shown & (place == k))
        if len(mine):
            spans = [f"{v[mine].min():.0f} – {v[mine].max():.0f}" for v in (seen.perigee_km, seen.apogee_km)]
            rows.append((f"{edges[k]:.2f} – {edges[k + 1]:.2f}", [str(len(mine)), *spans]))
    return {"names": [w[f"gabbard {x}"] for x in ("bin", "count", "perigees", "apogees")], "rows": rows}


def _three(sets: ElementSets) -> tuple[Floats, Floats, Floats]:
    a_km = mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)
    e = np.asarray(sets.eccentricity, np.float64)
    return 1440.0 / sets.mean_motion_rev_day, a_km * (1.0 - e) - EARTH_KM, a_km * (1.0 + e) - EARTH_KM


def _drawn(seen: Gabbard) -> Bools:
    """(n,) all, unless a few lie so far away that the rest would be a dot."""
    inside = np.ones(len(seen.period_min), bool)
    for values in (seen.period_min, seen.apogee_km):
        low, high = np.quantile(values, (0.01, 0.99))
        room = max(0.5 * (WIDEST - 1.0) * (high - low), 1.0)
        if np.ptp(values) > WIDEST * max(high - low, 1e-9):
            inside &= (values >= low - room) & (values <= high + room)
    return inside


def _frame(seen: Gabbard, shown: Bools, width: float, top: float) -> _Frame:
    period = np.append(seen.period_min[shown], seen.parent[0])
    height = np.concatenate([seen.perigee_km[shown], seen.apogee_km[shown], seen.parent[1:]])
    periods = levels(float(np.nanmin(period)), max(float(np.nanmax(period)), float(np.nanmin(period)) + 0.1), 6)
    heights = levels(float(np.nanmin(height)), max(float(np.nanmax(height)), float(np.nanmin(height)) + 1.0), 6)
    return _Frame(LEFT, width - RIGHT, top, top + FIELD, periods, heights)


def _head(title: str, facts: str) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="16" class="ink" font-size="15" style="font-size:15px;font-weight:700">{html.escape(title)}</text>'
    yield f'<text x="{LEFT}" y="32">{html.escape(facts)}</text>'


def _axes(frame: _Frame, w: Mapping[str, str]) -> Iterator[str]:
    for value in frame.periods:
        x = float(frame.x(value))
        said = level_text(value, frame.periods[1] - frame.periods[0])
        anchor = "end" if x > frame.right - 4.0 else "middle"
        yield f'<path d="M{x:.1f} {frame.top:.1f}V{frame.bottom:.1f}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{frame.bottom + 15:.1f}" text-anchor="{anchor}">{said}</text>'
    for value in frame.heights:
        y = float(frame.y(value))
        said = level_text(value, frame.heights[1] - frame.heights[0])
        yield f'<path d="M{frame.left:.1f} {y:.1f}H{frame.right:.1f}" class="grid"/>'
        yield f'<text x="{frame.left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{said}</text>'
    middle = (frame.top + frame.bottom) / 2.0
    across, up = html.escape(w["gabbard period"]), html.escape(w["gabbard height"])
    yield f'<text x="{(frame.left + frame.right) / 2:.1f}" y="{frame.bottom + 32:.1f}" text-anchor="middle">{across}</text>'
    yield f'<text x="12" y="{middle:.1f}" transform="rotate(-90 12 {middle:.1f})" text-anchor="middle">{up}</text>'


def _dots(frame: _Frame, period_min: Floats, height_km: Floats, kind: str, mark: str, thick: float, said: str) -> str:
    """All marks of one kind as one path: a thousand of them are 20 kB."""
    places = zip(frame.x(period_min).tolist(), frame.y(height_km).tolist(), strict=True)
    path = "".join(mark.format(x=x, y=y) for x, y in places)
    return (
        f'<path d="{path}" class="{kind}" stroke-width="{thick}" stroke-linecap="round" stroke-opacity="0.75">{tip(said)}</path>'
    )


def _parent(seen: Gabbard, frame: _Frame, w: Mapping[str, str]) -> Iterator[str]:
    if not np.isfinite(seen.parent).all():
        return
    period, perigee, apogee = seen.parent
    said = tip(f"{w['gabbard parent'].format(name=seen.parent_name)}: {period:.2f} min, {perigee:.0f} – {apogee:.0f} km")
    x = float(frame.x(period))
    for y in {round(float(frame.y(perigee)), 1), round(float(frame.y(apogee)), 1)}:
        yield f'<path d="M{x - 8:.1f} {y:.1f}h16M{x:.1f} {y - 8:.1f}v16" class="cross">{said}</path>'


def _legend(seen: Gabbard, outside: int, w: Mapping[str, str], x: float, y: float) -> Iterator[str]:
    """Two strings a line: the sample and its words."""
    entries = [
        ("curve", "M{x:.1f} {y:.1f}m6 0h0", 3.4, w["gabbard apogee"]),
        ("risk", "M{x:.1f} {y:.1f}m4 1.4h4l-2 -3.4z", 0.9, w["gabbard perigee"]),
    ]
    if np.isfinite(seen.parent).all():
        entries.append(("cross", "M{x:.1f} {y:.1f}m-1 0h14m-7 -7v14", 1.6, w["gabbard parent"].format(name=seen.parent_name)))
    if outside:
        entries.append(("", "", 0.0, w["gabbard outside"].format(count=outside)))
    for k, (kind, path, thick, text) in enumerate(entries):
        line = y + LEGEND * k
        sample = path.format(x=x, y=line + 4)
        yield f'<path d="{sample}" class="{kind}" stroke-width="{thick}" stroke-linecap="round"/>' if kind else ""
        yield f'<text x="{x + 20:.1f}" y="{line + 8:.1f}" class="ink">{html.escape(text[: int(70 * 5.9 / LETTER)])}</text>'
