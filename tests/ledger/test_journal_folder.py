"""A journal in a folder of this machine: whose file it is, and what is refused there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hoshimori.errors import LedgerDamaged, Refused, UsageError
from hoshimori.ledger.journal import Journal
from tests.ledger.test_journal_tampering import run


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    Journal(tmp_path / "ledger").close()
    assert (tmp_path / "ledger").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "ledger" / "journal.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_folder_as_text_is_a_folder(tmp_path: Path) -> None:
    with Journal(str(tmp_path)) as journal:
        assert repr(journal) == f"Journal({str(tmp_path / 'journal.sqlite')!r})"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="kept in a folder"):
        Journal(tmp_path / "file")


def test_the_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE recipes (a)")
    with pytest.raises(Refused, match="something else") as refused:
        Journal(tmp_path)
    assert refused.value.code == "journal-format"
    assert refused.value.exit_code == 7


def test_what_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"dear diary " * 500)
    with pytest.raises(LedgerDamaged, match="not a database"):
        Journal(tmp_path)


def test_a_file_with_pages_overwritten_is_damaged(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append_many("note", [b"x" * 500] * 200)
    path = tmp_path / "journal.sqlite"
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xa5" * len(content[8192:-4096])
    path.write_bytes(bytes(content))
    with pytest.raises(LedgerDamaged), Journal(tmp_path) as again:
        again.check()


def test_a_journal_does_not_survive_a_fork(where: Path | str) -> None:
    with Journal(where) as journal:
        journal.append("note", b"")
        owner = journal._store._owner
        journal._store._owner = os.getpid() + 1  # as the child would find it
        with pytest.raises(UsageError, match="forked"):
            journal.size()
        journal._store._owner = owner
        assert journal.size() == 1


def test_a_wait_is_above_zero(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="wait_s"):
        Journal(tmp_path, wait_s=0)
