"""What an object off the synchronous ring keeps: altitude, plane, local time, ground track, perigee; LEO, MEO and HEO.

A mean semi-major axis that stays within a band is a level; steps in it are burns along the track. A ground track is kept where
an orbit repeats so well that an orbit picked at random would hardly do so; the chance of that is worked out and stated.
Docs: docs/pattern.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hoshimori.detect.burns import Burn
from hoshimori.detect.habit import CANNOT_TELL, Spell
from hoshimori.detect.record import DAY, EARTH_RADIUS_KM, Record
from hoshimori.detect.spells import (
    Account,
    bands,
    extent,
    joined,
    line,
    merged,
    middle,
    noise,
    rhythm,
    smooth,
    spread,
    steps,
)
from hoshimori.facts import Floats
from hoshimori.findings import Quantity, Reason

LEAST_BAND_KM = {"LEO": 0.2, "MEO": 1.0, "HEO": 5.0}
WIDEST_BAND_KM = {"LEO": 10.0, "MEO": 50.0, "HEO": 50.0}
"""Bounds of the band that is called a level. The widest kept in LEO is that of space stations, which sink some km between boosts;
far out the mean axis itself swings with the Moon and with resonance."""
BAND_RANGES = 5.0
RANGE_DAYS = 60.0
"""Within these bounds a level is five times as wide as what the object usually uses up in sixty days."""
LEAST_SETS = 5
FREE_DAYS = 60.0
PLANE_DAYS = 400.0
"""Burns out of plane are made one to four times a year: a shorter record without one does not say that none are made."""
LEAST_PLANE_STEP_DEG = 0.002
DRAGGED_KM = 500.0
DRAG_KM = 0.1
"""Below 500 km no satellite is known to lose less than this in 60 days: if it did not sink, it was held."""
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
FROZEN_SHARE = 0.5
J2000 = np.datetime64("2000-01-01T12:00:00", "us")
MU_KM3_S2 = 398600.8
J2 = 0.001082616


class Track(NamedTuple):
    """A ground track that repeats: after so many days and revolutions, how far it strays east and west, where its middle is
    (`strayed_deg`), and the chance that a random orbit looks so."""

    days: int
    revolutions: int
    half_width_km: float
    offset_deg: float
    chance: float


def describe(record: Record, regime: str, burns: Sequence[Burn]) -> Account:
    """Levels of the whole record; modes, rhythm and numbers of the present one."""
    spells = _spells(record, regime)
    now = slice(int(np.searchsorted(record.t_utc, spells[-1].start_utc)), len(record))
    at, size = steps(record.sma_km[now] - _quiet_rate(record.day[now], record.sma_km[now])[0] * record.day[now])
    moments = _moments(record, now, 0.5 * (record.day[now][at] + record.day[now][at + 1]), burns)
    kept, track = rhythm(moments), repeats(record, now)
    modes = {
        "altitude": _altitude(record, now, spells[-1], size),
        "plane": _plane(record),
        "local time": _local_time(record),
        "track": "kept" if track else CANNOT_TELL,
        "perigee": _perigee(record),
    }
    values, stands_on = _numbers(record, now, spells[-1])
    if modes["local time"] != "free":
        values, stands_on = _with_local_time(record, values, stands_on)
    if len(size):
        speed = np.abs(size) * np.sqrt(MU_KM3_S2 / record.sma_km[-1]) / (2.0 * record.sma_km[-1]) * 1000.0
        values["burn_m_s"], stands_on["burn_m_s"] = Quantity(middle(speed), "m/s", spread(speed)), len(size)
    if kept:
        values |= {"cycle_days": kept[0], "cycle_longest_days": kept[1]}
        stands_on |= {"cycle_days": kept[2], "cycle_longest_days": kept[2]}
    if len(moments):
        values["since_burn_days"] = Quantity(float(record.day[-1] - moments[-1]), "d")
        stands_on["since_burn_days"] = 1
    if track:
        values |= {
            "track_days": Quantity(float(track.days), "d"),
            "track_revolutions": Quantity(float(track.revolutions), "1"),
            "track_half_width_km": Quantity(track.half_width_km, "km"),
            "track_offset_deg": Quantity(track.offset_deg, "deg"),
            "track_chance": Quantity(track.chance, "1"),
        }
        stands_on |= dict.fromkeys([k for k in values if k.startswith("track_")], spells[-1].sets)
    reasons = [Reason("mode cannot be told", {"mode": k, "days": spells[-1].days}) for k, v in modes.items() if v == CANNOT_TELL]
    return Account(tuple(spells), modes, kept[0] if kept else None, values, stands_on, tuple(reasons))


def _spells(record: Record, regime: str) -> list[Spell]:
    width = float(np.clip(BAND_RANGES * _usual_range(record), LEAST_BAND_KM[regime], WIDEST_BAND_KM[regime]))
    creep = 0.5 * _usual_range(record) / RANGE_DAYS
    parts = []
    for part in bands(record.sma_km, np.zeros(len(record), bool), width):
        level = part.stop - part.start >= LEAST_SETS and _still(record, part, creep, 0.5 * LEAST_BAND_KM[regime])
        parts.append((part, "level" if level else "moving"))
    return [_spell(record, part, kind) for part, kind in joined(parts, "moving")]


def _still(record: Record, part: slice, creep_km_day: float, small_km: float) -> bool:
    """Has it turned back, or does it go slower than the object's saw, or has it hardly moved? By a line, as for a slot."""
    day, sma_km = record.day[part], record.sma_km[part]
    rate, wide = abs(line(day, sma_km)[0]), 2.0 * extent(sma_km)[1]
    return wide < small_km or rate < creep_km_day or rate * float(day[-1] - day[0]) < 0.5 * wide


