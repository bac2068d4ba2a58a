"""What an object off the synchronous ring keeps: altitude, plane, local time, ground track, perigee; LEO, MEO and HEO.

A mean semi-major axis that stays within a band is a level; steps in it are burns along the track. Docs: docs/pattern.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoshimori.detect.burns import Burn
from hoshimori.detect.habit import CANNOT_TELL, Spell
from hoshimori.detect.record import EARTH_RADIUS_KM, Record
from hoshimori.detect.spells import (
    Account,
    bands,
    extent,
    joined,
    line,
    middle,
    moments,
    noise,
    pace,
    smooth,
    spread,
    steps,
    untold_modes,
)
from hoshimori.detect.tracks import local_time, local_time_quantities, repeats
from hoshimori.facts import Floats
from hoshimori.findings import Quantity

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
FROZEN_SHARE = 0.5
MU_KM3_S2 = 398600.8
J2 = 0.001082616


def describe(record: Record, regime: str, burns: Sequence[Burn]) -> Account:
    """Levels of the whole record; modes, rhythm and numbers of the present one."""
    spells = _spells(record, regime)
    now = slice(int(np.searchsorted(record.t_utc, spells[-1].start_utc)), len(record))
    at, size = steps(record.sma_km[now] - _quiet_rate(record.day[now], record.sma_km[now])[0] * record.day[now])
    track = repeats(record, now)
    modes = {
        "altitude": _altitude(record, now, spells[-1], size),
        "plane": _plane(record),
        "local time": local_time(record),
        "track": "kept" if track else CANNOT_TELL,
        "perigee": _perigee(record),
    }
    values = _numbers(record, now, spells[-1]) | (track.quantities() if track else {})
    every = dict.fromkeys(values, spells[-1].sets)
    if modes["local time"] != "free":
        hours = local_time_quantities(record)
        values, every = values | hours, every | dict.fromkeys(hours, len(record))
    if len(size):
        speed = np.abs(size) * np.sqrt(MU_KM3_S2 / record.sma_km[-1]) / (2.0 * record.sma_km[-1]) * 1000.0
        values["burn_m_s"], every["burn_m_s"] = Quantity(middle(speed), "m/s", spread(speed)), len(size)
    paced, counted = pace(moments(record, now, at, burns), float(record.day[-1]))
    return Account(tuple(spells), modes, values | paced, every | counted, untold_modes(modes, spells[-1].days))


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


def _numbers(record: Record, now: slice, spell: Spell) -> dict[str, Quantity]:
    day, sma, inc = record.day[now], record.sma_km[now], record.inc_deg[now]
    sigma, few = noise(sma), slice(-3, None)
    rate, rate_sigma = line(day, sma)
    node, node_sigma = line(day, record.raan_deg[now])
    quiet = _quiet_rate(day, sma)
    perigee, apogee = (sma * (1.0 + sign * record.ecc[now]) - EARTH_RADIUS_KM for sign in (-1.0, 1.0))
    inc_middle, inc_half = extent(record.inc_deg)
    return {
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


def _quiet_rate(day: Floats, sma: Floats) -> tuple[float, str, float | None]:
    """How fast the axis changes between burns, by the median over all gaps."""
    rate = np.diff(sma) / np.maximum(np.diff(day), 0.01)
    return middle(rate), "km/d", spread(rate)
