"""From weighed candidates to moves: one row for each burn, when it was, how large and how sure, as columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hoshimori.detect.candidates import DIGIT_RAD, PLANE_SETS, PLANE_WINDOW, Candidates
from hoshimori.detect.histories import Histories
from hoshimori.detect.storms import discounted, near_earth_objects, slowed_share
from hoshimori.detect.weighing import GROUPS, Weights, group_of, in_track_m_s, probabilities
from hoshimori.facts import Bools, Floats, Ints
from hoshimori.sky import trend

ONE_BURN_DAYS = 1.0
"""Changes closer than this are told as one: sets come about once a day."""
PLANE_SEEN = 4.0
"""A cross-track change is given as a number from this many times its scatter on; below, as a bound."""
ECCENTRIC = 0.1
"""Above this eccentricity the speed change depends on where on the orbit the burn was, which sets do not tell."""
DISPLACED = 0.25
"""Two kicks in neighbouring gaps that cancel to this share, and that the mean motions do not show, displace without speeding."""
UNSEEN_BY_RATES = 0.5
MOST_OF_IT = 0.7
"""Fits follow a plane late, never early: of neighbouring gaps a change is told of the first with this share of the largest."""
DISPLACED_KM = 30.0
SIZE_TIMES, SIZE_SHARE = 2.0, np.array([0.03, 0.2, 0.05])
"""A smoother's sigma knows its own noise only. Twice that and a share of the size, by group, hold 68 % of the sizes in operators'
records since 2013 (241 burns) and before (95); deep orbits have no such record: on practice skies."""


@dataclass(frozen=True)
class Moves:
    """(m,) columns in order of object and time. row: the last set before; days: TAI days since 2000 of the burn.

    in_track, cross_track: m/s, NaN where unknown; *_sigma one sigma, of the bound where the value is unknown; radial_bound.
    along, plane: probabilities of either kind of change. joined: the burn is a chain of several (low thrust), which began at
    start_days and ended at stop_days. fleet: share of the other near-Earth objects slowed at the same time, of `watched`.
    seen: the newest set that the burn was judged from, at least the first after it.
    """

    histories: Histories
    row: Ints
    days: Floats
    sigma_days: Floats
    in_track: Floats
    in_track_sigma: Floats
    cross_track: Floats
    cross_track_sigma: Floats
    radial_bound: Floats
    along: Floats
    plane: Floats
    statistic: Floats
    bad: Floats
    bend: Floats
    doubted: Floats
    rate_off: Floats
    start_days: Floats
    stop_days: Floats
    fleet: Floats
    seen: Ints
    watched: int

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: Ints | Bools) -> Moves:
        rest = {k: getattr(self, k)[which] for k in self.__dataclass_fields__ if k not in ("histories", "watched")}
        return Moves(self.histories, watched=self.watched, **rest)

    @property
    def probability(self) -> Floats:
        """That the orbit was changed in either way."""
        return np.asarray(1.0 - (1.0 - self.along) * (1.0 - self.plane))

    @property
    def stretch(self) -> Ints:
        return np.asarray(self.histories.stretch[self.row])


def moves(c: Candidates, weights: Weights, threshold: float, least: float) -> tuple[Moves, Ints]:
    """Moves with a probability of `least` or more, and the rows at which an object was displaced without a change of speed."""
    along, plane = probabilities(c, weights, threshold)
    share = slowed_share(
        c.histories, c.row, c.histories.day[c.row + 1] - c.along.back, (c.along.statistic > threshold) & (c.along.size > 0.0)
    )
    along = discounted(along, share)
    plane, shown = _plane_once(c, along, plane)
    found = _measured(c, weights, along, plane, shown, share)
    swapped = displaced(found)
    found = found.take(~swapped & (found.probability >= least))
    return _merged(found), c.row[swapped]


def _plane_once(c: Candidates, along: Floats, plane: Floats) -> tuple[Floats, Bools]:
    """(m,) the probability of a change of plane, and (m,) where it is told: each change once.

    Levels are taken over `PLANE_SETS` sets, so one change shows in all gaps that are nearer to each other than that.
    """
    size, stretch = c.plane[2], c.histories.stretch[c.row]
    shows = np.flatnonzero((size >= PLANE_SEEN) & ((plane > 0.5) | (along > 0.5)))
    apart = (np.diff(c.row[shows]) >= PLANE_SETS) | (np.diff(stretch[shows]) > 0)
    out, told = plane.copy(), np.zeros(len(c), bool)
    for group in np.split(shows, np.flatnonzero(apart) + 1) if len(shows) else []:
        first = group[np.argmax(size[group] >= MOST_OF_IT * size[group].max())]
        out[group], out[first], told[first] = 0.0, plane[group].max(), True
    return out, told


def _measured(c: Candidates, weights: Weights, along: Floats, plane: Floats, shown: Bools, share: Floats) -> Moves:
    h, j = c.histories, c.along
    by_phase = along >= plane
    kind = group_of(h, c.row)
    lag = np.array([weights.group(g).lag_days for g in GROUPS])[kind]
    scatter = np.array([weights.group(g).scatter_days for g in GROUPS])[kind]
    gap = h.day[c.row + 1] - h.day[c.row]
    days = np.where(by_phase, h.day[c.row + 1] - j.back - lag, h.day[c.row + 1] - 0.5 * gap)
    sigma = np.where(by_phase, np.hypot(np.minimum(j.back_sigma, gap), scatter), np.maximum(gap / np.sqrt(12.0), scatter))
    speed = h.speed_km_s(c.row) * 1000.0 / h.sma_km[c.row]  # m/s per km of tilt, node or eccentricity
    tilt, node, _ = c.plane
    cross, cross_sigma = np.hypot(tilt, node) * speed, _cross_sigma(c) * speed
    eccentric = h.sets.eccentricity[c.row] > ECCENTRIC
    in_track = np.where(eccentric, np.nan, in_track_m_s(j.size))
    return Moves(
        h,
        c.row,
        days,
        sigma,
        in_track,
        np.where(eccentric, np.abs(in_track_m_s(j.size)), in_track_sigma(j, kind)),
        np.where(shown, cross, np.nan),
        np.where(shown, cross_sigma, np.hypot(cross, cross_sigma)),
        _radial_bound(c) * speed,
        along,
        plane,
        np.maximum(j.statistic, c.plane_statistic),
        j.bad,
        j.bend,
        j.doubted,
        c.rate_off,
        days,
        days,
        share,
        c.row + 1,
        near_earth_objects(h),
    )


def in_track_sigma(j: trend.Jumps, kind: Ints) -> Floats:
    """(m,) m/s, one sigma of the in-track size of kicks; `kind` (m,) indexes weighing.GROUPS."""
    return np.asarray(np.hypot(SIZE_TIMES * in_track_m_s(j.size_sigma), SIZE_SHARE[kind] * in_track_m_s(j.size)))


def _cross_sigma(c: Candidates) -> Floats:
    h = c.histories
    parts = [trend.level_shifts(y, h.first, sets=PLANE_SETS, window=PLANE_WINDOW)[1][c.row] for y in (h.tilt_km, h.node_km)]
    return np.asarray(np.maximum(np.hypot(*parts), DIGIT_RAD * h.sma_km[c.row]))


def _radial_bound(c: Candidates) -> Floats:
    """km: the change of the eccentricity vector and its scatter; a radial burn of v e changes it by e, so it was no larger."""
    h = c.histories
    parts = [trend.level_shifts(y, h.first, sets=PLANE_SETS, window=PLANE_WINDOW) for y in h.ecc_km]
    change = [np.nan_to_num(shift[c.row]) for shift, _ in parts]
    scatter = [s[c.row] for _, s in parts]
    return np.asarray(np.sqrt(sum(x * x for x in (*change, *scatter))))


def displaced(m: Moves) -> Bools:
    """Moves that cancel the one in the gap before or after without the mean motions noticing: a swap, a cross-tag, a wild run."""
    out = np.zeros(len(m), bool)
    size = np.nan_to_num(m.in_track)
    for k in range(len(m) - 1):
        beside = m.stretch[k] == m.stretch[k + 1] and m.row[k + 1] - m.row[k] <= 2
        cancel = abs(size[k] + size[k + 1]) < DISPLACED * max(abs(size[k]), abs(size[k + 1]))
        unseen = min(m.rate_off[k], m.rate_off[k + 1]) > UNSEEN_BY_RATES
        km = abs(size[k]) * 3.0 * 86.4 * abs(m.days[k + 1] - m.days[k])
        if beside and cancel and unseen and km > DISPLACED_KM:
            out[k : k + 2] = True
    return out


def _merged(m: Moves) -> Moves:
    """Moves within `ONE_BURN_DAYS` of each other are one: kicks in neighbouring gaps, each judged beside the others, add up."""
    m = m.take(np.lexsort((m.days, m.stretch)))
    apart = (np.diff(m.stretch) > 0) | (np.diff(m.days) >= ONE_BURN_DAYS)
    groups = np.split(np.arange(len(m)), np.flatnonzero(apart) + 1) if len(m) else []
    rank = _rank(m)
    best = np.array([rows[np.argmax(rank[rows])] for rows in groups], np.int64)
    columns: dict[str, Any] = {
        k: getattr(m, k)[best] for k in ("days", "sigma_days", "in_track", "in_track_sigma", "cross_track")
    }
    columns |= {k: getattr(m, k)[best] for k in ("cross_track_sigma", "plane")}
    for i, rows in enumerate(groups):
        kicks = rows[(m.along[rows] >= m.plane[rows]) & np.isfinite(m.in_track[rows])]
        if len(kicks) > 1:
            share = np.abs(m.in_track[kicks]) / np.abs(m.in_track[kicks]).sum()
            days = float(share @ m.days[kicks])
            columns["days"][i] = days
            columns["sigma_days"][i] = np.sqrt(share @ (m.sigma_days[kicks] ** 2 + (m.days[kicks] - days) ** 2))
            columns["in_track"][i] = m.in_track[kicks].sum()
            columns["in_track_sigma"][i] = np.sqrt((m.in_track_sigma[kicks] ** 2).sum())
        told = rows[np.isfinite(m.cross_track[rows])]
        if len(told):
            widest = told[np.argmax(m.cross_track[told])]
            columns["cross_track"][i], columns["cross_track_sigma"][i] = m.cross_track[widest], m.cross_track_sigma[widest]
            columns["plane"][i] = m.plane[rows].max()
    return replace(m.take(best), **columns, start_days=columns["days"], stop_days=columns["days"])


def _rank(m: Moves) -> Floats:
    """Phases date a burn better than planes do."""
    return np.asarray(np.where(m.along >= m.plane, 1.0, 0.5) * m.probability + 1e-9 * m.statistic)
