"""Flux of a population on a target: the density that Kessler wrote down, Öpik's rate, symmetry, limits, and counted passages."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import dblquad

from bench.hazard.population import START, random_planes
from hoshimori.detect.close_approaches import close_approaches
from hoshimori.detect.crossing_future import orbits_of
from hoshimori.errors import UsageError
from hoshimori.facts import ElementSets
from hoshimori.sky import flux
from hoshimori.sky._sgp4_constants import MU_KM3_S2
from hoshimori.sky.flux import Orbits

TAU = 2.0 * np.pi


def orbits(sma_km: float, e: float, inc_deg: float, n: int = 1, seed: int | None = None) -> Orbits:
    """n alike; planes, perigees and anomalies anywhere by seed, else zero."""
    angles = np.zeros((3, n)) if seed is None else np.random.default_rng(seed).uniform(0.0, TAU, (3, n))
    return Orbits(np.full(n, sma_km), np.full(n, e), np.full(n, np.radians(inc_deg)), *angles)


def rate(population: Orbits, target: Orbits, **options: float) -> float:
    return float(flux.shells(population, target, **options).per_km2_s[0, 0])  # type: ignore[arg-type]


@pytest.mark.parametrize(("sma_km", "e", "inc_deg"), [(7200.0, 0.02, 82.6), (26560.0, 0.72, 63.4), (7000.0, 0.1, 120.0)])
def test_the_density_of_one_orbit_is_one_object_in_all_of_space(sma_km: float, e: float, inc_deg: float) -> None:
    """By quadrature in variables that take the infinite edges away: r = a - a e cos(x), sin(latitude) = sin(i) sin(y)."""
    one = orbits(sma_km, e, inc_deg)

    def piece(y: float, x: float) -> float:
        r, s = sma_km * (1.0 - e * np.cos(x)), np.sin(np.radians(inc_deg)) * np.sin(y)
        density = flux.density_per_km3(one, np.array([r]), np.array([np.arcsin(s)]))[0]
        jacobian = sma_km * e * np.sin(x) * np.sin(np.radians(inc_deg)) * np.cos(y)
        return float(density * TAU * r * r * jacobian)

    edge = 1e-6
    total, _ = dblquad(piece, edge, np.pi - edge, -np.pi / 2 + edge, np.pi / 2 - edge, epsrel=1e-6)
    assert total == pytest.approx(1.0, rel=1e-4)


def test_density_is_what_positions_drawn_at_random_fill() -> None:
    """Kepler orbits with random angles, counted in cells 20 km high and 4 degrees wide on both sides of the equator."""
    rng = np.random.default_rng(3)
    n, a, e, inc = 400_000, 7200.0, 0.02, np.radians(65.0)
    anomaly = rng.uniform(0.0, TAU, n)
    eccentric = anomaly.copy()
    for _ in range(20):
        eccentric = anomaly + e * np.sin(eccentric)
    r = a * (1.0 - e * np.cos(eccentric))
    latitude = np.arcsin(np.sin(inc) * np.sin(rng.uniform(0.0, TAU, n)))
    inside = (np.abs(r - 7250.0) < 10.0) & (np.abs(np.abs(latitude) - np.radians(30.0)) < np.radians(2.0))
    volume = 2.0 * (7260.0**3 - 7240.0**3) / 3.0 * TAU * (np.sin(np.radians(32.0)) - np.sin(np.radians(28.0)))
    expected = flux.density_per_km3(orbits(a, e, 65.0), np.array([7250.0]), np.radians([30.0]))[0] * volume * n
    assert inside.sum() == pytest.approx(expected, abs=4.0 * np.sqrt(expected))


def test_nothing_beyond_perigee_apogee_and_highest_latitude() -> None:
    one = orbits(7200.0, 0.02, 65.0)
    r_km, latitude = np.array([7000.0, 7400.0, 7200.0]), np.radians([0.0, 0.0, 66.0])
    assert [float(flux.density_per_km3(one, r_km[k : k + 1], latitude[k : k + 1])[0]) for k in range(3)] == [0.0, 0.0, 0.0]


def test_opik_1951_for_a_target_on_a_circle() -> None:
    """In units of the target's radius and speed, the probability P for one revolution of the object and a radius s is
    s^2 U / (pi sin(i) |Ux|). U^2 = 3 - 1/A - 2 sqrt(A (1 - e^2)) cos(i),
    Ux^2 = 2 - 1/A - A (1 - e^2). Öpik, Proc. R. Irish Acad. 54A, 1951, 165-199.
    """
    r_km, a_km, e, inc = 7200.0, 7260.0, 0.03, np.radians(64.0)
    big = a_km / r_km
    u = np.sqrt(3.0 - 1.0 / big - 2.0 * np.sqrt(big * (1.0 - e * e)) * np.cos(inc))
    ux = np.sqrt(2.0 - 1.0 / big - big * (1.0 - e * e))
    for_radius_1 = u / (np.pi * np.sin(inc) * ux) / r_km**2  # for a radius of 1 km, in one revolution
    period_s = TAU * np.sqrt(a_km**3 / MU_KM3_S2)
    opik = for_radius_1 / period_s / np.pi
    found = rate(orbits(a_km, e, 64.0), orbits(r_km, 0.0, 0.0), half_height_km=0.05)
    assert found == pytest.approx(opik, rel=2e-3)
    assert flux.shells(orbits(a_km, e, 64.0), orbits(r_km, 0.0, 0.0)).speed_km_s[0, 0] == pytest.approx(
        u * np.sqrt(MU_KM3_S2 / r_km), rel=2e-3
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ((7100.0, 0.02, 80.0), (7050.0, 0.015, 57.0)),
        ((7100.0, 0.02, 97.0), (7050.0, 0.015, 80.0)),
        ((7000, 0.01, 5), (7050, 0.02, 40)),
    ],
)
def test_who_is_the_target_does_not_matter(one: tuple[float, float, float], two: tuple[float, float, float]) -> None:
    there, back = rate(orbits(*one), orbits(*two), points=4000), rate(orbits(*two), orbits(*one), points=4000)
    assert there == pytest.approx(back, rel=0.01)


def test_few_points_are_enough() -> None:
    for inc_deg in (30.0, 57.0, 79.0, 82.6, 97.0):
        one, two = orbits(7100.0, 0.02, 80.0), orbits(7050.0, 0.015, inc_deg)
        assert rate(one, two) == pytest.approx(rate(one, two, points=40_000), rel=0.04)


@pytest.mark.parametrize("inc_deg", [57.0, 80.0, 97.0])
def test_crossings_averaged_over_all_planes_and_perigees_are_the_shell(inc_deg: float) -> None:
    many, own = orbits(7050.0, 0.015, inc_deg, 20_000, 5), orbits(7100.0, 0.02, 80.0, 60, 6)
    mean = float(np.nanmean(flux.rings(many, own, sigma_km=1.0).per_km2_s))
    assert mean == pytest.approx(rate(many.take(slice(0, 1)), own.take(slice(0, 1)), points=4000), rel=0.03)


def test_two_known_circles_that_cross_at_right_angles() -> None:
    """Both pass the two mutual nodes once a revolution: a rate for each area of 2 |w| / (|v1 x v2| T^2) times the density of the
    distance, which a sigma of 1 km makes 1 / sqrt(2 pi) per km."""
    one, two = orbits(7000.0, 0.0, 90.0), orbits(7000.0, 0.0, 0.0)
    v, period = np.sqrt(MU_KM3_S2 / 7000.0), TAU * np.sqrt(7000.0**3 / MU_KM3_S2)
    expected = 2.0 * np.sqrt(2.0) * v / v**2 / period**2 / np.sqrt(TAU)
    found = flux.rings(one, two, sigma_km=1.0)
    assert found.per_km2_s[0, 0] == pytest.approx(expected, rel=1e-9)
    assert found.speed_km_s[0, 0] == pytest.approx(np.sqrt(2.0) * v)


def test_tracks_that_lie_apart_are_not_crossed_and_the_same_plane_is_not_told() -> None:
    assert flux.rings(orbits(7000.0, 0.0, 90.0), orbits(7200.0, 0.0, 0.0)).per_km2_s[0, 0] == 0.0
    assert np.isnan(flux.rings(orbits(7000.0, 0.0, 90.0), orbits(7000.0, 0.01, 90.0)).per_km2_s[0, 0])


def test_shells_that_do_not_meet_have_no_flux() -> None:
    found = flux.shells(orbits(42164.0, 0.0005, 3.0), orbits(7000.0, 0.01, 98.0))
    assert found.per_km2_s[0, 0] == 0.0
    assert np.isnan(found.speed_km_s[0, 0])


def test_flux_expects_as_many_passages_as_are_counted() -> None:
    """SGP4 and the sieve against the formula: 1,500 random orbits of one inclination, 8 others, 10 days, below 20 km."""
    rng = np.random.default_rng(11)
    many = random_planes(rng, rng.uniform(7050, 7350, 1500), rng.uniform(0.002, 0.03, 1500), rng.normal(82.6, 0.3, 1500))
    inc_deg = np.array([53.0, 98.0, 82.6, 66.0, 30.0, 51.6, 74.0, 87.0])
    few = random_planes(rng, rng.uniform(7100, 7300, 8), rng.uniform(0.001, 0.002, 8), inc_deg, 5001)
    stop = START + np.timedelta64(864_000_000_000, "us")
    met = close_approaches(ElementSets.concat([many, few]), START, stop, 20.0, watched=few.norad_id.tolist()).table
    counted = int((met.other_norad_id < 5001).sum())
    expected = float(flux.shells(orbits_of(many, START), orbits_of(few, START)).per_km2_s.sum()) * np.pi * 400.0 * 864e3
    assert expected > 500.0
    assert counted == pytest.approx(expected, abs=5.0 * np.sqrt(expected))


def test_one_batch_of_targets_is_many_small_ones() -> None:
    many, own = orbits(7050.0, 0.015, 57.0, 20, 1), orbits(7100.0, 0.02, 80.0, 5, 2)
    whole = flux.shells(many, own), flux.rings(many, own)
    for k in range(5):
        row = own.take(slice(k, k + 1))
        assert np.array_equal(flux.shells(many, row).per_km2_s[0], whole[0].per_km2_s[k])
        assert np.array_equal(flux.rings(many, row).per_km2_s[0], whole[1].per_km2_s[k])


def test_planes_turn_as_fast_as_the_sun_where_an_orbit_is_sun_synchronous() -> None:
    """Landsat's orbit: 705 km, 98.2 degrees; its plane turns by 360 degrees a year."""
    landsat = orbits(7077.7, 0.0001, 98.2)
    assert np.degrees(flux.drifted(landsat, 10.0).raan_rad[0]) == pytest.approx(3600.0 / 365.2422, rel=0.01)


