"""`history`, `manoeuvres` and `stays` as a person and a program use them, on files alone and on the catalogue."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.cells import cell_len

import hoshimori as library
from hoshimori.detect.pattern import Pattern
from hoshimori.detect.stays import Stay
from hoshimori.doors.moves import show_stays
from hoshimori.facts import DataMode, ElementSets
from hoshimori.formats import dump_omm, dump_tle
from tests.command import hoshimori
from tests.conftest import Practice
from tests.doors.lives import BURNS, START, flown
from tests.doors.test_report import Page

EXERCISE = ("--mode", "EXERCISE")
PROMISED = {
    "norad_id", "t_utc", "sigma_s", "dv_rtn_m_s", "dv_sigma_m_s", "probability", "class", "explanations_tested", "known_utc",
    "evidence",
}  # fmt: skip
MEASURED = {"subject", "other", "start_utc", "stop_utc", "min_range_km", "sigma_km", "shape", "unusual", "measures"}
NUMBER = "799700001"
A_DAY = np.timedelta64(86_400_000_000, "us")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")


@pytest.fixture(scope="module")
def history() -> ElementSets:
    return flown()


@pytest.fixture
def file(history: ElementSets, tmp_path: Path) -> Path:
    """That object's history in one file, and beside it the moments at which each set was first seen."""
    place = tmp_path / "one.csv"
    place.write_text(dump_omm(history, kind="csv"), encoding="utf-8")
    seen = "\n".join(f"{t}Z" for t in history.known_utc)
    place.with_name("one_first_seen.csv").write_text(f"first_seen_utc\n{seen}\n", encoding="ascii")
    return place


def test_burns_come_as_json_lines_from_a_file_and_nothing_else(file: Path, home: Path) -> None:
    done = hoshimori("manoeuvres", "--from", file, *EXERCISE, "--json")
    assert done.code == 0
    found = [json.loads(line) for line in done.out.splitlines()]
    assert all(x.keys() >= PROMISED for x in found)
    days = [float((np.datetime64(x["t_utc"].rstrip("Z"), "us") - START) / A_DAY) for x in found]
    assert days == pytest.approx([day for day, _ in BURNS], abs=0.5)
    assert [x["dv_rtn_m_s"][1] for x in found] == pytest.approx([dv for _, dv in BURNS], rel=0.1)
    assert not home.exists()  # the catalogue was not touched


def test_a_plain_two_line_file_is_enough(history: ElementSets, tmp_path: Path, home: Path) -> None:
    """A REAL file: nothing in two lines says where they come from."""
    n = len(history)
    plain = history.having(norad_id=np.full(n, 33105), data_mode=np.full(n, DataMode.REAL, np.uint8))
    place = tmp_path / "history.tle"
    place.write_text(dump_tle(plain, lines=2), encoding="ascii")
    done = hoshimori("manoeuvres", "--from", place, "--json")
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) >= len(BURNS)
    assert {json.loads(x)["norad_id"] for x in done.out.splitlines()} == {33105}


def test_the_record_of_first_sight_says_when_a_burn_could_be_known(file: Path, history: ElementSets) -> None:
    told = library.manoeuvres(file, modes=[DataMode.EXERCISE], as_it_became_known=True)
    assert told.burns
    assert {b.known_utc for b in told.burns} <= set(history.known_utc)
    assert all(b.delay_s > 0.0 for b in told.burns)


def test_nothing_known_later_is_used(file: Path) -> None:
    as_of = START + 60 * A_DAY
    told = library.manoeuvres(file, modes=[DataMode.EXERCISE], as_of=as_of)
    assert len(told.burns) == 1
    assert told.burns[0].known_utc <= as_of


