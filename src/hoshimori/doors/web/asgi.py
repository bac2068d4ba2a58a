"""The few words of ASGI that the layers around the routes share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/api/v1"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def header(scope: Scope, name: bytes) -> str:
    """The first value of a header, lower-case name; "" where it is not there."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


def cookie(scope: Scope, name: str) -> str:
    """A cookie by its name; "" where it is not there."""
    for key, value in scope["headers"]:
        if key == b"cookie":
            for part in value.decode("latin-1").split(";"):
                k, _, v = part.strip().partition("=")
                if k == name:
                    return str(v)
    return ""


def with_headers(message: Message, more: Iterable[tuple[bytes, bytes]]) -> Message:
    """The start of a response with these headers added where it does not have them."""
    headers = list(message.get("headers", ()))
    there = {k.lower() for k, _ in headers}
    return {**message, "headers": [*headers, *((k, v) for k, v in more if k not in there)]}


def api(path: str) -> bool:
    return path.startswith("/api/") or path == "/api"
