"""Predictive avoidance for a benign laser: when a station that ranges to one satellite must pause because another is in its beam.

While the target stands above the station's least elevation, the beam points at it. A protected object is in the beam while the
angle between the two, seen from the station, is below a half-angle: the cone that the user states (beam, pointing, rules of the
clearing house) and the object's own error, `sigmas` times its largest one-sigma position error seen at its range. The beam goes
on behind the target, so the range of the object plays no part. Times are closed windows; what is left of a pass is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hoshimori.declared.sites import Site
from hoshimori.detect import uncertainty
from hoshimori.detect.coincidence import merged, without
from hoshimori.detect.neighbourhood import Bodies
from hoshimori.errors import UsageError
from hoshimori.facts import Floats, Ints, Times
from hoshimori.sky import search, visibility
from hoshimori.sky.bodies import angle_rad
from hoshimori.tracking.covariance import class_sigma_rtn_km

STEP_S = 5.0
"""Two low satellites pass each other in the sky at up to 3 deg/s: the grid need only show that there is one minimum between."""
TOLERANCE_S = 1e-4
PADDING_S = 1e-3
"""Closed windows are widened by this at either end, more than the searcher's error."""
WIDEST_CONE_DEG = 30.0
PAIRS_AT_ONCE = 400_000


class Closed(NamedTuple):
    """Closed windows (k,): which object (row of the bodies), from when to when, how near the beam at the nearest, and the
    half-angle that was kept there."""

    row: Ints
    start_s: Floats
    stop_s: Floats
    nearest_s: Floats
    nearest_deg: Floats
    half_angle_deg: Floats
    range_km: Floats


