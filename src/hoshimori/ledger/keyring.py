"""Who may sign for whom: one file with every version of an alliance's keyring, and the question whether these keys suffice.

The file is canonical JSON {"schema", "versions": [DSSE envelope, ...]}. Version 1 is signed by the root keys of every party under
its own rules; every later one under the rules of the version before and under its own. So no party alone, and no thief of one
party's keys, changes who speaks for whom. What is not protected: design/two-keys.md.
Reference: the way in which The Update Framework (TUF 1.0, section 5.3) hands trust from one root to the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hoshimori.errors import Refused, UsageError
from hoshimori.findings import iso
from hoshimori.ledger import envelope
from hoshimori.ledger.canonical import canonical, strict
from hoshimori.ledger.keyring_chain import Keyring, KeyRow, check, follows, in_force, ordered, threshold
from hoshimori.ledger.keys import PrivateKey, PublicRow

__all__ = [
    "KeyRow",
    "Keyring",
    "Pending",
    "amend",
    "authorise",
    "continued",
    "draft",
    "fingerprint",
    "newer",
    "pending",
    "propose",
    "read",
    "sign",
]

PAYLOAD_TYPE = "application/vnd.hoshimori.keyring+json"
SCHEMA = "hoshimori.keyring-chain/1"
LIMIT_BYTES = 8 * 1024 * 1024
"""Judged: a version of 20 keys is 10 KiB; some hundred versions."""


@dataclass(frozen=True)
class Pending:
    """The newest version of a file while it is being signed. `missing`: how many root persons each party still lacks."""

    keyring: Keyring
    signed_by: tuple[KeyRow, ...]
    missing: Mapping[str, int]


def draft(
    alliance: str,
    rows: Iterable[PublicRow],
    thresholds: Mapping[str, int],
    created: np.datetime64,
    *,
    root_thresholds: Mapping[str, int] | None = None,
) -> Keyring:
    """Version 1, not yet signed. thresholds: persons per party whose signatures a record needs; root_thresholds: those that a
    version of the keyring needs, the same numbers where nothing is given.
    """
    ring = Keyring(alliance, 1, _time(created), _parties(thresholds, root_thresholds), ordered(rows))
    check(ring)
    return ring


def amend(
    keyring: Keyring,
    *,
    at: np.datetime64,
    add: Iterable[PublicRow] = (),
    revoke: Mapping[str, str] | None = None,
    since: Mapping[str, np.datetime64] | None = None,
    thresholds: Mapping[str, int] | None = None,
    root_thresholds: Mapping[str, int] | None = None,
) -> Keyring:
    """The next version, not yet signed. A key is exchanged by adding the new one and revoking the old one, or letting it expire.

    at: when this version is made. revoke: the reason by key id; from `at`, or from the time that `since` gives for the key (as
    when a theft is found later). thresholds: new numbers, for all parties; as they were where nothing is given.
    """
    reasons, times = dict(revoke or {}), dict(since or {})
    if unknown := (set(reasons) | set(times)) - {row.keyid for row in keyring.keys}:
        raise Refused("unknown-key", f"key {min(unknown)[:16]}: not in version {keyring.version} of the keyring")
    if set(times) - set(reasons):
        raise UsageError("since: gives the time of a revocation; the key must stand in revoke too, with the reason")
    rows = [
        replace(row, revoked_at=_time(times.get(row.keyid, at)), revoked_because=reasons[row.keyid])
        if row.keyid in reasons
        else row
        for row in keyring.keys
    ]
    signers = thresholds or {party: needs["threshold"] for party, needs in keyring.parties.items()}
    roots = root_thresholds or (None if thresholds else {p: needs["root_threshold"] for p, needs in keyring.parties.items()})
    new = Keyring(
        keyring.alliance,
        keyring.version + 1,
        _time(at),
        _parties(signers, roots),
        ordered([*rows, *add]),
        keyring.digest,
        keyring.first or keyring.digest,
    )
    check(new)
    follows(keyring, new)
    return new


def propose(chain: bytes, keyring: Keyring) -> bytes:
    """The file with one more version, which waits for its signatures. chain: the file as it is; b"" for version 1."""
    check(keyring)
    envelopes = _envelopes(chain) if chain else []
    if envelopes:
        follows(read(chain)[-1], keyring)
    elif keyring.version != 1:
        raise Refused("keyring-version", f"version {keyring.version}: a keyring begins with version 1")
    return _written([*envelopes, envelope.unsigned(keyring.payload(), PAYLOAD_TYPE)])


def sign(chain: bytes, key: PrivateKey) -> bytes:
    """The file with this key's signature under its newest version. All before it must hold; the key must be a root in force."""
    envelopes = _envelopes(chain)
    versions = _verified(envelopes[:-1])
    new = _next(envelopes[-1], versions)
    _roots(new, versions[-1] if versions else new, [key.keyid])
    return _written([*envelopes[:-1], envelope.add_signature(envelopes[-1], key)])


