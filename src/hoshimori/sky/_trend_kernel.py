"""The compiled loops of sky/trend.py: Kalman filter, disturbance smoother, and the search for jumps. See there for the model.

State: value x0, rate x1, acceleration x2, of one series. Each observation k gives the value y[k] with sigma[k] and, where
rate_sigma[k] is finite, the rate g[k]. Between observations dt apart the rate gains white noise of variance qs dt, the
acceleration a random walk of variance qd dt. `jump[k]` is added variance of (x0 as rate * dt, x1, x2) between observation k
and k + 1: a disturbance of unknown size there.
"""

from __future__ import annotations

import numba as nb
import numpy as np

STUDENT = 4.0
"""Degrees of freedom of the innovations' law: single bad sets and burns not yet named must not set the noise."""
DIRECTIONS = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 2.0, 2.0], [0.0, 1.0, -3.0], [1.0, -1.0, -1.0]])
"""Of the compass search over log (sigma, qs, qd): one by one, all noise together, and one kind of noise for another."""
STARTS = np.array([[0.0, 0.0, 0.0], [0.5, 2.0, -6.0], [0.0, -4.0, 3.0]])
LEARN_FROM = 4
"""The first innovations belong to the unknown initial state."""
FREE = 1e7
"""Variance of a jump of unknown size, as a multiple of the series' own unit squared: (3,000 km, 3,000 km/d)."""
BAD = 100.0
"""Factor on the sigma of an observation that is not believed."""
NEAR = 8
"""Jumps are named at most one within this many observations in one round; the next round sees them named."""


@nb.njit(cache=True)
def _start(t, y):  # type: ignore[no-untyped-def]
    """Initial state and variances: the value of the first observation, the mean rate, and wide."""
    n = len(t)
    rate = (y[min(n - 1, 3)] - y[0]) / (t[min(n - 1, 3)] - t[0])
    return y[0], rate, 0.0


@nb.njit(cache=True)
def value_seen(x0, x1, x2, p00, p01, p02, p11, p12, p22, v, S):  # type: ignore[no-untyped-def]
    """Kalman update by an observed value that is off by v, with variance S of the innovation."""
    g0, g1, g2 = p00 / S, p01 / S, p02 / S
    return (
        x0 + g0 * v,
        x1 + g1 * v,
        x2 + g2 * v,
        p00 - g0 * p00,
        p01 - g0 * p01,
        p02 - g0 * p02,
        p11 - g1 * p01,
        p12 - g1 * p02,
        p22 - g2 * p02,
    )


@nb.njit(cache=True)
def rate_seen(x0, x1, x2, p00, p01, p02, p11, p12, p22, v, S):  # type: ignore[no-untyped-def]
    """The same by an observed rate."""
    g0, g1, g2 = p01 / S, p11 / S, p12 / S
    return (
        x0 + g0 * v,
        x1 + g1 * v,
        x2 + g2 * v,
        p00 - g0 * p01,
        p01 - g0 * p11,
        p02 - g0 * p12,
        p11 - g1 * p11,
        p12 - g2 * p11,
        p22 - g2 * p12,
    )


@nb.njit(cache=True)
def moved_on(x0, x1, x2, p00, p01, p02, p11, p12, p22, d, qs, qd):  # type: ignore[no-untyped-def]
    """State and covariance a time d later."""
    h = 0.5 * d * d
    a00 = p00 + d * p01 + h * p02
    a01 = p01 + d * p11 + h * p12
    a02 = p02 + d * p12 + h * p22
    b11 = p11 + d * p12
    b12 = p12 + d * p22
    return (
        x0 + d * x1 + h * x2,
        x1 + d * x2,
        x2,
        a00 + d * a01 + h * a02 + qs * d**3 / 3.0 + qd * d**5 / 20.0,
        a01 + d * a02 + qs * d * d / 2.0 + qd * d**4 / 8.0,
        a02 + qd * d**3 / 6.0,
        b11 + d * b12 + qs * d + qd * d**3 / 3.0,
        b12 + qd * d * d / 2.0,
        p22 + qd * d,
    )


@nb.njit(cache=True)
def nll(t, y, g, rate_sigma, sigma, bad, qs, qd, masked):  # type: ignore[no-untyped-def]
    """Negative log likelihood of the innovations under Student's law; `masked` observations follow a named jump."""
    x0, x1, x2 = _start(t, y)
    p00, p01, p02, p11, p12, p22 = 1e6, 0.0, 0.0, 1e6, 0.0, 1e2
    total = 0.0
    n = len(t)
    for k in range(n):
        s = sigma * bad[k]
        S = p00 + s * s
        v = y[k] - x0
        if k >= LEARN_FROM and not masked[k]:
            total += 0.5 * np.log(S) + 0.5 * (STUDENT + 1.0) * np.log1p(v * v / S / STUDENT)
        if masked[k]:
            p00 += FREE
            p11 += FREE
            S = p00 + s * s
        if k == n - 1:
            break
        x0, x1, x2, p00, p01, p02, p11, p12, p22 = value_seen(x0, x1, x2, p00, p01, p02, p11, p12, p22, v, S)
        if rate_sigma[k] < np.inf:
            S = p11 + (rate_sigma[k] * bad[k]) ** 2
            v = g[k] - x1
            x0, x1, x2, p00, p01, p02, p11, p12, p22 = rate_seen(x0, x1, x2, p00, p01, p02, p11, p12, p22, v, S)
        x0, x1, x2, p00, p01, p02, p11, p12, p22 = moved_on(x0, x1, x2, p00, p01, p02, p11, p12, p22, t[k + 1] - t[k], qs, qd)
    return total


