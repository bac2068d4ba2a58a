"""`interference` as a person and a program use it: reports, measurements, and every way in which they can be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hoshimori as library
from hoshimori.doors import emitters, interference_table, options
from hoshimori.doors.words import words
from hoshimori.errors import NothingFound, UsageError
from hoshimori.exercise import emitter as made
from hoshimori.facts import DataMode, ElementSets, Ephemeris
from hoshimori.formats import dump_oem, dump_omm
from hoshimori.sky import frames, geolocation
from tests.command import Done, hoshimori
from tests.detect.skies import ASSET, OTHER, daily
from tests.detect.test_interference import SLOT, at_slot

MODE = ("--mode", "EXERCISE")
HEAD = "asset,start,stop,kind,value,unit,usual,link,site,site_lat_deg,site_lon_deg_e,source,grade,known\n"
TOKYO = "down,Tokyo,35.6,139.7,log 7,B2"
ROWS = (
    f"{ASSET},2026-03-20T19:00:00Z,2026-03-20T19:20:00Z,carrier to noise,4,dB,12,{TOKYO},2026-03-20T20:00:00Z\n"
    f"{ASSET},2026-03-21T15:00:00Z,2026-03-21T15:10:00Z,lost lock,,,,{TOKYO},2026-03-21T16:00:00Z\n"
)


@pytest.fixture
def sky(tmp_path: Path) -> Path:
    """Element sets of two neighbours on the ring, about 2026-03-20."""
    sets = ElementSets.concat([daily(at_slot(n, SLOT + k), -10.0, 5.0) for k, n in enumerate((ASSET, OTHER))])
    sets = sets.having(
        data_mode=np.full(len(sets), DataMode.EXERCISE, np.uint8), known_utc=sets.epoch_utc + np.timedelta64(6, "h")
    )
    place = tmp_path / "sky.json"
    place.write_text(dump_omm(sets, kind="json"), encoding="utf-8")
    return place


def written(place: Path, rows: str, head: str = HEAD) -> Path:
    place.write_text(head + rows, encoding="utf-8")
    return place


def asked(sky: Path, reports: Path, *words: str | Path) -> Done:
    return hoshimori("interference", "--reports", reports, "--from", sky, *MODE, *words)


def test_each_event_is_a_line_with_its_reports_and_what_it_cannot_exclude(sky: Path, tmp_path: Path) -> None:
    done = asked(sky, written(tmp_path / "r.csv", ROWS), "--json")
    assert (done.code, done.err) == (0, "")
    first, second = (json.loads(line) for line in done.out.splitlines())
    assert (first["schema"], first["subject"], first["label"]) == (
        "hoshimori.interference/1",
        str(ASSET),
        "unexplained degraded carrier",
    )
    assert first["quantities"]["fall_db"] == {"value": 8.0, "unit": "dB"}
    assert "not measured here" in first["cannot_exclude"]
    assert first["reports"][0]["site"] == "Tokyo"
    assert first["event"]["schema"] == "hoshimori.event/1"
    assert second["label"] == "lost lock, dull cause possible"  # midnight at the equinox: the Earth's shadow
    assert {first["data_mode"], second["data_mode"]} == {"EXERCISE"}


def test_the_library_gives_what_the_command_gives(sky: Path, tmp_path: Path) -> None:
    reports = written(tmp_path / "r.csv", ROWS)
    joined = library.interference(sky, reports=reports, modes=(DataMode.EXERCISE,))
    lines = [json.loads(x) for x in asked(sky, reports, "--json").out.splitlines()]
    assert [e.event_id for e in joined.events] == [x["id"] for x in lines]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_table_says_it_in_both_languages(sky: Path, tmp_path: Path, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    done = asked(sky, written(tmp_path / "r.csv", ROWS), "--lang", lang, "--site", "ilrs")
    w = words(lang)
    assert done.code == 0
    for key in ("began", "dull_causes", "cannot_tell_from", "eclipse", "not measured here"):
        assert w[key].split()[0] in done.out
    assert w["interference note"][:12] in done.out


def test_every_explanation_of_the_detector_has_words() -> None:
    from hoshimori.detect import outage_causes as causes

    names = [causes.SUN, causes.SHADOW, causes.WEATHER, causes.NEIGHBOUR, causes.BURN, causes.AGE, causes.STATION, causes.HOURS]
    for lang in ("en", "ja"):
        assert [n for n in (*names, causes.AREA, causes.WRONG, causes.UNSEEN) if n not in words(lang)] == []
        for what in ("degraded carrier", "lost lock", "rejected commands", "degradation"):
            for label in ("{}, explained by sun outage", "{}, explained by station fault", "{}, dull cause possible"):
                assert label.format(what) in words(lang)
            assert f"unexplained {what}" in words(lang)
            assert f"{what}, no orbit to judge by" in words(lang)


def test_a_time_without_zone_is_refused_and_the_good_rows_are_kept(sky: Path, tmp_path: Path) -> None:
    done = asked(sky, written(tmp_path / "r.csv", ROWS + ROWS.splitlines()[0].replace("19:00:00Z", "19:00:00") + "\n"), "--json")
    assert done.code == 0
    assert len(done.out.splitlines()) == 2
    assert "not guessed" in done.err
    alone = asked(sky, written(tmp_path / "s.csv", ROWS.replace("00Z", "00")), "--json")
    assert (alone.code, alone.out) == (3, "")
    assert "not guessed" in alone.err


def test_an_asset_without_orbit_is_named_and_nothing_is_invented_of_it(sky: Path, tmp_path: Path) -> None:
    done = asked(sky, written(tmp_path / "r.csv", ROWS.replace(str(ASSET), "99123")), "--json")
    assert "99123" in done.err
    for line in done.out.splitlines():
        record = json.loads(line)
        assert record["label"].endswith("no orbit to judge by")
        assert "eclipsed" not in record["quantities"]


def test_reports_of_others_than_the_list_are_named(sky: Path, tmp_path: Path) -> None:
    done = asked(sky, written(tmp_path / "r.csv", ROWS), "--watch", "japan-comms", "--json")
    assert done.code == 3
    assert str(ASSET) in done.err


def test_an_alarm_is_an_exit_code(sky: Path, tmp_path: Path) -> None:
    reports = written(tmp_path / "r.csv", ROWS)
    assert asked(sky, reports, "--fail-on", "unexplained").code == options.FOUND
    assert asked(sky, written(tmp_path / "s.csv", ROWS.splitlines()[1] + "\n"), "--fail-on", "unexplained").code == 0
    assert asked(sky, reports, "--fail-on", "jamming").code == 2


def test_what_is_asked_wrongly_is_refused(tmp_path: Path, sky: Path) -> None:
    assert hoshimori("interference", "--from", sky).code == 2
    assert asked(sky, tmp_path / "nowhere.csv").code == 3
    assert asked(sky, written(tmp_path / "r.csv", ROWS), "--state-sigma", "much").code == 2
    assert asked(sky, written(tmp_path / "r.csv", ROWS), "--turnaround", "1e-6").code == 2
    assert hoshimori("interference", "--reports", written(tmp_path / "r.csv", ROWS), "--from", sky).code == 3  # an exercise


# ---- where an uplink comes from


LOW = made.GEOMETRIES[2]
COLUMNS = (
    "time", "satellite_a", "satellite_b", "tdoa_s", "tdoa_sigma_s", "fdoa_hz", "fdoa_sigma_hz", "uplink_hz", "downlink_a_hz",
    "downlink_b_hz", "station_a_lat_deg", "station_a_lon_deg_e", "station_a_height_m",
)  # fmt: skip


def handed_in(tmp_path: Path, seed: int) -> tuple[Path, Path, made.Heard]:
    """A measured case as people would hand it in: a table of arrivals, and the owners' OEM of both satellites."""
    heard = made.hear(LOW, seed)
    lat, lon = LOW.stations_deg[0]
    rows = [
        f"{np.datetime_as_string(t)}Z,{ASSET},{OTHER},{late!r},{LOW.tdoa_sigma_s},{shift!r},{LOW.fdoa_sigma_hz},{LOW.uplink_hz},"
        f"{LOW.downlink_hz[0]},{LOW.downlink_hz[1]},{lat},{lon},100"
        for t, late, shift in zip(heard.t_utc, heard.tdoa_s.tolist(), heard.fdoa_hz.tolist(), strict=True)
    ]
    table = written(tmp_path / "arrivals.csv", "\n".join(rows) + "\n", ",".join(COLUMNS) + "\n")
    oem = tmp_path / "owners.oem"
    given = [
        Ephemeris(n, "", str(n), "TEME", "EARTH", heard.t_utc, r, v, heard.t_utc[0], heard.t_utc[-1], data_mode=DataMode.EXERCISE)
        for n, (r, v) in zip((ASSET, OTHER), heard.published, strict=True)
    ]
    oem.write_text(dump_oem(given, kind="kvn"), encoding="utf-8")
    return table, oem, heard


