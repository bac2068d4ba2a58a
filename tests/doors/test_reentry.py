"""The verb about re-entries: JSON that a program can use, tables and pictures in both languages, clear refusals."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hoshimori.alliance.regions import built_in_regions
from hoshimori.doors import ground_track_svg, reentries, reentry_table
from hoshimori.doors.cli import app
from hoshimori.doors.english_reentry import REENTRY as ENGLISH
from hoshimori.doors.japanese_reentry import REENTRY as JAPANESE
from hoshimori.doors.words import words
from hoshimori.errors import FormatError, NothingFound, UsageError
from hoshimori.facts import DataMode
from hoshimori.formats import dump_omm
from tests.command import hoshimori
from tests.detect.falls import as_known, fall
from tests.formats.test_tip import ROW, tip

EXERCISE = ("--mode", "EXERCISE")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sets of one falling object, as known one day before its end, and one decay message of another."""
    place = tmp_path_factory.mktemp("falling")
    sets, _ = as_known(fall("satellite", 2), 1.0)
    (place / "sets.csv").write_text(dump_omm(sets, kind="csv"))
    (place / "tip.json").write_bytes(tip(ROW))
    return place


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(a) for a in ("reentry", *arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_json_has_a_line_for_each_object(folder: Path) -> None:
    made = fall("satellite", 2)
    as_of = made.end_utc - np.timedelta64(1, "D")
    code, out, _ = run("--from", folder / "sets.csv", *EXERCISE, "--as-of", f"{as_of}Z", "--json")
    assert code == 0
    (line,) = (json.loads(x) for x in out.splitlines())
    assert line["schema"] == "hoshimori.reentry/1"
    assert line["norad_id"] == made.sets.norad_id[0]
    start, best, stop = (np.datetime64(line["window"][k].rstrip("Z")) for k in ("start", "best", "stop"))
    assert start < best < stop
    assert start <= made.end_utc <= stop
    assert line["window"]["level"] == 0.9
    assert line["class"] == "natural"
    assert {m["mark"] for m in line["marks"]} == {"retrograde step", "perigee drop"}
    assert {r["region"] for r in line["regions"]} == {r.region_id for r in built_in_regions()}
    assert all(0.0 <= r["share"] <= 1.0 and r["source"] and r["grade"] for r in line["regions"])
    points = line["ground_track"]["points"]
    assert points[0][0] == f"{str(start)[:19]}Z"
    assert all(-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0 for _, lon, lat in points)
    assert len(line["inputs"]) == line["sets"]["read"]


def test_messages_alone_are_enough(folder: Path) -> None:
    code, out, _ = run("--from", folder / "tip.json", "--json")
    (line,) = (json.loads(x) for x in out.splitlines())
    assert code == 0
    assert (line["basis"], line["window"]["level"], line["class"]) == ("message", None, "cannot tell")
    assert line["window"]["start"] == "2024-08-14T10:23:00.000000Z"
    middle, points = np.datetime64("2024-08-15T01:23"), line["ground_track"]["points"]
    near = [p for p in points if abs(np.datetime64(p[0][:-1]) - middle) < np.timedelta64(2, "m")]
    assert any(abs(lat + 6.1) < 6.0 and abs(lon + 93.2) < 8.0 for _, lon, lat in near)


def test_a_folder_may_hold_both(folder: Path) -> None:
    found = reentries.come_down([folder], modes=(DataMode.EXERCISE,), within_days=30.0)
    assert {c.basis for c in found.cases} <= {"sets", "message"}
    assert "message" in {c.basis for c in found.cases}


def test_the_real_messages_go_through(data: Path) -> None:
    code, out, _ = run("--from", data / "reentry", "--json")
    lines = [json.loads(x) for x in out.splitlines()]
    assert code == 0
    assert len(lines) == 25
    assert sum(x["happened"] for x in lines) == 17


def test_a_flight_known_from_the_press_alone_cannot_be_confirmed(tmp_path: Path) -> None:
    code, out, _ = run("--flight", "27 July 2021", "--flight", "2021-064", "--home", tmp_path, "--json")
    lines = [json.loads(x) for x in out.splitlines()]
    assert code == 0
    assert [x["verdict"] for x in lines] == ["cannot confirm from open data"] * 2
    assert all(m["verdict"] == "cannot tell" for x in lines for m in x["marks"])


def test_a_launch_that_went_round_is_not_a_fractional_orbit(data: Path) -> None:
    found = reentries.come_down([data / "catalogue" / "3le_20220715.txt.gz"], flights=["1998-067"])
    (iss,) = found.flights
    assert 25544 in iss.objects
    assert iss.verdict == "stayed in orbit"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_tables_and_pictures_speak_both_languages(folder: Path, tmp_path: Path, lang: str) -> None:
    as_of = fall("satellite", 2).end_utc - np.timedelta64(1, "D")
    asked = ("--from", folder / "sets.csv", *EXERCISE, "--as-of", f"{as_of}Z", "--lang", lang)
    code, out, _ = run(*asked, "--out", tmp_path / "line.svg")
    assert code == 0
    w = words(lang)
    assert w["reentry best"] in out
    assert w["mark retrograde step"] in out
    svg = (tmp_path / "line.svg").read_text()
    assert svg.startswith("<svg")
    assert 'class="curve"' in svg
    code, _, _ = run(*asked, "--out", tmp_path / "line.html")
    page = (tmp_path / "line.html").read_text()
    assert code == 0
    assert w["kind reentry"] in page
    assert w["exercise_note"] in page


def test_the_line_never_crosses_the_map_at_the_date_line(folder: Path) -> None:
    found = reentries.come_down([folder / "sets.csv"], modes=(DataMode.EXERCISE,))
    (case,) = found.cases
    svg = ground_track_svg.draw(case, words("en"))
    path = next(p for p in svg.split("<path ") if 'class="curve"' in p).split('"')[1]
    steps = [(kind, float(x)) for kind, x in re.findall(r"([ML])([-0-9.]+) ", path)]
    assert sum(kind == "M" for kind, _ in steps) > 1
    for (_, before), (kind, x) in itertools.pairwise(steps):
        assert kind == "M" or abs(x - before) < 450.0


def test_one_picture_for_many_objects_is_refused(folder: Path, tmp_path: Path) -> None:
    tips = folder / "two.json"
    tips.write_bytes(tip(ROW, ROW | {"NORAD_CAT_ID": "60355"}))
    found = reentries.come_down([tips])
    with pytest.raises(UsageError, match="choose one with --norad"):
        reentry_table.write(found, tmp_path / "x.svg", "en")
    assert reentry_table.write(found, tmp_path / "x.html", "en").exists()
    tips.unlink()


def test_what_is_asked_wrongly_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--within"):
        reentries.come_down([folder], within_days=0.0)
    bad = tmp_path / "bad.toml"
    bad.write_text("[[region]]\nid = 'x'\n")
    with pytest.raises(UsageError, match="missing"):
        reentries.come_down([folder], regions=bad)
    nothing = tmp_path / "nothing.txt"
    nothing.write_text("nothing")
    with pytest.raises(FormatError):
        reentries.come_down([nothing])


def test_a_number_of_which_nothing_is_known_is_named(folder: Path) -> None:
    code, out, err = run("--from", folder / "sets.csv", *EXERCISE, "--norad", "12345", "--json")
    assert code == 0
    assert out == ""
    assert "12345" in err


def test_space_weather_goes_into_the_settings(folder: Path, data: Path) -> None:
    place = next((data / "tracking" / "space-weather").glob("*.txt.gz"))
    found = reentries.come_down([folder / "sets.csv"], modes=(DataMode.EXERCISE,), space_weather=place)
    days = [row[0] for row in found.settings.activity]
    assert days == sorted(days)
    assert days[0] < str(found.as_of_utc)[:10] < days[-1]
    storm = {x.name: x for x in found.cases[0].explanations}["storm"]
    assert storm.reason.code == "reentry storm"


def test_the_same_words_in_both_languages() -> None:
    assert set(ENGLISH) == set(JAPANESE)
    for key in ENGLISH:
        holes = [{h.split("}")[0].partition(":")[0] for h in text[key].split("{")[1:]} for text in (ENGLISH, JAPANESE)]
        assert holes[0] == holes[1], key


def test_an_empty_catalogue_is_not_an_empty_sky(home: Path) -> None:
    done = hoshimori("reentry", "--json", "--home", home)
    assert done.code == NothingFound.exit_code
    assert done.out == ""
    assert "ingest some first" in done.err
