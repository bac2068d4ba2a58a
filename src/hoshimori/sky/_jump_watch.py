"""The compiled search for jumps as observations come in: at each one, only what lies before it is used. See sky/trend.py."""

from __future__ import annotations

import numba as nb
import numpy as np

from hoshimori.sky._jump_search import COLUMNS, KICK, LEAST_SHIFTS, RECORD_SPREAD, WINDOW, allowances
from hoshimori.sky._trend_kernel import BAD, bend, descend, fit, kick, smooth, step

LOOK_BACK = 60
"""A gap is judged on this many observations before the newest."""
RELEARN = 10
"""The noise is learnt anew after this many observations; of the first twenty, after a third of that."""
LEAST = 5
OPEN_GAPS = 3
"""A gap is judged with one, two and three observations after it; then it is a jump or it is not."""


@nb.njit(cache=True)
def watch(t, y, g, rate_sigma, floor, sort, threshold, prior):  # type: ignore[no-untyped-def]
    """(m, COLUMNS + 1) at each observation the strongest open gap, if above the threshold; the last column is the observation."""
    n = len(t)
    out = np.zeros((n, COLUMNS + 1))
    count = 0
    bad = np.ones(n)
    named = np.zeros(n, np.bool_)
    masked = np.zeros(n, np.bool_)
    p = prior.copy()
    for j in range(LEAST - 1, n):
        if j % (RELEARN if j > 2 * RELEARN else RELEARN // 3) == 0 or j == LEAST - 1:
            last = max(LEAST, j + 1 - OPEN_GAPS)  # what is being judged does not teach
            rows = slice(max(0, last - WINDOW), last)
            args = (t[rows], y[rows], g[rows], rate_sigma[rows], floor, bad[rows], masked[rows], prior, RECORD_SPREAD)
            p = fit(*args, p) if j == LEAST - 1 else descend(*args, p)[0]
        a = max(0, j + 1 - LOOK_BACK)
        m = j + 1 - a
        sigma = np.full(m, np.hypot(np.exp(p[0]), floor))
        qs, qd = np.full(m, np.exp(p[1])), np.full(m, np.exp(p[2]))
        rows = slice(a, j + 1)
        near = bad[rows]
        r, N, off = smooth(
            t[rows], y[rows], g[rows], rate_sigma[rows] * near, sigma * near, qs, qd, allowances(named[rows], sort)
        )
        best, at = 0.0, -1
        for k in range(max(a + 1, j - OPEN_GAPS), j):
            if not named[k]:
                i = k - a
                statistic = kick(r[i], N[i], t[k + 1] - t[k])[0] if sort == KICK else step(r[i], N[i])[0]
                if statistic > best:
                    best, at = statistic, k
        if best >= threshold:
            i = at - a
            gap = t[at + 1] - t[at]
            row = out[count]
            row[0] = at
            if sort == KICK:
                row[1], row[2], row[3], row[4], row[5] = kick(r[i], N[i], gap)
            else:
                row[1], row[3], row[4] = step(r[i], N[i])
                row[2], row[5] = 0.5 * gap, gap / np.sqrt(12.0)
            row[6] = np.where(near > 1.0, 0.0, off)[max(0, i - 1) : i + 3].max()
            row[7], row[8], _ = bend(r[i], N[i])
            row[9], row[10], row[11] = sigma[0], qs[0], qd[0]
            row[12] = (near[max(0, m - 21) :] > 1.0).mean()
            row[13] = j
            count += 1
        worst = a + int(np.argmax(off))
        if off.max() > max(threshold, best) and worst < j and near[worst - a] == 1.0 and worst > j - OPEN_GAPS - 2:
            bad[worst] = BAD
        elif best >= threshold and j - at >= OPEN_GAPS:
            named[at] = True
            masked[at + 1] = True
    return out[:count]


@nb.njit(cache=True, parallel=True)
def watch_all(t, y, g, rate_sigma, floor, first, sort, threshold, prior):  # type: ignore[no-untyped-def]
    """`watch` over many series; rows count in the whole table."""
    count = len(first) - 1
    found = [np.zeros((0, COLUMNS + 1)) for _ in range(count)]
    for i in nb.prange(count):
        a, b = first[i], first[i + 1]
        rows = watch(t[a:b], y[a:b], g[a:b], rate_sigma[a:b], floor[i], sort, threshold, prior[i])
        rows[:, 0] += a
        rows[:, COLUMNS] += a
        found[i] = rows
    return found


@nb.njit(cache=True)
def trailing_bias(t, y, rate, first, window):  # type: ignore[no-untyped-def]
    """As rate_bias, from the gaps before each observation alone."""
    n = len(t)
    bias = np.zeros(n)
    scatter = np.full(n, np.inf)
    for i in range(len(first) - 1):
        a, b = first[i], first[i + 1]
        if b - a < 2:
            continue
        off = (y[a + 1 : b] - y[a : b - 1]) / (t[a + 1 : b] - t[a : b - 1]) - 0.5 * (rate[a + 1 : b] + rate[a : b - 1])
        for k in range(3, b - a):
            part = off[max(0, k - window) : k]
            bias[a + k] = np.median(part)
            scatter[a + k] = 1.4826 * np.median(np.abs(part - bias[a + k]))
        bias[a : min(b, a + 3)] = bias[min(b - 1, a + 3)]
    return bias, scatter


@nb.njit(cache=True)
def shift_by(y, start, gap, newest, sets, window):  # type: ignore[no-untyped-def]
    """Each gap's change of level by an observation: median of at most `sets` after it up to `newest` less that of as many before,
    beyond the usual; and the usual scatter of full shifts in the `window` gaps before. NaN with fewer than two after."""
    m = len(gap)
    shift, scatter = np.full(m, np.nan), np.full(m, np.inf)
    for i in range(m):
        k, j, a = gap[i], newest[i], start[i]
        if j - k < 2:
            continue
        count = 0
        past = np.empty(window)
        for q in range(k - sets - 1, a + sets - 1, -1):
            if count == window:
                break
            past[count] = np.median(y[q + 1 : q + 1 + sets]) - np.median(y[q + 1 - sets : q + 1])
            count += 1
        if count < LEAST_SHIFTS:
            continue
        middle = np.median(past[:count])
        scatter[i] = 1.4826 * np.median(np.abs(past[:count] - middle))
        before = np.median(y[max(a, k + 1 - sets) : k + 1])
        after = y[k + 1 : min(j + 1, k + 1 + sets)] - before - middle
        # of two, the smaller: one of them may be the bad one
        shift[i] = np.median(after) if len(after) > 2 else after[np.argmin(np.abs(after))]
    return shift, scatter