def test_an_emitter_is_located_from_a_table_and_owners_ephemerides(tmp_path: Path, sky: Path) -> None:
    table, oem, heard = handed_in(tmp_path, 7)
    words_ = (
        "interference",
        "--geolocate",
        table,
        "--from",
        sky,
        "--from",
        oem,
        *MODE,
        "--state-sigma",
        "0.2,0.2",
        "--height",
        "500",
    )
    done = hoshimori(*words_, "--json")
    assert done.code == 0, done.err
    record = json.loads(done.out)
    assert (record["schema"], record["verdict"]) == ("hoshimori.emitter/1", "located")
    assert record["data_mode"] == "EXERCISE"
    assert {x["basis"] for x in record["satellites"]} == {"owner's ephemeris, sigma as stated"}
    (place,) = record["solutions"]
    apart = np.linalg.norm(
        frames.from_geodetic(np.radians(place["lon_deg_e"]), np.radians(place["lat_deg"]), 0.0)
        - frames.from_geodetic(heard.lon_rad, heard.lat_rad, 0.0)
    )
    assert apart <= place["semi_major_km"] < 100.0
    for lang in ("en", "ja"):
        assert words(lang)["emitter located"] in hoshimori(*words_, "--lang", lang).out


def test_an_ephemeris_without_covariance_is_not_given_one(tmp_path: Path, sky: Path) -> None:
    table, oem, _ = handed_in(tmp_path, 7)
    done = hoshimori("interference", "--geolocate", table, "--from", sky, "--from", oem, *MODE)
    assert done.code == 2
    assert "--state-sigma" in done.err


def test_a_satellite_without_orbit_is_named(tmp_path: Path, sky: Path) -> None:
    table, _, _ = handed_in(tmp_path, 7)
    table.write_text(table.read_text(encoding="utf-8").replace(str(ASSET), "99123"), encoding="utf-8")
    with pytest.raises(NothingFound, match="no orbit of satellite 99123"):
        library.interference(sky, geolocate=table, modes=(DataMode.EXERCISE,))


def test_reports_or_measurements_are_needed() -> None:
    with pytest.raises(UsageError, match="--reports"):
        library.interference()


def test_what_cannot_be_located_is_said_with_its_condition() -> None:
    found = geolocation.Located("cannot be located", "weak geometry", (), {"semi_major_km": 2400.0, "condition": 90.0}, 2, 0.5)
    none = np.datetime64("2026-03-01", "us")
    emitter = emitters.Emitter(found, (), 4, 0, none, none, 0.0, geolocation.Errors(), none, DataMode.EXERCISE)
    for lang in ("en", "ja"):
        assert "2400 km" in "\n".join(interference_table.emitter_lines(emitter, words(lang)))
    assert emitter.to_json()["why"] == {"code": "weak geometry", "semi_major_km": 2400.0, "condition": 90.0}
