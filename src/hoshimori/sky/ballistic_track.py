"""A free flight above the air, fitted to where a radar saw it: state, covariance, does it fit, how high does it come.

The flight is two bodies and the oblate Earth (J2), by a fixed-step fourth-order Runge-Kutta in an inertial frame, 10 s a step or
less: against two bodies in closed form below 1 m over half an hour. The fit is weighted least squares with a numerical
transition matrix. Above 100 km air matters little; whoever calls leaves lower looks out. What comes out is a height and how well
it is known; the flight is not carried on to the ground or to any other body.

Reference: Montenbruck and Gill, Satellite Orbits, 2000, sections 3.2 (J2) and 8.1 (least squares).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.sky.ballistic import MU_KM3_S2

Floats = npt.NDArray[np.float64]

J2 = 1.08262668e-3
EQUATOR_KM = 6378.137
STEP_S = 10.0
ITERATIONS = 12
NUDGE = np.array([1e-2, 1e-2, 1e-2, 1e-5, 1e-5, 1e-5])
LONGEST_CLIMB_S = 86400.0


class Fit(NamedTuple):
    """A state at t_s and how well it is known. r_km, v_km_s: (3,) inertial. covariance: (6, 6) in km, km/s.

    chi2 and its degrees of freedom tell whether a free flight fits at all.
    """

    t_s: float
    r_km: Floats
    v_km_s: Floats
    covariance: Floats
    chi2: float
    freedom: int


def fly(r_km: Floats, v_km_s: Floats, dt_s: float, *, j2: float = J2) -> tuple[Floats, Floats]:
    """Free flight of bodies (..., 3) by dt_s, forward or back."""
    steps = max(1, int(np.ceil(abs(dt_s) / STEP_S)))
    state, h = np.concatenate([r_km, v_km_s], axis=-1), dt_s / steps
    for _ in range(steps):
        k1 = _rate(state, j2)
        k2 = _rate(state + 0.5 * h * k1, j2)
        k3 = _rate(state + 0.5 * h * k2, j2)
        k4 = _rate(state + h * k3, j2)
        state = state + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return state[..., :3], state[..., 3:]


def fit(t_s: Floats, r_km: Floats, covariance_km2: Floats) -> Fit:
    """The free flight through places seen: t_s (n,) rising, r_km (n, 3) inertial, covariance_km2 (n, 3, 3) of each.

    The state is told at the last look. UsageError below three looks, or where they cannot tell a velocity.
    """
    if len(t_s) < 3 or not np.all(np.diff(t_s) > 0.0):
        raise UsageError(f"a track of {len(t_s)} looks: expected three or more, in rising order of time")
    root = np.linalg.cholesky(np.linalg.inv(covariance_km2)).transpose(0, 2, 1)
    state = _first_guess(t_s, r_km)
    for _ in range(ITERATIONS):
        residual, slope = _linear(t_s, r_km, root, state)
        step = np.linalg.lstsq(slope, residual, rcond=None)[0]
        state = state + step
        if np.all(np.abs(step) < 1e-3 * NUDGE):
            break
    residual, slope = _linear(t_s, r_km, root, state)
    normal = slope.T @ slope
    scale = np.sqrt(np.diag(normal))
    if not np.all(scale > 0.0) or np.linalg.cond(normal / np.outer(scale, scale)) > 1e12:
        raise UsageError("a track that tells no velocity: expected looks at different times, with sigmas above zero")
    covariance = np.linalg.inv(normal / np.outer(scale, scale)) / np.outer(scale, scale)
    return Fit(float(t_s[-1]), state[:3], state[3:], covariance, float(residual @ residual), 3 * len(t_s) - 6)


def apogee_km(found: Fit) -> tuple[float, float]:
    """The greatest geocentric distance of the flight and its one sigma; infinite where it does not come back."""
    slopes = np.zeros(6)
    state = np.concatenate([found.r_km, found.v_km_s])
    top = _top_km(state)
    if not np.isfinite(top):
        return np.inf, np.nan
    for k in range(6):
        nudge = np.zeros(6)
        nudge[k] = NUDGE[k]
        slopes[k] = (_top_km(state + nudge) - _top_km(state - nudge)) / (2.0 * NUDGE[k])
    return top, float(np.sqrt(max(float(slopes @ found.covariance @ slopes), 0.0)))


def speed_km_s(found: Fit) -> tuple[float, float]:
    """The inertial speed of the state and its one sigma."""
    speed = float(np.linalg.norm(found.v_km_s))
    along = found.v_km_s / speed
    return speed, float(np.sqrt(max(float(along @ found.covariance[3:, 3:] @ along), 0.0)))


def _top_km(state: Floats) -> float:
    """Where the distance has stopped growing; the distance now, where it already falls."""
    r, v = state[:3], state[3:]
    if 0.5 * v @ v - MU_KM3_S2 / np.linalg.norm(r) >= 0.0:
        return np.inf
    gone = 0.0
    while r @ v > 0.0 and gone < LONGEST_CLIMB_S:
        before = (r, v)
        r, v = fly(r, v, STEP_S)
        gone += STEP_S
    if gone == 0.0:
        return float(np.linalg.norm(r))
    low, high = 0.0, STEP_S
    for _ in range(50):
        middle = 0.5 * (low + high)
        there, speed = fly(*before, middle)
        low, high = (middle, high) if there @ speed > 0.0 else (low, middle)
    return float(np.linalg.norm(fly(*before, 0.5 * (low + high))[0]))


def _first_guess(t_s: Floats, r_km: Floats) -> Floats:
    """A parabola in time through the looks (a straight line where there are few), at the last of them."""
    late = t_s - t_s[-1]
    order = 2 if len(t_s) >= 4 else 1
    fitted = np.polynomial.polynomial.polyfit(late, r_km, order)
    return np.concatenate([fitted[0], fitted[1]])


def _linear(t_s: Floats, r_km: Floats, root: Floats, state: Floats) -> tuple[Floats, Floats]:
    """Weighted residuals (3 n,) and their slopes (3 n, 6) against the state at the last look."""
    many = np.concatenate([state[None], state + np.diag(NUDGE), state - np.diag(NUDGE)])
    places = np.empty((len(t_s), 13, 3))
    r, v, at = many[:, :3], many[:, 3:], float(t_s[-1])
    for k in range(len(t_s) - 1, -1, -1):
        if t_s[k] != at:
            r, v = fly(r, v, float(t_s[k]) - at)
            at = float(t_s[k])
        places[k] = r
    slope = (places[:, 1:7] - places[:, 7:]) / (2.0 * NUDGE[None, :, None])
    residual = np.einsum("nij,nj->ni", root, r_km - places[:, 0])
    return residual.reshape(-1), np.einsum("nij,nkj->nik", root, slope).reshape(-1, 6)


def _rate(state: Floats, j2: float) -> Floats:
    r, v = state[..., :3], state[..., 3:]
    distance2 = (r * r).sum(axis=-1, keepdims=True)
    pull = -MU_KM3_S2 / (distance2 * np.sqrt(distance2))
    bulge = 1.5 * j2 * EQUATOR_KM**2 / distance2
    north = 5.0 * r[..., 2:3] ** 2 / distance2
    flat = np.array([1.0, 1.0, 3.0])
    return np.concatenate([v, pull * r * (1.0 + bulge * (flat - north))], axis=-1)
