"""Making a damaged catalogue again: from the bytes received, and from whatever else is still intact."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from hoshimori.catalogue.disk import writing_to
from hoshimori.catalogue.ingest import ingest, publish
from hoshimori.catalogue.intake import made_by_program
from hoshimori.catalogue.manifest import Manifest, StoredFile
from hoshimori.catalogue.names import label
from hoshimori.catalogue.raw import RawBytes
from hoshimori.catalogue.report import FileReport, IngestReport
from hoshimori.catalogue.shelves import Reader, StoredSource, names_known, read_sources
from hoshimori.catalogue.store import FileGone, Store
from hoshimori.catalogue.tables import KEYS, RETIRED, SET_COLUMNS, SETS, element_sets
from hoshimori.catalogue.writer import found_on_disk, writing
from hoshimori.errors import CatalogueDamaged, NothingFound, Problem
from hoshimori.facts import ElementSets, Received
from hoshimori.ports import Progress

_EVER = np.datetime64("9999-12-31", "us")


def rebuild(store: Store, raw: RawBytes, read: Reader, *, progress: Progress) -> IngestReport:
    """See `Catalogue.rebuild`. The new files are made aside and put in place by one rename of the manifest at the end."""
    began = time.monotonic()
    aside = store.home / "rebuilding"
    with writing(store, afresh=True) as writer, writing_to(aside):
        shutil.rmtree(aside, ignore_errors=True)
        new = Store(aside)
        lost: list[FileReport] = []
        report = ingest(new, raw, _recalled(raw, lost), read, progress=progress, keep_bytes=False)
        kept = _salvage(store, new, raw, lost)
        for file in new.manifest().files:
            writer.adopt(new.files / file.name, file)
        writer.publish(next_source=new.manifest().next_source)
        shutil.rmtree(aside, ignore_errors=True)
    return IngestReport((*report.files, *kept, *lost), time.monotonic() - began)


def _recalled(raw: RawBytes, lost: list[FileReport]) -> Iterator[Received]:
    """Everything ever received whose bytes are still good; the others are put on the list."""
    for note in raw.notes():
        try:
            yield raw.recall(note)
        except (CatalogueDamaged, NothingFound) as error:
            lost.append(_lost(note["location"], str(error)))


def _salvage(store: Store, new: Store, raw: RawBytes, lost: list[FileReport]) -> list[FileReport]:
    """Rows with no bytes behind them (append, keep_bytes=False), out of the files that are intact."""
    try:
        old = store.manifest()
    except CatalogueDamaged:
        old = found_on_disk(store)
    try:
        sources = {s.source: s for s in read_sources(store, old) if not raw.has(s.sha256)}
    except (CatalogueDamaged, FileGone) as error:
        lost.append(_lost(str(store.folder), f"rows without stored bytes cannot be told apart: {error}"))
        return []
    out = []
    for file in (*old.table(SETS), *old.table(RETIRED)):
        if not any(file.source_min <= number <= file.source_max for number in sources):
            continue
        try:
            store.check([file], again=True)
            parts = list(_rows_of(store, old, file, sources))
        except (CatalogueDamaged, FileGone) as error:
            lost.append(_lost(store.path(file), str(error)))
        else:
            out += publish(new, [made_by_program(rows, s.provider, s.location, s.received_utc) for s, rows in parts])
    return out


def _rows_of(
    store: Store, manifest: Manifest, file: StoredFile, sources: dict[int, StoredSource]
) -> Iterator[tuple[StoredSource, ElementSets]]:
    """The rows of these sources, by source; only those that still hash to the digest they are stored under."""
    numbers = ", ".join(map(str, sources))
    sql = f"select {SET_COLUMNS}, s.key_hi, s.key_lo from {store.relation([file])} s where source in ({numbers})"
    found = store.engine().sql(sql).fetchnumpy()
    sets = element_sets(found)
    stored = np.stack([np.ma.getdata(found[k]) for k in KEYS], axis=1)
    sets = sets.take((sets.digests() == stored).all(axis=1))
    with suppress(CatalogueDamaged, FileGone):  # without the names, the orbits are still worth saving
        sets = label(sets, names_known(store, manifest, None, _EVER))
    for number in np.unique(sets.source).tolist():
        yield sources[number], sets.take(sets.source == number)


def _lost(location: str, why: str) -> FileReport:
    problem = Problem(location, None, None, "stored bytes", why[:80], "bytes that match their digest; fetch them again")
    return FileReport(location, "", 0, 0, 0, 1, problems=(problem,))
