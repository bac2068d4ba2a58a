"""Reports of links out of order on skies made for it: each dull cause wins, is possible, is rejected or cannot be told."""

from __future__ import annotations

import json
from dataclasses import replace
from math import radians
from typing import Any

import numpy as np
import pytest

from hoshimori.catalogue import MemoryView
from hoshimori.declared.reports import Report
from hoshimori.declared.sites import Site
from hoshimori.detect.interference import Interference, Settings, clusters
from hoshimori.exercise.arcs import Track
from hoshimori.exercise.slots import geo_arc
from hoshimori.facts import Asset, DataMode, ElementSets, Watchlist
from hoshimori.findings import Event
from hoshimori.ports import Detector
from hoshimori.sky import sun_outage
from tests.detect.skies import ASSET, OTHER, THIRD, at, daily, raised, sets_of, us
from tests.sky.test_sun_outage import standing

TOKYO = {"site": "Tokyo", "site_lat_deg": 35.6, "site_lon_deg_e": 139.7, "site_height_m": 40.0, "beam_deg": 0.6}
SLOT = 135.0
MINUTE = 1.0 / 1440.0
WATCHED = Watchlist("w", "", "", "", (Asset("a", ASSET, "", "", "", "", "", None, True, "", ""),))


def at_slot(number: int, longitude_deg: float = SLOT) -> Track:
    arc = geo_arc(us(0.0), longitude_deg, 0.0, e_vector=(1e-4, 0.0), i_vector=(radians(0.02), 0.0))
    return Track(number, str(number), "", ((us(-1000.0), arc),))


def report(day: float, minutes: float = 5.0, **more: Any) -> Report:
    """A lost lock at Tokyo, so many days after NOON of 2026-03-20 (skies.NOON)."""
    fixed: dict[str, Any] = {"norad_id": ASSET, "kind": "lost lock", "link": "down", **TOKYO, **more}
    start, stop = at(day), at(day + minutes * MINUTE)
    return Report(start_utc=start, stop_utc=stop, known_utc=stop, source="a test", grade="A1", **fixed)


def found(*reports: Report, sets: ElementSets | None = None, watch: tuple[int, ...] = (ASSET,), **settings: Any) -> list[Event]:
    sky = daily(at_slot(ASSET), -30.0, 20.0) if sets is None else sets
    start, stop = min(r.start_utc for r in reports), max(r.stop_utc for r in reports)
    day = np.timedelta64(1, "D")
    view = MemoryView(sky, start - day, stop + day, at(60.0), data_modes=tuple(DataMode))
    assets = tuple(Asset(str(n), n, "", str(n), "", "", "GEO", None, True, "", "") for n in watch)
    chosen = Settings(reports=tuple(r.to_json() for r in reports), **settings)
    return Interference(chosen).detect(view, Watchlist("w", "", "", "", assets))


def verdicts(event: Event) -> dict[str, str]:
    return {x.name: x.verdict for x in event.explanations}


def reason(event: Event, name: str) -> str:
    return next(x.reason.code for x in event.explanations if x.name == name)


def test_it_satisfies_the_socket_and_without_reports_finds_nothing() -> None:
    detector: Detector = Interference()
    view = MemoryView(daily(at_slot(ASSET)), at(-1.0), at(1.0), at(2.0))
    assert detector.detect(view, WATCHED) == []


def sun_passes() -> float:
    """When the Sun stands nearest to 135 deg E as Tokyo sees it, in days from NOON, of all noons of the three weeks before."""
    days = np.concatenate([np.arange(-9.0, -8.0, 0.01) / 24.0 - k for k in range(5, 22)])
    t = np.array([at(float(d)) for d in days])
    apart = sun_outage.separation_rad(standing(SLOT, t), t, report(0.0).site_itrs_km())
    return float(days[int(np.argmin(apart))])


def test_a_report_while_the_sun_stands_in_the_beam_is_explained_by_it() -> None:
    middle = sun_passes()
    (event,) = found(report(middle - MINUTE, 2.0, kind="carrier to noise", value=4.0, usual=12.0, unit="dB", sigma=0.5))
    assert event.label == "degraded carrier, explained by sun outage"
    assert event.normal
    assert verdicts(event)["sun outage"] == "wins"
    assert event.quantities["fall_db"].value == 8.0
    assert event.quantities["fall_db"].sigma == 0.5
    (longer,) = found(report(middle - MINUTE, 60.0))
    assert verdicts(longer)["sun outage"] == "possible"
    (later,) = found(report(middle + 0.1, 5.0))
    assert verdicts(later)["sun outage"] == "rejected"
    (uplink,) = found(report(middle - MINUTE, 2.0, link="up"))
    assert verdicts(uplink)["sun outage"] == "rejected"
    unplaced = replace(report(middle - MINUTE, 2.0), site_lat_deg=float("nan"), site_lon_deg_e=float("nan"))
    assert verdicts(found(unplaced)[0])["sun outage"] == "cannot tell"
    far = replace(unplaced, start_utc=at(0.5), stop_utc=at(0.51), known_utc=at(0.51))
    assert reason(found(far)[0], "sun outage") == "sun elsewhere from any place"


