"""Whether anything changed that an answer could depend on: the duty book, the catalogue, the ledger, the files beside them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio import to_thread

from hoshimori.doors.web.asgi import API
from hoshimori.doors.web.logs import log
from hoshimori.doors.web.world import World
from hoshimori.duty import unwritten
from hoshimori.errors import HoshimoriError

POLL_S = 0.25
"""How long a write of another process (the worker, the command line) may stay unseen by the cache."""
PROGRESS_S = 1.0
"""How far a job is shows at most once in this time, to who does not listen to the stream."""
OWN_S = 3.0
"""So long at most a writer waits until others are shown what it wrote; then it holds at once, and they wait."""
JOBS = (f"{API}/jobs", f"{API}/floor", f"{API}/data")
"""What shows how far a job is. The rest does not change while one is at work, and a sweep tells it often."""
Stamp = tuple[int, int, int]
Publish = Callable[[Callable[[str], Stamp], Callable[[], None]], Awaitable[None]]
"""Gets what the stamp of a path will be, and the switch that makes it so; calls the switch, soon and whatever happens."""


class Versions:
    """What names the state that answers are made from: two numbers that grow with each change, and one with the progress of jobs.

    A change is shown to everybody at one moment. `publish`, where it is set, may first make answers of the new state while those
    of the old one are still given. Asked in the event loop only.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.publish: Publish | None = None
        self.forced = 0
        self.changed = 0
        self.progressed = 0
        self._seq = -1
        self._shown = -1
        self._progress_shown = 0.0
        self._waiting: set[str] = set()
        self._looking = asyncio.Lock()
        self._wrong = ""
        self._stamps: tuple[tuple[int, int], ...] = ()
        self._telling: set[asyncio.Task[None]] = set()

    def of(self, path: str) -> Stamp:
        return self.forced, self.changed, self.progressed if path.startswith(JOBS) else 0

    def moved(self) -> None:
        """Whatever was answered before may be old: nothing of it is given any more."""
        self.forced += 1

    async def wrote(self) -> None:
        """A write went through this process: when this returns, no answer is older than it."""
        telling = asyncio.create_task(self._told())
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
        done, _ = await asyncio.wait({telling}, timeout=OWN_S)
        if not done or telling.exception() is not None:
            self.moved()

    async def _told(self) -> None:
        async with self._looking:
            await self._seen(wrote=True)

    async def look(self, *, hurry: bool = True) -> None:
        """See what other processes wrote. hurry: also where it is only how far a job is."""
        async with self._looking:
            await self._seen(hurry=hurry)

    async def reach(self, seq: int) -> None:
        """See at least this line of the feed: who hears of it from the stream asks again at once."""
        if seq > self._shown:
            async with self._looking:
                if seq > self._shown:
                    await self._seen()

    async def _seen(self, *, wrote: bool = False, hurry: bool = True) -> None:
        topics, stamps, self._seq = await to_thread.run_sync(self._look)
        self._waiting |= topics
        now = time.monotonic()
        if wrote or self._waiting - {"job"} or stamps != self._stamps:
            changed, progressed = 1, 0
        elif self._waiting and (hurry or now - self._progress_shown >= PROGRESS_S):
            changed, progressed = 0, 1
            self._progress_shown = now
        else:
            self._shown = self._shown if self._waiting else self._seq
            return
        seq, self._stamps, self._waiting = self._seq, stamps, set()

        def after(path: str) -> Stamp:
            forced, old, old_progress = self.of(path)
            return forced, old + changed, old_progress + (progressed if path.startswith(JOBS) else 0)

        def switch() -> None:
            self.changed += changed
            self.progressed += progressed
            self._shown = seq

        if self.publish is None:
            switch()
        else:
            await self.publish(after, switch)

    async def keep_looking(self) -> None:
        while True:
            try:
                await self.look(hurry=False)
            except HoshimoriError as error:
                if str(error) != self._wrong:  # said once, not four times a second for as long as it lasts
                    log().warning("versions", error=str(error))
                self._wrong = str(error)
                self.moved()  # what cannot be known is not believed
            await asyncio.sleep(POLL_S)

    def _look(self) -> tuple[set[str], tuple[tuple[int, int], ...], int]:
        duty, seq = self.world.duty, self._seq
        topics: set[str] = set()
        if seq < 0:
            seq = duty.version
            topics.add("start")
        while changes := duty.changes(seq):
            topics |= {c.topic for c in changes}
            seq = changes[-1].seq
        held = hash(repr(unwritten.of(duty.name)))  # on a full disk the conditions of the floor are in no file
        return topics, ((held, 0), *(_stamp(p) for p in self._watched())), seq

    def _watched(self) -> list[Path]:
        home = self.world.home
        ledger = home / "ledger"
        return [home / "catalogue" / "manifest.json", *sorted(ledger.glob("*.sqlite*")), home / "inbox", home / "keys"]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
