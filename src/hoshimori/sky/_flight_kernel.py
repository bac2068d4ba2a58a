"""The compiled loop of decay.fly: one object flown step by step through zonal gravity and a turning atmosphere, to its end."""

from __future__ import annotations

import numba as nb
import numpy as np

from hoshimori.sky._decay_kernel import FLAT, J2, J3, MU, RE, TAU, TURN_RAD_S, density, sun_ascension

J4 = -1.6196216e-6
STEP_S = 15.0


@nb.njit(cache=True, nogil=True)
def height_km(x, y, z):  # type: ignore[no-untyped-def]
    """Over the ellipsoid, along the line to the centre: right to 0.01 % of the height."""
    d2 = x * x + y * y + z * z
    return np.sqrt(d2) - RE * (1.0 - FLAT) / np.sqrt(1.0 - (2.0 * FLAT - FLAT * FLAT) * (1.0 - z * z / d2))


@nb.njit(cache=True, nogil=True)
def _pull(table, sun, b, s, out):  # type: ignore[no-untyped-def]
    """out (6,) = rate of state s (6,): zonal harmonics to J4 (Vallado 2013, section 8.7), and drag."""
    x, y, z = s[0], s[1], s[2]
    d2 = x * x + y * y + z * z
    d = np.sqrt(d2)
    q = MU / d2
    w = z / d
    w2 = w * w
    k = RE / d
    two, three, four = J2 * k * k, J3 * k * k * k, J4 * k * k * k * k
    across = 1.5 * two * (5.0 * w2 - 1.0) + 2.5 * three * w * (7.0 * w2 - 3.0) + 0.625 * four * (63.0 * w2 * w2 - 42.0 * w2 + 3.0)
    up = 1.5 * two * w * (5.0 * w2 - 3.0) + 0.5 * three * (35.0 * w2 * w2 - 30.0 * w2 + 3.0)
    up += 0.625 * four * w * (63.0 * w2 * w2 - 70.0 * w2 + 15.0)
    height = d - RE * (1.0 - FLAT) / np.sqrt(1.0 - (2.0 * FLAT - FLAT * FLAT) * (1.0 - w2))
    rho = density(table, height, np.arcsin(w), (np.arctan2(y, x) - sun) / TAU + 0.5)
    vx, vy, vz = s[3] + TURN_RAD_S * y, s[4] - TURN_RAD_S * x, s[5]
    drag = -0.5e3 * rho * b * np.sqrt(vx * vx + vy * vy + vz * vz)
    out[0], out[1], out[2] = s[3], s[4], s[5]
    out[3] = q * (across - 1.0) * x / d + drag * vx
    out[4] = q * (across - 1.0) * y / d + drag * vy
    out[5] = q * (up - w) + drag * vz


@nb.njit(cache=True, nogil=True)
def _step(table, sun, b, s, h, out, k1, k2, k3, k4, mid):  # type: ignore[no-untyped-def]
    """One step of Runge and Kutta's fourth order over h seconds."""
    _pull(table, sun, b, s, k1)
    for i in range(6):
        mid[i] = s[i] + 0.5 * h * k1[i]
    _pull(table, sun, b, mid, k2)
    for i in range(6):
        mid[i] = s[i] + 0.5 * h * k2[i]
    _pull(table, sun, b, mid, k3)
    for i in range(6):
        mid[i] = s[i] + h * k3[i]
    _pull(table, sun, b, mid, k4)
    for i in range(6):
        out[i] = s[i] + h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])


@nb.njit(cache=True, nogil=True)
def through(tables, first_day, state, b, start, until, end_km, ask, asked):  # type: ignore[no-untyped-def]
    """Seconds flown until the end height (NaN: still up), state (6,) left at the end; asked (k, 6) states at ask (k,) seconds.

    tables (d, height, latitude, hour) one per day from first_day on; start: days since 1970; until: seconds.
    """
    now = np.empty(6)
    now[:] = state
    after, part = np.empty(6), np.empty(6)
    k1, k2, k3, k4, mid = np.empty(6), np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    t = 0.0
    height = height_km(now[0], now[1], now[2])
    if height <= end_km:
        return 0.0
    n_ask = 0
    while t < until:
        h = min(STEP_S, until - t)
        day = start + t / 86400.0
        table = tables[min(max(int(np.floor(day)) - first_day, 0), len(tables) - 1)]
        sun = sun_ascension(day)
        _step(table, sun, b, now, h, after, k1, k2, k3, k4, mid)
        while n_ask < len(ask) and ask[n_ask] <= t + h:
            _step(table, sun, b, now, ask[n_ask] - t, part, k1, k2, k3, k4, mid)
            asked[n_ask] = part
            n_ask += 1
        lower = height_km(after[0], after[1], after[2])
        if not lower > end_km:
            share = (height - end_km) / (height - lower)
            _step(table, sun, b, now, share * h, part, k1, k2, k3, k4, mid)
            state[:] = part
            for k in range(len(ask)):
                if ask[k] > t + share * h:
                    asked[k] = np.nan
            return t + share * h
        now[:] = after
        t += h
        height = lower
    state[:] = now
    return np.nan
