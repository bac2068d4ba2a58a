"""Where a party's ledger and keys are, and how a command gets at them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hoshimori.catalogue.store import default_home
from hoshimori.errors import UsageError
from hoshimori.ledger import home as ledger_home
from hoshimori.ledger import keys
from hoshimori.ledger.home import Ledger
from hoshimori.ledger.keys import PrivateKey

PLACE = "HOSHIMORI_LEDGER"
PASSPHRASE = "HOSHIMORI_PASSPHRASE"  # noqa: S105  # the name of a setting, not a secret


def ledger(home: Path | None = None) -> Ledger:
    """The ledger of a home: HOME/ledger, or the PostgreSQL database that HOSHIMORI_LEDGER names where no home is given."""
    return Ledger(_place(home))


def ledger_exists(home: Path | None = None) -> bool:
    """Is there one? A database that is named counts as one; nothing is made by asking."""
    place = _place(home)
    return not isinstance(place, Path) or place.exists()


def _place(home: Path | None) -> Path | str:
    if home is None and (named := os.environ.get(PLACE, "")):
        return named
    return (default_home() if home is None else Path(home)) / ledger_home.FOLDER


def private_key(path: Path, passphrase_file: Path | None = None) -> PrivateKey:
    """A key from its file, or "keyring:NAME" of the system's keyring. The passphrase: see `passphrase`."""
    if str(path).startswith("keyring:"):
        return keys.from_keyring(str(path).removeprefix("keyring:"))
    if not path.is_file():
        raise UsageError(f"--key {path}: no such file; hoshimori key make makes one")
    return keys.load(path, passphrase(path, passphrase_file))


def passphrase(path: Path, passphrase_file: Path | None, *, new: bool = False) -> str | None:
    """The passphrase of a key file, None where it has none. It is never an argument: other users could see that."""
    if passphrase_file is not None:
        try:
            return passphrase_file.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise UsageError(f"--passphrase-file {passphrase_file}: cannot be read: {error.strerror}") from error
    if not new and not _encrypted(path):
        return None
    if os.environ.get(PASSPHRASE):
        return os.environ[PASSPHRASE]
    if new:
        return None
    if not sys.stdin.isatty():
        raise UsageError(f"{path} is encrypted: give --passphrase-file FILE, or set {PASSPHRASE}")
    import getpass

    return getpass.getpass(f"Passphrase of {path}: ")


def _encrypted(path: Path) -> bool:
    """Does the file say that it is encrypted? What cannot be read is refused by whoever opens it."""
    try:
        return "ENCRYPTED" in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
