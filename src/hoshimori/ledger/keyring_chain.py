"""What one version of a keyring may say, and what may follow it: rows of keys, thresholds of parties, and their rules.

A keyring says which keys speak for which party of an alliance. Its versions form a chain: a later one may add keys, revoke keys
and set thresholds, and nothing else; it takes no row away and changes none. Pure rules: signatures are the matter of keyring.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from hoshimori.errors import Refused, UsageError
from hoshimori.findings import iso
from hoshimori.ledger.canonical import canonical, sha256, strict
from hoshimori.ledger.keys import PublicRow, fields_of, instant

SCHEMA = "hoshimori.keyring/1"
_HEX64_OR_NOTHING = re.compile("([0-9a-f]{64})?")
_THRESHOLDS = {"signer": "threshold", "root": "root_threshold"}


@dataclass(frozen=True)
class KeyRow(PublicRow):
    """A key in a keyring. From `revoked_at` on it speaks for nobody; `revoked_because` says why."""

    revoked_at: np.datetime64 | None = None
    revoked_because: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.revoked_at is not None and np.isnat(self.revoked_at):
            raise UsageError(f"key {self.keyid[:16]}: revoked at no time; None where it is not revoked")
        if (self.revoked_at is None) != (not self.revoked_because.strip()):
            raise UsageError(f"key {self.keyid[:16]}: a revocation has a time and a reason, and a key in force has neither")

    def to_json(self) -> dict[str, Any]:
        revoked = None if self.revoked_at is None else iso(self.revoked_at)
        return {**super().to_json(), "revoked_at": revoked, "revoked_because": self.revoked_because}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> KeyRow:
        if not isinstance(data, dict) or not isinstance(data.get("revoked_because"), str) or "revoked_at" not in data:
            raise Refused("key-row", "a row of a keyring has the fields revoked_at (a time or null) and revoked_because (text)")
        plain = {name: value for name, value in data.items() if not name.startswith("revoked_")}
        revoked_at = None if data["revoked_at"] is None else instant(data["revoked_at"])
        try:
            return cls(**fields_of(plain), revoked_at=revoked_at, revoked_because=data["revoked_because"])
        except UsageError as e:
            raise Refused("key-row", str(e)) from None

    @classmethod
    def of(cls, row: PublicRow) -> KeyRow:
        """A public row as a row of a keyring, in force; a KeyRow stays what it is."""
        return row if isinstance(row, KeyRow) else cls(**{f.name: getattr(row, f.name) for f in fields(PublicRow)})

    def refusal(self, at_utc: np.datetime64) -> Refused | None:
        """Why this key does not speak at a time, by its dates alone; None where it does. Revocation: the caller's matter."""
        if at_utc < self.valid_from:
            return Refused("not-yet-valid-key", f"{self.shown}: valid from {iso(self.valid_from)}, not yet at {iso(at_utc)}")
        if at_utc >= self.valid_until:
            return Refused("expired-key", f"{self.shown}: valid until {iso(self.valid_until)}, expired at {iso(at_utc)}")
        return None

    @property
    def shown(self) -> str:
        """How a message names the key."""
        return f"key {self.keyid[:16]} of {self.person} ({self.party})"


