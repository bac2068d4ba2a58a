"""Does a new number carry on the orbit of a silent one? Then it was renumbered, or the numbers were exchanged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.facts import ElementSets, Floats
from hoshimori.ports import View
from hoshimori.sky import orbits
from hoshimori.tracking.classes import class_sigma_rtn_km
from hoshimori.tracking.satellites import satellites_of

NEAR_MOTION = 2e-3
"""Relative difference of mean motion that is looked at: 10 km of the axis in LEO."""
NEAR_INC_DEG = 0.15
NEAR_ECCENTRICITY = 2e-3
FEW = 12
SIGMAS = 5.0
LONGEST_DAYS = 30.0
BEFORE = np.timedelta64(1, "D")


class Heir(NamedTuple):
    """Another number that lies on the propagated orbit: at what distance, in sigmas of the element sets, and its first set."""

    norad_id: int
    distance_km: float
    sigmas: float
    epoch_utc: np.datetime64
    digest: str


def heir(view: View, last: ElementSets, latest: ElementSets) -> Heir | None:
    """The nearest object that was not known when the silent one was last fitted. last: one row, its newest set."""
    near = (
        (latest.norad_id != last.norad_id[0])
        & (np.abs(latest.mean_motion_rev_day / last.mean_motion_rev_day[0] - 1.0) < NEAR_MOTION)
        & (np.abs(latest.inc_deg - last.inc_deg[0]) < NEAR_INC_DEG)
        & (np.abs(latest.eccentricity - last.eccentricity[0]) < NEAR_ECCENTRICITY)
        & (latest.epoch_utc > last.epoch_utc[0] - BEFORE)
    )
    others = latest.norad_id[near]
    if not len(others):
        return None
    sets = view.history(others.tolist())
    first = np.unique(sets.norad_id, return_index=True)[1]
    new = sets.take(first)
    new = new.take(new.epoch_utc > last.epoch_utc[0] - BEFORE)
    age = np.abs(new.epoch_utc - last.epoch_utc[0]) / np.timedelta64(86_400_000_000, "us")
    new, age = new.take(age <= LONGEST_DAYS), age[age <= LONGEST_DAYS]
    if not len(new):
        return None
    km, sigmas = _apart(last, new, age)
    best = int(np.argmin(sigmas))
    if not sigmas[best] <= SIGMAS:
        return None
    row = new.record(best)
    return Heir(row.norad_id, float(km[best]), float(sigmas[best]), row.epoch_utc, row.digest)


def _apart(last: ElementSets, new: ElementSets, age_days: Floats) -> tuple[Floats, Floats]:
    """(n,) km and sigmas between each new set at its epoch and where the old one puts the silent object then."""
    satellites = satellites_of(ElementSets.concat([last, new]))
    n = len(new)
    at, velocity, _ = orbits.pairs(satellites, np.arange(1, n + 1), new.epoch_utc)
    put, _, _ = orbits.pairs(satellites, np.zeros(n, np.int64), new.epoch_utc)
    apart = put - at
    radial = at / np.linalg.norm(at, axis=1)[:, None]
    normal = np.cross(at, velocity)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    along = np.cross(normal, radial)
    rtn = np.stack([(apart * axis).sum(axis=1) for axis in (radial, along, normal)], axis=1)
    sigma = class_sigma_rtn_km(new.mean_motion_rev_day, new.eccentricity, age_days)
    km, sigmas = np.linalg.norm(rtn, axis=1), np.sqrt(((rtn / sigma) ** 2).sum(axis=1))
    return km, np.where(np.isfinite(sigmas), sigmas, np.inf)
