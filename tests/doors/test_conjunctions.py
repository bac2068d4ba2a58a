"""`conjunctions` as a person and a program use it, on a sky made so that two objects meet; and its part of the report."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import hoshimori as library
from hoshimori.detect.conjunction_record import detail
from hoshimori.doors import conjunction_table, conjunctions, options, report, tables
from hoshimori.doors.words import words
from hoshimori.facts import Asset, DataMode, ElementSets, Watchlist
from hoshimori.findings import Event
from hoshimori.formats import dump_omm, read
from hoshimori.ports import Progress, View, silent
from hoshimori.watch import sweep
from tests.command import Done, hoshimori

MODE = ("--mode", "EXERCISE")
T0 = np.datetime64("2026-05-30T00:00", "us")
HOUR = np.timedelta64(3_600_000_000, "us")
ONE, TWO = 799800001, 799800002
ABSENT = 799800009


def crossing(hours: int = 72) -> ElementSets:
    """Two round orbits of one size in two planes, both at their common node at the same moments: they meet there
    twice a revolution, apart by what the Earth's shape makes of two planes. A set of each every eight hours."""
    rows = []
    for k in range(0, hours, 8):
        t = T0 + k * HOUR
        since = float((t - T0) / np.timedelta64(1, "s"))
        rows += [(number, t, inc, (since * 14.4 / 86400.0 * 360.0) % 360.0) for number, inc in ((ONE, 50.0), (TWO, 130.0))]
    numbers, epochs, planes, anomalies = zip(*rows, strict=True)
    n, epoch = len(rows), np.array(epochs)
    return ElementSets.build(
        {
            "norad_id": numbers, "epoch_utc": epoch, "known_utc": epoch + 4 * HOUR, "inc_deg": planes,
            "mean_motion_rev_day": np.full(n, 14.4), "eccentricity": np.full(n, 1e-4), "raan_deg": np.full(n, 40.0),
            "argp_deg": np.zeros(n), "ma_deg": anomalies,
            "name": np.array([f"MEETING {x - 799800000}" for x in numbers], object),
        },
        data_mode=DataMode.EXERCISE,
    )  # fmt: skip


def watched(*numbers: int) -> Watchlist:
    assets = tuple(
        Asset(f"asset-{k}", k, "", f"MEETING {k - 799800000}", "", "", "LEO", None, True, "a test", "A1") for k in numbers
    )
    return Watchlist("meeting", "Meeting", "会合", "2026-05-30", assets)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def asked(tmp_path: Path, home: Path) -> tuple[str | Path, ...]:
    """The options that ask about the first of the two, and about one of which nothing is known."""
    place = tmp_path / "sky.csv"
    place.write_text(dump_omm(crossing(), kind="csv"), encoding="utf-8")
    seen = "\n".join(f"{t}Z" for t in crossing().known_utc)
    place.with_name("sky_first_seen.csv").write_text(f"first_seen_utc\n{seen}\n", encoding="ascii")
    listed = tmp_path / "mine.toml"
    rows = "".join(
        f'[[asset]]\nid = "asset-{k}"\nnorad_id = {k}\ncospar_id = "2026-00{k % 10}A"\nname = "MEETING"\norbit = "LEO"\n'
        'operator = "TEST"\nsource = "https://example.org/test"\ngrade = "A1"\n'
        for k in (ONE, ABSENT)
    )
    listed.write_text(f'id = "meeting"\ntitle = "Meeting"\nas_of = "2026-05-30"\n{rows}', encoding="utf-8")
    return ("--from", place, "--watch", listed, *MODE, "--days", "0.5")


@pytest.fixture
def met(asked: tuple[str | Path, ...]) -> conjunctions.Met:
    return conjunctions.meet([asked[1]], watchlist=watched(ONE), days=0.5, modes=[DataMode.EXERCISE])


def events(done: Done) -> list[Event]:
    return [Event.from_json(json.loads(line)) for line in done.out.splitlines()]


