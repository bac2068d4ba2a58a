from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skyfield.api import load

from hoshimori.errors import UsageError
from hoshimori.sky import time

SINCE_1972 = st.integers(int(np.datetime64("1972-01-01", "us").astype(int)), int(np.datetime64("2040-01-01", "us").astype(int)))


def _utc(*texts: str) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array(texts, dtype="datetime64[us]")


def test_leap_seconds_of_iers_bulletin_c() -> None:
    t = _utc("1972-01-01", "1998-12-31T23:59:59", "1999-01-01", "2016-12-31T23:59:59.999999", "2017-01-01", "2026-05-24")
    assert time.tai_minus_utc_s(t).tolist() == [10, 31, 32, 36, 37, 37]


def test_vallado_example_3_7() -> None:
    """2004-05-14 16:43 UTC: TT 16:44:04.184, TAI 16:43:32; UT1 16:42:59.5367 with dUT1 = -0.463326 s (Vallado, example 3-7)."""
    t = _utc("2004-05-14T16:43:00")
    assert time.utc_to_tai(t) == _utc("2004-05-14T16:43:32")
    day, fraction = time.tt(t)
    assert day[0] == 2453139.5
    assert fraction[0] * 86400.0 == pytest.approx(16 * 3600 + 44 * 60 + 4.184, abs=1e-9)
    day, fraction = time.ut1(t, -0.463326)
    assert fraction[0] * 86400.0 == pytest.approx(16 * 3600 + 42 * 60 + 59.536674, abs=1e-9)


def test_vallado_example_3_5() -> None:
    """1992-08-20 12:14 UT1: GMST 152.578787810 deg, within 25 microseconds: the book has its Julian date in one double."""
    assert np.degrees(time.gmst_rad(_utc("1992-08-20T12:14"))[0]) == pytest.approx(152.578787810, abs=1e-7)


@given(SINCE_1972)
def test_there_and_back(us: int) -> None:
    t = np.array([us]).astype("datetime64[us]")
    assert time.tai_to_utc(time.utc_to_tai(t)) == t
    assert time.utc_from_tt(time.tt(t)) == t


@pytest.mark.parametrize("inside", ["2017-01-01T00:00:36.000000", "2017-01-01T00:00:36.500000", "2017-01-01T00:00:36.999999"])
def test_an_instant_inside_a_leap_second_is_refused(inside: str) -> None:
    with pytest.raises(UsageError, match="leap second"):
        time.tai_to_utc(_utc(inside))


def test_the_instants_around_a_leap_second_are_held() -> None:
    t = time.tai_to_utc(_utc("2017-01-01T00:00:35.999999", "2017-01-01T00:00:37"))
    assert t.tolist() == _utc("2016-12-31T23:59:59.999999", "2017-01-01").tolist()


def test_before_1972_and_not_a_time_are_refused() -> None:
    with pytest.raises(UsageError, match="1972"):
        time.tt(_utc("1971-12-31T23:59:59"))
    with pytest.raises(UsageError, match="1972"):
        time.tai_to_utc(_utc("1972-01-01T00:00:09"))
    with pytest.raises(UsageError, match="NaT"):
        time.gmst_rad(_utc("NaT"))


def test_days_between_labels() -> None:
    assert time.days(_utc("2017-01-01", "2016-12-31T12:00"), np.datetime64("2016-12-31", "us")).tolist() == [1.0, 0.5]


def test_skyfield_agrees_on_tt_and_sidereal_time() -> None:
    t = np.datetime64("2018-03-01T07:08:09", "us") + np.arange(5) * np.timedelta64(400, "D")
    ts = load.timescale(builtin=True)
    theirs = ts.from_datetimes([x.item().replace(tzinfo=UTC) for x in t])
    day, fraction = time.tt(t)
    assert np.abs((day - theirs.whole) + (fraction - theirs.tt_fraction)).max() * 86400.0 < 1e-6
    ours = np.degrees(time.gmst_rad(t, theirs.dut1)) / 15.0
    assert np.abs((ours - theirs.gmst + 12.0) % 24.0 - 12.0).max() * 3600.0 * 15.0 < 0.1  # arcsec; theirs is IAU 2000
