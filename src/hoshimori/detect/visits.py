"""Where an object on the ring has stopped before, and whether it keeps stopping beside satellites of one owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hoshimori.facts import ElementSets, Floats, Times
from hoshimori.sky import time

STILL_DEG_DAY = 0.03
"""A slot is where the drift stays below this."""
STOP_DAYS = 3.0
BESIDE_DEG = 0.2
"""A stop is beside a satellite when their mean longitudes differ by less."""
LEVER = np.timedelta64(1, "D")
"""A drift is taken over at least so long: the noise of two sets, some 0.002 deg each, then makes 0.003 deg/day of it."""


class Stop(NamedTuple):
    """One stop on the ring: from the first to the last set that shows it, at the median of its mean longitudes."""

    start_utc: np.datetime64
    stop_utc: np.datetime64
    longitude_deg_e: float


def mean_longitude_deg(sets: ElementSets) -> Floats:
    """(n,) mean longitude east, 0 to 360: without the daily swing of eccentricity and inclination."""
    spin = np.degrees(time.gmst_rad(sets.epoch_utc))
    return np.asarray((sets.raan_deg + sets.argp_deg + sets.ma_deg - spin) % 360.0)


def drift_deg_day(t_utc: Times, longitude_deg: Floats) -> Floats:
    """(n,) drift in longitude, east positive, from each set to the first one a `LEVER` later, at the end to an earlier one.

    longitude_deg: (n,) unwrapped. From longitudes and not from the mean motion: the motion that stands still over the Earth
    depends on the precession of the orbit.
    """
    last = len(t_utc) - 1
    there = np.minimum(np.searchsorted(t_utc, t_utc + LEVER), last)
    short = t_utc[there] - t_utc < LEVER
    there = np.where(short, np.maximum(np.searchsorted(t_utc, t_utc - LEVER, side="right") - 1, 0), there)
    days = (t_utc[there] - t_utc) / np.timedelta64(86_400_000_000, "us")
    return np.asarray((longitude_deg[there] - longitude_deg) / np.where(days == 0.0, np.nan, days))


def stops(sets: ElementSets) -> list[Stop]:
    """The stops of one object, in order of time. sets: its history, sorted by epoch."""
    if len(sets) == 0:
        return []
    longitude = np.degrees(np.unwrap(np.radians(mean_longitude_deg(sets))))
    still = np.abs(drift_deg_day(sets.epoch_utc, longitude)) < STILL_DEG_DAY
    out = []
    for run in _runs(still, longitude):
        start, stop = sets.epoch_utc[run[0]], sets.epoch_utc[run[-1]]
        if (stop - start) / np.timedelta64(86_400_000_000, "us") >= STOP_DAYS:
            out.append(Stop(start, stop, float(np.median(longitude[run]) % 360.0)))
    return out


def _runs(still: np.ndarray, longitude: Floats) -> list[np.ndarray]:
    """Index runs of sets that stand still at one place: a hole in the record that hides a move parts them."""
    index = np.flatnonzero(still)
    apart = (np.diff(index) > 1) | (np.abs(np.diff(longitude[index])) > BESIDE_DEG)
    return np.split(index, np.flatnonzero(apart) + 1) if len(index) else []


def beside(places_deg: Sequence[float], slots_deg: Sequence[float]) -> int:
    """How many of these places lie beside any of the slots."""
    return sum(1 for p in places_deg if any(apart_deg(p, s) < BESIDE_DEG for s in slots_deg))


def share_beside(places_deg: Sequence[float], slots_deg: Sequence[float]) -> float:
    """The share of the arc from the westernmost to the easternmost of the places (half a slot added) that lies beside a slot.

    The shortest arc that holds all places is taken; looked at every hundredth of a degree.
    """
    ring = np.sort(np.asarray(places_deg) % 360.0)
    holes = np.diff(np.append(ring, ring[0] + 360.0))
    first = ring[(int(np.argmax(holes)) + 1) % len(ring)]
    length = 360.0 - float(holes.max()) + 2.0 * BESIDE_DEG
    arc = first - BESIDE_DEG + np.arange(0.0, length, 0.01)
    near = np.zeros(len(arc), bool)
    for slot in slots_deg:
        near |= np.abs((arc - slot + 180.0) % 360.0 - 180.0) < BESIDE_DEG
    return float(near.mean())


def apart_deg(a: float, b: float) -> float:
    """Between two longitudes, 0 to 180."""
    return abs((a - b + 180.0) % 360.0 - 180.0)
