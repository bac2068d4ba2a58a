"""The compiled core of sky/chance/long.py: where two clouds of orbits overlap at a time, and how often they then collide.

`problem` is what does not change with time: elements (2, 6), senses (2), covariances (3, 6, 6) of first, second and E[e1 e2^T].
The relative state at a time is a Gaussian of mean m (6) and covariance c (6, 6), second minus first, km and km/s.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from hoshimori.sky.chance._long_orbit import state
from hoshimori.sky.chance._long_sphere import cholesky, meshed_rate, sphere_rate, steepness

SETTLED = 1e-7
"""Change of squared Mahalanobis distance plus log of determinant, relative to one plus it, at which the overlap is found."""
DAMPED_FROM = 12
"""Iterations after which only half a step is taken: those that swing from side to side then settle."""


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
def rates(times, elements, senses, covariances, radius, most, nodes, weights, around, size, steps):  # type: ignore[no-untyped-def]
    """Collisions per second at each time; steps: how many the overlap took there, -1 where none was found (the rate is then 0).

    around > 0: nodes even over the sphere; else a mesh of patches of at most `size` sigmas.
    """
    out = np.zeros(len(times))
    m, c, lower = np.empty(6), np.empty((6, 6)), np.empty((3, 3))
    for n in range(len(times)):
        steps[n] = overlap(times[n], elements, senses, covariances, most, m, c, lower)
        if steps[n] < 0:
            continue
        logdet = cholesky(c, lower)
        if around > 0:
            out[n] = sphere_rate(m, c, lower, logdet, radius, nodes, weights, around)
        else:
            out[n] = meshed_rate(m, c, lower, logdet, radius, nodes, weights, size, nearest(m, c, radius))
    return out


@nb.njit(cache=True, nogil=True)
def narrowness(times, elements, senses, covariances, radius, most):  # type: ignore[no-untyped-def]
    """The most that the radius is, over these times, in sigmas of the narrowest direction (by the norm of the inverse factor)."""
    m, c, lower, z = np.empty(6), np.empty((6, 6)), np.empty((3, 3)), np.empty(3)
    worst = 0.0
    for n in range(len(times)):
        if overlap(times[n], elements, senses, covariances, most, m, c, lower) >= 0:
            worst = max(worst, radius * steepness(lower, z))
    return worst


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
