"""`illumination` as a person and a program use it: windows, outages, pauses, and everything that can be asked wrongly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hoshimori as library
from hoshimori.detect.illumination import windows_of
from hoshimori.doors import illumination as calls
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import Event, iso
from hoshimori.formats import dump_omm
from tests.command import Done, hoshimori
from tests.detect.test_illumination import LOW, NOBODY, RING, T0, after, sky

MODE = ("--mode", "SIMULATED")
SITES = """
[[site]]
id = "north"
name = "North"
name_ja = "北"
kind = "laser"
lat_deg = 45
lon_deg_e = 140
source = "a test"
grade = "C3"

[[site]]
id = "pole"
name = "Pole"
kind = "telescope"
lat_deg = -90
lon_deg_e = 0
source = "a test"
grade = "C3"
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "180")


@pytest.fixture
def files(tmp_path: Path, home: Path) -> Path:
    """A folder with a sky of two, a watchlist of three, and two sites."""
    (tmp_path / "sky.csv").write_text(dump_omm(sky().sets(), kind="csv"), encoding="utf-8")
    seen = "".join(f"{iso(t)}\n" for t in sky().sets().known_utc)
    (tmp_path / "sky_first_seen.csv").write_text(f"first_seen_utc\n{seen}", encoding="ascii")
    rows = "".join(f'[[asset]]\nid = "asset-{k}"\nnorad_id = {k}\nname = "ASSET {k}"\n' for k in (LOW, RING, NOBODY))
    (tmp_path / "mine.toml").write_text(rows, encoding="utf-8")
    (tmp_path / "sites.toml").write_text(SITES, encoding="utf-8")
    return tmp_path


def asked(files: Path, *more: str | Path, site: str | None = None, days: str | None = "3") -> Done:
    window = ("--days", days) if days else ()
    place = ("--site", files / "sites.toml") if site is None else ("--site", site)
    return hoshimori("illumination", *place, "--watch", files / "mine.toml", "--from", files / "sky.csv", *MODE, *window, *more)


def records(done: Done) -> list[dict[str, Any]]:
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def outages(files: Path, times: Sequence[np.datetime64], asset: str = "") -> Path:
    rows = "".join(f"{iso(t)},{asset}\n" for t in times)
    (files / "outages.csv").write_text(f"time,asset\n{rows}", encoding="ascii")
    return files / "outages.csv"


def test_one_object_a_line_for_each_asset_and_site(files: Path) -> None:
    found = records(asked(files, "--json"))
    assert [(r["subject"], r["site"]["site_id"]) for r in found] == [(str(k), s) for k in (LOW, RING) for s in ("north", "pole")]
    assert {r["schema"] for r in found} == {"hoshimori.illumination/1"}
    by_key = {(r["subject"], r["site"]["site_id"]): r for r in found}
    assert by_key[str(RING), "pole"]["label"] == "no window"
    assert by_key[str(RING), "pole"]["highest_elevation_deg"] < 0.0
    low = by_key[str(LOW), "pole"]
    assert len(low["windows"]) > 20  # every turn passes near the pole
    assert all(w["night_share"] == 1.0 for w in low["windows"])  # in June, at the South Pole
    assert all(x["verdict"] in ("cannot tell", "possible") for x in low["explanations"])
    assert low["outages"] is None
    assert {r["data_mode"] for r in found} == {"SIMULATED"}


def test_the_library_gives_the_same_events(files: Path) -> None:
    found = library.illumination(
        files / "sky.csv", site=files / "sites.toml", watchlist=files / "mine.toml", days=3, modes=[DataMode.SIMULATED]
    )
    assert all(isinstance(e, Event) for e in found)
    told = {r["event"]: r for r in records(asked(files, "--json"))}
    assert {e.event_id for e in found} == set(told)
    assert all(list(windows_of(e)) == told[e.event_id]["windows"] for e in found)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", ("North", "no window", "not known")), ("ja", ("北", "可視なし", "分からない"))]
)
def test_the_table_speaks_both_languages(files: Path, lang: str, said: tuple[str, ...]) -> None:
    done = asked(files, "--lang", lang, "--top", "5")
    assert done.code == 0
    for word in said:
        assert word in done.out
    assert str(NOBODY) in done.err  # of whom nothing can be said
    assert "--top 0" in done.out


def test_a_satellite_that_is_always_up_is_said_to_be_cut_at_both_ends(files: Path) -> None:
    lon = records(asked(files, "--json", site="slr-7308"))  # Koganei sees the ring's satellite or does not
    ring = next(r for r in lon if r["subject"] == str(RING))
    done = asked(files, site="slr-7308")
    if ring["windows"]:
        assert ring["windows"][0]["cut"] == ["start", "stop"]
        assert "always (cut at both ends)" in done.out
    else:
        assert "no window" in done.out


