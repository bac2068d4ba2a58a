"""Answers that are still true are given again without being made again.

An answer to a GET is kept for whoever has the same party, the same permissions and the same language, as long as nothing changed
(`versions.py`), and at most ten seconds; two where it depends on the clock (as-of now). While one is being made, others who ask
the same wait for it. The route that makes it is told the party and the permissions of who asks, but not the name, nor any cookie
or token: what is shared cannot depend on them. Answers that say no-store are given to who asked and to nobody else.

When something changed, what was asked for just before is made anew while the old is still given, for a second at most; then all
is shown at one moment. So nobody sees a newer answer and then an older one, who writes is told that it is done when it shows, and
no line of the stream is ahead of the answers.
"""

from __future__ import annotations

import asyncio
import contextvars
import gzip
import re
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from anyio import to_thread
from prometheus_client import Counter

from hoshimori.doors.web.answers import same
from hoshimori.doors.web.asgi import API, SAFE, App, Message, Receive, Scope, Send, api, header
from hoshimori.doors.web.beside import Beside
from hoshimori.doors.web.observed import template
from hoshimori.doors.web.principal import Asking, asking, set_asking
from hoshimori.doors.web.settings import MIB
from hoshimori.doors.web.timed import ENDLESS
from hoshimori.doors.web.versions import Stamp, Versions

OWN = tuple(f"{API}/{x}" for x in ("me", "tokens", "session", "stream", "oidc", "openapi.json"))
"""About who asks, or not an answer at once: never kept, never shared."""
KEPT_S, NOW_S = 10.0, 2.0
AHEAD = 0.5
"""From this part of its time on an answer is made again while it is still given: nobody waits for the clock."""
LATE_S = 1.0
"""So long at most the old is given while the new is being made."""
HOT_S, HOT = 2.0, 64
"""What is made anew before a change is shown: what was asked for so shortly before, the newest so many."""
MAKERS = 3
"""So many answers are made at once before a change is shown."""
PRIVATE = frozenset(
    {b"cookie", b"authorization", b"x-csrf", b"if-none-match", b"accept-encoding", b"range", b"origin", b"referer"}
)
PACKED = (
    "application/json",
    "application/octet-stream",
    "application/geo+json",
    "text/",
    "application/xml",
    "application/problem+json",
)
SMALL = 1024
_LINE = re.compile(rb"^id: *(\d{1,18})\r?$", re.MULTILINE)


