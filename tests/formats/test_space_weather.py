"""Space weather files as CelesTrak writes them, what of them was known when, and files that are not such."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest

from hoshimori.declared.activity import MONTHLY, OBSERVED, PREDICTED, QUIET_SFU, SpaceWeather
from hoshimori.errors import FormatError, UsageError
from hoshimori.formats.space_weather import read_space_weather

HEAD = (
    "DATATYPE CssiSpaceWeather\nVERSION 1.2 \nUPDATED 2020 Feb 22 06:40:00.01\n#\nNUM_OBSERVED_POINTS 2\n"  # as the real file
    "BEGIN OBSERVED\n{rows}END OBSERVED\n"
)
FIRST = (
    "1957 10 01 1700 19 43 40 30 20 37 23 43 37 273  32  27  15   7  22   9  32  22  "
    "21 1.1 5 236 268.0 0 265.2 230.6 269.3 266.6 230.9\n"
)
SECOND = (
    "1957 10 02 1700 20 37 37 17 17 27 23 17 30 203  22  22   6   6  12   9   6  15  "
    "12 0.7 3 234 252.0 0 266.0 231.4 253.3 267.4 231.7\n"
)
"""The first two days of the real file."""

COLUMNS = (
    "DATE,BSRN,ND,KP1,KP2,KP3,KP4,KP5,KP6,KP7,KP8,KP_SUM,AP1,AP2,AP3,AP4,AP5,AP6,AP7,AP8,AP_AVG,CP,C9,ISN,"
    "F10.7_OBS,F10.7_ADJ,F10.7_DATA_TYPE,F10.7_OBS_CENTER81,F10.7_OBS_LAST81,F10.7_ADJ_CENTER81,F10.7_ADJ_LAST81\n"
)
CSV = COLUMNS + (
    "1957-10-01,1700,19,43,40,30,20,37,23,43,37,273,32,27,15,7,22,9,32,22,21,1.1,5,236,269.3,268.0,OBS,266.6,230.9,265.2,230.6\n"
    "1957-10-02,1700,20,,,,,,,,,,,,,,,,,,12,,,234,253.3,252.0,PRD,267.4,231.7,266.0,231.4\n"
)


def fixed(*rows: str) -> bytes:
    return HEAD.format(rows="".join(rows)).encode()


def made(days: int = 6000, seed: int = 4) -> SpaceWeather:
    """A Sun of eleven years, with noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(days)
    flux = 70.0 + 60.0 * np.sin(np.pi * t / 4018.0) ** 2 + rng.normal(0.0, 8.0, days)
    day = np.datetime64("1990-01-01", "D") + t.astype("timedelta64[D]")
    kp, ap = rng.uniform(0.0, 5.0, (days, 8)), rng.uniform(3.0, 20.0, days)
    nat = np.datetime64("NaT", "us")
    return SpaceWeather(day, np.full(days, OBSERVED), kp, kp * 3.0, ap, flux, flux, nat, "made", "0" * 64)


def test_columns_of_the_fixed_file() -> None:
    told = read_space_weather(fixed(FIRST, SECOND), "sw.txt")
    assert told.problems == ()
    assert told.day_utc.astype(str).tolist() == ["1957-10-01", "1957-10-02"]
    assert told.kind.tolist() == [OBSERVED, OBSERVED]
    assert told.kp[0] == pytest.approx([13 / 3, 4.0, 3.0, 2.0, 11 / 3, 7 / 3, 13 / 3, 11 / 3])
    assert told.ap_3h[0].tolist() == [32.0, 27.0, 15.0, 7.0, 22.0, 9.0, 32.0, 22.0]
    assert told.ap.tolist() == [21.0, 12.0]
    assert told.f107_sfu.tolist() == [269.3, 253.3]
    assert told.f107_1au_sfu.tolist() == [268.0, 252.0]
    assert told.updated_utc == np.datetime64("2020-02-22T06:40:00", "us")


def test_the_same_as_csv_and_as_gzip() -> None:
    told, table = read_space_weather(gzip.compress(fixed(FIRST)), "sw.gz"), read_space_weather(CSV.encode(), "SW-All.csv")
    for name in ("kp", "ap_3h", "ap", "f107_sfu", "f107_1au_sfu"):
        np.testing.assert_allclose(getattr(told, name)[0], getattr(table, name)[0], err_msg=name)
    assert table.kind.tolist() == [OBSERVED, PREDICTED]
    assert np.isnan(table.kp[1]).all()
    assert np.isnat(table.updated_utc)


