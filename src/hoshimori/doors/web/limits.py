"""How much may be asked: bytes of a body, requests a second of one person and of one address, wrong tokens a minute."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from hoshimori.doors.web import problems
from hoshimori.doors.web.asgi import API, App, Message, Receive, Scope, Send, header
from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.problems import ApiError
from hoshimori.doors.web.settings import MIB, Limits

UPLOADS = frozenset({f"{API}/ingest", f"{API}/bundles"})
BURST_S = 4.0
"""A bucket holds what so many seconds allow."""
_KEPT = 8192


class Buckets:
    """A leaky bucket for each name: `rate` a second, `burst` at once. Bounded; the one unused longest is forgotten.

    >>> now = [0.0]
    >>> three = Buckets(1.0, 3.0, clock=lambda: now[0])
    >>> [three.wait_s("a") for _ in range(4)], three.wait_s("b")
    ([0.0, 0.0, 0.0, 1.0], 0.0)
    >>> now[0] = 1.0
    >>> three.wait_s("a"), three.wait_s("a")
    (0.0, 1.0)
    """

    def __init__(self, rate: float, burst: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Take one; 0, or how long to wait where there is none."""
        if self.rate <= 0.0:
            return 0.0
        now = self.clock()
        left, then = self._held.get(name, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.rate)
        wait = 0.0 if left >= 1.0 else (1.0 - left) / self.rate
        self._held[name] = (left - 1.0 if wait == 0.0 else left, now)
        self._held.move_to_end(name)
        if len(self._held) > _KEPT:
            self._held.popitem(last=False)
        return wait


class Rates:
    """The rates of one service. on: False where they are not asked for (loopback)."""

    def __init__(self, limits: Limits, *, on: bool = True) -> None:
        self.on = on
        self._person = Buckets(limits.person_per_s, max(1.0, limits.person_per_s * BURST_S))
        self._address = Buckets(limits.address_per_s, max(1.0, limits.address_per_s * BURST_S))
        self._wrong = Buckets(limits.wrong_per_min / 60.0, float(limits.wrong_per_min))

    def person(self, principal: Principal) -> None:
        if self.on and (wait := self._person.wait_s(f"{principal.party}/{principal.name}")):
            raise too_often(wait, "this principal")

    def address(self, scope: Scope) -> None:
        if self.on and (wait := self._address.wait_s(address(scope))):
            raise too_often(wait, "this address")

    def wrong(self, scope: Scope) -> ApiError | None:
        """A wrong token was shown: from the twentieth a minute on the answer is 429. A right one is never kept waiting by it."""
        wait = self._wrong.wait_s(address(scope))
        return too_often(wait, "wrong tokens from this address") if wait else None


def too_often(wait_s: float, whose: str) -> ApiError:
    after = str(max(1, math.ceil(wait_s)))
    return ApiError(
        429, "too-often", "too often", f"too many requests of {whose}: ask again in {after} s", {"Retry-After": after}
    )


def address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


class Limited:
    """Pure ASGI: the rate of an address, and the size of a body, whether it says its length or comes in chunks."""

    def __init__(self, app: App, limits: Limits, rates: Rates) -> None:
        self.app, self.limits, self.rates = app, limits, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        try:
            self.rates.address(scope)
            most = self._most(scope)
        except ApiError as error:
            return await problems.response(error, scope["path"])(scope, receive, send)
        if (
            scope["method"] in ("GET", "HEAD")
            and not header(scope, b"transfer-encoding")
            and not header(scope, b"content-length")
        ):
            return await self.app(scope, receive, send)
        await _Counted(self.app, most).run(scope, receive, send)

    def _most(self, scope: Scope) -> int:
        """How many bytes this body may have; 413 at once where it says that it has more."""
        most = (self.limits.upload_mib if scope["path"] in UPLOADS else self.limits.body_mib) * MIB
        stated = header(scope, b"content-length")
        if stated.isdigit() and int(stated) > most:
            raise too_large(most)
        return most


def too_large(most: int) -> ApiError:
    detail = f"a body here has at most {most / MIB:g} MiB; nothing of it was kept"
    return ApiError(413, "too-large", "too large", detail)  # not hung up: who still sends would lose the answer


class _Counted:
    """One request whose body is counted as it comes. Once it is too long the route reads no more, and its answer is 413."""

    def __init__(self, app: App, most: int) -> None:
        self.app, self.most = app, most
        self.count, self.over, self.started = 0, False, False

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            message = await receive()
            self.count += len(message.get("body", b""))
            if self.count > self.most:
                self.over = True
                raise too_large(self.most)
            return message

        async def answered(message: Message) -> None:
            if self.over and not self.started:
                return
            self.started = True
            await send(message)

        try:
            await self.app(scope, counted, answered)
        except Exception:
            if not self.over:
                raise
        if self.over and not self.started:
            await problems.response(too_large(self.most), scope["path"])(scope, receive, send)
