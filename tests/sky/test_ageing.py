"""How far sets are off as they age: the table's own laws, and its classes."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.sky import ageing


def test_orbits_fall_into_their_classes() -> None:
    motion, e = np.array([15.5, 14.2, 1.0027, 1.09, 1.0027, 2.006, 2.3]), np.array([1e-3, 1e-3, 1e-4, 0.0, 0.3, 0.7, 0.72])
    expected = ["LEO low", "LEO high", "GEO", "GEO", "other", "other", "other"]
    assert ageing.orbit_class(motion, e).tolist() == expected


@pytest.mark.parametrize(("motion", "name"), [(15.5, "LEO low"), (14.2, "LEO high"), (1.0027, "GEO"), (2.006, "other")])
def test_at_a_measured_age_it_is_the_measured_value(motion: float, name: str) -> None:
    n = len(ageing.AGES_DAYS)
    sigma = ageing.sigma_rtn_km(np.full(n, motion), np.full(n, 1e-3), ageing.AGES_DAYS)
    np.testing.assert_allclose(sigma, ageing.TABLE_KM[name])


@pytest.mark.parametrize("motion", [15.5, 14.2, 1.0027, 2.006])
def test_it_never_shrinks_with_age_and_is_the_same_forward_and_back(motion: float) -> None:
    age = np.linspace(0.0, 40.0, 400)
    same = np.full(400, motion), np.full(400, 1e-3)
    sigma = ageing.sigma_rtn_km(*same, age)
    assert (np.diff(sigma, axis=0) >= 0.0).all()
    assert (sigma > 0.0).all()
    np.testing.assert_array_equal(sigma, ageing.sigma_rtn_km(*same, -age))


def test_the_covariance_lies_along_the_orbit() -> None:
    """In-track 4 km on the x axis moving along y: variance 16 along y, and the trace stays that of RTN."""
    sigma = np.array([[1.0, 4.0, 2.0]])
    (c,) = ageing.covariance_teme(sigma, np.array([[42164.0, 0.0, 0.0]]), np.array([[0.0, 3.07, 0.0]]))
    np.testing.assert_allclose(c, np.diag([1.0, 16.0, 4.0]), atol=1e-12)
    (tilted,) = ageing.covariance_teme(sigma, np.array([[3e4, 2e4, 1e4]]), np.array([[-1.0, 2.0, 0.5]]))
    assert np.trace(tilted) == pytest.approx(21.0)
    assert np.linalg.eigvalsh(tilted) == pytest.approx([1.0, 4.0, 16.0])
