"""What kind of burn it was, and whether it is like this object's own: words on moves, from their size, direction and company."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hoshimori.detect.moves import Moves
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
DEORBIT_KM = 15.0
NEAR_EARTH_REV_DAY = 6.4
UNDONE_DAYS = 4.0
UNDONE_SHARE = 0.35
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


def routine(m: Moves) -> list[bool | None]:
    """Of each move of one object: like its other burns in direction and size? None where there are too few to say."""
    if len(m) <= HABIT_BURNS:
        return [None] * len(m)
    size, forward = np.log(np.maximum(sizes(m), 1e-6)), np.nan_to_num(m.in_track) > 0.0
    cross = np.nan_to_num(m.cross_track) > 2.0 * np.abs(np.nan_to_num(m.in_track))
    out: list[bool | None] = []
    for k in range(len(m)):
        others = np.arange(len(m)) != k
        alike = others & (forward == forward[k]) & (cross == cross[k])
        if alike.sum() < 0.1 * others.sum() or alike.sum() < 2:
            out.append(False)
            continue
        middle = np.median(size[alike])
        spread = max(1.4826 * float(np.median(np.abs(size[alike] - middle))), HABIT_FLOOR)
        out.append(bool(abs(size[k] - middle) <= UNUSUAL_SIGMAS * spread))
    return out


def labels(m: Moves, usual: list[bool | None]) -> list[str]:
    """The class of each move of one object; see burns.LABELS."""
    undone = _undone(m)
    return [_label(m, k, usual[k], bool(undone[k])) for k in range(len(m))]


def _label(m: Moves, k: int, usual: bool | None, undone: bool) -> str:
    h, row = m.histories, int(m.row[k])
    motion = h.sets.mean_motion_rev_day[row]
    if m.stop_days[k] > m.start_days[k]:
        return "low thrust"
    cross = np.nan_to_num(m.cross_track[k])
    if m.plane[k] > 0.5 and cross > 2.0 * abs(np.nan_to_num(m.in_track[k])):
        return "inclination"
    before, after = _levels(m, k, row)
    if SYNCHRONOUS_REV_DAY[0] < motion < SYNCHRONOUS_REV_DAY[1]:
        perigee = after * (1.0 - h.sets.eccentricity[min(row + 1, len(h.sma_km) - 1)])
        if after > before and perigee - RING_KM > GRAVEYARD_KM:
            return "graveyard"
        if (
            abs(motion - 1.0027) < 0.05
            and max(abs(before - RING_KM), abs(after - RING_KM)) * -DRIFT_DEG_DAY_KM > RELOCATION_DEG_DAY
        ):
            return "relocation"
    elif after - before < -DEORBIT_KM:
        return "deorbit"
    elif undone and usual is not True:
        return "avoidance"
    elif motion >= NEAR_EARTH_REV_DAY and abs(after - before) > RELOCATION_KM:
        return "relocation"
    return "orbit change" if usual is None else "station-keeping" if usual else "unusual"


def _levels(m: Moves, k: int, row: int) -> tuple[float, float]:
    """Semi-major axis before and after, km: medians of three sets within the stretch."""
    h = m.histories
    a, b = int(h.first[h.stretch[row]]), int(h.first[h.stretch[row] + 1])
    return float(np.median(h.sma_km[max(a, row - 2) : row + 1])), float(np.median(h.sma_km[row + 1 : min(b, row + 4)]))


def _undone(m: Moves) -> Bools:
    """(m,) is there an opposite burn soon before or after that takes most of it back?"""
    out = np.zeros(len(m), bool)
    dv = np.nan_to_num(m.in_track)
    for k in range(len(m) - 1):
        soon = m.days[k + 1] - m.days[k] <= UNDONE_DAYS and m.stretch[k] == m.stretch[k + 1]
        if soon and abs(dv[k] + dv[k + 1]) < UNDONE_SHARE * max(abs(dv[k]), abs(dv[k + 1])):
            out[k : k + 2] = True
    return out
