"""Who comes near whom: every local minimum of the distance between a few objects and many, below a threshold.

Three steps. (1) A sieve by perigee and apogee drops pairs whose shells never meet. (2) On a time grid, a minimum lies where the
range rate turns from negative to positive between two grid times; its depth is read from the cubic Hermite curve through the
states at both ends. (3) What is left is refined on the trajectories themselves. Steps and bounds are derived in
design/encounter-screening.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky.search import refine_roots
from hoshimori.sky.trajectories import Trajectories

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

STEPS_PER_REVOLUTION = 96
"""Grid times per revolution of the watched object: 15 min in GEO, 1 min in LEO."""

HERMITE_MARGIN_KM = 1.0
"""The cubic Hermite curve errs by at most h^4/384 |r''''|: 2 m for a GEO pair at 15 min, below 1 m for a LEO pair at 1 min.
Candidates are kept up to this much above the threshold; refinement decides."""

SHELL_MARGIN_KM = 100.0
"""Mean perigee and apogee against the osculating distance: short-period terms reach about 20 km in LEO, and the lunar and solar
terms move the perigee of an eccentric orbit by tens of km a week."""

TOLERANCE_S = 1e-6
EDGE_S = 0.01
"""The bracket reaches this far beyond its grid step: a rate of zero at a grid time may have either sign when computed again."""


class Minima(NamedTuple):
    """Closest approaches, (k,) each, sorted by watched row, other row, time. Relative vectors are other minus watched, TEME."""

    watched: Ints
    other: Ints
    t_us: Ints
    offset_s: Floats
    miss_km: Floats
    dr_km: Floats  # (k, 3)
    dv_km_s: Floats  # (k, 3)
    r_km: Floats  # (k, 3) of the watched object
    v_km_s: Floats  # (k, 3)

    def take(self, which: Any) -> Minima:
        """Rows by index array, slice or mask."""
        return Minima(*(column[which] for column in self))


def shells(mean_motion_rev_day: Floats, eccentricity: Floats) -> tuple[Floats, Floats]:
    """Perigee and apogee distance (km from the centre) of mean elements, WGS-72. (n,) and (n,)."""
    a_km = (398600.8 / (mean_motion_rev_day * 2.0 * np.pi / 86400.0) ** 2) ** (1.0 / 3.0)
    return a_km * (1.0 - eccentricity), a_km * (1.0 + eccentricity)


def shells_meet(perigee_km: Floats, apogee_km: Floats, lowest_km: float, highest_km: float, within_km: float) -> Bools:
    """(n,) can an object of this shell come within `within_km` of one that stays between lowest and highest?"""
    margin = within_km + SHELL_MARGIN_KM
    return (perigee_km <= highest_km + margin) & (apogee_km >= lowest_km - margin)


def minima(
    trajectories: Trajectories,
    watched: Ints,
    candidates: Bools,
    start_utc: np.datetime64,
    stop_utc: np.datetime64,
    step_s: float,
    within_km: float,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Minima:
    """All local minima of the distance from each watched row to every candidate row, below `within_km`, inside the window.

    candidates: (len(watched), rows), True where the pair is to be tested. Minima at the very ends of the window are not
    minima of the whole motion and are not given. Rows without a state at a time have no approaches there.
    """
    from hoshimori.sky._meetings import turning_points

    found: list[tuple[Ints, Ints, Ints]] = []
    count = int((stop_utc - start_utc) / np.timedelta64(1, "us") / (step_s * 1e6)) + 1
    block = max(2, min(count, 40_000_000 // max(trajectories.rows, 1) // 6))
    step = np.timedelta64(round(step_s * 1e6), "us")
    breaks = _break_times(trajectories)
    for begin in range(0, max(count - 1, 1), block - 1):
        if progress:
            progress(begin, count)
        t_utc = (start_utc + step * np.arange(begin, min(begin + block, count) + 1)).astype("datetime64[us]")
        t_utc = np.minimum(t_utc, stop_utc.astype("datetime64[us]"))
        t_utc = np.unique(t_utc)
        if len(t_utc) < 2:
            continue
        r_km, v_km_s = trajectories.grid(t_utc)
        t_us = t_utc.astype(np.int64)
        hit = turning_points(r_km, v_km_s, watched, candidates, t_us, within_km + HERMITE_MARGIN_KM, breaks)
        found.append((hit[0], hit[1], t_us[hit[2]]))
    if progress:
        progress(count, count)
    found.append((np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)))
    watched_row, other_row, left_us = map(np.concatenate, zip(*found, strict=True))
    return _refined(trajectories, watched_row, other_row, left_us, step_s, within_km)


def _break_times(trajectories: Trajectories) -> tuple[Ints, Ints]:
    row, t_us = trajectories.breaks_us()
    order = np.lexsort((t_us, row))
    return row[order], t_us[order]


def _refined(trajectories: Trajectories, watched: Ints, other: Ints, left_us: Ints, step_s: float, within_km: float) -> Minima:
    t_utc = left_us.astype("datetime64[us]")

    def relative(which: Ints, offset_s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        r, v = trajectories.at(watched[which], t_utc[which], offset_s)
        r2, v2 = trajectories.at(other[which], t_utc[which], offset_s)
        return r2 - r, v2 - v, r, v

    def range_rate(which: Ints, offset_s: Floats) -> Floats:
        dr, dv = relative(which, offset_s)[:2]
        return np.asarray((dr * dv).sum(axis=1))

    edge = np.full(len(watched), EDGE_S)
    offset_s = refine_roots(range_rate, -edge, edge + step_s, TOLERANCE_S)
    dr, dv, r, v = relative(np.arange(len(watched)), offset_s)
    miss = np.sqrt((dr * dr).sum(axis=1))
    order = np.lexsort((left_us * 1e-6 + offset_s, other, watched))
    order = order[(miss[order] <= within_km) & np.isfinite(offset_s[order])]
    return Minima(
        watched[order], other[order], left_us[order], offset_s[order], miss[order], dr[order], dv[order], r[order], v[order]
    )