def _usual_range(record: Record) -> float:
    """What the semi-major axis spans in sixty days, the median over the record."""
    level, window = smooth(record.sma_km), np.floor(record.day / RANGE_DAYS)
    first = np.flatnonzero(np.append(True, np.diff(window) > 0))
    return middle(np.maximum.reduceat(level, first) - np.minimum.reduceat(level, first))


def _spell(record: Record, part: slice, kind: str) -> Spell:
    """A move is named after where it leads from the set before it to the set after it."""
    middle, half = extent(record.sma_km[part])
    rate = line(record.day[part], record.sma_km[part])[0]
    around = record.sma_km[max(part.start - 1, 0) : part.stop + 1]
    if kind == "moving":
        kind = "rising" if around[-1] > around[0] else "falling"
    where = middle if kind == "level" else float(record.sma_km[part][-1])
    start, stop = record.t_utc[part.start], record.t_utc[part.stop - 1]
    return Spell(kind, start, stop, None, where, half, rate, part.stop - part.start)


def _moments(record: Record, now: slice, seen: Floats, burns: Sequence[Burn]) -> Floats:
    """Days of the burns along the track in the present spell: those given where there are any, else the steps seen."""
    along = [b for b in burns if not abs(b.dv_rtn_m_s[2]) > abs(b.dv_rtn_m_s[1])]
    given = np.array(sorted(float((b.t_utc - record.t_utc[0]) / DAY) for b in along))
    given = given[(given >= record.day[now][0]) & (given <= record.day[-1])]
    return merged(given if len(given) else seen)


def _altitude(record: Record, now: slice, spell: Spell, size: Floats) -> str:
    sigma = noise(record.sma_km[now])
    if spell.kind == "level" and len(size) >= 2:
        return "CK"
    if spell.days < FREE_DAYS or len(size):
        return CANNOT_TELL
    sinks = spell.rate * spell.days < -3.0 * sigma
    if spell.kind == "falling" or sinks:
        return "NK"
    perigee_km = middle(record.sma_km[now] * (1.0 - record.ecc[now])) - EARTH_RADIUS_KM
    return "EK" if spell.kind == "level" and perigee_km < DRAGGED_KM and spell.half_width < DRAG_KM else CANNOT_TELL


def _plane(record: Record) -> str:
    at, _ = steps(record.inc_deg, LEAST_PLANE_STEP_DEG)
    if len(at):
        return "CK"
    return "NK" if record.day[-1] >= PLANE_DAYS else CANNOT_TELL


def local_time_h(record: Record) -> Floats:
    """(n,) mean local solar time of the ascending node, hours, running on from 0 to 24 at the first set.

    Mean longitude of the Sun: Astronomical Almanac, section C, 280.460 deg + 0.98564736 deg a day from J2000.
    """
    sun_deg = 280.460 + SUN_DEG_DAY * ((record.t_utc - J2000) / DAY)
    local = 12.0 + (record.raan_deg - sun_deg) / 15.0
    return np.asarray(local - 24.0 * np.floor(local[0] / 24.0))


