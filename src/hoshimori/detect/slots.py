"""What an object on the synchronous ring keeps: its slot, its dead band, its rhythm, its plane; GEO and IGSO.

The longitude is that of mean elements. What thrust did is read from two ledgers: the drift less all that the Earth's shape gave
(a step is an east-west burn), and the inclination vector less all that the Sun and Moon gave (a step is a north-south burn).
Docs: docs/pattern.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoshimori.detect.burns import Burn
from hoshimori.detect.habit import CANNOT_TELL, Spell
from hoshimori.detect.record import DAY, Record
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
    weighty,
)
from hoshimori.facts import Floats, Ints
from hoshimori.findings import Quantity

FAST_DEG_DAY = 0.1
"""Nothing that keeps a slot drifts so fast: the Earth's pull (0.0017 deg/day2 at most) turns 0.1 deg/day back after 3 degrees."""
BAND_DEG = 2.0
"""The widest slot. Radio rules ask 0.1 or 0.5 deg either side (ITU RR 22.8, 22.10); old satellites are seen to use up to 0.7."""
SLOT_DAYS = 5.0
SLOW_DEG_DAY = 0.03
SHORT_SLOT_DEG = 1.0
"""A stretch that has not turned back yet is a slot while it drifts below this and has gone less than a degree."""
BETWEEN_SLOTS_DEG = 0.5
FREE_DAYS = 60.0
"""The longest usual time between burns: a shorter record without one does not say that none are made."""
LEAST_STEP_DEG = 0.012
"""The least step of the plane looked for, 0.6 m/s. The model of the Sun's and Moon's pull is good to 0.2 deg/year: over the
seven days that a step is sought in, 0.004 deg; three times that."""
STEPS_WORTH = 0.25
"""Burns that keep something undo what nature does: steps that make up less of it than this quarter are not what keeps it."""
SIGNIFICANT = 8.0
M_S_PER_DEG_DAY = 3074.7 / (3.0 * 360.9856)
"""Tangential impulse that changes the drift by one degree a day. Soop, Handbook of Geostationary Orbits (1994)."""
M_S_PER_DEG = 3074.7 * np.pi / 180.0
STEEP_DEG = 18.0
"""No free object of the ring is inclined by more (the Laplace plane lies at 7.4 deg): beyond it an orbit is IGSO."""
J2000 = np.datetime64("2000-01-01T12:00:00", "us")


def natural_plane_deg_year(t_utc: np.ndarray, i_deg: Floats) -> Floats:
    """(n, 2) how the Sun, the Moon and the Earth's bulge move the inclination vector of a free orbit on the ring.

    The pole circles that of the Laplace plane, 7.4 deg from the Earth's, in 55 years; the lunar node (period 18.6 years) bends
    the rate between 0.75 and 0.95 deg/year. Assumes i < 15 deg. Measured on the free spells of three Fengyun-2: within
    0.2 deg/year. Reference: Agrawal, Design of Geosynchronous Spacecraft (1986), chapter 2; constants typed from memory.
    """
    node = np.radians(125.04 - 0.0529538 * ((t_utc - J2000) / DAY))
    turn = 0.8475 / 7.4
    return np.stack((-0.090 * np.sin(node) + turn * i_deg[:, 1], 0.8475 + 0.0981 * np.cos(node) - turn * i_deg[:, 0]), axis=1)


def describe(record: Record, burns: Sequence[Burn]) -> Account:
    """Spells of the whole record; modes, rhythm and numbers of the present one."""
    impulse = record.drift_deg_day - _gained(record.day, record.natural_deg_day2)
    free = _east_west(record, impulse, slice(None)) == "NK"
    spells = [_spell(record, slice(0, len(record)), "drift")] if free else _spells(record)
    now = slice(int(np.searchsorted(record.t_utc, spells[-1].start_utc)), len(record))
    east, plane = _main(steps(impulse[now])), _main(_plane_steps(record, now))
    modes = {"EW": "NK" if free else _east_west(record, impulse, now), "NS": _north_south(record, now, plane)}
    quantities, stands_on = _numbers(record, now, east, plane, spells[-1])
    paced, counted = pace(moments(record, now, east[0], burns), float(record.day[-1]))
    return Account(tuple(spells), modes, quantities | paced, stands_on | counted, untold_modes(modes, spells[-1].days))


def _gained(day: Floats, rate: Floats) -> Floats:
    """The integral of a rate (n,) or (n, 2) along the record, by trapezia."""
    gap = np.diff(day).reshape(-1, *[1] * (rate.ndim - 1))
    return np.concatenate((np.zeros((1, *rate.shape[1:])), np.cumsum(0.5 * (rate[1:] + rate[:-1]) * gap, axis=0)))


