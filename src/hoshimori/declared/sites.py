"""A place on the ground that somebody names, what stands there, who says so, and how far that is to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.facts import Floats
from hoshimori.sky import frames

KINDS = ("laser ranging", "laser", "radar", "telescope", "ground station", "launch site")


@dataclass(frozen=True, slots=True)
class Site:
    """A ground site. Latitude and longitude are geodetic on WGS 84, longitude east in [-180, 180].

    `grade` is Admiralty: reliability A-F, credibility 1-6. Nothing is seen below `min_elevation_deg`, nor beyond
    `max_range_km` where that is known (None: not known).
    """

    site_id: str
    name: str
    name_ja: str
    kind: str  # one of KINDS
    lat_deg: float
    lon_deg_e: float
    height_m: float
    source: str
    grade: str
    min_elevation_deg: float = 10.0
    max_range_km: float | None = None
    note: str = ""

    def itrs_km(self) -> Floats:
        """(3,) where it is in the Earth-fixed frame."""
        lon, lat = np.radians(self.lon_deg_e), np.radians(self.lat_deg)
        return frames.from_geodetic(lon, lat, self.height_m / 1000.0)

    def to_json(self) -> dict[str, Any]:
        """Every field: what the evidence of a claim about this site records."""
        return {name: getattr(self, name) for name in self.__slots__}
