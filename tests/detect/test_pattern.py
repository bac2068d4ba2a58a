"""What is said of objects whose habits are known by construction, and of records of which nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.detect.burns import UNKNOWN, Burn, Untold
from hoshimori.detect.habit import MODES, REGIMES, SPELL_KINDS, Pattern
from hoshimori.detect.pattern import describe, regime
from hoshimori.errors import UsageError
from hoshimori.exercise.arcs import Track, gmst_rad
from hoshimori.exercise.slots import M_S_PER_DEG_DAY
from hoshimori.facts import ElementSets
from hoshimori.findings import Evidence
from tests.detect.habits import LOW_KM, NUMBER, daily, free, low, pull, pushed, rewritten, station_kept
from tests.detect.skies import at, sky, us

CORNER_DEG = 0.01
"""The corners of a saw fall between daily sets: at 0.02 deg/day that is half a day's way."""


def told(sets: ElementSets) -> Pattern:
    found = describe(sets)
    assert isinstance(found, Pattern)
    return found


def untold(sets: ElementSets) -> str:
    found = describe(sets)
    assert isinstance(found, Untold)
    return found.reason.code


def band(one: Track, first: float, last: float) -> tuple[float, float]:
    """Middle and half width of the mean longitude without any error of measurement, deg east."""
    days = np.arange(first, last, 0.25).tolist()
    longitude = np.unwrap([one.mean_at(us(d)).mean_longitude - gmst_rad(us(d)) for d in days])
    middle, half = (longitude.max() + longitude.min()) / 2.0, float(np.ptp(longitude)) / 2.0
    return float(np.degrees(middle)) % 360.0, float(np.degrees(half))


@pytest.mark.parametrize(("longitude", "cycle"), [(140.7, 14.0), (100.0, 20.0), (330.0, 30.0)])
def test_a_kept_slot_is_described_by_its_place_band_rhythm_and_burns(longitude: float, cycle: float) -> None:
    one = station_kept(longitude, cycle, 300.0)
    found = told(rewritten(daily(one, 0.5, 300.0)))
    middle, half = band(one, 0.5, 300.0)
    (spell,) = found.spells
    assert (found.regime, spell.kind) == ("GEO", "slot")
    assert spell.longitude_deg_e == pytest.approx(middle, abs=CORNER_DEG)
    assert spell.half_width == pytest.approx(half, abs=CORNER_DEG)
    assert found.cycle_days == pytest.approx(cycle, abs=0.6)
    assert found.modes == {"EW": "CK", "NS": "CK"}
    assert found.quantities["natural_acceleration_deg_day2"].value == pytest.approx(pull(longitude), rel=0.05)
    assert found.quantities["ew_burn_m_s"].value == pytest.approx(abs(pull(longitude)) * cycle * M_S_PER_DEG_DAY, rel=0.15)
    assert abs(found.quantities["drift_deg_day"].value) < 3.0 * (found.quantities["drift_deg_day"].sigma or 0.0) + 5e-4


def test_what_is_left_to_nature_is_said_to_be() -> None:
    found = told(rewritten(daily(free(120.0, 0.3), 0.0, 100.0)))
    assert [s.kind for s in found.spells] == ["drift"]
    assert found.modes == {"EW": "NK", "NS": "NK"}
    assert found.cycle_days is None
    assert found.quantities["plane_drift_deg_year"].value == pytest.approx(0.85, abs=0.2)


def test_a_push_that_cancels_the_pull_every_day_is_held_without_burns_seen() -> None:
    one = station_kept(100.0, 0.5, 40.0)
    assert told(rewritten(daily(one, 0.5, 40.0, every=0.7))).modes["EW"] == "EK"


def test_a_week_does_not_tell_that_no_burns_are_made() -> None:
    found = told(rewritten(daily(free(75.0, 0.0), 0.0, 6.5, every=0.35)))
    assert set(found.modes.values()) <= {"cannot tell", "EK"}
    assert "mode cannot be told" in {r.code for r in found.reasons}


def test_a_move_between_two_slots_is_one_relocation_with_its_dates_and_rate() -> None:
    found = told(rewritten(daily(moved(), 0.5, 260.0)))
    assert [s.kind for s in found.spells] == ["slot", "relocation", "slot"]
    before, move, after = found.spells
    assert before.longitude_deg_e == pytest.approx(100.0, abs=0.3)
    assert after.longitude_deg_e == pytest.approx(113.0, abs=0.3)
    assert move.rate == pytest.approx(0.65, abs=0.05)
    assert abs(move.start_utc - at(120.0)) < np.timedelta64(3, "D")
    assert abs(move.stop_utc - at(140.0)) < np.timedelta64(3, "D")


