"""Killed writers, writers that meet, full disks, closed folders: what was acknowledged stays, nothing half-written is kept."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.ledger import writers
from hoshimori.errors import LedgerUnwritable
from hoshimori.ledger.journal import Entry, Journal
from tests.ledger import postgres
from tests.pages import ROOT

NOBODY = 65534


def test_two_processes_append_at_once_and_lose_nothing(where: Path | str) -> None:
    count = 40
    _, said = writers.together(where, 2, count)
    with Journal(where) as journal:
        assert journal.check().size == 2 * count
        assert sorted(seq for given in said.values() for seq in given) == list(range(2 * count))
        for tag, given in said.items():
            assert [e.seq for e in journal.entries(tag)] == given


def test_killed_writers_lose_nothing_that_was_acknowledged(where: Path | str) -> None:
    """Ten here; two hundred for each database in bench/ledger/run.py."""
    command = [sys.executable, "-m", "bench.ledger.crash", "--where", str(where), "--runs", "10", "--fresh-every", "4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("10 writers killed: ")
    assert " 0 entries acknowledged" not in done.stdout


def test_a_killed_server_keeps_what_it_acknowledged() -> None:
    try:
        with postgres.private() as server, Journal(server.url) as journal:
            said: list[Entry] = []
            for turn in range(2):
                said.append(journal.append("note", b"%d" % turn))
                killer = threading.Timer(0.1, server.kill)
                killer.start()
                with pytest.raises(LedgerUnwritable):
                    append_for_ever(journal, said)
                killer.join()
                server.start()
                held = list(journal.entries())
                assert held[: len(said)] == said
                assert len(held) <= len(said) + 1, "at most the one whose commit was under way"
                assert journal.check().size == len(held)
                said = held
    except postgres.Absent as absent:
        pytest.skip(str(absent))


def append_for_ever(journal: Journal, said: list[Entry]) -> None:
    while True:
        said.append(journal.append("note", b"%d" % len(said)))


@contextmanager
def files_no_larger_than(limit_bytes: int) -> Iterator[None]:
    """A full disk for this process: the kernel refuses to let any file grow past the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("bodies", [[b"x" * 300_000], [b"x" * 3000] * 100], ids=["one large", "many small"])
def test_a_full_disk_is_said_and_changes_nothing(tmp_path: Path, bodies: list[bytes]) -> None:
    with Journal(tmp_path) as journal:
        journal.append("note", b"kept")
        before = journal.check()
        largest = max(f.stat().st_size for f in tmp_path.iterdir())
        with files_no_larger_than(largest + 100_000):
            with pytest.raises(LedgerUnwritable, match="full: free some space"):
                journal.append_many("note", bodies)
            assert journal.check() == before
            assert journal.append("note", b"small").seq == 1, "what fits still goes in"
        journal.append_many("note", bodies)
        assert journal.check().size == 2 + len(bodies)
    with Journal(tmp_path) as again:
        assert again.check().size == 2 + len(bodies)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder without the right to write in it. Root may write anywhere, so root steps down meanwhile."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        try:
            yield
        finally:
            folder.chmod(0o755)
        return
    for file in folder.iterdir():
        file.chmod(0o644)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_not_be_written_is_said(folder: Path) -> None:
    with Journal(folder) as journal:
        journal.append("note", b"kept")
    with read_only(folder), pytest.raises(LedgerUnwritable, match="where you may write"):
        Journal(folder)
    with Journal(folder) as journal:
        assert journal.check().size == 1


def test_a_folder_that_may_not_be_made_is_said(folder: Path) -> None:
    with read_only(folder), pytest.raises(LedgerUnwritable, match="where you may write"):
        Journal(folder / "ledger")
    assert list(folder.iterdir()) == []


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").mkdir()
    with pytest.raises(LedgerUnwritable, match="unable to open"):
        Journal(tmp_path)
