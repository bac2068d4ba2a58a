"""Signing keys: one Ed25519 pair for one person of one party, in a file that only its owner can read.

The private half is PKCS#8 PEM (RFC 5958, RFC 8410), so that openssl and every other tool reads it; the public half stands beside
it as `<name>.pub.json` and says whose it is. A key's id is the SHA-256 of its 32 public bytes. A secret is never in a repr, a
message or a pickle. Whoever has the file (and its passphrase) is the person, as far as this package can tell: design/two-keys.md.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]  # public, as its documentation says

from hoshimori.errors import LedgerUnwritable, NothingFound, Refused, UsageError
from hoshimori.findings import iso
from hoshimori.ledger.canonical import canonical, sha256, strict

ROLES = ("root", "signer")
"""root: may change the ring of keys. signer: may sign records. One key may be both."""
SCHEMA = "hoshimori.public-key/1"
SERVICE = "hoshimori"
LIMIT_BYTES = 64 * 1024
YEARS_VALID = 2
"""Judged: short enough that rotation is practised, long enough that it is not a burden."""

_FIELD_P = 2**255 - 19
# Public keys under which anybody can sign anything, as the y coordinate of RFC 8032: the points of order 1, 2, 4 and 8.
# Source: Cremers and Jackson, IEEE CSF 2019, "Prime, Order Please!"; libsodium's ge25519_has_small_order holds the same list.
_SMALL_ORDER_Y = {
    0,
    1,
    _FIELD_P - 1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
}


@dataclass(frozen=True)
class PublicRow:
    """The public half of a key and whose it is. Valid from `valid_from` on, and before `valid_until`.

    `public_b64`: the 32 bytes in standard Base64.
    """

    keyid: str
    public_b64: str
    party: str
    person: str
    roles: tuple[str, ...]
    valid_from: np.datetime64
    valid_until: np.datetime64

    def __post_init__(self) -> None:
        raw = public_bytes(self.public_b64)
        if sha256(raw) != self.keyid:
            raise Refused("key-row", f"key {self.keyid[:16]}: the id is not the SHA-256 of the public bytes")
        if not re.fullmatch("[A-Z]{3}", self.party):
            raise UsageError(f"party {self.party!r}: ISO 3166-1 alpha-3 in capitals, such as JPN or USA")
        plain = " ".join(unicodedata.normalize("NFKC", self.person).split())
        if not self.person or self.person != plain or not self.person.isprintable():
            raise UsageError(
                f"person {self.person!r}: a name or post in its plain spelling (Unicode NFKC, single spaces): {plain!r}"
            )
        if not self.roles or list(self.roles) != [role for role in ROLES if role in self.roles]:
            raise UsageError(f"roles {list(self.roles)}: one or both of {', '.join(ROLES)}, in this order")
        if not self.valid_from < self.valid_until:  # NaT compares false, and is refused with the rest
            raise UsageError(
                f"key of {self.person}: valid from {iso(self.valid_from)} until {iso(self.valid_until)}: the end comes first"
            )

    @property
    def raw(self) -> bytes:
        """The 32 public bytes."""
        return base64.b64decode(self.public_b64)

    def to_json(self) -> dict[str, Any]:
        return {
            "keyid": self.keyid,
            "public": self.public_b64,
            "party": self.party,
            "person": self.person,
            "roles": list(self.roles),
            "valid_from": iso(self.valid_from),
            "valid_until": iso(self.valid_until),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PublicRow:
        """Exactly the fields of to_json, nothing more; Refused("key-row") otherwise."""
        try:
            return cls(**fields_of(data))
        except UsageError as e:
            raise Refused("key-row", str(e)) from None


class PrivateKey:
    """A key that can sign. Shows its id and owner, never its secret; cannot be copied or pickled."""

    __slots__ = ("_private", "_public")

    def __init__(self, private: Ed25519PrivateKey, public: PublicRow) -> None:
        if raw_public(private) != public.raw:
            raise Refused("key-row", f"key {public.keyid[:16]}: the public file belongs to another private key")
        self._private = private
        self._public = public

    @property
    def keyid(self) -> str:
        return self._public.keyid

    @property
    def public(self) -> PublicRow:
        return self._public

    def signer(self) -> CryptoSigner:
        """This key as securesystemslib's signer, with our id."""
        return CryptoSigner(self._private, SSlibKey.from_crypto(self._private.public_key(), self.keyid))

    def pem(self, passphrase: str | None = None) -> bytes:
        """The secret as PKCS#8 PEM, for a file or a keyring: never print it."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))

    def __repr__(self) -> str:
        return f"PrivateKey(keyid={self.keyid[:16]}…, party={self._public.party!r}, person={self._public.person!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a private key is neither copied nor pickled")


def make(
    path: Path | str,
    *,
    party: str,
    person: str,
    passphrase: str | None = None,
    roles: Sequence[str] = ROLES,
    valid_from: np.datetime64 | None = None,
    valid_until: np.datetime64 | None = None,
) -> PrivateKey:
    """A new key in a new file (0600, its folder 0700 where it is made here), and its public half beside it as <name>.pub.json.

    Without times it is valid from now for two years. An existing file is never written over. With a passphrase the file is
    encrypted (PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA-256 and only 2048 rounds: take six random words, not one word).
    """
    path = Path(path)
    start = np.datetime64("now", "us") if valid_from is None else valid_from.astype("datetime64[us]")
    stop = start + np.timedelta64(YEARS_VALID * 365, "D") if valid_until is None else valid_until.astype("datetime64[us]")
    private = Ed25519PrivateKey.generate()
    key = PrivateKey(private, _row(private, party, person, tuple(r for r in ROLES if r in roles), start, stop, given=roles))
    secret = key.pem(passphrase)
    public_path = public_file(path)
    for taken in (path, public_path):
        if os.path.lexists(taken):
            raise Refused("key-exists", f"{taken}: a file is there already; a key is never written over")
    _own_folder(path.parent)
    try:
        _write_new(path, secret, 0o600)
        try:
            _write_new(public_path, canonical({"schema": SCHEMA, **key.public.to_json()}), 0o644)
        except OSError:
            path.unlink()
            raise
    except FileExistsError:
        raise Refused("key-exists", f"{path}: a file is there already; a key is never written over") from None
    except OSError as e:
        raise LedgerUnwritable(f"{path}: the key was not written: {e.strerror}") from None
    return key


def load(path: Path | str, passphrase: str | None = None) -> PrivateKey:
    """The key in a file, with the owner that the public file beside it names.

    Refused: "key-permissions" (others may read or change the file, or it is somebody else's), "key-format" (not an Ed25519 key
    in PKCS#8 PEM), "key-passphrase" (wrong, missing, or given where the file is not encrypted), "key-row" (the public file is
    another key's).
    """
    path = Path(path)
    row = public(public_file(path))
    return PrivateKey(_private(_read_secret(path), passphrase, str(path)), row)


def public(path: Path | str) -> PublicRow:
    """The public half in a <name>.pub.json file."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as e:
        raise NothingFound(f"{path}: the public half of a key is expected here: {e.strerror}") from None
    return _public_row(data, str(path))


def public_file(path: Path | str) -> Path:
    """Where the public half of the key in `path` stands: jpn.pem has jpn.pub.json."""
    path = Path(path)
    return path.with_name(f"{path.name.removesuffix('.pem')}.pub.json")


def to_keyring(key: PrivateKey, name: str) -> None:
    """Keeps the key in the keyring of the operating system (extra "keyring"), under a name that is free."""
    ring = _keyring()
    if ring.get_password(SERVICE, name) is not None:
        raise Refused("key-exists", f"keyring entry {name!r}: there already; a key is never written over")
    ring.set_password(SERVICE, name, key.pem().decode() + canonical({"schema": SCHEMA, **key.public.to_json()}).decode())


def from_keyring(name: str) -> PrivateKey:
    """The key that `to_keyring` kept under this name."""
    text = _keyring().get_password(SERVICE, name)
    if text is None:
        raise NothingFound(f"keyring entry {name!r}: none of this name under the service {SERVICE!r}")
    pem, mark, row = text.partition("-----END PRIVATE KEY-----\n")
    return PrivateKey(
        _private((pem + mark).encode(), None, f"keyring entry {name!r}"), _public_row(row.encode(), f"keyring entry {name!r}")
    )


def public_bytes(public_b64: str) -> bytes:
    """The 32 bytes of a public key from Base64; refused where it is no key, or one under which anybody can sign."""
    try:
        raw = base64.b64decode(public_b64, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32 or base64.b64encode(raw).decode() != public_b64:
        raise Refused("key-format", f"public key {public_b64[:50]!r}: 32 bytes in standard Base64 with padding")
    check_public(raw)
    return raw


def check_public(raw: bytes) -> None:
    """Refused("key-weak") where the 32 bytes are a point of small order, or a second spelling of a point: anybody could sign."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if len(raw) != 32 or y >= _FIELD_P or y in _SMALL_ORDER_Y:
        raise Refused(
            "key-weak", f"public key {raw[:32].hex()}: a point of small order or a second spelling: anybody could sign under it"
        )


def raw_public(private: Ed25519PrivateKey) -> bytes:
    """The 32 public bytes of a private key."""
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def instant(text: object) -> np.datetime64:
    """A time as JSON holds it here: 2026-08-21T00:00:00.000000Z, in no other spelling."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text):
        raise Refused("key-row", f"time {text!r}: UTC as 2026-08-21T00:00:00.000000Z")
    try:
        return np.datetime64(text[:-1], "us")
    except ValueError:
        raise Refused("key-row", f"time {text!r}: no such day or hour") from None


def fields_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a PublicRow from its JSON, each of its type."""
    names = {"keyid", "public", "party", "person", "roles", "valid_from", "valid_until"}
    if not isinstance(data, dict) or set(data) != names:
        raise Refused("key-row", f"a row of a key has exactly the fields {', '.join(sorted(names))}")
    texts = [data[name] for name in ("keyid", "public", "party", "person")]
    roles = data["roles"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(roles, list) or not set(map(str, roles)) <= set(ROLES):
        raise Refused("key-row", "a row of a key: keyid, public, party and person are text, roles a list of root and signer")
    return {
        "keyid": texts[0],
        "public_b64": texts[1],
        "party": texts[2],
        "person": texts[3],
        "roles": tuple(roles),
        "valid_from": instant(data["valid_from"]),
        "valid_until": instant(data["valid_until"]),
    }


def _row(
    private: Ed25519PrivateKey,
    party: str,
    person: str,
    roles: tuple[str, ...],
    start: np.datetime64,
    stop: np.datetime64,
    *,
    given: Sequence[str],
) -> PublicRow:
    if unknown := set(given) - set(ROLES):
        raise UsageError(f"roles {sorted(unknown)}: one or both of {', '.join(ROLES)}")
    raw = raw_public(private)
    return PublicRow(sha256(raw), base64.b64encode(raw).decode(), party, person, roles, start, stop)


def _public_row(data: bytes, what: str) -> PublicRow:
    value = strict(data, what, LIMIT_BYTES)
    if not isinstance(value, dict) or value.pop("schema", None) != SCHEMA:
        raise Refused("key-row", f"{what}: a public key of the schema {SCHEMA} is expected")
    return PublicRow.from_json(value)


def _encryption(passphrase: str | None) -> KeySerializationEncryption:
    if passphrase is None:
        return NoEncryption()
    if not passphrase:
        raise UsageError("passphrase: empty; leave it out for a key that only the file's permissions protect")
    return BestAvailableEncryption(passphrase.encode())


def _private(pem: bytes, passphrase: str | None, where: str) -> Ed25519PrivateKey:
    """The key in PEM. The library's messages are not passed on: they are not ours to vouch for."""
    encrypted = b"BEGIN ENCRYPTED PRIVATE KEY" in pem
    if not encrypted and b"BEGIN PRIVATE KEY" not in pem:
        raise Refused(
            "key-format", f"{where}: a private key in PKCS#8 PEM (BEGIN PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY) is expected"
        )
    if encrypted != (passphrase is not None):
        state = "encrypted: its passphrase is needed" if encrypted else "not encrypted, and a passphrase was given"
        raise Refused("key-passphrase", f"{where}: {state}")
    try:
        key = load_pem_private_key(pem, None if passphrase is None else passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        why = ("key-passphrase", "the passphrase does not open it") if encrypted else ("key-format", "no key can be read from it")
        raise Refused(why[0], f"{where}: {why[1]}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused("key-format", f"{where}: another kind of key; only Ed25519 is accepted")
    return key


def _read_secret(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as e:
        raise NothingFound(f"{path}: a private key is expected here: {e.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > LIMIT_BYTES:
            raise Refused("key-format", f"{path}: a private key is a plain file below {LIMIT_BYTES} bytes")
        if state.st_mode & 0o077:
            raise Refused("key-permissions", f"{path}: mode {state.st_mode & 0o777:04o} lets others in; chmod 600 {path}")
        if state.st_uid not in (os.geteuid(), 0):
            raise Refused("key-permissions", f"{path}: it belongs to user {state.st_uid}, not to you")
        return file.read()


def _own_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as e:
        raise LedgerUnwritable(f"{folder}: the folder of the key cannot be made: {e.strerror}") from None
    if mode & 0o022:
        raise Refused("key-permissions", f"{folder}: mode {mode & 0o7777:04o} lets others exchange the key; chmod 700 {folder}")


def _write_new(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        raise UsageError(
            'a key in the operating system\'s keyring needs the extra "keyring": pip install "hoshimori[keyring]"'
        ) from None
    if keyring.get_keyring().priority <= 0:
        raise UsageError("keyring: this system offers no keyring to keep a key in; keep it in a file")
    return keyring