def _spells(record: Record) -> list[Spell]:
    moving = np.abs(smooth(smooth(record.drift_deg_day))) >= FAST_DEG_DAY
    parts = []
    for part in bands(record.longitude_deg, moving, BAND_DEG):
        stands = not moving[part.start] and _stands(record, part)
        parts.append((part, "slot" if stands else "drift"))
    return _named(record, joined(parts, "drift"))


def _stands(record: Record, part: slice) -> bool:
    """Does it remain: has it turned back, or hardly moved yet? By a straight line through the whole stretch, so that it does not
    matter where in its saw the record ends."""
    day, longitude = record.day[part], record.longitude_deg[part]
    days, wide = float(day[-1] - day[0]), 2.0 * extent(longitude)[1]
    if days < SLOT_DAYS:
        return False
    rate = abs(line(day, longitude)[0])
    return rate * days < 0.5 * wide or (rate < SLOW_DEG_DAY and wide < SHORT_SLOT_DEG)


def _named(record: Record, parts: Sequence[tuple[slice, str]]) -> list[Spell]:
    """A drift between two slots is a relocation; one that no set tells of stands in the gap between them."""
    out: list[Spell] = []
    for k, (part, kind) in enumerate(parts):
        between = 0 < k < len(parts) - 1 and parts[k - 1][1] == parts[k + 1][1] == "slot"
        if kind == "drift" and between and _far(record, parts[k - 1][0], parts[k + 1][0]):
            kind = "relocation"
        if kind == "slot" and k and parts[k - 1][1] == "slot" and _far(record, parts[k - 1][0], part):
            out.append(_unseen_move(record, part.start))
        out.append(_spell(record, part, kind))
    return out


def _far(record: Record, before: slice, after: slice) -> bool:
    step = record.longitude_deg[after][0] - record.longitude_deg[before][-1]
    return bool(abs(step) > BETWEEN_SLOTS_DEG)


def _unseen_move(record: Record, k: int) -> Spell:
    days, step = record.day[k] - record.day[k - 1], record.longitude_deg[k] - record.longitude_deg[k - 1]
    to = float(record.longitude_deg[k]) % 360.0
    half = abs(float(step)) / 2.0
    return Spell("relocation", record.t_utc[k - 1], record.t_utc[k], to, None, half, float(step / days), 0)


def _spell(record: Record, part: slice, kind: str) -> Spell:
    longitude, day = record.longitude_deg[part], record.day[part]
    middle, half = extent(longitude)
    where = middle if kind == "slot" else float(longitude[-1])
    start, stop = record.t_utc[part.start], record.t_utc[part.stop - 1]
    return Spell(kind, start, stop, where % 360.0, None, half, line(day, longitude)[0], len(day))


def _east_west(record: Record, impulse: Floats, part: slice) -> str:
    """How the longitude is kept, from the drift less what nature gave: steps, a steady push, nothing; or too little to say."""
    day, ledger, pull = record.day[part], impulse[part], record.natural_deg_day2[part]
    seen = SIGNIFICANT * noise(ledger)
    gained = float(np.abs(np.diff(_gained(day, pull))).sum())
    if np.abs(_main(steps(ledger))[1]).sum() > max(STEPS_WORTH * gained, seen):
        return "CK"
    pushed, doubt = line(day, ledger)
    if gained > seen and abs(pushed + pull.mean()) < 0.5 * abs(pull.mean()):
        return "EK"
    free = gained > seen and abs(pushed) < 0.1 * np.abs(pull).max() + 3.0 * doubt
    return "NK" if free and day[-1] - day[0] >= FREE_DAYS else CANNOT_TELL


def _main(found: tuple[Ints, Floats]) -> tuple[Ints, Floats]:
    """The steps without the small change."""
    heavy = weighty(np.abs(found[1]) if found[1].ndim == 1 else np.hypot(*found[1].T))
    return found[0][heavy], found[1][heavy]


def _plane_steps(record: Record, part: slice) -> tuple[Ints, Floats]:
    if (
        record.inc_deg[part].max() > STEEP_DEG
    ):  # the model of the Sun's and Moon's pull ends there: only the inclination is looked at
        at, size = steps(record.inc_deg[part], LEAST_STEP_DEG)
        return at, np.stack((size, np.zeros_like(size)), axis=1)
    return steps(_plane_ledger(record, part), LEAST_STEP_DEG)


