"""Two parties for the tests of the ledger: keys, one keyring, homes, records; and the tools of whoever wants to deceive them.

Times: everything here happened at most some hours ago by the real clock, because a journal writes down that clock itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori.errors import Refused
from hoshimori.findings import iso
from hoshimori.ledger import acts, canonical, checking, container, envelope, exchange, home, keyring, keys, packing
from hoshimori.ledger.checking import Checked
from hoshimori.ledger.exchange import Given
from hoshimori.ledger.home import Ledger
from hoshimori.ledger.journal import Writer
from hoshimori.ledger.keys import PrivateKey

ALLIANCE = "japan-us"
SOFTWARE = {"hoshimori": "test"}
YEAR = np.timedelta64(365, "D")
Files = dict[str, bytes]


def ago(**span: float) -> np.datetime64:
    """That long before now: ago(hours=2)."""
    return now() - np.timedelta64(timedelta(**span))


def now() -> np.datetime64:
    return home.now_utc()


@dataclass
class Parties:
    """The people of both parties, the keyring that both signed, and a folder for homes."""

    folder: Path
    people: dict[str, PrivateKey] = field(default_factory=dict)
    chain: bytes = b""

    @property
    def fingerprint(self) -> str:
        return keyring.fingerprint(self.chain)

    @property
    def ring(self) -> keyring.Keyring:
        return keyring.read(self.chain)[-1]

    def __getitem__(self, name: str) -> PrivateKey:
        return self.people[name]

    @contextmanager
    def at(self, name: str) -> Iterator[Ledger]:
        """The ledger of a home of this name, which trusts the keyring."""
        with Ledger(self.folder / name) as book:
            if home.pinned(book.journal) is None:
                book.pin(self.chain, self.fingerprint)
            yield book

    def amend(self, **changes: Any) -> bytes:
        """One more version of the keyring, signed by every root of both parties that is in force after it."""
        made = keyring.amend(self.ring, at=changes.pop("at", now()), **changes)
        gone = {row.keyid for row in made.keys if row.revoked_at is not None}
        roots = [self[name] for name in ("jpn", "jpn 2", "usa", "usa 2") if self[name].keyid not in gone]
        self.chain = signed_by(keyring.propose(self.chain, made), roots)
        return self.chain

    def revoke(self, name: str, since: np.datetime64 | None = None) -> bytes:
        keyid = self[name].keyid
        return self.amend(revoke={keyid: "stolen"}, since=None if since is None else {keyid: since})


def signed_by(chain: bytes, roots: Iterable[PrivateKey]) -> bytes:
    for key in roots:
        chain = keyring.sign(chain, key)
    return chain


PEOPLE = {
    "jpn": ("JPN", "A. Sato"),
    "jpn 2": ("JPN", "C. Ito"),
    "jpn sato too": ("JPN", "A. Sato"),
    "usa": ("USA", "B. Smith"),
    "usa 2": ("USA", "D. Jones"),
}


def parties(folder: Path, *, thresholds: Mapping[str, int] | None = None, alliance: str = ALLIANCE) -> Parties:
    """Five keys of four people of two parties, in one keyring signed by both."""
    made = Parties(folder)
    for name, (party, person) in PEOPLE.items():
        path = folder / "keys" / f"{name.replace(' ', '-')}.pem"
        start = now() - YEAR
        made.people[name] = keys.make(path, party=party, person=person, valid_from=start, valid_until=start + 3 * YEAR)
    rows = [k.public for k in made.people.values()]
    wanted = {"JPN": 1, "USA": 1, **(thresholds or {})}
    draft = keyring.draft(alliance, rows, wanted, now() - YEAR, root_thresholds={"JPN": 1, "USA": 1})
    made.chain = signed_by(keyring.propose(b"", draft), [made["jpn"], made["usa"]])
    return made


# ---- records


def assessment(note: str = "first", *, made_utc: np.datetime64 | None = None, **more: Any) -> dict[str, Any]:
    """An assessment as far as the ledger looks into one."""
    return {
        "schema": "hoshimori.assessment/1",
        "incident": {"id": "JPN-2026-0001", "party": "JPN", "alliance": ALLIANCE},
        "made": iso(ago(hours=5) if made_utc is None else made_utc),
        "marking": {"tlp": "CLEAR"},
        "items": [],
        "note": note,
        **more,
    }


GIVEN = (Given("inputs/element-sets-real.json", b"[1,2,3]", "sets.json"), Given("events/a.json", b"{}"))


def propose(
    book: Ledger,
    key: PrivateKey,
    at_utc: np.datetime64 | None = None,
    *,
    made: Mapping[str, Any] | None = None,
    given: Sequence[Given] = GIVEN,
    supersedes: str = "",
) -> str:
    """The id of a new record, or of the same one where it was proposed already."""
    when = now() if at_utc is None else at_utc
    return exchange.propose(
        book, assessment() if made is None else made, given, key, software=SOFTWARE, now_utc=when, supersedes=supersedes
    )


def answer(book: Ledger, act: str, record: str, key: PrivateKey, at_utc: np.datetime64 | None = None, **more: Any) -> str:
    when = now() if at_utc is None else at_utc
    reason = more.pop("reason", "" if act == "concurred" else "because it is so")
    return exchange.answer(book, act, record, key, now_utc=when, reason=reason, **more)


def pack(book: Ledger, record: str, key: PrivateKey, reader: str = "USA") -> Files:
    return packing.pack(book, record, key, reader=reader, now_utc=now())


def check(files: Mapping[str, bytes], book: Ledger | None = None, **more: Any) -> Checked:
    """Look into a bundle with what a home knows; without a home, as a stranger who trusts nothing."""
    known = None if book is None else checking.memory(book)
    return checking.check(dict(files), now_utc=more.pop("now_utc", now()), known=known, **more)


def receive(book: Ledger, files: Mapping[str, bytes], **more: Any) -> Checked:
    checked = check(files, book, **more)
    checking.receive(book, checked)
    return checked


def concur(book: Ledger, files: Mapping[str, bytes], key: PrivateKey, at_utc: np.datetime64 | None = None) -> str:
    """From a bundle, as the door does. The record."""
    checked = check(files, book)
    book.start(key.public.party, ALLIANCE)
    checking.receive(book, checked)
    answer(book, "concurred", checked.record, key, at_utc)
    return checked.record


def joint(who: Parties, a: str = "A", b: str = "B") -> tuple[str, Files]:
    """A record that A proposed and B concurred with, and B's bundle of it for JPN."""
    with who.at(a) as book:
        record = propose(book, who["jpn"], ago(hours=2))
        sent = pack(book, record, who["jpn"])
    with who.at(b) as book:
        concur(book, sent, who["usa"], ago(hours=1))
        return record, pack(book, record, who["usa"], "JPN")


