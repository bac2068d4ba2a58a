"""What is due when: sources asked again, lists swept when the catalogue changed and at least hourly, the week behind replayed.

The schedule only asks for jobs, each under a key, so that several workers may keep it at once and a restart asks for nothing
twice. It counts by a clock that nobody can set; what it must remember over a restart are notes of the duty book.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hoshimori import watch
from hoshimori.doors.web import alert_sending, alerts, tasks
from hoshimori.doors.web.conditions import ClockGuard
from hoshimori.doors.web.tasks import Bench
from hoshimori.findings import iso

BY = "schedule"
OPEN = ("waiting", "running")
TEND_S, REPLAY_S, TIDY_S = 3.0, 5.0, 3600.0
NEAR = np.timedelta64(2, "h")
"""A sweep this shortly before midnight will do for that midnight."""
DAY = np.timedelta64(1, "D")

Ticks = Callable[[], float]


@dataclass
class Every:
    """True once in so many seconds, and the first time."""

    seconds: float
    last: float | None = None

    def now(self, ticks: float) -> bool:
        if self.last is not None and ticks - self.last < self.seconds:
            return False
        self.last = ticks
        return True


@dataclass
class Schedule:
    """Keeps the schedule of one service, a little at each `tick`."""

    bench: Bench
    ticks: Ticks = time.monotonic
    clock: ClockGuard = field(init=False)
    _due: dict[str, float] = field(default_factory=dict)
    _swept: dict[str, str] = field(default_factory=dict)
    _replayed: str | None = None
    _waiting: list[tuple[str, str, int]] = field(default_factory=list)
    _tend: Every = field(default_factory=lambda: Every(TEND_S))
    _replay: Every = field(default_factory=lambda: Every(REPLAY_S))
    _tidy: Every = field(default_factory=lambda: Every(TIDY_S))

    def __post_init__(self) -> None:
        self.clock = ClockGuard(self.bench.conditions)

    def tick(self) -> None:
        """Called about every second. Each step is a few reads where nothing is due."""
        at = self.ticks()
        self.clock.look(self.bench.clock())
        self._sources(at)
        signature = tasks.signature(self.bench.duties.home)
        self._sweeps(at, signature)
        if self._tend.now(at):
            self.tend()
        if self._tidy.now(at):
            self.bench.duty.tidy(now_utc=self.bench.clock())
        if self._replay.now(at):
            self._replays(signature)

    def tend(self) -> None:
        """Conditions that passed, alerts of conditions, alerts that should leave."""
        self.bench.conditions.tend()
        alerts.raise_conditions(self.bench.duty, self.bench.conditions)
        settings, duty = self.bench.duties.alerts, self.bench.duty
        for how in alert_sending.ways(settings):
            if alert_sending.due(duty, settings, how, self.bench.clock()):
                duty.ask("send", {"how": how}, key=f"send {how}", by=BY)

    def _sources(self, at: float) -> None:
        for source in self.bench.duties.sources:
            name = f"{tasks.SOURCE}{source.name}"
            if name not in self._due:
                self._due[name] = at + self._left(name, source.every_s)
            if at >= self._due[name]:
                self.bench.duty.ask("fetch", {"source": source.name}, key=f"fetch {source.name}", by=BY)
                self._due[name] = at + source.every_s

    def _left(self, note: str, every_s: float) -> float:
        """How long a source may rest after a restart; one asked in the future was asked by a wrong clock."""
        held = self.bench.duty.note(note)
        if not held or "asked" not in held:
            return 0.0
        ago_s = float((self.bench.clock() - _time(held["asked"])) / np.timedelta64(1, "s"))
        return every_s - ago_s if 0.0 <= ago_s < every_s else 0.0

    def _sweeps(self, at: float, signature: str) -> None:
        if not signature:
            self.bench.conditions.put("no-data")
            return
        for name in self.bench.duties.watchlists:
            changed = self._swept.get(name) != signature
            if changed or at >= self._due.get(f"sweep {name}", 0.0):
                parameters = {"watchlist": name, "as_of": self.bench.duties.as_of}
                job = self.bench.duty.ask("sweep", parameters, key=f"sweep {name} scheduled", by=BY)
                if job.state == "waiting":  # one that runs already opened its view before the change: ask again after it
                    self._swept[name] = signature
                    self._due[f"sweep {name}"] = at + self.bench.duties.sweep_every_s

    def _replays(self, signature: str) -> None:
        """One at a time, the newest midnight first, when nothing else is to be done."""
        if not signature or self.bench.duties.replay_days == 0:
            return
        if signature != self._replayed:
            self._replayed = signature
            self._waiting = self._missing()
        if not self._waiting or any(self.bench.duty.jobs(states=OPEN, kind=k, limit=1).total for k in ("sweep", "replay")):
            return
        name, midnight, known = self._waiting.pop(0)
        self.bench.duty.ask("replay", {"watchlist": name, "as_of": midnight}, key=f"replay {name} {midnight}", by=BY)
        held = dict(self.bench.duty.note(f"replays:{name}") or {})
        newest = sorted({**held, midnight: known}.items())[-60:]
        self.bench.duty.put_note(f"replays:{name}", dict(newest))

    def _missing(self) -> list[tuple[str, str, int]]:
        """(watchlist, midnight, how many sets were known then) of which no sweep is kept that knew as much."""
        bench = self.bench
        base = bench.moment(bench.duties.as_of)
        days = range(bench.duties.replay_days)
        midnights = [base.astype("datetime64[D]").astype("datetime64[us]") - k * DAY for k in days]
        start, stop = watch.window(base)
        view = bench.catalogue.view(start, stop, base, data_modes=bench.duties.modes)
        known = dict(zip(map(iso, midnights), tasks.known_by(view, midnights), strict=True))
        wanted = []
        for midnight in midnights:
            for name in bench.duties.watchlists:
                held: Mapping[str, Any] = bench.duty.note(f"replays:{name}") or {}
                at = iso(midnight)
                fresh = known[at] and held.get(at) != known[at]
                if fresh and not (at not in held and self._near(name, midnight)):
                    wanted.append((name, at, known[at]))
        return wanted

    def _near(self, name: str, midnight: np.datetime64) -> bool:
        kept = self.bench.duty.sweep_at(self.bench.watchlist(name).watchlist_id, midnight)
        return kept is not None and bool(midnight - kept.as_of_utc < NEAR)


def _time(text: str) -> np.datetime64:
    return np.datetime64(text.rstrip("Z"), "us")
