"""`screen` as a person and a program use it: what it says, what it refuses, and that nothing is cut short or silently lost."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest

import hoshimori as library
from hoshimori.doors import screen_cost
from hoshimori.doors.words import words
from hoshimori.errors import NothingFound, UsageError
from hoshimori.facts import DataMode, ElementSets
from hoshimori.formats import dump_omm
from hoshimori.sky.sieve import Cost
from tests.command import Done, hoshimori, start

MODE = ("--mode", "EXERCISE")
EXERCISE = (DataMode.EXERCISE,)
T0 = np.datetime64("2026-05-30T06:00", "us")
START = ("--start", "2026-05-30T18:00", "--days", "2.5")
OBJECTS = 60


def shell(n: int = OBJECTS, *, first: int = 799600001, eccentricity: float = 1e-3, rev_day: float = 14.4) -> ElementSets:
    """Objects of one thin shell in planes drawn from a seed: many come within some tens of kilometres of each other every day."""
    rng = np.random.default_rng(7)
    angle = {k: rng.uniform(0.0, 360.0, n) for k in ("raan_deg", "argp_deg", "ma_deg")}
    return ElementSets.build(
        {
            "norad_id": first + np.arange(n), "epoch_utc": np.full(n, T0), "known_utc": np.full(n, T0 + np.timedelta64(6, "h")),
            "mean_motion_rev_day": rev_day + rng.normal(0.0, 1e-3, n), "eccentricity": np.full(n, eccentricity),
            "inc_deg": rng.uniform(40.0, 100.0, n), "name": np.array([f"SHELL {k}" for k in range(n)], object), **angle,
        },
        data_mode=DataMode.EXERCISE,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def file(tmp_path: Path, home: Path) -> Path:
    return written(tmp_path / "shell.csv", shell())


def written(place: Path, sets: ElementSets) -> Path:
    place.write_text(dump_omm(sets, kind="csv"), encoding="utf-8")
    return place


def screened(file: Path, *more: str | Path) -> Done:
    return hoshimori("screen", "--from", file, *MODE, *more)


def kinds(done: Done) -> dict[str, list[dict[str, object]]]:
    """Lines of JSON by their schema."""
    out: dict[str, list[dict[str, object]]] = {}
    for line in done.out.splitlines():
        record = json.loads(line)
        out.setdefault(record.pop("schema").removeprefix("hoshimori.").removesuffix("/1"), []).append(record)
    return out


def test_day_by_day_gives_what_one_look_at_the_whole_window_gives(file: Path) -> None:
    lines = kinds(screened(file, *START, "--within", "40", "--by", "time", "--json"))
    whole = library.screen(file, start="2026-05-30T18:00", days=2.5, within_km=40.0, modes=EXERCISE)
    rows, found = whole.to_rows(), lines["close-approach"]
    assert len(rows) == len(found) == lines["screen"][0]["approaches"]
    assert len(rows) > 20
    who = ("norad_id", "other_norad_id")
    order = sorted(range(len(rows)), key=lambda k: (rows[k]["tca_utc"], rows[k]["norad_id"]))
    assert [[rows[k][x] for x in who] for k in order] == [[f[x] for x in who] for f in found]
    late = [_moment(rows[k]["tca_utc"]) - _moment(f["tca_utc"]) for k, f in zip(order, found, strict=True)]
    assert np.abs(np.array(late) / np.timedelta64(1, "ms")).max() < 1.0
    apart = [float(rows[k]["miss_km"]) - float(str(f["miss_km"])) for k, f in zip(order, found, strict=True)]
    assert np.abs(apart).max() < 1e-3


def _gist(row: dict[str, object]) -> tuple[object, ...]:
    """Who, when to a tenth of a second, how near to ten metres: what another step of the search must not change."""
    return row["norad_id"], row["other_norad_id"], str(row["tca_utc"])[:21], f"{float(str(row['miss_km'])):.2f}"


def _moment(text: object) -> np.datetime64:
    return np.datetime64(str(text).rstrip("Z"), "us")


def test_every_distance_has_its_sigma_and_no_probability_is_called_more_than_it_is(file: Path) -> None:
    done = screened(file, *START, "--within", "40", "--json")
    for row in kinds(done)["close-approach"]:
        assert float(str(row["miss_sigma_km"])) > 0.0
        assert float(str(row["maximum_probability"])) >= float(str(row["screening_probability"]))
    shown = screened(file, *START, "--within", "40")
    assert "Screening" in shown.out
    assert "an operator's own data are needed" in shown.out
    assert not any(word in shown.out + done.out for word in ("Pc", "collision_probability"))


@pytest.mark.parametrize(("by", "column"), [("probability", "maximum_probability"), ("miss", "miss_km"), ("time", "tca_utc")])
def test_the_order_is_the_one_asked_for(by: str, column: str, file: Path) -> None:
    found = kinds(screened(file, *START, "--within", "40", "--by", by, "--json"))["close-approach"]
    values = [f[column] for f in found]
    assert values == sorted(values, reverse=by == "probability")  # type: ignore[type-var]


def test_the_table_says_how_many_it_leaves_out_and_the_files_leave_out_none(file: Path, tmp_path: Path) -> None:
    done = screened(file, *START, "--within", "40", "--top", "3", "--arrow", tmp_path / "all.parquet")
    rows = [line for line in done.out.splitlines() if " ± " in line]
    assert len([line for line in rows if line.lstrip().startswith("2026")]) == 3
    assert "The first 3 of " in done.out
    listed = screened(file, *START, "--within", "40", "--csv", "--arrow", tmp_path / "all.arrow")
    table = list(csv.DictReader(io.StringIO(listed.out)))
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = pq.read_table(tmp_path / "all.parquet")
    with pa.ipc.open_file(tmp_path / "all.arrow") as reader:
        again = reader.read_all()
    assert len(table) == held.num_rows == again.num_rows > 20
    assert [r["tca_utc"] for r in table] == [f"{t.isoformat(timespec='microseconds')}Z" for t in held["tca_utc"].to_pylist()]
    assert again["miss_km"].to_pylist() == [float(r["miss_km"]) for r in table]


def test_in_japanese(file: Path) -> None:
    done = screened(file, *START, "--within", "40", "--lang", "ja")
    assert done.code == 0
    assert words("ja")["screening"] in done.out
    assert "判断には運用者自身のデータが必要" in done.out
    assert words("en")["screening"] not in done.out


def test_a_few_objects_against_all_give_their_part_of_the_whole(file: Path) -> None:
    every = kinds(screened(file, *START, "--within", "40", "--json"))["close-approach"]
    mine = kinds(screened(file, *START, "--within", "40", "--norad", "799600005", "--json"))["close-approach"]
    assert mine
    assert {m["norad_id"] for m in mine} == {799600005}
    assert len(mine) == sum(799600005 in (e["norad_id"], e["other_norad_id"]) for e in every)


def test_assets_without_an_orbit_are_named_and_not_passed_over(file: Path, tmp_path: Path) -> None:
    listed = hoshimori("watchlist", "--template").out
    place = tmp_path / "mine.toml"
    place.write_text(listed, encoding="utf-8")
    assert screened(file, "--watch", place).code == 3
    done = screened(file, *START, "--watch", place, "--norad", "799600005")
    assert done.code == 0
    assert "assets without an orbit here, about which nothing can be said: 3 (25544, 40267, " in done.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--within", "0"), 2, "above 0 and up to 1000 km"),
        (("--within", "-5"), 2, "above 0 and up to 1000 km"),
        (("--within", "nan"), 2, "above 0 and up to 1000 km"),
        (("--within", "5000"), 2, "above 0 and up to 1000 km"),
        (("--days", "0"), 2, "above 0 and up to 366"),
        (("--days", "nan"), 2, "above 0 and up to 366"),
        (("--days", "1000"), 2, "above 0 and up to 366"),
        (("--start", "2026-06-02", "--stop", "2026-06-01"), 2, "ends before it begins"),
        (("--start", "2026-06-02", "--stop", "2026-06-02"), 2, "ends before it begins"),
        (("--start", "2026-06-02", "--stop", "2028-06-02"), 2, "longer than 366 days"),
        (("--days", "2", "--stop", "2026-06-02"), 2, "give one of them"),
        (("--workers", "0"), 2, "expected 1 to 1024"),
        (("--by", "luck"), 2, "probability, miss, time"),
        (("--json", "--csv"), 2, "choose one"),
        (("--arrow", "all.xlsx"), 2, ".arrow, .feather or .parquet"),
        (("--norad", "12345"), 3, "no element set of 12345"),
        (("--norad", "0"), 2, "expected 1 to 999999999"),
        (("--watch", "nobody"), 2, "no watchlist 'nobody'"),
        (("--sizes", "none.csv"), 3, "none.csv: cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_at_once_with_what_could(options: tuple[str, ...], code: int, said: str, file: Path) -> None:
    done = screened(file, *options)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_an_empty_catalogue_is_said_to_be_empty(home: Path) -> None:
    done = hoshimori("screen")
    assert (done.code, done.out) == (3, "")
    assert "no element set of any object is known" in done.err
    with pytest.raises(NothingFound):
        library.screen()


def test_a_thousand_failing_sets_are_counted_and_listed_and_the_rest_is_screened(tmp_path: Path, home: Path) -> None:
    """Perigee 1,900 km below ground: SGP4 gives no state of some at their epoch, and lets the others come down later."""
    lost = shell(1000, first=799700001, eccentricity=0.35, rev_day=15.5)
    place = written(tmp_path / "both.csv", ElementSets.concat([shell(), lost]))
    half = ("--start", "2026-05-30T18:00", "--days", "0.5", "--within", "40", "--by", "time", "--json")
    done = screened(place, *half)
    lines = kinds(done)
    assert done.code == 0
    assert {row["norad_id"] for row in lines["not-screened"]} == set(lost.norad_id.tolist())
    assert lines["screen"][0]["not_screened"] == 1000
    counts = re.findall(
        r"^hoshimori: objects not screened for all of the window: (\d+); .+; such as 7997\d+ SHELL", done.err, re.M
    )
    assert sum(map(int, counts)) == 1000
    alone = kinds(screened(written(tmp_path / "alone.csv", shell()), *half))["close-approach"]
    sound = [a for a in lines["close-approach"] if str(a["other_norad_id"])[:4] == str(a["norad_id"])[:4] == "7996"]
    assert [_gist(a) for a in sound] == [_gist(a) for a in alone]
    assert alone


def test_one_set_dated_next_week_does_not_make_everything_a_week_old_and_is_named(tmp_path: Path, home: Path) -> None:
    one = shell(1, first=799900001)
    late = one.having(epoch_utc=one.epoch_utc + np.timedelta64(9, "D"), known_utc=one.known_utc + np.timedelta64(9, "D"))
    place = written(tmp_path / "late.csv", ElementSets.concat([shell(200), late]))
    done = hoshimori("screen", "--from", place, *MODE, "--days", "0.1", "--within", "10", "--json")
    head = kinds(done)["screen"][0]
    assert str(head["as_of"]) < "2026-06-01"
    assert head["dated_ahead"] == [799900001]
    assert "such as 799900001" in done.err
    asked = hoshimori("screen", "--from", place, *MODE, "--as-of", "2026-06-12", "--days", "0.1", "--within", "10", "--json")
    assert (kinds(asked)["screen"][0]["objects"], kinds(asked)["screen"][0]["dated_ahead"]) == (201, [])


def test_what_takes_long_is_priced_and_starts_only_where_that_was_agreed() -> None:
    long = Cost(states=1e10, comparisons=1e12, events=1e5, bytes=1e8, seconds=7 * 3600.0)
    with pytest.raises(UsageError, match=r"about 7 h and 100 MB of memory here: 1e\+10 states.*--yes.*--out FOLDER"):
        screen_cost.refuse_costly(long, False)
    screen_cost.refuse_costly(long, True)
    screen_cost.refuse_costly(long._replace(seconds=20.0), False)


def test_what_cannot_fit_is_refused_whatever_was_agreed(tmp_path: Path) -> None:
    large = Cost(states=1e9, comparisons=1e9, events=1e5, bytes=1e15, seconds=1.0)
    with pytest.raises(UsageError, match=r"1000 TB of memory.*This machine has .*lower --within"):
        screen_cost.refuse_costly(large, True)
    with pytest.raises(UsageError, match=r"The disk of .* left: lower --within"):
        screen_cost.refuse_costly(large._replace(bytes=1e6, events=1e16), True, folder=tmp_path / "run", spools=True)


def test_a_year_of_a_whole_catalogue_at_a_wide_threshold_is_refused_before_it_starts() -> None:
    begin = np.datetime64("2026-01-01", "us")
    cost = screen_cost.price(24_000, begin, begin + np.timedelta64(365, "D"), 500.0, None, 2, by_day=True)
    with pytest.raises(UsageError, match="this screening will take about"):
        screen_cost.refuse_costly(cost, False, spools=True)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.01, "1 s"), (40.0, "40 s"), (720.0, "12 min"), (12_000.0, "3 h"), (1e6, "12 days")]
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert screen_cost.duration(seconds) == said


def test_another_question_does_not_go_on_with_a_run(file: Path, tmp_path: Path) -> None:
    assert screened(file, *START, "--within", "40", "--out", tmp_path / "run").code == 0
    done = screened(file, *START, "--within", "41", "--out", tmp_path / "run")
    assert done.code == 2
    assert "within_km is 40.0 there, 41.0 now" in done.err
    other = written(tmp_path / "other.csv", shell(59))
    assert "inputs_sha256" in screened(other, *START, "--within", "40", "--out", tmp_path / "run").err
    told = screened(file, "--within", "40", "--out", tmp_path / "run", "--csv")  # without a window: that of the run
    assert (told.code, told.out) == (0, screened(file, *START, "--within", "40", "--csv").out)


@pytest.mark.slow
def test_killed_and_started_again_it_gives_what_it_would_have_given(file: Path, tmp_path: Path) -> None:
    run, question = tmp_path / "run", ("--start", "2026-05-30T18:00", "--days", "12", "--within", "40")
    child = start("screen", "--from", file, *MODE, *question, "--out", run)
    manifest = run / "manifest.json"
    for _ in range(6000):
        if manifest.exists() and len(json.loads(manifest.read_text(encoding="utf-8"))["days"]) >= 2:
            break
        assert child.poll() is None, "it was too fast to be killed"
        time.sleep(0.005)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    kept = {p.name: p.stat().st_mtime_ns for p in run.glob("approaches-*.parquet")}
    days = json.loads(manifest.read_text(encoding="utf-8"))["days"]
    assert 2 <= len(days) < 13
    again = screened(file, *question, "--out", run, "--csv")
    assert again.code == 0
    assert again.out == screened(file, *question, "--csv").out
    untouched = {name: (run / name).stat().st_mtime_ns for name in kept if name.removesuffix(".parquet")[11:] in days}
    assert untouched == {name: kept[name] for name in untouched}
    assert len(untouched) == len(days)


@pytest.mark.parametrize(("lang", "said"), [("en", "could not be read"), ("ja", "読めなかった箇所")])
def test_a_torn_file_is_used_as_far_as_it_goes_and_the_tear_is_told(file: Path, lang: str, said: str) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: len(text) // 2], encoding="utf-8")
    done = screened(file, *START, "--within", "30", "--lang", lang)
    assert done.code == 0
    assert said in done.err
    assert str(file) in done.err
    told = json.loads(screened(file, *START, "--within", "30", "--json").out.splitlines()[0])
    assert told["objects"] < OBJECTS
    assert len(told["problems"]) >= 1
