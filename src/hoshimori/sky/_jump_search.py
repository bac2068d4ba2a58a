"""The compiled search for jumps in one series, and over many series at once. See sky/trend.py."""

from __future__ import annotations

import numba as nb
import numpy as np

from hoshimori.sky._trend_kernel import BAD, FREE, NEAR, bend, fit, kick, smooth, step

KICK, STEP = 0, 1
WINDOW, STRIDE = 100, 50
"""Observations from which the local noise is learnt, and how far apart these windows begin."""
PRIOR_SPREAD = 1.5
"""The local noise may differ from that of the whole record by a factor e to this power, one sigma."""
RECORD_SPREAD = 3.0
"""And that of the record from that of its class of orbit."""
ROUNDS = 40
AROUND = 40
"""A jump is judged on this many observations on either side."""
ROWS_AROUND = 10
LEAST_SHIFTS = 12
"""Fewer shifts of level than this do not tell what is usual."""

COLUMNS = 13
"""gap, statistic, back, size, size sigma, time sigma, best bad-observation statistic beside it, bend statistic, bend size, sigma
of an observation, qs, qd, share of disbelieved observations around."""


@nb.njit(cache=True)
def local_noise(t, y, g, rate_sigma, floor, bad, masked, prior, start):  # type: ignore[no-untyped-def]
    """(3, n) log sigma, qs, qd at every observation, and those of the whole record."""
    n = len(t)
    whole = fit(t, y, g, rate_sigma, floor, bad, masked, prior, RECORD_SPREAD, start)
    out = np.empty((3, n))
    for j in range(3):
        out[j, :] = whole[j]
    if n <= WINDOW + STRIDE // 2:
        return out, whole
    count = (n - WINDOW + STRIDE - 1) // STRIDE + 1
    centre = np.empty(count)
    local = np.empty((count, 3))
    for w in range(count):
        a = min(w * STRIDE, n - WINDOW)
        b = a + WINDOW
        local[w] = fit(t[a:b], y[a:b], g[a:b], rate_sigma[a:b], floor, bad[a:b], masked[a:b], whole, PRIOR_SPREAD, whole)
        centre[w] = a + 0.5 * WINDOW
    at = np.arange(n) * 1.0
    for j in range(3):
        out[j] = np.interp(at, centre, local[:, j])
    return out, whole


@nb.njit(cache=True)
def search(t, y, g, rate_sigma, floor, sort, threshold, prior):  # type: ignore[no-untyped-def]
    """The gaps of one series in which it jumped (n,), the factor on the sigma of each observation, and the noise (3, n).

    Greedy: the strongest jump or bad observation of each neighbourhood is named, then all is smoothed again without it, until
    nothing exceeds the threshold. Twice, since the noise is learnt better once the jumps are known.
    """
    n = len(t)
    bad = np.ones(n)
    named = np.zeros(n, np.bool_)
    noise, whole = local_noise(t, y, g, rate_sigma, floor, bad, named, prior, prior)
    _name(t, y, g, rate_sigma, floor, sort, threshold, noise, named, bad)
    noise, whole = local_noise(t, y, g, rate_sigma, floor, bad, _after(named), prior, whole)
    bad[:], named[:] = 1.0, False
    _name(t, y, g, rate_sigma, floor, sort, threshold, noise, named, bad)
    return named, bad, noise


@nb.njit(cache=True)
def _after(named):  # type: ignore[no-untyped-def]
    """The observations that follow a named gap."""
    out = np.zeros(len(named), np.bool_)
    out[1:] = named[:-1]
    return out


@nb.njit(cache=True)
def _name(t, y, g, rate_sigma, floor, sort, threshold, noise, named, bad):  # type: ignore[no-untyped-def]
    n = len(t)
    sigma, qs, qd = np.hypot(np.exp(noise[0]), floor), np.exp(noise[1]), np.exp(noise[2])
    for _round in range(ROUNDS):
        r, N, off = smooth(t, y, g, rate_sigma * bad, sigma * bad, qs, qd, allowances(named, sort))
        jump = np.zeros(n)
        for k in range(n - 1):
            if not named[k]:
                jump[k] = kick(r[k], N[k], t[k + 1] - t[k])[0] if sort == KICK else step(r[k], N[k])[0]
        strongest = np.maximum(jump, np.where(bad > 1.0, 0.0, off))
        taken = np.zeros(n, np.bool_)
        added = 0
        for k in np.argsort(-strongest):
            if strongest[k] < threshold:
                break
            lo, hi = max(0, k - NEAR), min(n, k + NEAR + 1)
            if taken[lo:hi].any():
                continue
            taken[k] = True
            if bad[k] == 1.0 and off[k] > jump[max(0, k - 2) : k + 2].max():
                bad[k] = BAD
            elif k < n - 1 and not named[k]:
                named[k] = True
            else:
                continue
            added += 1
        if added == 0:
            break


@nb.njit(cache=True)
def allowances(named, sort):  # type: ignore[no-untyped-def]
    """(n, 3) variance added at the named gaps."""
    out = np.zeros((len(named), 3))
    for k in np.flatnonzero(named):
        out[k, 0] = FREE
        out[k, 1] = FREE if sort == KICK else 0.0
    return out


