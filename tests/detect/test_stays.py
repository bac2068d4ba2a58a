"""Stays against chance, on skies where who came how is known by construction: a tour like that of Luch, and dull neighbours."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from math import pi, radians
from pathlib import Path

import numpy as np
import pytest

from hoshimori.catalogue import Catalogue, MemoryView
from hoshimori.detect.burns import Told, Untold
from hoshimori.detect.encounter import Encounter
from hoshimori.detect.stays import Stay, stays
from hoshimori.detect.unusual import KNOWN_SHARE, NAMES
from hoshimori.exercise.arcs import Arc, Track, beside, burnt
from hoshimori.facts import Received, Watchlist
from hoshimori.findings import Reason, iso
from hoshimori.formats.tle_text import dump_tle
from hoshimori.sky import frames
from hoshimori.verify import verify
from tests.detect.skies import (
    ASSET,
    GEO_KM,
    LOW,
    OTHER,
    RING,
    THIRD,
    asset,
    at,
    burn,
    daily,
    east,
    seen,
    sets_of,
    sky,
    touring,
    track,
    us,
    watching,
)

DEG_KM = GEO_KM * pi / 180.0
STILL = beside(RING, radians(75.1 - 311.97), (0.0, 0.0), (0.0, radians(0.3)))
"""Beside the stable point of the ring, where nothing need be kept for weeks; tilted, so that it never meets the equator."""
SISTER_DEG = 4.0
HOST = track(ASSET, STILL)
TOUR, BURNT = touring(
    OTHER,
    HOST,
    (-3.0 * DEG_KM, -60.0),
    (SISTER_DEG * DEG_KM + 9.0, -38.0),
    (20.0, -25.0),
    (-2.0 * DEG_KM, -14.0),
    (8.0, -4.0),
    travel_days=4.0,
)
"""Stops like those of Luch in 2015: an empty slot, beside a sister of the asset, beside the asset, away, and back again."""

NEARER = track(THIRD, beside(TOUR.mean_at(us(0.0)), 6.0 / GEO_KM, (0.0, 0.0), (0.0, 0.0)))
"""Always there, and nearer to where the tour ends than the asset is."""


def one_asset(*slots_deg: float, owner: str = "Owner") -> Watchlist:
    """The asset of `HOST` and sisters at these degrees east of it, all of one owner."""
    here = longitude_of(HOST)
    sisters = tuple(
        replace(asset(None, f"sister {k}"), operator=owner, longitude_deg_e=(here + x) % 360.0, public_orbit=False, cospar_id="-")
        for k, x in enumerate(slots_deg)
    )
    return replace(watching(ASSET), assets=(replace(asset(ASSET), operator=owner, longitude_deg_e=here), *sisters))


def longitude_of(one: Track) -> float:
    t = np.array([at(x) for x in np.arange(0.0, 1.0, 0.125)])
    return float(np.mean(frames.longitude_deg(one.states(t)[0], t)) % 360.0)


def between(visitor: Track, *others: Track, first: float = -90.0) -> MemoryView:
    """The host, the visitor and others, two sets a day, over the last week of what is known."""
    return seen(sky(daily(HOST, first), daily(visitor, first), *(daily(o, first) for o in others)), start=-7.0)


@cache
def toured() -> Stay:
    burns = [burn(OTHER, day) for day in BURNT]
    (stay,) = stays(between(TOUR), one_asset(SISTER_DEG), burns_of=lambda number: burns if number == OTHER else [])
    return stay


def chances(stay: Stay) -> dict[str, float | None]:
    return {m.name: m.chance for m in stay.measures}


def whys(stay: Stay) -> dict[str, Reason]:
    return {m.name: m.why for m in stay.measures}


def test_a_visitor_that_tours_an_owner_is_unusual() -> None:
    stay = toured()
    assert (stay.subject, stay.other, stay.normal) == (str(ASSET), str(OTHER), False)
    assert abs(stay.start_utc - at(-4.3)) < np.timedelta64(24, "h")
    assert stay.min_range_km < 30.0
    assert stay.unusual > 0.9


def test_every_measure_is_there_with_its_null() -> None:
    stay = toured()
    assert sorted(m.name for m in stay.measures) == sorted(NAMES)
    for m in stay.measures:
        assert (m.value is None) == (m.chance is None) == (m.observed is None) == (m.null is None)
        assert m.chance is None or 0.0 <= m.chance <= 1.0
        assert m.observed is None or m.null is None or m.observed.unit == m.null.unit


def test_it_came_by_burns_and_had_stopped_beside_a_sister_and_here() -> None:
    measures = {m.name: m for m in toured().measures}
    burns, visits = measures["arrival burns"], measures["repeat visits"]
    assert burns.observed is not None
    assert burns.observed.value == sum(1 for day in BURNT if -18.5 < day < -1.5)
    assert (visits.why.values["hits"], visits.why.values["stops"]) == (2.0, 4.0)
    assert visits.chance is not None
    assert visits.chance < 0.1


def test_what_is_not_known_never_makes_it_more_unusual() -> None:
    silence = Told((), (Untold(OTHER, Reason("too few sets", {"sets": 3.0})),))
    silent = Encounter(told_of=lambda _number, _sets: silence).detect(between(TOUR), one_asset(SISTER_DEG))
    silent_on_burns = [Stay.of(e) for e in silent if e.kind == "stay"]
    (of_no_owner,) = stays(between(TOUR), one_asset(owner=""), burns_of=lambda _: [burn(OTHER, day) for day in BURNT])
    assert [s.unusual < toured().unusual for s in [*silent_on_burns, of_no_owner]] == [True, True]
    assert chances(silent_on_burns[0])["arrival burns"] is None


@pytest.mark.parametrize("days", [None, (-20.0, -2.0), (-60.0, -40.0)], ids=["whole record", "the way here", "long ago"])
def test_a_record_of_which_nothing_can_be_said_says_nothing(days: tuple[float, float] | None) -> None:
    why = Reason("too few sets", {"sets": 3.0})
    spell = {} if days is None else {"start_utc": at(days[0]), "stop_utc": at(days[1])}
    told = Told((), (Untold(OTHER, why, **spell),))
    view = between(TOUR)
    (event,) = [e for e in Encounter(told_of=lambda _number, _sets: told).detect(view, one_asset()) if e.kind == "stay"]
    known = days is not None and days[1] < -30.0
    assert chances(Stay.of(event))["arrival burns"] == (1.0 if known else None)
    assert whys(Stay.of(event))["arrival burns"].code == ("arrival burns" if known else why.code)


def test_routine_burns_and_unlikely_ones_are_not_counted() -> None:
    dull = [burn(OTHER, day, routine=True) for day in BURNT[:6]] + [burn(OTHER, day, probability=0.3) for day in BURNT[6:]]
    (stay,) = stays(between(TOUR), one_asset(SISTER_DEG), burns_of=lambda _: dull)
    assert chances(stay)["arrival burns"] == 1.0
    assert whys(stay)["burn in a gap"].code == "no burn on arrival"


def test_a_visitor_that_always_moves_is_less_unusual_for_moving() -> None:
    restless = [burn(OTHER, day) for day in np.arange(-59.0, -3.0, 3.0)]
    (stay,) = stays(between(TOUR), one_asset(SISTER_DEG), burns_of=lambda _: restless)
    calm, restless_chance = chances(toured())["arrival burns"], chances(stay)["arrival burns"]
    assert calm is not None
    assert restless_chance is not None
    assert restless_chance > 0.05 > calm


def test_a_burn_hidden_between_sets_is_seen_to_be() -> None:
    days = [*np.arange(-90.0, -5.0, 0.5), *np.arange(-2.0, 0.1, 0.5)]
    view = seen(sky(daily(HOST, -90.0), sets_of(TOUR, days)), start=-7.0)
    (stay,) = stays(view, one_asset(), burns_of=lambda _: [burn(OTHER, -3.75, gap_days=3.5)])
    why, p = whys(stay)["burn in a gap"], chances(stay)["burn in a gap"]
    assert why.values == {"gap_hours": 84.0, "usual_hours": 12.0}
    assert p == pytest.approx(3.5 / 90.0)


def test_a_known_neighbour_stays_low_whatever_its_motion_says() -> None:
    neighbour = track(OTHER, east(12.0, de=(2e-4, 0.0), di=(2e-4, 0.0), of=STILL))
    (stay,) = stays(between(neighbour, first=-40.0), one_asset())
    assert stay.normal
    assert stay.unusual <= KNOWN_SHARE
    assert chances(stay)["time near"] is not None
    assert whys(stay)["arrival burns"].code == "usual here"


def test_the_nearest_neighbour_of_the_visitor_is_named() -> None:
    """Athena-Fidus, 2017: the visitor had stopped beside another satellite, and passed near the one that complained."""
    lone = toured()
    burns = [burn(OTHER, day) for day in BURNT]
    here = stays(between(TOUR, NEARER), one_asset(SISTER_DEG), burns_of=lambda number: burns if number == OTHER else [])
    crowded = next(s for s in here if s.other == str(OTHER))
    assert lone.nearer is None
    assert lone.event.quantities["nearness_rank"].value == 1.0
    assert crowded.event.quantities["nearness_rank"].value == 2.0
    assert crowded.nearer is not None
    assert crowded.nearer.values["other"] == str(THIRD)
    assert float(crowded.nearer.values["km"]) < float(crowded.nearer.values["own_km"])
    assert crowded.unusual < lone.unusual


def test_two_visitors_that_keep_together_are_seen_to() -> None:
    burns = {n: [burn(n, day) for day in BURNT] for n in (OTHER, THIRD)}
    pair = [(since, Arc(arc.epoch_us, beside(arc.mean, 3.0 / GEO_KM, (0.0, 0.0), (0.0, 0.0)))) for since, arc in TOUR.pieces]
    second = Track(THIRD, "", "", tuple(pair))
    found = stays(between(TOUR, second), one_asset(SISTER_DEG), burns_of=lambda number: burns[number])
    assert [s.other for s in found] == [str(OTHER), str(THIRD)]
    for stay, partner in zip(found, (THIRD, OTHER), strict=True):
        why, p = whys(stay)["formation"], chances(stay)["formation"]
        assert why.values["other"] == str(partner)
        assert p is not None
        assert p < 0.08
        assert why.values["km"] == pytest.approx(4.0, abs=3.0)


def test_a_stay_that_is_only_predicted_is_not_measured() -> None:
    view = seen(sky(daily(HOST, -60.0, -5.5), daily(TOUR, -60.0, -5.5)), start=-7.0, as_of=-5.0)
    late = stays(view, one_asset(SISTER_DEG))
    assert all(s.start_utc > view.as_of_utc for s in late)
    assert all(whys(s)["time near"].code == "not yet" and s.unusual == 0.0 for s in late)


def test_a_visitor_in_low_orbit_that_settles_in_the_same_plane() -> None:
    """It comes from a lower orbit, stops 4 km ahead and stays for a day: the planes agree, the heights too, no phase is lost."""
    low = track(ASSET, LOW)
    ahead = Arc(us(0.0), replace(LOW, ma=LOW.ma + 4.0 / LOW.sma_km))
    before = Arc(us(-1.0), burnt(ahead.mean_at(us(-1.0)), -3.0))
    visitor = Track(OTHER, "", "", ((us(-1000.0), before), (us(-1.0), ahead)))
    burns = [burn(OTHER, -1.0, gap_days=0.2)]
    view = seen(sky(daily(low, -10.0, every=0.2), daily(visitor, -10.0, every=0.2)), start=-3.0)
    (stay,) = stays(view, watching(ASSET), burns_of=lambda _: burns)
    assert abs(stay.start_utc - at(-1.0)) < np.timedelta64(3, "h")
    assert (chances(stay)["time near"] or 1.0) < 1e-3
    assert (chances(stay)["arrival burns"] or 1.0) < 0.1
    assert whys(stay)["repeat visits"].code == "only near the ring"
    assert abs(stay.event.quantities["da_km"].value) < 0.1
    assert abs(stay.event.quantities["phase_rate_deg_day"].value) < 0.1
    plane = next(m for m in stay.measures if m.name == "plane match")
    assert plane.observed is not None
    assert plane.observed.value < 0.01
    assert stay.unusual > 0.9


def test_one_line_says_it_all() -> None:
    said = json.loads(json.dumps(toured().to_json(), allow_nan=False))
    wanted = {"subject", "other", "start_utc", "stop_utc", "min_range_km", "sigma_km", "shape", "unusual", "measures"}
    assert wanted <= said.keys()
    assert [m["name"] for m in said["measures"]] == [m.name for m in toured().measures]
    assert said["start_utc"] == iso(toured().start_utc)


def test_a_stranger_gets_the_same_from_the_evidence_alone(tmp_path: Path) -> None:
    """Sister slots, the record of the visitor and whoever is nearer: all of it is in the evidence."""
    sets = sky(daily(HOST, -90.0), daily(TOUR, -90.0), daily(NEARER, -90.0))
    catalogue = Catalogue(tmp_path)
    arrived = Received("tour.tle", dump_tle(sets, lines=2).encode(), at(2.0), "folder")
    catalogue.ingest([arrived])
    view = catalogue.view(at(-7.0), at(0.0), at(1.0))
    found = [s.event for s in stays(view, one_asset(SISTER_DEG))]
    assert {e.others for e in found} == {(str(OTHER),), (str(THIRD),)}
    for check in verify([e.to_json() for e in found], catalogue):
        assert [f for f in check.fields if f.verdict != "same"] == []
    judged = next(Stay.of(e) for e in found if e.others == (str(OTHER),))
    assert chances(judged)["repeat visits"] is not None
    assert float(whys(judged)["arrival burns"].values["burns"]) >= 2.0  # as its own sets show them
    assert judged.event.quantities["nearness_rank"].value == 2.0
