"""Orbits made to meet: at a known moment they share one point, then run on by their own rates."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.sky.convergence import MU_KM3_S2, Noise, Orbits, converge, met, wound_back

J2_RAD_KM = 1.5 * 1.08263e-3 * 6378.135**2


def thrown(seed: int, n: int, *, day: float = 0.0, shrink: float = 0.0) -> Orbits:
    """Pieces thrown at random from one point at `day`, with the J2 rates of their orbits, told as of day 0."""
    rng = np.random.default_rng(seed)
    radius, inc, u = 6900.0, np.radians(82.0), np.radians(70.0)
    r = radius * np.array([np.cos(u), np.sin(u) * np.cos(inc), np.sin(u) * np.sin(inc)])
    v = np.sqrt(MU_KM3_S2 / radius) * np.array([-np.sin(u), np.cos(u) * np.cos(inc), np.cos(u) * np.sin(inc)])
    speeds = v + rng.normal(0.0, 0.06, (n, 3))
    h = np.cross(r, speeds)
    normal = h / np.linalg.norm(h, axis=1, keepdims=True)
    vector = np.cross(speeds, h) / MU_KM3_S2 - r / radius
    ecc = np.linalg.norm(vector, axis=1)
    sma = 1.0 / (2.0 / radius - (speeds**2).sum(axis=1) / MU_KM3_S2)
    tilt, node = np.arccos(normal[:, 2]), np.arctan2(normal[:, 0], -normal[:, 1])
    nodes = np.stack((np.cos(node), np.sin(node), np.zeros(n)), axis=1)
    perigee = np.arctan2((np.cross(normal, nodes) * vector).sum(axis=1), (nodes * vector).sum(axis=1))
    p = sma * (1.0 - ecc**2)
    motion = np.sqrt(MU_KM3_S2 / sma**3) * 86400.0
    slow = -J2_RAD_KM / p**2 * motion
    node_rate, perigee_rate = slow * np.cos(tilt), -slow * (2.0 - 2.5 * np.sin(tilt) ** 2)
    return Orbits(
        np.zeros(n), sma, ecc, tilt, node - node_rate * day, perigee - perigee_rate * day, node_rate, perigee_rate,
        np.full(n, shrink),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_the_moment_and_the_point_come_back(seed: int) -> None:
    found = converge(thrown(seed, 60, day=-30.0), -60.0, -1.0)
    assert found.day == pytest.approx(-30.0, abs=0.02)
    assert found.met.radius_km == pytest.approx(6900.0, abs=0.5)
    assert abs(np.degrees(np.arcsin(found.met.direction[2]))) == pytest.approx(
        np.degrees(np.arcsin(np.sin(np.radians(70.0)) * np.sin(np.radians(82.0)))), abs=0.05
    )
    assert not found.at_edge
    assert found.rival > 10.0


def test_the_velocities_come_back() -> None:
    rng = np.random.default_rng(3)
    pieces = thrown(3, 40)
    found = met(pieces, 0.0, Noise())
    v = wound_back(pieces, 0.0).velocity_km_s(found.direction)
    kicks = rng.normal(0.0, 0.06, (40, 3))
    assert np.allclose(v - v.mean(axis=0), kicks - kicks.mean(axis=0), atol=2e-5)


def test_satellites_side_by_side_have_no_moment() -> None:
    """One orbit many times, spread over one plane: it never parts, and no moment is better than another."""
    one = thrown(1, 1)
    n = 40
    many = Orbits(**{k: np.repeat(getattr(one, k), n) for k in one.__dataclass_fields__})
    found = converge(many, -40.0, -1.0, step_days=1.0)
    assert found.depth < 0.5
    assert found.at_edge or not np.isfinite(found.formal_days) or found.rival < 4.0 or found.formal_days > 1.0


def test_an_event_outside_the_window_stands_at_its_edge() -> None:
    found = converge(thrown(2, 60, day=-30.0), -20.0, -1.0, step_days=0.5)
    assert found.at_edge


def test_uneven_drag_is_borne_by_the_steady() -> None:
    """Half of the pieces sink fast and not as their rate tells: the moment is still found."""
    pieces = thrown(5, 80, day=-40.0)
    rng = np.random.default_rng(5)
    sinking = rng.random(80) < 0.5
    shrink = np.where(sinking, -2e-4 * rng.random(80), 0.0)
    off = np.where(sinking, rng.normal(0.0, 2e-3, 80), 0.0)
    spoilt = Orbits(
        **{
            **{k: getattr(pieces, k) for k in pieces.__dataclass_fields__},
            "shrink_day": shrink,
            "raan_rad": pieces.raan_rad + off,
        }
    )
    assert converge(spoilt, -70.0, -1.0).day == pytest.approx(-40.0, abs=0.3)


def test_winding_back_and_forth_changes_nothing_without_drag() -> None:
    pieces = thrown(7, 10)
    there = wound_back(pieces, 12.0)
    again = wound_back(
        Orbits(
            np.full(10, 12.0), there.sma_km, there.ecc, there.inc_rad, there.raan_rad, there.argp_rad, pieces.node_rad_day,
            pieces.perigee_rad_day, pieces.shrink_day,
        ),
        0.0,
    )  # fmt: skip
    assert np.allclose(again.raan_rad, pieces.raan_rad, atol=1e-12)
    assert np.allclose(again.argp_rad, pieces.argp_rad, atol=1e-12)
    assert np.allclose(again.sma_km, pieces.sma_km, atol=1e-9)
