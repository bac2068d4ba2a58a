"""UTC to TAI, TT and UT1, and the sidereal angle of the Earth.

Everywhere outside this room a time is a UTC `datetime64[us]`, which counts days of 86,400 s and so cannot hold an instant
inside a leap second: such instants are refused. Split Julian dates (day, fraction) keep 1 microsecond, which one double does
not (40 microseconds at today's dates). Leap seconds are those of pyerfa's table; from 1972-01-01 on.
"""

from __future__ import annotations

import erfa
import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
JulianDate = tuple[Floats, Floats]
"""(day, fraction): the day ends in .5, the fraction is in 0..1 (or a little outside, for offsets)."""

TT_MINUS_TAI_US = 32_184_000
DAY_US = 86_400_000_000
JD_1970 = 2440587.5


def days(t_utc: Times, since_utc: np.datetime64) -> Floats:
    """Days of 86,400 s between two UTC labels; leap seconds in between are not counted."""
    return (_us(t_utc) - np.int64(_us(since_utc))) / DAY_US


def julian_date(t: Times, offset_s: npt.ArrayLike = 0.0) -> JulianDate:
    """Split Julian date of the label `t`, in whatever time scale `t` is, `offset_s` seconds later."""
    us = _us(t)
    day, rest = np.divmod(us, DAY_US)
    return JD_1970 + day, rest / DAY_US + np.asarray(offset_s, dtype=np.float64) / 86400.0


def tai_minus_utc_s(t_utc: Times) -> npt.NDArray[np.int64]:
    """Whole seconds by which TAI is ahead of UTC: 37 since 2017. UsageError before 1972, when UTC had other seconds."""
    starts, offsets = _leap_seconds()
    us = _us(t_utc)
    if np.any(us < starts[0]):
        raise UsageError(f"time {_earliest(us)} UTC: TAI and TT are given from 1972-01-01 on, when UTC took whole seconds")
    return offsets[np.searchsorted(starts, us, side="right") - 1]


def utc_to_tai(t_utc: Times) -> Times:
    """The TAI label of a UTC instant."""
    return (_us(t_utc) + tai_minus_utc_s(t_utc) * 1_000_000).astype("datetime64[us]")


def tai_to_utc(t_tai: Times) -> Times:
    """The UTC label of a TAI instant. UsageError inside a leap second: `datetime64` has no label 23:59:60."""
    starts, offsets = _leap_seconds()
    tai = _us(t_tai)
    begins = starts + offsets * 1_000_000  # TAI at the first instant of each offset
    if np.any(tai < begins[0]):
        raise UsageError(f"time {_earliest(tai)} TAI: UTC is given from 1972-01-01 on, when it took whole seconds")
    following = np.append(begins, np.iinfo(np.int64).max)[np.searchsorted(begins, tai, side="right")]
    inside = following - tai <= 1_000_000
    if np.any(inside):
        raise UsageError(
            f"time {tai[inside].reshape(-1)[0].astype('datetime64[us]')} TAI lies inside a leap second, 23:59:60 UTC, which has "
            "no label here: ask for an instant before or after it"
        )
    return (tai - offsets[np.searchsorted(begins, tai, side="right") - 1] * 1_000_000).astype("datetime64[us]")


def tt(t_utc: Times) -> JulianDate:
    """Terrestrial Time of UTC instants."""
    return julian_date(t_utc, tai_minus_utc_s(t_utc) + TT_MINUS_TAI_US / 1e6)


def utc_from_tt(date: JulianDate) -> Times:
    """The UTC instant, to the microsecond, of a Terrestrial Time."""
    day, fraction = (np.asarray(x, dtype=np.float64) for x in date)
    whole = np.floor(day - JD_1970)
    us = whole.astype(np.int64) * DAY_US + np.rint(((day - JD_1970 - whole) + fraction) * DAY_US).astype(np.int64)
    return tai_to_utc((us - TT_MINUS_TAI_US).astype("datetime64[us]"))


def ut1(t_utc: Times, ut1_minus_utc_s: npt.ArrayLike = 0.0) -> JulianDate:
    """UT1 of UTC instants. Left at 0, the difference is below 0.9 s, as UTC is kept."""
    return julian_date(t_utc, ut1_minus_utc_s)


def gmst_rad(t_utc: Times, ut1_minus_utc_s: npt.ArrayLike = 0.0) -> Floats:
    """Greenwich mean sidereal time, IAU 1982: the angle between TEME and the Earth. In 0..2 pi."""
    return np.asarray(erfa.gmst82(*ut1(t_utc, ut1_minus_utc_s)))


def _leap_seconds() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First UTC instant (µs since 1970) of each whole-second TAI - UTC, and that offset [s]."""
    table = erfa.leap_seconds.get()
    table = table[table["year"] >= 1972]
    months = (table["year"] - 1970) * 12 + table["month"] - 1
    starts = months.astype("datetime64[M]").astype("datetime64[us]").astype(np.int64)
    return starts, np.rint(table["tai_utc"]).astype(np.int64)


def _us(t: Times | np.datetime64) -> npt.NDArray[np.int64]:
    label = np.asarray(t, dtype="datetime64[us]")
    if np.isnat(label).any():
        raise UsageError("a time is NaT (not a time): expected UTC instants")
    return label.astype(np.int64)


def _earliest(us: npt.NDArray[np.int64]) -> np.datetime64:
    return np.datetime64(int(np.min(us)), "us")
