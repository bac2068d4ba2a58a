"""What the detector says of skies whose truth is known by construction."""

from __future__ import annotations

from dataclasses import replace
from math import pi, radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.exercise.arcs import Mean
from hoshimori.facts import DataMode, ElementSets, Ephemeris, Watchlist
from tests.detect.skies import (
    ASSET,
    GEO_KM,
    LOW,
    OTHER,
    RING,
    THIRD,
    asset,
    at,
    daily,
    east,
    events,
    of_kind,
    seen,
    sets_of,
    sky,
    track,
    us,
    verdicts,
    watching,
)

DRIFT_1_DEG_DAY = Mean(RING.n_rad_min * (1.0 - 1.0 / 360.0), RING.ecc, RING.inc, RING.raan, RING.argp, RING.ma)


def test_a_neighbour_that_was_always_there_is_normal_and_parks_where_it_was_put() -> None:
    found = events(seen(sky(daily(track(ASSET, RING)), daily(track(OTHER, east(50.0))))))
    (stay,) = found
    assert (stay.kind, stay.normal, stay.label) == ("stay", True, "shared slot (parking)")
    assert abs(stay.quantities["in_track_mean_km"].value - 50.0) < 2.0
    assert verdicts(stay)["known neighbour"] == "wins"


def test_an_arrival_is_an_alarm_and_begins_when_it_arrived() -> None:
    """On the far side of the ring until day -3, then 40 km away."""
    asset_track = track(ASSET, RING)
    parked = east(40.0, of=asset_track.mean_at(us(-3.0)))
    visitor = track(OTHER, east(-GEO_KM * pi), (-3.0, parked))
    (stay,) = of_kind(events(seen(sky(daily(asset_track), daily(visitor)))), "stay")
    assert not stay.normal
    assert verdicts(stay)["known neighbour"] == "rejected"
    assert abs((stay.start_utc - at(-3.0)) / np.timedelta64(1, "h")) < 26.0  # the break lies between two sets; then a revolution


def test_an_arrival_before_the_window_but_inside_the_record_is_still_an_alarm() -> None:
    """The view alone holds one older set of each object; the history shows that the neighbour came nine days ago."""
    asset_track = track(ASSET, RING)
    visitor = track(OTHER, east(-GEO_KM * pi), (-9.0, east(40.0, of=asset_track.mean_at(us(-9.0)))))
    found = events(seen(sky(daily(asset_track, -25.0), daily(visitor, -25.0))))
    (stay,) = of_kind(found, "stay")
    assert not stay.normal
    assert abs((stay.start_utc - at(-9.0)) / np.timedelta64(1, "h")) < 26.0


def test_a_newcomer_first_catalogued_in_mid_record_is_no_known_neighbour() -> None:
    found = events(seen(sky(daily(track(ASSET, RING), -15.0), daily(track(OTHER, east(40.0)), -9.0))))
    (stay,) = of_kind(found, "stay")
    assert not stay.normal
    assert stay.start_utc >= at(-11.1)  # not projected far back into the time when nobody knew it


def test_declared_co_location_is_normal_from_the_first_day() -> None:
    view = seen(sky(daily(track(ASSET, RING)), daily(track(OTHER, east(40.0)), -2.0)))
    (stay,) = of_kind(events(view, watching(ASSET, together=[frozenset((ASSET, OTHER))])), "stay")
    assert stay.normal
    assert verdicts(stay)["known neighbour"] == "wins"


def test_a_short_record_cannot_tell() -> None:
    view = seen(sky(daily(track(ASSET, RING), -2.0), daily(track(OTHER, east(40.0)), -2.0)), start=-2.0)
    (stay,) = of_kind(events(view), "stay")
    assert not stay.normal
    assert verdicts(stay)["known neighbour"] == "cannot tell"


def test_a_drifter_passes_once_unforced_at_the_distance_it_must() -> None:
    """One degree a day westward, 80 km above in the mean: one approach, no stay, and no thrust is needed for it."""
    drifter = beside_at(-2.0, DRIFT_1_DEG_DAY)
    (one,) = events(seen(sky(daily(track(ASSET, RING)), daily(track(OTHER, drifter)))))
    assert one.kind == "approach"
    assert verdicts(one)["unforced drift"] == "wins"
    assert one.quantities["relative_speed_km_s"].value == pytest.approx(736.0 / 86400.0, rel=0.9)
    assert abs((one.start_utc - at(-2.0)) / np.timedelta64(1, "h")) < 6.0
    assert one.label == "past"


