"""A window of time on the facts, as known at one moment: read from the files of one manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from hoshimori.catalogue.asof import as_list, last_issued, newest, told_once, window
from hoshimori.catalogue.manifest import REMEDY, Manifest
from hoshimori.catalogue.names import Labels, label
from hoshimori.catalogue.query import SetQuery
from hoshimori.catalogue.raw import RawBytes
from hoshimori.catalogue.shelves import Reader, names_known, read_names
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import CONJUNCTIONS, EPHEMERIDES, literal
from hoshimori.errors import CatalogueDamaged
from hoshimori.facts import ConjunctionMessage, DataMode, ElementSets, Ephemeris, KnownBasis, ObjectName, Parsed

LOOKBACK = np.timedelta64(30, "D")
"""How far from the window a set may lie and still speak for it. Beyond a month an element set says little."""


@dataclass(frozen=True)
class CatalogueView:
    """Satisfies ports.View. Keeps the manifest with which it was opened, so two calls give the same answer."""

    start_utc: np.datetime64
    stop_utc: np.datetime64
    as_of_utc: np.datetime64
    lookback: np.timedelta64
    data_modes: tuple[DataMode, ...]
    store: Store
    manifest: Manifest
    raw: RawBytes
    read: Reader
    _whole: list[ElementSets] = field(default_factory=list, repr=False, compare=False)

    def sets(self, norad_ids: Sequence[int] | None = None) -> ElementSets:
        """See ports.View: the sets inside the window, and the last before and first after it within `lookback`.

        The answer for all objects is kept: detectors and pictures ask for it one after the other.
        """
        if norad_ids is None and self._whole:
            return self._whole[0]
        found = self._ask(norad_ids, lambda q: q.window(self.start_utc, self.stop_utc, self.lookback))
        sets = self._labelled(window(found, self.start_utc, self.stop_utc, self.lookback), norad_ids)
        if norad_ids is None:
            self._whole.append(sets)
        return sets

    def latest(self, norad_ids: Sequence[int] | None = None) -> ElementSets:
        """The newest set of each object: newest epoch not more than a day after `as_of`, unless nothing else is known."""
        found = self._ask(norad_ids, lambda q: q.newest(self.as_of_utc))
        return self._labelled(newest(found, self.as_of_utc), norad_ids)

    def history(self, norad_id: int | Sequence[int], *, reissues: bool = False) -> ElementSets:
        """All epochs of one object or several, one row each, by number and epoch.

        With `reissues` every distinct set that was known, by epoch then known.
        """
        wanted = as_list(norad_id)
        found = self._ask(wanted, SetQuery.everything)
        if reissues:
            found = found.take(np.lexsort((found.element_set_no, found.known_utc, found.epoch_utc, found.norad_id)))
        else:
            found = last_issued(found)
        return self._labelled(found, wanted)

    def ephemerides(self, norad_id: int | None = None, cospar_id: str = "") -> list[Ephemeris]:
        """Ephemerides usable in the window, of this number or designator (neither given: all); last issued last."""
        rows = self.store.read(lambda m: self._ephemeris_rows(m, norad_id, cospar_id), self.manifest)
        return [self._ephemeris(row) for row in rows]

    def conjunctions(self, norad_id: int | None = None) -> list[ConjunctionMessage]:
        """See ports.View: messages known by `as_of` of approaches from the start of the window on, the last known last."""
        rows = self.store.read(lambda m: self._conjunction_rows(m, norad_id), self.manifest)
        return told_once(list(self._messages(rows)))

    def names(self, norad_ids: Sequence[int] | None = None) -> list[ObjectName]:
        """Every name known at `as_of`, by number, then by first seen."""
        return self.store.read(lambda m: read_names(self.store, m, norad_ids, self.as_of_utc), self.manifest)

    def _ask(self, norad_ids: Sequence[int] | None, ask: Callable[[SetQuery], ElementSets]) -> ElementSets:
        def question(manifest: Manifest) -> ElementSets:
            return ask(SetQuery(self.store, manifest, self.as_of_utc, self.data_modes, norad_ids))

        return self.store.read(question, self.manifest)

    def _labelled(self, sets: ElementSets, norad_ids: Sequence[int] | None) -> ElementSets:
        labels: Labels = self.store.read(lambda m: names_known(self.store, m, norad_ids, self.as_of_utc), self.manifest)
        return label(sets, labels)

    def _ephemeris_rows(self, manifest: Manifest, norad_id: int | None, cospar_id: str) -> list[_Row]:
        where = f"start_utc <= {literal(self.stop_utc)} and stop_utc >= {literal(self.start_utc)}"
        if norad_id is None and not cospar_id:
            return self._rows(manifest, EPHEMERIDES, where, [])
        number = -2 if norad_id is None else norad_id
        where += f" and (norad_id = {int(number)} or (cospar_id <> '' and cospar_id = ?))"
        return self._rows(manifest, EPHEMERIDES, where, [cospar_id])

    def _conjunction_rows(self, manifest: Manifest, norad_id: int | None) -> list[_Row]:
        where = f"tca_utc >= {literal(self.start_utc)}"
        where += "" if norad_id is None else f" and {int(norad_id)} in (norad_id_1, norad_id_2)"
        return self._rows(manifest, CONJUNCTIONS, where, [])

    def _rows(self, manifest: Manifest, table: str, where: str, parameters: list[str]) -> list[_Row]:
        """Where the facts of one table lie that were known at `as_of`, the last known last."""
        files = manifest.table(table)
        if not files:
            return []
        modes = ", ".join(str(int(m)) for m in self.data_modes) or "null"
        where += f" and known_utc <= {literal(self.as_of_utc)} and data_mode in ({modes})"
        sql = f"select sha256, place, epoch_us(known_utc), known_basis, data_mode from {self.store.relation(files)} where {where}"
        found = self.store.engine().execute(f"{sql} order by known_utc, source, place", parameters).fetchall()
        return [_Row(*row) for row in found]

    def _ephemeris(self, row: _Row) -> Ephemeris:
        found = [e for p in self._parsed(row) for e in p.ephemerides]
        if row.place >= len(found):
            raise CatalogueDamaged(f"stored bytes {row.sha256}: ephemeris {row.place + 1} is no longer read from them. {REMEDY}")
        return replace(found[row.place], **_knowledge(row))

    def _messages(self, rows: Sequence[_Row]) -> Iterator[ConjunctionMessage]:
        """Each file is read once, however many of its messages are asked for."""
        held: dict[tuple[str, int], list[ConjunctionMessage]] = {}
        for row in rows:
            key = row.sha256, row.mode
            if key not in held:
                held[key] = [c for p in self._parsed(row) for c in p.conjunctions]
            if row.place >= len(held[key]):
                raise CatalogueDamaged(
                    f"stored bytes {row.sha256}: message {row.place + 1} is no longer read from them. {REMEDY}"
                )
            yield replace(held[key][row.place], **_knowledge(row))

    def _parsed(self, row: _Row) -> list[Parsed]:
        return self.read(self.raw.get(row.sha256), row.sha256, data_mode=DataMode(row.mode))


class _Row(NamedTuple):
    """Where one ephemeris or message lies, and when it was known."""

    sha256: str
    place: int
    known_us: int
    basis: int
    mode: int


def _knowledge(row: _Row) -> dict[str, Any]:
    return {
        "known_utc": np.datetime64(row.known_us, "us"),
        "known_basis": KnownBasis(row.basis),
        "source": row.sha256,
    }
