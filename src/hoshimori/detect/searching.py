"""Looking around the watched bodies: over the window for all, then back over the record for those that may be staying."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hoshimori.detect.neighbourhood import US_PER_DAY, Bodies, Watched, bodies
from hoshimori.detect.pairs import Pair, Settings
from hoshimori.detect.series import SERIES_GAP, STAY_TURNS, series
from hoshimori.detect.soundness import Suspicion
from hoshimori.facts import Bools, ElementSets, Watchlist
from hoshimori.ports import Progress, View
from hoshimori.sky import screening


@dataclass(frozen=True)
class Search:
    """One group of watched bodies with one step and one range, the bodies around it, and from when each is looked at."""

    view: View
    watchlist: Watchlist
    group: Sequence[Watched]
    within_km: float
    settings: Settings
    progress: Progress

    def pairs(self, around: Bodies) -> Iterator[tuple[Bodies, Pair]]:
        """Every pair that came within twice the range in the window, with the bodies that its numbers rest on.

        A view holds of the time before its window only the last set of each object. Whoever may be staying is therefore
        looked at again, with its whole history and that of the watched body as far as the learning time goes.
        """
        window = {b.key: self.view.start_utc for b in self.group}
        first = list(self._found(around, window, self._may_meet(around)))
        staying = [(p.body, p.other_key) for p in first if self._may_stay(p)]
        known = {(body.key, other) for body, other in staying}
        yield from ((around, p) for p in first if (p.body.key, p.other_key) not in known)
        if staying:
            past = self._with_past(around, staying)
            looked_at = {body.key for body, _ in staying}
            starts = {b.key: self._start(past, b) if b.key in looked_at else self.view.start_utc for b in self.group}
            candidates = np.zeros((len(self.group), len(past.keys)), bool)
            for body, other in staying:
                candidates[self.group.index(body), past.row(other)] = True
            yield from ((past, p) for p in self._found(past, starts, candidates))

    def _may_meet(self, around: Bodies) -> Bools:
        low, high = around.lowest_km, around.highest_km
        meet = [screening.shells_meet(low, high, b.lowest_km, b.highest_km, 2.0 * self.within_km) for b in self.group]
        return np.array(meet)

    def _may_stay(self, pair: Pair) -> bool:
        """Does anything last, or begin so near to the start of the window that it may have begun before?"""
        period_us = pair.body.period_s * 1e6
        start_us = int(self.view.start_utc.astype("datetime64[us]").astype(np.int64))
        return any(
            s.stop_us - s.start_us >= STAY_TURNS * period_us or s.start_us - start_us < SERIES_GAP * period_us
            for s in series(pair)
        )

    def _with_past(self, around: Bodies, staying: Sequence[tuple[Watched, int]]) -> Bodies:
        """Bodies of the staying pairs alone, from all that was known of them since the learning time began."""
        since = self.view.start_utc - np.timedelta64(round(self.settings.learn_days * US_PER_DAY), "us")
        keys = sorted({k for body, other in staying for k in (body.key, other) if k >= 0})
        history = self.view.history(keys)
        history = history.take(history.epoch_utc >= since)
        inside = around.sets.take(np.isin(around.sets.norad_id, keys))  # the last before `since` and what follows the window
        known = set(zip(history.norad_id.tolist(), history.epoch_utc.tolist(), strict=True))
        more = [
            k for k, key in enumerate(zip(inside.norad_id.tolist(), inside.epoch_utc.tolist(), strict=True)) if key not in known
        ]
        both = ElementSets.concat([history, inside.take(np.array(more, np.int64))])
        both = both.take(np.lexsort((both.epoch_utc, both.norad_id)))
        past = bodies(both, self.group, np.inf, self.settings.reach_days)
        return replace(past, suspicions=_united(around, past))

    def _found(self, around: Bodies, starts: dict[int, np.datetime64], candidates: Bools) -> Iterator[Pair]:
        rows = np.array([around.row(b.key) for b in self.group], np.int64)
        minima, spells = screening.screen(
            around.trajectories,
            rows,
            candidates,
            min(starts.values()),
            self.view.stop_utc,
            min(screening.step_s(b.mean_motion_rev_day, b.eccentricity) for b in self.group),
            2.0 * self.within_km,
            spell_km=self.within_km,
            progress=lambda done, total: self.progress("looking for approaches", done, total),
        )
        bodies = {int(row): body for row, body in zip(rows, self.group, strict=True)}
        met = set(zip(minima.watched.tolist(), minima.other.tolist(), strict=True))
        met |= set(zip(spells.watched.tolist(), spells.other.tolist(), strict=True))
        for row, other_row in sorted(met):
            body = bodies[row]
            yield self._pair(around, body, (row, other_row), starts[body.key], minima, spells)

    def _pair(
        self,
        around: Bodies,
        body: Watched,
        rows: tuple[int, int],
        start: np.datetime64,
        minima: screening.Minima,
        spells: screening.Spells,
    ) -> Pair:
        start_us = int(start.astype("datetime64[us]").astype(np.int64))
        m = minima.take((minima.watched == rows[0]) & (minima.other == rows[1]))
        s = spells.take((spells.watched == rows[0]) & (spells.other == rows[1]))
        s = s.take(s.stop_us >= start_us)
        s = s._replace(start_us=np.maximum(s.start_us, start_us))
        other = int(around.keys[rows[1]])
        declared = any({body.key, other} <= slot for slot in self.watchlist.co_located)
        record = self._record_start(around, body, other, start)
        return Pair(body, other, m.take(m.moment_us >= start_us), s, self.within_km, start, record, declared)

    def _start(self, around: Bodies, body: Watched) -> np.datetime64:
        """The window, extended back over the learning time as far as there is a record of the watched body."""
        earliest = self.view.start_utc - np.timedelta64(round(self.settings.learn_days * US_PER_DAY), "us")
        return min(max(earliest, _first_known(around, body)), self.view.start_utc)

    def _record_start(self, around: Bodies, body: Watched, other: int, start: np.datetime64) -> np.datetime64:
        """When both bodies are first known in the search: nothing earlier can be learnt about the pair."""
        return max([start, _first_known(around, body), *around.sets_of(other).epoch_utc[:1]])


def _first_known(around: Bodies, body: Watched) -> np.datetime64:
    if body.ephemerides:
        return min(e.t_utc[0] for e in body.ephemerides)
    return np.datetime64(around.sets_of(body.key).epoch_utc[0], "us")


def _united(around: Bodies, past: Bodies) -> tuple[Suspicion, ...]:
    """What was found over all objects in the window, and in the histories; each once."""
    every = {(s.kind, s.norad_id, s.t_utc): s for s in (*past.suspicions, *around.suspicions)}
    return tuple(every[key] for key in sorted(every, key=lambda k: (k[1], k[2], k[0])))
