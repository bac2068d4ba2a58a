"""Who we are to a provider that wants a log-in: from the environment, else from the system's keyring."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass, field

from hoshimori.errors import CredentialsMissing

IDENTITY = "HOSHIMORI_SPACETRACK_IDENTITY"
PASSWORD = "HOSHIMORI_SPACETRACK_PASSWORD"  # noqa: S105  the name of a variable
SERVICE = "hoshimori-spacetrack"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An identity and its password. Neither is ever shown."""

    identity: str = field(repr=False)
    password: str = field(repr=False)


def spacetrack_credentials() -> Credentials:
    """From HOSHIMORI_SPACETRACK_IDENTITY and _PASSWORD; the password, if not there, from keyring's hoshimori-spacetrack."""
    identity = os.environ.get(IDENTITY, "")
    password = os.environ.get(PASSWORD, "")
    if identity and not password:
        password = _from_keyring(identity)
    if not identity or not password:
        missing = PASSWORD if identity else IDENTITY
        raise CredentialsMissing(
            f"Space-Track wants a log-in and {missing} is not set: set {IDENTITY} and {PASSWORD}, or set the first and store the "
            f"password with `keyring set {SERVICE} <identity>` (install hoshimori[keyring])"
        )
    return Credentials(identity, password)


def _from_keyring(identity: str) -> str:
    """The password that the system's keyring holds; "" where there is no keyring, or nothing in it."""
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        return ""
    try:
        return keyring.get_password(SERVICE, identity) or ""
    except keyring.errors.KeyringError:
        return ""
