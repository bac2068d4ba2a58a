from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.errors import UsageError
from hoshimori.sky import search

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
a_tenth_of_a_millisecond = 1e-4


def test_roots_of_a_sine() -> None:
    found = search.roots(lambda s: np.sin(s / 100.0), 10.0, 2000.0, 60.0)
    np.testing.assert_allclose(found, 100.0 * np.pi * np.arange(1, 7), atol=a_tenth_of_a_millisecond)


def test_minima_of_a_cosine() -> None:
    at, value = search.minima(lambda s: np.cos(s / 100.0), 0.0, 2000.0, 60.0)
    np.testing.assert_allclose(at, 100.0 * np.pi * np.array([1, 3, 5]), atol=1e-4)
    np.testing.assert_allclose(value, -1.0, atol=1e-12)


def test_the_ends_of_a_window_are_no_minima() -> None:
    at, _ = search.minima(lambda s: s, 0.0, 10.0, 1.0)
    assert len(at) == 0


def test_intervals_and_those_cut_by_the_window() -> None:
    """A cosine of period 200 pi s is below zero in (50 pi, 150 pi) and (250 pi, 350 pi)."""
    found = search.intervals_below(lambda s: np.cos(s / 100.0), 0.0, 200.0, 1000.0, 30.0)
    np.testing.assert_allclose(found, [[200.0, 150.0 * np.pi], [250.0 * np.pi, 1000.0]], atol=a_tenth_of_a_millisecond)


def test_a_visit_shorter_than_a_step_is_found() -> None:
    found = search.intervals_below(lambda s: np.abs(s - 33.3), 0.5, 0.0, 100.0, 10.0)
    np.testing.assert_allclose(found, [[32.8, 33.8]], atol=a_tenth_of_a_millisecond)


def test_never_and_always() -> None:
    assert search.intervals_below(lambda s: s * 0.0 + 1.0, 0.0, 0.0, 10.0, 1.0).shape == (0, 2)
    assert search.intervals_below(lambda s: s * 0.0 - 1.0, 0.0, 0.0, 10.0, 1.0).tolist() == [[0.0, 10.0]]


def test_a_gap_in_knowledge_is_no_event() -> None:
    def known_until_50(s: Floats) -> Floats:
        return np.where(s < 50.0, 1.0, np.nan)

    assert len(search.roots(known_until_50, 0.0, 100.0, 10.0)) == 0
    assert len(search.minima(known_until_50, 0.0, 100.0, 10.0)[0]) == 0


def test_a_step_or_window_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="positive step"):
        search.roots(np.sin, 0.0, 10.0, 0.0)
    with pytest.raises(UsageError, match="stop after start"):
        search.minima(np.sin, 10.0, 0.0, 1.0)


@settings(max_examples=50)
@given(st.lists(st.floats(-900.0, 900.0), min_size=1, max_size=20), st.integers(1, 5))
def test_many_roots_at_once(where: list[float], power: int) -> None:
    """Flat and steep alike: (x - a)^p for odd p, and an exponential."""
    a = np.array(where)

    def f(index: np.ndarray[tuple[int], np.dtype[np.int64]], s: Floats) -> Floats:
        x = (s - a[index]) / 1000.0
        return np.asarray(np.where(index % 2 == 0, x ** (2 * power - 1), np.expm1(3.0 * x)))

    found = search.refine_roots(f, np.full(len(a), -1000.0), np.full(len(a), 1000.0), 1e-6)
    np.testing.assert_allclose(found, a, atol=2e-6)


def test_no_change_of_sign_no_root() -> None:
    found = search.refine_roots(lambda i, s: s * s + i, np.array([-1.0, -1.0]), np.array([1.0, 2.0]))
    assert np.isnan(found).all()
    exact = search.refine_roots(lambda i, s: s - i, np.array([0.0, -1.0]), np.array([1.0, 1.0]))
    assert exact.tolist() == [0.0, 1.0]


@settings(max_examples=30)
@given(st.lists(st.floats(-25.0, 25.0), min_size=1, max_size=20))
def test_many_minima_of_passes_at_once(where: list[float]) -> None:
    """The distance of a straight pass: 7 km/s, miss 1 km."""
    a = np.array(where)
    at, value = search.refine_minima(lambda i, s: np.hypot(7.0 * (s - a[i]), 1.0), np.full(len(a), -30.0), np.full(len(a), 30.0))
    np.testing.assert_allclose(at, a, atol=a_tenth_of_a_millisecond)
    np.testing.assert_allclose(value, 1.0, atol=1e-9)
