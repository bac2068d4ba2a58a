"""The compiled core of sky/chance/long.py: where two clouds of orbits overlap at a time, and how often they then collide.

`problem` is what does not change with time: elements (2, 6), senses (2), covariances (3, 6, 6) of first, second and E[e1 e2^T].
The relative state at a time is a Gaussian of mean m (6) and covariance c (6, 6), second minus first, km and km/s.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from hoshimori.sky.chance._long_orbit import state

SETTLED = 1e-9
"""Change of squared Mahalanobis distance plus log of determinant, relative to one plus it, at which the overlap is found."""
DAMPED_FROM = 12
"""Iterations after which only half a step is taken: those that swing from side to side then settle."""
SURELY = 8.0
"""Sigmas of radial speed beyond which it has one sign; what is left out is below 1e-15."""


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
def _times_covariance(jac, covariance, rows, turned, out):  # type: ignore[no-untyped-def]
    """out (rows, 6) = jac[:rows] @ covariance, or @ its transpose."""
    for i in range(rows):
        for j in range(6):
            s = 0.0
            for k in range(6):
                s += jac[i, k] * (covariance[j, k] if turned else covariance[k, j])
            out[i, j] = s


@nb.njit(cache=True, nogil=True)
def _gains(problem_covariances, jac, rows, gains, c):  # type: ignore[no-untyped-def]
    """gains (2, 6, 6): how each object's elements go with the relative state (their covariance, transposed); c: its own."""
    one, two = np.empty((6, 6)), np.empty((6, 6))
    _times_covariance(jac[0], problem_covariances[0], rows, False, one)
    _times_covariance(jac[1], problem_covariances[2], rows, True, two)
    for i in range(rows):
        for j in range(6):
            gains[0, i, j] = two[i, j] - one[i, j]
    _times_covariance(jac[0], problem_covariances[2], rows, False, one)
    _times_covariance(jac[1], problem_covariances[1], rows, False, two)
    for i in range(rows):
        for j in range(6):
            gains[1, i, j] = two[i, j] - one[i, j]
    for i in range(rows):
        for j in range(i + 1):
            s = 0.0
            for k in range(6):
                s += gains[1, i, k] * jac[1, j, k] - gains[0, i, k] * jac[0, j, k]
            c[i, j] = s
            c[j, i] = s


@nb.njit(cache=True, nogil=True)
def _mean(elements, at, x, jac, rows, m):  # type: ignore[no-untyped-def]
    """Relative mean state under the linear maps laid at the elements `at`."""
    for i in range(rows):
        s = x[1, i] - x[0, i]
        for k in range(6):
            s += jac[1, i, k] * (elements[1, k] - at[1, k]) - jac[0, i, k] * (elements[0, k] - at[0, k])
        m[i] = s


@nb.njit(cache=True, nogil=True)
def overlap(t, elements, senses, covariances, most, m, c, lower):  # type: ignore[no-untyped-def]
    """Relative mean m and covariance c at time t, linear maps laid where the two clouds overlap most. -1: not found.

    The point sought is the likeliest pair of element sets that puts both objects at one place: Gauss and Newton's steps, each
    a Kalman update by "their difference is zero". `most` = 0 leaves the maps at the means (Coppola 2012). Returns the steps.
    `lower`: Cholesky factor of the position part of c.
    """
    x, jac, work, gains = np.empty((2, 6)), np.empty((2, 6, 6)), np.empty((9, 4)), np.empty((2, 6, 6))
    at = elements.copy()
    z = np.empty(3)
    before = math.inf
    for step in range(most + 1):
        if not (state(at[0], senses[0], t, x[0], jac[0], work) and state(at[1], senses[1], t, x[1], jac[1], work)):
            return -1
        _gains(covariances, jac, 3, gains, c)
        _mean(elements, at, x, jac, 3, m)
        value = cholesky(c, lower)
        if not math.isfinite(value):
            return -1
        for i in range(3):
            s = m[i]
            for j in range(i):
                s -= lower[i, j] * z[j]
            z[i] = s / lower[i, i]
            value += z[i] * z[i]
        if most == 0 or abs(value - before) < SETTLED * (1.0 + abs(value)):
            _gains(covariances, jac, 6, gains, c)
            _mean(elements, at, x, jac, 6, m)
            return step
        before = value
        for i in range(2, -1, -1):
            s = z[i]
            for j in range(i + 1, 3):
                s -= lower[j, i] * z[j]
            z[i] = s / lower[i, i]
        share = 1.0 if step < DAMPED_FROM else 0.5
        for one in range(2):
            for k in range(6):
                s = elements[one, k]
                for i in range(3):
                    s -= gains[one, i, k] * z[i]
                at[one, k] += share * (s - at[one, k])
    return -1


