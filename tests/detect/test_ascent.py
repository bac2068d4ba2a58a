"""Declared ascents: the public record of 2007, laws, windows against skyfield, warning, and what must never come out."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from sgp4.api import WGS72, Satrec
from skyfield.api import EarthSatellite, load, wgs84

import hoshimori
from hoshimori.catalogue import MemoryView
from hoshimori.declared.launches import Launch
from hoshimori.detect import ascent as ascent_room
from hoshimori.detect import ascent_reach, ascent_warning
from hoshimori.detect.ascent import Ascent, Settings
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import Event
from hoshimori.ports import Detector
from hoshimori.sky import ballistic, ballistic_track, frames
from hoshimori.tracking.covariance import class_sigma_rtn_km
from tests.detect import ascents as made
from tests.detect.ascents import GEO, MINUTE, OLD, T0, TWIN, ask, launch, minutes, over, radar, settings, spot
from tests.truth import fengyun_2007 as record

Floats = npt.NDArray[np.float64]
BEFORE = record.EVENT_UTC - np.timedelta64(360, "s")


def sky_of_2007(distance_km: float) -> ElementSets:
    """The old satellite over a place along the published azimuth at the published time; its twin half a revolution away; and a
    geostationary satellite over the site's meridian."""
    low = {"inc_deg": record.INC_DEG, "height_km": (record.PERIGEE_KM + record.APOGEE_KM) / 2.0}
    place = spot(distance_km)
    return ElementSets.concat(
        [
            over(*place, record.EVENT_UTC, number=OLD, **low),
            over(*place, record.EVENT_UTC, number=TWIN, turn_deg=180.0, **low),
            over(0.0, record.SITE_LON_DEG_E, record.EVENT_UTC, inc_deg=0.05, height_km=35786.0, number=GEO),
        ]
    )


@pytest.mark.parametrize("distance_km", [100.0, 400.0, 700.0, 1000.0])
def test_11_january_2007_includes_the_old_satellite_and_excludes_what_physics_excludes(distance_km: float) -> None:
    """Wherever along the published azimuth it was; launch time an assumption, 6 minutes before, sigma 2 minutes."""
    found = ask(settings(launch(BEFORE, sigma_s=120.0)), sky_of_2007(distance_km), BEFORE)
    old = found[str(OLD)]
    assert old.label == "geometry possible"
    assert not old.normal
    assert old.start_utc <= record.EVENT_UTC <= old.stop_utc
    assert excluded_by(found, TWIN) in ("out of range", "not in time")
    assert excluded_by(found, GEO) == "too high"


def excluded_by(found: dict[str, Event], number: int) -> str:
    event = found[str(number)]
    assert event.label == "geometry not possible"
    return str(event.evidence[0].parameters["ascent"]["excluded_by"])


def test_a_declared_sector_keeps_the_old_satellite_and_one_that_looks_away_does_not() -> None:
    sky = sky_of_2007(700.0)
    north = ask(settings(launch(BEFORE, sigma_s=30.0, azimuth_deg=(330.0, 10.0))), sky, BEFORE)
    away = ask(settings(launch(BEFORE, sigma_s=30.0, azimuth_deg=(120.0, 200.0))), sky, BEFORE)
    assert north[str(OLD)].label == "geometry possible"
    assert not away[str(OLD)].start_utc <= record.EVENT_UTC <= away[str(OLD)].stop_utc


def test_a_control_pass_hours_later_is_not_possible() -> None:
    """Eleven hours on, the same orbit passes elsewhere or after everything has come down."""
    late = BEFORE - np.timedelta64(6, "h")
    found = ask(settings(launch(late, body="short"), window_s=1800.0), sky_of_2007(400.0), late)
    assert found[str(OLD)].label == "geometry not possible"


# --- laws


def crowd(count: int = 40, seed: int = 3) -> ElementSets:
    rng = np.random.default_rng(seed)
    return ElementSets.concat(
        [
            over(
                float(rng.uniform(-40.0, 60.0)),
                float(rng.uniform(60.0, 150.0)),
                T0 + np.timedelta64(int(rng.uniform(0, 1500)), "s"),
                inc_deg=float(rng.uniform(65.0, 110.0)),
                height_km=float(rng.uniform(350.0, 1500.0)),
                number=50_000 + k,
            )
            for k in range(count)
        ]
    )


