"""The bodies around the watched ones, ready for screening: which sets to use, joined how, or an owner's ephemeris instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hoshimori.detect.soundness import Suspicion, soundness
from hoshimori.facts import Asset, ElementSets, Ephemeris, Floats, Ints
from hoshimori.ports import View
from hoshimori.sky import frames, orbits, screening
from hoshimori.sky.trajectories import GivenStates, Trajectories
from hoshimori.tracking.satellites import satellites_of

US_PER_DAY = 86_400_000_000
BEFORE_DAYS = 2.0
"""An object speaks this long before its first known set: sets of one object in GEO lie up to that far apart."""


ONE_FIT = np.timedelta64(60, "s")
"""Sets of one object with epochs nearer than this are one fit, issued again: in public sets one in ten comes back with an epoch
0.9 ms off. To blend them would move the object by metres in a millisecond, and make approaches that are none."""


@dataclass(frozen=True)
class Watched:
    """One asset with an orbit: its key among the bodies, its mean motion and eccentricity and how its shell lies."""

    asset: Asset
    key: int
    mean_motion_rev_day: float
    eccentricity: float
    lowest_km: float
    highest_km: float
    ephemerides: tuple[Ephemeris, ...] = ()

    @property
    def subject(self) -> str:
        return str(self.asset.norad_id) if self.asset.norad_id is not None else self.asset.asset_id

    @property
    def period_s(self) -> float:
        return 86400.0 / self.mean_motion_rev_day


@dataclass(frozen=True)
class Bodies:
    """Trajectories of the watched and of all that can come near.

    keys: (rows,) catalogue numbers, negative for assets without one.
    """

    keys: Ints
    trajectories: Trajectories
    sets: ElementSets  # the kept ones, in the order of the trajectories' sets
    mean_motion_rev_day: Floats  # (rows,) of the newest set; of the given states where there are no sets
    eccentricity: Floats
    lowest_km: Floats  # (rows,) shell over all sets, margins included
    highest_km: Floats
    suspicions: tuple[Suspicion, ...]

    def row(self, key: int) -> int:
        return int(np.searchsorted(self.keys, key))

    def sets_of(self, key: int) -> ElementSets:
        return self.sets.take(self.sets.norad_id == key)


def watched(view: View, assets: Sequence[Asset], sets: ElementSets) -> list[Watched]:
    """The assets that have an orbit in this view, from the owner's ephemeris where there is one, else from element sets."""
    out = []
    for place, asset in enumerate(assets):
        given = tuple(view.ephemerides(asset.norad_id, asset.cospar_id))
        key = asset.norad_id if asset.norad_id is not None else -1 - place
        if given_states(given):
            out.append(_from_states(asset, key, given))
            continue
        mine = last_of_each_fit(sets.take(sets.norad_id == key))
        believed = mine.take(soundness(mine, satellites_of(mine)).keep)
        if len(believed):
            out.append(_from_sets(asset, key, believed))
    return out


def _from_sets(asset: Asset, key: int, sets: ElementSets) -> Watched:
    """Medians: the newest set may be the wrong one."""
    lowest, highest = screening.shells(sets.mean_motion_rev_day, sets.eccentricity, sets.ndot_rev_day2)
    motion, e = float(np.median(sets.mean_motion_rev_day)), float(np.median(sets.eccentricity))
    return Watched(asset, key, motion, e, float(lowest.min()), float(highest.max()))


def _from_states(asset: Asset, key: int, given: tuple[Ephemeris, ...]) -> Watched:
    states = given_states(given)
    r = np.concatenate([s.r_km for s in states])
    v = np.concatenate([s.v_km_s for s in states])
    distance = np.sqrt((r * r).sum(axis=1))
    energy = 0.5 * (v * v).sum(axis=1) - 398600.4418 / distance
    a_km = float(np.median(-398600.4418 / (2.0 * energy)))
    motion = 86400.0 / (2.0 * np.pi) * float(np.sqrt(398600.4418 / a_km**3))
    lowest, highest = float(distance.min()), float(distance.max())
    return Watched(asset, key, motion, (highest - lowest) / (highest + lowest), lowest, highest, given)


def bodies(sets: ElementSets, group: Sequence[Watched], within_km: float, reach_days: float) -> Bodies:
    """Everything whose shell meets that of a watched body, with the watched bodies themselves.

    sets: sorted by (norad_id, epoch_utc). Sets that cannot be believed are left out and named in `suspicions`.
    """
    near = np.zeros(len(sets), bool)
    lowest, highest = screening.shells(sets.mean_motion_rev_day, sets.eccentricity, sets.ndot_rev_day2)
    for body in group:
        near |= screening.shells_meet(lowest, highest, body.lowest_km, body.highest_km, within_km)
    keys_near = np.unique(np.append(sets.norad_id[near], [b.key for b in group if not b.ephemerides]))
    mine = last_of_each_fit(sets.take(np.isin(sets.norad_id, keys_near)))
    prepared = satellites_of(mine)
    judged = soundness(mine, prepared)
    kept = mine.take(judged.keep)
    return _assemble(
        kept, prepared.take(np.flatnonzero(judged.keep)), judged.joined[judged.keep], group, reach_days, judged.suspicions
    )