def read(chain: bytes) -> tuple[Keyring, ...]:
    """Every version in a file, the newest last. Refused where one does not hold by the rules above or lacks signatures."""
    return _verified(_envelopes(chain))


def pending(chain: bytes) -> Pending:
    """Who has signed the newest version and how many of each party it still needs. All before it must hold."""
    envelopes = _envelopes(chain)
    versions = _verified(envelopes[:-1])
    new = _next(envelopes[-1], versions)
    before = versions[-1] if versions else new
    rows = _roots(new, before, _signed_by(envelopes[-1], new))
    return Pending(new, rows, {p: max(_lacking(rows, before, new, p), _lacking(rows, new, new, p)) for p in new.parties})


def fingerprint(of: bytes | Keyring | Sequence[Keyring]) -> str:
    """The SHA-256 of version 1 in groups of four: what people compare by voice before they trust a keyring of any version."""
    if isinstance(of, bytes):
        of = read(of)
    ring = of if isinstance(of, Keyring) else of[0]
    text = ring.first or ring.digest
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def newer(a: bytes, b: bytes) -> bytes:
    """Of two files the one that goes on where the other ends; `a` where they are equal. Refused("keyring-fork") otherwise."""
    digests_a, digests_b = ([ring.digest for ring in read(chain)] for chain in (a, b))
    common = min(len(digests_a), len(digests_b))
    if digests_a[:common] != digests_b[:common]:
        at = next(i for i in range(common) if digests_a[i] != digests_b[i]) + 1
        raise Refused(
            "keyring-fork",
            f"two keyrings that differ from version {at} on: one of them was not agreed; ask the other party by voice",
        )
    return b if len(digests_b) > len(digests_a) else a


def continued(held: bytes, offered: bytes) -> bytes:
    """The file that is offered, where it goes on from the trusted one or is as new; Refused("keyring-rollback") otherwise."""
    out = newer(held, offered)
    if len(read(offered)) < len(read(out)):
        raise Refused("keyring-rollback", "the keyring that is offered is older than the one that is trusted here")
    return out


def authorise(
    keyring: Keyring,
    party: str,
    signed_by: Iterable[str],
    at_utc: np.datetime64,
    *,
    witnessed_before: np.datetime64 | None = None,
) -> tuple[KeyRow, ...]:
    """The rows of the keys that signed, where they suffice to speak for a party at a time; Refused otherwise, by name.

    signed_by: ids of keys whose signatures were verified (envelope.verify); every one must be a signer of this party in force at
    `at_utc`. A key that was revoked later than `at_utc` counts only if the other party witnessed the log before the revocation
    (witnessed_before): whoever stole a key could write an old date. Each person counts once.
    """
    if party not in keyring.parties:
        raise Refused(
            "wrong-party", f"{party}: not a party of {keyring.alliance}, which are {', '.join(sorted(keyring.parties))}"
        )
    if np.isnat(at_utc):
        raise UsageError("authorise: at_utc is not a time")
    rows = tuple(_row(keyring, keyid) for keyid in sorted(set(signed_by)))
    for row in rows:
        if row.party != party:
            raise Refused("wrong-party", f"{row.shown}: does not sign for {party}")
        _check_in_force(row, "signer", at_utc)
        _check_not_revoked(row, at_utc, witnessed_before)
    _check_enough(rows, keyring.parties[party]["threshold"], f"for {party} at {iso(at_utc)}")
    return rows


def _check_in_force(row: KeyRow, role: str, at_utc: np.datetime64) -> None:
    if role not in row.roles:
        raise Refused("wrong-role", f"{row.shown}: is {' and '.join(row.roles)}, not {role}")
    if refusal := row.refusal(at_utc):
        raise refusal


def _check_not_revoked(row: KeyRow, at_utc: np.datetime64, witnessed_before: np.datetime64 | None) -> None:
    if row.revoked_at is None:
        return
    said = f"{row.shown}: revoked at {iso(row.revoked_at)} ({row.revoked_because})"
    if at_utc >= row.revoked_at:
        raise Refused("revoked-key", said)
    if witnessed_before is None or not witnessed_before < row.revoked_at:
        raise Refused(
            "revoked-key", f"{said}; that it signed before is only its own word: no other party witnessed the log before then"
        )


def _check_enough(rows: Sequence[KeyRow], needed: int, whom: str) -> None:
    people = len({row.person for row in rows})
    if people < needed <= len(rows):
        raise Refused("one-person-twice", f"{whom}: {len(rows)} keys of {people} persons; {needed} different persons must sign")
    if people < max(needed, 1):
        raise Refused("below-threshold", f"{whom}: signed by {people} of the {needed} persons that must sign")


