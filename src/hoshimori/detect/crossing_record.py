"""What a cloud of fragments means for the watched satellites: who is passed, how near, how often, now and in years."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hoshimori.facts import DataMode
from hoshimori.findings import Reason, iso
from hoshimori.sky.flux import Phase

LEVELS = ("quiet", "middle", "active")
"""Of the Sun: under a quiet one fragments stay up longest."""
YEAR_S = 365.25 * 86400.0


@dataclass(frozen=True, slots=True)
class Passage:
    """One fragment passing one asset: when, at what distance ± one sigma along it, how fast."""

    norad_id: int
    t_utc: np.datetime64
    miss_km: float
    sigma_km: float
    speed_km_s: float

    def to_json(self) -> dict[str, Any]:
        return {
            "norad_id": self.norad_id, "t": iso(self.t_utc), "miss_km": self.miss_km, "sigma_km": number(self.sigma_km),
            "speed_km_s": self.speed_km_s,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passages:
    """What the fragments' own sets say of the window: how many passages within range, by how many fragments; None where the sets
    of the asset do not carry the window. `expected`: what their flux would give; NaN where flux says nothing yet."""

    count: int | None
    objects: int | None
    expected: float
    nearest: tuple[Passage, ...]

    def to_json(self) -> dict[str, Any]:
        nearest = [p.to_json() for p in self.nearest]
        return {"count": self.count, "objects": self.objects, "expected": number(self.expected), "nearest": nearest}


@dataclass(frozen=True, slots=True)
class Reach:
    """Can known fragments come to the asset's heights now? verdict: "reaches", "cannot reach", "cannot tell".

    gap_km: between the asset's heights and those of the fragment that lies nearest to them (negative: how far they overlap),
    sigma_km of it. objects: fragments whose heights overlap with the asset's. from_days: the first of the days asked for at
    which sinking fragments reach them, NaN where none does.
    """

    verdict: str
    gap_km: float
    sigma_km: float
    objects: int
    from_days: float

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict, "gap_km": self.gap_km, "sigma_km": self.sigma_km, "objects": self.objects,
            "from_days": number(self.from_days),
        }  # fmt: skip


@dataclass(frozen=True)
class AssetHazard:
    """One asset. flux: for each of `LEVELS` passages per km2 and year at every day asked for, of catalogued fragments.

    background: the same of everything else in the view, NaN where the view is no catalogue. speed_km_s: mean of passages now.
    """

    norad_id: int
    name: str
    reach: Reach
    passages: Passages
    flux_per_km2_year: tuple[tuple[float, ...], ...]
    background_per_km2_year: float
    speed_km_s: float

    @property
    def raises(self) -> tuple[float, ...]:
        """Flux of the fragments as a share of the background, at every day asked for, under a middling Sun."""
        b = self.background_per_km2_year
        return tuple(f / b if b > 0.0 else math.nan for f in self.flux_per_km2_year[1])

    def impacts(self, days: tuple[float, ...], area_m2: float, level: str = "middle") -> tuple[float, ...]:
        """Expected number of catalogued fragments that pass through `area_m2` from now to each of the days; lines between them.

        While nothing is known of the flux, the first known value is taken.
        """
        flux, t = np.array(self.flux_per_km2_year[LEVELS.index(level)]), np.array(days)
        known = np.isfinite(flux)
        if not known.any():
            return tuple(math.nan for _ in days)
        rate = np.interp(t, t[known], flux[known])
        steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(t) / 365.25
        first = rate[0] * t[0] / 365.25
        return tuple((np.append(first, first + np.cumsum(steps)) * area_m2 * 1e-6).tolist())

    def to_json(self, days: tuple[float, ...], area_m2: float) -> dict[str, Any]:
        levels = {k: [number(x) for x in row] for k, row in zip(LEVELS, self.flux_per_km2_year, strict=True)}
        return {
            "norad_id": self.norad_id, "name": self.name, "reach": self.reach.to_json(), "passages": self.passages.to_json(),
            "flux_per_km2_year": levels, "background_per_km2_year": number(self.background_per_km2_year),
            "raises_by": [number(x) for x in self.raises], "speed_km_s": number(self.speed_km_s),
            "expected_impacts": {k: [number(x) for x in self.impacts(days, area_m2, k)] for k in LEVELS},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unseen:
    """How many times the catalogued number there are of fragments larger than from_m, by the power laws of the standard break-up
    model for explosion (low) and collision (high), if the catalogue holds those larger than tracked_from_m. At the event."""

    from_m: float
    tracked_from_m: float
    times_low: float
    times_high: float

    def to_json(self) -> dict[str, Any]:
        return {
            "from_m": self.from_m, "tracked_from_m": self.tracked_from_m, "times_low": self.times_low,
            "times_high": self.times_high, "basis": "model",
        }  # fmt: skip


@dataclass(frozen=True)
class Hazard:
    """A cloud and all watched assets, at `start_utc`. days: those asked for, from then on.

    phases: what the cloud looks like at each of them, under a middling Sun. basis: what its flux was computed by, "crossing
    tracks", "shell", or "" where nothing can be said or nothing is left. still_up: for each of `LEVELS` the share of the
    fragments. without_orbit: assets of which nothing can be said. not_screened: fragments whose sets do not carry the window.
    """

    start_utc: np.datetime64
    stop_utc: np.datetime64
    within_km: float
    fragments: int
    not_screened: int
    phase: Phase
    days: tuple[float, ...]
    phases: tuple[str, ...]
    basis: tuple[str, ...]
    still_up: tuple[tuple[float, ...], ...]
    background_objects: int
    area_m2: float
    area_assumed: bool
    activity_assumed: bool
    unseen: Unseen
    assets: tuple[AssetHazard, ...]
    without_orbit: tuple[str, ...]
    cannot_exclude: tuple[Reason, ...]
    data_mode: DataMode
    seconds: float = field(default=math.nan, compare=False)

    def to_json(self) -> dict[str, Any]:
        p = self.phase
        return {
            "schema": "hoshimori.hazard/1", "start": iso(self.start_utc), "stop": iso(self.stop_utc), "within_km": self.within_km,
            "data_mode": self.data_mode.name, "fragments": self.fragments, "not_screened": self.not_screened,
            "phase": {k: v if isinstance(v, str) else number(v) for k, v in p._asdict().items()},
            "days": list(self.days), "phases": list(self.phases), "basis": list(self.basis),
            "still_up": {k: list(row) for k, row in zip(LEVELS, self.still_up, strict=True)},
            "background_objects": self.background_objects, "area_m2": self.area_m2,
            "area_basis": "assumed" if self.area_assumed else "given",
            "activity_basis": "assumed" if self.activity_assumed else "given", "unseen": self.unseen.to_json(),
            "assets": [a.to_json(self.days, self.area_m2) for a in self.assets], "without_orbit": list(self.without_orbit),
            "cannot_exclude": [r.to_json() for r in self.cannot_exclude],
        }  # fmt: skip


def number(x: float) -> float | None:
    """As JSON takes it: what is not known as null."""
    return float(x) if math.isfinite(x) else None