def everybody(sets: ElementSets, given: Mapping[int, Sequence[Ephemeris]], reach_days: float) -> Bodies:
    """All objects, whatever their orbits: from the owner's ephemeris (`given`, by key) where there is one, else from sets.

    sets: in any order. With one set for each object a set of tomorrow also speaks of today: it is all that is known.
    """
    assets = {key: Asset(str(key), key, "", "", "", "", "", None, True, "", "") for key in given}
    group = [_from_states(assets[key], key, tuple(e)) for key, e in sorted(given.items()) if given_states(e)]
    told = [b.key for b in group]
    mine = sets.take(~np.isin(sets.norad_id, told))
    mine = last_of_each_fit(mine.take(np.lexsort((mine.known_utc, mine.epoch_utc, mine.norad_id))))
    prepared = satellites_of(mine)
    judged = soundness(mine, prepared)
    kept, satellites = mine.take(judged.keep), prepared.take(np.flatnonzero(judged.keep))
    out = _assemble(kept, satellites, judged.joined[judged.keep], group, reach_days, judged.suspicions)
    return replace(out, trajectories=replace(out.trajectories, before_us=out.trajectories.reach_us))


def last_of_each_fit(sets: ElementSets) -> ElementSets:
    """Of sets of one object whose epochs lie within `ONE_FIT` of each other, the last known. Sorted by (norad_id, epoch_utc)."""
    new = (sets.norad_id[1:] != sets.norad_id[:-1]) | (np.diff(sets.epoch_utc) >= ONE_FIT)
    fit = np.append(0, np.cumsum(new))[: len(sets)]
    order = np.lexsort((sets.epoch_utc, sets.known_utc, fit))
    last = np.append(fit[order][1:] != fit[order][:-1], True)[: len(sets)]
    return sets.take(np.sort(order[last]))


def _assemble(
    sets: ElementSets,
    satellites: orbits.Satellites,
    joined: np.ndarray,
    group: Sequence[Watched],
    reach_days: float,
    suspicions: tuple[Suspicion, ...],
) -> Bodies:
    keys = np.unique(np.append(sets.norad_id, [b.key for b in group])).astype(np.int64)
    first = np.append(np.searchsorted(sets.norad_id, keys, side="left"), len(sets)).astype(np.int64)
    lowest, highest = screening.shells(sets.mean_motion_rev_day, sets.eccentricity, sets.ndot_rev_day2)
    low, high = np.full(len(keys), np.inf), np.zeros(len(keys))
    row = np.searchsorted(keys, sets.norad_id)
    np.minimum.at(low, row, lowest)
    np.maximum.at(high, row, highest)
    motion, eccentricity = np.full(len(keys), np.nan), np.zeros(len(keys))
    motion[row], eccentricity[row] = sets.mean_motion_rev_day, sets.eccentricity  # sorted by epoch: the newest stays
    given = {}
    for body in group:
        i = int(np.searchsorted(keys, body.key))
        if body.ephemerides:
            given[i] = given_states(body.ephemerides)
            low[i], high[i], motion[i] = body.lowest_km, body.highest_km, body.mean_motion_rev_day
    epoch_us = sets.epoch_utc.astype("datetime64[us]").astype(np.int64)
    reach_us = int(reach_days * US_PER_DAY)
    same = (sets.norad_id[1:] == sets.norad_id[:-1]) & (np.diff(epoch_us) <= reach_us)
    joined = joined & np.append(same, False)[: len(joined)]
    before_us = int(min(BEFORE_DAYS, reach_days) * US_PER_DAY)
    trajectories = Trajectories(satellites, epoch_us, first, joined, reach_us, before_us, given)
    return Bodies(keys, trajectories, sets, motion, eccentricity, low, high, suspicions)


def given_states(ephemerides: Sequence[Ephemeris]) -> tuple[GivenStates, ...]:
    """The owner's states in TEME, one for each segment with two or more usable states, the last known first."""
    out = []
    for e in sorted(ephemerides, key=lambda e: (e.known_utc, e.t_utc[0]), reverse=True):
        usable = (e.t_utc >= e.usable_start_utc) & (e.t_utc <= e.usable_stop_utc)
        if usable.sum() < 2:
            continue
        r, v = frames.to_teme(e.frame, e.r_km[usable], e.v_km_s[usable], e.t_utc[usable])
        out.append(GivenStates(e.t_utc[usable], r, v))
    return tuple(out)
