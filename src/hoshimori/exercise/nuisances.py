"""What goes wrong with element sets though nothing moved: each spoils the published record of objects that did not burn then.

swap     two neighbours exchange their catalogue numbers, for good or for three days
wild     one set that belongs to no orbit
refit    another drag from one set to the next for ten days, with a small step in place and drift
reissue  a set published again hours later: its epoch 0.9 ms earlier, its last digits changed
gap      ten days without a set
stale    nothing published any more
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.facts import Bools, ElementSets, Ints

DAY = np.timedelta64(1, "D")
GAP, SWAP_BACK, REFIT = 10 * DAY, 3 * DAY, 10 * DAY
EPOCH_OFF = np.timedelta64(900, "us")


@dataclass(frozen=True, slots=True)
class Nuisance:
    """`kind` as in the list at the top of this file; from `at_utc` to `until_utc`."""

    kind: str
    norad_ids: tuple[int, ...]
    at_utc: np.datetime64
    until_utc: np.datetime64


def spoilt(sets: ElementSets, nuisance: Nuisance) -> ElementSets:
    """The record with one nuisance in it. Order of rows is not kept."""
    n, mine = nuisance, np.isin(sets.norad_id, nuisance.norad_ids)
    inside = mine & (sets.epoch_utc >= n.at_utc) & (sets.epoch_utc < n.until_utc)
    if n.kind == "swap":
        return _swapped(sets, inside, n.norad_ids)
    if n.kind == "reissue":
        return ElementSets.concat([sets, _issued_again(sets.take(inside))])
    if n.kind in ("gap", "stale"):
        return sets.take(~inside)
    first = np.flatnonzero(inside)[:1]
    return _wild(sets, first) if n.kind == "wild" else _refitted(sets, inside, first)


def _swapped(sets: ElementSets, inside: Bools, pair: tuple[int, ...]) -> ElementSets:
    norad_id, name = sets.norad_id.copy(), sets.name.copy()
    for here, there in (pair, pair[::-1]):
        norad_id[inside & (sets.norad_id == here)] = there
        name[inside & (sets.norad_id == here)] = sets.name[sets.norad_id == there][0]
    return sets.having(norad_id=norad_id, name=name)


def _issued_again(sets: ElementSets) -> ElementSets:
    return sets.having(
        epoch_utc=sets.epoch_utc - EPOCH_OFF,
        known_utc=sets.known_utc + np.timedelta64(4, "h"),
        mean_motion_rev_day=np.round(sets.mean_motion_rev_day + 1e-8, 8),
        bstar_per_er=sets.bstar_per_er * 1.001,
    )


def _wild(sets: ElementSets, row: Ints) -> ElementSets:
    n, ma, inc = sets.mean_motion_rev_day.copy(), sets.ma_deg.copy(), sets.inc_deg.copy()
    n[row] *= 1.00005
    ma[row] = np.round((ma[row] + 0.5) % 360.0, 4)
    inc[row] = np.round(inc[row] + 0.02, 4)
    return sets.having(mean_motion_rev_day=n, ma_deg=ma, inc_deg=inc)


def _refitted(sets: ElementSets, inside: Bools, first: Ints) -> ElementSets:
    """Twice the drag (without any: 1e-4), the place 30 m further on and the drift as much a day faster, for LEO's size."""
    turn = 0.030 / 7000.0 / (2.0 * np.pi)
    n, ma = sets.mean_motion_rev_day.copy(), sets.ma_deg.copy()
    n[first] = np.round(n[first] + turn, 8)
    ma[inside] = np.round((ma[inside] + turn * 360.0) % 360.0, 4)
    drag = np.where(inside, np.where(sets.bstar_per_er == 0.0, 1e-4, 2.0 * sets.bstar_per_er), sets.bstar_per_er)
    return sets.having(mean_motion_rev_day=n, ma_deg=ma, bstar_per_er=drag)
