"""Falls flown in full: Cowell's equations with J2 to J4 and drag of NRLMSISE-00 itself, what the averaged engine is held against.

The start is the osculating state that SGP4 gives for the mean elements (B* = 0). No table, no averaging, longitude and universal
time in the density: none of the engine's shortcuts. scipy's DOP853, relative tolerance 1e-9.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp

from hoshimori.sky import atmosphere, orbits, time
from hoshimori.sky.atmosphere import Activity

Floats = npt.NDArray[np.float64]
MU, RE, FLAT, TURN = 398600.4418, 6378.137, 1.0 / 298.257223563, 7.292115e-5
J2, J3, J4 = 1.0826267e-3, -2.5326565e-6, -1.6196216e-6


def gravity_km_s2(r: Floats) -> Floats:
    """(3,) with zonal harmonics to J4 (Vallado, section 8.7)."""
    x, y, z = r
    d = np.sqrt(x * x + y * y + z * z)
    s = z / d
    g = -MU / d**3 * r
    q = MU / d**2
    two, three, four = J2 * (RE / d) ** 2, J3 * (RE / d) ** 3, J4 * (RE / d) ** 4
    across = 1.5 * two * (5 * s * s - 1) + 2.5 * three * (7 * s**3 - 3 * s) + 0.625 * four * (63 * s**4 - 42 * s * s + 3)
    up = (
        1.5 * two * (5 * s**3 - 3 * s)
        + 0.5 * three * (35 * s**4 - 30 * s * s + 3)
        + 0.625 * four * (63 * s**5 - 70 * s**3 + 15 * s)
    )
    return np.asarray(g + q * np.array([across * x / d, across * y / d, up]))


def height_km(r: Floats) -> float:
    """Over the ellipsoid, to a few metres."""
    d = float(np.linalg.norm(r))
    s2 = (r[2] / d) ** 2
    return float(d - RE * (1.0 - FLAT) / np.sqrt(1.0 - (2.0 * FLAT - FLAT * FLAT) * (1.0 - s2)))


def days_up(
    epoch_utc: np.datetime64,
    mean_motion_rev_day: float,
    ecc: float,
    inc_deg: float,
    raan_deg: float,
    argp_deg: float,
    anomaly_deg: float,
    b_m2_kg: float,
    activity: Activity,
    *,
    until_days: float,
    end_height_km: float = 80.0,
) -> float:
    """Days from the epoch until the height passes the end, or inf."""
    columns = (mean_motion_rev_day, ecc, inc_deg, raan_deg, argp_deg, anomaly_deg, 0.0)
    set_ = orbits.prepare(np.array([epoch_utc], dtype="datetime64[us]"), *([x] for x in columns))
    states = orbits.states(set_, np.array([epoch_utc], dtype="datetime64[us]"))
    start = np.concatenate([np.ravel(states.r_km), np.ravel(states.v_km_s)])
    turn0 = float(time.gmst_rad(np.array([epoch_utc], dtype="datetime64[us]"))[0])
    day0 = epoch_utc.astype("datetime64[us]")
    return _flown(start, day0, turn0, b_m2_kg, activity, until_days, end_height_km)


def _flown(start: Floats, epoch: np.datetime64, turn0: float, b: float, activity: Activity, until: float, end: float) -> float:
    spin = np.array([0.0, 0.0, TURN])

    def rate(t: float, y: Floats) -> Floats:
        r, v = y[:3], y[3:]
        d = np.linalg.norm(r)
        lat = np.arcsin(r[2] / d)
        lat = np.arctan(np.tan(lat) / (1 - FLAT) ** 2) if abs(lat) < 1.57 else lat
        lon = (np.arctan2(r[1], r[0]) - turn0 - TURN * t + np.pi) % (2 * np.pi) - np.pi
        height = height_km(r)
        rho = 0.0
        if height < 2500.0:
            when = epoch + np.timedelta64(int(t * 1e6), "us")
            rho = float(
                atmosphere.density_kg_m3(
                    np.array([when]), np.array([lon]), np.array([lat]), np.array([max(height, 40.0)]), activity
                )[0]
            )
        wind = v - np.cross(spin, r)
        return np.concatenate([v, gravity_km_s2(r) - 0.5e3 * rho * b * np.linalg.norm(wind) * wind])

    def over(t: float, y: Floats) -> float:
        return height_km(y[:3]) - end

    over.terminal = True  # type: ignore[attr-defined]
    found = solve_ivp(rate, (0.0, until * 86400.0), start, method="DOP853", rtol=1e-9, atol=1e-7, events=over, max_step=300.0)
    return float(found.t_events[0][0]) / 86400.0 if len(found.t_events[0]) else np.inf
