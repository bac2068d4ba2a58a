"""Epochs as text and as numbers: ISO 8601 in calendar or day-of-year form to UTC `datetime64[us]`, and back.

A microsecond is what a fact holds: further digits are rounded to the nearest (0.5 us is 4 mm in low Earth orbit). An instant
inside a leap second cannot be held and is refused, never moved.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from hoshimori.facts import NOT_A_TIME, Bools, Times

EXPECTED = "yyyy-mm-ddThh:mm:ss or yyyy-dddThh:mm:ss, with or without a fraction and Z"
LEAP_EXPECTED = "seconds below 60: an instant inside a leap second cannot be held"

_SHAPE = re.compile(r"(\d{4})-(?:(\d\d)-(\d\d)|(\d{3}))[T ](\d\d:\d\d):(\d\d)(?:\.(\d*))?Z?", re.ASCII)
_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?", re.ASCII)
_LEAP = re.compile(r"\S+[T ]23:59:60(?:\.\d*)?Z?", re.ASCII)

_TAI_MINUS = {"TAI": 0, "TT": -32_184_000, "GPS": 19_000_000}
"""TAI minus the scale, in us: definitions (IAU 1991 for TT, IS-GPS-200 for GPS)."""
CONVERTIBLE = ("UTC", *_TAI_MINUS)


def parse_epochs(texts: Sequence[str | None]) -> tuple[Times, Bools]:
    """Times (n,) and whether each text names a leap second (n,); NaT where a text is not an epoch."""
    plain = [t if t is not None and _PLAIN.fullmatch(t) else _plain(t) for t in texts]
    try:
        times = np.array(plain, dtype="datetime64[us]")
    except ValueError:  # a month 13 or an hour 25 somewhere
        times = np.array([_one(p) for p in plain], dtype="datetime64[us]")
    leap = np.zeros(len(texts), bool)
    for k in np.flatnonzero(np.isnat(times)).tolist():
        leap[k] = _LEAP.fullmatch((texts[k] or "").strip()) is not None
    return times.reshape(len(texts)), leap


def parse_epoch(text: str | None) -> np.datetime64:
    """One epoch; NaT where the text is not one, or cannot be held."""
    return np.datetime64(parse_epochs([text])[0][0], "us")


def _one(plain: str) -> np.datetime64:
    try:
        return np.datetime64(plain, "us")
    except ValueError:
        return NOT_A_TIME


def _plain(text: str | None) -> str:
    """The epoch in the one form that numpy reads in bulk; "NaT" where it has no such form."""
    match = _SHAPE.fullmatch((text or "").strip())
    if match is None:
        return "NaT"
    year, month, day, day_of_year, minutes, seconds, fraction = match.groups()
    date = f"{year}-{month}-{day}" if month else _date(int(year), int(day_of_year))
    digits = (fraction or "").rstrip("0")
    base = f"{date}T{minutes}:{seconds}"
    if len(digits) <= 6 or date == "NaT":
        return "NaT" if date == "NaT" else f"{base}.{digits or 0}"
    moment = _one(base)
    return str(moment + np.timedelta64(round(float(f"0.{digits}") * 1e6), "us"))


def _date(year: int, day_of_year: int) -> str:
    """The calendar date; "NaT" where the year has no such day."""
    day = np.datetime64(f"{year:04d}-01-01", "D") + np.timedelta64(day_of_year - 1, "D")
    same_year = day.astype("datetime64[Y]") == np.datetime64(f"{year:04d}", "Y")
    return str(day) if day_of_year >= 1 and same_year else "NaT"


def format_epoch(t: np.datetime64) -> str:
    """ISO 8601 with six decimals and no zone letter, as OMM and OEM write UTC."""
    return str(np.datetime_as_string(t.astype("datetime64[us]"), unit="us"))


def to_utc(times: Times, scale: str) -> tuple[Times, Bools]:
    """UTC of times read in `scale` (UTC, TAI, TT or GPS), and which of them cannot be held (NaT there).

    Cannot be held: an instant inside a leap second, and anything before 1972, when UTC ran at another rate.
    Leap seconds are those of ERFA's own table (IERS Bulletin C).
    """
    if scale == "UTC":
        return times, np.zeros(len(times), bool)
    import erfa

    table = erfa.leap_seconds.get()
    table = table[table["year"] >= 1972]
    starts = np.array([f"{y:04d}-{m:02d}" for y, m in zip(table["year"], table["month"], strict=True)], dtype="datetime64[us]")
    offset = (table["tai_utc"] * 1_000_000).astype("timedelta64[us]")
    tai = times + np.timedelta64(_TAI_MINUS[scale], "us")
    row = np.searchsorted(starts + offset, tai, side="right") - 1
    utc = tai - offset[np.maximum(row, 0)]
    following = np.append(starts[1:], np.datetime64("9999-01-01", "us"))[np.maximum(row, 0)]
    lost = ~np.isnat(times) & ((row < 0) | (utc >= following))
    return np.where(lost, NOT_A_TIME, utc), lost