@nb.njit(cache=True)
def judge(t, y, g, rate_sigma, floor, sort, noise, named, bad, asked):  # type: ignore[no-untyped-def]
    """(m, COLUMNS) each gap of `asked` on the observations around it, with all other named gaps kept."""
    n = len(t)
    which = np.flatnonzero(asked[: n - 1])
    out = np.zeros((len(which), COLUMNS))
    for i in range(len(which)):
        k = which[i]
        a, b = max(0, k - AROUND), min(n, k + AROUND + 1)
        j = k - a
        without = named[a:b].copy()
        without[j] = False
        sigma, qs, qd = np.hypot(np.exp(noise[0, a:b]), floor), np.exp(noise[1, a:b]), np.exp(noise[2, a:b])
        r, N, off = smooth(
            t[a:b], y[a:b], g[a:b], rate_sigma[a:b] * bad[a:b], sigma * bad[a:b], qs, qd, allowances(without, sort)
        )
        gap = t[k + 1] - t[k]
        out[i, 0] = k
        if sort == KICK:
            out[i, 1], out[i, 2], out[i, 3], out[i, 4], out[i, 5] = kick(r[j], N[j], gap)
        else:
            out[i, 1], out[i, 3], out[i, 4] = step(r[j], N[j])
            out[i, 2], out[i, 5] = 0.5 * gap, gap / np.sqrt(12.0)
        out[i, 6] = np.where(bad[a:b] > 1.0, 0.0, off)[max(0, j - 1) : j + 3].max()
        out[i, 7], out[i, 8], _ = bend(r[j], N[j])
        out[i, 9], out[i, 10], out[i, 11] = sigma[j], qs[j], qd[j]
        out[i, 12] = (bad[max(0, k - ROWS_AROUND) : k + ROWS_AROUND + 1] > 1.0).mean()
    return out


@nb.njit(cache=True, parallel=True)
def search_all(t, y, g, rate_sigma, floor, first, sort, threshold, prior):  # type: ignore[no-untyped-def]
    """`search` over many series: rows first[i] to first[i + 1]. floor: (series,). prior: (series, 3)."""
    n = len(t)
    named, bad, noise = np.zeros(n, np.bool_), np.ones(n), np.zeros((3, n))
    for i in nb.prange(len(first) - 1):
        a, b = first[i], first[i + 1]
        found = search(t[a:b], y[a:b], g[a:b], rate_sigma[a:b], floor[i], sort, threshold, prior[i])
        named[a:b], bad[a:b], noise[:, a:b] = found
    return named, bad, noise


@nb.njit(cache=True)
def judge_all(t, y, g, rate_sigma, floor, first, sort, noise, named, bad, asked):  # type: ignore[no-untyped-def]
    """`judge` over many series, in order; the gap column counts rows of the whole table."""
    count = 0
    for i in range(len(first) - 1):
        count += asked[first[i] : first[i + 1] - 1].sum()
    out = np.zeros((count, COLUMNS))
    at = 0
    for i in range(len(first) - 1):
        a, b = first[i], first[i + 1]
        if not asked[a : b - 1].any():
            continue
        rows = judge(t[a:b], y[a:b], g[a:b], rate_sigma[a:b], floor[i], sort, noise[:, a:b], named[a:b], bad[a:b], asked[a:b])
        rows[:, 0] += a
        out[at : at + len(rows)] = rows
        at += len(rows)
    return out


@nb.njit(cache=True)
def rate_bias(t, y, rate, first, window):  # type: ignore[no-untyped-def]
    """Running median of the mean rate between observations less the mean of `rate` at both, and its scatter. (n,), (n,)."""
    n = len(t)
    bias = np.zeros(n)
    scatter = np.ones(n)
    for i in range(len(first) - 1):
        a, b = first[i], first[i + 1]
        if b - a < 2:
            continue
        off = (y[a + 1 : b] - y[a : b - 1]) / (t[a + 1 : b] - t[a : b - 1]) - 0.5 * (rate[a + 1 : b] + rate[a : b - 1])
        m = len(off)
        half = min(window, m) // 2
        for k in range(m):
            lo, hi = max(0, k - half), min(m, k + half + 1)
            middle = np.median(off[lo:hi])
            bias[a + k] = middle
            scatter[a + k] = 1.4826 * np.median(np.abs(off[lo:hi] - middle))
        bias[b - 1], scatter[b - 1] = bias[b - 2], scatter[b - 2]
    return bias, scatter


@nb.njit(cache=True)
def level_shifts(y, first, sets, window):  # type: ignore[no-untyped-def]
    """(n,) median of `sets` observations after each gap less that before it; its running median; its running scatter."""
    n = len(y)
    shift = np.full(n, np.nan)
    centre, scatter = np.zeros(n), np.ones(n)
    for i in range(len(first) - 1):
        a, b = first[i], first[i + 1]
        for k in range(a + 1, b - 2):
            shift[k] = np.median(y[k + 1 : min(b, k + 1 + sets)]) - np.median(y[max(a, k + 1 - sets) : k + 1])
        for k in range(a + 1, b - 2):
            part = shift[max(a + 1, k - window // 2) : min(b - 2, k + window // 2 + 1)]
            if len(part) < LEAST_SHIFTS:
                shift[k] = np.nan
                continue
            centre[k] = np.median(part)
            scatter[k] = 1.4826 * np.median(np.abs(part - centre[k]))
    return shift, centre, scatter
