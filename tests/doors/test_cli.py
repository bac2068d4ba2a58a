"""The command line on the practice sky: every verb, for people and for programs, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hoshimori import __version__
from hoshimori.doors.options import FOUND
from hoshimori.findings import Event
from tests.command import hoshimori
from tests.conftest import Practice

ISS = (
    "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927\n"
    "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537\n"
)


@pytest.fixture
def iss(tmp_path: Path) -> Path:
    file = tmp_path / "iss.tle"
    file.write_text(ISS, encoding="ascii")
    return file


def test_the_version_is_the_packages() -> None:
    assert hoshimori("--version").out == f"hoshimori {__version__}\n"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that shows every column, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "140")


def test_watch_shows_every_asset_and_what_needs_attention_first(practice: Practice) -> None:
    done = hoshimori("watch", "japan-comms", *practice.options())
    assert done.code == 0
    assert done.out.startswith("EXERCISE")
    lines = [x for x in done.out.splitlines() if x[1:12].strip() in ("attention", "stale", "quiet")]
    assert lines[0].split()[0] == "attention"
    for asset in practice.sweep.watchlist.assets:
        assert str(asset.norad_id) in done.out


@pytest.mark.parametrize("columns", [40, 80, 120, 160])
def test_the_table_fits_the_terminal(columns: int, practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = hoshimori("watch", "japan-comms", *practice.options())
    assert done.code == 0
    table = done.out.splitlines()[1:]
    assert max(len(x.rstrip()) for x in table) <= columns
    past = hoshimori("history", "43633", *practice.options())
    assert past.code == 0
    assert columns < 80 or "…" not in past.out


def test_watch_speaks_japanese(practice: Practice, tmp_path: Path) -> None:
    done = hoshimori("watch", "japan-comms", *practice.options(), "--lang", "ja", "--out", tmp_path)
    assert "要注意" in done.out
    assert "日本時間" in done.out
    assert "attention" not in done.out
    assert '<html lang="ja">' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_watch_leaves_with_ten_where_a_state_was_named_and_found(practice: Practice) -> None:
    assert hoshimori("watch", "japan-comms", *practice.options(), "--fail-on", "stale").code == FOUND
    assert hoshimori("watch", "japan-comms", *practice.options(), "--fail-on", "sleepy").code == 2


def test_the_three_files_and_the_answer_in_json_are_one_answer(practice: Practice, tmp_path: Path) -> None:
    done = hoshimori("watch", "japan-comms", *practice.options(), "--out", tmp_path, "--json")
    events = [json.loads(x) for x in (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert done.json == json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))
    assert done.json["events"] == events
    assert [Event.from_json(e).to_json() for e in events] == events
    known = {e["id"] for e in events}
    assert all(set(s["events"]) <= known for s in done.json["states"])


def test_a_second_watch_with_nothing_new_says_the_same(practice: Practice, tmp_path: Path) -> None:
    assert hoshimori("watch", "japan-comms", *practice.options(), "--out", tmp_path).code == 0
    assert (tmp_path / "events.jsonl").read_bytes() == (practice.out / "events.jsonl").read_bytes()


def test_what_from_takes_in_does_not_stand_in_the_json(practice: Practice, iss: Path, tmp_path: Path) -> None:
    home = practice.copied(tmp_path / "home")
    done = hoshimori("watch", "japan-comms", *practice.options(home), "--from", iss, "--json")
    assert done.json["schema"] == "hoshimori.sweep/1"
    assert "1 new element sets" in done.err


def test_every_verb_gives_json_that_can_be_read(practice: Practice, iss: Path, home: Path) -> None:
    at = ["--home", str(practice.home)]
    assert hoshimori("ingest", iss, "--json").json["new"] == 1
    assert hoshimori("history", "25544", "--json").json["sets"][0]["OBJECT_ID"] == "1998-067A"
    assert hoshimori("catalogue", "--json").json["sets"] == 1
    assert hoshimori("catalogue", "check", "--json").json["well"] is True
    assert hoshimori("catalogue", "refused", "--json").json["problems"] == []
    assert hoshimori("catalogue", "compact", "--json").json["sets"] == 1
    assert hoshimori("catalogue", "rebuild", "--json").json["new"] == 1
    assert hoshimori("watchlist", "--json").json[0]["watchlist_id"] == "japan-comms"
    assert hoshimori("watchlist", "japan-all", "--json").json["assets"][0]["source"]
    assert all(f["well"] for f in hoshimori("doctor", "--json").json)
    assert hoshimori("verify", practice.out / "events.jsonl", *at, "--json").json[0]["verdict"] == "same"


def test_history_says_when_a_number_changed_its_name_and_designator(home: Path, tmp_path: Path) -> None:
    other = ISS.replace("98067A   08264", "98067B   08265")
    lines = other.splitlines()
    lines[0] = lines[0][:68] + str(sum(int(c) if c.isdigit() else c == "-" for c in lines[0][:68]) % 10)
    for name, text in (("ISS (ZARYA)", ISS), ("SOMETHING ELSE", "\n".join(lines))):
        file = tmp_path / f"{name[:3]}.tle"
        file.write_text(f"{name}\n{text}", encoding="ascii")
        assert hoshimori("ingest", file).code == 0
    done = hoshimori("history", "25544")
    assert "2 element sets" in done.out
    assert "ISS (ZARYA) (1998-067A" in done.out
    assert "SOMETHING ELSE (1998-067B" in done.out
    assert {n["name"] for n in hoshimori("history", "25544", "--json").json["names"]} == {"ISS (ZARYA)", "SOMETHING ELSE"}


def test_history_shows_the_newest_rows_asked_for(practice: Practice) -> None:
    few = hoshimori("history", "43633", *practice.options(), "--last", "3").out
    assert "digest" in few
    every = hoshimori("history", "43633", *practice.options(), "--last", "0").out
    assert few.count("assumed") + few.count("observed") + few.count("declared") == 3
    assert len(every.splitlines()) > len(few.splitlines())


def test_the_template_is_a_watchlist(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(hoshimori("watchlist", "--template").out, encoding="utf-8")
    assert hoshimori("watchlist", mine).code == 0


def test_the_demonstration_names_its_source_and_says_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sets"
    folder.mkdir()
    (folder / "iss.tle").write_text(ISS, encoding="ascii")
    monkeypatch.setenv("HOSHIMORI_DATA", str(folder))
    done = hoshimori("demo", "--out", tmp_path / "demo")
    assert done.code == 0
    assert f"element sets: the folder {folder} (HOSHIMORI_DATA)" in done.out
    assert "no element set held" in done.out
    assert f"hoshimori verify {tmp_path / 'demo' / 'events.jsonl'}" in done.out
