"""Compiled inner loop of `screening`: on a time grid, the steps that may hold a minimum of the distance, and who is near whom."""

from __future__ import annotations

import numba
import numpy as np

SUB = 8
SLOW_KM_S = 0.2


@numba.njit(cache=True, nogil=True, inline="always")
def _differences(r, a, b, j, h, out):  # type: ignore[no-untyped-def]
    """Into out (3,) the rate of the relative position at grid time j by central differences; False at the edges."""
    if j < 1 or j + 1 >= r.shape[2]:
        return False
    for c in range(3):
        out[c] = (r[b, c, j + 1] - r[a, c, j + 1] - r[b, c, j - 1] + r[a, c, j - 1]) / (2.0 * h)
    return np.isfinite(out[0])


@numba.njit(cache=True, nogil=True, inline="always")
def _may_turn(p0, m0, p1, m1, h, reach_km, slack_km_s):  # type: ignore[no-untyped-def]
    """Does the cubic Hermite curve from (p0, m0) to (p1, m1) in h seconds come below reach_km, and may it stop closing there?

    Its closing rate is allowed to be wrong by slack_km_s: the given velocities are not quite the rates of the positions.
    """
    closing, turns, least = False, False, 1e300
    for q in range(SUB + 1):
        s = q / SUB
        s2, s3 = s * s, s * s * s
        a, b, c, d = 2 * s3 - 3 * s2 + 1, s3 - 2 * s2 + s, -2 * s3 + 3 * s2, s3 - s2
        da, db, dc, dd = 6 * s2 - 6 * s, 3 * s2 - 4 * s + 1, -6 * s2 + 6 * s, 3 * s2 - 2 * s
        squared, product, speed2 = 0.0, 0.0, 0.0
        for k in range(3):
            x = a * p0[k] + b * h * m0[k] + c * p1[k] + d * h * m1[k]
            v = (da * p0[k] + db * h * m0[k] + dc * p1[k] + dd * h * m1[k]) / h
            squared += x * x
            product += x * v
            speed2 += v * v
        distance = np.sqrt(squared)
        closing = closing or product < slack_km_s * distance
        turns = turns or (closing and product > -slack_km_s * distance)
        late = min(max(-product / max(speed2, 1e-18), -h / SUB), h / SUB)  # straight on from here, as far as the next sample
        least = min(least, squared + 2.0 * late * product + late * late * speed2)
    return turns and least <= reach_km * reach_km


@numba.njit(cache=True, nogil=True, inline="always")
def _broken(rows, times, row, t0, t1):  # type: ignore[no-untyped-def]
    k = np.searchsorted(rows, row)
    while k < rows.shape[0] and rows[k] == row:
        if t0 <= times[k] <= t1:
            return True
        k += 1
    return False


@numba.njit(cache=True, nogil=True)
def broken_between(rows, times, a, b, t0_us, t1_us):  # type: ignore[no-untyped-def]
    """(k,) is there a break of row a[k] or b[k] between t0_us[k] and t1_us[k]? rows sorted, times sorted inside each row."""
    out = np.zeros(a.shape[0], np.bool_)
    for k in range(a.shape[0]):
        out[k] = _broken(rows, times, a[k], t0_us[k], t1_us[k]) or _broken(rows, times, b[k], t0_us[k], t1_us[k])
    return out


@numba.njit(cache=True, nogil=True)
def steps_that_may_turn(r, v, watched, candidates, t_us, reach_km, slow_km, slack_km_s, rough_km_s, breaks):  # type: ignore[no-untyped-def]
    """(watched row, other row, left grid index) of every step in which a minimum below reach_km may lie.

    r, v: (rows, 3, m). Two rules: the range rate turns from closing to opening, or an end is nearer than slow_km, where two
    turns may hide in one step and the curve is looked at more closely: for slow pairs with rates from central differences of
    the positions, good to slack_km_s, instead of velocities good to rough_km_s. A step near a break is given if it could reach.
    """
    out_a, out_b = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    out_j = [np.int64(0) for _ in range(0)]
    p0, m0, p1, m1, f0, f1 = np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)
    m = t_us.shape[0]
    slow2 = slow_km * slow_km
    for w in range(watched.shape[0]):
        a = watched[w]
        for b in range(r.shape[0]):
            if b == a or not candidates[w, b]:
                continue
            rate0, d0 = np.nan, np.nan
            for j in range(m):
                x, y, z = r[b, 0, j] - r[a, 0, j], r[b, 1, j] - r[a, 1, j], r[b, 2, j] - r[a, 2, j]
                u, g, q = v[b, 0, j] - v[a, 0, j], v[b, 1, j] - v[a, 1, j], v[b, 2, j] - v[a, 2, j]
                rate, d1 = x * u + y * g + z * q, x * x + y * y + z * z
                near = d0 < slow2 or d1 < slow2
                if (rate0 < 0.0 and rate >= 0.0) or near:
                    h = (t_us[j] - t_us[j - 1]) * 1e-6
                    for c in range(3):
                        p0[c], m0[c] = r[b, c, j - 1] - r[a, c, j - 1], v[b, c, j - 1] - v[a, c, j - 1]
                    p1[0], p1[1], p1[2] = x, y, z
                    m1[0], m1[1], m1[2] = u, g, q
                    speed = np.sqrt(max(m0[0] ** 2 + m0[1] ** 2 + m0[2] ** 2, u * u + g * g + q * q))
                    if not np.sqrt(min(d0, d1)) - (speed + rough_km_s) * h < reach_km:
                        rate0, d0 = rate, d1
                        continue
                    slack = rough_km_s
                    if speed < SLOW_KM_S and _differences(r, a, b, j - 1, h, f0) and _differences(r, a, b, j, h, f1):
                        slack = slack_km_s
                        m0[:], m1[:] = f0, f1
                    t0, t1 = t_us[max(j - 2, 0)], t_us[min(j + 1, m - 1)]
                    if (
                        _may_turn(p0, m0, p1, m1, h, reach_km, slack)
                        or _broken(breaks[0], breaks[1], a, t0, t1)
                        or _broken(breaks[0], breaks[1], b, t0, t1)
                    ):
                        out_a.append(np.int64(a))
                        out_b.append(np.int64(b))
                        out_j.append(np.int64(j - 1))
                rate0, d0 = rate, d1
    return np.array(out_a), np.array(out_b), np.array(out_j)


@numba.njit(cache=True, nogil=True)
def near_spells(r, watched, candidates, within_km):  # type: ignore[no-untyped-def]
    """(watched row, other row, first, last, nearest grid index) of every unbroken run of grid times within within_km."""
    out = [(np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0), 0.0) for _ in range(0)]
    limit = within_km * within_km
    m = r.shape[2]
    for w in range(watched.shape[0]):
        a = watched[w]
        for b in range(r.shape[0]):
            if b == a or not candidates[w, b]:
                continue
            first, best, least = -1, -1, 1e300
            for j in range(m):
                x, y, z = r[b, 0, j] - r[a, 0, j], r[b, 1, j] - r[a, 1, j], r[b, 2, j] - r[a, 2, j]
                d = x * x + y * y + z * z
                if d <= limit:
                    if first < 0:
                        first, least = j, 1e300
                    if d < least:
                        least, best = d, j
                elif first >= 0:
                    out.append((a, np.int64(b), np.int64(first), np.int64(j - 1), np.int64(best), np.sqrt(least)))
                    first = -1
            if first >= 0:
                out.append((a, np.int64(b), np.int64(first), np.int64(m - 1), np.int64(best), np.sqrt(least)))
    return out
