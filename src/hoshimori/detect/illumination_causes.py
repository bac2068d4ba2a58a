"""Dull causes of an outage as windows of time: the edges of eclipses, the South Atlantic Anomaly, sun glint.

Each is a rule of thumb, stated with its numbers, to be tested beside the windows of a site by the same permutation test.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hoshimori.detect.illumination_windows import Over, sun_teme_km
from hoshimori.facts import Floats, Ints
from hoshimori.sky import bodies, frames, search, visibility

STEP_S = 30.0
ECLIPSE_S = 120.0
"""The edge of an eclipse: this long before the Sun begins to go, or to come back, until this long after."""
ANOMALY_BOX_DEG = (-90.0, 40.0, -50.0, 5.0)
"""West, east, south, north: a box about the South Atlantic Anomaly. Its true outline changes with height, energy and year."""
ANOMALY_KM = (150.0, 2000.0)
GLINT_OFF_NADIR_DEG = 20.0
"""Sun glint: the point that mirrors the Sun lies this near to the nadir of the object, or inside its stated field of regard."""
CAUSES = ("eclipse edge", "South Atlantic Anomaly", "sun glint")


def windows(over: Over, row: int, span: tuple[float, float]) -> dict[str, Floats]:
    """(k, 2) seconds of each cause for one object inside a span in which its path is known."""
    count = max(3, int(np.ceil((span[1] - span[0]) / STEP_S)) + 1)
    grid = np.linspace(*span, count)
    limit = np.radians(GLINT_OFF_NADIR_DEG if over.regard_deg is None else over.regard_deg)

    def margin_of(f: Callable[[Floats, Floats, Floats], Floats]) -> Callable[[Floats], Floats]:
        def margin(t_s: Floats) -> Floats:
            r, _ = over.states(np.full(len(t_s), row), t_s)
            return np.asarray(np.nan_to_num(f(t_s, r, sun_teme_km(t_s, over.start_utc)), nan=-1.0))

        return margin

    dim = _stretches(margin_of(lambda _t, r, sun: 0.5 - np.abs(bodies.sunlit_fraction(r, sun) - 0.5) - 1e-9), grid)
    edges = _edges(margin_of(lambda _t, r, sun: bodies.sunlit_fraction(r, sun) - 0.5), grid)
    near = np.concatenate((dim, np.column_stack((edges, edges)))) + np.array([-ECLIPSE_S, ECLIPSE_S])
    return {
        "eclipse edge": np.clip(near, *span),
        "South Atlantic Anomaly": _stretches(margin_of(lambda t, r, _s: _anomaly(over, t, r)), grid),
        "sun glint": _stretches(margin_of(lambda _t, r, sun: limit - glint_off_nadir_rad(r, sun)), grid),
    }


def glint_off_nadir_rad(r_km: Floats, sun_km: Floats) -> Floats:
    """(k,) at the object: the angle between the nadir and the point of a smooth spherical Earth that mirrors the Sun; pi where
    that point lies in the dark, or beyond the horizon.

    The point lies in the plane of object, Earth's centre and Sun, at the angle b from the nadir at which the Sun's zenith angle
    g - b equals the object's, b + n with tan n = R sin b / (r - R cos b); g is the angle between object and Sun at the centre.
    """
    radius = np.linalg.norm(r_km, axis=-1)
    g = bodies.angle_rad(r_km, sun_km)
    horizon = np.arccos(np.clip(bodies.EARTH_RADIUS_KM / radius, -1.0, 1.0))

    def off(b: Floats) -> Floats:
        return np.asarray(np.arctan2(bodies.EARTH_RADIUS_KM * np.sin(b), radius - bodies.EARTH_RADIUS_KM * np.cos(b)))

    low, high = np.zeros_like(g), np.minimum(0.5 * g, horizon)
    for _ in range(40):  # g - 2 b - n falls as b rises: halving finds its only root
        middle = 0.5 * (low + high)
        before = g - 2.0 * middle - off(middle) > 0.0
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    seen = (g - low < np.pi / 2.0) & (g - 2.0 * horizon - off(horizon) < 0.0)
    return np.asarray(np.where(seen, off(low), np.pi))


def _anomaly(over: Over, t_s: Floats, r: Floats) -> Floats:
    """(k,) above 0 inside the box, in degrees or hundreds of km to its nearest side."""
    lon, lat, height = frames.geodetic(visibility.earth_fixed(r, over.utc(t_s)))
    west, east, south, north = ANOMALY_BOX_DEG
    middle = 0.5 * (west + east)
    across = 0.5 * (east - west) - np.abs((np.degrees(lon) - middle + 180.0) % 360.0 - 180.0)
    along = 0.5 * (north - south) - np.abs(np.degrees(lat) - 0.5 * (north + south))
    high = np.minimum(height - ANOMALY_KM[0], ANOMALY_KM[1] - height) / 100.0
    return np.asarray(np.minimum(np.minimum(across, along), high))


def _stretches(margin: Callable[[Floats], Floats], grid: Floats) -> Floats:
    """(k, 2) where margin >= 0, cut at the ends of the grid; what begins and ends between two grid times is not seen."""
    value = margin(grid)
    up = np.append(np.append(False, value >= 0.0), False)
    first, last = np.flatnonzero(up[1:-1] & ~up[:-2]), np.flatnonzero(up[1:-1] & ~up[2:])
    return np.column_stack((_between(margin, grid, first, first - 1), _between(margin, grid, last, last + 1)))


def _between(margin: Callable[[Floats], Floats], grid: Floats, above: Ints, below: Ints) -> Floats:
    out = grid[above].copy()
    cross = np.flatnonzero((below >= 0) & (below < len(grid)))
    a, b = grid[above[cross]], grid[below[cross]]
    root = search.refine_roots(lambda _i, s: margin(s), np.minimum(a, b), np.maximum(a, b), 0.1)
    out[cross] = np.where(np.isnan(root), a, root)
    return out


def _edges(margin: Callable[[Floats], Floats], grid: Floats) -> Floats:
    """(k,) where margin changes its sign: eclipse edges so short that the grid does not see the dimming."""
    sign = margin(grid) >= 0.0
    k = np.flatnonzero(sign[1:] != sign[:-1])
    root = search.refine_roots(lambda _i, s: margin(s), grid[k], grid[k + 1], 0.1)
    return np.asarray(root[np.isfinite(root)])
