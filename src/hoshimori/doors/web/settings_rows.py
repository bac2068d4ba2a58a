"""Two rows of the settings that the worker reads: what is fetched from outside, and how alerts leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hoshimori.errors import UsageError

SEVERITIES = ("info", "warning", "critical")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class SourceSetting:
    """One source to be asked again and again. kind: folder, celestrak, spacetrack or a plugin; options: its constructor's."""

    kind: str
    name: str
    every_s: float = 7200.0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", self.name):
            raise UsageError(f"source name {self.name!r}: 1 to 60 letters, digits, dots, hyphens and underscores")
        if not self.every_s >= 10:
            raise UsageError(f"source {self.name}: every_s={self.every_s}: 10 s or more")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SourceSetting:
        return cls(**_known(cls, data, "source"))


@dataclass(frozen=True)
class AlertSettings:
    """How alerts leave the service. Empty: they are shown on the floor only.

    webhook_url: https, or http to this machine. webhook_secret: each message is signed with it (HMAC-SHA-256). quiet_start and
    quiet_end: "HH:MM" in quiet_zone (an IANA name such as Asia/Tokyo); between them only critical alerts leave, the others wait.
    min_severity: info, warning or critical; what is less is shown on the floor only.
    """

    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    smtp_host: str = ""
    smtp_port: int = 25
    quiet_start: str = ""
    quiet_end: str = ""
    quiet_zone: str = "Asia/Tokyo"
    min_severity: str = "warning"
    repeat_s: float = 21600.0
    """What nobody acknowledged is said again after this long."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "mail_to", tuple(self.mail_to))
        self._webhook()
        self._mail()
        if self.min_severity not in SEVERITIES:
            raise UsageError(f"min_severity {self.min_severity!r}: one of {', '.join(SEVERITIES)}")
        if not self.repeat_s >= 60:
            raise UsageError(f"repeat_s={self.repeat_s}: 60 s or more")
        if bool(self.quiet_start) != bool(self.quiet_end):
            raise UsageError("quiet hours need both quiet_start and quiet_end, each HH:MM")
        for name in ("quiet_start", "quiet_end"):
            if getattr(self, name) and not _CLOCK.fullmatch(getattr(self, name)):
                raise UsageError(f"{name} {getattr(self, name)!r}: HH:MM, such as 22:00")
        try:
            ZoneInfo(self.quiet_zone)
        except (KeyError, ValueError, OSError) as error:
            raise UsageError(f"quiet_zone {self.quiet_zone!r}: an IANA zone such as Asia/Tokyo") from error

    def _webhook(self) -> None:
        if not self.webhook_url:
            return
        parts = urlsplit(self.webhook_url)
        if parts.username or parts.password:
            raise UsageError("webhook_url: without user or password; the message is signed with webhook_secret instead")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise UsageError(f"webhook_url {parts.scheme}://{parts.hostname}: expected https, or http to this machine")
        if len(self.webhook_secret) < 16:
            raise UsageError("webhook_secret: 16 characters or more, so that the receiver can tell our messages from others'")

    def _mail(self) -> None:
        for address in (*self.mail_to, *([self.mail_from] if self.mail_from else [])):
            if not re.fullmatch(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,255}", address):
                raise UsageError(f"mail address {address!r}: expected name@host")
        if self.mail_to and not (self.mail_from and self.smtp_host):
            raise UsageError("mail_to needs mail_from and smtp_host")
        if not 1 <= self.smtp_port <= 65535:
            raise UsageError(f"smtp_port {self.smtp_port}: 1 to 65535")

    @property
    def leaves(self) -> bool:
        """Is there anywhere to send to?"""
        return bool(self.webhook_url or self.mail_to)

    def to_json(self) -> dict[str, Any]:
        """With the secret: for the worker's own standard input, never for an answer or a log."""
        return {**asdict(self), "mail_to": list(self.mail_to)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AlertSettings:
        return cls(**_known(cls, data, "alerts"))


def _known(cls: Any, data: Mapping[str, Any], what: str) -> dict[str, Any]:
    names = {f.name for f in fields(cls)}
    if strange := sorted(set(data) - names):
        raise UsageError(f"{what}: unknown setting {strange[0]}; known are {', '.join(sorted(names))}")
    return dict(data)
