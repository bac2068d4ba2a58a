"""The verbs about break-ups through the front door: files in, tables, JSON lines, pages and clear refusals out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hoshimori as library
from hoshimori.errors import HoshimoriError, UsageError
from hoshimori.exercise.clouds import Cloud, cloud
from hoshimori.facts import DataMode
from hoshimori.formats import dump_omm
from tests.command import hoshimori

MODE = ["--mode", "EXERCISE"]


@pytest.fixture(scope="module")
def event() -> Cloud:
    return cloud(seed=7, cause="explosion", n=40, age_days=3.0)


@pytest.fixture
def files(event: Cloud, tmp_path: Path) -> tuple[Path, Path]:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(dump_omm(event.before, kind="json"))
    after.write_text(dump_omm(event.sets, kind="json"))
    return before, after


def test_breakups_gives_one_line_of_json(event: Cloud, files: tuple[Path, Path]) -> None:
    done = hoshimori("breakups", "--from", str(files[0]), "--from", str(files[1]), "--json", *MODE)
    assert done.code == 0, done.err
    (line,) = [json.loads(x) for x in done.out.splitlines()]
    assert line["schema"] == "hoshimori.breakup/1"
    assert line["data_mode"] == "EXERCISE"
    assert line["parents"][0]["candidates"][0]["norad_id"] == event.truth.parent_ids[0]
    assert abs(np.datetime64(line["t_utc"].rstrip("Z")) - event.truth.t_utc) < np.timedelta64(10, "s")
    assert line["sigma_s"] > 0.0
    assert {"explosion", "collision", "deliberate"} <= set(line["cause"])
    assert line["counts"]["tracked"] == len(line["fragments"])
    assert line["cannot_exclude"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_breakup_of_pieces_in_words_and_as_a_page(files: tuple[Path, Path], tmp_path: Path, lang: str) -> None:
    out = tmp_path / "cloud.html"
    done = hoshimori("breakup", str(files[1]), "--from", str(files[0]), "--lang", lang, "--out", str(out), *MODE)
    assert done.code == 0, done.err
    assert {"en": "What this cannot be told from", "ja": "親物体の候補"}[lang] in done.out
    page = out.read_text(encoding="utf-8")
    assert "<svg" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    svg = tmp_path / "gabbard.svg"
    assert hoshimori("breakup", str(files[1]), "--from", str(files[0]), "--out", str(svg), *MODE).code == 0
    assert svg.read_text(encoding="utf-8").startswith("<svg")


def test_the_library_says_the_same(event: Cloud, files: tuple[Path, Path]) -> None:
    found = library.breakups(*files, modes=(DataMode.EXERCISE,))
    assert [b.parent.norad_id for b in found.breakups if b.parent] == [event.truth.parent_ids[0]]
    told = library.breakup(files[1], candidates=[files[0]], modes=(DataMode.EXERCISE,))
    assert told.to_json()["label"] == "break-up"


def test_the_same_list_twice_is_no_event(files: tuple[Path, Path]) -> None:
    done = hoshimori("breakups", "--from", str(files[1]), "--from", str(files[1]), *MODE)
    assert done.code == 0
    assert "No break-up" in done.out
    assert " 0 new" in done.out


def test_refusals_are_clear(files: tuple[Path, Path], tmp_path: Path) -> None:
    empty = tmp_path / "empty.tle"
    empty.write_text("")
    cut = tmp_path / "cut.json"
    cut.write_text(files[1].read_text()[:2000])
    both = ("--from", str(files[0]), "--from", str(files[1]))
    for words, code in (
        (("breakups", *both, "--since", "2025-01-01", *MODE), UsageError.exit_code),
        (("breakups", *both, "--out", "x.pdf", *MODE), UsageError.exit_code),
        (("breakups", "--from", str(empty), "--from", str(files[1]), *MODE), None),
        (("breakup", str(tmp_path / "none.tle"), *MODE), None),
    ):
        done = hoshimori(*words)
        assert done.code != 0
        assert code is None or done.code == code
        assert done.err.startswith("hoshimori: ")
        assert "Traceback" not in done.err
    done = hoshimori("breakup", str(cut), *MODE)  # the good records are kept, the rest is named, and four are no cloud
    assert "4 pieces" in done.out
    assert "cut.json" in done.err


def test_a_cloud_with_a_day_in_the_wrong_place_gets_no_date(files: tuple[Path, Path]) -> None:
    """The event is looked for after the pieces were seen: nothing is invented."""
    done = hoshimori("breakup", str(files[1]), "--start", "2030-01-01", "--json", *MODE)
    assert done.code == 0
    line = json.loads(done.out)
    assert line["label"] == "no break-up told"
    assert line["reason"]["code"] == "pieces older than window"


def test_modes_do_not_mix(files: tuple[Path, Path]) -> None:
    with pytest.raises(HoshimoriError):
        library.breakups(*files)
