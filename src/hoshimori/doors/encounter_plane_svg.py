"""The encounter plane as SVG: ellipses of one, two and three sigma, the hard-body circle, the miss. Both axes have one scale."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from hoshimori.doors.axes import level_text, levels
from hoshimori.doors.encounter_plane import EncounterPlane
from hoshimori.doors.svg_axis import LETTER, tip
from hoshimori.doors.words import metres

LEFT, RIGHT, TOP, AXIS, LEGEND = 66.0, 14.0, 8.0, 46.0, 17.0
HEAD = 38.0
FLATTEST, TALLEST = 0.4, 0.8
"""Height of the field as a share of its width: as what is to be seen asks for, between these two."""
SIGMAS = (3, 2, 1)
METRES_BELOW_KM = 2.0
"""A field narrower than this is labelled in metres."""
LEAST_CIRCLE = 3.0
"""A hard body smaller than this in the drawing gets a cross as well, which is not to scale."""
FLAT = 0.6


class _Frame(NamedTuple):
    """From km in the plane to units of the drawing; one scale for both axes."""

    x0: float
    y0: float
    scale: float
    left: float
    top: float
    right: float
    bottom: float
    unit: str
    per_km: float

    def x(self, km: float) -> float:
        return self.x0 + km * self.scale

    def y(self, km: float) -> float:
        return self.y0 - km * self.scale


def draw(
    seen: EncounterPlane, w: Mapping[str, str], *, title: str = "", facts: str = "", width: int = 560, head: bool = False
) -> str:
    """The <svg>. `title` says who and when, `facts` by which covariance; `head` writes both above, for a picture of its own."""
    top = (HEAD if head else 0.0) + TOP
    frame = _frame(seen, width, top)
    legend = list(_legend(seen, w, frame, frame.bottom + AXIS))
    height = frame.bottom + AXIS + LEGEND * (1 + len(legend) // 2)
    said = html.escape(f"{w['plane']}: {title}" if title else w["plane"])
    return "".join(
        [
            f'<svg class="tl" viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{said}" xmlns="http://www.w3.org/2000/svg">',
            f"<title>{said}</title>",
            *(_head(title, facts) if head else ()),
            *_axes(seen, frame, w),
            *_ellipses(seen, frame),
            *_body(seen, frame, w),
            *_miss(seen, frame, w),
            *legend,
            "</svg>",
        ]
    )


def _frame(seen: EncounterPlane, width: float, top: float) -> _Frame:
    """What must be seen: the first object with its hard body, the second one, three sigma around it."""
    half = np.full(2, seen.radius_km)
    low, high = np.minimum(0.0, seen.miss_km) - half, np.maximum(0.0, seen.miss_km) + half
    if seen.known:
        reach = SIGMAS[0] * np.sqrt(np.diag(seen.covariance_km2))
        low, high = np.minimum(low, seen.miss_km - reach), np.maximum(high, seen.miss_km + reach)
    span = np.maximum(high - low, 1e-6) * 1.12
    wide = width - LEFT - RIGHT
    tall = wide * float(np.clip(span[1] / span[0], FLATTEST, TALLEST))
    scale = float(min(wide / span[0], tall / span[1]))
    middle = (low + high) / 2.0
    metres = wide / scale < METRES_BELOW_KM
    return _Frame(
        LEFT + wide / 2.0 - middle[0] * scale, top + tall / 2.0 + middle[1] * scale, scale, LEFT, top, LEFT + wide, top + tall,
        "m" if metres else "km", 1000.0 if metres else 1.0,
    )  # fmt: skip


def _head(title: str, facts: str) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="16" class="ink" font-size="15" style="font-size:15px;font-weight:700">{html.escape(title)}</text>'
    yield f'<text x="{LEFT}" y="32">{html.escape(facts)}</text>'


def _axes(seen: EncounterPlane, frame: _Frame, w: Mapping[str, str]) -> Iterator[str]:
    """Both axes with their ticks, in one unit, and what each direction is."""
    west, east = ((x - frame.x0) / frame.scale * frame.per_km for x in (frame.left, frame.right))
    south, north = ((frame.y0 - y) / frame.scale * frame.per_km for y in (frame.bottom, frame.top))
    ticks = levels(west, east, 6)
    step = ticks[1] - ticks[0]
    for value in (v for v in ticks if west <= v <= east):
        x = frame.x(value / frame.per_km)
        yield f'<path d="M{x:.1f} {frame.top:.1f}V{frame.bottom:.1f}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{frame.bottom + 15:.1f}" text-anchor="middle">{level_text(value, step)}</text>'
    for k in range(int(np.ceil(south / step)), int(np.floor(north / step)) + 1):
        y = frame.y(k * step / frame.per_km)
        yield f'<path d="M{frame.left:.1f} {y:.1f}H{frame.right:.1f}" class="grid"/>'
        yield f'<text x="{frame.left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{level_text(k * step, step)}</text>'
    across, up = (html.escape(w[key].format(unit=frame.unit)) for key in ("plane across", f"plane {seen.up}"))
    middle = (frame.top + frame.bottom) / 2.0
    yield f'<text x="{(frame.left + frame.right) / 2:.1f}" y="{frame.bottom + 32:.1f}" text-anchor="middle">{across}</text>'
    yield f'<text x="14" y="{middle:.1f}" transform="rotate(-90 14 {middle:.1f})" text-anchor="middle">{up}</text>'


def _ellipses(seen: EncounterPlane, frame: _Frame) -> Iterator[str]:
    """Around the second object, the widest first; one that is flatter than a line is still a line."""
    if not seen.known:
        return
    major, minor, angle = seen.ellipse
    x, y, turn = frame.x(seen.miss_km[0]), frame.y(seen.miss_km[1]), -np.degrees(angle)
    for k in SIGMAS:
        rx, ry = max(k * major * frame.scale, FLAT), max(k * minor * frame.scale, FLAT)
        dash = {1: "", 2: ' stroke-dasharray="7 3"', 3: ' stroke-dasharray="2 3"'}[k]
        yield (
            f'<ellipse cx="{x:.2f}" cy="{y:.2f}" rx="{rx:.2f}" ry="{ry:.2f}" transform="rotate({turn:.2f} {x:.2f} {y:.2f})" '
            f'class="ring"{dash}>{tip(f"{k} σ")}</ellipse>'
        )


def _body(seen: EncounterPlane, frame: _Frame, w: Mapping[str, str]) -> Iterator[str]:
    x, y, r = frame.x(0.0), frame.y(0.0), seen.radius_km * frame.scale
    said = tip(w["plane body"].format(radius=metres(seen.radius_km)))
    yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{max(r, 0.4):.2f}" class="body">{said}</circle>'
    if r < LEAST_CIRCLE:
        yield f'<path d="M{x - 7:.1f} {y:.1f}h14M{x:.1f} {y - 7:.1f}v14" class="cross">{said}</path>'


def _miss(seen: EncounterPlane, frame: _Frame, w: Mapping[str, str]) -> Iterator[str]:
    """From the first object to the second one."""
    x0, y0, x, y = frame.x(0.0), frame.y(0.0), frame.x(seen.miss_km[0]), frame.y(seen.miss_km[1])
    said = tip(miss_text(seen, w))
    yield f'<path d="M{x0:.2f} {y0:.2f}L{x:.2f} {y:.2f}" class="curve" stroke-width="1.8">{said}</path>'
    yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="3" class="dot">{said}</circle>'


def _legend(seen: EncounterPlane, w: Mapping[str, str], frame: _Frame, y: float) -> Iterator[str]:
    """Two strings a line: the sample and its words."""
    small = seen.radius_km * frame.scale < LEAST_CIRCLE
    body = w["plane body"].format(radius=metres(seen.radius_km)) + (w["plane body small"] if small else "")
    sample = "M{x:.1f} {y:.1f}h10m-5 -5v10" if small else "M{x:.1f} {y:.1f}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0"
    entries = [
        ("curve", "M{x:.1f} {y:.1f}h12", miss_text(seen, w)),
        ("cross" if small else "body", sample, body),
        ("ring", "M{x:.1f} {y:.1f}a6 4 0 1 0 12 0a6 4 0 1 0 -12 0", w["plane rings"])
        if seen.known
        else ("", "", w["plane no covariance"]),
    ]
    for k, (kind, path, text) in enumerate(entries):
        line = y + LEGEND * k
        yield f'<path d="{path.format(x=frame.left, y=line + 4)}" class="{kind}"/>' if kind else ""
        yield f'<text x="{frame.left + 20:.1f}" y="{line + 8:.1f}" class="ink">{html.escape(_fitting(text, frame))}</text>'


def _fitting(text: str, frame: _Frame) -> str:
    """As much of a text as has room: a page of its own says all of it beside the picture."""
    room = frame.right - frame.left - 20.0
    length = 0.0
    for k, sign in enumerate(text):
        length += LETTER if sign.isascii() else 11.5
        if length > room:
            return f"{text[: k - 1]}…"
    return text


def miss_text(seen: EncounterPlane, w: Mapping[str, str]) -> str:
    """The miss in the plane with one sigma along its own direction."""
    sigma = f" ± {metres(seen.sigma_km)}" if seen.known else ""
    return w["plane miss"].format(miss=f"{metres(seen.distance_km)}{sigma}")
