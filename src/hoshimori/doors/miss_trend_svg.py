"""How the predicted miss and risk of one approach changed as more became known, as SVG: distance above, probability below."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hoshimori.detect.trend import View
from hoshimori.doors.axes import level_text, levels, moments
from hoshimori.doors.svg_axis import LEFT, TimeAxis, caption, level, tip
from hoshimori.doors.words import metres, minute
from hoshimori.facts import Floats

TITLE, UPPER, LOWER, AXIS, LEGEND = 22.0, 110.0, 80.0, 22.0, 18.0
LEAST_P = 1e-12
"""Where the axis of probabilities ends: what is lower is drawn there."""
HOUR = np.timedelta64(3_600_000_000, "us")


def draw(views: Sequence[View], tca_utc: np.datetime64, w: Mapping[str, str], *, title: str = "", width: int = 520) -> str:
    """The <svg>; "" without a view. The axis of time is that of knowledge, up to the approach itself."""
    if not views:
        return ""
    known = np.array([v.known_utc for v in views], "datetime64[us]")
    axis = TimeAxis(width, min(known[0], tca_utc) - HOUR, max(known[-1], tca_utc) + HOUR)
    x = axis.x(known)
    top, height = TITLE, TITLE + UPPER + TITLE + LOWER + AXIS + LEGEND
    said = html.escape(f"{w['miss trend']}: {title}" if title else w["miss trend"])
    return "".join(
        [
            f'<svg class="tl" viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{said}" xmlns="http://www.w3.org/2000/svg">',
            f"<title>{said}</title>",
            *_distance(views, x, axis, top, w),
            *_risk(views, x, axis, top + UPPER + TITLE, w),
            *_approach(axis, tca_utc, top, top + UPPER + TITLE + LOWER, w),
            *_time(axis, top + UPPER + TITLE + LOWER),
            *_legend(height - 6.0, w),
            "</svg>",
        ]
    )


def _distance(views: Sequence[View], x: Floats, axis: TimeAxis, top: float, w: Mapping[str, str]) -> Iterator[str]:
    """The miss with a bar of one sigma either way, from zero up."""
    miss, sigma = np.array([v.miss_km for v in views]), np.array([v.sigma_km for v in views])
    ticks = levels(0.0, max(float((miss + sigma).max()), 1e-3), 4)
    high = ticks[-1]
    yield caption(w["miss trend km"], top)
    for value in ticks:
        yield level(axis, top + UPPER * (1.0 - value / high), level_text(value, ticks[1] - ticks[0]))
    y, upper, lower = (top + UPPER * (1.0 - np.clip(v, 0.0, high) / high) for v in (miss, miss + sigma, miss - sigma))
    yield _path(x, y, "curve", 1.6)
    for k, v in enumerate(views):
        said = tip(f"{minute(v.known_utc)}Z: {metres(v.miss_km)} ± {metres(v.sigma_km)}")
        bar = f"M{x[k]:.1f} {upper[k]:.1f}V{lower[k]:.1f}m-3 0h6M{x[k] - 3:.1f} {upper[k]:.1f}h6"
        dot = f'<circle cx="{x[k]:.1f}" cy="{y[k]:.1f}" r="2.6" class="dot"/>'
        yield f'<g>{said}<path d="{bar}" class="curve" stroke-width="1"/>{dot}</g>'


def _risk(views: Sequence[View], x: Floats, axis: TimeAxis, top: float, w: Mapping[str, str]) -> Iterator[str]:
    """Both probabilities on a logarithmic axis: the maximum dashed."""
    rows = [[v.screening_probability for v in views], [v.maximum_probability for v in views]]
    logs = np.log10(np.clip(rows, LEAST_P, 1.0))
    low, high = float(np.floor(logs.min())), float(np.ceil(logs.max()))
    high = max(high, low + 1.0)
    yield caption(w["miss trend p"], top)
    for k in range(int(low), int(high) + 1, max(1, -(-int(high - low) // 4))):
        yield level(axis, top + LOWER * (high - k) / (high - low), "1" if k == 0 else f"1e{k}")
    for values, dash in zip(logs, ("", ' stroke-dasharray="5 3"'), strict=True):
        yield _path(x, top + LOWER * (high - values) / (high - low), "risk", 1.6, dash)
    for k, v in enumerate(views):
        y = top + LOWER * (high - logs[0][k]) / (high - low)
        said = tip(f"{minute(v.known_utc)}Z: {v.screening_probability:.1e}, {v.maximum_probability:.1e}")
        yield f'<circle cx="{x[k]:.1f}" cy="{y:.1f}" r="2.6" class="riskdot">{said}</circle>'


def _path(x: Floats, y: Floats, kind: str, thick: float, dash: str = "") -> str:
    steps = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    return f'<path d="M{steps}" class="{kind}" stroke-width="{thick}"{dash}/>'


def _approach(axis: TimeAxis, tca_utc: np.datetime64, top: float, bottom: float, w: Mapping[str, str]) -> Iterator[str]:
    """When it happens."""
    x = axis.inside(tca_utc)
    yield f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" class="cross" stroke-dasharray="4 3"/>'
    yield f'<text x="{x:.1f}" y="{top - 5:.1f}" text-anchor="end">{html.escape(w["miss trend tca"])}</text>'


def _time(axis: TimeAxis, y: float) -> Iterator[str]:
    for t, text in moments(axis.start, axis.stop, int((axis.right - LEFT) / 75.0)):
        x = float(axis.x(t))
        anchor = "end" if x > axis.right - 12.0 else "middle"
        yield f'<path d="M{x:.1f} {y:.1f}v4" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{y + 15:.1f}" text-anchor="{anchor}">{text}</text>'


def _legend(y: float, w: Mapping[str, str]) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="{y:.1f}">{html.escape(w["miss trend legend"])}</text>'
