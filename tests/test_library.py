"""The same in Python: records, the same defaults, tables for a DataFrame."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import hoshimori
from hoshimori.catalogue import Catalogue
from hoshimori.doors.library import moment
from hoshimori.errors import FormatError, NothingFound, UsageError
from hoshimori.facts import DataMode
from tests.conftest import Practice

EXERCISE = (DataMode.EXERCISE,)


def test_every_public_name_is_there_and_documented() -> None:
    for name in hoshimori.__all__:
        assert name == "__version__" or getattr(hoshimori, name).__doc__
    assert dir(hoshimori) == hoshimori.__all__
    with pytest.raises(AttributeError, match="oracle"):
        hoshimori.oracle  # noqa: B018


def test_importing_the_front_door_brings_no_numbers_and_no_network() -> None:
    ask = "import sys, hoshimori; print([m for m in ('numpy', 'duckdb', 'httpx', 'urllib.request') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_library_brings_no_network_until_it_is_asked() -> None:
    ask = "import sys, hoshimori; hoshimori.sweep; print([m for m in ('httpx', 'urllib.request', 'ssl') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-05-30", "2026-05-30T00:00"),
        ("2026-05-30T12:34:56.789012Z", "2026-05-30T12:34:56.789012"),
        ("2026-05-30T12:00+09:00", "2026-05-30T03:00"),
        (" 2026-05-30T12:00 ", "2026-05-30T12:00"),
    ],
)
def test_times_are_iso_and_utc_unless_they_name_a_zone(text: str, utc: str, home: Path) -> None:
    assert moment(text, Catalogue(home)) == np.datetime64(utc, "us")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2030", "NaT", "30/05/2026", "2026-05-30T25:00"])
def test_what_is_no_time_is_refused_with_an_example(text: str, home: Path) -> None:
    with pytest.raises(UsageError, match=r"expected ISO 8601 such as 2026-05-30T12:00:00Z, or now, or data"):
        moment(text, Catalogue(home))


def test_the_time_of_the_data_needs_data(home: Path) -> None:
    with pytest.raises(NothingFound, match="is empty"):
        moment("data", Catalogue(home))


def test_a_sweep_is_the_same_record_that_the_command_wrote(practice: Practice) -> None:
    sweep = hoshimori.sweep("japan-comms", home=practice.home, as_of="data", modes=EXERCISE)
    assert sweep.to_json() == practice.sweep.to_json()
    assert sweep.seconds > 0.0


def test_real_records_alone_are_used_unless_told_otherwise(practice: Practice) -> None:
    with pytest.raises(NothingFound):
        hoshimori.sweep("japan-comms", home=practice.home, as_of="data")


def test_ingest_reports_what_came_of_each_file_and_what_was_passed_over(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "notes.pdf").write_bytes(b"%PDF")
    (folder / "iss.tle").write_text(
        "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927\n"
        "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537\n",
        encoding="ascii",
    )
    report = hoshimori.ingest(folder)
    assert (report.new, report.refused, [Path(f.location).name for f in report.files]) == (1, 0, ["iss.tle"])
    assert "1 other files were passed over, such as" in report.advice
    assert "notes.pdf" in report.advice
    assert hoshimori.ingest(folder).skipped == 1
    assert [n.cospar_id for n in hoshimori.names(25544)] == ["1998-067A"]
    assert hoshimori.stat().sets == 1


def test_ingest_of_nothing_usable_raises_with_every_problem_and_keeps_the_bytes(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html>busy</html>", encoding="ascii")
    with pytest.raises(FormatError, match=r"page\.html: nothing that could be read") as refused:
        hoshimori.ingest(page)
    assert "this is a web page" in refused.value.problems[0].expected
    assert [s.location for s in hoshimori.Catalogue(home).sources()] == [page.as_posix()]


def test_element_sets_become_a_table_column_for_column(practice: Practice) -> None:
    sets = hoshimori.history(43633, home=practice.home, as_of="data", modes=EXERCISE)
    table = hoshimori.to_arrow(sets)
    assert table.num_rows == len(sets) > 5
    assert table["norad_id"].to_pylist() == sets.norad_id.tolist()
    assert np.array_equal(table["epoch_utc"].to_numpy(), sets.epoch_utc)
    assert np.array_equal(table["mean_motion_rev_day"].to_numpy(), sets.mean_motion_rev_day)
    assert str(table.schema.field("epoch_utc").type) == "timestamp[us]"


def test_events_become_a_table_with_a_column_for_each_quantity_and_its_sigma(practice: Practice) -> None:
    events = practice.sweep.events
    table = hoshimori.to_arrow(events)
    assert table["id"].to_pylist() == [e.event_id for e in events]
    miss = [e.quantities.get("miss_km") for e in events]
    assert sum(q is None for q in miss) < len(miss)
    assert table["miss_km"].to_pylist() == [None if q is None else q.value for q in miss]
    assert table["miss_km_sigma"].to_pylist() == [None if q is None else q.sigma for q in miss]
    assert table["others"].to_pylist() == [list(e.others) for e in events]


def test_states_become_a_table(practice: Practice) -> None:
    table = hoshimori.to_arrow(practice.sweep.states)
    assert table["state"].to_pylist() == [s.state for s in practice.sweep.states]
    assert table["known_neighbours"].to_pylist() == [s.quantities["known_neighbours"].value for s in practice.sweep.states]


def test_an_empty_answer_is_an_empty_table() -> None:
    assert hoshimori.to_arrow([]).num_rows == 0