def test_eclipses_are_found_at_the_equinox_about_local_midnight() -> None:
    midnight = 3.0 / 24.0 + 0.0  # 15:00 UTC is midnight at 135 deg E
    (dark,) = found(report(midnight, 10.0))
    assert verdicts(dark)["eclipse"] == "possible"
    assert dark.quantities["eclipsed"].value == 1.0
    (edge,) = found(report(midnight + 46.0 * MINUTE, 2.0))
    assert reason(edge, "eclipse") == "near a shadow edge"
    (noon,) = found(report(0.6, 10.0))
    assert verdicts(noon)["eclipse"] == "rejected"


DAYS = tuple({"day": f"2026-03-{d}", "kp": [2.0] * 8} for d in (19, 20, 21, 22))


def test_storms_and_flares_are_told_from_quiet_days_and_from_no_data() -> None:
    r = report(0.3)
    assert reason(found(r)[0], "space weather") == "no space weather data"
    assert verdicts(found(r, space_weather=DAYS)[0])["space weather"] == "cannot tell"
    assert verdicts(found(r, space_weather=DAYS, flares=())[0])["space weather"] == "rejected"
    stormy = tuple({**d, "kp": [7.0] * 8} for d in DAYS)
    assert reason(found(r, space_weather=stormy)[0], "space weather") == "link storm"
    gap: tuple[dict[str, Any], ...] = tuple({**d, "kp": [None] * 8} for d in DAYS)
    assert reason(found(r, space_weather=gap)[0], "space weather") == "no space weather data"


def test_a_flare_counts_on_the_day_side_alone() -> None:
    def flare(day: float) -> tuple[dict[str, Any], ...]:
        t = [str(at(day + k * MINUTE)) + "Z" for k in (0, 5, 10)]
        return ({"class": "X1", "flux_w_m2": 1e-4, "start": t[0], "peak": t[1], "stop": t[2]},)

    noon, night = -9.0 / 24.0, 3.0 / 24.0  # 03:00 UTC and 15:00 UTC, noon and midnight in Tokyo
    by_day = found(report(noon), space_weather=DAYS, flares=flare(noon))[0]
    by_night = found(report(night), space_weather=DAYS, flares=flare(night))[0]
    assert reason(by_day, "space weather") == "flare"
    assert verdicts(by_night)["space weather"] == "rejected"
    small = tuple({**f, "flux_w_m2": 1e-6} for f in flare(noon))
    assert verdicts(found(report(noon), space_weather=DAYS, flares=small)[0])["space weather"] == "rejected"


def test_a_neighbour_in_the_beam_is_possible_if_it_came_and_no_explanation_if_it_always_stood_there() -> None:
    own = daily(at_slot(ASSET), -30.0, 20.0)
    far = daily(at_slot(OTHER, SLOT + 5.0), -30.0, 20.0)
    event = found(report(0.3), sets=ElementSets.concat([own, far]))[0]
    assert verdicts(event)["adjacent satellite"] == "rejected"
    near = daily(at_slot(OTHER, SLOT + 0.1), -30.0, 20.0)
    event = found(report(0.3), sets=ElementSets.concat([own, near]))[0]
    assert reason(event, "adjacent satellite") == "in the beam all along"
    assert verdicts(event)["adjacent satellite"] == "cannot tell"
    assert event.quantities["neighbour_deg"].value == pytest.approx(0.113, abs=0.01)  # nearer than from the Earth's middle
    drift = geo_arc(us(0.3), SLOT + 0.1, -1.5, e_vector=(1e-4, 0.0), i_vector=(radians(0.02), 0.0))
    passing = sets_of(Track(OTHER, "", "", ((us(-1000.0), drift),)), np.arange(-5.0, 5.0, 0.5))
    event = found(report(0.3), sets=ElementSets.concat([own, passing]))[0]
    assert reason(event, "adjacent satellite") == "newly in the beam"
    assert reason(found(report(0.3))[0], "adjacent satellite") == "nobody else known"


def test_an_own_burn_about_the_time_is_possible_and_a_quiet_record_rejects_it() -> None:
    sets = raised(ASSET, (0.0, 2.0))
    near = found(report(0.1), sets=sets, past_days=120.0)[0]
    assert verdicts(near)["own manoeuvre"] == "possible"
    far = found(report(-20.0), sets=sets, past_days=120.0)[0]
    assert verdicts(far)["own manoeuvre"] == "rejected"
    ends = sets.take(sets.epoch_utc < at(-19.9))
    assert verdicts(found(report(-20.0), sets=ends)[0])["own manoeuvre"] == "cannot tell"


