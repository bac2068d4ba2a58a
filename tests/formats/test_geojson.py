"""GeoJSON against the examples and the rules of RFC 7946."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from hoshimori.errors import UsageError
from hoshimori.formats import geojson
from hoshimori.formats.geojson import Geometry


def rings(geometry: Geometry) -> list[list[list[float]]]:
    found: list[list[list[float]]] = (
        [geometry["coordinates"][0]] if geometry["type"] == "Polygon" else [p[0] for p in geometry["coordinates"]]
    )
    return found


def twice_area(ring: list[list[float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))


def test_rfc_7946_section_3_1_9_a_line_over_the_antimeridian() -> None:
    made = geojson.line(np.array([170.0, -170.0]), np.array([45.0, 45.0]))
    assert made == {
        "type": "MultiLineString",
        "coordinates": [[[170.0, 45.0], [180.0, 45.0]], [[-180.0, 45.0], [-170.0, 45.0]]],
    }


def test_rfc_7946_section_3_1_9_an_area_over_the_antimeridian() -> None:
    made = geojson.area([(170.0, 40.0), (190.0, 40.0), (190.0, 50.0), (170.0, 50.0)])
    assert made["type"] == "MultiPolygon"
    corners = sorted({tuple(p) for ring in rings(made) for p in ring})
    assert corners == [(lon, lat) for lon in (-180.0, -170.0, 170.0, 180.0) for lat in (40.0, 50.0)]


@pytest.mark.parametrize("backwards", [False, True])
def test_outer_rings_run_counterclockwise_and_close(backwards: bool) -> None:
    corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0)]
    (ring,) = rings(geojson.area(corners[::-1] if backwards else corners))
    assert ring[0] == ring[-1]
    assert twice_area(ring) == pytest.approx(100.0)


def test_a_box_on_the_other_side_is_shifted_whole() -> None:
    made = geojson.area([(190.0, 0.0), (200.0, 0.0), (200.0, 5.0), (190.0, 5.0)])
    assert made["type"] == "Polygon"
    assert {p[0] for p in made["coordinates"][0]} == {-170.0, -160.0}


def test_a_point_that_is_not_known_parts_a_line() -> None:
    made = geojson.line(np.array([0.0, 1.0, np.nan, 3.0, 4.0]), np.zeros(5))
    assert made is not None
    assert made["coordinates"] == [[[0.0, 0.0], [1.0, 0.0]], [[3.0, 0.0], [4.0, 0.0]]]
    assert geojson.line(np.array([np.nan, 1.0]), np.zeros(2)) is None


@pytest.mark.parametrize("west", [False, True])
def test_a_point_on_the_antimeridian_itself(west: bool) -> None:
    lon = np.array([179.0, 180.0, -179.0])
    made = geojson.line(lon[::-1] if west else lon, np.array([0.0, 1.0, 2.0]))
    assert made is not None
    pieces = made["coordinates"]
    assert sum(len(p) for p in pieces) >= 3
    assert all(-180.0 <= x <= 180.0 for p in pieces for x, _ in p)
    for piece in pieces:
        assert all(abs(a[0] - b[0]) < 180.0 for a, b in itertools.pairwise(piece))


@pytest.mark.parametrize("seed", range(8))
def test_no_piece_of_a_long_track_jumps_and_no_given_point_is_lost(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lon = (np.cumsum(rng.normal(rng.choice([-20.0, 20.0]), 8.0, 200)) + 180.0) % 360.0 - 180.0
    lat = 50.0 * np.sin(np.arange(200) * 0.3)
    pieces = geojson.cut(lon, lat, np.full(200, 4e5))
    kept = [k for p in pieces for k in p.given if k >= 0]
    assert kept == sorted(kept)
    assert len(kept) >= 198  # a lone point at either end makes no line
    for piece in pieces:
        x = np.array(piece.positions)
        assert np.abs(x[:, 0]).max() <= 180.0
        assert np.abs(np.diff(x[:, 0])).max() < 180.0
        given = np.array(piece.given)
        here = given >= 0
        np.testing.assert_allclose((x[here, 0] - lon[given[here]] + 180.0) % 360.0 - 180.0, 0.0, atol=1e-6)


def test_a_collection_has_no_crs_and_says_more_beside_its_features() -> None:
    made = json.loads(geojson.dump_geojson([geojson.feature(geojson.point(541.0, 10.0, 100.0), {"a": 1}, "x")], {"as_of": "T"}))
    assert made["type"] == "FeatureCollection"
    assert made["as_of"] == "T"
    assert made["features"][0]["geometry"] == {"type": "Point", "coordinates": [-179.0, 10.0, 100.0]}
    with pytest.raises(UsageError, match="crs"):
        geojson.dump_geojson([], {"crs": {}})


def test_a_polygon_needs_three_corners() -> None:
    with pytest.raises(UsageError, match="three"):
        geojson.area([(0.0, 0.0), (1.0, 1.0)])
