"""How the pieces of a practice break-up truly fly: Newton's law with a flattened Earth and air, integrated step by step.

Nothing here is SGP4: what a detector back-propagates with SGP4 has flown by another law. Forces: the Earth's zonal field J2, J3,
J4 (EGM96 values, GM of EGM96), and drag in air that turns with the Earth. The air's density is an exponential law by layers (the
values of Vallado's table 8-4 at 1,000 km and below), times a day bulge behind the Sun, times what the Sun does to it from day to
day. No Moon, Sun, light pressure or tesseral field: the daily sway that the last of these causes is added to what is observed
(see cloud_fits). The frame is TEME held still.

Integrator: implicit Gauss-Legendre collocation with eight stages (order 16), solved by fixed-point iteration. Its coefficients
are computed, not typed. Reference: Hairer, Norsett, Wanner, "Solving Ordinary Differential Equations I", II.7.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from hoshimori.exercise.cloud_weather import Weather
from hoshimori.facts import Floats

GM_KM3_S2 = 398600.4418
RADIUS_KM = 6378.137
J2, J3, J4 = 1.08262668e-3, -2.53265649e-6, -1.61962159e-6
EARTH_RATE_RAD_S = 7.292115e-5
DRAG_COEFFICIENT = 2.2
FLOOR_KM = 120.0
"""Below this height a piece is taken as gone."""

_STAGES = 8
_STEPS_A_TURN = 9.0
# fmt: off
_LAYERS = np.array([  # from this height, km; density there, kg/m3; height over which it falls e times, km
    (0, 1.225, 7.249), (100, 5.297e-7, 5.877), (110, 9.661e-8, 7.263), (120, 2.438e-8, 9.473),
    (130, 8.484e-9, 12.636), (140, 3.845e-9, 16.149), (150, 2.070e-9, 22.523), (180, 5.464e-10, 29.740),
    (200, 2.789e-10, 37.105), (250, 7.248e-11, 45.546), (300, 2.418e-11, 53.628), (350, 9.518e-12, 53.298),
    (400, 3.725e-12, 58.515), (450, 1.585e-12, 60.828), (500, 6.967e-13, 63.822), (600, 1.454e-13, 71.835),
    (700, 3.614e-14, 88.667), (800, 1.170e-14, 124.64), (900, 5.245e-15, 181.05), (1000, 3.019e-15, 268.00),
])
# fmt: on
_BASE_KM, _BASE_DENSITY, _SCALE_KM = (np.ascontiguousarray(column) for column in _LAYERS.T)


def _collocation(stages: int) -> tuple[Floats, Floats, Floats]:
    """Nodes c (s,), matrix A (s, s) and weights b (s,) of the Gauss method on 0..1."""
    x, w = np.polynomial.legendre.leggauss(stages)
    c = (x + 1.0) / 2.0
    rows = np.zeros((stages, stages))
    for j in range(stages):
        others = np.delete(c, j)
        lagrange = np.poly1d(np.poly(others) / np.prod(c[j] - others)).integ()
        rows[:, j] = lagrange(c)
    return c, rows, w / 2.0


def _ahead(c: Floats) -> Floats:
    """(s, s): rates at the stages of a step, carried on to the stages of the next step of equal length."""
    columns = [np.prod([(1.0 + c - o) / (x - o) for o in np.delete(c, j)], axis=0) for j, x in enumerate(c)]
    return np.ascontiguousarray(np.stack(columns, axis=1))


_C, _A, _B = _collocation(_STAGES)
_ON = _ahead(_C)


def fly(r_km: Floats, v_km_s: Floats, area_mass_m2_kg: Floats, at_s: Floats, weather: Weather) -> Floats:
    """States (n, m, 6), km and km/s, of n pieces at m times each, in seconds from the start; NaN once a piece is gone.

    r_km, v_km_s: (n, 3) at 0 s in TEME. at_s: (n, m), rising in each row and all of one sign, or falling where negative.
    """
    out = np.full((*at_s.shape, 6), np.nan)
    _fly(
        np.ascontiguousarray(np.hstack([r_km, v_km_s])),
        DRAG_COEFFICIENT * np.asarray(area_mass_m2_kg, dtype=np.float64),
        np.ascontiguousarray(at_s),
        np.ascontiguousarray(weather.sun),
        np.ascontiguousarray(weather.factor),
        weather.first_day,
        (_A, _B, _ON),
        out,
    )
    return out


@numba.njit(cache=True, nogil=True)
def _fly(start: Floats, drag: Floats, at_s: Floats, sun: Floats, factor: Floats, first_day: int, rule: Any, out: Floats) -> None:
    for k in range(len(start)):
        state, t = start[k].copy(), 0.0
        for j in range(at_s.shape[1]):
            t = _advance(state, t, at_s[k, j], drag[k], sun, factor, first_day, rule)
            if not np.isfinite(t):
                break
            out[k, j] = state


@numba.njit(cache=True, nogil=True)
def _advance(y: Floats, t: float, to: float, drag: float, sun: Floats, factor: Floats, first_day: int, rule: Any) -> float:
    """Moves the state on to a time; NaN where the piece has gone down."""
    k, last_h = np.empty((len(rule[1]), 6)), 0.0
    while t != to:
        if not _up(y):
            return np.nan
        count = np.ceil(abs(to - t) / _longest_s(y))
        h = (to - t) / count
        day = int(np.floor((t + 0.5 * h) / 86400.0)) - first_day
        now = factor[min(max(day, 0), len(factor) - 1)]
        _step(y, h, drag * now, sun, rule, k, abs(h - last_h) < 0.02 * abs(h))
        last_h = h
        t = to if count <= 1.0 else t + h
    return t if _up(y) else np.nan


@numba.njit(cache=True, nogil=True)
def _up(y: Floats) -> bool:
    """Above the floor, and not thrown out by a step that met the ground's air: the iteration does not converge there."""
    r2, v2 = y[0] ** 2 + y[1] ** 2 + y[2] ** 2, y[3] ** 2 + y[4] ** 2 + y[5] ** 2
    return bool(r2 > (RADIUS_KM + FLOOR_KM) ** 2 and v2 < 2.0 * GM_KM3_S2 / np.sqrt(r2))


