"""A timeline as SVG: burns, elements, stays and gaps one below the other on one time axis. No script, no network.

Burns differ by the shape of their mark as well as by colour; colours come from the classes of `palette`, so that the same picture
serves a page, a file, the dark and paper.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping

import numpy as np

from hoshimori.detect.burns import LABELS
from hoshimori.doors.axes import level_text, levels, moments
from hoshimori.doors.marks import mark
from hoshimori.doors.palette import burn_class
from hoshimori.doors.svg_axis import LEFT, LETTER, TimeAxis, caption, level, tip
from hoshimori.doors.svg_burns import BURNS, burns_lane, through
from hoshimori.doors.svg_stays import LANE, LANES, stays_lane
from hoshimori.doors.timeline import Panel, Timeline
from hoshimori.doors.words import burn_label, minute
from hoshimori.facts import Floats

HEAD, TITLE, AXIS, LEGEND = 38.0, 22.0, 22.0, 20.0
PANEL, SMALL = 84.0, 44.0
MOST_DOTS = 250


def draw(
    line: Timeline, w: Mapping[str, str], names: Mapping[str, str] | None = None, *, width: int = 1060, head: bool = False
) -> str:
    """The <svg>. `head` writes the object and the time span above, for a picture that stands alone. `names`: of other objects."""
    axis, y = TimeAxis(width, line.start_utc, line.stop_utc), HEAD if head else 4.0
    parts: list[str] = []
    top = y
    if line.burns:
        parts += burns_lane(line.burns, axis, y + TITLE, w)
        y += TITLE + BURNS
    for panel in line.panels:
        height = SMALL if panel.small else PANEL
        parts += _panel(panel, axis, y + TITLE, height, w)
        y += TITLE + height
    field = (top + TITLE, y)
    if line.stays:
        parts += stays_lane(line.stays, axis, y + TITLE, w, names or {})
        y += TITLE + LANE * min(len(line.stays), LANES)
    parts += _axis(axis, y)
    behind = [
        *_ahead(line, axis, *field, w),
        *_gaps(line, axis, *field, w),
        *(through(b, axis, *field) for b in line.burns),
    ]
    legend, y = _legend(line, axis, y + AXIS, w)
    title = html.escape(heading(line, w))
    return "".join(
        [
            f'<svg class="tl" viewBox="0 0 {width} {y:.0f}" role="img" aria-label="{title}" xmlns="http://www.w3.org/2000/svg">',
            f"<title>{title}</title>",
            *(_head(line, w) if head else ()), *behind, *parts, *legend, "</svg>",
        ]
    )  # fmt: skip


def heading(line: Timeline, w: Mapping[str, str]) -> str:
    """Who, from when to when, on how many sets."""
    return f"{line.norad_id} {line.name}".strip() + f" · {minute(line.start_utc)} – {minute(line.stop_utc)}Z"


def _head(line: Timeline, w: Mapping[str, str]) -> Iterator[str]:
    name = html.escape(f"{line.norad_id} {line.name}".strip())
    yield f'<text x="{LEFT}" y="16" class="ink" font-size="15" style="font-size:15px;font-weight:700">{name}</text>'
    known = w["timeline_facts"].format(sets=len(line.epoch_utc), as_of=minute(line.as_of_utc))
    said = f"{minute(line.start_utc)} – {minute(line.stop_utc)}Z · {known}"
    yield f'<text x="{LEFT}" y="32">{html.escape(said)}</text>'
    if line.exercise:
        yield f'<text x="{LEFT + 16 + 9 * len(name):.0f}" y="16" class="warn">{html.escape(w["exercise_note"])}</text>'


def _panel(panel: Panel, axis: TimeAxis, top: float, height: float, w: Mapping[str, str]) -> Iterator[str]:
    """One quantity; what lies outside the frame is a triangle at its edge."""
    low, high = panel.low, panel.high
    ticks = levels(low, high, 2 if panel.small else 4)
    step = ticks[1] - ticks[0]
    yield caption(w[panel.key], top)
    for value in (v for v in ticks if low <= v <= high):
        yield level(axis, top + height * (high - value) / (high - low), level_text(value, step))
    x, y = thinned(axis.x(panel.t_utc), panel.y, int(axis.right - LEFT))
    place = top + height * (high - y) / (high - low)
    out = (place < top - 0.5) | (place > top + height + 0.5)
    yield _curve(x, np.where(out, np.nan, place))
    for a, b in zip(x[out].tolist(), place[out].tolist(), strict=True):
        point, base = (top + 1.0, top + 7.0) if b < top else (top + height - 1.0, top + height - 7.0)
        yield f'<path d="M{a:.1f} {point:.1f}L{a - 3:.1f} {base:.1f}H{a + 3:.1f}Z" class="dot">{tip(w["outside"])}</path>'


def thinned(x: Floats, y: Floats, columns: int) -> tuple[Floats, Floats]:
    """What an eye can see of a long series: in each of `columns` the first, lowest, highest and last value, and every lift."""
    if len(x) <= 4 * columns:
        return x, y
    column = ((x - x[0]) / max(float(x[-1] - x[0]), 1e-9) * (columns - 1)).astype(np.int64)
    by_height = np.lexsort((np.nan_to_num(y), column))
    edge = np.flatnonzero(np.diff(column, prepend=-1))
    stop = np.append(edge[1:], len(x)) - 1
    kept = np.unique(np.concatenate([edge, stop, by_height[edge], by_height[stop], np.flatnonzero(np.isnan(y))]))
    return x[kept], y[kept]


def _curve(x: Floats, y: Floats) -> str:
    """One path, lifted wherever a value is missing; dots as well where the sets are few enough to be told apart."""
    known = np.isfinite(y)
    down = np.append(False, known[:-1])[known].tolist()
    pairs = list(zip(x[known].tolist(), y[known].tolist(), strict=True))
    steps = "".join(f"{'L' if d else 'M'}{a:.1f} {b:.1f}" for d, (a, b) in zip(down, pairs, strict=True))
    curve = f'<path d="{steps}" class="curve" stroke-width="1.3"/>'
    if len(pairs) >= MOST_DOTS:
        return curve
    dots = "".join(f"M{a - 1.6:.1f} {b:.1f}a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 0" for a, b in pairs)
    return f'{curve}<path d="{dots}" class="dot"/>'


def _gaps(line: Timeline, axis: TimeAxis, top: float, bottom: float, w: Mapping[str, str]) -> Iterator[str]:
    for start, stop in line.gaps:
        x0, x1 = axis.inside(start), axis.inside(stop)
        yield (
            f'<rect x="{x0:.1f}" y="{top:.1f}" width="{x1 - x0:.1f}" height="{bottom - top:.1f}" class="gap">'
            f"<title>{html.escape(w['gap'])}: {minute(start)} – {minute(stop)}Z</title></rect>"
        )


def _ahead(line: Timeline, axis: TimeAxis, top: float, bottom: float, w: Mapping[str, str]) -> Iterator[str]:
    """What lies after the moment of knowledge: stays there are predicted."""
    if axis.start < line.as_of_utc < axis.stop:
        x = axis.inside(line.as_of_utc)
        yield f'<rect x="{x:.1f}" y="{top:.1f}" width="{axis.right - x:.1f}" height="{bottom - top:.1f}" class="ahead"/>'
        yield f'<text x="{axis.right - 4:.1f}" y="{top - 5:.1f}" text-anchor="end">{html.escape(w["predicted"])}</text>'


def _axis(axis: TimeAxis, y: float) -> Iterator[str]:
    for t, text in moments(axis.start, axis.stop, int((axis.right - LEFT) / 75.0)):
        x = float(axis.x(t))
        anchor = "end" if x > axis.right - 12.0 else "middle"
        yield f'<path d="M{x:.1f} {y:.1f}v4" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{y + 15:.1f}" text-anchor="{anchor}">{text}</text>'


def _legend(line: Timeline, axis: TimeAxis, y: float, w: Mapping[str, str]) -> tuple[list[str], float]:
    """The kinds of burn that there are, and what a grey field means; wrapped to the width. Gives the new bottom as well."""
    kinds = [x for x in LABELS if any(b.label == x for b in line.burns)]
    out, x = [], LEFT
    entries = [(k, burn_label(k, w)) for k in kinds] + ([("gap", w["gap"])] if line.gaps else [])
    entries += [("", w["burn_legend"])] if line.burns else []
    for kind, text in entries:
        length = 26.0 + sum(LETTER if c.isascii() else 11.5 for c in text)
        if x > LEFT and x + length > axis.right:
            x, y = LEFT, y + LEGEND
        if kind == "gap":
            out.append(f'<rect x="{x:.1f}" y="{y + 3:.1f}" width="12" height="10" class="gap"/>')
        elif kind:
            out.append(f'<g class="{burn_class(kind)}">{mark(kind, x + 6.0, y + 8.0)}</g>')
        out.append(f'<text x="{x + (16.0 if kind else 0.0):.1f}" y="{y + 12:.1f}">{html.escape(text)}</text>')
        x += length
    return out, y + (LEGEND if entries else 0.0)
