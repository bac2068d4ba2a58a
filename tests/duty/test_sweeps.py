"""Sweeps are kept whole, once; events are found again by what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from hoshimori.duty import Duty
from tests.duty.conftest import T0, Books, Clocks

HOUR = np.timedelta64(1, "h")


def event(number: int, **more: Any) -> dict[str, Any]:
    said = {"kind": "stay", "subject": "43271", "others": ["90001"], "normal": False}
    times = {"start": "2026-05-29T00:00:00.000000Z", "stop": "2026-05-29T06:00:00.000000Z"}
    return {"id": f"{number:032x}", **said, **times, "quantities": {"miss_km": {"value": 12.5, "unit": "km"}}, **more}


def test_a_sweep_comes_back_as_it_was_kept(book: Duty) -> None:
    events = [event(3), event(1), event(2)]
    made = book.keep_sweep("k", "japan-comms", T0, {"objects": 7, "events": events}, events)
    kept = book.sweep(made)
    assert kept is not None
    assert (kept.key, kept.watchlist, kept.as_of_utc, kept.made_utc) == ("k", "japan-comms", T0, T0)
    assert kept.record == {"objects": 7}  # its events stand beside it, not in it
    assert kept.event_ids == tuple(e["id"] for e in events)  # in the sweep's own order
    assert all(t.record in events for t in book.events(sweep_id=made, limit=1000).rows)
    assert book.sweep_keyed("k") == kept
    assert book.sweep("no such sweep") is None


def test_the_same_key_twice_changes_nothing(book: Duty, clocks: Clocks) -> None:
    first = book.keep_sweep("k", "l", T0, {"objects": 1}, [event(1)])
    version = book.version
    clocks.on(60)
    assert book.keep_sweep("k", "l", T0, {"objects": 2}, [event(1), event(2)]) == first
    assert (book.version, book.events().total, book.sweeps().total) == (version, 1, 1)
    assert book.sweep(first).record == {"objects": 1}  # type: ignore[union-attr]


def test_a_sweep_is_kept_whole_or_not_at_all(book: Duty) -> None:
    def breaks() -> Iterator[dict[str, Any]]:
        yield event(1)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        book.keep_sweep("k", "l", T0, {}, breaks())
    with pytest.raises(ValueError, match="not JSON compliant"):
        book.keep_sweep("k", "l", T0, {}, [event(1), event(2, label=float("nan"))])
    assert (book.sweeps().total, book.events().total, book.version) == (0, 0, 0)


def test_the_sweep_at_a_moment_is_the_last_before_it(book: Duty) -> None:
    for hours in (0, 2, 1):
        book.keep_sweep(f"k{hours}", "l", T0 + hours * HOUR, {"hours": hours}, [])
    book.keep_sweep("other", "m", T0, {}, [])

    def at(moment: np.datetime64) -> Any:
        kept = book.sweep_at("l", moment)
        return kept and kept.record["hours"]

    assert [at(T0 - HOUR), at(T0), at(T0 + HOUR * 3 // 2), at(T0 + 9 * HOUR)] == [None, 0, 1, 2]
    assert [k.record["hours"] for k in book.sweeps("l").rows] == [2, 1, 0]
    assert (book.sweeps().total, len(book.sweeps("l", limit=1, offset=1).rows)) == (4, 1)
    book.keep_sweep("better", "l", T0 + HOUR, {"hours": "made later"}, [])
    assert at(T0 + HOUR) == "made later"


def test_events_are_found_by_what_is_asked(book: Duty) -> None:
    later = {"start": "2026-05-30T00:00:00.000000Z", "stop": "2026-05-30T01:00:00.000000Z"}
    told = [
        event(1),
        event(2, kind="approach", subject="90001", others=["43271", "7"], **later),
        event(3, normal=True, subject="8"),
    ]
    sweep = book.keep_sweep("k", "l", T0, {}, told)

    def ids(**asked: Any) -> list[int]:
        return [int(t.event_id, 16) for t in book.events(**asked).rows]

    assert ids() == [2, 3, 1]  # the newest start first
    assert ids(sweep_id=sweep, kinds=["approach"]) == [2]
    assert ids(subject="43271") == [1]
    assert ids(concerning="43271") == [2, 1]
    assert ids(concerning="7") == [2]
    assert ids(normal=False) == [2, 1]
    assert ids(start_utc=np.datetime64("2026-05-29T12:00", "us")) == [2]
    assert ids(stop_utc=np.datetime64("2026-05-29T12:00", "us")) == [3, 1]
    assert ids(known_by_utc=T0 - HOUR) == []
    assert ids(known_by_utc=T0) == [2, 3, 1]
    assert ids(limit=1, offset=1) == [3]
    assert book.events(limit=1).total == 3
    assert ids(subject="' or 1=1 --") == []


def test_an_event_is_known_since_the_earliest_moment_that_told_it(book: Duty) -> None:
    book.keep_sweep("now", "l", T0, {}, [event(1)])
    book.keep_sweep("replayed", "l", T0 - HOUR, {}, [event(1)])
    told = book.event(f"{1:032x}")
    assert told is not None
    assert told.first_told_utc == T0 - HOUR
    assert book.events().total == 1


def test_an_event_is_found_by_a_beginning_that_is_unique(book: Duty) -> None:
    ids = ["ab" + "0" * 30, "ab" + "1" * 30, "cd" + "0" * 30]
    book.keep_sweep("k", "l", T0, {}, [event(1) | {"id": i} for i in ids])
    assert book.event("cd").event_id == ids[2]  # type: ignore[union-attr]
    assert book.event(ids[0]).event_id == ids[0]  # type: ignore[union-attr]
    assert [book.event(x) for x in ("ab", "", "zz", "%", "_b")] == [None] * 5


def test_three_hundred_events_go_in_at_once(books: Books) -> None:
    """More than SQLite takes as parameters of one statement in some builds; and read in another process."""
    events = [event(k, others=[str(90000 + j) for j in range(k % 5)]) for k in range(1300)]
    made = books.open().keep_sweep("k", "l", T0, {}, events)
    other = books.open()
    assert other.events(sweep_id=made, limit=1).total == 1300
    assert other.sweep(made).event_ids == tuple(e["id"] for e in events)  # type: ignore[union-attr]
    books.open().keep_sweep("again", "l", T0, {}, events)
    assert other.events().total == 1300