def _plane_ledger(record: Record, part: slice) -> Floats:
    """(n, 2) the inclination vector less all that nature gave since the first set of the part, deg."""
    i_deg = record.i_deg[part]
    return np.asarray(i_deg - _gained(record.day[part], natural_plane_deg_year(record.t_utc[part], i_deg) / 365.25))


def _north_south(record: Record, part: slice, plane: tuple[Ints, Floats]) -> str:
    """How the plane is kept, from the inclination vector against the pull of the Sun and Moon."""
    i_deg, day = record.i_deg[part], record.day[part]
    if record.inc_deg[part].max() > STEEP_DEG:
        return "CK" if len(plane[0]) else CANNOT_TELL
    natural = natural_plane_deg_year(record.t_utc[part], i_deg).mean(axis=0) / 365.25
    size, days = float(np.hypot(*natural)), float(day[-1] - day[0])
    if np.hypot(*plane[1].T).sum() > STEPS_WORTH * size * days:
        return "CK"
    along, doubt = line(day, i_deg @ natural / size)
    if abs(along) + doubt < 0.5 * size:
        return "EK"
    free = abs(along - size) < 0.25 * size + 3.0 * doubt
    return "NK" if free and days >= FREE_DAYS else CANNOT_TELL


def _numbers(
    record: Record, part: slice, east: tuple[Ints, Floats], plane: tuple[Ints, Floats], spell: Spell
) -> tuple[dict[str, Quantity], dict[str, int]]:
    day, longitude, drift = record.day[part], record.longitude_deg[part], record.drift_deg_day[part]
    mean_drift = 0.5 * (drift[1:] + drift[:-1])
    sigma = 1.4826 / float(np.sqrt(2.0)) * middle(np.abs(np.diff(longitude) - mean_drift * np.diff(day)))
    net, net_sigma = line(day, longitude)
    i_deg, n = record.i_deg[part], len(day)
    rates = [line(day, i_deg[:, axis]) for axis in (0, 1)]
    speed = float(np.hypot(rates[0][0], rates[1][0])) * 365.25
    e = record.e[part]
    values = {
        "longitude_deg_e": Quantity(float(spell.longitude_deg_e or 0.0), "deg", 0.5 * sigma),
        "half_width_deg": Quantity(spell.half_width, "deg", 0.5 * sigma),
        "longitude_sigma_deg": Quantity(sigma, "deg"),
        "drift_deg_day": Quantity(net, "deg/d", net_sigma),
        "drift_now_deg_day": Quantity(middle(drift[-3:]), "deg/d", noise(drift)),
        "largest_drift_deg_day": Quantity(float(np.abs(smooth(drift)).max()), "deg/d", noise(drift)),
        "natural_acceleration_deg_day2": Quantity(middle(record.natural_deg_day2[part]), "deg/d2"),
        "inclination_deg": Quantity(middle(record.inc_deg[part]), "deg", noise(record.inc_deg[part])),
        "i_x_deg": Quantity(middle(i_deg[-3:, 0]), "deg", noise(i_deg[:, 0])),
        "i_y_deg": Quantity(middle(i_deg[-3:, 1]), "deg", noise(i_deg[:, 1])),
        "i_middle_x_deg": Quantity(middle(i_deg[:, 0]), "deg", noise(i_deg[:, 0])),
        "i_middle_y_deg": Quantity(middle(i_deg[:, 1]), "deg", noise(i_deg[:, 1])),
        "i_radius_deg": Quantity(_radius(i_deg), "deg", noise(i_deg[:, 0])),
        "plane_drift_deg_year": Quantity(speed, "deg/yr", 365.25 * float(np.hypot(rates[0][1], rates[1][1]))),
        "eccentricity": Quantity(middle(record.ecc[part]), "1", noise(record.ecc[part])),
        "eccentricity_radius": Quantity(_radius(e), "1", noise(e[:, 0])),
    }
    stands_on = dict.fromkeys(values, n)
    for name, size in (("ew_burn_m_s", np.abs(east[1]) * M_S_PER_DEG_DAY), ("ns_burn_m_s", np.hypot(*plane[1].T) * M_S_PER_DEG)):
        if len(size):
            values[name], stands_on[name] = Quantity(middle(size), "m/s", spread(size)), len(size)
    return values, stands_on


def _radius(vectors: Floats) -> float:
    """How far a vector (n, 2) strays from its median, by running medians of three."""
    level = np.stack((smooth(vectors[:, 0]), smooth(vectors[:, 1])), axis=1)
    return float(np.hypot(level[:, 0] - middle(level[:, 0]), level[:, 1] - middle(level[:, 1])).max())
