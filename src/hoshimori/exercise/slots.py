"""Where a geostationary practice object stands: mean elements for a wished longitude and drift, as SGP4 itself will show them."""

from __future__ import annotations

from math import atan2, hypot, pi

import numpy as np

from hoshimori.exercise.arcs import MIN_PER_DAY, TAU, US_PER_DAY, Arc, Mean, gmst_rad

SYNCHRONOUS_REV_DAY = 1.0027
GEO_SMA_KM = 42164.0
M_S_PER_DEG_DAY = 3074.7 / (3.0 * 360.9856)
"""Tangential impulse that changes the drift by one degree a day."""

_HOURS = np.array([-21, -15, -9, -3, 3, 9, 15, 21]) * (US_PER_DAY // 24)


def geo_arc(
    t_us: int, longitude_deg_e: float, drift_deg_day: float, *, e_vector: tuple[float, float], i_vector: tuple[float, float]
) -> Arc:
    """The arc whose longitude, averaged over the two days around t, has this value and drifts (eastward) at this rate at t.

    e_vector, i_vector: as in `beside`, i in rad. The mean motion and mean longitude are found with SGP4 by Newton steps.
    """
    raan, perigee = atan2(i_vector[1], i_vector[0]), atan2(e_vector[1], e_vector[0])
    n = (SYNCHRONOUS_REV_DAY + drift_deg_day / 360.0) * TAU / MIN_PER_DAY
    longitude = longitude_deg_e * pi / 180.0 + gmst_rad(t_us)
    for _ in range(3):
        mean = Mean(n, hypot(*e_vector), hypot(*i_vector), raan % TAU, (perigee - raan) % TAU, (longitude - perigee) % TAU)
        arc = Arc(t_us, mean)
        seen_deg, drift_seen = longitude_and_drift(arc, t_us)
        n -= (drift_seen - drift_deg_day) / 360.0 * TAU / MIN_PER_DAY
        longitude -= ((seen_deg - longitude_deg_e + 180.0) % 360.0 - 180.0) * pi / 180.0
    return arc


def longitude_and_drift(arc: Arc, t_us: int) -> tuple[float, float]:
    """Longitude (deg east, 0 to 360) and drift (deg/day, east positive), averaged over the two days around t.

    Eight looks, six hours apart: the daily and half-daily swings of eccentricity and inclination cancel.
    """
    times = t_us + _HOURS
    r, _ = arc.states(times)
    theta = np.array([gmst_rad(int(t)) for t in times])
    lon = np.unwrap(np.arctan2(r[:, 1], r[:, 0]) - theta)
    drift_deg_day = float(np.degrees(lon[4:].mean() - lon[:4].mean()))
    return float(np.degrees(lon.mean())) % 360.0, drift_deg_day


def acceleration_deg_day2(arc: Arc, t_us: int) -> float:
    """How fast the drift changes at t, from the drift two days before and after."""
    before = longitude_and_drift(arc, t_us - 2 * US_PER_DAY)[1]
    after = longitude_and_drift(arc, t_us + 2 * US_PER_DAY)[1]
    return (after - before) / 4.0
