"""How the pieces of a break-up were thrown, and how light they are, as small histograms in one SVG.

Δv up, ahead, aside and in size; area to mass. What lies beyond the ends of an axis and what is not known is counted above it.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hoshimori.doors.axes import level_text, levels
from hoshimori.doors.svg_axis import tip
from hoshimori.facts import Floats

WIDTH = 460
COLUMNS = 2
GAP, TITLE, FIELD, AXIS = 26.0, 36.0, 74.0, 30.0
SIDE = 6.0
BARS = 24
INNER = 0.98
"""Share of the values that an axis holds."""
MOST_LABELS = 5
POWERS = {1: "10", 0: "1", -1: "0.1", -2: "0.01", -3: "0.001", 2: "100", 3: "1000"}


@dataclass(frozen=True)
class Thrown:
    """dv_rtn_m_s: (n, 3) up, ahead and to the side of the parent at the event; area_mass_m2_kg: (n,). NaN where not known."""

    dv_rtn_m_s: Floats
    area_mass_m2_kg: Floats


class _Panel(NamedTuple):
    """One histogram: values (k,) finite, in the unit of the axis (log10 where `log`), and how many are not known."""

    name: str
    values: Floats
    unknown: int
    log: bool
    centred: bool


def draw(thrown: Thrown, w: Mapping[str, str], *, title: str = "", width: int = WIDTH) -> str:
    """The <svg>; "" where nothing is known of any piece."""
    panels = [p for p in _panels(thrown) if len(p.values)]
    if not panels:
        return ""
    wide = (width - 2 * SIDE - GAP * (COLUMNS - 1)) / COLUMNS
    tall = TITLE + FIELD + AXIS
    height = tall * -(-len(panels) // COLUMNS) + 4.0
    said = html.escape(f"{w['thrown']}: {title}" if title else w["thrown"])
    parts = [
        f'<svg class="tl" viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{said}" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{said}</title>",
    ]
    for k, panel in enumerate(panels):
        parts += _panel(panel, SIDE + (wide + GAP) * (k % COLUMNS), tall * (k // COLUMNS), wide, w)
    return "".join([*parts, "</svg>"])


def in_rows(thrown: Thrown, w: Mapping[str, str]) -> dict[str, Any]:
    """The same in numbers: how many pieces, and below which values 5, 50 and 95 of 100 lie."""
    rows = []
    for p in _panels(thrown):
        if not len(p.values):
            continue
        values = 10.0**p.values if p.log else p.values
        cells = [f"{v:.3g}" for v in np.quantile(values, (0.05, 0.5, 0.95))]
        rows.append((w[f"thrown {p.name}"], [str(len(values)), *cells]))
    names = [w[f"thrown {x}"] for x in ("quantity", "counted", "low", "median", "high")]
    return {"names": names, "rows": rows}


def _panels(thrown: Thrown) -> list[_Panel]:
    dv, am = np.asarray(thrown.dv_rtn_m_s, np.float64).reshape(-1, 3), np.asarray(thrown.area_mass_m2_kg, np.float64)
    out = [_of(name, dv[:, k], False, True) for k, name in enumerate("RTN")]
    out.append(_of("size", np.sqrt((dv**2).sum(axis=1)), True, False))
    return [*out, _of("am", am, True, False)]


def _of(name: str, values: Floats, log: bool, centred: bool) -> _Panel:
    usable = np.isfinite(values) & ((values > 0.0) | (not log))
    known = values[usable]
    return _Panel(name, np.log10(known) if log else known, int((~usable).sum()), log, centred)


def _panel(p: _Panel, x: float, y: float, wide: float, w: Mapping[str, str]) -> Iterator[str]:
    ticks, low, high = _axis(p)
    counts, edges = np.histogram(p.values, np.linspace(low, high, BARS + 1))
    base, most = y + TITLE + FIELD, max(int(counts.max()), 1)
    scale = wide / (high - low)
    yield f'<text x="{x:.1f}" y="{y + 13:.1f}" class="ink">{html.escape(w[f"thrown {p.name}"])}</text>'
    yield f'<text x="{x:.1f}" y="{y + 28:.1f}">{_notes(p, int(counts.sum()), w)}</text>'
    for value, said in ticks:
        at = x + (value - low) * scale
        anchor = "start" if at < x + 8.0 else "end" if at > x + wide - 8.0 else "middle"
        yield f'<path d="M{at:.1f} {y + TITLE:.1f}V{base:.1f}" class="grid"/>'
        yield f'<text x="{at:.1f}" y="{base + 14:.1f}" text-anchor="{anchor}">{said}</text>' if said else ""
    for k in np.flatnonzero(counts).tolist():
        left, right = x + (edges[k] - low) * scale, x + (edges[k + 1] - low) * scale
        tall = FIELD * counts[k] / most
        span = [10.0**v if p.log else v for v in edges[k : k + 2].tolist()]
        yield (
            f'<path d="M{left + 0.4:.1f} {base:.1f}V{base - tall:.1f}H{right - 0.4:.1f}V{base:.1f}z" class="dot">'
            f"{tip(f'{span[0]:.3g} – {span[1]:.3g}: {counts[k]}')}</path>"
        )
    yield f'<path d="M{x:.1f} {base:.1f}h{wide:.1f}" class="grid"/>'


def _axis(p: _Panel) -> tuple[list[tuple[float, str]], float, float]:
    """Ticks with their texts, and where the axis begins and ends."""
    outer = 0.5 * (1.0 - INNER)
    if p.log:
        low, high = (float(v) for v in np.quantile(p.values, (outer, 1.0 - outer)))
        first, last = int(np.floor(low)), max(int(np.ceil(high)), int(np.floor(low)) + 1)
        return [(float(k), POWERS.get(k, f"1e{k}")) for k in range(first, last + 1)], float(first), float(last)
    reach = max(float(np.quantile(np.abs(p.values), INNER)), 1e-3)
    ticks = levels(-reach, reach, 4)
    step = ticks[1] - ticks[0]
    every = 2 if len(ticks) > MOST_LABELS else 1
    said = [(v, level_text(v, step) if round(v / step) % every == 0 else "") for v in ticks]
    return said, ticks[0], ticks[-1]


def _notes(p: _Panel, drawn: int, w: Mapping[str, str]) -> str:
    """How many, and how many of them cannot be seen."""
    said = [w["thrown known"].format(count=len(p.values))]
    if drawn < len(p.values):
        said.append(w["thrown beyond"].format(count=len(p.values) - drawn))
    if p.unknown:
        said.append(w["thrown none"].format(count=p.unknown))
    return html.escape(" · ".join(said))
