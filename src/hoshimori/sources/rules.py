"""How often a question may be asked: the providers' published limits as small functions of time.

A rule takes the moment at which the question was last answered (None: never) and the present one, both UTC, and gives the
seconds to wait: 0 now, infinity never again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from hoshimori.sources.clock import calendar, later, since_s

Rule = Callable[[np.datetime64 | None, np.datetime64], float]


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `requests` requests of any kind within any `span_s` seconds."""

    requests: int
    span_s: float


def every(interval_s: float, *, closed_minutes: frozenset[int] = frozenset()) -> Rule:
    """Once per interval, and never in the given minutes of the hour."""

    def wait_s(last: np.datetime64 | None, now: np.datetime64) -> float:
        wait = max(0.0, interval_s - since_s(last, now))
        then = calendar(later(now, wait))
        while then.minute in closed_minutes:
            wait += 60 - then.second - then.microsecond / 1e6
            then = calendar(later(now, wait))
        return wait

    return wait_s


def once_ever() -> Rule:
    """Once, and then the stored copy for ever."""

    def wait_s(last: np.datetime64 | None, _now: np.datetime64) -> float:
        return 0.0 if last is None else math.inf

    return wait_s


def once_after(hour_utc: int, *, weekday: int | None = None) -> Rule:
    """Once between that hour and midnight UTC, every day or on one weekday (0 = Monday)."""

    def wait_s(last: np.datetime64 | None, now: np.datetime64) -> float:
        present = calendar(now)
        today = present.replace(hour=hour_utc, minute=0, second=0, microsecond=0)
        opened = [today + timedelta(days=d) for d in range(8)]
        windows = [t for t in opened if weekday is None or t.weekday() == weekday]
        asked = calendar(now) - timedelta(seconds=min(since_s(last, now), 1e9)) >= windows[0]
        if windows[0].date() == present.date() and present >= windows[0] and not asked:
            return 0.0
        return (next(t for t in windows if t > present) - present).total_seconds()

    return wait_s


def rate_wait_s(rates: tuple[Rate, ...], requests: list[np.datetime64], now: np.datetime64) -> float:
    """Seconds until one more request keeps every rate. `requests`: moments of earlier ones, rising."""
    wait = 0.0
    for rate in rates:
        inside = [t for t in requests if since_s(t, now) < rate.span_s]
        if len(inside) >= rate.requests:
            wait = max(wait, rate.span_s - since_s(inside[-rate.requests], now))
    return wait