def cloud(days: float, n: int = 300) -> Orbits:
    """Pieces of one event on a circle at 500 km, 82.6 degrees, thrown at random with 50 m/s each way, so many days later."""
    rng = np.random.default_rng(2)
    r, v = np.array([6878.0, 0.0, 0.0]), np.sqrt(MU_KM3_S2 / 6878.0)
    inc = np.radians(82.6)
    speed = v * np.array([0.0, np.cos(inc), np.sin(inc)]) + rng.normal(0.0, 0.05, (n, 3))
    momentum = np.cross(r, speed)
    energy = 0.5 * (speed**2).sum(axis=1) - MU_KM3_S2 / 6878.0
    toward = np.cross(speed, momentum) / MU_KM3_S2 - r / 6878.0
    e = np.linalg.norm(toward, axis=1)
    node = np.stack([-momentum[:, 1], momentum[:, 0], np.zeros(n)], axis=1)
    raan = np.arctan2(node[:, 1], node[:, 0])
    unit = momentum / np.linalg.norm(momentum, axis=1)[:, None]
    node /= np.linalg.norm(node, axis=1)[:, None]
    across = np.cross(unit, node)
    argp = np.arctan2((toward * across).sum(axis=1), (toward * node).sum(axis=1))
    u = np.arctan2(across @ r, node @ r)
    true = u - argp
    eccentric = 2.0 * np.arctan(np.sqrt((1.0 - e) / (1.0 + e)) * np.tan(0.5 * true))
    anomaly = eccentric - e * np.sin(eccentric)
    start = Orbits(-MU_KM3_S2 / (2.0 * energy), e, np.arccos(unit[:, 2]), raan % TAU, argp % TAU, anomaly % TAU)
    return flux.drifted(start, days)


