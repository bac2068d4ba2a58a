"""How long an answer may take. A route in a thread cannot be stopped; who asked is told, and the route ends by itself."""

from __future__ import annotations

import asyncio

from hoshimori.doors.web import problems
from hoshimori.doors.web.asgi import API, App, Message, Receive, Scope, Send, api
from hoshimori.doors.web.logs import fault, log
from hoshimori.doors.web.problems import ApiError

ENDLESS = f"{API}/stream"


class Timed:
    """Pure ASGI: 503 after so many seconds, a body that trickles in included. The stream of changes has no end."""

    def __init__(self, app: App, seconds: float) -> None:
        self.app, self.seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not api(scope["path"]) or scope["path"] == ENDLESS:
            return await self.app(scope, receive, send)
        late = started = False

        async def in_time(message: Message) -> None:
            nonlocal started
            if not late:
                started = True
                await send(message)

        task = asyncio.get_running_loop().create_task(_run(self.app, scope, receive, in_time))
        try:
            await asyncio.wait({task}, timeout=self.seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.done():
            return task.result()
        late = True
        task.add_done_callback(_told)
        task.cancel()
        if not started:
            detail = (
                f"this took longer than {self.seconds:g} s; a write may still be done: ask again with the same Idempotency-Key"
            )
            error = ApiError(503, "too-slow", "not now", detail, {"Retry-After": "10", "Connection": "close"})
            await problems.response(error, scope["path"])(scope, receive, send)


async def _run(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _told(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log().error("late fault", fault=fault(error))