def test_a_larger_class_never_excludes_more() -> None:
    sky = crowd()
    spans = [{k: minutes(e) for k, e in ask(settings(launch(body=c)), sky).items()} for c in ("short", "medium", "intermediate")]
    for small, large in pairwise(spans):
        assert all(small[k] <= large[k] for k in small)
    assert sum(spans[0].values()) < sum(spans[1].values()) < sum(spans[2].values())


def test_a_less_certain_time_never_excludes_more() -> None:
    sky = crowd()
    sharp, blurred = (ask(settings(launch(sigma_s=s)), sky) for s in (0.0, 60.0))
    assert all(minutes(sharp[k]) <= minutes(blurred[k]) for k in sharp)


def test_a_wider_sector_never_excludes_more_and_all_around_is_none() -> None:
    sky = crowd()
    narrow, wide, none = (
        {k: minutes(e) for k, e in ask(settings(launch(azimuth_deg=a)), sky).items()}
        for a in ((350.0, 40.0), (300.0, 100.0), None)
    )
    whole = {k: minutes(e) for k, e in ask(settings(launch(azimuth_deg=(0.0, 359.0))), sky).items()}
    assert all(narrow[k] <= wide[k] <= none[k] for k in narrow)
    assert sum(narrow.values()) < sum(wide.values()) < sum(none.values())
    assert whole == none


@pytest.mark.parametrize("seed", range(20))
def test_a_flown_body_is_always_inside(seed: int) -> None:
    """Bodies thrown over the turning Earth within class and sector, by scipy: at no moment does any condition exclude them."""
    rng = np.random.default_rng([11, seed])
    one = launch(azimuth_deg=(340.0, 60.0), body="medium")
    bound = ascent_reach.rising(one, 3.0, float(np.radians(15.0)))
    azimuth, tilt = np.radians(rng.uniform(-20.0, 60.0)), np.radians(rng.uniform(30.0, 89.9))
    fastest = ballistic.speed_to_height_km_s(bound.envelope.radius_km, one.body.ceiling_km) * rng.uniform(0.4, 1.0)
    up = bound.origin_km / np.linalg.norm(bound.origin_km)
    along = np.cos(azimuth) * bound.north + np.sin(azimuth) * bound.east
    v = fastest * (np.sin(tilt) * up + np.cos(tilt) * along) + bound.rotation_km_s * bound.east
    t = np.arange(60.0, 1500.0, 5.0)
    flown = solve_ivp(pull, (0.0, 1500.0), np.concatenate([bound.origin_km, v]), "DOP853", t, rtol=1e-10, atol=1e-9).y.T[:, :3]
    flown = flown[np.linalg.norm(flown, axis=1) > bound.envelope.radius_km]
    us = int(T0.astype(np.int64)) + np.rint(t[: len(flown)] * 1e6).astype(np.int64)
    height = ascent_reach._height_km(us, flown)
    nothing = np.full(len(flown), 0.0)
    # an impulse on the ground is sooner than any thrust: the class's limit on thrust is lifted for it
    sharp = bound._replace(envelope=bound.envelope._replace(acceleration_km_s2=1e3))
    room = ascent_reach.rooms(sharp, us, flown, height, nothing, nothing)
    assert (room.least() >= 0.0).all()


def pull(_t: float, y: Floats) -> Floats:
    return np.concatenate([y[3:], -398600.4418 * y[:3] / np.linalg.norm(y[:3]) ** 3])


def test_everything_finds_what_a_watchlist_of_all_finds() -> None:
    sky = crowd(60, seed=8)
    each = {k for k, e in ask(settings(launch()), sky).items() if e.label == "geometry possible"}
    whole = Ascent(settings(launch())).detect(
        made.view_of(sky, T0), dataclasses.replace(made.assets(), watchlist_id="everything")
    )
    assert {e.subject for e in whole} == each
    assert each


# --- windows against skyfield


