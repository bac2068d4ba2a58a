"""What a request may look like before a route reads it: its query, and the JSON of its body."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import Request
from fastapi.dependencies.models import Dependant

from hoshimori.doors.web.principal import Permission, permitted
from hoshimori.doors.web.problems import ApiError

EVERYWHERE = frozenset({"lang"})
"""Read by the gate, on every route."""
DEEPEST = 64
"""Brackets within brackets: as the ledger's own documents."""
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_BRACKETS = re.compile(rb"[\[\]{}]")


def permission_of(dependant: Dependant) -> Permission | None:
    """The permission that a route names, by its dependency on `needs`."""
    for inner in dependant.dependencies:
        found = getattr(inner.call, "permission", None) or permission_of(inner)
        if found:
            return Permission(found)
    return None


def queries(dependant: Dependant) -> dict[str, bool]:
    """The names of a route's query, and whether each may be given more than once."""
    found = {f.alias: _many(f.field_info.annotation) for f in dependant.query_params}
    for inner in dependant.dependencies:
        found |= queries(inner)
    return found


def _many(annotation: object) -> bool:
    return getattr(annotation, "__origin__", annotation) in (list, tuple, set, frozenset) or "list[" in str(annotation)


def refuse_unless_allowed(dependant: Dependant) -> None:
    """403 before a byte of the body is read."""
    if (permission := permission_of(dependant)) is not None:
        permitted(permission)


def refuse_strange_query(request: Request, known: Mapping[str, bool]) -> None:
    """422 for a name that the route does not have: a slip in `as_of` must not be answered as if nothing had been said."""
    given = [k for k, _ in request.query_params.multi_items()]
    for name in dict.fromkeys(given):
        if name not in known and name not in EVERYWHERE:
            expected = ", ".join(sorted({*known, *EVERYWHERE}))
            raise ApiError(
                422, "unknown-parameter", "a field is wrong", f"{name[:40]!r}: not known here; expected some of {expected}"
            )
        if given.count(name) > 1 and not known.get(name, False):
            raise ApiError(422, "twice", "a field is wrong", f"{name[:40]!r}: given more than once")
    if any("\0" in v for _, v in request.query_params.multi_items()):
        raise ApiError(422, "invalid", "a field is wrong", "a query holds no NUL character")


async def refuse_strange_json(request: Request) -> None:
    """415 for another media type than JSON; 422 for JSON that no route can take: too deep, or with a NUL in a text."""
    body = await request.body()
    if not body:
        return
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (media_type.startswith("application/") and media_type.endswith("+json")):
        raise ApiError(415, "media-type", "another media type is expected", "this route takes application/json")
    if b"\\u0000" in body and _NUL.search(body):
        raise ApiError(422, "invalid", "a field is wrong", "a text holds no NUL character (\\u0000)")
    if body.count(b"[") + body.count(b"{") > DEEPEST and depth(body) > DEEPEST:
        raise ApiError(422, "too-deep", "a field is wrong", f"this JSON is nested more than {DEEPEST} deep")


def depth(body: bytes) -> int:
    """How deep the brackets of JSON go; those in texts do not count.

    >>> depth(b'{"a": [1, {"b": "[[[["}]}'), depth(b"1")
    (3, 0)
    """
    deepest = now = 0
    for found in _BRACKETS.finditer(_TEXT.sub(b"", body)):
        now += 1 if found[0] in b"[{" else -1
        deepest = max(deepest, now)
    return deepest
