"""How regularly an object is published: the gaps between its becoming known, and how likely a gap is to last so long.

A gap runs between two moments at which something new became known of the object, so that nights, weekends and slow refreshes of
the provider belong to the rhythm. A set issued again is not news. The chance of a long gap comes from the object's own gaps and,
beyond what these can show, from the tail of its class (see `silence_rates`). Docs: docs/silence.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hoshimori.facts import ElementSets, Floats, Ints, Times

ONE_FIT = np.timedelta64(60, "s")
"""Sets of one object with epochs nearer than this are one fit issued again: one in ten comes back with an epoch 0.9 ms off."""
ONE_MOMENT = np.timedelta64(1, "h")
"""What becomes known within an hour is one publication."""
RECORD = 400
"""Gaps that a rhythm is learnt from: the newest. Publication changed over the decades."""
LEAST_GAPS = 5
"""With fewer gaps than these the rhythm is not known."""
OFTEN_DAYS = 0.6
"""A mean gap below this is a rhythm of several publications a day, which has a tail of its own."""
DAY_US = 86_400_000_000


class Moments(NamedTuple):
    """When something new became known, row for row: sorted by object, then time."""

    norad_id: Ints
    known_utc: Times

    def of(self, norad_id: int) -> Times:
        first, last = np.searchsorted(self.norad_id, [norad_id, norad_id + 1])
        return self.known_utc[first:last]


def moments(sets: ElementSets) -> Moments:
    """Of the sets of many objects, in any order: one moment for each publication of something new."""
    if not len(sets):
        return Moments(np.zeros(0, np.int64), np.zeros(0, "datetime64[us]"))
    order = np.lexsort((sets.epoch_utc, sets.norad_id))
    norad, epoch, known = sets.norad_id[order], sets.epoch_utc[order], sets.known_utc[order]
    fit = _starts(norad, epoch, ONE_FIT)
    first = np.minimum.reduceat(known, fit)
    norad = norad[fit]
    order = np.lexsort((first, norad))
    norad, first = norad[order], first[order]
    told = _starts(norad, first, ONE_MOMENT)
    return Moments(norad[told], first[told].astype("datetime64[us]"))


def _starts(norad: Ints, t_utc: Times, apart: np.timedelta64) -> Ints:
    """Rows at which another object begins, or that lie `apart` and more from the row before."""
    new = (norad[1:] != norad[:-1]) | (np.diff(t_utc) >= apart)
    return np.flatnonzero(np.append(True, new))


@dataclass(frozen=True)
class Tail:
    """How long gaps of a class last, in mean gaps of the object: P(gap >= ratio) at knots, and a Pareto tail beyond the last.

    objects, gaps: what it was learnt from. Reference for the tail index: Hill, Annals of Statistics 3, 1163, 1975.
    """

    ratio: tuple[float, ...]
    survival: tuple[float, ...]
    index: float
    objects: int
    gaps: int

    def beyond(self, ratio: Floats) -> Floats:
        """(n,) P(gap >= ratio times the mean): log-linear between the knots."""
        x = np.log(np.maximum(np.asarray(ratio, np.float64), 1e-6))
        knots, heights = np.log(self.ratio), np.log(self.survival)
        inside = np.interp(x, knots, heights)
        return np.exp(np.where(x > knots[-1], heights[-1] - self.index * (x - knots[-1]), inside))


@dataclass(frozen=True)
class Rhythm:
    """The usual of one object. gaps_days: rising; mean_days, usual_days (median) and longest_days of them.

    weight: how many gaps the tail of the class counts for beside the object's own.
    """

    gaps_days: Floats
    tail: Tail
    weight: float

    @property
    def count(self) -> int:
        return len(self.gaps_days)

    @property
    def mean_days(self) -> float:
        return float(self.gaps_days.mean())

    @property
    def usual_days(self) -> float:
        return float(np.median(self.gaps_days))

    @property
    def longest_days(self) -> float:
        return float(self.gaps_days[-1])

    def survival(self, days: float) -> float:
        """P(gap >= days), if the object is tracked and published as before.

        The class counts as `weight` gaps, the object's own gaps as one each: the mean of a Dirichlet process (Ferguson, Annals of
        Statistics 1, 209, 1973). It never says less than the class does for one gap among all that were seen.
        """
        if days <= 0.0:
            return 1.0
        own = self.count - int(np.searchsorted(self.gaps_days, days, side="left"))
        class_says = float(self.tail.beyond(np.array([days / self.mean_days]))[0])
        return min(1.0, (self.weight * class_says + own) / (self.weight + self.count))

    def reached(self, chance: float) -> float:
        """Days that a gap exceeds with this chance."""
        low, high = 0.0, 4.0 * max(self.longest_days, self.mean_days)
        while self.survival(high) > chance:
            high *= 2.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.survival(middle) > chance else (low, middle)
        return high


def gaps_days(known_utc: Times) -> Floats:
    """(n - 1,) days between moments."""
    return np.asarray(np.diff(known_utc.astype("datetime64[us]").astype(np.int64)) / DAY_US)
