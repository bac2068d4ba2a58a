"""OMM in every spelling: what is needed, what is optional, what is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from hoshimori.facts import DataMode
from tests.formats.asserting import assert_set, only, refusals
from tests.truth.mean_elements import GOES_9, GOES_9_KVN

CELESTRAK = {
    "OBJECT_NAME": "GOES 9",
    "OBJECT_ID": "1995-025A",
    "EPOCH": "2007-03-05T10:34:41.426400",
    "MEAN_MOTION": 1.00273272,
    "ECCENTRICITY": 0.0005013,
    "INCLINATION": 3.0539,
    "RA_OF_ASC_NODE": 81.7939,
    "ARG_OF_PERICENTER": 249.2363,
    "MEAN_ANOMALY": 150.1602,
    "EPHEMERIS_TYPE": 0,
    "CLASSIFICATION_TYPE": "U",
    "NORAD_CAT_ID": 23581,
    "ELEMENT_SET_NO": 925,
    "REV_AT_EPOCH": 4316,
    "BSTAR": 0.0001,
    "MEAN_MOTION_DOT": -1.13e-6,
    "MEAN_MOTION_DDOT": 0,
}
"""The example of CCSDS 502.0-B in the shape of CelesTrak's JSON."""
SPACETRACK = {k: str(v) for k, v in CELESTRAK.items()} | {
    "CCSDS_OMM_VERS": "2.0",
    "COMMENT": "GENERATED VIA SPACE-TRACK.ORG API",
    "CREATION_DATE": "2007-03-06T16:00:00",
    "ORIGINATOR": "18 SPCS",
    "CENTER_NAME": "EARTH",
    "REF_FRAME": "TEME",
    "TIME_SYSTEM": "UTC",
    "MEAN_ELEMENT_THEORY": "SGP4",
    "SEMIMAJOR_AXIS": "42165.1",
    "OBJECT_TYPE": "PAYLOAD",
    "COUNTRY_CODE": "US",
    "LAUNCH_DATE": "1995-05-23",
    "DECAY_DATE": None,
    "FILE": "1",
    "GP_ID": "2",
    "TLE_LINE0": "0 GOES 9",
}


def as_json(**changes: Any) -> str:
    return json.dumps([CELESTRAK | changes])


@pytest.mark.parametrize("records", [[CELESTRAK], [SPACETRACK], CELESTRAK], ids=["celestrak", "spacetrack", "one object"])
def test_json(records: Any) -> None:
    parsed = only(json.dumps(records))
    assert (parsed.format, parsed.records, parsed.problems) == ("OMM/JSON", 1, ())
    assert_set(parsed.element_sets, 0, GOES_9 | {"name": "GOES 9"})


def test_one_object_on_each_line() -> None:
    parsed = only("\n".join(json.dumps(CELESTRAK | {"NORAD_CAT_ID": n}) for n in (1, 2, 999_999_999)))
    assert parsed.problems == ()
    assert parsed.element_sets.norad_id.tolist() == [1, 2, 999_999_999]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv(quote: str, end: str) -> None:
    rows = [",".join(f"{quote}{cell}{quote}" for cell in line) for line in (list(CELESTRAK), list(CELESTRAK.values()))]
    parsed = only(end.join(rows) + end)
    assert (parsed.format, parsed.records, parsed.problems) == ("OMM/CSV", 1, ())
    assert_set(parsed.element_sets, 0, GOES_9)


def test_csv_rows_fail_alone() -> None:
    header, good = ",".join(CELESTRAK), ",".join(str(v) for v in CELESTRAK.values())
    parsed = only("\n".join([header, good, good + ",1", good.replace("GOES", '"GOES'), good.replace("23581", "0"), good]))
    assert (parsed.records, parsed.record_of_row.tolist()) == (5, [1, 5])
    assert [(p.line, p.record, p.field) for p in parsed.problems] == [
        (3, 2, "CSV row"),
        (4, 3, "CSV row"),
        (5, 4, "NORAD_CAT_ID"),
    ]


def test_several_kvn_messages_in_one_file() -> None:
    parsed = only(GOES_9_KVN + GOES_9_KVN.replace("0.0005013", "1.5") + GOES_9_KVN)
    assert (parsed.format, parsed.records, parsed.record_of_row.tolist()) == ("OMM/KVN", 3, [1, 3])
    (problem,) = parsed.problems
    assert str(problem) == "test:37 (record 2): ECCENTRICITY='1.5': expected 0 <= e < 1; refused"


