"""The NASA break-up model: numbers of others, and the laws that any distribution keeps."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.errors import UsageError
from hoshimori.sky import fragmentation as f

LENGTHS_M = [0.005, 0.02, 0.079, 0.095, 0.111, 0.2, 0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("mass_kg", "count"), [(750.0, 735), (560.0, 590), (900.0, 843), (1750.0, 1388)], ids=["FY-1C", "Iridium 33", "2251", "1408"]
)
def test_collisions_of_known_mass_give_the_counts_worked_out_by_hand(mass_kg: float, count: int) -> None:
    """reference/methods.md, section 3: pieces above 10 cm by the model for four real events."""
    assert f.collision_count(0.1, mass_kg) == pytest.approx(count, abs=1.0)


def test_upper_stage_explosion_leaves_240_pieces_above_10_cm() -> None:
    """6 x 0.1^-1.6 = 238.9 (Johnson et al. 2001, eq. 2 with S = 1)."""
    assert f.explosion_count(0.1) == pytest.approx(238.86, abs=0.01)
    assert f.explosion_count(0.1, scale=0.5) == pytest.approx(119.43, abs=0.01)


def test_iridium_33_was_struck_with_far_more_than_40_j_g() -> None:
    """11.7 km/s, 560 kg into 900 kg: 42.6 kJ/g, three orders above the threshold."""
    assert f.impact_energy_j_g(900.0, 560.0, 11.7) == pytest.approx(42588.0, rel=1e-3)
    assert f.collision_mass_kg(900.0, 560.0, 11.7) == 1460.0
    assert f.collision_mass_kg(1000.0, 0.001, 10.0) == pytest.approx(0.1)


def test_heavier_is_the_target_whichever_comes_first() -> None:
    assert f.impact_energy_j_g(10.0, 500.0, 7.0) == f.impact_energy_j_g(500.0, 10.0, 7.0)


def test_mass_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="above 0"):
        f.impact_energy_j_g(0.0, 1.0, 7.0)


@pytest.mark.parametrize(
    ("cause", "median", "p90"), [("collision", 109.0, 531.0), ("explosion", 45.0, 150.0)], ids=["collision", "explosion"]
)
def test_speeds_of_satellite_pieces_above_10_cm(cause: f.Cause, median: float, p90: float) -> None:
    """reference/methods.md, section 3, worked out apart from this code: the ratio that tells the causes apart."""
    rng = np.random.default_rng(5)
    chi = f.sample_chi(rng, f.sample_length_m(rng, 200_000, cause, 0.1, 5.0))
    speed = np.linalg.norm(f.sample_delta_v_m_s(rng, chi, cause), axis=1)
    assert np.percentile(speed, [50, 90]) == pytest.approx([median, p90], rel=0.06)


def test_constants_at_20_cm_and_at_the_ends_are_those_of_the_paper() -> None:
    """lambda = log10 0.2; values from the slopes as the paper writes them, which round to three digits."""
    lam = np.log10(0.2)
    m = f.area_to_mass(0.2)
    assert m.weight == pytest.approx([0.3 + 0.4 * (lam + 1.2), 1.0 - 0.3 - 0.4 * (lam + 1.2), 0.0], abs=1e-12)
    assert m.mean[:2] == pytest.approx([-0.6 - 0.318 * (lam + 1.1), -1.2 - 1.333 * (lam + 0.7)], abs=1e-3)
    assert m.sigma[:2] == pytest.approx([0.1 + 0.2 * (lam + 1.3), 0.5], abs=1e-12)
    r = f.area_to_mass(0.2, "rocket body")
    assert r.weight == pytest.approx([1.0 - 0.3571 * (lam + 1.4), 0.3571 * (lam + 1.4), 0.0], abs=1e-3)
    assert r.mean[:2] == pytest.approx([-0.45, -0.9])
    assert r.sigma[:2] == pytest.approx([0.55, 0.28 - 0.1636 * (lam + 1.0)], abs=1e-4)
    small = f.area_to_mass(0.02)
    assert (small.weight[2], small.mean[2]) == pytest.approx((1.0, -0.3 - 1.4 * (np.log10(0.02) + 1.75)), abs=1e-12)
    big = f.area_to_mass(4.0)
    assert (big.weight[0], big.mean[0], big.sigma[0]) == pytest.approx((1.0, -0.95, 0.3))


@pytest.mark.parametrize("kind", ["satellite", "rocket body"])
@pytest.mark.parametrize("length_m", LENGTHS_M)
def test_area_to_mass_is_a_density_and_samples_follow_it(kind: f.Kind, length_m: float) -> None:
    chi = np.linspace(-5.0, 3.0, 4001)
    pdf = f.area_to_mass_pdf(chi, length_m, kind)
    assert np.trapezoid(pdf, chi) == pytest.approx(1.0, abs=1e-4)
    drawn = f.sample_chi(np.random.default_rng(1), np.full(40_000, length_m), kind)
    mean = np.trapezoid(pdf * chi, chi)
    sigma = np.sqrt(np.trapezoid(pdf * (chi - mean) ** 2, chi))
    assert (drawn.mean(), drawn.std()) == pytest.approx((mean, sigma), abs=float(5.0 * sigma / 200.0))


@pytest.mark.parametrize("cause", ["explosion", "collision"])
def test_speed_is_a_density_and_directions_have_no_favourite(cause: f.Cause) -> None:
    speed = np.geomspace(1e-2, 1e6, 20_001)
    pdf = f.delta_v_pdf(speed, -1.0, cause)
    assert np.trapezoid(pdf * speed, np.log(speed)) == pytest.approx(1.0, abs=1e-6)
    dv = f.sample_delta_v_m_s(np.random.default_rng(2), np.full(60_000, -1.0), cause)
    size = np.linalg.norm(dv, axis=1)
    assert np.abs((dv / size[:, None]).mean(axis=0)).max() < 5.0 / np.sqrt(3.0 * 60_000)
    assert np.log10(size).mean() == pytest.approx(float(f.log_speed_mean(-1.0, cause)), abs=5.0 * 0.4 / np.sqrt(60_000))


@pytest.mark.parametrize(("cause", "exponent"), [("explosion", 1.6), ("collision", 1.71)])
def test_drawn_lengths_follow_the_counts(cause: f.Cause, exponent: float) -> None:
    drawn = f.sample_length_m(np.random.default_rng(3), 100_000, cause, 0.05, 2.0)
    assert drawn.min() >= 0.05
    assert drawn.max() <= 2.0
    expected = (0.2**-exponent - 2.0**-exponent) / (0.05**-exponent - 2.0**-exponent)
    assert (drawn > 0.2).mean() == pytest.approx(expected, abs=0.006)


def test_area_has_no_step_where_its_two_laws_meet() -> None:
    """At 1.67 mm: 0.540424 L^2 and 0.556945 L^2.0047077."""
    below, above = f.area_m2([0.00167 - 1e-9, 0.00167 + 1e-9])
    assert below == pytest.approx(above, rel=1e-3)
