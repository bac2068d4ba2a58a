"""The corridor: which state an asset is given and why, an owner's ephemeris instead of public sets, plugins that break."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori import watch
from hoshimori.catalogue import Catalogue, MemoryView
from hoshimori.errors import NothingFound, UsageError
from hoshimori.facts import NOT_A_TIME, Asset, ElementSets, Ephemeris, KnownBasis, ObjectName, Watchlist
from hoshimori.findings import Event, Explanation, Quantity, Reason
from hoshimori.formats import dump_oem, dump_omm
from hoshimori.ports import Progress, View, silent
from hoshimori.sky import orbits
from tests.command import hoshimori
from tests.detect.skies import raised

NOW = np.datetime64("2026-05-30T12:00", "us")
DAY = np.timedelta64(1, "D")


ELEMENTS = {
    "mean_motion_rev_day": 1.00273791, "eccentricity": 2e-4, "inc_deg": 0.05, "raan_deg": 10.0, "argp_deg": 20.0, "ma_deg": 30.0,
}  # fmt: skip


def geo(*ids: int, age_days: float = 0.5) -> ElementSets:
    """One public-looking GEO set of each, `age_days` before NOW and known six hours later; all objects in one place."""
    epoch = NOW - np.timedelta64(round(age_days * 86400e6), "us")
    return ElementSets.build(
        {
            "norad_id": ids,
            "epoch_utc": [epoch for _ in ids],
            "known_utc": [min(epoch + np.timedelta64(6, "h"), NOW) for _ in ids],
            "name": [f"SAT {n}" for n in ids],
            **{k: np.full(len(ids), v) for k, v in ELEMENTS.items()},
        }
    )


def asset(number: int | None, *, cospar_id: str = "", public: bool = True) -> Asset:
    return Asset(f"a{number}", number, cospar_id, f"ASSET {number}", "", "", "GEO", 130.0, public, "", "")


def listed(*assets: Asset) -> Watchlist:
    return Watchlist("mine", "Mine", "", "2026-05-01", assets)


class Says:
    """A detector that says what it is told to."""

    name, version = "says", "1"

    def __init__(self, *events: Event) -> None:
        self.events = list(events)

    def with_settings(self, settings: Mapping[str, Any]) -> Says:
        return self

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        return self.events


def event(kind: str = "approach", other: str = "9", *, miss_km: float = 20.0, normal: bool = False, label: str = "past") -> Event:
    wins = (Explanation("identity swap", "wins", Reason("identity swap")),) if normal else ()
    return Event(kind, NOW - DAY, NOW - DAY, "1", (other,), label, normal, {"miss_km": Quantity(miss_km, "km", 1.0)}, (), wins)


def state_of(*sets: ElementSets, events: tuple[Event, ...] = (), one: Asset | None = None, **more: Any) -> Any:
    view = MemoryView(ElementSets.concat(sets), NOW - 7 * DAY, NOW + 3 * DAY, NOW, **more)
    return watch.sweep(view, listed(one or asset(1)), using=[Says(*events)]).states[0]


def codes(state: Any) -> list[str]:
    return [r.code for r in state.reasons]


def test_a_fresh_set_and_nothing_near_is_quiet() -> None:
    state = state_of(geo(1))
    assert (state.state, state.reasons, state.age_days) == ("quiet", (), pytest.approx(0.5))


def test_a_neighbour_that_is_usual_is_counted_and_raises_nothing() -> None:
    state = state_of(geo(1), events=(event("stay", normal=True, label="shared slot (parking)"),))
    assert state.state == "quiet"
    assert state.quantities["known_neighbours"].value == 1


def test_a_visitor_is_named_once_by_its_nearest_pass() -> None:
    state = state_of(geo(1), events=(event(miss_km=60.0), event(miss_km=20.0), event(other="8", miss_km=40.0)))
    assert state.state == "attention"
    assert [(r.values["other"], r.values["km"], r.values.get("passes")) for r in state.reasons] == [
        ("9", 20.0, 2),
        ("8", 40.0, None),
    ]
    assert len(state.event_ids) == 3


@pytest.mark.parametrize(("age_days", "expected"), [(4.9, "quiet"), (5.1, "stale"), (400.0, "stale"), (4000.0, "stale")])
def test_an_old_set_is_stale_and_never_quiet(age_days: float, expected: str) -> None:
    assert state_of(geo(1, age_days=age_days)).state == expected


def test_what_was_found_near_a_stale_asset_is_still_said() -> None:
    assert codes(state_of(geo(1, age_days=6.0), events=(event(),))) == ["newest set is old", "approach"]


def test_an_epoch_in_the_future_is_not_believed() -> None:
    sets = geo(1, age_days=-30.0).having(known_utc=np.array([NOW - DAY]))
    state = state_of(sets)
    assert (state.state, codes(state)) == ("stale", ["epoch ahead"])


def test_an_epoch_some_hours_ahead_is_usual() -> None:
    assert state_of(geo(1, age_days=-0.3).having(known_utc=np.array([NOW - DAY]))).state == "quiet"


def test_an_asset_without_a_set_is_not_observable_and_is_told_apart() -> None:
    unknown, secret = asset(77), asset(78, public=False)
    assert codes(state_of(geo(1), one=unknown)) == ["no element set held"]
    assert codes(state_of(geo(1), one=secret)) == ["not observable from open data"]
    assert {state_of(geo(1), one=x).state for x in (unknown, secret)} == {"not observable"}


def named(cospar_id: str, decay_date: str = "") -> ObjectName:
    return ObjectName(1, cospar_id, "X", "PAYLOAD", "JPN", "", decay_date, NOW - DAY, "celestrak")


def test_a_number_that_changed_its_owner_needs_attention() -> None:
    state = state_of(geo(1), one=asset(1, cospar_id="2010-001A"), names=[named("2010-001A"), named("2020-009B")])
    assert state.state == "attention"
    assert state.reasons[0].values == {"listed": "2010-001A", "found": "2020-009B"}


def test_an_asset_that_came_down_is_said_to_have() -> None:
    assert codes(state_of(geo(1), names=[named("", "2026-05-01")])) == ["decayed"]


def test_a_set_that_gives_no_orbit_needs_attention() -> None:
    assert codes(state_of(geo(1), events=(event("doubtful set", label="cannot be propagated", normal=True),))) == ["no orbit"]


def test_nothing_known_at_all_is_an_error_that_says_what_to_do() -> None:
    view = MemoryView(ElementSets.empty(), NOW - DAY, NOW, NOW)
    with pytest.raises(NothingFound, match="hoshimori ingest"):
        watch.sweep(view, listed(asset(1)), using=[Says()])


def test_a_sweep_in_which_everything_is_old_says_so_loudly() -> None:
    view = MemoryView(geo(1, 2, age_days=180.0), NOW - DAY, NOW, NOW)
    (advice,) = watch.sweep(view, listed(asset(1), asset(2), asset(3)), using=[Says()]).advice
    assert advice.code == "all stale"
    assert advice.values["days"] == pytest.approx(180.0)
    fresh = MemoryView(ElementSets.concat([geo(1, age_days=180.0), geo(2)]), NOW - DAY, NOW, NOW)
    assert watch.sweep(fresh, listed(asset(1), asset(2)), using=[Says()]).advice == ()


def test_a_detector_that_does_not_load_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = tmp_path / "sky_surprises-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: sky-surprises\nVersion: 1.0\n", encoding="ascii")
    (record / "entry_points.txt").write_text("[hoshimori.detectors]\nsurprise = surprises:Detector\n", encoding="ascii")
    (tmp_path / "surprises.py").write_text("import a_library_that_is_not_there\n", encoding="ascii")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match=r"surprise = surprises:Detector .* of sky-surprises does not load: ModuleNotFound"):
        watch.detectors()
    assert "sky-surprises" in hoshimori("doctor", "--home", tmp_path / "home").out


def an_oem(number: int | None, cospar_id: str, *, known: np.datetime64 = NOW - DAY) -> str:
    """What the owner of a secret satellite might write: 20 km from public neighbour 9, from five days ago to two days ahead."""
    s = geo(9)
    elements = (s.mean_motion_rev_day, s.eccentricity, s.inc_deg, s.raan_deg, s.argp_deg, s.ma_deg + 0.03, s.bstar_per_er)
    t = np.arange(NOW - 5 * DAY, NOW + 2 * DAY, np.timedelta64(10, "m")).astype("datetime64[us]")
    r, v, _ = orbits.pairs(orbits.prepare(s.epoch_utc, *elements), np.zeros(len(t), np.int64), t)
    states = Ephemeris(number, cospar_id, "SECRET", "TEME", "EARTH", t, r, v, t[0], t[-1], known_utc=known,
                       known_basis=KnownBasis.DECLARED)  # fmt: skip
    return dump_oem([states], kind="kvn")


SECRET = """
id = "secret"
title = "Secret"
as_of = 2026-05-01
[[asset]]
norad_id = 41940
cospar_id = "2017-005A"
name = "SECRET"
orbit = "GEO"
public_orbit = false
"""


@pytest.mark.parametrize(("number", "cospar_id"), [(41940, ""), (None, "2017-005A")], ids=["by number", "by designator"])
def test_the_owners_ephemeris_is_used_where_there_is_no_public_orbit(
    number: int | None, cospar_id: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.toml").write_text(SECRET, encoding="utf-8")
    (tmp_path / "public.json").write_text(dump_omm(geo(9), kind="json"), encoding="utf-8")
    hoshimori("ingest", tmp_path / "public.json")
    at: list[str | Path] = ["watch", tmp_path / "secret.toml", "--as-of", "2026-05-30T12:00Z"]
    blind = hoshimori(*at, "--json").json["states"][0]
    assert (blind["state"], blind["reasons"][0]["code"]) == ("not observable", "not observable from open data")

    (tmp_path / "owner.oem").write_text(an_oem(number, cospar_id), encoding="ascii")
    assert "1 ephemerides" in hoshimori("ingest", tmp_path / "owner.oem").out
    sweep = hoshimori(*at, "--json", "--out", tmp_path / "out").json
    (state,) = sweep["states"]
    assert state["state"] == "attention"
    assert state["quantities"]["ephemerides"]["value"] == 1
    assert state["age_days"] == 0.0
    stay = next(e for e in sweep["events"] if e["kind"] == "stay")
    assert stay["others"] == ["9"]
    assert stay["quantities"]["miss_km"]["value"] == pytest.approx(42164.0 * np.radians(0.03), abs=3.0)
    assert "age_days" not in stay["quantities"], "given states do not age"
    assert any(x.startswith("sha256:") for x in stay["evidence"][0]["inputs"])
    monkeypatch.setenv("COLUMNS", "140")
    assert "owner's" in hoshimori(*at).out
    checks = hoshimori("verify", tmp_path / "out" / "events.jsonl", "--json").json
    assert {c["verdict"] for c in checks} == {"same"}
    assert "no element set of 41940" in hoshimori("history", "41940", "--as-of", "2026-05-30T12:00Z").err


def test_an_ephemeris_made_later_was_not_known_then(home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text(SECRET, encoding="utf-8")
    Catalogue(home).append(geo(9), provider="test", location="made here")
    (tmp_path / "owner.oem").write_text(an_oem(41940, "", known=NOW + DAY), encoding="ascii")
    hoshimori("ingest", tmp_path / "owner.oem")
    at: list[str | Path] = ["watch", tmp_path / "secret.toml", "--json", "--as-of"]
    assert hoshimori(*at, "2026-05-30T12:00Z").json["states"][0]["state"] == "not observable"
    assert hoshimori(*at, "2026-05-31T12:30Z").json["states"][0]["state"] != "not observable"


def test_the_practice_intruder_is_found_beside_its_asset(practice: Any) -> None:
    by_number = {s.norad_id: s for s in practice.sweep.states}
    assert by_number[43633].state == "attention"
    assert by_number[38331].state == "stale"
    assert by_number[41940].state == "not observable"


@pytest.mark.data
def test_a_real_week_from_files_to_states(data: Path, home: Path, tmp_path: Path) -> None:
    at: list[str | Path] = [
        "watch",
        "japan-comms",
        "--from",
        data / "geo-week" / "geo.3le.gz",
        "--as-of",
        "data",
        "--out",
        tmp_path,
        "--json",
    ]
    sweep = hoshimori(*at).json
    assert sweep["data_modes"] == ["REAL"]
    states = {s["norad_id"]: s["state"] for s in sweep["states"]}
    assert states[41940] == "not observable"
    assert set(states.values()) <= {"quiet", "attention", "stale", "not observable"}
    assert sum(s == "quiet" for s in states.values()) > len(states) / 2, "most satellites have a dull week"
    late = hoshimori("watch", "japan-comms")
    assert "EVERYTHING HERE IS OLD" in late.out
    assert "--as-of data" in late.out.replace("\n", " ")
    checks = hoshimori("verify", tmp_path / "events.jsonl", "--json").json
    assert {c["verdict"] for c in checks} == {"same"}


KEPT = """
id = "kept"
title = "Kept"
as_of = 2026-03-01
[[asset]]
norad_id = 41000
name = "KEPT"
orbit = "LEO"
[[asset]]
norad_id = 42000
name = "MOVED"
orbit = "LEO"
"""


def test_routine_burns_stay_quiet_a_move_does_not_and_both_can_be_run_again(home: Path, tmp_path: Path) -> None:
    """From a file over the catalogue to states and events, and each claim re-run from its own evidence."""
    (tmp_path / "kept.toml").write_text(KEPT, encoding="utf-8")
    routine = [(day, 0.02) for day in np.arange(-100.0, 40.0, 20.0).tolist()]
    moved = [(day, 1.5) if day == 0.0 else (day, dv) for day, dv in routine]
    sets = ElementSets.concat([raised(41000, *routine), raised(42000, *moved)])
    (tmp_path / "sets.json").write_text(
        dump_omm(sets.having(known_utc=np.full(len(sets), NOT_A_TIME)), kind="json"), encoding="utf-8"
    )
    hoshimori("ingest", tmp_path / "sets.json")
    sweep = hoshimori("watch", tmp_path / "kept.toml", "--as-of", "2026-03-24T00:00Z", "--out", tmp_path / "out", "--json").json
    burns = {e["subject"]: e for e in sweep["events"] if e["kind"] == "manoeuvre"}
    assert {n: (e["label"], e["normal"]) for n, e in burns.items()} == {
        "41000": ("station-keeping", True),
        "42000": ("relocation", False),
    }
    states = {s["norad_id"]: s for s in sweep["states"]}
    assert "manoeuvre" not in [r["code"] for r in states[41000]["reasons"]]
    (why,) = [r for r in states[42000]["reasons"] if r["code"] == "manoeuvre"]
    assert states[42000]["state"] == "attention"
    assert (why["label"], why["dv_m_s"]) == ("relocation", pytest.approx(1.5, rel=0.05))
    assert why["when"][:10] == "2026-03-20"
    checks = hoshimori("verify", tmp_path / "out" / "events.jsonl", "--json").json
    assert len(checks) == len(sweep["events"])
    assert {c["verdict"] for c in checks} == {"same"}


def own_event(kind: str, label: str, quantities: dict[str, Quantity], *, normal: bool = False) -> Event:
    return Event(kind, NOW - DAY, NOW - DAY, "1", (), label, normal, quantities, ())


def test_a_burn_of_unknown_size_and_a_departure_are_put_in_words() -> None:
    burn = own_event("manoeuvre", "unusual", {"probability": Quantity(0.8, "1")})
    left = own_event("pattern", "left its slot", {"score": Quantity(0.9, "1")})
    both = own_event("manoeuvre", "inclination", {"probability": Quantity(1.0, "1"), "dv_in_track_m_s": Quantity(0.3, "m/s"),
                                                  "dv_cross_track_m_s": Quantity(0.4, "m/s")})  # fmt: skip
    state = state_of(geo(1), events=(burn, left, both))
    assert codes(state) == ["manoeuvre of unknown size", "departure", "manoeuvre"]
    assert state.reasons[1].values["score"] == 0.9
    assert state.reasons[2].values["dv_m_s"] == pytest.approx(0.5)
    usual = own_event("manoeuvre", "station-keeping", {"probability": Quantity(1.0, "1")}, normal=True)
    assert state_of(geo(1), events=(usual,)).state == "quiet"
