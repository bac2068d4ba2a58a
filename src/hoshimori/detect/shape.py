"""The shape of motion of one object about another, from positions over time: drifting by, parking, circling, crossing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.facts import Floats

CIRCLING = 0.7
"""In-plane turns about the watched object per revolution from which the motion is called a circumnavigation (1 is a full one)."""
CROSSING = 2.0
"""A neighbour that comes back every revolution, but swings out beyond this many times the outer range, crosses."""


class Motion(NamedTuple):
    """What a stay looks like. Distances in km, RTN of the watched object; turns per revolution of the watched object."""

    shape: str  # "drift-by", "parking", "circumnavigation", "crossing"
    in_track_drift_km_day: float
    in_track_mean_km: float
    turns_per_revolution: float
    largest_km: float
    median_km: float
    hours_within: float


def describe(dr_rtn_km: Floats, t_days: Floats, revolution_days: float, within_km: float, outer_km: float) -> Motion:
    """Describe relative positions (m, 3) in RTN at times t_days (m,), evenly spaced and covering the stay.

    The mean in-track offset is taken revolution by revolution, so that the daily loop drops out; its straight-line change
    over the stay against `within_km` decides whether the visitor passes or remains.
    """
    good = np.isfinite(dr_rtn_km[:, 0])
    dr, t = dr_rtn_km[good], t_days[good]
    distance = np.sqrt((dr * dr).sum(axis=1))
    step_days = float(np.median(np.diff(t))) if len(t) > 1 else 0.0
    drift, mean = _drift(t, dr[:, 1], revolution_days)
    turns = _turns(dr, t, revolution_days)
    passed_km = abs(drift) * float(t[-1] - t[0]) if len(t) else 0.0
    if passed_km > 2.0 * within_km:
        shape = "drift-by"
    elif float(distance.max()) > CROSSING * outer_km:
        shape = "crossing"
    elif abs(turns) >= CIRCLING:
        shape = "circumnavigation"
    else:
        shape = "parking"
    hours = float((distance < within_km).sum()) * step_days * 24.0
    return Motion(shape, drift, mean, turns, float(distance.max()), float(np.median(distance)), hours)


def _drift(t_days: Floats, in_track_km: Floats, revolution_days: float) -> tuple[float, float]:
    """Slope (km/day) and mean (km) of the in-track offset averaged over whole revolutions."""
    whole = int((t_days[-1] - t_days[0]) / revolution_days) if len(t_days) > 1 else 0
    if whole < 2:
        return 0.0, float(in_track_km.mean())
    bins = np.minimum(((t_days - t_days[0]) / revolution_days).astype(int), whole)
    centres = np.array([t_days[bins == b].mean() for b in range(whole)])
    means = np.array([in_track_km[bins == b].mean() for b in range(whole)])
    return float(median_slope(centres, means)), float(means.mean())


def median_slope(x: Floats, y: Floats) -> float:
    """Median of the slopes between all pairs of points (Theil 1950, Sen 1968): one bad revolution does not tilt it."""
    i, j = np.triu_indices(len(x), 1)
    return float(np.median((y[j] - y[i]) / (x[j] - x[i])))


def _turns(dr_rtn_km: Floats, t_days: Floats, revolution_days: float) -> float:
    """In-plane (R, T) turns about the watched object per revolution, signed."""
    if len(t_days) < 3:
        return 0.0
    angle = np.unwrap(np.arctan2(dr_rtn_km[:, 1], dr_rtn_km[:, 0]))
    return float((angle[-1] - angle[0]) / (2.0 * np.pi) / ((t_days[-1] - t_days[0]) / revolution_days))
