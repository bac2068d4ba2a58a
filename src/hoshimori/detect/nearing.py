"""Around the watched satellites: every close approach in the window, the pairs that stay together, and how well each is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hoshimori.detect import close_approaches as screening
from hoshimori.detect import risk, sizes, uncertainty
from hoshimori.detect.close_approaches import Approaches, Texts
from hoshimori.detect.neighbourhood import BEFORE_DAYS, US_PER_DAY, Bodies, Watched, bodies, everybody, watched
from hoshimori.detect.series import STAY_TURNS
from hoshimori.detect.thresholds import Settings
from hoshimori.facts import Asset, Bools, ElementSets, Ephemeris, Floats, Ints, ObjectName, Watchlist
from hoshimori.formats.sizes import SizeTable
from hoshimori.ports import Progress, View
from hoshimori.sky import sieve
from hoshimori.sky.screening import NEAR_EARTH_REV_DAY, Minima

EVERYTHING = "everything"
"""The watchlist of this name stands for all objects: each pair is then told once."""

GENEROUS = 3.0
ONE_ORBIT_KM_S = 1e-9


@dataclass(frozen=True)
class Near:
    """What came near one group of watched bodies.

    table: every approach within range, seen from each watched body. given: owners' ephemerides by key. assets: by key; of a
    search of everything there are none. stays: pairs that stay within range, from when until when (µs), the longest spell.
    radii, types: (rows,) of the bodies.
    """

    bodies: Bodies
    given: Mapping[int, Sequence[Ephemeris]]
    assets: Mapping[int, Asset]
    names: Sequence[ObjectName]
    radii: sizes.Radii
    types: Texts
    table: Approaches
    stays: Mapping[frozenset[int], tuple[int, int]]

    def types_of(self, key: int) -> str:
        return str(self.types[self.bodies.row(key)])

    def radius_of(self, key: int) -> tuple[float, float, str]:
        row = self.bodies.row(key)
        return float(self.radii.radius_m[row]), float(self.radii.sigma_m[row]), str(self.radii.basis[row])

    def period_s(self, key: int) -> float:
        return 86400.0 / float(self.bodies.mean_motion_rev_day[self.bodies.row(key)])

    def with_errors(self, rows: Ints, errors: uncertainty.Errors) -> Approaches:
        """These rows of the table, their uncertainty from each object's own history."""
        t = self.table.take(rows)
        covariance = self._own(t, errors, other=False) + self._own(t, errors, other=True)
        found = risk.risk(t.dr_km, t.dv_km_s, covariance, t.radius_m)
        sigma = risk.sigma_along_km(t.dr_km, covariance)
        return t._replace(miss_sigma_km=sigma, covariance_km2=covariance, **found._asdict())

    def _own(self, t: Approaches, errors: uncertainty.Errors, *, other: bool) -> Floats:
        key = t.other_norad_id if other else t.norad_id
        r, v = (t.r_km + t.dr_km, t.v_km_s + t.dv_km_s) if other else (t.r_km, t.v_km_s)
        rtn = self.covariance_rtn(key, t.tca_utc.astype("datetime64[us]").astype(np.int64), errors)
        return uncertainty.turned(rtn[:, :3, :3], r, v)

    def covariance_rtn(self, key: Ints, t_us: Ints, errors: uncertainty.Errors) -> Floats:
        """(k, 6, 6) along each one's R, T, N: from its own history, or as its owner says."""
        row = np.searchsorted(self.bodies.keys, key)
        since = uncertainty.since_days(self.bodies, row, t_us)
        out = errors.covariance_rtn(key, since)
        for one, ephemerides in self.given.items():
            mine = np.flatnonzero((key == one) & np.isnan(since))
            out[mine] = uncertainty.owners_rtn(ephemerides, t_us[mine])
        return out


