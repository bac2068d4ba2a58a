"""Compiled inner loops of `short`: a Gaussian over a disc in the plane of the encounter, one conjunction after another.

Everything is in the principal axes of the covariance: (x, y) is the middle of the disc from the mean, sx >= sy > 0.
"""

from __future__ import annotations

import math

import numba
import numpy as np

ROOT_HALF = math.sqrt(0.5)
FAR = 700.0  # exponents beyond which exp() would leave the range of a double

# Gauss-Kronrod (7, 15): nodes from 0, weights of the 15-point rule, weights of the 7-point rule at every second node.
NODES = np.array(
    [
        0.0,
        0.207784955007898467600689403773245,
        0.405845151377397166906606412076961,
        0.586087235467691130294144691693132,
        0.741531185599394439863864773280788,
        0.864864423359769072789712788640926,
        0.949107912342758524526189684047851,
        0.991455371120812639206854697526329,
    ]
)
LONG = np.array(
    [
        0.209482141084727828012999174891714,
        0.204432940075298892414161999234649,
        0.190350578064785409913256402421014,
        0.169004726639267902826583426598550,
        0.140653259715525918745189590510238,
        0.104790010322250183839876322541518,
        0.063092092629978553290700663189204,
        0.022935322010529224963732008058970,
    ]
)
SHORT = np.array(
    [
        0.417959183673469387755102040816327,
        0.381830050505118944950369775488975,
        0.279705391489276667901467771423780,
        0.129484966168869693270611432679082,
    ]
)


@numba.njit(cache=True, nogil=True)
def _strip(y, half, sy):  # type: ignore[no-untyped-def]
    """2 Phi-difference: twice the chance that a Gaussian of sigma sy lies between y - half and y + half; y, half >= 0.

    Differences of erfc lose digits where the strip is thin: there the Gaussian in the middle is expanded to the fifth power.
    """
    m, d = y * ROOT_HALF / sy, half * ROOT_HALF / sy
    if d * (1.0 + m) < 0.02:
        m2, d2 = m * m, d * d
        third, fifth = (2.0 * m2 - 1.0) / 3.0, (4.0 * m2 * m2 - 12.0 * m2 + 3.0) / 30.0
        return 4.0 / math.sqrt(math.pi) * d * math.exp(-m2) * (1.0 + d2 * (third + d2 * fifth))
    if m > d:
        return math.erfc(m - d) - math.erfc(m + d)
    return math.erf(m + d) - math.erf(m - d)


@numba.njit(cache=True, nogil=True)
def _slice(angle, x, y, sx, sy, radius):  # type: ignore[no-untyped-def]
    """The integrand over the angle in [-pi/2, pi/2]: a chord of the disc at radius sin(angle), times the Gaussian across."""
    c = math.cos(angle)
    u = (x + radius * math.sin(angle)) / sx
    if u * u > 2.0 * FAR:
        return 0.0
    return math.exp(-0.5 * u * u) * _strip(y, radius * c, sy) * c


