"""Bounds on a rising body: closed forms with published answers, and bodies flown numerically that must never break a bound."""

from __future__ import annotations

from functools import cache
from math import inf, pi, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import solve_ivp

from hoshimori.errors import UsageError
from hoshimori.sky import ballistic, ballistic_track
from hoshimori.sky.ballistic import MU_KM3_S2, Envelope

Floats = npt.NDArray[np.float64]
R = 6371.0
ONE_METRE = 1e-3

FLOWN = {
    "24 March 2022, as announced (KCNA; Asahi, NHK)": (6248.5, 1090.0, 4052.0),
    "14 May 2017 (press; 'some 700 km', 30 minutes)": (2111.5, 700.0, 1800.0),
}
"""Greatest height km, ground range km, time of flight s."""


def envelope(ceiling_km: float = 1600.0, **changed: float) -> Envelope:
    given: dict[str, Any] = {"rotation_km_s": 0.4, "acceleration_km_s2": 0.2, "boost_s": 180.0, "boost_km": 400.0} | changed
    return ballistic.from_ground(R, ceiling_km, **given)


def test_speed_and_height_there_and_back() -> None:
    for height in (100.0, 865.0, 6248.5, 40000.0):
        assert ballistic.height_of_speed_km(R, ballistic.speed_to_height_km_s(R, height)) == pytest.approx(height, rel=1e-12)
    assert ballistic.height_of_speed_km(R, sqrt(2.0 * MU_KM3_S2 / R) + 1e-9) == inf
    with pytest.raises(UsageError, match="positive"):
        ballistic.speed_to_height_km_s(R, -1.0)


def test_a_low_throw_is_that_of_a_flat_earth() -> None:
    """h = v2 / 2g, T = 2v / g; and the reach of the best angle is twice the height."""
    g, v = MU_KM3_S2 / R**2, 0.3
    assert ballistic.height_of_speed_km(R, v) == pytest.approx(v**2 / (2.0 * g), rel=1e-3)
    assert ballistic.flight_time_s(v**2 / (2.0 * g), 1e-6) == pytest.approx(2.0 * v / g, rel=1e-3)
    assert ballistic.height_of_range_km(100.0, R) == pytest.approx(50.0, rel=1e-4)


@pytest.mark.parametrize(("height_km", "range_km", "time_s"), FLOWN.values(), ids=list(FLOWN))
def test_published_flights_lie_inside_the_bounds(height_km: float, range_km: float, time_s: float) -> None:
    """A free flight of that height and range, within a tenth for the boost; and no later than the bound of such a ceiling."""
    assert ballistic.flight_time_s(height_km, range_km / R) == pytest.approx(time_s, rel=0.1)
    assert ballistic.latest_time_s(envelope(height_km + 1.0), np.array([R]))[0] > time_s
    assert ballistic.least_time_s(envelope(height_km + 1.0), np.array([R + height_km]), np.array([height_km]))[0] < time_s / 2.0


def test_the_least_speed_for_a_range_throws_as_high_as_said() -> None:
    """Q = 2 sin(psi/2) / (1 + sin(psi/2)) (Wheelon 1959), straight up."""
    psi = 3000.0 / R
    q = 2.0 * np.sin(psi / 2.0) / (1.0 + np.sin(psi / 2.0))
    assert ballistic.height_of_range_km(3000.0, R) == pytest.approx(ballistic.height_of_speed_km(R, sqrt(q * MU_KM3_S2 / R)))


def test_climbing_is_a_rectilinear_ellipse() -> None:
    """Kepler's equation with e = 1: t = sqrt(a3/mu) (E - sin E), r = a (1 - cos E)."""
    e = envelope(1500.0)
    a, r = ballistic.semi_major_km(e), R + np.array([100.0, 500.0, 1200.0])

    def since_centre(x: Floats) -> Floats:
        anomaly = np.arccos(1.0 - x / a)
        return np.asarray(sqrt(a**3 / MU_KM3_S2) * (anomaly - np.sin(anomaly)))

    expected = since_centre(r) - since_centre(np.array([R]))
    assert np.allclose(ballistic.rise_time_s(e, np.full(3, R), r), expected, atol=0.01)


