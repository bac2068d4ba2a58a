"""The outermost layer: each request is numbered, timed, counted and told; a fault becomes an answer, and the service lives on."""

from __future__ import annotations

import asyncio
import secrets
import time

from hoshimori.doors.web import problems
from hoshimori.doors.web.answers import Door
from hoshimori.doors.web.asgi import API, App, Message, Receive, Scope, Send, with_headers
from hoshimori.doors.web.logs import fault, log
from hoshimori.doors.web.metrics import Metrics
from hoshimori.errors import HoshimoriError

STREAM = f"{API}/stream"


class Observed:
    """Pure ASGI."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status = time.perf_counter(), 0
        number = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = number
        own = [(b"x-request-id", number.encode())]

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = with_headers(message, own)
            await send(message)

        stream = scope["path"] == STREAM
        if stream:
            self.metrics.streams.inc()
        try:
            if not _sound(scope):
                await problems.response(problems.NotHere("this path"), "")(scope, receive, numbered)
            else:
                await self.app(scope, receive, numbered)
        except asyncio.CancelledError:
            status = status or 499
            raise
        except Exception as error:
            if isinstance(error, HoshimoriError):  # a layer could not ask the book, as on a full disk: not a fault of ours
                log().warning("refused", id=number, route=template(scope), error=str(error))
            else:
                self.metrics.faults.inc()
                log().error("fault", id=number, route=template(scope), fault=fault(error))
            if status == 0:
                await problems.response(problems.of(error), scope["path"])(scope, receive, numbered)
        finally:
            if stream:
                self.metrics.streams.dec()
            self._tell(scope, number, status, time.perf_counter() - started)

    def _tell(self, scope: Scope, number: str, status: int, seconds: float) -> None:
        route = template(scope)
        self.metrics.answered(route, scope["method"], status, seconds)
        who = scope["state"].get("principal")
        log().info(
            "request",
            id=number,
            method=scope["method"][:10],
            route=route,
            status=status,
            ms=round(1e3 * seconds, 2),
            who=who.name if who else None,
            party=who.party if who else None,
        )


def template(scope: Scope) -> str:
    """The route as it is written, not the address asked: bounded in number, and nobody's words."""
    known = scope.get("template")
    if known:
        return str(known)
    route = scope.get("route")
    path = str(getattr(route, "path", "")) or "unmatched"
    return f"{API}{path}" if isinstance(route, Door) else path


def _sound(scope: Scope) -> bool:
    """Is this path one that could be somebody's? No NUL, no backslash, no way up, in whatever way it was written."""
    path = scope["path"]
    return path.isprintable() and "\\" not in path and not any(part in ("..", ".") for part in path.split("/"))
