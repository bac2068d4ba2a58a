"""A clock that only moves when it is told to, or when somebody sleeps by it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest


@dataclass
class Hands:
    """A clock to give to a source: call it for the time, `sleep` and `pass_s` move it."""

    now_utc: np.datetime64
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> np.datetime64:
        return self.now_utc

    def pass_s(self, seconds: float) -> None:
        self.now_utc = self.now_utc + np.timedelta64(round(seconds * 1e6), "us")

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.pass_s(seconds)


@pytest.fixture
def clock() -> Hands:
    """Wednesday, 2026-05-27 18:10 UTC: inside every window that a provider opens."""
    return Hands(np.datetime64("2026-05-27T18:10:00.000000"))
