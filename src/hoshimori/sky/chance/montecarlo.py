"""Collision probability by drawing: what remains right when every formula's assumption fails, with bounds on its own chance.

Every trial draws both orbits from their covariances, flies both as two bodies through the meeting, and counts once if they come
within the summed radius at any time in it. The drawing is done in equinoctial elements, where an error that grew along the
orbit is still Gaussian, not in positions, where it has become a banana.
Reference: Hall, Casali, Johnson, Skrehart, Baars, AAS 18-244 (2018).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import exp, lgamma, log, log1p

import numpy as np

from hoshimori.errors import DataError, UsageError
from hoshimori.sky.chance.closest import lasts
from hoshimori.sky.chance.equinoctial_covariance import errors
from hoshimori.sky.chance.meeting import Chance, Floats, Meeting, Why

SEED = 20260000
CHUNK = 20_000
"""Trials that share one stream of random numbers: the answer depends on the seed, not on the number of threads."""

Counted = Callable[[Floats], tuple[int, ...]]
"""Normals (trials, size) to: hits, of these in contact at the start of the window, draws that are no orbit."""


def monte_carlo(
    meeting: Meeting,
    trials: int = 1_000_000,
    seed: int = SEED,
    *,
    window_s: tuple[float, float] | None = None,
    workers: int | None = None,
) -> Chance:
    """Two-body Monte Carlo from both 6 x 6 covariances, with Clopper-Pearson bounds at 95 %.

    window_s: seconds from the meeting within which contact counts; by default `closest.lasts`, when contact is possible at all.
    Contact at the start of the window counts, and `at_start` tells how often. The same seed gives the same answer on any number
    of workers.
    Assumes: two-body motion in the window, spheres, errors Gaussian in equinoctial elements at the meeting.
    Reference for the bounds: Clopper & Pearson, Biometrika 26 (1934) 404.
    """
    if not meeting.knows_velocity:
        raise DataError("monte_carlo: no velocity covariance is given: two-body trials need both 6 x 6 covariances")
    start, stop = _window(meeting, window_s)
    drawn = errors(meeting)
    if drawn is None:
        raise DataError("monte_carlo: a state is not on an ellipse: expected two bodies bound to the Earth")
    factor = _factor(drawn.covariance1, drawn.covariance2, drawn.cross)
    first, second = drawn.first, drawn.second

    def counted(normals: Floats) -> tuple[int, ...]:
        from hoshimori.sky.chance._montecarlo_kernel import two_body_hits

        found = two_body_hits(first.mean, first.sense, second.mean, second.sense, factor, normals, start, stop, meeting.radius_km)
        return tuple(int(n) for n in found)

    return _chance("monte_carlo", counted, 12, trials, seed, workers, {"start_s": start, "stop_s": stop})


def monte_carlo_straight(
    meeting: Meeting,
    trials: int = 1_000_000,
    seed: int = SEED,
    *,
    window_s: tuple[float, float] | None = None,
    workers: int | None = None,
) -> Chance:
    """Monte Carlo on straight relative paths from the covariance of the difference: the quick one, for fast pairs.

    Without velocity covariance the velocity is exact and, in an unlimited window, this is `short.foster_1992` by drawing.
    Assumes: straight motion in the window, spheres, errors Gaussian in position and velocity.
    """
    whole, size = np.where(np.isfinite(meeting.covariance), meeting.covariance, 0.0), 6 if meeting.knows_velocity else 3
    start, stop = _window(meeting, window_s)
    factor = _root(whole)
    mean = np.concatenate((meeting.dr_km, meeting.dv_km_s))

    def counted(normals: Floats) -> tuple[int, ...]:
        from hoshimori.sky.chance._montecarlo_kernel import straight_hits

        return int(straight_hits(mean, factor[:, :size], normals, start, stop, meeting.radius_km)), 0, 0

    return _chance("monte_carlo_straight", counted, size, trials, seed, workers, {"start_s": start, "stop_s": stop})


def clopper_pearson(hits: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Bounds of a probability of which `hits` in `trials` were seen, never too narrow.

    >>> low, high = clopper_pearson(0, 100)
    >>> low, round(high, 6)
    (0.0, 0.036217)
    """
    tail = 0.5 * (1.0 - confidence)
    low = 0.0 if hits == 0 else _beta_quantile(tail, hits, trials - hits + 1)
    high = 1.0 if hits == trials else _beta_quantile(1.0 - tail, hits + 1, trials - hits)
    return low, high


def _window(meeting: Meeting, window_s: tuple[float, float] | None) -> tuple[float, float]:
    if window_s is None:
        duration = lasts(meeting)
        return duration.start_s, duration.stop_s
    start, stop = float(window_s[0]), float(window_s[1])
    if not start <= stop:
        raise UsageError(
            f"monte_carlo: window_s={window_s}: expected (start, stop), start before stop, in seconds from the meeting"
        )
    return start, stop


def _chance(
    method: str, counted: Counted, size: int, trials: int, seed: int, workers: int | None, details: dict[str, float]
) -> Chance:
    """Draw `trials` rows of `size` normals in chunks, each from its own stream, and count."""
    if trials < 1:
        raise UsageError(f"{method}: trials={trials}: expected 1 or more")
    chunks = -(-trials // CHUNK)

    def one(number: int) -> tuple[int, ...]:
        stream = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(number,))))
        return counted(stream.standard_normal((min(CHUNK, trials - number * CHUNK), size)))

    many = workers or os.cpu_count() or 1
    with ThreadPoolExecutor(many) as pool:
        results = list(pool.map(one, range(chunks)))
    hits, standing, failed = (sum(r[j] for r in results) for j in range(3))
    low, high = clopper_pearson(hits, trials)
    why = (Why("trials_no_orbit", {"trials": float(failed), "share": failed / trials}),) if failed else ()
    counts = {"hits": float(hits), "trials": float(trials), "at_start": float(standing)}
    return Chance(method, hits / trials, low, high, why, {**details, **counts})


def _factor(covariance1: Floats, covariance2: Floats, cross: Floats) -> Floats:
    """(12, 12) lower triangular, of the joint covariance."""
    joint = np.block([[covariance1, cross], [cross.T, covariance2]])
    root = _root(joint)
    _, upper = np.linalg.qr(root.T)
    return np.ascontiguousarray(upper.T)


def _root(covariance: Floats) -> Floats:
    """B with B B^T = covariance, eigenvalues below zero left out; columns from the largest down."""
    sigma = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    sigma = np.where(sigma > 0.0, sigma, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(sigma, sigma))
    return np.ascontiguousarray((sigma[:, None] * vectors * np.sqrt(np.maximum(values, 0.0)))[:, ::-1])


def _beta_quantile(p: float, a: float, b: float) -> float:
    """x with I_x(a, b) = p, by bisection on log x where it is small."""
    low, high = -745.0, 0.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if _beta(exp(middle), a, b) < p:
            low = middle
        else:
            high = middle
        if high - low < 1e-14:
            break
    return exp(0.5 * (low + high))


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by Lentz's continued fraction (Abramowitz & Stegun 26.5.8)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _beta(1.0 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    total = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        d, c = 1.0 / (1.0 + even * d), 1.0 + even / c
        total *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d, c = 1.0 / (1.0 + odd * d), 1.0 + odd / c
        total *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return front * total
