"""The flight of one falling object, step by step: Earth's gravity to J4, Sun and Moon, drag in an air that turns and changes.

The drag coefficient falls by 40 % between 140 and 90 km, as the flow goes from free molecules to a continuum: a rough law
of ours for objects of metres, so that predictors that hold it constant are not flattered.
"""

from __future__ import annotations

from math import atan2, cos, pi, sin, sqrt

import numba
import numpy as np

from hoshimori.exercise._falling_air import density_kg_m3
from hoshimori.facts import Floats

MU, RE, FLAT = 398600.4418, 6378.137, 1.0 / 298.257223563
J2, J3, J4 = 1.08262668e-3, -2.53265649e-6, -1.61962159e-6
SPIN_RAD_S = 7.292115e-5
MU_SUN, MU_MOON, AU_KM = 1.32712440018e11, 4902.800066, 149597870.7
DAY_S = 86400.0


@numba.njit(cache=True, nogil=True)
def height_km(x: float, y: float, z: float) -> float:
    """Over the ellipsoid along the radius: 0.1 km too high at most near the surface."""
    r = sqrt(x * x + y * y + z * z)
    s = z / r
    return r - RE * (1.0 - FLAT * s * s - 1.5 * FLAT * FLAT * s * s * (1.0 - s * s))


@numba.njit(cache=True, nogil=True)
def sun_km(days: float) -> tuple[float, float, float]:
    """Low-precision Sun (Astronomical Almanac), 0.01 degree; days since 2000-01-01 12:00."""
    g = (357.529 + 0.98560028 * days) * pi / 180.0
    lon = (280.459 + 0.98564736 * days) * pi / 180.0 + (1.915 * sin(g) + 0.020 * sin(2.0 * g)) * pi / 180.0
    r = AU_KM * (1.00014 - 0.01671 * cos(g) - 0.00014 * cos(2.0 * g))
    e = (23.439 - 3.6e-7 * days) * pi / 180.0
    return r * cos(lon), r * cos(e) * sin(lon), r * sin(e) * sin(lon)


@numba.njit(cache=True, nogil=True)
def moon_km(days: float) -> tuple[float, float, float]:
    """Low-precision Moon (Astronomical Almanac, main terms), 0.5 degree."""
    t, d = days / 36525.0, pi / 180.0
    lon = 218.32 + 481267.881 * t + 6.29 * sin((135.0 + 477198.87 * t) * d) - 1.27 * sin((259.3 - 413335.36 * t) * d)
    lon += 0.66 * sin((235.7 + 890534.22 * t) * d) + 0.21 * sin((269.9 + 954397.74 * t) * d)
    lat = 5.13 * sin((93.3 + 483202.02 * t) * d) + 0.28 * sin((228.2 + 960400.89 * t) * d)
    r = RE / sin((0.9508 + 0.0518 * cos((135.0 + 477198.87 * t) * d)) * d)
    x, y, z = r * cos(lat * d) * cos(lon * d), r * cos(lat * d) * sin(lon * d), r * sin(lat * d)
    e = 23.439 * d
    return x, cos(e) * y - sin(e) * z, sin(e) * y + cos(e) * z


@numba.njit(cache=True, nogil=True)
def _rate(
    s: Floats, t_s: float, zero_days: float, sun: Floats, moon: Floats, b: float, air: Floats, factor: float, out: Floats
) -> None:
    """Velocity and acceleration of state s; `air`: f107, its mean, ap; `factor` on the density; b = Cd A / m, m2/kg."""
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    r2 = x * x + y * y + z * z
    r = sqrt(r2)
    u = z / r
    q = RE / r
    base = MU / (r2 * r)
    two = 1.5 * J2 * q * q
    three = 2.5 * J3 * q * q * q
    four = 0.625 * J4 * q * q * q * q
    u2 = u * u
    side = 1.0 + two * (1.0 - 5.0 * u2) + three * u * (3.0 - 7.0 * u2) - four * (3.0 - 42.0 * u2 + 63.0 * u2 * u2)
    pole = z * (1.0 + two * (3.0 - 5.0 * u2) - four * (15.0 - 70.0 * u2 + 63.0 * u2 * u2))
    pole += three * r * (6.0 * u2 - 7.0 * u2 * u2 - 0.6)
    ax, ay, az = -base * x * side, -base * y * side, -base * pole
    for k in range(2):
        body = sun if k == 0 else moon
        mu = MU_SUN if k == 0 else MU_MOON
        dx, dy, dz = body[0] - x, body[1] - y, body[2] - z
        d3 = (dx * dx + dy * dy + dz * dz) ** 1.5
        b3 = (body[0] ** 2 + body[1] ** 2 + body[2] ** 2) ** 1.5
        ax += mu * (dx / d3 - body[0] / b3)
        ay += mu * (dy / d3 - body[1] / b3)
        az += mu * (dz / d3 - body[2] / b3)
    h = height_km(x, y, z)
    if h < 1200.0:
        sun_r = sqrt(sun[0] ** 2 + sun[1] ** 2 + sun[2] ** 2)
        angle = atan2(y, x) - atan2(sun[1], sun[0])
        days = zero_days + t_s / DAY_S
        year = (days + 0.5) / 365.2422
        rho = density_kg_m3(h, np.arcsin(u), angle, np.arcsin(sun[2] / sun_r), year - np.floor(year), air[0], air[1], air[2])
        wx, wy = vx + SPIN_RAD_S * y, vy - SPIN_RAD_S * x
        speed = sqrt(wx * wx + wy * wy + vz * vz)
        pull = -0.5 * b * rho * factor * speed * 1000.0 * (0.6 + 0.4 * min(max((h - 90.0) / 50.0, 0.0), 1.0))
        ax += pull * wx
        ay += pull * wy
        az += pull * vz
    out[0], out[1], out[2], out[3], out[4], out[5] = vx, vy, vz, ax, ay, az


