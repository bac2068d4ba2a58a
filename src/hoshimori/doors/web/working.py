"""The work of one worker: look at the schedule, take a job, show signs of life while it is done, say how it ended."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.doors.web.books import book
from hoshimori.doors.web.conditions import shortened
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.logs import fault, log
from hoshimori.doors.web.schedule import Schedule
from hoshimori.doors.web.tasks import ORDER, TASKS, Bench
from hoshimori.duty import Job, unwritten
from hoshimori.errors import (
    CatalogueBusy,
    CatalogueDamaged,
    CatalogueError,
    CatalogueUnwritable,
    DataError,
    LedgerBusy,
    ProviderRefused,
    SourceError,
    TooSoon,
    UsageError,
)
from hoshimori.ledger.home import now_utc

LEASE_S = 120.0
"""Longer than any computation that lets no other thread run; a worker known to be dead is not waited for."""
BEAT_S = 2.0
IDLE_S = 0.5
LOOK_S = 1.0
REAP_S = 5.0
FIRST_RETRY_S, LONGEST_RETRY_S = 30.0, 3600.0
FAULTS = 3
"""A job that ends in a fault of ours is tried so many times."""

Relay = Callable[[dict[str, object]], None]


class Stopped(Exception):
    """The worker was told to end, in the middle of a job."""


class Lost(Exception):
    """The job is another's now, or was cancelled: what was made is thrown away."""


class Work:
    """One worker. relay: how the process that started it is told what cannot be written."""

    def __init__(self, duties: Duties, stop: threading.Event, *, name: str = "", relay: Relay | None = None) -> None:
        self.duties, self.stop, self.name = duties, stop, name or worker_name()
        self.duty = book(duties.home, practice=duties.practice)
        self.bench = Bench(duties, self.duty)
        self.schedule = Schedule(self.bench)
        self.ended = threading.Event()
        self.done = 0
        self._relay = relay
        self._relayed: object = None
        self._job: Job | None = None
        self._lost = threading.Event()
        self._progress: dict[str, Any] = {}

    def run(self) -> str:
        looked = reaped = -1e9
        self._tell("ready")
        try:
            while not self.stop.is_set():
                at = time.monotonic()
                if at - reaped >= REAP_S:
                    reaped = at
                    self._guarded(self._reap)
                if at - looked >= LOOK_S:
                    looked = at
                    self._guarded(self.schedule.tick)
                    self._tell("alive")
                job = self._guarded(self._claim)
                if job is None:
                    self.stop.wait(IDLE_S)
                    continue
                self.do(job)
                if self.done >= self.duties.jobs or memory_mib() > self.duties.memory_mib:
                    return "afresh"
            return "stopped"
        finally:
            self.ended.set()
            self.duty.close()

    def do(self, job: Job) -> None:
        """Do one job, whatever comes of it."""
        self._job, self._progress = job, {}
        self._lost.clear()
        finished = threading.Event()
        beats = threading.Thread(target=self._beats, args=(job, finished), name="beats", daemon=True)
        beats.start()
        try:
            result = TASKS[job.kind](self.bench, job, self._on)
            self._settle(lambda: self.duty.finish(job.job_id, self.name, result))
            log().info("job", kind=job.kind, id=job.job_id, result="done")
        except Stopped:
            self.hand_back()
        except Lost:
            log().info("job", kind=job.kind, id=job.job_id, result="lost")
        except Exception as error:
            self._failed(job, error)
        finally:
            finished.set()
            self.done += 1
            self._job = None
            beats.join(LEASE_S)

    def hand_back(self) -> None:
        """The job goes back to waiting, as if it had not been begun."""
        job = self._job
        if job is not None:
            with contextlib.suppress(CatalogueError):
                self.duty.give_up(job.job_id, self.name)

    def _on(self, what: str, done: int, total: int) -> None:
        """The progress callback of every task: where a job can stop."""
        self._progress = {"what": what, "done": max(0, done), "total": max(0, total)}
        if self.stop.is_set():
            raise Stopped
        if self._lost.is_set():
            raise Lost

    def _beats(self, job: Job, finished: threading.Event) -> None:
        """Signs of life. A beat that cannot be written is tried again: nobody takes the job before its lease has run out."""
        shown: dict[str, Any] = {}
        beaten = time.monotonic()
        while not finished.wait(BEAT_S):
            now = time.monotonic()
            if self._progress == shown and now - beaten < LEASE_S / 6:
                continue
            shown, beaten = dict(self._progress), now
            try:
                if not self.duty.beat(job.job_id, self.name, lease_s=LEASE_S, progress=shown):
                    self._lost.set()
                    return
                self.schedule.clock.look(now_utc())
            except CatalogueError as error:
                self._refused(error)

    def _claim(self) -> Job | None:
        for kinds in ORDER:
            job = self.duty.claim(self.name, lease_s=LEASE_S, kinds=kinds)
            if job is not None:
                return job
        return None

    def _settle(self, say: Callable[[], bool]) -> None:
        """Say how a job ended, again and again where that cannot be written: its result must not be lost."""
        while True:
            try:
                say()
                return
            except CatalogueError as error:
                self._refused(error)
                if self.stop.wait(1.0):
                    raise Stopped from error

    def _failed(self, job: Job, error: Exception) -> None:
        """Another try later where time may mend it; else the end, and a person reads why."""
        wait_s = retry_after_s(job, error)
        retry = None if wait_s is None else now_utc() + np.timedelta64(round(wait_s * 1e6), "us")
        known = isinstance(error, UsageError | DataError | SourceError | CatalogueError)
        log().warning("job", kind=job.kind, id=job.job_id, result="failed", error=shortened(error) if known else fault(error))
        said = shortened(error, 1000) if known else f"a fault of the service: {type(error).__name__}"
        if isinstance(error, CatalogueUnwritable | CatalogueDamaged):
            self._refused(error)
        with contextlib.suppress(Stopped):
            self._settle(lambda: self.duty.fail(job.job_id, self.name, said, retry_utc=retry))
            self._guarded(lambda: self._tell_failure(job, error, said))

    def _tell_failure(self, job: Job, error: Exception, said: str) -> None:
        if job.kind == "sweep" and job.asked_by == "schedule":
            if isinstance(error, DataError):
                self.bench.conditions.put("no-data")
            else:
                self.bench.conditions.put("sweep-failed", {"why": said[:300]})
        if job.kind == "send":
            self.bench.conditions.put("alert-unsent", {"why": said[:300]})

    def _guarded(self, step: Callable[[], Any]) -> Any:
        """A step that a full disk, a busy book or a bad setting must not end the worker with."""
        try:
            found = step()
            self._relay_held()
            return found
        except CatalogueError as error:
            self._refused(error)
        except Exception as error:
            log().error("a step of the schedule failed", fault=fault(error))
        self.stop.wait(IDLE_S)
        return None

    def _refused(self, error: CatalogueError) -> None:
        """The book or the catalogue cannot be written: show it, and tell it to who started us if even that cannot be written."""
        if not isinstance(error, CatalogueBusy):
            log().warning("refused", code=self.bench.conditions.unwritable(error), error=shortened(error))
        self._relay_held()

    def _relay_held(self) -> None:
        held = unwritten.of(self.duty.name)
        if held != self._relayed and (held or self._relayed):
            self._tell("held", conditions=dict(held))
        self._relayed = held

    def _tell(self, what: str, **more: object) -> None:
        if self._relay is not None:
            self._relay({"worker": self.name, "said": what, **more})

    def _reap(self) -> None:
        """Jobs of workers that died on this machine are free at once."""
        for job in self.duty.jobs(states=("running",), limit=100).rows:
            if job.worker != self.name and dead(job.worker):
                log().warning("a worker died", worker=job.worker, jobs=self.duty.abandon(job.worker))


