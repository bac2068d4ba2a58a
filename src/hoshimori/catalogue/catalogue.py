"""The catalogue's front: take facts in, look at them as known at a moment, check them, tidy them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from hoshimori import formats
from hoshimori.catalogue.asof import checked_window
from hoshimori.catalogue.compaction import compact
from hoshimori.catalogue.digests import rows_by_digest
from hoshimori.catalogue.ingest import ingest, publish
from hoshimori.catalogue.intake import made_by_program
from hoshimori.catalogue.raw import RawBytes
from hoshimori.catalogue.rebuilding import rebuild
from hoshimori.catalogue.report import FileReport, IngestReport
from hoshimori.catalogue.shelves import Reader, StoredSource, read_problems, read_sources
from hoshimori.catalogue.stat import CatalogueStat, measure
from hoshimori.catalogue.store import GRACE_S, Store, default_home
from hoshimori.catalogue.view import LOOKBACK, CatalogueView
from hoshimori.catalogue.writer import writing
from hoshimori.errors import Problem
from hoshimori.facts import DataMode, ElementSets, Received
from hoshimori.ports import Progress, silent


class Catalogue:
    """Facts at rest in a folder. Opening creates nothing; readers never wait; one process writes at a time.

    home: the folder; default HOSHIMORI_HOME, else the user's data folder. read: parser of received bytes, default
    `hoshimori.formats.read`. wait_s: how long to wait for another writer. grace_s: how long superseded files stay.
    Any call raises CatalogueDamaged when a stored file is not what was written; calls that write raise CatalogueBusy or
    CatalogueUnwritable.
    """

    def __init__(
        self, home: Path | None = None, *, read: Reader | None = None, wait_s: float = 60.0, grace_s: float = GRACE_S
    ) -> None:
        self.home = default_home() if home is None else Path(home)
        self._store = Store(self.home, wait_s=wait_s, grace_s=grace_s)
        self._raw = RawBytes(self.home)
        self._read: Reader = formats.read if read is None else read

    def ingest(self, received: Iterable[Received], *, progress: Progress = silent, keep_bytes: bool = True) -> IngestReport:
        """Take in what arrived. When this returns, all of it is on the disk; a file is taken in whole or not at all.

        A file that was taken in before, byte for byte and with the same first-seen log, is skipped. Element sets that are
        held are not stored twice. Long runs publish about every million rows or every minute.
        """
        return ingest(self._store, self._raw, received, self._read, progress=progress, keep_bytes=keep_bytes)

    def append(self, sets: ElementSets, *, provider: str, location: str) -> FileReport:
        """Take in columns made by a program, with no bytes behind them. NaT in `known_utc` becomes ASSUMED.

        FormatError, and nothing stored, when a row has no epoch, a number out of range or an element that is not finite.
        """
        return publish(self._store, [made_by_program(sets, provider, location, _now())])[0]

    def view(
        self,
        start_utc: np.datetime64,
        stop_utc: np.datetime64,
        as_of_utc: np.datetime64,
        *,
        lookback: np.timedelta64 = LOOKBACK,
        data_modes: Sequence[DataMode] = (DataMode.REAL,),
    ) -> CatalogueView:
        """A window on the facts as known at `as_of_utc`: see ports.View. Later ingests do not change an open view."""
        start, stop, as_of = checked_window(start_utc, stop_utc, as_of_utc)
        manifest = self._store.manifest()
        return CatalogueView(start, stop, as_of, lookback, tuple(data_modes), self._store, manifest, self._raw, self._read)

    def by_digest(self, digests: Sequence[str], *, norad_ids: Sequence[int] | None = None) -> ElementSets:
        """Element sets by content digest, in the order asked; those not held are left out. `norad_ids` makes it faster."""
        return self._store.read(lambda m: rows_by_digest(self._store, m, digests, norad_ids))

    def source_of(self, source: Iterable[int]) -> dict[int, StoredSource]:
        """What the numbers in the `source` column of element sets stand for; unknown numbers are left out."""
        wanted = {int(s) for s in source}
        return {s.source: s for s in self.sources() if s.source in wanted}

    def sources(self) -> list[StoredSource]:
        """Every file and answer taken in, in that order."""
        return self._store.read(lambda m: read_sources(self._store, m))

    def problems(self) -> list[tuple[Problem, int]]:
        """What was refused or read with a reservation, each with how many times; at most 100 of a kind for each file."""
        return self._store.read(lambda m: read_problems(self._store, m))

    def raw(self, sha256: str) -> bytes:
        """The bytes as received, checked against their digest. NothingFound when they are not stored."""
        return self._raw.get(sha256)

    def compact(self) -> CatalogueStat:
        """Sort everything into few files. Answers stay the same; reading becomes faster."""
        with writing(self._store) as writer:
            compact(self._store, writer)
        return self.stat()

    def rebuild(self, *, progress: Progress = silent) -> IngestReport:
        """Make the catalogue again from the bytes received, with whatever of the rest is intact. For damage, or a new parser."""
        return rebuild(self._store, self._raw, self._read, progress=progress)

    def check(self) -> None:
        """Read every stored file against its digest; CatalogueDamaged names those that differ."""
        self._store.read(lambda m: self._store.check(m.files, again=True))

    def stat(self, now_utc: np.datetime64 | None = None) -> CatalogueStat:
        """What is held, how fresh (seen from `now_utc`, default the clock), how much was refused and why."""
        now = _now() if now_utc is None else now_utc
        return self._store.read(lambda m: measure(self._store, self._raw, m, now))


def _now() -> np.datetime64:
    return np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")
