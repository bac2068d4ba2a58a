"""A duty book in a home: one SQLite file, synced at every commit, safe for several processes of one machine.

WAL, so that readers never wait; synchronous=FULL, so that a commit is on the disk when it returns; BEGIN IMMEDIATE, so that who
reads and then writes holds the write lock from the start. Not for network folders: use PostgreSQL there.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from hoshimori.duty import store
from hoshimori.errors import CatalogueBusy, CatalogueDamaged, CatalogueError, UsageError

FOLDER, FILE = "duty", "duty.sqlite"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CLOSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Sqlite:
    """HOME/duty/duty.sqlite, readable by its owner only."""

    def __init__(self, home: Path, wait_s: float) -> None:
        self._path = home / FOLDER / FILE
        self._wait_s = wait_s
        self.name = str(self._path)

    def there(self) -> bool:
        return self._path.exists()

    def engine(self) -> Engine:
        _make_private(self._path)
        engine = sa.create_engine(
            URL.create("sqlite+pysqlite", database=str(self._path.absolute())),
            connect_args={"timeout": self._wait_s},
            max_overflow=-1,  # as many threads may read as there are
            hide_parameters=True,
        )
        _prepare(engine, self._path, self._wait_s)
        return engine

    def options(self, *, writing: bool) -> dict[str, Any]:
        return {"hoshimori_writing": writing}

    def lock(self, connection: Connection, *, creating: bool) -> None:
        """BEGIN IMMEDIATE has it already."""

    def explain(self, error: Exception) -> CatalogueError | None:
        cause = getattr(error, "orig", None) or error
        if not isinstance(cause, sqlite3.Error):
            return None
        code, why = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF, str(cause)
        if code in _BUSY:
            return CatalogueBusy(f"{self.name}: another process is writing and did not finish in {self._wait_s:g} s. Try again")
        if code in _FULL:
            return store.unwritable(self.name, why, "The disk or quota may be full: free some space")
        if code in _CLOSED:
            return store.unwritable(self.name, why, "Check that this user may write there")
        if code in _BROKEN:
            return CatalogueDamaged(f"{self.name}: {why}. Move the file away: a new book is begun, and sweeps are made again")
        return CatalogueError(f"{self.name}: {why}")


def _make_private(path: Path) -> None:
    """The folder and an empty file that only its owner may read; the folder flushed, since SQLite flushes its own files only."""
    if path.parent.exists() and not path.parent.is_dir():
        raise UsageError(f"{path.parent}: a file; the duty book is kept in a folder")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        why = error.strerror or str(error)
        raise store.unwritable(str(path), why, "Free some space, or check that this user may write there") from None


def _prepare(engine: Engine, path: Path, wait_s: float) -> None:
    opened = _identity(path)

    @event.listens_for(engine, "connect")
    def _connect(driver: Any, _record: object) -> None:
        driver.isolation_level = None  # the driver opens no transaction of its own
        _write_ahead(driver, wait_s)
        driver.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if _identity(path) != opened:  # what is written to a file without a name is gone when it is closed
            raise CatalogueDamaged(
                f"{path}: was removed or replaced while it was in use, so nothing is written to it. Start the service again: "
                "it takes the book that is there then, or begins a new one"
            )
        writing = connection.get_execution_options().get("hoshimori_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _identity(path: Path) -> tuple[int, int]:
    """Which file has this name now; none: nobody's."""
    try:
        found = os.stat(path)
    except OSError:
        return (-1, -1)
    return (found.st_dev, found.st_ino)


def _write_ahead(driver: Any, wait_s: float) -> None:
    """WAL, which stays with the file. SQLite does not wait by itself where two processes switch at once."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            mode = driver.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise store.unwritable("SQLite", f"no write-ahead log (mode {mode!r})", "Use a local disk, or PostgreSQL")