def _verified(envelopes: Sequence[bytes]) -> tuple[Keyring, ...]:
    versions: list[Keyring] = []
    for data in envelopes:
        new = _next(data, versions)
        before = versions[-1] if versions else new
        rows = _roots(new, before, _signed_by(data, new))
        for party in new.parties:
            for ring in (before, new):
                _check_root_signatures(rows, ring, new, party)
        versions.append(replace(new, before=tuple(versions)))
    return tuple(versions)


def _check_root_signatures(rows: Sequence[KeyRow], ring: Keyring, new: Keyring, party: str) -> None:
    counted = _counted(rows, ring, new, party)
    needed = threshold(ring, party, "root")
    try:
        _check_enough(counted, needed, f"version {new.version} of the keyring, {party}, under version {ring.version}")
    except Refused as e:
        raise Refused("keyring-signatures" if e.code == "below-threshold" else e.code, str(e)) from None


def _counted(rows: Sequence[KeyRow], ring: Keyring, new: Keyring, party: str) -> tuple[KeyRow, ...]:
    """Those of the rows that are roots of a party in force, under `ring`, when `new` was made."""
    ids = {row.keyid for row in in_force(ring, party, "root", new.created)}
    return tuple(row for row in rows if row.keyid in ids)


def _lacking(rows: Sequence[KeyRow], ring: Keyring, new: Keyring, party: str) -> int:
    return max(0, threshold(ring, party, "root") - len({row.person for row in _counted(rows, ring, new, party)}))


def _roots(new: Keyring, before: Keyring, signed: Iterable[str]) -> tuple[KeyRow, ...]:
    """The rows of those who signed a version: every one a root within its dates, and not revoked in the version before.

    A key that this very version revokes may sign it, and counts under the version before only.
    """
    rows = tuple(_row(new, keyid) for keyid in sorted(signed))
    for row in rows:
        _check_in_force(row, "root", new.created)
        held = before.row(row.keyid)
        if held is not None and held.revoked_at is not None:
            raise Refused("revoked-key", f"{row.shown}: revoked at {iso(held.revoked_at)} ({held.revoked_because})")
    return rows


def _next(data: bytes, versions: Sequence[Keyring]) -> Keyring:
    """The version in an envelope, as what follows those before it; nothing is said about who signed it."""
    opened = envelope.open_(data, LIMIT_BYTES, may_be_unsigned=True)
    if opened.payload_type != PAYLOAD_TYPE:
        raise Refused("keyring-format", f"payload type {opened.payload_type}: {PAYLOAD_TYPE} is expected")
    new = Keyring.from_payload(opened.payload)
    if versions:
        follows(versions[-1], new)
    elif new.version != 1:
        raise Refused("keyring-version", f"version {new.version} stands first: a keyring begins with version 1")
    return new


def _signed_by(data: bytes, new: Keyring) -> frozenset[str]:
    """The ids of the keys that signed an envelope; empty while it waits for its first signature."""
    opened = envelope.open_(data, LIMIT_BYTES, may_be_unsigned=True)
    return envelope.verify(opened, {row.keyid: row.raw for row in new.keys}) if opened.signatures else frozenset()


def _envelopes(chain: bytes) -> list[bytes]:
    """The envelopes in a file, each as its own canonical bytes."""
    data = strict(chain, "keyring", LIMIT_BYTES)
    rows = data.get("versions") if isinstance(data, dict) and set(data) == {"schema", "versions"} else None
    if not isinstance(rows, list) or not rows or data["schema"] != SCHEMA:
        raise Refused("keyring-format", f"a file of the schema {SCHEMA} with at least one version is expected")
    return [canonical(row) for row in rows]


def _written(envelopes: Iterable[bytes]) -> bytes:
    versions: list[Any] = [json.loads(data) for data in envelopes]
    return canonical({"schema": SCHEMA, "versions": versions})


def _row(ring: Keyring, keyid: str) -> KeyRow:
    row = ring.row(keyid)
    if row is None:
        raise Refused("unknown-key", f"key {keyid[:16]}: not in version {ring.version} of the keyring of {ring.alliance}")
    return row


def _parties(thresholds: Mapping[str, int], root_thresholds: Mapping[str, int] | None) -> dict[str, dict[str, int]]:
    roots = thresholds if root_thresholds is None else root_thresholds
    if set(roots) != set(thresholds):
        raise UsageError(
            f"thresholds: the same parties in both: {', '.join(sorted(set(roots) ^ set(thresholds)))} stands in one only"
        )
    return {party: {"threshold": thresholds[party], "root_threshold": roots[party]} for party in sorted(thresholds)}


def _time(t: np.datetime64) -> np.datetime64:
    out: np.datetime64 = t.astype("datetime64[us]")
    return out
