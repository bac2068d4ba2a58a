"""The hazard of a cloud: who is reached and who is not, planted meetings, sinking under three Suns, and what is not known."""

from __future__ import annotations

import json
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench.hazard.population import START, kozai_rev_day, random_planes
from hoshimori.detect.crossing import Settings, crossings
from hoshimori.detect.crossing_future import ballistic_m2_kg, followed_by, sinking
from hoshimori.detect.crossing_record import LEVELS, Hazard
from hoshimori.errors import DataError, UsageError
from hoshimori.facts import DataMode, ElementSets, Floats
from hoshimori.formats import read
from hoshimori.sky.atmosphere import steady

QUICK = Settings(window_days=1.0, days=(0.0, 1.0, 90.0, 730.0), flown=40)
LOW, AMID, GEO, GONE = 5001, 5002, 5003, 5004
GROUND_KM = 6378.137


def sinking_set(sets: ElementSets, b_m2_kg: float) -> ElementSets:
    """The same sets with the rate of mean motion that this B makes in the air of a middling Sun."""
    air = steady(f107=120.0, ap=10.0)
    trial = sets.having(ndot_rev_day2=np.full(len(sets), 1e-5))
    b, usual = ballistic_m2_kg(trial, air)
    assert not usual.any()
    return trial.having(ndot_rev_day2=1e-5 * b_m2_kg / b, bstar_per_er=np.full(len(sets), b_m2_kg / 12.741621))


def shell(n: int = 60, seed: int = 1) -> ElementSets:
    """Fragments 480 to 560 km up with planes all round, that sink within months."""
    rng = np.random.default_rng(seed)
    sets = random_planes(rng, GROUND_KM + rng.uniform(480.0, 560.0, n), rng.uniform(0.001, 0.004, n), np.full(n, 74.0), first=100)
    return sinking_set(sets, 0.1)


def assets() -> ElementSets:
    """One far below the cloud, one amid it, one in GEO."""
    sma = np.array([GROUND_KM + 380.0, GROUND_KM + 520.0, 42164.0])
    return random_planes(np.random.default_rng(8), sma, np.array([3e-4, 1e-3, 2e-4]), np.array([51.6, 97.5, 0.05]), first=LOW)


@cache
def hazard() -> Hazard:
    return crossings(shell(), assets(), (LOW, AMID, GEO, GONE), START, settings=QUICK)


def test_who_is_amid_is_reached_who_is_far_above_is_not_and_who_is_below_is_reached_later() -> None:
    low, amid, geo = (a.reach for a in hazard().assets)
    assert (amid.verdict, amid.from_days) == ("reaches", 0.0)
    assert amid.gap_km < 0.0 < amid.objects
    assert geo.verdict == "cannot reach"
    assert geo.gap_km == pytest.approx(42164.0 * (1 - 2e-4) - (GROUND_KM + 560.0), abs=80.0)
    assert math.isnan(geo.from_days)
    assert low.verdict == "cannot reach"
    assert 50.0 < low.gap_km < 130.0
    assert low.from_days == 90.0
    assert all(r.sigma_km >= 5.0 for r in (low, amid, geo))


def test_an_asset_without_an_orbit_is_named_and_nothing_is_said_of_it() -> None:
    assert hazard().without_orbit == (str(GONE),)
    assert [a.norad_id for a in hazard().assets] == [LOW, AMID, GEO]


def test_a_quiet_sun_keeps_fragments_up_longest() -> None:
    up = dict(zip(LEVELS, hazard().still_up, strict=True))
    assert up["quiet"][0] == up["active"][0] == 1.0
    assert up["quiet"][2] >= up["middle"][2] > up["active"][2]
    assert up["active"][3] == 0.0
    assert all(a >= b for row in up.values() for a, b in pairwise(row))


def test_without_fragments_there_is_no_flux_and_no_phase() -> None:
    amid = hazard().assets[1]
    assert amid.flux_per_km2_year[LEVELS.index("active")][3] == 0.0
    assert amid.flux_per_km2_year[1][0] > 0.0
    assert hazard().phases[0] == "shell"


def test_impacts_grow_with_area_and_time_and_a_steady_flux_gives_its_product() -> None:
    amid = hazard().assets[1]
    ten, twenty = amid.impacts(QUICK.days, 10.0), amid.impacts(QUICK.days, 20.0)
    assert np.allclose(np.array(twenty), 2.0 * np.array(ten))
    assert ten[0] == 0.0
    assert all(b >= a for a, b in pairwise(ten))
    flux = amid.flux_per_km2_year[1]
    assert ten[1] == pytest.approx(0.5 * (flux[0] + flux[1]) / 365.25 * 1e-5)


