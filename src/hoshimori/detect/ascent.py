"""Which satellites a declared ascent could and could not reach, and the warning that each has: a necessary condition, no more.

Given a launch that somebody declares or a radar saw (site, time, sector, class; or a track), the path of each asset is held
against bounds on height, distance and time that no body of that class can break. "Geometry possible" says that nothing excludes
it, not that anything goes there; "geometry not possible" names the condition that excludes it. Times are rounded outward to whole
minutes. No direction, time or speed that would lead to a satellite is computed, and asking for one is refused.
Docs: docs/ascent.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from hoshimori.declared.launches import Launch, Sensor
from hoshimori.detect import ascent_reach, ascent_warning
from hoshimori.detect.ascent_events import Found, Writer
from hoshimori.detect.ascent_reach import Possible, Rising, Track
from hoshimori.detect.nearing import EVERYTHING
from hoshimori.detect.neighbourhood import Bodies, Watched, bodies, everybody, given_states, watched
from hoshimori.facts import Asset, Floats, Ints, Watchlist
from hoshimori.findings import Event
from hoshimori.ports import Progress, View, silent
from hoshimori.tracking.covariance import class_sigma_rtn_km

__all__ = ["Ascent", "Settings"]

US_DAY = 86_400_000_000
AT_ONCE = 200
Declared = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the detector goes by; recorded in the evidence, so that a claim can be run again from it alone.

    launches, sensors: as their `to_json`. window_s: how long after a launch is looked. sigmas: of time and path, all to the side
    of "could". sector_margin_deg: added on both sides of a declared sector. reach_days: an element set older than this says
    nothing. rcs_m2: cross-section of the body, where sensors tell their range for one. coarse_s: no time is told finer than this.
    """

    launches: Declared = field(default=())
    sensors: Declared = field(default=())
    window_s: float = 7200.0
    sigmas: float = 3.0
    sector_margin_deg: float = 15.0
    reach_days: float = 14.0
    rcs_m2: float | None = None
    coarse_s: float = 60.0


class Ascent:
    """The detector `ascent`: events of kind "ascent", one for each declared launch and asset. Satisfies ports.Detector."""

    name = "ascent"
    version = "1"

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def with_settings(self, settings: Mapping[str, Any]) -> Ascent:
        listed: dict[str, Any] = {k: tuple(v) if k in ("launches", "sensors") else v for k, v in settings.items()}
        return Ascent(Settings(**listed))

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """One event for each launch inside the view's window and each asset; of everything, only where geometry is possible."""
        found: list[Event] = []
        declared = [Launch.of(x) for x in self.settings.launches]
        for done, launch in enumerate(declared):
            progress("declared launches", done, len(declared))
            if view.start_utc <= launch.t_utc <= view.stop_utc:
                found += list(self._events(view, watchlist, launch, progress))
        return sorted(found, key=lambda e: (e.subject, e.start_utc, e.others))

    def _events(self, view: View, watchlist: Watchlist, launch: Launch, progress: Progress) -> Iterator[Event]:
        one = _One(view, self.settings, launch)
        writer = Writer(view, asdict(self.settings), f"{self.name}@{self.version}", launch)
        if watchlist.watchlist_id == EVERYTHING:
            for asset, found in one.everything(progress):
                yield writer.event(asset, found)
            return
        for asset, found in one.watched(watchlist.assets):
            yield writer.event(asset, found)


