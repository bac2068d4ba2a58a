"""What nobody may do to a journal, and what is found, and named, if somebody did."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from hoshimori.errors import LedgerDamaged, Refused, UsageError
from hoshimori.ledger import merkle, store
from hoshimori.ledger.journal import Entry, Journal

Where = Path | str
T0 = np.datetime64("2026-11-21T10:00:00", "us")
SECOND = np.timedelta64(1, "s")


@pytest.fixture
def journal(where: Where) -> Iterator[Journal]:
    with Journal(where, clock=lambda: T0) as opened:
        yield opened


def run(where: Where, *statements: str) -> None:
    """Statements past the journal, as somebody with the file or the database in hand could run them."""
    url = where if isinstance(where, str) else f"sqlite:///{where / 'journal.sqlite'}"
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def tampered(where: Where, *statements: str) -> None:
    """The statements with the triggers out of the way, and put back afterwards."""
    if isinstance(where, Path):
        with sqlite3.connect(where / "journal.sqlite") as connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.close()
        run(where, *(f"DROP TRIGGER {name}" for name, _ in triggers), *statements, *(sql for _, sql in triggers))
    else:
        off = [f"ALTER TABLE {t} DISABLE TRIGGER USER" for t in store.NAMES]
        run(where, *off, *statements, *(s.replace("DISABLE", "ENABLE") for s in off))


TABLES = {"journal_entries": ("kind", "'x'"), "journal_nodes": ("number", "99"), "journal_meta": ("value", "'x'")}
CHANGES = [
    *(f"UPDATE {t} SET {column} = {value}" for t, (column, value) in TABLES.items()),
    *(f"DELETE FROM {t}" for t in TABLES),
]
BYPASSES = {
    "sqlite": [f"INSERT OR REPLACE INTO {t} SELECT * FROM {t} LIMIT 1" for t in TABLES]
    + ["INSERT INTO journal_entries SELECT 9, kind, t_utc, body, previous, leaf, entry_hash FROM journal_entries LIMIT 1"],
    "postgres": [f"TRUNCATE {t}" for t in TABLES]
    + ["INSERT INTO journal_meta VALUES ('format', 'x') ON CONFLICT (name) DO UPDATE SET value = 'x'"],
}


def test_nothing_is_changed_or_removed(where: Where, journal: Journal) -> None:
    journal.append_many("note", [b"a", b"b", b"c", b"d"])
    before = journal.check()
    for statement in CHANGES + BYPASSES["sqlite" if isinstance(where, Path) else "postgres"]:
        with pytest.raises(Exception, match="append-only"):
            run(where, statement)
    assert journal.check() == before


def test_a_missing_protection_is_found_when_it_is_opened(where: Where) -> None:
    Journal(where).close()
    for table in TABLES:
        name = f"{table}_append_only" + ("_delete" if isinstance(where, Path) else "")
        drop = f"DROP TRIGGER {name}" if isinstance(where, Path) else f"DROP TRIGGER {name} ON {table}"
        run(where, drop)
        with pytest.raises(LedgerDamaged, match=f"the trigger {name} is missing"):
            Journal(where)
        with unchecked(where) as backend, backend.engine.begin() as connection:
            for statement in backend.protections():
                if f" {name} " in statement:
                    connection.exec_driver_sql(statement)
        Journal(where).close()


@contextmanager
def unchecked(where: Where) -> Iterator[store.Backend]:
    backend = store.backend(where, 5)
    try:
        yield backend
    finally:
        backend.engine.dispose()


def test_a_protection_made_harmless_is_found(where: Where) -> None:
    Journal(where).close()
    if isinstance(where, Path):
        name = "journal_entries_append_only_update"
        run(where, f"DROP TRIGGER {name}", f"CREATE TRIGGER {name} BEFORE UPDATE ON journal_entries BEGIN SELECT 1; END")
    else:
        run(where, "ALTER TABLE journal_entries DISABLE TRIGGER journal_entries_append_only")
    with pytest.raises(LedgerDamaged, match="was changed"):
        Journal(where)


def test_a_missing_table_is_found(where: Where) -> None:
    Journal(where).close()
    run(where, "DROP TABLE journal_nodes")
    with pytest.raises(LedgerDamaged, match="the table journal_nodes is missing"):
        Journal(where)


def test_another_format_is_refused_and_left_alone(where: Where) -> None:
    Journal(where).close()
    tampered(where, "UPDATE journal_meta SET value = 'hoshimori.journal/2'")
    with pytest.raises(Refused, match=r"'hoshimori.journal/2'; this program reads 'hoshimori.journal/1'") as refused:
        Journal(where)
    assert refused.value.code == "journal-format"


def blob(where: Where, data: bytes) -> str:
    return f"x'{data.hex()}'" if isinstance(where, Path) else f"'\\x{data.hex()}'::bytea"


ZEROS = bytes(32)


def garbage(where: Where) -> dict[str, str]:
    """A leaf that is none, with its own hash."""
    return {"garbage": blob(where, b"no leaf"), "garbage_hash": blob(where, merkle.leaf_hash(b"no leaf"))}


TAMPERING = {
    "body": ("UPDATE journal_entries SET body = {blob} WHERE seq = 4", "entry 4: the body differs from what the leaf says"),
    "kind": ("UPDATE journal_entries SET kind = 'act' WHERE seq = 5", "entry 5: the kind differs from what the leaf says"),
    "time": (
        "UPDATE journal_entries SET t_utc = '2026-11-21T10:00:01.000000Z' WHERE seq = 2",
        "entry 2: the time differs from what the leaf says",
    ),
    "not a time": ("UPDATE journal_entries SET t_utc = 'yesterday' WHERE seq = 2", "entry 2: a column is not what was written"),
    "previous": (
        "UPDATE journal_entries SET previous = {blob} WHERE seq = 6",
        "entry 6: the previous differs from what the leaf",
    ),
    "leaf": ("UPDATE journal_entries SET leaf = {blob} WHERE seq = 7", "entry 7: the leaf was changed; the other columns"),
    "entry hash": (
        "UPDATE journal_entries SET entry_hash = {blob} WHERE seq = 8",
        "entry 8: the entry hash was changed; the leaf",
    ),
    "leaf and hash": (
        "UPDATE journal_entries SET leaf = {blob}, entry_hash = {blob} WHERE seq = 1",
        "entry 1: the leaf and the entry hash disagree",
    ),
    "leaf and hash, in step": (
        "UPDATE journal_entries SET leaf = {garbage}, entry_hash = {garbage_hash} WHERE seq = 8",
        "entry 8: the body and the kind and the previous and the seq and the time",
    ),
    "node": ("UPDATE journal_nodes SET hash = {blob} WHERE number = 3", "entry 3: the stored hash of entries 0 to 3 was changed"),
    "node removed": ("DELETE FROM journal_nodes WHERE number = 7", "entry 7: the stored hash of entries 0 to 7 is missing"),
    "node added": ("INSERT INTO journal_nodes VALUES (99, {blob})", "8 hashes of subtrees are stored where 9 entries make 7"),
    "row removed": ("DELETE FROM journal_entries WHERE seq = 3", "entry 3: the row is missing"),
    "first row removed": ("DELETE FROM journal_entries WHERE seq = 0", "entry 0: the row is missing"),
    "rows swapped": (
        "UPDATE journal_entries SET seq = -1 WHERE seq = 3; UPDATE journal_entries SET seq = 3 WHERE seq = 4; "
        "UPDATE journal_entries SET seq = 4 WHERE seq = -1",
        "entry 3: the .*leaf",
    ),
    "last rows removed": ("DELETE FROM journal_entries WHERE seq >= 7", "entries after number 6 were removed, or hashes added"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found_and_named(where: Where, journal: Journal, what: str) -> None:
    journal.append_many("note", (b"%d" % k for k in range(9)))
    statements, reason = TAMPERING[what]
    tampered(where, *(s.format(blob=blob(where, ZEROS), **garbage(where)) for s in statements.split(";")))
    with pytest.raises(LedgerDamaged, match=reason):
        journal.check()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE journal_entries SET body = 'text' WHERE seq = 4", "entry 4: a column is not what was written"),
        ("UPDATE journal_entries SET entry_hash = 5 WHERE seq = 4", "entry 4: a column is not what was written"),
        ("UPDATE journal_entries SET t_utc = x'ff' WHERE seq = 4", "entry 4: a column is not what was written"),
        ("UPDATE journal_entries SET t_utc = '2026-13-41T10:00:00.000000Z' WHERE seq = 4", "entry 4: a column is not what was"),
        ("UPDATE journal_entries SET kind = x'ff' WHERE seq = 4", "entry 4: a column is not what was written"),
        ("UPDATE journal_nodes SET hash = 'text' WHERE number = 3", "entry 3: the stored hash of entries 0 to 3 was changed"),
    ],
)
def test_values_of_another_type_are_found(tmp_path: Path, statement: str, reason: str) -> None:
    """SQLite keeps any type in any column."""
    with Journal(tmp_path) as journal:
        journal.append_many("note", (b"%d" % k for k in range(9)))
        tampered(tmp_path, statement)
        with pytest.raises(LedgerDamaged, match=reason):
            journal.check()


def test_an_entry_rewritten_with_its_own_hashes_breaks_the_chain(where: Where, journal: Journal) -> None:
    journal.append_many("note", (b"%d" % k for k in range(9)))
    held = journal.entry(4)
    forged = Entry.make(4, held.kind, b"forged", held.t_utc, held.previous)
    columns = {"body": forged.body, "leaf": forged.leaf, "entry_hash": bytes.fromhex(forged.entry_hash)}
    changes = ", ".join(f"{column} = {blob(where, value)}" for column, value in columns.items())
    tampered(where, f"UPDATE journal_entries SET {changes} WHERE seq = 4")
    assert journal.entry(4) == forged, "the row alone looks whole"
    with pytest.raises(LedgerDamaged, match="entry 5: names another entry before it than the one that stands there"):
        journal.check()


def test_a_step_back_in_time_is_found(where: Where, journal: Journal) -> None:
    journal.append("note", b"a")
    early = Entry.make(1, "note", b"b", T0 - SECOND, journal.entry(0).entry_hash)
    found = merkle.node_hash(bytes.fromhex(early.previous), bytes.fromhex(early.entry_hash))
    with unchecked(where) as backend, backend.engine.begin() as connection:
        connection.execute(store.entries.insert(), early.row())
        connection.execute(store.nodes.insert(), {"number": 1, "hash": found})
    with pytest.raises(LedgerDamaged, match=r"entry 1: its time .* lies before that of entry 0"):
        journal.check()


def test_only_a_remembered_root_shows_that_the_end_was_cut_off_or_all_rewritten(where: Where, journal: Journal) -> None:
    """What a journal cannot show by itself; so checkpoints are signed and given to others."""
    journal.append_many("note", (b"%d" % k for k in range(9)))
    size, root = journal.size(), journal.root()
    tampered(where, "DELETE FROM journal_entries WHERE seq = 8")
    assert journal.check().size == 8
    with pytest.raises(UsageError, match="only grows"):
        journal.consistency(size)
    journal.append("note", b"another")
    assert journal.check().size == size
    assert journal.root() != root
    assert not merkle.verify_consistency(size, root, size, journal.root(), journal.consistency(size))


def test_nothing_is_added_to_a_damaged_end(where: Where, journal: Journal) -> None:
    journal.append_many("note", [b"a", b"b"])
    tampered(where, f"UPDATE journal_entries SET entry_hash = {blob(where, ZEROS)} WHERE seq = 1")
    with pytest.raises(LedgerDamaged, match=r"entry 1: .*nothing was added"):
        journal.append("note", b"c")
    tampered(where, "UPDATE journal_entries SET leaf = {garbage}, entry_hash = {garbage_hash}".format(**garbage(where)))
    with pytest.raises(LedgerDamaged, match=r"entry 1: .*nothing was added"):
        journal.append("note", b"c")


def test_progress_is_told(journal: Journal) -> None:
    journal.append_many("note", [b""] * 1300)
    told: list[tuple[str, int, int]] = []
    journal.check(lambda *now: told.append(now))
    assert told == [("check", 512, 1300), ("check", 1024, 1300), ("check", 1300, 1300)]
