"""`ascent` as a person and a program use it; what is asked wrongly; and what is refused whoever asks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hoshimori as library
from hoshimori.alliance.launches import classes, classes_in, launches, zoned
from hoshimori.alliance.sensors import sensors, sensors_named
from hoshimori.errors import FormatError, UsageError
from hoshimori.facts import ElementSets
from hoshimori.formats import dump_omm
from hoshimori.formats.radar_track import LOOKS, read_radar_track
from tests.command import Done, hoshimori
from tests.detect.ascents import T0, over
from tests.pages import ROOT

LOW, HIGH = 60_001, 60_002
AT = "2026-03-20T12:00:00Z"


@pytest.fixture
def sky(tmp_path: Path, home: Path) -> Path:
    """A folder with two satellites: one over the site's north six minutes after the launch, one geostationary; and their list."""
    late = T0 + np.timedelta64(360, "s")
    sets = ElementSets.concat(
        [
            over(30.0, 102.2, late, inc_deg=98.0, height_km=700.0, number=LOW),
            over(0.0, 102.0, late, inc_deg=0.05, height_km=35786.0, number=HIGH),
        ]
    )
    folder = tmp_path / "sky"
    folder.mkdir()
    (folder / "sets.json").write_text(dump_omm(sets, kind="json"), encoding="utf-8")
    rows = "".join(f'[[asset]]\nnorad_id = {n}\nname = "N{n}"\nsource = "a test"\ngrade = "F6"\n' for n in (LOW, HIGH))
    (tmp_path / "mine.toml").write_text(f'id = "mine"\n{rows}', encoding="utf-8")
    return tmp_path


def ask(sky: Path, *words: str | Path) -> Done:
    return hoshimori("ascent", "--from", sky / "sky", "--watch", sky / "mine.toml", *words)


def test_one_line_an_asset_with_everything_it_rests_on(sky: Path) -> None:
    done = ask(sky, "--site", "28.2,102.0", "--at", AT, "--class", "medium", "--json")
    assert done.code == 0, done.err
    low, high = (json.loads(line) for line in done.out.splitlines())
    assert (low["schema"], low["norad_id"], low["verdict"]) == ("hoshimori.ascent/1", LOW, "geometry possible")
    assert (high["norad_id"], high["verdict"], high["excluded_by"]) == (HIGH, "geometry not possible", "too high")
    assert low["coarseness_s"] == 60.0
    assert all(x[end].endswith(":00.000000Z") for x in low["intervals"] for end in ("start", "stop"))
    assert 0.0 <= low["warning_least_s"] <= low["warning_most_s"]
    assert high["warning_least_s"] is None
    assert "direction not declared" in {x["name"] for x in low["cannot_exclude"]}
    assert low["class"]["grade"]
    assert low["launch"]["azimuth_deg"] is None


def test_time_zones_say_the_same_moment(sky: Path) -> None:
    utc = ask(sky, "--site", "28.2,102.0", "--at", AT, "--class", "medium", "--json")
    japan = ask(sky, "--site", "28.2,102.0", "--at", "2026-03-20T21:00:00+09:00", "--class", "medium", "--json")
    assert utc.out == japan.out


def test_the_table_in_both_languages(sky: Path) -> None:
    english = ask(sky, "--site", "28.2,102.0", "--at", AT, "--class", "medium")
    assert "Geometry possible for 1 of 2" in english.out
    assert "every direction (none declared)" in " ".join(english.out.split())  # whatever the width
    assert "A necessary condition" in english.out
    japanese = ask(sky, "--site", "28.2,102.0", "--at", AT, "--class", "medium", "--lang", "ja")
    assert "2 件中 1 件で幾何的に可能" in japanese.out
    assert "必要条件にすぎない" in japanese.out


def test_the_widest_class_counts_where_none_is_named(sky: Path) -> None:
    told = [json.loads(x) for x in ask(sky, "--site", "28.2,102.0", "--at", AT, "--json").out.splitlines()]
    assert {x["class"]["class_id"] for x in told} == {"large"}
    assert {x["verdict"] for x in told} == {"geometry possible"}


def test_everything_below_the_ceiling(sky: Path) -> None:
    words = ("--site", "28.2,102.0", "--at", AT, "--class", "medium", "--watch", "everything", "--json")
    done = hoshimori("ascent", "--from", sky / "sky", *words)
    assert [json.loads(x)["norad_id"] for x in done.out.splitlines()] == [LOW]


