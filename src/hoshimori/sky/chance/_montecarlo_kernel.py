"""Compiled inner loop of `montecarlo`: does a drawn pair of two-body orbits come within the radius during the meeting?

No time grid: between one look and the next the relative path is a straight line plus at most half the largest difference of
gravity times the time squared, so a look either proves that nothing happens for a while, or that it does, or steps closer.
The derivation is in design/chance.md.
"""

from __future__ import annotations

import math

import numba
import numpy as np

MU_KM3_S2 = 398600.4418
GRADIENT = 2.5  # 2 mu/r^3, with room for the bend of the chord (1.10), of the path itself (1.02) and rounding
CAP = 0.3  # longest look, in radians of the local circular orbit: no orbit changes its radius by more than 0.42 of it meanwhile
NEAR_ENOUGH_KM = 1e-7  # a bend below this decides nothing
LEAST_S = 1e-4


@numba.njit(cache=True, nogil=True)
def orbit(elements, sense, out):  # type: ignore[no-untyped-def]
    """Into out (14): what two-body motion needs of the elements (n, h, k, p, q, mean longitude). False: no ellipse."""
    n, h, k, p, q = elements[0], elements[1], elements[2], elements[3], elements[4]
    e2 = h * h + k * k
    if not (n > 0.0 and e2 < 0.99):
        return False
    c = 1.0 / (1.0 + p * p + q * q)
    a = (MU_KM3_S2 / (n * n)) ** (1.0 / 3.0)
    fx, fy, fz = c * (1.0 - p * p + q * q), c * 2.0 * p * q, -c * 2.0 * p * sense
    gx, gy, gz = c * 2.0 * p * q * sense, c * (1.0 + p * p - q * q) * sense, c * 2.0 * q
    beta = 1.0 / (1.0 + math.sqrt(1.0 - e2))
    xx, yy, xy = a * (1.0 - h * h * beta), a * (1.0 - k * k * beta), a * h * k * beta
    # position = cos F * P + sin F * Q + O
    out[0], out[1], out[2] = n, h, k
    out[3], out[4], out[5] = xx * fx + xy * gx, xx * fy + xy * gy, xx * fz + xy * gz
    out[6], out[7], out[8] = xy * fx + yy * gx, xy * fy + yy * gy, xy * fz + yy * gz
    out[9], out[10], out[11] = -a * (k * fx + h * gx), -a * (k * fy + h * gy), -a * (k * fz + h * gz)
    out[12], out[13] = elements[5], a * (1.0 - math.sqrt(e2))
    return True


@numba.njit(cache=True, nogil=True)
def place(o, t, x):  # type: ignore[no-untyped-def]
    """Into x (6) position and velocity at t."""
    n, h, k = o[0], o[1], o[2]
    mean = o[12] + n * t
    big = mean + k * math.sin(mean) - h * math.cos(mean)
    s, c = math.sin(big), math.cos(big)
    for _ in range(30):
        step = (big + h * c - k * s - mean) / (1.0 - h * s - k * c)
        big -= step
        s, c = math.sin(big), math.cos(big)
        if abs(step) < 1e-8:  # the next would be below 1e-15
            break
    rate = n / (1.0 - h * s - k * c)
    for j in range(3):
        x[j] = c * o[3 + j] + s * o[6 + j] + o[9 + j]
        x[3 + j] = rate * (c * o[6 + j] - s * o[3 + j])


@numba.njit(cache=True, nogil=True)
def _quiet(d0, speed, tau, h, pull, radius):  # type: ignore[no-untyped-def]
    """Is no contact possible in the next h seconds? d0 distance now, tau time of the straight line's minimum."""
    bend = 0.5 * pull * h * h
    if bend >= 1.0:
        return False
    if tau <= 0.0:
        return d0 * (1.0 - bend) > radius
    least2 = max(0.0, d0 * d0 - (speed * tau) ** 2)
    if tau > h:
        least2 += (speed * (tau - h)) ** 2
    first = min(h, 2.0 * tau)
    if math.sqrt(least2) - 0.5 * pull * first * first * d0 <= radius:
        return False
    return h <= 2.0 * tau or d0 * (1.0 - bend) > radius


