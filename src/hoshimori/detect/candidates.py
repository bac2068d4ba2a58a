"""Gaps in which an orbit may have changed, along the track or in its plane, with what speaks for and against each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hoshimori.detect.histories import Histories
from hoshimori.facts import Floats, Ints
from hoshimori.sky import trend

PLANE_SETS, PLANE_WINDOW = 4, 91
RATE_SETS = 3
THRESHOLD = 20.0
"""Twice the log likelihood ratio below which nothing is a candidate: 4.5 sigma."""
DIGIT_RAD = np.radians(1e-4)
"""The last digit of an angle in an element set."""
NEAR_EARTH_REV_DAY = 6.4
ALONG_PRIOR = {True: np.log([0.03, 1e-4, 1e-3]), False: np.log([0.8, 1e-3, 5e-2])}
PLANE_PRIOR = {True: np.log([0.02, 1e-6, 1e-6]), False: np.log([0.5, 1e-4, 1e-4])}
"""Usual noise near Earth and deep [km, km2/d3, km2/d5]: where the search begins. Records differ by orders of magnitude and say
so themselves."""


@dataclass(frozen=True)
class Candidates:
    """(m,) rows: the set before the gap, in the rows of `histories`. along, tilt, node: the three series judged at that gap.

    stretch_sigma: (stretches,) km, median noise of a set along the track.
    """

    histories: Histories
    row: Ints
    along: trend.Jumps
    tilt: trend.Jumps
    node: trend.Jumps
    stretch_sigma: Floats

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: np.ndarray) -> Candidates:
        return Candidates(
            self.histories,
            self.row[which],
            self.along.take(which),
            self.tilt.take(which),
            self.node.take(which),
            self.stretch_sigma,
        )

    @cached_property
    def usual_sigma(self) -> Floats:
        """(m,) the median noise of an observation over the candidates' own stretch."""
        return np.asarray(self.stretch_sigma[self.histories.stretch[self.row]])

    @cached_property
    def rate_off(self) -> Floats:
        """(m,) by how much the change that the mean motions show differs from that of the phases, as a share of it, up to 2."""
        h, ratio = self.histories, np.ones(len(self))
        for i, k in enumerate(self.row.tolist()):
            a, b = h.first[h.stretch[k]], h.first[h.stretch[k] + 1]
            before = h.rate_km_day[max(a, k + 1 - RATE_SETS) : k + 1]
            after = h.rate_km_day[k + 1 : min(b, k + 2 + RATE_SETS)][-RATE_SETS:]
            if self.along.size[i] != 0.0:
                ratio[i] = (np.median(after) - np.median(before)) / self.along.size[i]
        return np.clip(np.abs(ratio - 1.0), 0.0, 2.0)

    @property
    def plane_statistic(self) -> Floats:
        return np.asarray(self.tilt.statistic + self.node.statistic)

    @cached_property
    def plane(self) -> tuple[Floats, Floats, Floats]:
        """Change of tilt and node over four sets on either side, km, and its size over the record's own scatter of the same."""
        h, out = self.histories, []
        for y, unsure in ((h.tilt_km, 0.0), (h.node_km, node_unsure(h, self.row, self.row + PLANE_SETS))):
            shift, scatter = trend.level_shifts(y, h.first, sets=PLANE_SETS, window=PLANE_WINDOW)
            out.append((shift[self.row], np.hypot(np.maximum(scatter, DIGIT_RAD * h.sma_km)[self.row], unsure)))
        (tilt, tilt_sigma), (node, node_sigma) = out
        return tilt, node, np.asarray(np.nan_to_num(np.hypot(tilt / tilt_sigma, node / node_sigma)))


def node_unsure(h: Histories, row: Ints, last: Ints) -> Floats:
    """(m,) km: what changes of height within the sets compared about a gap, up to the set `last`, leave open of the node."""
    total = np.concatenate(([0.0], np.cumsum(h.node_unsure_km**2)))
    return np.asarray(np.sqrt(total[np.minimum(last, len(total) - 1)] - total[np.maximum(row - PLANE_SETS + 1, 0)]))


def along_series(h: Histories) -> trend.Series:
    near = _near_earth(h)
    prior = np.array([ALONG_PRIOR[bool(x)] for x in near]).reshape(-1, 3)
    floor = DIGIT_RAD / 2.0 * h.sma_km[h.first[:-1]]  # three rounded angles: sqrt(3 / 12) of a digit
    return trend.Series(h.day, h.along_km, h.first, trend.Sort.KICK, floor, prior, h.rate_km_day, h.rate_sigma_km_day)


def plane_series(h: Histories, y: Floats) -> trend.Series:
    near = _near_earth(h)
    prior = np.array([PLANE_PRIOR[bool(x)] for x in near]).reshape(-1, 3)
    floor = DIGIT_RAD / np.sqrt(12.0) * h.sma_km[h.first[:-1]]
    none = np.zeros(len(y))
    return trend.Series(h.day, y, h.first, trend.Sort.STEP, floor, prior, none, np.full(len(y), np.inf))


def _near_earth(h: Histories) -> np.ndarray:
    return np.asarray(h.sets.mean_motion_rev_day[h.first[:-1]] >= NEAR_EARTH_REV_DAY)


def candidates(h: Histories, threshold: float = THRESHOLD) -> Candidates:
    """Every gap named in one of the three series, judged in all three. In order of object and time."""
    series = (along_series(h), plane_series(h, h.tilt_km), plane_series(h, h.node_km))
    named = [trend.search(s, threshold) for s in series]
    asked = named[0].gaps | named[1].gaps | named[2].gaps
    along, tilt, node = (trend.judge(s, n, asked) for s, n in zip(series, named, strict=True))
    sigma = np.hypot(np.exp(named[0].noise[0]), np.repeat(series[0].floor, np.diff(h.first)))
    usual = np.array([np.median(sigma[a:b]) for a, b in zip(h.first[:-1], h.first[1:], strict=True)])
    return Candidates(h, along.row, along, tilt, node, usual)
