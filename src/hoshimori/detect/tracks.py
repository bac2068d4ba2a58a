"""Where an orbit stands against the turning Earth and the Sun: ground tracks that repeat, and the local time of the node.

A ground track is called kept where an orbit repeats so well that an orbit picked at random would hardly do so; the chance of
that is worked out and stated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.detect.habit import CANNOT_TELL
from hoshimori.detect.record import DAY, Record
from hoshimori.detect.spells import extent, line, noise
from hoshimori.facts import Floats
from hoshimori.findings import Quantity

SUN_DEG_DAY = 0.98564736
SYNCHRONOUS_DEG_DAY = 0.01
"""A node that keeps pace with the Sun this well slips by less than a quarter of an hour a year."""
LOCAL_TIME_DAYS = 730.0
LOCAL_TIME_MIN = 15.0
"""Left alone, the Sun's pull on the plane moves the local time of a sun-synchronous orbit by some 15 minutes in two years."""
LONGEST_REPEAT_DAYS = 400
LOST_TURNS = 0.02
"""A track that strays by over seven degrees in the record repeats nothing, and is not looked at closer."""
CHANCE = 0.01
DEGREE_KM = 111.32
J2000 = np.datetime64("2000-01-01T12:00:00", "us")


class Track(NamedTuple):
    """A ground track that repeats: after so many days and revolutions, how far it strays east and west, where its middle is
    (`strayed_deg`), and the chance that a random orbit looks so."""

    days: int
    revolutions: int
    half_width_km: float
    offset_deg: float
    chance: float

    def quantities(self) -> dict[str, Quantity]:
        return {
            "track_days": Quantity(float(self.days), "d"),
            "track_revolutions": Quantity(float(self.revolutions), "1"),
            "track_half_width_km": Quantity(self.half_width_km, "km"),
            "track_offset_deg": Quantity(self.offset_deg, "deg"),
            "track_chance": Quantity(self.chance, "1"),
        }


def strayed_deg(record: Record, days: float, revolutions: float) -> Floats:
    """(n,) longitude of the ground track against any fixed one of a repeat of so many nodal days and revolutions, running on."""
    turned = record.phase_deg - record.longitude_deg - record.raan_deg
    return np.asarray((days * (record.phase_deg - record.raan_deg) - revolutions * turned) / revolutions)


def repeats(record: Record, now: slice) -> Track | None:
    """The shortest repeat of the ground track that chance does not explain, or None.

    After D nodal days and N revolutions D u - N (sidereal time - node) is what it was; a 1/N of its change is how far the track
    has moved in longitude. A random orbit keeps within the same range for one D with the chance 2 range N / (360 L), L days of
    record; `chance` is that times the number of days tried. Two whole repeats must have been seen.
    """
    turned = (record.phase_deg - record.longitude_deg - record.raan_deg)[now]
    u_deg, day = (record.phase_deg - record.raan_deg)[now], record.day[now]
    length = float(day[-1] - day[0])
    ratio = float((u_deg[-1] - u_deg[0]) / (turned[-1] - turned[0]))
    for days in range(1, min(LONGEST_REPEAT_DAYS, int(length / 2.0)) + 1):
        revolutions = max(1, round(ratio * days))
        if abs(ratio * days - revolutions) * length > LOST_TURNS * revolutions:
            continue
        middle_deg, half_deg = extent(strayed_deg(record, days, revolutions)[now])
        chance = 4.0 * half_deg * revolutions / (360.0 * length) * days
        if chance < CHANCE:
            return Track(days, revolutions, half_deg * DEGREE_KM, middle_deg % (360.0 / revolutions), chance)
    return None


def local_time_h(record: Record) -> Floats:
    """(n,) mean local solar time of the ascending node, hours, running on from 0 to 24 at the first set.

    Mean longitude of the Sun: Astronomical Almanac, section C, 280.460 deg + 0.98564736 deg a day from J2000.
    """
    sun_deg = 280.460 + SUN_DEG_DAY * ((record.t_utc - J2000) / DAY)
    local = 12.0 + (record.raan_deg - sun_deg) / 15.0
    return np.asarray(local - 24.0 * np.floor(local[0] / 24.0))


def local_time(record: Record) -> str:
    """Is the node kept at one hour? "free" where it does not keep pace with the Sun, or strays too far."""
    local_h, days = local_time_h(record), float(record.day[-1])
    if abs(float(local_h[-1] - local_h[0]) * 15.0 / days) > SYNCHRONOUS_DEG_DAY:
        return "free"
    stays = extent(local_h)[1] * 60.0 < LOCAL_TIME_MIN
    return "kept" if stays and days >= LOCAL_TIME_DAYS else "free" if not stays else CANNOT_TELL


def local_time_quantities(record: Record) -> dict[str, Quantity]:
    """Middle and half width of the local time of the node, and how fast it slips."""
    local_h = local_time_h(record)
    (middle_h, half_h), (slip, slip_sigma), sigma = extent(local_h), line(record.day, local_h), noise(local_h)
    return {
        "local_time_h": Quantity(middle_h % 24.0, "h", 0.5 * sigma),
        "local_time_half_width_min": Quantity(60.0 * half_h, "min", 30.0 * sigma),
        "local_time_rate_min_year": Quantity(60.0 * 365.25 * slip, "min/yr", 60.0 * 365.25 * slip_sigma),
    }
