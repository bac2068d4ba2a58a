"""Areas of the Earth's surface that somebody names: what lies there, who says so, and which points of a track lie inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.facts import Bools, Floats

KINDS = ("inhabited", "uninhabited", "sea", "airspace", "other")


@dataclass(frozen=True, slots=True)
class Region:
    """A polygon in geodetic latitude and longitude; its edges are straight in (longitude, latitude), as on a plate carree map.

    `corners`: (longitude east, latitude) in degrees, in order around the edge, longitudes continuous (they may leave
    [-180, 180] where the area crosses the date line), at most 360 degrees wide. `grade` is Admiralty.
    """

    region_id: str
    name: str
    name_ja: str
    kind: str  # one of KINDS
    corners: tuple[tuple[float, float], ...]
    source: str
    grade: str
    note: str = ""

    def holds(self, lon_deg_e: Floats, lat_deg: Floats) -> Bools:
        """(k,) which points lie inside; False where a coordinate is NaN. Points on an edge may fall either way."""
        lon, lat = np.asarray(lon_deg_e, float), np.asarray(lat_deg, float)
        xs, ys = np.array(self.corners).T
        inside = np.zeros(lon.shape, bool)
        for turn in (-360.0, 0.0, 360.0):
            inside |= _crossings(lon + turn, lat, xs, ys)
        return inside

    def to_json(self) -> dict[str, Any]:
        """Every field: what the evidence of a claim about this region records."""
        out = {name: getattr(self, name) for name in self.__slots__}
        return out | {"corners": [list(c) for c in self.corners]}

    @classmethod
    def from_json(cls, data: Any) -> Region:
        corners = tuple((float(x), float(y)) for x, y in data["corners"])
        return cls(**{**data, "corners": corners})


def box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    """The corners of an area between two meridians and two parallels, degrees; east of west, over the date line if need be."""
    east += 360.0 if east <= west else 0.0
    return ((west, south), (east, south), (east, north), (west, north))


def _crossings(x: Floats, y: Floats, xs: Floats, ys: Floats) -> Bools:
    """Even-odd rule: a ray to the east crosses the edge an odd number of times."""
    inside = np.zeros(x.shape, bool)
    for x0, y0, x1, y1 in zip(xs, ys, np.roll(xs, -1), np.roll(ys, -1), strict=True):
        if y0 != y1:
            between = (y0 > y) != (y1 > y)
            inside ^= between & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside
