"""What is handed on in the forms of others: CZML and GeoJSON, against SGP4 itself and the rules of each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from hoshimori.doors.web.routes.models_exchange import FeatureCollection
from hoshimori.facts import Floats
from hoshimori.sky import frames, orbits
from hoshimori.tracking.satellites import satellites_of
from tests.conftest import Practice
from tests.doors.web.floor import API, Served

TEN_METRES = 10.0
ASSET = 36106


@pytest.fixture
def asks(service: Served) -> Iterator[httpx.Client]:
    with service.client() as found:
        yield found


def low(asks: httpx.Client) -> int:
    rows = asks.get(f"{API}/objects", params={"limit": 1000, "q": "practice"}).json()["items"]
    return next(int(r["norad_id"]) for r in rows if r["period_min"] < 110 and abs(r["age_days"]) < 0.5)


def truth(practice: Practice, norad: int, t_utc: Any) -> tuple[Floats, Floats]:
    """TEME by SGP4 from the newest set, which alone speaks after its epoch."""
    state = orbits.states(satellites_of(practice.view.latest([norad])), t_utc)
    return state.r_km[0].T, state.v_km_s[0].T


@pytest.mark.parametrize(("frame", "turn"), [("INERTIAL", frames.teme_to_gcrs), ("FIXED", frames.teme_to_itrs)])
def test_czml_positions_are_those_of_sgp4_in_the_frame_that_they_name(
    asks: httpx.Client, practice: Practice, frame: str, turn: Any
) -> None:
    norad = low(asks)
    answer = asks.get(f"{API}/czml", params={"norad": f"{ASSET},{norad}", "frame": frame})
    head, *packets = answer.raise_for_status().json()
    assert (head["id"], head["version"]) == ("document", "1.0")
    assert "EXERCISE" in head["name"]
    assert answer.headers["x-data-mode"] == "EXERCISE"
    assert [p["id"] for p in packets] == [str(ASSET), str(norad)]
    for packet in packets:
        rows = np.array(packet["position"]["cartesian"]).reshape(-1, 4)
        epoch = np.datetime64(packet["position"]["epoch"].rstrip("Z"), "us")
        t_utc = epoch + np.rint(rows[:, 0] * 1e6).astype("timedelta64[us]")
        r, _ = turn(*truth(practice, int(packet["id"]), t_utc), t_utc)
        assert np.abs(rows[:, 1:] - r * 1000.0).max() < TEN_METRES
        assert packet["position"]["referenceFrame"] == frame
        assert packet["properties"]["sigma_t_km_stop"] > packet["properties"]["sigma_t_km_start"] > 0.0
        assert "1 sigma" in packet["description"]


def test_the_two_frames_are_not_the_same(asks: httpx.Client) -> None:
    first, second = (
        asks.get(f"{API}/czml", params={"norad": ASSET, "frame": f}).json()[1]["position"]["cartesian"][1:4]
        for f in ("INERTIAL", "FIXED")
    )
    assert np.linalg.norm(np.subtract(first, second)) > 1e6


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"norad": "1,x"}, 422),
        ({"norad": "1; drop table"}, 422),
        ({"norad": "999999999"}, 404),
        ({"norad": "36106", "start": "2026-05-31", "stop": "2026-05-30"}, 400),
        ({"norad": "36106", "stop": "2026-07-30"}, 400),
        ({"norad": "36106", "frame": "TEME"}, 422),
        ({"norad": "36106", "as_of": "2999-01-01"}, 400),
        ({"norad": ",".join(map(str, range(1, 202)))}, 400),
    ],
)
def test_czml_asked_wrongly(asks: httpx.Client, query: dict[str, str], status: int) -> None:
    assert asks.get(f"{API}/czml", params=query).status_code == status


def features(asks: httpx.Client, **query: str) -> list[dict[str, Any]]:
    answer = asks.get(f"{API}/geojson", params=query)
    assert answer.raise_for_status().headers["content-type"] == "application/geo+json"
    told = answer.json()
    assert told["type"] == "FeatureCollection"
    assert "crs" not in told
    assert told["data_mode"] == "EXERCISE"
    FeatureCollection.model_validate(told)
    found: list[dict[str, Any]] = told["features"]
    assert all(f["type"] == "Feature" and {"geometry", "properties"} <= set(f) for f in found)
    return found


def test_sites_lie_where_they_are_said_to_be(asks: httpx.Client) -> None:
    rows = asks.get(f"{API}/sensors").json()
    found = {f["id"]: f for f in features(asks, what="sites")}
    assert len(found) == len(rows["sites"]) + len(rows["sensors"])
    for s in rows["sensors"]:
        lon, lat, height_m = found[f"sensor-{s['sensor_id']}"]["geometry"]["coordinates"]
        assert (lon, lat) == pytest.approx((s["lon_deg"], s["lat_deg"]), abs=1e-6)
        assert height_m == pytest.approx(s["alt_km"] * 1000.0)


def test_a_ground_track_is_cut_at_the_antimeridian_and_runs_below_the_object(asks: httpx.Client, practice: Practice) -> None:
    norad = low(asks)
    (track,) = features(asks, what="ground-tracks", norad=str(norad))
    lines, moments = track["geometry"]["coordinates"], track["properties"]["times"]
    assert len(lines) > 1
    for line, when in zip(lines, moments, strict=True):
        assert all(abs(a[0] - b[0]) < 180.0 for a, b in itertools.pairwise(line))
        known = [k for k, t in enumerate(when) if t is not None]
        t_utc = np.array([when[k].rstrip("Z") for k in known], "datetime64[us]")
        r, _ = frames.teme_to_itrs(*truth(practice, norad, t_utc), t_utc)
        lon, lat, height = frames.geodetic(r)
        rows = np.array([line[k] for k in known])
        np.testing.assert_allclose((rows[:, 0] - np.degrees(lon) + 180.0) % 360.0 - 180.0, 0.0, atol=1e-4)
        np.testing.assert_allclose(rows[:, 1], np.degrees(lat), atol=1e-4)
        np.testing.assert_allclose(rows[:, 2], height * 1000.0, atol=TEN_METRES)
    assert track["properties"]["sigma_rtn_km"]["start"][1] > 0.0


def test_nothing_comes_down_in_the_practice_sky(asks: httpx.Client) -> None:
    assert features(asks, what="reentry") == []
    assert features(asks, what="reentry", norad=str(ASSET)) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [({}, 422), ({"what": "all"}, 422), ({"what": "ground-tracks"}, 400), ({"what": "reentry", "norad": "1,2,3,4,5,6"}, 400)],
)
def test_geojson_asked_wrongly(asks: httpx.Client, query: dict[str, str], status: int) -> None:
    assert asks.get(f"{API}/geojson", params=query).status_code == status