def beside_at(day: float, mean: Mean) -> Mean:
    """`mean` with the anomaly that brings it to the asset's longitude on that day."""
    a, b = track(ASSET, RING).mean_at(us(day)), track(OTHER, mean).mean_at(us(day))
    shift = (a.mean_longitude - b.mean_longitude + pi) % (2.0 * pi) - pi
    return Mean(mean.n_rad_min, mean.ecc, mean.inc, mean.raan, mean.argp, (mean.ma + shift) % (2.0 * pi))


def test_a_slow_drifter_is_a_stay_that_passes_by() -> None:
    """0.1 degrees a day, 74 km: it stays in range for more than two days, and is not taken for a resident."""
    slow = Mean(RING.n_rad_min * (1.0 - 0.1 / 360.0), RING.ecc, RING.inc, RING.raan, RING.argp, RING.ma)
    view = seen(sky(daily(track(ASSET, RING), -12.0), daily(track(OTHER, beside_at(-2.5, slow)), -12.0)), start=-7.0)
    (stay,) = of_kind(events(view), "stay")
    assert stay.label == "drift-by"
    assert not stay.normal
    assert abs(stay.quantities["in_track_drift_km_day"].value) == pytest.approx(0.1 / 360.0 * 2.0 * pi * GEO_KM, rel=0.1)


def test_an_eccentric_companion_circles_and_keeps_the_distances_of_clohessy_and_wiltshire() -> None:
    """de = 5e-4 about the same mean longitude: an ellipse of 21 km radially by 42 km along, one turn a revolution."""
    view = seen(sky(daily(track(ASSET, RING)), daily(track(OTHER, east(0.0, de=(5e-4, 0.0))))))
    (stay,) = of_kind(events(view), "stay")
    assert stay.label == "shared slot (circumnavigation)"
    assert abs(stay.quantities["turns_per_revolution"].value) == pytest.approx(1.0, abs=0.05)
    assert stay.quantities["miss_km"].value == pytest.approx(5e-4 * GEO_KM, abs=1.0)


def test_an_inclined_neighbour_that_crosses_every_half_revolution_is_named_so() -> None:
    view = seen(sky(daily(track(ASSET, RING)), daily(track(OTHER, east(30.0, di=(radians(1.5), 0.0))))))
    (stay,) = of_kind(events(view), "stay")
    assert "crossing" in stay.label
    assert stay.quantities["largest_km"].value == pytest.approx(radians(1.5) * GEO_KM, rel=0.05)


def test_a_pair_without_any_minimum_of_distance_is_a_stay_all_the_same() -> None:
    """Closing in by 3 km a day on the same circle: the distance only ever falls, and is below 100 km all the time."""
    closing = Mean(RING.n_rad_min * (1.0 + 3.0 / (2.0 * pi * GEO_KM)), RING.ecc, RING.inc, RING.raan, RING.argp, RING.ma)
    behind = Mean(closing.n_rad_min, closing.ecc, closing.inc, closing.raan, closing.argp, closing.ma - 60.0 / GEO_KM)
    (stay,) = of_kind(events(seen(sky(daily(track(ASSET, RING)), daily(track(OTHER, behind))))), "stay")
    assert stay.quantities["in_track_drift_km_day"].value == pytest.approx(3.0, abs=1.0)


@pytest.mark.parametrize("first", [ASSET + 1, ASSET - 1])
def test_a_swap_of_two_numbers_explains_an_arrival_whichever_moved_first(first: int) -> None:
    """`first` stood beside the asset, THIRD on the far side; on day -3 the numbers are exchanged, one of them a set earlier."""
    own = track(ASSET, RING)
    near, far = track(first, east(40.0)), track(THIRD, east(-GEO_KM * pi))
    one = daily(near, -10.0, -3.5), daily(far, -2.9, 0.0, number=first)
    two = daily(far, -10.0, -3.0), daily(near, -2.5, 0.0, number=THIRD)
    found = events(seen(sky(daily(own), *one, *two)))
    (arrived,) = [e for e in of_kind(found, "stay") if e.others == (str(THIRD),)]
    assert verdicts(arrived)["identity swap"] == "wins"
    assert arrived.normal


