"""The week at a glance: one line a satellite, with its element sets, who stayed near, who passed, and what it did."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from hoshimori.doors.axes import moments
from hoshimori.doors.palette import FONTS, LIGHT
from hoshimori.doors.svg_axis import LETTER, tip
from hoshimori.doors.weekly_front import STATES, name_of, tone
from hoshimori.doors.weekly_reading import Reading
from hoshimori.findings import Event

WIDTH, NAME, RIGHT, TOP, ROW = 1060.0, 220.0, 12.0, 24.0, 24.0
LEGEND = 22.0
LONGEST = 34
GAP = np.timedelta64(36, "h")
"""Without a set for longer than this, an asset's line is grey there."""
MARKS = ("set", "gap", "usual", "unusual", "approach", "burn")


def draw(r: Reading) -> str:
    """The drawing, in classes of a timeline (`palette.style`). All that is in it stands in tables as well."""
    axis = _Axis.of(r.tree)
    assets = sorted(r.tree["assets"], key=lambda a: STATES.index(a["after"]["state"]))
    bottom = TOP + ROW * len(assets)
    title = html.escape(r.w["week strip"])
    rows = [x for k, a in enumerate(assets) for x in _row(a, axis, TOP + ROW * k, r)]
    legend, height = _legend(bottom + 18.0, r)
    return "".join(
        [
            f'<svg class="tl strip" viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{title}" '
            f'xmlns="http://www.w3.org/2000/svg"><title>{title}</title>',
            *_ground(axis, bottom, r),
            *rows,
            *legend,
            "</svg>",
        ]
    )


def alone(svg: str, fonts: str = FONTS) -> str:
    """The drawing with its own light rules, for paper."""
    head, _, rest = svg.partition(">")
    rules = {
        "text": f"font:11px {fonts};fill:{LIGHT['soft']}", ".ink": f"fill:{LIGHT['ink']}",
        ".grid": f"stroke:{LIGHT['line']};stroke-width:1",
        ".gap": f"fill:{LIGHT['gap']}", ".ahead": f"fill:{LIGHT['ahead']}", ".dot": f"fill:{LIGHT['curve']}",
        ".usual": f"fill:{LIGHT['usual']}", ".unusual": f"fill:{LIGHT['unusual']}", ".ring": f"fill:{LIGHT['ring']}",
        ".unseen": f"fill:{LIGHT['soft']}",
    }  # fmt: skip
    return f"{head}><style>{''.join(f'{k}{{{v}}}' for k, v in rules.items())}</style>{rest}"


class _Axis:
    """From a moment to a place along the drawing; what lies outside is put on its edge."""

    def __init__(self, start: np.datetime64, known: np.datetime64, stop: np.datetime64) -> None:
        self.start, self.known, self.stop = start, known, stop

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> _Axis:
        return cls(*(_time(tree[k]) for k in ("start", "as_of", "stop")))

    def x(self, t: np.datetime64) -> float:
        share = float((t - self.start) / (self.stop - self.start))
        return NAME + (WIDTH - RIGHT - NAME) * min(max(share, 0.0), 1.0)

    def holds(self, t: np.datetime64) -> bool:
        return bool(self.start <= t <= self.stop)


def _time(text: str) -> np.datetime64:
    return np.datetime64(str(text).rstrip("Z"), "us")


def _ground(axis: _Axis, bottom: float, r: Reading) -> Iterator[str]:
    x = axis.x(axis.known)
    yield f'<rect x="{x:.1f}" y="{TOP:g}" width="{WIDTH - RIGHT - x:.1f}" height="{bottom - TOP:.1f}" class="ahead"/>'
    yield f'<text x="{WIDTH - RIGHT:.1f}" y="{TOP - 8:.1f}" text-anchor="end">{html.escape(r.w["predicted"])}</text>'
    for t, text in moments(axis.start, axis.stop, 11):
        at = axis.x(t)
        yield f'<path d="M{at:.1f} {TOP:g}V{bottom:.1f}" class="grid"/>'
        yield f'<text x="{at:.1f}" y="{bottom + 14:.1f}" text-anchor="middle">{text}</text>'


