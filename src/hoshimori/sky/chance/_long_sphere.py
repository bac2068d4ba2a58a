"""The compiled flux through the sphere of sky/chance/long.py: a Gaussian relative state, second minus first, flowing inward.

m (6) and c (6, 6) are its mean and covariance in km and km/s, `lower` the Cholesky factor of the position part and `logdet`
the log of that part's determinant.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

SURELY = 8.0
"""Sigmas of radial speed beyond which it has one sign; what is left out is below 1e-15."""
BEYOND = 60.0
"""Squared sigmas beyond the nearest at which a patch of the mesh is left out: exp(-30) = 1e-13."""


@nb.njit(cache=True, nogil=True)
def cholesky(a, lower):  # type: ignore[no-untyped-def]
    """Lower triangle of the 3 x 3 in the corner of `a`; returns the log of its determinant, NaN if not positive definite."""
    total = 0.0
    for i in range(3):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= lower[i, k] * lower[j, k]
            if i == j:
                if not s > 0.0:
                    return math.nan
                lower[i, i] = math.sqrt(s)
                total += math.log(s)
            else:
                lower[i, j] = s / lower[j, j]
                lower[j, i] = 0.0
    return total


@nb.njit(cache=True, nogil=True)
def inward(mean, sigma):  # type: ignore[no-untyped-def]
    """Mean of how fast a Gaussian radial speed points inward: of max(-v, 0)."""
    if mean < -SURELY * sigma:
        return -mean
    if mean > SURELY * sigma:
        return 0.0
    x = mean / sigma
    return sigma * math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi) - 0.5 * mean * math.erfc(x / math.sqrt(2.0))


@nb.njit(cache=True, nogil=True)
def conditioned(m, c, lower, slope, spread, middle):  # type: ignore[no-untyped-def]
    """Velocity given place: slope (3, 3) per whitened place, spread (3, 3) its covariance, middle (3) its mean at zero."""
    for i in range(3):
        for j in range(3):
            s = c[i + 3, j]
            for k in range(j):
                s -= slope[i, k] * lower[j, k]
            slope[i, j] = s / lower[j, j]
    z = np.empty(3)
    for i in range(3):
        s = -m[i]
        for j in range(i):
            s -= lower[i, j] * z[j]
        z[i] = s / lower[i, i]
    for i in range(3):
        middle[i] = m[i + 3]
        for k in range(3):
            middle[i] += slope[i, k] * z[k]
        for j in range(3):
            spread[i, j] = c[i + 3, j + 3]
            for k in range(3):
                spread[i, j] -= slope[i, k] * slope[j, k]


@nb.njit(cache=True, nogil=True)
def turned(middle, axes):  # type: ignore[no-untyped-def]
    """axes (3, 3): two rows across and the third along `middle`, so that the sphere's rim lies where the speed changes sign."""
    size = math.sqrt(middle[0] ** 2 + middle[1] ** 2 + middle[2] ** 2)
    for i in range(3):
        axes[2, i] = middle[i] / size if size > 0.0 else (1.0 if i == 2 else 0.0)
    least = 0
    for i in range(1, 3):
        if abs(axes[2, i]) < abs(axes[2, least]):
            least = i
    dot = axes[2, least]
    for i in range(3):
        axes[0, i] = (1.0 if i == least else 0.0) - dot * axes[2, i]
    size = math.sqrt(axes[0, 0] ** 2 + axes[0, 1] ** 2 + axes[0, 2] ** 2)
    for i in range(3):
        axes[0, i] /= size
    axes[1, 0] = axes[2, 1] * axes[0, 2] - axes[2, 2] * axes[0, 1]
    axes[1, 1] = axes[2, 2] * axes[0, 0] - axes[2, 0] * axes[0, 2]
    axes[1, 2] = axes[2, 0] * axes[0, 1] - axes[2, 1] * axes[0, 0]


@nb.njit(cache=True, nogil=True)
def whitened(r, radius, m, lower, z):  # type: ignore[no-untyped-def]
    """z: the place radius * r in sigmas from the mean; returns its squared length."""
    total = 0.0
    for i in range(3):
        s = radius * r[i] - m[i]
        for j in range(i):
            s -= lower[i, j] * z[j]
        z[i] = s / lower[i, i]
        total += z[i] * z[i]
    return total


@nb.njit(cache=True, nogil=True)
def flux_there(r, z, m, slope, spread):  # type: ignore[no-untyped-def]
    """Mean inward speed at the sphere's point r, whose whitened place is z."""
    speed, variance = 0.0, 0.0
    for i in range(3):
        v = m[i + 3]
        for k in range(3):
            v += slope[i, k] * z[k]
            variance += r[i] * spread[i, k] * r[k]
        speed += r[i] * v
    return inward(speed, math.sqrt(max(variance, 0.0)))


@nb.njit(cache=True, nogil=True)
def point(up, angle, axes, r):  # type: ignore[no-untyped-def]
    """The unit vector r at that height along the third axis and angle about it."""
    flat = math.sqrt(1.0 - up * up)
    p, q = flat * math.cos(angle), flat * math.sin(angle)
    for i in range(3):
        r[i] = p * axes[0, i] + q * axes[1, i] + up * axes[2, i]