def edges_by_skyfield(sets: ElementSets, row: int, one: Launch) -> list[float]:
    """Seconds after the launch at which the geometry begins and ends, by skyfield's geometry and scipy's integrals."""
    s, ts = sets.record(row), load.timescale(builtin=True)
    sat = Satrec()
    epoch = float((s.epoch_utc - np.datetime64("1949-12-31", "us")) / np.timedelta64(1, "us")) / 86400e6
    deg = np.pi / 180.0
    sat.sgp4init(
        WGS72, "i", s.norad_id, epoch, s.bstar_per_er, 0.0, 0.0, s.eccentricity, s.argp_deg * deg, s.inc_deg * deg,
        s.ma_deg * deg, s.mean_motion_rev_day / (1440.0 / (2.0 * np.pi)), s.raan_deg * deg,
    )  # fmt: skip
    body, ground = EarthSatellite.from_satrec(sat, ts), wgs84.latlon(one.lat_deg, one.lon_deg_e, one.height_m)
    start = ts.utc(2026, 3, 20, 12, 0, 0)
    place = ground.at(start)
    radius, turning = float(place.distance().km), float(np.linalg.norm(place.velocity.km_per_s))
    kind, mu = one.body, 398600.4418
    fastest = ballistic.SPEED_MARGIN * (np.sqrt(2.0 * mu * (1.0 / radius - 1.0 / (radius + kind.ceiling_km))) + turning)
    push = kind.acceleration_m_s2 / 1000.0

    def climb(t: float, r: Floats) -> Floats:
        return np.asarray(np.maximum(min(turning + push * t, fastest) ** 2 - 2.0 * mu * (1.0 / radius - 1.0 / r), 0.0) ** 0.5)

    up = solve_ivp(climb, (0.0, 3000.0), [radius], dense_output=True, max_step=1.0, rtol=1e-9).sol
    a = 1.0 / (2.0 / radius - fastest**2 / mu)
    age = np.array([float((T0 - s.epoch_utc) / np.timedelta64(1, "us")) / 86400e6])
    sigma = 3.0 * class_sigma_rtn_km(sets.mean_motion_rev_day[[row]], sets.eccentricity[[row]], age)[0]
    whole = float(np.sqrt((sigma**2).sum()))

    def room(t: float) -> float:
        at = body.at(ts.tt_jd(start.tt, t / 86400.0))
        r, r0 = at.position.km, place.position.km
        slack = float(
            np.hypot(sigma[0], sigma[1] * (r @ at.velocity.km_per_s) / np.linalg.norm(r) / np.linalg.norm(at.velocity.km_per_s))
        )
        low, chord = float(np.linalg.norm(r)) - slack, max(float(np.linalg.norm(r - r0)) - whole, 0.0)
        height = float(wgs84.height_of(at).km) - slack
        boosted = (fastest - turning) / push
        way = (
            turning * t + 0.5 * push * t * t
            if t < boosted
            else turning * boosted + 0.5 * push * boosted**2 + fastest * (t - boosted)
        )
        fall = 2.0 * np.pi - np.arccos(1.0 - low / a)
        begin = np.arccos(1.0 - radius / a)
        latest = kind.boost_s + np.sqrt(a**3 / mu) * (fall - np.sin(fall) - begin + np.sin(begin))
        climbed = float(up(t)[0]) - low
        reach = 4.0 * a - radius - low - max(chord - kind.boost_km, 0.0)
        return float(min(kind.ceiling_km + one.height_m / 1000.0 - height, reach, climbed, way - chord, latest - t))

    grid = np.arange(1.0, 2400.0, 5.0)
    value = np.array([room(float(t)) for t in grid])
    turns = np.flatnonzero(np.sign(value[1:]) != np.sign(value[:-1]))
    return [float(brentq(room, grid[k], grid[k + 1], xtol=1e-3)) for k in turns]


def test_windows_agree_with_skyfield_to_a_second() -> None:
    sky, one = crowd(12, seed=21), launch()
    detector = Ascent(settings(one))
    found = ascent_room._One(made.view_of(sky, T0), detector.settings, one)
    t0, compared = int(T0.astype(np.int64)), 0
    for asset, told in found.watched(made.assets(*np.unique(sky.norad_id).tolist()).assets):
        row = int(np.flatnonzero(sky.norad_id == asset.norad_id)[0])
        edges = edges_by_skyfield(sky, row, one)
        ours = sorted([*((told.possible.start_us - t0) * 1e-6), *((told.possible.stop_us - t0) * 1e-6)])
        assert len(ours) == len(edges)
        assert np.allclose(ours, edges, atol=1.0)
        compared += len(edges)
    assert compared >= 8


