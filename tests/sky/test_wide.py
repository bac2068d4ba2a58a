"""The branch-free functions under the SGP4 kernel, against NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.sky import _wide

two_units_in_the_last_place = 4.5e-16


@pytest.mark.parametrize("reach", [1e-3, 1.0, 7.0, 1e3, 1e6])
def test_sine_and_cosine(reach: float) -> None:
    x = np.random.default_rng(1).uniform(-reach, reach, 500)
    got = np.array([_wide.sincos(a) for a in x])
    assert np.abs(got - np.column_stack((np.sin(x), np.cos(x)))).max() < two_units_in_the_last_place


def test_at_the_edges_of_the_quadrants() -> None:
    x = np.arange(-40, 41) * np.pi / 4.0
    got = np.array([_wide.sincos(a) for a in x])
    assert np.abs(got - np.column_stack((np.sin(x), np.cos(x)))).max() < two_units_in_the_last_place


def test_what_is_not_a_number_stays_so() -> None:
    assert all(np.isnan(y) for y in _wide.sincos(np.nan))


def test_arctangent_in_every_direction_and_on_the_axes() -> None:
    a = np.concatenate((np.random.default_rng(2).uniform(-np.pi, np.pi, 500), np.arange(-3, 5) * np.pi / 4.0))
    y, x = np.sin(a) * 1e-3, np.cos(a) * 1e-3
    got = np.array([_wide.arctan2(q, p) for q, p in zip(y, x, strict=True)])
    assert np.abs(got - np.arctan2(y, x)).max() < 2.0 * two_units_in_the_last_place
    assert [_wide.arctan2(q, p) for q, p in ((0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0))] == [
        0.0,
        np.pi,
        np.pi / 2,
        -np.pi / 2,
    ]


def test_whole_turns_are_taken_off() -> None:
    x = np.random.default_rng(3).uniform(-1e5, 1e5, 500)
    wrapped = np.array([_wide.wrapped(a) for a in x])
    assert np.abs(wrapped).max() <= np.pi + 1e-9
    within = np.array([_wide.within_a_turn(a) for a in x])
    np.testing.assert_allclose(within, np.fmod(x, 2.0 * np.pi), atol=1e-10)
    np.testing.assert_allclose(np.sin(wrapped), np.sin(x), atol=1e-15 * 1e5)
