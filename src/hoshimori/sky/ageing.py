"""How far an element set may be off as it ages: one sigma in radial, in-track and cross-track, by class of orbit.

The table gives the distance that 68.27 % of sets stayed within when propagated to the epoch of a later set of the same object,
for all objects of a class alike, those that manoeuvre included. Measured by bench/ageing on public GP sets of 24-30 May 2026,
Starlink left out; learnt on the objects with odd catalogue numbers and checked on the even ones (docs/encounter.md has both).

Assumes: the later set is right. Successive sets share tracking data, so this is consistency; the absolute error is larger, and
the value at age zero is that of the youngest measured age, not zero. Tails are long (burns): in GEO 5 % lie beyond 3 to 6 sigma.
The class "other" (MEO, eccentric orbits) is not measured, for want of sets: three times GEO, an assumption.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hoshimori.sky.relative import rtn_basis

Floats = npt.NDArray[np.float64]

AGES_DAYS = np.array([0.0, 0.3, 0.55, 1.0, 2.0, 3.0, 5.0, 6.4])

_GEO = np.array(
    [
        [0.128, 0.464, 0.409],
        [0.128, 0.464, 0.409],
        [0.212, 0.702, 0.801],
        [0.363, 1.568, 1.369],
        [0.728, 4.816, 2.770],
        [1.049, 8.309, 4.191],
        [1.531, 15.159, 6.979],
        [1.855, 24.827, 7.864],
    ]
)

TABLE_KM = {
    "LEO low": np.array(
        [
            [0.031, 0.246, 0.022],
            [0.031, 0.246, 0.022],
            [0.057, 0.491, 0.027],
            [0.089, 0.899, 0.034],
            [0.166, 3.070, 0.057],
            [0.244, 7.381, 0.078],
            [0.402, 27.320, 0.127],
            [0.584, 60.910, 0.181],
        ]
    ),
    "LEO high": np.array(
        [
            [0.022, 0.305, 0.013],
            [0.022, 0.305, 0.013],
            [0.039, 0.396, 0.020],
            [0.073, 0.515, 0.033],
            [0.143, 0.908, 0.061],
            [0.209, 1.194, 0.094],
            [0.350, 1.629, 0.154],
            [0.441, 3.073, 0.207],
        ]
    ),
    "GEO": _GEO,
    "other": 3.0 * _GEO,
}
"""(8, 3) R, T, N in km at `AGES_DAYS`, for LEO below and above 600 km of perigee, GEO, and what is neither."""


def orbit_class(mean_motion_rev_day: Floats, eccentricity: Floats) -> npt.NDArray[np.str_]:
    """(n,) the row of the table that speaks for an orbit: LEO above or below 600 km perigee, GEO (within 10 % of one turn a day,
    e < 0.1), or other."""
    a_km = (398600.8 / (mean_motion_rev_day * 2.0 * np.pi / 86400.0) ** 2) ** (1.0 / 3.0)
    perigee_km = a_km * (1.0 - eccentricity) - 6378.135
    leo = np.where(perigee_km < 600.0, "LEO low", "LEO high")
    geo = (np.abs(mean_motion_rev_day - 1.0) < 0.1) & (eccentricity < 0.1)
    return np.where(mean_motion_rev_day >= 6.4, leo, np.where(geo, "GEO", "other"))


def sigma_rtn_km(mean_motion_rev_day: Floats, eccentricity: Floats, age_days: Floats) -> Floats:
    """(n, 3) one sigma radial, in-track, cross-track of sets `age_days` from their epoch.

    Straight lines between the measured ages; beyond the last one the last slope goes on (in-track error grows faster than
    that under drag: sets older than a week are better called stale than trusted).
    """
    kind = orbit_class(mean_motion_rev_day, eccentricity)
    age = np.abs(age_days)
    out = np.empty((len(age), 3))
    for name, table in TABLE_KM.items():
        mine = kind == name
        beyond = np.maximum(age[mine] - AGES_DAYS[-1], 0.0)
        for axis in range(3):
            slope = (table[-1, axis] - table[-2, axis]) / (AGES_DAYS[-1] - AGES_DAYS[-2])
            out[mine, axis] = np.interp(age[mine], AGES_DAYS, table[:, axis]) + np.maximum(slope, 0.0) * beyond
    return out


def covariance_teme(sigma_rtn: Floats, r_km: Floats, v_km_s: Floats) -> Floats:
    """(n, 3, 3) position covariance in the frame of r and v, from one-sigma values (n, 3) along RTN without correlation."""
    basis = rtn_basis(r_km, v_km_s)  # (n, 3, 3): rows are R, T, N
    return np.asarray(np.einsum("nij,ni,nik->njk", basis, sigma_rtn**2, basis))
