"""Outages as operators write them: every form gives the same, every time without its zone is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hoshimori.errors import FormatError
from hoshimori.formats.outages import read_outages, utc_of

CSV = b"""time,asset,note
2026-05-30T21:34:56+09:00,40267,no picture
2026-05-30T01:00:00Z,,
"""


def test_csv_and_json_give_the_same_in_order_of_time() -> None:
    rows = [{"time": "2026-05-30T21:34:56+09:00", "asset": "40267", "note": "no picture"}, "2026-05-30T01:00:00Z"]
    told = read_outages(CSV, "a.csv")
    assert told == read_outages(json.dumps(rows).encode(), "a.json") == read_outages(json.dumps({"outages": rows}).encode(), "b")
    first, second = told.rows
    assert (str(first.t_utc), first.asset) == ("2026-05-30T01:00:00.000000", "")
    assert (str(second.t_utc), second.asset, second.note) == ("2026-05-30T12:34:56.000000", "40267", "no picture")


def test_operating_times_come_along() -> None:
    told = read_outages(b'{"outages": [], "operating": [["2026-05-30T00:00:00Z", "2026-05-30T06:00:00+00:00"]]}', "a.json")
    assert told.rows == ()
    ((start, stop),) = told.operating
    assert stop - start == np.timedelta64(6, "h")


@pytest.mark.parametrize(
    "time", ["2026-05-30T12:34:56", "2026-05-30", "12:34:56Z", "30 May 2026 12:34 UTC", "", "2026-05-30T25:00:00Z", "nan"]
)
def test_a_time_without_zone_or_sense_is_refused_with_its_row_and_what_is_expected(time: str) -> None:
    assert np.isnat(utc_of(time))
    for content in (f"time,note\n2026-05-30T01:00:00Z,x\n{time},y\n", json.dumps(["2026-05-30T01:00:00Z", time])):
        with pytest.raises(FormatError, match="nothing was used") as told:
            read_outages(content.encode(), "mine")
        (problem,) = told.value.problems
        assert (problem.record, problem.field, problem.value) == (2, "time", time)
        assert "with its zone" in problem.expected


def test_every_mistake_comes_back_together() -> None:
    rows = [{"time": "2026-05-30T01:00:00"}, {"time": "2026-05-30T01:00:00Z", "colour": 3}, {"note": "x"}, 17]
    with pytest.raises(FormatError) as told:
        read_outages(json.dumps({"outages": rows, "operating": [["2026-05-30T01:00:00Z"], 3]}).encode(), "mine")
    assert [(p.record, p.field) for p in told.value.problems] == [
        (1, "time"), (2, "colour"), (3, "time"), (4, "time"), (1, "operating"), (2, "operating"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"when,asset\n2026-05-30T01:00:00Z,1\n", "no column `time`"),
        (b"", "no column `time`"),
        (b"[1,", "not valid JSON"),
        (b'{"outage": []}', "expected a list of outages"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_what_is_no_list_of_outages_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_outages(content, "mine")


def test_a_stop_before_its_start_is_refused() -> None:
    with pytest.raises(FormatError) as told:
        read_outages(b"time,stop\n2026-05-30T01:00:00Z,2026-05-30T00:59:00Z\n", "mine")
    assert told.value.problems[0].field == "stop"
