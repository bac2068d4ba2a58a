"""A journal in PostgreSQL: for several machines that write one log.

LOCK TABLE ... IN EXCLUSIVE MODE makes one writer at a time, while readers go on. Its tables live in the first schema of the
search path, so that one database can hold several journals (`?options=-csearch_path%3Dname`). The password of the URL is shown
nowhere; better it stands in a password file, which the client library finds by itself.
"""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError

from hoshimori.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerUnwritable, UsageError
from hoshimori.ledger import store

_DRIVER = "postgresql+psycopg"
_CREATING = 0x686F7368  # "hosh": the advisory lock while the tables are made
_BUSY = {"55P03", "57014", "40P01", "40001", "53300"}
_CLOSED = {"25006", "42501", "3D000", "53100", "53200", "58030", "57P01", "57P02", "57P03"}
_BROKEN = {"42P01", "42703", "23505", "23502", "P0001", "XX000", "XX001", "XX002"}
_FUNCTION = "journal_append_only"
_BODY = "begin raise exception 'append-only'; end"
_BEFORE_CHANGE = 2 | 8 | 16 | 32  # pg_trigger.tgtype: before, delete, update, truncate
_SECRET_WORDS = ("password", "sslpassword")


class Postgres:
    """Tables in one schema of a database."""

    def __init__(self, where: str, wait_s: float) -> None:
        url = _url(where)
        self._wait_s = wait_s
        self._secrets = {s for s in (url.password, *(str(url.query[w]) for w in _SECRET_WORDS if w in url.query)) if s}
        self.name = _shown(url)
        self._driver = _driver()
        self.engine = sa.create_engine(
            url,
            pool_pre_ping=True,
            pool_timeout=wait_s,
            hide_parameters=True,
            connect_args={"connect_timeout": max(2, round(wait_s))},
        )
        self._durable = threading.Event()

    def options(self, *, writing: bool) -> dict[str, Any]:
        if writing:
            return {"isolation_level": "READ COMMITTED"}  # what another wrote while this one waited for the lock is seen
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def lock(self, connection: Connection) -> None:
        self._patience(connection)
        connection.exec_driver_sql(f"LOCK TABLE {store.entries.name} IN EXCLUSIVE MODE")

    def create(self, connection: Connection) -> None:
        self._patience(connection)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATING})")

    def protections(self) -> list[str]:
        return [
            f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$",
            *(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
                for table in store.NAMES
            ),
        ]

    def unprotected(self, connection: Connection) -> str:
        asked = sa.text(
            "SELECT t.tgenabled, t.tgtype, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = to_regclass(:table) AND t.tgname = :name AND NOT t.tgisinternal"
        )
        for table in store.NAMES:
            name = f"{table}_append_only"
            row = connection.execute(asked, {"table": table, "name": name}).first()
            if row is None:
                return f"the trigger {name} is missing"
            enabled, kind, source = row
            if enabled not in ("O", "A") or kind & _BEFORE_CHANGE != _BEFORE_CHANGE or source != _BODY:
                return f"the trigger {name} was changed or switched off"
        return ""

    def foreign(self, connection: Connection) -> bool:
        return False  # a database is shared by intent

    def explain(self, error: Exception) -> LedgerError | None:
        if isinstance(error, sa.exc.TimeoutError):
            return LedgerBusy(f"{self.name}: every connection of this process was in use for {self._wait_s:g} s")
        cause = getattr(error, "orig", None) or error
        if not isinstance(cause, self._driver.Error | sa.exc.DBAPIError):
            return None
        state = getattr(cause, "sqlstate", None)
        why = self._harmless(str(cause))
        if state in _BUSY:
            return LedgerBusy(
                f"{self.name}: another process is writing and did not finish in {self._wait_s:g} s ({why}). Try again"
            )
        if state in _BROKEN:
            return LedgerDamaged(f"{self.name}: {why}. Compare the journal with a checkpoint that others hold")
        if state is None or state in _CLOSED or state.startswith(("08", "28")):
            return store.unwritable(self.name, why, "Check that the server runs, has room, and lets this user in and write")
        return LedgerError(f"{self.name}: {why}")

    def _patience(self, connection: Connection) -> None:
        """Wait so long for a lock and no longer; and wait for the disk at the commit, also where the server would not."""
        if not self._durable.is_set():
            if connection.exec_driver_sql("SHOW fsync").scalar() == "off":
                raise LedgerUnwritable(
                    f"{self.name}: this server runs with fsync=off: an entry could be lost after it was acknowledged"
                )
            self._durable.set()
        at_commit = (
            "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END"
        )
        connection.exec_driver_sql(
            f"SELECT set_config('lock_timeout', '{round(self._wait_s * 1000)}ms', true), "
            f"set_config('synchronous_commit', {at_commit}, true)"
        )

    def _harmless(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split()).rstrip(".")


def _driver() -> Any:
    try:
        import psycopg
    except ImportError:
        raise UsageError('a journal in PostgreSQL needs the extra "postgres": pip install "hoshimori[postgres]"') from None
    return psycopg


def _url(where: str) -> URL:
    kind = where.partition("://")[0]
    if kind not in ("postgresql", _DRIVER):
        raise UsageError(f"{kind}://...: a journal is kept in a folder, or under a URL that begins with {_DRIVER}://")
    try:
        url = sa.make_url(where)
    except (ArgumentError, ValueError):
        url = None
    if url is None or not url.database or "@" in (url.host or ""):  # an unescaped password would spill into the host
        raise UsageError(
            f"{kind}://...: not a URL of a database: {_DRIVER}://USER@HOST:PORT/DATABASE; "
            "in a password @ is written %40, : is %3A and / is %2F"
        )
    return url.set(drivername=_DRIVER)


def _shown(url: URL) -> str:
    """Where it is, without the password and whatever else stands in the query."""
    return url.set(password=None, query={}).render_as_string()
