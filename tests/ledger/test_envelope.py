"""An envelope has one reading; strangers' tools verify ours, and no changed byte gets through."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.signer import Key, SSlibKey  # type: ignore[attr-defined]

from hoshimori.errors import Refused, UsageError
from hoshimori.ledger import envelope, keys
from hoshimori.ledger.canonical import canonical, sha256

DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
PAYLOAD = envelope.statement({"assessment.json": DIGEST}, "urn:example:1", {"answer": "met", "name": "星"})


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE v1.0.2, protocol.md, "Signature definition", written from its text and from nothing of ours."""
    kind = payload_type.encode()
    return b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[keys.PrivateKey, keys.PrivateKey]:
    folder = tmp_path_factory.mktemp("keys")
    return (
        keys.make(folder / "jpn.pem", party="JPN", person="Watch officer"),
        keys.make(folder / "usa.pem", party="USA", person="Duty officer"),
    )


def known(*pair: keys.PrivateKey) -> dict[str, bytes]:
    return {key.keyid: key.public.raw for key in pair}


def read(data: bytes, *pair: keys.PrivateKey) -> envelope.Opened:
    opened = envelope.open_(data)
    assert envelope.verify(opened, known(*pair)) == set(opened.signatures)
    return opened


def code(act: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments)
    return refused.value.code


def test_dsse_published_pae() -> None:
    # protocol.md, "Test Vectors"
    published = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("http://example.com/HelloWorld", b"hello world") == published
    assert Envelope(b"hello world", "http://example.com/HelloWorld", {}).pae() == published


