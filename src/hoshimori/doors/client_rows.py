"""What a client gets: frozen rows of what a service answers, each with the whole tree that it was read from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.facts import DataMode, ElementSets, KnownBasis
from hoshimori.findings import Event, Quantity, Reason
from hoshimori.judgements import CLEAR, Incident, Marking, Tlp

Tree = Mapping[str, Any]


def time_of(text: Any) -> np.datetime64:
    """UTC datetime64[us]; NaT for "" and null."""
    return np.datetime64(str(text).rstrip("Z"), "us") if text else np.datetime64("NaT", "us")


def withheld(node: Any) -> bool:
    """Does this stand where something may not be read?"""
    return isinstance(node, Mapping) and set(node) == {"withheld"}


def marking_of(text: str) -> Marking:
    """From a header, as a page shows it: TLP:AMBER // REL TO JPN, USA."""
    colour, _, parties = text.partition(" // REL TO ")
    named = frozenset(re.findall("[A-Z]{3}", parties)) if parties and parties != "NOBODY" else frozenset()
    return Marking(Tlp.read(colour), named if parties else None) if colour else CLEAR


@dataclass(frozen=True)
class Me:
    """Who asks, and what is watched there."""

    name: str
    party: str | None
    roles: frozenset[str]
    permissions: frozenset[str]
    via: str
    data_mode: str
    practice: bool
    watchlists: tuple[str, ...]
    version: str
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> Me:
        world = t["world"]
        return cls(
            t["name"], t["party"], frozenset(t["roles"]), frozenset(t["permissions"]), t["via"], world["data_mode"],
            world["practice"], tuple(w["id"] for w in world["watchlists"]), world["version"], t,
        )  # fmt: skip


@dataclass(frozen=True)
class AssetNow:
    """One asset as a sweep found it. state: quiet, attention, stale, not observable, or not swept. text: its reasons in words."""

    asset_id: str
    norad_id: int | None
    name: str
    operator: str
    slot_deg: float | None
    state: str
    reasons: tuple[Reason, ...]
    text: tuple[str, ...]
    age_days: float
    event_ids: tuple[str, ...]
    data_mode: str
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> AssetNow:
        return cls(
            t["asset"], t["norad_id"], t["name"], t["operator"], t["slot_deg"], t["state"],
            tuple(Reason.from_json(r) for r in t["reasons"]), tuple(t["text"]),
            float("nan") if t["age_days"] is None else float(t["age_days"]), tuple(t["events"]), t["data_mode"], t,
        )  # fmt: skip


@dataclass(frozen=True)
class EventNow:
    """One event in a list: what was found, without the evidence that it stands on; `Client.event` has that too."""

    event_id: str
    kind: str
    subject: str
    subject_name: str
    others: tuple[str, ...]
    other_names: tuple[str, ...]
    label: str
    normal: bool
    start_utc: np.datetime64
    stop_utc: np.datetime64
    as_of_utc: np.datetime64
    first_told_utc: np.datetime64
    quantities: Mapping[str, Quantity]
    text: str
    data_mode: str
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> EventNow:
        return cls(
            t["id"], t["kind"], t["subject"], t["subject_name"], tuple(t["others"]), tuple(map(str, t["other_names"])),
            t["label"], t["normal"], time_of(t["start"]), time_of(t["stop"]), time_of(t["as_of"]), time_of(t["first_told"]),
            {k: Quantity.from_json(q) for k, q in t["quantities"].items()}, str(t["text"]), t["data_mode"], t,
        )  # fmt: skip


@dataclass(frozen=True)
class FloorNow:
    """Everything that a watch looks at first."""

    watchlist: str
    as_of_utc: np.datetime64
    data_mode: str
    assets: tuple[AssetNow, ...]
    events: tuple[EventNow, ...]
    counts: Mapping[str, int]
    conditions: tuple[Tree, ...]
    open_alerts: int
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> FloorNow:
        return cls(
            t["watchlist"]["id"], time_of(t["as_of"]), t["data_mode"], tuple(map(AssetNow.of, t["assets"])),
            tuple(map(EventNow.of, t["events"])), t["counts"], tuple(t["conditions"]), int(t["alerts"]["open"]), t,
        )  # fmt: skip


@dataclass(frozen=True)
class ObjectNow:
    """One object of the catalogue by its newest element set."""

    norad_id: int
    name: str
    cospar_id: str
    owner: str
    kind: str
    epoch_utc: np.datetime64
    age_days: float
    period_min: float
    inc_deg: float
    apogee_km: float
    perigee_km: float
    longitude_deg: float
    data_mode: str
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> ObjectNow:
        given: dict[str, Any] = {f.name: t[f.name] for f in fields(cls) if f.name not in ("epoch_utc", "tree")}
        numbers = {f.name for f in fields(cls) if f.type == "float"}
        known: dict[str, Any] = {k: float("nan") if k in numbers and v is None else v for k, v in given.items()}
        return cls(**known, epoch_utc=time_of(t["epoch"]), tree=t)


@dataclass(frozen=True)
class JobNow:
    """One piece of work. state: waiting, running, done or failed."""

    job_id: str
    kind: str
    state: str
    result: Tree
    error: str
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> JobNow:
        return cls(t["id"], t["kind"], t["state"], t["result"], t["error"], t)

    @property
    def ended(self) -> bool:
        return self.state in ("done", "failed")


