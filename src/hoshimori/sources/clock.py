"""What time it is: the clock that a source is given unless a caller gives another."""

from __future__ import annotations

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


def calendar(t_utc: np.datetime64) -> datetime:
    """The moment as a naive `datetime`, for hours, minutes and weekdays."""
    return datetime(1970, 1, 1) + timedelta(microseconds=int(t_utc.astype("datetime64[us]").astype(np.int64)))


def moment(text: str) -> np.datetime64:
    """The inverse of `findings.iso`."""
    return np.datetime64(text.removesuffix("Z"), "us")