@numba.njit(cache=True, nogil=True)
def _panel(a, b, x, y, sx, sy, radius):  # type: ignore[no-untyped-def]
    """Integral over [a, b] by 15 points, and how far the 7 points among them differ."""
    middle, half = 0.5 * (a + b), 0.5 * (b - a)
    f = _slice(middle, x, y, sx, sy, radius)
    long, short = LONG[0] * f, SHORT[0] * f
    for k in range(1, 8):
        f = _slice(middle - half * NODES[k], x, y, sx, sy, radius) + _slice(middle + half * NODES[k], x, y, sx, sy, radius)
        long += LONG[k] * f
        if k % 2 == 0:
            short += SHORT[k // 2] * f
    return long * half, abs(long - short) * half


@numba.njit(cache=True, nogil=True)
def _peak(x, y, sx, sy, radius):  # type: ignore[no-untyped-def]
    """The angle of the largest of 65 samples of log(integrand), near enough to split the range there."""
    best, at = -1e300, 0.0
    for k in range(65):
        angle = math.pi * (k / 64.0 - 0.5)
        u = (x + radius * math.sin(angle)) / sx
        w = max(0.0, y - radius * math.cos(angle)) / sy
        value = -0.5 * (u * u + w * w)
        if value > best:
            best, at = value, angle
    return at


@numba.njit(cache=True, nogil=True)
def disc(x, y, sx, sy, radius, tolerance):  # type: ignore[no-untyped-def]
    """The Gaussian over the disc, by Foster's strips and adaptive Gauss-Kronrod panels. NaN for what is no Gaussian."""
    if not (sx > 0.0 and sy > 0.0 and radius >= 0.0 and math.isfinite(x + y + sx + sy + radius)):
        return math.nan
    if radius == 0.0:
        return 0.0
    x, y = abs(x), abs(y)
    lower, upper, depth = np.empty(200), np.empty(200), 0
    if radius < 0.5 * sy and radius * (x / sx / sx + y / sy / sy) < 2.0:  # the Gaussian hardly changes over the disc
        lower[0], upper[0], depth = -0.5 * math.pi, 0.5 * math.pi, 1
    else:
        edges = np.empty(6)
        edges[0], edges[1], edges[2], edges[5] = -0.5 * math.pi, _peak(x, y, sx, sy, radius), 0.0, 0.5 * math.pi
        edges[3] = math.asin(min(1.0, max(-1.0, (6.0 * sx - x) / radius)))
        edges[4] = math.asin(min(1.0, max(-1.0, (-6.0 * sx - x) / radius)))
        edges.sort()
        for k in range(5):
            if edges[k + 1] > edges[k]:
                lower[depth], upper[depth] = edges[k], edges[k + 1]
                depth += 1
    total, rough, left = 0.0, 0.0, 4000
    for k in range(depth):
        rough += _panel(lower[k], upper[k], x, y, sx, sy, radius)[0]
    while depth > 0:
        depth -= 1
        a, b = lower[depth], upper[depth]
        value, error = _panel(a, b, x, y, sx, sy, radius)
        left -= 1
        good = error <= tolerance * max(rough, total) or b - a < 1e-9
        if good or depth > 197 or left < 0:
            total += value
            continue
        lower[depth], upper[depth], lower[depth + 1], upper[depth + 1] = a, 0.5 * (a + b), 0.5 * (a + b), b
        depth += 2
    return min(1.0, total * radius / (2.0 * math.sqrt(2.0 * math.pi) * sx))


@numba.njit(cache=True, nogil=True)
def _poisson(k, rate):  # type: ignore[no-untyped-def]
    if rate <= 0.0:
        return 1.0 if k == 0 else 0.0
    return math.exp(-rate + k * math.log(rate) - math.lgamma(k + 1.0))


@numba.njit(cache=True, nogil=True)
def _poisson_above(m, rate):  # type: ignore[no-untyped-def]
    """The chance that a Poisson number exceeds m."""
    if m + 1 > rate:  # the terms fall from the first on
        term, total, k = 1.0, 1.0, m + 1
        while term > 1e-17 * total:
            k += 1
            term *= rate / k
            total += term
        return _poisson(m + 1, rate) * total
    total = 0.0
    k = m
    while k >= 0:
        term = _poisson(k, rate)
        total += term
        if term < 1e-18:
            break
        k -= 1
    return 1.0 - total


@numba.njit(cache=True, nogil=True)
def equal_area(x, y, sx, sy, radius):  # type: ignore[no-untyped-def]
    """Chan's series: the ellipse becomes a circle of the same area, and the integral a non-central chi-square of two."""
    if not (sx > 0.0 and sy > 0.0 and radius >= 0.0 and math.isfinite(x + y + sx + sy + radius)):
        return math.nan
    inner, outer = 0.5 * radius * radius / (sx * sy), 0.5 * ((x / sx) ** 2 + (y / sy) ** 2)
    if inner == 0.0:
        return 0.0
    total = 0.0
    for m in range(100_000):
        term = _poisson(m, outer) * _poisson_above(m, inner)
        total += term
        if term <= 1e-16 * total and m * (m + 1.0) > inner * outer:
            break
    return min(1.0, total)


@numba.njit(cache=True, nogil=True)
def contour(x, y, sx, sy, radius, points):  # type: ignore[no-untyped-def]
    """Patera's integral round the edge, in the space in which the Gaussian is round, by equal steps of the angle."""
    if not (sx > 0.0 and sy > 0.0 and radius >= 0.0 and math.isfinite(x + y + sx + sy + radius)):
        return math.nan
    if radius == 0.0:
        return 0.0
    a, b, total = radius / sx, radius / sy, 0.0
    for k in range(points):
        angle = 2.0 * math.pi * (k + 0.5) / points
        c, s = math.cos(angle), math.sin(angle)
        u, w = x / sx + a * c, y / sy + b * s
        squared = u * u + w * w
        turn = u * b * c + w * a * s
        total += turn * (-math.expm1(-0.5 * squared) / squared if squared > 0.0 else 0.5)
    return total / points


@numba.njit(cache=True, nogil=True)
def slices(x, y, sx, sy, radius, steps):  # type: ignore[no-untyped-def]
    """Alfano's sum over equal slices of the disc along one axis, erf across."""
    if not (sx > 0.0 and sy > 0.0 and radius >= 0.0 and math.isfinite(x + y + sx + sy + radius)):
        return math.nan
    total = 0.0
    for k in range(1, steps):
        u = (x + radius * (2.0 * k - steps) / steps) / sx
        total += math.exp(-0.5 * u * u) * _strip(abs(y), 2.0 * radius / steps * math.sqrt(k * (steps - k)), sy)
    return total * 2.0 * radius / (math.sqrt(8.0 * math.pi) * sx * steps)


@numba.njit(cache=True, nogil=True)
def discs(planes, kind, tolerance, out):  # type: ignore[no-untyped-def]
    """planes (n, 5): x, y, sx, sy, radius. kind 0 Foster, 1 Chan, 2 Patera, 3 Alfano (tolerance: how many points)."""
    for k in range(planes.shape[0]):
        x, y, sx, sy, radius = planes[k, 0], planes[k, 1], planes[k, 2], planes[k, 3], planes[k, 4]
        if kind == 0:
            out[k] = disc(x, y, sx, sy, radius, tolerance)
        elif kind == 1:
            out[k] = equal_area(x, y, sx, sy, radius)
        elif kind == 2:
            out[k] = contour(x, y, sx, sy, radius, int(tolerance))
        else:
            out[k] = slices(x, y, sx, sy, radius, int(tolerance))


@numba.njit(cache=True, nogil=True)
def largest(planes, tolerance, probability, scale):  # type: ignore[no-untyped-def]
    """For each row the scale of sigma at which the disc holds most, and how much: golden section on the log of the scale.

    A disc that covers the mean holds ever more as sigma shrinks: 1 at a scale of 0.
    """
    ratio = 0.5 * (math.sqrt(5.0) - 1.0)
    for k in range(planes.shape[0]):
        x, y, sx, sy, radius = planes[k, 0], planes[k, 1], planes[k, 2], planes[k, 3], planes[k, 4]
        probability[k], scale[k] = math.nan, math.nan
        if not (sx > 0.0 and sy > 0.0 and radius >= 0.0 and math.isfinite(x + y + sx + sy + radius)):
            continue
        if x * x + y * y <= radius * radius:
            probability[k], scale[k] = 1.0, 0.0
            continue
        first = 0.5 * math.log(0.5 * ((x / sx) ** 2 + (y / sy) ** 2))  # the maximum of a small disc, Alfriend 1999
        if radius == 0.0:
            probability[k], scale[k] = 0.0, math.exp(first)
            continue
        a, b = first - 0.5, first + 0.7
        while a > -40.0:  # a large disc moves the maximum down: widen until it is inside
            here, there = math.exp(a), math.exp(a + 0.5)
            if disc(x, y, sx * here, sy * here, radius, tolerance) < disc(x, y, sx * there, sy * there, radius, tolerance):
                break
            a -= 0.7
        while b < first + 40.0:
            here, there = math.exp(b), math.exp(b - 0.5)
            if disc(x, y, sx * here, sy * here, radius, tolerance) < disc(x, y, sx * there, sy * there, radius, tolerance):
                break
            b += 0.7
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        fc = disc(x, y, sx * math.exp(c), sy * math.exp(c), radius, tolerance)
        fd = disc(x, y, sx * math.exp(d), sy * math.exp(d), radius, tolerance)
        while b - a > 1e-5:
            if fc > fd:
                b, d, fd = d, c, fc
                c = b - ratio * (b - a)
                fc = disc(x, y, sx * math.exp(c), sy * math.exp(c), radius, tolerance)
            else:
                a, c, fc = c, d, fd
                d = a + ratio * (b - a)
                fd = disc(x, y, sx * math.exp(d), sy * math.exp(d), radius, tolerance)
        probability[k], scale[k] = max(fc, fd), math.exp(0.5 * (a + b))
