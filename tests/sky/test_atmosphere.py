"""Density against a published atmosphere, laws that any atmosphere keeps, and the tables against the model behind them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from hoshimori.sky import atmosphere
from hoshimori.sky._decay_kernel import density, sun_ascension
from hoshimori.sky.atmosphere import Activity, steady

NOON = np.array(["2004-03-21T12:00"], dtype="datetime64[us]")

US_STANDARD_1976 = {100.0: 5.604e-7, 200.0: 2.541e-10, 300.0: 1.916e-11, 400.0: 2.803e-12, 500.0: 5.215e-13, 1000.0: 3.561e-15}
"""kg/m^3 by height in km: U.S. Standard Atmosphere (1976), mean solar activity."""


def globe(n: int = 400, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes even over the sphere."""
    rng = np.random.default_rng(seed)
    return rng.uniform(-np.pi, np.pi, n), np.arcsin(rng.uniform(-1.0, 1.0, n))


def mean_density(height_km: float, activity: Activity, t_utc: np.ndarray = NOON) -> float:
    lon, lat = globe()
    return float(np.mean(atmosphere.density_kg_m3(t_utc, lon, lat, np.full(len(lon), height_km), activity)))


@pytest.mark.parametrize("height_km", US_STANDARD_1976)
def test_global_mean_is_near_the_standard_atmosphere(height_km: float) -> None:
    """Two models of the same air, one of an exosphere of 1,000 K, which the other has at an F10.7 of about 120."""
    ratio = mean_density(height_km, steady(f107=120.0, ap=10.0)) / US_STANDARD_1976[height_km]
    assert 0.6 < ratio < 1.6


def test_falls_with_height_and_rises_with_the_sun_and_with_storms() -> None:
    quiet, active, storm = steady(f107=70.0, ap=4.0), steady(f107=200.0, ap=4.0), steady(f107=70.0, ap=100.0)
    by_height = [mean_density(h, quiet) for h in (90.0, 120.0, 200.0, 400.0, 700.0, 1200.0)]
    assert np.all(np.diff(np.log(by_height)) < -1.0)
    assert mean_density(500.0, active) > 5.0 * mean_density(500.0, quiet)
    assert mean_density(500.0, storm) > 1.5 * mean_density(500.0, quiet)


def test_the_bulge_is_where_it_is_afternoon() -> None:
    lon = np.radians(np.array([30.0, -150.0]))  # 14 h and 2 h local time at noon UTC
    day, night = atmosphere.density_kg_m3(NOON, lon, np.zeros(2), np.full(2, 500.0), steady())
    assert day > 2.0 * night


def test_below_the_ground_nothing_is_said_and_a_record_storm_still_is() -> None:
    inside = atmosphere.density_kg_m3(NOON, np.zeros(1), np.zeros(1), np.array([-1.0]), steady())
    assert np.isnan(inside[0])
    storm = atmosphere.density_kg_m3(NOON, np.zeros(1), np.array([1.5]), np.array([120.0]), steady(f107=300.0, ap=400.0))
    assert storm[0] > 0.0


CONDITIONS = (
    (140.0, 140.0, 9.0, "2013-03-25"),
    (110.0, 140.0, 15.0, "2013-06-25"),
    (70.0, 68.0, 4.0, "2009-12-01"),
    (220.0, 190.0, 50.0, "2001-10-10"),
)


@pytest.mark.parametrize(("daily", "mean", "ap", "day"), CONDITIONS)
def test_tables_are_the_model(daily: float, mean: float, ap: float, day: str) -> None:
    """Mean over the globe within 5 %, place by place within 15 % (one sigma): longitude is averaged out of the tables."""
    activity = Activity(np.array([day], dtype="datetime64[D]"), np.array([daily]), np.array([mean]), np.array([ap]))
    table = atmosphere.day_table(np.datetime64(day, "D"), activity)
    rng, (lon, lat) = np.random.default_rng(2), globe()
    us = rng.integers(0, 86_400_000_000, len(lon))
    t = np.datetime64(day, "us") + us.astype("timedelta64[us]")
    for height in (100.0, 150.0, 250.0, 400.0, 600.0, 900.0, 1500.0):
        told = atmosphere.density_kg_m3(t, lon, lat, np.full(len(lon), height), activity)
        hours = us / 8.64e10 + lon / (2.0 * np.pi)
        ours = np.array([density(table, height, la, h) for la, h in zip(lat, hours, strict=True)])
        assert ours.mean() / told.mean() == pytest.approx(1.0, abs=0.05)
        assert np.std(np.log(ours / told)) < 0.15


def test_several_days_in_one_table_lie_between_them() -> None:
    days = np.arange("2013-03-20", "2013-03-28", dtype="datetime64[D]")
    activity = Activity(days, np.linspace(90.0, 160.0, 8), np.full(8, 120.0), np.full(8, 9.0))
    one, low, high = (atmosphere.day_table(d, activity, n) for d, n in ((days[0], 8), (days[0], 1), (days[-1], 1)))
    middle = one.mean(axis=(1, 2))[40:]
    assert np.all((low.mean(axis=(1, 2))[40:] < middle) & (middle < high.mean(axis=(1, 2))[40:]))


def test_the_mean_sun_crosses_the_equator_at_the_equinox() -> None:
    day = np.datetime64("2004-03-20T06:49", "us").astype(np.int64) / 86_400_000_000
    away = (sun_ascension(day) + np.pi) % (2.0 * np.pi) - np.pi
    assert abs(np.degrees(away)) < 2.5  # equation of the equinoctial Sun: up to 2.5 degrees from the true one


def test_outside_its_days_the_nearest_holds() -> None:
    activity = Activity(np.arange("2013-03-20", "2013-03-22", dtype="datetime64[D]"), *(np.array([1.0, 2.0]) for _ in range(3)))
    days = np.array(["1990-01-01", "2013-03-20", "2013-03-21", "2050-01-01"], dtype="datetime64[us]")
    assert activity.rows(days).tolist() == [0, 0, 1, 1]


def test_importing_costs_nothing() -> None:
    code = (
        "import sys, hoshimori.sky.atmosphere, hoshimori.sky.decay; sys.exit('pymsis' in sys.modules or 'numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
