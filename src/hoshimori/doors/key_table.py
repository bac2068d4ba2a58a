"""Keys and keyrings for people, in the terminal and as JSON. A secret is never among what is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from hoshimori.doors.incident_table import words_of
from hoshimori.doors.keyrings import Ring
from hoshimori.doors.terminal import put_json
from hoshimori.errors import UsageError
from hoshimori.findings import iso
from hoshimori.ledger import keys
from hoshimori.ledger.keyring_chain import in_force
from hoshimori.ledger.keys import PrivateKey, PublicRow


def thresholds(texts: Sequence[str]) -> dict[str, int]:
    """JPN=2 USA=1 as numbers."""
    found = {}
    for text in texts:
        match = re.fullmatch(r"([A-Z]{3})=([1-9]\d?)", text)
        if not match:
            raise UsageError(f"--threshold {text!r}: expected a party and a number of persons, such as JPN=2")
        found[match[1]] = int(match[2])
    return found


def tell_key(made: PrivateKey, path: Path, lang: str, as_json: bool) -> None:
    row = made.public
    if as_json:
        put_json(row.to_json())
        return
    said = words_of(lang)["key made"]
    print(said.format(keyid=row.keyid[:16], person=row.person, party=row.party, path=path, public=keys.public_file(path)))


def show_public(path: Path, lang: str, as_json: bool) -> None:
    if path.is_file() and path.read_bytes()[:10] == b"-----BEGIN":
        raise UsageError(f"{path}: a private key, which is not opened to be shown; its public half is {keys.public_file(path)}")
    row = keys.public(path)
    if as_json:
        put_json(row.to_json())
        return
    w = words_of(lang)
    print(f"{row.party}")
    print(_row(row, w, ""))


def _row(row: PublicRow, w: Mapping[str, str], gone: str) -> str:
    return w["ring key"].format(
        keyid=row.keyid[:16],
        person=row.person,
        roles=", ".join(row.roles),
        from_=iso(row.valid_from)[:10],
        until=iso(row.valid_until)[:10],
        revoked=gone,
    )


def show_ring(ring: Ring | None, lang: str, as_json: bool) -> None:
    """Who may sign for whom."""
    w = words_of(lang)
    if ring is None:
        if as_json:
            put_json(None)
        else:
            print(w["trust none"])
        return
    if as_json:
        put_json(ring.to_json())
        return
    k = ring.keyring
    print(w["ring"].format(alliance=k.alliance, version=k.version, created=iso(k.created)[:16] + "Z"))
    print(w["fingerprint"].format(fingerprint=ring.fingerprint))
    if not ring.complete:
        who = ", ".join(f"{p} {n}" for p, n in sorted(ring.missing.items()) if n)
        print(w["ring waiting"].format(version=k.version, who=who))
    for party, needs in sorted(k.parties.items()):
        people = {row.person for row in in_force(k, party, "signer", k.created)}
        print(w["ring party"].format(party=party, threshold=needs["threshold"], count=len(people)))
        for row in (r for r in k.keys if r.party == party):
            at = row.revoked_at
            gone = "" if at is None else w["ring revoked"].format(at=iso(at)[:16] + "Z", because=row.revoked_because)
            print(_row(row, w, gone))


def tell_adopted(ring: Ring, lang: str, as_json: bool) -> None:
    if as_json:
        put_json(ring.to_json())
        return
    k = ring.keyring
    print(words_of(lang)["ring adopted"].format(alliance=k.alliance, version=k.version, fingerprint=ring.fingerprint))
