"""What every response says to a browser, and the names under which the service answers at all."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from hoshimori.doors.web import problems
from hoshimori.doors.web.asgi import App, Message, Receive, Scope, Send, api, header, with_headers
from hoshimori.doors.web.problems import ApiError
from hoshimori.doors.web.settings import Settings

PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self' blob:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The console: its own files and nothing else; no inline script, no inline style."""
ANSWER = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
    "sandbox"
)
"""An answer of the API that a browser shows as a page (a brief): no script, whatever is in it."""
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-embedder-policy", b"require-corp"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), usb=(), payment=()"),
    (b"x-robots-tag", b"noindex"),
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Headed:
    """Pure ASGI. A name that is not ours is refused (421): a page elsewhere may have had its own name point at this machine."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.app = app
        self.names = names(settings)
        hsts = ((b"strict-transport-security", b"max-age=31536000"),) if settings.https else ()
        self.page = (*ALWAYS, *hsts, (b"content-security-policy", PAGE.encode()))
        self.answer = (*ALWAYS, *hsts, (b"content-security-policy", ANSWER.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        more = self.answer if api(scope["path"]) else self.page

        async def headed(message: Message) -> None:
            await send(with_headers(message, more) if message["type"] == "http.response.start" else message)

        if self.names is not None and hostname(header(scope, b"host")) not in self.names:
            detail = "this service answers to " + ", ".join(sorted(self.names)) + "; set hosts in service.toml for another name"
            return await problems.response(ApiError(421, "host", "another host", detail), scope["path"])(scope, receive, headed)
        await self.app(scope, receive, headed)


def names(settings: Settings) -> frozenset[str] | None:
    """The host names that are answered; None for any, where nobody said which the service has."""
    own = {h.lower() for h in settings.hosts}
    if settings.public_url:
        own.add((urlsplit(settings.public_url).hostname or "").lower())
    if settings.loopback:
        return frozenset(own | LOOPBACK)
    return frozenset(own | LOOPBACK | {settings.host.lower()}) if own else None


def hostname(host: str) -> str:
    """
    >>> [hostname(h) for h in ("localhost:80", "[::1]:8420", "127.0.0.1", "Evil.example", "")]
    ['localhost', '::1', '127.0.0.1', 'evil.example', '']
    >>> [hostname(h) for h in ("[::1].evil.example", "x@127.0.0.1", "127.0.0.1/x", "localhost:80:80")]
    ['', '', '', '']
    """
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""


_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::[0-9]{0,5})?")
"""A name or an address, with a port or without: nothing before it, between or behind."""
