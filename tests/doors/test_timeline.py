"""What a timeline shows: the elements that matter in this kind of orbit, silences, and no scale set by a wild set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.doors.timeline import (
    LEAST_SPAN,
    Timeline,
    extent,
    gaps,
    local_time_of_node_h,
    mean_longitude_deg,
    semi_major_axis_km,
    timeline,
)
from hoshimori.errors import NothingFound
from hoshimori.facts import ElementSets
from tests.doors.lives import DAY, START, burn, low_orbit, synchronous, visits


def keys(line: Timeline) -> list[str]:
    return [p.key for p in line.panels]


def changed(sets: ElementSets, **columns: Any) -> ElementSets:
    return sets.having(**{k: np.full(len(sets), v) for k, v in columns.items()})


def test_each_kind_of_orbit_shows_what_matters_in_it() -> None:
    low, ring = low_orbit(), synchronous()
    assert keys(timeline(low)) == ["mean altitude", "eccentricity", "inclination", "bstar"]
    assert keys(timeline(ring)) == ["mean longitude", "longitude drift", "eccentricity", "inclination"]
    sun = changed(low, mean_motion_rev_day=14.57, inc_deg=98.2)
    assert "local time of node" in keys(timeline(sun))
    transfer = changed(low, mean_motion_rev_day=2.27, eccentricity=0.73)
    assert keys(timeline(transfer))[:2] == ["semi-major axis", "perigee altitude"]


def test_the_ring_has_the_semi_major_axis_of_the_ring() -> None:
    """42,164.2 km, the radius of the geostationary orbit (two-body, WGS-72)."""
    over_the_equator_km = 1.04  # over the equator Brouwer's axis exceeds Kozai's by J2 R^2 / a, 1.04 km
    assert semi_major_axis_km(synchronous())[0] == pytest.approx(42164.2 + over_the_equator_km, abs=0.5)


def test_longitude_is_where_the_slot_is_and_does_not_jump_at_the_full_turn() -> None:
    sets = synchronous()
    assert np.abs(mean_longitude_deg(sets) - 132.02).max() < 0.021
    moved = sets.having(ma_deg=sets.ma_deg - 132.02)  # to and fro over Greenwich
    panel = timeline(moved).panels[0]
    assert np.ptp(panel.y) == pytest.approx(0.04, abs=1e-6)


def test_the_local_time_of_a_node_under_the_mean_sun_is_noon() -> None:
    """At J2000 the mean longitude of the Sun is 280.46 degrees (Astronomical Almanac, low-precision formulas)."""
    noon = ElementSets.build(
        {
            "norad_id": [1], "epoch_utc": [np.datetime64("2000-01-01T12:00", "us")], "mean_motion_rev_day": [14.5],
            "eccentricity": [0.001], "inc_deg": [98.0], "raan_deg": [280.46], "argp_deg": [0.0], "ma_deg": [0.0],
        }
    )  # fmt: skip
    assert local_time_of_node_h(noon)[0] == pytest.approx(12.0, abs=1e-9)


def test_a_silence_is_a_gap_and_lifts_the_pen() -> None:
    line = timeline(low_orbit())
    assert [(float((a - START) / DAY), float((b - START) / DAY)) for a, b in line.gaps] == [(99.0, 110.0)]
    for panel in line.panels:
        at = panel.t_utc[np.isnan(panel.y)]
        assert len(at) == 1
        assert line.gaps[0][0] < at[0] < line.gaps[0][1]


def test_a_gap_is_long_by_the_measure_of_its_own_record() -> None:
    every_ten = START + np.arange(20) * np.timedelta64(10, "D")
    assert list(gaps(every_ten)) == []
    assert list(gaps(every_ten[:1])) == []


def test_a_wild_set_does_not_set_the_scale_and_a_step_does() -> None:
    y = 700.0 + 0.01 * np.sin(np.arange(60.0))
    wild, stepped = y.copy(), y.copy()
    wild[30] += 40.0
    stepped[57:] += 40.0
    assert extent(wild)[1] < 701.0
    assert extent(stepped)[1] > 739.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_the_scale_lies_within_what_there_is(values: list[float]) -> None:
    low, high = extent(np.array(values))
    assert min(values) <= low <= high <= max(values)


def test_an_axis_shows_at_least_what_its_element_can_be_known_to() -> None:
    still = changed(low_orbit(), mean_motion_rev_day=12.8093, eccentricity=7e-4, inc_deg=66.0)
    for panel in timeline(still).panels:
        assert panel.high - panel.low >= LEAST_SPAN[panel.key] * (1.0 - 1e-9)


def test_a_window_holds_what_lies_in_it() -> None:
    start, stop = START + 20 * DAY, START + 60 * DAY
    line = timeline(low_orbit(), [burn(10.0), burn(30.0), burn(90.0)], visits(4), start_utc=start, stop_utc=stop)
    assert len(line.epoch_utc) == 41
    assert [float((b.t_utc - START) / DAY) for b in line.burns] == [30.0]
    assert {s.other for s in line.stays} == {"90100", "90101", "90102"}


def test_a_window_without_a_set_is_refused() -> None:
    with pytest.raises(NothingFound, match=r"widen --start and --stop"):
        timeline(low_orbit(), start_utc=START - 9 * DAY, stop_utc=START - 8 * DAY)
    with pytest.raises(NothingFound):
        timeline(ElementSets.empty())


def test_one_set_alone_is_drawn() -> None:
    line = timeline(low_orbit().take(slice(0, 1)))
    assert all(p.high > p.low for p in line.panels)
