"""The time axis that every part of a timeline is drawn along, and the few lines of SVG that all parts share."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np

from hoshimori.facts import Floats, Times

LEFT, RIGHT = 64.0, 16.0
LETTER = 5.9
"""Width of a letter, for what has room beside what."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
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


def tip(text: str) -> str:
    return f"<title>{html.escape(text)}</title>"


def caption(text: str, top: float) -> str:
    return f'<text x="{LEFT}" y="{top - 5:.1f}" class="ink">{html.escape(text)}</text>'


def level(axis: TimeAxis, y: float, text: str) -> str:
    return (
        f'<path d="M{LEFT} {y:.1f}H{axis.right:.1f}" class="grid"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    )
