"""What the worker is told: which home, which lists, as of when, which sources, where alerts go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoshimori.doors import library
from hoshimori.doors.web.settings_rows import AlertSettings, SourceSetting
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode

if TYPE_CHECKING:
    from hoshimori.doors.web.world import World

AT_MOST_S = 3600.0
"""A sweep of every watchlist at least so often."""


@dataclass(frozen=True)
class Duties:
    """Everything that one worker needs to know. as_of: "now", "data" for a sky that is not of today, or a moment.

    replay_days: of so many days back a sweep is kept, so that "as of last Tuesday" has one. memory_mib, jobs: a worker that holds
    more, or has done so many, begins afresh.
    """

    home: Path
    party: str = ""
    watchlists: tuple[str, ...] = ("japan-comms",)
    modes: tuple[DataMode, ...] = (DataMode.REAL,)
    as_of: str = "now"
    practice: bool = False
    sweep_every_s: float = AT_MOST_S
    replay_days: int = 7
    sources: tuple[SourceSetting, ...] = ()
    alerts: AlertSettings = field(default_factory=AlertSettings)
    workers: int = 1
    niceness: int = 10
    memory_mib: int = 1536
    jobs: int = 100
    log_level: str = ""

    def __post_init__(self) -> None:
        if not 10 <= self.sweep_every_s <= AT_MOST_S:
            raise UsageError(f"[schedule] sweep_every_s={self.sweep_every_s}: 10 to {AT_MOST_S:.0f}")
        if not 0 <= self.replay_days <= 60:
            raise UsageError(f"[schedule] replay_days={self.replay_days}: 0 to 60")
        if self.as_of not in ("now", "data"):
            library.instant(self.as_of)
        names = [s.name for s in self.sources]
        if len(set(names)) < len(names):
            raise UsageError(f"[[source]]: the name {max(names, key=names.count)} is given twice")

    @classmethod
    def of(cls, world: World, floor: Mapping[str, Any] | None = None, **more: Any) -> Duties:
        """What a world needs, with the tables of service.toml that the schedule and the alerts read for themselves."""
        said = dict(floor or {})
        schedule = _table(said.pop("schedule", {}), "[schedule]")
        unknown = sorted(set(schedule) - {"sweep_every_s", "replay_days", "niceness", "memory_mib", "jobs"})
        if unknown:
            raise UsageError(
                f"[schedule] {unknown[0]}: not known; expected sweep_every_s, replay_days, niceness, memory_mib or jobs"
            )
        rows = said.pop("source", ())
        alerts = _alerts(*(_table(said.pop(t, {}), f"[{t}]") for t in ("alerts", "webhook", "mail")))
        if said:
            raise UsageError(f"[{min(said)}]: not known; sources are written as [[source]] tables")
        try:
            return cls(
                home=world.home,
                party=world.party,
                watchlists=tuple(world.watchlists),
                modes=world.modes,
                as_of=world.as_of,
                practice=world.practice,
                sources=tuple(SourceSetting.from_json(_table(r, "[[source]]")) for r in rows),
                alerts=alerts,
                **schedule,
                **more,
            )
        except TypeError as error:
            raise UsageError(f"service.toml: a value is of another type than expected: {error}") from error

    def to_json(self) -> dict[str, Any]:
        """With the secret of the webhook: for the worker's own standard input, never for an answer or a log."""
        plain = {k: v for k, v in vars(self).items() if isinstance(v, str | int | float | bool)}
        return plain | {
            "home": str(self.home),
            "watchlists": list(self.watchlists),
            "modes": [m.name for m in self.modes],
            "sources": [s.to_json() for s in self.sources],
            "alerts": self.alerts.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Duties:
        given = dict(data)
        given["home"] = Path(given["home"])
        if "watchlists" in given:
            given["watchlists"] = tuple(given["watchlists"])
        if "modes" in given:
            given["modes"] = tuple(DataMode[m] for m in given["modes"])
        given["sources"] = tuple(SourceSetting.from_json(s) for s in given.get("sources", ()))
        given["alerts"] = AlertSettings.from_json(given.get("alerts", {}))
        try:
            return cls(**given)
        except TypeError as error:
            raise UsageError(f"settings of the worker: {error}") from error


def _table(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{place}: expected a table")
    return dict(value)


def _alerts(alerts: dict[str, Any], webhook: dict[str, Any], mail: dict[str, Any]) -> AlertSettings:
    """[alerts] as in `AlertSettings`; [webhook] url, secret or secret_file; [mail] to, from, host, port."""
    given = dict(alerts)
    secret_file = webhook.pop("secret_file", None)
    if secret_file is not None:
        try:
            given["webhook_secret"] = Path(secret_file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"[webhook] secret_file {secret_file}: cannot be read") from error
    for table, name, words in (
        (webhook, "webhook", {"url": "webhook_url", "secret": "webhook_secret"}),
        (mail, "mail", {"to": "mail_to", "from": "mail_from", "host": "smtp_host", "port": "smtp_port"}),
    ):
        for key, value in table.items():
            if key not in words:
                raise UsageError(f"[{name}] {key}: not known; expected one of {', '.join(words)}")
            given[words[key]] = value
    try:
        return AlertSettings.from_json(given)
    except TypeError as error:
        raise UsageError(f"[alerts]: a value is of another type than expected: {error}") from error
