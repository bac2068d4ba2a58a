"""Questions to the element-set files, as SQL: each gives at least the rows that `asof` then decides about, and few more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoshimori.catalogue.asof import FUTURE
from hoshimori.catalogue.manifest import Manifest, StoredFile
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import RANK, SET_COLUMNS, SETS, element_sets, empty_sql, literal
from hoshimori.facts import DataMode, ElementSets


class SetQuery:
    """Element sets of one manifest, as known at one moment, of some data modes and (None: all) some objects."""

    def __init__(
        self,
        store: Store,
        manifest: Manifest,
        as_of_utc: np.datetime64,
        data_modes: Sequence[DataMode],
        norad_ids: Sequence[int] | None,
    ) -> None:
        self._store = store
        self._files = manifest.table(SETS)
        self._wanted = None if norad_ids is None else sorted({int(i) for i in norad_ids})
        modes = ", ".join(str(int(m)) for m in data_modes) or "null"
        self._where = f"known_utc <= {literal(as_of_utc)} and data_mode in ({modes})"
        if self._wanted is not None:
            self._where += f" and norad_id in ({', '.join(map(str, self._wanted)) or 'null'})"

    def everything(self) -> ElementSets:
        """All epochs."""
        return self._fetch(f"select {SET_COLUMNS} from {self._live()} s where {self._where}")

    def window(self, start_utc: np.datetime64, stop_utc: np.datetime64, lookback: np.timedelta64) -> ElementSets:
        """From each object's last epoch before the window to its first after it, within `lookback`."""
        first, last = start_utc - lookback, stop_utc + lookback
        sets = self._live(first, last)
        start, stop = literal(start_utc), literal(stop_utc)
        where = f"{self._where} and epoch_utc between {literal(first)} and {literal(last)}"
        edges = (
            f"select norad_id as id, coalesce(max(epoch_utc) filter (epoch_utc < {start}), {start}) as lo, "
            f"coalesce(min(epoch_utc) filter (epoch_utc > {stop}), {stop}) as hi from {sets} where {where} group by norad_id"
        )
        return self._fetch(
            f"select {SET_COLUMNS} from {sets} s join ({edges}) e on s.norad_id = e.id "
            f"where {where} and epoch_utc >= e.lo and epoch_utc <= e.hi"
        )

    def newest(self, as_of_utc: np.datetime64) -> ElementSets:
        """The rows at each object's newest epoch."""
        sets, limit = self._live(), literal(as_of_utc + FUTURE)
        tops = (
            f"select norad_id as id, coalesce(max(epoch_utc) filter (epoch_utc <= {limit}), min(epoch_utc)) as top "
            f"from {sets} where {self._where} group by norad_id"
        )
        return self._fetch(
            f"select {SET_COLUMNS} from {sets} s join ({tops}) e on s.norad_id = e.id and s.epoch_utc = e.top where {self._where}"
        )

    def _live(self, first: np.datetime64 | None = None, last: np.datetime64 | None = None) -> str:
        """A relation over the files that can matter, without the rows that a better-known row replaces."""
        return live_rows(self._store, [f for f in self._files if self._may_hold(f, first, last)])

    def _may_hold(self, file: StoredFile, first: np.datetime64 | None, last: np.datetime64 | None) -> bool:
        if first is not None and file.epoch_max_us < int(first.astype(np.int64)):
            return False
        if last is not None and file.epoch_min_us > int(last.astype(np.int64)):
            return False
        return self._wanted is None or any_between(self._wanted, file.norad_min, file.norad_max)

    def _fetch(self, sql: str) -> ElementSets:
        return element_sets(self._store.engine().sql(sql).fetchnumpy())


def live_rows(store: Store, files: Sequence[StoredFile]) -> str:
    """SQL for the rows of these files, less those that stand replaced by a better-known row of the same digest."""
    if not files:
        return empty_sql(SETS)
    rows = store.relation(files)
    replacing = [f for f in files if f.replaces]
    if not replacing:
        return rows
    return f"(select a.* from {rows} a where not exists ({_better_row(store, replacing)}))"


def replaced_rows(store: Store, files: Sequence[StoredFile]) -> str:
    """SQL for exactly the rows that `live_rows` leaves out."""
    replacing = [f for f in files if f.replaces]
    if not replacing:
        return empty_sql(SETS)
    return f"(select a.* from {store.relation(files)} a where exists ({_better_row(store, replacing)}))"


def _better_row(store: Store, replacing: Sequence[StoredFile]) -> str:
    return (
        f"select 1 from {store.relation(replacing)} b where b.replaces and b.key_hi = a.key_hi and b.key_lo = a.key_lo "
        f"and {_rank_of('b')} < {_rank_of('a')}"
    )


def _rank_of(alias: str) -> str:
    return "(" + RANK.replace("known_", f"{alias}.known_") + ")"


def any_between(ordered: Sequence[int], low: int, high: int) -> bool:
    """Whether an ascending list holds a number in [low, high]."""
    place = int(np.searchsorted(np.asarray(ordered), low))
    return place < len(ordered) and ordered[place] <= high
