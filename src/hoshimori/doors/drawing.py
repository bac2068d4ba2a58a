"""Line charts as SVG text: time along the bottom, one line a series, gaps where nothing is known. No script, no network."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.facts import Floats, Times

WIDTH, HEIGHT = 760, 250
LEFT, RIGHT, TOP, BOTTOM = 66, 170, 14, 34
COLOURS = ("#1b6ca8", "#c8553d", "#588157", "#8a5a9e", "#b08900", "#4d908e", "#9c6644", "#577590")


@dataclass(frozen=True)
class Line:
    """One series: t_utc (m,), y (m,). `strong` lines are drawn thicker; the watched object is."""

    name: str
    t_utc: Times
    y: Floats
    strong: bool = False


def chart(
    lines: Sequence[Line], *, y_label: str, title: str, mark_utc: np.datetime64 | None = None, floor: float | None = None
) -> str:
    """An <svg> of the lines. `mark_utc`: a dashed line, the moment of knowledge; what is right of it is predicted."""
    lines = [line for line in lines if np.isfinite(line.y).any()]
    if not lines:
        return ""
    t0, t1 = min(line.t_utc[0] for line in lines), max(line.t_utc[-1] for line in lines)
    low = min(float(np.nanmin(line.y)) for line in lines) if floor is None else floor
    high = max(max(float(np.nanmax(line.y)) for line in lines), low + 1e-3)
    ticks = _ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{html.escape(title)}</title>",
    ]
    parts += [_level(v, _y(v, low, high)) for v in ticks]
    parts += [_day(d, _x(d, t0, t1)) for d in _days(t0, t1)]
    if mark_utc is not None and t0 < mark_utc < t1:
        x = _x(mark_utc, t0, t1)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="mark"/>')
    for k, line in enumerate(lines):
        parts.append(_path(line, COLOURS[k % len(COLOURS)], t0, t1, low, high))
    parts += _legend(lines)
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text x="14" y="{middle}" transform="rotate(-90 14 {middle})" text-anchor="middle">{html.escape(y_label)}</text>'
    )
    return "".join([*parts, "</svg>"])


def _x(t: np.datetime64, t0: np.datetime64, t1: np.datetime64) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * float((t - t0) / max(t1 - t0, np.timedelta64(1, "us")))


def _y(value: float, low: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - low) / (high - low))


def _ticks(low: float, high: float) -> list[float]:
    """Four to eight round values that cover [low, high]."""
    raw = (high - low) / 5.0
    power = 10.0 ** np.floor(np.log10(raw))
    step = float(min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(s - raw)))
    first, last = int(np.floor(low / step + 1e-9)), int(np.ceil(high / step - 1e-9))
    return [k * step for k in range(first, last + 1)]


def _days(t0: np.datetime64, t1: np.datetime64) -> list[np.datetime64]:
    days = np.arange(t0.astype("datetime64[D]") + 1, t1.astype("datetime64[D]") + 1)
    stride = max(1, -(-len(days) // 12))
    return [d.astype("datetime64[us]") for d in days[::stride] if d <= t1]


def _level(value: float, y: float) -> str:
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
    )


def _day(day: np.datetime64, x: float) -> str:
    text = np.datetime_as_string(day, unit="D")[5:]
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="grid"/>'
        f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{text}</text>'
    )


def _path(line: Line, colour: str, t0: np.datetime64, t1: np.datetime64, low: float, high: float) -> str:
    pieces, pen_up = [], True
    for t, y in zip(line.t_utc, line.y, strict=True):
        if not np.isfinite(y):
            pen_up = True
            continue
        pieces.append(f"{'M' if pen_up else 'L'}{_x(t, t0, t1):.1f} {_y(float(y), low, high):.1f}")
        pen_up = False
    width = 2.4 if line.strong else 1.4
    return f'<path d="{"".join(pieces)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _legend(lines: Sequence[Line]) -> list[str]:
    out = []
    for k, line in enumerate(lines[:12]):
        y, x = TOP + 10 + 17 * k, WIDTH - RIGHT + 10
        out.append(
            f'<line x1="{x}" x2="{x + 16}" y1="{y - 4}" y2="{y - 4}" stroke="{COLOURS[k % len(COLOURS)]}" stroke-width="3"/>'
        )
        out.append(f'<text x="{x + 21}" y="{y}">{html.escape(line.name[:22])}</text>')
    return out
