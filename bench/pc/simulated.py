"""Conjunctions made up from orbits that do collide, with errors that grew along the orbit: what the chooser is tried on.

Both objects are put at one place, their elements are moved by a draw of their own errors, and the meeting is where the
two wrong orbits come closest. So every case is one that could be, and none was seen when a threshold was set.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hoshimori.errors import DataError
from hoshimori.facts import Floats
from hoshimori.sky.chance._long_orbit import state
from hoshimori.sky.chance.closest import at_closest_approach
from hoshimori.sky.chance.equinoctial_covariance import Elements, elements, partials
from hoshimori.sky.chance.meeting import Meeting

MU = 398600.4418
DAY_S = 86_400.0


def meetings(count: int, seed: int) -> Iterator[Meeting]:
    """Low orbits of 400-1,200 km, crossing at 0.05 to 179 deg (even in the logarithm), 0.5 to 7 days after the last look."""
    rng = np.random.default_rng(seed)
    made = 0
    while made < count:
        try:
            one = _meeting(rng)
        except DataError:
            continue  # the wrong orbits do not come close within a quarter of a turn
        made += 1
        yield one


def _meeting(rng: np.random.Generator) -> Meeting:
    r = _unit(rng) * (6378.137 + rng.uniform(400.0, 1200.0))
    forward = np.cross(_unit(rng), r)
    forward /= np.linalg.norm(forward)
    crossing = np.radians(np.exp(rng.uniform(np.log(0.05), np.log(179.0))))
    other = np.cos(crossing) * forward + np.sin(crossing) * np.cross(r / np.linalg.norm(r), forward)
    circular = np.sqrt(MU / np.linalg.norm(r))
    parts = []
    for direction in (forward, other):
        speed = circular * (1.0 + rng.normal(0.0, 0.003))
        v = speed * direction + circular * rng.normal(0.0, 0.005) * r / np.linalg.norm(r)
        parts.append(_mistaken(r, v, rng))
    (r1, v1, c1), (r2, v2, c2) = parts
    met, _ = at_closest_approach(Meeting(r1, v1, r2, v2, c1, c2, rng.choice([0.005, 0.01, 0.02])))
    return met


def _mistaken(r: Floats, v: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """The state that a wrong orbit gives, and its covariance (6, 6): elements off by a few metres, the period by their growth."""
    true = elements(r, v)
    assert true is not None
    a_km, days = (MU / true.mean[0] ** 2) ** (1.0 / 3.0), rng.uniform(0.5, 7.0)
    size = np.exp(rng.uniform(np.log(0.003), np.log(0.06)))  # km, of the shape and the plane
    axis = np.exp(rng.uniform(np.log(0.0005), np.log(0.03)))  # km, of the semi-major axis: 1.5 n t of it runs ahead
    sigma = np.array([1.5 * true.mean[0] * axis / a_km, size / a_km, size / a_km, size / a_km, size / a_km, 2.0 * size / a_km])
    grow = np.eye(6)
    grow[5, 0] = days * DAY_S
    own = grow @ np.diag(sigma**2) @ grow.T
    wrong = Elements(true.mean + grow @ (sigma * rng.standard_normal(6)), true.sense)
    x, jacobian = np.empty(6), partials(wrong)
    state(wrong.mean, wrong.sense, 0.0, x, np.empty((6, 6)), np.empty((9, 4)))
    return x[:3], x[3:], jacobian @ own @ jacobian.T


def _unit(rng: np.random.Generator) -> Floats:
    v = rng.standard_normal(3)
    return np.asarray(v / np.linalg.norm(v))
