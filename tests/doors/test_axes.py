"""Ticks: few, even, round, inside what is asked, whatever the span."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.doors.axes import level_text, levels, moments

START = np.datetime64("2012-02-27T05:00", "us")


@settings(max_examples=80, deadline=None)
@given(hours=st.floats(2.0, 24 * 365.25 * 60), most=st.integers(4, 14))
def test_moments_are_few_even_and_inside(hours: float, most: int) -> None:
    stop = START + np.timedelta64(int(hours * 3.6e9), "us")
    found = [t for t, _ in moments(START, stop, most)]
    assert len(found) <= most + 1
    assert all(START <= t <= stop for t in found)
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("days", "texts"),
    [
        (1.0, ["02-27 06h", "02-27 12h", "02-27 18h", "02-28 00h"]),
        (4.0, ["02-28", "02-29", "03-01", "03-02"]),
        (100.0, ["2012-03", "2012-04", "2012-05", "2012-06"]),
        (365.0 * 7, ["2014", "2016", "2018"]),
    ],
)
def test_a_moment_is_written_as_finely_as_the_ticks_stand(days: float, texts: list[str]) -> None:
    stop = START + np.timedelta64(int(days * 86400e6), "us")
    assert [text for _, text in moments(START, stop, 4)] == texts


def test_the_text_of_a_level_has_the_decimals_of_the_step() -> None:
    ticks = levels(1337.7152, 1337.7349)
    assert [level_text(v, ticks[1] - ticks[0]) for v in ticks[:2]] == ["1337.715", "1337.720"]
    assert level_text(42164.0, 20.0) == "42164"
