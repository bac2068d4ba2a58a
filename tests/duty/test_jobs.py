"""A job is asked for once, had by one worker at a time, and taken over when that worker dies; whatever the clock does."""

from __future__ import annotations

import numpy as np

from hoshimori.duty import Duty, Job
from hoshimori.duty.leases import MOST_LOST
from tests.duty.conftest import T0, Books, Clocks

LEASE = 60.0
HOUR = np.timedelta64(1, "h")


def ask(book: Duty, key: str = "k", kind: str = "sweep", due: np.datetime64 | None = None) -> Job:
    return book.ask(kind, {"n": 1}, key=key, by="a person", due_utc=due)


def claim(book: Duty, worker: str = "w") -> Job | None:
    return book.claim(worker, lease_s=LEASE)


def test_a_job_asked_for_twice_is_one_until_it_has_ended(book: Duty) -> None:
    first = ask(book)
    assert (first.state, first.asked_by, first.parameters, first.asked_utc) == ("waiting", "a person", {"n": 1}, T0)
    assert ask(book).job_id == first.job_id
    running = claim(book)
    assert running is not None
    assert ask(book) == running
    assert book.finish(first.job_id, "w", {"ok": True})
    again = ask(book)
    assert again.job_id != first.job_id
    assert book.jobs().total == 2


def test_the_oldest_that_is_due_is_taken_first_and_by_one_only(books: Books) -> None:
    one, two = books.open(), books.open()
    ids = [ask(one, key).job_id for key in "abc"]
    taken = [claim(one, "one"), claim(two, "two"), claim(one, "one"), claim(two, "two")]
    assert [j and j.job_id for j in taken] == [*ids, None]
    assert [j and j.worker for j in taken[:3]] == ["one", "two", "one"]


def test_kinds_are_chosen(book: Duty) -> None:
    ask(book, "a", "replay")
    wanted = ask(book, "b", "verify")
    found = book.claim("w", lease_s=LEASE, kinds=["verify", "fetch"])
    assert found is not None
    assert found.job_id == wanted.job_id
    assert book.claim("w", lease_s=LEASE, kinds=["verify"]) is None


def test_a_job_is_not_begun_before_it_is_due(book: Duty, clocks: Clocks) -> None:
    ask(book, due=T0 + HOUR)
    assert claim(book) is None
    clocks.on(3599)
    assert claim(book) is None
    clocks.on(2)
    assert claim(book) is not None


def test_a_lease_that_ran_out_is_taken_over_and_its_first_holder_learns_it(book: Duty, clocks: Clocks) -> None:
    ask(book)
    first = claim(book, "first")
    assert first is not None
    clocks.on(LEASE - 1)
    assert claim(book, "second") is None
    assert book.beat(first.job_id, "first", lease_s=LEASE, progress={"done": 1})
    clocks.on(LEASE - 1)
    assert claim(book, "second") is None  # the beat made it longer
    clocks.on(2)
    second = claim(book, "second")
    assert second is not None
    assert (second.job_id, second.worker, second.tries) == (first.job_id, "second", 2)
    assert not book.beat(first.job_id, "first", lease_s=LEASE)
    assert not book.finish(first.job_id, "first", {"whose": "first"})
    assert not book.fail(first.job_id, "first", "late")
    assert book.finish(first.job_id, "second", {"whose": "second"})
    assert book.job(first.job_id).result == {"whose": "second"}  # type: ignore[union-attr]


def test_a_clock_that_steps_back_freezes_no_lease_and_no_due(book: Duty, clocks: Clocks) -> None:
    ask(book, "left")
    assert claim(book, "dead") is not None
    ask(book, "later", due=T0 + HOUR)
    clocks.set(T0 - np.timedelta64(400, "D"))
    clocks.ticks += LEASE + 1
    taken = claim(book, "w")
    assert taken is not None
    assert taken.key == "left"
    assert claim(book, "w") is None
    clocks.ticks += 3600
    waited = claim(book, "w")
    assert waited is not None
    assert waited.key == "left"  # its lease ran out meanwhile; it is the older
    due = claim(book, "w")
    assert due is not None
    assert due.key == "later"


def test_a_clock_that_steps_ahead_ends_no_lease(book: Duty, clocks: Clocks) -> None:
    ask(book)
    assert claim(book, "first") is not None
    clocks.set(T0 + np.timedelta64(3650, "D"))
    assert claim(book, "second") is None


