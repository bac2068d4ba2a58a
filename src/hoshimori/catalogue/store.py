"""Files on the shelf: immutable Parquet, a manifest that names them, one writer, any number of readers that never wait.

home/catalogue/manifest.json    what there is, replaced by rename
home/catalogue/lock             held while writing
home/catalogue/files/           sets-000017-0.parquet ...
home/raw/                       the bytes as received (raw.py)
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import platformdirs

from hoshimori.catalogue.disk import PARTIAL, flush_file, flush_folder, make_folder, write_atomically, writing_to
from hoshimori.catalogue.lock import write_lock
from hoshimori.catalogue.manifest import REMEDY, Manifest, StoredFile, parse
from hoshimori.catalogue.tables import COLUMNS, ORDER, RETIRED, ROW_GROUP, SETS, connect, files_sql, select_list
from hoshimori.errors import CatalogueDamaged

GRACE_S = 600.0
"""How long a superseded file stays for readers that opened an older manifest."""

_RETRIES = 5
T = TypeVar("T")


class FileGone(Exception):
    """A file that the manifest in hand names is no longer there: look at the newest manifest."""


def default_home() -> Path:
    """HOSHIMORI_HOME, else the user's data folder of this platform."""
    given = os.environ.get("HOSHIMORI_HOME")
    return Path(given).expanduser() if given else Path(platformdirs.user_data_dir("hoshimori"))