def test_a_number_that_lands_on_another_that_did_not_move_is_named_but_not_explained_away() -> None:
    """THIRD jumps onto the orbit of OTHER beside the asset: perhaps a cross-tag, perhaps a visitor."""
    resident, jumper = track(OTHER, east(40.0)), track(THIRD, east(-GEO_KM * pi))
    sets = sky(daily(track(ASSET, RING)), daily(resident), daily(jumper, -10.0, -3.0), daily(resident, -2.9, 0.0, number=THIRD))
    (arrived,) = [e for e in of_kind(events(seen(sets)), "stay") if e.others == (str(THIRD),)]
    assert verdicts(arrived)["cross-tag"] == "possible"
    assert not arrived.normal


def test_one_wild_set_makes_no_approach() -> None:
    """One set of a far object puts it beside the asset; its neighbours in time agree that it never left."""
    far, near = track(OTHER, east(-GEO_KM * pi)), track(OTHER, east(20.0))
    sets = sky(daily(track(ASSET, RING)), daily(far, -10.0, -3.0), sets_of(near, [-2.75]), daily(far, -2.5, 0.0))
    assert events(seen(sets)) == []


def test_a_wild_set_of_the_asset_itself_is_told() -> None:
    own, elsewhere = track(ASSET, RING), track(ASSET, east(-5000.0))
    sets = sky(daily(own, -10.0, -3.0), sets_of(elsewhere, [-2.75]), daily(own, -2.5, 0.0))
    (doubt,) = events(seen(sets))
    assert (doubt.kind, doubt.label) == ("doubtful set", "wild set")
    assert doubt.quantities["jump_km"].value == pytest.approx(5000.0, rel=0.05)


def test_an_old_set_makes_a_finding_doubtful() -> None:
    view = seen(sky(daily(track(ASSET, RING)), daily(track(OTHER, east(50.0)), -20.0, -12.0)))
    (stay,) = of_kind(events(view), "stay")
    (stale,) = [x for x in stay.explanations if x.name == "stale element set"]
    assert stale.verdict == "possible"
    assert stale.reason.values["days"] == pytest.approx(12.0, abs=0.1)  # at the end of the window, not where it was nearest


def test_sets_issued_twice_with_an_epoch_a_millisecond_off_make_no_approach() -> None:
    """Public sets come so, one in ten: the second issue 10 m off, 0.9 ms later."""
    one = daily(track(OTHER, east(50.0)))
    again = one.having(epoch_utc=one.epoch_utc + np.timedelta64(864, "us"), ma_deg=one.ma_deg + 1.4e-5)
    own = daily(track(ASSET, RING))
    alone, both = events(seen(sky(own, again))), events(seen(sky(own, one, again)))
    assert [e.to_json()["quantities"] for e in both] == [e.to_json()["quantities"] for e in alone]


def test_an_asset_with_a_single_set_is_watched() -> None:
    found = events(seen(sky(sets_of(track(ASSET, RING), [-5.5]), daily(track(OTHER, east(50.0))))))
    assert [e.kind for e in found] == ["stay"]


def test_an_owners_ephemeris_is_used_instead_of_sets_and_needs_no_number() -> None:
    own = track(ASSET, RING)
    t_utc = np.arange(at(-5.0), at(0.5), np.timedelta64(600, "s")).astype("datetime64[us]")
    r, v = own.states(t_utc)
    oem = Ephemeris(None, "2017-005A", "QUIET ONE", "TEME", "EARTH", t_utc, r, v, t_utc[0], t_utc[-1])
    quiet = Watchlist("q", "q", "", "2026-03-01", (replace(asset(None, "quiet-one"), cospar_id="2017-005A"),))
    neighbour = daily(track(OTHER, east(50.0)))
    (given_one,) = events(seen(neighbour, oem=[oem]), quiet)
    (from_sets,) = events(seen(sky(daily(own), neighbour)))
    assert given_one.subject == "quiet-one"
    assert "age_days" not in given_one.quantities
    mean_km = [e.quantities["in_track_mean_km"].value for e in (given_one, from_sets)]
    assert mean_km[0] == pytest.approx(mean_km[1], abs=0.5)


