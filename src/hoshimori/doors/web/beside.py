"""A second event loop, in a thread of its own, for answers that are being made.

The loop that gives answers has a turn as long as everybody who waits in it: with two hundred readers some forty milliseconds. An
answer takes a dozen turns to be made; beside that loop they cost nothing but the work.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from anyio import to_thread

T = TypeVar("T")
END_S = 1.0


class Beside:
    """Begins with the first work that is given to it. threads: so many at most work for it at once."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, done in the other loop, in the context of who calls."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="answers", daemon=True)
            self._thread.start()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """End: what is still being made is given up."""
        if self._loop is None or self._thread is None:
            return
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_S)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(self._limit())
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=END_S))
        loop.close()

    async def _limit(self) -> None:
        to_thread.current_default_thread_limiter().total_tokens = self._threads