def test_after_a_restart_of_the_machine_a_lease_is_watched_for_as_long_as_it_lasts(books: Books, clocks: Clocks) -> None:
    """Another start of the machine, or another machine: its count says nothing here, and neither does the time of day."""
    before = books.open("before")
    ask(before)
    first = claim(before, "first")
    assert first is not None
    after = books.open("after", ticks=lambda: clocks.ticks - 990.0)
    clocks.set(T0 + np.timedelta64(10, "D"))
    assert claim(after, "second") is None  # seen for the first time
    clocks.ticks += LEASE - 1
    assert claim(after, "second") is None
    assert before.beat(first.job_id, "first", lease_s=LEASE)  # it lives
    clocks.ticks += 2
    assert claim(after, "second") is None
    clocks.ticks += LEASE + 1
    taken = claim(after, "second")
    assert taken is not None
    assert taken.job_id == first.job_id


def test_a_due_time_set_before_a_restart_goes_by_the_time_of_day(books: Books, clocks: Clocks) -> None:
    ask(books.open("before"), due=T0 + HOUR)
    after = books.open("after", ticks=lambda: 5.0)
    assert claim(after) is None
    clocks.set(T0 - HOUR)  # the clock was set back behind the moment at which it was asked: it must not wait for ever
    assert claim(after) is not None


def test_a_worker_known_to_be_dead_is_not_waited_for(book: Duty) -> None:
    ask(book)
    assert claim(book, "dead") is not None
    assert (book.abandon("another"), book.abandon("dead")) == (0, 1)
    taken = claim(book, "w")
    assert taken is not None
    assert taken.tries == 2


def test_a_job_that_ends_every_worker_is_given_up(book: Duty) -> None:
    job = ask(book)
    for k in range(MOST_LOST):
        assert claim(book, f"w{k}") is not None
        book.abandon(f"w{k}")
    assert claim(book, "last") is None
    ended = book.job(job.job_id)
    assert ended is not None
    assert ended.state == "failed"
    assert "workers died" in ended.error


def test_a_job_handed_back_waits_and_does_not_count(book: Duty) -> None:
    job = ask(book)
    assert claim(book) is not None
    assert not book.give_up(job.job_id, "another")
    assert book.give_up(job.job_id, "w")
    assert (book.job(job.job_id).state, book.job(job.job_id).tries) == ("waiting", 0)  # type: ignore[union-attr]
    assert claim(book) is not None


def test_a_failed_job_is_tried_again_when_that_was_said(book: Duty, clocks: Clocks) -> None:
    job = ask(book)
    assert claim(book) is not None
    assert book.fail(job.job_id, "w", "the source is down", retry_utc=T0 + HOUR)
    held = book.job(job.job_id)
    assert held is not None
    assert (held.state, held.error, held.due_utc) == ("waiting", "the source is down", T0 + HOUR)
    assert claim(book) is None
    clocks.on(3601)
    assert claim(book) is not None
    assert book.fail(job.job_id, "w", "for good")
    assert book.job(job.job_id).state == "failed"  # type: ignore[union-attr]
    assert claim(book) is None


def test_a_cancelled_job_is_not_done(book: Duty) -> None:
    job = ask(book)
    assert claim(book) is not None
    cancelled = book.cancel(job.job_id, by="an admin")
    assert cancelled is not None
    assert (cancelled.state, cancelled.error) == ("failed", "cancelled by an admin")
    assert not book.beat(job.job_id, "w", lease_s=LEASE)
    assert not book.finish(job.job_id, "w", {})
    assert book.cancel("0" * 32, by="an admin") is None


def test_jobs_are_listed_by_state_and_kind_the_newest_first(book: Duty) -> None:
    ids = [ask(book, key, kind).job_id for key, kind in (("a", "sweep"), ("b", "fetch"), ("c", "sweep"))]
    assert claim(book) is not None
    assert [j.job_id for j in book.jobs().rows] == ids[::-1]
    assert [j.job_id for j in book.jobs(states=["waiting"]).rows] == ids[:0:-1]
    assert [j.job_id for j in book.jobs(kind="sweep", states=["running", "waiting"]).rows] == [ids[2], ids[0]]
    assert (book.jobs(limit=1).total, len(book.jobs(limit=1, offset=3).rows)) == (3, 0)


def test_progress_is_told_when_it_changes(book: Duty) -> None:
    job = ask(book)
    assert claim(book) is not None
    version = book.version
    for _ in range(3):
        assert book.beat(job.job_id, "w", lease_s=LEASE, progress={"done": 1})
    assert book.version == version + 1
    assert book.job(job.job_id).progress == {"done": 1}  # type: ignore[union-attr]
