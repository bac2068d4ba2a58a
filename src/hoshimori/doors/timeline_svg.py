"""A timeline as SVG: burns, elements, stays and gaps one below the other on one time axis. No script, no network.

Burns differ by the shape of their mark as well as by colour; colours come from the classes of `palette`, so that the same picture
serves a page, a file, the dark and paper.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.detect.burns import LABELS, Burn
from hoshimori.doors.axes import level_text, levels, moments
from hoshimori.doors.marks import mark
from hoshimori.doors.measured import main_part, span, speed
from hoshimori.doors.palette import burn_class
from hoshimori.doors.timeline import Panel, Span, Timeline
from hoshimori.doors.words import burn_label, label, minute
from hoshimori.facts import Floats, Times

LEFT, RIGHT = 64.0, 16.0
HEAD, TITLE, AXIS, LEGEND = 38.0, 22.0, 22.0, 20.0
BURNS, PANEL, SMALL, LANE = 62.0, 84.0, 44.0, 18.0
LANES = 8
"""Stays drawn, the nearest first; the rest are counted."""
MOST_DOTS = 250
LETTER = 5.9
"""Width of a letter, for what has room beside what."""


@dataclass(frozen=True, slots=True)
class _Time:
    """From a moment to a place along the drawing."""

    width: float
    start: np.datetime64
    stop: np.datetime64

    @property
    def right(self) -> float:
        return self.width - RIGHT

    def x(self, t: Times | np.datetime64) -> Floats:
        share = (t - self.start) / max(self.stop - self.start, np.timedelta64(1, "us"))
        return np.asarray(LEFT + (self.right - LEFT) * share, float)

    def inside(self, t: np.datetime64) -> float:
        return float(np.clip(self.x(t), LEFT, self.right))


def draw(
    line: Timeline, w: Mapping[str, str], names: Mapping[str, str] | None = None, *, width: int = 1060, head: bool = False
) -> str:
    """The <svg>. `head` writes the object and the time span above, for a picture that stands alone. `names`: of other objects."""
    axis, y = _Time(width, line.start_utc, line.stop_utc), HEAD if head else 4.0
    parts: list[str] = []
    top = y
    if line.burns:
        parts += _burns(line.burns, axis, y + TITLE, w)
        y += TITLE + BURNS
    for panel in line.panels:
        height = SMALL if panel.small else PANEL
        parts += _panel(panel, axis, y + TITLE, height, w)
        y += TITLE + height
    through = (top + TITLE, y)
    if line.stays:
        parts += _stays(line.stays, axis, y + TITLE, w, names or {})
        y += TITLE + LANE * min(len(line.stays), LANES)
    parts += _axis(axis, y)
    behind = [*_gaps(line, axis, *through, w), *(_through(b, axis, *through) for b in line.burns)]
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
    said = w["timeline_facts"].format(
        start=minute(line.start_utc), stop=minute(line.stop_utc), sets=len(line.epoch_utc), as_of=minute(line.as_of_utc)
    )
    yield f'<text x="{LEFT}" y="32">{html.escape(said)}</text>'
    if line.exercise:
        yield f'<text x="{LEFT + 16 + 9 * len(name):.0f}" y="16" class="warn">{html.escape(w["exercise_note"])}</text>'


def _burns(burns: Sequence[Burn], axis: _Time, top: float, w: Mapping[str, str]) -> Iterator[str]:
    """Each burn by its size on a logarithmic axis, with its sigma in time as a bar and as much text as has room."""
    sizes = np.array([b.size_m_s for b in burns])
    known = sizes[sizes > 0.0]
    low = np.floor(np.log10(known.min())) if len(known) else -3.0
    high = max(np.ceil(np.log10(known.max())), low + 1.0) if len(known) else 0.0
    yield _title(w["burns_axis"], top)
    for k in range(int(low), int(high) + 1, -(-int(high - low) // 3)):
        yield _level(axis, top + BURNS * (1.0 - (k - low) / (high - low)), f"{10.0**k:g}")
    written: list[tuple[float, float]] = []
    for burn in sorted(burns, key=lambda b: -b.probability * max(b.size_m_s, 1e-6)):
        size = np.clip(np.log10(max(burn.size_m_s, 10.0**low)), low, high)
        y = float(top + BURNS * (1.0 - (size - low) / (high - low)))
        yield _burn(burn, axis, y, top + BURNS, w)
        yield _beside(burn, axis, y, written)


def _burn(burn: Burn, axis: _Time, y: float, bottom: float, w: Mapping[str, str]) -> str:
    x, sigma = float(axis.x(burn.t_utc)), np.timedelta64(int(min(burn.sigma_s, 1e9) * 1e6), "us")
    x0, x1 = axis.inside(burn.t_utc - sigma), axis.inside(burn.t_utc + sigma)
    bar = f'<path d="M{x0:.1f} {y - 3:.1f}v6m0 -3H{x1:.1f}m0 -3v6" stroke="currentColor" fill="none"/>' if x1 - x0 > 3.0 else ""
    stem = f'<path d="M{x:.1f} {bottom:.1f}V{y:.1f}" stroke="currentColor" stroke-opacity="0.45"/>'
    shape = mark(burn.label, x, y, filled=burn.probability)
    return f'<g class="{burn_class(burn.label)}">{_tip(burn_title(burn, w))}{stem}{bar}{shape}</g>'


def burn_title(burn: Burn, w: Mapping[str, str]) -> str:
    """A burn in one line: when, how large, what kind, how probable."""
    part, value, sigma = main_part(burn)
    size = f", {part} {speed(value, sigma)}" if part else ""
    return f"{minute(burn.t_utc)}Z ± {span(burn.sigma_s, w)}{size}, {burn_label(burn.label, w)}, p {burn.probability:.2f}"


def _beside(burn: Burn, axis: _Time, y: float, written: list[tuple[float, float]]) -> str:
    """Its size in words where they have room. `written`: the spans already taken, added to."""
    part, value, _ = main_part(burn)
    text = f"{part} {speed(value)}"
    x, length = float(axis.x(burn.t_utc)) + 7.0, LETTER * len(text)
    if x + length > axis.right:
        x -= length + 14.0
    if not part or any(x < b and a < x + length for a, b in written) or x < LEFT:
        return ""
    written.append((x - 10.0, x + length + 4.0))
    return f'<text x="{x:.1f}" y="{y + 4:.1f}" class="ink">{text}</text>'


def _through(burn: Burn, axis: _Time, top: float, bottom: float) -> str:
    """The burn through all panels: a line, or a band where the thrust lasts."""
    x, x0, x1 = float(axis.x(burn.t_utc)), axis.inside(burn.start_utc), axis.inside(burn.stop_utc)
    faint = 0.15 + 0.45 * burn.probability
    band = f'<path d="M{x0:.1f} {top:.1f}H{x1:.1f}V{bottom:.1f}H{x0:.1f}Z" fill="currentColor" fill-opacity="0.1"/>'
    line = f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="currentColor" stroke-opacity="{faint:.2f}"/>'
    return f'<g class="{burn_class(burn.label)}">{band if x1 - x0 > 1.5 else ""}{line}</g>'


def _panel(panel: Panel, axis: _Time, top: float, height: float, w: Mapping[str, str]) -> Iterator[str]:
    ticks = levels(panel.low, panel.high, 1 if panel.small else 2)
    low, high = ticks[0], ticks[-1]
    yield _title(w[panel.key], top)
    for value in ticks:
        yield _level(axis, top + height * (high - value) / (high - low), level_text(value, ticks[1] - ticks[0]))
    x, y = thinned(axis.x(panel.t_utc), panel.y, int(axis.right - LEFT))
    place = top + height * (high - y) / (high - low)
    out = (place < top - 0.5) | (place > top + height + 0.5)
    yield _curve(x, np.where(out, np.nan, place))
    for a, b in zip(x[out].tolist(), place[out].tolist(), strict=True):
        tip, base = (top + 1.0, top + 7.0) if b < top else (top + height - 1.0, top + height - 7.0)
        yield f'<path d="M{a:.1f} {tip:.1f}L{a - 3:.1f} {base:.1f}H{a + 3:.1f}Z" class="dot">{_tip(w["outside"])}</path>'


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


def _stays(stays: Sequence[Span], axis: _Time, top: float, w: Mapping[str, str], names: Mapping[str, str]) -> Iterator[str]:
    chosen = sorted(sorted(stays, key=lambda s: (s.usual is not False, s.miss_km))[:LANES], key=lambda s: s.start_utc)
    more = w["more"].format(more=len(stays) - len(chosen)) if len(stays) > len(chosen) else ""
    yield _title(f"{w['stays_axis']}{more}", top)
    for k, one in enumerate(chosen):
        y, x0, x1 = top + LANE * k + 3.0, axis.inside(one.start_utc), axis.inside(one.stop_utc)
        kind = "unjudged" if one.usual is None else "usual" if one.usual else "unusual"
        text = stay_title(one, w, names)
        yield (
            f'<rect x="{x0:.1f}" y="{y:.1f}" width="{max(x1 - x0, 2.0):.1f}" height="{LANE - 6:.0f}" rx="3" class="{kind}" '
            f'fill-opacity="0.35">{_tip(text)}</rect>'
        )
        yield _name_of_stay(text, x0, x1, y + LANE - 9.0, axis)


def _name_of_stay(text: str, x0: float, x1: float, y: float, axis: _Time) -> str:
    """Beside the bar where it has room there, else inside, from its beginning."""
    length = LETTER * len(text)
    if x1 + 6.0 + length <= axis.right:
        x, anchor = x1 + 6.0, "start"
    elif x0 - 6.0 - length >= LEFT:
        x, anchor = x0 - 6.0, "end"
    else:
        x, anchor = x0 + 5.0, "start"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="ink">{html.escape(text)}</text>'


def stay_title(one: Span, w: Mapping[str, str], names: Mapping[str, str]) -> str:
    """With whom, how near, in what shape, and whether that is usual."""
    sigma = f" ± {one.sigma_km:.1f}" if one.sigma_km is not None else ""
    judged = "" if one.usual is None else f", {w['usual'] if one.usual else w['unusual']}"
    return f"{names.get(one.other) or one.other} · {one.miss_km:.1f}{sigma} km, {label(one.label, w)}{judged}"


def _gaps(line: Timeline, axis: _Time, top: float, bottom: float, w: Mapping[str, str]) -> Iterator[str]:
    for start, stop in line.gaps:
        x0, x1 = axis.inside(start), axis.inside(stop)
        yield (
            f'<rect x="{x0:.1f}" y="{top:.1f}" width="{x1 - x0:.1f}" height="{bottom - top:.1f}" class="gap">'
            f"<title>{html.escape(w['gap'])}: {minute(start)} – {minute(stop)}Z</title></rect>"
        )


def _axis(axis: _Time, y: float) -> Iterator[str]:
    for t, text in moments(axis.start, axis.stop, int((axis.right - LEFT) / 75.0)):
        x = float(axis.x(t))
        anchor = "end" if x > axis.right - 12.0 else "middle"
        yield f'<path d="M{x:.1f} {y:.1f}v4" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{y + 15:.1f}" text-anchor="{anchor}">{text}</text>'


def _legend(line: Timeline, axis: _Time, y: float, w: Mapping[str, str]) -> tuple[list[str], float]:
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


def _tip(text: str) -> str:
    return f"<title>{html.escape(text)}</title>"


def _title(text: str, top: float) -> str:
    return f'<text x="{LEFT}" y="{top - 5:.1f}" class="ink">{html.escape(text)}</text>'


def _level(axis: _Time, y: float, text: str) -> str:
    return (
        f'<path d="M{LEFT} {y:.1f}H{axis.right:.1f}" class="grid"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    )