@dataclass(frozen=True)
class Search:
    """How to look: over which view, for whom, with what is known of sizes."""

    view: View
    watchlist: Watchlist
    settings: Settings
    size_table: SizeTable | None
    progress: Progress

    def near(self) -> list[Near]:
        """One `Near` for the watched bodies of each range; of everything, one for low orbits and one for all others."""
        sets = self.view.sets()
        if self.watchlist.watchlist_id == EVERYTHING:
            return self._everything(sets)
        groups: dict[float, list[Watched]] = {}
        for body in watched(self.view, self.watchlist.assets, sets):
            groups.setdefault(self.settings.within(body.mean_motion_rev_day), []).append(body)
        return [self._around(sets, groups[within], within) for within in sorted(groups)]

    def _around(self, sets: ElementSets, group: Sequence[Watched], within_km: float) -> Near:
        around = bodies(sets, group, within_km, self.settings.reach_days)
        given = {b.key: b.ephemerides for b in group if b.ephemerides}
        rows = np.array([around.row(b.key) for b in group], np.int64)
        found = self._screened(around, within_km, rows)
        minima = _from_both(found.minima, np.unique(rows))
        return self._near(around, given, {b.key: b.asset for b in group}, minima, found)

    def _everything(self, sets: ElementSets) -> list[Near]:
        """Each pair once: pairs of two low orbits in the shorter range, pairs with any other in the longer one."""
        given = screening.by_key([e for e in self.view.ephemerides() if e.norad_id is not None])
        everyone = everybody(sets, given, self.settings.reach_days)
        before_us = round(min(BEFORE_DAYS, self.settings.reach_days) * US_PER_DAY)
        everyone = replace(everyone, trajectories=replace(everyone.trajectories, before_us=before_us))
        high = everyone.mean_motion_rev_day < NEAR_EARTH_REV_DAY
        low = self._screened(everyone, self.settings.within_leo_km, None)
        both_low = ~high[low.minima.watched] & ~high[low.minima.other]
        out = [self._near(everyone, given, {}, low.minima.take(both_low), low)]
        if high.any():
            other = self._screened(everyone, self.settings.within_km, np.flatnonzero(high))
            out.append(self._near(everyone, given, {}, other.minima, other))
        return out

    def _screened(self, around: Bodies, within_km: float, rows: Ints | None) -> sieve.Screened:
        return sieve.screen(
            around.trajectories,
            self.view.start_utc,
            self.view.stop_utc,
            within_km,
            watched=rows,
            progress=lambda done, total: self.progress("looking for conjunctions", done, total),
        )

    def _near(
        self,
        around: Bodies,
        given: Mapping[int, Sequence[Ephemeris]],
        assets: Mapping[int, Asset],
        minima: Minima,
        found: sieve.Screened,
    ) -> Near:
        numbers = [int(k) for k in around.keys[np.unique(np.concatenate([minima.watched, minima.other]))] if k >= 0]
        names = self.view.names(numbers)
        called = screening.names_of(around, names)
        types = sizes.object_types(around.keys, names, list(called))
        radii = sizes.radii(around.keys, types, around.mean_motion_rev_day, self.size_table)
        types, radii = self._as_recorded(around, types, radii)
        table = screening.described(around, minima, called, radii, given)
        return Near(around, given, assets, names, radii, types, table, _lasting(around, found))

    def _as_recorded(self, around: Bodies, types: Texts, radii: sizes.Radii) -> tuple[Texts, sizes.Radii]:
        """What the settings say of sizes and kinds stands above all tables: a re-run has no other source."""
        for key, kind in self.settings.types.items():
            types[around.keys == int(key)] = kind
        for key, (radius, sigma, basis) in self.settings.radii.items():
            mine = around.keys == int(key)
            radii.radius_m[mine], radii.sigma_m[mine], radii.basis[mine] = radius, sigma, basis
        return types, radii


def _from_both(minima: Minima, rows: Ints) -> Minima:
    """Pairs of two watched bodies are seen from each of them."""
    m = minima.take(np.isin(minima.other, rows))
    turned = m._replace(
        watched=m.other, other=m.watched, dr_km=-m.dr_km, dv_km_s=-m.dv_km_s, r_km=m.r_km + m.dr_km, v_km_s=m.v_km_s + m.dv_km_s
    )
    return Minima(*(np.concatenate(columns) for columns in zip(minima, turned, strict=True)))


def _lasting(around: Bodies, found: sieve.Screened) -> dict[frozenset[int], tuple[int, int]]:
    """Pairs that stay within range for most of a revolution: the longest such spell of each."""
    out: dict[frozenset[int], tuple[int, int]] = {}
    s = found.stays
    least_us = STAY_TURNS * 86400e6 / around.mean_motion_rev_day[s.watched]
    for k in np.flatnonzero(s.stop_us - s.start_us >= least_us).tolist():
        pair = frozenset((int(around.keys[s.watched[k]]), int(around.keys[s.other[k]])))
        spell = int(s.start_us[k]), int(s.stop_us[k])
        if pair not in out or spell[1] - spell[0] > out[pair][1] - out[pair][0]:
            out[pair] = spell
    return out


def could_be(near: Near, probability: float) -> Bools:
    """(n,) rows of the table that may be this probable once each object's own errors are known, and those of which nothing can be
    said.

    Around watched satellites: all that no size of the covariance keeps below. Of everything that is too many to look at each
    object's record: those that are, with the covariance of their class or one three times as long in every direction.
    """
    table = near.table
    unknown = np.isnan(table.maximum_probability)
    if near.assets:
        return (table.maximum_probability >= probability) | unknown
    wide = risk.risk(table.dr_km, table.dv_km_s, GENEROUS**2 * table.covariance_km2, table.radius_m)
    return risk.above(table.risk, probability) | risk.above(wide, probability) | unknown


def one_orbit(near: Near, table: Approaches) -> Bools:
    """(n,) pairs that fly as one, docked or told by the same orbit: they stay, and their distance has no meaning."""
    staying = [frozenset(p) in near.stays for p in zip(table.norad_id.tolist(), table.other_norad_id.tolist(), strict=True)]
    return np.asarray(
        np.isnan(table.maximum_probability) & (table.relative_speed_km_s < ONE_ORBIT_KM_S) & np.array(staying, bool)
    )
