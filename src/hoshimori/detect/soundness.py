"""Before any phenomenon: which element sets cannot be believed, and which orbits changed hands.

Each set is propagated to the epoch of the next one of the same number. The jump found there is compared with what sets of that
age usually miss by. A set that both neighbours contradict while they agree with each other is wild. Two numbers that jump onto
each other's orbit in the same gap have been swapped. A number that jumps onto the orbit of another, which did not move, carries
a cross-tag. What remains is a jump: a manoeuvre, a new fit, or something unknown; that is for other detectors to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hoshimori.facts import Bools, ElementSets, Floats, Ints
from hoshimori.findings import Reason
from hoshimori.sky import ageing, orbits

SAME_GAP = np.timedelta64(5, "D")
"""Two numbers are swapped in one gap when their last sets before it are no farther apart in time."""
JUMP_SIGMAS = 10.0
"""A jump this many times the usual error of a set of that age is more than noise."""
JUMP_FLOOR_KM = 30.0
BREAK_FLOOR_KM = 300.0
"""Jumps above this, and above `JUMP_SIGMAS`, are not joined into one trajectory: between the two sets the orbit is not known."""
AGREEMENT = 0.2
"""Two sets agree where a third does not when their difference is below this share of the third's."""
SAME_PLACE_SIGMAS = 5.0
SAME_PLACE_KM = 15.0
"""An object is on the orbit of another when it is this near to where that one must be. Nearer than a neighbour keeps, so that
an arrival beside a satellite does not pass for a mistaken number."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One set or one change that has a dull explanation. `other` is the second object, where there is one."""

    kind: str  # "wild set", "identity swap", "cross-tag", "cannot be propagated"
    norad_id: int
    other: int | None
    t_utc: np.datetime64
    size_km: float
    reason: Reason


class Soundness(NamedTuple):
    """keep: (n,) sets to use. joined: (n,) may this set be blended with the next kept one of its object?"""

    keep: Bools
    joined: Bools
    suspicions: tuple[Suspicion, ...]


class _Jumps(NamedTuple):
    """Between row[k] and after[k], two sets of one object: the distance at the later epoch and how much is usual there."""

    row: Ints
    after: Ints
    size_km: Floats
    usual_km: Floats


def soundness(sets: ElementSets, satellites: orbits.Satellites) -> Soundness:
    """Judge every set. `sets` sorted by (norad_id, epoch_utc), one row per epoch; `satellites` the same rows, prepared."""
    at_epoch, _, error = orbits.pairs(satellites, np.arange(len(sets)), sets.epoch_utc)
    keep = error == 0
    suspicions = [_unusable(sets, k, int(error[k])) for k in np.flatnonzero(~keep).tolist()]
    next_one = _jumps(sets, satellites, at_epoch, np.flatnonzero(keep), 1)
    wild = _wild(sets, satellites, at_epoch, np.flatnonzero(keep), next_one)
    keep[wild] = False
    jumps = _jumps(sets, satellites, at_epoch, np.flatnonzero(keep), 1) if len(wild) else next_one
    large = _large(jumps, BREAK_FLOOR_KM)
    joined = np.zeros(len(sets), bool)
    joined[jumps.row[~large]] = True
    breaks = _Jumps(jumps.row[large], jumps.after[large], jumps.size_km[large], jumps.usual_km[large])
    suspicions += _swaps_and_cross_tags(sets, satellites, at_epoch, np.flatnonzero(keep), breaks)
    suspicions += [_name_wild(sets, satellites, at_epoch, keep, k) for k in wild]
    return Soundness(keep, joined, tuple(sorted(suspicions, key=lambda s: (s.norad_id, s.t_utc, s.kind))))


def _unusable(sets: ElementSets, k: int, error: int) -> Suspicion:
    reason = Reason("sgp4 error", {"error": error})
    return Suspicion("cannot be propagated", int(sets.norad_id[k]), None, sets.epoch_utc[k], float("nan"), reason)


def _jumps(sets: ElementSets, satellites: orbits.Satellites, at_epoch: Floats, rows: Ints, stride: int) -> _Jumps:
    """From each set to the one `stride` places later of the same object, among `rows`."""
    a, b = rows[:-stride], rows[stride:]
    same = sets.norad_id[a] == sets.norad_id[b]
    a, b = a[same], b[same]
    predicted, _, error = orbits.pairs(satellites, a, sets.epoch_utc[b])
    size = np.sqrt(((predicted - at_epoch[b]) ** 2).sum(axis=1))
    size[error != 0] = np.inf
    age_days = (sets.epoch_utc[b] - sets.epoch_utc[a]) / np.timedelta64(86_400_000_000, "us")
    sigma = ageing.sigma_rtn_km(sets.mean_motion_rev_day[b], sets.eccentricity[b], age_days)
    return _Jumps(a, b, size, np.sqrt((sigma**2).sum(axis=1)))


def _large(jumps: _Jumps, floor_km: float) -> Bools:
    return jumps.size_km > np.maximum(JUMP_SIGMAS * jumps.usual_km, floor_km)


