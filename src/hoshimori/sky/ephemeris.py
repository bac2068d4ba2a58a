"""States between given states: Hermite through positions and velocities, or Lagrange through each alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

HERMITE_DEGREE = 7
"""Four states on either side of the middle. In LEO at steps of 60 s the error is below 1 cm, in GEO at 15 min below 1 cm."""


def interpolate(
    t_utc: Times,
    r_km: Floats,
    v_km_s: Floats,
    at_utc: Times,
    *,
    offset_s: Floats | None = None,
    method: str = "hermite",
    degree: int = HERMITE_DEGREE,
    usable: tuple[np.datetime64, np.datetime64] | None = None,
) -> tuple[Floats, Floats]:
    """States at `at_utc + offset_s` (k,): r (k, 3) and v (k, 3), in the frame of those given at t_utc (m,), rising.

    "hermite": one polynomial of odd `degree` through position and velocity of (degree + 1) / 2 states; v is its derivative.
    "lagrange": through degree + 1 positions, and another through the velocities. The states nearest to the time are used,
    fewer where fewer are given. Outside the states, or outside `usable`, the answer is NaN.
    """
    t_us = np.asarray(t_utc, dtype="datetime64[us]").astype(np.int64)
    at_us = np.asarray(at_utc, dtype="datetime64[us]").astype(np.int64)
    offset = np.zeros(len(at_us)) if offset_s is None else np.asarray(offset_s, dtype=np.float64)
    if len(t_us) == 0 or np.any(np.diff(t_us) <= 0):
        raise UsageError(f"interpolate: {len(t_us)} given times: expected one or more, strictly rising")
    repeats = {"hermite": 2, "lagrange": 1}.get(method)
    if repeats is None:
        raise UsageError(f"interpolation method {method!r}: expected hermite or lagrange")
    if degree < 1 or (repeats == 2 and degree % 2 == 0):
        raise UsageError(f"interpolation degree {degree}: expected 1 or more, and odd for hermite")
    nodes = _nearest(t_us, at_us, min((degree + 1) // repeats, len(t_us)))
    scale = np.maximum((t_us[nodes[:, -1]] - t_us[nodes[:, 0]]) / 1e6, 1.0)
    x_nodes = (t_us[nodes] - at_us[:, None]) / 1e6 / scale[:, None]
    x = offset / scale
    if repeats == 2:
        r, v = _hermite(x_nodes, r_km[nodes], v_km_s[nodes] * scale[:, None, None], x)
        v = v / scale[:, None]
    else:
        r, v = _lagrange(x_nodes, r_km[nodes], x), _lagrange(x_nodes, v_km_s[nodes], x)
    outside = _outside(t_us, at_us, offset, usable)
    r[outside] = np.nan
    v[outside] = np.nan
    return r, v


def _outside(
    t_us: Ints, at_us: Ints, offset_s: Floats, usable: tuple[np.datetime64, np.datetime64] | None
) -> npt.NDArray[np.bool_]:
    first, last = int(t_us[0]), int(t_us[-1])
    if usable is not None:
        start, stop = (int(x) for x in np.array(usable, dtype="datetime64[us]").astype(np.int64))
        first, last = max(first, start), min(last, stop)
    return ((at_us - first) * 1e-6 + offset_s < 0.0) | ((at_us - last) * 1e-6 + offset_s > 0.0)


def _nearest(t_us: Ints, at_us: Ints, count: int) -> Ints:
    """(k, count) indices of consecutive states that have the time in their middle, as far as the ends allow."""
    left = np.searchsorted(t_us, at_us, side="right") - (count + 1) // 2
    return np.asarray(np.clip(left, 0, len(t_us) - count)[:, None] + np.arange(count))


def _lagrange(nodes: Floats, values: Floats, x: Floats) -> Floats:
    """Polynomial through values (k, c, 3) at nodes (k, c), at x (k,)."""
    total = np.zeros((len(x), 3))
    for i in range(nodes.shape[1]):
        weight = np.ones(len(x))
        for j in range(nodes.shape[1]):
            if j != i:
                weight *= (x - nodes[:, j]) / (nodes[:, i] - nodes[:, j])
        total += weight[:, None] * values[:, i]
    return total


def _hermite(nodes: Floats, values: Floats, slopes: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Value and slope at x (k,) of the polynomial with values and slopes (k, c, 3) at nodes (k, c): Newton's divided differences
    with each node taken twice."""
    z = np.repeat(nodes, 2, axis=1)
    table = np.repeat(values, 2, axis=1)
    count = z.shape[1]
    coefficients = [table[:, 0]]
    for order in range(1, count):
        gap = (z[:, order:] - z[:, : count - order])[..., None]
        difference = table[:, 1:] - table[:, :-1]
        if order == 1:
            table = np.where(gap == 0.0, np.repeat(slopes, 2, axis=1)[:, :-1], difference / np.where(gap == 0.0, 1.0, gap))
        else:
            table = difference / gap
        coefficients.append(table[:, 0])
    value, slope = coefficients[-1], np.zeros((len(x), 3))
    for order in range(count - 2, -1, -1):
        step = (x - z[:, order])[:, None]
        slope = value + step * slope
        value = coefficients[order] + step * value
    return value, slope
