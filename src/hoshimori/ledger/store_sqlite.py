"""A journal in a folder: one SQLite file, synced at every commit, safe for several processes of one machine.

WAL, so that readers never wait; synchronous=FULL, so that a commit is on the disk when it returns; BEGIN IMMEDIATE, so that who
reads and then appends holds the write lock from the start. With the driver's defaults, or with a plain BEGIN, writers that meet
are refused at random. Not for network folders: SQLite's locks do not reach other machines; use PostgreSQL there.
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

from hoshimori.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerUnwritable, UsageError
from hoshimori.ledger import store

FILE = "journal.sqlite"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CLOSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT}
_CHECK = "copy the folder to where you may write, to read it there; or ask for the right to write here"


class Sqlite:
    """One file in a folder of its own, readable by its owner only when it is made here."""

    def __init__(self, folder: Path, wait_s: float) -> None:
        self._path = folder / FILE
        self._wait_s = wait_s
        self.name = str(self._path)
        _make_private(self._path)
        self.engine = sa.create_engine(
            URL.create("sqlite+pysqlite", database=str(self._path.absolute())),
            connect_args={"timeout": wait_s},
            max_overflow=-1,  # as many threads may read as there are
            hide_parameters=True,
        )
        _prepare(self.engine, wait_s)

    def options(self, *, writing: bool) -> dict[str, Any]:
        return {"hoshimori_writing": writing}

    def lock(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE has it already."""

    def create(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE has it already."""

    def protections(self) -> list[str]:
        return list(_triggers().values())

    def unprotected(self, connection: Connection) -> str:
        held = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        return _lacking({str(name): str(sql) for name, sql in held})

    def foreign(self, connection: Connection) -> bool:
        return bool(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar())

    def explain(self, error: Exception) -> LedgerError | None:
        cause = getattr(error, "orig", None) or error
        if not isinstance(cause, sqlite3.Error):
            return None
        return self._said(getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF, str(cause))

    def _said(self, code: int, why: str) -> LedgerError:
        if code in _BUSY:
            return LedgerBusy(
                f"{self.name}: another process is writing and did not finish in {self._wait_s:g} s. Try again, or end that "
                "process if it hangs: nothing that it had not finished will remain"
            )
        if code in _FULL:
            return store.unwritable(self.name, why, "The disk or quota may be full: free some space")
        if code in _CLOSED:
            return store.unwritable(self.name, why, _CHECK[0].upper() + _CHECK[1:])
        if code in _BROKEN:
            return LedgerDamaged(
                f"{self.name}: {why}. Restore the file from a copy, and compare it with a checkpoint that others hold"
            )
        return LedgerError(f"{self.name}: {why}")


def _make_private(path: Path) -> None:
    """The folder and an empty file that only its owner may read, on the disk: SQLite flushes its own files, not this folder."""
    if path.parent.exists() and not path.parent.is_dir():
        raise UsageError(f"{path.parent}: a file; a journal is kept in a folder")
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
        raise store.unwritable(
            str(path), error.strerror or str(error), "Check that the folder is one where you may write"
        ) from None


def _prepare(engine: Engine, wait_s: float) -> None:
    @event.listens_for(engine, "connect")
    def _connect(driver: Any, _record: object) -> None:
        driver.isolation_level = None  # the driver opens no transaction of its own
        _write_ahead(driver, wait_s)
        driver.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("hoshimori_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


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
        raise LedgerUnwritable(
            f"this file system cannot keep SQLite's write-ahead log (mode {mode!r}): use a local disk, or PostgreSQL"
        )


def _triggers() -> dict[str, str]:
    """Nothing is changed, removed, replaced or left out. REPLACE passes by a DELETE trigger, so inserts are looked at too."""
    new_row = {
        store.meta.name: f"WHEN EXISTS (SELECT 1 FROM {store.meta.name} WHERE name = NEW.name)",
        store.entries.name: f"WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM {store.entries.name})",
        store.nodes.name: f"WHEN EXISTS (SELECT 1 FROM {store.nodes.name} WHERE number = NEW.number)",
    }
    out = {}
    for table in store.NAMES:
        for what, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", new_row[table])):
            name = f"{table}_append_only_{what.lower()}"
            out[name] = f"CREATE TRIGGER {name} BEFORE {what} ON {table} {when} BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    return out


def _lacking(held: dict[str, str]) -> str:
    for name, sql in _triggers().items():
        if name not in held:
            return f"the trigger {name} is missing"
        if held[name] != sql:
            return f"the trigger {name} was changed"
    return ""
