"""What an object's element sets say of its drag: outliers left out, then B = Cd A/m from how far its orbit sank between sets.

B is sought by flying: the B with which `sky.decay.fall` takes a set to the axis of a later one. What the air model gets wrong
over those days is in this B, and stays right for as long as the air and the object stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hoshimori.facts import Bools, ElementSets, Floats, Ints, Times
from hoshimori.sky import decay
from hoshimori.sky.atmosphere import Activity
from hoshimori.sky.secular import mean_axis_km

BSTAR_TO_B = 12.741621
"""B = 12.741621 B* m2/kg, B* per Earth radius: its definition with rho0 = 0.1570 kg/m2/er (Vallado, 2013, section 9.4)."""
LEAST_FALL_KM = 0.15
"""A pair of sets tells of drag where its axis sank by this much: fits are good to some tens of metres."""
BOUNDS_M2_KG = (1e-4, 5.0)
"""From a solid ball of metal to foil."""
GUESS_M2_KG = 0.02
DAY = np.timedelta64(86_400_000_000, "us")
MAD = 1.4826
FIRST_LOOK_DAYS = 1.0
SHARES = (0.125, 0.25, 0.5, 1.0)
SPANS_DAYS = (0.15, 12.0)
PIECES_DAYS, PIECES = (0.5, 4.0), 6
LONGEST_DAYS = 150.0
STEPS, CLOSE = 16, 2e-3
"""A fit ends after so many flights, or when the fall is met to this share."""


class States(NamedTuple):
    """Mean elements of sets of one object as `sky.decay` takes them, (n,) each, in order of epoch."""

    epoch_utc: Times
    sma_km: Floats
    ecc: Floats
    inc_rad: Floats
    raan_rad: Floats
    argp_rad: Floats

    def take(self, which: Ints | Bools) -> States:
        rest = (self.sma_km, self.ecc, self.inc_rad, self.raan_rad, self.argp_rad)
        return States(self.epoch_utc[which], *(x[which] for x in rest))

    def perigee_km(self) -> Floats:
        """Over the equatorial radius."""
        return np.asarray(self.sma_km * (1.0 - self.ecc) - 6378.137)


@dataclass(frozen=True)
class Drag:
    """The drag of one object. `spread`: one sigma of ln B between the spans that it is the mean of; NaN where there is one alone.

    basis: "sets" where it comes from how the orbit sank, "rate" from the mean-motion rate (or B*) of the newest set alone, "none"
    (b_m2_kg is NaN). spans_days (k,) and spans_b (k,): B over each span that ends at the newest set, the shortest first.
    pieces_b, pieces_utc (j,): B over successive pieces of the record, the oldest first, each at its middle.
    """

    b_m2_kg: float
    spread: float
    basis: str
    spans_days: Floats
    spans_b: Floats
    pieces_b: Floats
    pieces_utc: Times

    @property
    def span_days(self) -> float:
        """How far back it looks."""
        return float(self.spans_days.max()) if len(self.spans_days) else 0.0


def states_of(sets: ElementSets) -> States:
    return States(
        sets.epoch_utc,
        mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg),
        sets.eccentricity,
        np.radians(sets.inc_deg),
        np.radians(sets.raan_deg),
        np.radians(sets.argp_deg),
    )


def sound(sets: ElementSets) -> Bools:
    """(n,) which sets agree with their neighbours, one object in order of epoch. The first and the last are never doubted alone.

    A set is left out where its axis or inclination lies off the line between its neighbours by more than eight times what is
    usual in this record, and more than 0.4 km or 0.02 degrees, and for the axis by more than 0.6 of what it sank between them
    (the last days bend); the worst first, at most a fifth of all.
    """
    keep = np.ones(len(sets), bool)
    t = (sets.epoch_utc - sets.epoch_utc[:1]) / DAY
    axis = mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)
    for _ in range(len(sets) // 5):
        rows = np.flatnonzero(keep)
        if len(rows) < 5:
            break
        worst, score = -1, 1.0
        for values, floor in ((axis, 0.4), (sets.inc_deg, 0.02)):
            off = np.abs(_off_line(t[rows], values[rows]))
            bend = 0.6 * np.abs(values[rows[2:]] - values[rows[:-2]]) if values is axis else 0.0
            share = off / (np.maximum(8.0 * MAD * np.median(off), floor) + bend)
            k = int(np.argmax(share))
            if share[k] > score:
                worst, score = int(rows[1:-1][k]), float(share[k])
        if worst < 0:
            break
        keep[worst] = False
    return keep


def _off_line(t: Floats, y: Floats) -> Floats:
    """(n - 2,) each inner value minus the line between its neighbours."""
    share = (t[1:-1] - t[:-2]) / np.maximum(t[2:] - t[:-2], 1e-9)
    return np.asarray(y[1:-1] - (y[:-2] + share * (y[2:] - y[:-2])))


def b_between(states: States, first: Ints, last: Ints, activity: Activity, *, guess: float = GUESS_M2_KG) -> Floats:
    """(k,) B that takes set first[k] down to the axis of set last[k]; NaN where that sank too little or rose."""
    sank = states.sma_km[first] - states.sma_km[last]
    days = (states.epoch_utc[last] - states.epoch_utc[first]) / DAY
    told = (sank > LEAST_FALL_KM) & (days > 0.02)
    out = np.full(len(first), np.nan)
    if not told.any():
        return out
    start = states.take(first[told])
    wanted, gap = np.log(sank[told]), days[told]
    low, high = (np.full(len(wanted), np.log(x)) for x in BOUNDS_M2_KG)
    x, off = np.full(len(wanted), np.log(guess)), np.full(len(wanted), np.nan)
    before = np.full(len(wanted), np.nan)
    for _ in range(STEPS):
        flown = decay.fall(*start, np.exp(x), activity, until_days=gap + 1e-3, at_days=gap[:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            now = np.log(start.sma_km - flown.sma_km[:, 0]) - wanted
            over = ~np.isfinite(now) | (now > 0.0)
            high, low = np.where(over, x, high), np.where(over, low, x)
            slope = np.where(np.isfinite(now - off) & (before != x), (now - off) / (x - before), 1.0)
        off, before = now, x
        if np.all(np.abs(off) < CLOSE):
            break
        step = x - off / np.clip(slope, 0.5, 20.0)
        inside = np.isfinite(step) & (step > low) & (step < high)
        x = np.where(np.abs(off) < CLOSE, x, np.where(inside, step, 0.5 * (low + high)))
    good = np.isfinite(off) & (np.abs(off) < 0.02)
    out[told] = np.where(good, np.exp(x), np.nan)
    return out


def drag(sets: ElementSets, activity: Activity) -> Drag:
    """The drag of one object from its sound sets in order of epoch.

    B is the geometric mean over spans back from the newest set of an eighth, a quarter, a half and the whole of what is left to
    live: the near past tells of the air of tomorrow, the far past is less disturbed by weather and errors of a fit.
    """
    states = states_of(sets)
    n = len(sets)
    t = np.asarray((states.epoch_utc - states.epoch_utc[n - 1]) / DAY)
    guess, basis = _of_rate(sets, states, activity)
    none = np.zeros(0)
    row = _rows(t, np.array([FIRST_LOOK_DAYS]))
    b = b_between(states, row, np.full(len(row), n - 1), activity, guess=_start(guess))
    if not np.isfinite(b).any():
        return Drag(guess, float("nan"), basis, none, none, none, states.epoch_utc[:0])
    left = float(decay.fall(*states.take(np.array([n - 1])), b, activity, until_days=LONGEST_DAYS).days[0])
    rows = _rows(t, np.clip(min(left, LONGEST_DAYS) * np.array(SHARES), *SPANS_DAYS))
    spans = b_between(states, rows, np.full(len(rows), n - 1), activity, guess=_start(b[0]))
    known = np.isfinite(spans)
    spans, rows = (spans[known], rows[known]) if known.any() else (b, row)
    spread = float(np.std(np.log(spans))) if len(spans) > 1 else float("nan")
    pieces, when = _pieces(states, t, float(np.clip(left / 4.0, *PIECES_DAYS)), activity, _start(b[0]))
    return Drag(float(np.exp(np.mean(np.log(spans)))), spread, "sets", -t[rows], spans, pieces, when)


def _rows(t_days: Floats, wanted_days: Floats) -> Ints:
    """Rows nearest to so many days before the last one, each once, the latest first, the last one never; t (n,) up to zero."""
    if len(t_days) < 2:
        return np.zeros(0, np.int64)
    nearest = [int(np.argmin(np.abs(t_days[:-1] + w))) for w in wanted_days]
    return np.array(sorted(set(nearest), reverse=True), np.int64)


def _pieces(states: States, t_days: Floats, piece_days: float, activity: Activity, guess: float) -> tuple[Floats, Times]:
    """B over successive pieces of about `piece_days`, at most PIECES of them, and the middle of each; the oldest first."""
    cuts = [len(t_days) - 1]
    while len(cuts) <= PIECES and cuts[-1] > 0:
        k = int(np.argmin(np.abs(t_days[: cuts[-1]] - (t_days[cuts[-1]] - piece_days))))
        if t_days[cuts[-1]] - t_days[k] < 0.3 * piece_days:
            break
        cuts.append(k)
    first, last = np.array(cuts[1:][::-1], np.int64), np.array(cuts[:-1][::-1], np.int64)
    b = b_between(states, first, last, activity, guess=guess)
    known = np.isfinite(b)
    when = states.epoch_utc[first] + (states.epoch_utc[last] - states.epoch_utc[first]) // 2
    return b[known], when[known]


def _start(guess: float) -> float:
    return guess if np.isfinite(guess) else GUESS_M2_KG


def _of_rate(sets: ElementSets, states: States, activity: Activity) -> tuple[float, str]:
    """B of the newest set alone: from the rate of its mean motion (half of it is what the set writes), else from B*."""
    k = len(sets) - 1
    n, ndot = float(sets.mean_motion_rev_day[k]), 2.0 * float(sets.ndot_rev_day2[k])
    if ndot > 0.0:
        one = states.take(np.array([k]))
        sank_per_day = 2.0 / 3.0 * float(one.sma_km[0]) * ndot / n
        days = float(np.clip(1.0 / sank_per_day, 0.02, 1.0))
        tiny = decay.fall(*one, np.array([1e-3]), activity, until_days=days + 1e-3, at_days=np.array([[days]]))
        lost = float(one.sma_km[0] - tiny.sma_km[0, 0])
        if lost > 0.0:
            return float(np.clip(1e-3 * sank_per_day * days / lost, *BOUNDS_M2_KG)), "rate"
    bstar = float(sets.bstar_per_er[k])
    if bstar > 0.0:
        return float(np.clip(BSTAR_TO_B * bstar, *BOUNDS_M2_KG)), "rate"
    return float("nan"), "none"