@dataclass(frozen=True)
class AlertNow:
    """Something a person on duty should see. acknowledged_by: "" while nobody has."""

    alert_id: str
    severity: str
    code: str
    subject: str
    text: str
    raised_utc: np.datetime64
    acknowledged_by: str
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> AlertNow:
        return cls(
            t["id"], t["severity"], t["code"], t["subject"], t["text"], time_of(t["raised"]), t["acknowledged_by"], t
        )  # fmt: skip


@dataclass(frozen=True)
class RecordNow:
    """One record: what a party signed of an incident, and where it stands between the parties."""

    record: str
    incident: str
    party: str
    state: str
    at_utc: np.datetime64
    acts: tuple[Tree, ...]
    data_mode: str
    marking: Marking
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> RecordNow:
        return cls(
            t["record"], t["incident"], t["party"], t["state"], time_of(t["at"]), tuple(t["acts"]), t["data_mode"],
            Marking.from_json(t["marking"]), t,
        )  # fmt: skip


@dataclass(frozen=True)
class IncidentNow:
    """One incident as far as who asks may read it. state: where it stands."""

    incident_id: str
    title: str
    state: str
    party: str
    opened_utc: np.datetime64
    marking: Marking
    data_mode: str
    tree: Tree = field(repr=False)

    @classmethod
    def of(cls, t: Tree) -> IncidentNow:
        return cls(
            t["id"], t["title"], str(t.get("state", "")), t["party"], time_of(t["opened"]), Marking.from_json(t["marking"]),
            t["data_mode"], t,
        )  # fmt: skip

    @property
    def withheld(self) -> int:
        """How many of its pieces may not be read by who asks."""
        return sum(withheld(x) for part in ("items", "claims", "judgements") for x in self.tree.get(part, ()))

    def incident(self) -> Incident:
        """The record of this package, with the pieces that may be read. UsageError for a row of a list, which has none."""
        if "items" not in self.tree:
            raise UsageError(f"{self.incident_id}: a row of a list has no evidence; ask for the incident by its id")
        parts = {p: [x for x in self.tree[p] if not withheld(x)] for p in ("items", "claims", "judgements")}
        return Incident.from_json({**self.tree, **parts})


@dataclass(frozen=True)
class Line:
    """One line of the stream. topic: sweep, job, alert, condition, incident, record or data; reset: look at everything afresh."""

    seq: int
    topic: str
    record: Tree


@dataclass(frozen=True)
class File:
    """A document, with the marking of everything in it."""

    data: bytes = field(repr=False)
    media_type: str
    filename: str
    marking: Marking

    @property
    def text(self) -> str:
        return self.data.decode()

    def save(self, path: str | Path) -> Path:
        """Write it to a file, or into a folder under its own name. Nothing is written over."""
        place = Path(path)
        if place.is_dir():
            name = Path(self.filename).name
            if not name:
                raise UsageError(f"{place}: this document has no name of its own; name a file")
            place = place / name
        with place.open("xb") as out:
            out.write(self.data)
        return place


def event_of(tree: Tree) -> Event:
    """The finding whole. UsageError where its content has not the id that it is given under."""
    event = Event.from_json(tree)
    if event.event_id != tree["id"]:
        raise UsageError(f"event {tree['id']}: its content has the id {event.event_id}: it was changed on its way")
    return event


def sets_of(rows: Sequence[Tree]) -> ElementSets:
    """Element sets as columns, sorted by epoch."""
    ordered = sorted(rows, key=lambda t: (t["norad_id"], t["epoch"]))
    same = ("norad_id", "mean_motion_rev_day", "eccentricity", "inc_deg", "raan_deg", "argp_deg", "ma_deg", "bstar_per_er")
    more = ("ndot_rev_day2", "nddot_rev_day3", "rev_at_epoch", "element_set_no", "classification", "name", "cospar_id")
    columns: dict[str, Any] = {k: [t[k] for t in ordered] for k in (*same, *more)}
    columns["epoch_utc"] = np.array([time_of(t["epoch"]) for t in ordered], "datetime64[us]")
    columns["known_utc"] = np.array([time_of(t["known"]) for t in ordered], "datetime64[us]")
    columns["known_basis"] = np.array([KnownBasis[t["known_basis"]] for t in ordered], np.uint8)
    columns["data_mode"] = np.array([DataMode[t["data_mode"]] for t in ordered], np.uint8)
    columns["source"] = np.full(len(ordered), -1, np.int32)
    for key in ("name", "cospar_id"):
        columns[key] = np.array(columns[key], object)
    return ElementSets.build(columns)


TYPES: Mapping[str, Any] = {"int32": "<i4", "uint16": "<u2", "uint8": "u1", "float32": "<f4", "float64": "<f8"}


def columns_of(data: bytes) -> tuple[Tree, dict[str, npt.NDArray[Any]]]:
    """The packed columns of `objects.bin`: its header, and each column as an array; `names` as texts."""
    import json

    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    start = 4 + length
    start += -start % 8
    out: dict[str, npt.NDArray[Any]] = {}
    for c in header["columns"]:
        part = data[start + c["offset"] : start + c["offset"] + c["length"]]
        if c["type"] == "text":
            out[c["name"]] = np.array(part.decode().split("\n") if part else [], object)
        else:
            out[c["name"]] = np.frombuffer(part, TYPES[c["type"]])
    return header, out