@nb.njit(cache=True, nogil=True)
def nearest(m, c, radius):  # type: ignore[no-untyped-def]
    """Least squared Mahalanobis distance from the mean place to the ball of that radius about zero."""
    if m[0] * m[0] + m[1] * m[1] + m[2] * m[2] <= radius * radius:
        return 0.0
    a, lower, x = np.empty((3, 3)), np.empty((3, 3)), np.empty(3)
    low, high, found = -60.0, 120.0, 0.0
    for _ in range(60):  # the point of the ball is (1 + mu c)^-1 m; its length falls as mu grows
        middle = 0.5 * (low + high)
        mu = math.exp(middle)
        for i in range(3):
            for j in range(3):
                a[i, j] = mu * c[i, j] + (1.0 if i == j else 0.0)
        cholesky(a, lower)
        size, away = 0.0, 0.0
        for i in range(3):
            s = m[i]
            for j in range(i):
                s -= lower[i, j] * x[j]
            x[i] = s / lower[i, i]
        for i in range(2, -1, -1):
            s = x[i]
            for j in range(i + 1, 3):
                s -= lower[j, i] * x[j]
            x[i] = s / lower[i, i]
        for i in range(3):
            size += x[i] * x[i]
            away += mu * x[i] * (m[i] - x[i])  # c^-1 (m - x) = mu x
        found = away
        if size > radius * radius:
            low = middle
        else:
            high = middle
    return found


@nb.njit(cache=True, nogil=True)
def surfaces(times, elements, senses, covariances, radius, most):  # type: ignore[no-untyped-def]
    """For each time: least squared Mahalanobis distance to the ball plus log determinant; infinite where no overlap is found."""
    out = np.empty(len(times))
    m, c, lower = np.empty(6), np.empty((6, 6)), np.empty((3, 3))
    for n in range(len(times)):
        if overlap(times[n], elements, senses, covariances, most, m, c, lower) < 0:
            out[n] = math.inf
        else:
            out[n] = nearest(m, c, radius) + cholesky(c, lower)
    return out


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
    """The velocity given the place: slope (3, 3) per whitened place, spread (3, 3) its covariance, middle (3) its mean at zero."""
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
def rates(times, elements, senses, covariances, radius, most, nodes, weights, around, steps):  # type: ignore[no-untyped-def]
    """Collisions per second at each time; steps: how many the overlap took there, -1 where none was found (the rate is then 0)."""
    out = np.zeros(len(times))
    m, c, lower = np.empty(6), np.empty((6, 6)), np.empty((3, 3))
    for n in range(len(times)):
        steps[n] = overlap(times[n], elements, senses, covariances, most, m, c, lower)
        if steps[n] >= 0:
            out[n] = sphere_rate(m, c, lower, cholesky(c, lower), radius, nodes, weights, around)
    return out


@nb.njit(cache=True, nogil=True)
def relative(times, elements, senses, covariances, most, m, c, lower, logdet):  # type: ignore[no-untyped-def]
    """Fills the relative mean, covariance, its factor and log determinant at each time; False where an overlap is missing."""
    for n in range(len(times)):
        if overlap(times[n], elements, senses, covariances, most, m[n], c[n], lower[n]) < 0:
            return False
        logdet[n] = cholesky(c[n], lower[n])
    return True


@nb.njit(cache=True, nogil=True)
def separations(times, elements, senses):  # type: ignore[no-untyped-def]
    """Distance in km of the two mean orbits at each time."""
    out = np.empty(len(times))
    x, jac, work = np.empty((2, 6)), np.empty((6, 6)), np.empty((9, 4))
    for n in range(len(times)):
        state(elements[0], senses[0], times[n], x[0], jac, work)
        state(elements[1], senses[1], times[n], x[1], jac, work)
        out[n] = math.sqrt((x[1, 0] - x[0, 0]) ** 2 + (x[1, 1] - x[0, 1]) ** 2 + (x[1, 2] - x[0, 2]) ** 2)
    return out