REFUSED: dict[str, list[Any]] = {
    "ECCENTRICITY": [1.5, 1, -0.1, "NaN", "inf", "", "0.0_1", None],
    "MEAN_MOTION": [0, -1, "nan", "fast"],
    "INCLINATION": [-0.0001, 180.0001],
    "MEAN_ANOMALY": ["inf", "1 2"],
    "BSTAR": [None, ""],
    "NORAD_CAT_ID": [0, -5, 1_000_000_000, "T0001", 25544.0, None, "٣"],
    "EPOCH": ["2026-02-30T00:00:00", "2026-01-01", "2016-12-31T23:59:60.5", "yesterday", None, "NaT", "2025-366T00:00:00"],
    "EPHEMERIS_TYPE": [4, "6", "X"],
    "MEAN_ELEMENT_THEORY": ["SGP", "SGP4-XP", "DSST", "BROUWER"],
    "REF_FRAME": ["EME2000", "TOD"],
    "TIME_SYSTEM": ["TAI", "UT1"],
    "CENTER_NAME": ["MARS"],
    "SEMI_MAJOR_AXIS": ["42165.0"],
    "USER_DEFINED_DATA_MODE": ["DREAM"],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in REFUSED.items() for v in values])
def test_what_sgp4_cannot_use_is_refused_by_field(field: str, value: object) -> None:
    parsed = only(as_json(**{field: value}))
    assert len(parsed.element_sets) == 0
    assert refusals(parsed) == {field: "" if value is None else str(value)}


ACCEPTED: dict[str, list[Any]] = {
    "EPOCH": ["2007-03-05T10:34:41.4264", "2007-03-05T10:34:41.426400Z", "2007-064T10:34:41.4264", "2007-03-05 10:34:41.4264"],
    "MEAN_ANOMALY": [510.1602, -209.8398],
    "MEAN_ELEMENT_THEORY": ["SGP4", "SGP/SGP4", "sgp4", "SGP4/SDP4"],
    "EPHEMERIS_TYPE": ["0", 2, None],
    "OBJECT_ID": [None, "", "UNKNOWN", "1995-025-A", "1995-025"],
    "MEAN_MOTION_DOT": [None, ""],
    "CLASSIFICATION_TYPE": [None, "C"],
    "REV_AT_EPOCH": [None, "04316"],
    "GP_ID": [17],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in ACCEPTED.items() for v in values])
def test_tolerant_reading(field: str, value: object) -> None:
    parsed = only(as_json(**{field: value}))
    assert parsed.problems == ()
    assert len(parsed.element_sets) == 1


@pytest.mark.parametrize(
    ("field", "value"), [("OBJECT_ID", "SOON"), ("REV_AT_EPOCH", "-1"), ("CREATION_DATE", "once"), ("MY_KEY", "1")]
)
def test_what_is_not_the_orbit_is_only_doubted(field: str, value: str) -> None:
    parsed = only(as_json(**{field: value}))
    assert len(parsed.element_sets) == 1
    assert [(p.field, p.value, p.refused) for p in parsed.problems] == [(field, value, False)]


def test_all_problems_of_a_record_come_together() -> None:
    parsed = only(as_json(ECCENTRICITY=2, INCLINATION=200, EPOCH="", REF_FRAME="TOD"))
    assert set(refusals(parsed)) == {"ECCENTRICITY", "INCLINATION", "EPOCH", "REF_FRAME"}


def test_units_are_checked() -> None:
    assert only(GOES_9_KVN.replace("3.0539", "3.0539 [deg]")).problems == ()
    assert refusals(only(GOES_9_KVN.replace("3.0539", "3.0539 [rad]"))) == {"INCLINATION": "3.0539 [rad]"}


def test_a_record_may_be_less_real_than_its_source_never_more() -> None:
    for given, said, meant in [("REAL", "EXERCISE", "EXERCISE"), ("EXERCISE", "REAL", "EXERCISE"), ("REAL", "REAL", "REAL")]:
        parsed = only(as_json(USER_DEFINED_DATA_MODE=said), data_mode=DataMode[given])
        assert parsed.element_sets.data_mode.tolist() == [DataMode[meant]]


def test_a_json_file_that_ends_early_keeps_what_was_whole() -> None:
    text = json.dumps([CELESTRAK] * 3, indent=1)
    parsed = only(text[:-100])
    assert len(parsed.element_sets) == 2
    assert [p.field for p in parsed.problems] == ["JSON"]
    assert np.array_equal(parsed.record_of_row, [1, 2])
