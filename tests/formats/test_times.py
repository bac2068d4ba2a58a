"""Epoch texts and time scales, against published offsets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.formats.times import format_epoch, parse_epoch, parse_epochs, to_utc


@given(st.lists(st.integers(-400_000_000_000_000, 4_000_000_000_000_000), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_there_and_back(microseconds: list[int]) -> None:
    t = np.array(microseconds, "datetime64[us]")
    back, leap = parse_epochs([format_epoch(x) for x in t])
    assert np.array_equal(back, t)
    assert not leap.any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2007-064T10:34:41.4264", "2007-03-05T10:34:41.426400"),
        ("2024-366T00:00:00Z", "2024-12-31T00:00:00"),
        ("2000-01-01T00:00:00.", "2000-01-01T00:00:00"),
        ("2000-01-01 23:59:59.9999996", "2000-01-02T00:00:00"),
        ("2015-08-27T00:00:00.000000000", "2015-08-27T00:00:00"),
    ],
)
def test_forms(text: str, expected: str) -> None:
    assert parse_epoch(text) == np.datetime64(expected, "us")


@pytest.mark.parametrize(
    "text",
    ["", "NaT", "2023-366T00:00:00", "2024-000T00:00:00", "2024-13-01T00:00:00", "2024-01-01T25:00:00", "2024-01-01", "now"],
)
def test_no_epoch(text: str) -> None:
    assert np.isnat(parse_epoch(text))


def test_one_bad_text_spoils_no_other_and_leap_seconds_are_told_apart() -> None:
    t, leap = parse_epochs(["2024-01-01T00:00:00", "2024-02-30T00:00:00", "2016-12-31T23:59:60", None])
    assert np.isnat(t).tolist() == [False, True, True, True]
    assert leap.tolist() == [False, False, True, False]


@pytest.mark.parametrize(("scale", "seconds"), [("UTC", 0.0), ("TAI", 37.0), ("TT", 69.184), ("GPS", 18.0)])
def test_scales_since_2017(scale: str, seconds: float) -> None:
    """TAI-UTC = 37 s since 2017-01-01 (IERS Bulletin C 52); TT = TAI + 32.184 s; GPS = TAI - 19 s."""
    read = np.array(["2026-05-24T00:00:00"], "datetime64[us]")
    utc, lost = to_utc(read, scale)
    assert ((read - utc) / np.timedelta64(1, "s")).tolist() == [seconds]
    assert not lost.any()


def test_an_instant_inside_a_leap_second_cannot_be_held() -> None:
    """The leap second 2016-12-31T23:59:60 began at 2017-01-01T00:00:36 TAI."""
    tai = np.array(
        ["2017-01-01T00:00:35.999999", "2017-01-01T00:00:36", "2017-01-01T00:00:37", "1971-01-01T00:00:00"], "datetime64[us]"
    )
    utc, lost = to_utc(tai, "TAI")
    assert lost.tolist() == [False, True, False, True]
    assert utc[[0, 2]].tolist() == np.array(["2016-12-31T23:59:59.999999", "2017-01-01"], "datetime64[us]").tolist()
