"""What a party says over its signature: it proposes, concurs, dissents, supersedes or withdraws. Bytes in, frozen acts out.

Every act is an in-toto Statement in a DSSE envelope. A proposal carries the assessment and names every file that stands behind
it; its record id is the SHA-256 of its payload. Every other act names that record id: it speaks of exactly those bytes.
Reference: in-toto Attestation Framework, Statement v1; DSSE v1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hoshimori.errors import Refused, UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import iso
from hoshimori.judgements import Marking
from hoshimori.ledger import canonical, envelope

RECORD = "urn:hoshimori:record:1"
ANSWER = "urn:hoshimori:answer:1"
ACTS = ("proposed", "concurred", "dissented", "superseded", "withdrawn")
NEEDS_REASON = ("dissented", "superseded", "withdrawn")
HEX64 = re.compile("[0-9a-f]{64}")
LONGEST_REASON = 20_000
_ALLIANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,80}")
_ODD_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


@dataclass(frozen=True)
class Input:
    """One file that a proposal stands on: an event, element sets, bytes of an ephemeris. `location`: what it was called."""

    name: str
    sha256: str
    location: str
    data_mode: str
    marking: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "location": self.location, "data_mode": self.data_mode, "marking": dict(self.marking)}


@dataclass(frozen=True)
class Witness:
    """The state of another party's log that an act vouches for having seen."""

    origin: str
    size: int
    root: str
    t_utc: np.datetime64

    def to_json(self) -> dict[str, Any]:
        return {"origin": self.origin, "size": self.size, "root": self.root, "t": iso(self.t_utc)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Witness:
        return cls(text(data, "origin"), count(data, "size"), digest(data, "root"), moment(data, "t"))


@dataclass(frozen=True)
class Act:
    """One act as it stands in its payload. `record`: SHA-256 of the proposal's payload, for a proposal its own."""

    act: str
    record: str
    party: str
    alliance: str
    at_utc: np.datetime64
    origin: str
    fingerprint: str
    keyring_version: int
    payload: bytes
    incident: str = ""
    reason: str = ""
    by_record: str = ""
    supersedes: str = ""
    assessment: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    methods: tuple[str, ...] = ()
    software: Mapping[str, str] = field(default_factory=dict)
    not_seen: tuple[str, ...] = ()
    witness: Witness | None = None


def proposal(
    *,
    assessment: Mapping[str, Any],
    inputs: Sequence[Input],
    incident: str,
    party: str,
    alliance: str,
    at_utc: np.datetime64,
    origin: str,
    fingerprint: str,
    keyring_version: int,
    software: Mapping[str, str],
    supersedes: str = "",
) -> bytes:
    """The payload of a proposal. assessment: with what is marked already withheld (disclosure.withhold)."""
    methods = sorted({str(i["method"]) for i in assessment.get("items", ()) if isinstance(i, Mapping) and i.get("method")})
    subjects = {"assessment.json": canonical.sha256(canonical.canonical(dict(assessment)))}
    subjects |= {i.name: i.sha256 for i in inputs}
    predicate = {
        **_common("proposed", party, alliance, at_utc, origin, fingerprint, keyring_version),
        "incident": incident,
        "assessment": dict(assessment),
        "inputs": [i.to_json() for i in sorted(inputs, key=lambda i: i.name)],
        "methods": methods,
        "software": dict(software),
        "supersedes": supersedes,
    }
    return envelope.statement(subjects, RECORD, predicate)


def answer(
    act: str,
    *,
    record: str,
    party: str,
    alliance: str,
    at_utc: np.datetime64,
    origin: str,
    fingerprint: str,
    keyring_version: int,
    reason: str = "",
    by_record: str = "",
    not_seen: Sequence[str] = (),
    witness: Witness | None = None,
) -> bytes:
    """The payload of an act on a record. by_record: what supersedes it. not_seen: what was not disclosed to the signer."""
    if act in NEEDS_REASON and not reason.strip():
        raise Refused("no-reason", f"{act} without a reason: say why in a sentence; it is kept with the record")
    predicate = {
        **_common(act, party, alliance, at_utc, origin, fingerprint, keyring_version),
        "reason": reason,
        "by_record": by_record,
        "not_seen": sorted(not_seen),
        "witness": witness.to_json() if witness else None,
    }
    return envelope.statement({"record": record}, ANSWER, predicate)


def _common(
    act: str, party: str, alliance: str, at_utc: np.datetime64, origin: str, fingerprint: str, keyring_version: int
) -> dict[str, Any]:
    return {
        "act": act,
        "party": party,
        "alliance": alliance,
        "at": iso(at_utc),
        "log": origin,
        "keyring": {"fingerprint": fingerprint, "version": keyring_version},
    }


_COMMON = {"act", "party", "alliance", "at", "log", "keyring"}
_OF_RECORD = _COMMON | {"incident", "assessment", "inputs", "methods", "software", "supersedes"}
_OF_ANSWER = _COMMON | {"reason", "by_record", "not_seen", "witness"}


def read(payload: bytes, what: str) -> Act:
    """The act in a payload. Refused("shape") names the field that is not as it must be; unknown fields are refused too."""
    found = envelope.read_statement(payload)
    predicate = table(found.predicate, f"{what}: predicate")
    if found.predicate_type not in (RECORD, ANSWER):
        raise Refused("shape", f"{what}: not a statement of this ledger: {found.predicate_type[:80]!r}")
    only(predicate, _OF_RECORD if found.predicate_type == RECORD else _OF_ANSWER, what)
    keyring = table(predicate["keyring"], f"{what}: keyring")
    only(keyring, {"fingerprint", "version"}, what)
    base: dict[str, Any] = {
        "act": text(predicate, "act"),
        "party": text(predicate, "party"),
        "alliance": _alliance(predicate, what),
        "at_utc": moment(predicate, "at"),
        "origin": text(predicate, "log"),
        "fingerprint": text(keyring, "fingerprint"),
        "keyring_version": count(keyring, "version"),
        "payload": payload,
    }
    if found.predicate_type == RECORD:
        return _record(base, predicate, found.subjects, canonical.sha256(payload), what)
    return _answer(base, predicate, found.subjects, what)


def _alliance(predicate: Mapping[str, Any], what: str) -> str:
    """A name and never a path: rules are looked up by it on the machine of whoever verifies."""
    name = text(predicate, "alliance")
    if not _ALLIANCE.fullmatch(name):
        raise Refused("shape", f"{what}: alliance {name[:40]!r}: a name such as japan-us")
    return name


def _record(base: dict[str, Any], predicate: Mapping[str, Any], subjects: Mapping[str, str], sha: str, what: str) -> Act:
    if base["act"] != "proposed":
        raise Refused("shape", f"{what}: act {base['act']!r}: a record is proposed")
    assessment = table(predicate["assessment"], f"{what}: assessment")
    refuse_odd_text(assessment, "assessment")
    if subjects.get("assessment.json") != canonical.sha256(canonical.canonical(assessment)):
        raise Refused("shape", f"{what}: the subject assessment.json is not the digest of the assessment beside it")
    inputs = tuple(_input(row, subjects, what) for row in rows(predicate, "inputs"))
    names = [i.name for i in inputs]
    if len(set(names)) != len(names) or {*names, "assessment.json"} != set(subjects):
        raise Refused("shape", f"{what}: subjects and inputs do not name the same files, each once")
    return Act(
        **base,
        record=sha,
        incident=text(predicate, "incident"),
        supersedes=optional_digest(predicate, "supersedes"),
        assessment=assessment,
        inputs=inputs,
        methods=tuple(map(str, rows(predicate, "methods"))),
        software={str(k): str(v) for k, v in table(predicate["software"], f"{what}: software").items()},
    )


def _answer(base: dict[str, Any], predicate: Mapping[str, Any], subjects: Mapping[str, str], what: str) -> Act:
    if base["act"] not in ACTS[1:] or set(subjects) != {"record"}:
        raise Refused("shape", f"{what}: act {base['act']!r}: one of {', '.join(ACTS[1:])}, on one record")
    reason = text(predicate, "reason", empty=True)
    if base["act"] in NEEDS_REASON and not reason.strip():
        raise Refused("no-reason", f"{what}: {base['act']} without a reason")
    witness = predicate["witness"]
    if witness is not None:
        only(table(witness, f"{what}: witness"), {"origin", "size", "root", "t"}, what)
    not_seen = rows(predicate, "not_seen")
    if not all(isinstance(d, str) and HEX64.fullmatch(d) for d in not_seen):
        raise Refused("shape", f"{what}: not_seen holds what is no SHA-256")
    return Act(
        **base,
        record=subjects["record"],
        reason=reason,
        by_record=optional_digest(predicate, "by_record"),
        not_seen=tuple(not_seen),
        witness=Witness.from_json(witness) if witness is not None else None,
    )


def _input(row: object, subjects: Mapping[str, str], what: str) -> Input:
    data = table(row, f"{what}: inputs")
    only(data, {"name", "location", "data_mode", "marking"}, what)
    name = text(data, "name")
    if name not in subjects:
        raise Refused("shape", f"{what}: the input {name!r} is no subject")
    mode = text(data, "data_mode")
    if mode not in DataMode.__members__:
        raise Refused("shape", f"{what}: {name}: data_mode {mode[:40]!r}: one of {', '.join(DataMode.__members__)}")
    return Input(name, subjects[name], text(data, "location", empty=True), mode, _marking(data["marking"], f"{what}: {name}"))


def _marking(value: object, what: str) -> dict[str, Any]:
    """A marking as Marking.to_json writes it: a spelling that is not understood must never count as open."""
    data = table(value, f"{what}: marking")
    try:
        understood: dict[str, Any] | None = Marking.from_json(data).to_json()
    except (KeyError, TypeError, UsageError):
        understood = None
    if understood != data:
        raise Refused("shape", f'{what}: marking: expected {{"tlp": "AMBER", "releasable_to": ["JPN"]}} or without the list')
    return data


# ---- reading JSON that somebody else wrote: each refusal names the field


def table(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused("shape", f"{what}: expected an object, not {type(value).__name__}")
    return value


def rows(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list):
        raise Refused("shape", f"{key}: expected a list, not {type(value).__name__}")
    return value


def only(data: Mapping[str, Any], keys: set[str], what: str) -> None:
    """Exactly these keys."""
    if set(data) != keys:
        odd = ", ".join(sorted(set(data) ^ keys))
        raise Refused("shape", f"{what}: these fields are missing or unknown: {odd[:200]}")


def text(data: Mapping[str, Any], key: str, *, empty: bool = False) -> str:
    value = data.get(key)
    if not isinstance(value, str) or (not value and not empty) or len(value) > LONGEST_REASON:
        raise Refused("shape", f"{key}: expected text{'' if empty else ', not empty'}, of at most {LONGEST_REASON} characters")
    refuse_odd_text(value, key)
    return value


def refuse_odd_text(tree: Any, what: str) -> None:
    """No text in a tree moves a terminal's cursor, clears its screen or turns the direction of what follows: it could show what
    was never said. Line ends and tabs are let through."""
    if isinstance(tree, str):
        if found := _ODD_TEXT.search(tree):
            raise Refused("odd-text", f"{what}: the character U+{ord(found[0]):04X}, which changes how other text is shown")
    elif isinstance(tree, dict):
        for key, value in tree.items():
            refuse_odd_text(key, what)
            refuse_odd_text(value, f"{what}.{key}"[:80])
    elif isinstance(tree, list):
        for value in tree:
            refuse_odd_text(value, what)


def count(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Refused("shape", f"{key}={value!r}: expected a whole number from 0 on")
    return value


def digest(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not HEX64.fullmatch(value):
        raise Refused("shape", f"{key}: expected a SHA-256 as 64 hexadecimal digits")
    return value


def optional_digest(data: Mapping[str, Any], key: str) -> str:
    return "" if data.get(key) == "" else digest(data, key)


def moment(data: Mapping[str, Any], key: str) -> np.datetime64:
    value = data.get(key)
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise Refused("shape", f"{key}={str(value)[:40]!r}: expected a UTC time such as 2026-05-30T12:00:00.000000Z")
    try:
        return np.datetime64(value.rstrip("Z"), "us")
    except ValueError as error:
        raise Refused("shape", f"{key}={value!r}: {error}") from error