@numba.njit(cache=True, nogil=True)
def _longest_s(y: Floats) -> float:
    """A ninth of the time that a circle at the lower of this radius and the perigee takes."""
    r = np.sqrt(y[0] ** 2 + y[1] ** 2 + y[2] ** 2)
    v2 = y[3] ** 2 + y[4] ** 2 + y[5] ** 2
    rv = y[0] * y[3] + y[1] * y[4] + y[2] * y[5]
    p = (r * r * v2 - rv * rv) / GM_KM3_S2
    e = np.sqrt(max(1.0 + p * (v2 / GM_KM3_S2 - 2.0 / r), 0.0))
    low = max(min(r, p / (1.0 + e)), 6400.0)
    return float(2.0 * np.pi * np.sqrt(low**3 / GM_KM3_S2) / _STEPS_A_TURN)


@numba.njit(cache=True, nogil=True)
def _step(y: Floats, h: float, drag: float, sun: Floats, rule: Any, k: Floats, carry: bool) -> None:
    """One step. k (s, 6): rates at the stages, of the step before on entry (used where `carry`), of this one on return."""
    a, b, on = rule
    s = len(b)
    at = y.copy()
    if carry:
        k[:] = on @ k
    else:
        _force(at, drag, sun, k[0])
        for i in range(1, s):
            k[i] = k[0]
    for _ in range(30):
        change = 0.0
        for i in range(s):
            for d in range(6):
                at[d] = y[d]
                for j in range(s):
                    at[d] += h * a[i, j] * k[j, d]
            before = k[i, 0] + k[i, 1] + k[i, 2]
            _force(at, drag, sun, k[i])
            change = max(change, abs(k[i, 0] + k[i, 1] + k[i, 2] - before))
        if change < 1e-12:
            break
    for j in range(s):
        for d in range(6):
            y[d] += h * b[j] * k[j, d]


@numba.njit(cache=True, nogil=True)
def _force(y: Floats, drag: float, sun: Floats, out: Floats) -> None:
    """Rates of position and velocity. `drag`: coefficient times area over mass, times today's factor, m2/kg."""
    x0, x1, x2 = y[0], y[1], y[2]
    r2 = x0 * x0 + x1 * x1 + x2 * x2
    r = np.sqrt(r2)
    u = x2 / r
    u2 = u * u
    ratio = RADIUS_KM / r
    g = GM_KM3_S2 / (r2 * r)
    q2 = 1.5 * J2 * ratio**2
    q3 = 2.5 * J3 * ratio**3
    q4 = 0.625 * J4 * ratio**4
    flat = 1.0 + q2 * (1.0 - 5.0 * u2) + q3 * u * (3.0 - 7.0 * u2) - q4 * (3.0 - 42.0 * u2 + 63.0 * u2 * u2)
    out[0], out[1], out[2] = y[3], y[4], y[5]
    out[3] = -g * x0 * flat
    out[4] = -g * x1 * flat
    third = q3 * (6.0 * u2 - 7.0 * u2 * u2 - 0.6) * r
    out[5] = -g * (x2 * (1.0 + q2 * (3.0 - 5.0 * u2) - q4 * (15.0 - 70.0 * u2 + 63.0 * u2 * u2)) + third)
    rho = _density(r - RADIUS_KM * (1.0 - u2 / 298.257), (x0 * sun[0] + x1 * sun[1] + x2 * sun[2]) / r)
    if rho > 0.0 and drag > 0.0:
        w0, w1, w2 = y[3] + EARTH_RATE_RAD_S * x1, y[4] - EARTH_RATE_RAD_S * x0, y[5]
        pull = 0.5 * drag * rho * 1000.0 * np.sqrt(w0 * w0 + w1 * w1 + w2 * w2)
        out[3] -= pull * w0
        out[4] -= pull * w1
        out[5] -= pull * w2


@numba.njit(cache=True, nogil=True)
def _density(height_km: float, cos_sun: float) -> float:
    """kg/m3; up to 1.6 times the mean under the Sun and 0.4 of it on the night side, above 200 km."""
    if height_km > 3000.0:
        return 0.0
    above = int(np.searchsorted(_BASE_KM, height_km, side="right"))
    i = min(max(above, 1), len(_BASE_KM)) - 1
    mean = _BASE_DENSITY[i] * np.exp(-(height_km - _BASE_KM[i]) / _SCALE_KM[i])
    bulge = min(max((height_km - 120.0) / 200.0, 0.0), 1.0)
    return float(mean * (1.0 + 0.6 * bulge * cos_sun))
