"""Two-line sets: published examples, columns, and every way in which a line can be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hoshimori.facts import DataMode, KnownBasis
from hoshimori.formats.tle_columns import numbers
from tests.formats.asserting import assert_set, only, refusals
from tests.truth.mean_elements import GOES_9, GOES_9_TLE, ISS_2008, ISS_2008_TLE

ONE, TWO = ISS_2008_TLE.splitlines()[1:]


def with_checksum(line: str) -> str:
    total = sum(int(c) if c.isdigit() else c == "-" for c in line[:68])
    return line[:68] + str(total % 10)


def changed(line: str, first: int, text: str) -> str:
    """The line with `text` from column `first` (counted from 0) and a right checksum."""
    return with_checksum(line[:first] + text + line[first + len(text) :])


def test_published_examples() -> None:
    parsed = only(ISS_2008_TLE + GOES_9_TLE)
    assert (parsed.format, parsed.records, parsed.problems) == ("TLE", 2, ())
    assert_set(parsed.element_sets, 0, ISS_2008)
    assert_set(parsed.element_sets, 1, GOES_9 | {"name": "GOES 9 [P]"})


@pytest.mark.parametrize(
    "dress", ["{0}\n{1}\n", "{0}\r\n{1}\r\n", "{0}  \n{1}\t\n\n", "{0}\n{1}", "\n# a remark\n{0}\n{1}\n", "{0}\r{1}\r"]
)
def test_every_dress_is_the_same_set(dress: str) -> None:
    parsed = only(dress.format(ONE, TWO))
    assert parsed.problems == ()
    assert_set(parsed.element_sets, 0, ISS_2008 | {"name": ""})


@pytest.mark.parametrize(
    ("title", "name"), [("0 VANGUARD 1", "VANGUARD 1"), ("1KUNS-PF", "1KUNS-PF"), ("1 HOPE", "1 HOPE"), ("0 ", "")]
)
def test_names(title: str, name: str) -> None:
    parsed = only(f"{title}\n{ONE}\n{TWO}\n")
    assert parsed.problems == ()
    assert parsed.element_sets.name.tolist() == [name]


@pytest.mark.parametrize(
    ("columns", "norad_id"), [("    5", 5), ("00005", 5), ("A0000", 100_000), ("T0001", 270_001), ("Z9999", 339_999)]
)
def test_catalogue_numbers(columns: str, norad_id: int) -> None:
    parsed = only(f"{changed(ONE, 2, columns)}\n{changed(TWO, 2, columns)}\n")
    assert parsed.element_sets.norad_id.tolist() == [norad_id]


@pytest.mark.parametrize("columns", ["I0001", "O0001", "0A001", "     ", "00000", "A   1", "2 544"])
def test_no_catalogue_number(columns: str) -> None:
    parsed = only(f"{changed(ONE, 2, columns)}\n{changed(TWO, 2, columns)}\n")
    assert len(parsed.element_sets) == 0
    assert refusals(parsed) == {"NORAD_CAT_ID": columns}


@pytest.mark.parametrize(
    ("columns", "day"),
    [
        ("57001.00000000", "1957-01-01"),
        ("56366.00000000", "2056-12-31"),
        ("99365.00000000", "1999-12-31"),
        ("00  1.00000000", "2000-01-01"),
    ],
)
def test_two_digit_years_turn_at_57(columns: str, day: str) -> None:
    parsed = only(f"{changed(ONE, 18, columns)}\n{TWO}\n")
    assert parsed.element_sets.epoch_utc.tolist() == [np.datetime64(day, "us").item()]


def test_topex_spellings() -> None:
    """Designator "92052  A", angles padded with zeros, signs such as +00000-0: sets of 1992 as Space-Track gives them."""
    one = with_checksum("1 22076U 92052  A 92259.20751076 +.00000010 +00000-0 +17297-3 0  9990")
    two = with_checksum("2 22076 066.0419 180.3028 0006460 266.7376 093.2894 12.81145473004522")
    parsed = only(f"{one}\n{two}\n")
    expected = {"cospar_id": "1992-052A", "inc_deg": 66.0419, "ma_deg": 93.2894, "bstar_per_er": 0.17297e-3, "rev_at_epoch": 452}
    assert_set(parsed.element_sets, 0, expected)


WRONG = {
    "EPOCH": (changed(ONE, 18, "08367.00000000"), TWO, "08367.00000000"),
    "EPHEMERIS_TYPE": (changed(ONE, 62, "4"), TWO, "4"),
    "BSTAR": (changed(ONE, 53, " 1160x-4"), TWO, " 1160x-4"),
    "INCLINATION": (ONE, changed(TWO, 8, "180.0001"), "180.0001"),
    "ECCENTRICITY": (ONE, changed(TWO, 26, "00 6703"), "00 6703"),
    "MEAN_MOTION": (ONE, changed(TWO, 52, " 0.00000000"), " 0.00000000"),
    "line 1 checksum": (ONE[:68] + "0", TWO, ONE[:68] + "0"),
    "line 2": (ONE, with_checksum(TWO[:7] + "1" + TWO[8:]), with_checksum(TWO[:7] + "1" + TWO[8:])),
    "NORAD_CAT_ID": (ONE, changed(TWO, 2, "25545"), "25544"),
    "line 1 columns": (ONE[:60] + "1" + ONE[60:], TWO, "70"),
    "line 2 columns": (ONE, TWO[:68], "68"),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_bad_set_is_refused_by_field_and_spoils_no_other(field: str) -> None:
    one, two, value = WRONG[field]
    parsed = only(f"{ISS_2008_TLE}BAD\n{one}\n{two}\n{GOES_9_TLE}")
    assert refusals(parsed) == {field: value}
    assert parsed.element_sets.norad_id.tolist() == [25544, 23581]
    assert parsed.record_of_row.tolist() == [1, 3]
    assert parsed.records == 3
    assert parsed.problems[0].record == 2
    assert parsed.problems[0].line in (5, 6)


def test_lost_halves_are_records_and_stray_text_is_told() -> None:
    parsed = only(f"LOST\n{ONE}\n{GOES_9_TLE}{TWO}\nno set follows\n")
    assert parsed.element_sets.norad_id.tolist() == [23581]
    assert (parsed.records, parsed.record_of_row.tolist()) == (3, [2])
    assert [(p.field, p.line, p.record) for p in parsed.problems] == [("set", 2, 1), ("set", 6, 3), ("text", 7, None)]


def test_many_bad_sets_are_counted_not_repeated() -> None:
    parsed = only(f"{ONE[:68]}0\n{TWO}\n" * 500)
    assert parsed.records == 500
    assert len(parsed.problems) == 101
    assert parsed.problems[-1].value == "and 400 more of the same kind"


def test_columns_give_the_double_that_float_gives() -> None:
    rng = np.random.default_rng(1)
    texts = [f"{x:11.8f}" for x in rng.uniform(0.0, 18.0, 5000)]
    block = np.frombuffer("".join(texts).encode(), np.uint8).reshape(-1, 11)
    values, bad = numbers(block, "99.99999999")
    assert not bad.any()
    assert values.tolist() == [float(t) for t in texts]
    texts = [
        f"{s}{m:05d}{e:+d}" for s, m, e in zip("+- " * 700, rng.integers(0, 99999, 2100), rng.integers(-9, 10, 2100), strict=True)
    ]
    values, bad = numbers(np.frombuffer("".join(texts).encode(), np.uint8).reshape(-1, 8), "s99999e9")
    assert not bad.any()
    assert values.tolist() == [float(f"{t[0].strip()}0.{t[1:6]}e{t[6:]}") for t in texts]


def test_what_a_tle_does_not_say() -> None:
    record = only(ISS_2008_TLE, data_mode=DataMode.TEST).element_sets.record(0)
    assert np.isnat(record.known_utc)
    assert (record.known_basis, record.data_mode) == (KnownBasis.ASSUMED, DataMode.TEST)


@pytest.mark.data
def test_sgp4_verification_cases(data: Path) -> None:
    """Five lines of the 33 cases have wrong checksums on purpose; notes stand after column 69."""
    content = (data / "sgp4" / "SGP4-VER.TLE").read_bytes()
    reported = only(content, checksums="report")
    assert (reported.records, len(reported.element_sets), len(reported.problems)) == (33, 33, 5)
    assert not any(p.refused for p in reported.problems)
    assert len(only(content).element_sets) == 0


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "sets"),
    [
        ("geo-week/geo.3le.gz", 11_580),
        ("geo-week/starlink.3le.gz", 193_262),
        ("geo-week/stations.3le.gz", 442),
        ("catalogue/2le_20130325.txt.gz", 15_076),
        ("catalogue/3le_20210529.txt.gz", 21_584),
        ("catalogue/3le_20220715.txt.gz", 24_132),
        ("catalogue/keeptrack_20180820.json.gz", 17_399),
        ("manoeuvres/tle/TOPEX.tle", 4_136),
        ("breakups/fengyun-1c-debris_20250215.3le", 1_918),
    ],
)
def test_published_files_are_read_whole(data: Path, name: str, sets: int) -> None:
    parsed = only((data / name).read_bytes())
    assert (parsed.records, len(parsed.element_sets), parsed.problems) == (sets, sets, ())


@pytest.mark.data
def test_look_alikes(data: Path) -> None:
    malformed = only((data / "geo-week" / "starlink_malformed.3le").read_bytes())
    assert refusals(malformed) == {"line 1 columns": "70"}
    vimpel = only((data / "catalogue" / "vimpel_20250402.json.gz").read_bytes())
    assert (vimpel.format, vimpel.records, len(vimpel.element_sets)) == ("Vimpel/JSON", 7_170, 0)
    assert set(refusals(vimpel)) == {"NORAD_CAT_ID"}
