"""Errors in equinoctial elements: where two-body motion keeps a Gaussian longest.

A cloud of positions bends along its orbit within minutes; the same cloud in equinoctial elements stays Gaussian for days,
because five elements do not move and the sixth moves evenly. Reference: Coppola and Tanygin, "Using Bent Ellipsoids to
Represent Large Position Covariance in Orbit Propagation", JGCD 38(9), 2015; Hall, JSR 58(3), 2021, for the use made here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.sky.chance.meeting import Floats, Meeting

MU_KM3_S2 = 398600.4418
CLIPPED_AT = 1e-9
"""An eigenvalue of the correlation matrix below minus this is not rounding: the covariance is not one."""


class Elements(NamedTuple):
    """mean (6): n in rad/s, h, k, p, q, mean longitude in rad. sense: +1, or -1 for a retrograde orbit (p, q by cot(i/2))."""

    mean: Floats
    sense: float


class Errors(NamedTuple):
    """Both objects' elements at the meeting's moment with their covariances (6, 6) and E[e1 e2^T]; `clipped`: how many were
    not positive semi-definite and had negative eigenvalues set to zero; `worst`: the most negative of the correlations'."""

    first: Elements
    second: Elements
    covariance1: Floats
    covariance2: Floats
    cross: Floats
    clipped: int
    worst: float


def elements(r_km: Floats, v_km_s: Floats) -> Elements | None:
    """Equinoctial elements of a state; None where it is not on an ellipse, or falls straight."""
    r, v2 = float(np.linalg.norm(r_km)), float(v_km_s @ v_km_s)
    a = 1.0 / (2.0 / r - v2 / MU_KM3_S2) if r > 0 else np.nan
    spin = np.cross(r_km, v_km_s)
    size = float(np.linalg.norm(spin))
    if not (a > 0 and size > 0):
        return None
    w = spin / size
    sense = 1.0 if w[2] >= 0 else -1.0
    p, q = w[0] / (1.0 + sense * w[2]), -w[1] / (1.0 + sense * w[2])
    c = 1.0 / (1.0 + p * p + q * q)
    f = c * np.array([1.0 - p * p + q * q, 2.0 * p * q, -2.0 * p * sense])
    g = c * np.array([2.0 * p * q * sense, (1.0 + p * p - q * q) * sense, 2.0 * q])
    lean = np.cross(v_km_s, spin) / MU_KM3_S2 - r_km / r
    k, h = float(lean @ f), float(lean @ g)
    x, y = float(r_km @ f), float(r_km @ g)
    root = np.sqrt(1.0 - h * h - k * k)
    beta = 1.0 / (1.0 + root)
    cos_f = k + ((1.0 - k * k * beta) * x - h * k * beta * y) / (a * root)
    sin_f = h + ((1.0 - h * h * beta) * y - h * k * beta * x) / (a * root)
    longitude = np.arctan2(sin_f, cos_f) + h * cos_f - k * sin_f
    return Elements(np.array([np.sqrt(MU_KM3_S2 / a**3), h, k, p, q, longitude]), sense)


def errors(meeting: Meeting) -> Errors | None:
    """The meeting's errors in elements at its own moment; None where a state is not on an ellipse."""
    first, second = elements(meeting.r1_km, meeting.v1_km_s), elements(meeting.r2_km, meeting.v2_km_s)
    if first is None or second is None:
        return None
    inverse1, inverse2 = (np.linalg.inv(partials(one)) for one in (first, second))
    covariance1, worst1 = _semidefinite(inverse1 @ meeting.covariance1 @ inverse1.T)
    covariance2, worst2 = _semidefinite(inverse2 @ meeting.covariance2 @ inverse2.T)
    worst = min(worst1, worst2)
    clipped = int(worst1 < -CLIPPED_AT) + int(worst2 < -CLIPPED_AT)
    return Errors(first, second, covariance1, covariance2, inverse1 @ meeting.cross @ inverse2.T, clipped, worst)


def partials(orbit: Elements) -> Floats:
    """d state / d elements at the elements' own moment, (6, 6) in km and km/s."""
    from hoshimori.sky.chance._long_orbit import state

    jacobian = np.empty((6, 6))
    state(orbit.mean, orbit.sense, 0.0, np.empty(6), jacobian, np.empty((9, 4)))
    return jacobian


def _semidefinite(covariance: Floats) -> tuple[Floats, float]:
    """The nearest by eigenvalues of the correlations, and the least eigenvalue there was.

    A covariance has as many negative eigenvalues in elements as it had in states, so it is mended once, here, where the errors
    are taken for Gaussian. Elements differ in size by 1e6 and more: each is measured in its own sigma first.
    """
    covariance = 0.5 * (covariance + covariance.T)
    sigma = np.sqrt(np.abs(np.diag(covariance)))
    scale = np.where(sigma > 0, sigma, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    worst = float(values[0])
    if worst >= 0:
        return covariance, worst
    mended = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return mended * np.outer(scale, scale), worst
