"""A Gaussian over a disc: closed forms, other people's integrators, laws, and NaN where there is no answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import erf
from scipy.stats import ncx2, special_ortho_group

from hoshimori.errors import UsageError
from hoshimori.sky.chance import short
from hoshimori.sky.chance.meeting import Floats

METHODS = (short.foster_1992, short.chan_1997, short.patera_2001)
ALONG_Z = np.array([0.0, 0.0, 7.0])


def flat(x: float, y: float, sx: float, sy: float, radius: float) -> tuple[Floats, Floats, Floats, Floats]:
    """One conjunction whose encounter plane is x, y; along the velocity nothing matters."""
    return np.array([[x, y, 3.0]]), ALONG_Z[None, :], np.diag([sx**2, sy**2, 50.0])[None], np.array([radius])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("radius", [1e-4, 0.01, 0.3, 1.0, 4.0])
def test_a_round_gaussian_about_the_middle_has_a_closed_form(method, radius) -> None:  # type: ignore[no-untyped-def]
    assert method(*flat(0, 0, 1, 1, radius))[0] == pytest.approx(-np.expm1(-0.5 * radius**2), rel=1e-9)


@pytest.mark.parametrize(("miss", "radius"), [(0.5, 0.1), (3.0, 0.2), (3.0, 2.9), (3.0, 3.5), (8.0, 1.0), (0.01, 5.0)])
def test_a_round_gaussian_off_the_middle_is_a_noncentral_chi_square(miss: float, radius: float) -> None:
    expected = ncx2.cdf(radius**2, 2, miss**2)
    for method in METHODS:
        assert method(*flat(miss, 0, 1, 1, radius))[0] == pytest.approx(expected, rel=1e-8, abs=1e-15)


@pytest.mark.parametrize("miss", [10.0, 20.0, 27.5, 35.0])
@pytest.mark.parametrize("radius", [0.01, 0.7, 3.0])
def test_far_out_two_ways_of_integrating_agree_to_eight_digits(miss: float, radius: float) -> None:
    one, other = short.foster_1992(*flat(miss, 0, 1, 1, radius))[0], short.chan_1997(*flat(miss, 0, 1, 1, radius))[0]
    assert 0.0 < one < 1e-10
    assert one == pytest.approx(other, rel=1e-8)


def test_an_ellipse_against_a_plain_quadrature() -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        sx, sy = np.exp(rng.uniform(-3, 1, 2))
        x, y = rng.uniform(-2, 2, 2)
        radius = np.exp(rng.uniform(-3, 0.5))

        def chord(u: float, x: float = x, y: float = y, sx: float = sx, sy: float = sy, radius: float = radius) -> float:
            half = np.sqrt(max(0.0, radius**2 - u**2))
            across = 0.5 * (erf((y + half) / sy / np.sqrt(2)) - erf((y - half) / sy / np.sqrt(2)))
            return float(across * np.exp(-0.5 * ((x + u) / sx) ** 2) / sx / np.sqrt(2 * np.pi))

        peaks = [u for u in (-x, 0.0) if abs(u) < radius]
        expected, _ = quad(chord, -radius, radius, points=peaks, limit=500, epsabs=1e-14, epsrel=1e-11)
        assert short.foster_1992(*flat(x, y, sx, sy, radius))[0] == pytest.approx(expected, rel=1e-7, abs=1e-13)
        assert short.patera_2001(*flat(x, y, sx, sy, radius), points=4096)[0] == pytest.approx(expected, abs=1e-9)


def test_sigma_far_below_the_radius_counts_whether_the_mean_is_inside() -> None:
    assert short.foster_1992(*flat(0.99, 0, 1e-6, 1e-7, 1.0))[0] == pytest.approx(1.0, abs=1e-8)
    assert short.foster_1992(*flat(1.01, 0, 1e-6, 1e-7, 1.0))[0] == 0.0
    assert short.foster_1992(*flat(1.0, 0, 1e-5, 1e-5, 1.0))[0] == pytest.approx(0.5, abs=1e-5)


def test_the_sum_of_slices_is_low_by_what_its_author_lets_it_be() -> None:
    case = flat(0.0, 0.3, 1.0, 0.7, 0.01)
    ratio = short.alfano_2005(*case, steps=100)[0] / short.foster_1992(*case)[0]
    assert 1.0 - ratio == pytest.approx(1.0588 / 100**1.5, rel=0.01)
    assert short.alfano_2005(*case, steps=100_000)[0] == pytest.approx(short.foster_1992(*case)[0], rel=1e-6)


@given(st.integers(0, 10_000))
def test_the_frame_does_not_matter_and_one_batch_equals_many(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dr, dv, radius = rng.normal(0, 1, (4, 3)), rng.normal(0, 5, (4, 3)), rng.uniform(0.01, 1, 4)
    root = rng.normal(0, 1, (4, 3, 3))
    c = root @ np.swapaxes(root, 1, 2) + 0.01 * np.eye(3)
    turn = special_ortho_group.rvs(3, random_state=seed)
    batch = short.foster_1992(dr, dv, c, radius)
    np.testing.assert_allclose(short.foster_1992(dr @ turn.T, dv @ turn.T, turn @ c @ turn.T, radius), batch, rtol=1e-7)
    one_by_one = [short.foster_1992(dr[i], dv[i], c[i], radius[i])[0] for i in range(4)]
    np.testing.assert_array_equal(one_by_one, batch)
    np.testing.assert_allclose(short.foster_1992(-dr, -dv, c, radius), batch, rtol=1e-9)  # whoever is called first
    assert (short.foster_1992(dr, dv, c, radius * 1.1) >= batch).all()


def test_the_maximum_over_scale_is_one_and_is_where_it_says() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        x, y = rng.uniform(1.0, 3.0, 2)
        sx, sy = np.exp(rng.uniform(-2, 1, 2))
        radius = rng.uniform(0.01, 1.2)
        found = short.alfano_maximum_2005(*flat(x, y, sx, sy, radius))
        scales = found.scale[0] * np.exp(np.linspace(-2, 2, 81))
        curve = [short.foster_1992(*flat(x, y, s * sx, s * sy, radius))[0] for s in scales]
        assert found.probability[0] >= max(curve) * (1 - 1e-8)
        assert curve[40] == pytest.approx(found.probability[0], rel=1e-8)
        assert found.diluted[0] == (found.scale[0] < 1.0)


def test_a_small_disc_has_the_closed_maximum_and_a_covered_mean_the_whole() -> None:
    case = flat(1.0, 0.5, 0.3, 0.2, 1e-4)
    assert short.alfano_maximum_2005(*case).probability[0] == pytest.approx(short.alfriend_maximum_1999(*case)[0], rel=1e-5)
    inside = short.alfano_maximum_2005(*flat(0.1, 0.0, 0.3, 0.2, 0.5))
    assert (inside.probability[0], inside.scale[0], inside.diluted[0]) == (1.0, 0.0, True)


def test_the_worst_covariance_lies_along_the_miss() -> None:
    worst = short.alfano_worst_2005([1.0], [0.02], aspect=3.0)[0]
    for angle in np.linspace(0.0, np.pi, 13):
        turned = flat(np.cos(angle), np.sin(angle), 3.0, 1.0, 0.02)
        assert short.alfano_maximum_2005(*turned).probability[0] <= worst * (1 + 1e-8)
    assert short.alfano_worst_2005([1.0], [0.02], aspect=10.0)[0] > worst


def test_what_has_no_answer_is_nan_and_what_is_asked_wrongly_is_refused() -> None:
    dr, dv, c, radius = flat(1.0, 0.0, 1.0, 1.0, 0.1)
    for method in METHODS:
        assert np.isnan(method(dr, 0.0 * dv, c, radius)[0])
        assert np.isnan(method(dr, dv, -c, radius)[0])
        assert method(dr, dv, c, 0.0 * radius)[0] == 0.0
    assert np.isnan(short.alfano_maximum_2005(dr, dv, -c, radius).probability[0])
    with pytest.raises(UsageError, match=r"radius_km=-0\.1: expected a summed radius of 0 or more"):
        short.foster_1992(dr, dv, c, -radius)
    with pytest.raises(UsageError, match=r"expected dr \(n, 3\)"):
        short.foster_1992(dr, dv[:, :2], c, radius)
    with pytest.raises(UsageError, match=r"aspect=0.5"):
        short.alfano_worst_2005([1.0], [0.1], aspect=0.5)
