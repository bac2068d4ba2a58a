"""The feed for many at once: one look into the duty book each half second, fanned out to every listener.

Each listener has a queue of its own, bounded: who does not read is let go, and catches up from the book when it comes back. What
a listener's party may not read is not sent.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from anyio import to_thread
from fastapi.sse import ServerSentEvent

from hoshimori.doors.web import policy
from hoshimori.duty import Change, Duty
from hoshimori.errors import CatalogueError
from hoshimori.findings import iso

LOOK_S = 0.5
QUEUE = 256
LASTS_S = 15 * 60.0
"""A stream ends after so long and is opened again by its reader, so that a token that was taken back does not listen on."""
REPLAY = 20_000
"""More lines than this are not replayed one by one: the reader is told to look at everything afresh."""


@dataclass(eq=False)
class Listener:
    """One open stream. dropped: it did not read for too long."""

    party: str | None
    queue: asyncio.Queue[tuple[int, ServerSentEvent]] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    dropped: bool = False

    def give(self, seq: int, sent: ServerSentEvent) -> None:
        try:
            self.queue.put_nowait((seq, sent))
        except asyncio.QueueFull:
            self.dropped = True


class Hub:
    """The listeners of one service. Looks into the book only while somebody listens."""

    def __init__(self, duty: Duty, *, look_s: float = LOOK_S) -> None:
        self.duty = duty
        self.look_s = look_s
        self.listeners: set[Listener] = set()
        self.seen = 0
        self._looking: asyncio.Task[None] | None = None

    async def listen(self, party: str | None, after: int | None, *, lasts_s: float = LASTS_S) -> AsyncIterator[ServerSentEvent]:
        """Lines after `after` (None: from now on), first from the book, then as they come."""
        listener = Listener(party)
        await self._join(listener)
        try:
            end = time.monotonic() + lasts_s
            reached = self.seen if after is None else after
            yield ServerSentEvent(comment="hoshimori", retry=3000, id=str(reached))  # who is cut off before any line misses none
            if after is not None:
                async for seq, line in self._replayed(party, after):
                    reached = seq
                    if line is not None:
                        yield line
            while not listener.dropped and (left := end - time.monotonic()) > 0:
                try:
                    seq, sent = await asyncio.wait_for(listener.queue.get(), left)
                except TimeoutError:
                    break
                if seq > reached:
                    yield sent
            yield ServerSentEvent(comment="too slow: come back with Last-Event-ID" if listener.dropped else "come back")
        finally:
            self.listeners.discard(listener)

    async def _join(self, listener: Listener) -> None:
        """Listening before the book is read, so that no line falls between the two."""
        self.listeners.add(listener)
        if self._looking is None or self._looking.done():
            self.seen = await to_thread.run_sync(lambda: self.duty.version)
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look(), name="feed")

    async def _replayed(self, party: str | None, after: int) -> AsyncIterator[tuple[int, ServerSentEvent | None]]:
        version = await to_thread.run_sync(lambda: self.duty.version)
        first = await self._changes(after, 1)
        if after > version or version - after > REPLAY or (first and first[0].seq > after + 1):
            reset = json.dumps({"after": after, "version": version})
            yield version, ServerSentEvent(event="reset", raw_data=reset, id=str(version))
            return
        while lines := await self._changes(after, 500):
            for line in lines:
                yield line.seq, sent_to(line, party)
            after = lines[-1].seq

    async def _changes(self, after: int, limit: int) -> list[Change]:
        return await to_thread.run_sync(lambda: self.duty.changes(after, limit=limit))

    async def _look(self) -> None:
        while self.listeners:
            await asyncio.sleep(self.look_s)
            try:
                lines = await self._changes(self.seen, 500)
            except CatalogueError:  # the book cannot be read for a moment: listeners stay, and miss nothing
                continue
            if lines:
                self._give(lines)
                self.seen = lines[-1].seq

    def _give(self, lines: Sequence[Change]) -> None:
        parties = {x.party for x in self.listeners}
        said = {party: [(c.seq, sent_to(c, party)) for c in lines] for party in parties}
        for listener in [x for x in self.listeners if not x.dropped]:
            for seq, sent in said[listener.party]:
                if sent is not None:
                    listener.give(seq, sent)
        self.listeners = {x for x in self.listeners if not x.dropped}


def sent_to(line: Change, party: str | None) -> ServerSentEvent | None:
    """A line as a party may read it; None where it may not read it at all."""
    shown = policy.shown({**line.record, "at": iso(line.at_utc)}, party)
    if "withheld" in shown and "withheld" not in line.record:
        return None
    data = json.dumps(shown, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return ServerSentEvent(event=line.topic, raw_data=data, id=str(line.seq))
