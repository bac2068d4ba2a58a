"""From single minima and spells to what hangs together: a series is a neighbour that keeps coming back, or does not leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hoshimori.detect.pairs import Pair
from hoshimori.sky import screening

SERIES_GAP = 1.25
"""Minima and spells no more than this many revolutions apart belong to one series."""
STAY_TURNS = 0.9
"""What hangs together for this many revolutions is a stay."""


class Series(NamedTuple):
    """Minima and spells of one pair that belong together, from the first to the last of them (µs since 1970)."""

    start_us: int
    stop_us: int
    minima: screening.Minima
    spells: screening.Spells

    @property
    def nearest_km(self) -> float:
        return float(min([*self.minima.miss_km, *self.spells.nearest_km]))

    @property
    def nearest_us(self) -> int:
        """When it was nearest: at a minimum if there is one, else at the grid time that came nearest."""
        minima, spells = self.minima, self.spells
        if len(minima.miss_km):
            return int(minima.moment_us[np.argmin(minima.miss_km)])
        return int(spells.nearest_us[np.argmin(spells.nearest_km)])


def series(pair: Pair) -> Iterator[Series]:
    """The series of a pair, in order of time."""
    minima, spells = pair.minima, pair.spells
    gap_us = SERIES_GAP * pair.body.period_s * 1e6
    start = np.concatenate([minima.moment_us, spells.start_us])
    stop = np.concatenate([minima.moment_us, spells.stop_us])
    order = np.argsort(start, kind="stable")
    reached = np.maximum.accumulate(stop[order])
    edges = np.flatnonzero(start[order][1:] - reached[:-1] > gap_us) + 1
    for part in np.split(order, edges):
        if len(part):
            first, last = int(start[part].min()), int(stop[part].max())
            is_minimum = part < len(minima.t_us)
            of_spells = part[~is_minimum] - len(minima.t_us)
            yield Series(first, last, minima.take(part[is_minimum]), spells.take(of_spells))
