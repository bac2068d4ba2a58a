"""Numbers that changed hands: a move after which an object is where another was, and the other where it was, is no burn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.detect.histories import Histories
from hoshimori.detect.moves import Moves
from hoshimori.facts import Bools, Floats, Ints
from hoshimori.sky import orbits
from hoshimori.tracking.satellites import satellites_of

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
    one, other = _pairs(m)
    if not len(one):
        return []
    move, partner = np.concatenate((one, other)), np.concatenate((other, one))
    own_km = _distances(m.histories, m.seen[move], m.row[move])
    other_km = _distances(m.histories, m.seen[move], m.row[partner])
    took = (own_km > LEAST_JUMP_KM) & (other_km < LIKER * own_km)
    both = took & np.roll(took, len(one))  # each took the other's place
    return [Swap(int(move[i]), int(partner[i]), float(own_km[i]), float(other_km[i])) for i in np.flatnonzero(both)]


def _pairs(m: Moves) -> tuple[Ints, Ints]:
    """Moves of two neighbours within `TOGETHER_DAYS` of each other."""
    order = np.argsort(m.days, kind="stable")
    last = np.searchsorted(m.days[order], m.days[order] + TOGETHER_DAYS)
    one, other = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for i, k in enumerate(order.tolist()):
        near = order[i + 1 : last[i]]
        near = near[_neighbours(m, k, near)]
        one.append(np.full(len(near), k))
        other.append(near)
    return np.concatenate(one), np.concatenate(other)


def _neighbours(m: Moves, k: int, others: Ints) -> Bools:
    """Of the moves `others`, those of other objects on orbits like this one's."""
    h = m.histories
    row, rows = m.row[k], m.row[others]
    inc, incs = np.radians(h.sets.inc_deg[row]), np.radians(h.sets.inc_deg[rows])
    turned = np.radians(h.sets.raan_deg[rows] - h.sets.raan_deg[row])
    across = 2.0 * np.sin(np.minimum(inc, incs)) * np.sin(0.5 * turned)
    near = (np.abs(h.sma_km[rows] - h.sma_km[row]) < NEAR_AXIS_KM) & (np.hypot(incs - inc, across) < NEAR_TILT_RAD)
    return np.asarray(near & (h.sets.norad_id[rows] != h.sets.norad_id[row]))


def _distances(h: Histories, after: Ints, before: Ints) -> Floats:
    """(m,) km from the sets `after`, at their epochs, to where the sets `before` put their objects then."""
    rows, place = np.unique(np.concatenate((after, before)), return_inverse=True)
    s = h.sets.take(rows)
    satellites = satellites_of(s)
    here, there = place[: len(after)], place[len(after) :]
    at, _, _ = orbits.pairs(satellites, here, s.epoch_utc[here])
    put, _, _ = orbits.pairs(satellites, there, s.epoch_utc[here])
    return np.asarray(np.nan_to_num(np.sqrt(((put - at) ** 2).sum(axis=1)), nan=np.inf))