# ---- tools of a deceiver


def refused(code: str | Iterable[str], files: Mapping[str, bytes], book: Ledger | None = None, **more: Any) -> Refused:
    """The refusal of a bundle, which must have this code, or one of these."""
    with pytest.raises(Refused) as caught:
        check(files, book, **more)
    codes = {code} if isinstance(code, str) else set(code)
    assert caught.value.code in codes, f"{caught.value.code}: {caught.value}"
    return caught.value


def resealed(files: Mapping[str, bytes], key: PrivateKey, **changes: Any) -> Files:
    """The same files under a manifest that names them as they are now, signed by this key."""
    table, _ = packing.read_manifest(files["manifest.json"])
    rest = {n: b for n, b in files.items() if n != "manifest.json"}
    rows = {n: {"sha256": canonical.sha256(b), "size": len(b)} for n, b in rest.items()}
    data = {**table, "party": key.public.party, "files": rows, **changes}
    return {**rest, "manifest.json": envelope.seal(canonical.canonical(data), [key], payload_type=packing.MANIFEST_TYPE)}


def payload_of(data: bytes) -> dict[str, Any]:
    out: dict[str, Any] = json.loads(envelope.open_(data).payload)
    return out


def edited(payload: Mapping[str, Any], **predicate: Any) -> bytes:
    """A payload with other fields in its predicate; the digest of the assessment is mended, as a careful forger would."""
    changed = {**payload["predicate"], **predicate}
    subjects = {s["name"]: s["digest"]["sha256"] for s in payload["subject"]}
    if "assessment.json" in subjects:
        subjects["assessment.json"] = canonical.sha256(canonical.canonical(changed["assessment"]))
    rows = [{"name": n, "digest": {"sha256": d}} for n, d in sorted(subjects.items())]
    return canonical.canonical({**payload, "subject": rows, "predicate": changed})


def slip_in(book: Ledger, payload: bytes, signers: Sequence[PrivateKey], *, kind: str = "act") -> None:
    """Write whatever into one's own log over one's own signature, with a checkpoint, past every check."""
    with book.journal.writing() as w:
        w.append(kind, envelope.seal(payload, signers))
        checkpoint(w, book, signers[0])


def checkpoint(w: Writer, book: Ledger, key: PrivateKey, at_utc: np.datetime64 | None = None) -> None:
    opened = home.opened_in(w)
    assert opened is not None
    exchange.checkpoint(w, opened, key, now() if at_utc is None else at_utc)


def base_answer(book: Ledger, who: Parties, record: str, **fields: Any) -> bytes:
    """The payload of an answer of the party of a ledger, with fields as a deceiver wants them."""
    opened = book.opened
    assert opened is not None
    given: dict[str, Any] = {
        "act": "concurred",
        "record": record,
        "party": opened.party,
        "alliance": opened.alliance,
        "at_utc": now(),
        "origin": opened.origin,
        "fingerprint": who.fingerprint,
        "keyring_version": who.ring.version,
    }
    return acts.answer(**{**given, **fields})


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def zipped(files: Mapping[str, bytes]) -> bytes:
    return container.zipped(files)