@dataclass(frozen=True)
class Keyring:
    """One version of a keyring.

    `parties`: for each, how many persons must sign a record ("threshold") and a version of the keyring ("root_threshold").
    `previous`: SHA-256 of the payload of the version before; `first`: of version 1; both "" in version 1. `before`: the versions
    before, the oldest first, where this one was read out of its file; no part of what is signed.
    """

    alliance: str
    version: int
    created: np.datetime64
    parties: Mapping[str, Mapping[str, int]]
    keys: tuple[KeyRow, ...]
    previous: str = ""
    first: str = ""
    before: tuple[Keyring, ...] = field(default=(), compare=False, repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the payload that is signed."""
        return sha256(self.payload())

    def row(self, keyid: str) -> KeyRow | None:
        return next((row for row in self.keys if row.keyid == keyid), None)

    def payload(self) -> bytes:
        return canonical(self.to_json())

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "alliance": self.alliance,
            "version": self.version,
            "created": iso(self.created),
            "parties": {party: dict(sorted(needs.items())) for party, needs in sorted(self.parties.items())},
            "keys": [row.to_json() for row in ordered(self.keys)],
            "previous": self.previous,
            "first": self.first,
        }

    @classmethod
    def from_payload(cls, payload: bytes) -> Keyring:
        """A version out of its payload, checked by itself; what to_json would not have written is Refused("keyring-format")."""
        data = strict(payload, "keyring")
        if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("keys"), list):
            raise _refused("format", f"a keyring of the schema {SCHEMA} with a list of keys is expected")
        rows = tuple(KeyRow.from_json(row) for row in data["keys"])
        try:
            out = cls(
                data["alliance"],
                data["version"],
                instant(data["created"]),
                data["parties"],
                rows,
                data["previous"],
                data["first"],
            )
            check(out)
            again = out.payload()
        except (AttributeError, KeyError, TypeError, UsageError) as e:
            raise _refused("format", f"not a keyring: {type(e).__name__}: {e}") from None
        if again != payload:
            raise _refused("format", "a field too many, or rows that do not stand in order of party and key id")
        return out


def check(ring: Keyring) -> None:
    """The rules that one version must hold by itself."""
    if not isinstance(ring.alliance, str) or not re.fullmatch("[a-z0-9][a-z0-9-]{0,62}", ring.alliance):
        raise _refused("format", f"alliance {str(ring.alliance)[:80]!r}: small letters, digits and hyphens, such as japan-us")
    if type(ring.version) is not int or ring.version < 1:
        raise _refused("version", f"version {ring.version!r}: a whole number from 1")
    if np.isnat(ring.created):
        raise UsageError("keyring: created at no time")
    for digest in (ring.previous, ring.first):
        if not _HEX64_OR_NOTHING.fullmatch(digest) or bool(digest) != (ring.version > 1):
            raise _refused("version", "version 1 names no version before it; every later one names the one before and the first")
    if len(ring.parties) < 2:
        raise Refused("one-party-only", f"keyring of {ring.alliance}: at least two parties hold a keyring together")
    _check_rows(ring)
    for party in ring.parties:
        _check_thresholds(ring, party)


def follows(old: Keyring, new: Keyring) -> None:
    """Refused where `new` is not what may come after `old`: see the module's first words."""
    if new.version != old.version + 1:
        raise _refused("version", f"version {new.version} after version {old.version}: versions follow one another without a gap")
    if new.previous != old.digest or new.first != (old.first or old.digest):
        raise _refused("version", f"version {new.version} names another version before it than the one that stands there")
    if new.alliance != old.alliance or set(new.parties) != set(old.parties):
        raise _refused("parties", "a keyring keeps its alliance and its parties; other parties begin a new keyring")
    if not new.created > old.created:
        raise _refused("clock", f"version {new.version}, made {iso(new.created)}: not later than version {old.version}")
    for before in old.keys:
        _check_kept(before, new.row(before.keyid))


def in_force(ring: Keyring, party: str, role: str, at_utc: np.datetime64) -> tuple[KeyRow, ...]:
    """The keys of a party that hold a role at a time: within their dates, and not revoked (whenever that was said)."""
    rows = (row for row in ring.keys if row.party == party and role in row.roles and row.revoked_at is None)
    return tuple(row for row in rows if row.refusal(at_utc) is None)


def ordered(rows: Iterable[PublicRow]) -> tuple[KeyRow, ...]:
    """Rows of a keyring as they stand in it: by party, then by key id."""
    return tuple(sorted(map(KeyRow.of, rows), key=lambda row: (row.party, row.keyid)))


def threshold(ring: Keyring, party: str, role: str) -> int:
    """How many persons of a party must sign as root or as signer."""
    return ring.parties[party][_THRESHOLDS[role]]


def threshold_at(ring: Keyring, party: str, role: str, t_utc: np.datetime64) -> int:
    """The same by the version that was in force at a moment: what a party agrees on later does not undo what it said."""
    then = [r for r in (*ring.before, ring) if r.created <= t_utc]
    return threshold(then[-1] if then else ring, party, role)


def _check_rows(ring: Keyring) -> None:
    seen: dict[str, KeyRow] = {}
    for row in ring.keys:
        if row.party not in ring.parties:
            raise _refused("row", f"{row.shown}: not a party of this keyring, which are {', '.join(sorted(ring.parties))}")
        other = seen.setdefault(row.keyid, row)
        if other.party != row.party:
            raise Refused("key-in-two-parties", f"{row.shown}: also a key of {other.party}; nobody signs for both")
        if other is not row:
            raise _refused("row", f"{row.shown}: stands twice")
        if row.revoked_at is not None and (ring.version == 1 or row.revoked_at > ring.created):
            raise _refused(
                "clock", f"{row.shown}: revoked at {iso(row.revoked_at)}, which is after this version or in the first one"
            )


def _check_thresholds(ring: Keyring, party: str) -> None:
    needs = ring.parties[party]
    if not re.fullmatch("[A-Z]{3}", party) or set(needs) != set(_THRESHOLDS.values()):
        raise _refused("format", f"party {party!r}: alpha-3 in capitals, with exactly {' and '.join(_THRESHOLDS.values())}")
    for role, name in _THRESHOLDS.items():
        people = {row.person for row in in_force(ring, party, role, ring.created)}
        if type(needs[name]) is not int or not 1 <= needs[name] <= len(people):
            so_many = f"from 1 to {len(people)}, the persons with a {role} key in force at {iso(ring.created)}"
            raise _refused("threshold", f"{name} of {party}: {needs[name]!r}; {so_many}")


def _check_kept(before: KeyRow, after: KeyRow | None) -> None:
    if after is None:
        raise _refused("row", f"{before.shown}: taken away; a key is revoked, and its row stays")
    if after.party != before.party:
        raise Refused("key-in-two-parties", f"{before.shown}: now a key of {after.party}; nobody signs for both")
    if any(getattr(after, f.name) != getattr(before, f.name) for f in fields(PublicRow)):
        raise _refused("row", f"{before.shown}: changed; a new key is added instead")
    if before.revoked_at is not None and (after.revoked_at is None or after.revoked_at > before.revoked_at):
        raise _refused("row", f"{before.shown}: a revocation is not taken back or moved to a later time")


def _refused(rule: str, why: str) -> Refused:
    return Refused(f"keyring-{rule}", why)
