"""The compiled loops of sky/decay.py: what drag does to mean elements over one revolution, and how an orbit falls through a day.

State: axis a [km, Brouwer's mean as SGP4's], eccentricity vector (e cos w, e sin w), inclination, node. `table` is one day's
ln density [kg/m^3] over (height, latitude, local hour) of sky/atmosphere.py. Forces along the orbit: drag against an
atmosphere that turns with the Earth, at the height over the ellipsoid of the path with its short-period J2 and long-period J3
terms. Gauss's equations, averaged over eccentric anomaly.
"""

from __future__ import annotations

import numba as nb
import numpy as np

MU = 398600.4418
RE = 6378.137
FLAT = 1.0 / 298.257223563
J2, J3 = 1.0826267e-3, -2.5326565e-6
TURN_RAD_S = 7.292115e-5
DAY_S = 86400.0
LOWEST_KM, FLAT_KM, BEND_KM, HIGHEST_KM = 80.0, 50.0, 30.0, 2000.0
TAU = 2.0 * np.pi


@nb.njit(cache=True, nogil=True)
def density(table, height, lat, hour):  # type: ignore[no-untyped-def]
    """kg/m^3 at a height [km], latitude [rad] and local time [turns]; below the table as at its foot, above it nothing."""
    if height > HIGHEST_KM:
        return 0.0
    top, lats, hours = table.shape
    x = max(np.log((max(height, LOWEST_KM) - FLAT_KM) / BEND_KM), 0.0) * (top - 1) / np.log((HIGHEST_KM - FLAT_KM) / BEND_KM)
    y = (lat / np.pi + 0.5) * (lats - 1)
    z = (hour - np.floor(hour)) * hours
    i, j, k = min(int(x), top - 2), min(int(y), lats - 2), min(int(z), hours - 1)
    fx, fy, fz = x - i, y - j, z - k
    n = k + 1 if k + 1 < hours else 0
    low = (1 - fy) * ((1 - fz) * table[i, j, k] + fz * table[i, j, n]) + fy * (
        (1 - fz) * table[i, j + 1, k] + fz * table[i, j + 1, n]
    )
    high = (1 - fy) * ((1 - fz) * table[i + 1, j, k] + fz * table[i + 1, j, n]) + fy * (
        (1 - fz) * table[i + 1, j + 1, k] + fz * table[i + 1, j + 1, n]
    )
    return np.exp((1 - fx) * low + fx * high)


@nb.njit(cache=True, nogil=True)
def _points(a, e):  # type: ignore[no-untyped-def]
    """How many points a revolution needs: the width of the perigee region, with 60 km for the scale height."""
    width = np.sqrt(2.0 * 40.0 / max(a * e, 40.0))
    return int(min(max(4.0 * np.pi / width, 16.0), 360.0))