def _local_time(record: Record) -> str:
    local_h, days = local_time_h(record), float(record.day[-1])
    if abs(float(local_h[-1] - local_h[0]) * 15.0 / days) > SYNCHRONOUS_DEG_DAY:
        return "free"
    stays = extent(local_h)[1] * 60.0 < LOCAL_TIME_MIN
    return "kept" if stays and days >= LOCAL_TIME_DAYS else "free" if not stays else CANNOT_TELL


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


def _perigee(record: Record) -> str:
    """Kept where it stays within a part of its mean direction while a free one would have gone half round."""
    argp, ecc = np.radians(record.argp_deg), record.ecc
    vector = ecc[:, None] * np.stack((np.cos(argp), np.sin(argp)), axis=1)
    middle = np.median(vector, axis=0)
    stray = float(np.hypot(*(np.stack((smooth(vector[:, 0]), smooth(vector[:, 1])), axis=1) - middle).T).max())
    turned_deg = np.abs(_perigee_rate(record) * record.day[-1])
    if turned_deg < 180.0:
        return CANNOT_TELL
    return "kept" if stray < FROZEN_SHARE * float(np.hypot(*middle)) else "free"


def _perigee_rate(record: Record) -> float:
    """How fast the perigee turns under the Earth's bulge alone, deg/day: 3/4 J2 n (R/p)^2 (5 cos^2 i - 1)."""
    p_km = np.median(record.sma_km) * (1.0 - np.median(record.ecc) ** 2)
    cosine = np.cos(np.radians(np.median(record.inc_deg)))
    motion_deg_day = 360.0 * np.median(record.motion_rev_day)
    return float(0.75 * J2 * motion_deg_day * (EARTH_RADIUS_KM / p_km) ** 2 * (5.0 * cosine**2 - 1.0))


def _numbers(record: Record, now: slice, spell: Spell) -> tuple[dict[str, Quantity], dict[str, int]]:
    day, sma, inc = record.day[now], record.sma_km[now], record.inc_deg[now]
    sigma, few = noise(sma), slice(-3, None)
    rate, rate_sigma = line(day, sma)
    node, node_sigma = line(day, record.raan_deg[now])
    quiet = _quiet_rate(day, sma)
    perigee, apogee = (sma * (1.0 + sign * record.ecc[now]) - EARTH_RADIUS_KM for sign in (-1.0, 1.0))
    inc_middle, inc_half = extent(record.inc_deg)
    values = {
        "sma_km": Quantity(float(spell.sma_km or 0.0), "km", 0.5 * sigma),
        "half_width_km": Quantity(spell.half_width, "km", 0.5 * sigma),
        "sma_sigma_km": Quantity(sigma, "km"),
        "rate_km_day": Quantity(rate, "km/d", rate_sigma),
        "free_rate_km_day": Quantity(*quiet),
        "perigee_height_km": Quantity(middle(perigee[few]), "km", noise(perigee)),
        "apogee_height_km": Quantity(middle(apogee[few]), "km", noise(apogee)),
        "eccentricity": Quantity(middle(record.ecc[now]), "1", noise(record.ecc[now])),
        "inclination_deg": Quantity(inc_middle, "deg", 0.5 * noise(inc)),
        "inclination_half_width_deg": Quantity(inc_half, "deg", 0.5 * noise(inc)),
        "node_rate_deg_day": Quantity(node, "deg/d", node_sigma),
    }
    return values, dict.fromkeys(values, len(day))


def _with_local_time(
    record: Record, values: dict[str, Quantity], stands_on: dict[str, int]
) -> tuple[dict[str, Quantity], dict[str, int]]:
    local_h = local_time_h(record)
    (middle_h, half_h), (slip, slip_sigma), sigma = extent(local_h), line(record.day, local_h), noise(local_h)
    more = {
        "local_time_h": Quantity(middle_h % 24.0, "h", 0.5 * sigma),
        "local_time_half_width_min": Quantity(60.0 * half_h, "min", 30.0 * sigma),
        "local_time_rate_min_year": Quantity(60.0 * 365.25 * slip, "min/yr", 60.0 * 365.25 * slip_sigma),
    }
    return values | more, stands_on | dict.fromkeys(more, len(record))


def _quiet_rate(day: Floats, sma: Floats) -> tuple[float, str, float | None]:
    """How fast the axis changes between burns, by the median over all gaps."""
    rate = np.diff(sma) / np.maximum(np.diff(day), 0.01)
    return middle(rate), "km/d", spread(rate)