def test_a_move_that_fell_into_a_gap_is_told_without_sets_of_its_own() -> None:
    one = moved()
    found = told(rewritten(sky(daily(one, 0.5, 119.0), daily(one, 141.0, 260.0))))
    assert [(s.kind, s.sets) for s in found.spells][1] == ("relocation", 0)
    assert found.spells[1].rate == pytest.approx(13.0 / 22.0, rel=0.05)


def moved() -> Track:
    """Kept at 100 E for 120 days, moved by 13 deg in 20 days, kept at 113 E."""
    before, after = station_kept(100.0, 20.0, 120.0), station_kept(113.0, 20.0, 260.0, first=140.0)
    gone = pushed(before, 120.0, -0.65 * M_S_PER_DEG_DAY)
    return Track(NUMBER, str(NUMBER), "", (*gone.pieces, *after.pieces))


def test_an_altitude_kept_in_low_orbit_is_told_with_its_loss_band_and_lifts() -> None:
    found = told(rewritten(daily(low(5.0, 30.0, 300.0), 0.5, 300.0), motion=1e-7, angle_deg=1e-4))
    (spell,) = found.spells
    assert (found.regime, spell.kind, found.modes["altitude"]) == ("LEO", "level", "CK")
    assert spell.half_width == pytest.approx(0.075, abs=0.01)
    assert spell.sma_km == pytest.approx(LOW_KM - 0.075, abs=4.0)  # SGP4 keeps the mean motion in the Kozai sense
    assert found.cycle_days == pytest.approx(30.0, abs=0.6)
    assert found.quantities["free_rate_km_day"].value == pytest.approx(-0.005, rel=0.02)
    assert found.quantities["burn_m_s"].value == pytest.approx(0.078, rel=0.05)


def test_an_altitude_that_is_not_kept_falls() -> None:
    found = told(rewritten(daily(low(8.0, 1e6, 300.0), 0.5, 300.0), motion=1e-7, angle_deg=1e-4))
    assert {s.kind for s in found.spells} == {"falling"}
    assert found.modes["altitude"] == "NK"


def test_a_node_that_keeps_pace_with_the_sun_has_a_local_time_and_any_other_has_none() -> None:
    with_sun = told(daily(low(5.0, 30.0, 300.0), 0.5, 300.0))
    without = told(daily(low(5.0, 30.0, 300.0, inc_deg=66.0), 0.5, 300.0))
    assert with_sun.modes["local time"] == "cannot tell"
    assert "local_time_h" in with_sun.quantities
    assert without.modes["local time"] == "free"
    assert "local_time_h" not in without.quantities


@pytest.mark.parametrize("last", [120.6, 121.6, 122.6, 123.6, 125.6])
def test_a_record_that_ends_just_after_a_burn_is_described(last: float) -> None:
    found = told(rewritten(daily(moved(), 0.5, last)))
    assert found.spells[0].kind == "slot"
    assert found.spells[-1].sets >= 2
    assert all(np.isfinite([q.value, q.sigma or 0.0]).all() for q in found.quantities.values())


def test_given_burns_set_the_rhythm() -> None:
    days = (20.0, 70.0, 121.0, 170.0, 220.0)
    found = describe(rewritten(daily(station_kept(100.0, 20.0, 250.0), 0.5, 250.0)), [burn(d) for d in days])
    assert isinstance(found, Pattern)
    assert found.cycle_days == pytest.approx(50.0, abs=0.5)
    assert found.stands_on["cycle_days"] == 4


def burn(day: float) -> Burn:
    nothing = Evidence("", "by hand@1", ())
    t, after = at(day), at(day + 1.0)
    return Burn(NUMBER, t, 60.0, (0.0, 0.1, 0.0), UNKNOWN, 1.0, "station-keeping", True, (), after, t, after, t, t, nothing, {})


@pytest.mark.parametrize(
    ("motion", "eccentricity", "inc_deg", "name"),
    [
        (15.5, 0.001, 51.6, "LEO"),
        (2.0056, 0.01, 55.0, "MEO"),
        (1.0027, 0.0002, 0.05, "GEO"),
        (0.99, 0.0002, 12.0, "GEO"),
        (1.0027, 0.075, 41.0, "IGSO"),
        (2.006, 0.72, 63.4, "HEO"),
        (1.0027, 0.27, 63.4, "HEO"),
        (0.5, 0.05, 20.0, "HEO"),
    ],
)
def test_every_orbit_has_one_regime(motion: float, eccentricity: float, inc_deg: float, name: str) -> None:
    assert regime(motion, eccentricity, inc_deg) == name
    assert name in REGIMES


