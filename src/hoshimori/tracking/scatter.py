"""The spread of many differences of which some are wild: a robust 6 x 6 covariance, and how sigma swings around the orbit."""

from __future__ import annotations

import numpy as np

from hoshimori.facts import Floats

FREEDOM = 4.0
"""Degrees of freedom of the Student distribution that the estimate assumes: wild differences weigh as one over their square."""
ROUNDS = 40
MEDIAN_3 = 2.365974
"""Of chi-square with three degrees of freedom."""
FEWEST = 8
ROUND_OFF = 1e-9


def scatter(d: Floats) -> Floats:
    """(c, c) positive definite, of d (k, c) with k at least `FEWEST`: Student's maximum-likelihood shape about zero, sized so
    that half of d lie within the shell of the first three components (position) that should hold half. Where the tail is long,
    up to `MOST_WIDENING` more, towards the size that makes nine in ten lie within theirs.

    Reference: Lange, Little, Taylor, J. Am. Stat. Assoc. 84 (1989) 881, for the estimate with fixed degrees of freedom.
    """
    unit = np.maximum(np.median(np.abs(d), axis=0) / 0.6745, 1e-12)
    x = d / unit
    c = x.shape[1]
    s = np.eye(c)
    for _ in range(ROUNDS):
        weight = (FREEDOM + c) / (FREEDOM + _distance2(x, s))
        new = (x * weight[:, None]).T @ x / len(x) + ROUND_OFF * np.eye(c)
        done = np.abs(new - s).max() < 1e-4 * np.abs(s).max()
        s = new
        if done:
            break
    m = _distance2(x[:, :3], s[:3, :3])
    size = np.quantile(m, 0.5) / MEDIAN_3
    return np.asarray(size * s * np.outer(unit, unit))


def waves(arglat_rad: Floats) -> Floats:
    """(k, 4): cos u, sin u, cos 2u, sin 2u."""
    u = np.asarray(arglat_rad, np.float64)
    return np.stack((np.cos(u), np.sin(u), np.cos(2.0 * u), np.sin(2.0 * u)), axis=-1)


def wave(d: Floats, arglat_rad: Floats, freedom: float) -> Floats:
    """(4, c) how log sigma of each column of d (k, c) swings with u, by least squares on log |d|, which no wild value can bend.

    Each wave is drawn in by what chance alone would give it (James and Stein 1961, positive part): `freedom` is how many of
    the k differences are worth an independent one. log |z| of a Gaussian has variance pi^2 / 8.
    """
    basis = np.column_stack((np.ones(len(d)), waves(arglat_rad)))
    size = np.log(np.maximum(np.abs(d), 1e-3 * np.median(np.abs(d), axis=0) + 1e-15))
    found = np.linalg.lstsq(basis, size, rcond=None)[0][1:]
    by_chance = (np.pi**2 / 8.0) / (0.5 * max(freedom, 1.0))
    out = np.zeros_like(found)
    for pair in (slice(0, 2), slice(2, 4)):
        power = (found[pair] ** 2).sum(axis=0)
        out[pair] = found[pair] * np.maximum(1.0 - 2.0 * by_chance / np.maximum(power, 1e-30), 0.0)
    return out


def mean_wave(swing: Floats) -> Floats:
    """(6, 6) mean over the orbit of exp(w_i(u) + w_j(u)): what a covariance is multiplied by where u is not known."""
    u: Floats = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False, dtype=np.float64)
    up = np.exp(waves(u) @ swing)
    return np.asarray(np.einsum("ki,kj->ij", up, up) / len(u))


def split(covariance: Floats) -> tuple[Floats, Floats]:
    """Sigma (..., c) and correlation (..., c, c)."""
    sigma = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return sigma, covariance / (sigma[..., :, None] * sigma[..., None, :])


def _distance2(x: Floats, s: Floats) -> Floats:
    return np.asarray((np.linalg.solve(np.linalg.cholesky(s), x.T) ** 2).sum(axis=0))