@nb.njit(cache=True, nogil=True)
def drag_rates(table, a, ex, ey, inc, node, sun):  # type: ignore[no-untyped-def]
    """Per day and per unit of B [m^2/kg]: a, ex, ey, inc; and the lowest height over the ellipsoid [km] with its density.

    sun: right ascension of the mean Sun [rad].
    """
    sin_i, cos_i = np.sin(inc), np.cos(inc)
    oy = ey - 0.5 * J3 / J2 * (RE / a) * sin_i  # the long-period J3 term, which mean elements leave out
    e = min(np.sqrt(ex * ex + oy * oy), 0.999)
    cos_w, sin_w = (ex / e, oy / e) if e > 0.0 else (1.0, 0.0)
    flat = np.sqrt(1.0 - e * e)
    p = a * (1.0 - e * e)
    root = np.sqrt(MU / p)
    momentum = np.sqrt(MU * p)
    count = _points(a, e)
    da = dx = dy = di = 0.0
    lowest, thickest = 1e9, 0.0
    for k in range(count):
        anomaly = TAU * (k + 0.5) / count
        ce, se = np.cos(anomaly), np.sin(anomaly)
        near = 1.0 - e * ce
        r = a * near
        cos_nu, sin_nu = (ce - e) / near, flat * se / near
        su, cu = sin_w * cos_nu + cos_w * sin_nu, cos_w * cos_nu - sin_w * sin_nu
        sin_lat = sin_i * su
        # Short-period J2 at small e; Lyddane (1963) as SGP4 has it, mean part included.
        short = (
            0.5 * J2 * (RE * RE / p) * (0.5 * sin_i * sin_i * (2.0 * cu * cu - 1.0) - 1.5 * (3.0 * cos_i * cos_i - 1.0) * r / p)
        )
        ground = RE * (1.0 - FLAT) / np.sqrt(1.0 - (2.0 * FLAT - FLAT * FLAT) * (1.0 - sin_lat * sin_lat))
        height = r + short - ground
        if height > HIGHEST_KM:
            continue
        ascension = node + np.arctan2(cos_i * su, cu)
        rho = density(table, height, np.arcsin(sin_lat), (ascension - sun) / TAU + 0.5)
        if height < lowest:
            lowest, thickest = height, rho
        vr, vt = root * e * sin_nu, root * (1.0 + e * cos_nu)
        wt, wn = vt - TURN_RAD_S * r * cos_i, TURN_RAD_S * r * sin_i * cu
        speed = np.sqrt(vr * vr + wt * wt + wn * wn)
        drag = -0.5 * rho * 1e3 * speed * near  # km/s^2 per m^2/kg, weighted for even mean anomaly
        fr, ft, fn = drag * vr, drag * wt, drag * wn
        power = vr * fr + vt * ft
        da += power
        along, across = 2.0 * r * vt * ft, -r * (fr * vt + vr * ft)
        dx += along * cu - across * su
        dy += along * su + across * cu
        di += r * cu * fn
    scale = DAY_S / count
    return 2.0 * a * a / MU * da * scale, dx / MU * scale, dy / MU * scale, di / momentum * scale, lowest, thickest


@nb.njit(cache=True, nogil=True)
def turning(a, ex, ey, inc):  # type: ignore[no-untyped-def]
    """rad/day by which J2 turns the perigee and the node."""
    p = a * (1.0 - ex * ex - ey * ey)
    rate = 1.5 * J2 * (RE / p) ** 2 * np.sqrt(MU / a) / a * DAY_S
    cos_i = np.cos(inc)
    return rate * (2.5 * cos_i * cos_i - 0.5), -rate * cos_i


@nb.njit(cache=True, nogil=True)
def sun_ascension(day):  # type: ignore[no-untyped-def]
    """Right ascension of the mean Sun [rad], days since 1970-01-01 UTC."""
    return np.radians((280.46062 + 0.985647366 * (day - 10957.5)) % 360.0)


FAST = 0.06
"""Fall of the lowest point within a step, in scale heights, up to which one evaluation halfway is enough."""
STRIDE = 0.25
"""Longest step of a fast fall, in scale heights."""
SHORTEST_DAYS = 1e-6
LAG_RAD = 2.0
"""In the last revolution the radius follows the axis late: an axis followed by its mean rate comes down half an hour too early,
whatever the orbit, as falls flown by steps show (bench/survival/accuracy.py). Two radians of the orbit are added."""


@nb.njit(cache=True, nogil=True)
def _scale_height(height):  # type: ignore[no-untyped-def]
    """Rough scale height [km], only to choose steps: 6 at 100, 25 at 180, 45 at 300, 60 at 500, at most 150."""
    return min(max(5.0, 0.25 * (height - 78.0)), 150.0) if height < 250.0 else min(43.0 + 0.08 * (height - 250.0), 150.0)


@nb.njit(cache=True, nogil=True)
def _moved(ex, ey, angle):  # type: ignore[no-untyped-def]
    c, s = np.cos(angle), np.sin(angle)
    return c * ex - s * ey, s * ex + c * ey


