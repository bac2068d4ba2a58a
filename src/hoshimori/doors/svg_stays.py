"""Stays in a drawing: a bar for each, with whom and how near."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence

from hoshimori.doors.svg_axis import LEFT, LETTER, TimeAxis, caption, tip
from hoshimori.doors.timeline import Span
from hoshimori.doors.words import label, minute

LANE = 18.0
LANES = 8
"""Stays drawn, the nearest first; the rest are counted."""


def stays_lane(
    stays: Sequence[Span], axis: TimeAxis, top: float, w: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[str]:
    chosen = sorted(sorted(stays, key=lambda s: (s.usual is not False, s.miss_km))[:LANES], key=lambda s: s.start_utc)
    more = w["more"].format(more=len(stays) - len(chosen)) if len(stays) > len(chosen) else ""
    yield caption(f"{w['stays_axis']}{more}", top)
    for k, one in enumerate(chosen):
        y, x0, x1 = top + LANE * k + 3.0, axis.inside(one.start_utc), axis.inside(one.stop_utc)
        kind = "unjudged" if one.usual is None else "usual" if one.usual else "unusual"
        text = stay_title(one, w, names)
        yield (
            f'<rect x="{x0:.1f}" y="{y:.1f}" width="{max(x1 - x0, 2.0):.1f}" height="{LANE - 6:.0f}" rx="3" class="{kind}" '
            f'fill-opacity="0.35">{tip(text)}</rect>'
        )
        yield _name_of_stay(text, x0, x1, y + LANE - 9.0, axis)


def _name_of_stay(text: str, x0: float, x1: float, y: float, axis: TimeAxis) -> str:
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


def stay_cells(one: Span, w: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """A stay in words, by heading."""
    sigma = f" ± {one.sigma_km:.1f}" if one.sigma_km is not None else ""
    called = f"{names[one.other]} ({one.other})" if names.get(one.other) else one.other
    judged = "" if one.usual is None else w["usual"] if one.usual else w["unusual"]
    since, until = minute(one.start_utc), minute(one.stop_utc)
    return {
        "other": called, "since": since, "until": until, "miss": f"{one.miss_km:.1f}{sigma}", "shape": label(one.label, w),
        "normal": judged,
    }  # fmt: skip
