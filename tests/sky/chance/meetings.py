"""Meetings whose truth is known by construction, for the tests of this room."""

from __future__ import annotations

import numpy as np

from hoshimori.sky.chance.meeting import Floats, Meeting

MU = 398600.4418


def crossing(miss_km: Floats, sigma_km: float = 0.1, radius_km: float = 0.02, *, turn_deg: float = 90.0) -> Meeting:
    """Two circular orbits at 7,000 km crossing at an angle; round position errors of sigma each, velocity errors a thousandth."""
    speed, turn = float(np.sqrt(MU / 7000.0)), np.radians(turn_deg)
    own = np.diag([sigma_km**2] * 3 + [(1e-3 * sigma_km) ** 2] * 3)
    r1, v1 = np.array([7000.0, 0.0, 0.0]), np.array([0.0, speed, 0.0])
    v2 = speed * np.array([0.0, np.cos(turn), np.sin(turn)])
    return Meeting(r1, v1, r1 + miss_km, v2, own, own.copy(), radius_km)


def blind(given: Meeting) -> Meeting:
    """The same without velocity covariance."""
    c1, c2 = (np.pad(c[:3, :3], (0, 3), constant_values=np.nan) for c in (given.covariance1, given.covariance2))
    return Meeting(given.r1_km, given.v1_km_s, given.r2_km, given.v2_km_s, c1, c2, given.radius_km)
