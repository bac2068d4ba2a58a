"""Alerts, tokens, answers, notes, the feed: what else the book holds."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.duty import Duty
from tests.duty.conftest import T0, Books, Clocks

DAY = np.timedelta64(1, "D")


def raised(book: Duty, key: str = "k", severity: str = "warning", km: float = 1.0) -> str:
    return book.alert(key, severity=severity, code="stay", subject="43271", record={"km": km}).alert_id


def test_the_same_matter_alerts_once_and_is_counted(book: Duty, clocks: Clocks) -> None:
    first = raised(book)
    clocks.on(60)
    assert raised(book) == first
    assert raised(book, severity="critical", km=0.5) == first
    assert [(c.topic, c.record["count"]) for c in book.changes(0)] == [("alert", 1), ("alert", 2), ("alert", 3)]
    found = book.alert_of(first)
    assert found is not None
    assert (found.count, found.severity, found.record, found.raised_utc) == (3, "critical", {"km": 0.5}, T0)
    assert found.last_utc > T0
    assert book.alerts().total == 1


def test_the_first_who_acknowledges_stays(book: Duty, clocks: Clocks) -> None:
    alert_id = raised(book)
    clocks.on(5)
    first = book.acknowledge(alert_id, by="Sato", note="known")
    assert first is not None
    assert (first.acknowledged_by, first.note) == ("Sato", "known")
    assert first.acknowledged_utc == clocks.now
    assert book.acknowledge(alert_id, by="Smith", note="mine") == first
    raised(book)
    assert book.alert_of(alert_id).acknowledged_by == "Sato"  # type: ignore[union-attr]
    assert (book.alerts(open_only=True).total, book.alerts().total) == (0, 1)
    assert book.acknowledge("0" * 32, by="Sato") is None


def test_how_an_alert_went_out_is_noted(book: Duty) -> None:
    alert_id = raised(book)
    book.sent(alert_id, {"how": "webhook"})
    book.sent(alert_id, {"how": "mail"})
    book.sent("0" * 32, {"how": "nowhere"})
    assert book.alert_of(alert_id).sent == ({"how": "webhook"}, {"how": "mail"})  # type: ignore[union-attr]


def test_alerts_are_found_by_the_beginning_of_their_key(book: Duty) -> None:
    ids = [raised(book, key) for key in ("stay 1 2", "stay 1 3", "stay_1 2")]
    assert [a.alert_id for a in book.alerts_keyed("stay 1")] == ids[1::-1]
    assert book.alerts_keyed("stay%") == []


def test_a_token_is_known_by_its_digest_also_when_revoked(book: Duty, clocks: Clocks) -> None:
    made = book.add_token("ab" * 32, "console", None, ["viewer", "analyst"], T0 + DAY)
    assert made.roles == frozenset({"viewer", "analyst"})
    assert made.party is None
    clocks.on(5)
    book.used_token(made.token_id)
    revoked = book.revoke_token(made.token_id)
    clocks.on(5)
    again = book.revoke_token(made.token_id)
    assert revoked == again
    assert book.token("ab" * 32) == revoked
    assert revoked is not None
    assert revoked.revoked_utc == revoked.last_used_utc == T0 + np.timedelta64(5, "s")
    assert (book.tokens(), book.token("cd" * 32), book.revoke_token("none")) == ([revoked], None, None)


def test_the_first_answer_to_a_request_stays(book: Duty) -> None:
    book.remember("Sato", "key", {"status": 201})
    book.remember("Sato", "key", {"status": 500})
    assert book.remembered("Sato", "key") == {"status": 201}
    assert book.remembered("Smith", "key") is None


def test_notes_are_told_only_where_they_are_conditions_and_change(book: Duty) -> None:
    book.put_note("source:geo", {"status": "ok"})
    assert book.version == 0
    for _ in range(2):
        book.put_note("condition:source-down", {"severity": "warning"})
    assert (book.version, book.note("condition:source-down")) == (1, {"severity": "warning"})
    book.put_note("condition:source-down", None)
    assert [(c.topic, c.record["code"], c.record["stands"]) for c in book.changes(0)] == [
        ("condition", "source-down", True),
        ("condition", "source-down", False),
    ]
    assert book.notes("") == {"source:geo": {"status": "ok"}}
    assert book.notes("source_") == {}


def test_the_feed_keeps_its_order_whatever_the_clock_does(book: Duty, clocks: Clocks) -> None:
    clocks.set(T0 + 9 * DAY)
    first = book.tell("data", {"n": 1})
    clocks.set(T0)
    second = book.tell("data", {"n": 2})
    assert (first, second, book.version) == (1, 2, 2)
    assert [(c.seq, c.record["n"]) for c in book.changes(0)] == [(1, 1), (2, 2)]
    assert [c.seq for c in book.changes(1)] == [2]
    assert [c.seq for c in book.changes(0, limit=1)] == [1]


def test_tidying_forgets_the_old_and_never_a_number(book: Duty, clocks: Clocks) -> None:
    job = book.ask("sweep", {}, key="k", by="x")
    book.claim("w", lease_s=9)
    book.finish(job.job_id, "w", {})
    waiting = book.ask("sweep", {}, key="k", by="x")
    book.remember("Sato", "key", {"status": 201})
    raised(book)
    book.keep_sweep("k", "l", T0, {}, [])
    version = book.version
    book.tidy(now_utc=T0)
    assert (len(book.changes(0)), book.jobs().total) == (version, 2)
    book.tidy(now_utc=T0 + 31 * DAY)
    assert book.version == version
    assert [c.seq for c in book.changes(0)] == [version]
    assert book.remembered("Sato", "key") is None
    assert [j.job_id for j in book.jobs().rows] == [waiting.job_id]
    assert (book.sweeps().total, book.alerts().total) == (1, 1)
    assert book.tell("data", {}) == version + 1


def test_two_processes_see_each_other_at_once(books: Books) -> None:
    one, two = books.open(), books.open()
    assert two.version == 0
    one.tell("data", {"n": 1})
    assert two.version == 1
    two.put_note("a", {"b": 1})
    assert one.note("a") == {"b": 1}


@pytest.mark.parametrize("text", ["'; drop table duty_notes; --", "%", "_", "\\", "星守", "<script>", "\U0001f6f0"])
def test_any_text_goes_in_and_comes_back(book: Duty, text: str) -> None:
    book.put_note(text, {text: text})
    assert book.notes(text) == {text: {text: text}}
    assert book.alert(text, severity="info", code=text, subject=text, record={text: text}).subject == text
