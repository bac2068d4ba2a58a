"""The signing keys that lie on this service: shown by their public halves, opened for one act with its person's passphrase.

A passphrase arrives in the body of one request, opens the key, and is forgotten with it. It is in no message, log or file.
"""

from __future__ import annotations

import re
import threading
import time
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.doors import keyrings
from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.doors.web.world import World
from hoshimori.errors import HoshimoriError, Refused
from hoshimori.ledger import keys
from hoshimori.ledger.keys import PrivateKey, PublicRow

NAME = r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$"
"""A name of a key file without its ending: no dot and no slash, so that it names a file of this folder and no other."""
_ENDING = ".pub.json"
WRONG_TRIES, WITHIN_S = 5, 300.0
"""After so many wrong passphrases of one key it rests: a guess a minute opens nothing that has six random words."""


class Tries:
    """Wrong passphrases of late, by key."""

    def __init__(self, clock: Any = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: dict[str, list[float]] = {}

    def refuse_many(self, name: str) -> None:
        with self._lock:
            late = [t for t in self._wrong.get(name, []) if self._clock() - t < WITHIN_S]
            self._wrong[name] = late
        if len(late) >= WRONG_TRIES:
            wait = int(WITHIN_S - (self._clock() - late[0])) + 1
            raise ApiError(
                429, "key-tries", "too often", f"key {name}: too many wrong passphrases; wait", {"Retry-After": str(wait)}
            )

    def wrong(self, name: str) -> None:
        with self._lock:
            self._wrong.setdefault(name, []).append(self._clock())


def folder(world: World) -> Path:
    return world.keys or world.home / "keys"


def rows(world: World, principal: Principal, at_utc: np.datetime64) -> list[dict[str, Any]]:
    """The keys of the party of this service, for its own people, and whether each counted at a moment."""
    place = folder(world)
    if principal.party != world.party or not place.is_dir():
        return []
    ring = keyrings.trusted(home=world.home, by_utc=at_utc)
    trusted = {} if ring is None else {row.keyid: row for row in ring.keyring.keys}
    found = []
    for path in sorted(place.glob(f"*{_ENDING}")):
        name = path.name.removesuffix(_ENDING)
        if not re.fullmatch(NAME, name) or not _secret(place, name).is_file():
            continue
        try:
            row = keys.public(path)
        except HoshimoriError:
            continue
        if row.party == world.party:
            found.append(
                {"name": name, **row.to_json(), "encrypted": _encrypted(place, name), "state": _state(row, trusted, at_utc)}
            )
    return found


STATES = {
    "en": {
        "signs": "may sign",
        "not in the keyring": "not in the keyring that is trusted here",
        "revoked": "revoked",
        "no signer": "signs the keyring only",
        "not in force": "outside its dates",
    },
    "ja": {
        "signs": "署名できます",
        "not in the keyring": "ここで信頼する鍵束にありません",
        "revoked": "失効しています",
        "no signer": "鍵束への署名専用です",
        "not in force": "有効期間外です",
    },
}


def state_text(state: str, lang: str) -> str:
    return STATES["ja" if lang == "ja" else "en"][state]


def opened(world: World, principal: Principal, name: str, passphrase: str, tries: Tries) -> PrivateKey:
    """The key of this name. 403 where the passphrase is wrong, or the key is another party's; 404 where there is none."""
    place = folder(world)
    if not re.fullmatch(NAME, name) or not _secret(place, name).is_file():
        raise NotHere(f"key {name[:64]}")
    tries.refuse_many(name)
    row = _row(place, name)
    if row.party != world.party:
        raise ApiError(
            403, "wrong-party", "not allowed", f"key {name} is one of {row.party}; this ledger is that of {world.party}"
        )
    if not _encrypted(place, name) and principal.via != "local" and not _same_person(row.person, principal.name):
        raise ApiError(
            403, "open-key", "not allowed", f"key {name} has no passphrase, so it signs here for {row.person} alone; encrypt it"
        )
    try:
        return keys.load(_secret(place, name), passphrase or None)
    except Refused as refusal:
        if refusal.code != "key-passphrase":
            raise ApiError(409, refusal.code, "refused", f"key {name}: {_without(place, refusal)}") from None
        tries.wrong(name)
        raise ApiError(403, "key-passphrase", "not allowed", f"key {name}: {_without(place, refusal)}") from None
    except HoshimoriError:
        raise NotHere(f"key {name}") from None


def _row(place: Path, name: str) -> PublicRow:
    try:
        return keys.public(place / f"{name}{_ENDING}")
    except Refused as refusal:
        raise ApiError(409, refusal.code, "refused", f"key {name}: {_without(place, refusal)}") from None
    except HoshimoriError:
        raise NotHere(f"key {name}") from None


def _state(row: PublicRow, trusted: Any, at_utc: np.datetime64) -> str:
    """signs: in the trusted keyring and in force; else why it does not."""
    held = trusted.get(row.keyid)
    if held is None:
        return "not in the keyring"
    if held.revoked_at is not None:
        return "revoked"
    if "signer" not in row.roles:
        return "no signer"
    return "signs" if row.valid_from <= at_utc < row.valid_until else "not in force"


def _secret(place: Path, name: str) -> Path:
    return place / f"{name}.pem"


def _encrypted(place: Path, name: str) -> bool:
    """Does the file say so in its first line? Nothing else of it is read here."""
    try:
        with _secret(place, name).open("rb") as file:
            return b"ENCRYPTED" in file.readline(100)
    except OSError:
        return True


def _same_person(one: str, other: str) -> bool:
    plain = [" ".join(unicodedata.normalize("NFKC", x).casefold().split()) for x in (one, other)]
    return plain[0] == plain[1]


def _without(place: Path, refusal: Refused) -> str:
    """What was refused, without where the files of this machine lie."""
    text = str(refusal).replace(f"{place}/", "")
    return text.partition(": ")[2] or text
