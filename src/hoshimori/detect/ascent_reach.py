"""When a path lies where a rising body could be at all: necessary conditions, and the one that excludes.

Four conditions must hold at one moment: the path is not above the ceiling of the class; it is inside the ellipse of safety; the
body can be there so soon and still be there so late; and it is not outside the declared sector. Every margin (sigma of the path,
of the time, of the public figures) is taken to the side of "could", so that "could not" holds. Nothing is solved for: the
conditions are tested going forward from the declaration, and none of them gives a direction or a time of launch.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hoshimori.declared.launches import Launch
from hoshimori.facts import Bools, Floats, Ints
from hoshimori.sky import ballistic, ballistic_track, frames
from hoshimori.sky.ballistic import Envelope
from hoshimori.sky.trajectories import Trajectories

STEP_S = 2.0
EDGE_S = 0.01
KM_A_SECOND = 8.0
"""Rooms in km are compared with rooms in seconds at the speed of a low orbit."""
SLOW_KM_S = 0.15
"""A body whose speed over the ground is below this has no azimuth to speak of: it went straight up."""
THIN_AIR_KM = 100.0
MISFIT_SIGMAS = 5.0
ROWS_AT_ONCE = 2000
CONDITIONS = ("too high", "out of range", "not in time", "outside the sector")


Paths = Callable[[Ints, Ints], tuple[Floats, Floats, Floats]]


class Rising(NamedTuple):
    """One declaration in numbers. origin_km, east, north: (3,) of the place, TEME at the nominal time.

    slack_s: how early or late it may have been. top_km: with `by_radius` a geocentric distance, else a height on the ellipsoid.
    sector_rad: middle and half width, the margin in it; None: every direction.
    """

    envelope: Envelope
    t_utc: np.datetime64
    slack_s: float
    origin_km: Floats
    east: Floats
    north: Floats
    rotation_km_s: float
    top_km: float
    by_radius: bool
    sector_rad: tuple[float, float] | None


class Track(NamedTuple):
    """What a radar track says of the flight: greatest height above a sphere of 6,371 km, its sigma, does a free flight fit."""

    fits: bool
    apogee_km: float
    sigma_km: float
    used: int
    chi2: float
    freedom: int


class Rooms(NamedTuple):
    """(k,) room left by each condition, negative where it excludes; NaN where no path is known. in_sector: (k,)."""

    height_km: Floats
    range_km: Floats
    early_s: Floats
    late_s: Floats
    in_sector: Bools

    def least(self) -> Floats:
        """One number, in seconds: below zero where any condition excludes."""
        rooms = (self.height_km / KM_A_SECOND, self.range_km / KM_A_SECOND, self.early_s, self.late_s)
        worst: Floats = np.minimum.reduce(np.array(rooms))
        return np.where(self.in_sector, worst, np.minimum(worst, -1e3))


class Possible(NamedTuple):
    """Times in which no condition excludes: start_us, stop_us (w,) in µs since 1970, cut at the window's ends.

    excluded_by: one of CONDITIONS where there is no such time, "no path" where none is known, else "". short_of_km: how far
    above the ceiling the path stays, NaN for other conditions: how near they come to being met is not told. lowest_km: least
    height of the path in the window.
    """

    start_us: Ints
    stop_us: Ints
    excluded_by: str
    short_of_km: float
    lowest_km: float


def rising(launch: Launch, sigmas: float, margin_rad: float) -> Rising:
    """The bound that a declaration and its class give."""
    t = launch.t_utc
    lon, lat = np.radians(launch.lon_deg_e), np.radians(launch.lat_deg)
    place = launch.itrs_km()
    axes = np.array(
        [
            [-np.sin(lon), np.cos(lon), 0.0],
            [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)],
        ]
    )
    turned, _ = frames.itrs_to_teme(np.vstack([place[None], axes]), np.zeros((3, 3)), np.full(3, t))
    rotation = frames.EARTH_RATE_RAD_S * float(np.hypot(place[0], place[1]))
    body = launch.body
    envelope = ballistic.from_ground(
        float(np.linalg.norm(place)),
        body.ceiling_km,
        rotation_km_s=rotation,
        acceleration_km_s2=body.acceleration_m_s2 / 1000.0,
        boost_s=body.boost_s,
        boost_km=body.boost_km,
    )
    top = body.ceiling_km + max(launch.height_m, 0.0) / 1000.0
    slack = sigmas * launch.sigma_s
    return Rising(
        envelope, t, slack, turned[0], turned[1], turned[2], rotation, top, False, _sector(launch.azimuth_deg, margin_rad)
    )


def tracked(launch: Launch, sigmas: float) -> tuple[Track | None, Rising | None]:
    """What the looks of a launch say, and the bound that a free flight through them gives; None where they say nothing."""
    looks = sorted(launch.looks, key=lambda look: look.t_utc)
    high = [x for x in looks if frames.geodetic(np.array(x.r_itrs_km))[2] > THIN_AIR_KM]
    if len(high) < 3:
        return (None if not looks else Track(False, np.nan, np.nan, len(high), np.nan, 0)), None
    t = np.array([x.t_utc for x in high], "datetime64[us]")
    r_itrs = np.array([x.r_itrs_km for x in high])
    r, _ = frames.itrs_to_teme(r_itrs, np.zeros_like(r_itrs), t)
    spin = np.stack([frames.itrs_to_teme(np.eye(3), np.zeros((3, 3)), np.full(3, x))[0].T for x in t])
    covariance = np.array([x.covariance_km2 for x in high]).reshape(-1, 3, 3)
    covariance = spin @ covariance @ spin.transpose(0, 2, 1)
    found = ballistic_track.fit((t - t[0]) / np.timedelta64(1, "us") * 1e-6, r, covariance)
    top, top_sigma = ballistic_track.apogee_km(found)
    fits = bool(found.chi2 <= found.freedom + MISFIT_SIGMAS * np.sqrt(2.0 * found.freedom))
    said = Track(fits, top - ballistic.EARTH_KM, top_sigma, len(high), found.chi2, found.freedom)
    if not (fits and np.isfinite(top)):
        return said, None
    speed, speed_sigma = ballistic_track.speed_km_s(found)
    place = sigmas * float(np.sqrt(np.trace(found.covariance[:3, :3])))
    radius, highest = float(np.linalg.norm(found.r_km)), top + sigmas * top_sigma
    fastest = ballistic.SPEED_MARGIN * (speed + sigmas * speed_sigma)
    envelope = ballistic.in_free_flight(radius, fastest, place, max(highest - radius, 1.0))
    nothing = np.zeros(3)
    return said, Rising(envelope, t[-1], 0.0, found.r_km, nothing, nothing, 0.0, highest, True, None)


def rooms(bound: Rising, t_us: Ints, r_km: Floats, height_km: Floats, slack_km: Floats, height_slack_km: Floats) -> Rooms:
    """The room that each condition leaves at places r_km (k, 3) TEME and times t_us (k,); slacks (k,): sigmas of the path."""
    after_s = (t_us - bound.t_utc.astype("datetime64[us]").astype(np.int64)) * 1e-6
    r = np.sqrt((r_km * r_km).sum(axis=1))
    step = r_km - bound.origin_km
    moved = slack_km + bound.rotation_km_s * bound.slack_s
    chord = np.maximum(np.sqrt((step * step).sum(axis=1)) - moved, 0.0)
    low = r - height_slack_km
    soonest = ballistic.least_time_s(bound.envelope, low, chord)
    latest = ballistic.latest_time_s(bound.envelope, low)
    top = bound.top_km - ((r if bound.by_radius else height_km) - height_slack_km)
    room = np.where(np.isinf(ballistic.semi_major_km(bound.envelope)), 1e9, ballistic.room_km(bound.envelope, low, chord))
    early = np.where(np.isinf(soonest), -1e6, after_s + bound.slack_s - soonest)
    late = np.where(np.isinf(latest), 1e9, latest - (after_s - bound.slack_s))
    inside = _within_sector(bound, r_km, np.maximum(after_s, 1.0), moved)
    return Rooms(top, room, early, late, inside)


def possible(bounds: tuple[Rising, ...], at: Paths, start_us: Ints, stop_us: Ints) -> list[Possible]:
    """Times at which no bound excludes a path, for paths (n,) each in a window of its own, start_us, stop_us (n,).

    at(which (k,), t_us (k,)) gives r_km (k, 3), slack_km and height_slack_km (k,) of path which[k]. Sampled every two seconds;
    edges and near misses between samples are closed in on, to hundredths of a second.
    """
    if not len(start_us):
        return []
    spans = [np.append(np.arange(a, b, round(STEP_S * 1e6)), b) for a, b in zip(start_us, stop_us, strict=True)]
    which = np.repeat(np.arange(len(spans)), [len(x) for x in spans])
    t = np.concatenate([*spans, np.zeros(0)]).astype(np.int64)
    every, heights = _rooms_at(bounds, at, which, t)
    value = _least(every)

    def least(path: Ints, x: Ints) -> Floats:
        return np.nan_to_num(_least(_rooms_at(bounds, at, path, x)[0]), nan=-1e9)

    first = np.append(0, np.cumsum([len(x) for x in spans]))
    known = np.isfinite(value)
    why = [_excluded_by(every, slice(a, b)) if known[a:b].all() else ("no path", np.nan) for a, b in pairwise(first)]
    lowest = [float(np.nanmin(heights[a:b])) if known[a:b].any() else np.nan for a, b in pairwise(first)]
    which, t, value = _peaks(which, t, np.nan_to_num(value, nan=-1e9), least)
    starts, stops = _turns(which, t, value >= 0.0, least)
    out = []
    for k, ((excluded, short), low) in enumerate(zip(why, lowest, strict=True)):
        mine = starts[starts[:, 0] == k, 1], stops[stops[:, 0] == k, 1]
        out.append(Possible(*mine, "", 0.0, low) if len(mine[0]) else Possible(*mine, excluded, short, low))
    return out


def candidates(
    bounds: tuple[Rising, ...], paths: Trajectories, slack_km: Floats, start_us: int, stop_us: int, step_s: float = 20.0
) -> tuple[Ints, Ints, Ints]:
    """Rows that may have such times, and from when until when (µs): none that has is left out. slack_km: (rows,) of each path.

    Looked at every step, each room widened by half a step at 12 km/s, above the speed of anything that the Earth holds.
    """
    t = np.append(np.arange(start_us, stop_us, round(step_s * 1e6)), stop_us).astype(np.int64)
    wide_km, half_s, step_us = 6.0 * step_s, 0.5 * step_s, round(step_s * 1e6)
    row_of, when_of = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for first in range(0, paths.rows, ROWS_AT_ONCE):
        rows = np.arange(first, min(first + ROWS_AT_ONCE, paths.rows))
        r = paths.take(rows).grid(t.astype("datetime64[us]"))[0].transpose(0, 2, 1)
        near = np.isfinite(r).all(axis=2)
        for b in bounds:
            near &= (r * r).sum(axis=2) <= (
                b.envelope.radius_km + b.envelope.ceiling_km + 50.0 + wide_km + slack_km[rows, None]
            ) ** 2
        row, when = np.nonzero(near)
        slack = slack_km[rows[row]] + wide_km
        every = [rooms(b, t[when], r[row, when], np.zeros(len(row)), slack, slack) for b in bounds]
        keep = np.ones(len(row), bool)
        for x in every:
            keep &= (x.range_km >= 0.0) & (x.early_s >= -half_s) & (x.late_s >= -half_s)
        row_of.append(rows[row[keep]])
        when_of.append(t[when[keep]])
    row, at_us = np.concatenate(row_of), np.concatenate(when_of)
    found, begin, many = np.unique(row, return_index=True, return_counts=True)
    end = begin + many - 1
    first_us, last_us = np.maximum(at_us[begin] - step_us, start_us), np.minimum(at_us[end] + step_us, stop_us)
    return found, first_us, last_us


def _rooms_at(bounds: tuple[Rising, ...], at: Paths, which: Ints, t_us: Ints) -> tuple[list[Rooms], Floats]:
    r, slack, height_slack = at(which, t_us)
    height = _height_km(t_us, r)
    return [rooms(b, t_us, r, height, slack, height_slack) for b in bounds], height


def _least(every: list[Rooms]) -> Floats:
    found: Floats = np.minimum.reduce(np.array([x.least() for x in every]))
    return found


def _height_km(t_us: Ints, r_km: Floats) -> Floats:
    known: Bools = np.asarray(np.isfinite(r_km).all(axis=1), bool)
    itrs, _ = frames.teme_to_itrs(np.where(known[:, None], r_km, 7000.0), np.zeros_like(r_km), t_us.astype("datetime64[us]"))
    return np.where(known, frames.geodetic(itrs)[2], np.nan)


def _peaks(which: Ints, t: Ints, value: Floats, least: Callable[[Ints, Ints], Floats]) -> tuple[Ints, Ints, Floats]:
    """Samples with the true tops of near misses put between them."""
    top = (value[1:-1] >= value[:-2]) & (value[1:-1] >= value[2:]) & (which[2:] == which[:-2])
    middle = np.flatnonzero(top & (value[1:-1] < 0.0) & (value[1:-1] > -STEP_S))
    if not len(middle):
        return which, t, value
    path = which[middle]
    low, high = t[middle].astype(np.float64), t[middle + 2].astype(np.float64)
    for _ in range(24):
        left, right = low + (high - low) / 3.0, high - (high - low) / 3.0
        rises = least(path, left.astype(np.int64)) < least(path, right.astype(np.int64))
        low, high = np.where(rises, left, low), np.where(rises, high, right)
    best = ((low + high) / 2.0).astype(np.int64)
    which, t, value = np.append(which, path), np.append(t, best), np.append(value, least(path, best))
    order = np.lexsort((t, which))
    return which[order], t[order], value[order]


def _turns(which: Ints, t: Ints, inside: Bools, least: Callable[[Ints, Ints], Floats]) -> tuple[Ints, Ints]:
    """Beginnings and ends of the spells inside, (w, 2) path and time each: cut at the ends of a window, else closed in on."""
    same = which[1:] == which[:-1]
    edge = np.flatnonzero(same & (inside[1:] != inside[:-1]))
    low, high, path, leaving = t[edge], t[edge + 1], which[edge], inside[edge]
    while len(low) and np.max(high - low) > EDGE_S * 1e6:
        middle = (low + high) // 2
        stays = (least(path, middle) >= 0.0) == leaving
        low, high = np.where(stays, middle, low), np.where(stays, high, middle)
    begin, end = np.append(True, ~same) & inside, np.append(~same, True) & inside
    starts = np.column_stack((np.append(which[begin], path[~leaving]), np.append(t[begin], high[~leaving])))
    stops = np.column_stack((np.append(which[end], path[leaving]), np.append(t[end], high[leaving])))
    return starts[np.lexsort(starts.T[::-1])], stops[np.lexsort(stops.T[::-1])]


def _excluded_by(every: list[Rooms], part: slice) -> tuple[str, float]:
    """The first condition that leaves no time in some samples; for the ceiling also how far above it the path stays."""
    height: Floats = np.minimum.reduce(np.array([x.height_km[part] for x in every]))
    if height.max() < 0.0:
        return CONDITIONS[0], float(-height.max())
    near = (height >= 0.0) & (np.minimum.reduce(np.array([x.range_km[part] for x in every])) >= 0.0)
    if not near.any():
        return CONDITIONS[1], np.nan
    clock = np.minimum.reduce(np.array([np.minimum(x.early_s[part], x.late_s[part]) for x in every]))
    return (CONDITIONS[2] if not (near & (clock >= 0.0)).any() else CONDITIONS[3]), np.nan


def _sector(azimuth_deg: tuple[float, float] | None, margin_rad: float) -> tuple[float, float] | None:
    """Middle and half width of a sector that runs clockwise, its margin in it; None where that is the whole horizon."""
    if azimuth_deg is None:
        return None
    width = np.radians((azimuth_deg[1] - azimuth_deg[0]) % 360.0)
    half = width / 2.0 + margin_rad
    return None if half >= np.pi else (float(np.radians(azimuth_deg[0]) + width / 2.0), float(half))


def _within_sector(bound: Rising, r_km: Floats, after_s: Floats, moved_km: Floats) -> Bools:
    """Could a body that left within the sector be at such places? (k,) yes or no; nothing else is told.

    In the inertial frame a body that leaves with speed u over the ground towards an azimuth moves in the plane of u + the speed
    of the ground. Its angular momentum k r_P has carried it through the angle theta in the time since: k lies between
    theta r_P / t, had it stayed low, and (r_top / r_P)2 times that. The u that are left lie on a straight piece; does it meet the
    sector?
    """
    if bound.sector_rad is None:
        return np.ones(len(r_km), bool)
    up = bound.origin_km / np.linalg.norm(bound.origin_km)
    away = r_km - (r_km @ up)[:, None] * up
    across = np.maximum(np.sqrt((away * away).sum(axis=1)), 1e-6)
    theta = np.arctan2(across, r_km @ up)
    east, north = (away @ bound.east) / across, (away @ bound.north) / across
    low = theta * bound.envelope.radius_km / (after_s + bound.slack_s)
    tall = 1.0 + bound.envelope.ceiling_km / bound.envelope.radius_km
    high = tall**2 * theta * bound.envelope.radius_km / np.maximum(after_s - bound.slack_s, 1.0)
    first_e, last_e = low * east - bound.rotation_km_s, high * east - bound.rotation_km_s
    first_n, last_n = low * north, high * north
    begin = np.arctan2(first_e, first_n)
    sweep = (np.arctan2(last_e, last_n) - begin + np.pi) % (2.0 * np.pi) - np.pi
    middle, half = bound.sector_rad
    off = np.abs((begin + sweep / 2.0 - middle + np.pi) % (2.0 * np.pi) - np.pi)
    blur = np.arctan2(moved_km, across)
    share = np.clip(bound.rotation_km_s * east, low, high)
    slowest = np.hypot(share * east - bound.rotation_km_s, share * north)
    return np.asarray((off <= half + np.abs(sweep) / 2.0 + blur) | (slowest < SLOW_KM_S))
