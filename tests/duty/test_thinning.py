"""Old sweeps are thinned to one a day, except where an alert rests on one."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.duty import Duty, thinning
from tests.duty.conftest import T0, Clocks
from tests.duty.test_sweeps import HOUR, event

DAY = np.timedelta64(1, "D")
LATER = T0 + 30 * DAY


def hourly(book: Duty, clocks: Clocks, hours: int, watchlist: str = "l", first: int = 0) -> list[str]:
    """So many sweeps from T0 on, each with an event of its own and one that all tell. Their ids."""
    made = []
    for k in range(hours):
        clocks.set(T0 + k * HOUR)
        events = [event(first + k + 1), event(999_999)]
        made.append(book.keep_sweep(f"{watchlist} {k}", watchlist, T0 + k * HOUR, {"hour": k}, events))
    return made


def test_of_an_old_day_the_last_sweep_stays_with_its_events(book: Duty, clocks: Clocks) -> None:
    made = hourly(book, clocks, 30)  # 12 on T0's day, 18 on the next
    other = hourly(book, clocks, 3, "m", first=100)
    book.tidy(now_utc=LATER)
    assert {k.sweep_id for k in book.sweeps("l").rows} == {made[11], made[29]}
    assert [k.sweep_id for k in book.sweeps("m").rows] == [other[-1]]
    assert {t.event_id for t in book.events(limit=1000).rows} == {event(n)["id"] for n in (12, 30, 103, 999_999)}
    assert book.events(concerning="90001").total == 4  # whom they are about is still known, and nobody else
    kept = book.sweep_at("l", T0 + 11 * HOUR)
    assert kept is not None
    assert (kept.record, kept.event_ids) == ({"hour": 11}, (event(12)["id"], event(999_999)["id"]))
    everybody = book.event(event(999_999)["id"])
    assert everybody is not None
    assert everybody.first_told_utc == T0  # since when it is known does not go with the sweep that told it first
    before = book.version
    book.tidy(now_utc=LATER)
    assert (book.sweeps().total, book.version) == (3, before)


def test_what_was_recorded_within_seven_days_stays_whatever_its_moment(book: Duty, clocks: Clocks) -> None:
    hourly(book, clocks, 5)
    clocks.set(LATER)
    replayed = book.keep_sweep("replay", "l", T0 - HOUR, {}, [event(500)])
    book.tidy(now_utc=T0 + 7 * DAY)
    assert book.sweeps().total == 6
    book.tidy(now_utc=LATER)
    assert {k.key for k in book.sweeps().rows} == {"l 4", "replay"}
    assert book.sweep(replayed) is not None


@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_sweep_on_which_an_alert_rests_stays(book: Duty, clocks: Clocks, acknowledged: bool) -> None:
    made = hourly(book, clocks, 5)
    alert = book.alert("k", severity="warning", code="stay", subject="43271", record={"events": [event(2)["id"]]})
    if acknowledged:
        book.acknowledge(alert.alert_id, by="Sato")
    book.tidy(now_utc=LATER)
    assert {k.sweep_id for k in book.sweeps().rows} == {made[1], made[4]}
    assert book.event(event(2)["id"]) is not None
    assert book.event(event(1)["id"]) is None


def test_numbers_of_what_was_forgotten_harm_nobody(book: Duty, clocks: Clocks) -> None:
    """The newest row of a table may be forgotten; its number is then given again."""
    clocks.set(T0)
    book.keep_sweep("last of its day", "l", T0 + 9 * HOUR, {}, [event(1)])
    book.keep_sweep("recorded last", "l", T0, {}, [event(2)])
    book.tidy(now_utc=LATER)
    assert [k.key for k in book.sweeps().rows] == ["last of its day"]
    again = book.keep_sweep("recorded last", "l", T0, {}, [event(3)])
    kept = book.sweep(again)
    assert kept is not None
    assert kept.event_ids == (event(3)["id"],)
    assert book.events(sweep_id=again).total == 1


def test_many_are_forgotten_in_several_steps(book: Duty, clocks: Clocks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "AT_ONCE", 3)
    hourly(book, clocks, 12)
    book.tidy(now_utc=LATER)
    assert (book.sweeps().total, book.events().total) == (1, 2)
