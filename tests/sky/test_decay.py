"""Falling orbits against closed forms, against the same forces flown in full by scipy, and against laws they must keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bench.survival import flown
from hoshimori.errors import UsageError
from hoshimori.facts import Floats, Times
from hoshimori.sky import atmosphere, decay, orbits, secular
from hoshimori.sky.atmosphere import steady
from hoshimori.sky.decay import fall, fly

EPOCH = np.array(["2013-03-25T06:00"], dtype="datetime64[us]")
MU = 398600.4418
AIR = steady(f107=140.0, ap=12.0)


def one(
    height_km: float, b: float, *, ecc: float = 1e-3, inc_deg: float = 70.0, until: float = 60.0, **more: object
) -> decay.Fall:
    sma = (6378.137 + height_km) / (1.0 - ecc)
    return together(EPOCH, [np.array([x]) for x in (sma, ecc, np.radians(inc_deg), 1.0, 2.0, b)], until, **more)


def together(t_utc: Times, columns: Sequence[Floats], until: float, **more: Any) -> decay.Fall:
    """columns: axis, eccentricity, inclination, node, perigee, B."""
    sma, ecc, inc, raan, argp, b = columns
    return fall(t_utc, sma, ecc, inc, raan, argp, b, AIR, until_days=until, **more)


def two_sets(t_utc: Times, motion: Sequence[float]) -> decay.Balance:
    ecc, inc, raan, argp = (np.full(len(motion), x) for x in (0.001, 70.0, 10.0, 20.0))
    return decay.ballistic_m2_kg(t_utc, np.array(motion), ecc, inc, raan, argp, AIR)


def motion_of(axis_km: float, ecc: float, inc_deg: float) -> float:
    """Revolutions a day of the element set with this mean axis."""
    rev = 86400.0 / (2.0 * np.pi) * np.sqrt(398600.8 / axis_km**3)
    for _ in range(20):
        a = secular.mean_axis_km(*(np.array([x]) for x in (rev, ecc, inc_deg)))[0]
        rev *= (a / axis_km) ** 1.5
    return float(rev)


@pytest.mark.parametrize("height_km", [250.0, 400.0, 700.0])
def test_round_orbits_sink_as_the_closed_form_says(height_km: float) -> None:
    """da/dt = -B rho sqrt(mu a), the air at rest: King-Hele (1987). Its turning takes (1 - w cos i / n)^2 of that off."""
    b, inc = 0.01, 70.0
    found = one(height_km, b, ecc=0.0, inc_deg=inc, until=1.0, at_days=np.array([0.0, 1.0]))
    a = float(found.sma_km[0, 0])
    u, lon = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False), np.linspace(-np.pi, np.pi, 24, endpoint=False)
    lat = np.arcsin(np.sin(np.radians(inc)) * np.sin(u))
    ground = 6378.137 * (1.0 - np.sin(lat) ** 2 / 298.257)
    t = EPOCH + np.linspace(0.0, 86400e6, 24).astype("timedelta64[us]")
    node = 1.0  # rad, where the orbit stands to the Sun
    gmst = 2.0 * np.pi * (0.7790572732640 + 1.00273781191135448 * (decay.days_since_1970(t) - 10957.5))
    over = np.arctan2(np.cos(np.radians(inc)) * np.sin(u), np.cos(u)) + node - gmst
    rho = atmosphere.density_kg_m3(t, (over + np.pi) % (2.0 * np.pi) - np.pi + 0.0 * lon, lat, a - ground, AIR).mean()
    turning = (1.0 - 7.292e-5 * np.cos(np.radians(inc)) / np.sqrt(MU / a**3)) ** 2
    closed = b * rho * 1e3 * np.sqrt(MU * a) * 86400.0 * turning
    assert a - found.sma_km[0, 1] == pytest.approx(closed, rel=0.12)


def test_half_the_drag_twice_the_life() -> None:
    lives = [one(260.0, b, until=200.0).days[0] for b in (0.01, 0.02, 0.04)]
    assert lives[0] / lives[1] == pytest.approx(2.0, rel=0.08)
    assert lives[1] / lives[2] == pytest.approx(2.0, rel=0.08)


def test_eccentric_orbits_grow_round_as_they_fall() -> None:
    found = one(180.0, 0.02, ecc=0.05, until=100.0, at_days=np.linspace(0.0, 60.0, 13))
    up = np.isfinite(found.ecc[0])
    perigee = found.sma_km[0][up] * (1.0 - found.ecc[0][up])
    assert up.sum() > 4
    assert np.all(np.diff(found.sma_km[0][up]) < 0.0)
    assert np.all(np.diff(found.ecc[0][up]) < 0.0)
    assert np.ptp(perigee) < 0.2 * np.ptp(found.sma_km[0][up])


SHORT = ((180.0, 0.0005, 51.6, 0.01, 75.0), (200.0, 0.001, 82.6, 0.02, 200.0), (160.0, 0.01, 63.0, 0.02, 140.0))


@pytest.mark.parametrize(("perigee", "ecc", "inc", "b", "f107"), SHORT)
def test_lifetimes_are_those_of_the_same_forces_flown_in_full(
    perigee: float, ecc: float, inc: float, b: float, f107: float
) -> None:
    """Averaged within 2 %, by steps within 1 %: no table, no averaging and no fixed step on the other side."""
    air, axis = steady(f107=f107, ap=10.0), (6378.137 + perigee) / (1.0 - ecc)
    motion, angles = motion_of(axis, ecc, inc), (80.0, 40.0, 200.0)
    true = flown.days_up(EPOCH[0], motion, ecc, inc, *angles, b, air, until_days=10.0)
    raan, argp = (np.radians(np.array([x])) for x in angles[:2])
    got = fall(
        EPOCH, np.array([axis]), np.array([ecc]), np.radians(np.array([inc])), raan, argp, np.array([b]), air, until_days=10.0
    )
    assert got.days[0] == pytest.approx(true, rel=0.02)
    set_ = orbits.prepare(EPOCH, *(np.array([x]) for x in (motion, ecc, inc, *angles, 0.0)))
    state = orbits.states(set_, EPOCH)
    flight = fly(EPOCH, state.r_km.reshape(1, 3), state.v_km_s.reshape(1, 3), np.array([b]), air, until_days=10.0)
    assert flight.days[0] == pytest.approx(true, rel=0.01)
    assert flown.height_km(flight.r_km[0]) == pytest.approx(80.0, abs=0.05)


def test_without_air_a_flight_keeps_energy_and_its_axis_component_of_momentum() -> None:
    r, v = np.array([[6800.0, 1000.0, 300.0]]), np.array([[-1.0, 5.0, 5.6]])
    flight = fly(EPOCH, r, v, np.array([0.0]), AIR, until_days=2.0, at_days=np.array([1.0, 2.0]))

    def energy(r: np.ndarray, v: np.ndarray) -> float:
        d = np.linalg.norm(r)
        s = r[2] / d
        p2, p3 = 1.5 * s**2 - 0.5, 2.5 * s**3 - 1.5 * s
        p4 = (35.0 * s**4 - 30.0 * s**2 + 3.0) / 8.0
        k = 6378.137 / d
        inside = 1.0 - 1.0826267e-3 * k**2 * p2 + 2.5326565e-6 * k**3 * p3 + 1.6196216e-6 * k**4 * p4
        return float(0.5 * v @ v - MU / d * inside)

    one_metre = 1e-3 / 7000.0  # of the energy per unit of axis
    for k in range(2):
        later = energy(flight.asked_r_km[0, k], flight.asked_v_km_s[0, k])
        assert later == pytest.approx(energy(r[0], v[0]), rel=one_metre)
        before, after = np.cross(r[0], v[0])[2], np.cross(flight.asked_r_km[0, k], flight.asked_v_km_s[0, k])[2]
        assert after == pytest.approx(before, rel=1e-8)
    assert np.isinf(flight.days[0])


def test_many_together_fall_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    n = 12
    sma, ecc = 6378.137 + rng.uniform(180.0, 600.0, n), rng.uniform(0.0, 0.01, n)
    rest = rng.uniform(0.2, 1.5, n), rng.uniform(0.0, 6.0, n), rng.uniform(0.0, 6.0, n), rng.uniform(0.005, 0.5, n)
    t = EPOCH[0] + rng.integers(0, 10 * 86_400_000_000, n).astype("timedelta64[us]")
    columns = [sma, ecc, *rest]
    many = together(t, columns, 12.0)
    alone = [together(t[k : k + 1], [x[k : k + 1] for x in columns], 12.0).days[0] for k in range(n)]
    assert np.isfinite(many.days).any()
    assert np.isinf(many.days).any()
    np.testing.assert_allclose(many.days, alone, rtol=5e-3)


def test_b_comes_back_from_the_sets_of_a_falling_object() -> None:
    b, days = 0.013, np.arange(0.0, 20.0, 1.0)
    found = one(350.0, b, at_days=days)
    sma, ecc = found.sma_km[0], found.ecc[0]
    motion = np.array([motion_of(a, e, 70.0) for a, e in zip(sma, ecc, strict=True)])
    rate = -1.5 * 1.0826267e-3 * (6378.137 / sma[0]) ** 2 * np.sqrt(MU / sma[0] ** 3) * np.cos(np.radians(70.0)) * 86400.0
    turn = 1.5 * 1.0826267e-3 * (6378.137 / sma[0]) ** 2 * np.sqrt(MU / sma[0] ** 3) * 86400.0
    argp = np.degrees(2.0 + turn * (2.5 * np.cos(np.radians(70.0)) ** 2 - 0.5) * days)
    t = EPOCH + (days * 86_400e6).astype("timedelta64[us]")
    told = decay.ballistic_m2_kg(t, motion, ecc, np.full(20, 70.0), np.degrees(1.0 + rate * days) % 360.0, argp % 360.0, AIR)
    assert told.value == pytest.approx(np.full(len(told.value), b), rel=0.03)
    assert np.all(told.span_days == pytest.approx(3.0))


def test_a_raised_orbit_gives_a_negative_b_and_a_single_set_none() -> None:
    t = EPOCH + np.array([0, 5], "timedelta64[D]")
    told = two_sets(t, [15.2, 15.1])
    assert told.value[0] < 0.0
    assert len(two_sets(t[:1], [15.2]).value) == 0


def test_what_is_down_already_and_what_stays_up() -> None:
    assert one(70.0, 0.01).days[0] == 0.0
    assert np.isinf(one(1500.0, 0.01, until=365.0).days[0])
    assert len(together(EPOCH[:0], [np.zeros(0)] * 6, 1.0).days) == 0


@pytest.mark.parametrize(
    ("field", "args"),
    [
        ("ecc", {"ecc": -0.1}),
        ("b_m2_kg", {"b": np.nan}),
        ("end_height_km", {"end_height_km": 50.0}),
    ],
)
def test_asked_wrongly(field: str, args: dict[str, float]) -> None:
    more = {"b": 0.01} | args
    b = more.pop("b")
    with pytest.raises(UsageError, match=field):
        one(300.0, b, **more)


def test_sets_out_of_order_are_refused() -> None:
    t = EPOCH + np.array([5, 0], "timedelta64[D]")
    with pytest.raises(UsageError, match="in order of epoch"):
        two_sets(t, [15.2, 15.3])