# --- sight and warning


def test_a_radar_beside_the_site_sees_at_once_and_one_beyond_the_earth_never() -> None:
    near, far = radar(28.5, 102.5, name="near"), radar(-28.0, -78.0, name="far")
    bound = ascent_reach.rising(launch(), 3.0, 0.26)
    assert ascent_warning.sighting(bound, launch(), near, None).earliest_s < 5.0
    assert ascent_warning.sighting(bound, launch(), far, None).earliest_s == np.inf


def test_warning_at_least_is_never_above_warning_at_most_and_grows_with_the_range() -> None:
    sky, one = (
        over(28.4, 102.2, T0 + 6 * MINUTE, inc_deg=98.0, height_km=500.0, number=60_001),
        launch(body="short", sigma_s=30.0),
    )
    shown = {}
    for reach in (800.0, 2000.0, 6000.0):
        event = ask(settings(one, sensors=[radar(29.5, 103.5, reach_km=reach)]), sky)["60001"]
        shown[reach] = (event.quantities["warning_least_s"].value, event.quantities["warning_most_s"].value)
    assert all(least <= most for least, most in shown.values())
    assert [x[0] for x in shown.values()] == sorted(x[0] for x in shown.values())
    assert shown[6000.0][0] > 0.0


def test_a_body_flown_to_an_asset_is_seen_between_the_bounds() -> None:
    """By construction: a body is flown first, the asset is put where it is; when does a radar really see it?"""
    one = launch(body="medium")
    bound = ascent_reach.rising(one, 3.0, 0.0)
    up = bound.origin_km / np.linalg.norm(bound.origin_km)
    v = 3.9 * (np.sin(1.2) * up + np.cos(1.2) * bound.north) + bound.rotation_km_s * bound.east
    t = np.arange(0.0, 420.0, 1.0)
    flown = solve_ivp(pull, (0.0, 420.0), np.concatenate([bound.origin_km, v]), "DOP853", t, rtol=1e-10, atol=1e-9).y.T[:, :3]
    us = int(T0.astype(np.int64)) + np.rint(t * 1e6).astype(np.int64)
    sensor = radar(30.0, 118.0)
    itrs = frames.teme_to_itrs(flown, np.zeros_like(flown), us.astype("datetime64[us]"))[0]
    seen = t[int(np.argmax(ascent_warning.in_sight(sensor, itrs, None)))]
    sight = ascent_warning.sighting(bound, one, sensor, None)
    told = ascent_warning.warning(bound, one, sight, None, us[-1:], flown[-1:], float(t[-1]))
    assert sight.earliest_s <= seen
    assert told.certain
    assert told.least_s <= t[-1] - seen


def test_ranges_for_a_cross_section_and_sectors_of_a_sensor_count() -> None:
    wide = radar(33.0, 110.0, rcs_m2=1.0)
    assert ascent_warning.range_km(wide, 1.0 / 16.0) == pytest.approx(2500.0)
    assert ascent_warning.range_km(wide, None) == 5000.0
    place = ascent_warning._places(wide.site.itrs_km(), np.radians(350.0), np.radians([3.0]), np.array([500.0])).reshape(-1, 3)
    through_north, south = (radar(33.0, 110.0, azimuth_deg=a) for a in ((340.0, 20.0), (90.0, 270.0)))
    assert ascent_warning.in_sight(through_north, place, None).all()
    assert not ascent_warning.in_sight(south, place, None).any()


def test_a_telescope_gives_no_warning_and_is_named() -> None:
    sky, one = sky_of_2007(400.0), launch(BEFORE)
    event = ask(settings(one, sensors=[radar(33.0, 110.0, name="dome", kind="telescope")]), sky, BEFORE)[str(OLD)]
    assert event.evidence[0].parameters["ascent"]["sensors_not_counted"] == ["dome"]
    assert "warning_most_s" not in event.quantities


