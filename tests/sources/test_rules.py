"""The published limits as functions of time. Truth: the providers' pages, cited in docs/sources.md, and the calendar."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.sources.clock import calendar, later, moment
from hoshimori.sources.rules import Rate, Rule, every, once_ever, rate_wait_s
from hoshimori.sources.spacetrack import DAILY, HOURLY, RATES, WEEKLY

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda t: np.datetime64(t, "us"))
RULES = st.sampled_from([every(7200.0), HOURLY, DAILY, WEEKLY])


def t(text: str) -> np.datetime64:
    return moment(text)


@pytest.mark.parametrize(
    ("rule", "last", "now", "wait_s"),
    [
        (every(7200), None, "2026-05-27T18:00:00", 0),
        (every(7200), "2026-05-27T17:00:00", "2026-05-27T18:00:00", 3600),
        (every(7200), "2026-05-27T16:00:00", "2026-05-27T18:00:00", 0),
        (every(7200), "2026-05-27T18:00:01", "2026-05-27T18:00:00", 7200),  # the clock was set back a little
        (every(7200), "2031-01-01T00:00:00", "2026-05-27T18:00:00", 0),  # it was wrong then
        (HOURLY, None, "2026-05-27T18:00:10", 50),  # not at the top of the hour
        (HOURLY, None, "2026-05-27T18:30:59.5", 0.5),  # nor at the bottom
        (HOURLY, "2026-05-27T17:30:30", "2026-05-27T18:10:00", 1260),  # 18:30:30 is closed: 18:31:00
        (DAILY, None, "2026-05-27T16:59:00", 60),
        (DAILY, None, "2026-05-27T17:00:00", 0),
        (DAILY, "2026-05-27T17:05:00", "2026-05-27T23:59:00", 17 * 3600 + 60),
        (DAILY, "2026-05-26T23:59:00", "2026-05-27T17:00:00", 0),
        (DAILY, None, "2026-05-28T00:00:00", 17 * 3600),
        (WEEKLY, None, "2026-05-27T17:00:00", 0),  # a Wednesday
        (WEEKLY, "2026-05-27T17:00:00", "2026-05-27T18:00:00", 7 * 86400 - 3600),
        (WEEKLY, "2026-05-20T17:00:00", "2026-05-27T18:00:00", 0),
        (WEEKLY, None, "2026-05-28T17:00:00", 6 * 86400),
        (once_ever(), None, "2026-05-27T17:00:00", 0),
        (once_ever(), "2020-05-27T17:00:00", "2026-05-27T17:00:00", math.inf),
    ],
)
def test_the_wait_is_the_published_one(rule: Rule, last: str | None, now: str, wait_s: float) -> None:
    assert rule(None if last is None else t(last), t(now)) == pytest.approx(wait_s, abs=1e-5)


@given(RULES, st.none() | MOMENTS, MOMENTS)
def test_after_the_wait_one_may_ask(rule: Rule, last: np.datetime64 | None, now: np.datetime64) -> None:
    wait_s = rule(last, now)
    assert 0 <= wait_s <= 9 * 86400
    assert rule(last, later(now, wait_s)) <= 1e-5


@given(RULES, MOMENTS)
def test_having_asked_one_may_not_ask_again_at_once(rule: Rule, now: np.datetime64) -> None:
    then = later(now, rule(None, now))
    assert rule(then, later(then, 1.0)) > 60


@given(st.lists(st.integers(0, 7), max_size=60))
@settings(max_examples=10, deadline=None)
def test_the_rates_are_never_passed(gaps: list[int]) -> None:
    """Ask whenever one may, after pauses of any kind: no minute holds 30 requests."""
    now = t("2026-05-27T00:00:00")
    asked: list[np.datetime64] = []
    for gap in [*gaps, *[0] * 40]:
        now = later(now, gap)
        now = later(now, rate_wait_s(RATES, asked, now))
        asked.append(now)
    for first, last in zip(asked, asked[29:], strict=False):
        assert last - first >= np.timedelta64(60, "s")


def test_three_hundred_an_hour_is_not_reached() -> None:
    now = t("2026-05-27T00:00:00")
    asked = [later(now, 2.1 * k) for k in range(299)]
    assert rate_wait_s(RATES, asked, later(now, 700.0)) == pytest.approx(2900)
    assert rate_wait_s((Rate(300, 3600.0),), asked, later(now, 700.0)) == 0


@given(MOMENTS)
def test_the_calendar_keeps_the_microsecond(now: np.datetime64) -> None:
    assert np.datetime64(calendar(now), "us") == now
    assert calendar(later(now, 1.5)) - calendar(now) == timedelta(seconds=1.5)