def test_crossing_with_thrust_is_its_integral() -> None:
    e = envelope(1500.0)
    t = np.linspace(0.0, 300.0, 300_001)
    way = np.cumsum(np.minimum(e.first_speed_km_s + e.acceleration_km_s2 * t, e.speed_km_s)) * (t[1] - t[0])
    chord = np.array([0.5, 20.0, 300.0, 1200.0])
    found = ballistic.least_time_s(e, np.full(4, R), chord)
    assert np.allclose(found, np.interp(chord, way, t), atol=0.01)


def flown(state: Floats, times: Floats, thrust: Any = None) -> Floats:
    """Positions (n, 3) by scipy's DOP853, two bodies and a thrust."""

    def rate(t: float, y: Floats) -> Floats:
        pull = -MU_KM3_S2 * y[:3] / np.linalg.norm(y[:3]) ** 3
        return np.concatenate([y[3:], pull + (0.0 if thrust is None else thrust(t, y))])

    found = solve_ivp(rate, (0.0, float(times[-1])), state, "DOP853", times, rtol=1e-10, atol=1e-9, max_step=5.0)
    return np.asarray(found.y.T[:, :3])


@pytest.mark.parametrize("seed", range(12))
def test_no_powered_flight_breaks_a_bound(seed: int) -> None:
    """Thrust up to the limit in any direction that turns at random, until the energy or the time of the class is spent."""
    rng = np.random.default_rng([5, seed])
    e = envelope(rng.uniform(300.0, 3000.0), boost_km=2000.0)
    start = R * np.array([1.0, 0.0, 0.0])
    ground = e.first_speed_km_s * np.array([0.0, 1.0, 0.0])
    aim = np.concatenate([[1.0], rng.normal(0.0, 0.7, 2)])
    turn = rng.normal(0.0, 0.01, 3)
    push = e.acceleration_km_s2 * rng.uniform(0.2, 1.0)

    def thrust(t: float, y: Floats) -> Floats:
        spare = e.speed_km_s**2 / 2.0 - MU_KM3_S2 / R - (y[3:] @ y[3:] / 2.0 - MU_KM3_S2 / np.linalg.norm(y[:3]))
        direction = aim + turn * t
        on = t < e.boost_s and spare > 0.1
        return np.asarray(push * direction / np.linalg.norm(direction) * on)

    t = np.linspace(0.0, 1500.0, 1501)
    r = flown(np.concatenate([start, ground]), t, thrust)
    distance, chord = np.linalg.norm(r, axis=1), np.linalg.norm(r - start, axis=1)
    ended = chord[int(e.boost_s)]
    e = e._replace(boost_km=float(ended))
    up = (distance >= R) & (t > 0.0) & (distance <= R + e.ceiling_km)
    up &= np.cumsum(distance < R - 1e-6) == 0
    assert (ballistic.least_time_s(e, distance[up], chord[up]) <= t[up] + 0.01).all()
    assert (ballistic.latest_time_s(e, distance[up]) >= t[up]).all()
    free = up & (t >= e.boost_s)
    assert (ballistic.room_km(e, distance[free], chord[free]) >= -ONE_METRE).all()


def test_the_ellipse_of_safety_is_touched_and_never_left() -> None:
    """Thrown steeply with all the speed: each flight touches the envelope once before it lands (Battin), none leaves it."""
    v = 4.0
    e = ballistic.in_free_flight(R, v, 0.0, 4000.0)
    t = np.linspace(0.0, 1400.0, 14001)
    for angle in np.radians([50.0, 60.0, 70.0, 80.0]):
        r = flown(np.array([R, 0.0, 0.0, v * np.sin(angle), v * np.cos(angle), 0.0]), t)
        r = r[: 1 + int(np.argmax(np.linalg.norm(r[1:], axis=1) < R))]
        distance = np.linalg.norm(r, axis=1)
        room = ballistic.room_km(e, distance, np.linalg.norm(r - r[0], axis=1))
        assert room.min() > -ONE_METRE
        assert room.min() < 1.0
        sooner = ballistic.least_time_s(e, distance[1:], np.linalg.norm(r - r[0], axis=1)[1:])
        assert (sooner <= t[1 : len(r)] + 0.01).all()