def test_coupled_outages_are_told_with_their_odds_and_dull_causes(files: Path) -> None:
    windows = next(r for r in records(asked(files, "--json", days="7")) if r["subject"] == str(LOW))["windows"]
    times = [np.datetime64(w["top"].rstrip("Z"), "us") for w in windows[:12]]
    place = outages(files, times, str(LOW))
    done = asked(files, "--outages", place, "--json", "--start", iso(T0), days="7")
    mine = next(r for r in records(done) if (r["subject"], r["site"]["site_id"]) == (str(LOW), "north"))
    told = mine["outages"]
    assert not mine["normal"]
    assert (told["site"]["hits"], told["site"]["events"], told["rank"]) == (12, 12, 1)
    assert told["site"]["p_at_least"] < 0.001
    assert set(told["dull_causes"]) == {"eclipse edge", "South Atlantic Anomaly", "sun glint"}
    assert next(r for r in records(done) if r["subject"] == str(RING))["outages"] is None  # nobody named it
    shown = asked(files, "--outages", place, "--start", iso(T0), days="7")
    for word in ("12 / 12", "chance: rejected", "South Atlantic Anomaly:", "hour of the day: cannot tell", "accident: possible"):
        assert word in shown.out
    code = asked(files, "--outages", place, "--start", iso(T0), "--fail-on-coincidence", days="7").code
    assert code == 10


def test_outages_make_the_window_where_none_is_named(files: Path) -> None:
    place = outages(files, [after(100.0), after(86400.0 + 100.0)])
    found = records(asked(files, "--outages", place, "--json", days=None))
    assert {(r["start"], r["stop"]) for r in found} == {(iso(T0), iso(after(2 * 86400.0)))}
    assert {r["outages"]["site"]["events"] for r in found} == {2}


def test_outages_outside_the_window_or_of_nobody_are_said_to_be_left_out(files: Path) -> None:
    place = outages(files, [after(-9e6), after(100.0)], "77777")
    done = asked(files, "--outages", place, "--start", iso(T0))
    assert done.code == 0
    assert "left out: 2" in done.err
    none = outages(files, [])
    assert asked(files, "--outages", none).code == 0


def test_times_without_a_zone_are_refused_with_their_row(files: Path) -> None:
    (files / "outages.csv").write_text("time\n2026-05-30T01:00:00\n", encoding="ascii")
    done = asked(files, "--outages", files / "outages.csv")
    assert done.code == 3
    assert "with its zone" in done.err
    assert "record 1" in done.err


def test_the_other_way_round_a_ranging_laser_pauses(files: Path) -> None:
    more = ("--avoid", str(LOW), "--cone", "30", "--json")
    found = records(asked(files, *more))
    assert {r["schema"] for r in found} == {"hoshimori.avoidance/1"}
    assert {r["site"]["site_id"] for r in found} == {"north", "pole"}
    for r in found:
        spans = [(w["start"], w["stop"]) for w in (*r["open"], *r["closed"])]
        assert min(spans)[0] == r["rise"]
        assert max(b for _, b in spans) == r["set"]
        assert 0.0 <= r["open_share"] <= 1.0
        assert {c["norad_id"] for c in r["closed"]} <= {RING}
        assert r["not_checked"] == [str(NOBODY)]
    assert any(r["closed"] for r in found)
    shown = asked(files, "--avoid", str(LOW), "--cone", "30", "--top", "2", "--lang", "ja")
    assert "照射禁止" in shown.out
    assert "no substitute" in asked(files, "--avoid", str(LOW), "--cone", "30").out


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--avoid", str(LOW)), 2, "belong together"),
        (("--cone", "3"), 2, "belong together"),
        (("--avoid", str(LOW), "--cone", "45"), 2, "half-angle above 0"),
        (("--avoid", str(NOBODY), "--cone", "3"), 3, "no orbit"),
        (("--avoid", str(LOW), "--cone", "3", "--regard", "20"), 2, "other way round"),
        (("--elevation", "95"), 2, "0 to below 90"),
        (("--regard", "0"), 2, "half-angle about the nadir"),
        (("--source", "1,2,3"), 2, "four numbers"),
        (("--source", "1,50,1.5,1e-3"), 2, "transmission"),
        (("--outages", "nowhere.csv"), 3, "cannot be read"),
        (("--site", "slr-0000"), 2, "no site"),
        (("--site", "ilrs", "--site", "slr-7839"), 2, "more than once"),
        (("--stop", iso(after(0.0))), 2, "--days together with --stop"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_one_sentence(files: Path, more: tuple[str, ...], code: int, said: str) -> None:
    done = asked(files, *more)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


def test_nobody_with_an_orbit_is_said_so(files: Path) -> None:
    (files / "mine.toml").write_text(f"[[asset]]\nnorad_id = {NOBODY}\n", encoding="utf-8")
    done = asked(files)
    assert done.code == 3
    assert "none of the 1 assets" in done.err


def test_a_source_is_only_ever_relative(files: Path) -> None:
    found = records(asked(files, "--source", "1,50,0.7,1e-3", "--json"))
    values = [w["relative_irradiance"] for r in found for w in r["windows"]]
    assert min(values) > 0.0
    assert all("w_m2" not in key for r in found for w in r["windows"] for key in w)
    with pytest.raises(UsageError, match="reference above 0"):
        calls.source_of("1,50,0.7,0")
