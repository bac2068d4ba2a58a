"""Operators' reports, flares, areas, cells and measured arrivals as people write them; and every mistake with its place."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from hoshimori.declared.reports import Report
from hoshimori.errors import FormatError
from hoshimori.facts import DataMode, KnownBasis
from hoshimori.formats.area_interference import read_areas, read_cells
from hoshimori.formats.arrivals import read_arrivals
from hoshimori.formats.flares import read_flares
from hoshimori.formats.reports import COLUMNS, NEEDED, read_reports
from hoshimori.formats.zoned import NO_ZONE, parse_zoned

HEAD = "asset,start,stop,kind,value,unit,sigma,usual,source,grade,known,frequency_hz\n"
GOOD = "41866,2026-05-26T12:00:00+09:00,2026-05-26T03:20:00Z,carrier to noise,7.1,dB,0.5,12,log,B2,2026-05-26T04:00:00Z,12.5e9\n"


def csv(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def test_a_report_is_read_as_it_is_written() -> None:
    (report,) = read_reports(csv(GOOD), "r.csv").reports
    assert (report.norad_id, report.kind, report.value, report.unit, report.sigma, report.usual) == (
        41866, "carrier to noise", 7.1, "dB", 0.5, 12.0,
    )  # fmt: skip
    assert str(report.start_utc) == "2026-05-26T03:00:00.000000"
    assert str(report.known_utc) == "2026-05-26T04:00:00.000000"
    assert report.known_basis is KnownBasis.DECLARED
    assert not report.placed


def test_csv_and_json_lines_say_the_same() -> None:
    names = HEAD.strip().split(",")
    as_json = json.dumps(dict(zip(names, GOOD.strip().split(","), strict=True))).encode()
    one, two = read_reports(csv(GOOD), "r.csv").reports[0], read_reports(as_json + b"\n", "r.jsonl").reports[0]
    assert one.to_json() == two.to_json()


def test_a_report_goes_to_json_and_back() -> None:
    (report,) = read_reports(csv(GOOD), "r.csv", data_mode=DataMode.EXERCISE).reports
    again = Report.from_json(json.loads(json.dumps(report.to_json())))
    assert again.to_json() == report.to_json()
    assert again.data_mode is DataMode.EXERCISE


@pytest.mark.parametrize(
    ("row", "field", "expected"),
    [
        (GOOD.replace("+09:00", ""), "start", "not guessed"),
        (GOOD.replace("2026-05-26T12:00:00+09:00", "yesterday"), "start", "ISO 8601"),
        (GOOD.replace("2026-05-26T12:00:00+09:00", "2026-05-26"), "start", "ISO 8601"),
        (GOOD.replace("12.5e9", "12.5"), "frequency_hz", "hertz"),
        (GOOD.replace(",dB,", ",W,"), "unit", "dB or dBHz"),
        (GOOD.replace(",dB,", ",,"), "unit", "dB or dBHz"),
        (GOOD.replace("carrier to noise", "jamming"), "kind", "carrier to noise, lost lock"),
        (GOOD.replace("41866", "HIMAWARI"), "asset", "catalogue"),
        (GOOD.replace(",B2,", ",good,"), "grade", "Admiralty"),
        (GOOD.replace("T03:20", "T02:20"), "stop", "not before the start"),
        (GOOD.replace("T04:00", "T01:00"), "known", "nobody knew"),
        (GOOD.replace("7.1", "seven"), "value", "a number"),
        (GOOD.replace(",0.5,", ",-0.5,"), "sigma", "above 0"),
        ("41866,2026-05-26T03:0\n", "CSV row", "12 fields"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place_and_the_good_one_kept(row: str, field: str, expected: str) -> None:
    read = read_reports(csv(row, GOOD), "r.csv")
    assert len(read.reports) == 1
    (problem,) = [p for p in read.problems if p.refused]
    assert (problem.field, problem.line, problem.record) == (field, 2, 1)
    assert expected in problem.expected


def test_a_file_cut_off_keeps_what_is_whole_and_says_so() -> None:
    read = read_reports(csv(GOOD, GOOD[:40]), "r.csv")
    assert len(read.reports) == 1
    assert {p.field for p in read.problems} == {"end of file", "CSV row"}
    packed = gzip.compress(csv(GOOD, GOOD.replace("41866", "41867")))
    assert next(p.field for p in read_reports(packed[:-12], "r.csv.gz").problems) == "gzip"


def test_without_a_good_row_the_file_is_refused_with_every_reason() -> None:
    with pytest.raises(FormatError, match="not guessed") as refused:
        read_reports(csv(GOOD.replace("+09:00", "")), "r.csv")
    assert len(refused.value.problems) == 1
    for content in (b"", b"not,a,table\n1,2,3\n", b"\x00\x00", b"{"):
        with pytest.raises(FormatError, match="no report could be read"):
            read_reports(content, "r.csv")


def test_nothing_is_filled_in() -> None:
    row = "41866,2026-05-26T03:00:00Z,,lost lock,,,,,log,B2,,\n"
    (report,) = read_reports(csv(row), "r.csv").reports
    assert report.stop_utc == report.start_utc
    assert report.known_basis is KnownBasis.ASSUMED
    assert np.isnan([report.value, report.sigma, report.usual, report.frequency_hz, report.site_lat_deg]).all()
    assert np.isnan(report.site_itrs_km()).all()


def test_the_same_report_twice_counts_once() -> None:
    read = read_reports(csv(GOOD, GOOD), "r.csv")
    assert len(read.reports) == 1
    assert [p.refused for p in read.problems] == [False]


def test_every_column_is_known_to_the_reader() -> None:
    assert set(NEEDED) <= set(COLUMNS)
    row = dict.fromkeys(COLUMNS, "") | {"asset": "41866", "start": "2026-05-26T03:00:00Z", "kind": "other", "source": "s"}
    row |= {
        "grade": "a1",
        "site_lat_deg": "35.6",
        "site_lon_deg_e": "220",
        "site": "Tokyo",
        "beam_deg": "0.6",
        "data_mode": "TEST",
    }
    (report,) = read_reports(json.dumps(row).encode(), "r.jsonl").reports
    assert (report.grade, report.site_lon_deg_e, report.data_mode) == ("A1", -140.0, DataMode.TEST)
    assert report.placed


@pytest.mark.parametrize("text", ["2026-03-01T12:00:00", "2026-03-01 12:00:00", "2026-060T12:00:00"])
def test_a_time_without_zone_is_told_from_one_that_is_none(text: str) -> None:
    assert parse_zoned(text)[1] == NO_ZONE


def test_zones_lead_to_one_moment() -> None:
    moments = {parse_zoned(t)[0] for t in ("2026-03-01T12:00:00Z", "2026-03-01T21:00:00+09:00", "2026-03-01T05:30:00-0630")}
    assert moments == {np.datetime64("2026-03-01T12:00:00", "us")}


def test_flares_have_the_flux_of_their_class() -> None:
    told, problems = read_flares(
        b"class,start,peak,end\nM5.2,2026-03-01T00:00:00Z,2026-03-01T00:10:00Z,2026-03-01T00:20:00Z\n"
        b"Z1,2026-03-01T00:00:00Z,2026-03-01T00:10:00Z,2026-03-01T00:20:00Z\n",
        "f.csv",
    )
    assert [f.flux_w_m2 for f in told] == [pytest.approx(5.2e-5)]
    assert [p.field for p in problems] == ["class"]


def test_an_empty_table_of_flares_says_that_there_were_none() -> None:
    assert read_flares(b"class,start,peak,stop\n", "f.csv") == ((), ())
    with pytest.raises(FormatError):
        read_flares(b"when,what\n1,2\n", "f.csv")


def test_cells_are_names_and_their_day_is_in_the_file_name() -> None:
    text = b"hex,count_good_aircraft,count_bad_aircraft\n842a107ffffffff,7,4\n841e265ffffffff,0,0\n8,1,1\n"
    cells, problems = read_cells(text, "2026-03-01-h3_4.csv")
    assert [c.cell for c in cells] == ["842a107ffffffff", "841e265ffffffff"]
    assert cells[0].share == pytest.approx(3 / 11)
    assert np.isnan(cells[1].share)
    assert str(cells[0].day_utc) == "2026-03-01"
    assert [p.field for p in problems] == ["hex"]
    with pytest.raises(FormatError, match="which day"):
        read_cells(text, "cells.csv")


def test_an_area_needs_its_zone_and_its_source() -> None:
    head = "area,lat_deg,lon_deg_e,radius_km,start,stop,what,source,grade\n"
    good = "bay,35,139,50,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,L1,notice 7,B3\n"
    areas, problems = read_areas((head + good + good.replace("00:00Z", "00:00").replace("notice 7", "")).encode(), "a.csv")
    assert [a.area for a in areas] == ["bay"]
    assert {p.field for p in problems} == {"start", "stop", "source"}


ARRIVALS = (
    "time,satellite_a,satellite_b,tdoa_s,tdoa_sigma_s,fdoa_hz,fdoa_sigma_hz,uplink_hz,downlink_a_hz,downlink_b_hz,"
    "station_a_lat_deg,station_a_lon_deg_e,reference_lat_deg,reference_lon_deg_e\n"
)
ARRIVAL = "2026-03-01T00:00:00Z,1,2,1e-3,2e-7,-5,0.01,14e9,12e9,12e9,35,135,,\n"


def test_arrivals_are_read_and_station_b_is_station_a_where_blank() -> None:
    (one,), problems = read_arrivals((ARRIVALS + ARRIVAL).encode(), "t.csv")
    assert problems == ()
    assert np.array_equal(one.station_a_itrs_km, one.station_b_itrs_km)
    assert np.isnan(one.emitter_itrs_km).all()
    assert (one.satellite_a, one.satellite_b, one.tdoa_s, one.fdoa_hz) == (1, 2, 1e-3, -5.0)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (ARRIVAL.replace("00Z", "00"), "time"),
        (ARRIVAL.replace(",1,2,", ",1,1,"), "satellite_b"),
        (ARRIVAL.replace("1e-3", "1000"), "tdoa_s"),
        (ARRIVAL.replace(",2e-7,", ",,"), "tdoa_sigma_s"),
        (ARRIVAL.replace("14e9", "14"), "uplink_hz"),
        (ARRIVAL.replace("1e-3,2e-7,-5,0.01", ",,,"), "tdoa_s"),
        (ARRIVAL.replace("135,,", "135,35,"), "reference_lat_deg"),
    ],
)
def test_a_wrong_arrival_is_refused(row: str, field: str) -> None:
    _, problems = read_arrivals((ARRIVALS + row + ARRIVAL).encode(), "t.csv")
    assert [p.field for p in problems] == [field]
