"""`hoshimori cloud` as a person and a program use it: JSON lines, tables in both languages, clear refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import hoshimori as library
from hoshimori.formats import dump_omm
from tests.command import hoshimori
from tests.detect.test_survival import cloud

AT = "2014-03-25"
WEATHER = "DATE,AP_AVG,F10.7_OBS,F10.7_DATA_TYPE\n" + "".join(f"2013-03-{d:02d},9,115.0,OBS\n" for d in range(1, 25))


@pytest.fixture
def pieces(tmp_path: Path) -> Path:
    place = tmp_path / "pieces.json"
    place.write_text(dump_omm(cloud(12, 3)[0], kind="json"), encoding="utf-8")
    return place


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    place = tmp_path / "sw.csv"
    place.write_text(WEATHER, encoding="utf-8")
    return place


def test_one_object_a_line_and_the_count_last(pieces: Path, weather: Path) -> None:
    done = hoshimori("cloud", pieces, "--at", AT, "--space-weather", weather, "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0, done.err
    assert [x["schema"] for x in lines] == ["hoshimori.survival/1"] * 12 + ["hoshimori.survival-count/1"]
    assert all(set(x) >= {"norad", "p_up", "p_catalogued", "lifetime_days", "b_m2_kg", "why", "data_mode"} for x in lines[:-1])
    assert lines[-1]["expected_up"] == pytest.approx(sum(x["p_up"] for x in lines[:-1]), abs=0.06)
    assert lines[-1]["space_weather"]["last_observed_day"] == "2013-03-24"
    assert "absent from a catalogue means decayed or lost" in lines[-1]["cannot_exclude"]


def test_the_library_gives_the_same(pieces: Path, weather: Path) -> None:
    told = library.cloud(pieces, at=AT, space_weather=weather)
    done = hoshimori("cloud", pieces, "--at", AT, "--space-weather", weather, "--json")
    assert [c.to_json() for c in told.chances] == [json.loads(line) for line in done.out.splitlines()][:-1]


@pytest.mark.parametrize(("lang", "said"), [("en", "are expected to be up"), ("ja", "軌道上に残り")])
def test_tables_in_both_languages(pieces: Path, lang: str, said: str) -> None:
    done = hoshimori("cloud", pieces, "--at", AT, "--lang", lang, "--top", "3")
    assert done.code == 0, done.err
    assert said in done.out
    assert "why " not in done.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--at", "2010-01-01"), 2, "before the newest element set"),
        (("--at", "tomorrow"), 2, "tomorrow"),
        (("--at", AT, "--space-weather", "no/such/file"), 3, "--space-weather no/such/file: cannot be read"),
        (("--at", AT, "--as-of", "2012-01-01"), 3, ""),
    ],
)
def test_refusals(pieces: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = hoshimori("cloud", pieces, *words)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_file_that_is_no_space_weather(pieces: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_text("norad,name\n1,a\n", encoding="utf-8")
    done = hoshimori("cloud", pieces, "--at", AT, "--space-weather", odd)
    assert done.code == 3
    assert "expected space weather as CelesTrak writes it" in done.err