KEPT = rewritten(daily(station_kept(100.0, 20.0, 100.0), 0.5, 100.0))


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(len(KEPT))), st.lists(st.integers(0, len(KEPT) - 1), max_size=20))
def test_neither_order_nor_repetition_changes_anything(order: list[int], again: list[int]) -> None:
    assert told(KEPT.take(np.array(order + again))).to_json() == told(KEPT).to_json()


def test_wild_sets_are_left_out_and_change_next_to_nothing() -> None:
    wild = KEPT.mean_motion_rev_day.copy()
    wild[[20, 51, 77]] += 0.01
    found, clean = told(KEPT.having(mean_motion_rev_day=wild)), told(KEPT)
    assert [r.values["sets"] for r in found.reasons if r.code == "wild sets left out"] == [3.0]
    assert found.spells[-1].half_width == pytest.approx(clean.spells[-1].half_width, abs=0.005)


def under_one_number(*parts: ElementSets) -> ElementSets:
    both = sky(*parts)
    return both.having(norad_id=np.full(len(both), NUMBER))


FAR = rewritten(daily(station_kept(130.0, 20.0, 100.0), 0.3, 100.0))
COMING_DOWN = ElementSets.build(
    {
        "norad_id": np.full(20, NUMBER),
        "epoch_utc": [at(float(d)) for d in range(20)],
        "mean_motion_rev_day": 16.0 + 0.01 * np.arange(20) ** 1.3,
        "eccentricity": np.full(20, 0.001),
        "inc_deg": np.full(20, 51.6),
        "raan_deg": (-5.0 * np.arange(20)) % 360.0,
        "argp_deg": np.zeros(20),
        "ma_deg": np.zeros(20),
    }
)


@pytest.mark.parametrize(
    ("sets", "code"),
    [
        (ElementSets.empty(), "few sets for a pattern"),
        (KEPT.take(slice(0, 4)), "few sets for a pattern"),
        (KEPT.take([3] * 9), "few sets for a pattern"),
        (KEPT.having(mean_motion_rev_day=np.full(len(KEPT), np.nan)), "few sets for a pattern"),
        (KEPT.having(epoch_utc=np.full(len(KEPT), np.datetime64("NaT", "us"))), "few sets for a pattern"),
        (sky(KEPT, daily(free(100.0, 0.0), 900.0, 904.0)), "long gap"),
        (under_one_number(KEPT, FAR), "two objects under one number"),
        (under_one_number(KEPT.take(slice(0, 50)), FAR.take(slice(50, None))), "phase jump"),
        (under_one_number(KEPT, daily(low(5.0, 30.0, 200.0), 100.2, 200.0)), "plane jump"),
        (COMING_DOWN, "re-entering"),
    ],
)
def test_what_cannot_be_described_says_why(sets: ElementSets, code: str) -> None:
    assert untold(sets) == code
    assert untold(sets.take(slice(None, None, -1))) == code


def test_what_lies_before_a_gap_of_years_is_left_out() -> None:
    found = told(sky(KEPT, rewritten(daily(free(120.0, 0.3), 900.0, 960.0))))
    assert [r.code for r in found.reasons][:1] == ["record before a long gap left out"]
    assert found.start_utc > at(890.0)


def test_one_broken_set_spoils_itself_alone() -> None:
    broken = KEPT.eccentricity.copy()
    broken[7] = np.nan
    assert told(KEPT.having(eccentricity=broken)).spells[-1].sets == len(KEPT) - 1


def test_several_objects_at_once_are_refused_with_a_reason() -> None:
    with pytest.raises(UsageError, match="2 catalogue numbers"):
        describe(sky(KEPT, KEPT.having(norad_id=np.full(len(KEPT), NUMBER + 1))))


def test_zero_bstar_does_not_matter() -> None:
    sets = daily(low(5.0, 30.0, 300.0), 0.5, 300.0)
    zero = sets.having(bstar_per_er=np.zeros(len(sets)))
    assert told(zero).spells == told(sets).spells


def test_what_is_said_is_said_in_the_words_that_are_listed() -> None:
    for found in (told(KEPT), told(daily(low(5.0, 30.0, 100.0), 0.5, 100.0))):
        written = found.to_json()
        assert {s["kind"] for s in written["spells"]} <= set(SPELL_KINDS)
        assert set(found.modes.values()) <= set(MODES)
        assert set(found.stands_on) == set(found.quantities)
        assert all(n >= 1 for n in found.stands_on.values())
        assert written["quantities"]["inclination_deg"]["sets"] == found.stands_on["inclination_deg"]
