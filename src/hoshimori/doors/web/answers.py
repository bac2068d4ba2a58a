"""The only way out: a tree of JSON or a document, released to who asks, with an ETag.

A route returns a plain tree (dict or list), or a `Document` where it is not JSON. `Door` is the class of every route: it takes
what the route returned, applies `policy`, writes it and answers 304 where the reader has it already. A route that returns a
ready-made Response is a fault, except those marked `streams`.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.params import Form
from fastapi.responses import Response
from fastapi.routing import APIRoute

from hoshimori.doors.web import bodies, policy
from hoshimori.doors.web.principal import asking
from hoshimori.judgements import CLEAR, Marking

JSON = "application/json"


@dataclass(frozen=True)
class Document:
    """Bytes that leave whole: a bundle, a brief, element sets. `marking`: of everything in it."""

    data: bytes
    media_type: str
    filename: str = ""
    marking: Marking = CLEAR
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Made:
    """A tree with another status than 200, such as 201 for what was made or 202 for what was begun."""

    tree: Any
    status: int = 201
    location: str = ""


class Door(APIRoute):
    """The class of every route of the API. Permission, query and body are looked at in this order, before the route is called."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        super().__init__(path, endpoint if getattr(endpoint, "streams", False) else _released(endpoint), **settings)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handled = super().get_route_handler()
        known = bodies.queries(self.dependant)
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)

        async def looked_at(request: Request) -> Response:
            bodies.refuse_unless_allowed(self.dependant)
            bodies.refuse_strange_query(request, known)
            if takes_json:
                await bodies.refuse_strange_json(request)
            return await handled(request)

        return looked_at


def router(subject: str) -> APIRouter:
    """The router of one subject; every route of it goes through `Door`."""
    return APIRouter(route_class=Door, tags=[subject])


def streams(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """For the few routes that write their own answer (server-sent events, a redirect); each says in its text why it may."""
    endpoint.streams = True  # type: ignore[attr-defined]
    return endpoint


def _released(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def awaited(*args: Any, **kwargs: Any) -> Response:
            return answer(await endpoint(*args, **kwargs))

        return awaited

    @functools.wraps(endpoint)
    def called(*args: Any, **kwargs: Any) -> Response:
        return answer(endpoint(*args, **kwargs))

    return called


def answer(made: Any) -> Response:
    """What a route made, released to who asks."""
    now = asking()
    if isinstance(made, Response):
        raise TypeError("a route of the API returns a tree or a Document, not a Response: nothing leaves but through policy")
    if isinstance(made, Document):
        policy.refuse_unless_released(made.marking, now.principal, made.filename or "this document")
        headers = {**made.headers, "X-Marking": made.marking.text}
        if made.filename:
            headers["Content-Disposition"] = f'attachment; filename="{made.filename}"'
        return _tagged(made.data, made.status, made.media_type, headers)
    status, headers = 200, {}
    if isinstance(made, Made):
        status, headers = made.status, {"Location": made.location} if made.location else {}
        made = made.tree
    return _tagged(written(policy.shown(made, now.principal.party)), status, JSON, headers)


def written(tree: Any) -> bytes:
    """Compact JSON. A text with half a surrogate pair, which UTF-8 cannot hold, is written with escapes."""
    try:
        return json.dumps(tree, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(tree, allow_nan=False, separators=(",", ":")).encode()


def _tagged(data: bytes, status: int, media_type: str, headers: dict[str, str]) -> Response:
    headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, Accept-Language", **headers}
    if status == 200:
        headers["ETag"] = tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        if same(tag, asking().headers.get("if-none-match", "")):
            return Response(None, 304, headers)
    return Response(data, status, headers, media_type)


def same(tag: str, held: str) -> bool:
    """Does an If-None-Match name this ETag? Packed or not, it is the same answer.

    >>> same('"a"', 'W/"a", "b"'), same('"a"', '"a-gzip"'), same('"a"', '"ab"'), same('"a"', "*")
    (True, True, False, False)
    """
    return tag in [t.strip().removeprefix("W/").replace('-gzip"', '"') for t in held.split(",")] if held else False
