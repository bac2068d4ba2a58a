"""Invented populations with random planes and perigees, as element sets that SGP4 flies, and as orbits that a formula takes."""

from __future__ import annotations

import numpy as np

from hoshimori.facts import ElementSets, Floats
from hoshimori.sky._sgp4_constants import EARTH_RADIUS_KM, MU_KM3_S2, brouwer

START = np.datetime64("2022-01-01T00:00:00", "us")


def random_planes(rng: np.random.Generator, sma_km: Floats, ecc: Floats, inc_deg: Floats, first: int = 1) -> ElementSets:
    """One set each, without drag, numbered from `first`: mean axis as asked for, node, perigee and anomaly anywhere."""
    n = len(sma_km)
    angles = rng.uniform(0.0, 360.0, (3, n))
    columns = {
        "norad_id": np.arange(first, first + n), "epoch_utc": np.full(n, START), "eccentricity": ecc, "inc_deg": inc_deg,
        "mean_motion_rev_day": kozai_rev_day(sma_km, ecc, inc_deg), "raan_deg": angles[0], "argp_deg": angles[1],
        "ma_deg": angles[2],
    }  # fmt: skip
    return ElementSets.build(columns)


def kozai_rev_day(sma_km: Floats, ecc: Floats, inc_deg: Floats) -> Floats:
    """The mean motion that a set must state for this mean axis: the inverse of what SGP4 undoes, by iteration."""
    per_minute = np.sqrt(MU_KM3_S2 / sma_km**3) * 60.0
    for _ in range(20):
        _, axis = brouwer(per_minute, ecc, np.cos(np.radians(inc_deg)))
        per_minute = per_minute * (axis * EARTH_RADIUS_KM / sma_km) ** 1.5
    return np.asarray(per_minute * 1440.0 / (2.0 * np.pi))
