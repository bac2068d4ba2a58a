"""What is said of one break-up: which pieces, when and where, whose, how they were thrown, why, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hoshimori.detect.causes import CauseOdds
from hoshimori.detect.origin import Origin
from hoshimori.detect.parents import Candidate, Parentage
from hoshimori.facts import DataMode, ElementSets, Floats
from hoshimori.findings import Explanation, Reason, iso

BREAK_UP = "break-up"
EARLIER = "earlier break-up"
LAUNCH = "pieces of a launch"
LABELS = (BREAK_UP, EARLIER, LAUNCH)


@dataclass(frozen=True)
class NearbyBody:
    """Another catalogued object that was at the place at that moment, within three sigmas."""

    norad_id: int
    name: str
    miss_km: float
    sigma_km: float

    def to_json(self) -> dict[str, Any]:
        return {"norad_id": self.norad_id, "name": self.name, "miss_km": {"value": self.miss_km, "sigma": self.sigma_km}}


@dataclass(frozen=True)
class BreakUp:
    """One dated cloud. `fragments`: one set for each piece that comes from there, in rising order of number; `strays`: numbers of
    the group that do not fit. dv_rtn_m_s (n, 3), dv_sigma_m_s (n,), area_mass_m2_kg (n,): NaN where not known.

    second_body_sought: whether a whole catalogue was at hand in which a second body at the place would have been found.
    parents: one for each stream of fragments. `counts`: pieces by size, what was counted and what a model gives, apart.
    """

    label: str
    launch: str
    where: Origin
    parents: tuple[Parentage, ...]
    fragments: ElementSets
    strays: tuple[int, ...]
    dv_rtn_m_s: Floats
    dv_sigma_m_s: Floats
    area_mass_m2_kg: Floats
    cause: CauseOdds
    there_too: tuple[NearbyBody, ...]
    counts: Mapping[str, float]
    explanations: tuple[Explanation, ...]
    first_utc: np.datetime64
    last_utc: np.datetime64
    data_mode: DataMode
    second_body_sought: bool
    inputs: tuple[str, ...] = field(repr=False, default=())

    @property
    def parent(self) -> Candidate | None:
        """The parent of most pieces, where one is likelier than all else together."""
        return self.parents[0].named if self.parents else None

    @property
    def subject(self) -> str:
        """The parent's number; without one, the launch, else the lowest number among the pieces."""
        if self.parent is not None:
            return str(self.parent.norad_id)
        return self.launch or f"cloud of {int(self.fragments.norad_id.min())}"

    def to_json(self) -> dict[str, Any]:
        """One line of `hoshimori breakups --json`."""
        lat, lon, height = self.where.place()
        size = np.linalg.norm(self.dv_rtn_m_s, axis=1)
        return {
            "schema": "hoshimori.breakup/1",
            "label": self.label,
            "t_utc": iso(self.where.t_utc),
            "sigma_s": self.where.sigma_s,
            "method": self.where.method,
            "place": {
                "lat_deg": lat,
                "lon_deg_e": lon,
                "height_km": height,
                "sigma_km": self.where.sigma_km,
                "r_teme_km": self.where.r_km.tolist(),
            },
            "parents": [
                {
                    "pieces": len(p.rows),
                    "candidates": [c.to_json() for c in p.candidates],
                    "none_catalogued": p.none_odds,
                    "none_catalogued_by_orbit": p.none_odds_by_orbit,
                }
                for p in self.parents
            ],
            "launch": self.launch,
            "second_body_sought": self.second_body_sought,
            "also_there": [b.to_json() for b in self.there_too],
            "counts": dict(self.counts),
            "delta_v_m_s": quantiles(size),
            "delta_v_rtn_median_m_s": [_number(x) for x in np.nanmedian(self.dv_rtn_m_s, axis=0)] if len(size) else [],
            "area_mass_m2_kg": quantiles(self.area_mass_m2_kg),
            "cause": self.cause.to_json(),
            "fragments": self.fragments.norad_id.tolist(),
            "strays": list(self.strays),
            "cannot_exclude": [x.to_json() for x in self.explanations if x.verdict in ("possible", "cannot tell")],
            "explanations": [x.to_json() for x in self.explanations],
            "looked_from": iso(self.first_utc),
            "looked_until": iso(self.last_utc),
            "data_mode": self.data_mode.name,
        }


@dataclass(frozen=True)
class Untold:
    """A group of new objects about which no break-up is told, and why. kin: whom its orbits and designators point to."""

    pieces: tuple[int, ...]
    launch: str
    reason: Reason
    kin: tuple[Candidate, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.breakup/1",
            "label": "no break-up told",
            "launch": self.launch,
            "reason": self.reason.to_json(),
            "parents": [{"pieces": len(self.pieces), "candidates": [c.to_json() for c in self.kin]}] if self.kin else [],
            "fragments": list(self.pieces),
        }


def quantiles(values: Floats) -> dict[str, float | None]:
    """Median and tenths of what is known, and of how many."""
    known = values[np.isfinite(values)]
    out: dict[str, float | None] = {"pieces": float(len(known))}
    for name, q in (("p10", 10.0), ("p50", 50.0), ("p90", 90.0)):
        out[name] = float(np.percentile(known, q)) if len(known) else None
    return out


def _number(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
