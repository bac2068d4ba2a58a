"""What is PostgreSQL's own: the password that is never shown, refusals of a server, what it must be set to."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from hoshimori.errors import HoshimoriError, LedgerDamaged, LedgerUnwritable, UsageError
from hoshimori.ledger import store
from hoshimori.ledger.journal import Journal
from tests.ledger import postgres

PASSWORD = "ko%to:no/ha@7"  # with every letter that a URL must escape


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with postgres.schema(postgres_url) as url:
        yield url


def with_password(url: str, password: str) -> str:
    return sa.make_url(url).set(password=password).render_as_string(hide_password=False)


def refusal(act: Callable[[], object]) -> HoshimoriError:
    """What was refused; nothing of it, nor of the trace that a program would log, shows the password."""
    with pytest.raises(HoshimoriError) as refused:
        act()
    shown = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert not [p for p in (PASSWORD, "ko%25to", "no/ha", "ha@7", "ha%407") if p in shown]
    return refused.value


def test_a_journal_shows_where_it_is_without_the_password(url: str) -> None:
    with Journal(url) as journal:
        password = sa.make_url(url).password
        assert password
        assert password not in repr(journal) + repr(vars(journal)) + journal.name
        assert repr(journal).startswith("Journal('postgresql+psycopg://")


def test_a_wrong_password_is_refused_and_not_shown(url: str) -> None:
    error = refusal(lambda: Journal(with_password(url, PASSWORD)))
    assert isinstance(error, LedgerUnwritable)
    assert "password authentication failed" in str(error)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid:5432"])
def test_a_server_that_does_not_answer_is_named(host: str) -> None:
    pytest.importorskip("psycopg")
    made = with_password(f"postgresql+psycopg://ann@{host}/log", PASSWORD)
    error = refusal(lambda: Journal(made, wait_s=2))
    assert isinstance(error, LedgerUnwritable)
    assert host.partition(":")[0] in str(error)


@pytest.mark.parametrize(
    "wrong",
    [
        "postgres://ann:{}@h/d",
        "mysql://ann:{}@h/d",
        "postgresql+psycopg://ann:{}@h",
        "postgresql://ann:{}@h:port/d",
        "postgresql://ann:secret@{}@h/d",
    ],
)
def test_a_url_that_means_no_journal_is_refused(wrong: str) -> None:
    for password in (PASSWORD, "ko%25to"):
        error = refusal(lambda p=password: Journal(wrong.format(p)))  # type: ignore[misc]
        assert isinstance(error, UsageError)
        assert "postgresql+psycopg://" in str(error)


def test_a_password_in_the_query_is_not_shown_either(url: str) -> None:
    made = sa.make_url(url).set(password=None).update_query_dict({"password": PASSWORD}).render_as_string()
    refusal(lambda: Journal(made))


def test_the_driver_may_be_left_out_of_the_url(url: str) -> None:
    with Journal(url.replace("+psycopg", "", 1)) as journal:
        assert journal.append("note", b"").seq == 0


def test_two_schemas_of_one_database_are_two_journals(postgres_url: str, url: str) -> None:
    with postgres.schema(postgres_url) as other, Journal(url) as one, Journal(other) as two:
        one.append("note", b"one")
        assert (one.size(), two.size()) == (1, 0)


def test_who_may_only_read_reads_and_cannot_write(postgres_url: str, url: str) -> None:
    with Journal(url) as journal:
        journal.append("note", b"a")
    name = str(sa.make_url(url).query["options"]).rpartition("=")[2]
    reader = f"{name}_reader"
    made = sa.make_url(url).set(username=reader, password=PASSWORD).render_as_string(hide_password=False)
    postgres.execute(
        postgres_url,
        f"CREATE ROLE {reader} LOGIN PASSWORD '{PASSWORD}'".replace("%", "%%"),
        f"GRANT USAGE ON SCHEMA {name} TO {reader}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO {reader}",
    )
    try:
        with Journal(made) as journal:
            assert journal.check().size == 1
            error = refusal(lambda: journal.append("note", b""))
            assert isinstance(error, LedgerUnwritable)
            assert "permission denied" in str(error)
    finally:
        postgres.execute(postgres_url, f"DROP OWNED BY {reader}", f"DROP ROLE {reader}")


def test_a_lost_connection_loses_the_block_and_the_next_one_works(url: str) -> None:
    with Journal(url) as journal:
        journal.append("note", b"kept")

        def cut_off() -> None:
            with journal.writing() as w:
                w.append("note", b"lost")
                mine = w._open.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
                postgres.execute(url, f"SELECT pg_terminate_backend({mine})")
                w.append("note", b"lost too")

        assert isinstance(refusal(cut_off), LedgerUnwritable)
        assert [e.body for e in journal.entries()] == [b"kept"]
        assert journal.append("note", b"next").seq == 1


def test_it_waits_for_the_disk_where_the_server_would_not(url: str) -> None:
    hasty = postgres.with_options(url, "-csynchronous_commit=off")
    with Journal(hasty) as journal, journal.writing() as w:
        assert w._open.connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    remote = postgres.with_options(url, "-csynchronous_commit=remote_apply")
    with Journal(remote) as journal, journal.writing() as w:
        assert w._open.connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "remote_apply"


def test_readers_see_one_picture(url: str) -> None:
    with Journal(url) as journal:
        journal.append("note", b"a")
        with journal._reading() as rows:
            assert rows.size() == 1
            journal.append("note", b"b")
            assert rows.size() == 1
        assert journal.size() == 2


def test_what_the_database_holds_twice_is_damage(url: str) -> None:
    """Somebody appends past the lock: the number is taken, and it is said so instead of being tried again."""
    with Journal(url) as journal:
        entry = journal.append("note", b"a")

        def twice() -> None:
            with journal._store.writing() as connection:
                connection.execute(store.entries.insert(), entry.row())

        assert isinstance(refusal(twice), LedgerDamaged)
