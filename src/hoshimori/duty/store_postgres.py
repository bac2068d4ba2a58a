"""A duty book in PostgreSQL: for several machines that keep one watch.

LOCK TABLE ... IN EXCLUSIVE MODE makes one writer at a time, while readers go on; so the lines of the feed become visible in the
order of their numbers. Its tables live in the first schema of the search path. The password of the URL is shown nowhere.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError

from hoshimori.duty import store
from hoshimori.duty.tables import meta
from hoshimori.errors import CatalogueBusy, CatalogueDamaged, CatalogueError, UsageError

_DRIVER = "postgresql+psycopg"
_CREATING = 0x64757479  # "duty": the advisory lock while the tables are made
_BUSY = {"55P03", "57014", "40P01", "40001", "53300"}
_CLOSED = {"25006", "42501", "3D000", "53100", "53200", "58030", "57P01", "57P02", "57P03"}
_BROKEN = {"42P01", "42703", "XX000", "XX001", "XX002"}
_SECRET_WORDS = ("password", "sslpassword")


class Postgres:
    """Tables in one schema of a database."""

    def __init__(self, where: str, wait_s: float) -> None:
        self._url = _url(where)
        self._wait_s = wait_s
        words = (str(self._url.query[w]) for w in _SECRET_WORDS if w in self._url.query)
        self._secrets = {s for s in (self._url.password, *words) if s}
        self.name = self._url.set(password=None, query={}).render_as_string()
        self._driver = _driver()

    def there(self) -> bool:
        return True

    def engine(self) -> Engine:
        return sa.create_engine(
            self._url,
            pool_pre_ping=True,
            pool_timeout=self._wait_s,
            hide_parameters=True,
            connect_args={"connect_timeout": max(2, round(self._wait_s))},
        )

    def options(self, *, writing: bool) -> dict[str, Any]:
        if writing:
            return {"isolation_level": "READ COMMITTED"}  # what another wrote while this one waited for the lock is seen
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def lock(self, connection: Connection, *, creating: bool) -> None:
        at_commit = (
            "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END"
        )
        connection.exec_driver_sql(
            f"SELECT set_config('lock_timeout', '{round(self._wait_s * 1000)}ms', true), "
            f"set_config('synchronous_commit', {at_commit}, true)"
        )
        connection.exec_driver_sql(
            f"SELECT pg_advisory_xact_lock({_CREATING})" if creating else f"LOCK TABLE {meta.name} IN EXCLUSIVE MODE"
        )

    def explain(self, error: Exception) -> CatalogueError | None:
        if isinstance(error, sa.exc.TimeoutError):
            return CatalogueBusy(f"{self.name}: every connection of this process was in use for {self._wait_s:g} s")
        cause = getattr(error, "orig", None) or error
        if not isinstance(cause, self._driver.Error | sa.exc.DBAPIError):
            return None
        state, why = getattr(cause, "sqlstate", None), self._harmless(str(cause))
        if state in _BUSY:
            return CatalogueBusy(f"{self.name}: another process is writing and did not finish in {self._wait_s:g} s ({why})")
        if state in _BROKEN:
            return CatalogueDamaged(f"{self.name}: {why}")
        if state is None or state in _CLOSED or state.startswith(("08", "28")):
            return store.unwritable(self.name, why, "Check that the server runs, has room, and lets this user in and write")
        return CatalogueError(f"{self.name}: {why}")

    def _harmless(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split()).rstrip(".")


def _driver() -> Any:
    try:
        import psycopg
    except ImportError:
        raise UsageError('a duty book in PostgreSQL needs the extra "postgres": pip install "hoshimori[postgres]"') from None
    return psycopg


def _url(where: str) -> URL:
    kind = where.partition("://")[0]
    if kind not in ("postgresql", _DRIVER):
        raise UsageError(f"{kind}://...: the duty book is kept in a home, or under a URL that begins with {_DRIVER}://")
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