@pytest.mark.parametrize("seed", range(8))
def test_a_body_seen_high_up_may_fall_faster_than_it_flew(seed: int) -> None:
    """From a look on, in any direction with the speed that was seen: rising or falling, no bound is broken."""
    rng = np.random.default_rng([6, seed])
    start, v = (R + 700.0) * np.array([1.0, 0.0, 0.0]), 1.6
    aim = rng.normal(size=3) + np.array([rng.uniform(-1.0, 1.0), 0.0, 0.0])
    e = ballistic.in_free_flight(R + 700.0, v, 0.5, 400.0)
    t = np.linspace(0.0, 600.0, 6001)
    r = flown(np.concatenate([start, v * aim / np.linalg.norm(aim)]), t)
    r = r[: 1 + int(np.argmax(np.append(np.linalg.norm(r[1:], axis=1) < R, True)))]
    distance, chord, t = np.linalg.norm(r, axis=1)[1:], np.linalg.norm(r - start, axis=1)[1:], t[1 : len(r)]
    assert (ballistic.least_time_s(e, distance, chord) <= t + 0.01).all()
    assert (ballistic.latest_time_s(e, distance) >= t).all()
    assert (ballistic.room_km(e, distance, chord) >= -ONE_METRE).all()


def test_wider_classes_bound_less() -> None:
    small, large = envelope(600.0), envelope(1600.0)
    r, chord = R + np.linspace(0.0, 590.0, 60), np.linspace(600.0, 5000.0, 60)
    assert (ballistic.room_km(small, r, chord) <= ballistic.room_km(large, r, chord)).all()
    assert (ballistic.least_time_s(small, r, chord) >= ballistic.least_time_s(large, r, chord)).all()
    assert (ballistic.latest_time_s(small, r) <= ballistic.latest_time_s(large, r)).all()


def test_beyond_escape_nothing_bounds_reach_or_end() -> None:
    e = envelope(100_000.0)
    assert ballistic.semi_major_km(e) == inf
    assert ballistic.latest_time_s(e, np.array([7000.0]))[0] == inf
    assert np.isfinite(ballistic.least_time_s(e, np.array([42164.0]), np.array([35800.0]))[0])


def test_above_circular_speed_the_end_is_a_whole_revolution() -> None:
    e = envelope(7000.0)
    a = ballistic.semi_major_km(e)
    assert ballistic.latest_time_s(e, np.array([8000.0]))[0] == pytest.approx(180.0 + 2.0 * pi * sqrt(a**3 / MU_KM3_S2))


# --- a track


def rising_state(speed: float = 3.6, tilt_deg: float = 70.0) -> Floats:
    tilt = np.radians(tilt_deg)
    out, north = np.array([0.8, 0.0, 0.6]), np.array([-0.6, 0.0, 0.8])
    east = np.array([0.0, 1.0, 0.0])
    along = (north + 0.3 * east) / np.hypot(1.0, 0.3)
    return np.concatenate([6521.0 * out, speed * (np.sin(tilt) * out + np.cos(tilt) * along)])


def test_free_flight_against_scipy_and_two_bodies() -> None:
    state, t = rising_state(), np.array([0.0, 500.0, 1000.0])
    r, _ = ballistic_track.fly(state[:3], state[3:], 1000.0, j2=0.0)
    assert np.linalg.norm(r - flown(state, t)[-1]) < ONE_METRE
    back = ballistic_track.fly(*ballistic_track.fly(state[:3], state[3:], 700.0), -700.0)
    assert np.linalg.norm(back[0] - state[:3]) < ONE_METRE