def retry_after_s(job: Job, error: Exception) -> float | None:
    """When to try again, by what went wrong; None: never."""
    later = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(job.tries - 1, 10))
    if isinstance(error, ProviderRefused | CatalogueDamaged | UsageError | DataError):
        return None
    if isinstance(error, TooSoon):
        return max(error.retry_after_s, 60.0) if np.isfinite(error.retry_after_s) else None
    if isinstance(error, CatalogueBusy | LedgerBusy):
        return 10.0
    if isinstance(error, CatalogueUnwritable):
        return min(later, 60.0)
    if isinstance(error, SourceError):
        return later
    return later if job.tries < FAULTS else None


def worker_name() -> str:
    """Names this process and no other, in a way that a process beside it can check."""
    return f"{_machine()}/{os.getpid()}/{_began(os.getpid())}"


def dead(name: str) -> bool:
    """Is this the name of a process of this machine that is there no more? Not known counts as alive: its lease will tell."""
    machine, _, rest = name.rpartition("/")[0].rpartition("/")
    began = name.rpartition("/")[2]
    if machine != _machine() or not machine or not rest.isdigit():
        return False
    return _began(int(rest)) != began


def _machine() -> str:
    """This start of this machine, and the set of processes that this one can see; "" where that is not told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return ""


def _began(pid: int) -> str:
    """When a process began, in ticks since the start of the machine: numbers of processes are used again. "" for none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in ("Z", "X") else fields[19]


def memory_mib() -> float:
    """What this process holds; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
