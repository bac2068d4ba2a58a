"""Burns in a drawing: marks by their size on a logarithmic axis, and lines through everything below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hoshimori.detect.burns import Burn
from hoshimori.doors.marks import mark
from hoshimori.doors.measured import main_part, span, speed
from hoshimori.doors.palette import burn_class
from hoshimori.doors.svg_axis import LEFT, LETTER, TimeAxis, caption, level, tip
from hoshimori.doors.words import burn_label, minute

BURNS = 62.0
"""Height of the lane."""


def burns_lane(burns: Sequence[Burn], axis: TimeAxis, top: float, w: Mapping[str, str]) -> Iterator[str]:
    """Each burn by its size on a logarithmic axis, with its sigma in time as a bar and as much text as has room."""
    sizes = np.array([b.size_m_s for b in burns])
    known = sizes[sizes > 0.0]
    low = np.floor(np.log10(known.min())) if len(known) else -3.0
    high = max(np.ceil(np.log10(known.max())), low + 1.0) if len(known) else 0.0
    yield caption(w["burns_axis"], top)
    for k in range(int(low), int(high) + 1, -(-int(high - low) // 3)):
        yield level(axis, top + BURNS * (1.0 - (k - low) / (high - low)), f"{10.0**k:g}")
    taken = [(x - 5.0, x + 5.0) for x in (float(axis.x(b.t_utc)) for b in burns)]
    for burn in sorted(burns, key=lambda b: -b.probability * max(b.size_m_s, 1e-6)):
        size = np.clip(np.log10(max(burn.size_m_s, 10.0**low)), low, high)
        y = float(top + BURNS * (1.0 - (size - low) / (high - low)))
        yield _burn(burn, axis, y, top + BURNS, w)
        yield _beside(burn, axis, y, taken)


def _burn(burn: Burn, axis: TimeAxis, y: float, bottom: float, w: Mapping[str, str]) -> str:
    x, sigma = float(axis.x(burn.t_utc)), np.timedelta64(int(min(burn.sigma_s, 1e9) * 1e6), "us")
    x0, x1 = axis.inside(burn.t_utc - sigma), axis.inside(burn.t_utc + sigma)
    bar = f'<path d="M{x0:.1f} {y - 3:.1f}v6m0 -3H{x1:.1f}m0 -3v6" stroke="currentColor" fill="none"/>' if x1 - x0 > 3.0 else ""
    stem = f'<path d="M{x:.1f} {bottom:.1f}V{y:.1f}" stroke="currentColor" stroke-opacity="0.45"/>'
    shape = mark(burn.label, x, y, filled=burn.probability)
    return f'<g class="{burn_class(burn.label)}">{tip(burn_title(burn, w))}{stem}{bar}{shape}</g>'


def burn_title(burn: Burn, w: Mapping[str, str]) -> str:
    """A burn in one line: when, how large, what kind, how probable."""
    part, value, sigma = main_part(burn)
    size = f", {part} {speed(value, sigma)}" if part else ""
    return f"{minute(burn.t_utc)}Z ± {span(burn.sigma_s, w)}{size}, {burn_label(burn.label, w)}, p {burn.probability:.2f}"


def _beside(burn: Burn, axis: TimeAxis, y: float, taken: list[tuple[float, float]]) -> str:
    """Its size in words, right or left of its mark, where they have room. `taken`: the spans that are not free, added to."""
    part, value, _ = main_part(burn)
    text = f"{part} {speed(value)}" if part else ""
    at, length = float(axis.x(burn.t_utc)), LETTER * len(text)
    for x in (at + 7.0, at - 7.0 - length):
        if text and x >= LEFT and x + length <= axis.right and not any(x < b and a < x + length for a, b in taken):
            taken.append((x - 2.0, x + length + 4.0))
            return f'<text x="{x:.1f}" y="{y + 4:.1f}" class="ink">{text}</text>'
    return ""


def through(burn: Burn, axis: TimeAxis, top: float, bottom: float) -> str:
    """The burn through all panels: a line, or a band where the thrust lasts."""
    x, x0, x1 = float(axis.x(burn.t_utc)), axis.inside(burn.start_utc), axis.inside(burn.stop_utc)
    faint = 0.15 + 0.45 * burn.probability
    band = f'<path d="M{x0:.1f} {top:.1f}H{x1:.1f}V{bottom:.1f}H{x0:.1f}Z" fill="currentColor" fill-opacity="0.1"/>'
    line = f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="currentColor" stroke-opacity="{faint:.2f}"/>'
    return f'<g class="{burn_class(burn.label)}">{band if x1 - x0 > 1.5 else ""}{line}</g>'
