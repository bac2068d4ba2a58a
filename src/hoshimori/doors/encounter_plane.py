"""The plane in which two objects pass each other, in numbers that can be drawn: miss, covariance and radius in two axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hoshimori.facts import Floats

LEAST_SPEED_KM_S = 1e-6
"""Below this relative speed no direction of passing is known: the plane across the first object's own velocity is taken."""

MOST_RADIAL = 0.99
"""Where the cosine between passage and vertical is above this, the direction away from the Earth is no axis of the plane."""


class Ellipse(NamedTuple):
    """One sigma of a covariance in the plane: half axes (largest first), and the angle of the larger from the first axis."""

    major_km: float
    minor_km: float
    angle_rad: float


@dataclass(frozen=True)
class EncounterPlane:
    """The second object as seen from the first one, which is the origin; axes: across the passage, and up.

    miss_km: (2,). covariance_km2: (2, 2) of the relative position, NaN where it is not known. radius_km: the two hard bodies
    together. up: "radial" where the second axis is the direction away from the Earth as far as it lies in the plane, else
    "in-track" (the passage itself is radial).
    """

    miss_km: Floats
    covariance_km2: Floats
    radius_km: float
    up: str = "radial"

    @property
    def known(self) -> bool:
        """Is there a covariance that can be drawn?"""
        c = self.covariance_km2
        return bool(np.isfinite(c).all() and c[0, 0] >= 0.0 and c[1, 1] >= 0.0)

    @property
    def distance_km(self) -> float:
        return float(np.hypot(*self.miss_km))

    @property
    def sigma_km(self) -> float:
        """One sigma of the relative position along the line of the miss; along the larger axis where there is no miss."""
        if not self.known:
            return float("nan")
        if self.distance_km == 0.0:
            return self.ellipse.major_km
        along = self.miss_km / self.distance_km
        return float(np.sqrt(max(float(along @ self.covariance_km2 @ along), 0.0)))

    @property
    def ellipse(self) -> Ellipse:
        value, vector = np.linalg.eigh(self.covariance_km2)
        minor, major = np.sqrt(np.clip(value, 0.0, None)).tolist()
        return Ellipse(major, minor, float(np.arctan2(vector[1, 1], vector[0, 1])))


def plane(
    r_km: Floats, v_km_s: Floats, dr_km: Floats, dv_km_s: Floats, covariance_km2: Floats, radius_km: float
) -> EncounterPlane:
    """The plane across the relative velocity.

    r_km, v_km_s: (3,) of the first object; dr_km, dv_km_s: (3,) second minus first at closest approach; covariance_km2: (3, 3)
    of dr_km; all in one inertial frame.
    """
    speed = float(np.linalg.norm(dv_km_s))
    along = dv_km_s / speed if speed > LEAST_SPEED_KM_S else v_km_s / np.linalg.norm(v_km_s)
    away, forward = r_km / np.linalg.norm(r_km), v_km_s / np.linalg.norm(v_km_s)
    radial = abs(float(away @ along)) < MOST_RADIAL
    up = away - (away @ along) * along if radial else forward - (forward @ along) * along
    up = up / np.linalg.norm(up)
    axes = np.array([np.cross(up, along), up])
    return EncounterPlane(axes @ dr_km, axes @ covariance_km2 @ axes.T, radius_km, "radial" if radial else "in-track")