@nb.njit(cache=True, nogil=True)
def through(table, day, length, lazy, state, before, b, now, until, end_km, down, ask, asked):  # type: ignore[no-untyped-def]
    """Carry each object that is up from `now` (n,) to `length` days after `day` (or its own `until`), in days since 1970.

    lazy: only those that sink so slowly that one step over all of it will do; the others stay where they are.

    state (n, 5) a, ex, ey, inc, node; before (n, 5) rates of the last step and a scale height, NaN at first; b (n,) m^2/kg. Sets
    down (n,) [days since 1970] where the lowest point passes end_km. ask (n, k) times, asked (n, k, 2) axis and eccentricity
    then. In place.
    """
    for n in range(len(b)):
        stop = min(day + length, until[n])
        if not np.isnan(down[n]) or now[n] >= stop:
            continue
        while now[n] < stop:
            a, ex, ey, inc, node = state[n]
            step = stop - now[n]
            perigee_turn, node_turn = turning(a, ex, ey, inc)
            slow = False
            if not np.isnan(before[n, 0]):
                fall = abs(before[n, 0]) + a * (abs(before[n, 1]) + abs(before[n, 2]))
                slow = fall * step < FAST * before[n, 4]
            if slow:
                mx, my = _moved(ex + 0.5 * step * before[n, 1], ey + 0.5 * step * before[n, 2], 0.5 * step * perigee_turn)
                da, dx, dy, di, low, _ = drag_rates(
                    table,
                    a + 0.5 * step * before[n, 0],
                    mx,
                    my,
                    inc,
                    node + 0.5 * step * node_turn,
                    sun_ascension(now[n] + 0.5 * step),
                )
                da, dx, dy, di = da * b[n], dx * b[n], dy * b[n], di * b[n]
            elif lazy:
                break
            else:
                da, dx, dy, di, low, _ = drag_rates(table, a, ex, ey, inc, node, sun_ascension(now[n]))
                if low <= end_km:
                    down[n] = now[n] if np.isnan(before[n, 0]) else now[n] + LAG_RAD * np.sqrt(a / MU) * a / DAY_S
                    break
                da, dx, dy, di = da * b[n], dx * b[n], dy * b[n], di * b[n]
                fall = abs(da) + a * (abs(dx) + abs(dy))
                scale = _scale_height(low)
                step = min(step, max(STRIDE * scale / max(fall, 1e-12), SHORTEST_DAYS))
                mx, my = _moved(ex + 0.5 * step * dx, ey + 0.5 * step * dy, 0.5 * step * perigee_turn)
                da, dx, dy, di, _, _ = drag_rates(
                    table, a + 0.5 * step * da, mx, my, inc, node + 0.5 * step * node_turn, sun_ascension(now[n] + 0.5 * step)
                )
                da, dx, dy, di = da * b[n], dx * b[n], dy * b[n], di * b[n]
            nx, ny = _moved(ex, ey, 0.5 * step * perigee_turn)
            nx, ny = _moved(nx + step * dx, ny + step * dy, 0.5 * step * perigee_turn)
            na = a + step * da
            for k in range(ask.shape[1]):
                if now[n] < ask[n, k] <= now[n] + step:
                    part = (ask[n, k] - now[n]) / step
                    asked[n, k, 0] = a + part * (na - a)
                    asked[n, k, 1] = np.sqrt((ex + part * (nx - ex)) ** 2 + (ey + part * (ny - ey)) ** 2)
            now[n] += step
            if na < RE + end_km - 25.0 or np.sqrt(nx * nx + ny * ny) >= 1.0:
                down[n] = now[n] + LAG_RAD * np.sqrt(a / MU) * a / DAY_S
                break
            state[n, 0], state[n, 1], state[n, 2], state[n, 3], state[n, 4] = na, nx, ny, inc + step * di, node + step * node_turn
            before[n, 0], before[n, 1], before[n, 2], before[n, 3], before[n, 4] = da, dx, dy, di, _scale_height(low)


@nb.njit(cache=True, nogil=True)
def lowering(table, day, start, stop, state0, state1, t0, t1, total):  # type: ignore[no-untyped-def]
    """Add to total (g,) the change of axis [km] per unit of B within one day of each gap between two element sets.

    state0, state1 (g, 5) at t0, t1 (days since 1970); elements in between run on a straight line, the node unwrapped.
    """
    for g in range(len(t0)):
        low, high = max(t0[g], max(day, start)), min(t1[g], min(day + 1.0, stop))
        if high <= low:
            continue
        part = (0.5 * (low + high) - t0[g]) / (t1[g] - t0[g])
        s = state0[g] + part * (state1[g] - state0[g])
        rates = drag_rates(table, s[0], s[1], s[2], s[3], s[4], sun_ascension(0.5 * (low + high)))
        total[g] += rates[0] * (high - low)
