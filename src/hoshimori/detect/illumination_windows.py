"""When a beam from a place on the ground could reach an object, and under what light: geometry alone, and no more than that.

A window is a stretch in which the object stands above the site's least elevation, within its range where one is stated, and the
site within the field of regard of the object where one is stated. Nothing is said of cloud, of who points where, or of a source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hoshimori.declared.sites import Site
from hoshimori.detect import uncertainty
from hoshimori.detect.neighbourhood import Bodies
from hoshimori.facts import Floats, Ints, Times
from hoshimori.findings import iso
from hoshimori.sky import bodies as sun_and_moon
from hoshimori.sky import search, visibility
from hoshimori.sky.relative import rtn_basis
from hoshimori.tracking.covariance import class_sigma_rtn_km

SAMPLE_S = 60.0
FEWEST, MOST = 9, 721
"""A window is sampled about every minute, but at least and at most so often."""
NIGHT_SUN_DEG = -6.0
"""Night at a site: the Sun more than 6 deg below its horizon (civil)."""
SUN_STEP_S = 3600.0
"""The Sun is interpolated over an hour: 0.00001 deg."""
EDGE_S = 1e-3
CUT_S = 0.01
SHOWN = (
    "elevation_deg", "azimuth_deg", "range_km", "range_sigma_km", "time_sigma_s", "off_nadir_deg", "sun_elevation_deg", "sunlit",
    "night_share", "sunlit_share",
)  # fmt: skip


class Windows(NamedTuple):
    """Windows as columns (k,), sorted by row, site and time; times in seconds after the start of the view's window.

    row: of the bodies; site: of the sites. elevation, range, Sun and light are those at the highest point (`top_s`); night_share
    and sunlit_share: the part of the window with night at the site (see NIGHT_SUN_DEG), and with the object in sunlight.
    off_nadir_deg: smallest in the window. range_sigma_km, time_sigma_s: one sigma from the age and class of the element set.
    """

    row: Ints
    site: Ints
    start_s: Floats
    stop_s: Floats
    top_s: Floats
    elevation_deg: Floats
    azimuth_deg: Floats
    range_km: Floats
    range_sigma_km: Floats
    time_sigma_s: Floats
    off_nadir_deg: Floats
    sun_elevation_deg: Floats
    sunlit: Floats
    night_share: Floats
    sunlit_share: Floats

    def take(self, which: Any) -> Windows:
        """Rows by index array or mask."""
        return Windows(*(column[which] for column in self))

    def spans(self) -> Floats:
        """(k, 2) start and stop."""
        return np.column_stack((self.start_s, self.stop_s))


@dataclass(frozen=True)
class Over:
    """Bodies over sites in one window of time.

    least_deg: no window is lower, whatever a site allows; regard_deg: half-angle about the nadir of the object, None where none
    is stated.
    """

    bodies: Bodies
    sites: tuple[Site, ...]
    start_utc: np.datetime64
    stop_utc: np.datetime64
    least_deg: float
    regard_deg: float | None = None

    @property
    def length_s(self) -> float:
        return float((self.stop_utc - self.start_utc) / np.timedelta64(1, "us")) * 1e-6

    @property
    def places_km(self) -> Floats:
        return np.array([s.itrs_km() for s in self.sites]).reshape(-1, 3)

    @property
    def least_rad(self) -> Floats:
        return np.radians([max(s.min_elevation_deg, self.least_deg) for s in self.sites])

    def utc(self, t_s: Floats) -> Times:
        """(k,) moments of seconds after the start."""
        return np.asarray(self.start_utc.astype("datetime64[us]") + np.rint(t_s * 1e6).astype("timedelta64[us]"))

    def states(self, row: Ints, t_s: Floats) -> tuple[Floats, Floats]:
        """r_km and v_km_s (k, 3) in TEME."""
        return self.bodies.trajectories.at(row, self.utc(t_s), np.zeros(len(t_s)))

    def known(self) -> tuple[visibility.Passes, Floats]:
        """The stretches in which each row has a path at all, and how high at best it stands over each site: (rows, sites) rad,
        NaN where it has no path."""
        down = np.full(len(self.sites), -np.pi / 2.0)
        every = visibility.passes(self.bodies.trajectories, self.places_km, down, self.start_utc, self.stop_utc)
        highest = np.full((self.bodies.trajectories.rows, len(self.sites)), np.nan)
        np.fmax.at(highest, (every.row, every.site), every.top_elevation_rad)
        return every, highest

    def windows(self) -> Windows:
        """Every window, described."""
        paths = self.bodies.trajectories
        found = visibility.passes(paths, self.places_km, self.least_rad, self.start_utc, self.stop_utc)
        row, site, start, stop = found.row, found.site, found.rise_s, found.set_s
        limited = np.array([s.max_range_km is not None for s in self.sites], bool)
        if limited.any() or self.regard_deg is not None:
            row, site, start, stop = self._cut(row, site, start, stop)
        return self._described(row, site, start, stop)

    def _cut(self, row: Ints, site: Ints, start: Floats, stop: Floats) -> tuple[Ints, Ints, Floats, Floats]:
        """The parts of passes within range and inside the field of regard."""
        owner, t_s = sampled(start, stop)
        margin = self._margin(row[owner], site[owner], t_s)
        up = margin >= 0.0
        first, last = np.append(True, np.diff(owner) > 0), np.append(np.diff(owner) > 0, True)
        begins = np.flatnonzero(up & (first | ~np.roll(up, 1)))
        ends = np.flatnonzero(up & (last | ~np.roll(up, -1)))
        own = owner[begins]
        lo = self._edges(row, site, owner, t_s, begins, np.where(first[begins], begins, begins - 1))
        hi = self._edges(row, site, owner, t_s, ends, np.where(last[ends], ends, ends + 1))
        return row[own], site[own], lo, hi

    def _edges(self, row: Ints, site: Ints, owner: Ints, t_s: Floats, above: Ints, below: Ints) -> Floats:
        out, cross = t_s[above].copy(), np.flatnonzero(above != below)
        own, a, b = owner[above[cross]], t_s[above[cross]], t_s[below[cross]]
        f: Callable[[Ints, Floats], Floats] = lambda i, s: self._margin(row[own[i]], site[own[i]], s)  # noqa: E731
        root = search.refine_roots(f, np.minimum(a, b), np.maximum(a, b), EDGE_S)
        out[cross] = np.where(np.isnan(root), a, root)
        return out

    def _margin(self, row: Ints, site: Ints, t_s: Floats) -> Floats:
        """(k,) above 0 within range and regard; the nearer limit counts."""
        place = self.places_km[site]
        t_utc, r = self.utc(t_s), self.states(row, t_s)[0]
        reach = np.array([np.inf if s.max_range_km is None else s.max_range_km for s in self.sites])[site]
        out = 1.0 - visibility.look(r, t_utc, place)[2] / reach
        if self.regard_deg is not None:
            out = np.minimum(out, np.radians(self.regard_deg) - visibility.off_nadir_rad(r, t_utc, place))
        return np.asarray(np.nan_to_num(out, nan=-1.0))

    def _described(self, row: Ints, site: Ints, start: Floats, stop: Floats) -> Windows:
        owner, t_s = sampled(start, stop)
        place, t_utc = self.places_km[site[owner]], self.utc(t_s)
        r, v = self.states(row[owner], t_s)
        azimuth, elevation, range_km = visibility.look(r, t_utc, place)
        off = visibility.off_nadir_rad(r, t_utc, place)
        sun = sun_teme_km(t_s, self.start_utc)
        sun_up = visibility.look(sun, t_utc, place)[1]
        sunlit = sun_and_moon.sunlit_fraction(r, sun)
        told = np.isfinite(elevation)  # a path that falls silent may do so a microsecond before the edge found
        owner, elevation, sun_up, sunlit, off = owner[told], elevation[told], sun_up[told], sunlit[told], off[told]
        count = np.maximum(np.bincount(owner, minlength=len(row)), 1)
        top = _highest(elevation, owner, len(row))
        best = np.flatnonzero(told)[top]
        sigma_km, sigma_s = self._sigma(row, t_s[best], r[best], v[best], place[best])
        least_off = np.full(len(row), np.inf)
        np.minimum.at(least_off, owner, off)
        night = np.bincount(owner, np.degrees(sun_up) < NIGHT_SUN_DEG, minlength=len(row)) / count
        lit = np.bincount(owner, sunlit, minlength=len(row)) / count
        return Windows(
            row, site, start, stop, t_s[best], np.degrees(elevation[top]), np.degrees(azimuth[best]), range_km[best], sigma_km,
            sigma_s, np.degrees(least_off), np.degrees(sun_up[top]), sunlit[top], night, lit,
        )  # fmt: skip

    def _sigma(self, row: Ints, t_s: Floats, r: Floats, v: Floats, place: Floats) -> tuple[Floats, Floats]:
        """One sigma of the range [km] and of when things happen [s]: the error along the track at the orbit's speed."""
        t_utc = self.utc(t_s)
        age = uncertainty.since_days(self.bodies, row, t_utc.astype(np.int64))
        rtn = class_sigma_rtn_km(self.bodies.mean_motion_rev_day[row], self.bodies.eccentricity[row], np.nan_to_num(age))
        rtn[np.isnan(age)] = np.nan  # an owner's ephemeris: how far it may be off is not ours to say
        sight = r - np.array(visibility.site_teme_km(place, t_utc))
        sight /= np.linalg.norm(sight, axis=1, keepdims=True)
        along = np.einsum("kij,kj->ki", rtn_basis(r, v), sight)
        return np.sqrt(np.sum((along * rtn) ** 2, axis=1)), rtn[:, 1] / np.linalg.norm(v, axis=1)

    def to_json(self, found: Windows, known: visibility.Passes) -> list[dict[str, Any]]:
        """One record for each window; `cut` names the ends that the window of time, or the path, cuts."""
        when = {k: self.utc(getattr(found, f"{k}_s")) for k in ("start", "stop", "top")}
        rows = []
        for k in range(len(found.row)):
            mine = known.row == found.row[k]
            begins, ends = (np.abs(edge[mine] - at[k]).min() < CUT_S for edge, at in _ends(known, found))
            cut = [name for name, is_cut in (("start", begins), ("stop", ends)) if is_cut]
            row: dict[str, Any] = {name: iso(t[k]) for name, t in when.items()}
            rows.append({**row, "cut": cut, **{n: _rounded(getattr(found, n)[k]) for n in SHOWN}})
        return rows