def test_the_expected_passages_are_flux_times_disc_times_time() -> None:
    amid = hazard().assets[1]
    flux = amid.flux_per_km2_year[1][0]  # of 40 flown fragments, each for one and a half
    assert amid.passages.expected == pytest.approx(flux * math.pi * 100.0 / 365.25, rel=0.3)


def test_few_other_objects_are_no_catalogue() -> None:
    assert all(math.isnan(a.background_per_km2_year) for a in hazard().assets)
    assert all(math.isnan(x) for a in hazard().assets for x in a.raises)


def test_a_catalogue_of_the_same_kind_of_orbits_is_passed_as_often_for_its_number() -> None:
    """1,500 others in the same shell: the 60 fragments add 60 / 1500 to them, but for chance."""
    rng = np.random.default_rng(4)
    others = random_planes(
        rng, GROUND_KM + rng.uniform(480.0, 560.0, 1500), rng.uniform(0.001, 0.004, 1500), np.full(1500, 74.0), first=20_000
    )
    found = crossings(
        shell(), ElementSets.concat([assets(), others]), (AMID,), START, settings=Settings(window_days=1.0, days=(0.0, 1.0))
    )
    assert found.background_objects == 1503
    assert found.assets[0].raises[0] == pytest.approx(60 / 1500, rel=0.25)


def test_what_is_docked_is_no_background() -> None:
    """A module in the very orbit of the asset changes nothing; one in another plane does."""
    rng = np.random.default_rng(4)
    others = random_planes(
        rng, GROUND_KM + rng.uniform(700.0, 900.0, 1000), np.full(1000, 1e-3), np.full(1000, 74.0), first=20_000
    )
    one = assets().take([1])
    docked = one.having(norad_id=np.array([9001]))
    crossing = docked.having(raan_deg=one.raan_deg + 90.0)
    chosen = Settings(window_days=1.0, days=(0.0, 1.0))
    base, same, more = (
        crossings(shell(), ElementSets.concat([one, others, *x]), (AMID,), START, settings=chosen)
        .assets[0]
        .background_per_km2_year
        for x in ([], [docked], [crossing])
    )
    assert base == same == 0.0
    assert more > 0.0


def planted(offset_km: Floats) -> ElementSets:
    """Polar circles whose planes cross over the pole, where all of them pass at one moment, each so much higher than 700 km."""
    n = len(offset_km)
    sma = GROUND_KM + 700.0 + offset_km
    ecc, inc = np.full(n, 1e-6), np.full(n, 90.0)
    columns = {
        "norad_id": np.arange(100, 100 + n), "epoch_utc": np.full(n, START), "eccentricity": ecc, "inc_deg": inc,
        "mean_motion_rev_day": kozai_rev_day(sma, ecc, inc), "raan_deg": np.linspace(30.0, 150.0, n),
        "argp_deg": np.zeros(n), "ma_deg": np.full(n, 60.0),
    }  # fmt: skip
    return ElementSets.build(columns)


def test_planted_meetings_are_found_with_their_distance_and_a_sigma() -> None:
    """The asset is the first of them with its plane at node 0; the first fragment meets it within metres over the pole."""
    every = planted(np.array([0.0, 0.0, 4.0, 300.0]))
    asset = every.take([0]).having(norad_id=np.array([AMID]), raan_deg=np.array([0.0]))
    found = crossings(every, asset, (AMID,), START, settings=Settings(window_days=0.03, days=(0.0,), within_km=10.0))
    passages = found.assets[0].passages
    by_number = {p.norad_id: p for p in passages.nearest}
    assert passages.objects == 3
    assert set(by_number) == {100, 101, 102}
    assert by_number[100].miss_km < 0.1
    assert by_number[102].miss_km == pytest.approx(4.0, abs=1.0)
    assert all(p.sigma_km > 0.01 for p in passages.nearest)
    first = [p.miss_km for p in passages.nearest]
    assert first == sorted(first)


def test_an_asset_whose_sets_are_too_old_has_no_passages_rather_than_none() -> None:
    later = START + np.timedelta64(60 * 86_400_000_000, "us")
    fresh = shell().having(epoch_utc=np.full(60, later))
    found = crossings(fresh, assets(), (AMID,), later, settings=Settings(window_days=1.0, days=(0.0,)))
    assert found.assets[0].passages.count is None
    assert found.assets[0].passages.expected > 0.0


