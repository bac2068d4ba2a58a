"""The line on the ground of one re-entry window as SVG: a plain map of degrees with the named regions, no coastlines.

Plate carree, one scale for both axes. The line runs from the window's start to its end; a dot is the best time.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hoshimori.detect.reentry_case import Case
from hoshimori.detect.reentry_track import Touch
from hoshimori.doors.svg_axis import tip
from hoshimori.doors.words import label, minute
from hoshimori.facts import Bools, Floats
from hoshimori.sky.ground_track import Track

LEFT, RIGHT, TOP, AXIS, LEGEND, HEAD = 40.0, 14.0, 8.0, 30.0, 17.0, 38.0
WIDTH = 900
MOST_POINTS = 4000
BREAK_DEG = 180.0
LETTER = 6.0


def draw(case: Case, w: Mapping[str, str], *, name: str = "", lang: str = "en", width: int = WIDTH, head: bool = False) -> str:
    """The <svg>. `head` writes who and when above it, for a picture of its own."""
    scale = (width - LEFT - RIGHT) / 360.0
    top = (HEAD if head else 0.0) + TOP
    legend = list(_legend(case, w, lang, top + 180.0 * scale + AXIS))
    height = top + 180.0 * scale + AXIS + LEGEND * (1 + len(legend))
    said = html.escape(f"{w['kind reentry']}: {case.norad_id} {name}".strip())
    return "".join(
        [
            f'<svg class="tl" viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{said}" xmlns="http://www.w3.org/2000/svg">',
            f"<title>{said}</title>",
            *(_head(case, w, name) if head else ()),
            *_graticule(scale, top),
            *(_region(t, k, scale, top, lang) for k, t in enumerate(case.touches, 1)),
            *(_track(case, case.track, scale, top) if case.track else ()),
            *legend,
            "</svg>",
        ]
    )


def window_text(case: Case, w: Mapping[str, str]) -> str:
    """From when to when, best when, at which level."""
    level = w["reentry level"].format(level=f"{case.prediction.level:.0%}") if case.prediction else w["reentry no level"]
    times = (minute(t) for t in (case.start_utc, case.stop_utc, case.best_utc))
    start, stop, best = times
    return w["reentry window text"].format(start=start, stop=stop, best=best, level=level)


def _head(case: Case, w: Mapping[str, str], name: str) -> Iterator[str]:
    title = f"{w['kind reentry']}: {case.norad_id} {name}".strip()
    yield f'<text x="{LEFT}" y="16" class="ink" font-size="15" style="font-size:15px;font-weight:700">{html.escape(title)}</text>'
    yield f'<text x="{LEFT}" y="32">{html.escape(window_text(case, w))}</text>'


def _graticule(scale: float, top: float) -> Iterator[str]:
    right, bottom = LEFT + 360.0 * scale, top + 180.0 * scale
    for lon in range(-180, 181, 30):
        x = LEFT + (lon + 180.0) * scale
        side = "" if lon in (0, 180, -180) else "E" if lon > 0 else "W"
        yield f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 14:.1f}" text-anchor="middle">{abs(lon)}{side}</text>'
    for lat in range(-90, 91, 30):
        y = top + (90.0 - lat) * scale
        side = "" if lat == 0 else "N" if lat > 0 else "S"
        yield f'<path d="M{LEFT:.1f} {y:.1f}H{right:.1f}" class="grid"/>'
        yield f'<text x="{LEFT - 5:.1f}" y="{y + 4:.1f}" text-anchor="end">{abs(lat)}{side}</text>'


def _region(touch: Touch, number: int, scale: float, top: float, lang: str) -> str:
    """The area, drawn again a turn further where it leaves the map, and its number in the legend."""
    corners = np.array(touch.region.corners)
    title = tip(_called(touch, lang))
    out = []
    for turn in (-360.0, 0.0, 360.0):
        x = np.clip(corners[:, 0] + turn, -180.0, 180.0)
        if x.max() - x.min() < 1e-9:
            continue
        points = " ".join(
            f"{LEFT + (a + 180.0) * scale:.1f},{top + (90.0 - b) * scale:.1f}" for a, b in zip(x, corners[:, 1], strict=True)
        )
        kind = "body" if touch.region.kind == "inhabited" else "ring"
        at = LEFT + (x.min() + 180.0) * scale, top + (90.0 - corners[:, 1].max()) * scale - 3.0
        out.append(f'<polygon points="{points}" class="{kind}">{title}</polygon>')
        out.append(f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" class="ink">{number}</text>')
    return "".join(out)


def _track(case: Case, track: Track, scale: float, top: float) -> Iterator[str]:
    keep = np.unique(np.linspace(0, len(track.t_utc) - 1, min(len(track.t_utc), MOST_POINTS)).astype(int))
    lon, lat = track.lon_deg_e[keep], track.lat_deg[keep]
    x, y = LEFT + (lon + 180.0) * scale, top + (90.0 - lat) * scale
    thin = "0.7" if len(keep) >= 1500 else "1.4"
    yield f'<path d="{_steps(x, y, np.abs(np.diff(lon, prepend=lon[:1])) > BREAK_DEG)}" class="curve" stroke-width="{thin}"/>'
    k = int(np.argmin(np.abs(track.t_utc - case.best_utc)))
    bx, by = LEFT + (track.lon_deg_e[k] + 180.0) * scale, top + (90.0 - track.lat_deg[k]) * scale
    yield f'<circle cx="{bx:.1f}" cy="{by:.1f}" r="4.5" class="unusual">{tip(minute(case.best_utc))}</circle>'


def _steps(x: Floats, y: Floats, lifted: Bools) -> str:
    """One path, the pen lifted where the line leaves the map on one side and comes in on the other."""
    known = np.isfinite(x) & np.isfinite(y)
    down, out = False, []
    for k in range(len(x)):
        if not known[k]:
            down = False
            continue
        out.append(f"{'L' if down and not lifted[k] else 'M'}{x[k]:.1f} {y[k]:.1f}")
        down = True
    return "".join(out)


def _legend(case: Case, w: Mapping[str, str], lang: str, y: float) -> Iterator[str]:
    line = w["reentry line"] if case.track else w["reentry no line"]
    yield f'<text x="{LEFT}" y="{y + 8:.1f}" class="ink">{html.escape(line)}</text>'
    said = f"{w['reentry class']}: {label(case.label, w)}"
    yield f'<text x="{LEFT}" y="{y + LEGEND + 8:.1f}" class="ink">{html.escape(said)}</text>'
    for k, touch in enumerate(case.touches, 1):
        at = y + LEGEND * (k + 1) + 8
        yield f'<text x="{LEFT}" y="{at:.1f}">{k}  {html.escape(region_text(touch, w, lang))}</text>'


def region_text(touch: Touch, w: Mapping[str, str], lang: str) -> str:
    """A region with the share of the window over it."""
    if not touch.passes:
        return w["reentry region clear"].format(region=_called(touch, lang))
    return w["reentry region"].format(region=_called(touch, lang), share=share(touch.share), passes=touch.passes)


def share(value: float) -> str:
    return f"{100.0 * value:.2g} %"


def _called(touch: Touch, lang: str) -> str:
    return touch.region.name_ja if lang == "ja" else touch.region.name


def shares(touches: Sequence[Touch], lang: str) -> str:
    """Every region that the line touches, in one cell."""
    return "\n".join(f"{_called(t, lang)}: {share(t.share)}" for t in touches if t.passes)
