"""Providers that refused, and that nobody asks again until a person has looked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hoshimori.errors import ProviderRefused
from hoshimori.sources.home import sources_folder, write_whole

STOP = "stop.json"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a provider is not asked any more. `status` is the HTTP status of the refusal, `url` what was asked for."""

    provider: str
    status: int
    url: str
    reason: str
    stopped_utc: str

    def __str__(self) -> str:
        return f"{self.provider} is stopped since {self.stopped_utc}: {self.reason}"


def stops(home: Path | None = None) -> list[Stop]:
    """Every provider that is stopped, in the order of their names."""
    return [_read(path) for path in sorted(sources_folder(home).glob(f"*/{STOP}"))]


def clear_stop(home: Path | None, provider: str) -> bool:
    """Let `provider` be asked again. False where it was not stopped."""
    path = sources_folder(home) / provider / STOP
    was_stopped = path.exists()
    path.unlink(missing_ok=True)
    return was_stopped


def put_stop(folder: Path, stop: Stop) -> None:
    write_whole(folder / STOP, json.dumps(asdict(stop), indent=1).encode())


def refuse_if_stopped(folder: Path) -> None:
    path = folder / STOP
    if path.exists():
        stop = _read(path)
        raise ProviderRefused(f"{stop}; nothing was asked: look, then clear the stop", status=stop.status, url=stop.url)


def _read(path: Path) -> Stop:
    """The note of a stop; one that cannot be read still stops."""
    try:
        return Stop(**json.loads(path.read_bytes()))
    except (ValueError, TypeError):
        return Stop(path.parent.name, 0, "", f"the note {path} is damaged", "an unknown moment")