def test_a_sector_through_north(sky: Path) -> None:
    toward = ask(sky, "--site", "28.2,102.0", "--at", AT, "--class", "medium", "--azimuth", "330,30", "--hours", "0.15", "--json")
    assert "geometry possible" in toward.out
    negative = ask(sky, "--site", "28.2,102.0", "--at", AT, "--class", "medium", "--azimuth=-30,30", "--hours", "0.15", "--json")
    assert negative.out == toward.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--site", "95,102", "--at", AT), "not on the Earth"),
        (("--site", "28.2,400", "--at", AT), "not on the Earth"),
        (("--site", "28.2", "--at", AT), "two numbers"),
        (("--site", "nan,3", "--at", AT), "finite"),
        (("--site", "28.2,102.0", "--at", "2026-03-20T12:00:00"), "no time zone"),
        (("--site", "28.2,102.0", "--at", "2026-13-20T12:00:00Z"), "expected a time with its zone"),
        (("--site", "28.2,102.0"), "no launch"),
        (("--site", "28.2,102.0", "--at", AT, "--class", "mediun"), "did you mean 'medium'"),
        (("--site", "28.2,102.0", "--at", AT, "--azimuth", "10,370"), "two different azimuths"),
        (("--site", "28.2,102.0", "--at", AT, "--azimuth", "10"), "two numbers"),
        (("--site", "28.2,102.0", "--at", AT, "--sigma", "-1"), "expected seconds"),
        (("--site", "28.2,102.0", "--at", AT, "--hours", "0"), "above 0"),
    ],
)
def test_what_is_asked_wrongly(sky: Path, words: tuple[str, ...], said: str) -> None:
    done = ask(sky, *words)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("words", [("--azimuth", "best"), ("--azimuth", "find,toward"), ("--at", "optimal"), ("--at", "when?")])
def test_asking_which_way_or_when_is_refused(sky: Path, words: tuple[str, str]) -> None:
    given = {"--site": "28.2,102.0", "--at": AT, words[0]: words[1]}
    done = ask(sky, *(w for pair in given.items() for w in pair))
    assert done.code == 2
    assert "refused: this would be a solution for reaching a satellite" in done.err


def test_the_library_refuses_it_too(sky: Path) -> None:
    with pytest.raises(UsageError, match="refused"):
        library.ascent(sky / "sky", site=(28.2, 102.0), at=AT, azimuth_deg="best", watchlist=sky / "mine.toml")


def test_no_orbit_of_any_asset(sky: Path) -> None:
    done = hoshimori("ascent", "--from", sky / "sky", "--watch", "japan-comms", "--site", "28.2,102.0", "--at", AT)
    assert done.code == 3
    assert "none of the" in done.err


def test_an_empty_catalogue(home: Path) -> None:
    done = hoshimori("ascent", "--site", "28.2,102.0", "--at", AT, "--watch", "everything")
    assert done.code == 3


# --- files

LAUNCH = """
[[launch]]
id = "one"
lat_deg = 28.2
lon_deg_e = 102.0
t = 2026-03-20T21:00:00+09:00
sigma_s = 20
azimuth_deg = [330, 20]
class = "medium"
source = "a test"
grade = "F6"
data_mode = "EXERCISE"
"""


def test_a_file_of_launches(sky: Path) -> None:
    file = sky / "launch.toml"
    file.write_text(LAUNCH, encoding="utf-8")
    done = ask(sky, "--launch", file, "--json")
    told = [json.loads(x) for x in done.out.splitlines()]
    assert {x["launch"]["launch_id"] for x in told} == {"one"}
    assert {x["data_mode"] for x in told} == {"EXERCISE"}
    assert {x["launch"]["t"] for x in told} == {"2026-03-20T12:00:00.000000Z"}
    both = ask(sky, "--launch", file, "--site", "1,2")
    assert both.code == 2
    assert "give one of them" in both.err


def test_every_mistake_of_a_file_comes_back_together() -> None:
    wrong = LAUNCH.replace("28.2", "128.2").replace("+09:00", "").replace('"F6"', '"Z9"') + 'colour = "red"\n'
    with pytest.raises(UsageError) as error:
        launches(wrong, "mine.toml", classes())
    text = str(error.value)
    assert all(x in text for x in ("4 mistakes", "lat_deg", "with its zone", "Admiralty", "colour"))
    with pytest.raises(UsageError, match="one of sounding"):
        launches(LAUNCH.replace("medium", "huge"), "mine.toml", classes())
    with pytest.raises(UsageError, match="not valid TOML"):
        launches("[[launch", "mine.toml", classes())
    with pytest.raises(UsageError, match="no launches"):
        launches("", "mine.toml", classes())


