"""Shapes of relative motion drawn by Clohessy and Wiltshire's closed form."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.detect import shape

DAYS = np.linspace(0.0, 6.0, 577)


def relative(*, along_km: float = 0.0, drift_km_day: float = 0.0, loop_km: float = 0.0, across_km: float = 0.0) -> np.ndarray:
    """R, T, N of an object about one on a circle with a period of a day: a 2:1 loop about a point that drifts along."""
    phase = 2.0 * np.pi * DAYS
    along = along_km + drift_km_day * DAYS + 2.0 * loop_km * np.sin(phase)
    return np.stack((-loop_km * np.cos(phase), along, across_km * np.sin(phase)), axis=1)


@pytest.mark.parametrize(
    ("motion", "name"),
    [
        ({"along_km": 50.0, "loop_km": 10.0}, "parking"),
        ({"loop_km": 20.0}, "circumnavigation"),
        ({"along_km": -150.0, "drift_km_day": 50.0, "loop_km": 5.0}, "drift-by"),
        ({"along_km": 30.0, "across_km": 700.0}, "crossing"),
        ({"along_km": 60.0, "drift_km_day": 5.0, "loop_km": 10.0}, "parking"),
    ],
)
def test_each_motion_has_its_name(motion: dict[str, float], name: str) -> None:
    assert shape.describe(relative(**motion), DAYS, 1.0, 100.0, 200.0).shape == name


def test_the_numbers_are_those_that_were_put_in() -> None:
    found = shape.describe(relative(along_km=40.0, drift_km_day=3.0, loop_km=12.0), DAYS, 1.0, 100.0, 200.0)
    assert found.in_track_drift_km_day == pytest.approx(3.0, abs=1e-6)
    assert found.in_track_mean_km == pytest.approx(40.0 + 3.0 * 3.0, abs=0.1)
    assert found.hours_within == pytest.approx(6 * 24.0, rel=0.01)


def test_a_full_circle_is_one_turn_and_its_sense_shows() -> None:
    one, other = relative(loop_km=20.0), relative(loop_km=20.0) * [1.0, -1.0, 1.0]
    turns = [shape.describe(dr, DAYS, 1.0, 100.0, 200.0).turns_per_revolution for dr in (one, other)]
    assert turns[0] == pytest.approx(-turns[1])
    assert abs(turns[0]) == pytest.approx(1.0, abs=0.01)


def test_where_nothing_is_known_is_left_out() -> None:
    dr = relative(along_km=50.0, loop_km=10.0)
    dr[100:200] = np.nan
    found = shape.describe(dr, DAYS, 1.0, 100.0, 200.0)
    assert found.shape == "parking"
    assert np.isfinite([found.largest_km, found.median_km, found.hours_within]).all()


def test_one_bad_revolution_does_not_tilt_a_slope() -> None:
    x = np.arange(9.0)
    y = 2.0 * x + 1.0
    y[4] = 500.0
    assert shape.median_slope(x, y) == pytest.approx(2.0)
