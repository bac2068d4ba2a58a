"""Where a journal is kept: three tables that only grow, one write lock, and every refusal of a database in our words.

SQLite and PostgreSQL differ in how they lock, sync and forbid changes: `store_sqlite` and `store_postgres`. Everything else is
here and above, once. Rows are text, bytes and whole numbers only, so that both give back exactly what was put in.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from hoshimori.errors import LedgerDamaged, LedgerError, LedgerUnwritable, Refused, UsageError

FORMAT = "hoshimori.journal/1"
WAIT_S = 30.0
"""How long a writer waits for another one, judged: an append takes milliseconds, a person notices half a minute."""


class Bytes(sa.LargeBinary):
    """Bytes as the driver gives them: what is stored as something else is found by who reads it, with the number of its row."""

    cache_ok = True

    def result_processor(self, dialect: object, coltype: object) -> None:
        return None


_tables = sa.MetaData()
_whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite's own row number is spelt INTEGER

meta = sa.Table(
    "journal_meta", _tables, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
entries = sa.Table(
    "journal_entries",
    _tables,
    sa.Column("seq", _whole, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("t_utc", sa.Text, nullable=False),
    sa.Column("body", Bytes, nullable=False),
    sa.Column("previous", Bytes, nullable=False),
    sa.Column("leaf", Bytes, nullable=False),
    sa.Column("entry_hash", Bytes, nullable=False),
    sa.Index("journal_entries_by_kind", "kind", "seq"),
)
nodes = sa.Table(
    "journal_nodes",
    _tables,
    sa.Column("number", _whole, primary_key=True, autoincrement=False),  # merkle.number: one key for each complete subtree
    sa.Column("hash", Bytes, nullable=False),
)
NAMES = tuple(t.name for t in (meta, entries, nodes))


class Backend(Protocol):
    """What one kind of database does in its own way. name: as shown to people, without secrets."""

    name: str
    engine: Engine

    def options(self, *, writing: bool) -> dict[str, Any]:
        """Execution options of a connection that reads one unchanging picture, or that writes."""

    def lock(self, connection: Connection) -> None:
        """Wait for the one write lock, held to the end of the transaction."""

    def create(self, connection: Connection) -> None:
        """Wait until nobody else is creating the tables."""

    def protections(self) -> Sequence[str]:
        """Statements that forbid change and removal."""

    def unprotected(self, connection: Connection) -> str:
        """What is missing of the protections; "" if nothing."""

    def foreign(self, connection: Connection) -> bool:
        """Is this the database of something else, in which a journal must not be made?"""

    def explain(self, error: Exception) -> LedgerError | None:
        """A refusal of the database in our words; None where it is not one."""


def backend(where: Path | str, wait_s: float) -> Backend:
    """The kind of database that a folder or a URL means."""
    if isinstance(where, str) and "://" in where:
        from hoshimori.ledger import store_postgres  # so that a journal in a folder never loads psycopg

        return store_postgres.Postgres(where, wait_s)
    from hoshimori.ledger import store_sqlite

    return store_sqlite.Sqlite(Path(where), wait_s)


class Store:
    """The tables of one journal, made where there are none. Safe among threads; each process opens its own."""

    def __init__(self, where: Path | str, *, wait_s: float = WAIT_S, create: bool = True) -> None:
        if not wait_s > 0:
            raise UsageError(f"wait_s={wait_s}: a wait above 0 s for another writer")
        self._backend = backend(where, wait_s)
        self._mine = threading.local()
        self._owner = os.getpid()
        event.listen(self._backend.engine, "checkout", self._refuse_a_fork)
        self.name = self._backend.name
        try:
            self._open(create)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._backend.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One unchanging picture of the tables."""
        with self._in_our_words(), self._connected(writing=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one write lock. What is done is durable when the block ends well; an exception leaves everything as it was."""
        if getattr(self._mine, "writing", False):
            raise UsageError(f"{self.name}: this thread is writing already: append through the open writing() block")
        self._mine.writing = True
        try:
            with self._in_our_words(), self._connected(writing=True) as connection:
                self._backend.lock(connection)
                yield connection
        finally:
            self._mine.writing = False

    def _open(self, create: bool) -> None:
        with self.reading() as connection:
            if self._found(connection):
                return
        if not create:
            raise UsageError(f"{self.name}: there is no journal here")
        with self._in_our_words(), self._connected(writing=True) as connection:
            self._backend.create(connection)
            if not self._found(connection):
                self._make(connection)

    def _found(self, connection: Connection) -> bool:
        """Is there a journal of our format with its protections? Raises where there is one that must not be used."""
        there = set(sa.inspect(connection).get_table_names()) & set(NAMES)
        if not there:
            if self._backend.foreign(connection):
                raise Refused(
                    "journal-format", f"{self.name}: holds the tables of something else; a journal wants a place of its own"
                )
            return False
        if meta.name in there:
            found = connection.execute(sa.select(meta.c.value).where(meta.c.name == "format")).scalar()
            if found != FORMAT:
                raise Refused(
                    "journal-format", f"{self.name}: format {found!r}; this program reads {FORMAT!r} and changes no other"
                )
        if missing := sorted(set(NAMES) - there):
            raise LedgerDamaged(f"{self.name}: the table {missing[0]} is missing")
        if lacking := self._backend.unprotected(connection):
            raise LedgerDamaged(
                f"{self.name}: {lacking}: rows could be changed or removed unseen. Check the journal against a checkpoint "
                "that others hold before it is trusted again"
            )
        return True

    def _make(self, connection: Connection) -> None:
        _tables.create_all(connection, checkfirst=False)
        connection.execute(meta.insert(), [{"name": "format", "value": FORMAT}])
        for statement in self._backend.protections():
            connection.exec_driver_sql(statement)

    @contextmanager
    def _connected(self, *, writing: bool) -> Iterator[Connection]:
        options = self._backend.options(writing=writing)
        with self._backend.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def _refuse_a_fork(self, *_: object) -> None:
        if os.getpid() != self._owner:
            raise UsageError(
                f"{self.name}: opened before this process forked; a connection does not survive that: open it again here"
            )

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except LedgerError:
            raise
        except Exception as error:
            said = self._backend.explain(error)
            if said is None:
                raise
            raise said from None  # what the driver wrote may hold a password or a body: `said` has the harmless part


def unwritable(name: str, why: str, remedy: str) -> LedgerUnwritable:
    return LedgerUnwritable(f"{name}: cannot write: {why}. {remedy}. Every entry that was acknowledged is unchanged")
