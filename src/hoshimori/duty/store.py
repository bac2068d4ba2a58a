"""Where the duty book is kept: one write lock, readers that never wait, and every refusal of a database in our words.

SQLite and PostgreSQL differ in how they lock and sync: `store_sqlite` and `store_postgres`. Everything else is said once, above.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

from hoshimori.duty.tables import FORMAT, meta, tables
from hoshimori.errors import CatalogueDamaged, CatalogueError, CatalogueUnwritable, HoshimoriError, UsageError

WAIT_S = 30.0
"""How long a writer waits for another one, judged: a write takes milliseconds, a person notices half a minute."""


class Backend(Protocol):
    """What one kind of database does in its own way. name: as shown to people, without secrets."""

    name: str

    def there(self) -> bool:
        """Could there be a book? Asked before anything is opened."""

    def engine(self) -> Engine:
        """Made where there is none, privately."""

    def options(self, *, writing: bool) -> dict[str, Any]:
        """Execution options of a connection that reads one unchanging picture, or that writes."""

    def lock(self, connection: Connection, *, creating: bool) -> None:
        """Wait for the one write lock, held to the end of the transaction."""

    def explain(self, error: Exception) -> CatalogueError | None:
        """A refusal of the database in our words; None where it is not one."""


def backend(where: Path | str, wait_s: float) -> Backend:
    """The kind of database that a home or a URL means."""
    if isinstance(where, str) and "://" in where:
        from hoshimori.duty import store_postgres  # so that a book in a home never loads psycopg

        return store_postgres.Postgres(where, wait_s)
    from hoshimori.duty import store_sqlite

    return store_sqlite.Sqlite(Path(where), wait_s)


class Store:
    """The tables of one book. Reading an absent one finds nothing and makes nothing; the first write makes it."""

    def __init__(self, where: Path | str, *, wait_s: float = WAIT_S) -> None:
        if not wait_s > 0:
            raise UsageError(f"wait_s={wait_s}: a wait above 0 s for another writer")
        self._backend = backend(where, wait_s)
        self._engine: Engine | None = None
        self._empty: Engine | None = None
        self._made = False
        self._opening = threading.RLock()
        self.name = self._backend.name

    def close(self) -> None:
        with self._opening:
            for engine in (self._engine, self._empty):
                if engine is not None:
                    engine.dispose()
            self._engine = self._empty = None
            self._made = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One unchanging picture of the tables."""
        with self._in_our_words(), self._connected(self._readable(), writing=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one write lock. What is done is durable when the block ends well; an exception leaves everything as it was."""
        with self._in_our_words():
            engine = self._writable()
            with self._connected(engine, writing=True) as connection:
                self._backend.lock(connection, creating=False)
                yield connection

    def _readable(self) -> Engine:
        with self._opening:
            if self._made and self._engine is not None:
                return self._engine
            if self._backend.there():
                engine = self._opened()
                with self._connected(engine, writing=False) as connection:
                    self._made = _found(connection, self.name)
                if self._made:
                    return engine
            if self._empty is None:
                self._empty = _nothing()
            return self._empty

    def _writable(self) -> Engine:
        with self._opening:
            engine = self._opened()
            if not self._made:
                with self._connected(engine, writing=True) as connection:
                    self._backend.lock(connection, creating=True)
                    if not _found(connection, self.name):
                        tables.create_all(connection)
                        connection.execute(meta.insert(), [{"name": "format", "value": FORMAT}])
                self._made = True
            return engine

    def _opened(self) -> Engine:
        if self._engine is None:
            self._engine = self._backend.engine()
        return self._engine

    @contextmanager
    def _connected(self, engine: Engine, *, writing: bool) -> Iterator[Connection]:
        options = {} if engine is self._empty else self._backend.options(writing=writing)
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except HoshimoriError:
            raise
        except Exception as error:
            said = self._backend.explain(error)
            if said is None:
                raise
            raise said from None  # what the driver wrote may hold a password or a record: `said` has the harmless part


def _found(connection: Connection, name: str) -> bool:
    """Is there a book of our format? Raises where there is one that must not be used."""
    there = set(sa.inspect(connection).get_table_names())
    if meta.name not in there:
        return False
    found = connection.execute(sa.select(meta.c.value).where(meta.c.name == "format")).scalar()
    if found != FORMAT:
        raise CatalogueDamaged(f"{name}: format {found!r}; this program reads {FORMAT!r} and changes no other")
    if missing := sorted(set(tables.tables) - there):
        raise CatalogueDamaged(f"{name}: the table {missing[0]} is missing: move the file away, and a new book is begun")
    return True


def _nothing() -> Engine:
    """An empty book in memory, so that asking an absent one needs no other code."""
    engine = sa.create_engine("sqlite+pysqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    tables.create_all(engine)
    return engine


def unwritable(name: str, why: str, remedy: str) -> CatalogueUnwritable:
    return CatalogueUnwritable(f"{name}: cannot write: {why}. {remedy}. What was acknowledged before is unchanged")