@dataclass(slots=True)
class Kept:
    """One answer, whole."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    template: str
    stamp: Stamp
    made: float
    lasts_s: float
    scope: Scope
    who: Asking
    """The request and who asks, without what is private: enough to make it again."""
    asked: float
    packed: bytes | None = None
    held: bool = False
    """Is it in the cache, and its size counted?"""

    def header(self, name: bytes) -> bytes:
        return next((v for k, v in self.headers if k == name), b"")

    @property
    def shared(self) -> bool:
        return b"no-store" not in self.header(b"cache-control") and not self.header(b"set-cookie")

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed or b"") + 2048


class Cached:
    """Pure ASGI."""

    def __init__(
        self,
        app: App,
        versions: Versions,
        *,
        most_bytes: int = 64 * MIB,
        now_as_of: bool = True,
        count: Counter | None = None,
        clock: Callable[[], float] = time.monotonic,
        beside: Beside | None = None,
    ) -> None:
        self.app = app
        self.versions = versions
        self.most_bytes = most_bytes
        self.now_as_of = now_as_of
        """Does a read that names no moment depend on the clock?"""
        self.count = count
        self.clock = clock
        self.beside = beside
        """Where answers are made; None: in the loop that gives them."""
        self.bytes = 0
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._flights: dict[Hashable, asyncio.Task[Kept]] = {}
        self._ahead: dict[Hashable, Kept] = {}
        """Made from a state that is not shown yet."""
        self._after: Callable[[str], Stamp] | None = None
        self._shown = asyncio.Event()
        self._shown.set()
        self._hot: deque[tuple[Hashable, Kept]] = deque()
        versions.publish = self._publish

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not api(scope["path"]):
            return await self.app(scope, receive, send)
        if scope["path"] == ENDLESS:
            return await self._stream(scope, receive, send)
        if scope["method"] not in SAFE:
            return await self._write(scope, receive, send)
        if scope["method"] != "GET" or scope["path"].startswith(OWN) or scope.get("state", {}).get("principal") is None:
            return await self.app(scope, receive, send)
        kept, how = await self._read(scope)
        if how == "joined" and not kept.shared:
            return await self.app(scope, receive, send)
        if self.count is not None:
            self.count.labels(how).inc()
        await self._send(kept, scope, send)

    async def _write(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What was answered before a write is not given after it: it shows before the writer hears that it is done.

        A refusal (status 4xx) wrote nothing that the feed of the duty book would not tell.
        """
        started = False

        async def told(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if message["status"] < 400:
                    await self.versions.wrote()
                elif message["status"] >= 500:
                    self.versions.moved()
            await send(message)

        try:
            await self.app(scope, receive, told)
        finally:
            if not started:
                self.versions.moved()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """No line of the stream leaves before the cache knows of it too."""

        async def reached(message: Message) -> None:
            if found := _LINE.findall(message.get("body", b"")):
                await self.versions.reach(int(found[-1]))
            await send(message)

        await self.app(scope, receive, reached)

    async def _read(self, scope: Scope) -> tuple[Kept, str]:
        key = self._key(scope)
        kept = self._valid(key, scope["path"])
        if kept is None and self._about_to_change(scope["path"]):  # what is made now would be ahead of the rest
            await self._shown.wait()
            kept = self._valid(key, scope["path"])
        stamp, now = self.versions.of(scope["path"]), self.clock()
        if kept is not None:
            self._kept.move_to_end(key)
            kept.asked = now
            old = now - kept.made > AHEAD * kept.lasts_s
            if old and (key, stamp) not in self._flights and not self._about_to_change(scope["path"]):
                self._begin(key, stamp, *_bare(scope))
            return kept, "kept"
        flight = self._flights.get((key, stamp))
        how = "made" if flight is None else "joined"
        if flight is None:
            flight = self._begin(key, stamp, *_bare(scope))
        return await asyncio.shield(flight), how

    def _valid(self, key: Hashable, path: str) -> Kept | None:
        kept = self._kept.get(key)
        held = kept is not None and kept.stamp == self.versions.of(path) and self.clock() - kept.made < kept.lasts_s
        return kept if held else None

    def _about_to_change(self, path: str) -> bool:
        return self._after is not None and self._after(path) != self.versions.of(path)

    async def _publish(self, after: Callable[[str], Stamp], switch: Callable[[], None]) -> None:
        """Show a change: what is asked for now is made of the new state first, and then given, all at once."""
        self._hot.clear()
        self._hot = hot = deque(self._asked_now(after))
        self._ahead.clear()
        self._after = after
        self._shown.clear()
        try:
            if hot:
                making = [asyncio.create_task(self._remake(hot, after)) for _ in range(MAKERS)]
                await asyncio.wait(making, timeout=LATE_S)
        finally:
            switch()
            self._after = None
            for key, kept in self._ahead.items():
                if kept.stamp == self.versions.of(kept.scope["path"]):
                    self._keep(key, kept)
            self._ahead.clear()
            self._shown.set()

    def _asked_now(self, after: Callable[[str], Stamp]) -> list[tuple[Hashable, Kept]]:
        """The newest asked for first. What the change does not touch is left out, and so is what was old already."""
        now, found = self.clock(), []
        for key, kept in reversed(self._kept.items()):
            path = kept.scope["path"]
            if now - kept.asked <= HOT_S and kept.stamp == self.versions.of(path) and kept.stamp != after(path):
                found.append((key, kept))
                if len(found) == HOT:
                    break
        return found

    async def _remake(self, hot: deque[tuple[Hashable, Kept]], after: Callable[[str], Stamp]) -> None:
        while hot:
            key, old = hot.popleft()
            stamp = after(old.scope["path"]) if self._after is after else self.versions.of(old.scope["path"])
            if (key, stamp) not in self._flights:
                with suppress(Exception):  # who asks for it is told what was wrong
                    await self._begin(key, stamp, old.scope, old.who, old.asked)

    def _key(self, scope: Scope) -> Hashable:
        now = asking()
        query = tuple(sorted(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)))
        who = (now.principal.party, now.principal.permissions, now.lang)
        return scope["path"], query, who, header(scope, b"accept")

    def _begin(self, key: Hashable, stamp: Stamp, scope: Scope, who: Asking, asked: float | None = None) -> asyncio.Task[Kept]:
        context = contextvars.copy_context()
        context.run(set_asking, who)
        making = self._make(key, stamp, scope, who, self.clock() if asked is None else asked)
        task = asyncio.get_running_loop().create_task(making, context=context)
        self._flights[key, stamp] = task
        task.add_done_callback(lambda _: self._flights.pop((key, stamp), None))
        return task

    async def _make(self, key: Hashable, stamp: Stamp, scope: Scope, who: Asking, asked: float) -> Kept:
        start: Message = {}
        parts: list[bytes] = []

        async def taken(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            else:
                parts.append(message.get("body", b""))

        made, path = self.clock(), scope["path"]
        run = {**scope, "state": {**scope.get("state", {})}}  # routing writes into it
        making = self.app(run, _nothing, taken)
        await (making if self.beside is None else self.beside.run(_whole_of(making)))
        lasts = NOW_S if self._clocked(scope) else KEPT_S
        body = b"".join(parts)
        kept = Kept(start["status"], list(start["headers"]), body, template(run), stamp, made, lasts, scope, who, asked)
        if kept.status == 200 and kept.shared and kept.size <= self.most_bytes // 8:
            if stamp == self.versions.of(path):
                self._keep(key, kept)
            elif self._after is not None and stamp == self._after(path):
                self._ahead[key] = kept
        return kept

    def _clocked(self, scope: Scope) -> bool:
        moments = [v for k, v in parse_qsl(scope["query_string"].decode("latin-1")) if k == "as_of"]
        return moments[-1] == "now" if moments else self.now_as_of

    def _keep(self, key: Hashable, kept: Kept) -> None:
        if (old := self._kept.pop(key, None)) is not None:
            self._let_go(old)
        self._kept[key] = kept
        kept.held = True
        self.bytes += kept.size
        while self.bytes > self.most_bytes:
            self._let_go(self._kept.popitem(last=False)[1])

    def _let_go(self, kept: Kept) -> None:
        kept.held = False
        self.bytes -= kept.size

    async def _send(self, kept: Kept, scope: Scope, send: Send) -> None:
        scope["template"] = kept.template
        body, headers = kept.body, kept.headers
        tag = kept.header(b"etag").decode("latin-1")
        if kept.status == 200 and tag and same(tag, header(scope, b"if-none-match")):
            headers = [(k, v) for k, v in headers if k not in (b"content-length", b"content-type")]
            return await _whole(send, 304, headers, b"")
        if (
            len(body) > SMALL
            and "gzip" in header(scope, b"accept-encoding")
            and kept.header(b"content-type").decode().startswith(PACKED)
        ):
            body = await self._packed(kept)
            tagged = tag.removesuffix('"') + '-gzip"' if tag else ""
            headers = [(k, v) for k, v in headers if k not in (b"content-length", b"etag")]
            headers += [(b"content-encoding", b"gzip"), (b"content-length", str(len(body)).encode())]
            headers += [(b"etag", tagged.encode())] if tagged else []
        await _whole(send, kept.status, headers, body)

    async def _packed(self, kept: Kept) -> bytes:
        """Packed once. What is long is packed beside the loop, so that others go on."""
        if kept.packed is None:
            if len(kept.body) < 32 * SMALL:
                packed = gzip.compress(kept.body, 4, mtime=0)
            else:
                packed = await to_thread.run_sync(lambda: gzip.compress(kept.body, 4, mtime=0))
            if kept.packed is None:
                kept.packed = packed
                self.bytes += len(packed) if kept.held else 0
        return kept.packed


async def _whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _bare(scope: Scope) -> tuple[Scope, Asking]:
    """A request as whoever may share its answer could have sent it."""
    now = asking()
    headers = {k: v for k, v in now.headers.items() if k.encode("latin-1") not in PRIVATE}
    bare = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k not in PRIVATE]}
    return bare, replace(now, principal=replace(now.principal, name="", via="cache"), headers=headers)


async def _whole_of(making: Awaitable[None]) -> None:
    await making


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
