"""A View over facts in memory: for tests, exercises and remote workers. Same meaning as the catalogue's, no disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hoshimori.catalogue.asof import as_list, best_known, checked_window, last_issued, newest, told_once, visible, window
from hoshimori.catalogue.names import Labels, label, named_in, news
from hoshimori.catalogue.view import LOOKBACK
from hoshimori.facts import ASSUMED_LATENCY, ConjunctionMessage, DataMode, ElementSets, Ephemeris, KnownBasis, ObjectName


class MemoryView:
    """Satisfies ports.View.

    Sets whose `known_utc` is NaT are taken as known `ASSUMED_LATENCY` after their epoch; ephemerides without one as known
    always. Names are those inside the sets and those given. A conjunction message without one is known from its creation on.
    """

    def __init__(
        self,
        sets: ElementSets,
        start_utc: np.datetime64,
        stop_utc: np.datetime64,
        as_of_utc: np.datetime64,
        ephemerides: Sequence[Ephemeris] = (),
        names: Sequence[ObjectName] = (),
        *,
        lookback: np.timedelta64 = LOOKBACK,
        data_modes: Sequence[DataMode] = (DataMode.REAL,),
        conjunctions: Sequence[ConjunctionMessage] = (),
    ) -> None:
        self.start_utc, self.stop_utc, self.as_of_utc = checked_window(start_utc, stop_utc, as_of_utc)
        self.lookback = lookback
        self.data_modes = tuple(data_modes)
        known = _with_known(sets)
        live = best_known(known)
        self._sets = live.take(visible(live, self.as_of_utc, self.data_modes))
        self._ephemerides = tuple(ephemerides)
        self._conjunctions = tuple(c if not np.isnat(c.known_utc) else replace(c, known_utc=c.created_utc) for c in conjunctions)
        said = news((), [*named_in(known, ""), *names])
        self._names = [n for n in said if n.first_seen_utc <= self.as_of_utc]
        self._labels = Labels.of(self._names)

    def sets(self, norad_ids: Sequence[int] | None = None) -> ElementSets:
        return label(window(self._of(norad_ids), self.start_utc, self.stop_utc, self.lookback), self._labels)

    def latest(self, norad_ids: Sequence[int] | None = None) -> ElementSets:
        return label(newest(self._of(norad_ids), self.as_of_utc), self._labels)

    def history(self, norad_id: int | Sequence[int]) -> ElementSets:
        return label(last_issued(self._of(as_list(norad_id))), self._labels)

    def ephemerides(self, norad_id: int | None = None, cospar_id: str = "") -> list[Ephemeris]:
        found = [e for e in self._ephemerides if self._usable(e) and _is_of(e, norad_id, cospar_id)]
        return sorted(found, key=lambda e: (not np.isnat(e.known_utc), e.known_utc))

    def conjunctions(self, norad_id: int | None = None) -> list[ConjunctionMessage]:
        return told_once([c for c in self._conjunctions if self._told(c) and concerns(c, norad_id)])

    def names(self, norad_ids: Sequence[int] | None = None) -> list[ObjectName]:
        found = [n for n in self._names if norad_ids is None or n.norad_id in norad_ids]
        return sorted(found, key=lambda n: (n.norad_id, n.first_seen_utc, n.provider, n.name))

    def _of(self, norad_ids: Sequence[int] | None) -> ElementSets:
        if norad_ids is None:
            return self._sets
        return self._sets.take(np.isin(self._sets.norad_id, np.asarray(norad_ids, np.int64)))

    def _usable(self, e: Ephemeris) -> bool:
        known = bool(np.isnat(e.known_utc) or e.known_utc <= self.as_of_utc)
        return known and e.data_mode in self.data_modes and _overlaps(e, self.start_utc, self.stop_utc)

    def _told(self, c: ConjunctionMessage) -> bool:
        return bool(c.known_utc <= self.as_of_utc and c.tca_utc >= self.start_utc) and c.data_mode in self.data_modes


def concerns(c: ConjunctionMessage, norad_id: int | None) -> bool:
    """Whether a message is about this object; None asks for no particular one."""
    return norad_id is None or norad_id in [o.norad_id for o in c.objects]


def _with_known(sets: ElementSets) -> ElementSets:
    unknown = np.isnat(sets.known_utc)
    return sets.having(
        known_utc=np.where(unknown, sets.epoch_utc + ASSUMED_LATENCY, sets.known_utc),
        known_basis=np.where(unknown, np.uint8(KnownBasis.ASSUMED), sets.known_basis),
    )


def _is_of(e: Ephemeris, norad_id: int | None, cospar_id: str) -> bool:
    if norad_id is None and not cospar_id:
        return True
    return (norad_id is not None and e.norad_id == norad_id) or (bool(cospar_id) and e.cospar_id == cospar_id)


def _overlaps(e: Ephemeris, start_utc: np.datetime64, stop_utc: np.datetime64) -> bool:
    return bool(e.usable_start_utc <= stop_utc and e.usable_stop_utc >= start_utc)
