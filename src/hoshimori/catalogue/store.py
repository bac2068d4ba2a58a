"""Files on the shelf: immutable Parquet, a manifest that names them, one writer, any number of readers that never wait.

home/catalogue/manifest.json    what there is, replaced by rename
home/catalogue/lock             held while writing
home/catalogue/files/           sets-000017-0.parquet ...
home/raw/                       the bytes as received (raw.py)
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from hoshimori.catalogue.manifest import REMEDY, Manifest, StoredFile, parse
from hoshimori.catalogue.tables import connect, files_sql
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
    """The files of one catalogue, for reading: nothing here creates or changes anything."""

    def __init__(self, home: Path, *, wait_s: float = 60.0, grace_s: float = GRACE_S) -> None:
        self.home = home
        self.folder = home / "catalogue"
        self.files = self.folder / "files"
        self.manifest_path = self.folder / "manifest.json"
        self.lock_path = self.folder / "lock"
        self.wait_s = wait_s
        self.grace_s = grace_s
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
                return parse(self.manifest_path.read_bytes(), self.manifest_path)
            except (FileNotFoundError, NotADirectoryError):
                if not self._holds_files():
                    return Manifest()
            except OSError as error:
                raise CatalogueDamaged(f"{self.manifest_path}: cannot be read: {error}") from error
        raise CatalogueDamaged(f"{self.manifest_path}: missing, though stored files are there. {REMEDY}")

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


def digest_of(path: str) -> str:
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
