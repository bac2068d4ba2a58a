"""The duty book: one SQLite file in the home, or a PostgreSQL database by URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.duty.records import Alert, Change, Job, Kept, Page, Token, Told


class Duty:
    """Several processes may use one book at once. Opening creates nothing; the first write makes a private file."""

    def __init__(self, where: Path | str) -> None:
        """where: a home (the file is HOME/duty/duty.sqlite) or a PostgreSQL URL."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    # sweeps and what they told
    def keep_sweep(
        self,
        key: str,
        watchlist: str,
        as_of_utc: np.datetime64,
        record: Mapping[str, Any],
        events: Iterable[Mapping[str, Any]],
    ) -> str:
        """Keep one sweep with its events in one transaction; the same key twice changes nothing. The sweep's id."""
        raise NotImplementedError

    def sweeps(self, watchlist: str = "", *, limit: int = 100, offset: int = 0) -> Page:
        """Kept sweeps (rows: Kept), the newest as-of first."""
        raise NotImplementedError

    def sweep(self, sweep_id: str) -> Kept | None:
        raise NotImplementedError

    def sweep_at(self, watchlist: str, as_of_utc: np.datetime64) -> Kept | None:
        """The kept sweep with the latest as-of that is not after this moment."""
        raise NotImplementedError

    def events(
        self,
        *,
        sweep_id: str = "",
        known_by_utc: np.datetime64 | None = None,
        kinds: Sequence[str] = (),
        subject: str = "",
        concerning: str = "",
        normal: bool | None = None,
        start_utc: np.datetime64 | None = None,
        stop_utc: np.datetime64 | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Page:
        """Events told (rows: Told), the newest start first. concerning: subject or one of the others. start, stop: overlap."""
        raise NotImplementedError

    def event(self, event_id: str) -> Told | None:
        """By id or by the beginning of one that is unique."""
        raise NotImplementedError

    # jobs
    def ask(self, kind: str, parameters: Mapping[str, Any], *, key: str, by: str, due_utc: np.datetime64 | None = None) -> Job:
        """Ask for a job; one with this key that is waiting or running is given back instead of a second."""
        raise NotImplementedError

    def claim(self, worker: str, *, lease_s: float, kinds: Sequence[str] = ()) -> Job | None:
        """Take the oldest job that is due, or one whose lease ran out (its worker died). None where there is none."""
        raise NotImplementedError

    def beat(self, job_id: str, worker: str, *, lease_s: float, progress: Mapping[str, Any] | None = None) -> bool:
        """Still at it. False where the job was taken over by another: stop and throw away what was made."""
        raise NotImplementedError

    def finish(self, job_id: str, worker: str, result: Mapping[str, Any]) -> bool:
        raise NotImplementedError

    def fail(self, job_id: str, worker: str, error: str, *, retry_utc: np.datetime64 | None = None) -> bool:
        raise NotImplementedError

    def job(self, job_id: str) -> Job | None:
        raise NotImplementedError

    def jobs(self, *, states: Sequence[str] = (), kind: str = "", limit: int = 100, offset: int = 0) -> Page:
        raise NotImplementedError

    # alerts
    def alert(self, key: str, *, severity: str, code: str, subject: str, record: Mapping[str, Any]) -> Alert:
        """Raise an alert, or count it again where one with this key stands (acknowledged or not)."""
        raise NotImplementedError

    def acknowledge(self, alert_id: str, *, by: str, note: str = "") -> Alert | None:
        raise NotImplementedError

    def sent(self, alert_id: str, how: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def alerts(self, *, open_only: bool = False, limit: int = 100, offset: int = 0) -> Page:
        raise NotImplementedError

    # who may come in
    def add_token(self, sha256: str, name: str, party: str | None, roles: Iterable[str], expires_utc: np.datetime64) -> Token:
        raise NotImplementedError

    def token(self, sha256: str) -> Token | None:
        """By the SHA-256 of the token, hexadecimal; also one that expired or was revoked (the gate decides)."""
        raise NotImplementedError

    def tokens(self) -> list[Token]:
        raise NotImplementedError

    def revoke_token(self, token_id: str) -> Token | None:
        raise NotImplementedError

    def used_token(self, token_id: str) -> None:
        raise NotImplementedError

    # the same request twice
    def remembered(self, owner: str, key: str) -> Mapping[str, Any] | None:
        """What was answered to a write with this Idempotency-Key: {"request": sha256, "status", "body", "headers"}."""
        raise NotImplementedError

    def remember(self, owner: str, key: str, answer: Mapping[str, Any]) -> None:
        raise NotImplementedError

    # small values that survive a restart: what a source said last, the highest clock seen, conditions on the floor
    def note(self, name: str) -> Mapping[str, Any] | None:
        raise NotImplementedError

    def put_note(self, name: str, value: Mapping[str, Any] | None) -> None:
        """None removes it."""
        raise NotImplementedError

    def notes(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        raise NotImplementedError

    # the feed
    def tell(self, topic: str, record: Mapping[str, Any]) -> int:
        """Add a line to the feed. Every write above that a console should see tells it in its own transaction."""
        raise NotImplementedError

    def changes(self, after: int, *, limit: int = 500) -> list[Change]:
        raise NotImplementedError

    @property
    def version(self) -> int:
        """The last seq of the feed: grows with every write above; 0 for an empty book."""
        raise NotImplementedError

    def tidy(self, *, now_utc: np.datetime64) -> None:
        """Forget old feed lines (7 days), answered requests (1 day), jobs that ended (30 days). Sweeps and alerts stay."""
        raise NotImplementedError
