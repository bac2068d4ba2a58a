"""Keys and keyrings for programs and the command line: make a key, put both parties' keys into one ring, sign it, trust it.

make_key(Path("jpn.pem"), party="JPN", person="A. Sato")
draft([Path("jpn.pub.json"), Path("usa.pub.json")], Path("keyring.json"))
sign(Path("keyring.json"), jpn_key); sign(Path("keyring.json"), usa_key)
adopt(Path("keyring.json"), fingerprint="...", home=here)
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.doors import nature
from hoshimori.doors.ledgers import ledger, ledger_exists
from hoshimori.errors import LedgerUnwritable, Refused, UsageError
from hoshimori.ledger import keyring, keys
from hoshimori.ledger.home import now_utc
from hoshimori.ledger.keys import PrivateKey


@dataclass(frozen=True)
class Ring:
    """A keyring as it stands. `missing`: how many root persons of each party have still to sign its newest version."""

    keyring: keyring.Keyring
    fingerprint: str
    missing: Mapping[str, int]

    @property
    def complete(self) -> bool:
        return not any(self.missing.values())

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.keyring-state/1",
            "fingerprint": self.fingerprint,
            "complete": self.complete,
            "missing": dict(self.missing),
            "keyring": self.keyring.to_json(),
        }


def make_key(
    path: Path,
    *,
    party: str,
    person: str,
    passphrase: str | None = None,
    roles: Sequence[str] = keys.ROLES,
    valid_until: np.datetime64 | None = None,
) -> PrivateKey:
    """A new key in a new file that only its owner can read, its public half beside it as NAME.pub.json."""
    return keys.make(path, party=party, person=person, passphrase=passphrase, roles=roles, valid_until=valid_until)


def draft(public: Sequence[Path], out: Path, *, alliance: str = "japan-us", thresholds: Mapping[str, int] | None = None) -> Ring:
    """The first version of a keyring out of public key files, not yet signed. thresholds: persons who must sign, by party; 1."""
    rules = nature.rules_for(alliance)
    rows = [keys.public(p) for p in public]
    for row in rows:
        if row.party not in rules.parties:
            raise Refused(
                "unknown-party", f"{row.person} is of {row.party}; the parties of {alliance} are {', '.join(rules.parties)}"
            )
    if lost := sorted(set(rules.parties) - {row.party for row in rows}):
        raise Refused(
            "unknown-party", f"no key of {', '.join(lost)}: a keyring holds keys of every party, or nobody could concur"
        )
    needed = {p: (thresholds or {}).get(p, 1) for p in sorted(rules.parties)}
    made = keyring.draft(rules.alliance_id, rows, needed, now_utc())
    _write(out, keyring.propose(b"", made), new=True)
    return state(out)


def amend(
    path: Path,
    *,
    add: Sequence[Path] = (),
    revoke: Sequence[str] = (),
    because: str = "",
    since: np.datetime64 | None = None,
    thresholds: Mapping[str, int] | None = None,
) -> Ring:
    """One more version of a keyring file, not yet signed: keys added or revoked. revoke: first digits of key ids."""
    chain = _read(path)
    newest = keyring.read(chain)[-1]
    if revoke and not because.strip():
        raise UsageError("--because: say why a key is revoked; it stays in the keyring")
    gone = {_keyid(newest, start): because for start in revoke}
    times = dict.fromkeys(gone, since) if since is not None else None
    merged = {p: (thresholds or {}).get(p, v["threshold"]) for p, v in newest.parties.items()} if thresholds else None
    made = keyring.amend(newest, at=now_utc(), add=[keys.public(p) for p in add], revoke=gone, since=times, thresholds=merged)
    _write(path, keyring.propose(chain, made))
    return state(path)


def sign(path: Path, key: PrivateKey) -> Ring:
    """Sign the newest version of a keyring file as a root of one's party."""
    _write(path, keyring.sign(_read(path), key))
    return state(path)


def state(path: Path) -> Ring:
    """A keyring file as it stands."""
    chain = _read(path)
    waiting = keyring.pending(chain)
    return Ring(waiting.keyring, keyring.fingerprint(waiting.keyring), waiting.missing)


def adopt(path: Path, *, fingerprint: str = "", home: Path | None = None) -> Ring:
    """Trust a keyring in this home: the first by its fingerprint, compared by another channel; later ones because they go on."""
    with ledger(home) as book:
        newest = book.pin(_read(path), fingerprint)
    return Ring(newest, keyring.fingerprint(newest), dict.fromkeys(newest.parties, 0))


def trusted(*, home: Path | None = None, by_utc: np.datetime64 | None = None) -> Ring | None:
    """The keyring that this home trusts, or trusted at a moment; None where it trusts none."""
    if not ledger_exists(home):
        return None
    with ledger(home) as book:
        chains = [e.body for e in book.journal.entries("keyring") if by_utc is None or e.t_utc <= by_utc]
    if not chains:
        return None
    newest = keyring.read(chains[-1])[-1]
    return Ring(newest, keyring.fingerprint(newest), dict.fromkeys(newest.parties, 0))


def _keyid(ring: keyring.Keyring, start: str) -> str:
    found = [row.keyid for row in ring.keys if row.keyid.startswith(start)]
    if len(found) != 1 or len(start) < 4:
        known = ", ".join(f"{row.keyid[:12]} ({row.person})" for row in ring.keys)
        raise Refused("unknown-key", f"key {start!r}: {len(found)} begin so; the keyring holds {known}")
    return found[0]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"keyring {path}: cannot be read: {error.strerror}") from error


def _write(path: Path, data: bytes, *, new: bool = False) -> None:
    """Whole or not at all; a new one never over an old one."""
    if new and path.exists():
        raise UsageError(f"{path}: exists already; a keyring is never written over. Use keyring amend, or another name")
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except OSError as error:
        raise LedgerUnwritable(f"{path}: cannot be written: {error.strerror or error}") from error
