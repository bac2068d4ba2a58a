"""A journal keeps what it was given, in order, provably, and changes nothing: the same laws over SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.errors import LedgerBusy, Refused, UsageError
from hoshimori.ledger import merkle
from hoshimori.ledger.journal import Checked, Journal

T0 = np.datetime64("2026-11-21T10:00:00", "us")
SECOND = np.timedelta64(1, "s")
Where = Path | str


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> np.datetime64:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(where: Where, clock: Clock) -> Iterator[Journal]:
    with Journal(where, clock=clock) as opened:
        yield opened


def hashes(journal: Journal) -> list[bytes]:
    return [bytes.fromhex(e.entry_hash) for e in journal.entries()]


def broken_off(journal: Journal, bodies: list[bytes]) -> None:
    """A writing that fails after it has appended."""
    with journal.writing() as w:
        for body in bodies[:9]:
            w.append("note", body)
        w.append_many("note", bodies[9:])
        raise KeyError


def test_an_entry_is_what_the_contract_says(journal: Journal, clock: Clock) -> None:
    first = journal.append("incident.opened", b'{"a":1}')
    clock.now += 3 * SECOND
    second = journal.append("act", b"\x00\xff")
    assert json.loads(second.leaf) == {
        "v": 1,
        "seq": 1,
        "kind": "act",
        "t": "2026-11-21T10:00:03.000000Z",
        "body_sha256": hashlib.sha256(b"\x00\xff").hexdigest(),
        "previous": first.entry_hash,
    }
    assert second.leaf == json.dumps(json.loads(second.leaf), sort_keys=True, separators=(",", ":")).encode()
    assert second.entry_hash == hashlib.sha256(b"\x00" + second.leaf).hexdigest()
    assert (first.seq, first.previous, first.t_utc) == (0, "0" * 64, T0)
    assert [journal.entry(0), journal.entry(1)] == [first, second] == list(journal.entries())


def test_the_root_of_a_known_log_is_known(journal: Journal) -> None:
    """Worked out here from the contract alone: two entries, one node."""
    previous, made = "0" * 64, []
    for seq, body in enumerate([b"one", b"two"]):
        journal.append("note", body)
        leaf = (
            f'{{"body_sha256":"{hashlib.sha256(body).hexdigest()}","kind":"note","previous":"{previous}","seq":{seq},'
            '"t":"2026-11-21T10:00:00.000000Z","v":1}'
        )
        made.append(hashlib.sha256(b"\x00" + leaf.encode()).digest())
        previous = made[-1].hex()
    assert journal.root() == hashlib.sha256(b"\x01" + made[0] + made[1]).digest()
    assert journal.root(1) == made[0]
    assert journal.root(0) == hashlib.sha256(b"").digest()
    assert journal.check() == Checked(2, journal.root().hex())


def test_proofs_from_stored_subtrees_are_those_of_the_whole_tree(journal: Journal) -> None:
    size = 37
    for k in range(20):
        journal.append("note", b"%d" % k)
    journal.append_many("note", (b"%d" % k for k in range(20, size)))
    held = hashes(journal)
    for n in range(size + 1):
        assert journal.root(n) == merkle.root(held[:n])
    for n in (1, 2, 31, 32, 33, size):
        for index in range(n):
            assert journal.inclusion(index, n) == merkle.inclusion(index, held[:n])
        for old in range(n + 1):
            assert journal.consistency(old, n) == merkle.consistency(old, held[:n])
    assert merkle.verify_inclusion(held[5], 5, size, journal.inclusion(5), journal.root())
    assert merkle.verify_consistency(9, journal.root(9), size, journal.root(), journal.consistency(9))


def test_an_empty_journal_is_whole(journal: Journal) -> None:
    assert (journal.size(), list(journal.entries()), journal.root()) == (0, [], merkle.EMPTY_ROOT)
    assert journal.check() == Checked(0, merkle.EMPTY_ROOT.hex())
    assert journal.consistency(0) == ()


@pytest.mark.parametrize("ask", ["entry", "inclusion", "root", "consistency"])
def test_what_is_not_there_is_not_answered(journal: Journal, ask: str) -> None:
    journal.append("note", b"")
    for wrong in (-1, 2):
        with pytest.raises(UsageError):
            getattr(journal, ask)(wrong)


def test_entries_come_by_kind_and_range_in_order_over_many_pages(journal: Journal) -> None:
    journal.append_many("many", (b"%d" % k for k in range(700)))
    one = journal.append("one", b"x" * 100_000)
    journal.append_many("many", (b"%d" % k for k in range(701, 1400)))
    assert [e.seq for e in journal.entries()] == list(range(1400))
    assert [e.seq for e in journal.entries("many")] == [k for k in range(1400) if k != 700]
    assert list(journal.entries("one")) == [one]
    assert [e.seq for e in journal.entries("many", 650, 720)] == [k for k in range(650, 720) if k != 700]
    assert [e.seq for e in journal.entries(since=1398, until=9999)] == [1398, 1399]
    assert list(journal.entries("none")) == list(journal.entries(until=0)) == []


def test_reading_stops_at_what_was_there_and_holds_nobody_up(journal: Journal) -> None:
    journal.append_many("note", [b"a", b"b", b"c"])
    reading = journal.entries()
    first = next(reading)
    journal.append("note", b"later")
    assert [first.body, *(e.body for e in reading)] == [b"a", b"b", b"c"]


def test_it_is_all_there_when_opened_again(where: Where) -> None:
    with Journal(where) as journal:
        said = [journal.append("note", b"%d" % k) for k in range(5)]
        root = journal.root()
    with Journal(where, create=False) as again:
        assert list(again.entries()) == said
        assert again.check() == Checked(5, root.hex())
        assert again.append("note", b"5").previous == said[-1].entry_hash


def test_none_is_made_where_it_is_only_looked_for(where: Where) -> None:
    with pytest.raises(UsageError, match="no journal here"):
        Journal(where, create=False)


class TestWriting:
    def test_reading_and_appending_hold_together(self, journal: Journal) -> None:
        with journal.writing() as w:
            assert (w.size(), list(w.entries())) == (0, [])
            first = w.append("note", b"a")
            many = w.append_many("note", [b"b", b"c", b"d"])
            last = w.append("other", b"e")
            assert many == range(1, 4)
            assert [e.body for e in w.entries()] == [b"a", b"b", b"c", b"d", b"e"]
            assert [e.seq for e in w.entries("note", since=1)] == [1, 2, 3]
            assert (w.size(), w.entry(0)) == (5, first)
            assert journal.size() == 0, "others see nothing before the end"
            root, proof = w.root(), w.inclusion(4)
        assert merkle.verify_inclusion(bytes.fromhex(last.entry_hash), 4, 5, proof, root)
        assert journal.check() == Checked(5, root.hex())

    def test_an_exception_undoes_all_of_it(self, journal: Journal) -> None:
        journal.append("note", b"kept")
        before = journal.check()
        with pytest.raises(KeyError):
            broken_off(journal, [b"lost"] * 3000)
        assert journal.check() == before
        assert journal.append("note", b"next").seq == 1

    def test_an_error_of_the_caller_stays_the_callers(self, journal: Journal) -> None:
        with pytest.raises(FileNotFoundError), journal.writing():
            Path("nowhere/at/all").read_bytes()

    def test_bodies_that_break_off_leave_nothing(self, journal: Journal) -> None:
        def bodies() -> Iterator[bytes]:
            yield from [b"x"] * 2500
            raise RuntimeError("the sender went away")

        with pytest.raises(RuntimeError, match="went away"):
            journal.append_many("note", bodies())
        assert journal.check().size == 0

    def test_appending_past_the_block_is_refused_not_waited_for(self, journal: Journal) -> None:
        with journal.writing() as w, pytest.raises(UsageError, match="writing already"):
            journal.append("note", b"")
        with pytest.raises(UsageError, match="has ended"):
            w.append("note", b"")
        assert journal.append("note", b"").seq == 0

    def test_threads_take_turns(self, journal: Journal) -> None:
        def work(name: int) -> None:
            for k in range(15):
                with journal.writing() as w:
                    w.append("note", json.dumps([name, k, w.size()]).encode())

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        said = [json.loads(e.body) for e in journal.entries()]
        assert [seq for _, _, seq in said] == list(range(60))
        for name in range(4):
            assert [k for n, k, _ in said if n == name] == list(range(15))
        assert journal.check().size == 60

    def test_a_second_writer_is_told_when_it_waits_too_long(self, where: Where, journal: Journal) -> None:
        with Journal(where, wait_s=0.2) as impatient:
            with journal.writing() as w:
                w.append("note", b"held")
                assert impatient.size() == 0, "readers do not wait"
                with pytest.raises(LedgerBusy, match="another process is writing"):
                    impatient.append("note", b"")
            assert impatient.append("note", b"free").seq == 1


class TestTime:
    def test_a_given_time_is_kept_to_the_microsecond(self, journal: Journal) -> None:
        said = np.datetime64("2026-11-20T01:02:03.000004", "us")
        assert journal.append("note", b"", t_utc=said).t_utc == said
        assert journal.entry(0).t_utc == said

    def test_the_future_is_refused(self, journal: Journal) -> None:
        journal.append("note", b"", t_utc=T0 + 5 * SECOND)
        with pytest.raises(Refused, match="lies in the future") as refused:
            journal.append("note", b"", t_utc=T0 + 6 * SECOND)
        assert refused.value.code == "clock"
        assert journal.size() == 1

    def test_it_does_not_step_back(self, journal: Journal, clock: Clock) -> None:
        journal.append("note", b"")
        for given_utc in (T0 - 6 * SECOND, None):
            clock.now = T0 - 6 * SECOND
            with pytest.raises(Refused, match="do not step back") as refused:
                journal.append("note", b"", t_utc=given_utc)
            assert refused.value.code == "clock"
        assert journal.size() == 1

    def test_two_clocks_may_differ_a_little_and_the_log_still_goes_forward(self, journal: Journal, clock: Clock) -> None:
        journal.append("note", b"")
        clock.now = T0 - 5 * SECOND
        for _ in range(3):  # a log that took each as given could walk back without end
            assert journal.append("note", b"").t_utc == T0
        assert journal.check().size == 4

    def test_no_time_is_no_time(self, journal: Journal) -> None:
        with pytest.raises(UsageError, match="not a time"):
            journal.append("note", b"", t_utc=np.datetime64("NaT", "us"))

    def test_without_a_clock_given_it_is_now(self, where: Where) -> None:
        with Journal(where) as journal:
            entry = journal.append("note", b"")
        assert abs(entry.t_utc - np.datetime64("now", "us")) < 5 * SECOND


@pytest.mark.parametrize("kind", ["", "two words", "line\n", "星", "x" * 201])
def test_a_kind_is_one_plain_word(journal: Journal, kind: str) -> None:
    with pytest.raises(UsageError, match="kind"):
        journal.append(kind, b"")


def test_a_body_is_bytes(journal: Journal) -> None:
    text: Any = "text"
    with pytest.raises(UsageError, match="not str"):
        journal.append("note", text)
    for body in (b"", bytes(range(256)), b"\x00" * 2_000_000):
        assert journal.entry(journal.append("note", body).seq).body == body


steps = st.one_of(
    st.tuples(st.just("append"), st.binary(max_size=20)),
    st.tuples(st.just("many"), st.lists(st.binary(max_size=5), max_size=9)),
    st.tuples(st.just("undo"), st.lists(st.binary(max_size=5), max_size=9)),
)


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(steps, max_size=12))
def test_any_course_of_events_leaves_what_was_acknowledged(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    said: list[bytes] = []
    with Journal(tmp_path_factory.mktemp("course")) as journal:
        for step, what in steps:
            if step == "append":
                assert journal.append("note", what).seq == len(said)
                said.append(what)
            elif step == "many":
                journal.append_many("note", what)
                said += what
            else:
                with pytest.raises(KeyError):
                    broken_off(journal, what)
        assert [e.body for e in journal.entries()] == said
        held = hashes(journal)
        assert journal.check() == Checked(len(said), merkle.root(held).hex())
