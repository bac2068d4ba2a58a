"""A PostgreSQL of one's own for the tests: started in a folder that is thrown away, reached by a socket in it."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

GIVEN = "HOSHIMORI_POSTGRES"
USER = "hoshimori"
START_S = 60.0


class Absent(Exception):
    """There is no PostgreSQL to test with, and why."""


class Server:
    """A server of one's own in a folder. It keeps what it holds over `kill` and `start`."""

    def __init__(self, program: str, folder: Path, password: str) -> None:
        self._program, self._folder = program, folder
        url = sa.URL.create("postgresql+psycopg", USER, password, database="postgres", query={"host": str(folder)})
        self.url = url.render_as_string(hide_password=False)
        self.start()

    def start(self) -> None:
        deadline = time.monotonic() + START_S
        while True:  # after a kill, the old server's children still hold its memory for a moment
            self._process = _start(self._program, self._folder)
            if _answers(self.url, self._process, deadline):
                return
            if time.monotonic() > deadline:
                raise Absent(f"the server did not start: {(self._folder / 'log').read_text(errors='replace')[-300:]}")
            time.sleep(0.2)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)  # its fast shutdown
        self._process.wait(30)


@contextmanager
def private() -> Iterator[Server]:
    """A server that nobody else uses. Absent where there is none."""
    initdb, program = _program("initdb"), _program("postgres")
    with _folder() as folder:
        password = secrets.token_urlsafe(12)
        _make(initdb, folder, password)
        started = Server(program, folder, password)
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database in which the tests may make schemas: the one given, or a private one. Absent where there is none."""
    if given := os.environ.get(GIVEN):
        yield given
        return
    with private() as started:
        yield started.url


@contextmanager
def schema(url: str) -> Iterator[str]:
    """The URL of a fresh schema in that database, dropped afterwards."""
    name = f"hoshimori_{secrets.token_hex(6)}"
    execute(url, f"CREATE SCHEMA {name}")
    try:
        yield with_options(url, f"-csearch_path={name}")
    finally:
        execute(url, f"DROP SCHEMA {name} CASCADE")


def with_options(url: str, options: str) -> str:
    """The URL with settings of the session besides those that it has."""
    held = sa.make_url(url)
    before = str(held.query.get("options", ""))
    return held.update_query_dict({"options": f"{before} {options}".strip()}).render_as_string(hide_password=False)


def execute(url: str, *statements: str) -> list[Any]:
    """Run statements, each committed at once; the rows of the last."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                done = connection.exec_driver_sql(statement)
            return list(done.all()) if done.returns_rows else []
    finally:
        engine.dispose()


def _program(name: str) -> str:
    places = [shutil.which(name), *sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), reverse=True)]
    found = next((p for p in places if p), None)
    if found is None:
        raise Absent(
            f"no PostgreSQL here (the program {name} is not found): install one, or set {GIVEN} to the URL of a database"
        )
    return found


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the server may enter: it refuses to run as root, so root lends it to another user."""
    folder = Path(tempfile.mkdtemp(prefix="hoshimori-pg-"))
    try:
        if os.geteuid() == 0:
            who = pwd.getpwnam(_other_user())
            os.chown(folder, who.pw_uid, who.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> str:
    known = {p.pw_name for p in pwd.getpwall()}
    found = next((name for name in ("postgres", "nobody") if name in known), None)
    if found is None:
        raise Absent(f"PostgreSQL does not run as root, and there is no user postgres or nobody: set {GIVEN}")
    return found


def _as_other() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam(_other_user())
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _make(initdb: str, folder: Path, password: str) -> None:
    words = folder / "password"
    words.write_text(password)
    words.chmod(0o644)  # inside a folder that only the server's user and root may enter
    done = subprocess.run(
        [initdb, "-D", folder / "data", "-U", USER, "-A", "scram-sha-256", "--pwfile", words, "-E", "UTF8", "--no-locale"],
        capture_output=True,
        text=True,
        cwd=folder,
        **_as_other(),
    )
    words.unlink()
    if done.returncode:
        raise Absent(f"initdb failed: {done.stderr.strip()[-300:]}")


def _start(postgres: str, folder: Path) -> subprocess.Popen[bytes]:
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", "shared_buffers=16MB", "max_connections=30"]
    with open(folder / "log", "wb") as log:
        return subprocess.Popen(
            [postgres, "-D", folder / "data", *(word for s in settings for word in ("-c", s))],
            stdout=log,
            stderr=log,
            cwd=folder,
            **_as_other(),
        )


def _answers(url: str, process: subprocess.Popen[bytes], deadline: float) -> bool:
    """True when it does; False when it has ended, or time is up."""
    while process.poll() is None and time.monotonic() < deadline:
        try:
            execute(url, "SELECT 1")
        except sa.exc.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False
