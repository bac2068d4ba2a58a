"""Spread with wild values among them: known covariances, found again."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.tracking import scatter

KNOWN = np.array([[4.0, -1.2, 0.3], [-1.2, 1.0, 0.0], [0.3, 0.0, 0.25]]) * 1e-2


def drawn(count: int, wild: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(20261121)
    d = rng.multivariate_normal(np.zeros(3), KNOWN, count)
    d[rng.random(count) < wild] *= 40.0
    return d


def test_a_gaussian_is_found_again() -> None:
    assert scatter.scatter(drawn(20_000)) == pytest.approx(KNOWN, rel=0.05, abs=5e-4)


def test_one_wild_value_in_ten_bends_it_little() -> None:
    found = scatter.scatter(drawn(20_000, wild=0.1))
    assert np.diag(found) / np.diag(KNOWN) == pytest.approx(np.full(3, 1.2), abs=0.15)
    plain = np.diag(np.cov(drawn(20_000, wild=0.1).T))
    assert (plain / np.diag(KNOWN) > 50.0).all()


def test_half_lie_within_the_shell_that_should_hold_half() -> None:
    d = drawn(999, wild=0.2)
    distance2 = np.einsum("ki,ij,kj->k", d, np.linalg.inv(scatter.scatter(d)), d)
    assert np.median(distance2) == pytest.approx(scatter.MEDIAN_3, rel=1e-6)


def test_few_values_on_one_line_still_give_a_positive_definite_answer() -> None:
    line = np.linspace(-1.0, 1.0, scatter.FEWEST)[:, None] * np.array([1.0, 2.0, -0.5])
    assert np.linalg.eigvalsh(scatter.scatter(line)).min() > 0.0


def test_a_wave_around_the_orbit_is_found_and_chance_makes_none() -> None:
    rng = np.random.default_rng(3)
    u = rng.uniform(0.0, 2.0 * np.pi, 8000)
    d = rng.standard_normal((8000, 2))
    d[:, 0] *= np.exp(0.6 * np.cos(2 * u) - 0.3 * np.sin(u))
    found = scatter.wave(d, u, 8000.0)
    assert found[:, 0] == pytest.approx([0.0, -0.3, 0.6, 0.0], abs=0.06)
    assert np.abs(found[:, 1]).max() < 0.06
    assert (scatter.wave(d[:40], u[:40], 2.0) == 0.0).all()


def test_without_waves_the_mean_over_the_orbit_is_one() -> None:
    assert scatter.mean_wave(np.zeros((4, 6))) == pytest.approx(np.ones((6, 6)))
    swing = np.zeros((4, 6))
    swing[2, 0] = 0.5
    assert scatter.mean_wave(swing)[0, 0] == pytest.approx(np.i0(1.0), rel=1e-9)  # mean of exp(2 x 0.5 cos 2u)
