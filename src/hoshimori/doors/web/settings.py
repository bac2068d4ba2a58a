"""How one service is set up: defaults, HOME/service.toml, the command line; the later wins, and an unknown word is refused."""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from hoshimori.catalogue.store import default_home
from hoshimori.doors.web.principal import ROLES
from hoshimori.errors import UsageError

FILE = "service.toml"
SECRET = "HOSHIMORI_OIDC_SECRET"  # noqa: S105  # the name of a setting, not a secret
FLOOR_TABLES = ("schedule", "sources", "source", "alerts", "webhook", "mail")
"""Tables of service.toml that the schedule and the alerts read for themselves; kept in `Settings.floor` as they stand."""
MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much one request, one person and one address may ask. A rate of 0 is no limit.

    Rates hold beyond loopback only, unless they are set: on loopback nobody is there but the user's own programs.
    """

    body_mib: int = 1
    upload_mib: int = 64
    header_kib: int = 32
    header_s: float = 15.0
    answer_s: float = 60.0
    person_per_s: float = 50.0
    address_per_s: float = 100.0
    wrong_per_min: int = 20
    connections: int = 4096
    threads: int = 8
    cache_mib: int = 64


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider. `parties`, `roles`: what a value of the claim means here; what is not named means nothing."""

    issuer: str
    client_id: str
    client_secret_file: Path | None = None
    audience: str = ""
    scopes: tuple[str, ...] = ("openid", "profile")
    name_claim: str = "preferred_username"
    party_claim: str = "party"
    roles_claim: str = "groups"
    parties: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def accepted_audience(self) -> str:
        """Of bearer tokens; a log-in is always for client_id."""
        return self.audience or self.client_id

    def secret(self) -> str:
        """The client's secret: HOSHIMORI_OIDC_SECRET, else the file named; empty for a public client (PKCE alone)."""
        if SECRET in os.environ:
            return os.environ[SECRET]
        if self.client_secret_file is None:
            return ""
        try:
            return self.client_secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError(f"[oidc] client_secret_file {self.client_secret_file}: cannot be read: {error.strerror}") from error


@dataclass(frozen=True)
class Settings:
    """One service. practice: None says by itself (an empty home is shown the practice sky). as_of: "" is the world's own."""

    home: Path
    host: str = "127.0.0.1"
    port: int = 8420
    party: str = ""
    alliance: str = "japan-us"
    watch: tuple[str, ...] = ("japan-comms",)
    practice: bool | None = None
    as_of: str = ""
    workers: int = 1
    public_url: str = ""
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    certificate: Path | None = None
    certificate_key: Path | None = None
    log_level: str = ""
    """debug, info, warning or error; "": info, and warning where the lines go to a terminal: the address stays in sight."""
    limits: Limits = field(default_factory=Limits)
    oidc: Oidc | None = None
    floor: Mapping[str, Any] = field(default_factory=dict)
    own_rates: bool = False
    """The rates were set by a person, so they hold on loopback too."""

    @property
    def loopback(self) -> bool:
        """Does it listen where only programs of this machine can come?"""
        return is_loopback(self.host)

    @property
    def public(self) -> bool:
        """May others than the user of this machine come? A reverse proxy on loopback opens it too."""
        return not self.loopback or bool(self.public_url)

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://") or self.certificate is not None

    @property
    def rated(self) -> bool:
        return self.public or self.own_rates


