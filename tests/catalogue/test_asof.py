"""A view never sees later knowledge, from disk or from memory, before or after compaction."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.catalogue import Catalogue, MemoryView
from hoshimori.catalogue.asof import best_known, last_issued
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode, ElementSets, KnownBasis
from hoshimori.ports import View
from tests.catalogue.some import DAY, HOUR, NAT, T0, read, received, row, same, sets

ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),  # object
        st.integers(0, 8),  # epoch, half days
        st.integers(0, 2),  # which orbit: re-issues of one epoch, and the same digest again
        st.integers(0, 10),  # known, half days
        st.sampled_from(list(KnownBasis)),
        st.integers(0, 1),  # set number
        st.sampled_from([DataMode.REAL, DataMode.REAL, DataMode.EXERCISE]),
    ),
    max_size=25,
)


def table(rows: list[tuple[Any, ...]]) -> ElementSets:
    norad, epoch, orbit, known, basis, number, mode = ([r[k] for r in rows] for k in range(7))
    return sets(
        norad,
        [12.0 * e for e in epoch],
        raan_deg=np.zeros(len(rows)),
        ma_deg=np.array(orbit, float),
        known_utc=T0 + np.array(known, int) * 12 * HOUR,
        known_basis=np.array(basis, np.uint8),
        element_set_no=np.array(number, np.int32),
        data_mode=np.array(mode, np.uint8),
    )


def stored(home: str, parts: list[ElementSets]) -> Catalogue:
    catalogue = Catalogue(Path(home))
    for part in parts:
        catalogue.append(part, provider="test", location="columns")
    return catalogue


def answers(view: View) -> list[ElementSets]:
    return [
        view.sets(),
        view.latest(),
        view.sets([2]),
        view.latest([1, 3]),
        *(view.history(i) for i in (1, 2, 3)),
        view.history([3, 1]),
    ]


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(0, 25), st.integers(-1, 10), st.integers(0, 4), st.integers(0, 12), st.integers(0, 4))
def test_disk_and_memory_agree_and_compaction_changes_nothing(
    rows: list[tuple[Any, ...]], cut: int, start: int, length: int, as_of: int, back: int
) -> None:
    facts = table(rows)
    window = (T0 + 12 * start * HOUR, T0 + 12 * (start + length) * HOUR, T0 + 12 * as_of * HOUR)
    lookback = back * DAY
    memory = answers(MemoryView(facts, *window, lookback=lookback))
    with tempfile.TemporaryDirectory() as home:
        catalogue = stored(home, [facts.take(slice(None, cut)), facts.take(slice(cut, None))])
        disk = answers(catalogue.view(*window, lookback=lookback))
        catalogue.compact()
        compacted = answers(Catalogue(Path(home)).view(*window, lookback=lookback))
    assert all(same(a, b) for a, b in zip(memory, disk, strict=True))
    assert all(same(a, b, but=()) for a, b in zip(disk, compacted, strict=True))


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 12))
def test_what_was_known_at_a_moment_stands_on_nothing_later(rows: list[tuple[Any, ...]], as_of: int) -> None:
    """Facts first known after T may be there or not: the answer as of T is the same."""
    facts = best_known(table(rows))
    moment = T0 + 12 * as_of * HOUR
    window = (T0, T0 + 2 * DAY, moment)
    blind = facts.take(facts.known_utc <= moment)
    for all_facts, only_then in zip(answers(MemoryView(facts, *window)), answers(MemoryView(blind, *window)), strict=True):
        assert same(all_facts, only_then)
        assert (all_facts.known_utc <= moment).all()


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_one_row_for_each_object_and_epoch_the_last_issued(rows: list[tuple[Any, ...]]) -> None:
    facts = best_known(table(rows))
    chosen = last_issued(facts)
    wanted: dict[tuple[int, np.datetime64], tuple[Any, ...]] = {}
    for one in facts:
        place, worth = (one.norad_id, one.epoch_utc), (one.known_utc, one.element_set_no, one.digest)
        wanted[place] = max(wanted.get(place, worth), worth)
    found = {(s.norad_id, s.epoch_utc): (s.known_utc, s.element_set_no, s.digest) for s in chosen}
    assert found == wanted
    assert list(found) == sorted(found)


def in_view(hours: list[float], start: float, stop: float, lookback: float = 24 * 30) -> list[float]:
    facts = sets([7] * len(hours), hours, known_utc=np.full(len(hours), T0 - 9999 * HOUR))
    view = MemoryView(
        facts,
        T0 + np.timedelta64(int(start), "h"),
        T0 + np.timedelta64(int(stop), "h"),
        T0 + 9999 * HOUR,
        lookback=np.timedelta64(int(lookback), "h"),
    )
    return [float((t - T0) / HOUR) for t in view.sets().epoch_utc]


def test_a_window_brings_its_neighbours() -> None:
    assert in_view([0, 10, 20, 30, 40, 50], 15, 35) == [10, 20, 30, 40]
    assert in_view([0, 10], 15, 35) == [10]
    assert in_view([40, 50], 15, 35) == [40]
    assert in_view([0, 10, 40, 50], 15, 35) == [10, 40]
    assert in_view([15, 35], 15, 35) == [15, 35]
    assert in_view([0, 50], 15, 35, lookback=14) == []


def test_the_newest_set_is_not_a_prediction_unless_nothing_else_is() -> None:
    as_of = T0 + 48 * HOUR
    facts = sets([1, 1, 1, 2, 2], [0, 60, 200, 240, 200], known_utc=np.full(5, T0))
    view = MemoryView(facts, T0, as_of, as_of)
    assert ((view.latest().epoch_utc - T0) / HOUR).tolist() == [60, 200]


def test_sets_in_memory_without_a_known_time_are_assumed_half_a_day_late() -> None:
    facts = sets([1], [0])
    assert np.isnat(facts.known_utc[0])
    assert len(MemoryView(facts, T0, T0 + DAY, T0 + 11 * HOUR).latest()) == 0
    assert len(MemoryView(facts, T0, T0 + DAY, T0 + 12 * HOUR).latest()) == 1


@pytest.mark.parametrize(("window", "complaint"), [((T0 + DAY, T0, T0), "before it starts"), ((T0, T0, NAT), "as_of=")])
def test_a_window_that_is_none_is_refused(window: tuple[Any, Any, Any], complaint: str, tmp_path: Path) -> None:
    for make in (Catalogue(tmp_path).view, lambda *w: MemoryView(ElementSets.empty(), *w)):
        with pytest.raises(UsageError, match=complaint):
            make(*window)


def test_both_are_views(tmp_path: Path) -> None:
    assert isinstance(Catalogue(tmp_path).view(T0, T0, T0), View)
    assert isinstance(MemoryView(ElementSets.empty(), T0, T0, T0), View)


def test_an_open_view_does_not_change(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read, grace_s=0.0)
    catalogue.ingest([received([row(1, 0)])])
    view = catalogue.view(T0, T0 + DAY, T0 + 900 * HOUR)
    catalogue.ingest([received([row(1, 5), row(2, 5)], location="later")])
    assert len(view.sets()) == 1
    assert len(catalogue.view(T0, T0 + DAY, T0 + 900 * HOUR).sets()) == 3


def test_names_are_those_known_then_and_swaps_stand_beside_each_other(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    catalogue.ingest([received([row(1, 0, name="ALPHA", cospar="2000-001A"), row(1, 24, name="ALPHA")])])
    catalogue.ingest([received([row(1, 48, name="BETA", cospar="2000-001B"), row(1, 72, name="ALPHA")], location="b")])
    catalogue.ingest([received([{"satcat": "GAMMA", "norad": 1, "owner": "JPN"}], location="c", hours=300)])
    names = catalogue.view(T0, T0 + DAY, T0 + 999 * HOUR).names([1])
    since = [(n.name, float((n.first_seen_utc - T0) / HOUR)) for n in names]
    assert since == [("ALPHA", 12.0), ("BETA", 60.0), ("ALPHA", 84.0), ("GAMMA", 300.0)]
    assert names[-1].owner == "JPN"

    def called(hours: int) -> tuple[str, str]:
        one = catalogue.view(T0, T0 + DAY, T0 + hours * HOUR).latest().record(0)
        return one.name, one.cospar_id

    assert [called(h) for h in (12, 60, 84, 300)] == [
        ("ALPHA", "2000-001A"),
        ("BETA", "2000-001B"),
        ("ALPHA", "2000-001B"),
        ("GAMMA", "2000-001B"),
    ]
