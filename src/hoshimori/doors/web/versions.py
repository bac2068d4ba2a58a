"""Whether anything changed that an answer could depend on: the duty book, the catalogue, the ledger, the files beside them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from anyio import to_thread

from hoshimori.doors.web.asgi import API
from hoshimori.doors.web.logs import log
from hoshimori.doors.web.world import World
from hoshimori.duty import unwritten
from hoshimori.errors import HoshimoriError

POLL_S = 0.25
"""How long a write of another process (the worker, the command line) may stay unseen by the cache."""
JOBS = (f"{API}/jobs", f"{API}/floor", f"{API}/data")
"""What shows how far a job is. The rest does not change while one is at work, and a sweep tells it often."""


class Versions:
    """One number that grows with each change, and one more for the progress of jobs. Asked in the event loop only."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.changed = 0
        self.progressed = 0
        self._seq = -1
        self._looking = asyncio.Lock()
        self._wrong = ""
        self._stamps: tuple[tuple[int, int], ...] = ()

    def of(self, path: str) -> tuple[int, int]:
        return self.changed, self.progressed if path.startswith(JOBS) else 0

    def moved(self) -> None:
        """A write went through this process: whatever was answered before may be old."""
        self.changed += 1

    async def look(self) -> None:
        """See what other processes wrote."""
        async with self._looking:
            await self._seen()

    async def reach(self, seq: int) -> None:
        """See at least this line of the feed: who hears of it from the stream asks again at once."""
        if seq > self._seq:
            async with self._looking:
                if seq > self._seq:
                    await self._seen()

    async def _seen(self) -> None:
        topics, stamps = await to_thread.run_sync(self._look)
        if topics - {"job"} or stamps != self._stamps:
            self.changed += 1
        elif topics:
            self.progressed += 1
        self._stamps = stamps

    async def keep_looking(self) -> None:
        while True:
            try:
                await self.look()
            except HoshimoriError as error:
                if str(error) != self._wrong:  # said once, not four times a second for as long as it lasts
                    log().warning("versions", error=str(error))
                self._wrong = str(error)
                self.changed += 1  # what cannot be known is not believed
            await asyncio.sleep(POLL_S)

    def _look(self) -> tuple[set[str], tuple[tuple[int, int], ...]]:
        duty = self.world.duty
        topics: set[str] = set()
        if self._seq < 0:
            self._seq = duty.version
            topics.add("start")
        while changes := duty.changes(self._seq):
            topics |= {c.topic for c in changes}
            self._seq = changes[-1].seq
        held = hash(repr(unwritten.of(duty.name)))  # on a full disk the conditions of the floor are in no file
        return topics, ((held, 0), *(_stamp(p) for p in self._watched()))

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
