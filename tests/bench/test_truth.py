"""The operators' records: what a line means, line by line, and the whole against counts and labels that others published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.manoeuvres import labels
from bench.manoeuvres.truth import SATELLITES, Satellite, histories, record, truth

DORIS = Satellite("made", 1, "LEO", "", "raw/made.txt")
FENGYUN = Satellite("made", 1, "GEO", "", "raw/made.txt.fy")
FIRST, LAST = np.datetime64("2000-01-01T00:00:00", "us"), np.datetime64("2030-01-01T00:00:00", "us")
EVENTS = {
    "TOPEX": (43, 39), "Jason-1": (119, 115), "Jason-2": (111, 97), "CryoSat-2": (168, 164), "SARAL": (62, 55),
    "Jason-3": (43, 40), "Sentinel-6A": (18, 13), "Fengyun-2D": (22, 22), "Fengyun-2E": (48, 48), "Fengyun-2H": (12, 12),
}  # fmt: skip
"""Lines in the record and inside the span of the element sets, as the test data's own description counts them."""
IDS_LINES = 564  # of the same description, in seven files


def burn(date: str, dv: str, acceleration: str = "0 0 0", duration: str = "100") -> str:
    return f"{date} {duration} {dv} {acceleration} 0 0 0"


def written(tmp_path: Path, satellite: Satellite, *lines: str) -> Path:
    place = tmp_path / "manoeuvres" / satellite.record
    place.parent.mkdir(parents=True)
    place.write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_day_of_year_counts_from_one_and_atomic_time_runs_ahead(tmp_path: Path) -> None:
    """23 June 2008, 01:31 TAI: day 175 of a leap year; TAI - UTC was 33 s then, 37 s from 2017 (IERS Bulletin C)."""
    data = written(
        tmp_path, DORIS,
        "MADE1 2008 175 01 31 2008 175 01 32 006 1 " + burn("2008 175 01 31 30.0", "0 0.01 0"),
        "MADE1 2017 001 00 00 2017 001 00 02 MCC 006 1 " + burn("2017 001 00 01 00.0", "0 0.01 0"),
    )  # fmt: skip
    assert [str(line.t_utc) for line in record(DORIS, data)] == ["2008-06-23T01:30:57.000000", "2017-01-01T00:00:23.000000"]


def test_burns_of_one_line_are_summed_at_their_mean_time_weighted_by_size(tmp_path: Path) -> None:
    two = burn("2018 010 00 00 00.0", "0 0.03 0") + " " + burn("2018 010 04 00 00.0", "0 0 0", "0 1e2 0")
    data = written(tmp_path, DORIS, "MADE1 2018 010 00 00 2018 010 04 00 006 2 " + two)
    (line,) = record(DORIS, data)
    assert line.dv_rtn_m_s.tolist() == pytest.approx([0, 0.04, 0])
    assert line.t_utc == np.datetime64("2018-01-10T00:59:23", "us")
    assert line.first_utc == np.datetime64("2018-01-09T23:59:23", "us")


def test_lines_that_name_no_change_of_velocity_are_idle(tmp_path: Path) -> None:
    def pair(day: str, second: str) -> str:
        burns = burn(f"2018 {day} 00 00 00.0", "0 0 2.4") + " " + burn(f"2018 {day} 03 00 00.0", second)
        return f"MADE1 2018 {day} 00 00 2018 {day} 03 00 006 2 " + burns

    lines = (
        pair("010", "0 0 -2.4"),
        pair("020", "0 0 -2.3999"),
        pair("030", "0 0 -2.3"),
        "MADE1 2018 040 00 00 2018 040 01 00 006 0",
    )
    data = written(tmp_path, DORIS, *lines)
    assert [line.kind for line in record(DORIS, data)] == ["idle", "idle", "burn", "idle"]
    found = truth(DORIS, data, FIRST, LAST)
    assert found.dv_rtn_m_s[:, 2].tolist() == pytest.approx([0.1])
    assert len(found.idle_utc) == 3
    assert len(truth(DORIS, data, FIRST, LAST, cancels=0.0)) == 2


def test_a_record_without_sizes_has_times(tmp_path: Path) -> None:
    data = written(tmp_path, DORIS, "TOPEX 1995 010 00 00 1995 010 00 10")
    (line,) = record(DORIS, data)
    assert line.t_utc == np.datetime64("1995-01-10T00:04:31", "us")
    assert np.isnan(line.dv_rtn_m_s).all()


def test_burns_within_a_day_are_one_and_the_record_covers_from_line_to_line(tmp_path: Path) -> None:
    def line(day: str, hour: str) -> str:
        return f"MADE1 2018 {day} {hour} 00 2018 {day} {hour} 10 006 1 " + burn(f"2018 {day} {hour} 05 00.0", "0 0.01 0")

    data = written(tmp_path, DORIS, line("010", "00"), line("010", "23"), line("012", "00"))
    found = truth(DORIS, data, FIRST, LAST)
    assert found.parts.tolist() == [2, 1]
    assert found.dv_rtn_m_s[:, 1].tolist() == pytest.approx([0.02, 0.01])
    assert str(found.t_utc[0]) == "2018-01-10T11:34:23.000000"
    assert (found.start_utc, found.stop_utc) == (record(DORIS, data)[0].t_utc, record(DORIS, data)[-1].t_utc)


def test_chinese_standard_time_is_eight_hours_ahead(tmp_path: Path) -> None:
    data = written(
        tmp_path, FENGYUN,
        'GEO-NS-STATION-KEEPING 2006-053A "2015-04-10T04:00:00 CST" "2015/04/10T06:00:00 CST"',
        'GEO-EW-STATION-KEEPING 2006-053A "2015-01-27T14:30:00 CST" "2015-01-27T15:30:00 CST"',
    )  # fmt: skip
    found = truth(FENGYUN, data, FIRST, LAST)
    assert [str(t) for t in found.t_utc] == ["2015-01-27T07:00:00.000000", "2015-04-09T21:00:00.000000"]
    assert found.kind.tolist() == ["east-west", "north-south"]


@pytest.mark.data
def test_the_records_have_as_many_lines_as_their_description_says(data: Path) -> None:
    read = {h.satellite.name: (h, record(h.satellite, data)) for h in histories(data)}
    inside = {n: sum(h.sets.epoch_utc[0] <= x.t_utc <= h.sets.epoch_utc[-1] for x in lines) for n, (h, lines) in read.items()}
    assert {n: (len(lines), inside[n]) for n, (_, lines) in read.items()} == EVENTS
    assert all((np.diff(h.sets.epoch_utc) > np.timedelta64(0, "us")).all() for h, _ in read.values())


@pytest.mark.data
def test_other_hands_read_the_same_times_and_sizes_from_the_same_records(data: Path) -> None:
    """All 564 DORIS lines to the microsecond; sizes too, but for the last line of Sentinel-6A, announced then and
    issued again later with 1.2 mm/s more; it lies after the element sets end."""
    found = labels.agreements(data)
    assert sum(a.pairs for a in found) == sum(a.lines for a in found) == sum(a.labels for a in found) == IDS_LINES
    assert max(a.worst_s for a in found) < 1e-3
    assert {a.satellite for a in found if a.worst_mm_s > 1e-6} == {"Sentinel-6A"}
    assert len(found) == len([s for s in SATELLITES if s.regime == "LEO"])