def test_several_satellites_lost_at_one_station_are_the_station_and_one_lost_at_two_is_not() -> None:
    sky = ElementSets.concat([daily(at_slot(n, SLOT + k), -30.0, 20.0) for k, n in enumerate((ASSET, OTHER, THIRD))])
    others = [report(0.3, norad_id=n) for n in (OTHER, THIRD)]
    event = found(report(0.3), *others, sets=sky)[0]
    assert verdicts(event)["station fault"] == "wins"
    assert event.label == "lost lock, explained by station fault"
    assert event.quantities["others_lost_there"].value == 2.0
    osaka: dict[str, Any] = {"site": "Osaka", "site_lat_deg": 34.7, "site_lon_deg_e": 135.5}
    both = found(report(0.3), report(0.3, **osaka), *others, sets=sky)[0]
    assert verdicts(both)["station fault"] == "rejected"
    elsewhere = found(report(0.3), report(0.3, norad_id=OTHER, **osaka), sets=sky)[0]
    assert verdicts(elsewhere)["station fault"] == "cannot tell"
    another_day = found(report(0.3), report(2.3, norad_id=OTHER), sets=sky)[0]
    assert verdicts(another_day)["station fault"] == "cannot tell"


def test_troubles_at_one_hour_of_the_day_are_told_and_few_say_nothing() -> None:
    daily_at_noon = found(*(report(float(k)) for k in range(7)))
    assert {verdicts(e)["operating hours"] for e in daily_at_noon} == {"possible"}
    rng = np.random.default_rng(2)
    at_any = found(*(report(float(t)) for t in rng.uniform(-5.0, 15.0, 12)))
    assert {verdicts(e)["operating hours"] for e in at_any} == {"rejected"}
    assert verdicts(found(report(0.3))[0])["operating hours"] == "cannot tell"


def test_a_station_that_cannot_see_the_satellite_makes_the_report_doubtful() -> None:
    event = found(report(0.3, site="Brasilia", site_lat_deg=-15.8, site_lon_deg_e=-47.9))[0]
    assert verdicts(event)["wrong report"] == "possible"
    assert verdicts(found(report(0.3))[0])["wrong report"] == "rejected"


def test_an_old_orbit_and_no_orbit_are_not_the_same_as_no_cause() -> None:
    old = found(report(10.0), sets=daily(at_slot(ASSET), -30.0, 0.0))[0]
    assert verdicts(old)["stale set"] == "cannot tell"
    none = found(report(0.3, norad_id=OTHER), watch=(OTHER,))[0]
    assert none.label == "lost lock, no orbit to judge by"
    assert {verdicts(none)[k] for k in ("sun outage", "eclipse", "adjacent satellite", "own manoeuvre")} == {"cannot tell"}


def test_what_nothing_explains_is_called_unexplained_and_says_what_it_cannot_exclude() -> None:
    (event,) = found(report(0.6), space_weather=DAYS, flares=())
    assert event.label == "unexplained lost lock"
    assert not event.normal
    assert verdicts(event)["not measured here"] == "cannot tell"
    said = json.dumps(event.to_json())
    assert not [word for word in ("jam", "hostile", "attack", "intent", "enemy") if word in said]


def test_reports_that_follow_each_other_are_one_event() -> None:
    a, b, c = report(0.0), report(0.02), report(0.2)
    assert [len(x) for x in clusters([c, a, b], 1.0)] == [2, 1]
    assert [e.quantities["reports"].value for e in found(a, b, c)] == [2.0, 1.0]


def test_what_was_known_later_is_not_used() -> None:
    late = replace(report(0.0), known_utc=at(90.0))
    assert found(late, report(0.2))[0].quantities["reports"].value == 1.0


def test_reports_in_every_window_of_a_site_are_told_with_their_chance() -> None:
    sets = raised(ASSET)
    site = Site("s", "S", "S", "telescope", 35.0, 139.0, 0.0, "a test", "A1", min_elevation_deg=10.0)
    none = found(*(report(float(t)) for t in np.linspace(-8.0, 1.0, 12)), sets=sets, sites=(site.to_json(),))
    rows = none[0].evidence[0].parameters["windows"]
    assert [r["site"] for r in rows] == ["s"]
    assert 0.0 < rows[0]["p_at_least"] <= 1.0
    assert rows[0]["events"] == 12
    assert none[0].quantities["site_windows_p"].value == rows[0]["p_holm"]


def test_a_claim_is_run_again_from_its_evidence_alone() -> None:
    sky = ElementSets.concat([daily(at_slot(n, SLOT + k), -30.0, 20.0) for k, n in enumerate((ASSET, OTHER))])
    first = found(report(0.3), report(0.3, norad_id=OTHER), report(3.3), sets=sky, space_weather=DAYS, flares=(), areas=())[0]
    p = json.loads(json.dumps(first.evidence[0].parameters))
    held = np.isin(np.array(sky.digest_texts()), first.evidence[0].inputs)
    start, stop, as_of = (np.datetime64(p[k].rstrip("Z"), "us") for k in ("start", "stop", "as_of"))
    view = MemoryView(sky.take(held), start, stop, as_of, data_modes=tuple(DataMode))
    asset = Asset(p["asset"], ASSET, p["cospar_id"], "", "", "", "", None, True, "", "")
    again = Interference().with_settings(p["settings"]).detect(view, Watchlist("again", "", "", "", (asset,)))
    assert [(e.label, verdicts(e), e.quantities) for e in again if e.start_utc == first.start_utc] == [
        (first.label, verdicts(first), first.quantities)
    ]