def is_loopback(host: str) -> bool:
    """
    >>> [is_loopback(h) for h in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "192.0.2.1", "example.org")]
    [True, True, True, False, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read(home: Path | None = None, **given: Any) -> Settings:
    """The settings of a home. given: what the command line said; None is not said. UsageError names what is wrong and where."""
    place = default_home() if home is None else Path(home)
    file = place / FILE
    said = _file(file)
    floor = {k: said.pop(k) for k in FLOOR_TABLES if k in said}
    own_rates = any(k.endswith("_per_s") for k in _table(said.get("limits", {}), f"{file}: [limits]"))
    values = _checked(Settings, said, str(file), without=("home", "floor", "own_rates"))
    values |= {k: v for k, v in given.items() if v is not None}
    return _sensible(Settings(**values, home=place, floor=MappingProxyType(floor), own_rates=own_rates))


def _file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not TOML: {error}") from error


def _checked(kind: type, said: Mapping[str, Any], place: str, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The values of one table, each of the type that its field has."""
    names = {f.name for f in dataclasses.fields(kind)} - set(without)
    types = {k: t for k, t in get_type_hints(kind).items() if k in names}
    for key in said:
        if key not in types:
            raise UsageError(f"{place}: {key}: not known; expected one of {', '.join(sorted(types))}")
    return {key: _value(types[key], value, f"{place}: {key}") for key, value in said.items()}


def _value(kind: Any, value: Any, place: str) -> Any:
    options = [a for a in get_args(kind) if a is not NoneType] if get_origin(kind) in (Union, UnionType) else [kind]
    kind = options[0]
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        values = _checked(kind, _table(value, place), place)
        missing = [f.name for f in dataclasses.fields(kind) if _needed(f) and f.name not in values]
        if missing:
            raise UsageError(f"{place}: {', '.join(missing)}: missing")
        return kind(**values)
    if get_origin(kind) is tuple:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise UsageError(f"{place}={value!r}: expected a list of texts")
        return tuple(value)
    if get_origin(kind) is Mapping:
        inner = get_args(kind)[1]
        return {k: _value(inner, v, f"{place}.{k}") for k, v in _table(value, place).items()}
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise UsageError(f"{place}={value!r}: expected {'true or false' if kind is bool else kind.__name__}")
    return value


def _needed(f: dataclasses.Field[Any]) -> bool:
    return f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{place}={value!r}: expected a table")
    return value


def _sensible(s: Settings) -> Settings:
    """What each type allows and the service does not."""
    if not 0 <= s.port <= 65535:
        raise UsageError(f"port {s.port}: expected 0 (any that is free) to 65535")
    if not s.watch:
        raise UsageError("watch: expected at least one watchlist")
    if not 0 <= s.workers <= 8:
        raise UsageError(f"workers {s.workers}: expected 0 to 8")
    if s.log_level not in ("", "debug", "info", "warning", "error"):
        raise UsageError(f"log_level {s.log_level!r}: expected debug, info, warning or error")
    if (s.certificate is None) != (s.certificate_key is None):
        raise UsageError("certificate and certificate_key: both or neither")
    if s.public_url and (urlsplit(s.public_url).scheme not in ("http", "https") or not urlsplit(s.public_url).hostname):
        raise UsageError(f"public_url {s.public_url!r}: expected an address such as https://watch.example")
    for name, value in dataclasses.asdict(s.limits).items():
        if value < 0 or (value == 0 and not name.endswith("_per_s")):
            raise UsageError(f"[limits] {name}={value}: expected more than 0")
    if s.oidc is not None:
        _sensible_oidc(s.oidc)
    return s


def _sensible_oidc(oidc: Oidc) -> None:
    address = urlsplit(oidc.issuer)
    if address.scheme != "https" and not (address.scheme == "http" and is_loopback(address.hostname or "")):
        raise UsageError(f"[oidc] issuer {oidc.issuer!r}: expected an https address")
    unknown = sorted({r for roles in oidc.roles.values() for r in roles} - set(ROLES))
    if unknown:
        raise UsageError(f"[oidc.roles] {', '.join(unknown)}: not known; expected some of {', '.join(ROLES)}")
    for value, party in oidc.parties.items():
        if not (len(party) == 3 and party.isascii() and party.isupper()):
            raise UsageError(f"[oidc.parties] {value}={party!r}: expected ISO 3166-1 alpha-3 in capitals, such as JPN")
