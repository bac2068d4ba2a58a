"""How the error of an element set grows with its age: sigma and correlation at a few ages, and anything between and beyond.

Axes are always R, T, N of position [km], then R, T, N of velocity [km/s]: inertial velocity, along the same axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hoshimori.facts import Floats, Ints

AGES_DAYS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 30.0)
"""Ages at which sets are compared: public sets rarely come more often than twice a day, and none older than 30 should be used."""

LEAST_POWER, MOST_POWER = 1.0, 2.0


@dataclass(frozen=True)
class Growth:
    """sigma (b, 6) and correlation (b, 6, 6) at `ages_days` (b,), rising, two or more; ages count from 0 whichever the side."""

    ages_days: Floats
    sigma: Floats
    correlation: Floats

    def sigma_at(self, age_days: Floats) -> Floats:
        """(k, 6): straight lines in the logarithms of both. Before the first age the sigma stays. Beyond the last, the power of
        age of the last stretch goes on, held between 1 (an error of the mean motion) and 2 (of the drag)."""
        age = np.maximum(np.abs(age_days), self.ages_days[0])
        x, y = self._logarithms
        power = np.clip((y[-1] - y[-2]) / (x[-1] - x[-2]), LEAST_POWER, MOST_POWER)
        at = np.log(age)
        left, share = self._between(age)
        inside = y[left] + share[:, None] * (y[left + 1] - y[left])
        return np.asarray(np.exp(inside + power * np.maximum(at - x[-1], 0.0)[:, None]))

    def correlation_at(self, age_days: Floats) -> Floats:
        """(k, 6, 6): straight lines between the ages; a mean of positive definite matrices is one."""
        left, share = self._between(np.abs(age_days))
        return np.asarray(
            (1.0 - share)[:, None, None] * self.correlation[left] + share[:, None, None] * self.correlation[left + 1]
        )

    @cached_property
    def _logarithms(self) -> tuple[Floats, Floats]:
        return np.log(self.ages_days), np.log(self.sigma)

    def _between(self, age_days: Floats) -> tuple[Ints, Floats]:
        x = self._logarithms[0]
        at = np.interp(np.log(np.maximum(age_days, self.ages_days[0])), x, np.arange(len(x), dtype=np.float64))
        left = np.minimum(at.astype(np.int64), len(x) - 2)
        return left, at - left
