"""Mean elements over time: what runs on by itself between two element sets, and angles that never wrap."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky._sgp4_constants import EARTH_RADIUS_KM, brouwer
from hoshimori.sky.orbits import Satellites

Floats = npt.NDArray[np.float64]
TAU = 2.0 * np.pi


class Rates(NamedTuple):
    """Secular rates (n,) in rad/day: node, argument of perigee, mean anomaly."""

    node: Floats
    perigee: Floats
    anomaly: Floats


def rates(satellites: Satellites) -> Rates:
    """The rates that SGP4 itself gives each set, at its epoch: J2, J4, and the Sun and the Moon where the orbit is deep.

    J2 alone leaves 0.0066 deg/day in GEO and 1.5 km/day at 720 km. Drag is left out: it bends, and is zero at the epoch.
    """
    table, day = satellites.table, 1440.0
    return Rates(
        (table["nodedot"] + table["dnodt"]) * day,
        (table["argpdot"] + table["domdt"]) * day,
        (table["mdot"] + table["dmdt"]) * day,
    )


def semi_major_axis_km(satellites: Satellites) -> Floats:
    """(n,) mean semi-major axis, from the mean motion with Kozai's correction undone as SGP4 does."""
    return np.asarray(satellites.table["a0"] * EARTH_RADIUS_KM)


def mean_axis_km(mean_motion_rev_day: Floats, eccentricity: Floats, inc_deg: Floats) -> Floats:
    """(n,) the same from the columns of element sets alone."""
    per_minute = np.asarray(mean_motion_rev_day) * TAU / 1440.0
    _, axis = brouwer(per_minute, np.asarray(eccentricity), np.cos(np.radians(inc_deg)))
    return np.asarray(axis * EARTH_RADIUS_KM)


def halved(angle_rad: Floats) -> Floats:
    """To -pi..pi."""
    return np.asarray(angle_rad - TAU * np.rint(angle_rad / TAU))


def advances(angle_rad: Floats, rate_rad_day: Floats, days: Floats) -> Floats:
    """(n - 1,) by how much an angle went on from each row to the next, whole turns included.

    The whole turns are those that the mean of both rates gives: good while a rate errs by less than half a turn per gap.
    """
    expected = 0.5 * (rate_rad_day[1:] + rate_rad_day[:-1]) * np.diff(days)
    return np.asarray(expected + halved(np.diff(angle_rad) - expected))
