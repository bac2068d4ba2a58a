"""Compiled inner loop of `screening`: where the range rate of a pair turns from closing to opening on a time grid."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True, inline="always")
def _hermite_minimum(p0, m0, p1, m1, h):  # type: ignore[no-untyped-def]
    """Smallest squared length of the cubic Hermite curve on [0, h]; p (3,) in km, m (3,) in km/s."""
    best, where = 1e300, 0.0
    for q in range(33):
        s = q / 32.0
        d = _squared(p0, m0, p1, m1, h, s)
        if d < best:
            best, where = d, s
    a, b = max(where - 1.0 / 32.0, 0.0), min(where + 1.0 / 32.0, 1.0)
    for _ in range(18):  # golden section: 0.618^18 of 1/16 of a step
        c, e = b - 0.6180339887 * (b - a), a + 0.6180339887 * (b - a)
        if _squared(p0, m0, p1, m1, h, c) < _squared(p0, m0, p1, m1, h, e):
            b = e
        else:
            a = c
    return min(best, _squared(p0, m0, p1, m1, h, 0.5 * (a + b)))


@numba.njit(cache=True, nogil=True, inline="always")
def _squared(p0, m0, p1, m1, h, s):  # type: ignore[no-untyped-def]
    s2, s3 = s * s, s * s * s
    a, b, c, d = 2 * s3 - 3 * s2 + 1, s3 - 2 * s2 + s, -2 * s3 + 3 * s2, s3 - s2
    total = 0.0
    for k in range(3):
        x = a * p0[k] + b * h * m0[k] + c * p1[k] + d * h * m1[k]
        total += x * x
    return total


@numba.njit(cache=True, nogil=True)
def _broken(rows, times, row, t0, t1):  # type: ignore[no-untyped-def]
    k = np.searchsorted(rows, row)
    while k < rows.shape[0] and rows[k] == row:
        if t0 <= times[k] <= t1:
            return True
        k += 1
    return False


@numba.njit(cache=True, nogil=True)
def turning_points(r, v, watched, candidates, t_us, within_km, breaks):  # type: ignore[no-untyped-def]
    """(watched row, other row, left grid index) of every minimum that may be below within_km.

    r, v: (rows, 3, m). A step across a break of either trajectory is passed over.
    """
    out_a, out_b = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    out_j = [np.int64(0) for _ in range(0)]
    p0, m0, p1, m1 = np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)
    m = t_us.shape[0]
    for w in range(watched.shape[0]):
        a = watched[w]
        for b in range(r.shape[0]):
            if b == a or not candidates[w, b]:
                continue
            previous = np.nan
            for j in range(m):
                x, y, z = r[b, 0, j] - r[a, 0, j], r[b, 1, j] - r[a, 1, j], r[b, 2, j] - r[a, 2, j]
                u, g, q = v[b, 0, j] - v[a, 0, j], v[b, 1, j] - v[a, 1, j], v[b, 2, j] - v[a, 2, j]
                rate = x * u + y * g + z * q
                if previous < 0.0 and rate >= 0.0:
                    h = (t_us[j] - t_us[j - 1]) * 1e-6
                    for c in range(3):
                        p0[c], m0[c] = r[b, c, j - 1] - r[a, c, j - 1], v[b, c, j - 1] - v[a, c, j - 1]
                    p1[0], p1[1], p1[2] = x, y, z
                    m1[0], m1[1], m1[2] = u, g, q
                    d0 = np.sqrt(p0[0] ** 2 + p0[1] ** 2 + p0[2] ** 2)
                    d1 = np.sqrt(x * x + y * y + z * z)
                    speed = np.sqrt(m0[0] ** 2 + m0[1] ** 2 + m0[2] ** 2) + np.sqrt(u * u + g * g + q * q)
                    if 0.5 * (d0 + d1 - speed * h) < within_km:
                        squared = _hermite_minimum(p0, m0, p1, m1, h)
                        if squared <= within_km * within_km and not (
                            _broken(breaks[0], breaks[1], a, t_us[j - 1], t_us[j])
                            or _broken(breaks[0], breaks[1], b, t_us[j - 1], t_us[j])
                        ):
                            out_a.append(np.int64(a))
                            out_b.append(np.int64(b))
                            out_j.append(np.int64(j - 1))
                previous = rate
    return np.array(out_a), np.array(out_b), np.array(out_j)
