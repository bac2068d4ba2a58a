"""Where a journal of a test is kept: a folder, or a schema of a PostgreSQL that is started for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger import postgres


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
    """A fresh place for a journal, once of each kind."""
    if request.param == "sqlite":
        yield tmp_path / "ledger"
        return
    with postgres.schema(request.getfixturevalue("postgres_url")) as url:
        yield url
