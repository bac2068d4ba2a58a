"""Who else was in the beam: objects that stood beside an asset as its ground station saw it while its link was out of order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hoshimori.declared.reports import Report
from hoshimori.detect.outage_causes import NEIGHBOUR, Scene, Tested
from hoshimori.facts import Bools, ElementSets, Floats, Ints, Times
from hoshimori.findings import Explanation, Quantity, Reason
from hoshimori.sky import orbits
from hoshimori.sky.bodies import angle_rad
from hoshimori.sky.visibility import site_teme_km
from hoshimori.tracking.satellites import satellites_of

MOMENTS = 5
"""Times within a cluster at which everybody is looked at; what flashes through a beam in between is not seen."""
BEFORE = np.timedelta64(24, "h")
OLDEST_DAYS = 14.0


class Beside(NamedTuple):
    """Objects inside the beam, (n,) each, nearest first: number, least angle [deg], and was it there a day before as well?"""

    norad_id: Ints
    angle_deg: Floats
    before: Bools


@dataclass(frozen=True)
class Everybody:
    """All sets of a view, sorted by object and epoch."""

    sets: ElementSets

    @cached_property
    def prepared(self) -> orbits.Satellites:
        """Every set made ready once: all clusters ask for the same."""
        return satellites_of(self.sets)

    @cached_property
    def alone(self) -> bool:
        """Is fewer than two objects known here?"""
        return len(np.unique(self.sets.norad_id)) < 2

    def rows_at(self, t_utc: np.datetime64) -> Ints:
        """For each object the set nearest in time, where it is not too old."""
        late = np.abs((self.sets.epoch_utc - t_utc).astype("timedelta64[us]").astype(np.int64))
        order = np.lexsort((late, self.sets.norad_id))
        number = self.sets.norad_id[order]
        best = order[np.append(True, number[1:] != number[:-1])] if len(order) else order
        return np.asarray(best[late[best] <= OLDEST_DAYS * 86.4e9], np.int64)

    def beside(self, scene: Scene, report: Report, own: int) -> tuple[Beside, ElementSets]:
        """Who was in the beam of this report's station, and the sets that say so."""
        chosen = np.flatnonzero(scene.inside)
        chosen = chosen[np.unique(np.linspace(0, len(chosen) - 1, MOMENTS).astype(np.int64))]
        t, mine = scene.t_utc[chosen], scene.r_teme_km[chosen]
        rows = self.rows_at(t[len(t) // 2])
        rows = rows[self.sets.norad_id[rows] != own]
        angle = _angles(self.prepared.take(rows), t, mine, report).min(axis=1, initial=np.inf)
        limit = 0.5 * scene.beam_of(report)
        order = np.argsort(angle, kind="stable")
        inside = order[: int((angle <= limit).sum())]
        told = self.sets.take(rows[inside])
        earlier = scene.t_utc[:1] - BEFORE
        angle_then = _angles(self.prepared.take(rows[inside]), earlier, self._own(own, earlier), report)
        beside = Beside(told.norad_id, angle[inside], angle_then.min(axis=1, initial=np.inf) <= limit)
        return beside, told if len(told) else self.sets.take(rows[order[:1]])  # the nearest outside stands for all others

    def _own(self, own: int, t_utc: Times) -> Floats:
        """(k, 3) where the asset was, by its set nearest in time; NaN without one."""
        mine = np.flatnonzero(self.sets.norad_id == own)
        if not len(mine):
            return np.full((len(t_utc), 3), np.nan)
        late = np.abs((self.sets.epoch_utc[mine] - t_utc[0]).astype("timedelta64[us]").astype(np.int64))
        return np.asarray(orbits.states(self.prepared.take(mine[[int(np.argmin(late))]]), t_utc).r_km[0].T)


def _angles(others: orbits.Satellites, t_utc: Times, mine: Floats, report: Report) -> Floats:
    """(n, k) degrees between each object and the asset at `mine` (k, 3), from the station; infinite where one is not known."""
    if not len(others):
        return np.zeros((0, len(t_utc)))
    site = site_teme_km(report.site_itrs_km(), t_utc)
    r = np.moveaxis(orbits.states(others, t_utc).r_km, 1, 2)
    angle = np.degrees(angle_rad(r - site[None], (mine - site)[None]))
    return np.asarray(np.where(np.isfinite(angle), angle, np.inf))


def neighbours(scene: Scene, everybody: Everybody, own: int) -> tuple[Tested, ElementSets]:
    """Did another satellite stand within the beam? Its own signals then arrive as well.

    One that stood there the day before explains no change by standing there; whether it began to send is not seen here.
    """
    none = everybody.sets.take(slice(0, 0))
    if not scene.known:
        return (Explanation(NEIGHBOUR, "cannot tell", Reason("link no orbit then")), {}), none
    placed = [r for r in scene.reports if r.placed]
    if not placed:
        return (Explanation(NEIGHBOUR, "cannot tell", Reason("station not placed")), {}), none
    if everybody.alone:
        return (Explanation(NEIGHBOUR, "cannot tell", Reason("nobody else known")), {}), none
    by_station = {(r.site_lat_deg, r.site_lon_deg_e, scene.beam_of(r)): r for r in placed}
    found = [everybody.beside(scene, r, own) for r in by_station.values()]
    told = ElementSets.concat([sets for _, sets in found])
    beside, report = min(
        ((b, r) for (b, _), r in zip(found, by_station.values(), strict=True)),
        key=lambda x: float(x[0].angle_deg[0]) if len(x[0].angle_deg) else np.inf,
    )
    beam = scene.beam_of(report)
    quantities = {"neighbours_in_beam": Quantity(float(len(beside.norad_id)), "1"), "beam_deg": Quantity(beam, "deg")}
    if not len(beside.norad_id):
        return (Explanation(NEIGHBOUR, "rejected", Reason("nobody in the beam", {"beam": beam})), quantities), told
    quantities["neighbour_deg"] = Quantity(float(beside.angle_deg[0]), "deg")
    fresh = np.flatnonzero(~beside.before)
    which = int(fresh[0]) if len(fresh) else 0
    values: dict[str, str | float] = {
        "other": str(int(beside.norad_id[which])), "deg": float(beside.angle_deg[which]), "beam": beam,
        "count": float(len(beside.norad_id)),
    }  # fmt: skip
    if len(fresh):
        return (Explanation(NEIGHBOUR, "possible", Reason("newly in the beam", values)), quantities), told
    return (Explanation(NEIGHBOUR, "cannot tell", Reason("in the beam all along", values)), quantities), told
