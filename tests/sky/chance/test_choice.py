"""The chooser: which method applies, what it says, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoshimori.errors import DataError, UsageError
from hoshimori.sky.chance.bend import bend
from hoshimori.sky.chance.choice import differ, judge
from hoshimori.sky.chance.closest import at_closest_approach, moved
from hoshimori.sky.chance.equinoctial_covariance import elements, partials
from hoshimori.sky.chance.meeting import Floats, Meeting
from hoshimori.sky.chance.short import foster_1992
from tests.sky.chance.meetings import blind, crossing

NEAR = np.array([0.1, 0.0, 0.0])


def codes(found: tuple) -> set[str]:  # type: ignore[type-arg]
    return {w.code for w in found}


def grown(given: Meeting, ahead_km: float, second_km: float | None = None, own_km: float = 0.005) -> Meeting:
    """Errors of the elements: own_km in shape and plane, ahead_km along the orbit (second_km that of the second object)."""
    covariances: list[Floats] = []
    states = ((given.r1_km, given.v1_km_s), (given.r2_km, given.v2_km_s))
    for (r, v), ahead in zip(states, (ahead_km, ahead_km if second_km is None else second_km), strict=True):
        orbit = elements(r, v)
        assert orbit is not None
        sigma = np.array([1e-9, own_km, own_km, own_km, own_km, ahead]) / np.array([1.0, *[7000.0] * 5])
        covariances.append(partials(orbit) @ np.diag(sigma**2) @ partials(orbit).T)
    return replace(given, covariance1=covariances[0], covariance2=covariances[1])


def test_a_fast_meeting_of_small_errors_is_two_dimensional() -> None:
    found = judge(crossing(NEAR))
    assert found.chosen.method == "foster_1992"
    assert not found.flagged
    assert "short_encounter_holds" in codes(found.why)
    names = [c.method for c in found.every]
    assert names == ["foster_1992", "chan_1997", "alfano_maximum_2005", "hall_2d_nc_2021", "hall_3d_nc_2021"]
    timed = found.every[-1].probability
    assert timed == pytest.approx(found.chosen.probability, rel=0.01)


def test_without_velocity_covariance_it_says_so_and_stays_two_dimensional() -> None:
    found = judge(blind(crossing(NEAR)))
    assert found.chosen.method == "foster_1992"
    assert {"velocity_covariance_unknown", "short_encounter_holds"} <= codes(found.why)
    assert len(found.every) == 3


def test_half_known_velocity_covariance_is_taken_as_not_known() -> None:
    given = crossing(NEAR)
    given.covariance1[4, 4] = np.nan
    assert "velocity_covariance_unknown" in codes(judge(given).why)


def test_errors_that_run_round_the_orbit_are_flagged_with_and_without_velocity_covariance() -> None:
    """Nearly head-on, one 200 km ahead or behind, the other 2 % slower, so that it bends more: 28 m in 100 km."""
    true = crossing(np.zeros(3), turn_deg=177.0)
    true = replace(true, v2_km_s=0.98 * true.v2_km_s)
    late = moved(true, -200.0 / float(np.linalg.norm(true.v1_km_s)))
    given, _ = at_closest_approach(grown(replace(true, r1_km=late.r1_km, v1_km_s=late.v1_km_s), 200.0, 0.01))
    known, dark = judge(given, trials=2_000_000), judge(blind(given))
    drawn = known.every[-1]
    assert drawn.details["hits"] > 10
    flat = known.every[0].probability
    assert not 0.8 * drawn.low <= flat <= 1.2 * drawn.high
    assert known.flagged
    assert dark.flagged
    assert "orbits_bend" in codes(dark.every[0].why)
    assert drawn.low <= known.chosen.probability <= drawn.high


def test_two_that_drop_alike_lose_nothing_by_their_bend() -> None:
    """They collide if the first is 20 km ahead; it drops 28 m below its tangent there, but so does the other by then."""
    true = crossing(np.zeros(3), turn_deg=20.0)
    late = moved(true, -20.0 / float(np.linalg.norm(true.v1_km_s)))
    given, _ = at_closest_approach(grown(replace(true, r1_km=late.r1_km, v1_km_s=late.v1_km_s), 20.0, 0.01))
    found = judge(given)
    assert found.bend.log_change < 0.01
    assert not found.flagged
    assert found.every[-1].probability == pytest.approx(found.chosen.probability, rel=0.01)


def test_the_bend_is_that_of_a_circle() -> None:
    """Head-on, one sure, the other 10 km ahead or behind: they meet half way and drop alike, unless one stands still."""
    given = grown(crossing(np.zeros(3), turn_deg=180.0), 10.0)
    one_sided = replace(given, covariance1=given.covariance1 * 1e-24)
    assert np.linalg.norm(bend(one_sided).shift_km) < 1e-6
    still = replace(one_sided, v1_km_s=one_sided.v1_km_s * 1e-6)  # it falls for the 1.3 s by which the other may be early or late
    assert np.linalg.norm(bend(still).shift_km) == pytest.approx(10.0**2 / 2.0 / 7000.0, rel=1e-4)


def test_a_slow_meeting_is_flagged_and_drawing_is_asked_for_or_used() -> None:
    slow = grown(crossing(np.array([0.3, 0.0, 0.0]), turn_deg=0.02), 0.5)
    assert judge(blind(slow)).flagged
    assert "encounter_long" in codes(judge(blind(slow)).every[0].why)


def test_a_covariance_repaired_is_said_and_one_that_cannot_be_is_refused() -> None:
    given = crossing(NEAR)
    given.covariance2[0, 1] = given.covariance2[1, 0] = 1.1 * given.covariance2[0, 0]
    found = judge(given)
    assert [w.values["whose"] for w in found.why if w.code == "covariance_repaired"] == ["covariance of object 2"]
    given.covariance1[2, 2] = -1.0
    with pytest.raises(DataError, match="covariance of object 1: variance of z is -1"):
        judge(given)


def test_a_plane_without_area_gets_the_least_that_counts() -> None:
    thin = crossing(np.zeros(3))
    for c in (thin.covariance1, thin.covariance2):
        c[0, :] = c[:, 0] = 0.0
    found = judge(blind(thin))
    assert found.chosen.probability == pytest.approx(
        foster_1992(thin.dr_km, thin.dv_km_s, np.diag([4e-12, 0.02, 0.02]), 0.02)[0], rel=1e-3
    )
    assert "covariance_repaired" in codes(found.why)


def test_a_meeting_given_late_is_moved_and_said() -> None:
    true, _ = at_closest_approach(crossing(NEAR))
    found = judge(moved(true, 2.0))
    assert found.moved_s == pytest.approx(-2.0, abs=1e-4)
    assert "moved_to_closest_approach" in codes(found.why)
    assert found.chosen.probability == pytest.approx(judge(true).chosen.probability, rel=1e-3)
    assert "moved_to_closest_approach" not in codes(judge(moved(true, 4e-4)).why)


def test_dilution_and_correlation_are_said() -> None:
    wide = crossing(np.array([0.05, 0.0, 0.0]), sigma_km=0.5)
    assert "diluted" in codes(judge(wide).why)
    assert "diluted" not in codes(judge(crossing(np.array([0.5, 0.0, 0.0]), sigma_km=0.1)).why)
    common = replace(wide, cross=0.5 * wide.covariance1)
    found = judge(common)
    assert "errors_correlated" in codes(found.why)
    assert found.chosen.probability > judge(wide).chosen.probability


def test_two_that_never_part_have_no_encounter_plane() -> None:
    given = crossing(NEAR)
    found = judge(blind(replace(given, v2_km_s=given.v1_km_s)))
    assert found.flagged
    assert "no_encounter_plane" in codes(found.every[0].why)
    assert np.isnan(found.every[0].probability)


def test_what_is_asked_wrongly_is_refused() -> None:
    with pytest.raises(UsageError, match="radius_km=0"):
        judge(replace(crossing(NEAR), radius_km=0.0))
    with pytest.raises(DataError, match="covariance of both objects is zero"):
        judge(replace(crossing(NEAR), covariance1=np.zeros((6, 6)), covariance2=np.zeros((6, 6))))


def test_ten_per_cent_either_way_is_the_same() -> None:
    assert [differ(x) for x in (0.5, 0.92, 1.0, 1.08, 1.5)] == [True, False, False, False, True]
