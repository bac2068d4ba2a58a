"""The line below a falling satellite: where over the Earth it passes while its orbit shrinks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky import frames

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

MU_KM3_S2 = 398600.8
EARTH_RADIUS_KM = 6378.135
J2 = 0.001082616
DAY_S = 86400.0


class Track(NamedTuple):
    """t_utc (k,); lon_deg_e (k,) in -180..180; lat_deg (k,) geodetic."""

    t_utc: Times
    lon_deg_e: Floats
    lat_deg: Floats


def below(r_teme_km: Floats, t_utc: Times) -> Track:
    """The geodetic points below positions (k, 3) in TEME. Neglects what the Earth does beyond theory: 0.4 km."""
    r, _ = frames.teme_to_itrs(r_teme_km, np.zeros_like(r_teme_km), t_utc)
    lon, lat, _ = frames.geodetic(r)
    return Track(t_utc, np.degrees(lon), np.degrees(lat))


def low_orbit(
    t_utc: Times, epoch_utc: np.datetime64, sma_km: Floats, inc_rad: float, raan_rad: float, latitude_argument_rad: Floats
) -> Track:
    """The track of a nearly round orbit whose argument of latitude is known at each time.

    t_utc, latitude_argument_rad, sma_km: (k,); the node is `raan_rad` at `epoch_utc` and turns by J2.
    Leaves the eccentricity out: 2e radians along the track, 150 km for e = 0.01.
    """
    days = (t_utc - epoch_utc) / np.timedelta64(1, "D")
    motion_rad_day = np.sqrt(MU_KM3_S2 / sma_km**3) * DAY_S
    rate = -1.5 * J2 * (EARTH_RADIUS_KM / sma_km) ** 2 * motion_rad_day * np.cos(inc_rad)
    node = raan_rad + _running(rate, days)
    u = latitude_argument_rad
    r = np.stack(
        [
            np.cos(node) * np.cos(u) - np.sin(node) * np.sin(u) * np.cos(inc_rad),
            np.sin(node) * np.cos(u) + np.cos(node) * np.sin(u) * np.cos(inc_rad),
            np.sin(u) * np.sin(inc_rad),
        ],
        axis=-1,
    )
    return below(r * sma_km[:, None], t_utc)


def latitude_argument_rate(sma_km: Floats, inc_rad: float) -> Floats:
    """rad/day at which the argument of latitude of a round orbit runs on, J2 included (Vallado, 2013, section 9.6)."""
    motion = np.sqrt(MU_KM3_S2 / np.asarray(sma_km) ** 3) * DAY_S
    j2 = 1.5 * J2 * (EARTH_RADIUS_KM / np.asarray(sma_km)) ** 2
    return np.asarray(motion * (1.0 + j2 * (3.0 - 4.0 * np.sin(inc_rad) ** 2)))


def through_point(
    t_utc: Times,
    point_utc: np.datetime64,
    lat_deg: float,
    lon_deg_e: float,
    inc_deg: float,
    *,
    ascending: bool,
    height_km: float = 120.0,
) -> Track | None:
    """The track of a round orbit that passes over a point at a moment, before and after it (a decay message gives no more).

    None where no orbit of this inclination reaches the latitude. One height stands for all: 10 km of it turn the along-track
    place by 2.7 degrees (300 km) after a day, so that the track is good for a few revolutions about the moment.
    """
    inc = np.radians(inc_deg)
    geocentric = np.arctan((1.0 - 1.0 / 298.257223563) ** 2 * np.tan(np.radians(lat_deg)))
    highest = min(inc, np.pi - inc)
    if abs(geocentric) > highest + np.radians(0.5) or highest == 0.0:
        return None
    u = np.arcsin(np.clip(np.sin(geocentric) / np.sin(inc), -1.0, 1.0))
    u = u if ascending else np.pi - u
    sma = np.full(len(t_utc), EARTH_RADIUS_KM + height_km)
    days = (t_utc - point_utc) / np.timedelta64(1, "D")
    along = u + latitude_argument_rate(sma, inc) * days
    first = low_orbit(np.array([point_utc]), point_utc, sma[:1], inc, 0.0, np.array([u]))
    return low_orbit(t_utc, point_utc, sma, inc, float(np.radians(lon_deg_e - first.lon_deg_e[0])), along)


def _running(rate: Floats, days: Floats) -> Floats:
    """(k,) the integral of a rate over days from day zero, by trapezoids; the first time's rate holds before it."""
    steps = np.diff(days) * 0.5 * (rate[1:] + rate[:-1])
    return np.asarray(rate[0] * days[0] + np.concatenate([[0.0], np.cumsum(steps)]))
