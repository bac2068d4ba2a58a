"""When objects stand above the horizon of places on the ground, how high, how far, and under what angles.

Geometric: no refraction (0.5 deg at the horizon, 0.05 deg at 20 deg), no light time (25 m in LEO), no hills. The horizon is that
of the geodetic vertical on WGS 84. UT1 - UTC and polar motion are left out: below 0.1 s in the time of a rise in LEO.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.sky import frames, search, time
from hoshimori.sky.bodies import angle_rad
from hoshimori.sky.trajectories import Trajectories

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

MU_KM3_S2 = 398600.4418
STEPS_A_TURN = 64
"""Grid points on a circle at perigee height: 85 s in LEO. Elevation has one maximum a revolution; the grid brackets it."""
LONGEST_STEP_S = 1200.0
MARGIN_RAD = np.radians(10.0)
"""Maxima that the grid shows this far below the horizon are not looked at closer."""
GRID_VALUES = 4_000_000
"""Elevations held at once."""
EDGE_TOLERANCE_S = 1e-3
TOP_TOLERANCE_S = 1e-2
SILENT = -2.0
"""Stands for the sine of the elevation where no path is known: below everything."""


class Passes(NamedTuple):
    """Times in which an object stands above the least elevation of a site, (k,) each, sorted by row, site and time.

    row: of the trajectories; site: of the sites. rise_s, top_s, set_s: seconds after the start of the window, cut at its ends
    and where the path falls silent. top_elevation_rad, top_range_km: when highest inside [rise, set].
    """

    row: Ints
    site: Ints
    rise_s: Floats
    top_s: Floats
    set_s: Floats
    top_elevation_rad: Floats
    top_range_km: Floats

    def take(self, which: npt.ArrayLike) -> Passes:
        """Rows by index array or mask."""
        return Passes(*(column[np.asarray(which)] for column in self))


def passes(
    paths: Trajectories, sites_itrs_km: Floats, min_elevation_rad: Floats, start_utc: np.datetime64, stop_utc: np.datetime64
) -> Passes:
    """Every pass of every row over every site (m, 3) above its least elevation (m,), inside [start, stop].

    Asked with -pi/2 the answer is one pass as long as the window, whose top is the highest the object comes. Two visits within
    1/64 of a revolution of each other (blended paths, grazing) may be told as one.
    """
    sites = np.asarray(sites_itrs_km, np.float64).reshape(-1, 3)
    least = np.broadcast_to(np.asarray(min_elevation_rad, np.float64), (len(sites),))
    length_s = float((stop_utc - start_utc) / np.timedelta64(1, "us")) * 1e-6
    if not (length_s > 0.0 and np.isfinite(sites).all() and np.all(np.abs(least) <= np.pi / 2.0)):
        raise UsageError("passes: expected a stop after the start, finite places and least elevations within 90 deg")
    if not (paths.rows and len(sites)):
        none, nowhere = np.zeros(0), np.zeros(0, np.int64)
        return Passes(nowhere, nowhere, none, none, none, none, none)
    step_s = _steps_s(paths, start_utc, length_s)
    found = []
    for step in np.unique(step_s):
        rows = np.flatnonzero(step_s == step)
        count = max(3, int(np.ceil(length_s / step)) + 1)
        many = max(1, GRID_VALUES // (count * (3 + len(sites))))
        for k in range(0, len(rows), many):
            found.append(_Part(paths, rows[k : k + many], sites, least, start_utc, np.linspace(0.0, length_s, count)).passes())
    joined = Passes(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
    return joined.take(np.lexsort((joined.rise_s, joined.site, joined.row)))


def look(r_teme_km: Floats, t_utc: Times, site_itrs_km: Floats) -> tuple[Floats, Floats, Floats]:
    """Azimuth [rad, 0..2 pi, clockwise from north], elevation [rad] and range [km] of r (k, 3) from the site ((3,) or (k, 3))."""
    site = np.asarray(site_itrs_km, np.float64)
    up, north, east = _axes(site)
    d = earth_fixed(r_teme_km, t_utc) - site
    range_km = np.linalg.norm(d, axis=-1)
    azimuth = np.arctan2(np.sum(d * east, axis=-1), np.sum(d * north, axis=-1)) % (2.0 * np.pi)
    height = np.clip(np.sum(d * up, axis=-1) / range_km, -1.0, 1.0)
    return np.asarray(azimuth), np.asarray(np.arcsin(height)), np.asarray(range_km)


def off_nadir_rad(r_teme_km: Floats, t_utc: Times, site_itrs_km: Floats) -> Floats:
    """(k,) at the object r (k, 3): the angle between the centre of the Earth and the site."""
    r = earth_fixed(r_teme_km, t_utc)
    return angle_rad(-r, np.asarray(site_itrs_km, np.float64) - r)


def site_teme_km(site_itrs_km: Floats, t_utc: Times) -> Floats:
    """(k, 3) where a site ((3,) or (k, 3)) is in TEME at each time."""
    return _turned(np.broadcast_to(np.asarray(site_itrs_km, np.float64), (len(t_utc), 3)), -time.gmst_rad(t_utc))


def earth_fixed(r_teme_km: Floats, t_utc: Times) -> Floats:
    """(k, 3) from TEME to the turning Earth, without polar motion."""
    return _turned(np.asarray(r_teme_km, np.float64), time.gmst_rad(t_utc))


@dataclass(frozen=True)
class _Part:
    """Some rows that share a grid of times, over all sites. A pair is one row and one site: place of the row * sites + site."""

    paths: Trajectories
    rows: Ints
    sites: Floats
    least: Floats
    start_utc: np.datetime64
    grid_s: Floats

    def passes(self) -> Passes:
        sine = self._on_grid()
        pair_top, top_s = self._tops(sine)
        top = self._sine(pair_top, top_s)
        pair, t_s, height = self._knots(sine, pair_top, top_s, top)
        up = height >= 0.0
        first, last = np.append(True, np.diff(pair) > 0), np.append(np.diff(pair) > 0, True)
        rises, sets = up & (first | ~np.roll(up, 1)), up & (last | ~np.roll(up, -1))
        before, after = np.flatnonzero(rises), np.flatnonzero(sets)
        rise = self._edges(pair, t_s, before, np.where(first[before], before, before - 1))
        set_ = self._edges(pair, t_s, after, np.where(last[after], after, after + 1))
        best = _highest(height, rises, up)
        which = pair[before]
        row = self.rows[which // len(self.sites)]
        at, site = t_s[best], self.sites[which % len(self.sites)]
        _, elevation, range_km = look(self._position(which, at), self._utc(at), site)
        return Passes(row, which % len(self.sites), rise, at, set_, elevation, range_km)

    def _on_grid(self) -> Floats:
        """(pairs, times) sine of the elevation."""
        t_utc = self._utc(self.grid_s)
        r, _ = self.paths.take(self.rows).grid(t_utc)
        fixed = _turned(np.moveaxis(r, 1, 2), time.gmst_rad(t_utc))
        out = np.empty((len(self.rows), len(self.sites), len(t_utc)))
        for k, site in enumerate(self.sites):
            out[:, k] = _sine_of(fixed, site)
        return out.reshape(-1, len(t_utc))

    def _tops(self, sine: Floats) -> tuple[Ints, Floats]:
        """Pairs and times of the maxima that may matter."""
        floor = np.sin(np.maximum(np.minimum(self.least, 0.0) - MARGIN_RAD, -np.pi / 2.0))
        worth = sine[:, 1:-1] >= np.tile(floor, len(self.rows))[:, None]
        pair, k = np.nonzero(worth & (sine[:, 1:-1] >= sine[:, :-2]) & (sine[:, 1:-1] > sine[:, 2:]))
        f = self._of(pair)
        at, _ = search.refine_minima(lambda i, s: -f(i, s), self.grid_s[k], self.grid_s[k + 2], TOP_TOLERANCE_S)
        return pair, at

    def _knots(self, sine: Floats, pair_top: Ints, top_s: Floats, top: Floats) -> tuple[Ints, Floats, Floats]:
        """Pair, time and height above the least elevation (of sines) at all grid times and maxima, in order."""
        pairs, m = sine.shape
        place = pair_top * m + np.searchsorted(self.grid_s, top_s)
        pair = np.insert(np.repeat(np.arange(pairs), m), place, pair_top)
        t_s = np.insert(np.tile(self.grid_s, pairs), place, top_s)
        height = np.insert(sine.reshape(-1), place, top)
        return pair, t_s, height - np.sin(self.least)[pair % len(self.sites)]

    def _edges(self, pair: Ints, t_s: Floats, above: Ints, below: Ints) -> Floats:
        """(k,) when the least elevation is crossed between two knots; where both are one, the window cuts the pass there."""
        out, cross = t_s[above].copy(), np.flatnonzero(above != below)
        mine, a, b = pair[above[cross]], t_s[above[cross]], t_s[below[cross]]
        f, limit = self._of(mine), np.sin(self.least)[mine % len(self.sites)]
        root = search.refine_roots(lambda i, s: f(i, s) - limit[i], np.minimum(a, b), np.maximum(a, b), EDGE_TOLERANCE_S)
        out[cross] = np.where(np.isnan(root), a, root)  # the knot touches the limit to the last digit
        return out

    def _of(self, pair: Ints) -> Callable[[Ints, Floats], Floats]:
        """The sine of the elevation as a function of candidate and time, for the searchers."""
        return lambda index, s: self._sine(pair[index], s)

    def _sine(self, pair: Ints, t_s: Floats) -> Floats:
        site = self.sites[pair % len(self.sites)]
        return _sine_of(earth_fixed(self._position(pair, t_s), self._utc(t_s)), site)

    def _position(self, pair: Ints, t_s: Floats) -> Floats:
        return self.paths.at(self.rows[pair // len(self.sites)], self._utc(t_s), np.zeros(len(t_s)))[0]

    def _utc(self, t_s: Floats) -> Times:
        return np.asarray(self.start_utc.astype("datetime64[us]") + np.rint(t_s * 1e6).astype("timedelta64[us]"))


def _highest(height: Floats, rises: Bools, up: Bools) -> Ints:
    """(k,) the index of the largest value in each stretch of `up`, each of which begins where `rises`."""
    above = np.flatnonzero(up)
    stretch = np.cumsum(rises)[above]
    order = np.lexsort((height[above], stretch))
    return np.asarray(above[order[np.append(np.diff(stretch) > 0, True)[: len(order)]]])


def _steps_s(paths: Trajectories, start_utc: np.datetime64, length_s: float) -> Floats:
    """(rows,) the time step of each row: a 64th of a circular revolution at its perigee or less; 1,200 s by powers of sqrt 2."""
    table = paths.satellites.table
    sma = np.cbrt(MU_KM3_S2 * (paths.satellites.period_min * 60.0 / (2.0 * np.pi)) ** 2)
    perigee = sma * (1.0 - np.clip(table["e0"], 0.0, 0.999))
    lowest = np.full(paths.rows, np.inf)
    np.fmin.at(lowest, np.repeat(np.arange(paths.rows), np.diff(paths.first)), perigee)
    for i, segments in paths.given.items():
        lowest[i] = min(float(np.linalg.norm(s.r_km, axis=1).min()) for s in segments)
    turn_s = 2.0 * np.pi * np.sqrt(np.maximum(lowest, 6400.0) ** 3 / MU_KM3_S2)
    step = np.minimum(turn_s / STEPS_A_TURN, LONGEST_STEP_S)
    return np.asarray(LONGEST_STEP_S * 2.0 ** (0.5 * np.floor(2.0 * np.log2(step / LONGEST_STEP_S))))


def _sine_of(fixed_km: Floats, site: Floats) -> Floats:
    """(...) sine of the elevation of Earth-fixed places (..., 3) over a site ((3,) or (..., 3)); SILENT where there is none."""
    up = _axes(site)[0]
    d = fixed_km - site
    sine = np.sum(d * up, axis=-1) / np.sqrt(np.sum(d * d, axis=-1))
    return np.asarray(np.where(np.isfinite(sine), sine, SILENT))


def _axes(site: Floats) -> tuple[Floats, Floats, Floats]:
    """Up (geodetic), north and east at a site, (..., 3) each."""
    lon, lat, _ = frames.geodetic(site)
    up = np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=-1)
    east = np.stack((-np.sin(lon), np.cos(lon), np.zeros_like(lon)), axis=-1)
    return up, np.cross(up, east), east


def _turned(r: Floats, angle: Floats) -> Floats:
    """(..., k, 3) in a frame turned about z by angles (k,)."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack((c * r[..., 0] + s * r[..., 1], c * r[..., 1] - s * r[..., 0], r[..., 2]), axis=-1)