class Store:
    """The files of one catalogue. Reading creates nothing; `writing` creates what it needs."""

    def __init__(self, home: Path, *, wait_s: float = 60.0, grace_s: float = GRACE_S) -> None:
        self.home = home
        self.folder = home / "catalogue"
        self.files = self.folder / "files"
        self._manifest_path = self.folder / "manifest.json"
        self._wait_s = wait_s
        self._grace_s = grace_s
        self._con: Any = None
        self._checked: set[tuple[str, str]] = set()

    def engine(self) -> Any:
        """A cursor of this store's DuckDB connection: cheap, and safe to use from another thread."""
        if self._con is None:
            self._con = connect()
        cursor = self._con.cursor()
        cursor.execute("set enable_progress_bar = false")  # its own bar would be drawn over ours
        return cursor

    def manifest(self) -> Manifest:
        """What there is now. An absent catalogue is an empty one."""
        for _ in range(2):  # a first writer may have made both between the two looks
            try:
                return parse(self._manifest_path.read_bytes(), self._manifest_path)
            except (FileNotFoundError, NotADirectoryError):
                if not self._holds_files():
                    return Manifest()
            except OSError as error:
                raise CatalogueDamaged(f"{self._manifest_path}: cannot be read: {error}") from error
        raise CatalogueDamaged(f"{self._manifest_path}: missing, though stored files are there. {REMEDY}")

    def _holds_files(self) -> bool:
        return self.files.is_dir() and any(p.suffix == ".parquet" for p in self.files.iterdir())

    def path(self, file: StoredFile) -> str:
        return str(self.files / file.name)

    def relation(self, files: Sequence[StoredFile]) -> str:
        """SQL over files that were checked against their digests: once per process and file, since files never change."""
        self.check(files)
        return files_sql([self.path(f) for f in files])

    def check(self, files: Sequence[StoredFile], *, again: bool = False) -> None:
        """CatalogueDamaged if a file is not what was written; FileGone if it is not there."""
        todo = [f for f in files if again or (f.name, f.sha256) not in self._checked]
        if len(todo) < 2:
            found = [self._fault(f) for f in todo]
        else:
            with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
                found = list(pool.map(self._fault, todo))
        faults = [x for x in found if x]
        if faults:
            raise CatalogueDamaged("; ".join(faults) + f". {REMEDY}")
        self._checked.update((f.name, f.sha256) for f in todo)

    def _fault(self, file: StoredFile) -> str:
        try:
            size = os.path.getsize(self.path(file))
            if size != file.bytes:
                return f"{self.path(file)}: {size} bytes, but {file.bytes} were written"
            same = digest_of(self.path(file)) == file.sha256
        except FileNotFoundError as error:
            raise FileGone(file.name) from error
        except OSError as error:
            return f"{self.path(file)}: cannot be read: {error}"
        return "" if same else f"{self.path(file)}: its bytes are not those that were written (SHA-256 differs)"

    def read(self, ask: Callable[[Manifest], T], manifest: Manifest | None = None) -> T:
        """`ask` of a manifest; once more of a fresh one when a compaction took a file away meanwhile."""
        now = manifest or self.manifest()
        for _ in range(_RETRIES):
            try:
                return ask(now)
            except FileGone as gone:
                fresh = self.manifest()
                if fresh.generation == now.generation:
                    raise CatalogueDamaged(f"{self.files / str(gone)}: missing, though the manifest names it. {REMEDY}") from gone
                now = fresh
            except Exception as error:
                if not type(error).__module__.startswith(("duckdb", "_duckdb")) or not self._lost_one(now):
                    raise
                now = self.manifest()
        raise CatalogueDamaged(f"{self.files}: files vanish faster than they can be read. {REMEDY}")

    def _lost_one(self, manifest: Manifest) -> bool:
        return any(not os.path.exists(self.path(f)) for f in manifest.files)

    @contextmanager
    def writing(self, *, afresh: bool = False) -> Iterator[Writer]:
        """The only way to change anything. What is not published when the block ends leaves no trace.

        `afresh` starts from nothing instead of from the manifest, for a damaged catalogue: all files there until now count
        as superseded once something is published.
        """
        with writing_to(self.home):
            make_folder(self.files)
        with writing_to(self.folder / "lock"), write_lock(self.folder / "lock", self._wait_s):
            writer = Writer(self, self._empty() if afresh else self.manifest())
            try:
                with writing_to(self.folder):
                    if not afresh:
                        if not self._manifest_path.exists():
                            self.replace_manifest(writer.manifest)  # from now on a missing manifest is damage
                        writer.sweep()
                yield writer
            except FileGone as gone:
                raise CatalogueDamaged(f"{self.files / str(gone)}: missing, though the manifest names it. {REMEDY}") from gone
            finally:
                writer.discard()

    def _empty(self) -> Manifest:
        """No files, but a generation above every file name in use, so that no name is ever used twice."""
        old = [p.name for p in self.files.glob("*-*-*.parquet")]
        used = [int(x) for x in (name.split("-")[1] for name in old) if x.isdigit()]
        return Manifest(generation=max(used, default=0) + 1, superseded=tuple((n, time.time()) for n in sorted(old)))

    def found_on_disk(self) -> Manifest:
        """A manifest of whatever Parquet files are there and can be opened, for when the true one is lost."""
        files = []
        for path in sorted(self.files.glob("*-*-*.parquet")):
            with suppress(Exception):  # whatever DuckDB says of a broken file: it cannot be used
                files.append(describe(self.engine(), path.name.split("-")[0], path.name, path))
        return Manifest(files=tuple(f for f in files if f.table in COLUMNS))

    def replace_manifest(self, manifest: Manifest) -> None:
        write_atomically(self._manifest_path, manifest.dump())


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
        os.link(path, self._store.files / entry.name)
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
        with writing_to(self._store.folder / "manifest.json"):
            self._store.replace_manifest(manifest)
        self.manifest, self._staged = manifest, []
        return manifest

    def discard(self) -> None:
        for file in self._staged:
            (self._store.files / file.name).unlink(missing_ok=True)
        self._staged = []

    def sweep(self) -> None:
        """Remove what no manifest names any more: leavings of a killed writer, and superseded files past their grace."""
        now = time.time()
        keep = tuple((n, t) for n, t in self.manifest.superseded if now - t < self._store._grace_s)
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


def digest_of(path: str) -> str:
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


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
