"""What kind of burn it was, and whether it is like this object's own: words on moves, from their size, direction and company."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hoshimori.detect.moves import ECCENTRIC, Moves
from hoshimori.facts import Bools, Floats

SYNCHRONOUS_REV_DAY = (0.9, 1.1)
RING_KM = 42164.2
DRIFT_DEG_DAY_KM = -0.01281
"""Drift in longitude per km above the ring: -1.5 n / a."""
RELOCATION_DEG_DAY = 0.15
"""A satellite that keeps its slot drifts by less than this between burns: the widest cycle of the Fengyun records is 0.1."""
GRAVEYARD_KM = 150.0
"""A perigee this far above the ring leaves it: IADC asks for 235 km and more, which is often reached in several burns."""
RELOCATION_KM = 1.0
DEORBIT_KM, DEORBIT_RUN_KM = 15.0, 5.0
"""Lowered by so much in one burn, or in a run of several that nothing follows."""
EARTH_KM, AIR_KM = 6378.135, 1000.0
"""A perigee above this height stays up for thousands of years: lowering it is a move, no deorbit."""
NEAR_EARTH_REV_DAY = 6.4
UNDONE_DAYS = 4.0
UNDONE_SHARE = 0.5
"""A burn and its opposite within this many days, leaving less than this share, went out of the way and came back."""
HABIT_BURNS = 5
UNUSUAL_SIGMAS = 3.5
HABIT_FLOOR = 0.35
"""Natural logarithm of size: a habit is never taken to be narrower than by this, a factor 1.4."""
CHAIN_BURNS, CHAIN_DAYS = 4, 2.5
"""This many kicks of one sign, none farther from the next than this, are one thrust that lasts."""


def sizes(m: Moves) -> Floats:
    """(m,) m/s, what is known of each."""
    return np.asarray(np.hypot(np.nan_to_num(m.in_track), np.nan_to_num(m.cross_track)))


def chained(m: Moves) -> Moves:
    """Chains of kicks of one sign become one move each, from the first to the last: thrust too slow to be a step."""
    keep = np.ones(len(m), bool)
    changed = ("days", "sigma_days", "in_track", "in_track_sigma", "start_days", "stop_days", "along")
    columns: dict[str, Any] = {name: np.array(getattr(m, name)) for name in changed}
    k = 0
    while k < len(m):
        last = _chain_end(m, k)
        if last - k + 1 >= CHAIN_BURNS:
            rows = slice(k, last + 1)
            keep[k + 1 : last + 1] = False
            columns["in_track"][k] = m.in_track[rows].sum()
            columns["in_track_sigma"][k] = np.sqrt((m.in_track_sigma[rows] ** 2).sum())
            columns["start_days"][k], columns["stop_days"][k] = m.days[k], m.days[last]
            columns["days"][k] = float(np.average(m.days[rows], weights=np.abs(m.in_track[rows])))
            columns["sigma_days"][k] = float(np.sqrt((m.sigma_days[rows] ** 2).mean()))
            columns["along"][k] = 1.0 - float(np.prod(1.0 - m.along[rows]))
        k = last + 1
    return replace(m, **columns).take(keep)


def _chain_end(m: Moves, k: int) -> int:
    """The last row of the chain that begins at row k."""
    last = k
    while last + 1 < len(m):
        one_sign = np.sign(m.in_track[last + 1]) == np.sign(m.in_track[k]) != 0.0
        near = m.stretch[last + 1] == m.stretch[k] and m.days[last + 1] - m.days[last] <= CHAIN_DAYS
        if not (one_sign and near and m.along[last + 1] >= m.plane[last + 1]):
            break
        last += 1
    return last


def classed(m: Moves, k: int, until: int) -> tuple[str, bool | None]:
    """The class (burns.LABELS) of move k among the moves of one object, and whether it is routine. Sets after row `until` are not
    looked at; moves that were not known then are left out by the caller."""
    usual = routine(m, k)
    return _label(m, k, usual, until), usual


def routine(m: Moves, k: int) -> bool | None:
    """Like its other burns in direction and size? None where there are too few to say.

    Compared with those the same way, and not larger than those along the same line either way: few burns backwards, each of
    another size, are no habit.
    """
    if len(m) <= HABIT_BURNS:
        return None
    size, forward = np.log(np.maximum(sizes(m), 1e-6)), np.nan_to_num(m.in_track) > 0.0
    cross = np.nan_to_num(m.cross_track) > 2.0 * np.abs(np.nan_to_num(m.in_track))
    others = np.arange(len(m)) != k
    same_line = others & (cross == cross[k])
    alike = same_line & (forward == forward[k])
    if alike.sum() < 0.1 * others.sum() or alike.sum() < 2:
        return False
    return bool(abs(_beyond(size, alike, k)) <= 1.0 and _beyond(size, same_line, k) <= 1.0)


def _beyond(size: Floats, others: Bools, k: int) -> float:
    """How far a size lies from the middle of others, as a share of what is usual; above 0 if larger."""
    middle = np.median(size[others])
    spread = max(1.4826 * float(np.median(np.abs(size[others] - middle))), HABIT_FLOOR)
    return float((size[k] - middle) / (UNUSUAL_SIGMAS * spread))


def _label(m: Moves, k: int, usual: bool | None, until: int) -> str:
    h, row = m.histories, int(m.row[k])
    if m.stop_days[k] > m.start_days[k]:
        return "low thrust"
    cross, along = abs(np.nan_to_num(m.cross_track[k])), abs(np.nan_to_num(m.in_track[k]))
    if m.plane[k] > 0.5 and cross > 2.0 * along:
        return "inclination"
    motion, ecc = float(h.sets.mean_motion_rev_day[row]), float(h.sets.eccentricity[row])
    if SYNCHRONOUS_REV_DAY[0] < motion < SYNCHRONOUS_REV_DAY[1]:
        told = _synchronous(m, k, ecc, usual, until)
    elif motion >= NEAR_EARTH_REV_DAY:
        told = _low(m, k, ecc, usual, until)
    else:
        before, after = _levels(m, k, k, until)
        rephased = 540.0 * motion * abs(after - before) / before > RELOCATION_DEG_DAY and ecc < ECCENTRIC
        told = "relocation" if rephased and usual is not True else ""
    return told or ("orbit change" if usual is None else "station-keeping" if usual else "unusual")


def _synchronous(m: Moves, k: int, ecc: float, usual: bool | None, until: int) -> str:
    """Out of the ring at the end of a run of raising burns; into or out of a drift; or neither, so that the slot is kept."""
    before, after = _levels(m, k, k, until)
    last = _levels(m, *_run(m, k), until)[1]
    if m.in_track[k] > 0.0 and last * (1.0 - ecc) - RING_KM > GRAVEYARD_KM:
        return "graveyard"
    drift = max(abs(before - RING_KM), abs(after - RING_KM)) * -DRIFT_DEG_DAY_KM
    if drift > RELOCATION_DEG_DAY:
        return "relocation"
    return "station-keeping" if usual is None and ecc < ECCENTRIC else ""


def _low(m: Moves, k: int, ecc: float, usual: bool | None, until: int) -> str:
    """Down for good, where the air will do the rest; out of the way and back; to another height; or back to an earlier one."""
    h, (before, after) = m.histories, _levels(m, k, k, until)
    run = _run(m, k)
    top, bottom = _levels(m, *run, until)
    into_the_air = bottom * (1.0 - ecc) - EARTH_KM < AIR_KM
    lowered = top - bottom > (DEORBIT_KM if run[0] == run[1] else DEORBIT_RUN_KM)
    if m.in_track[k] < 0.0 and into_the_air and lowered and run[1] == len(m) - 1 and usual is not True:
        return "deorbit"
    if _undone(m, k) and usual is not True:
        return "avoidance"
    if abs(after - before) > RELOCATION_KM and usual is not True:
        return "relocation"
    held = h.sma_km[h.first[m.stretch[k]] : m.row[k] + 1]
    back = after > before and float(held.max()) > after - 0.5 * (after - before)
    return "station-keeping" if usual is None and back and ecc < ECCENTRIC else ""


def _run(m: Moves, k: int) -> tuple[int, int]:
    """First and last of the moves around this one that all push the same way, within the stretch."""
    push, stretch = np.sign(np.nan_to_num(m.in_track)), m.stretch
    first = last = k
    while first > 0 and push[first - 1] == push[k] and stretch[first - 1] == stretch[k]:
        first -= 1
    while last + 1 < len(m) and push[last + 1] == push[k] and stretch[last + 1] == stretch[k]:
        last += 1
    return first, last


def _levels(m: Moves, first: int, last: int, until: int) -> tuple[float, float]:
    """Semi-major axis before one move and after another, km: medians of at most three sets up to row `until`."""
    h = m.histories
    before = h.sma_km[max(int(h.first[m.stretch[first]]), m.row[first] - 2) : m.row[first] + 1]
    after = h.sma_km[m.row[last] + 1 : min(until, m.row[last] + 3) + 1]
    return float(np.median(before)), float(np.median(after))


def _undone(m: Moves, k: int) -> bool:
    """Is there an opposite burn soon before or after that takes most of it back?"""
    dv = np.nan_to_num(m.in_track)
    for other in (k - 1, k + 1):
        if 0 <= other < len(m) and m.stretch[other] == m.stretch[k] and abs(m.days[other] - m.days[k]) <= UNDONE_DAYS:
            left = abs(dv[k] + dv[other])
            if left < UNDONE_SHARE * max(abs(dv[k]), abs(dv[other])):
                return True
    return False
