"""The services of two parties, each with its own home and keys, and one keyring that both trust."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hoshimori.doors import keyrings
from hoshimori.doors.web.principal import Principal
from tests.conftest import Practice
from tests.doors.web import floor
from tests.doors.web.floor import Served
from tests.doors.web.sides import keys

SATO = Principal("A. Sato", "JPN", frozenset({"signer"}), "token")
SMITH = Principal("B. Smith", "USA", frozenset({"signer"}), "token")


@dataclass(frozen=True)
class Both:
    japan: Served
    states: Served


@contextmanager
def two(practice: Practice, place: Path) -> Iterator[Both]:
    """Both run until the end; Japan's catalogue is the practice sky, so is the other's, each a copy."""
    held = keys(place)
    japan = floor.practice_world(practice.copied(place / "japan"), keys=held.japan)
    states = floor.practice_world(practice.copied(place / "states"), party="USA", keys=held.states)
    for world in (japan, states):
        keyrings.adopt(held.ring, fingerprint=held.fingerprint, home=world.home)
    with floor.served(japan) as a, floor.served(states) as b:
        yield Both(a, b)
    for world in (japan, states):
        world.duty.close()
