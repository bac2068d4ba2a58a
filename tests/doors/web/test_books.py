"""The duty book in PostgreSQL: one setting for the server, its workers and the tokens; its password is shown nowhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from hoshimori.doors.web import books
from hoshimori.doors.web.world import World
from hoshimori.duty import Duty
from tests.doors.web.processes import COMMAND, Whole, running, until
from tests.ledger import postgres

ONE = (Path(__file__).parent / "one.csv").read_bytes()


@pytest.fixture
def database() -> Iterator[postgres.Server]:
    """A database for this test alone. Absent (as on a fresh machine, and so in CI): skipped, with the reason."""
    try:
        with postgres.private() as server:
            yield server
    except postgres.Absent as absent:
        pytest.skip(str(absent))


def test_the_book_is_in_the_home_or_where_the_setting_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(books.PLACE, raising=False)
    assert books.book(tmp_path).name == str(tmp_path / "duty" / "duty.sqlite")
    monkeypatch.setenv(books.PLACE, "postgresql://watch:secret@127.0.0.1:1/floor")
    assert books.book(tmp_path).name == "postgresql+psycopg://watch:***@127.0.0.1:1/floor"
    assert World(tmp_path, "JPN").duty.name == books.book(tmp_path).name
    invented = World(tmp_path, "JPN", practice=True)
    assert invented.duty.name == str(tmp_path / "duty" / "duty.sqlite")


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://watch:secret@127.0.0.1/floor",
        "postgresql://watch:secret@127.0.0.1:1/floor",
        "postgresql://watch:secret@sh@h/floor",
    ],
)
def test_a_database_that_cannot_be_reached_is_one_sentence_without_its_password(tmp_path: Path, wrong: str) -> None:
    command = [*COMMAND, "token", "list", "--home", str(tmp_path)]
    environment = {**os.environ, books.PLACE: wrong}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode not in (0, 1)
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("hoshimori: ")
    assert "hush" not in done.stderr + done.stdout
    assert "hu@sh" not in done.stderr + done.stdout


@pytest.mark.slow
def test_a_service_keeps_its_book_in_a_database(database: postgres.Server, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    password = sa.make_url(database.url).password
    assert password
    environment = {books.PLACE: database.url}
    book = Duty(database.url)
    told = []
    with running(home, "--no-practice", "--as-of", "data", environment=environment) as service:
        service.token(book)
        with service.client() as asks:
            for answer in (
                asks.post("/ingest", content=ONE),
                asks.post("/tokens", json={"name": "kept there", "party": "JPN", "roles": ["viewer"], "days": 1.0}),
            ):
                assert answer.status_code == 201, answer.text
            until(lambda: book.sweeps().total == 1)  # by the worker, which has the setting from its server
            swept = until(lambda: asks.get("/floor").json()["sweep"])
            told += [asks.get(path).text for path in ("/floor", "/jobs", "/data", "/me", "/tokens")]
            assert "kept there" in told[-1]
            command = [*COMMAND, "token", "list", "--home", str(home)]
            listed = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=True)
            assert "kept there" in listed.stdout
            database.kill()
            gone = asks.get("/incidents")  # who asks is in the book too
            told.append(gone.text)
            refused = _until_refused(service)
            told.append(refused)
            database.start()
            until(lambda: asks.get("/floor").status_code == 200, 30.0)
            assert asks.get("/floor").json()["sweep"] == swept
            until(lambda: "kept there" in asks.get("/tokens").text)
        assert service.end() < 10.0
        told += [service.errors.read_text(), listed.stdout]
    assert "Traceback" not in service.errors.read_text()
    assert not (home / "duty" / "duty.sqlite").exists()
    assert not [t[:200] for t in told if password in t]
    book.close()


def _until_refused(service: Whole) -> str:
    """What a write is told while the database is away."""
    with service.client() as asks:
        body = {"name": "meanwhile", "party": "JPN", "roles": ["viewer"], "days": 1.0}
        answer = until(lambda: asks.post("/tokens", json=body), 60.0)
        assert answer.status_code in (503, 507), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return str(answer.text)
