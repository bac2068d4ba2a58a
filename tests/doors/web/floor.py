"""What the tests of the service stand on: a world with the practice sky, a real server on a free port, and who asks it."""

from __future__ import annotations

import io
import json
import logging
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from hoshimori.doors.web import app as application
from hoshimori.doors.web import logs, serve
from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.settings import Settings
from hoshimori.doors.web.static import BUILT
from hoshimori.doors.web.world import World
from hoshimori.facts import DataMode

API = "/api/v1"
VIEWER = Principal("V. Iewer", "JPN", frozenset({"viewer"}), "token")
ANALYST = Principal("A. Nalyst", "JPN", frozenset({"analyst"}), "token")
SIGNER = Principal("S. Igner", "JPN", frozenset({"signer"}), "token")
ADMIN = Principal("A. Dmin", "JPN", frozenset({"admin"}), "token")
ALLY = Principal("O. Ther", "USA", frozenset({"viewer", "analyst", "signer"}), "token")
PUBLIC = Principal("P. Ublic", None, frozenset({"viewer"}), "token")


def practice_world(home: Path, **changes: Any) -> World:
    """The world over a home that holds the practice sky."""
    settings: dict[str, Any] = {"party": "JPN", "modes": (DataMode.EXERCISE,), "practice": True, "as_of": "data"}
    return World(home, **(settings | changes))


def copied(world: World, place: Path, **changes: Any) -> World:
    """A world of one's own with the same facts and the same book."""
    shutil.copytree(world.home, place)
    return practice_world(place, **changes)


@dataclass
class Served:
    """A service that runs. Ended by `served`."""

    url: str
    app: FastAPI
    world: World
    log: io.StringIO
    _tokens: dict[Principal, str] = field(default_factory=dict)

    def token(self, principal: Principal) -> str:
        """An API token of this principal, made once."""
        if principal not in self._tokens:
            people = self.app.state.people
            self._tokens[principal] = people.make_token(principal.name, principal.party, principal.roles, 1.0)[0]
        return self._tokens[principal]

    def client(self, principal: Principal | None = ANALYST, **more: Any) -> httpx.Client:
        """A client that asks as this principal; None: as nobody. Close it, or use it as a context manager."""
        headers = {"Authorization": f"Bearer {self.token(principal)}"} if principal else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60.0, trust_env=False, **more)

    def lines(self) -> list[Mapping[str, Any]]:
        """What the service wrote about itself."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@contextmanager
def served(
    world: World, settings: Settings | None = None, *, app: FastAPI | None = None, built: Path = BUILT
) -> Iterator[Served]:
    """A real server over a world, on a free port of this machine, without workers."""
    settings = settings or Settings(world.home)
    api = app or application.create(world, settings)
    log = io.StringIO()
    before = _logging()
    logs.install("info", log)
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(serve.config(application.layers(api, built=built), settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30.0
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.005)
    try:
        yield Served(f"http://127.0.0.1:{sock.getsockname()[1]}", api, world, log)
    finally:
        server.should_exit = True
        thread.join(15.0)
        sock.close()
        for (
            logger,
            level,
            handlers,
            propagate,
        ) in before:  # the service set up its whole process; other tests run in this one
            logger.setLevel(level)
            logger.handlers[:], logger.propagate = handlers, propagate
        assert not thread.is_alive(), "the server did not end"


def _logging() -> list[tuple[logging.Logger, int, list[logging.Handler], bool]]:
    named = ("httpx", "httpcore", "uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
    held = [logging.getLogger(), *map(logging.getLogger, named)]
    return [(logger, logger.level, list(logger.handlers), logger.propagate) for logger in held]


@contextmanager
def client(world: World, principal: Principal | None = ANALYST, settings: Settings | None = None) -> Iterator[httpx.Client]:
    """A client over a server of its own: everything on the way is real, the gate too."""
    with served(world, settings) as service, service.client(principal) as asks:
        yield asks


def raw(url: str, data: bytes, *, seconds: float = 10.0) -> bytes:
    """Bytes as they are to a server, and what comes back until it hangs up or falls silent."""
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port or 80), timeout=seconds) as sock:
        with suppress(BrokenPipeError, ConnectionResetError):
            sock.sendall(data)
        found = b""
        try:
            while part := sock.recv(65536):
                found += part
        except (TimeoutError, ConnectionResetError):
            pass
        return found
