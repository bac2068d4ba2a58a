"""How long a low object has left by its newest sets, and the chance that it has come down since: rough, for odds alone.

Circular orbit in an atmosphere that thins with a scale height: time left = H / |da/dt| (1 - exp(-(h - 100 km) / H)). The sigma of
its logarithm is assumed (0.5). For a window of re-entry ask `detect.reentry`. Reference: King-Hele, Theory of Satellite Orbits in
an Atmosphere, 1964 (the exponential law); scale heights after Vallado, Fundamentals of Astrodynamics, table 8-4.
"""

from __future__ import annotations

import math

import numpy as np

from hoshimori.facts import ElementSets

NEWEST = 3
END_KM = 100.0
EARTH_KM = 6378.135
MU_KM3_S2 = 398600.8
HEIGHTS_KM = (150.0, 200.0, 250.0, 300.0, 350.0, 400.0, 500.0, 600.0, 800.0)
SCALES_KM = (22.5, 37.1, 45.5, 53.6, 53.3, 58.5, 63.8, 71.8, 124.6)


def perigee_km(sets: ElementSets) -> float:
    """Height of the perigee by the newest set."""
    motion, e = float(sets.mean_motion_rev_day[-1]), float(sets.eccentricity[-1])
    return _axis_km(motion) * (1.0 - e) - EARTH_KM


def days_left(sets: ElementSets) -> float:
    """From the newest epoch; infinite where the sets do not show it sinking. sets: of one object, by epoch."""
    newest = sets.take(slice(-NEWEST, None))
    sinking = 2.0 * float(np.median(newest.ndot_rev_day2))
    motion, height = float(newest.mean_motion_rev_day[-1]), perigee_km(newest)
    if sinking <= 0.0 or height > HEIGHTS_KM[-1]:
        return math.inf
    rate = 2.0 / 3.0 * _axis_km(motion) * sinking / motion
    scale = float(np.interp(height, HEIGHTS_KM, SCALES_KM))
    return max(scale / rate * (1.0 - math.exp(-max(height - END_KM, 0.0) / scale)), 1e-3)


def chance_down(elapsed_days: float, left_days: float, log_sigma: float) -> float:
    """P(it has come down), the time left known to `log_sigma` of its logarithm."""
    if not math.isfinite(left_days) or elapsed_days <= 0.0:
        return 0.0
    return 0.5 * (1.0 + math.erf(math.log(elapsed_days / left_days) / (log_sigma * math.sqrt(2.0))))


def _axis_km(motion_rev_day: float) -> float:
    return float((MU_KM3_S2 / (motion_rev_day * 2.0 * math.pi / 86400.0) ** 2) ** (1.0 / 3.0))