def bulging(t: float, y: Floats) -> Floats:
    """The J2 term as the gradient of its potential, by central differences."""

    def potential(r: Floats) -> float:
        d = float(np.linalg.norm(r))
        shape = 3.0 * (float(r[2]) / d) ** 2 - 1.0
        return -MU_KM3_S2 * ballistic_track.J2 * ballistic_track.EQUATOR_KM**2 / (2.0 * d**3) * shape

    h = 0.5
    return np.array([(potential(y[:3] + h * x) - potential(y[:3] - h * x)) / (2.0 * h) for x in np.eye(3)])


def test_the_oblate_earth_pulls_as_its_potential_says() -> None:
    state, t = rising_state(), np.array([0.0, 500.0, 1000.0])
    r, _ = ballistic_track.fly(state[:3], state[3:], 1000.0)
    assert np.linalg.norm(r - flown(state, t, bulging)[-1]) < 2.0 * ONE_METRE
    assert np.linalg.norm(r - ballistic_track.fly(state[:3], state[3:], 1000.0, j2=0.0)[0]) > 0.3


@cache
def true_track() -> tuple[Floats, Floats, Floats]:
    """Times, places of a body flown by scipy with J2, and its state at the last."""
    t = np.arange(0.0, 121.0, 6.0)
    r = flown(rising_state(), np.append(t, 120.01), bulging)
    return t, r[:-1], np.concatenate([r[-2], (r[-1] - r[-2]) / 0.01])


def track(seed: int, sigma_km: float = 0.3) -> tuple[Floats, Floats, Floats, Floats]:
    """Looks at that body with their covariance, and the true state at the last look."""
    rng = np.random.default_rng([7, seed])
    t, true, end = true_track()
    a = rng.normal(size=(3, 3))
    covariance = sigma_km**2 * (np.eye(3) + 0.3 * a @ a.T)
    noise = rng.multivariate_normal(np.zeros(3), covariance, len(t))
    return t, true + noise, np.broadcast_to(covariance, (len(t), 3, 3)), end


def test_the_covariance_of_a_fit_is_honest() -> None:
    """NEES and chi-square of 100 fits within the 95 % bounds of their means (6 and 57 degrees of freedom)."""
    nees, chi2, missed = [], [], []
    top = float(np.linalg.norm(flown(rising_state(), np.arange(0.0, 700.0, 1.0), bulging), axis=1).max())
    for seed in range(100):
        t, r, covariance, end = track(seed)
        found = ballistic_track.fit(t, r, covariance)
        off = np.concatenate([found.r_km, found.v_km_s]) - end
        nees.append(off @ np.linalg.inv(found.covariance) @ off)
        chi2.append(found.chi2)
        apogee, sigma = ballistic_track.apogee_km(found)
        missed.append((apogee - top) / sigma)
    assert np.mean(nees) == pytest.approx(6.0, abs=1.96 * sqrt(12.0 / 100.0))
    assert np.mean(chi2) == pytest.approx(57.0, abs=1.96 * sqrt(114.0 / 100.0))
    assert np.std(missed) == pytest.approx(1.0, abs=0.25)
    assert abs(np.mean(missed)) < 0.3


def test_a_body_under_thrust_does_not_fit() -> None:
    t = np.arange(0.0, 121.0, 6.0)
    r = flown(rising_state(), t, lambda _t, y: 0.02 * y[3:] / np.linalg.norm(y[3:]))
    found = ballistic_track.fit(t, r, np.broadcast_to(0.01 * np.eye(3), (len(t), 3, 3)))
    assert found.chi2 > found.freedom + 10.0 * sqrt(2.0 * found.freedom)


def test_a_falling_body_is_past_its_apogee() -> None:
    state = rising_state()
    found = ballistic_track.Fit(0.0, state[:3], -state[3:], 1e-4 * np.eye(6), 0.0, 10)
    assert ballistic_track.apogee_km(found)[0] == pytest.approx(6521.0)


def test_too_few_looks_are_refused() -> None:
    with pytest.raises(UsageError, match="three or more"):
        ballistic_track.fit(np.array([0.0, 1.0]), np.zeros((2, 3)), np.broadcast_to(np.eye(3), (2, 3, 3)))
