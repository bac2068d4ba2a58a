"""Patterns of real satellites against what their operators publish. Needs the test data."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hoshimori import formats
from hoshimori.detect.burns import Untold
from hoshimori.detect.habit import Pattern
from hoshimori.detect.pattern import departure, describe
from hoshimori.facts import ElementSets
from tests.truth.kept_orbits import FENGYUN, REPEATS, SARAL_LOCAL_TIME_H, SLOTS_DEG_E

pytestmark = pytest.mark.data


@cache
def history(data: Path, name: str) -> ElementSets:
    return read(data / "manoeuvres" / "tle" / f"{name}.tle")


def read(path: Path) -> ElementSets:
    sets = ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])
    return sets.take(np.lexsort((sets.epoch_utc, sets.norad_id)))


def told(sets: ElementSets) -> Pattern:
    found = describe(sets)
    assert isinstance(found, Pattern)
    return found


@pytest.mark.parametrize("name", list(FENGYUN))
def test_the_slots_of_three_weather_satellites(data: Path, name: str) -> None:
    number, nominal = FENGYUN[name]
    found = told(history(data, name))
    slots = [s for s in found.spells if s.kind == "slot"]
    assert found.norad_id == number
    assert [s.longitude_deg_e for s in slots] == pytest.approx(list(nominal), abs=0.3)
    assert all(s.half_width < 0.75 for s in slots)
    assert found.modes["EW"] == "CK"


def test_the_move_of_2e_is_one_relocation_in_june_2015(data: Path) -> None:
    (move,) = [s for s in told(history(data, "Fengyun-2E")).spells if s.kind == "relocation"]
    assert np.datetime64("2015-06-01") <= move.start_utc <= np.datetime64("2015-06-06")
    assert np.datetime64("2015-06-25") <= move.stop_utc <= np.datetime64("2015-07-02")
    assert move.rate == pytest.approx(-0.65, abs=0.07)


def test_the_rhythm_of_2d_is_that_of_its_operators_record(data: Path) -> None:
    """The east-west burns that the operator lists, none of which the description was given."""
    lines = (data / "manoeuvres" / "raw" / "manFY2D.txt.fy").read_text().splitlines()
    days = sorted(np.datetime64(line.split('"')[1][:19]) for line in lines if line.startswith("GEO-EW"))
    listed = float(np.median(np.diff(days) / np.timedelta64(1, "D")))
    cycle = told(history(data, "Fengyun-2D")).quantities["cycle_days"]
    assert abs(cycle.value - listed) < 3.0 * (cycle.sigma or 0.0)


@pytest.mark.parametrize("name", list(REPEATS))
def test_a_reference_ground_track_is_recognised(data: Path, name: str) -> None:
    number, days, revolutions = REPEATS[name]
    found = told(history(data, name))
    assert (found.norad_id, found.modes["track"]) == (number, "kept")
    assert found.quantities["track_days"].value == days
    assert found.quantities["track_revolutions"].value == revolutions
    assert found.quantities["track_half_width_km"].value < 1.5


def test_a_sun_synchronous_node_is_kept_at_its_published_hour(data: Path) -> None:
    found = told(history(data, "SARAL"))
    assert found.modes["local time"] == "kept"
    assert found.quantities["local_time_h"].value == pytest.approx(SARAL_LOCAL_TIME_H, abs=0.15)


def test_leaving_the_slot_and_turning_the_plane_are_told_in_the_week_they_happen_and_little_else_is(data: Path) -> None:
    """Fengyun-2E, week by week, judged by what came before alone. Truth: the operator's record and the longitudes themselves."""
    sets, week = history(data, "Fengyun-2E"), np.timedelta64(7, "D")
    labels = {}
    for start in np.arange(np.datetime64("2015-03-03"), np.datetime64("2016-06-01"), week):
        past = sets.take(sets.epoch_utc < start)
        left = departure(told(past), sets.take((sets.epoch_utc >= start) & (sets.epoch_utc < start + week)))
        if left.score >= 0.5:
            labels[str(start)] = left.label
    assert labels == {"2015-06-02": "relocation", "2015-06-30": "stopped in a slot", "2015-12-29": "plane changed"}


def test_a_week_of_the_whole_ring_is_described_in_seconds_and_puts_satellites_where_they_are(data: Path) -> None:
    sets = read(data / "geo-week" / "geo.3le.gz")
    numbers, first = np.unique(sets.norad_id, return_index=True)
    began = time.perf_counter()
    found = [describe(part) for part in (sets.take(slice(a, b)) for a, b in zip(first, [*first[1:], len(sets)], strict=True))]
    assert time.perf_counter() - began < 20.0  # 2.3 s on a free core; bench/pattern has the figure
    by_number = dict(zip(numbers.tolist(), found, strict=True))
    for number, (name, longitude) in SLOTS_DEG_E.items():
        pattern = by_number[number]
        assert isinstance(pattern, Pattern), name
        assert pattern.spells[-1].kind == "slot", name
        assert pattern.spells[-1].longitude_deg_e == pytest.approx(longitude, abs=0.2), name
    assert {f.reason.code for f in found if isinstance(f, Untold)} <= {"few sets for a pattern"}
    assert all(len(sets.take(sets.norad_id == f.norad_id)) < 10 for f in found if isinstance(f, Untold))