def test_built_in_classes_and_sensors_say_who_says_so() -> None:
    assert all(c.source and c.grade for c in classes().values())
    assert all(s.site.source and s.site.grade for s in sensors_named("public"))
    assert {"kyogamisaki", "shariki"} <= {s.site.site_id for s in sensors_named("public")}
    lists = ROOT / "src/hoshimori/alliance/lists"
    text = (lists / "ascent-classes.toml").read_text(encoding="utf-8")
    assert classes_in(text, "again") == classes()
    with pytest.raises(UsageError, match="azimuths"):
        sensors((lists / "sensors.toml").read_text(encoding="utf-8").replace("[210, 330]", "[210]"), "mine.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        sensors_named("nowhere.toml")


def test_a_time_is_not_guessed() -> None:
    assert zoned("2026-03-20T21:00:00+09:00", "t") == T0
    with pytest.raises(UsageError, match="hours off"):
        zoned("2026-03-20 21:00", "t")


PLACES = "t,lat_deg,lon_deg_e,height_km,sigma_km\n"


def places(*rows: str) -> bytes:
    return (PLACES + "".join(f"{r}\n" for r in rows)).encode()


def test_both_kinds_of_track_tell_the_same_places() -> None:
    """A body straight above a site: range is its height, whatever the azimuth."""
    seen = f"{','.join(LOOKS)}\n"
    looks = "".join(f"2026-03-20T12:0{k}:00Z,35,139,0,{300 + k},77,90,0.1,0.1,0.1\n" for k in range(3))
    told = read_radar_track((seen + looks).encode(), "a.csv")
    same = read_radar_track(places(*(f"2026-03-20T21:0{k}:00+09:00,35,139,{300 + k},0.5" for k in range(3))), "b.csv")
    for a, b in zip(told, same, strict=True):
        assert a.t_utc == b.t_utc
        assert np.allclose(a.r_itrs_km, b.r_itrs_km, atol=1e-6)
    spread = np.linalg.eigvalsh(np.reshape(told[0].covariance_km2, (3, 3)))
    assert np.sqrt(spread.max()) == pytest.approx(300.0 * np.radians(0.1), rel=1e-6)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (places("2026-03-20T12:00:00,35,139,300,1"), "with its zone"),
        (places("2026-03-20T12:00:00Z,135,139,300,1"), "lat_deg"),
        (places("2026-03-20T12:00:00Z,35,139,300,0"), "sigma_km"),
        (places("2026-03-20T12:00:00Z,35,139,300,1"), "1 looks"),
        (places(*["2026-03-20T12:00:00Z,35,139,300,1"] * 3), "same time"),
        (b"a,b\n1,2\n", "expected t,lat_deg"),
        (b"", "columns none"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_track_that_is_wrong(content: bytes, said: str) -> None:
    with pytest.raises(FormatError) as error:
        read_radar_track(content, "track.csv")
    assert said in "\n".join([str(error.value), *map(str, error.value.problems)])


def test_a_track_alone_is_enough(sky: Path) -> None:
    """Looks at a body that flies freely: the answer tells its greatest height, and excludes the satellite above it."""
    g, v0, h0 = 398600.4418 / 6671.0**2, 1.0, 300.0
    rows = [
        f"2026-03-20T12:0{k // 60}:{k % 60:02d}Z,28.2,102.0,{h0 + v0 * k - 0.5 * g * k * k:.3f},1.0" for k in range(0, 60, 10)
    ]
    file = sky / "track.csv"
    file.write_bytes(places(*rows))
    done = ask(sky, "--track", file, "--json")
    assert done.code == 0, done.err
    told = [json.loads(x) for x in done.out.splitlines()]
    assert all(x["track"]["free_flight_fits"] for x in told)
    assert all(350.0 < x["track"]["apogee_km"] < 375.0 for x in told)
    assert {x["excluded_by"] for x in told} == {"too high"}
    assert {x["launch"]["launch_id"] for x in told} == {"track"}
    missing = ask(sky, "--track", sky / "none.csv")
    assert missing.code == 3
