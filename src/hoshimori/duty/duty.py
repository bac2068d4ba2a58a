"""The duty book: one SQLite file in the home, or a PostgreSQL database by URL.

Each call is one transaction; a write is durable when it returns, and one that raised has left nothing behind. Raises
CatalogueBusy, CatalogueUnwritable (a full disk, no permission) or CatalogueDamaged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.duty import entering, feed, leases, raising, telling, thinning, unwritten
from hoshimori.duty.records import Alert, Change, Job, Kept, Page, Token, Told
from hoshimori.duty.rows import sure_us
from hoshimori.duty.store import WAIT_S, Store
from hoshimori.duty.ticks import Machine, this_machine
from hoshimori.errors import CatalogueUnwritable

Clock = Callable[[], np.datetime64]
DAY_US = 86_400_000_000


def now_utc() -> np.datetime64:
    return np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")


class Duty:
    """Several processes may use one book at once. Opening creates nothing; the first write makes a private file."""

    def __init__(
        self, where: Path | str, *, wait_s: float = WAIT_S, clock: Clock = now_utc, machine: Machine | None = None
    ) -> None:
        """where: a home (the file is HOME/duty/duty.sqlite) or a PostgreSQL URL."""
        self._store = Store(where, wait_s=wait_s)
        self._clock = clock
        self._machine = machine or this_machine()
        self._watched = leases.Watched()
        self._watching = threading.Lock()
        self.name = self._store.name

    def close(self) -> None:
        self._store.close()

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
        with self._store.writing() as c:
            return telling.keep(c, self._clock(), key, watchlist, as_of_utc, record, events)

    def sweeps(self, watchlist: str = "", *, limit: int = 100, offset: int = 0) -> Page:
        """Kept sweeps (rows: Kept), the newest as-of first."""
        with self._store.reading() as c:
            return telling.page(c, watchlist, limit, offset)

    def sweep(self, sweep_id: str) -> Kept | None:
        with self._store.reading() as c:
            return telling.by_id(c, sweep_id)

    def sweep_at(self, watchlist: str, as_of_utc: np.datetime64) -> Kept | None:
        """The kept sweep with the latest as-of that is not after this moment; of two, the one made last."""
        with self._store.reading() as c:
            return telling.at(c, watchlist, as_of_utc)

    def sweep_keyed(self, key: str) -> Kept | None:
        """The sweep kept under this key: what was done needs not be done again."""
        with self._store.reading() as c:
            return telling.by_id(c, telling.sweep_id(key))

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
        with self._store.reading() as c:
            return telling.events_page(
                c,
                sweep_id=sweep_id,
                known_by_utc=known_by_utc,
                kinds=kinds,
                subject=subject,
                concerning=concerning,
                normal=normal,
                start_utc=start_utc,
                stop_utc=stop_utc,
                limit=limit,
                offset=offset,
            )

    def event(self, event_id: str) -> Told | None:
        """By id or by the beginning of one that is unique."""
        with self._store.reading() as c:
            return telling.event(c, event_id)

    # jobs
    def ask(self, kind: str, parameters: Mapping[str, Any], *, key: str, by: str, due_utc: np.datetime64 | None = None) -> Job:
        """Ask for a job; one with this key that is waiting or running is given back instead of a second."""
        with self._store.writing() as c:
            return leases.ask(c, self._clock(), self._machine, kind, parameters, key, by, due_utc)

    def claim(self, worker: str, *, lease_s: float, kinds: Sequence[str] = ()) -> Job | None:
        """Take the oldest job that is due, or one whose lease ran out (its worker died). None where there is none."""
        with self._store.reading() as c, self._watching:  # nothing to do is the usual case: it costs no write lock
            idle = leases.nothing(c, self._clock(), self._machine, self._watched, lease_s, kinds)
        if idle:
            return None
        with self._store.writing() as c, self._watching:
            return leases.claim(c, self._clock(), self._machine, self._watched, worker, lease_s, kinds)

    def beat(self, job_id: str, worker: str, *, lease_s: float, progress: Mapping[str, Any] | None = None) -> bool:
        """Still at it. False where the job was taken over by another: stop and throw away what was made."""
        with self._store.writing() as c:
            return leases.beat(c, self._clock(), self._machine, job_id, worker, lease_s, progress)

    def finish(self, job_id: str, worker: str, result: Mapping[str, Any]) -> bool:
        """Done. False where the job is no longer this worker's."""
        with self._store.writing() as c:
            return leases.finish(c, self._clock(), job_id, worker, result)

    def fail(self, job_id: str, worker: str, error: str, *, retry_utc: np.datetime64 | None = None) -> bool:
        """Failed, for good or to be tried again. False where the job is no longer this worker's."""
        with self._store.writing() as c:
            return leases.fail(c, self._clock(), self._machine, job_id, worker, error, retry_utc)

    def give_up(self, job_id: str, worker: str) -> bool:
        """Back to waiting, the try not counted: the worker was told to end."""
        with self._store.writing() as c:
            return leases.give_up(c, self._clock(), self._machine, job_id, worker)

    def abandon(self, worker: str) -> int:
        """This worker is known to be dead: its leases end now. How many jobs it had."""
        with self._store.writing() as c:
            return leases.abandon(c, self._clock(), self._machine, worker)

    def cancel(self, job_id: str, *, by: str) -> Job | None:
        """Not to be done. Its worker learns it at its next beat."""
        with self._store.writing() as c:
            return leases.cancel(c, self._clock(), job_id, by)

    def job(self, job_id: str) -> Job | None:
        with self._store.reading() as c:
            return leases.job(c, job_id)

    def jobs(self, *, states: Sequence[str] = (), kind: str = "", limit: int = 100, offset: int = 0) -> Page:
        """Rows: Job, the newest first."""
        with self._store.reading() as c:
            return leases.page(c, states, kind, limit, offset)

    # alerts
    def alert(self, key: str, *, severity: str, code: str, subject: str, record: Mapping[str, Any]) -> Alert:
        """Raise an alert, or count it again where one with this key stands (acknowledged or not)."""
        with self._store.writing() as c:
            return raising.alert(c, self._clock(), key, severity, code, subject, record)

    def acknowledge(self, alert_id: str, *, by: str, note: str = "") -> Alert | None:
        """Seen by a person; the first who says so stays. None where there is no such alert."""
        with self._store.writing() as c:
            return raising.acknowledge(c, self._clock(), alert_id, by, note)

    def sent(self, alert_id: str, how: Mapping[str, Any]) -> None:
        with self._store.writing() as c:
            raising.sent(c, self._clock(), alert_id, how)

    def alerts_keyed(self, beginning: str) -> list[Alert]:
        """Every alert whose key begins so, the newest first."""
        with self._store.reading() as c:
            return raising.keyed(c, beginning)

    def alert_of(self, alert_id: str) -> Alert | None:
        with self._store.reading() as c:
            return raising.by_id(c, alert_id)

    def alerts(self, *, open_only: bool = False, limit: int = 100, offset: int = 0) -> Page:
        """Rows: Alert, the newest first. open: not acknowledged."""
        with self._store.reading() as c:
            return raising.page(c, open_only, limit, offset)

    # who may come in
    def add_token(self, sha256: str, name: str, party: str | None, roles: Iterable[str], expires_utc: np.datetime64) -> Token:
        with self._store.writing() as c:
            return entering.add(c, self._clock(), sha256, name, party, roles, expires_utc)

    def token(self, sha256: str) -> Token | None:
        """By the SHA-256 of the token, hexadecimal; also one that expired or was revoked (the gate decides)."""
        with self._store.reading() as c:
            return entering.token(c, sha256)

    def tokens(self) -> list[Token]:
        with self._store.reading() as c:
            return entering.all_tokens(c)

    def revoke_token(self, token_id: str) -> Token | None:
        with self._store.writing() as c:
            return entering.revoke(c, self._clock(), token_id)

    def used_token(self, token_id: str) -> None:
        with self._store.writing() as c:
            entering.used(c, self._clock(), token_id)

    # the same request twice
    def remembered(self, owner: str, key: str) -> Mapping[str, Any] | None:
        """What was answered to a write with this Idempotency-Key: {"request": sha256, "status", "body", "headers"}."""
        with self._store.reading() as c:
            return entering.remembered(c, owner, key)

    def remember(self, owner: str, key: str, answer: Mapping[str, Any]) -> None:
        """The first answer stays."""
        with self._store.writing() as c:
            entering.remember(c, self._clock(), owner, key, answer)

    # small values that survive a restart: what a source said last, the highest clock seen, conditions on the floor
    def note(self, name: str) -> Mapping[str, Any] | None:
        return self.notes(name).get(name)

    def put_note(self, name: str, value: Mapping[str, Any] | None) -> None:
        """None removes it. A condition of the floor that cannot be written is held in memory, so that it can be shown."""
        try:
            with self._store.writing() as c:
                for held, waiting in unwritten.of(self.name).items():
                    feed.put_note(c, self._clock(), held, waiting)
                feed.put_note(c, self._clock(), name, value)
        except CatalogueUnwritable:
            if not name.startswith(feed.CONDITION):
                raise
            unwritten.hold(self.name, name, value)
            return
        unwritten.release(self.name)

    def notes(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        with self._store.reading() as c:
            found = feed.notes_of(c, prefix)
        held = {k: v for k, v in unwritten.of(self.name).items() if k.startswith(prefix)}
        return {k: v for k, v in sorted({**found, **held}.items()) if v is not None}

    # the feed
    def tell(self, topic: str, record: Mapping[str, Any]) -> int:
        """Add a line to the feed. Every write above that a console should see tells it in its own transaction."""
        with self._store.writing() as c:
            return feed.tell(c, self._clock(), topic, record)

    def changes(self, after: int, *, limit: int = 500) -> list[Change]:
        with self._store.reading() as c:
            return feed.changes(c, after, limit)

    @property
    def version(self) -> int:
        """The last seq of the feed: grows with every write above; 0 for an empty book."""
        with self._store.reading() as c:
            return feed.version(c)

    def tidy(self, *, now_utc: np.datetime64) -> None:
        """Forget old feed lines (7 days), answered requests (1 day), jobs that ended (30 days). Alerts stay.

        Of sweeps older than 7 days the last of each day stays, and each that an alert rests on: see `thinning`.
        """
        at = sure_us(now_utc)
        with self._store.writing() as c:
            feed.forget(c, at - 7 * DAY_US)
            entering.forget(c, at - DAY_US)
            leases.forget(c, at - 30 * DAY_US)
        while True:
            with self._store.writing() as c:
                if not thinning.thin(c, at - 7 * DAY_US):
                    return
