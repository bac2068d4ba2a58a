"""What time it is: the clock that a source is given unless a caller gives another."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

Clock = Callable[[], np.datetime64]
"""Gives the moment as UTC `datetime64[us]`."""


def utc_now() -> np.datetime64:
    return np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")


def seconds(span: np.timedelta64) -> float:
    return float(span / np.timedelta64(1, "s"))


def later(t_utc: np.datetime64, span_s: float) -> np.datetime64:
    return np.datetime64(t_utc + np.timedelta64(round(span_s * 1e6), "us"))


def since_s(then_utc: np.datetime64 | None, now_utc: np.datetime64) -> float:
    """Seconds since a moment that was written down; infinity where there is none.

    A moment up to a day ahead counts as now: clocks are set back a little. One further ahead was written by a wrong clock and
    counts as none, or it would lock its reader out until that day.
    """
    if then_utc is None or seconds(then_utc - now_utc) > 86400:
        return math.inf
    return max(0.0, seconds(now_utc - then_utc))


def calendar(t_utc: np.datetime64) -> datetime:
    """The moment as a naive `datetime`, for hours, minutes and weekdays."""
    return datetime(1970, 1, 1) + timedelta(microseconds=int(t_utc.astype("datetime64[us]").astype(np.int64)))


def moment(text: str) -> np.datetime64:
    """The inverse of `findings.iso`."""
    return np.datetime64(text.removesuffix("Z"), "us")