class _One:
    """One launch against the paths of one view."""

    def __init__(self, view: View, settings: Settings, launch: Launch) -> None:
        self.view, self.settings, self.launch = view, settings, launch
        self.track: Track | None
        self.track, seen = ascent_reach.tracked(launch, settings.sigmas)
        ground = ascent_reach.rising(launch, settings.sigmas, float(np.radians(settings.sector_margin_deg)))
        self.ground = ground
        known = (ground,) if launch.site_known else ()
        self.bounds: tuple[Rising, ...] = (*known, seen) if seen is not None else known
        start = int(launch.t_utc.astype("datetime64[us]").astype(np.int64))
        self.start_us = start - round(ground.slack_s * 1e6)
        self.stop_us = start + round((settings.window_s + ground.slack_s) * 1e6)
        sensors = [Sensor.of(x) for x in settings.sensors] if launch.site_known else []
        counted = [s for s in sensors if s.site.kind in ascent_warning.COUNTS and s.stood(launch.t_utc)]
        self.passed_over = tuple(s.site.site_id for s in sensors if s not in counted)
        self.sightings = [ascent_warning.sighting(ground, launch, s, settings.rcs_m2) for s in counted]

    def watched(self, assets: Sequence[Asset]) -> Iterator[tuple[Asset, Found]]:
        numbers = [a.norad_id for a in assets if a.norad_id is not None]
        sets = self.view.sets(numbers)
        group = watched(self.view, assets, sets)
        around = bodies(sets, group, 0.0, self.settings.reach_days)
        by_id = {id(w.asset): w for w in group}
        known = [a for a in assets if id(a) in by_id and self.bounds]
        rows = np.array([around.row(by_id[id(a)].key) for a in known], np.int64)
        at = self._paths(around, rows)
        possible = ascent_reach.possible(self.bounds, at, np.full(len(rows), self.start_us), np.full(len(rows), self.stop_us))
        found = {id(a): (k, one) for k, (a, one) in enumerate(zip(known, possible, strict=True))}
        for asset in assets:
            if id(asset) not in found:
                yield asset, self._nothing("no bound" if id(asset) in by_id else "no path")
                continue
            k, one = found[id(asset)]
            yield asset, self._found(around, by_id[id(asset)], one, self._notices(one, at, k))

    def everything(self, progress: Progress) -> Iterator[tuple[Asset, Found]]:
        if not self.bounds:
            return
        sets = self.view.sets()
        given: dict[int, list[Any]] = {}
        for e in self.view.ephemerides():
            if e.norad_id is not None and given_states([e]):
                given.setdefault(e.norad_id, []).append(e)
        around = everybody(sets, given, self.settings.reach_days)
        middle = np.full(len(around.keys), (self.start_us + self.stop_us) // 2)
        slack = self._slack_km(around, np.arange(len(around.keys)), middle)[0]
        rows, first, last = ascent_reach.candidates(self.bounds, around.trajectories, slack, self.start_us, self.stop_us)
        names = {n.norad_id: n.name for n in self.view.names([int(around.keys[i]) for i in rows])}
        for k in range(0, len(rows), AT_ONCE):
            progress("paths below the ceiling", k, len(rows))
            part = slice(k, k + AT_ONCE)
            every = ascent_reach.possible(self.bounds, self._paths(around, rows[part]), first[part], last[part])
            for i, possible in zip(rows[part].tolist(), every, strict=True):
                if possible.excluded_by == "":
                    key = int(around.keys[i])
                    asset = Asset(str(key), key, "", names.get(key, ""), "", "", "", None, True, "", "")
                    shell = float(around.mean_motion_rev_day[i]), float(around.eccentricity[i]), 0.0, 0.0
                    yield asset, self._found(around, Watched(asset, key, *shell, tuple(given.get(key, ()))), possible, ())

    def _paths(self, around: Bodies, rows: Ints) -> ascent_reach.Paths:
        """Where the paths of these rows are at given times, and how far they may be off."""

        def at(which: Ints, t_us: Ints) -> tuple[Floats, Floats, Floats]:
            many = rows[which]
            r, v = around.trajectories.at(many, t_us.astype("datetime64[us]"), np.zeros(len(t_us)))
            slack, high = self._slack_km(around, many, t_us, r, v)
            return r, slack, high

        return at

    def _found(self, around: Bodies, body: Watched, possible: Possible, notices: tuple[ascent_warning.Notice, ...]) -> Found:
        row = around.row(body.key)
        own = slice(around.trajectories.first[row], around.trajectories.first[row + 1])
        sets = around.sets.take(slice(0, 0) if row in around.trajectories.given else own)
        sources = tuple(f"sha256:{e.source}" for e in body.ephemerides if e.source)
        modes = [0, *sets.data_mode.tolist(), *(int(e.data_mode) for e in body.ephemerides)]
        stands_on = tuple(sets.digest_texts()) + sources
        age, sigma = self._age(around, row)
        return Found(
            possible, notices, tuple(self.sightings), self.passed_over, self.track, age, sigma, stands_on, int(max(modes))
        )

    def _notices(self, possible: Possible, at: ascent_reach.Paths, which: int) -> tuple[ascent_warning.Notice, ...]:
        """What each sensor says of one asset; nothing where the geometry is not possible."""
        if possible.excluded_by:
            return ()
        t = ascent_warning.thinned(possible.start_us, possible.stop_us)
        r = at(np.full(len(t), which), t)[0]
        start = int(self.launch.t_utc.astype("datetime64[us]").astype(np.int64))
        earliest_s = (int(possible.start_us[0]) - start) * 1e-6
        given = (t, r, earliest_s)
        return tuple(ascent_warning.warning(self.ground, self.launch, s, self.settings.rcs_m2, *given) for s in self.sightings)

    def _slack_km(
        self, around: Bodies, row: Ints, t_us: Ints, r_km: Floats | None = None, v_km_s: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """(k,) how far a path may be off, and how far in height, at so many sigmas; by class and age of the sets."""
        own = np.isin(row, np.array(list(around.trajectories.given), np.int64))
        age = np.zeros(len(row))
        age[~own] = around.trajectories.since_us(row[~own], t_us[~own]) / US_DAY
        sigma = class_sigma_rtn_km(around.mean_motion_rev_day[row], around.eccentricity[row], age)
        whole = self.settings.sigmas * np.sqrt((sigma**2).sum(axis=1))
        if r_km is None or v_km_s is None:
            return whole, whole
        with np.errstate(invalid="ignore"):
            climb = (r_km * v_km_s).sum(axis=1) / np.sqrt((r_km**2).sum(axis=1) * (v_km_s**2).sum(axis=1))
        return whole, self.settings.sigmas * np.hypot(sigma[:, 0], np.nan_to_num(climb, nan=1.0) * sigma[:, 1])

    def _age(self, around: Bodies, row: int) -> tuple[float, float]:
        """Age of what the path rests on at the launch, days, and one sigma of the path then, km; ages of ephemerides are zero."""
        t = np.array([self.launch.t_utc.astype("datetime64[us]").astype(np.int64)])
        one = np.array([row])
        age = 0.0 if row in around.trajectories.given else float(around.trajectories.since_us(one, t)[0]) / US_DAY
        return age, float(self._slack_km(around, one, t)[0][0]) / self.settings.sigmas

    def _nothing(self, why: str) -> Found:
        none = np.zeros(0, np.int64)
        possible = Possible(none, none, why, np.nan, np.nan)
        return Found(possible, (), tuple(self.sightings), self.passed_over, self.track, np.nan, np.nan, (), 0)
