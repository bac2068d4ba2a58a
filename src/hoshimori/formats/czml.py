"""Moving objects as CZML 1.0, the JSON that CesiumJS and STK show: positions sampled in time, with what is known of them.

Frames: INERTIAL is ICRF (GCRF axes) and FIXED is the Earth-fixed ITRF, both in metres, as the CZML guide defines them; whoever
calls has turned TEME into one of the two. A description is HTML to its readers, so text in it is escaped here.
Reference: AnalyticalGraphicsInc/czml-writer, CZML Guide (Position, InterpolatableProperty, Clock).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import Floats, Times

Frame = Literal["INERTIAL", "FIXED"]
Colour = tuple[int, int, int, int]
DEGREE = 5
"""Of the Lagrange polynomial through the samples: Cesium takes the DEGREE + 1 nearest."""
DECIMALS = 1
"""Of a metre: far below what an element set knows."""


@dataclass(frozen=True)
class Sampled:
    """One stretch without a gap: t_utc (k,) rising, at least two; r_km (k, 3) in the frame that the document names."""

    t_utc: Times
    r_km: Floats


@dataclass(frozen=True)
class Moving:
    """One object. `facts`: shown in its description, each with its value as text; `properties`: for programs, plain JSON."""

    object_id: str
    name: str
    stretches: Sequence[Sampled]
    colour: Colour = (255, 255, 255, 255)
    period_s: float = 5400.0
    facts: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str | float | bool] = field(default_factory=dict)


def dump_czml(
    objects: Sequence[Moving],
    *,
    name: str,
    frame: Frame,
    start_utc: np.datetime64,
    stop_utc: np.datetime64,
    description: str = "",
) -> str:
    """One document. An object is there only while it has samples. UsageError where a stretch cannot be interpolated."""
    if frame not in ("INERTIAL", "FIXED"):
        raise UsageError(f"CZML frame {frame!r}: expected INERTIAL or FIXED")
    packets = [_document(name, start_utc, stop_utc, description), *(_packet(o, frame) for o in objects if o.stretches)]
    return json.dumps(packets, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _document(name: str, start_utc: np.datetime64, stop_utc: np.datetime64, description: str) -> dict[str, Any]:
    clock = {
        "interval": f"{_time(start_utc)}/{_time(stop_utc)}",
        "currentTime": _time(start_utc),
        "multiplier": 60,
        "range": "LOOP_STOP",
        "step": "SYSTEM_CLOCK_MULTIPLIER",
    }
    packet: dict[str, Any] = {"id": "document", "name": name, "version": "1.0", "clock": clock}
    return packet | ({"description": escape(description)} if description else {})


def _packet(o: Moving, frame: Frame) -> dict[str, Any]:
    spells = [f"{_time(s.t_utc[0])}/{_time(s.t_utc[-1])}" for s in o.stretches]
    positions = [_position(o, s, frame) for s in o.stretches]
    several = len(spells) > 1
    return {
        "id": o.object_id,
        "name": o.name,
        "availability": spells if several else spells[0],
        "description": _table(o.facts),
        "properties": dict(o.properties),
        "point": {"pixelSize": 4, "color": {"rgba": list(o.colour)}, "outlineWidth": 0},
        "label": {
            "text": o.name, "font": "11pt sans-serif", "fillColor": {"rgba": list(o.colour)}, "horizontalOrigin": "LEFT",
            "pixelOffset": {"cartesian2": [8, 0]}, "showBackground": True, "distanceDisplayCondition": {
                "distanceDisplayCondition": [0.0, 2.0e7]},
        },
        "path": {
            "width": 1, "leadTime": o.period_s / 2.0, "trailTime": o.period_s / 2.0, "resolution": max(1.0, o.period_s / 120.0),
            "material": {"solidColor": {"color": {"rgba": list(o.colour)}}},
        },
        "position": [{"interval": i, **p} for i, p in zip(spells, positions, strict=True)] if several else positions[0],
    }  # fmt: skip


def _position(o: Moving, s: Sampled, frame: Frame) -> dict[str, Any]:
    if len(s.t_utc) < 2 or s.r_km.shape != (len(s.t_utc), 3) or not np.isfinite(s.r_km).all():
        raise UsageError(f"CZML of {o.object_id}: a stretch needs two finite samples or more; got {s.r_km.shape}")
    seconds = (s.t_utc - s.t_utc[0]) / np.timedelta64(1_000_000, "us")
    if not (np.diff(seconds) > 0.0).all():
        raise UsageError(f"CZML of {o.object_id}: the times of a stretch must rise")
    rows = np.column_stack([np.round(seconds, 6), np.round(s.r_km * 1000.0, DECIMALS)])
    return {
        "interpolationAlgorithm": "LAGRANGE",
        "interpolationDegree": min(DEGREE, len(s.t_utc) - 1),
        "referenceFrame": frame,
        "epoch": _time(s.t_utc[0]),
        "cartesian": rows.ravel().tolist(),
    }


def _table(facts: Mapping[str, str]) -> str:
    cells = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in facts.items())
    return f"<table>{cells}</table>"


def _time(t: np.datetime64) -> str:
    return f"{np.datetime_as_string(t.astype('datetime64[us]'), unit='us')}Z"