def test_there_and_back(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    opened = read(envelope.seal(PAYLOAD, pair), *pair)
    assert (opened.payload, opened.payload_type) == (PAYLOAD, "application/vnd.in-toto+json")
    said = envelope.read_statement(opened.payload)
    assert said == envelope.Statement({"assessment.json": DIGEST}, "urn:example:1", {"answer": "met", "name": "星"})


def test_the_order_of_signing_does_not_show(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    one, two = pair
    both = envelope.seal(PAYLOAD, [one, two])
    assert envelope.seal(PAYLOAD, [two, one]) == both
    assert envelope.add_signature(envelope.seal(PAYLOAD, [one]), two) == both
    assert envelope.add_signature(envelope.seal(PAYLOAD, [two]), one) == both


def test_plain_cryptography_verifies_it(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    data = json.loads(envelope.seal(PAYLOAD, pair))
    signed = pae(data["payloadType"], base64.b64decode(data["payload"]))
    for row in data["signatures"]:
        public = Ed25519PublicKey.from_public_bytes(known(*pair)[row["keyid"]])
        public.verify(base64.b64decode(row["sig"]), signed)
        with pytest.raises(InvalidSignature):
            public.verify(base64.b64decode(row["sig"]), signed + b" ")


def test_a_stranger_s_dsse_tool_verifies_ours_and_we_verify_theirs(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    theirs: list[Key] = [SSlibKey(key.keyid, "ed25519", "ed25519", {"public": key.public.raw.hex()}) for key in pair]
    accepted = Envelope.from_dict(json.loads(envelope.seal(PAYLOAD, pair))).verify(theirs, 2)
    assert set(accepted) == {key.keyid for key in pair}
    made = Envelope(PAYLOAD, "application/vnd.in-toto+json", {})
    made.sign(pair[0].signer())
    assert read(canonical(made.to_dict()), pair[0]).payload == PAYLOAD


def test_every_flipped_bit_is_refused(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    data = envelope.seal(b"{}", pair[:1])
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(Refused):
                read(bytes(changed), *pair)


@given(st.binary(max_size=60), st.data())
def test_any_change_of_any_envelope_is_refused(
    pair: tuple[keys.PrivateKey, keys.PrivateKey], payload: bytes, draw: st.DataObject
) -> None:
    data = envelope.seal(payload, pair)
    assert read(data, *pair).payload == payload
    start = draw.draw(st.integers(0, len(data)))
    stop = draw.draw(st.integers(start, min(len(data), start + 4)))
    changed = data[:start] + draw.draw(st.binary(max_size=4)) + data[stop:]
    if changed != data:
        with pytest.raises(Refused):
            read(changed, *pair)


def test_a_signature_says_nothing_of_another_type_or_payload(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    data = json.loads(envelope.seal(PAYLOAD, pair))
    other = envelope.seal(PAYLOAD, pair, "application/vnd.hoshimori.keyring+json")
    for change in ({"payloadType": "application/vnd.hoshimori.keyring+json"}, {"payload": base64.b64encode(b"{}").decode()}):
        changed = canonical({**data, **change})
        assert code(read, changed, *pair) == "bad-signature"
    assert json.loads(other)["signatures"] != data["signatures"]


def test_who_signed_is_known_and_signs_once(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    one, two = pair
    data = envelope.seal(PAYLOAD, pair)
    opened = envelope.open_(data)
    assert code(read, data, one) == "unknown-key"
    assert code(envelope.verify, opened, {}) == "unknown-key"
    assert code(envelope.verify, opened, {one.keyid: one.public.raw, two.keyid: one.public.raw}) == "unknown-key"
    exchanged = dict(zip(opened.signatures, list(opened.signatures.values())[::-1], strict=True))
    assert code(envelope.verify, envelope.Opened(opened.payload_type, PAYLOAD, exchanged), known(*pair)) == "bad-signature"
    assert code(envelope.verify, envelope.Opened(opened.payload_type, PAYLOAD, {}), known(*pair)) == "unsigned"
    assert code(envelope.seal, PAYLOAD, []) == "unsigned"
    assert code(envelope.seal, PAYLOAD, [one, one]) == "signed-twice"
    assert code(envelope.add_signature, data, one) == "signed-twice"


def test_an_envelope_may_wait_for_its_first_signature(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    waiting = envelope.unsigned(PAYLOAD, envelope.IN_TOTO)
    assert code(envelope.open_, waiting) == "unsigned"
    opened = envelope.open_(waiting, may_be_unsigned=True)
    assert (opened.payload, opened.signatures) == (PAYLOAD, {})
    assert code(envelope.verify, opened, known(*pair)) == "unsigned"
    assert envelope.add_signature(waiting, pair[0]) == envelope.seal(PAYLOAD, pair[:1])


def test_one_wrong_signature_refuses_the_whole(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    opened = envelope.open_(envelope.seal(PAYLOAD, pair))
    for keyid in opened.signatures:
        spoilt = {**opened.signatures, keyid: bytes(64)}
        changed = envelope.Opened(opened.payload_type, PAYLOAD, spoilt)
        assert code(envelope.verify, changed, known(*pair)) == "bad-signature"


def test_a_key_under_which_anybody_can_sign_verifies_nothing() -> None:
    identity = bytes([1]) + bytes(31)
    keyid = sha256(identity)
    forged = envelope.Opened("application/json", b"anything", {keyid: identity + bytes(32)})
    assert code(envelope.verify, forged, {keyid: identity}) == "key-weak"


def changes(data: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    first = data["signatures"][0]
    spare = {**first, "sig": base64.b64encode(bytes(64)).decode()}
    return {
        "field too many": ({**data, "note": ""}, "envelope"),
        "field too few": ({k: v for k, v in data.items() if k != "payloadType"}, "envelope"),
        "a list": ([data], "envelope"),
        "payload no text": ({**data, "payload": 5}, "not-canonical"),
        "payload unpadded": ({**data, "payload": "YQ"}, "not-canonical"),
        "payload with a bit left over": ({**data, "payload": "YR=="}, "not-canonical"),
        "payload URL-safe": ({**data, "payload": "_-8="}, "not-canonical"),
        "payload with a line": ({**data, "payload": "YQ==\n"}, "not-canonical"),
        "payload not ASCII": ({**data, "payload": "星"}, "not-canonical"),
        "type with a parameter": ({**data, "payloadType": "text/plain; charset=utf-8"}, "envelope"),
        "type no text": ({**data, "payloadType": None}, "envelope"),
        "signatures no list": ({**data, "signatures": {}}, "envelope"),
        "unsigned": ({**data, "signatures": []}, "unsigned"),
        "signature with a certificate": ({**data, "signatures": [{**first, "cert": ""}]}, "envelope"),
        "signature without a key": ({**data, "signatures": [{"sig": first["sig"]}]}, "envelope"),
        "signature of another length": ({**data, "signatures": [{**first, "sig": "YWI="}]}, "envelope"),
        "key id in capitals": ({**data, "signatures": [{**first, "keyid": first["keyid"].upper() + "A"}]}, "envelope"),
        "key id no text": ({**data, "signatures": [{**first, "keyid": 1}]}, "envelope"),
        "one key twice": ({**data, "signatures": [first, spare]}, "signed-twice"),
        "order": ({**data, "signatures": data["signatures"][::-1]}, "not-canonical"),
    }


@pytest.mark.parametrize("name", changes({"payload": "", "payloadType": "", "signatures": [{"keyid": "a", "sig": ""}]}))
def test_what_the_writer_would_not_have_written(pair: tuple[keys.PrivateKey, keys.PrivateKey], name: str) -> None:
    changed, expected = changes(json.loads(envelope.seal(PAYLOAD, pair)))[name]
    assert code(envelope.open_, canonical(changed)) == expected


def test_another_spelling_of_the_envelope(pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    data = envelope.seal(PAYLOAD, pair)
    for other in (
        data + b"\n",
        json.dumps(json.loads(data)).encode(),
        data.replace(b'{"payload":', b'{"payload":"","payload":', 1),
    ):
        assert code(envelope.open_, other) == "not-canonical"
    assert code(envelope.open_, data, 100) == "not-canonical"


@pytest.mark.parametrize(
    "change",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"more": 1},
        {"subject": []},
        {"subject": [{"name": "a", "digest": {"sha256": DIGEST}}] * 2},
        {"subject": [{"name": "b", "digest": {"sha256": DIGEST}}, {"name": "a", "digest": {"sha256": DIGEST}}]},
        {"subject": [{"name": "a", "digest": {"sha256": DIGEST, "md5": "00"}}]},
        {"subject": [{"name": "a", "digest": {"sha256": "00"}}]},
        {"subject": 3},
        {"predicateType": ""},
        {"predicateType": 5},
    ],
    ids=str,
)
def test_a_statement_that_we_would_not_have_written(change: dict[str, Any]) -> None:
    changed = canonical({**json.loads(PAYLOAD), **change})
    assert code(envelope.read_statement, changed) == "statement"


def test_a_statement_is_about_something() -> None:
    for subjects, kind in (({}, "urn:a"), ({"a": DIGEST}, ""), ({"a": DIGEST.upper()}, "urn:a"), ({"": DIGEST}, "urn:a")):
        with pytest.raises(UsageError):
            envelope.statement(subjects, kind, {})


def test_a_file_is_signed_as_its_bytes_are(tmp_path: Path, pair: tuple[keys.PrivateKey, keys.PrivateKey]) -> None:
    (tmp_path / "envelope.json").write_bytes(envelope.seal(bytes(range(256)), pair, "application/octet-stream"))
    assert read((tmp_path / "envelope.json").read_bytes(), *pair).payload == bytes(range(256))
