"""The practice sky, taken in and swept once for all tests of the service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hoshimori.doors.web.world import World
from tests.conftest import Practice
from tests.doors.web import floor
from tests.doors.web.floor import Served


@pytest.fixture(scope="session")
def practice_world(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with the practice sky and one kept sweep. Shared: only to be read; see `world`."""
    world = floor.practice_world(practice.copied(tmp_path_factory.mktemp("service") / "home"))
    record = practice.sweep.to_json()
    events = record.pop("events")
    world.duty.keep_sweep("test", practice.sweep.watchlist.watchlist_id, practice.view.as_of_utc, record, events)
    yield world
    world.duty.close()


@pytest.fixture(scope="session")
def service(practice_world: World) -> Iterator[Served]:
    """A server over it, for tests that only read."""
    with floor.served(practice_world) as found:
        yield found


@pytest.fixture
def world(practice_world: World, tmp_path: Path) -> Iterator[World]:
    """A world of one's own, to be written to."""
    found = floor.copied(practice_world, tmp_path / "own")
    yield found
    found.duty.close()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    """A world that holds nothing: quick, for what does not depend on the sky."""
    found = floor.practice_world(tmp_path / "bare", as_of="now")
    yield found
    found.duty.close()
