"""Who is a neighbour on the same orbit: near in plane, axis and phase at one moment, by mean elements and J2 alone.

Good enough to name who may be watched beside an asset; for distances ask `detect.stays` or `detect.conjunction`.
"""

from __future__ import annotations

import numpy as np

from hoshimori.facts import ElementSets, Floats, Ints
from hoshimori.sky.secular import halved, mean_axis_km

J2, EARTH_KM = 1.08262668e-3, 6378.137
RING_REV_DAY = (0.9, 1.1)
RING_DEG = 1.0
RING_PLANE_DEG = 5.0
PLANE_DEG = 1.0
PHASE_DEG = 10.0
AXIS_KM = 25.0
AHEAD = np.timedelta64(86_400_000_000, "us")


def neighbours(latest: ElementSets, norad_id: int, as_of_utc: np.datetime64, most: int) -> Ints:
    """Catalogue numbers of at most `most` neighbours, the nearest first. latest: the newest set of every object."""
    at = np.flatnonzero(latest.norad_id == norad_id)
    if not len(at) or most <= 0:
        return np.zeros(0, np.int64)
    i = int(at[0])
    axis = mean_axis_km(latest.mean_motion_rev_day, latest.eccentricity, latest.inc_deg)
    ring = RING_REV_DAY[0] < latest.mean_motion_rev_day[i] < RING_REV_DAY[1]
    other = latest.norad_id != norad_id
    close = np.flatnonzero(other & (np.abs(axis - axis[i]) <= (100.0 * AXIS_KM if ring else AXIS_KM)))
    rows = np.append(i, close)
    node, longitude = _at(latest.take(rows), axis[rows], as_of_utc)
    inc = np.radians(latest.inc_deg[rows])
    tilt = np.hypot(inc - inc[0], 2.0 * np.sin(np.minimum(inc, inc[0])) * np.sin(0.5 * (node - node[0])))
    phase = np.abs(halved(longitude - longitude[0]))
    limits = (RING_PLANE_DEG, RING_DEG) if ring else (PLANE_DEG, PHASE_DEG)
    near = (tilt <= np.radians(limits[0])) & (phase <= np.radians(limits[1]))
    near[0] = False
    order = np.argsort(np.hypot(tilt, phase)[near], kind="stable")
    return np.asarray(latest.norad_id[rows[near][order]][:most])


def _at(sets: ElementSets, axis_km: Floats, t_utc: np.datetime64) -> tuple[Floats, Floats]:
    """Node, and node + perigee + mean anomaly, in rad at a moment, with the secular rates of J2."""
    days = (t_utc - sets.epoch_utc) / AHEAD
    motion = sets.mean_motion_rev_day * 2.0 * np.pi
    cos_i = np.cos(np.radians(sets.inc_deg))
    pull = 1.5 * J2 * (EARTH_KM / (axis_km * (1.0 - sets.eccentricity**2))) ** 2 * motion
    node = np.radians(sets.raan_deg) - pull * cos_i * days
    perigee = np.radians(sets.argp_deg) + pull * (2.0 - 2.5 * (1.0 - cos_i**2)) * days
    return node, node + perigee + np.radians(sets.ma_deg) + motion * days
