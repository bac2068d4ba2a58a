"""How risky a pass is at most: the closed form stands for the search where both say the same; dilution means what it says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hoshimori.detect import risk
from hoshimori.sky.chance import short

Floats = npt.NDArray[np.float64]


def passes(n: int = 400) -> tuple[Floats, Floats, Floats, Floats]:
    """Random passes across a relative velocity: misses from 10 m to 10 km, sigmas from 20 m to 20 km, radii from 0.2 to 30 m."""
    rng = np.random.default_rng(11)
    dv = rng.normal(size=(n, 3)) * 7.0
    dr = np.cross(dv, rng.normal(size=(n, 3)))
    dr *= (10.0 ** rng.uniform(-2.0, 1.0, n) / np.linalg.norm(dr, axis=1))[:, None]
    turn = np.linalg.qr(rng.normal(size=(n, 3, 3)))[0]
    sigma = 10.0 ** rng.uniform(-1.7, 1.3, (n, 3))
    covariance = np.einsum("nij,nj,nkj->nik", turn, sigma**2, turn)
    return dr, dv, covariance, 10.0 ** rng.uniform(-0.7, 1.5, n)


def test_the_closed_form_stands_only_where_it_says_the_same() -> None:
    given = passes()
    found = risk.risk(*given)
    exact = short.alfano_maximum_2005(*given[:3], given[3] * 1e-3)
    np.testing.assert_allclose(found.maximum_probability, exact.probability, rtol=2e-5)
    np.testing.assert_allclose(found.maximum_scale, exact.scale, rtol=1e-4)
    both = np.abs(exact.scale - 1.0) > 1e-3
    assert (found.diluted == exact.diluted)[both].all()


def test_no_size_of_the_covariance_gives_more_than_the_maximum() -> None:
    dr, dv, covariance, radius = passes()
    found = risk.risk(dr, dv, covariance, radius)
    for scale in (0.1, 0.3, 1.0, 3.0, 10.0):
        there = risk.risk(dr, dv, covariance * scale**2, radius)
        assert (there.screening_probability <= found.maximum_probability * (1.0 + 2e-5)).all()
        np.testing.assert_allclose(there.maximum_probability, found.maximum_probability, rtol=2e-5)
        np.testing.assert_allclose(there.mahalanobis * scale, found.mahalanobis, rtol=1e-9)


def test_a_diluted_probability_may_rise_and_another_falls_when_the_orbit_is_better_known() -> None:
    """With four fifths of every sigma; of passes outside the bodies."""
    given = passes()
    outside = np.linalg.norm(given[0], axis=1) > given[3] * 1e-3
    dr, dv, covariance, radius = (x[outside] for x in given)
    now, later = risk.risk(dr, dv, covariance, radius), risk.risk(dr, dv, 0.64 * covariance, radius)
    clear = np.abs(np.log(now.maximum_scale)) > 0.3
    rises = later.screening_probability > now.screening_probability
    assert (rises == now.diluted)[clear & (now.screening_probability > 0.0)].all()


def test_a_low_probability_counts_only_where_the_orbits_are_known_well_enough() -> None:
    """A pass at 100 m of bodies of 10 m: known to 20 m it is safe; known to 100 km nothing is known, and it could be anything."""
    dr, dv = np.array([[0.1, 0.0, 0.0]] * 2), np.array([[0.0, 0.0, 7.0]] * 2)
    covariance = np.stack([np.eye(3) * 0.02**2, np.eye(3) * 100.0**2])
    found = risk.risk(dr, dv, covariance, np.array([10.0, 10.0]))
    assert (found.screening_probability < 1e-4).all()
    assert risk.above(found, 1e-4).tolist() == [False, True]


def test_without_relative_speed_or_covariance_nothing_is_claimed() -> None:
    still = risk.risk(np.array([[0.1, 0.0, 0.0]]), np.zeros((1, 3)), np.eye(3)[None], np.array([5.0]))
    exact = risk.risk(np.array([[0.1, 0.0, 0.0]]), np.array([[0.0, 0.0, 7.0]]), np.zeros((1, 3, 3)), np.array([5.0]))
    for found in (still, exact):
        assert np.isnan(found.screening_probability).all()
        assert np.isnan(found.maximum_probability).all()