@nb.njit(cache=True)
def smooth(t, y, g, rate_sigma, sigma, qs, qd, jump):  # type: ignore[no-untyped-def]
    """Disturbance smoother. sigma, rate_sigma, qs, qd: (n,). jump: (n, 3).

    Returns r (n, 3) and N (n, 6) = (N00, N01, N02, N11, N12, N22) for a disturbance between observation k and k + 1, and the
    squared standardised residual (n,) of each observed value given all others.
    Reference: de Jong, "Smoothing and interpolation with the state-space model", JASA 84 (1989); the value and the rate of one
    moment are taken in one after the other: Durbin, Koopman, "Time series analysis by state space methods", 6.4 (2012).
    """
    n = len(t)
    r = np.zeros((n, 3))
    N = np.zeros((n, 6))
    off = np.zeros(n)
    gain = np.zeros((n, 2, 3))
    innovation = np.zeros((n, 2))
    variance = np.ones((n, 2))
    x0, x1, x2 = _start(t, y)
    p00, p01, p02, p11, p12, p22 = 1e6, 0.0, 0.0, 1e6, 0.0, 1e2
    for k in range(n):
        S = p00 + sigma[k] ** 2
        v = y[k] - x0
        g0, g1, g2 = p00 / S, p01 / S, p02 / S
        innovation[k, 0], variance[k, 0] = v, S
        gain[k, 0, 0], gain[k, 0, 1], gain[k, 0, 2] = g0, g1, g2
        x0, x1, x2, p00, p01, p02, p11, p12, p22 = value_seen(x0, x1, x2, p00, p01, p02, p11, p12, p22, v, S)
        if rate_sigma[k] < np.inf:
            S = p11 + rate_sigma[k] ** 2
            v = g[k] - x1
            g0, g1, g2 = p01 / S, p11 / S, p12 / S
            innovation[k, 1], variance[k, 1] = v, S
            gain[k, 1, 0], gain[k, 1, 1], gain[k, 1, 2] = g0, g1, g2
            x0, x1, x2, p00, p01, p02, p11, p12, p22 = rate_seen(x0, x1, x2, p00, p01, p02, p11, p12, p22, v, S)
        if k == n - 1:
            break
        d = t[k + 1] - t[k]
        x0, x1, x2, p00, p01, p02, p11, p12, p22 = moved_on(x0, x1, x2, p00, p01, p02, p11, p12, p22, d, qs[k], qd[k])
        p00 += jump[k, 0] * d * d
        p11 += jump[k, 1]
        p22 += jump[k, 2]
    r0, r1, r2 = 0.0, 0.0, 0.0
    n00, n01, n02, n11, n12, n22 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n - 1, -1, -1):
        r[k, 0], r[k, 1], r[k, 2] = r0, r1, r2
        N[k, 0], N[k, 1], N[k, 2], N[k, 3], N[k, 4], N[k, 5] = n00, n01, n02, n11, n12, n22
        if k < n - 1:  # back over the gap: r <- F' r, N <- F' N F
            d = t[k + 1] - t[k]
            h = 0.5 * d * d
            c10, c11 = d * n00 + n01, d * n01 + n11
            c20, c21, c22 = h * n00 + d * n01 + n02, h * n01 + d * n11 + n12, h * n02 + d * n12 + n22
            n01, n02 = c10, c20
            n11, n12, n22 = c10 * d + c11, c20 * d + c21, c20 * h + c21 * d + c22
            r0, r1, r2 = r0, d * r0 + r1, h * r0 + d * r1 + r2
        if rate_sigma[k] < np.inf:  # back over the rate: r <- r + e1 (v / S - g' r)
            k0, k1, k2, S = gain[k, 1, 0], gain[k, 1, 1], gain[k, 1, 2], variance[k, 1]
            u = innovation[k, 1] / S - (k0 * r0 + k1 * r1 + k2 * r2)
            m0 = n00 * k0 + n01 * k1 + n02 * k2
            m1 = n01 * k0 + n11 * k1 + n12 * k2
            m2 = n02 * k0 + n12 * k1 + n22 * k2
            n11 += 1.0 / S + k0 * m0 + k1 * m1 + k2 * m2 - 2.0 * m1
            n01 -= m0
            n12 -= m2
            r1 += u
        k0, k1, k2, S = gain[k, 0, 0], gain[k, 0, 1], gain[k, 0, 2], variance[k, 0]
        u = innovation[k, 0] / S - (k0 * r0 + k1 * r1 + k2 * r2)
        m0 = n00 * k0 + n01 * k1 + n02 * k2
        m1 = n01 * k0 + n11 * k1 + n12 * k2
        m2 = n02 * k0 + n12 * k1 + n22 * k2
        du = 1.0 / S + k0 * m0 + k1 * m1 + k2 * m2
        off[k] = u * u / du
        n00 += du - 2.0 * m0
        n01 -= m1
        n02 -= m2
        r0 += u
    return r, N, off


