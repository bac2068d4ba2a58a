"""Two objects at one moment near each other, with covariances: what every collision probability is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Meeting:
    """Two states (3,) at the same moment in one inertial frame, km and km/s, with their covariances and the summed radius.

    covariance1, covariance2: (6, 6) in that frame, km2, km2/s, km2/s2; rows and columns 3-5 are NaN where no velocity covariance
    is known. cross: E[e1 e2^T] (6, 6) of the two errors where they are known to be correlated, zero by default; the covariance
    of the difference is covariance1 + covariance2 - cross - cross^T.
    """

    r1_km: Floats
    v1_km_s: Floats
    r2_km: Floats
    v2_km_s: Floats
    covariance1: Floats
    covariance2: Floats
    radius_km: float
    cross: Floats = field(default_factory=lambda: np.zeros((6, 6)))

    @property
    def dr_km(self) -> Floats:
        """(3,) the second object less the first."""
        return self.r2_km - self.r1_km

    @property
    def dv_km_s(self) -> Floats:
        return self.v2_km_s - self.v1_km_s

    @property
    def covariance(self) -> Floats:
        """(6, 6) of the difference of the two states."""
        return self.covariance1 + self.covariance2 - self.cross - self.cross.T

    @property
    def knows_velocity(self) -> bool:
        """Is the velocity covariance of both objects known?"""
        return bool(np.isfinite(self.covariance1).all() and np.isfinite(self.covariance2).all())


class Why(NamedTuple):
    """A reason as a code with its values; `doors` says it in words."""

    code: str
    values: Mapping[str, float | str]


class Chance(NamedTuple):
    """One method's answer. low, high: bounds where the method gives them, else NaN. `why`: what speaks against it, as codes."""

    method: str  # author_year, as the function is called
    probability: float
    low: float = float("nan")
    high: float = float("nan")
    why: tuple[Why, ...] = ()
    details: Mapping[str, float] = {}
