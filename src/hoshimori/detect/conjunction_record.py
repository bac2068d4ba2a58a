"""What is told of a conjunction beside its numbers: the trend, who could move, radii, the encounter plane, the states.

It stands in the event's second evidence as JSON; `detail` reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.detect.movers import Mover
from hoshimori.detect.thresholds import Radius
from hoshimori.detect.trend import Trend
from hoshimori.facts import Floats
from hoshimori.findings import Event, Reason

CLAIM = "how risky it is, whether that grows, and who could move"
Pair = tuple[float, float]


@dataclass(frozen=True)
class Side:
    """One of the two at closest approach: r_km (3,), v_km_s (3,) in TEME (a message: in its own
    inertial frame); covariance_rtn (6, 6), km and km/s along its own R, T, N.

    basis: what the covariance rests on: "own history", "class", "owner's ephemeris", "message" or "none".
    """

    number: str
    name: str
    cospar_id: str
    object_type: str
    r_km: Floats
    v_km_s: Floats
    covariance_rtn: Floats
    basis: str

    def to_json(self) -> dict[str, Any]:
        vectors = {"r_km": self.r_km.tolist(), "v_km_s": self.v_km_s.tolist(), "covariance_rtn": self.covariance_rtn.tolist()}
        text = {"number": self.number, "name": self.name, "cospar_id": self.cospar_id, "object_type": self.object_type}
        return {**text, **vectors, "basis": self.basis}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Side:
        vectors = {key: np.array(data[key], np.float64) for key in ("r_km", "v_km_s", "covariance_rtn")}
        return cls(**{**data, **vectors})


@dataclass(frozen=True)
class Plane:
    """The encounter plane, seen along the relative velocity. x: up, the outward direction of the subject as far as it lies in the
    plane; y: across. miss_km: where the other one is; covariance_km2 (2, 2) of that; radius_km of both together."""

    miss_km: Pair
    covariance_km2: tuple[Pair, Pair]
    radius_km: float

    def to_json(self) -> dict[str, Any]:
        return {
            "miss_km": list(self.miss_km),
            "covariance_km2": [list(x) for x in self.covariance_km2],
            "radius_km": self.radius_km,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plane:
        (a, b), (c, d) = data["covariance_km2"]
        x, y = data["miss_km"]
        return cls((float(x), float(y)), ((float(a), float(b)), (float(c), float(d))), float(data["radius_km"]))


@dataclass(frozen=True)
class Detail:
    """See the module. method: the function behind the probability of an operator's message, message_id: its name; else "".

    flagged: the 2-D probability is not to be used for that message; why: the chooser's reasons.
    """

    trend: Trend
    movers: tuple[Mover, Mover]
    radii: tuple[Radius, Radius]
    plane: Plane | None
    sides: tuple[Side, Side]
    method: str = ""
    message_id: str = ""
    originator: str = ""
    flagged: bool = False
    why: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "trend": self.trend.to_json(),
            "movers": [m.to_json() for m in self.movers],
            "radii": [list(r) for r in self.radii],
            "plane": None if self.plane is None else self.plane.to_json(),
            "sides": [s.to_json() for s in self.sides],
            "method": self.method,
            "message_id": self.message_id,
            "originator": self.originator,
            "flagged": self.flagged,
            "why": [r.to_json() for r in self.why],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Detail:
        one, two = (Mover.from_json(m) for m in data["movers"])
        first, second = ((float(r), float(s), str(basis)) for r, s, basis in data["radii"])
        here, there = (Side.from_json(s) for s in data["sides"])
        plane = None if data["plane"] is None else Plane.from_json(data["plane"])
        text = {key: str(data[key]) for key in ("method", "message_id", "originator")}
        why = tuple(Reason.from_json(r) for r in data["why"])
        return cls(
            Trend.from_json(data["trend"]),
            (one, two),
            (first, second),
            plane,
            (here, there),
            **text,
            flagged=bool(data["flagged"]),
            why=why,
        )


def detail(event: Event) -> Detail | None:
    """What stands behind an event of kind "conjunction"; None for other events."""
    if event.kind != "conjunction" or len(event.evidence) < 2 or event.evidence[1].claim != CLAIM:
        return None
    return Detail.from_json(event.evidence[1].parameters)


def plane(dr_km: Floats, dv_km_s: Floats, r_km: Floats, covariance_km2: Floats, radius_km: float) -> Plane | None:
    """Seen along dv (3,): dr (3,) and its covariance (3, 3). r_km (3,): of the subject. None where there is no relative speed."""
    speed = float(np.linalg.norm(dv_km_s))
    if not (speed > 0.0 and np.isfinite(covariance_km2).all()):
        return None
    ahead = dv_km_s / speed
    up = r_km - (r_km @ ahead) * ahead
    up = up / np.linalg.norm(up)
    axes = np.stack((up, np.cross(ahead, up)))
    x, y = (axes @ dr_km).tolist()
    (a, b), (c, d) = (axes @ covariance_km2 @ axes.T).tolist()
    return Plane((x, y), ((a, b), (c, d)), radius_km)