def test_each_meeting_is_told_with_its_sigma_its_risk_and_its_trend(asked: tuple[str | Path, ...]) -> None:
    done = hoshimori("conjunctions", *asked, "--json")
    assert done.code == 0
    found = events(done)
    assert 10 < len(found) <= 16  # twice a revolution of 100 minutes, in twelve hours
    for e in found:
        assert (e.kind, e.subject, e.others) == ("conjunction", str(ONE), (str(TWO),))
        assert (e.quantities["miss_km"].sigma or 0.0) > 0.0
        assert e.quantities["screening_probability"].value <= e.quantities["maximum_probability"].value
        told = detail(e)
        assert told is not None
        assert len(told.trend.views) > 4
    risks = [conjunctions.risk_of(e) for e in sorted(found, key=conjunctions.by_risk)]
    assert [e.event_id for e in found] == [e.event_id for e in sorted(found, key=conjunctions.by_risk)]
    assert risks == sorted(risks, reverse=True) or len({e.normal for e in found}) == 2


def test_of_everything_known_each_pair_is_told_once(asked: tuple[str | Path, ...]) -> None:
    one = events(hoshimori("conjunctions", *asked, "--json"))
    place = asked[1]
    every = events(hoshimori("conjunctions", "--from", place, "--watch", "everything", *MODE, "--days", "0.5", "--json"))
    assert {(e.subject, *e.others) for e in every} == {(str(ONE), str(TWO))}
    assert {e.start_utc for e in every} <= {e.start_utc for e in one}
    assert len({e.start_utc for e in every}) == len(every) > 5


def test_a_table_of_sizes_makes_the_radius(asked: tuple[str | Path, ...], tmp_path: Path) -> None:
    table = tmp_path / "sizes.csv"
    table.write_text(f"ObjectID,HBR,HBRSigma,HBRSource\n{ONE},3.0,0.0,SFK\n{TWO},4.0,0.0,SFK\n", encoding="utf-8")
    small = events(hoshimori("conjunctions", *asked, "--sizes", table, "--json"))
    assert {e.quantities["radius_m"].value for e in small} == {7.0}
    told = detail(small[0])
    assert told is not None
    assert [r[2] for r in told.radii] == ["measured", "measured"]


def test_a_message_among_the_files_outranks_what_is_computed(asked: tuple[str | Path, ...], tmp_path: Path) -> None:
    folder = tmp_path / "messages"
    own = events(hoshimori("conjunctions", *asked, "--cdm", folder, "--json"))
    one = sorted(folder.iterdir())[0]
    theirs = tmp_path / "operator.cdm"
    text = one.read_text(encoding="utf-8")
    theirs.write_text(re.sub(r"ORIGINATOR( *)= .*", r"ORIGINATOR\1= OPERATOR", text), encoding="utf-8")
    found = events(hoshimori("conjunctions", *asked, "--from", theirs, "--json"))
    (told,) = (e for e in found if e.label == "operator's message")
    assert len(found) == len(own)
    assert told.quantities["own_miss_km"].value == pytest.approx(told.quantities["miss_km"].value, abs=2e-3)
    assert "OPERATOR" in hoshimori("conjunctions", *asked, "--from", theirs, "--top", "0").out


def test_nothing_is_called_a_pc(asked: tuple[str | Path, ...]) -> None:
    done = hoshimori("conjunctions", *asked)
    assert "Screening" in done.out
    assert "an operator's own data are needed" in re.sub(r"\s+", " ", done.out)
    assert not re.search(r"\bPc\b", done.out)


def test_assets_without_an_orbit_are_named(asked: tuple[str | Path, ...]) -> None:
    assert f"nothing can be said: 1 ({ABSENT})" in hoshimori("conjunctions", *asked).err


def test_the_table_in_both_languages(asked: tuple[str | Path, ...]) -> None:
    english, japanese = (hoshimori("conjunctions", *asked, "--lang", lang).out for lang in ("en", "ja"))
    assert words("en")["exercise_note"] in english
    assert words("ja")["exercise_note"] in japanese
    assert "最接近距離" in japanese
    assert "MEETING 2" in english


