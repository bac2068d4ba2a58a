"""Burns as they could first be told: every set in its turn, judged with what was known by then, and the moment of the alarm."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hoshimori.detect.candidates import (
    DIGIT_RAD,
    NEAR_EARTH_REV_DAY,
    PLANE_SETS,
    PLANE_WINDOW,
    RATE_SETS,
    along_series,
    node_unsure,
    plane_series,
)
from hoshimori.detect.histories import RATE_TRUST, RATE_WINDOW, Histories
from hoshimori.detect.moves import ECCENTRIC, PLANE_SEEN, Moves, in_track_sigma
from hoshimori.detect.storms import discounted, near_earth_objects, slowed_share
from hoshimori.detect.weighing import (
    GROUPS,
    MOST_FOLLOWING,
    Weights,
    columns,
    group_of,
    in_track_m_s,
    plane_probability,
)
from hoshimori.facts import Floats, Ints, Times
from hoshimori.sky import trend

SETTLING_DAYS = {True: 3.0, False: 4.0}
"""Fits near Earth and deep go on mixing sets from before and after a burn for this long: a further kick of less than `COUNTER` of
its size is the same burn coming out."""
COUNTER_DAYS, ANOTHER_DAYS = 0.8, 2.5
"""From this far apart on, a kick of at least that share counts as another burn: the other way, and the same way."""
PLANE_SETTLING_DAYS = 7.0
"""A plane is judged on the medians of four sets on either side, so that one step shows for as long."""
COUNTER = 0.5
CAUTION = np.array([0.05, 0.7, 0.7])
"""With one set after a gap the doubt left may be no more than this share of what is allowed with two: a single bad set, and a fit
half old, half new, look like a burn until the next set comes."""
PLANE_AFTER = 2
PLANE_SURE = 0.95
"""A plane is judged once two sets follow; with two, which are few for a median, it must be as sure as this."""


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
        """(m, len(weighing.FEATURES)); the noise is not compared with that of a record whose end is not known."""
        near = self.histories.sets.mean_motion_rev_day[self.row] >= NEAR_EARTH_REV_DAY
        return columns(self.kick, near, self.rate_off, np.zeros(len(self)), np.nan_to_num(self.plane))

    @property
    def following(self) -> Ints:
        """(m,) sets that follow the gap."""
        return self.newest - self.row


def judgements(h: Histories, threshold: float) -> Judgements:
    """Every gap whose kick or step exceeds the threshold, at every set that could be known."""
    given, scatter = trend.trailing_rate_witness(h.day, h.along_km, h.raw_rate_km_day, h.first, RATE_WINDOW)
    kicks, newest = trend.watch(replace(along_series(h), rate=given, rate_sigma=RATE_TRUST * scatter), threshold)
    steps, stepped = _plane_gaps(h, threshold)
    fresh = ~np.isin(_key(steps, stepped), _key(kicks.row, newest))
    quiet = trend.Jumps(steps[fresh], *(np.zeros(int(fresh.sum())) for _ in range(12)))
    in_plane = np.isin(_key(kicks.row, newest), _key(steps, stepped))
    kicks, newest = _joined(kicks, quiet), np.concatenate((newest, stepped[fresh]))
    cross, sigma, plane = _plane(h, kicks.row, newest)
    plane = np.where(np.append(in_plane, np.ones(int(fresh.sum()), bool)), plane, 0.0)
    return Judgements(h, kicks.row, newest, kicks, _rate_off(h, given, kicks, newest), cross, sigma, plane)


def _key(row: Ints, newest: Ints) -> Ints:
    """One number for a gap as seen at a set."""
    return np.asarray(row * 64 + (newest - row))


def _plane_gaps(h: Histories, threshold: float) -> tuple[Ints, Ints]:
    """Gaps with a step of tilt or node, and the sets at which they show it."""
    seen = [trend.watch(plane_series(h, y), threshold) for y in (h.tilt_km, h.node_km)]
    row, newest = (np.concatenate(x) for x in zip(*((j.row, last) for j, last in seen), strict=True))
    _, first = np.unique(_key(row, newest), return_index=True)
    row, newest = row[first], newest[first]
    enough = newest - row >= PLANE_AFTER
    return row[enough], newest[enough]


def _joined(a: trend.Jumps, b: trend.Jumps) -> trend.Jumps:
    return trend.Jumps(**{k: np.concatenate((getattr(a, k), getattr(b, k))) for k in a.__dataclass_fields__})


def _plane(h: Histories, row: Ints, newest: Ints) -> tuple[Floats, Floats, Floats]:
    """km of change across the track, its scatter, and the first over the second axis by axis."""
    start = h.first[h.stretch[row]]
    seen = [trend.shift_by(y, start, row, newest, sets=PLANE_SETS, window=PLANE_WINDOW) for y in (h.tilt_km, h.node_km)]
    floor = DIGIT_RAD * h.sma_km[row]
    unsure = (np.zeros(len(row)), node_unsure(h, row, np.minimum(newest, row + PLANE_SETS)))
    sigmas = [np.hypot(np.maximum(s, floor), u) for (_, s), u in zip(seen, unsure, strict=True)]
    over = np.hypot(*(shift / sigma for (shift, _), sigma in zip(seen, sigmas, strict=True)))
    return np.hypot(seen[0][0], seen[1][0]), np.hypot(*sigmas), np.asarray(np.nan_to_num(over))


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
    following = np.minimum(j.following, MOST_FOLLOWING)
    for g, name in enumerate(GROUPS):
        for after in range(1, MOST_FOLLOWING + 1):
            mine = (kind == g) & (following == after) & (j.kick.statistic > threshold)
            if mine.any():
                along[mine] = weights.group_as_known(name, after).probability(x[mine])
    known = _known_by(h)[j.newest]
    days = h.day[j.row + 1] - j.kick.back
    share = slowed_share(h, j.row, days, (j.kick.statistic > threshold) & (j.kick.size > 0.0), known)
    along = discounted(along, share)
    plane = np.where(j.plane > PLANE_SEEN, plane_probability(h, j.row, j.plane, weights), 0.0)
    plane[(j.following <= PLANE_AFTER) & (plane < PLANE_SURE)] = 0.0
    probability = 1.0 - (1.0 - along) * (1.0 - plane)
    told = np.flatnonzero(1.0 - probability <= (1.0 - least) * CAUTION[np.minimum(j.following, MOST_FOLLOWING) - 1])
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
    """Of the judgements on each burn the first, in the order in which they could be made."""
    chosen: list[int] = []
    told: dict[int, list[int]] = {}
    for i in np.lexsort((-m.probability, newest, m.stretch)).tolist():
        before = told.setdefault(int(m.stretch[i]), [])
        if not any(_same_burn(m, i, k) for k in before[-8:]):
            before.append(i)
            chosen.append(i)
    return np.array(sorted(chosen, key=lambda i: (int(m.stretch[i]), float(m.days[i]))), np.int64)


def _same_burn(m: Moves, later: int, told: int) -> bool:
    """Does a judgement speak of a burn that has been told?"""
    apart = abs(float(m.days[later] - m.days[told]))
    near = bool(m.histories.sets.mean_motion_rev_day[m.row[told]] >= NEAR_EARTH_REV_DAY)
    one, other = np.nan_to_num(m.in_track[[told, later]])
    if m.plane[later] > m.along[later]:
        by_plane = m.plane[told] > 0.5
        return apart <= (PLANE_SETTLING_DAYS if by_plane else SETTLING_DAYS[near])
    as_large = abs(other) >= COUNTER * abs(one)
    apart_at_least = COUNTER_DAYS if one * other < 0.0 else ANOTHER_DAYS
    return apart <= (apart_at_least if as_large else SETTLING_DAYS[near])


def _measured(j: Judgements, along: Floats, plane: Floats, share: Floats, weights: Weights) -> Moves:
    h, kind = j.histories, group_of(j.histories, j.row)
    lag, scatter = np.zeros(len(j)), np.zeros(len(j))
    for g, name in enumerate(GROUPS):
        for after in range(1, MOST_FOLLOWING + 1):
            mine = (kind == g) & (np.minimum(j.following, MOST_FOLLOWING) == after)
            if mine.any():
                learnt = weights.group_as_known(name, after)
                lag[mine], scatter[mine] = learnt.lag_days, learnt.scatter_days
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
        np.where(eccentric, np.abs(in_track), in_track_sigma(j.kick, kind)),
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
        j.newest,
        near_earth_objects(h),
    )
