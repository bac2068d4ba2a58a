"""The pull of the Earth, degree and order 8, and of the Sun and the Moon; orbits under it, in numbers.

EGM96 (Lemoine et al., NASA/TP-1998-206861), fully normalised, tide free, degrees 2 to 8: C S by order 0, 1, 2... of each degree.
Cunningham's recursion as in Montenbruck and Gill, "Satellite Orbits" (2000), section 3.2. No air, no pressure of light: what is
wanted is what SGP4's gravity leaves out.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from hoshimori.facts import Floats, Times
from hoshimori.sky import bodies, time

MU_KM3_S2, RADIUS_KM = 398600.4415, 6378.1363
SUN_KM3_S2, MOON_KM3_S2 = 1.32712440018e11, 4902.800066
DEGREE = 8
EGM96 = """
-4.84165371736e-4 0 -1.86987635955e-10 1.19528012031e-9 2.43914352398e-6 -1.40016683654e-6
9.57254173792e-7 0 2.02998882184e-6 2.48513158716e-7 9.04627768605e-7 -6.19025944205e-7 7.21072657057e-7 1.41435626958e-6
5.39873863789e-7 0 -5.36321616971e-7 -4.73440265853e-7 3.50694105785e-7 6.62671572540e-7 9.90771803829e-7 -2.00928369177e-7
-1.88560802735e-7 3.08853169333e-7
6.85323475630e-8 0 -6.21012128528e-8 -9.44226127525e-8 6.52438297612e-7 -3.23349612668e-7 -4.51955406071e-7 -2.14847190624e-7
-2.95301647654e-7 4.96658876769e-8 1.74971983203e-7 -6.69384278219e-7
-1.49957994714e-7 0 -7.60879384947e-8 2.62890545501e-8 4.81732442832e-8 -3.73728201347e-7 5.71730990516e-8 9.02694517163e-9
-8.62142660109e-8 -4.71408154267e-7 -2.67133325490e-7 -5.36488432483e-7 9.67616121092e-9 -2.37192006935e-7
9.09789371450e-8 0 2.79872910488e-7 9.54336911867e-8 3.29743816488e-7 9.30667596042e-8 2.50398657706e-7 -2.17198608738e-7
-2.75114355257e-7 -1.23800392323e-7 1.93765507243e-9 1.77377719872e-8 -3.58856860645e-7 1.51789817739e-7 1.09185148045e-9
2.44415707993e-8
4.96711667324e-8 0 2.33422047893e-8 5.90060493411e-8 8.02978722615e-8 6.54175425859e-8 -1.91877757009e-8 -8.63454445021e-8
-2.44600105471e-7 7.00233016934e-8 -2.55352403037e-8 8.91462164788e-8 -6.57361610961e-8 3.09238461807e-7 6.72811580072e-8
7.47440473633e-8 -1.24092493016e-7 1.20533165603e-7
"""


def coefficients() -> tuple[Floats, Floats]:
    """C, S (9, 9) without normalisation."""
    numbers = iter([float(x) for x in EGM96.split()])
    c, s = np.zeros((DEGREE + 1, DEGREE + 1)), np.zeros((DEGREE + 1, DEGREE + 1))
    c[0, 0] = 1.0
    for n in range(2, DEGREE + 1):
        for m in range(n + 1):
            norm = math.sqrt((2 if m else 1) * (2 * n + 1) * math.factorial(n - m) / math.factorial(n + m))
            c[n, m], s[n, m] = next(numbers) * norm, next(numbers) * norm
    return c, s


@numba.njit(cache=True, nogil=True)
def pull(r: Floats, c: Floats, s: Floats) -> Floats:  # pragma: no cover - compiled
    """(3,) km/s2 at r (3,) km, both turning with the Earth."""
    top = c.shape[0]
    v, w = np.zeros((top + 1, top + 1)), np.zeros((top + 1, top + 1))
    r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    rho = RADIUS_KM * RADIUS_KM / r2
    x, y, z = RADIUS_KM * r[0] / r2, RADIUS_KM * r[1] / r2, RADIUS_KM * r[2] / r2
    v[0, 0] = RADIUS_KM / math.sqrt(r2)
    for m in range(top + 1):
        if m > 0:
            v[m, m] = (2 * m - 1) * (x * v[m - 1, m - 1] - y * w[m - 1, m - 1])
            w[m, m] = (2 * m - 1) * (x * w[m - 1, m - 1] + y * v[m - 1, m - 1])
        if m < top:
            v[m + 1, m], w[m + 1, m] = (2 * m + 1) * z * v[m, m], (2 * m + 1) * z * w[m, m]
        for n in range(m + 2, top + 1):
            v[n, m] = ((2 * n - 1) * z * v[n - 1, m] - (n + m - 1) * rho * v[n - 2, m]) / (n - m)
            w[n, m] = ((2 * n - 1) * z * w[n - 1, m] - (n + m - 1) * rho * w[n - 2, m]) / (n - m)
    a = np.zeros(3)
    for n in range(top):
        for m in range(n + 1):
            cc, ss = c[n, m], s[n, m]
            if m == 0:
                a[0] -= cc * v[n + 1, 1]
                a[1] -= cc * w[n + 1, 1]
                a[2] -= (n + 1) * cc * v[n + 1, 0]
            else:
                f = (n - m + 1) * (n - m + 2)
                up, down = v[n + 1, m + 1], w[n + 1, m + 1]
                left, right = v[n + 1, m - 1], w[n + 1, m - 1]
                a[0] += 0.5 * (-cc * up - ss * down + f * (cc * left + ss * right))
                a[1] += 0.5 * (-cc * down + ss * up + f * (-cc * right + ss * left))
                a[2] += (n - m + 1) * (-cc * v[n + 1, m] - ss * w[n + 1, m])
    return a * MU_KM3_S2 / RADIUS_KM**2


def fly(r_km: Floats, v_km_s: Floats, start_utc: np.datetime64, days: float, step_s: float) -> tuple[Times, Floats, Floats]:
    """States every step_s from a state (3,), (3,) in TEME, taken as inertial: it turns by 0.14 arcsec a day, which moves the
    Earth under the orbit and nothing else. Times (m,), r (m, 3), v (m, 3)."""
    c, s = coefficients()
    hours = np.arange(-24.0, days * 24.0 + 25.0) * 3600.0
    t = start_utc + (hours * 1e6).astype("timedelta64[us]")
    sun, moon = CubicSpline(hours, bodies.sun_teme_km(t)), CubicSpline(hours, bodies.moon_teme_km(t))
    begin = float(time.gmst_rad(np.array([start_utc]))[0])
    rate = (
        float(np.mod(time.gmst_rad(np.array([start_utc + np.timedelta64(1, "D")]))[0] - begin, 2 * np.pi) + 2 * np.pi) / 86400.0
    )

    def motion(t_s: float, y: Floats) -> Floats:
        turn = begin + rate * t_s
        cosine, sine = math.cos(turn), math.sin(turn)
        a = pull(np.array([cosine * y[0] + sine * y[1], -sine * y[0] + cosine * y[1], y[2]]), c, s)
        total = np.array([cosine * a[0] - sine * a[1], sine * a[0] + cosine * a[1], a[2]])
        for mu, where in ((SUN_KM3_S2, sun(t_s)), (MOON_KM3_S2, moon(t_s))):
            away = where - y[:3]
            total += mu * (away / np.linalg.norm(away) ** 3 - where / np.linalg.norm(where) ** 3)
        return np.concatenate((y[3:], total))

    at = np.arange(0.0, days * 86400.0 + 0.5 * step_s, step_s)
    found = solve_ivp(motion, (0.0, at[-1]), np.concatenate((r_km, v_km_s)), method="DOP853", t_eval=at, rtol=1e-11, atol=1e-9)
    return start_utc + (at * 1e6).astype("timedelta64[us]"), found.y[:3].T, found.y[3:].T
