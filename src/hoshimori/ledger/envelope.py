"""Signed bytes: DSSE envelopes with Ed25519 signatures around in-toto statements, read so strictly that there is one reading.

Any DSSE tool verifies what is written here; what is read must moreover be canonical JSON without a field, a spelling of Base64 or
a second signature of one key that the writer would not have made. A signature stands for a key, never for a name beside it.
Reference: DSSE v1.0.2 (secure-systems-lab/dsse, protocol.md and envelope.md); in-toto Attestation Framework, Statement v1.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature, SSlibKey  # type: ignore[attr-defined]  # public, as its documentation says

from hoshimori.errors import Refused, UsageError
from hoshimori.ledger.canonical import LIMIT_BYTES, canonical, sha256, strict
from hoshimori.ledger.keys import PrivateKey, check_public

IN_TOTO = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
_HEX64 = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[A-Za-z0-9!#$&^_.+-]{1,63}")
_SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Opened:
    """What an envelope holds: not yet verified. `signatures`: 64 bytes by key id."""

    payload_type: str
    payload: bytes
    signatures: Mapping[str, bytes]


@dataclass(frozen=True)
class Statement:
    """What a payload says: SHA-256 of what it is about, by name; the type of what is said; what is said."""

    subjects: Mapping[str, str]
    predicate_type: str
    predicate: Any


def statement(subjects: Mapping[str, str], predicate_type: str, predicate: Any) -> bytes:
    """An in-toto Statement v1 in canonical JSON, its subjects in order of name.

    >>> statement({"a.json": "0" * 64}, "urn:example:1", {"n": 1})[:60]
    b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"n":'
    """
    if not subjects or not isinstance(predicate_type, str) or not predicate_type:
        raise UsageError("a statement is about at least one subject, and has a predicate type")
    for name, digest in subjects.items():
        if not isinstance(name, str) or not name or not _HEX64.fullmatch(digest):
            raise UsageError(
                f"subject {name!r}, digest {digest[:80]!r}: a name, and a SHA-256 in 64 lower-case hexadecimal digits"
            )
    return canonical(
        {
            "_type": STATEMENT,
            "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(subjects.items())],
            "predicateType": predicate_type,
            "predicate": predicate,
        }
    )


def read_statement(payload: bytes) -> Statement:
    """The statement in a payload; anything that `statement` would not have written is Refused("statement" or "not-canonical")."""
    data = strict(payload, "statement")
    try:
        subjects = {row["name"]: row["digest"]["sha256"] for row in data["subject"]}
        out = Statement(subjects, data["predicateType"], data["predicate"])
        again = statement(out.subjects, out.predicate_type, out.predicate)
    except (AttributeError, KeyError, TypeError, UsageError):
        again = b""
    if again != payload:
        raise Refused("statement", "the payload is not an in-toto Statement v1 with a SHA-256 for each subject, each named once")
    return out


def seal(payload: bytes, keys: Iterable[PrivateKey], payload_type: str = IN_TOTO) -> bytes:
    """A DSSE envelope in canonical JSON, signed by every key given; signatures in order of key id."""
    envelope = Envelope(payload, _media_type(payload_type), {})
    for key in keys:
        _sign(envelope, key)
    return _written(envelope)


def unsigned(payload: bytes, payload_type: str) -> bytes:
    """An envelope that waits for its first signature. `open_` refuses it unless it is asked for one that may be unsigned."""
    return canonical(Envelope(payload, _media_type(payload_type), {}).to_dict())


def add_signature(envelope_bytes: bytes, key: PrivateKey) -> bytes:
    """The same envelope with one more signature. Those that are there are kept as they are, not verified."""
    opened = open_(envelope_bytes, may_be_unsigned=True)
    held = {keyid: Signature(keyid, signature.hex()) for keyid, signature in opened.signatures.items()}
    envelope = Envelope(opened.payload, opened.payload_type, held)
    _sign(envelope, key)
    return _written(envelope)


def open_(data: bytes, limit: int = LIMIT_BYTES, *, may_be_unsigned: bool = False) -> Opened:
    """What an envelope holds, read strictly and not yet verified.

    Refused: "not-canonical" (JSON or Base64 in another spelling), "envelope" (a field too many, too few or of another type),
    "unsigned", "signed-twice" (one key id twice).
    """
    fields = strict(data, "envelope", limit)
    if not isinstance(fields, dict) or set(fields) != {"payload", "payloadType", "signatures"}:
        raise Refused("envelope", "an envelope has exactly the fields payload, payloadType and signatures")
    rows = fields["signatures"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) and set(row) == {"keyid", "sig"} for row in rows):
        raise Refused("envelope", "each signature of an envelope has exactly the fields keyid and sig")
    signatures: dict[str, bytes] = {}
    for row in rows:
        keyid, signature = row["keyid"], _bytes(row["sig"], "sig")
        if not isinstance(keyid, str) or not _HEX64.fullmatch(keyid) or len(signature) != _SIGNATURE_BYTES:
            raise Refused("envelope", "a signature names its key by 64 lower-case hexadecimal digits and has 64 bytes (Ed25519)")
        if keyid in signatures:
            raise Refused("signed-twice", f"key {keyid[:16]} has signed this envelope twice")
        signatures[keyid] = signature
    if not signatures and not may_be_unsigned:
        raise Refused("unsigned", "the envelope carries no signature")
    if list(signatures) != sorted(signatures):
        raise Refused("not-canonical", "envelope: signatures stand in order of key id")
    return Opened(_media_type(fields["payloadType"]), _bytes(fields["payload"], "payload"), signatures)


def verify(opened: Opened, public: Mapping[str, bytes]) -> frozenset[str]:
    """The ids of the keys that signed: every signature present is by a key in `public` and holds.

    public: the 32 bytes of each key that is accepted, by key id. One unknown or wrong signature refuses the whole envelope, so
    that nothing rides along: "unknown-key", "bad-signature", "unsigned".
    """
    if not opened.signatures:
        raise Refused("unsigned", "there is no signature to verify")
    for keyid in opened.signatures:
        if keyid not in public:
            raise Refused("unknown-key", f"key {keyid[:16]} has signed and is not among the keys that are accepted here")
        if sha256(public[keyid]) != keyid:
            raise Refused("unknown-key", f"key {keyid[:16]}: the public bytes given for it have another SHA-256")
        check_public(public[keyid])
    signed = Envelope(opened.payload, opened.payload_type, {}).pae()
    for keyid, signature in opened.signatures.items():
        key = SSlibKey(keyid, "ed25519", "ed25519", {"public": public[keyid].hex()})
        try:
            key.verify_signature(Signature(keyid, signature.hex()), signed)
        except (UnverifiedSignatureError, VerificationError):
            raise Refused("bad-signature", f"the signature of key {keyid[:16]} does not hold over these bytes") from None
    return frozenset(opened.signatures)


def _sign(envelope: Envelope, key: PrivateKey) -> None:
    if key.keyid in envelope.signatures:
        raise Refused("signed-twice", f"key {key.keyid[:16]} has signed this already")
    envelope.sign(key.signer())


def _written(envelope: Envelope) -> bytes:
    if not envelope.signatures:
        raise Refused("unsigned", "an envelope is signed by at least one key")
    envelope.signatures = dict(sorted(envelope.signatures.items()))
    return canonical(envelope.to_dict())


def _media_type(text: Any) -> str:
    if not isinstance(text, str) or not _MEDIA_TYPE.fullmatch(text):
        raise Refused("envelope", f"payload type {str(text)[:80]!r}: a media type without parameters, such as {IN_TOTO}")
    return text


def _bytes(text: Any, field: str) -> bytes:
    """Base64 (RFC 4648 section 4) in its one spelling: standard alphabet, padded, no bit left over."""
    try:
        out = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        out = None
    if out is None or base64.b64encode(out).decode() != text:
        raise Refused("not-canonical", f"envelope: {field} is standard Base64 with padding, in its one spelling")
    return out
