"""CZML: what Cesium reads back from the samples is where the object is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from hoshimori.errors import UsageError
from hoshimori.facts import Floats
from hoshimori.formats.czml import DEGREE, Moving, Sampled, dump_czml

START = np.datetime64("2026-05-30T00:00:00", "us")
STOP = np.datetime64("2026-05-30T02:00:00", "us")
ONE_METRE = 1.0


def circle(seconds: Floats, radius_km: float = 7000.0) -> Floats:
    """(k, 3) a round orbit by construction."""
    angle = seconds * np.sqrt(398600.4418 / radius_km**3)
    return radius_km * np.stack([np.cos(angle), np.sin(angle) * 0.6, np.sin(angle) * 0.8], axis=1)


def sampled(first_s: float = 0.0, count: int = 81, step_s: float = 97.14) -> Sampled:
    seconds = first_s + np.arange(count, dtype=np.float64) * step_s
    return Sampled(START + np.rint(seconds * 1e6).astype("timedelta64[us]"), circle(seconds))


def document(*objects: Moving, frame: Any = "INERTIAL", **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        dump_czml(objects, name="a name", frame=frame, start_utc=START, stop_utc=STOP, **more)
    )
    return found


def as_cesium_reads(position: dict[str, Any], seconds: float) -> Floats:
    """Lagrange through the degree + 1 samples around a moment, as Cesium's LagrangePolynomialApproximation does."""
    rows = np.array(position["cartesian"]).reshape(-1, 4)
    size = position["interpolationDegree"] + 1
    first = int(np.clip(np.searchsorted(rows[:, 0], seconds) - size // 2, 0, len(rows) - size))
    x, y = rows[first : first + size, 0], rows[first : first + size, 1:]
    weights = [np.prod([(seconds - x[j]) / (x[k] - x[j]) for j in range(size) if j != k]) for k in range(size)]
    return np.asarray(np.array(weights) @ y)


def test_the_first_packet_is_the_document_with_a_clock() -> None:
    head = document()[0]
    assert (head["id"], head["version"], head["name"]) == ("document", "1.0", "a name")
    assert head["clock"]["interval"] == "2026-05-30T00:00:00.000000Z/2026-05-30T02:00:00.000000Z"
    assert head["clock"]["currentTime"] == "2026-05-30T00:00:00.000000Z"


@pytest.mark.parametrize("seconds", [10.0, 48.6, 1000.0, 3333.3, 7700.0])
def test_between_the_samples_the_object_is_where_it_should_be(seconds: float) -> None:
    position = document(Moving("1", "one", [sampled()]))[1]["position"]
    assert position["referenceFrame"] == "INERTIAL"
    assert (position["interpolationAlgorithm"], position["interpolationDegree"]) == ("LAGRANGE", DEGREE)
    assert position["epoch"] == "2026-05-30T00:00:00.000000Z"
    off = as_cesium_reads(position, seconds) - circle(np.array([seconds]))[0] * 1000.0
    assert np.abs(off).max() < ONE_METRE


def test_a_gap_makes_two_intervals_and_the_object_is_absent_between_them() -> None:
    packet = document(Moving("1", "one", [sampled(count=11), sampled(first_s=5000.0, count=11)]))[1]
    assert isinstance(packet["availability"], list)
    assert len(packet["availability"]) == 2
    assert [p["interval"] for p in packet["position"]] == packet["availability"]
    assert packet["position"][1]["epoch"] == packet["availability"][1].split("/")[0]


def test_a_short_stretch_is_interpolated_by_what_it_has() -> None:
    assert document(Moving("1", "one", [sampled(count=3)]))[1]["position"]["interpolationDegree"] == 2


def test_an_object_of_which_nothing_is_known_is_not_there() -> None:
    assert len(document(Moving("1", "one", []))) == 1


def test_names_are_text_in_a_description_that_readers_take_as_html() -> None:
    packets = document(Moving("1", "<b>", [sampled()], facts={"<i>": "<script>alert(1)</script>"}), description="<img>")
    assert "<script>" not in packets[1]["description"]
    assert "&lt;script&gt;" in packets[1]["description"]
    assert packets[0]["description"] == "&lt;img&gt;"


@pytest.mark.parametrize(
    "stretch",
    [
        Sampled(np.array([START]), np.ones((1, 3))),
        Sampled(np.array([START, STOP]), np.full((2, 3), np.nan)),
        Sampled(np.array([STOP, START]), np.ones((2, 3))),
    ],
)
def test_what_cannot_be_interpolated_is_refused(stretch: Sampled) -> None:
    with pytest.raises(UsageError, match="CZML of 1"):
        document(Moving("1", "one", [stretch]))


def test_another_frame_is_refused() -> None:
    with pytest.raises(UsageError, match="TEME"):
        document(frame="TEME")
