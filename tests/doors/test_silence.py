"""`silence` as a person and a program use it, on skies of which the publication is known, and on real catalogues."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hoshimori as library
from hoshimori.doors import options
from hoshimori.doors import silence as calls
from hoshimori.errors import NothingFound
from hoshimori.facts import ElementSets
from hoshimori.formats import dump_omm
from tests.command import hoshimori
from tests.detect.quiet_skies import AS_OF_DAY, DAY, SUBJECT, T0, crowd, published, times, watched

LIST = """
id = "guards"
title = "Guards"
title_ja = "見張り"
as_of = "2026-03-01"
"""
ASSET = """
[[asset]]
id = "{name}"
norad_id = {number}
cospar_id = "{cospar}"
name = "{name}"
name_ja = "{name}"
operator = "nobody"
orbit = "LEO"
public_orbit = {public}
source = "a test"
grade = "A1"
"""
KEYS = {
    "schema", "asset", "norad_id", "name", "neighbour_of", "state", "as_of", "last_epoch", "last_known", "usual_days",
    "longest_days", "gaps", "silent_days", "p_value", "beyond_record", "false_alarms_per_year", "odds", "likeliest",
    "older_share", "others", "heir", "cannot_exclude", "data_mode",
}  # fmt: skip


def cut(silent_days: float) -> ElementSets:
    rng = np.random.default_rng(9)
    return published({SUBJECT: times(rng, AS_OF_DAY - silent_days), SUBJECT + 1: times(rng, AS_OF_DAY), **crowd()})


@pytest.fixture
def sky(tmp_path: Path) -> Path:
    place = tmp_path / "sets.json"
    place.write_text(dump_omm(cut(12.0), kind="json"), encoding="utf-8")
    return place


@pytest.fixture
def guards(tmp_path: Path) -> Path:
    place = tmp_path / "guards.toml"
    rows = [
        (SUBJECT, "gone", "true"),
        (SUBJECT + 1, "there", "true"),
        (SUBJECT + 8, "never", "true"),
        (SUBJECT + 9, "own", "false"),
    ]
    body = "".join(
        ASSET.format(number=n, name=name, cospar=f"2020-{n - SUBJECT + 1:03d}A", public=public) for n, name, public in rows
    )
    place.write_text(LIST + body, encoding="utf-8")
    return place


def test_json_has_one_line_for_each_asset_with_all_that_is_known(sky: Path, guards: Path) -> None:
    done = hoshimori("silence", "--watch", guards, "--from", sky, "--json")
    assert done.code == 0, done.err
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [r["state"] for r in rows] == ["silent", "on time", "never catalogued", "not observable"]
    assert all(r["schema"] == "hoshimori.silence/1" and set(r) == KEYS for r in rows)
    gone = rows[0]
    assert sum(gone["odds"].values()) == pytest.approx(1.0)
    assert gone["silent_days"] > 10.0
    assert gone["beyond_record"]
    assert gone["cannot_exclude"]
    assert rows[2]["p_value"] is None
    assert rows[2]["odds"] == {}


def test_the_library_gives_what_the_command_gives(sky: Path) -> None:
    found = library.silence(sky, watchlist=watched(SUBJECT, SUBJECT + 1))
    assert [a.state for a in found] == ["silent", "on time"]
    heard = calls.listen([sky], watchlist=watched(SUBJECT))
    (row,) = heard.to_json()
    assert row["p_value"] == found[0].p_value


def test_the_table_speaks_both_languages_and_says_what_it_does_not_know(sky: Path, guards: Path) -> None:
    english = hoshimori("silence", "--watch", guards, "--from", sky).out
    japanese = hoshimori("silence", "--watch", guards, "--from", sky, "--lang", "ja").out
    assert "1 silent" in english
    assert "not observable from open data" in " ".join(english.split())  # whatever the width
    assert "Cannot be excluded" in english
    assert "途絶" in japanese
    assert "排除できない" in japanese


def test_fail_on_leaves_with_its_code_only_where_it_is_so(sky: Path, guards: Path) -> None:
    assert hoshimori("silence", "--watch", guards, "--from", sky, "--fail-on", "silent").code == options.FOUND
    assert hoshimori("silence", "--watch", guards, "--from", sky, "--fail-on", "late").code == 0
    refused = hoshimori("silence", "--watch", guards, "--from", sky, "--fail-on", "missing")
    assert refused.code == 2
    assert "silent or late" in refused.err


def test_an_earlier_moment_knows_less(sky: Path, guards: Path) -> None:
    before = str(T0 + np.timedelta64(45, "D"))
    done = hoshimori("silence", "--watch", guards, "--from", sky, "--as-of", before, "--json")
    assert json.loads(done.out.splitlines()[0])["state"] == "on time"


def test_a_moment_long_after_the_files_is_an_old_file_and_no_alarm(sky: Path) -> None:
    later = T0 + np.timedelta64(200, "D")
    found = library.silence(sky, watchlist=watched(SUBJECT, SUBJECT + 1), as_of=later)
    assert [a.state for a in found] == ["nobody heard", "nobody heard"]


def test_a_moment_before_the_data_and_an_empty_file_are_refused_in_words(sky: Path, guards: Path, tmp_path: Path) -> None:
    done = hoshimori("silence", "--watch", guards, "--from", sky, "--as-of", "2020-01-01")
    assert done.code == 3
    assert "--as-of" in done.err
    empty = tmp_path / "empty.tle"
    empty.write_text("", encoding="utf-8")
    assert hoshimori("silence", "--watch", guards, "--from", empty).code == 3
    with pytest.raises(NothingFound):
        library.silence(sky, watchlist=watched(SUBJECT), as_of=T0 - 30 * DAY)


def test_an_empty_catalogue_is_refused_in_words(home: Path, guards: Path) -> None:
    done = hoshimori("silence", "--watch", guards, "--home", home)
    assert done.code == 3
    assert "ingest" in done.err


def test_the_practice_sky_has_one_that_is_not_heard(practice: object) -> None:
    from tests.conftest import Practice

    assert isinstance(practice, Practice)
    done = hoshimori("silence", "--watch", "japan-comms", *practice.options(), "--json")
    assert done.code == 0, done.err
    assert all(json.loads(line)["data_mode"] in ("EXERCISE", "") for line in done.out.splitlines())


def test_a_whole_catalogue_of_one_set_each_gives_no_alarm(data: Path) -> None:
    found = library.silence(data / "catalogue" / "3le_20220715.txt.gz", watchlist="japan-comms")
    assert {a.state for a in found} <= {"rhythm not known", "never catalogued", "not observable"}


def test_real_satellites_of_a_week_are_on_time_and_those_that_came_down_are_not(data: Path) -> None:
    week = [data / "geo-week" / "starlink.3le.gz"]
    heard = calls.listen(week, watchlist=watched(46130, 52451, 56811))
    assert [(a.state, a.likeliest) for a in heard.accounts] == [("silent", "decayed")] * 3
    ring = library.silence(data / "geo-week" / "geo.3le.gz", watchlist="japan-comms")
    assert {a.state for a in ring} <= {"on time", "not observable", "never catalogued"}
