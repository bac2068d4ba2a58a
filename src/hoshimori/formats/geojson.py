"""Places, lines and areas on the Earth as GeoJSON (RFC 7946): longitude before latitude, WGS 84, metres of height, no "crs".

What crosses the antimeridian is cut there (section 3.1.9), and the outer ring of an area runs counterclockwise (3.1.6).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import Floats

Geometry = dict[str, Any]
Point = tuple[float, float]
DECIMALS = 6
"""Of a degree: 0.1 m."""


class Piece(NamedTuple):
    """One part of a line between two cuts: its positions, and for each which given point it is, -1 where it was cut."""

    positions: list[list[float]]
    given: list[int]


def point(lon_deg: float, lat_deg: float, height_m: float | None = None) -> Geometry:
    """One position. Longitude in any turn."""
    lon = _wrapped(lon_deg)
    return {"type": "Point", "coordinates": [_r(lon), _r(lat_deg), *([] if height_m is None else [round(height_m, 1)])]}


def line(lon_deg: Floats, lat_deg: Floats, height_m: Floats | None = None) -> Geometry | None:
    """A line through points (k,), cut where it crosses the antimeridian and where a point is not known; None without a piece."""
    pieces = [p.positions for p in cut(lon_deg, lat_deg, height_m)]
    if not pieces:
        return None
    if len(pieces) == 1:
        return {"type": "LineString", "coordinates": pieces[0]}
    return {"type": "MultiLineString", "coordinates": pieces}


def cut(lon_deg: Floats, lat_deg: Floats, height_m: Floats | None = None) -> list[Piece]:
    """The pieces of a line, each with two positions or more and longitudes in [-180, 180].

    Between neighbours the shorter way round is taken; the latitude of a cut lies on the straight line in (longitude, latitude).
    """
    columns = [np.asarray(lon_deg, float), np.asarray(lat_deg, float)]
    columns += [] if height_m is None else [np.asarray(height_m, float)]
    rows = np.column_stack(columns)
    pieces: list[Piece] = []
    for first, last in _known(np.isfinite(rows).all(axis=1)):
        pieces += _cut_run(rows[first:last], first)
    return [p for p in pieces if len(p.positions) > 1]


def _known(finite: Any) -> Iterator[tuple[int, int]]:
    """Runs of known points, as first and one past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], finite.astype(np.int8), [0]])))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _cut_run(rows: Floats, first: int) -> list[Piece]:
    smooth = np.unwrap(rows[:, 0], period=360.0)
    turn = np.floor((smooth + 180.0) / 360.0).astype(np.int64)
    pieces = [Piece([], [])]
    for k in range(len(rows)):
        if k and turn[k] != turn[k - 1]:
            edge = 360.0 * max(int(turn[k]), int(turn[k - 1])) - 180.0
            step = smooth[k] - smooth[k - 1]
            share = (edge - smooth[k - 1]) / step if step else 0.0
            between = rows[k - 1, 1:] + share * (rows[k, 1:] - rows[k - 1, 1:])
            side = 180.0 if turn[k] > turn[k - 1] else -180.0
            if smooth[k - 1] != edge:
                pieces[-1].positions.append(_position(side, between))
                pieces[-1].given.append(-1)
            pieces.append(Piece([_position(-side, between)], [-1]) if smooth[k] != edge else Piece([], []))
        pieces[-1].positions.append(_position(smooth[k] - 360.0 * turn[k], rows[k, 1:]))
        pieces[-1].given.append(first + k)
    return pieces


def area(corners: Sequence[Point]) -> Geometry:
    """A polygon from its corners (longitude, latitude) in either sense, longitudes continuous and in any turn, not closed.

    Edges are straight in (longitude, latitude). Cut at the antimeridian into a MultiPolygon. UsageError with fewer than three.
    """
    if len(corners) < 3:
        raise UsageError(f"a GeoJSON polygon of {len(corners)} corners: expected three or more")
    rings = []
    low, high = min(x for x, _ in corners), max(x for x, _ in corners)
    for turn in range(int(np.floor((low + 180.0) / 360.0)), int(np.floor((high + 180.0) / 360.0)) + 1):
        west, east = 360.0 * turn - 180.0, 360.0 * turn + 180.0
        inside = _clipped(_clipped(list(corners), west, keep_east=True), east, keep_east=False)
        if len(inside) >= 3 and abs(_twice_area(inside)) > 1e-12:
            rings.append(_ring([(x - 360.0 * turn, y) for x, y in inside]))
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": [rings[0]]}
    return {"type": "MultiPolygon", "coordinates": [[r] for r in rings]}


def feature(geometry: Geometry | None, properties: Mapping[str, Any], feature_id: str | int | None = None) -> dict[str, Any]:
    """A thing with its geometry; None is a thing whose place is not known."""
    made: dict[str, Any] = {"type": "Feature", "geometry": geometry, "properties": dict(properties)}
    return made if feature_id is None else {**made, "id": feature_id}


def dump_geojson(features: Sequence[Mapping[str, Any]], more: Mapping[str, Any] | None = None) -> str:
    """A FeatureCollection as text. `more`: foreign members of the collection (section 6.1), such as the moment it speaks of."""
    for name in more or {}:
        if name in ("type", "features", "crs", "coordinates", "geometries", "geometry", "properties"):
            raise UsageError(f"GeoJSON member {name!r}: the standard gives it another meaning, or forbids it")
    made = {"type": "FeatureCollection", **(more or {}), "features": list(features)}
    return json.dumps(made, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _clipped(corners: list[Point], x: float, *, keep_east: bool) -> list[Point]:
    """The part of a polygon on one side of a meridian. Reference: Sutherland and Hodgman, CACM 17 (1974) 32."""

    def kept(p: Point) -> bool:
        return p[0] >= x if keep_east else p[0] <= x

    out: list[Point] = []
    for k, here in enumerate(corners):
        before = corners[k - 1]
        if kept(here) != kept(before):
            share = (x - before[0]) / (here[0] - before[0])
            out.append((x, before[1] + share * (here[1] - before[1])))
        if kept(here):
            out.append(here)
    return out


def _ring(corners: list[Point]) -> list[list[float]]:
    """Counterclockwise and closed."""
    rows = corners if _twice_area(corners) > 0.0 else corners[::-1]
    return [[_r(x), _r(y)] for x, y in [*rows, rows[0]]]


def _twice_area(corners: Sequence[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, [*corners[1:], corners[0]], strict=True))


def _position(lon: float, rest: Floats) -> list[float]:
    return [_r(lon), _r(float(rest[0])), *([round(float(rest[1]), 1)] if len(rest) > 1 else [])]


def _wrapped(lon: float) -> float:
    return lon if -180.0 <= lon <= 180.0 else (lon + 180.0) % 360.0 - 180.0


def _r(degrees: float) -> float:
    return round(float(degrees), DECIMALS) + 0.0