def test_a_window_and_a_probability_choose_among_burns(file: Path) -> None:
    every = library.manoeuvres(file, modes=[DataMode.EXERCISE]).burns
    middle, even = every[len(every) // 2].t_utc, float(np.median([b.probability for b in every]))
    late = library.manoeuvres(file, modes=[DataMode.EXERCISE], start=middle).burns
    assert [b.t_utc for b in late] == [b.t_utc for b in every if b.t_utc >= middle]
    sure = library.manoeuvres(file, modes=[DataMode.EXERCISE], min_probability=even).burns
    assert [b.t_utc for b in sure] == [b.t_utc for b in every if b.probability >= even]


def test_the_table_is_said_in_both_languages(file: Path) -> None:
    assert "Probability" in hoshimori("manoeuvres", "--from", file, *EXERCISE).out
    assert "進行方向" in hoshimori("manoeuvres", "--from", file, *EXERCISE, "--lang", "ja").out


def test_too_few_sets_is_an_answer_and_not_an_error(history: ElementSets, tmp_path: Path) -> None:
    place = tmp_path / "few.json"
    place.write_text(dump_omm(history.take(slice(0, 3)), kind="json"), encoding="utf-8")
    done = hoshimori("manoeuvres", "--from", place, *EXERCISE, "--json")
    assert (done.code, done.out) == (0, "")
    assert "cannot tell, because it has 3 element sets" in done.err
    assert "何も言えません" in hoshimori("manoeuvres", "--from", place, *EXERCISE, "--lang", "ja").out


def test_of_a_number_without_sets_nothing_can_be_told(file: Path) -> None:
    both = ("--norad", NUMBER, "--norad", "7")
    done = hoshimori("manoeuvres", "--from", file, *EXERCISE, *both, "--json")
    assert done.code == 0
    assert "7: cannot tell, because no element set held for 7" in done.err
    alone = hoshimori("manoeuvres", "--from", file, *EXERCISE, "--norad", "7")
    assert alone.code == 3
    assert "no element set of 7 is known" in alone.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("manoeuvres", "--from", "absent.tle"), 3, "no such file or folder"),
        (("manoeuvres", "--norad", "0"), 2, "expected 1 to 999999999"),
        (("manoeuvres", "--min-probability", "2"), 2, ""),
        (("manoeuvres", "--start", "yesterday"), 2, "expected ISO 8601"),
        (("manoeuvres",), 3, "no element set of any object is known"),
        (("stays", "--watch", "no-such-list"), 2, "no-such-list"),
        (("history", "25544", "--out", "life.jpg"), 2, ".svg"),
        (("history", "25544"), 3, "no element set of 25544 is known as of now"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: tuple[str, ...], code: int, said: str, home: Path) -> None:
    done = hoshimori(*words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_a_file_of_the_wrong_kind_is_refused_with_its_problems(tmp_path: Path, home: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html></html>", encoding="utf-8")
    done = hoshimori("manoeuvres", "--from", page)
    assert done.code == 3
    assert "this is a web page" in done.err


def test_a_life_is_drawn_in_the_terminal_from_a_file(file: Path, home: Path) -> None:
    done = hoshimori("history", NUMBER, "--from", file, *EXERCISE)
    assert done.code == 0
    assert done.out.startswith("EXERCISE")
    assert "mean altitude (km)" in done.out
    assert "Usual behaviour" in done.out
    assert max(len(x) for x in done.out.splitlines()[1:]) <= 140
    assert not home.exists()


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_life_is_a_page_without_a_network(lang: str, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "life.html"
    done = hoshimori("history", NUMBER, "--from", file, *EXERCISE, "--out", out, "--lang", lang)
    assert (done.code, done.out) == (0, f"{out}\n")
    page = Page(out.read_text(encoding="utf-8"))
    assert page.open == []
    assert page.tags["svg"] == 1
    assert page.tags["script"] == page.tags["link"] == 0
    said = " ".join(page.text)
    assert ("演習" if lang == "ja" else "EXERCISE") in said
    assert said.count(" ± ") >= len(BURNS)


def test_a_life_is_a_picture(file: Path, tmp_path: Path) -> None:
    words = ("history", NUMBER, "--from", file, *EXERCISE, "--out")
    assert hoshimori(*words, tmp_path / "life.svg").code == 0
    assert hoshimori(*words, tmp_path / "life.png").code == 0
    assert ElementTree.parse(tmp_path / "life.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "life.png").read_bytes()[:4] == b"\x89PNG"


def test_a_life_from_the_catalogue_can_be_a_list(practice: Practice) -> None:
    drawn = hoshimori("history", "43633", *practice.options())
    assert "mean longitude (° E)" in drawn.out
    assert "digest" in hoshimori("history", "43633", *practice.options(), "--table").out
    record = hoshimori("history", "43633", *practice.options(), "--json").json
    assert record["schema"] == "hoshimori.history/1"


@pytest.fixture(scope="module")
def found(practice: Practice) -> list[Stay]:
    return library.stays(watchlist="japan-comms", home=practice.home, as_of="data", modes=[DataMode.EXERCISE])


def test_stays_come_as_json_lines_and_are_those_of_the_call(practice: Practice, found: list[Stay]) -> None:
    done = hoshimori("stays", "--watch", "japan-comms", *practice.options(), "--json")
    assert done.code == 0
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines
    assert all(x.keys() >= MEASURED and 0.0 <= x["unusual"] <= 1.0 for x in lines)
    assert lines == [json.loads(json.dumps(s.to_json())) for s in found]


@pytest.mark.parametrize("columns", [80, 140])
def test_the_table_of_stays_fits_and_begins_with_the_most_unusual(
    columns: int, practice: Practice, found: list[Stay], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    names = {s.other: f"NAME {s.other}" for s in found}
    show_stays(found, practice.sweep.watchlist, frozenset(range(500)), names, lang="ja", as_json=False)
    out = capsys.readouterr().out
    assert "異常度" in out
    assert max(cell_len(x.rstrip()) for x in out.splitlines()) <= columns
    first = re.search(r" ([01]\.\d\d) ", out)
    assert first is not None
    assert float(first[1]) == pytest.approx(max(s.unusual for s in found), abs=0.005)


def test_no_stay_is_a_sentence(practice: Practice, capsys: pytest.CaptureFixture[str]) -> None:
    held = frozenset(a.norad_id for a in practice.sweep.watchlist.assets[1:] if a.norad_id is not None)
    show_stays([], practice.sweep.watchlist, held, {}, lang="en", as_json=False)
    said = capsys.readouterr()
    assert "No stay was found near 20 assets among 20 objects." in said.out
    assert "1 of 21 assets have no orbit here" in said.err


def test_stays_become_a_table_with_a_column_for_each_measure(found: list[Stay]) -> None:
    table = library.to_arrow(found)
    assert table["unusual"].to_pylist() == [s.unusual for s in found]
    assert str(table.schema.field("measure_sun_behind").type) == "double"


def test_a_life_can_be_asked_for_and_drawn_in_python(file: Path, tmp_path: Path) -> None:
    line = library.timeline(int(NUMBER), file, modes=[DataMode.EXERCISE], start=START + 50 * A_DAY)
    assert [round(float((b.t_utc - START) / A_DAY)) for b in line.burns] == [76, 100]
    library.draw(line, tmp_path / "life.svg")
    assert NUMBER in (tmp_path / "life.svg").read_text(encoding="utf-8")
    usual = library.pattern(int(NUMBER), file, modes=[DataMode.EXERCISE])
    assert isinstance(usual, Pattern)
    assert usual.regime == "LEO"