def _row(asset: Mapping[str, Any], axis: _Axis, top: float, r: Reading) -> Iterator[str]:
    name, state = name_of(asset, r.lang), asset["after"]["state"]
    kind = {"attention": "unusual", "stale": "unusual", "quiet": "ink"}.get(state, tone(state))
    yield f'<path d="M0 {top + ROW:.1f}H{WIDTH:g}" class="grid"/>'
    yield f'<text x="0" y="{top + 16:.1f}" class="{kind}">{html.escape(_short(name))}</text>'
    if state == "not observable":
        yield f'<text x="{NAME:g}" y="{top + 16:.1f}">{html.escape(r.w["not observable"])}</text>'
        return
    yield from _sets(asset, axis, top, r)
    subject = str(asset["norad_id"]) if asset["norad_id"] is not None else asset["asset"]
    events = [Event.from_json(f["event"]) for f in r.tree["findings"] if f["event"]["subject"] == subject]
    yield from _stays([e for e in events if e.kind == "stay"], axis, top, r)
    for e in (x for x in events if x.kind in ("approach", "conjunction") and axis.holds(x.start_utc)):
        at, y = axis.x(e.start_utc), top + 8.0
        kind = "usual" if e.normal else "unusual"
        shape = f'<path d="M{at:.1f} {y - 5:.1f}l4.5 5l-4.5 5l-4.5 -5Z" class="{kind}">'
        yield f"{shape}{tip(_said(e, r))}</path>"
    for b in (x for x in r.tree["burns"] if x["norad_id"] == asset["norad_id"] and axis.holds(_time(x["t_utc"]))):
        at = axis.x(_time(b["t_utc"]))
        yield f'<path d="M{at:.1f} {top + 2:.1f}l5 9h-10Z" class="ring">{tip(r.w["week burns short"])}</path>'


def _sets(asset: Mapping[str, Any], axis: _Axis, top: float, r: Reading) -> Iterator[str]:
    """A tick for each element set, and a grey field where there was none for long."""
    times = [_time(t) for t in asset["epochs"]]
    steps = [axis.start, *times, axis.known]
    for a, b in pairwise(steps):
        if b - a > GAP:
            hours = r.w["week hours"].format(hours=float((b - a) / np.timedelta64(1, "h")))
            said = tip(f"{r.w['week mark gap']}: {hours}")
            yield (
                f'<rect x="{axis.x(a):.1f}" y="{top + 3:.1f}" width="{axis.x(b) - axis.x(a):.1f}" height="{ROW - 6:.1f}" '
                f'class="gap">{said}</rect>'
            )
    ticks = "".join(f"M{axis.x(t) - 0.6:.1f} {top + 19:.1f}h1.2v4h-1.2Z" for t in times)
    yield f'<path d="{ticks}" class="dot"/>' if ticks else ""


def _stays(stays: Sequence[Event], axis: _Axis, top: float, r: Reading) -> Iterator[str]:
    """The unusual above, the known neighbours in one thin line below."""
    for e in sorted(stays, key=lambda e: not e.normal):
        x0, x1 = axis.x(e.start_utc), axis.x(e.stop_utc)
        y, height = (top + 14.0, 3.0) if e.normal else (top + 4.0, 8.0)
        kind = "usual" if e.normal else "unusual"
        yield (
            f'<rect x="{x0:.1f}" y="{y:.1f}" width="{max(x1 - x0, 2.0):.1f}" height="{height:g}" rx="1.5" class="{kind}" '
            f'fill-opacity="{0.55 if e.normal else 0.8}">{tip(_said(e, r))}</rect>'
        )


def _said(e: Event, r: Reading) -> str:
    return " · ".join(x for x in (r.kind(e.kind), r.called(e.others[0]) if e.others else "", r.nearest(e), r.span(e)) if x)


def _legend(y: float, r: Reading) -> tuple[list[str], float]:
    """What each mark means, wrapped to the width; and the height of it all."""
    out, x = [], 0.0
    for kind in MARKS:
        text = r.w[f"week mark {kind}"]
        length = 30.0 + sum(LETTER if c.isascii() else 11.5 for c in text)
        if x and x + length > WIDTH:
            x, y = 0.0, y + LEGEND
        out += [_mark(kind, x, y + 6.0), f'<text x="{x + 18:.1f}" y="{y + 15:.1f}">{html.escape(text)}</text>']
        x += length
    return out, y + LEGEND


def _mark(kind: str, x: float, y: float) -> str:
    shapes = {
        "set": f'<path d="M{x + 5:.1f} {y + 3:.1f}h1.4v6h-1.4Z" class="dot"/>',
        "gap": f'<rect x="{x:.1f}" y="{y:.1f}" width="13" height="11" class="gap"/>',
        "usual": f'<rect x="{x:.1f}" y="{y + 4:.1f}" width="13" height="3" class="usual" fill-opacity="0.55"/>',
        "unusual": f'<rect x="{x:.1f}" y="{y + 1:.1f}" width="13" height="8" rx="1.5" class="unusual" fill-opacity="0.8"/>',
        "approach": f'<path d="M{x + 6:.1f} {y:.1f}l4.5 5l-4.5 5l-4.5 -5Z" class="unusual"/>',
        "burn": f'<path d="M{x + 6:.1f} {y:.1f}l5 9h-10Z" class="ring"/>',
    }
    return shapes[kind]


def _short(name: str) -> str:
    """A name that fits its place; a Japanese character takes two."""
    room = LONGEST
    for k, c in enumerate(name):
        room -= 1 if c.isascii() else 2
        if room < 0:
            return f"{name[:k]}…"
    return name
