"""The only way to change a catalogue: files are staged under a lock, then published all at once by one rename."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.catalogue.disk import PARTIAL, flush_file, flush_folder, make_folder, write_atomically, writing_to
from hoshimori.catalogue.lock import write_lock
from hoshimori.catalogue.manifest import REMEDY, Manifest, StoredFile
from hoshimori.catalogue.store import FileGone, Store, digest_of
from hoshimori.catalogue.tables import COLUMNS, ORDER, RETIRED, ROW_GROUP, SETS, files_sql, select_list
from hoshimori.errors import CatalogueDamaged


@contextmanager
def writing(store: Store, *, afresh: bool = False) -> Iterator[Writer]:
    """Hold the lock of a catalogue. What is not published when the block ends leaves no trace.

    `afresh` starts from nothing instead of from the manifest, for a damaged catalogue: all files there until now count as
    superseded once something is published.
    """
    with writing_to(store.home):
        make_folder(store.files)
    with ExitStack() as held:
        with writing_to(store.lock_path):
            held.enter_context(write_lock(store.lock_path, store.wait_s))
        writer = Writer(store, nothing(store) if afresh else store.manifest())
        try:
            if not afresh:
                writer.open()
            yield writer
        except FileGone as gone:
            raise CatalogueDamaged(f"{store.files / str(gone)}: missing, though the manifest names it. {REMEDY}") from gone
        finally:
            writer.discard()


def nothing(store: Store) -> Manifest:
    """No files, but a generation above every file name in use, so that no name is ever used twice."""
    old = [p.name for p in store.files.glob("*-*-*.parquet")]
    used = [int(x) for x in (name.split("-")[1] for name in old) if x.isdigit()]
    return Manifest(generation=max(used, default=0) + 1, superseded=tuple((n, time.time()) for n in sorted(old)))


def found_on_disk(store: Store) -> Manifest:
    """A manifest of whatever Parquet files are there and can be opened, for when the true one is lost."""
    files = []
    for path in sorted(store.files.glob("*-*-*.parquet")):
        with suppress(Exception):  # whatever DuckDB says of a broken file: it cannot be used
            files.append(describe(store.engine(), path.name.split("-")[0], path.name, path))
    return Manifest(files=tuple(f for f in files if f.table in COLUMNS))


class Writer:
    """Holds the lock: stages files, then publishes them all at once."""

    def __init__(self, store: Store, manifest: Manifest) -> None:
        self._store = store
        self.manifest = manifest
        self._staged: list[StoredFile] = []

    def write(self, table: str, columns: Mapping[str, Any]) -> StoredFile:
        """Stage one file from numpy columns."""
        con = self._store.engine()
        con.register("batch", dict(columns))
        try:
            return self.write_query(table, f"select {select_list(table)} from batch", con=con)
        finally:
            con.unregister("batch")

    def write_query(self, table: str, query: str, *, base: bool = False, con: Any = None) -> StoredFile:
        """Stage one file from a query, sorted as the table is."""
        con = con or self._store.engine()
        name = f"{table}-{self.manifest.generation + 1:06d}-{len(self._staged)}.parquet"
        path = self._store.files / name
        aside = path.with_name(name + PARTIAL)
        options = f"format parquet, compression snappy, row_group_size {ROW_GROUP}"
        target = str(aside).replace("'", "''")
        with writing_to(path):
            try:
                con.execute(f"copy (select * from ({query}) order by {ORDER[table]}) to '{target}' ({options})")
                flush_file(aside)
                entry = describe(con, table, name, aside, base)
                os.replace(aside, path)
                flush_folder(path.parent)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
        self._staged.append(entry)
        return entry

    def adopt(self, path: Path, file: StoredFile) -> None:
        """Stage a finished file from elsewhere on the same disk, under a new name."""
        entry = replace(file, name=f"{file.table}-{self.manifest.generation + 1:06d}-{len(self._staged)}.parquet")
        os.replace(path, self._store.files / entry.name)
        flush_folder(self._store.files)
        self._staged.append(entry)

    def publish(self, *, remove: Sequence[StoredFile] = (), next_source: int | None = None) -> Manifest:
        """Make every staged file part of the catalogue, and the removed ones no longer: one rename."""
        gone = {f.name for f in remove}
        manifest = self.manifest.next(
            next_source=self.manifest.next_source if next_source is None else next_source,
            files=tuple(f for f in self.manifest.files if f.name not in gone) + tuple(self._staged),
            superseded=self.manifest.superseded + tuple((n, time.time()) for n in sorted(gone)),
        )
        self._replace(manifest)
        self.manifest, self._staged = manifest, []
        return manifest

    def discard(self) -> None:
        """Remove what was staged and not published; if in doubt, leave it to the next writer.

        A publication may have been interrupted just after its rename: then its files are part of the catalogue.
        """
        staged, self._staged = self._staged, []
        if staged:
            with suppress(CatalogueDamaged):
                published = {f.name for f in self._store.manifest().files}
                for name in {f.name for f in staged} - published:
                    (self._store.files / name).unlink(missing_ok=True)

    def open(self) -> None:
        """Clear what others left. From now on a missing manifest is damage, also if we die before we publish."""
        if not self._store.manifest_path.exists():
            self._replace(self.manifest)
        with writing_to(self._store.files):
            self._sweep()

    def _replace(self, manifest: Manifest) -> None:
        path = self._store.manifest_path
        with writing_to(path):
            write_atomically(path, manifest.dump())

    def _sweep(self) -> None:
        """Remove what no manifest names any more: leavings of a killed writer, and superseded files past their grace."""
        now = time.time()
        keep = tuple((n, t) for n, t in self.manifest.superseded if now - t < self._store.grace_s)
        named = {f.name for f in self.manifest.files} | {n for n, _ in keep}
        for path in self._store.files.iterdir():
            if path.name not in named:
                path.unlink(missing_ok=True)
        for path in self._store.folder.glob(f"*{PARTIAL}"):
            path.unlink(missing_ok=True)
        self.manifest = replace(self.manifest, superseded=keep)


def describe(con: Any, table: str, name: str, path: Path, base: bool = False) -> StoredFile:
    """The manifest's entry for a Parquet file, from the file."""
    size, sha256 = os.path.getsize(path), digest_of(str(path))
    relation = files_sql([str(path)])
    if table not in (SETS, RETIRED):
        rows = con.execute(f"select count(*) from {relation}").fetchall()[0][0]
        return StoredFile(table, name, rows, size, sha256, base=base)
    ranges = ", ".join(f"min({k}), max({k})" for k in ("norad_id", "epoch_us(epoch_utc)", "source"))
    rows, *found = con.execute(f"select count(*), {ranges}, count_if(replaces) from {relation}").fetchall()[0]
    low, high, first, last, source_low, source_high, replaces = (int(x) for x in found)
    return StoredFile(table, name, rows, size, sha256, low, high, first, last, source_low, source_high, replaces, base)


def text_column(values: Sequence[str]) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Text for DuckDB: an object array, also when it is empty."""
    out = np.empty(len(values), object)
    out[:] = list(values)
    return out


def rows_to_columns(table: str, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Rows in the order of the table's columns, as numpy columns; times are datetime64."""
    out: dict[str, Any] = {}
    for (key, kind), values in zip(COLUMNS[table].items(), zip(*rows, strict=True), strict=True):
        if kind == "varchar":
            out[key] = text_column(values)
        else:
            out[key] = np.asarray(values, dtype="datetime64[us]" if kind == "timestamp" else None)
    return out
