"""Burns as they could first be told: every set in its turn, judged with what was known by then, and the moment of the alarm."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hoshimori.detect.candidates import DIGIT_RAD, PLANE_SETS, PLANE_WINDOW, RATE_SETS, along_series
from hoshimori.detect.histories import RATE_TRUST, RATE_WINDOW, Histories
from hoshimori.detect.moves import ECCENTRIC, PLANE_SEEN, Moves
from hoshimori.detect.storms import discounted, near_earth_objects, slowed_share
from hoshimori.detect.weighing import (
    GROUPS,
    NEAR_EARTH_REV_DAY,
    Weights,
    columns,
    group_of,
    in_track_m_s,
    plane_probability,
)
from hoshimori.facts import Floats, Ints, Times
from hoshimori.sky import trend

FOLLOWING = "log sets since"
"""The feature that only judgements in time have: how many sets follow the gap."""
PLANE_THRESHOLD = 6.0
"""A gap is looked at for a change of plane alone from this many times the scatter on."""
SAME_BURN_DAYS = 1.5
"""Judgements of one burn wander by this much from set to set."""


@dataclass(frozen=True)
class Judgements:
    """(m,) rows: a gap (`row`, the set before it) as it looked when the set `newest` was known. plane: change over scatter."""

    histories: Histories
    row: Ints
    newest: Ints
    kick: trend.Jumps
    rate_off: Floats
    cross: Floats
    cross_sigma: Floats
    plane: Floats

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: np.ndarray) -> Judgements:
        rest = {k: getattr(self, k)[which] for k in ("row", "newest", "rate_off", "cross", "cross_sigma", "plane")}
        return replace(self, kick=self.kick.take(which), **rest)

    @property
    def features(self) -> Floats:
        near = self.histories.sets.mean_motion_rev_day[self.row] >= NEAR_EARTH_REV_DAY
        x = columns(self.kick, near, self.rate_off, np.zeros(len(self)), np.nan_to_num(self.plane))
        return np.column_stack([x, np.log(self.newest - self.row)])


def judgements(h: Histories, threshold: float) -> Judgements:
    """Every gap above the threshold at every set that could be known, and the planes of the newest gaps."""
    given, scatter = trend.trailing_rate_witness(h.day, h.along_km, h.raw_rate_km_day, h.first, RATE_WINDOW)
    series = replace(along_series(h), rate=given, rate_sigma=RATE_TRUST * scatter)
    kicks, newest = trend.watch(series, threshold)
    extra_row, extra_newest = _plane_gaps(h)
    quiet = trend.Jumps(extra_row, *(np.zeros(len(extra_row)) for _ in range(12)))
    kicks, newest = _joined(kicks, quiet), np.concatenate((newest, extra_newest))
    cross, sigma, plane = _plane(h, kicks.row, newest)
    return Judgements(h, kicks.row, newest, kicks, _rate_off(h, given, kicks, newest), cross, sigma, plane)


def _joined(a: trend.Jumps, b: trend.Jumps) -> trend.Jumps:
    return trend.Jumps(**{k: np.concatenate((getattr(a, k), getattr(b, k))) for k in a.__dataclass_fields__})


def _plane(h: Histories, row: Ints, newest: Ints) -> tuple[Floats, Floats, Floats]:
    """km of change across the track, its scatter, and the first over the second axis by axis."""
    start = h.first[h.stretch[row]]
    seen = [trend.shift_by(y, start, row, newest, sets=PLANE_SETS, window=PLANE_WINDOW) for y in (h.tilt_km, h.node_km)]
    floor = DIGIT_RAD * h.sma_km[row]
    sigmas = [np.maximum(s, floor) for _, s in seen]
    over = np.hypot(*(shift / sigma for (shift, _), sigma in zip(seen, sigmas, strict=True)))
    return np.hypot(seen[0][0], seen[1][0]), np.hypot(*sigmas), np.asarray(np.nan_to_num(over))


def _plane_gaps(h: Histories) -> tuple[Ints, Ints]:
    """Gaps whose plane alone stands out, at the second, third and fourth set after them."""
    rows, newest = [], []
    every = np.arange(len(h.day))
    last = h.first[h.stretch + 1] - 1 if len(h.day) else every
    for after in (2, 3, PLANE_SETS):
        gap = every[every + after <= last]
        _, _, over = _plane(h, gap, gap + after)
        rows.append(gap[over > PLANE_THRESHOLD])
        newest.append(rows[-1] + after)
    return np.concatenate(rows), np.concatenate(newest)


def _rate_off(h: Histories, given: Floats, kicks: trend.Jumps, newest: Ints) -> Floats:
    ratio = np.ones(len(kicks))
    start = h.first[h.stretch[kicks.row]]
    for i, (k, j, a) in enumerate(zip(kicks.row.tolist(), newest.tolist(), start.tolist(), strict=True)):
        before, after = given[max(a, k + 1 - RATE_SETS) : k + 1], given[k + 1 : j + 1][-RATE_SETS:]
        if kicks.size[i] != 0.0:
            ratio[i] = (np.median(after) - np.median(before)) / kicks.size[i]
    return np.clip(np.abs(ratio - 1.0), 0.0, 2.0)


def moves(h: Histories, weights: Weights, threshold: float, least: float) -> tuple[Moves, Times]:
    """Each burn at the first set that made it likelier than `least`, and when that set could be known."""
    j = judgements(h, threshold)
    kind = group_of(h, j.row)
    along, x = np.zeros(len(j)), j.features
    for g, name in enumerate(GROUPS):
        mine = (kind == g) & (j.kick.statistic > threshold)
        if mine.any() and name in weights.as_known:
            along[mine] = weights.as_known[name].probability(x[mine])
    known = _known_by(h)[j.newest]
    days = h.day[j.row + 1] - j.kick.back
    share = slowed_share(h, j.row, days, (j.kick.statistic > threshold) & (j.kick.size > 0.0), known)
    along = discounted(along, share)
    plane = np.where(j.plane > PLANE_SEEN, plane_probability(h, j.row, j.plane, weights), 0.0)
    told = np.flatnonzero(1.0 - (1.0 - along) * (1.0 - plane) >= least)
    found = _measured(j.take(told), along[told], plane[told], share[told], weights)
    first = _first_alarms(found, j.newest[told])
    return found.take(first), known[told][first]


def _known_by(h: Histories) -> Times:
    """(n,) when each set and all earlier ones of its stretch could be known."""
    known = np.where(np.isnat(h.sets.known_utc), h.sets.epoch_utc, h.sets.known_utc)
    for a, b in zip(h.first[:-1].tolist(), h.first[1:].tolist(), strict=True):
        known[a:b] = np.maximum.accumulate(known[a:b])
    return np.asarray(known)


def _first_alarms(m: Moves, newest: Ints) -> Ints:
    """Of the judgements on each burn the first; later ones within `SAME_BURN_DAYS` say the same."""
    order = np.lexsort((-m.probability, newest, m.stretch))
    chosen: list[int] = []
    told: dict[int, list[float]] = {}
    for i in order.tolist():
        days = told.setdefault(int(m.stretch[i]), [])
        if all(abs(float(m.days[i]) - d) > SAME_BURN_DAYS for d in days[-8:]):
            days.append(float(m.days[i]))
            chosen.append(i)
    return np.array(sorted(chosen, key=lambda i: (int(m.stretch[i]), float(m.days[i]))), np.int64)


def _measured(j: Judgements, along: Floats, plane: Floats, share: Floats, weights: Weights) -> Moves:
    h, kind = j.histories, group_of(j.histories, j.row)
    lag, scatter = (
        np.array([getattr(weights.as_known[g], name) if g in weights.as_known else 0.0 for g in GROUPS])[kind]
        for name in ("lag_days", "scatter_days")
    )
    gap = h.day[j.row + 1] - h.day[j.row]
    by_phase = along >= plane
    days = np.where(by_phase, h.day[j.row + 1] - j.kick.back - lag, h.day[j.row + 1] - 0.5 * gap)
    sigma = np.where(by_phase, np.hypot(np.minimum(j.kick.back_sigma, gap), scatter), np.maximum(gap / np.sqrt(12.0), scatter))
    speed = h.speed_km_s(j.row) * 1000.0 / h.sma_km[j.row]
    eccentric = h.sets.eccentricity[j.row] > ECCENTRIC
    seen = j.plane >= PLANE_SEEN
    ecc = [h.ecc_km[i][j.newest] - h.ecc_km[i][j.row] for i in (0, 1)]
    bound = np.hypot(*ecc) + DIGIT_RAD * h.sma_km[j.row]
    in_track = in_track_m_s(j.kick.size)
    return Moves(
        h,
        j.row,
        days,
        sigma,
        np.where(eccentric | ~by_phase, np.nan, in_track),
        np.where(eccentric, np.abs(in_track), np.abs(in_track_m_s(j.kick.size_sigma))),
        np.where(seen, j.cross * speed, np.nan),
        np.where(seen, j.cross_sigma, np.nan_to_num(j.cross, nan=np.inf)) * speed,
        bound * speed,
        along,
        plane,
        np.maximum(j.kick.statistic, j.plane**2),
        j.kick.bad,
        j.kick.bend,
        j.kick.doubted,
        j.rate_off,
        days,
        days,
        share,
        near_earth_objects(h),
    )