def test_a_radar_that_came_later_gives_no_warning() -> None:
    sky, one = sky_of_2007(400.0), launch(BEFORE)
    early, late = (radar(33.0, 110.0, name=n, since=d) for n, d in (("early", "2006-06-01"), ("late", "2014-12-26")))
    detail = ask(settings(one, sensors=[early, late]), sky, BEFORE)[str(OLD)].evidence[0].parameters["ascent"]
    assert [s["sensor"] for s in detail["first_sight"]] == ["early"]
    assert detail["sensors_not_counted"] == ["late"]


def test_a_radar_without_a_known_range_promises_nothing() -> None:
    sky, one = sky_of_2007(400.0), launch(BEFORE)
    event = ask(settings(one, sensors=[radar(33.0, 110.0, reach_km=None)]), sky, BEFORE)[str(OLD)]
    assert event.quantities["warning_least_s"].value == 0.0
    assert event.quantities["warning_most_s"].value > 0.0


# --- a track


def tracked(apogee_km: float, sigma_km: float = 0.5, thrust: float = 0.0) -> Launch:
    one = launch(body="intermediate")
    bound = ascent_reach.rising(one, 3.0, 0.0)
    up = bound.origin_km / np.linalg.norm(bound.origin_km)
    speed = ballistic.speed_to_height_km_s(bound.envelope.radius_km, apogee_km)
    r, v = bound.origin_km, speed * up + 0.6 * bound.north
    rng = np.random.default_rng(4)
    looks = []
    for k in range(60):
        r, v = ballistic_track.fly(r, v * (1.0 + thrust), 4.0)
        if k > 15:
            t = T0 + np.timedelta64(4 * (k + 1), "s")
            looks.append(made.look(t, r + rng.normal(0.0, sigma_km, 3), sigma_km))
    return dataclasses.replace(one, looks=tuple(looks))


def test_a_track_narrows_to_its_apogee() -> None:
    """A low flight of a class that could come much higher: what is above its apogee is excluded for certain."""
    sky = ElementSets.concat(
        [over(28.4, 102.2, T0 + 6 * MINUTE, inc_deg=98.0, height_km=h, number=n) for h, n in ((520.0, 60_001), (1200.0, 60_002))]
    )
    bare = ask(settings(launch(body="intermediate")), sky)
    told = ask(settings(tracked(700.0)), sky)
    assert {e.label for e in bare.values()} == {"geometry possible"}
    assert told["60001"].label == "geometry possible"
    assert excluded_by(told, 60_002) == "too high"
    apogee = told["60002"].quantities["track_apogee_km"]
    assert apogee.sigma is not None
    assert abs(apogee.value - (700.0 + 6373.0 - 6371.0)) < 25.0


def test_a_track_under_thrust_narrows_nothing_and_says_so() -> None:
    sky = over(28.4, 102.2, T0 + 6 * MINUTE, inc_deg=98.0, height_km=1200.0, number=60_002)
    event = ask(settings(tracked(700.0, thrust=0.01)), sky)["60002"]
    assert event.label == "geometry possible"
    assert "still under thrust" in {x.name for x in event.explanations}


def test_a_track_alone_without_a_fit_cannot_tell() -> None:
    sky = over(28.4, 102.2, T0 + 6 * MINUTE, inc_deg=98.0, height_km=1200.0, number=60_002)
    alone = dataclasses.replace(tracked(700.0, thrust=0.01), site_known=False)
    assert ask(settings(alone), sky)["60002"].label == "cannot tell"


# --- the socket, evidence, and what must not come out


def test_it_is_a_detector_and_says_nothing_where_nothing_is_declared() -> None:
    detector: Detector = Ascent()
    assert detector.detect(made.view_of(crowd(3), T0), made.assets(50_000)) == []