def test_fragments_that_the_catalogue_holds_too_are_counted_once() -> None:
    both = ElementSets.concat([shell(), assets()])
    again = crossings(shell(), both, (LOW, AMID, GEO, GONE), START, settings=QUICK)
    assert again.to_json()["assets"] == hazard().to_json()["assets"]


def test_the_json_is_whole_and_says_what_is_assumed_and_what_is_a_model() -> None:
    told = json.loads(json.dumps(hazard().to_json(), allow_nan=False))
    assert told["schema"] == "hoshimori.hazard/1"
    assert (told["area_m2"], told["area_basis"], told["activity_basis"]) == (10.0, "assumed", "assumed")
    assert told["unseen"]["basis"] == "model"
    assert told["unseen"]["times_low"] == pytest.approx(10.0**1.6)
    assert {r["code"] for r in told["cannot_exclude"]} >= {"hazard unseen", "hazard moves", "hazard kept", "hazard activity"}
    assert len(told["assets"][0]["flux_per_km2_year"]["quiet"]) == len(told["days"])


def test_an_exercise_stays_an_exercise() -> None:
    cloud = shell().having(data_mode=np.full(60, DataMode.EXERCISE, np.uint8))
    chosen = Settings(window_days=0.1, days=(0.0,))
    assert crossings(cloud, assets(), (AMID,), START, settings=chosen).data_mode is DataMode.EXERCISE


def test_the_ballistic_coefficient_is_that_of_the_rate_and_an_unbelievable_one_is_the_cloud_s() -> None:
    cloud = shell()
    rate = cloud.ndot_rev_day2.copy()
    rate[7] = -rate[7]
    b, usual = ballistic_m2_kg(cloud.having(ndot_rev_day2=rate), steady(f107=120.0, ap=10.0))
    assert np.flatnonzero(usual).tolist() == [7]
    assert b == pytest.approx(np.full(60, 0.1), rel=1e-3)


def test_what_lies_above_all_air_does_not_sink() -> None:
    high = random_planes(np.random.default_rng(2), np.array([9000.0, 42164.0]), np.array([0.01, 0.001]), np.array([50.0, 1.0]))
    down = sinking(high, START, np.array([0.1, 0.1]), steady(f107=200.0, ap=20.0), np.array([0.0, 3650.0]), 10)
    assert np.array_equal(down.sma_km[:, 0], down.sma_km[:, 1])


def test_activity_is_as_given_and_then_steady() -> None:
    given = steady(f107=90.0, ap=5.0, day_utc="2022-01-01")
    air = followed_by(given, 200.0, 20.0, np.datetime64("2022-01-04T06:00:00", "us"))
    day = np.array(["2021-12-31", "2022-01-01", "2022-01-04", "2022-01-05", "2030-01-01"], "datetime64[us]")
    assert air.f107[air.rows(day)].tolist() == [90.0, 90.0, 90.0, 200.0, 200.0]


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(DataError, match="1 fragments"):
        crossings(shell().take([0]), assets(), (AMID,), START)
    with pytest.raises(UsageError, match="rising"):
        Settings(days=(1.0, 1.0))
    with pytest.raises(UsageError, match="area_m2"):
        Settings(area_m2=0.0)
    with pytest.raises(UsageError, match="within_km"):
        Settings(within_km=-1.0)


def test_a_cloud_of_five_with_nobody_watched_is_an_answer() -> None:
    found = crossings(shell(5), assets(), (), START, settings=Settings(days=(0.0, 30.0)))
    assert found.assets == ()
    assert found.fragments == 5


def test_the_real_fragments_of_cosmos_1408_pass_two_stations_about_as_often_as_their_flux_says(data: Path) -> None:
    place = data / "catalogue" / "3le_20220715.txt.gz"
    catalogue = ElementSets.concat([part.element_sets for part in read(place.read_bytes(), place.name)])
    cloud = catalogue.take(np.array([str(n) == "COSMOS 1408 DEB" for n in catalogue.name]))
    when = np.datetime64("2022-07-15T12:00:00", "us")
    watched = (25544, 48274, 20580, 43613, 29155)
    found = crossings(cloud, catalogue, watched, when, settings=Settings(days=(0.0, 7.0)))
    near = [a for a in found.assets if a.reach.verdict == "reaches"]
    assert {a.norad_id for a in found.assets if a.reach.verdict == "cannot reach"} == {29155}
    counted, expected = sum(a.passages.count or 0 for a in near), sum(a.passages.expected for a in near)
    assert expected > 10.0
    assert counted == pytest.approx(expected, abs=4.0 * math.sqrt(expected))
    assert found.phase.name in ("ring", "torus")
    assert all(0.0 < a.raises[0] < 2.0 for a in near)