@dataclass(frozen=True)
class Beam:
    """A station that ranges to the object in row `target` of the bodies, inside one window of time."""

    bodies: Bodies
    site: Site
    target: int
    start_utc: np.datetime64
    stop_utc: np.datetime64
    cone_deg: float
    least_deg: float = 20.0
    sigmas: float = 3.0

    def __post_init__(self) -> None:
        if not 0.0 < self.cone_deg <= WIDEST_CONE_DEG:
            raise UsageError(f"cone {self.cone_deg:g} deg: expected a half-angle above 0 and up to {WIDEST_CONE_DEG:g} deg")
        if not self.sigmas >= 0.0:
            raise UsageError(f"sigmas {self.sigmas:g}: expected 0 or more")

    def passes(self) -> visibility.Passes:
        """When the target can be ranged to."""
        least = np.radians([max(self.site.min_elevation_deg, self.least_deg)])
        one = self.bodies.trajectories.take(np.array([self.target]))
        return visibility.passes(one, self.site.itrs_km().reshape(1, 3), least, self.start_utc, self.stop_utc)

    def closed(self, rise_s: float, set_s: float, protected: Ints) -> Closed:
        """Closed windows of one pass, for each protected row on its own, in order of time."""
        grid = np.linspace(rise_s, set_s, max(3, int(np.ceil((set_s - rise_s) / STEP_S)) + 1))
        others = np.array([row for row in protected.tolist() if row != self.target], np.int64)
        many = max(1, PAIRS_AT_ONCE // len(grid))
        parts = [self._closed(grid, others[k : k + many]) for k in range(0, max(len(others), 1), many)]
        joined = Closed._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.lexsort((joined.row, joined.start_s))
        return Closed._make(column[order] for column in joined)

    def open(self, rise_s: float, set_s: float, closed: Closed) -> Floats:
        """(k, 2) what is left of a pass."""
        return without((rise_s, set_s), merged(np.column_stack((closed.start_s, closed.stop_s))))

    def _closed(self, grid: Floats, rows: Ints) -> Closed:
        m = len(grid)
        margin = self._margin(np.repeat(rows, m), np.tile(grid, len(rows))).reshape(len(rows), m)
        which, k = np.nonzero((margin[:, 1:-1] <= margin[:, :-2]) & (margin[:, 1:-1] < margin[:, 2:]))
        f: Callable[[Ints, Floats], Floats] = lambda i, s: self._margin(rows[which[i]], s)  # noqa: E731
        at, low = search.refine_minima(f, grid[k], grid[k + 2], TOLERANCE_S)
        place = which * m + np.searchsorted(grid, at)
        owner = np.insert(np.repeat(np.arange(len(rows)), m), place, which)
        t_s = np.insert(np.tile(grid, len(rows)), place, at)
        inside = np.insert(margin.reshape(-1), place, low) < 0.0
        first, last = np.append(True, np.diff(owner) > 0)[: len(owner)], np.append(np.diff(owner) > 0, True)[: len(owner)]
        begin, end = (
            np.flatnonzero(inside & (first | ~np.roll(inside, 1))),
            np.flatnonzero(inside & (last | ~np.roll(inside, -1))),
        )
        start = self._edge(rows, owner, t_s, begin, np.where(first[begin], begin, begin - 1)) - PADDING_S
        stop = self._edge(rows, owner, t_s, end, np.where(last[end], end, end + 1)) + PADDING_S
        return self._described(rows[owner[begin]], np.clip(start, grid[0], grid[-1]), np.clip(stop, grid[0], grid[-1]))

    def _edge(self, rows: Ints, owner: Ints, t_s: Floats, within: Ints, beyond: Ints) -> Floats:
        out, cross = t_s[within].copy(), np.flatnonzero(within != beyond)
        row, a, b = rows[owner[within[cross]]], t_s[within[cross]], t_s[beyond[cross]]
        root = search.refine_roots(lambda i, s: self._margin(row[i], s), np.minimum(a, b), np.maximum(a, b), TOLERANCE_S)
        out[cross] = np.where(np.isnan(root), b, root)
        return out

    def _described(self, row: Ints, start: Floats, stop: Floats) -> Closed:
        nearest, _ = search.refine_minima(lambda i, s: self.separation(row[i], s)[0], start, stop, TOLERANCE_S)
        separation, half, range_km = self.separation(row, nearest)
        return Closed(row, start, stop, nearest, np.degrees(separation), np.degrees(half), range_km)

    def _margin(self, row: Ints, t_s: Floats) -> Floats:
        """(k,) rad: below 0 in the beam; pi where a path is not known."""
        separation, half, _ = self.separation(row, t_s)
        return np.asarray(np.nan_to_num(separation - half, nan=np.pi))

    def separation(self, row: Ints, t_s: Floats) -> tuple[Floats, Floats, Floats]:
        """(k,) each: angle [rad] between object and target seen from the station, half-angle [rad] to be kept, range [km]."""
        t_utc = self._utc(t_s)
        paths, none = self.bodies.trajectories, np.zeros(len(t_s))
        r, _ = paths.at(row, t_utc, none)
        beam, _ = paths.at(np.full(len(t_s), self.target), t_utc, none)
        here = visibility.site_teme_km(self.site.itrs_km(), t_utc)
        range_km = np.linalg.norm(r - here, axis=1)
        half = np.radians(self.cone_deg) + np.arcsin(np.clip(self.sigmas * self._sigma_km(row, t_utc) / range_km, 0.0, 1.0))
        return angle_rad(r - here, beam - here), half, range_km

    def _sigma_km(self, row: Ints, t_utc: Times) -> Floats:
        """(k,) the largest of the errors along R, T and N by class and age; 0 where the owner's own states speak."""
        since = uncertainty.since_days(self.bodies, row, t_utc.astype("datetime64[us]").astype(np.int64))
        motion, eccentricity = self.bodies.mean_motion_rev_day[row], self.bodies.eccentricity[row]
        sigma = class_sigma_rtn_km(motion, eccentricity, np.nan_to_num(since)).max(axis=1)
        return np.where(np.isnan(since), 0.0, sigma)

    def _utc(self, t_s: Floats) -> Times:
        return np.asarray(self.start_utc.astype("datetime64[us]") + np.rint(t_s * 1e6).astype("timedelta64[us]"))
