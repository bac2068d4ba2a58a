"""Line charts as SVG text: time along the bottom, one line a series, gaps where nothing is known. No script, no network.

Lines differ by dash and by name at their end as well as by colour; colours come from the page (classes k0 to k7), so that a chart
is as readable in the dark and on paper.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.doors.axes import level_text, levels, moments
from hoshimori.facts import Floats, Times

LEFT, RIGHT, TOP, BOTTOM = 58, 172, 12, 26
KINDS = 8
"""Colours and dashes there are; the ninth series begins again with the first."""
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "2 2 6 2", "1 4")
LABEL_PX = 14.0
LONGEST_LABEL = 21


@dataclass(frozen=True)
class Line:
    """One series: t_utc (m,), y (m,). `strong` lines are drawn thicker; the watched object is."""

    name: str
    t_utc: Times
    y: Floats
    strong: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """The mapping from time and value to the drawing, in its own units."""

    width: float
    height: float
    right: float
    t0: np.datetime64
    t1: np.datetime64
    low: float
    high: float

    def x(self, t: Times | np.datetime64) -> Floats:
        share = (t - self.t0) / max(self.t1 - self.t0, np.timedelta64(1, "us"))
        return np.asarray(LEFT + (self.width - LEFT - self.right) * share, float)

    def y(self, value: Floats | float) -> Floats:
        return np.asarray(TOP + (self.height - TOP - BOTTOM) * (1.0 - (value - self.low) / (self.high - self.low)), float)


def chart(
    lines: Sequence[Line],
    *,
    y_label: str,
    title: str,
    mark_utc: np.datetime64 | None = None,
    mark_label: str = "",
    floor: float | None = None,
    width: int = 1060,
    height: int = 240,
) -> str:
    """An <svg> of the lines, each named at its end where there are several.

    `mark_utc`: a dashed line at the moment of knowledge; what is right of it is shaded and called `mark_label`.
    """
    lines = [line for line in lines if np.isfinite(line.y).any()]
    if not lines:
        return ""
    frame, ticks = _frame(lines, floor, width, height)
    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(title)}" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{html.escape(title)}</title>",
    ]
    if mark_utc is not None and frame.t0 < mark_utc < frame.t1:
        parts.append(_mark(frame, mark_utc, mark_label))
    parts += [_level(v, ticks[1] - ticks[0], frame) for v in ticks]
    parts += [_moment(t, text, frame) for t, text in moments(frame.t0, frame.t1, 12 if width > 600 else 6)]
    parts += [_path(line, k, frame) for k, line in enumerate(lines)]
    parts += _end_labels(lines, frame) if len(lines) > 1 else []
    middle = (TOP + height - BOTTOM) / 2
    parts.append(
        f'<text x="12" y="{middle}" transform="rotate(-90 12 {middle})" text-anchor="middle">{html.escape(y_label)}</text>'
    )
    return "".join([*parts, "</svg>"])


def _frame(lines: Sequence[Line], floor: float | None, width: int, height: int) -> tuple[_Frame, list[float]]:
    low = min(float(np.nanmin(line.y)) for line in lines) if floor is None else floor
    high = max(max(float(np.nanmax(line.y)) for line in lines), low + 1e-3)
    ticks = levels(low, high)
    t0, t1 = min(line.t_utc[0] for line in lines), max(line.t_utc[-1] for line in lines)
    right = RIGHT if len(lines) > 1 else 14
    return _Frame(width, height, right, t0, t1, min(low, ticks[0]), max(high, ticks[-1])), ticks


def _mark(frame: _Frame, mark_utc: np.datetime64, label: str) -> str:
    x, x1, bottom = float(frame.x(mark_utc)), float(frame.x(frame.t1)), frame.height - BOTTOM
    return (
        f'<rect x="{x:.1f}" y="{TOP}" width="{x1 - x:.1f}" height="{bottom - TOP}" class="ahead"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" class="mark"/>'
        f'<text x="{x + 4:.1f}" y="{TOP + 10}">{html.escape(label)}</text>'
    )


def _level(value: float, step: float, frame: _Frame) -> str:
    y = float(frame.y(value))
    return (
        f'<line x1="{LEFT}" x2="{frame.width - frame.right}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
        f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{level_text(value, step)}</text>'
    )


def _moment(t: np.datetime64, text: str, frame: _Frame) -> str:
    x, bottom = float(frame.x(t)), frame.height - BOTTOM
    anchor = "end" if x > frame.width - 20 else "middle"
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" class="grid"/>'
        f'<text x="{x:.1f}" y="{bottom + 15}" text-anchor="{anchor}">{text}</text>'
    )


def _path(line: Line, k: int, frame: _Frame) -> str:
    """One path, lifted wherever a value is missing."""
    known = np.isfinite(line.y)
    x, y = frame.x(line.t_utc)[known].tolist(), frame.y(line.y)[known].tolist()
    pen_down = np.append(False, known[:-1])[known].tolist()
    steps = "".join(f"{'L' if down else 'M'}{a:.1f} {b:.1f}" for down, a, b in zip(pen_down, x, y, strict=True))
    dash = DASHES[k % KINDS]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{steps}" class="line k{k % KINDS}" stroke-width="{2.6 if line.strong else 1.5}"{dashed}/>'


def _end_labels(lines: Sequence[Line], frame: _Frame) -> list[str]:
    """Each name beside the end of its line with a piece of the line, moved apart where they would overlap."""
    ends = [float(frame.y(line.y[np.isfinite(line.y)][-1])) for line in lines]
    order = sorted(range(len(lines)), key=lambda k: ends[k])
    wanted = np.array([ends[k] for k in order])
    for i in range(1, len(wanted)):
        wanted[i] = max(wanted[i], wanted[i - 1] + LABEL_PX)
    wanted -= max(0.0, float(wanted[-1]) - (frame.height - BOTTOM))
    x, out = frame.width - frame.right + 6, []
    for k, y in zip(order, wanted.tolist(), strict=True):
        dash = f' stroke-dasharray="{DASHES[k % KINDS]}"' if DASHES[k % KINDS] else ""
        out.append(f'<line x1="{x}" x2="{x + 18}" y1="{y:.1f}" y2="{y:.1f}" class="line k{k % KINDS}" stroke-width="2.4"{dash}/>')
        out.append(f'<text x="{x + 22}" y="{y + 4:.1f}" class="name">{html.escape(_short(lines[k].name))}</text>')
    return out


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"