@nb.njit(cache=True, nogil=True)
def sphere_rate(m, c, lower, logdet, radius, nodes, weights, around):  # type: ignore[no-untyped-def]
    """Collisions per second: the flux of the Gaussian relative state inward through the sphere.

    nodes, weights: Gauss and Legendre's on (0, 1), laid on each half of the axis along the velocity; `around` even angles.
    """
    slope, spread, middle, axes = np.empty((3, 3)), np.empty((3, 3)), np.empty(3), np.empty((3, 3))
    conditioned(m, c, lower, slope, spread, middle)
    turned(middle, axes)
    r, z = np.empty(3), np.empty(3)
    total = 0.0
    for half in range(-1, 2, 2):
        for a in range(len(nodes)):
            ring = 0.0
            for b in range(around):
                point(half * nodes[a], 2.0 * math.pi * (b + 0.5) / around, axes, r)
                zz = whitened(r, radius, m, lower, z)
                flux = flux_there(r, z, m, slope, spread)
                if flux > 0.0:
                    ring += flux * math.exp(-0.5 * (zz + logdet))
            total += ring * weights[a] * 2.0 * math.pi / around
    return radius * radius * total / (2.0 * math.pi) ** 1.5


@nb.njit(cache=True, nogil=True)
def bell_number(m, c, lower, logdet, wait, radius, nodes, weights, around):  # type: ignore[no-untyped-def]
    """Collisions over all time if each point of the sphere sees a Gaussian bell, from three times `wait` apart (leading axis 3).

    Returns the number and at how many of the points that flux reaches the bell opens upward, so that it says nothing there.
    """
    slope, spread, middle, axes = np.empty((3, 3)), np.empty((3, 3)), np.empty(3), np.empty((3, 3))
    conditioned(m[1], c[1], lower[1], slope, spread, middle)
    turned(middle, axes)
    r, z = np.empty(3), np.empty(3)
    total, lost = 0.0, 0
    for half in range(-1, 2, 2):
        for a in range(len(nodes)):
            for b in range(around):
                point(half * nodes[a], 2.0 * math.pi * (b + 0.5) / around, axes, r)
                before = whitened(r, radius, m[0], lower[0], z) + logdet[0]
                after = whitened(r, radius, m[2], lower[2], z) + logdet[2]
                here = whitened(r, radius, m[1], lower[1], z) + logdet[1]
                flux = flux_there(r, z, m[1], slope, spread)
                if flux > 0.0:
                    rise, bend = 0.5 * (after - before) / wait, (after - 2.0 * here + before) / (wait * wait)
                    if not bend > 0.0:
                        lost += 1
                        continue
                    bell = math.exp(-0.5 * (here - 0.5 * rise * rise / bend)) * math.sqrt(4.0 * math.pi / bend)
                    total += flux * bell * weights[a] * 2.0 * math.pi / around
    return radius * radius * total / (2.0 * math.pi) ** 1.5, lost


@nb.njit(cache=True, nogil=True)
def steepness(lower, z):  # type: ignore[no-untyped-def]
    """Sigmas per km at most: the Frobenius norm of the inverse factor, at most sqrt(3) times too large."""
    total = 0.0
    for column in range(3):
        for i in range(3):
            s = 1.0 if i == column else 0.0
            for j in range(i):
                s -= lower[i, j] * z[j]
            z[i] = s / lower[i, i]
            total += z[i] * z[i]
    return math.sqrt(total)


@nb.njit(cache=True, nogil=True)
def meshed_rate(m, c, lower, logdet, radius, nodes, weights, size, least):  # type: ignore[no-untyped-def]
    """What sphere_rate gives, where the radius is many sigmas: patches halved until they span at most `size` sigmas.

    A patch is dropped when none of it can lie within BEYOND of the ball's nearest point, `least`: no peak can slip through.
    """
    slope, spread, middle, axes = np.empty((3, 3)), np.empty((3, 3)), np.empty(3), np.empty((3, 3))
    conditioned(m, c, lower, slope, spread, middle)
    turned(middle, axes)
    r, z, waiting = np.empty(3), np.empty(3), np.empty((256, 4))
    reach = radius * steepness(lower, z)
    far = math.sqrt(least + BEYOND)
    many = 0
    for half in range(2):
        for sector in range(4):
            waiting[many, 0], waiting[many, 1] = 0.5 * math.pi * half, 0.5 * math.pi * (half + 1)
            waiting[many, 2], waiting[many, 3] = 0.5 * math.pi * sector, 0.5 * math.pi * (sector + 1)
            many += 1
    total = 0.0
    while many > 0:
        many -= 1
        t0, t1, p0, p1 = waiting[many, 0], waiting[many, 1], waiting[many, 2], waiting[many, 3]
        tall, middle_t = 0.5 * (t1 - t0), 0.5 * (t0 + t1)
        widest = 1.0 if t0 < 0.5 * math.pi < t1 else max(math.sin(t0), math.sin(t1))
        wide = 0.5 * (p1 - p0) * widest
        point(math.cos(middle_t), 0.5 * (p0 + p1), axes, r)
        if math.sqrt(whitened(r, radius, m, lower, z)) - reach * (tall + wide) > far:
            continue
        if reach * max(tall, wide) > size and many < 250:
            for part in range(2):
                waiting[many, 0] = t0 if tall < wide or part == 0 else middle_t
                waiting[many, 1] = t1 if tall < wide or part == 1 else middle_t
                waiting[many, 2] = p0 if tall >= wide or part == 0 else 0.5 * (p0 + p1)
                waiting[many, 3] = p1 if tall >= wide or part == 1 else 0.5 * (p0 + p1)
                many += 1
            continue
        for a in range(len(nodes)):
            theta = t0 + (t1 - t0) * nodes[a]
            for b in range(len(nodes)):
                point(math.cos(theta), p0 + (p1 - p0) * nodes[b], axes, r)
                zz = whitened(r, radius, m, lower, z)
                flux = flux_there(r, z, m, slope, spread)
                if flux > 0.0:
                    share = weights[a] * weights[b] * (t1 - t0) * (p1 - p0) * math.sin(theta)
                    total += share * flux * math.exp(-0.5 * (zz + logdet))
    return radius * radius * total / (2.0 * math.pi) ** 1.5
