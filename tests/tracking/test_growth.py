"""Between the ages and beyond them."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.tracking.growth import Growth

AGES = np.array([0.5, 1.0, 3.0, 7.0])


def power(exponent: float) -> Growth:
    sigma = np.outer(AGES**exponent, np.arange(1.0, 7.0))
    tilted = np.eye(6)
    tilted[0, 1] = tilted[1, 0] = 0.9
    return Growth(AGES, sigma, np.stack([np.eye(6), tilted, tilted, np.eye(6)]))


@pytest.mark.parametrize("exponent", [1.0, 1.4, 2.0])
def test_a_power_of_age_is_met_between_and_beyond_the_ages(exponent: float) -> None:
    age = np.array([0.5, 0.8, 2.0, 7.0, 20.0, -2.0])
    wanted = np.outer(np.abs(age) ** exponent, np.arange(1.0, 7.0))
    assert power(exponent).sigma_at(age) == pytest.approx(wanted, rel=1e-12)


def test_beyond_the_last_age_the_power_is_held_between_one_and_two() -> None:
    last = np.array([7.0, 70.0])
    for exponent, held in ((0.2, 1.0), (3.0, 2.0)):
        at = power(exponent).sigma_at(last)
        assert at[1] / at[0] == pytest.approx(np.full(6, 10.0**held))


def test_before_the_first_age_nothing_shrinks() -> None:
    assert (power(1.0).sigma_at(np.array([0.0, 0.1, 0.5])) == power(1.0).sigma_at(np.array([0.5] * 3))).all()


def test_correlations_between_ages_stay_positive_definite() -> None:
    age = np.linspace(-30.0, 30.0, 200)
    assert np.linalg.eigvalsh(power(1.0).correlation_at(age)).min() >= 0.1 - 1e-12
