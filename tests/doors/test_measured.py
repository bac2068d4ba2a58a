"""Numbers for people: unit and figures follow the size, and what is not known is not written."""

from __future__ import annotations

import pytest

from hoshimori.doors.english import EN
from hoshimori.doors.japanese import JA
from hoshimori.doors.measured import bound, main_part, span, speed
from tests.doors.lives import NAN, burn


@pytest.mark.parametrize(
    ("value", "sigma", "text"),
    [
        (0.0123, 0.0004, "+12.30 ± 0.40 mm/s"),
        (-0.0123, 0.0021, "-12.3 ± 2.1 mm/s"),
        (1.234, 0.05, "+1.234 ± 0.050 m/s"),
        (0.0123, NAN, "+12.3 mm/s"),
        (310.0, 24.0, "+310 ± 24 m/s"),
        (NAN, 0.1, ""),
    ],
)
def test_a_speed_has_two_figures_of_its_sigma(value: float, sigma: float, text: str) -> None:
    assert speed(value, sigma) == text


def test_a_bound_has_no_sign_and_an_unknown_one_no_words() -> None:
    assert bound(0.05) == "< 50.0 mm/s"
    assert bound(NAN) == ""


@pytest.mark.parametrize(
    ("seconds", "en", "ja"),
    [
        (0.4, "0.4 s", "0.4 秒"),
        (59.0, "59 s", "59 秒"),
        (2400.0, "40 min", "40 分"),
        (12240.0, "3.4 h", "3.4 時間"),
        (2e6, "23 d", "23 日"),
    ],
)
def test_a_length_of_time_stands_in_the_unit_that_it_fills(seconds: float, en: str, ja: str) -> None:
    assert (span(seconds, EN), span(seconds, JA)) == (en, ja)


def test_the_part_that_says_most_is_named() -> None:
    assert main_part(burn(1.0, 0.01, -0.3))[:2] == ("N", -0.3)
    assert main_part(burn(1.0, 0.01))[:2] == ("T", 0.01)
    assert main_part(burn(1.0))[0] == ""
