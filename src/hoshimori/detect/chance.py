"""What chance would give: the tails of the nulls against which a stay is judged. Numbers only.

The tables are of public sets (15 July 2022, 1,585 objects near the ring; 24-30 May 2026, 574); `bench/stays` prints them.
"""

from __future__ import annotations

from math import pi

import numpy as np

from hoshimori.facts import Floats

_DRIFTER_KM = np.array([0.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0])
_DRIFTER_SHARE = np.array([0.0, 0.047, 0.126, 0.320, 0.484, 0.684, 1.0])
"""Of all objects that drift past a place on the ring within 100 km of its height, the share whose semi-major axis differs by no
more than this: counts of 15 July 2022, each weighted by how fast it passes, hence by how often."""
CHANCE_ARRIVAL = 0.0012
"""Of all that come by, the share that comes to rest there by chance: 115 drifters a year pass any place on the ring (2022), and
0.14 relocations a year end within 100 km of it if every one of 577 kept satellites changes its slot once in three years (an
assumption, on the high side) and slots lie anywhere."""
_PLANE_DEG = np.array([0.0, 0.0065, 0.010, 0.022, 0.043, 0.066, 0.088, 0.103, 0.272])
_PLANE_SHARE = np.array([0.0, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 1.0])
"""The angle between the planes of two satellites that both keep theirs within `KEPT_DEG` of the equator."""
KEPT_DEG = 0.15


def pass_days(da_km: float, within_km: float, rev_day: float) -> float:
    """How long an object whose semi-major axis differs by da stays within range in-track: 2 w / (3/2 n da)."""
    return 2.0 * within_km / (1.5 * 2.0 * pi * rev_day * max(da_km, 1e-9))


def stays_as_long(days: float, within_km: float, rev_day: float, *, synchronous: bool) -> float:
    """The probability that something that comes within range by chance is near for at least so many days.

    Drifters: a pass lasts as long as its difference of semi-major axes is small. On the ring the differences are those
    counted, and a few come to rest there by chance (`CHANCE_ARRIVAL`); elsewhere they are taken as even within the range, and
    the share that passes so slowly is the square of that of the heights.
    """
    if days <= 0.0:
        return 1.0
    da_km = pass_days(1.0, within_km, rev_day) / days
    if not synchronous:
        return min(1.0, (da_km / within_km) ** 2)
    drifting = _drifters(da_km) / _drifters(within_km)
    return min(1.0, drifting + CHANCE_ARRIVAL)


def usual_days(within_km: float, rev_day: float, *, synchronous: bool) -> float:
    """How long half of what comes by is near for, at least."""
    if not synchronous:
        return pass_days(within_km * 0.5**0.5, within_km, rev_day)
    half = float(np.interp(0.5 * _drifters(within_km), _DRIFTER_SHARE, _DRIFTER_KM)) if within_km <= 100.0 else 62.0
    return pass_days(half, within_km, rev_day)


def _drifters(da_km: float) -> float:
    """Even heights below the first bin: the share grows as the square; the same law beyond the table."""
    if da_km < _DRIFTER_KM[1]:
        return float(_DRIFTER_SHARE[1] * (da_km / _DRIFTER_KM[1]) ** 2)
    if da_km > _DRIFTER_KM[-1]:
        return float((da_km / _DRIFTER_KM[-1]) ** 2)
    return float(np.interp(da_km, _DRIFTER_KM, _DRIFTER_SHARE))


def planes_as_alike(apart_deg: float, possible_deg: float, *, kept: bool) -> float:
    """The probability that the planes of two objects that stay together by chance differ by no more than this.

    possible_deg: with more the stay would not be one. `kept`: the watched satellite keeps its plane at the equator, and so do
    two thirds of its neighbours. Otherwise even from zero: two directions would give the square, but real neighbours crowd.
    """
    if kept:
        within = float(np.interp(possible_deg, _PLANE_DEG, _PLANE_SHARE))
        return min(1.0, float(np.interp(apart_deg, _PLANE_DEG, _PLANE_SHARE)) / within)
    return min(1.0, apart_deg / possible_deg)


def usual_apart_deg(possible_deg: float, *, kept: bool) -> float:
    """The median of the angle whose tail `planes_as_alike` gives."""
    if kept:
        within = float(np.interp(possible_deg, _PLANE_DEG, _PLANE_SHARE))
        return float(np.interp(0.5 * within, _PLANE_SHARE, _PLANE_DEG))
    return 0.5 * possible_deg


PRIOR_BURNS, PRIOR_DAYS = 0.1, 36.5
"""Before anything is known of an object: one burn outside its routine a year, as a Gamma law of shape 0.1: most make none, a few
many, so that a month of record counts for as much as this does (an assumption)."""


def burns_expected(before: int, record_days: float, days: float) -> float:
    """How many burns outside its routine an object makes in so many days, from its own record before and `PRIOR_BURNS`."""
    return (PRIOR_BURNS + before) * days / (PRIOR_DAYS + record_days)


def burns_as_many(seen: int, before: int, record_days: float, days: float) -> float:
    """The probability of at least so many burns in that time: Poisson with a Gamma law for the rate (negative binomial)."""
    shape, exposure = PRIOR_BURNS + before, PRIOR_DAYS + record_days
    share = days / (exposure + days)
    term, below = (1.0 - share) ** shape, 0.0
    for k in range(seen):
        below += term
        term *= (shape + k) / (k + 1) * share
    return max(0.0, 1.0 - below)


def gap_as_long(gap_days: float, gaps_days: Floats) -> float:
    """The probability that a moment at random falls into a gap between sets at least as long as this one."""
    total = float(gaps_days.sum())
    return float(gaps_days[gaps_days >= gap_days].sum()) / total if total > 0.0 else 1.0


def as_many_of(hits: int, tries: int, share: float) -> float:
    """The probability of at least so many hits in so many tries, each with the same share (binomial tail)."""
    term, below = (1.0 - share) ** tries, 0.0
    for k in range(hits):
        below += term
        term *= (tries - k) / (k + 1) * share / max(1.0 - share, 1e-12)
    return max(0.0, 1.0 - below)


def as_close(apart_km: float, within_km: float) -> float:
    """The probability that two visitors, each somewhere within range along the track, are no farther apart than this."""
    return 1.0 - (1.0 - min(1.0, apart_km / (2.0 * within_km))) ** 2
