from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshimori.sky import relative

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

A_KM = 42164.2
N = np.sqrt(relative.MU_KM3_S2 / A_KM**3)
vectors = st.tuples(*[st.floats(-10, 10).map(lambda x: round(x, 6))] * 3).map(np.array)


def test_the_example_in_the_docstring_runs() -> None:
    found = doctest.testmod(relative, extraglobs={"np": np})
    assert found.attempted == 1
    assert found.failed == 0


def test_axes_of_a_known_state() -> None:
    basis = relative.rtn_basis(np.array([0.0, 7000.0, 0.0]), np.array([-7.0, 1.0, 0.0]))
    np.testing.assert_allclose(basis, [[0, 1, 0], [-1, 0, 0], [0, 0, 1]], atol=1e-15)


@given(vectors, vectors, vectors)
def test_rtn_is_a_rotation(r: Floats, v: Floats, dr: Floats) -> None:
    if np.linalg.norm(np.cross(r, v)) < 1e-3:
        return
    basis = relative.rtn_basis(r, v)
    np.testing.assert_allclose(basis @ basis.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(basis) == pytest.approx(1.0, abs=1e-9)
    assert np.linalg.norm(relative.to_rtn(dr, r, v)) == pytest.approx(np.linalg.norm(dr), abs=1e-9)
    assert relative.to_rtn(v, r, v)[2] == pytest.approx(0.0, abs=1e-9)


@given(vectors, vectors)
def test_closest_approach_is_closest_and_symmetric(dr: Floats, dv: Floats) -> None:
    dt, miss = relative.closest_approach(dr, dv)
    for later in (-1.0, -1e-3, 1e-3, 1.0):
        assert np.linalg.norm(dr + (dt + later) * dv) >= miss - 1e-9
    back = relative.closest_approach(-dr, -dv)
    assert back[1] == pytest.approx(float(miss), abs=1e-12)


def test_at_rest_with_each_other() -> None:
    dt, miss = relative.closest_approach(np.array([[3.0, 4.0, 0.0]]), np.zeros((1, 3)))
    assert (dt[0], miss[0]) == (0.0, 5.0)


def _on_circle(angle: Floats | float, radius_km: float = A_KM) -> tuple[Floats, Floats]:
    c, s = np.cos(angle), np.sin(angle)
    speed = np.sqrt(relative.MU_KM3_S2 / radius_km)
    return radius_km * np.stack((c, s, 0 * c), axis=-1), speed * np.stack((-s, c, 0 * c), axis=-1)


def test_two_on_one_circle_are_at_rest_in_turning_axes() -> None:
    r, v = _on_circle(1.0)
    r2, v2 = _on_circle(1.001)
    assert np.abs(relative.rotating_velocity(r2 - r, v2 - v, r, v)).max() < 1e-11
    assert np.linalg.norm(relative.to_rtn(v2 - v, r, v)) == pytest.approx(0.001 * A_KM * N, rel=1e-5)


def test_a_higher_circle_drifts_back() -> None:
    r, v = _on_circle(0.3)
    r2, v2 = _on_circle(0.3, A_KM + 10.0)
    seen = relative.relative_orbit(r2 - r, v2 - v, r, v)
    assert seen.da_km == pytest.approx(10.0, rel=1e-3)
    assert seen.drift_km_rev == pytest.approx(-3.0 * np.pi * 10.0, rel=1e-3)
    assert seen.radial_km == pytest.approx(0.0, abs=0.01)
    assert seen.along_km == pytest.approx(0.0, abs=0.01)


def _kepler(e: float, inc: float, mean: float, perigee: float) -> tuple[Floats, Floats]:
    """A slightly eccentric, slightly inclined orbit of semi-major axis A_KM, node at 0."""
    anomaly = mean
    for _ in range(20):
        anomaly = mean + e * np.sin(anomaly)
    x, y = A_KM * (np.cos(anomaly) - e), A_KM * np.sqrt(1 - e * e) * np.sin(anomaly)
    rate = N / (1.0 - e * np.cos(anomaly))
    vx, vy = -A_KM * np.sin(anomaly) * rate, A_KM * np.sqrt(1 - e * e) * np.cos(anomaly) * rate
    c, s = np.cos(perigee), np.sin(perigee)
    turned = np.array([[x * c - y * s, x * s + y * c], [vx * c - vy * s, vx * s + vy * c]])
    ci, si = np.cos(inc), np.sin(inc)
    r, v = (np.array([p[0], p[1] * ci, p[1] * si]) for p in turned)
    return r, v


@pytest.mark.parametrize("perigee", [0.0, np.pi / 2, 2.0])
def test_size_and_phase_of_the_ellipse_do_not_depend_on_when_one_looks(perigee: float) -> None:
    """By construction: a |de| = 10 km, a |di| = 5 km, phase = perigee - node, middle 0, no drift."""
    for mean in np.linspace(0.0, 6.0, 7):
        r, v = _on_circle(mean + perigee)
        r2, v2 = _kepler(10.0 / A_KM, 5.0 / A_KM, mean, perigee)
        seen = relative.relative_orbit(r2 - r, v2 - v, r, v)
        assert seen.radial_km == pytest.approx(10.0, abs=0.02)
        assert seen.normal_km == pytest.approx(5.0, abs=0.01)
        assert seen.da_km == pytest.approx(0.0, abs=0.02)
        assert seen.along_km == pytest.approx(0.0, abs=0.02)
        assert abs(np.sin(seen.phase_rad - perigee)) < 0.005
        assert np.cos(seen.phase_rad - perigee) > 0.0


def test_along_the_arc_a_hundred_kilometres_are_no_radial_offset() -> None:
    r, v = _on_circle(0.0)
    r2, v2 = _on_circle(100.0 / A_KM)
    seen = relative.relative_orbit(r2 - r, v2 - v, r, v)
    assert seen.along_km == pytest.approx(100.0, abs=1e-6)
    assert abs(float(seen.da_km)) < 1e-6
