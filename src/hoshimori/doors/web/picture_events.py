"""An event opened: what each of its claims stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hoshimori.doors.web.picture_sets import Stored, stored
from hoshimori.doors.web.plain import plain
from hoshimori.doors.web.skies import Skies, label_of
from hoshimori.findings import Event, Evidence, iso
from hoshimori.verify import DIGEST

MOST_INPUTS = 2000
"""So many inputs of one claim are opened; a claim about a break-up may stand on more, and all are counted."""
BYTES = "sha256:"


def evidence(skies: Skies, event: Event) -> dict[str, Any]:
    """Each claim of an event with what it stands on: held here or not, of which object and epoch, known when, read from what."""
    wanted = [d for e in event.evidence for d in e.inputs[:MOST_INPUTS] if DIGEST.fullmatch(d)]
    numbers = [int(x) for x in (event.subject, *event.others[:MOST_INPUTS]) if x.isdigit()]
    held = stored(skies, list(dict.fromkeys(wanted)), numbers) if wanted else {}
    items = [_opened(skies, e, held) for e in event.evidence]
    return {"event": event.event_id, "data_mode": event.data_mode.name, "items": items}


def _opened(skies: Skies, e: Evidence, held: Mapping[str, Stored]) -> dict[str, Any]:
    return {
        "claim": e.claim,
        "method": e.method,
        "expected": e.expected,
        "parameters": plain(e.parameters),
        "inputs": [_input(skies, d, held) for d in e.inputs[:MOST_INPUTS]],
        "inputs_total": len(e.inputs),
    }


def _input(skies: Skies, digest: str, held: Mapping[str, Stored]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "digest": digest, "kind": "element set", "held": False, "norad_id": None, "name": "", "epoch": None, "known": None,
        "known_basis": None, "source": None,
    }  # fmt: skip
    if digest.startswith(BYTES):
        return row | _bytes(skies, digest.removeprefix(BYTES))
    one = held.get(digest)
    if one is None:
        return row
    s = one.record
    more = {"norad_id": s.norad_id, "name": s.name, "epoch": iso(s.epoch_utc), "known": iso(s.known_utc)}
    return row | {"held": True, **more, "known_basis": s.known_basis.name, "source": one.ref}


def _bytes(skies: Skies, sha256: str) -> dict[str, Any]:
    """Stored bytes that a claim names: an owner's ephemeris, or a message."""
    for s in skies.world.catalogue.sources():
        if s.sha256 == sha256:
            ref = {"provider": s.provider, "location": label_of(s), "sha256": sha256, "received": iso(s.received_utc)}
            return {"kind": "bytes", "held": True, "name": s.format, "known": iso(s.received_utc), "source": ref}
    return {"kind": "bytes"}
