"""Conjunction messages read: every value, every mandatory field, units, comments, files that break off, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hoshimori.facts import DataMode, KnownBasis
from hoshimori.formats import dump_cdm, read
from hoshimori.formats.cdm_comments import density_error
from hoshimori.formats.cdm_keywords import COVARIANCE_TERMS, HEADER, METADATA, POSITION_TERMS, RELATIVE, STATE
from tests.formats.asserting import only, refusals
from tests.formats.conjunctions import HEAD, differences, half, kvn, made

NEEDED = [k.name for k in (*HEADER, *RELATIVE, *METADATA, *STATE) if k.needed and k.name != "OBJECT"]
TERMS = [term for row in COVARIANCE_TERMS for term in row]

ARRIVED = np.datetime64("2026-05-26T03:04:05.678", "us")


def test_every_value_of_a_message() -> None:
    parsed = only(kvn())
    (m,) = parsed.conjunctions
    assert (parsed.format, parsed.records, parsed.problems) == ("CDM/KVN", 1, ())
    assert (m.message_id, m.originator, m.message_for) == ("2026-1", "SOMEBODY", "KIRAMEKI")
    assert (m.tca_utc, m.created_utc) == (ARRIVED, np.datetime64("2026-05-24T12:00:00", "us"))
    assert (m.known_utc, m.known_basis, m.data_mode) == (m.created_utc, KnownBasis.DECLARED, DataMode.REAL)
    assert (m.miss_m, m.relative_speed_m_s, m.probability, m.probability_method) == (300.0, 10606.6, 1.25e-4, "FOSTER-1992")
    assert m.relative_position_rtn_m.tolist() == [100.0, 200.0, 200.0]
    assert m.relative_velocity_rtn_m_s.tolist() == [0.0, -7500.0, 7500.0]
    assert (m.radius_m, m.comments) == (12.5, ("HBR = 12.5 [m]",))
    one, two = m.objects
    assert (one.designator, one.norad_id, one.cospar_id, one.name) == ("90001", 90001, "2017-001A", "KIRAMEKI 1")
    assert (two.object_type, two.maneuverable, two.frame) == ("PAYLOAD", "YES", "EME2000")
    assert (two.r_km.tolist(), two.v_km_s.tolist()) == ([7000.1, 0.2, 0.2], [0.0, 0.0, 7.5])
    assert two.comments == ("about object 2",)
    assert (two.fields["OBS_USED"], two.fields["ACTUAL_OD_SPAN"]) == ("120", "3.5")
    assert one.covariance_rtn_m is not None
    assert np.sqrt(np.diag(one.covariance_rtn_m)).tolist() == pytest.approx([10.0, 20.0, 5.0, 0.01, 0.02, 0.005])
    assert one.covariance_rtn_m[0, 1] == one.covariance_rtn_m[1, 0] == 100.0


@pytest.mark.parametrize("key", NEEDED)
@pytest.mark.parametrize("kind", ["KVN", "XML"])
def test_a_message_without_a_mandatory_field_is_refused(key: str, kind: str) -> None:
    text = kvn() if kind == "KVN" else dump_cdm(made(), kind="XML")
    lines = [x for x in text.splitlines() if x.partition(" =")[0] != key and not x.startswith((f"<{key}>", f"<{key} "))]
    assert len(lines) < len(text.splitlines())
    parsed = only("\n".join(lines))
    assert (parsed.conjunctions, parsed.records, set(refusals(parsed))) == ((), 1, {key})
    assert all("mandatory" in p.expected and p.line for p in parsed.problems)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (("TCA = 2026-05-26", "TCA = 2026-05-32"), "TCA", "2026-05-32T03:04:05.678"),
        (("CREATION_DATE = 2026-05-24", "CREATION_DATE = yesterday"), "CREATION_DATE", "yesterdayT12:00:00"),
        (("MISS_DISTANCE = 300 [m]", "MISS_DISTANCE = -3 [m]"), "MISS_DISTANCE", "-3 [m]"),
        (("MISS_DISTANCE = 300 [m]", "MISS_DISTANCE = 300 [ft]"), "MISS_DISTANCE", "300 [ft]"),
        (("MISS_DISTANCE = 300 [m]", "MISS_DISTANCE = NaN [m]"), "MISS_DISTANCE", "NaN [m]"),
        (("MISS_DISTANCE = 300 [m]", "MISS_DISTANCE = 3_0 [m]"), "MISS_DISTANCE", "3_0 [m]"),
        (("X = 7000.0 [km]", "X = 7OOO.0 [km]"), "X", "7OOO.0 [km]"),
        (("X = 7000.0 [km]", "X = 7000.0 [km/s]"), "X", "7000.0 [km/s]"),
        (("X = 7000.0 [km]", "X = 1e999 [km]"), "X", "1e999 [km]"),
        (("X = 7000.0 [km]", "X = 0 [km]"), "X", "0 [km]"),
        (("CT_T = 400 [m**2]", "CT_T = 400.0 [m]"), "CT_T", "400.0 [m]"),
        (("CT_T = 400 [m**2]", "CT_T = -400.0 [m**2]"), "CT_T", "-400.0 [m**2]"),
        (("CNDOT_NDOT = 2.5e-05", "CNDOT_NDOT = -2.5e-05"), "CNDOT_NDOT", "-2.5e-05 [m**2/s**2]"),
        (("REF_FRAME = EME2000", "REF_FRAME = TEME"), "REF_FRAME", "TEME"),
        (("COVARIANCE_METHOD = CALCULATED", "COVARIANCE_METHOD = GUESSED"), "COVARIANCE_METHOD", "GUESSED"),
        (("MANEUVERABLE = YES", "MANEUVERABLE = PERHAPS"), "MANEUVERABLE", "PERHAPS"),
        (("OBJECT = OBJECT2", "OBJECT = OBJECT1"), "OBJECT", "OBJECT1, OBJECT1"),
        (("OBJECT = OBJECT1", "OBJECT = OBJECT3"), "OBJECT", "OBJECT3, OBJECT2"),
    ],
)
def test_a_bad_mandatory_value_is_refused_by_field_value_and_line(change: tuple[str, str], field: str, value: str) -> None:
    text = kvn(change)
    parsed = only(text)
    assert parsed.conjunctions == ()
    assert refusals(parsed) == {field: value}
    (problem,) = [p for p in parsed.problems if p.refused]
    last = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith(f"{field} =")]
    assert problem.line in last
    assert problem.record == 1


def test_all_that_is_wrong_comes_back_together() -> None:
    parsed = only(
        kvn(("TCA = 2026-05-26", "TCA = 2026-05-32"), ("Y = 0.0 [km]", "Y = ? [km]"), ("REF_FRAME = EME2000", "REF_FRAME = X"))
    )
    assert set(refusals(parsed)) == {"TCA", "Y", "REF_FRAME"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("COLLISION_PROBABILITY = 1.25E-04", "COLLISION_PROBABILITY = 1.5"), "COLLISION_PROBABILITY"),
        (("RESIDUALS_ACCEPTED = 97.8 [%]", "RESIDUALS_ACCEPTED = 178 [%]"), "RESIDUALS_ACCEPTED"),
        (("ACTUAL_OD_SPAN = 3.5 [d]", "ACTUAL_OD_SPAN = 84 [h]"), "ACTUAL_OD_SPAN"),
        (("OBS_USED = 120", "OBS_USED = 0"), "OBS_USED"),
        (("OBS_USED = 120", "OBS_USED = 1.5"), "OBS_USED"),
        (("OBJECT_TYPE = PAYLOAD", "OBJECT_TYPE = SATELLITE"), "OBJECT_TYPE"),
    ],
)
def test_a_bad_optional_value_is_left_out_and_told(change: tuple[str, str], field: str) -> None:
    parsed = only(kvn(change))
    (m,) = parsed.conjunctions
    assert [(p.field, p.refused) for p in parsed.problems] == [(field, False)]
    assert field not in (m.fields if field in HEAD else m.objects[0].fields)


def test_an_optional_number_that_says_nan_is_not_there() -> None:
    parsed = only(kvn(("OBS_USED = 120", "OBS_USED = NaN"), ("COLLISION_PROBABILITY = 1.25E-04", "COLLISION_PROBABILITY = NaN")))
    assert parsed.problems == ()
    assert np.isnan(parsed.conjunctions[0].probability)
    assert "OBS_USED" not in parsed.conjunctions[0].objects[0].fields


def test_units_may_be_missing_and_are_converted_where_the_brackets_say_so() -> None:
    bare = "".join(line.partition(" [")[0] + "\n" for line in kvn().splitlines())
    assert differences(only(bare + "").conjunctions[0], made(("HBR = 12.5 [m]", "HBR = 12.5"))) == []
    changes = (
        ("MISS_DISTANCE = 300 [m]", "MISS_DISTANCE = 0.3 [km]"),
        ("X = 7000.0 [km]", "X = 7000000.0 [m]"),
        ("X_DOT = 0.0 [km/s]", "X_DOT = 0.0 [m/s]"),
        ("CT_T = 400 [m**2]", "CT_T = 4.0e-4 [km^2]"),
        ("HBR = 12.5 [m]", "HBR = 0.0125 [km]"),
    )
    parsed = only(kvn(*changes))
    (m,) = parsed.conjunctions
    assert m.objects[0].covariance_rtn_m is not None
    assert (m.miss_m, m.radius_m, m.objects[0].r_km[0], m.objects[0].covariance_rtn_m[1, 1]) == (300.0, 12.5, 7000.0, 400.0)
    assert [p.field for p in parsed.problems if "converted" in p.expected] == ["MISS_DISTANCE", "X", "X_DOT", "CT_T"]


def test_a_relative_velocity_in_metres_is_taken_as_metres_a_second_and_told() -> None:
    """So do the sample messages of NASA CARA; a number that were anything else would differ from the states, and that is told."""
    parsed = only(kvn(("RELATIVE_VELOCITY_T = -7500.0 [m/s]", "RELATIVE_VELOCITY_T = -7500.0 [m]")))
    assert parsed.conjunctions[0].relative_velocity_rtn_m_s.tolist() == [0.0, -7500.0, 7500.0]
    assert [(p.field, p.value, p.refused) for p in parsed.problems] == [("RELATIVE_VELOCITY_T", "-7500.0 [m]", False)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("MISS_DISTANCE = 300 [m]", "MISS_DISTANCE = 303 [m]"), "MISS_DISTANCE"),
        (("RELATIVE_SPEED = 10606.6", "RELATIVE_SPEED = 10.6066"), "RELATIVE_SPEED"),
        (("RELATIVE_POSITION_T = 200.0", "RELATIVE_POSITION_T = -200.0"), "RELATIVE_POSITION_R"),
        (("RELATIVE_VELOCITY_N = 7500.0", "RELATIVE_VELOCITY_N = 7400.0"), "RELATIVE_VELOCITY_R"),
    ],
)
def test_what_the_states_contradict_is_told_and_kept(change: tuple[str, str], field: str) -> None:
    parsed = only(kvn(change))
    assert len(parsed.conjunctions) == 1
    assert [(p.field, p.refused) for p in parsed.problems] == [(field, False)]
    assert "from the states" in parsed.problems[0].value


def test_a_message_in_itrf_is_compared_in_the_inertial_sense() -> None:
    """The turning Earth: 0.51 km/s at 7,000 km. A velocity seen from the ground is less by omega x r, for both alike."""
    rate = 7.292115146706979e-5
    grounds = [
        ("Y_DOT = 7.5 [km/s]", f"Y_DOT = {7.5 - rate * 7000.0!r} [km/s]"),
        ("Y_DOT = 0.0 [km/s]", f"Y_DOT = {-rate * 7000.1!r} [km/s]"),
    ]
    grounds += [("X_DOT = 0.0 [km/s]\nY_DOT = -", f"X_DOT = {rate * 0.2!r} [km/s]\nY_DOT = -")]
    parsed = only(kvn(*grounds).replace("EME2000", "ITRF"))
    assert parsed.problems == ()
    assert [o.frame for o in parsed.conjunctions[0].objects] == ["ITRF", "ITRF"]


def test_objects_without_a_covariance_are_read_and_told() -> None:
    parsed = only(kvn(without=tuple(TERMS)))
    assert [o.covariance_rtn_m for o in parsed.conjunctions[0].objects] == [None, None]
    assert [(p.field, p.refused) for p in parsed.problems] == [("CR_R", False)] * 2


def test_a_covariance_of_the_position_alone_has_nan_for_the_velocity() -> None:
    parsed = only(kvn(without=tuple(t for t in TERMS if t not in POSITION_TERMS)))
    matrix = parsed.conjunctions[0].objects[1].covariance_rtn_m
    assert matrix is not None
    assert np.isfinite(matrix[:3, :3]).all()
    assert np.isnan(matrix[3:]).all()
    assert np.isnan(matrix[:, 3:]).all()
    assert [(p.field, p.refused) for p in parsed.problems] == [("CRDOT_R", False)] * 2


@pytest.mark.parametrize("term", TERMS)
def test_a_covariance_with_a_hole_is_refused_by_the_term(term: str) -> None:
    assert set(refusals(only(kvn(without=(term,))))) == {term}


def test_rows_seven_to_nine_and_unknown_keywords() -> None:
    more = "CDRG_R = 1.5 [m**3/kg]\nCSRP_SRP = 2.5E-03 [m**4/kg**2]\nCTHR_THR = 3 [m**2/s**4]\nCTHR_SRP = 4 [m]\nWRONG = 123\n"
    parsed = only(kvn() + more)
    kept = parsed.conjunctions[0].objects[1].fields
    assert (kept["CDRG_R"], kept["CSRP_SRP"], kept["CTHR_THR"]) == ("1.5", "2.5E-03", "3")
    assert sorted((p.field, p.refused) for p in parsed.problems) == [("CTHR_SRP", False), ("WRONG", False)]
    assert not {"WRONG", "CTHR_SRP"} & set(kept)


@pytest.mark.parametrize(
    ("comment", "radius_m"),
    [
        ("HBR = 15.0", 15.0),
        ("HBR                        = 1.5E+01", 15.0),
        ("hbr=0.02[km]", 20.0),
        ("HBR = 7 [ft]", np.nan),
        ("HBR = 0 [m]", np.nan),
    ],
)
def test_the_radius_is_that_of_the_comment(comment: str, radius_m: float) -> None:
    assert made(("HBR = 12.5 [m]", comment)).radius_m == pytest.approx(radius_m, nan_ok=True)


def test_density_lines_are_understood_only_together() -> None:
    lines = (
        "DCP Density Forecast Uncertainty = 2.5E-01",
        "DCP Sensitivity Vector RTN Pos = -9.5 2.0e4  -0.9 [m]",
        "DCP Sensitivity Vector RTN Vel = -22.3 0.03 -5e-4 [m/sec]",
    )
    found = density_error(["something else", *lines])
    assert found is not None
    assert (found.sigma, found.vector_rtn_m.tolist()) == (0.25, [-9.5, 2e4, -0.9, -22.3, 0.03, -5e-4])
    assert [density_error(lines[:k] + lines[k + 1 :]) for k in range(3)] == [None] * 3


def test_several_messages_in_one_file_and_a_bad_one_among_them() -> None:
    bad = kvn(("MESSAGE_ID = 2026-1", "MESSAGE_ID = 2026-2"), ("TCA = 2026-05-26", "TCA = soon"))
    last = kvn(("MESSAGE_ID = 2026-1", "MESSAGE_ID = 2026-3"))
    parsed = only(kvn() + bad + last)
    assert ([m.message_id for m in parsed.conjunctions], parsed.records) == (["2026-1", "2026-3"], 3)
    assert [(p.record, p.field, p.refused) for p in parsed.problems] == [(2, "TCA", True)]


def test_a_file_that_breaks_off_is_never_read_as_if_it_were_whole() -> None:
    lines = kvn().splitlines(keepends=True)
    for stop in range(1, len(lines)):
        parsed = only("".join(lines[:stop]))
        assert len(parsed.problems) >= 1, stop
        assert (
            not parsed.conjunctions
            or parsed.conjunctions[0].objects[1].covariance_rtn_m is None
            or "CRDOT_R" in {p.field for p in parsed.problems}
        ), stop
    xml = dump_cdm(made(), kind="XML")
    for stop in range(200, len(xml) - 10, 97):
        parsed = only(xml[:stop])
        assert parsed.conjunctions == ()
        assert any(p.refused for p in parsed.problems)


def test_objects_may_come_in_either_order() -> None:
    assert differences(only(HEAD + half(2) + half(1)).conjunctions[0], made()) == []


def test_words_in_small_letters_and_days_of_the_year() -> None:
    m = made(("OBJECT = OBJECT1", "OBJECT = object1"), ("MANEUVERABLE = YES", "MANEUVERABLE = n/a"), ("2026-05-26", "2026-146"))
    assert (m.objects[0].maneuverable, m.tca_utc) == ("N/A", ARRIVED)


def test_tabs_and_line_ends_inside_a_value_are_blanks() -> None:
    m = made(("OBJECT_NAME = KIRAMEKI 1", "OBJECT_NAME\t=\tKIRAMEKI\t1"), ("about object 1", "about\tobject 1"))
    assert (m.objects[0].name, m.objects[0].comments) == ("KIRAMEKI 1", ("about object 1",))
    wrapped = dump_cdm(m, kind="XML").replace("<COMMENT>about object 1", "<COMMENT>\n  about\n  object 1\n")
    assert only(wrapped).conjunctions[0].objects[0].comments == ("about object 1",)


def test_numbers_of_another_catalogue_are_no_catalogue_numbers() -> None:
    m = made(("CATALOG_NAME = SATCAT", "CATALOG_NAME = OURS"))
    assert (m.objects[0].norad_id, m.objects[0].designator, m.objects[1].norad_id) == (None, "90001", 90002)


def test_a_message_is_never_more_real_than_it_says() -> None:
    comment = ("CREATION_DATE", "COMMENT USER_DEFINED_DATA_MODE = EXERCISE\nCREATION_DATE")
    (m,) = only(kvn(comment), data_mode=DataMode.TEST).conjunctions
    assert (m.data_mode, m.comments) == (DataMode.EXERCISE, ("HBR = 12.5 [m]",))
    assert only(kvn(), data_mode=DataMode.SIMULATED).conjunctions[0].data_mode == DataMode.SIMULATED
    wrong = only(kvn(("CREATION_DATE", "COMMENT USER_DEFINED_DATA_MODE = FUN\nCREATION_DATE")))
    assert refusals(wrong) == {"USER_DEFINED_DATA_MODE": "FUN"}


def test_whatever_is_done_to_a_message_it_is_read_or_refused() -> None:
    """Bytes are changed, doubled and cut out: reading says what is wrong and never raises."""
    rng = np.random.default_rng(4)
    for text in (kvn(), dump_cdm(made(), kind="XML")):
        for _ in range(150):
            raw = bytearray(text.encode())
            for _ in range(int(rng.integers(1, 6))):
                at = int(rng.integers(0, len(raw) - 40))
                raw[at : at + int(rng.integers(0, 30))] = (
                    rng.integers(32, 127, int(rng.integers(0, 8))).astype(np.uint8).tobytes()
                )
            for parsed in read(bytes(raw), "changed"):
                assert parsed.conjunctions or parsed.problems


SAMPLES_REFUSED = {
    "CDM-covariance-wrong-entry-format.txt": ("CRDOT_T", 65),
    "CDM-missing-TCA.txt": ("TCA", 1),
    "CDM-missing-object2-state-vector.txt": ("X", 43),
    "CDMExample1InvalidTca.txt": ("TCA", 5),
    "CDMExample_issue1319_mandatory_empty_value.xml": ("X", 88),
}
"""Field and line for which each of these is refused; the other samples are read."""

SAMPLES_DOUBTED = {
    "CDM-missing-object1-covariance-block.xml": "CR_R",
    "CDM-wrong-key-word.txt": "WRONG_KEYWORD",
    "CDMExample_issue_940.txt": "CCSDS_CDM_VERS",
    "CDMExample1.txt": "INTERNATIONAL_DESIGNATOR",
    "CDMExample3.txt": "MISS_DISTANCE",
    "CDM-frame-mapper.txt": "ALT_COV_TYPE",
    "AlfanoTestCase03.cdm": "RELATIVE_VELOCITY_R",
}


@pytest.mark.data
def test_every_sample_of_orekit_is_read_or_refused_by_name(data: Path) -> None:
    names = sorted(p.name for p in (data / "ccsds/orekit/cdm").iterdir())
    assert len(names) == 39
    for name in names:
        (parsed,) = read((data / "ccsds/orekit/cdm" / name).read_bytes(), name)
        refused = [(p.field, p.line) for p in parsed.problems if p.refused]
        assert refused == ([SAMPLES_REFUSED[name]] if name in SAMPLES_REFUSED else []), name
        assert len(parsed.conjunctions) == (name not in SAMPLES_REFUSED), name
        if name in SAMPLES_DOUBTED:
            assert SAMPLES_DOUBTED[name] in {p.field for p in parsed.problems}, name


@pytest.mark.data
def test_real_messages_agree_with_themselves(data: Path) -> None:
    """35 of NASA CARA and one of CSpOC in ITRF: no reservation at all, so distance, speed and RTN fit the states."""
    places = [*sorted((data / "cara/real").glob("*.cdm")), data / "ccsds/orekit/cdm/ION_SCV8_vs_STARLINK_1233.txt"]
    assert len(places) == 36
    for place in places:
        (parsed,) = read(place.read_bytes(), place.name)
        assert (len(parsed.conjunctions), parsed.problems) == (1, ()), place.name
        assert all(density_error(o.comments) is not None for o in parsed.conjunctions[0].objects), place.name
        assert place.suffix == ".txt" or parsed.conjunctions[0].radius_m > 1.0


@pytest.mark.data
def test_a_real_message_value_by_value(data: Path) -> None:
    (m,) = read((data / "ccsds/orekit/cdm/ION_SCV8_vs_STARLINK_1233.txt").read_bytes(), "ion")[0].conjunctions
    assert (m.originator, [o.norad_id for o in m.objects], m.miss_m, m.probability) == (
        "CSpOC",
        [55051, 45214],
        55.0,
        0.004450713,
    )
    assert m.comments == ("=CDM_ID:519959713", "MEETS EMERGENCY CRITERIA", "Screening Option = Covariance")
    assert m.objects[1].covariance_rtn_m is not None
    assert m.objects[1].covariance_rtn_m[5, 4] == -0.00001234324761245689
    assert m.objects[1].fields["CSRP_SRP"] == "0"
