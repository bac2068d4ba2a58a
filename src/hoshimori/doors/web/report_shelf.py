"""Weekly reports of a service: the part about the sky is worked out once, by a worker, and kept beside the duty book.

What is kept is open to every reader; what the ledger says is added for each reader when he asks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hoshimori import __version__
from hoshimori.doors import weekly
from hoshimori.doors.folder import write_bytes
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import canonical_json, iso
from hoshimori.ports import Progress

if TYPE_CHECKING:
    from hoshimori.doors.web.tasks import Bench
    from hoshimori.duty import Job

KIND = "report"
MOST = 40
"""So many reports are kept, the newest; each can be made again."""


def key_of(watchlist: str, as_of_utc: np.datetime64, days: int, modes: Sequence[DataMode], catalogue: str) -> str:
    """What names one report: equal names, equal reports. catalogue: its state, as `tasks.signature` gives it."""
    parts = [watchlist, iso(as_of_utc), days, sorted(m.name for m in modes), catalogue, __version__]
    return hashlib.sha256(canonical_json(parts)).hexdigest()[:32]


def held(home: Path, key: str) -> dict[str, Any] | None:
    """The part about the sky of one report, None where it is not made yet."""
    try:
        tree: dict[str, Any] = json.loads(_place(home, key).read_bytes())
    except (OSError, ValueError):
        return None
    return tree


def make(bench: Bench, job: Job, progress: Progress) -> Mapping[str, Any]:
    """The task of a worker: two sweeps, compared; kept under the key that the job names."""
    asked = job.parameters
    as_of = np.datetime64(str(asked["as_of"]).rstrip("Z"), "us")
    days, key = int(asked["days"]), str(asked["report"])
    if not 1 <= days <= weekly.MOST_DAYS:
        raise UsageError(f"days {days}: expected 1 to {weekly.MOST_DAYS}")
    home = bench.duties.home
    if held(home, key) is None:
        chosen = bench.watchlist(str(asked["watchlist"]))
        tree = weekly.sky(chosen, home=home, as_of=as_of, days=days, modes=bench.duties.modes, progress=progress)
        write_bytes(_place(home, key), canonical_json(tree))
        _tidy(home)
    return {"report": key, "as_of": iso(as_of), "days": days}


def _place(home: Path, key: str) -> Path:
    return home / "duty" / "reports" / f"{key}.json"


def _tidy(home: Path) -> None:
    files = sorted((home / "duty" / "reports").glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in files[MOST:]:
        old.unlink(missing_ok=True)