def _wild(sets: ElementSets, satellites: orbits.Satellites, at_epoch: Floats, rows: Ints, jumps: _Jumps) -> Ints:
    """Sets with a large jump into them and out of them, whose neighbours agree with each other."""
    large = _large(jumps, JUMP_FLOOR_KM)
    into = dict(zip(jumps.after[large].tolist(), jumps.size_km[large].tolist(), strict=True))
    out_of = dict(zip(jumps.row[large].tolist(), jumps.size_km[large].tolist(), strict=True))
    suspects = sorted(into.keys() & out_of.keys())
    if not suspects:
        return np.zeros(0, np.int64)
    skip = _jumps(sets, satellites, at_epoch, rows, 2)
    over = dict(zip(skip.row.tolist(), zip(skip.after.tolist(), skip.size_km.tolist(), strict=True), strict=True))
    place = {int(k): i for i, k in enumerate(rows)}
    wild = []
    for k in suspects:
        before = int(rows[place[k] - 1])
        agreement = over.get(before)
        if agreement and agreement[0] == int(rows[place[k] + 1]) and agreement[1] < AGREEMENT * min(into[k], out_of[k]):
            wild.append(k)
    return np.array(wild, np.int64)


def _name_wild(sets: ElementSets, satellites: orbits.Satellites, at_epoch: Floats, keep: Bools, k: int) -> Suspicion:
    own = int(sets.norad_id[k])
    mine = np.flatnonzero(keep & (sets.norad_id == own))
    r, _, _ = orbits.pairs(satellites, mine, np.full(len(mine), sets.epoch_utc[k]))
    size = float(np.nanmin(np.sqrt(((r - at_epoch[k]) ** 2).sum(axis=1))))
    others = _last_before(sets, np.flatnonzero(keep & (sets.norad_id != own)), sets.epoch_utc[k])
    for other, distance in _there(sets, satellites, others, sets.epoch_utc[k], at_epoch[k])[:1]:
        reason = Reason("cross-tagged set", {"km": size, "other_km": distance, "other": str(other)})
        return Suspicion("cross-tag", own, other, sets.epoch_utc[k], size, reason)
    return Suspicion("wild set", own, None, sets.epoch_utc[k], size, Reason("wild set", {"km": size}))


def _last_before(sets: ElementSets, rows: Ints, t_utc: np.datetime64) -> Ints:
    """Of each object among `rows` (sorted), the last set with an epoch not after t."""
    rows = rows[sets.epoch_utc[rows] <= t_utc]
    ends = np.append(sets.norad_id[rows][1:] != sets.norad_id[rows][:-1], True)[: len(rows)]
    return np.asarray(rows[ends])


def _there(
    sets: ElementSets, satellites: orbits.Satellites, rows: Ints, t_utc: np.datetime64, r_km: Floats
) -> list[tuple[int, float]]:
    """Objects that these sets put where r is at t, nearest first, with their distance."""
    where, _, error = orbits.pairs(satellites, rows, np.full(len(rows), t_utc))
    distance = np.sqrt(((where - r_km) ** 2).sum(axis=1))
    age_days = (t_utc - sets.epoch_utc[rows]) / np.timedelta64(86_400_000_000, "us")
    usual = np.sqrt((ageing.sigma_rtn_km(sets.mean_motion_rev_day[rows], sets.eccentricity[rows], age_days) ** 2).sum(axis=1))
    same = np.flatnonzero((error == 0) & (distance < np.maximum(SAME_PLACE_SIGMAS * usual, SAME_PLACE_KM)))
    return sorted(((int(sets.norad_id[rows[j]]), float(distance[j])) for j in same), key=lambda found: found[1])


def _swaps_and_cross_tags(
    sets: ElementSets, satellites: orbits.Satellites, at_epoch: Floats, rows: Ints, breaks: _Jumps
) -> list[Suspicion]:
    """For each break: is the new orbit that of another number, and did that number take the old one?

    Partners of a swap are looked for among the sets before breaks, since the partner may have moved first.
    """
    took = {}
    for j, k in enumerate(breaks.after.tolist()):
        near = np.abs(sets.epoch_utc[breaks.row] - sets.epoch_utc[k]) < SAME_GAP
        left = breaks.row[near & (sets.norad_id[breaks.row] != sets.norad_id[k])]
        took[j] = {other for other, _ in _there(sets, satellites, left, sets.epoch_utc[k], at_epoch[k])}
    number = sets.norad_id[breaks.after].tolist()
    out = []
    for j, k in enumerate(breaks.after.tolist()):
        own, size, t_utc = number[j], float(breaks.size_km[j]), sets.epoch_utc[k]
        partner = next((n for i, n in enumerate(number) if n in took[j] and own in took[i]), None)
        if partner is not None:
            reason = Reason("identity swap", {"own": str(own), "other": str(partner), "km": size})
            out.append(Suspicion("identity swap", own, partner, t_utc, size, reason))
            continue
        others = _last_before(sets, rows[sets.norad_id[rows] != own], t_utc)
        for other, _ in _there(sets, satellites, others, t_utc, at_epoch[k])[:1]:
            reason = Reason("cross-tag", {"own": str(own), "other": str(other), "km": size})
            out.append(Suspicion("cross-tag", own, other, t_utc, size, reason))
    return out
