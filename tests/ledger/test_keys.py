"""A key opens only for its owner, shows no secret, and is the same key to every other tool."""

from __future__ import annotations

import base64
import copy
import os
import pickle
import stat
import traceback
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from hoshimori.errors import LedgerUnwritable, NothingFound, Refused, UsageError
from hoshimori.ledger import keys
from hoshimori.ledger.canonical import canonical, sha256, strict

FROM = np.datetime64("2026-01-01", "us")
UNTIL = np.datetime64("2028-01-01", "us")
# RFC 8032 section 7.1, TEST 2.
RFC_8032_SECRET = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
RFC_8032_PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")

DASHES = b"-" * 5  # apart from the words, so that no search for secrets takes this file for one


class Remembered(keyring.backend.KeyringBackend):
    """A keyring that lasts as long as the test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


@pytest.fixture
def remembered() -> Iterator[Remembered]:
    before = keyring.get_keyring()
    keyring.set_keyring(ring := Remembered())
    yield ring
    keyring.set_keyring(before)


def made(path: Path, **more: str) -> keys.PrivateKey:
    return keys.make(path, party="JPN", person="Watch officer 1", valid_from=FROM, valid_until=UNTIL, **more)


def row(raw: bytes, **more: object) -> keys.PublicRow:
    fields: dict[str, object] = {
        "keyid": sha256(raw),
        "public_b64": base64.b64encode(raw).decode(),
        "party": "JPN",
        "person": "Watch officer 1",
        "roles": ("root", "signer"),
        "valid_from": FROM,
        "valid_until": UNTIL,
    }
    return keys.PublicRow(**{**fields, **more})  # type: ignore[arg-type]


def test_there_and_back(tmp_path: Path) -> None:
    key = made(tmp_path / "own" / "jpn.pem")
    again = keys.load(tmp_path / "own" / "jpn.pem")
    assert again.keyid == key.keyid == sha256(key.public.raw)
    assert again.public == key.public == keys.public(tmp_path / "own" / "jpn.pub.json")
    assert keys.PublicRow.from_json(key.public.to_json()) == key.public
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "own" / "jpn.pem").stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path / "own")) == ["jpn.pem", "jpn.pub.json"]


def test_another_tool_reads_the_file_and_makes_the_same_signature(tmp_path: Path) -> None:
    key = made(tmp_path / "jpn.pem")
    other = load_pem_private_key((tmp_path / "jpn.pem").read_bytes(), None)
    assert isinstance(other, Ed25519PrivateKey)
    assert other.sign(b"text").hex() == key.signer().sign(b"text").signature
    Ed25519PublicKey.from_public_bytes(key.public.raw).verify(other.sign(b"text"), b"text")


def test_rfc_8032_key_pair() -> None:
    key = keys.PrivateKey(Ed25519PrivateKey.from_private_bytes(RFC_8032_SECRET), row(RFC_8032_PUBLIC))
    signature = key.signer().sign(b"\x72")
    assert signature.keyid == sha256(RFC_8032_PUBLIC)
    assert signature.signature.startswith("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da")


def test_without_times_it_is_valid_for_two_years_from_now(tmp_path: Path) -> None:
    public = keys.make(tmp_path / "a.pem", party="USA", person="Duty officer", roles=["signer"]).public
    assert public.roles == ("signer",)
    assert public.valid_until - public.valid_from == np.timedelta64(730, "D")
    assert abs(public.valid_from - np.datetime64("now", "us")) < np.timedelta64(60, "s")


def test_a_passphrase_closes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "jpn.pem"
    key = made(path, passphrase="six words taken from a list")
    assert b"ENCRYPTED" in path.read_bytes()
    assert keys.load(path, "six words taken from a list").keyid == key.keyid
    for wrong in (None, "six words", ""):
        with pytest.raises(Refused) as refused:
            keys.load(path, wrong)
        assert refused.value.code == "key-passphrase"
        shown = "".join(traceback.format_exception(refused.value))
        assert "six words" not in shown
    open_path = tmp_path / "open.pem"
    made(open_path)
    with pytest.raises(Refused) as refused:
        keys.load(open_path, "any")
    assert refused.value.code == "key-passphrase"
    with pytest.raises(UsageError, match="passphrase"):
        made(tmp_path / "empty.pem", passphrase="")
    assert not (tmp_path / "empty.pem").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o620, 0o777])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "jpn.pem"
    made(path)
    path.chmod(mode)
    with pytest.raises(Refused, match="chmod 600") as refused:
        keys.load(path)
    assert refused.value.code == "key-permissions"


def test_a_folder_in_which_others_may_exchange_files_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o770)
    with pytest.raises(Refused) as refused:
        made(shared / "jpn.pem")
    assert refused.value.code == "key-permissions"
    assert list(shared.iterdir()) == []


@pytest.mark.parametrize("taken", ["jpn.pem", "jpn.pub.json"])
def test_nothing_is_written_over(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_bytes(b"kept")
    with pytest.raises(Refused) as refused:
        made(tmp_path / "jpn.pem")
    assert refused.value.code == "key-exists"
    assert [p.name for p in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_bytes() == b"kept"


def test_a_link_that_points_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "jpn.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused) as refused:
        made(tmp_path / "jpn.pem")
    assert refused.value.code == "key-exists"
    assert not (tmp_path / "elsewhere").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LedgerUnwritable):
        made(tmp_path / "file" / "jpn.pem")


def _curve(form: PrivateFormat) -> bytes:
    return generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, form, NoEncryption())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no key",
        DASHES + b"BEGIN PRIVATE KEY" + DASHES + b"\nAAAA\n-----END PRIVATE KEY-----\n",
        _curve(PrivateFormat.PKCS8),
        _curve(PrivateFormat.TraditionalOpenSSL),
        (DASHES + b"BEGIN PRIVATE KEY" + DASHES + b"\n") * 5000,
    ],
    ids=["empty", "text", "cut", "P-256", "not PKCS#8", "large"],
)
def test_what_is_no_ed25519_key_in_pkcs8(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "jpn.pem"
    made(path)
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        keys.load(path)
    assert refused.value.code == "key-format"


def test_a_key_without_its_public_half_or_with_another_s(tmp_path: Path) -> None:
    made(tmp_path / "a.pem")
    made(tmp_path / "b.pem")
    (tmp_path / "a.pub.json").unlink()
    with pytest.raises(NothingFound):
        keys.load(tmp_path / "a.pem")
    os.link(tmp_path / "b.pub.json", tmp_path / "a.pub.json")
    with pytest.raises(Refused) as refused:
        keys.load(tmp_path / "a.pem")
    assert refused.value.code == "key-row"
    with pytest.raises(NothingFound):
        keys.load(tmp_path / "c.pem")


def test_the_secret_is_not_shown(tmp_path: Path) -> None:
    key = made(tmp_path / "jpn.pem")
    secret = load_pem_private_key(key.pem(), None)
    assert isinstance(secret, Ed25519PrivateKey)
    raw = secret.private_bytes_raw()
    for shown in (repr(key), str(key), f"{key}", repr([key]), repr(key.signer()), repr(key.public)):
        for form in (raw.hex(), base64.b64encode(raw).decode(), repr(raw)):
            assert form not in shown
    assert key.keyid[:16] in repr(key)
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            copied(key)


def test_a_public_file_that_was_changed(tmp_path: Path) -> None:
    made(tmp_path / "jpn.pem")
    path = tmp_path / "jpn.pub.json"
    good = strict(path.read_bytes(), "public")
    changes: list[dict[str, object]] = [
        {"keyid": "0" * 64},
        {"party": "Japan"},
        {"person": " two  spaces"},
        {"person": "line\nbreak"},
        {"person": 5},
        {"roles": ["signer", "root"]},
        {"roles": ["king"]},
        {"roles": []},
        {"valid_from": "2026-01-01"},
        {"valid_from": "2026-13-01T00:00:00.000000Z"},
        {"valid_until": good["valid_from"]},
        {"more": 1},
        {"schema": "another/1"},
        {"public": "AAAA"},
    ]
    for change in changes:
        path.write_bytes(canonical({**good, **change}))
        with pytest.raises(Refused) as refused:
            keys.load(tmp_path / "jpn.pem")
        assert refused.value.code in ("key-row", "key-format")
    path.write_bytes(canonical(good) + b"\n")
    with pytest.raises(Refused) as refused:
        keys.load(tmp_path / "jpn.pem")
    assert refused.value.code == "not-canonical"


def small_order_points() -> set[bytes]:
    """Every encoding of a point of order 1, 2, 4 or 8: L times any point of the curve (RFC 8032 section 5.1) is one of them."""
    p, order = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    d = -121665 * pow(121666, -1, p) % p

    def add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        k = d * a[0] * b[0] * a[1] * b[1] % p
        return (a[0] * b[1] + a[1] * b[0]) * pow(1 + k, -1, p) % p, (a[1] * b[1] + a[0] * b[0]) * pow(1 - k, -1, p) % p

    def times(n: int, point: tuple[int, int]) -> tuple[int, int]:
        out = (0, 1)
        for bit in f"{n:b}":
            out = add(out, out)
            out = add(out, point) if bit == "1" else out
        return out

    found: set[bytes] = set()
    for y in range(2, 60):
        xx = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(xx, (p + 3) // 8, p)
        x = x if x * x % p == xx else x * pow(2, (p - 1) // 4, p) % p
        if x * x % p == xx:
            small = times(order, (x, y))
            found.add((small[1] | (small[0] & 1) << 255).to_bytes(32, "little"))
    return found


def test_a_public_key_under_which_anybody_can_sign_is_refused() -> None:
    identity = bytes([1]) + bytes(31)
    Ed25519PublicKey.from_public_bytes(identity).verify(identity + bytes(32), b"anything")  # the library accepts it
    points = small_order_points()
    assert len(points) == 8
    second_spellings = {
        bytes([0xEE]) + b"\xff" * 30 + b"\x7f",
        bytes([0xED]) + b"\xff" * 30 + b"\x7f",
        bytes([1]) + bytes(30) + b"\x80",
    }
    for raw in points | second_spellings:
        with pytest.raises(Refused) as refused:
            row(raw)
        assert refused.value.code == "key-weak"


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 43 + "=", "-" * 43 + "=", "A" * 44, "A" * 42 + "B=", "A" * 43 + "=\n"])
def test_a_public_key_has_one_spelling(text: str) -> None:
    with pytest.raises(Refused) as refused:
        keys.public_bytes(text)
    assert refused.value.code in ("key-format", "key-weak")


def test_kept_in_the_keyring_of_the_system(tmp_path: Path, remembered: Remembered) -> None:
    key = made(tmp_path / "jpn.pem")
    keys.to_keyring(key, "jpn")
    again = keys.from_keyring("jpn")
    assert (again.keyid, again.public) == (key.keyid, key.public)
    assert again.signer().sign(b"text").signature == key.signer().sign(b"text").signature
    with pytest.raises(Refused) as refused:
        keys.to_keyring(key, "jpn")
    assert refused.value.code == "key-exists"
    with pytest.raises(NothingFound):
        keys.from_keyring("usa")
    remembered.held["hoshimori", "spoilt"] = "no key"
    with pytest.raises(Refused) as refused:
        keys.from_keyring("spoilt")
    assert refused.value.code in ("key-format", "not-canonical")


def test_a_system_without_a_keyring_says_so(remembered: Remembered) -> None:
    remembered.__class__.priority = 0
    try:
        with pytest.raises(UsageError, match="no keyring"):
            keys.from_keyring("jpn")
    finally:
        remembered.__class__.priority = 1
