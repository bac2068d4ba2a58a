"""The time that a burning sky has, and what a part in it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hoshimori.exercise.arcs import US_PER_DAY, Mean
from hoshimori.exercise.flight import Plan

LEARNING_DAYS = 20.0
"""No burn in the first twenty days of a sky: a watch may learn each object's noise."""
SETTLING_DAYS = 7.0
"""None in the last seven: the sets that show it must have time to become known."""


@dataclass(frozen=True)
class Stage:
    """The time there is: of the whole sky, and of the burns in it. µs since 1970."""

    seed: int
    start_us: int
    stop_us: int

    @property
    def first_us(self) -> int:
        return self.start_us + int(LEARNING_DAYS * US_PER_DAY)

    @property
    def last_us(self) -> int:
        return self.stop_us - int(SETTLING_DAYS * US_PER_DAY)

    def share_us(self, share: float) -> int:
        """The time at a share, 0 to 1, of the time for burns."""
        return self.first_us + int(share * (self.last_us - self.first_us))


Setting = tuple[Mean, float, tuple[Plan, ...]]
"""An orbit at the start, its drag (B*, 1/Earth radii; 0 for none) and a plan."""

Part = Callable[[Stage, np.random.Generator], Setting]
"""How one kind of object is drawn."""
