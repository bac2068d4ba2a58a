"""Bundles changed at random, each from a seed: bytes, texts, fields, files, the zip around them; by strangers and by signers."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.doors import records
from hoshimori.errors import HoshimoriError, Refused
from hoshimori.facts import DataMode
from hoshimori.findings import Event, Evidence, Quantity
from hoshimori.judgements import CLEAR, Incident, Item, Marking, Tlp
from hoshimori.ledger import canonical, checking, container, envelope, exchange, packing
from hoshimori.ledger.checking import Memory
from hoshimori.ledger.exchange import Given
from hoshimori.ledger.home import Ledger
from tests.ledger import parties
from tests.ledger.parties import Files, Parties

KINDS = ("flip", "cut", "put in", "field", "field inside", "file gone", "file moved", "spliced", "zip", "repacked")
"""repacked: one file is changed in one of these ways, and a signer of the other party signs a manifest that fits."""
ODD: tuple[Any, ...] = (None, True, -1, 0, 2**53 - 1, 1e308, "", "x", "\u202e", "0" * 64, [], {}, [[]], {"a": 1}, "JPN", "KOR")


@dataclass(frozen=True)
class Changed:
    """A bundle as somebody else hands it over: files, or the bytes of a zip."""

    kind: str
    files: Files | bytes


@dataclass
class Ground:
    """True bundles, the people who made them, and what their reader knows."""

    who: Parties
    bundles: list[Files]
    known: Memory
    now_utc: np.datetime64
    true: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Found:
    """What came of the changes. accepted: those that should not have been; raised: errors that are not ours."""

    tried: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)


def ground(folder: Path) -> Ground:
    """Two records, of which one has closed parts, a finding and an answer; five bundles."""
    who = parties.parties(folder)
    bundles: list[Files] = []
    with who.at("A") as a, who.at("B") as b:
        for name in ("first", "second"):
            made, given = assessment(name)
            record = parties.propose(a, who["jpn"], parties.ago(hours=2), made=made, given=given)
            bundles.append(parties.pack(a, record, who["jpn"]))
            parties.concur(b, bundles[-1], who["usa"], parties.ago(hours=1))
            bundles.append(parties.pack(b, record, who["usa"], "JPN"))
        bundles.append(parties.pack(b, record, who["usa"], "public"))
    with who.at("reader") as reader:
        known = Memory(reader.keyring()[0], {}, None)
    true = {(n, canonical.sha256(data)) for files in bundles for n, data in files.items()}
    return Ground(who, bundles, known, parties.now(), true)


def assessment(name: str) -> tuple[dict[str, Any], list[Given]]:
    """A true assessment of an incident of one item read from a finding and one that is closed; and what stands behind it."""
    from hoshimori.doors import nature

    t = np.datetime64("2026-05-24T06:00:00", "us")
    settings = {"start": str(t), "stop": str(t), "as_of": str(t), "asset": "a", "cospar_id": "", "declared": [], "settings": {}}
    finding = Event(
        "stay", t, t, "90001", ("90002",), "parking", False, {"miss_km": Quantity(4.0, "km")},
        (Evidence("it stayed", "encounter@3", ("0" * 32,), settings),), (), t, DataMode.REAL,
    )  # fmt: skip
    grey = Marking(Tlp.AMBER, frozenset({"JPN", "USA"}))
    items = (
        Item("second_body_came_by_burns", True, name, "log", "B2", t, t, event_id=finding.event_id, method="encounter@3"),
        Item("", True, "A remark.", "log", "C3", t, t, marking=grey if name == "second" else CLEAR),
    )  # fmt: skip
    case = Incident(
        f"JPN-2026-{1 + (name == 'second'):04d}", name, "What was it?", ("a",), ("90001",), ("JPN",), t, t, t, "A. Sato", "JPN",
        parties.ALLIANCE, items,
    )  # fmt: skip
    made = nature.assess(case, parties.ago(hours=4), made_utc=parties.ago(hours=3))
    return made, [Given(f"events/{finding.event_id}.json", canonical.canonical(finding.to_json())), *parties.GIVEN[:1]]


# ---- changes


def changes(ground: Ground, count: int, seed: int) -> Iterator[Changed]:
    """So many changed bundles; every kind in turn."""
    drawn = random.Random(seed)
    for k in range(count):
        kind = KINDS[k % len(KINDS)]
        files = dict(drawn.choice(ground.bundles))
        if kind == "zip":
            yield Changed(kind, _zip(files, drawn))
        elif kind == "repacked":
            how = drawn.choice(KINDS[:8])
            some = _changed(how, files, ground, drawn, drawn.choice([n for n in sorted(files) if n != "manifest.json"]))
            yield Changed(kind, _repacked(some, ground, drawn))
        else:
            yield Changed(kind, _changed(kind, files, ground, drawn, drawn.choice(sorted(files))))


def _changed(kind: str, files: Files, ground: Ground, drawn: random.Random, name: str) -> Files:
    data = files[name]
    if kind == "file gone":
        del files[name]
    elif kind == "file moved":
        other = drawn.choice(sorted(files))
        files[other], files[name] = data, files[other]
    elif kind == "spliced":
        files[name] = _spliced(name, ground, drawn)
    elif kind in ("field", "field inside"):
        files[name] = _edited(data, drawn, inside=kind == "field inside")
    else:
        files[name] = _bytes(kind, data, drawn)
    return files


def _bytes(kind: str, data: bytes, drawn: random.Random) -> bytes:
    at = drawn.randrange(len(data)) if data else 0
    if kind == "flip":
        out = bytearray(data)
        for _ in range(drawn.choice([1, 1, 2, 8])):
            at = drawn.randrange(len(data))
            out[at] ^= 1 << drawn.randrange(8)
        return bytes(out)
    if kind == "cut":
        return data[:at] + data[at + drawn.randrange(1, 40) :]
    return data[:at] + drawn.choice([b"\0", b" ", b"\n", b'"', b",", b"{}", data[:at]]) + data[at:]


def _spliced(name: str, ground: Ground, drawn: random.Random) -> bytes:
    """The file of this or of another name of another bundle, or half of one and half of the other."""
    other = drawn.choice(ground.bundles)
    there = other.get(name, other[drawn.choice(sorted(other))])
    if drawn.random() < 0.5:
        return there
    ours = drawn.choice(ground.bundles).get(name, b"{}")
    at = drawn.randrange(1 + min(len(ours), len(there)))
    return ours[:at] + there[at:]


def _edited(data: bytes, drawn: random.Random, *, inside: bool) -> bytes:
    """Canonical JSON with one field of another value; inside: in the payload of an envelope, whose signatures stay."""
    try:
        tree = json.loads(data)
        if inside and isinstance(tree, dict) and set(tree) == {"payload", "payloadType", "signatures"}:
            opened = envelope.open_(data)
            payload = canonical.canonical(mutated(json.loads(opened.payload), drawn))
            return canonical.canonical({**tree, "payload": _base64(payload)})
        return canonical.canonical(mutated(tree, drawn))
    except (ValueError, HoshimoriError):
        return _bytes("flip", data, drawn)


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


def mutated(tree: Any, drawn: random.Random) -> Any:
    """The same tree with something else in one place: another value, a field gone, a field more, an item twice."""
    paths = list(_paths(tree, ()))
    path = drawn.choice(paths)
    return _put(tree, path, drawn)


def _paths(tree: Any, here: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield here
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield from _paths(value, (*here, key))


def _put(tree: Any, path: tuple[Any, ...], drawn: random.Random) -> Any:
    if path:
        return (
            {**tree, path[0]: _put(tree[path[0]], path[1:], drawn)}
            if isinstance(tree, dict)
            else [*tree[: path[0]], _put(tree[path[0]], path[1:], drawn), *tree[path[0] + 1 :]]
        )
    if isinstance(tree, dict) and tree and drawn.random() < 0.5:
        gone = drawn.choice(sorted(tree))
        rest = {k: v for k, v in tree.items() if k != gone}
        return rest if drawn.random() < 0.5 else {**rest, drawn.choice(["", "x", "marking", "withheld"]): tree[gone]}
    if isinstance(tree, list) and tree and drawn.random() < 0.5:
        return [*tree, drawn.choice(tree)] if drawn.random() < 0.5 else tree[1:]
    if isinstance(tree, str) and tree and drawn.random() < 0.5:
        at = drawn.randrange(len(tree))
        return tree[:at] + drawn.choice("0aZ٠\n\u202e") + tree[at + 1 :]
    if isinstance(tree, int | float) and not isinstance(tree, bool) and drawn.random() < 0.5:
        return tree + drawn.choice([-1, 1, 0.5])
    return drawn.choice(ODD)


def _zip(files: Files, drawn: random.Random) -> bytes:
    data = container.zipped(files)
    way = drawn.randrange(5)
    if way == 0:
        return _bytes(drawn.choice(["flip", "cut", "put in"]), data, drawn)
    at = data.rindex(b"PK\5\6") if way < 3 else data.index(b"PK\1\2")
    if way in (1, 3):  # a number of the directory
        place = at + drawn.randrange(4, 22 if way == 1 else 46)
        return data[:place] + bytes([drawn.randrange(256)]) + data[place + 1 :]
    if way == 2:
        return data[:at] + data[drawn.randrange(at) : at] + data[at:]
    return data + drawn.choice([data, b"\0", b"PK\5\6" + b"\0" * 18])


def _repacked(files: Files, ground: Ground, drawn: random.Random) -> Files:
    if "manifest.json" not in files or packing_of(files) is None:
        files["manifest.json"] = ground.bundles[0]["manifest.json"]
    return parties.resealed(files, ground.who[drawn.choice(["usa", "jpn"])])


def packing_of(files: Mapping[str, bytes]) -> dict[str, Any] | None:
    """What the manifest says, None where it cannot be read."""
    try:
        return packing.read_manifest(files["manifest.json"])[0]
    except HoshimoriError:
        return None


# ---- judging


def judge(ground: Ground, changed: Changed) -> str:
    """The code of the refusal; "accepted", or "the same" where nothing but the manifest differs from what truly was said."""
    try:
        files = container.unzip(changed.files, "fuzz") if isinstance(changed.files, bytes) else changed.files
        if changed.kind != "nothing" and files in ground.bundles:
            return "the same"
        checking.check(files, now_utc=ground.now_utc, known=ground.known)
    except Refused as refusal:
        return refusal.code
    except HoshimoriError as error:
        return type(error).__name__
    said = {(n, canonical.sha256(b)) for n, b in files.items() if n != "manifest.json"}
    if changed.kind == "repacked" and said <= ground.true:
        return "the same"
    return "accepted"


def run(ground: Ground, count: int, *, seed: int) -> Found:
    """Try so many."""
    found = Found()
    for n, changed in enumerate(changes(ground, count, seed)):
        found.tried += 1
        found.kinds[changed.kind] += 1
        try:
            code = judge(ground, changed)
        except Exception as error:  # what this looks for
            found.raised.append(f"{seed}/{n} {changed.kind}: {error!r}")
            continue
        found.codes[code] += 1
        if code == "accepted":
            found.accepted.append(f"{seed}/{n} {changed.kind}")
    return found


def run_insider(ground: Ground, count: int, *, seed: int) -> Found:
    """A signer of JPN who writes nonsense into a payload over his own good signature, into his own log, and packs it well.

    Nothing here is a forgery, so it may be accepted; looking again must then end in a verdict, and never in an error of ours.
    """
    drawn, found, who = random.Random(seed), Found(), ground.who
    with who.at("A") as a:
        proposals = [s for s in exchange.known(a.journal) if s.act.act == "proposed" and s.act.party == "JPN"]
        payloads = [parties.payload_of(s.data) for s in proposals]
    for n in range(count):
        found.tried += 1
        with _copied(who, "A") as a:
            try:
                files = _nonsense(a, who, drawn.choice(payloads), drawn)
                checked = checking.check(files, now_utc=parties.now(), known=ground.known)
                found.codes[records.look_again(checked).verdict] += 1
            except Refused as refusal:
                found.codes[refusal.code] += 1
            except HoshimoriError as error:
                found.codes[type(error).__name__] += 1
            except Exception as error:  # what this looks for
                found.raised.append(f"{seed}/{n}: {error!r}")
    return found


@contextmanager
def _copied(who: Parties, name: str) -> Iterator[Ledger]:
    """A home that is thrown away: what is written into it once would stand in every later bundle."""
    with tempfile.TemporaryDirectory(dir=who.folder) as folder:
        shutil.copytree(who.folder / name, Path(folder) / name)
        with Ledger(Path(folder) / name) as book:
            yield book


def _nonsense(a: Ledger, who: Parties, payload: dict[str, Any], drawn: random.Random) -> Files:
    predicate = payload["predicate"]
    part = drawn.choice(["assessment", "assessment", "assessment", "incident", "inputs", "software", "methods", "a finding"])
    changes = {} if part == "a finding" else {part: mutated(predicate[part], drawn)}
    subjects = {s["name"]: s["digest"]["sha256"] for s in payload["subject"]}
    if part == "a finding":
        name = next(n for n in subjects if n.startswith("events/"))
        data = _edited(a.blob(subjects[name]), drawn, inside=False)
        with a.journal.writing() as w:
            w.append(f"blob:{canonical.sha256(data)}", data)
        rows = [
            {"name": n, "digest": {"sha256": canonical.sha256(data) if n == name else d}} for n, d in sorted(subjects.items())
        ]
        payload = {**payload, "subject": rows}
    if part == "assessment" and not isinstance(changes[part], dict):
        changes[part] = {"items": changes[part]}
    forged = parties.edited(payload, **changes)
    record = canonical.sha256(forged)
    old = canonical.sha256(canonical.canonical(payload))
    disclosed = exchange.disclosed(a.journal, old)
    with a.journal.writing() as w:
        w.append(f"disclosures:{record}", exchange.disclosures_json(disclosed))
    parties.slip_in(a, forged, [who["jpn"]])
    return parties.pack(a, record, who["jpn"], drawn.choice(["USA", "public", "JPN"]))