def test_bad_rows_are_named_and_the_rest_is_read() -> None:
    broken = SECOND.replace("253.3", "9253.").replace("1957 10 02", "1957 10 03")
    told = read_space_weather(fixed(FIRST, broken, SECOND.replace("1957 10 02", "1957 13 02"), SECOND), "sw.txt")
    assert told.day_utc.astype(str).tolist() == ["1957-10-01", "1957-10-02"]
    assert [(p.line, p.field, p.refused) for p in told.problems] == [(8, "observed", True), (9, "DATE", True)]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\x1f", b"<html>no</html>", b"norad,name\n1,a\n", gzip.compress(b"x" * 50)[:20], b"\x1f\x8bno"]
)
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(FormatError, match=r"file\.txt"):
        read_space_weather(content, "file.txt")


def test_a_file_without_one_good_row_says_which_were_bad() -> None:
    with pytest.raises(FormatError) as refused:
        read_space_weather(fixed(FIRST.replace("269.3", "abcde")), "sw.txt")
    assert refused.value.problems[0].value == "abcde"


def test_a_day_told_twice_counts_once_the_observation_first() -> None:
    twice = CSV + CSV.splitlines()[2].replace("253.3", "111.0").replace("PRD", "OBS") + "\n"
    told = read_space_weather(twice.encode(), "sw.csv")
    assert told.f107_sfu.tolist() == [269.3, 111.0]


def test_nothing_later_is_looked_at() -> None:
    """Change everything from a day on: what was expected on that day stays as it was."""
    told = made()
    row = 5000
    known = told.day_utc[row].astype("datetime64[us]")
    flux, ap = told.f107_sfu.copy(), told.ap.copy()
    flux[row:], ap[row:] = 400.0, 200.0
    changed = dataclasses.replace(told, f107_sfu=flux, ap=ap)
    for one, other in zip(
        (told.activity(known), *told.scenarios(known)), (changed.activity(known), *changed.scenarios(known)), strict=True
    ):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_forecast_begins_where_the_sun_stands_and_returns_with_the_cycle() -> None:
    told = made()
    known = told.day_utc[5200].astype("datetime64[us]")
    ahead = told.activity(known)
    near, far = (ahead.f107[ahead.rows(np.array(known + np.timedelta64(d, "D")))] for d in (20, 4018 - 1182))
    assert near == pytest.approx(float(told.f107_sfu[5120:5200].mean()), rel=0.1)
    assert far == pytest.approx(70.0, abs=12.0)  # a minimum of the made Sun
    assert ahead.f107.min() > QUIET_SFU - 30.0


def test_msis_asks_for_the_day_before_and_a_centred_mean() -> None:
    told = made(400)
    plain = told.activity()
    assert plain.f107[100] == pytest.approx(told.f107_sfu[99])
    assert plain.f107_mean[100] == pytest.approx(told.f107_sfu[60:141].mean())
    assert plain.ap[100] == told.ap[100]


def test_before_the_first_day_nothing_is_known() -> None:
    with pytest.raises(UsageError, match="begins on 1990-01-01"):
        made(400).activity(np.datetime64("1980-01-01", "us"))


def test_kp_of_three_hours() -> None:
    told = read_space_weather(fixed(FIRST, SECOND), "sw.txt")
    asked = np.array(["1957-10-01T02:59", "1957-10-01T03:00", "1957-10-02T23:59", "1990-01-01T00:00"], dtype="datetime64[us]")
    np.testing.assert_allclose(told.kp_at(asked), [13 / 3, 4.0, 3.0, np.nan])


def test_the_real_file(data: Path) -> None:
    place = next((data / "tracking" / "space-weather").glob("*.gz"))
    told = read_space_weather(place.read_bytes(), place.name)
    assert str(told.last_observed_utc) == "2020-02-22"
    assert {k: int(np.sum(told.kind == k)) for k in (OBSERVED, PREDICTED, MONTHLY)} == {
        OBSERVED: 22789,
        PREDICTED: 44,
        MONTHLY: 290,
    }
    assert [(p.line, p.value) for p in told.problems] == [(19535, "924.4")]  # an impossible flux in the file itself
    assert told.kp_at(np.array(["2003-10-29T07:00"], dtype="datetime64[us]")).tolist() == [9.0]  # the Halloween storm
    expected = told.activity(np.datetime64("2013-03-25", "us"))
    assert expected.f107_mean[expected.rows(np.array("2013-03-25", dtype="datetime64[us]"))] == pytest.approx(113.0, abs=5.0)
    assert len(told.scenarios(np.datetime64("2013-03-25", "us"))) == 4