def test_a_claim_comes_out_again_from_its_own_evidence() -> None:
    sky = sky_of_2007(400.0)
    first = ask(settings(launch(BEFORE, sigma_s=30.0), sensors=[radar(33.0, 110.0)]), sky, BEFORE)[str(OLD)]
    told = json.loads(json.dumps(first.to_json()))["evidence"][0]["parameters"]
    mine = sky.take(np.isin(sky.digest_texts(), first.evidence[0].inputs))
    start, stop, as_of = (np.datetime64(told[k].rstrip("Z"), "us") for k in ("start", "stop", "as_of"))
    again = Ascent().with_settings(told["settings"]).detect(MemoryView(mine, start, stop, as_of), made.assets(OLD))
    assert [e.label for e in again] == [first.label]
    assert again[0].quantities == first.quantities
    assert (again[0].start_utc, again[0].stop_utc) == (first.start_utc, first.stop_utc)


def test_an_asset_without_an_orbit_cannot_be_told() -> None:
    found = ask(settings(launch()), crowd(3), T0, 50_000, 77_777)
    assert found["77777"].label == "cannot tell"
    assert found["77777"].normal


def test_a_set_too_old_says_nothing() -> None:
    sky = over(28.4, 102.2, T0 - np.timedelta64(30, "D"), inc_deg=98.0, height_km=700.0, number=60_001)
    found = Ascent(settings(launch())).detect(
        MemoryView(sky, T0 - np.timedelta64(1, "h"), T0 + np.timedelta64(3, "h"), T0, lookback=np.timedelta64(60, "D")),
        made.assets(60_001),
    )
    assert [e.label for e in found] == ["cannot tell"]


def test_an_exercise_marks_what_it_touches() -> None:
    event = ask(settings(launch(data_mode=DataMode.EXERCISE)), crowd(1))["50000"]
    assert event.data_mode is DataMode.EXERCISE


def test_every_claim_says_what_it_cannot_exclude() -> None:
    for event in ask(settings(launch()), crowd(10)).values():
        assert {"possible", "cannot tell"} & {x.verdict for x in event.explanations}


FORBIDDEN = re.compile(
    r"lambert|intercept|impact|aim|kill|engage|target|azimuth_to|launch_(time|azimuth|window)|velocity|solution|steer|trajectory",
    re.IGNORECASE,
)


def names_in(module: Path) -> set[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    named = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    given = {a.arg for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) for a in n.args.args + n.args.kwonlyargs}
    fields = {n.target.id for n in ast.walk(tree) if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
    return named | given | fields


def test_no_call_asks_or_answers_how_to_reach_a_satellite() -> None:
    """Every name that a caller can reach, and every parameter of it, in all modules of this part."""
    source = Path(inspect.getfile(hoshimori)).parent
    modules = [
        *source.glob("*/*ascent*.py"),
        *source.glob("sky/ballistic*.py"),
        source / "sky/radar.py",
        source / "declared/launches.py",
    ]
    assert len(modules) >= 12
    allowed = {"refuse_solution"}
    bad = {(m.name, n) for m in modules for n in names_in(m) if FORBIDDEN.search(n) and n not in allowed}
    assert bad == set()


def keys_of(value: object) -> set[str]:
    if isinstance(value, dict):
        return {str(k) for k in value} | {k for v in value.values() for k in keys_of(v)}
    return {k for v in value for k in keys_of(v)} if isinstance(value, list) else set()


def test_the_json_holds_no_direction_no_speed_and_no_time_finer_than_a_minute() -> None:
    for event in ask(settings(launch(sigma_s=7.0), sensors=[radar(33.0, 110.0)]), crowd(20)).values():
        told = json.loads(json.dumps(event.to_json()))
        detail = told["evidence"][0]["parameters"]["ascent"]
        assert {
            k for k in keys_of(detail) | set(told["quantities"]) if FORBIDDEN.search(k) or "azimuth" in k or "speed" in k
        } == set()
        assert all(x[end].endswith(":00.000000Z") for x in detail["intervals"] for end in ("start", "stop"))
        if event.label == "geometry possible":
            assert told["start"].endswith(":00.000000Z")
        assert "missed" not in json.dumps(told)


def test_settings_are_json_and_come_back() -> None:
    given = settings(launch(azimuth_deg=(350.0, 20.0)), sensors=[radar(33.0, 110.0)])
    told = json.loads(json.dumps(dataclasses.asdict(given)))
    assert Ascent().with_settings(told).settings == Settings(
        **{**dataclasses.asdict(given), "launches": tuple(told["launches"]), "sensors": tuple(told["sensors"])}
    )