@numba.njit(cache=True, nogil=True)
def touches(first, second, start, stop, radius, x, y):  # type: ignore[no-untyped-def]
    """From start to stop (either direction): does the distance fall to the radius?"""
    left, way, t = abs(stop - start), (1.0 if stop >= start else -1.0), start
    for _ in range(100_000):
        place(first, t, x)
        place(second, t, y)
        d2, w2, dw, r2, s2 = 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(3):
            d, w = y[j] - x[j], way * (y[3 + j] - x[3 + j])
            d2 += d * d
            w2 += w * w
            dw += d * w
            r2 += x[j] * x[j]
            s2 += y[j] * y[j]
        d0, speed, low = math.sqrt(d2), math.sqrt(w2), math.sqrt(min(r2, s2))
        if d0 <= radius:
            return True
        if left <= 0.0:
            return False
        bottom = max(min(first[13], second[13]), 0.58 * low)
        h = min(left, CAP * math.sqrt(low * low * low / MU_KM3_S2))
        if d0 > 0.4 * bottom:  # far apart: nobody is faster than an escaping body at the lowest point
            h = min(left, 0.5 * (d0 - 0.3 * bottom) / math.sqrt(2.0 * MU_KM3_S2 / min(first[13], second[13])))
        else:
            if speed * h > 0.5 * bottom - d0:
                h = min(h, max(LEAST_S, (0.5 * bottom - d0) / speed))
            pull = GRADIENT * MU_KM3_S2 / (bottom * bottom * bottom)
            tau = -dw / w2 if w2 > 0.0 else 0.0
            if _quiet(d0, speed, tau, h, pull, radius):
                if h >= left:
                    return False
            else:
                if tau <= 0.0:
                    h = min(h, 0.99 * math.sqrt(2.0 * (1.0 - radius / d0) / pull))
                else:
                    ahead = min(tau, h)
                    bend = 0.5 * pull * ahead * ahead * d0
                    least = math.sqrt(max(0.0, d2 - w2 * tau * tau) + (speed * (tau - ahead)) ** 2)
                    if least + bend <= radius:
                        return True
                    if bend < NEAR_ENOUGH_KM:
                        if least <= radius:
                            return True
                        h = ahead
                    else:
                        h = min(h, 2.0 * tau)
                        for _ in range(60):
                            if _quiet(d0, speed, tau, h, pull, radius):
                                break
                            h = 0.9 * tau if h > tau else 0.5 * h
        h = min(left, max(h, LEAST_S))
        t += way * h
        left -= h
    return False


@numba.njit(cache=True, nogil=True)
def two_body_hits(mean1, sense1, mean2, sense2, factor, normals, start, stop, radius):  # type: ignore[no-untyped-def]
    """How many of the drawn pairs touch, how many of these at the start already, and how many draws were no orbit (no touch).

    factor: (12, 12) lower, of the joint covariance of both objects' elements. normals: (trials, 12).
    """
    o1, o2, e1, e2, x, y = np.empty(14), np.empty(14), np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    hits, standing, failed = 0, 0, 0
    middle = min(max(0.0, start), stop)
    for trial in range(normals.shape[0]):
        for i in range(6):
            total = 0.0
            for j in range(i + 1):
                total += factor[i, j] * normals[trial, j]
            e1[i] = mean1[i] + total
        for i in range(6, 12):
            total = 0.0
            for j in range(i + 1):
                total += factor[i, j] * normals[trial, j]
            e2[i - 6] = mean2[i - 6] + total
        if not (orbit(e1, sense1, o1) and orbit(e2, sense2, o2)):
            failed += 1
            continue
        if touches(o1, o2, middle, stop, radius, x, y) or touches(o1, o2, middle, start, radius, x, y):
            hits += 1
            place(o1, start, x)
            place(o2, start, y)
            if (y[0] - x[0]) ** 2 + (y[1] - x[1]) ** 2 + (y[2] - x[2]) ** 2 <= radius * radius:
                standing += 1
    return hits, standing, failed


@numba.njit(cache=True, nogil=True)
def straight_hits(mean, factor, normals, start, stop, radius):  # type: ignore[no-untyped-def]
    """How many of the drawn relative states (mean + factor z) pass within the radius on straight lines from start to stop."""
    hits, size = 0, normals.shape[1]
    x = np.empty(6)
    for trial in range(normals.shape[0]):
        for i in range(6):
            total = mean[i]
            for j in range(size):
                total += factor[i, j] * normals[trial, j]
            x[i] = total
        speed2, closing = 0.0, 0.0
        for j in range(3):
            speed2 += x[3 + j] * x[3 + j]
            closing -= x[j] * x[3 + j]
        t = min(max(closing / speed2 if speed2 > 0.0 else 0.0, start), stop)
        d2 = 0.0
        for j in range(3):
            d = x[j] + t * x[3 + j]
            d2 += d * d
        if d2 <= radius * radius:
            hits += 1
    return hits