@nb.njit(cache=True)
def kick(r, N, gap):  # type: ignore[no-untyped-def]
    """The best impulse in the rate inside one gap: statistic, time before the gap's end, size, its sigma, sigma of the time.

    An impulse `back` before the next observation moves (x0, x1) by (back, 1) times its size; maximised over back in [0, gap].
    Reference: de Jong, Penzer, "Diagnosing shocks in time series", JASA 93 (1998).
    """
    a, b, c = N[0], N[1], N[3]
    det = a * c - b * b
    best, back = -1.0, 0.0
    for choice in range(3):
        z = 0.0
        if choice == 1:
            z = gap
        elif choice == 2:
            if det <= 1e-12 * a * c:
                continue
            d0 = c * r[0] - b * r[1]
            d1 = a * r[1] - b * r[0]
            if d1 == 0.0:
                continue
            z = d0 / d1
            if z <= 0.0 or z >= gap:
                continue
        w = z * z * a + 2.0 * z * b + c
        if w > 0.0:
            statistic = (z * r[0] + r[1]) ** 2 / w
            if statistic > best:
                best, back = statistic, z
    w = back * back * a + 2.0 * back * b + c
    if best <= 0.0 or w <= 0.0:
        return 0.0, 0.5 * gap, 0.0, np.inf, gap
    size = (back * r[0] + r[1]) / w
    when = gap
    if det > 1e-12 * a * c:
        spread = (c + back * back * a + 2.0 * back * b) / det
        when = np.sqrt(max(spread, 0.0)) / max(abs(size), 1e-30)
    return best, back, size, 1.0 / np.sqrt(w), when


@nb.njit(cache=True)
def step(r, N):  # type: ignore[no-untyped-def]
    """A jump of the value itself between two observations: statistic, size, sigma."""
    if N[0] <= 0.0:
        return 0.0, 0.0, np.inf
    return r[0] * r[0] / N[0], r[0] / N[0], 1.0 / np.sqrt(N[0])


@nb.njit(cache=True)
def bend(r, N):  # type: ignore[no-untyped-def]
    """A lasting change of the acceleration: statistic, size, sigma."""
    if N[5] <= 0.0:
        return 0.0, 0.0, np.inf
    return r[2] * r[2] / N[5], r[2] / N[5], 1.0 / np.sqrt(N[5])


@nb.njit(cache=True)
def fit(t, y, g, rate_sigma, floor, bad, masked, prior, spread, start):  # type: ignore[no-untyped-def]
    """log (sigma, qs, qd) of the largest posterior: normal prior about `prior` with sigma `spread`; sigma adds to `floor`.

    Compass search from each of `STARTS` about `start`, since noise of one kind passes for another in local optima.
    Reference: Kolda, Lewis, Torczon, "Optimization by direct search", SIAM Review 45 (2003). Deterministic.
    """
    best = np.inf
    chosen = start.copy()
    for i in range(len(STARTS)):
        p, value = descend(t, y, g, rate_sigma, floor, bad, masked, prior, spread, start + STARTS[i])
        if value < best:
            best, chosen = value, p
    return chosen


@nb.njit(cache=True)
def descend(t, y, g, rate_sigma, floor, bad, masked, prior, spread, start):  # type: ignore[no-untyped-def]
    """The compass search of `fit` from one start: where it ends, and its cost there."""
    p = start.copy()
    best = _posterior(p, t, y, g, rate_sigma, floor, bad, masked, prior, spread)
    width = 1.0
    for _round in range(60):
        moved = False
        for j in range(len(DIRECTIONS)):
            for sign in (1.0, -1.0):
                q = p + sign * width * DIRECTIONS[j]
                value = _posterior(q, t, y, g, rate_sigma, floor, bad, masked, prior, spread)
                if value < best - 1e-3:
                    p, best, moved = q, value, True
                    break
        if not moved:
            width *= 0.5
            if width < 0.1:
                break
    return p, best


@nb.njit(cache=True)
def _posterior(p, t, y, g, rate_sigma, floor, bad, masked, prior, spread):  # type: ignore[no-untyped-def]
    cost = nll(t, y, g, rate_sigma, np.hypot(np.exp(p[0]), floor), bad, np.exp(p[1]), np.exp(p[2]), masked)
    for j in range(3):
        cost += 0.5 * ((p[j] - prior[j]) / spread) ** 2
    return cost
