"""Sets of one object against each other: where each says the object is, at a time when another, fresher set speaks for it.

Set j is believed at a time shortly before its epoch, a share of one revolution back, so that every argument of latitude is met
(epochs alone often lie at the node). A set k whose epoch lies an age before that time is propagated to it; its state less that
of set j, in R, T, N of set j, is one difference. Backward the same with k later. Every set j serves once at each age and side.
Reference: Osweiler, AFIT thesis (2006); Geul, Mooij, Noomen, Advances in Space Research 59 (2017) 2522.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.facts import Bools, ElementSets, Floats, Ints, Times
from hoshimori.sky import orbits, relative
from hoshimori.tracking.satellites import satellites_of

DAY_US = 86_400_000_000
SAME_FIT_US = 60_000_000
"""Sets nearer than a minute are one fit, issued again: of these only the last is heard."""
REACH = 1.25
"""A pair belongs to an age if its own age is within this factor of it."""
MOST_PER_AGE = 1000
"""Differences of one age and side that are worked out, evenly spread; more would say the same: neighbours share tracking."""
LONGEST_BACK_US = DAY_US // 2
"""No further back from the epoch of the set that is believed, however long a revolution lasts."""
GOLDEN = 0.6180339887498949
SMEAR_US, LONG_SMEAR_US = 36 * 3_600_000_000, 84 * 3_600_000_000
"""So long after a burn a fit still holds what was before it: in LEO since 2013, and otherwise (before 2013 the first clear jump
comes 60 to 90 h after a burn, in GEO 40 to 78 h, in LEO since then 15 to 26 h: medians of ten satellites)."""
ENHANCED_US = 1_356_998_400_000_000
"""2013-01-01: since then published fits follow a burn within a day."""
LOW_PERIOD_MIN = 225.0


class Differences(NamedTuple):
    """d: (k, 6) km, km/s. age_days: (k,), negative before the epoch of the set. arglat_rad: (k,) where the object is.
    node: (k,) which of the ages asked for; made, told: (k,) rows of the sets that predict and that are believed."""

    d: Floats
    age_days: Floats
    arglat_rad: Floats
    node: Ints
    made: Ints
    told: Ints
    at_utc: Times

    def take(self, which: Bools | Ints) -> Differences:
        d, age, arglat, node, made, told, at = self
        return Differences(d[which], age[which], arglat[which], node[which], made[which], told[which], at[which])


def usable(history: ElementSets) -> tuple[ElementSets, orbits.Satellites]:
    """Sets of one object by epoch, one for each fit, without those that SGP4 cannot use."""
    sets = history.take(~np.isnat(history.epoch_utc))
    sets = sets.take(np.argsort(sets.epoch_utc, kind="stable"))
    sets = sets.take(np.append(np.diff(sets.epoch_utc.astype(np.int64)) > SAME_FIT_US, True)[: len(sets)])
    satellites = satellites_of(sets)
    sound = satellites.error == 0
    return sets.take(sound), satellites.take(sound)


def differences(
    satellites: orbits.Satellites, ages_days: Floats, *, burns_utc: Times | None = None, ahead: bool = True
) -> Differences:
    """Every difference at the ages asked for; ahead: predictions forward in time, else backward. satellites: from `usable`."""
    epoch_us = satellites.epoch_utc.astype(np.int64)
    n = len(epoch_us)
    told = np.tile(np.arange(n), len(ages_days))
    node = np.repeat(np.arange(len(ages_days)), n)
    side = 1 if ahead else -1
    wanted_us = (ages_days[node] * DAY_US).astype(np.int64)
    period_us = np.minimum(satellites.period_min * 60e6, LONGEST_BACK_US)
    back_us = (np.mod(GOLDEN * (told + 1) + 0.37 * node, 1.0) * period_us[told]).astype(np.int64)
    at_us = epoch_us[told] - back_us
    made = _nearest(epoch_us, at_us - side * wanted_us)
    age_us = side * (at_us - epoch_us[made])
    first, last = np.minimum(epoch_us[told], epoch_us[made]), np.maximum(epoch_us[told], epoch_us[made])
    good = (age_us > wanted_us / REACH) & (age_us < wanted_us * REACH) & (side * (told - made) > 0)
    prompt = (first >= ENHANCED_US) & (satellites.period_min[told] < LOW_PERIOD_MIN)
    good &= ~_burnt(first - np.where(prompt, SMEAR_US, LONG_SMEAR_US), last, burns_utc)
    good &= _spread(good, n)
    told, made, node, at = told[good], made[good], node[good], at_us[good].astype("datetime64[us]")
    order = np.argsort(made, kind="stable")  # neighbours of one set are propagated fastest
    told, made, node, at = told[order], made[order], node[order], at[order]
    r, v, failed = orbits.pairs(satellites, told, at)
    p, w, broken = orbits.pairs(satellites, made, at)
    d = np.concatenate((relative.to_rtn(p - r, r, v), relative.to_rtn(w - v, r, v)), axis=1)
    age = (at.astype(np.int64) - epoch_us[made]) / DAY_US
    found = Differences(d, age, argument_of_latitude(r, v), node, made, told, at)
    return found.take((failed == 0) & (broken == 0) & np.isfinite(d).all(axis=1))


def argument_of_latitude(r_km: Floats, v_km_s: Floats) -> Floats:
    """(k,) angle from the ascending node to where the object is, 0..2 pi; from the x axis where the orbit lies in the equator."""
    h = np.cross(r_km, v_km_s)
    node = np.stack((-h[:, 1], h[:, 0], np.zeros(len(h))), axis=1)
    flat = np.hypot(h[:, 0], h[:, 1]) < 1e-9 * np.abs(h[:, 2])
    node[flat] = (1.0, 0.0, 0.0)
    up = np.cross(h, node)
    up *= (np.linalg.norm(node, axis=1) / np.maximum(np.linalg.norm(up, axis=1), 1e-300))[:, None]
    return np.asarray(np.mod(np.arctan2((r_km * up).sum(axis=1), (r_km * node).sum(axis=1)), 2.0 * np.pi))


def _spread(good: Bools, n: int) -> Bools:
    """Of the good ones of each age, every second, third... so that `MOST_PER_AGE` are left or fewer."""
    table = good.reshape(-1, n)
    count = table.sum(axis=1, keepdims=True)
    every = np.maximum(-(-count // MOST_PER_AGE), 1)
    return np.asarray((np.cumsum(table, axis=1) % every == 0).reshape(-1))


def _nearest(sorted_us: Ints, at_us: Ints) -> Ints:
    right = np.clip(np.searchsorted(sorted_us, at_us), 1, len(sorted_us) - 1)
    left = right - 1
    return np.asarray(np.where(at_us - sorted_us[left] <= sorted_us[right] - at_us, left, right))


def _burnt(from_us: Ints, to_us: Ints, burns_utc: Times | None) -> Bools:
    if burns_utc is None or len(burns_utc) == 0:
        return np.zeros(len(from_us), bool)
    burns = np.sort(np.asarray(burns_utc, "datetime64[us]").astype(np.int64))
    return np.asarray(np.searchsorted(burns, to_us) > np.searchsorted(burns, from_us))
