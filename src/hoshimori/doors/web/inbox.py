"""Bundles that were sent here: looked into in full before a byte is kept, then kept as they came under their own digest."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hoshimori.doors import records
from hoshimori.doors.brief_reading import banner
from hoshimori.doors.records import Sent, Verified
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.doors.web.world import World
from hoshimori.errors import LedgerUnwritable
from hoshimori.findings import canonical_json, iso
from hoshimori.judgements import Marking, Tlp, strictest
from hoshimori.ledger import canonical, packing
from hoshimori.ledger.checking import Checked
from hoshimori.ledger.home import now_utc

MOST_BYTES = 64 * 1024 * 1024
SHA = re.compile("[0-9a-f]{64}")


def marking_of(checked: Checked) -> Marking:
    """Of everything that a bundle shows: each part not withheld in it, and each file; for its reader and who packed it alone.

    Who signed what when stands in the open in every bundle, but to those who hold one.
    """
    shown = banner({k: v for k, v in checked.assessment.items() if k != "marking"})
    files = [Marking.from_json(i.marking) for i in checked.proposal.act.inputs if i.name in checked.files]
    packer = str(packing.read_manifest(checked.files["manifest.json"])[0]["party"])
    between = Marking() if checked.reader == packing.PUBLIC else Marking(Tlp.GREEN, frozenset({checked.reader, packer}))
    return strictest([shown, between, *files])


def take(world: World, data: bytes, *, by: str, fingerprint: str = "", allow_old: bool = False) -> dict[str, Any]:
    """Look into a bundle and keep it; what is said of it. Refused, and nothing kept, at the first thing that is wrong with it.

    The ledger is not written: that is what receive, concur and dissent do. Kept once, however often it is sent.
    """
    sha = canonical.sha256(data)
    sent = Sent(f"bundle {sha[:16]}", data)
    found = records.verify_bundle(sent, fingerprint=fingerprint, allow_old=allow_old, remember=False, home=world.home)
    if not found.checked.anchored:
        raise ApiError(
            409,
            "not-anchored",
            "refused",
            "nothing here says that its keyring is the alliance's: compare the fingerprint "
            f"{found.checked.fingerprint} with both parties by another channel, and send it again with ?fingerprint=",
        )
    marking = marking_of(found.checked)
    if not marking.may_read(world.party):
        raise ApiError(
            409, "wrong-reader", "refused", f"this bundle was made for {found.checked.reader}: ask for one for {world.party}"
        )
    inside = marking.with_(Marking(Tlp.GREEN, frozenset({world.party})))  # what lies in the tray of a party is its own matter
    row = _row(sha, len(data), found, inside, by)
    return _keep(world, sha, data, row)


def listed(world: World, party: str | None) -> list[dict[str, Any]]:
    """What was kept, the newest first."""
    place = _folder(world)
    names = [p.stem for p in place.glob("*.json") if SHA.fullmatch(p.stem)] if place.is_dir() else []
    found = [row for row in (_read(place, sha) for sha in names) if row is not None and _may(row, party)]
    return sorted(found, key=lambda r: (str(r["received"]), str(r["bundle"])), reverse=True)


def one(world: World, sha: str, party: str | None) -> dict[str, Any]:
    row = _read(_folder(world), sha) if SHA.fullmatch(sha) else None
    if row is None or not _may(row, party):
        raise NotHere(f"bundle {sha[:16]}")
    return row


def sent(world: World, sha: str, party: str | None) -> Sent:
    """The bytes, for whoever may know of them. What the disk gives back otherwise is refused by name."""
    one(world, sha, party)
    try:
        data = (_folder(world) / f"{sha}.zip").read_bytes()
    except OSError:
        raise NotHere(f"bundle {sha[:16]}") from None
    if canonical.sha256(data) != sha:
        raise ApiError(409, "altered-file", "refused", f"bundle {sha[:16]}: the kept bytes have another digest")
    return Sent(f"bundle {sha[:16]}", data)


def _row(sha: str, size: int, found: Verified, marking: Marking, by: str) -> dict[str, Any]:
    return {
        "bundle": sha,
        "size": size,
        "received": iso(now_utc()),
        "by": by,
        "record": found.checked.record,
        "incident": found.checked.proposal.act.incident,
        "data_mode": str(found.checked.assessment.get("data_mode", "")),
        "marking": marking.to_json(),
        "verified": found.to_json(),
    }


def _keep(world: World, sha: str, data: bytes, row: dict[str, Any]) -> dict[str, Any]:
    place = _folder(world)
    held = _read(place, sha)
    if held is not None and (place / f"{sha}.zip").is_file():
        return held
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(place / f"{sha}.zip", data)
        _write(place / f"{sha}.json", canonical_json(row))
    except OSError as error:
        with contextlib.suppress(OSError):
            (place / f"{sha}.zip").unlink()
        raise LedgerUnwritable(f"the bundle was not kept: {error.strerror or error}") from None
    return row


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and for its owner alone."""
    scratch = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def _read(place: Path, sha: str) -> dict[str, Any] | None:
    try:
        row = json.loads((place / f"{sha}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return row if isinstance(row, dict) else None


def _may(row: Mapping[str, Any], party: str | None) -> bool:
    return Marking.from_json(row["marking"]).may_read(party)


def _folder(world: World) -> Path:
    return world.home / "inbox"