@pytest.mark.parametrize(("alarm", "code"), [("any", options.FOUND), ("attention", None), ("sleepy", 2)])
def test_it_leaves_with_ten_where_what_was_named_is_found(alarm: str, code: int | None, asked: tuple[str | Path, ...]) -> None:
    urgent = any(not e.normal for e in events(hoshimori("conjunctions", *asked, "--json")))
    wanted = code if code is not None else options.FOUND if urgent else 0
    assert hoshimori("conjunctions", *asked, "--fail-on", alarm).code == wanted


def test_each_own_computation_becomes_a_message_that_can_be_read_again(asked: tuple[str | Path, ...], tmp_path: Path) -> None:
    done = hoshimori("conjunctions", *asked, "--cdm", tmp_path / "cdm", "--json")
    written = sorted((tmp_path / "cdm").glob("*.cdm"))
    assert len(written) == len(events(done)) > 10
    for place in written:
        message = read(place.read_bytes(), place.name)[0].conjunctions[0]
        assert [o.norad_id for o in message.objects] == [ONE, TWO]
        assert message.data_mode is DataMode.EXERCISE
    assert hoshimori("pc", *written[:2], "--json").code == 0


def test_the_library_gives_the_same_events(asked: tuple[str | Path, ...], met: conjunctions.Met) -> None:
    found = library.conjunctions(asked[1], watchlist=watched(ONE), days=0.5, modes=[DataMode.EXERCISE])
    assert [e.event_id for e in found] == [e.event_id for e in met.events]
    table = library.to_arrow(found)
    assert table["miss_km"].to_pylist() == [e.quantities["miss_km"].value for e in found]
    assert all(sigma > 0.0 for sigma in table["miss_km_sigma"].to_pylist())


@pytest.mark.parametrize(
    ("options_", "code", "said"),
    [
        (("--within", "0"), 2, "above 0 and up to 1000"),
        (("--days", "0"), 2, "above 0 and up to 366"),
        (("--days", "1", "--stop", "2026-06-03"), 2, "give one of them"),
        (("--start", "2026-06-03", "--stop", "2026-06-02"), 2, "ends before it begins"),
        (("--sizes", "none.csv"), 3, "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused(options_: tuple[str, ...], code: int, said: str, asked: tuple[str | Path, ...]) -> None:
    done = hoshimori("conjunctions", *asked[:-2], *options_)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_nobody_with_an_orbit_is_refused_and_not_called_quiet(asked: tuple[str | Path, ...]) -> None:
    done = hoshimori("conjunctions", "--from", asked[1], "--watch", "japan-comms", *MODE)
    assert done.code == 3
    assert "has an orbit or a message" in done.err


class Given:
    """A detector that gives what was found already."""

    name, version = "given", "1"

    def __init__(self, found: tuple[Event, ...]) -> None:
        self.found = found

    def with_settings(self, settings: Mapping[str, Any]) -> Given:
        return self

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        return list(self.found)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_report_shows_each_asset_its_conjunctions_with_both_pictures(lang: str, met: conjunctions.Met) -> None:
    swept = sweep(met.view, met.watchlist, using=[Given(met.events)])
    page = report.report(swept, [], tables.names_in(met.view, swept), {}, lang=lang)
    w = words(lang)
    assert w["what_conjunctions"] in page
    drawings = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.S)]
    labels = [d.get("aria-label", "") for d in drawings]
    assert sum(x.startswith(w["plane"]) for x in labels) == conjunction_table.PICTURES
    assert sum(x.startswith(w["miss trend"]) for x in labels) == conjunction_table.PICTURES
    rows = page.count(w["computed here"])
    assert rows == len(met.events)  # the table leaves none out
    assert "—</b>" not in page


def test_a_lasting_plane_turns_into_the_axes_of_the_drawing(met: conjunctions.Met) -> None:
    """Mirrored or turned, the miss keeps its length and its sigma along itself."""
    for e in met.events[:4]:
        told = detail(e)
        assert told is not None
        assert told.plane is not None
        seen = conjunction_table.seen(told.plane)
        assert seen.distance_km == pytest.approx(np.hypot(*told.plane.miss_km))
        assert np.linalg.eigvalsh(seen.covariance_km2) == pytest.approx(np.linalg.eigvalsh(np.array(told.plane.covariance_km2)))
        assert seen.miss_km[1] == pytest.approx(told.plane.miss_km[0])