def test_a_cloud_goes_from_an_ellipsoid_to_a_ring_a_torus_and_a_shell() -> None:
    """In the order of McKnight (1990) and Jehn (1991). It closes within a day or two, its planes when their rates say so."""
    young = flux.phase(cloud(0.02))
    later = (0.02, 3.0, 0.5 * young.spreads_days, 2.0 * young.spreads_days)
    assert [flux.phase(cloud(days)).name for days in later] == ["ellipsoid", "ring", "torus", "shell"]
    assert 0.2 < young.closes_days < 2.0
    assert young.pinch < 0.01


def test_random_orbits_are_a_shell() -> None:
    assert flux.phase(orbits(7000.0, 0.01, 80.0, 500, 3)).name == "shell"


def test_what_cannot_be_asked_is_refused() -> None:
    good = orbits(7000.0, 0.01, 80.0)
    with pytest.raises(UsageError, match="0 <= e < 1"):
        flux.shells(orbits(7000.0, 1.2, 80.0), good)
    with pytest.raises(UsageError, match="half_height_km"):
        flux.shells(good, good, half_height_km=0.0)
    with pytest.raises(UsageError, match="sigma_km"):
        flux.rings(good, good, sigma_km=0.0)
    with pytest.raises(UsageError, match="2 or more"):
        flux.phase(good)
