"""Decay messages: what is read, what is refused, and what the real ones hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hoshimori.declared.decay_messages import DecayMessage, by_object
from hoshimori.formats.tip import is_decay, read_decay

ROW = {
    "NORAD_CAT_ID": "60354", "MSG_EPOCH": "2024-08-12 01:18:00", "INSERT_EPOCH": "2024-08-12 01:26:19",
    "DECAY_EPOCH": "2024-08-15 01:23:00", "WINDOW": "900", "REV": "195", "DIRECTION": "descending", "LAT": "-6.1", "LON": "266.8",
    "INCL": "42.9", "NEXT_REPORT": "48", "HIGH_INTEREST": "N",
}  # fmt: skip


def tip(*rows: dict[str, str]) -> bytes:
    return json.dumps(list(rows)).encode()


def test_a_record_gives_its_window_on_both_sides() -> None:
    found = read_decay(tip(ROW), "tip.json")
    assert not found.problems
    (m,) = found.messages
    assert m.norad_id == 60354
    assert m.decay_utc == np.datetime64("2024-08-15T01:23:00", "us")
    assert m.start_utc == np.datetime64("2024-08-14T10:23:00", "us")
    assert m.stop_utc == np.datetime64("2024-08-15T16:23:00", "us")
    assert m.known_utc == np.datetime64("2024-08-12T01:26:19", "us")
    assert m.lon_deg_e == -93.2
    assert m.direction == "descending"
    assert m.controlled == ""
    assert not m.has_happened


def test_a_message_goes_into_evidence_and_comes_back() -> None:
    (m,) = read_decay(tip(ROW), "tip.json").messages
    back = DecayMessage.from_json(json.loads(json.dumps(m.to_json())))
    assert back.to_json() == m.to_json()
    assert (back.start_utc, back.stop_utc, back.known_utc) == (m.start_utc, m.stop_utc, m.known_utc)


@pytest.mark.parametrize(
    ("field", "value"),
    [("NORAD_CAT_ID", "many"), ("MSG_EPOCH", "yesterday"), ("DECAY_EPOCH", ""), ("WINDOW", "-5"), ("WINDOW", "wide")],
)
def test_a_bad_row_is_refused_alone_and_named(field: str, value: str) -> None:
    found = read_decay(tip(ROW, ROW | {field: value}), "tip.json")
    assert len(found.messages) == 1
    assert [(p.field, p.record, p.refused) for p in found.problems] == [(field, 2, True)]


def test_a_point_that_is_not_on_the_earth_is_left_out_and_told() -> None:
    found = read_decay(tip(ROW | {"LAT": "91"}), "tip.json")
    assert np.isnan(found.messages[0].lat_deg)
    assert np.isnan(found.messages[0].lon_deg_e)
    assert [(p.field, p.refused) for p in found.problems] == [("LAT", False)]


def test_other_files_are_not_taken_for_decay_messages() -> None:
    assert not is_decay(b"1 25544U 98067A")
    assert not is_decay(b'[{"NORAD_CAT_ID": "1", "EPOCH": "x"}]')
    assert not is_decay(b"")
    assert read_decay(b"", "nothing").problems
    assert read_decay(b"[{}]", "bare.json").problems


def test_csv_and_json_say_the_same() -> None:
    text = ",".join(ROW) + "\n" + ",".join(ROW.values()) + "\n"
    a, b = (read_decay(x, "tip").messages[0] for x in (text.encode(), tip(ROW)))
    assert a.to_json() == b.to_json()


RDM = """CCSDS_RDM_VERS = 1.0
CREATION_DATE = 2018-04-22T09:31:34.00
ORIGINATOR = SOMEBODY
OBJECT_DESIGNATOR = 81594
CONTROLLED_REENTRY = YES
TIME_SYSTEM = UTC
EPOCH_TZERO = 2018-04-22T09:00:00.00
ORBIT_LIFETIME = 5.5 [d]
REENTRY_ALTITUDE = 80.0 [km]
"""


def test_a_re_entry_message_without_a_nominal_time_counts_from_its_zero() -> None:
    (m,) = read_decay(RDM.encode(), "x.rdm").messages
    assert m.decay_utc == np.datetime64("2018-04-27T21:00:00", "us")
    assert m.controlled == "yes"
    assert m.end_height_km == 80.0


@pytest.mark.parametrize("line", ["TIME_SYSTEM = TAI", "CREATION_DATE = soon"])
def test_a_re_entry_message_that_cannot_be_placed_in_time_is_refused(line: str) -> None:
    key = line.partition(" ")[0]
    text = "\n".join(line if row.startswith(key) else row for row in RDM.splitlines())
    found = read_decay(text.encode(), "x.rdm")
    assert not found.messages
    assert found.problems[0].field == key


def test_the_sample_of_the_standard_reads_alike_as_kvn_and_xml(data: Path) -> None:
    kvn, xml = (read_decay(p.read_bytes(), p.name) for p in sorted((data / "ccsds" / "rdm").glob("*.[kx]*")))
    assert not kvn.problems
    assert not xml.problems
    assert kvn.messages[0].to_json() == xml.messages[0].to_json()
    m = kvn.messages[0]
    assert m.start_utc == np.datetime64("2018-04-27T11:45:33", "us")
    assert m.stop_utc == np.datetime64("2018-04-27T22:12:56", "us")


def test_the_real_messages_are_all_read(data: Path) -> None:
    found = [read_decay(p.read_bytes(), p.name) for p in sorted((data / "reentry").glob("*.json"))]
    assert [len(f.messages) for f in found] == [72, 73]
    assert not any(f.problems for f in found)
    told = by_object(m for f in found for m in f.messages)
    assert len(told) == 25
    assert sum(map(len, told.values())) == 137
    final = [v[-1] for v in told.values() if v[-1].has_happened]
    assert len(final) == 17
    assert sum(m.window_s[1] <= 300.0 for m in final) == 11
