"""Whole commands killed at a random moment, two processes in one home: nothing acknowledged is lost, nothing done twice."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from hoshimori.ledger import home
from hoshimori.ledger.home import Ledger
from tests.ledger import parties, postgres
from tests.pages import ROOT

SAID = ("lost, done twice or not to be repeated         0 []", "20 acts, none lost, none twice")


def killed(folder: Path, count: int, *more: str) -> str:
    command = [sys.executable, "-m", "bench.ledger.bundles", "--only-kills", str(count), "--folder", str(folder), *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_killed_commands_and_two_processes_on_files(tmp_path: Path) -> None:
    """Fifteen here; two hundred for each database in bench/ledger/bundles.py."""
    said = killed(tmp_path, 15)
    assert "15 commands killed" in said
    assert all(line in said for line in SAID)


def test_killed_commands_and_two_processes_in_a_database(tmp_path: Path, postgres_url: str) -> None:
    said = killed(tmp_path, 5, "--postgres", postgres_url)
    assert all(line in said for line in SAID)


@pytest.mark.parametrize("kind", ["files", "database"])
def test_what_was_begun_and_not_finished_never_was(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """An error in the middle of an act, where a kill would leave an open transaction: neither act nor checkpoint is there."""
    who = parties.parties(tmp_path)
    url = request.getfixturevalue("postgres_url") if kind == "database" else ""
    with postgres.schema(url) if url else nullcontext(tmp_path / "home") as place, Ledger(place) as book:
        book.pin(who.chain, who.fingerprint)
        record = parties.propose(book, who["jpn"])
        size, root = book.journal.size(), book.journal.root()
        with pytest.raises(RuntimeError, match="the power went"):
            cut_short(book)
        assert (book.journal.size(), book.journal.root()) == (size, root)
        assert parties.check(parties.pack(book, record, who["jpn"])).record == record


def cut_short(book: Ledger) -> None:
    with book.journal.writing() as w:
        home.keep(w, b"an input")
        w.append("act", b"half")
        raise RuntimeError("the power went")
