"""Numbers that changed hands: a move after which an object is where another was, and the other where it was, is no burn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.detect.histories import Histories
from hoshimori.detect.moves import Moves
from hoshimori.facts import Floats, Ints
from hoshimori.sky import orbits

TOGETHER_DAYS = 3.0
"""Two numbers are exchanged within this time, since their next sets come within it."""
NEAR_AXIS_KM = 30.0
NEAR_TILT_RAD = np.radians(0.5)
"""Only neighbours are confused: their orbits differ by less than this."""
LIKER = 0.2
"""An object took another's place if it is this much nearer to the other's old orbit than to its own."""
LEAST_JUMP_KM = 5.0


@dataclass(frozen=True)
class Swap:
    """Move `move` of one object is explained by move `other` of another."""

    move: int
    other: int
    jump_km: float
    other_km: float


def swaps(m: Moves) -> list[Swap]:
    """The moves that are exchanges of two numbers, each with its partner."""
    out: list[Swap] = []
    order = np.argsort(m.days, kind="stable")
    last = np.searchsorted(m.days[order], m.days[order] + TOGETHER_DAYS)
    for i, k in enumerate(order.tolist()):
        partners = order[i + 1 : last[i]]
        for other in partners[_neighbours(m, k, partners)].tolist():
            mine, theirs = _exchange(m, k, other), _exchange(m, other, k)
            if mine is not None and theirs is not None:
                out += [mine, theirs]
    return out


def _neighbours(m: Moves, k: int, others: Ints) -> np.ndarray:
    """Of the moves `others`, those of other objects on orbits like this one's."""
    h = m.histories
    row, rows = m.row[k], m.row[others]
    inc, node = np.radians(h.sets.inc_deg), np.radians(h.sets.raan_deg)
    across = np.sin(np.minimum(inc[row], inc[rows])) * np.sin(0.5 * (node[rows] - node[row])) * 2.0
    near = (np.abs(h.sma_km[rows] - h.sma_km[row]) < NEAR_AXIS_KM) & (np.hypot(inc[rows] - inc[row], across) < NEAR_TILT_RAD)
    return np.asarray(near & (h.sets.norad_id[rows] != h.sets.norad_id[row]))


def _exchange(m: Moves, k: int, other: int) -> Swap | None:
    """Is the set from which move k was told on the orbit that the other object had before its own move?"""
    h = m.histories
    after = int(m.seen[k])
    own_km, other_km = _distances(h, after, np.array([m.row[k], m.row[other]]))
    if own_km > LEAST_JUMP_KM and other_km < LIKER * own_km:
        return Swap(k, other, own_km, other_km)
    return None


def _distances(h: Histories, after: int, before: Ints) -> Floats:
    """km from the set `after`, at its epoch, to where each set `before` puts its object then."""
    rows = np.concatenate(([after], before))
    s = h.sets.take(rows)
    angles = (s.inc_deg, s.raan_deg, s.argp_deg, s.ma_deg)
    satellites = orbits.prepare(s.epoch_utc, s.mean_motion_rev_day, s.eccentricity, *angles, s.bstar_per_er)
    r, _, _ = orbits.pairs(satellites, np.arange(3), np.full(3, s.epoch_utc[0]))
    return np.asarray(np.nan_to_num(np.sqrt(((r[1:] - r[0]) ** 2).sum(axis=1)), nan=np.inf))
