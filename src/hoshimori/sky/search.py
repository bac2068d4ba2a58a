"""When something happens: minima, roots and intervals of functions of time, many at once.

Time is in seconds from whatever instant the caller chose. One function of time: f(seconds) -> values, (k,) in and (k,) out.
Many candidates at once: f(index, seconds), where `index` (k,) tells which candidate each value is for.
An event that begins and ends between two grid times without a trace at either is not seen: the step must be shorter than what
is looked for.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
OfTime = Callable[[Floats], Floats]
OfCandidateAndTime = Callable[[Ints, Floats], Floats]

TOLERANCE_S = 1e-5
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def roots(f: OfTime, start_s: float, stop_s: float, step_s: float) -> Floats:
    """Times at which f passes through zero, either way, in rising order."""
    grid = _grid(start_s, stop_s, step_s)
    return _crossings(f, grid, f(grid))


def minima(f: OfTime, start_s: float, stop_s: float, step_s: float) -> tuple[Floats, Floats]:
    """Times and values of the local minima of f inside the window, in rising order. The ends of the window are not minima."""
    grid = _grid(start_s, stop_s, step_s)
    return _dips(f, grid, f(grid), np.inf)


def intervals_below(f: OfTime, limit: float, start_s: float, stop_s: float, step_s: float) -> Floats:
    """(k, 2) the intervals in which f < limit, cut at the ends of the window.

    A visit shorter than a step is found as long as the grid shows a minimum there.
    """
    grid = _grid(start_s, stop_s, step_s)
    values = f(grid)
    dip_s, dip = _dips(f, grid, values, limit)
    every = np.concatenate((grid, dip_s))
    order = np.argsort(every, kind="stable")
    every, depth = every[order], np.concatenate((values, dip))[order] - limit
    edges = _crossings(lambda s: f(s) - limit, every, depth)
    if depth[0] < 0.0:
        edges = np.concatenate(([start_s], edges))
    if len(edges) % 2:
        edges = np.concatenate((edges, [stop_s]))
    return edges.reshape(-1, 2)


def refine_roots(f: OfCandidateAndTime, lo_s: Floats, hi_s: Floats, tol_s: float = TOLERANCE_S) -> Floats:
    """(k,) the root of each candidate between lo and hi; NaN where f has the same sign at both, or is not known.

    To within tol_s; the bracket is kept. Method: T. R. Chandrupatla, Advances in Engineering Software 28 (1997) 145: inverse
    quadratic steps where they are safe, else halves.
    """
    a, b = np.array(lo_s, dtype=np.float64), np.array(hi_s, dtype=np.float64)
    every = np.arange(len(a))
    fa, fb = f(every, a), f(every, b)
    root = np.where(fa == 0.0, a, np.where(fb == 0.0, b, np.nan))
    live = np.flatnonzero(np.sign(fa) * np.sign(fb) < 0.0)
    a, b, fa, fb = a[live], b[live], fa[live], fb[live]
    t = np.full(len(live), 0.5)
    while len(live):
        x = a + t * (b - a)
        fx = f(live, x)
        same = np.sign(fx) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        root[live] = np.where(np.isfinite(fx), x, np.nan)
        more = (np.abs(b - a) > tol_s) & (fx != 0.0) & np.isfinite(fx)
        live, a, b, c, fa, fb, fc = (q[more] for q in (live, a, b, c, fa, fb, fc))
        t = _next_step(a, b, c, fa, fb, fc, tol_s)
    return root


def refine_minima(f: OfCandidateAndTime, lo_s: Floats, hi_s: Floats, tol_s: float = TOLERANCE_S) -> tuple[Floats, Floats]:
    """(k,) times and values of the minimum of each candidate between lo and hi, where f has one; golden section.

    Values alone cannot tell a minimum better than sqrt(1e-16 |f / f''|): for the distance of a pair that passes at v with miss
    d, about 1e-8 d / v seconds times sqrt(r / d). Where the rate of f is at hand, `refine_roots` on the rate is sharper.
    """
    a, b = np.array(lo_s, dtype=np.float64), np.array(hi_s, dtype=np.float64)
    every = np.arange(len(a))
    left, right = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
    f_left, f_right = f(every, left), f(every, right)
    while len(a) and np.nanmax(b - a) > tol_s:
        lower = f_left < f_right
        a, b = np.where(lower, a, left), np.where(lower, right, b)
        kept, f_kept = np.where(lower, left, right), np.where(lower, f_left, f_right)
        new = np.where(lower, b - _GOLDEN * (b - a), a + _GOLDEN * (b - a))
        f_new = f(every, new)
        left, right = np.where(lower, new, kept), np.where(lower, kept, new)
        f_left, f_right = np.where(lower, f_new, f_kept), np.where(lower, f_kept, f_new)
    middle = 0.5 * (a + b)
    return middle, f(every, middle)


def _next_step(a: Floats, b: Floats, c: Floats, fa: Floats, fb: Floats, fc: Floats, tol_s: float) -> Floats:
    """Where between a and b to look next, as a fraction."""
    xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
    safe = (phi * phi < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
    gap = np.where(fc == fa, 1.0, fc - fa)
    quadratic = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / gap * fb / (fc - fb)
    least = 0.5 * tol_s / np.abs(b - a)
    return np.where(safe, np.clip(quadratic, least, 1.0 - least), 0.5)


def _grid(start_s: float, stop_s: float, step_s: float) -> Floats:
    """From start to stop in equal steps no longer than step_s."""
    if not (stop_s > start_s and step_s > 0.0):
        raise UsageError(f"search from {start_s} s to {stop_s} s by {step_s} s: expected stop after start and a positive step")
    return np.linspace(start_s, stop_s, max(3, int(np.ceil((stop_s - start_s) / step_s)) + 1))


def _crossings(f: OfTime, grid: Floats, values: Floats) -> Floats:
    """Roots between neighbours of opposite sign; a grid time with the value 0 counts as above."""
    below = values < 0.0
    known = np.isfinite(values)
    k = np.flatnonzero((below[1:] != below[:-1]) & known[1:] & known[:-1])
    return refine_roots(lambda _, s: f(s), grid[k], grid[k + 1])


def _dips(f: OfTime, grid: Floats, values: Floats, limit: float) -> tuple[Floats, Floats]:
    """Minima between the neighbours of grid times that are no higher than both, where the grid has not shown f < limit yet."""
    k = 1 + np.flatnonzero((values[1:-1] < values[:-2]) & (values[1:-1] <= values[2:]))
    if np.isfinite(limit):
        k = k[values[k] >= limit]
    at, value = refine_minima(lambda _, s: f(s), grid[k - 1], grid[k + 1])
    below = value < limit
    return at[below], value[below]
