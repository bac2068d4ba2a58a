"""Which declared sensor could see a rising body first, and how long before anything could come near an asset.

Two bounds, of different kinds. At most: from the earliest moment at which any body inside the declaration could stand above a
sensor's horizon, to the earliest moment at which the geometry is possible. At least: a body on its way to where the asset is has
to climb through every height below; from the lowest height at which it is in sight wherever on that way it may be, the climb that
is left takes so long at least. Where no such height exists, nothing is certain and the bound is zero.

Rays are straight. Refraction lifts a star at the horizon by half a degree, and radar rays in moist air by up to about one: the
earliest sighting allows one degree below the least elevation, the certain one none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.declared.launches import Launch, Sensor
from hoshimori.detect.ascent_reach import Rising
from hoshimori.facts import Bools, Floats, Ints
from hoshimori.sky import ballistic, frames, radar

BENT_RAD = np.radians(1.0)
AZIMUTHS = 48
SHARES = np.linspace(0.0, 1.0, 9)
PLACES = 24
"""So many moments of the times in which the geometry is possible are looked at."""
COUNTS = ("radar",)
"""Kinds of site on which a warning rests: a telescope needs night and clear sky."""


class Sighting(NamedTuple):
    """The earliest moment at which a sensor could see a body of this declaration: seconds after the start; inf: never."""

    sensor: Sensor
    earliest_s: float


class Notice(NamedTuple):
    """How long before an asset could be reached one sensor sees the body: at least and at most, in seconds.

    certain: is there a height at which it is in sight wherever it may be? height_km: the lowest such.
    """

    sensor: Sensor
    least_s: float
    most_s: float
    certain: bool
    height_km: float


def sighting(bound: Rising, launch: Launch, sensor: Sensor, rcs_m2: float | None) -> Sighting:
    """Over places around the site: each is in sight or not, and has a least time at which a body could be there.

    A cell of the grid counts with the least time of its nearer and lower neighbour, so that the answer errs to the early side.
    """
    heights = np.concatenate([np.arange(0.0, 300.0, 5.0), np.arange(300.0, 1000.0, 20.0), np.geomspace(1000.0, 42000.0, 60)])
    heights = heights[heights <= bound.top_km] if not bound.by_radius else heights
    place, seen_from = launch.itrs_km(), sensor.site.itrs_km()
    far = float(np.arccos(np.clip(place @ seen_from / np.linalg.norm(place) / np.linalg.norm(seen_from), -1.0, 1.0)))
    theta = np.linspace(0.0, max(min(far, np.radians(60.0)), np.radians(1.0)), 40)
    azimuth = _directions(bound)
    lower = np.maximum(np.arange(len(heights)) - 1, 0)
    nearer = np.maximum(np.arange(len(theta)) - 1, 0)
    radius = bound.envelope.radius_km
    chord = np.sqrt(
        radius**2 + (radius + heights[lower]) ** 2 - 2.0 * radius * (radius + heights[lower]) * np.cos(theta[nearer])[:, None]
    )
    frame_km_s = frames.EARTH_RATE_RAD_S * (radius + 1000.0)
    soon = ballistic.least_time_s(bound.envelope, (radius + heights[lower])[None, :], chord, frame_km_s=frame_km_s)
    best = np.inf
    for one in azimuth:
        points = _places(place, float(one), theta, heights)
        seen = in_sight(sensor, points.reshape(-1, 3), rcs_m2, below_rad=BENT_RAD).reshape(soon.shape)
        if seen.any():
            best = min(best, float(soon[seen].min()))
    return Sighting(sensor, best - bound.slack_s if np.isfinite(best) else np.inf)


def warning(
    bound: Rising, launch: Launch, found: Sighting, rcs_m2: float | None, t_us: Ints, r_teme_km: Floats, earliest_s: float
) -> Notice:
    """For one asset and one sensor. t_us (k,), r_teme_km (k, 3): where the asset is while the geometry is possible, thinned."""
    radius = bound.envelope.radius_km
    start_us = int(bound.t_utc.astype("datetime64[us]").astype(np.int64))
    least, highest_needed, certain = np.inf, 0.0, True
    sure = found.sensor.site.max_range_km is not None
    for one, r in zip(t_us, r_teme_km, strict=True):
        top = float(np.linalg.norm(r)) - radius
        needed = _certain_height(bound, found.sensor, rcs_m2, start_us, int(one), r, top) if sure else np.inf
        if not np.isfinite(needed):
            certain, least = False, 0.0
            break
        highest_needed = max(highest_needed, needed)
        left = ballistic.rise_time_s(bound.envelope, np.array([radius + needed]), np.array([radius + top]))
        least = min(least, float(left[0]))
    most = max(earliest_s - found.earliest_s, 0.0) if np.isfinite(found.earliest_s) else 0.0
    return Notice(found.sensor, least if certain else 0.0, max(most, least if certain else 0.0), certain, highest_needed)


def thinned(start_us: Ints, stop_us: Ints) -> Ints:
    """Moments spread over some intervals, ends included."""
    per = max(2, PLACES // max(len(start_us), 1))
    return np.concatenate([np.linspace(a, b, per).astype(np.int64) for a, b in zip(start_us, stop_us, strict=True)])


def in_sight(sensor: Sensor, r_itrs_km: Floats, rcs_m2: float | None, *, below_rad: float = 0.0) -> Bools:
    """(k,) places in the Earth-fixed frame that a sensor sees: above its horizon, within its range and its sector."""
    site = sensor.site
    lon, lat = np.radians(site.lon_deg_e), np.radians(site.lat_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    step = r_itrs_km - site.itrs_km()
    distance = np.maximum(np.sqrt((step * step).sum(axis=1)), 1e-6)
    seen = (step @ up) / distance >= np.sin(np.radians(site.min_elevation_deg) - below_rad)
    reach = range_km(sensor, rcs_m2)
    if reach is not None:
        seen &= distance <= reach
    if sensor.azimuth_deg is not None:
        azimuth = np.degrees(np.arctan2(step @ east, step @ np.cross(up, east))) % 360.0
        first, last = sensor.azimuth_deg
        seen &= (azimuth - first) % 360.0 <= (last - first) % 360.0
    return np.asarray(seen)


def range_km(sensor: Sensor, rcs_m2: float | None) -> float | None:
    """How far a sensor sees a body of this cross-section: as declared, or by the fourth root where both sizes are told."""
    reach = sensor.site.max_range_km
    if reach is None or sensor.rcs_m2 is None or rcs_m2 is None:
        return reach
    return radar.range_for_cross_section_km(reach, sensor.rcs_m2, rcs_m2)


def _directions(bound: Rising) -> Floats:
    """Azimuths to look along, radians: those of the sector where there is one."""
    if bound.sector_rad is None:
        return np.linspace(0.0, 2.0 * np.pi, AZIMUTHS, endpoint=False)
    middle, half = bound.sector_rad
    return np.linspace(middle - half, middle + half, AZIMUTHS)


def _places(place_km: Floats, azimuth_rad: float, theta: Floats, heights: Floats) -> Floats:
    """(len(theta), len(heights), 3) places over a great circle from a place."""
    radius = float(np.linalg.norm(place_km))
    up = place_km / radius
    east = np.array([-up[1], up[0], 0.0]) / max(float(np.hypot(up[0], up[1])), 1e-12)
    along = np.cos(azimuth_rad) * np.cross(up, east) + np.sin(azimuth_rad) * east
    ground = np.cos(theta)[:, None] * up + np.sin(theta)[:, None] * along
    return np.asarray(ground[:, None, :] * (radius + heights)[None, :, None])


def _certain_height(
    bound: Rising, sensor: Sensor, rcs_m2: float | None, start_us: int, t_us: int, r_km: Floats, top_km: float
) -> float:
    """The lowest height at which a body on its way to a place is in sight wherever it may be; inf where there is none.

    A free flight from B to Q stays over the great circle between them, in the inertial frame; B lies within boost_km of the site.
    The Earth turns meanwhile: each place is tried at the start, half way and at the end.
    """
    heights = np.linspace(0.0, max(top_km, 1.0), 60)[1:]
    ground = _between(bound, r_km)
    points = ground[:, None, :] * (bound.envelope.radius_km + heights)[None, :, None]
    sees = np.ones(len(heights), bool)
    for moment in (start_us, (start_us + t_us) // 2, t_us):
        axes, _ = frames.teme_to_itrs(np.eye(3), np.zeros((3, 3)), np.full(3, np.datetime64(moment, "us")))
        sees &= in_sight(sensor, points.reshape(-1, 3) @ axes, rcs_m2).reshape(points.shape[:2]).all(axis=0)
    return float(heights[np.flatnonzero(sees)[0]]) if sees.any() else np.inf


def _between(bound: Rising, r_km: Floats) -> Floats:
    """(b, 3) directions over the ways from the site, and from four places as far off as thrust may end, to a place."""
    up = bound.origin_km / np.linalg.norm(bound.origin_km)
    goal = r_km / np.linalg.norm(r_km)
    off = bound.envelope.boost_km / bound.envelope.radius_km
    starts = [up, *(up + off * s * axis for s in (1.0, -1.0) for axis in (bound.east, bound.north))]
    ways = []
    for start in starts:
        begin = start / np.linalg.norm(start)
        angle = float(np.arccos(np.clip(begin @ goal, -1.0, 1.0)))
        side = goal - (begin @ goal) * begin
        side = side / max(float(np.linalg.norm(side)), 1e-12)
        ways.append(np.cos(SHARES * angle)[:, None] * begin + np.sin(SHARES * angle)[:, None] * side)
    return np.concatenate(ways)
