"""What came near a watched satellite, what stays near it, and what is normal there.

Approaches are local minima of the distance below a range; a series of them that comes back revolution after revolution, or a
spell within range that lasts as long, is a stay. Nothing that shares the orbit is filtered out: neighbours are learnt from the
record or declared by their operators, and are then shown as normal. Every stay is judged against what chance would give.

Docs: docs/encounter.md, docs/stays.md; bounds: design/encounter-screening.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from hoshimori.detect import measures
from hoshimori.detect.judgement import Judge, ToldOf, burns_in
from hoshimori.detect.neighbourhood import Bodies, Watched, bodies, watched
from hoshimori.detect.pairs import Pair, Settings
from hoshimori.detect.searching import Search
from hoshimori.detect.series import STAY_TURNS, series
from hoshimori.detect.staying import Found
from hoshimori.facts import Watchlist
from hoshimori.findings import Event
from hoshimori.ports import Progress, View, silent
from hoshimori.sky import screening


class Encounter:
    """The detector `encounter`: see the module. Satisfies ports.Detector."""

    name = "encounter"
    version = "3"

    def __init__(self, settings: Settings | None = None, told_of: ToldOf | None = None) -> None:
        self.settings = settings or Settings()
        self.told_of = told_of or burns_in

    def with_settings(self, settings: Mapping[str, Any]) -> Encounter:
        return Encounter(Settings(**settings))

    @property
    def method(self) -> str:
        return f"{self.name}@{self.version}"

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """Events of kind "approach", "stay" and "doubtful set" that touch the view's window, sorted by subject and time."""
        sets = view.sets()
        found: list[Event] = []
        for group in self._groups(watched(view, watchlist.assets, sets)):
            within_km = self.settings.within(group[0].mean_motion_rev_day)
            around = bodies(sets, group, 2.0 * within_km, self.settings.reach_days)
            search = Search(view, watchlist, group, within_km, self.settings, progress)
            met = [x for basis, pair in search.pairs(around) for x in self._events(view, basis, pair)]
            stays = [x for x in met if isinstance(x, Found)]
            found += [x for x in met if not isinstance(x, Found)]
            found += Judge(view, watchlist, around, self.settings, self.told_of).judged(stays)
            found += measures.doubts(view, around, group, self.method, asdict(self.settings))
        return sorted(found, key=lambda e: (e.subject, e.start_utc, e.kind, e.others))

    def _groups(self, everyone: Sequence[Watched]) -> list[list[Watched]]:
        """Bodies that share a time step and a range are looked at together."""
        groups: dict[tuple[float, float], list[Watched]] = {}
        for body in sorted(everyone, key=lambda b: b.key):
            step_s = screening.step_s(body.mean_motion_rev_day, body.eccentricity)
            groups.setdefault((self.settings.within(body.mean_motion_rev_day), step_s), []).append(body)
        return [groups[key] for key in sorted(groups)]

    def _events(self, view: View, around: Bodies, pair: Pair) -> Iterator[Event | Found]:
        """Approaches as events, stays as found: they are judged when all of them are known."""
        for part in series(pair):
            if part.nearest_km > pair.within_km:
                continue
            lasts = part.stop_us - part.start_us >= STAY_TURNS * pair.body.period_s * 1e6
            stay = measures.stay(view, around, pair, part, self.settings, self.method) if lasts else None
            if stay is not None:
                if stay.event.stop_utc >= view.start_utc:
                    yield stay
                continue
            for k in np.flatnonzero(part.minima.miss_km <= pair.within_km):
                one = part.minima.take(slice(k, k + 1))
                if measures.moment(one) >= view.start_utc:
                    yield measures.approach(view, around, pair, one, self.settings, self.method)
