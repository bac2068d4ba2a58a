"""What came near a watched satellite, what stays near it, and what is normal there.

Approaches are local minima of the distance below a range; a series of them that comes back revolution after revolution is a
stay. Nothing that shares the orbit is filtered out: neighbours are learnt from the record or declared by their operators, and
are then shown as normal. Docs: docs/encounter.md; bounds: design/encounter-screening.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from hoshimori.detect import measures
from hoshimori.detect.neighbourhood import US_PER_DAY, Bodies, Watched, bodies, watched
from hoshimori.detect.pairs import NEAR_EARTH_REV_DAY, Pair, Settings
from hoshimori.facts import Watchlist
from hoshimori.findings import Event
from hoshimori.ports import Progress, View, silent
from hoshimori.sky import screening


class Encounter:
    """The detector `encounter`: see the module. Satisfies ports.Detector."""

    name = "encounter"
    version = "1"

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def with_settings(self, settings: Mapping[str, Any]) -> Encounter:
        return Encounter(Settings(**settings))

    @property
    def method(self) -> str:
        return f"{self.name}@{self.version}"

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """Events of kind "approach", "stay" and "doubtful set" that touch the view's window, sorted by subject and time."""
        sets = view.sets()
        everyone = watched(view, watchlist.assets, sets)
        found: list[Event] = []
        for group in _groups(everyone):
            within_km = self.settings.within(group[0].mean_motion_rev_day)
            around = bodies(sets, group, 2.0 * within_km, self.settings.reach_days)
            for pair in self._pairs(view, watchlist, around, group, within_km, progress):
                found += self._events(view, around, pair)
            found += measures.doubts(view, around, group, self.method, asdict(self.settings))
        return sorted(found, key=lambda e: (e.subject, e.start_utc, e.kind, e.others))

    def _pairs(
        self, view: View, watchlist: Watchlist, around: Bodies, group: Sequence[Watched], within_km: float, progress: Progress
    ) -> Iterator[Pair]:
        starts = {b.key: _search_start(view, around, b, self.settings.learn_days) for b in group}
        rows = np.array([around.row(b.key) for b in group], np.int64)
        candidates = np.array(
            [
                screening.shells_meet(around.perigee_km, around.apogee_km, b.lowest_km, b.highest_km, 2.0 * within_km)
                for b in group
            ]
        )
        step_s = min(b.period_s for b in group) / screening.STEPS_PER_REVOLUTION
        found = screening.minima(
            around.trajectories,
            rows,
            candidates,
            min(starts.values()),
            view.stop_utc,
            step_s,
            2.0 * within_km,
            progress=lambda done, total: progress("looking for approaches", done, total),
        )
        body_of = {int(row): body for row, body in zip(rows, group, strict=True)}
        for part in _by_pair(found):
            body, other = body_of[int(part.watched[0])], int(around.keys[part.other[0]])
            start = starts[body.key]
            part = part.take(part.t_us >= start.astype(np.int64))
            declared = any({body.key, other} <= slot for slot in watchlist.co_located)
            if len(part.t_us):
                yield Pair(body, other, part, within_km, start, _record_start(around, body, other, start), declared)

    def _events(self, view: View, around: Bodies, pair: Pair) -> Iterator[Event]:
        t_days = (pair.minima.t_us * 1e-6 + pair.minima.offset_s) / 86400.0
        revolution = pair.body.period_s / 86400.0
        for a, b in _series(t_days, revolution):
            part = pair.minima.take(slice(a, b))
            if part.miss_km.min() > pair.within_km:
                continue
            lasts = t_days[b - 1] - t_days[a] >= 0.9 * revolution
            event = measures.stay(view, around, pair, part, self.settings, self.method) if lasts else None
            if event is not None:
                if event.stop_utc >= view.start_utc:
                    yield event
                continue
            for k in np.flatnonzero(part.miss_km <= pair.within_km):
                one = part.take(slice(k, k + 1))
                if measures.moment(one) >= view.start_utc:
                    yield measures.approach(view, around, pair, one, self.settings, self.method)


def _groups(everyone: Sequence[Watched]) -> list[list[Watched]]:
    """Bodies that share a time step and a range: near-Earth ones and the others."""
    near = [b for b in everyone if b.mean_motion_rev_day >= NEAR_EARTH_REV_DAY]
    far = [b for b in everyone if b.mean_motion_rev_day < NEAR_EARTH_REV_DAY]
    return [group for group in (near, far) if group]


def _search_start(view: View, around: Bodies, body: Watched, learn_days: float) -> np.datetime64:
    """The window, extended back over the learning time as far as there is a record of the watched body."""
    earliest = view.start_utc - np.timedelta64(round(learn_days * US_PER_DAY), "us")
    begin = min([*around.sets_of(body.key).epoch_utc[:1], *(g.t_utc[0] for g in body.ephemerides)])
    return min(max(earliest, begin), view.start_utc)


def _record_start(around: Bodies, body: Watched, other: int, search_start: np.datetime64) -> np.datetime64:
    """When both bodies are first known in the search: nothing earlier can be learnt about the pair."""
    firsts = [search_start]
    for key, given in ((body.key, body.ephemerides), (other, ())):
        epochs = around.sets_of(key).epoch_utc
        firsts += [epochs[0]] if len(epochs) and not given else []
        firsts += [min(g.t_utc[0] for g in given)] if given else []
    return max(firsts)


def _by_pair(found: screening.Minima) -> Iterator[screening.Minima]:
    if not len(found.watched):
        return
    edges = np.flatnonzero((np.diff(found.watched) != 0) | (np.diff(found.other) != 0)) + 1
    for a, b in zip([0, *edges], [*edges, len(found.watched)], strict=True):
        yield found.take(slice(a, b))


def _series(t_days: np.ndarray, revolution_days: float) -> Iterator[tuple[int, int]]:
    """Runs of minima with no more than `SERIES_GAP` revolutions between neighbours."""
    edges = np.flatnonzero(np.diff(t_days) > measures.SERIES_GAP * revolution_days) + 1
    yield from zip([0, *edges.tolist()], [*edges.tolist(), len(t_days)], strict=True)
