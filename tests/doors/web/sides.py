"""A service of one party, served over HTTP in this process, and people of every role who come in with API tokens."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from hoshimori.doors import keyrings
from hoshimori.doors.web import app as application
from hoshimori.doors.web import logs
from hoshimori.doors.web.settings import Settings
from hoshimori.doors.web.world import World
from hoshimori.facts import DataMode
from hoshimori.ledger.keys import PrivateKey

API = "/api/v1"
ROLES = ("viewer", "analyst", "signer", "admin")
PASSPHRASE = "plain rope window seven green tea"


@dataclass(frozen=True)
class Side:
    """One running service."""

    world: World
    address: str
    api: FastAPI
    log: io.StringIO
    _clients: list[httpx.Client] = field(default_factory=list)

    def person(self, name: str, party: str | None, *roles: str) -> httpx.Client:
        """Somebody with a token of their own."""
        token, _ = self.api.state.people.make_token(name, party, roles, 1.0)
        return self._client({"Authorization": f"Bearer {token}"})

    def nobody(self) -> httpx.Client:
        return self._client({})

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        made = httpx.Client(base_url=self.address + API, headers=headers, timeout=60.0, trust_env=False)
        self._clients.append(made)
        return made

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def served(home: Path, party: str, *, keys: Path | None = None, mode: DataMode = DataMode.EXERCISE) -> Iterator[Side]:
    """The service of a home, on a port that is free; ended at the end."""
    world = World(home, party, modes=(mode,), practice=mode is DataMode.EXERCISE, keys=keys)
    settings = Settings(home, party=party)
    api = application.create(world, settings)
    log = io.StringIO()
    logs.install("info", log)
    config = uvicorn.Config(
        application.layers(api), http="httptools", ws="none", lifespan="on", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    sock = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[sock])), daemon=True)
    thread.start()
    side = Side(world, f"http://127.0.0.1:{sock.getsockname()[1]}", api, log)
    try:
        while not server.started and thread.is_alive():
            threading.Event().wait(0.01)
        yield side
    finally:
        side.close()
        server.should_exit = True
        thread.join(20.0)
        sock.close()
        world.duty.close()


@dataclass(frozen=True)
class Keys:
    """Two parties' keys in a folder each, one keyring that both signed."""

    japan: Path
    states: Path
    ring: Path
    fingerprint: str
    of: dict[str, PrivateKey]


def keys(place: Path, *, needed: int = 1) -> Keys:
    """sato and abe of Japan, smith of the United States; all with a passphrase."""
    japan, states = place / "keys-japan", place / "keys-states"
    whose = {"sato": ("JPN", japan), "abe": ("JPN", japan), "smith": ("USA", states)}
    made = {
        name: keyrings.make_key(
            folder / f"{name}.pem", party=party, person=f"{name[0].upper()}. {name.title()}", passphrase=PASSPHRASE
        )
        for name, (party, folder) in whose.items()
    }
    ring = place / "keyring.json"
    keyrings.draft([f / f"{n}.pub.json" for n, (_, f) in whose.items()], ring, thresholds={"JPN": needed})
    for name in ("sato", "abe", "smith")[: 3 if needed > 1 else None]:
        if name != "abe" or needed > 1:
            done = keyrings.sign(ring, made[name])
    return Keys(japan, states, ring, done.fingerprint, made)
