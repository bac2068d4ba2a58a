"""Elements without corners: an orbit as six numbers that stay smooth at zero inclination and eccentricity, and how it is pushed.

x = (n, h, k, p, q, l): mean motion in rad/min; e sin w and e cos w with w = node + argument of perigee; tan(i/2) sin node and
tan(i/2) cos node; mean longitude w + M. Broken only at an inclination of 180 deg. Reference: Broucke & Cefola, Celestial
Mechanics 5 (1972).
"""

from __future__ import annotations

from math import atan, atan2, cos, hypot, pi, sin, sqrt, tan

import numpy as np

from hoshimori.exercise.arcs import EARTH_RADIUS_KM, MU_KM3_S2, TAU, XKE, Mean
from hoshimori.facts import Floats

Impulse = tuple[float, float, float]
"""Velocity change along R, T, N (outward, forward in the plane, along r x v), m/s."""


def to_equinoctial(mean: Mean) -> Floats:
    """x: (6,)."""
    w, t = mean.raan + mean.argp, tan(mean.inc / 2.0)
    vectors = [mean.ecc * sin(w), mean.ecc * cos(w), t * sin(mean.raan), t * cos(mean.raan)]
    return np.array([mean.n_rad_min, *vectors, w + mean.ma])


def from_equinoctial(x: Floats) -> Mean:
    """The inverse; angles in 0 to 2 pi."""
    n, h, k, p, q, longitude = x.tolist()
    w, raan = atan2(h, k), atan2(p, q)
    return Mean(n, hypot(h, k), 2.0 * atan(hypot(p, q)), raan % TAU, (w - raan) % TAU, (longitude - w) % TAU)


def apart(later: Floats, earlier: Floats) -> Floats:
    """Difference (..., 6) of two elements, the mean longitude within half a turn."""
    d = later - earlier
    d[..., 5] = (d[..., 5] + pi) % TAU - pi
    return np.asarray(d)


def local(x: Floats, dx: Floats) -> Floats:
    """Small differences dx (..., 6) at the orbit x (6,), as an observer on board would call them.

    Returns (..., 6): drift (rad/min), two components of the eccentricity vector, two of the tilt of the plane (rad), and the
    along-track angle (rad), in which a turn of the node is not counted twice. To first order.
    """
    _, h, k, p, q, _ = x
    tilt = 2.0 / (1.0 + p * p + q * q) * dx[..., 3:5]
    turn = q * tilt[..., 0] - p * tilt[..., 1]  # tan(i/2) times the tilt about the line across the node
    e_vector = np.stack([dx[..., 1] - k * turn, dx[..., 2] + h * turn], axis=-1)
    return np.concatenate([dx[..., :1], e_vector, tilt, (dx[..., 5] - turn)[..., None]], axis=-1)


def displaced(x: Floats, errors: Floats) -> Floats:
    """dx (..., 6) that `local` calls `errors` (..., 6) at the orbit x (6,): its inverse."""
    _, h, k, p, q, _ = x
    tilt = errors[..., 3:5]
    turn = q * tilt[..., 0] - p * tilt[..., 1]
    e_vector = np.stack([errors[..., 1] + k * turn, errors[..., 2] - h * turn], axis=-1)
    vector = tilt * (1.0 + p * p + q * q) / 2.0
    return np.concatenate([errors[..., :1], e_vector, vector, (errors[..., 5] + turn)[..., None]], axis=-1)


def kicked(mean: Mean, dv_rtn_m_s: Impulse) -> Mean:
    """The mean elements just after an impulse, for any eccentricity and direction.

    The mean elements stand for the true ones: the change of each is right to the size of the short-periodic terms, 1 % in GEO
    and in LEO.
    """
    r, v = _state(mean)
    outward = r / np.linalg.norm(r)
    normal = np.cross(r, v)
    normal /= np.linalg.norm(normal)
    push = np.array(dv_rtn_m_s) / 1000.0
    return _orbit(r, v + push[0] * outward + push[1] * np.cross(normal, outward) + push[2] * normal)


def speed_and_arm(mean: Mean) -> tuple[float, float]:
    """Speed over that of a circular orbit of the same axis, and the cross-track impulse that tilts the plane by one radian.

    The second in km/s: angular momentum over distance. Both where the object is now; the first is what an in-track impulse is
    multiplied by in its effect on the drift.
    """
    r, v = _state(mean)
    far, speed = float(np.linalg.norm(r)), float(np.linalg.norm(v))
    return speed / sqrt(MU_KM3_S2 / mean.sma_km), float(np.linalg.norm(np.cross(r, v))) / far


def _axes(p: float, q: float) -> tuple[Floats, Floats]:
    """The two axes in the orbit's plane from which longitudes are counted."""
    size = 1.0 + p * p + q * q
    return np.array([1 - p * p + q * q, 2 * p * q, -2 * p]) / size, np.array([2 * p * q, 1 + p * p - q * q, 2 * q]) / size


def _state(mean: Mean) -> tuple[Floats, Floats]:
    """r_km, v_km_s: (3,), of two bodies."""
    _, h, k, p, q, longitude = to_equinoctial(mean).tolist()
    f, g = _axes(p, q)
    w, ecc, a = atan2(h, k), mean.ecc, mean.sma_km
    anomaly = longitude - w
    big = anomaly + ecc * np.sin(anomaly)
    for _ in range(30):  # Newton; eight steps are enough below e = 0.9
        big -= (big - ecc * np.sin(big) - anomaly) / (1.0 - ecc * np.cos(big))
    x, y = a * (np.cos(big) - ecc), a * sqrt(1.0 - ecc * ecc) * np.sin(big)
    rate = sqrt(MU_KM3_S2 / a**3) / (1.0 - ecc * np.cos(big))
    vx, vy = -a * np.sin(big) * rate, a * sqrt(1.0 - ecc * ecc) * np.cos(big) * rate
    along, across = f * np.cos(w) + g * np.sin(w), g * np.cos(w) - f * np.sin(w)
    return x * along + y * across, vx * along + vy * across


def _orbit(r: Floats, v: Floats) -> Mean:
    """The inverse of `_state`."""
    momentum = np.cross(r, v)
    wx, wy, wz = (momentum / np.linalg.norm(momentum)).tolist()
    p, q = wx / (1.0 + wz), -wy / (1.0 + wz)
    f, g = _axes(p, q)
    far = float(np.linalg.norm(r))
    e_vector = np.cross(v, momentum) / MU_KM3_S2 - r / far
    h, k = float(e_vector @ g), float(e_vector @ f)
    ecc, w = hypot(h, k), atan2(h, k)
    true = atan2(float(r @ g), float(r @ f)) - w
    big = 2.0 * atan2(sqrt(1.0 - ecc) * np.sin(true / 2.0), sqrt(1.0 + ecc) * np.cos(true / 2.0))
    a_km = 1.0 / (2.0 / far - float(v @ v) / MU_KM3_S2)
    n = XKE * (EARTH_RADIUS_KM / a_km) ** 1.5
    return from_equinoctial(np.array([n, h, k, p, q, w + big - ecc * np.sin(big)]))
