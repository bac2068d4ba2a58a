"""Covariances that are none: repaired openly or refused with the term named."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.errors import DataError, UsageError
from hoshimori.sky.chance.covariance import repaired


def test_a_sound_covariance_comes_back_as_it_is() -> None:
    root = np.random.default_rng(1).normal(0, 1, (6, 6))
    c = root @ root.T
    for size in (2, 3, 6):
        same, why = repaired(c[:size, :size])
        assert why is None
        np.testing.assert_array_equal(same, c[:size, :size])


@pytest.mark.parametrize("size", [2, 3, 6])
def test_a_correlation_beyond_one_is_repaired_and_said(size: int) -> None:
    c = np.diag(np.arange(1.0, size + 1.0) ** 2)
    c[0, 1] = c[1, 0] = 2.1  # correlation 1.05
    mended, why = repaired(c, whose="covariance of object 2")
    assert why is not None
    assert why.code == "covariance_repaired"
    assert why.values["whose"] == "covariance of object 2"
    assert float(why.values["least"]) < 0.0
    assert np.linalg.eigvalsh(mended)[0] > -1e-12
    assert mended[0, 1] == pytest.approx(2.1, rel=0.1)
    np.testing.assert_allclose(mended, mended.T)


def test_the_floor_is_kept() -> None:
    mended, why = repaired(np.diag([1.0, 1e-12]), floor=1e-6)
    assert why is not None
    np.testing.assert_allclose(mended, np.diag([1.0, 1e-6]))


def test_six_by_six_does_not_depend_on_the_unit_of_length() -> None:
    c = np.diag([1.0, 4.0, 9.0, 1e-6, 1e-6, 1e-6])
    c[1, 3] = c[3, 1] = 1.02 * 2.0 * 1e-3
    km, why = repaired(c)
    metres, _ = repaired(c * 1e6)
    assert why is not None
    np.testing.assert_allclose(metres, km * 1e6, rtol=1e-12)


def test_rounding_is_not_worth_a_word() -> None:
    c = np.array([[1.0, 1.0], [1.0, 1.0 - 1e-12]])
    mended, why = repaired(c)
    assert why is None
    assert np.linalg.eigvalsh(mended)[0] > -1e-15


def test_a_covariance_of_position_alone_stays_one() -> None:
    c = np.pad(np.diag([1.0, 0.5, 2.0]), (0, 3), constant_values=np.nan)
    same, why = repaired(c)
    assert why is None
    assert np.isnan(same[3:]).all()


@pytest.mark.parametrize(
    ("term", "value", "said"),
    [
        ((1, 1), -4.0, "covariance of object 1: variance of y is -4: a variance is never negative; refused"),
        ((4, 4), np.nan, "variance of vy is nan"),
        ((2, 0), np.inf, "covariance of z and x is inf: expected a number"),
        ((2, 0), 0.5, "z, x is 0 above and 0.5 below: expected a symmetric one"),
    ],
)
def test_what_nobody_can_mend_is_refused_by_name(term: tuple[int, int], value: float, said: str) -> None:
    c = np.eye(6)
    c[term] = value
    with pytest.raises(DataError) as caught:
        repaired(c, whose="covariance of object 1")
    assert said in str(caught.value)


def test_a_shape_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match=r"shape \(4, 4\)"):
        repaired(np.eye(4))


def test_two_halves_that_differ_a_little_are_averaged_and_said() -> None:
    c = np.eye(6)
    c[2, 0] = 2e-4
    even, why = repaired(c, whose="covariance of object 1")
    assert why is not None
    assert why.code == "covariance_averaged"
    assert even[2, 0] == even[0, 2] == 1e-4
    c[2, 0] = 2e-8
    assert repaired(c)[1] is None
