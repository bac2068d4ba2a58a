"""A service of one party, served over HTTP in this process, and people of every role who come in with API tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from hoshimori.doors import keyrings
from hoshimori.doors.web.world import World
from hoshimori.facts import DataMode
from hoshimori.ledger.keys import PrivateKey
from tests.doors.web import floor
from tests.doors.web.floor import API, Served

ROLES = ("viewer", "analyst", "signer", "admin")
PASSPHRASE = "plain rope window seven green tea"


@dataclass(frozen=True)
class Side:
    """One running service, and the people who came to it."""

    world: World
    service: Served
    _clients: list[httpx.Client] = field(default_factory=list)

    def person(self, name: str, party: str | None, *roles: str) -> httpx.Client:
        """Somebody with a token of their own."""
        token, _ = self.service.app.state.people.make_token(name, party, roles, 1.0)
        return self._client({"Authorization": f"Bearer {token}"})

    def nobody(self) -> httpx.Client:
        return self._client({})

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        made = httpx.Client(base_url=self.service.url + API, headers=headers, timeout=60.0, trust_env=False)
        self._clients.append(made)
        return made

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def served(home: Path, party: str, *, keys: Path | None = None) -> Iterator[Side]:
    """The service of a home, on a port that is free; ended at the end."""
    world = World(home, party, modes=(DataMode.EXERCISE,), practice=True, keys=keys)
    with floor.served(world) as service:
        side = Side(world, service)
        try:
            yield side
        finally:
            side.close()
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