def test_a_decaying_object_falls_silent_and_spoils_nothing() -> None:
    """An object that SGP4 lets decay inside the window, beside a pair that is well."""
    low, near = track(ASSET, LOW), track(OTHER, Mean(LOW.n_rad_min, LOW.ecc, LOW.inc, LOW.raan, LOW.argp, LOW.ma + 5.0 / 6900.0))
    doomed = sets_of(track(THIRD, LOW), [-2.0])
    doomed = doomed.having(mean_motion_rev_day=np.array([16.4]), bstar_per_er=np.array([0.05]))
    well = events(seen(sky(daily(low, -3.0), daily(near, -3.0)), start=-2.0))
    with_it = events(seen(sky(daily(low, -3.0), daily(near, -3.0), doomed), start=-2.0))
    assert [e.kind for e in well] == ["stay"]
    assert [e.event_id for e in with_it] == [e.event_id for e in well]


def test_nothing_known_says_nothing() -> None:
    assert events(seen(ElementSets.empty())) == []


def test_a_window_before_all_data_says_nothing() -> None:
    sets = sky(daily(track(ASSET, RING)), daily(track(OTHER, east(50.0))))
    assert events(seen(sets, start=-90.0, stop=-80.0)) == []


def test_what_was_not_yet_known_is_not_used() -> None:
    """The visitor's burn of day -3 shows in sets from then on: on day -3 nobody could have said that it would come."""
    own = track(ASSET, RING)
    visitor = track(OTHER, east(-GEO_KM * pi), (-3.0, east(40.0, of=own.mean_at(us(-3.0)))))
    sets = sky(daily(own), daily(visitor))
    assert events(seen(sets, as_of=-3.0)) == []
    assert events(seen(sets.take(sets.epoch_utc <= at(-3.5)), as_of=1.0)) == []
    assert len(events(seen(sets, as_of=1.0))) == 1


def crowd() -> ElementSets:
    """Two assets 0.3 degrees apart, a neighbour each, a drifter past both, and two in low orbit."""
    own, second = track(ASSET, RING), track(ASSET + 1, east(220.0))
    rest = (
        track(OTHER, east(50.0)),
        track(OTHER + 1, east(260.0, de=(2e-4, 1e-4))),
        track(THIRD, beside_at(-2.0, DRIFT_1_DEG_DAY)),
    )
    low = track(ASSET + 2, LOW), track(THIRD + 1, Mean(LOW.n_rad_min, LOW.ecc, LOW.inc, LOW.raan, LOW.argp, LOW.ma + 1e-3))
    return sky(*(daily(t) for t in (own, second, *rest)), *(daily(t, -4.0) for t in low))


def test_one_asset_at_a_time_gives_what_all_together_give() -> None:
    view = seen(crowd())
    numbers = [ASSET, ASSET + 1, ASSET + 2]
    together = events(view, watching(*numbers))
    alone = [e for n in numbers for e in events(view, watching(n))]
    assert len(together) >= 5
    assert sorted(e.event_id for e in together) == sorted(e.event_id for e in alone)


@settings(max_examples=4, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(random: object) -> None:
    sets = crowd()
    order = list(range(len(sets)))
    random.shuffle(order)  # type: ignore[attr-defined]
    first = events(seen(sets), watching(ASSET, ASSET + 1))
    again = events(seen(sets.take(np.array(order))), watching(ASSET + 1, ASSET))
    assert [e.event_id for e in first] == [e.event_id for e in again]


def test_an_exercise_stays_an_exercise() -> None:
    sets = sky(daily(track(ASSET, RING)), daily(track(OTHER, east(50.0))))
    sets = sets.having(data_mode=np.where(sets.norad_id == OTHER, DataMode.EXERCISE, sets.data_mode).astype(np.uint8))
    view = type(seen(sets))(sets, at(-5.0), at(0.0), at(1.0), data_modes=(DataMode.REAL, DataMode.EXERCISE))
    (stay,) = events(view)
    assert stay.data_mode is DataMode.EXERCISE
