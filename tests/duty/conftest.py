"""A duty book of a test: in a home, or in a schema of a PostgreSQL that is started for the tests; with clocks that tests set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from hoshimori.duty import Duty
from hoshimori.duty.ticks import Machine
from tests.ledger import postgres

T0 = np.datetime64("2026-05-30T12:00:00", "us")


@dataclass
class Clocks:
    """The time of day and the machine's own count, moved together or apart."""

    now: np.datetime64 = T0
    ticks: float = 1000.0

    def on(self, seconds: float) -> None:
        self.now = self.now + np.timedelta64(round(seconds * 1e6), "us")
        self.ticks += seconds

    def set(self, now: np.datetime64) -> None:
        self.now = now


@dataclass
class Books:
    """Opens one book as several processes would: each with its own connections."""

    where: Path | str
    clocks: Clocks
    opened: list[Duty] = field(default_factory=list)

    def open(self, boot: str = "this start", *, ticks: Callable[[], float] | None = None) -> Duty:
        machine = Machine(boot, ticks or (lambda: self.clocks.ticks))
        self.opened.append(Duty(self.where, clock=lambda: self.clocks.now, machine=machine))
        return self.opened[-1]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database for tests. Absent (as on a fresh machine, and so in CI): skipped, with the reason."""
    try:
        with postgres.server() as url:
            yield url
    except postgres.Absent as absent:
        pytest.skip(str(absent))


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """A fresh place for a book, once of each kind."""
    if request.param == "sqlite":
        yield tmp_path / "home"
        return
    with postgres.schema(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def books(where: Path | str, clocks: Clocks) -> Iterator[Books]:
    made = Books(where, clocks)
    yield made
    for book in made.opened:
        book.close()


@pytest.fixture
def book(books: Books) -> Duty:
    return books.open()