def _ends(known: visibility.Passes, found: Windows) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    return (known.rise_s, found.start_s), (known.set_s, found.stop_s)


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def sampled(start: Floats, stop: Floats) -> tuple[Ints, Floats]:
    """Owner (m,) and times (m,) that go through each stretch (k,) from its start to its stop, both of them included."""
    count = np.clip(np.ceil((stop - start) / SAMPLE_S).astype(np.int64) + 1, FEWEST, MOST)
    owner = np.repeat(np.arange(len(start)), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    share = place / (count[owner] - 1)
    return owner, np.where(share == 1.0, stop[owner], start[owner] + share * (stop - start)[owner])


def sun_teme_km(t_s: Floats, start_utc: np.datetime64) -> Floats:
    """(k, 3) the Sun in TEME at seconds after the start, interpolated between hours."""
    if not len(t_s):
        return np.zeros((0, 3))
    first, last = SUN_STEP_S * np.floor(float(t_s.min()) / SUN_STEP_S), float(t_s.max())
    grid = first + SUN_STEP_S * np.arange(int(np.ceil((last - first) / SUN_STEP_S)) + 2)
    known = sun_and_moon.sun_teme_km(start_utc.astype("datetime64[us]") + np.rint(grid * 1e6).astype("timedelta64[us]"))
    return np.column_stack([np.interp(t_s, grid, known[:, axis]) for axis in range(3)])


def _highest(elevation: Floats, owner: Ints, count: int) -> Ints:
    """(count,) the sample of each owner that stands highest."""
    order = np.lexsort((elevation, owner))
    return np.asarray(order[np.searchsorted(owner[order], np.arange(count), side="right") - 1])
