"""Where objects are over a window in which each has many element sets: the sets joined into one smooth trajectory.

Between two epochs the states of both neighbouring sets are blended, r = (1 - w) r_k + w r_(k+1), where w rises from 0 to 1 as
the smooth step 3 s^2 - 2 s^3 of the elapsed fraction s. Forward and backward prediction err in opposite senses, and a
trajectory without jumps has no closest approaches that only the change of a set made. The chord error of blending two
positions d apart on a circle of radius r is below d^2 / 8 r: 7 m for 20 km in LEO. After the last epoch one set speaks alone,
for as long as `reach` allows, and before the first for `before`: an object is not projected far back into a time when nobody
knew it. Where two neighbouring sets cannot be the same orbit (a swapped identity), or lie farther apart than the reach, they
are not blended: each speaks up to the middle, and the caller is told where the break is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky import orbits
from hoshimori.sky.ephemeris import interpolate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

FAR_US = np.int64(2) ** 62


class GivenStates(NamedTuple):
    """States that somebody gave, in TEME: t_utc (k,) rising, r_km (k, 3), v_km_s (k, 3). Silent outside [t_utc[0], t_utc[-1]]."""

    t_utc: Times
    r_km: Floats
    v_km_s: Floats


@dataclass(frozen=True)
class Trajectories:
    """`rows` objects, each with one or more element sets, or with given states instead.

    epoch_us: (n,) µs since 1970 of every set, rising inside each object. first: (rows + 1,) set `first[i]:first[i + 1]` belong
    to row i. joined: (n,) set k may be blended with set k + 1. reach_us: how far from its epoch a set speaks; before_us: how
    far before the first epoch of a row. `given` replaces the sets of a row; where segments overlap the first one counts.
    """

    satellites: orbits.Satellites
    epoch_us: Ints
    first: Ints
    joined: Bools
    reach_us: int
    before_us: int
    given: Mapping[int, Sequence[GivenStates]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.first) - 1

    def grid(self, t_utc: Times) -> tuple[Floats, Floats]:
        """States of all rows at all times (rising): r_km and v_km_s, (rows, 3, m) in TEME; NaN where nothing speaks."""
        from hoshimori.sky._blend import blend_grid

        t_us = _us(t_utc)
        since, until = self._speaks()
        first = np.searchsorted(t_us, since, side="left")
        last = np.searchsorted(t_us, until, side="right")
        row = np.repeat(np.arange(self.rows), np.diff(self.first))
        parity = (np.arange(len(row)) - self.first[row]) % 2
        parts: list[tuple[Floats, Floats]] = []
        for odd in (0, 1):
            mine = np.flatnonzero((parity == odd) & (first < last))
            parts.append(self._spans(mine, row[mine], first[mine], last[mine], t_utc) if odd == 0 or len(mine) else parts[0])
        (r_even, v_even), (r_odd, v_odd) = parts
        if r_odd is not r_even:
            blend_grid(r_even, v_even, r_odd, v_odd, self.epoch_us, self.first, self.joined, t_us)
        for i, segments in self.given.items():
            r, v = _interpolated(segments, t_utc, None)
            r_even[i], v_even[i] = r.T, v.T
        return r_even, v_even

    def _spans(self, sets: Ints, row: Ints, first: Ints, last: Ints, t_utc: Times) -> tuple[Floats, Floats]:
        out = orbits.spans(self.satellites.take(sets), t_utc, row=row, first=first, last=last, rows=self.rows)
        return out.r_km, out.v_km_s

    def _speaks(self) -> tuple[Ints, Ints]:
        """From when and until when each set is asked: (n,) and (n,) in µs."""
        n = len(self.epoch_us)
        row = np.repeat(np.arange(self.rows), np.diff(self.first))
        is_first = np.arange(n) == self.first[row]
        is_last = np.arange(n) == self.first[row + 1] - 1
        since = self.epoch_us - np.where(is_first, self.before_us, self.reach_us)
        until = self.epoch_us + self.reach_us
        since = np.where(is_first, since, np.maximum(since, np.roll(self.epoch_us, 1)))
        until = np.where(is_last, until, np.minimum(until, np.roll(self.epoch_us, -1)))
        return since, until

    def take(self, rows: Ints) -> Trajectories:
        """The trajectories of these rows (rising) alone."""
        sets = np.concatenate([np.zeros(0, np.int64), *(np.arange(self.first[i], self.first[i + 1]) for i in rows)])
        first = np.append(0, np.cumsum(self.first[rows + 1] - self.first[rows])).astype(np.int64)
        given = {j: self.given[int(i)] for j, i in enumerate(rows) if int(i) in self.given}
        return Trajectories(
            self.satellites.take(sets), self.epoch_us[sets], first, self.joined[sets], self.reach_us, self.before_us, given
        )

    def at(self, row: Ints, t_utc: Times, offset_s: Floats) -> tuple[Floats, Floats]:
        """States of row[j] at t_utc[j] + offset_s[j]: r_km (k, 3), v_km_s (k, 3) in TEME; NaN where nothing speaks."""
        r, v = np.full((len(row), 3), np.nan), np.full((len(row), 3), np.nan)
        computed = np.flatnonzero(~np.isin(row, np.array(list(self.given), np.int64)))
        r[computed], v[computed] = self._from_sets(row[computed], t_utc[computed], offset_s[computed])
        for i, segments in self.given.items():
            mine = np.flatnonzero(row == i)
            r[mine], v[mine] = _interpolated(segments, t_utc[mine], offset_s[mine])
        return r, v

    def _from_sets(self, row: Ints, t_utc: Times, offset_s: Floats) -> tuple[Floats, Floats]:
        t_us = _us(t_utc) + np.rint(offset_s * 1e6).astype(np.int64)
        left, right, weight, rate = self._neighbours(row, t_us)
        r, v, _ = orbits.pairs(self.satellites, left, t_utc, offset_s=offset_s)
        two = np.flatnonzero((weight > 0) & (left != right))
        if len(two):
            r2, v2, _ = orbits.pairs(self.satellites, right[two], t_utc[two], offset_s=offset_s[two])
            w, dw = weight[two, None], rate[two, None]
            v[two] += w * (v2 - v[two]) + dw * (r2 - r[two])
            r[two] += w * (r2 - r[two])
        late_us = t_us - self.epoch_us[left]
        before_us = np.where(left == self.first[row], self.before_us, self.reach_us)
        silent = (late_us > self.reach_us) | (late_us < -before_us)
        r[silent], v[silent] = np.nan, np.nan
        return r, v

    def _neighbours(self, row: Ints, t_us: Ints) -> tuple[Ints, Ints, Floats, Floats]:
        """Left and right set around each moment, the weight of the right one and its rate per second."""
        from hoshimori.sky._blend import left_sets

        left = left_sets(self.epoch_us, self.first, np.ascontiguousarray(row, np.int64), t_us)
        right = np.where(left + 1 < self.first[row + 1], left + 1, left)
        right = np.where(t_us < self.epoch_us[left], left, right)
        gap = np.maximum(self.epoch_us[right] - self.epoch_us[left], 1)
        s = np.clip((t_us - self.epoch_us[left]) / gap, 0.0, 1.0)
        smooth = self.joined[left] & (left != right)
        weight = np.where(smooth, s * s * (3.0 - 2.0 * s), 0.0)
        rate = np.where(smooth, 6.0 * s * (1.0 - s) / (gap * 1e-6), 0.0)
        late = ~smooth & (s > 0.5) & (left != right)
        return np.where(late, right, left), np.where(late, right, right), weight, rate

    def age_us(self, row: Ints, t_us: Ints) -> Ints:
        """(k,) distance in time to the nearest epoch of that row: how old the knowledge is."""
        return np.abs(self.since_us(row, t_us))

    def since_us(self, row: Ints, t_us: Ints) -> Ints:
        """(k,) time since the nearest epoch of that row, negative before it."""
        left, right, _, _ = self._neighbours(row, t_us)
        after, before = t_us - self.epoch_us[left], t_us - self.epoch_us[right]
        return np.where(np.abs(after) <= np.abs(before), after, before)

    def breaks_us(self) -> tuple[Ints, Ints]:
        """Rows and moments (µs) at which two neighbouring sets are not joined: nothing near them may be called an approach."""
        k = np.flatnonzero(~self.joined[:-1])
        row = np.repeat(np.arange(self.rows), np.diff(self.first))
        k = k[row[k] == row[k + 1]]
        return row[k], (self.epoch_us[k] + self.epoch_us[k + 1]) // 2


def _interpolated(segments: Sequence[GivenStates], t_utc: Times, offset_s: Floats | None) -> tuple[Floats, Floats]:
    r, v = np.full((len(t_utc), 3), np.nan), np.full((len(t_utc), 3), np.nan)
    for states in segments:
        open_ = np.flatnonzero(np.isnan(r[:, 0]))
        late = None if offset_s is None else offset_s[open_]
        r[open_], v[open_] = interpolate(states.t_utc, states.r_km, states.v_km_s, t_utc[open_], offset_s=late)
    return r, v


def _us(t_utc: Times) -> Ints:
    return t_utc.astype("datetime64[us]").astype(np.int64)
