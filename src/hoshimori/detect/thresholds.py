"""From when a close approach is told, and from when it needs a look: the settings of the detector `conjunction`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hoshimori.detect.risk import MERITS_ATTENTION, NEEDS_ACTION
from hoshimori.sky.screening import NEAR_EARTH_REV_DAY

Radius = tuple[float, float, str]
"""Metres, one sigma in metres, basis."""


@dataclass(frozen=True)
class Settings:
    """What is looked at, told, and called unusual. All recorded in the evidence.

    `attention`: an approach is told where its probability could be this high; `action`: and is unusual from here on.
    `within_km`, `within_leo_km`: how far is looked, above and below 6.4 revolutions a day. With round error ellipses the maximum
    over their size is R^2 / (e d^2): beyond d = R / sqrt(e p) no size of the covariance gives p. For p = 1e-7 that is 9.6 km at
    a summed radius of 5 m and 38 km at 20 m; long ellipses that lie along the miss reach farther (docs/conjunctions.md).
    `trend_days`: from when before an approach predictions are compared. `past_days`: how much of a record teaches about burns
    and errors. `known_after_days`, `stale_days`, `reach_days`: as for the detector `encounter`.

    `radii` and `types`: what is known of sizes and kinds of objects, by number as text; a re-run finds here what the first run
    had from tables that are no element sets.
    """

    within_km: float = 40.0
    within_leo_km: float = 10.0
    attention: float = MERITS_ATTENTION
    action: float = NEEDS_ACTION
    trend_days: float = 7.0
    past_days: float = 180.0
    known_after_days: float = 3.0
    stale_days: float = 5.0
    reach_days: float = 30.0
    radii: Mapping[str, Radius] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, recorded: Mapping[str, Any]) -> Settings:
        """From what an evidence recorded: lists are radii again."""
        radii = {key: (float(r), float(s), str(basis)) for key, (r, s, basis) in dict(recorded.get("radii", {})).items()}
        return cls(**{**recorded, "radii": radii})

    def within(self, mean_motion_rev_day: float) -> float:
        return self.within_leo_km if mean_motion_rev_day >= NEAR_EARTH_REV_DAY else self.within_km

    def recorded(self, radii: Mapping[str, Radius], types: Mapping[str, str]) -> dict[str, Any]:
        """As an evidence holds them: of sizes and kinds only those of the objects concerned."""
        return {**asdict(self), "radii": {k: list(v) for k, v in sorted(radii.items())}, "types": dict(sorted(types.items()))}
