"""What we concluded: events with evidence that a stranger can re-run.

Findings are frozen and written as JSON with sorted keys. An event's id is the digest of what it claims, so that the same claim
from the same evidence has the same name on every machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hoshimori.facts import DataMode

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured number with its unit and its one-sigma uncertainty (None: not known, never zero by default)."""

    value: float
    unit: str
    sigma: float | None = None

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"value": self.value, "unit": self.unit}
        if self.sigma is not None:
            out["sigma"] = self.sigma
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Quantity:
        sigma = data.get("sigma")
        return cls(float(data["value"]), str(data["unit"]), None if sigma is None else float(sigma))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a code with its values. `doors` says it in words, in the reader's language; see `doors/words.py`."""

    code: str
    values: Mapping[str, str | float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, **self.values}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reason:
        return cls(str(data["code"]), {k: v for k, v in data.items() if k != "code"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """A dull explanation that was tested. `verdict`: "wins", "possible", "rejected", "cannot tell"."""

    name: str
    verdict: str
    reason: Reason

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "verdict": self.verdict, "reason": self.reason.to_json()}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an event is claimed: the method, what it was given, and what would have been seen if nothing had happened.

    `inputs` are content digests of element sets, or "sha256:..." of stored bytes for an ephemeris. Given these inputs and
    `parameters` alone, `method` must give the event again.
    """

    claim: str
    method: str  # name@version
    inputs: tuple[str, ...]
    parameters: Parameters = field(default_factory=dict)
    expected: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "claim": self.claim,
            "method": self.method,
            "inputs": list(self.inputs),
            "parameters": dict(self.parameters),
            "expected": self.expected,
        }


@dataclass(frozen=True, slots=True)
class Minimum:
    """One closest approach: when, and at what distance."""

    t_utc: np.datetime64
    miss_km: float

    def to_json(self) -> dict[str, Any]:
        return {"t": iso(self.t_utc), "miss_km": self.miss_km}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Minimum:
        return cls(np.datetime64(str(data["t"]).rstrip("Z"), "us"), float(data["miss_km"]))


@dataclass(frozen=True)
class Event:
    """Something that happened, or is computed to happen, to one subject.

    `subject` and `others` are catalogue numbers as text, or an asset id where there is no number. `label` is the kind's own
    word (a stay is "shared slot", "parking", ...). `normal` is True where the event is this subject's usual state. `minima`:
    every closest approach inside a lasting event, in order of time.
    """

    kind: str
    start_utc: np.datetime64
    stop_utc: np.datetime64
    subject: str
    others: tuple[str, ...]
    label: str
    normal: bool
    quantities: Mapping[str, Quantity]
    evidence: tuple[Evidence, ...]
    explanations: tuple[Explanation, ...] = ()
    as_of_utc: np.datetime64 = field(default_factory=lambda: np.datetime64("NaT", "us"))
    data_mode: DataMode = DataMode.REAL
    minima: tuple[Minimum, ...] = ()

    @property
    def event_id(self) -> str:
        """32 hexadecimal digits: SHA-256 of the canonical JSON of everything but the id."""
        return hashlib.sha256(canonical_json(self._body())).hexdigest()[:32]

    def _body(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "start": iso(self.start_utc),
            "stop": iso(self.stop_utc),
            "subject": self.subject,
            "others": list(self.others),
            "label": self.label,
            "normal": self.normal,
            "quantities": {k: q.to_json() for k, q in sorted(self.quantities.items())},
            "evidence": [e.to_json() for e in self.evidence],
            "explanations": [x.to_json() for x in self.explanations],
            "minima": [m.to_json() for m in self.minima],
            "as_of": iso(self.as_of_utc),
            "data_mode": self.data_mode.name,
        }

    def to_json(self) -> dict[str, Any]:
        return {"schema": "hoshimori.event/1", "id": self.event_id, **self._body()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Event:
        return cls(
            kind=data["kind"],
            start_utc=np.datetime64(data["start"].rstrip("Z"), "us"),
            stop_utc=np.datetime64(data["stop"].rstrip("Z"), "us"),
            subject=data["subject"],
            others=tuple(data["others"]),
            label=data["label"],
            normal=bool(data["normal"]),
            quantities={k: Quantity.from_json(q) for k, q in data["quantities"].items()},
            evidence=tuple(
                Evidence(e["claim"], e["method"], tuple(e["inputs"]), e["parameters"], e["expected"]) for e in data["evidence"]
            ),
            explanations=tuple(Explanation(x["name"], x["verdict"], Reason.from_json(x["reason"])) for x in data["explanations"]),
            as_of_utc=np.datetime64(data["as_of"].rstrip("Z"), "us"),
            data_mode=DataMode[data["data_mode"]],
            minima=tuple(Minimum.from_json(m) for m in data.get("minima", ())),
        )


@dataclass(frozen=True)
class AssetState:
    """One asset at the end of a sweep: quiet, attention, stale or not observable, with its reasons and the events behind it."""

    asset_id: str
    norad_id: int | None
    name: str
    state: str
    reasons: tuple[Reason, ...]
    event_ids: tuple[str, ...]
    newest_epoch_utc: np.datetime64
    age_days: float
    quantities: Mapping[str, Quantity] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.asset-state/1",
            "asset": self.asset_id,
            "norad_id": self.norad_id,
            "name": self.name,
            "state": self.state,
            "reasons": [r.to_json() for r in self.reasons],
            "events": list(self.event_ids),
            "newest_epoch": iso(self.newest_epoch_utc),
            "age_days": None if np.isnan(self.age_days) else self.age_days,
            "quantities": {k: q.to_json() for k, q in sorted(self.quantities.items())},
        }


def iso(t: np.datetime64) -> str:
    """ISO 8601 UTC with microseconds and Z; "" for not-a-time."""
    return "" if np.isnat(t) else f"{np.datetime_as_string(t.astype('datetime64[us]'), unit='us')}Z"


def canonical_json(data: Any) -> bytes:
    """UTF-8 JSON, keys sorted, no spaces, no NaN: the bytes that a digest of a finding is taken over."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