@numba.njit(cache=True, nogil=True)
def fly(
    state: Floats, zero_days: float, b: Floats, b_step_s: float, factor: Floats, factor_step_s: float, air: Floats,
    burn_s: Floats, burn_km_s: Floats, until_s: float, end_km: float, step_s: float, every_s: float, out: Floats,
) -> tuple[int, float]:  # fmt: skip
    """From `state` (6,) TEME, km and km/s: rows of `out` (k, 6) every `every_s`; how many, and the time at `end_km` (inf: never).

    zero_days: days since 2000-01-01 12:00 UTC at time zero. b (.,): piecewise constant; factor (.,): linear between its values;
    air (d, 3): f107, mean, ap, day by day from the day of time zero on (zero_days + 0.5 floored), ap interpolated between noons.
    burn_s, burn_km_s: moments and changes of speed along the velocity. Runge-Kutta of order four, steps growing as r^1.5.
    """
    s = state.copy()
    k1, k2, k3, k4, mid = np.empty(6), np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    sun, moon, now = np.zeros(3), np.zeros(3), np.zeros(3)
    t, row, burn, last_bodies = 0.0, 0, 0, -1e9
    while t < until_s:
        if t >= row * every_s - 1e-6:
            if row == len(out):
                return row, np.inf
            out[row] = s
            row += 1
        while burn < len(burn_s) and t >= burn_s[burn] - 1e-6:
            speed = sqrt(s[3] ** 2 + s[4] ** 2 + s[5] ** 2)
            s[3:] *= 1.0 + burn_km_s[burn] / speed
            burn += 1
        r = sqrt(s[0] ** 2 + s[1] ** 2 + s[2] ** 2)
        h_now = height_km(s[0], s[1], s[2])
        if h_now < end_km:
            return row, t
        h = step_s * min((r / 6500.0) ** 1.5, 20.0)
        if h_now < 110.0:
            h = min(h, 5.0)
        h = min(h, row * every_s - t)
        if burn < len(burn_s):
            h = min(h, max(burn_s[burn] - t, 1e-3))
        if t - last_bodies > 600.0:
            d = zero_days + t / DAY_S
            sun[0], sun[1], sun[2] = sun_km(d)
            moon[0], moon[1], moon[2] = moon_km(d)
            last_bodies = t
        f = t / factor_step_s
        i = min(int(f), len(factor) - 2)
        scale = factor[i] + (factor[i + 1] - factor[i]) * min(f - i, 1.0)
        day = (zero_days + 0.5) - np.floor(zero_days + 0.5) + t / DAY_S
        j = min(int(day), len(air) - 1)
        noon = min(max(day - 0.5, 0.0), len(air) - 1.001)
        n = int(noon)
        now[0], now[1] = air[j, 0], air[j, 1]
        now[2] = air[n, 2] + (air[n + 1, 2] - air[n, 2]) * (noon - n)
        drag = b[min(int(t / b_step_s), len(b) - 1)]
        _rate(s, t, zero_days, sun, moon, drag, now, scale, k1)
        mid[:] = s + 0.5 * h * k1
        _rate(mid, t, zero_days, sun, moon, drag, now, scale, k2)
        mid[:] = s + 0.5 * h * k2
        _rate(mid, t, zero_days, sun, moon, drag, now, scale, k3)
        mid[:] = s + h * k3
        _rate(mid, t, zero_days, sun, moon, drag, now, scale, k4)
        s += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        t += h
    return row, np.inf
