"""One party's ledger: its journal, the keyring that it trusts, the bytes it keeps, and what it has seen of other logs.

Everything is an entry of the journal, so that one transaction, one chain and one proof cover all of it. Kinds of entries:

    log.opened                whose log this is                     keyring        the chain of keyrings that is trusted
    incident.*                see incidents.py                      blob:SHA256    bytes that a record stands on
    act                       an act signed here (an envelope)      checkpoint     the state of this log, signed
    act.received              an act of another party, with its place in that party's log
    log.received              the newest chain of checkpoints seen of another log
    disclosures:RECORD        what may be put back into a record
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.errors import LedgerDamaged, Refused
from hoshimori.ledger import canonical, checkpoints, keyring
from hoshimori.ledger.checkpoints import Chain
from hoshimori.ledger.journal import Entry, Journal, Writer

FOLDER = "ledger"


@dataclass(frozen=True)
class Opened:
    """Whose log this is."""

    origin: str
    party: str
    alliance: str


class Ledger:
    """A ledger in a folder, or in a PostgreSQL database by URL. Closed with `close`, or used as a context manager."""

    def __init__(self, where: Path | str) -> None:
        self.journal = Journal(where)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.journal.close()

    @property
    def opened(self) -> Opened | None:
        """Whose log this is; None while no party has signed or opened an incident in it."""
        return opened_in(self.journal)

    def start(self, party: str, alliance: str) -> Opened:
        """Say whose log this is. Said once; another party or alliance afterwards is Refused("wrong-party")."""
        with self.journal.writing() as w:
            return start(w, party, alliance)

    def pin(self, chain: bytes, fingerprint: str = "") -> keyring.Keyring:
        """Trust a keyring: the first by its fingerprint, later ones because they continue it. The newest version."""
        versions = keyring.read(chain)
        shown = keyring.fingerprint(versions[0])
        if fingerprint and plain(fingerprint) != plain(shown):
            raise Refused("fingerprint", f"this keyring has the fingerprint {shown}, not {fingerprint}: do not trust it")
        with self.journal.writing() as w:
            held = pinned(w)
            if held is None and not fingerprint:
                raise Refused(
                    "fingerprint", f"the first keyring is trusted by its fingerprint only: compare {shown} by another channel"
                )
            if held is not None:
                chain = keyring.continued(held, chain)
            if chain != held:
                w.append("keyring", chain)
        return keyring.read(chain)[-1]

    def keyring(self) -> tuple[bytes, keyring.Keyring]:
        """The trusted chain and its newest version; Refused("no-keyring") where none is."""
        held = pinned(self.journal)
        if held is None:
            raise Refused("no-keyring", "no keyring is trusted here: hoshimori keyring adopt FILE --fingerprint ...")
        return held, keyring.read(held)[-1]

    def chains(self) -> dict[str, Chain]:
        """The newest chain of checkpoints seen of every other log, by its origin."""
        return {c.origin: c for c in (checkpoints.read_chain(b, "log.received") for b in chain_bytes(self.journal).values())}

    def holds(self, sha256: str) -> bool:
        """Are these bytes kept?"""
        return next(self.journal.entries(f"blob:{sha256}"), None) is not None

    def blob(self, sha256: str) -> bytes:
        """Kept bytes by digest."""
        entry = next(self.journal.entries(f"blob:{sha256}"), None)
        if entry is None:
            raise Refused("missing-input", f"the input {sha256} is not kept here")
        if canonical.sha256(entry.body) != sha256:
            raise LedgerDamaged(f"entry {entry.seq}: the kept bytes of {sha256} have another digest")
        return entry.body


def start(w: Writer, party: str, alliance: str) -> Opened:
    """Say whose log this is, under the write lock. The random part of the origin tells two homes of one party apart."""
    held = opened_in(w)
    if held is None:
        origin = f"{alliance}/{party}/{secrets.token_hex(8)}"
        w.append("log.opened", canonical.canonical({"v": 1, "origin": origin, "party": party, "alliance": alliance}))
        return Opened(origin, party, alliance)
    if (held.party, held.alliance) != (party, alliance):
        raise Refused("wrong-party", f"this ledger is that of {held.party} in {held.alliance}, not of {party} in {alliance}")
    return held


def opened_in(source: Journal | Writer) -> Opened | None:
    """Whose log it is."""
    first = next(source.entries("log.opened"), None)
    if first is None:
        return None
    data = table_of(first)
    return Opened(data["origin"], data["party"], data["alliance"])


def pinned(source: Journal | Writer) -> bytes | None:
    """The chain of keyrings that is trusted."""
    held = None
    for entry in source.entries("keyring"):
        held = entry.body
    return held


def chain_bytes(source: Journal | Writer) -> dict[str, bytes]:
    """The newest chain received of every other log, by origin, as it came."""
    found: dict[str, bytes] = {}
    for entry in source.entries("log.received"):
        data = canonical.strict(entry.body, f"entry {entry.seq}")
        found[data["origin"]] = base64.b64decode(data["chain"])
    return found


def keep(w: Writer, data: bytes) -> str:
    """Keep bytes, once. Their digest."""
    sha = canonical.sha256(data)
    if next(w.entries(f"blob:{sha}"), None) is None:
        w.append(f"blob:{sha}", data)
    return sha


def plain(fingerprint: str) -> str:
    """A fingerprint without the spaces that make it readable."""
    return "".join(fingerprint.split()).lower()


def now_utc() -> np.datetime64:
    """This machine's clock, to the microsecond."""
    return np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")


def table_of(entry: Entry) -> Mapping[str, Any]:
    """The JSON of an entry that this program wrote."""
    data: Mapping[str, Any] = canonical.strict(entry.body, f"entry {entry.seq}")
    return data
