"""What many routes are asked with: the world, the moment, the language, the page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from hoshimori.doors.web.principal import asking
from hoshimori.doors.web.world import World
from hoshimori.doors.words import words
from hoshimori.errors import UsageError


async def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def _words() -> Mapping[str, str]:
    return words(asking().lang)


TheWorld = Annotated[World, Depends(_world)]
Words = Annotated[Mapping[str, str], Depends(_words)]
"""The table of words of the reader's language: `?lang=ja`, else Accept-Language, else English."""
AsOf = Annotated[
    str | None,
    Query(
        description="Only what was known at this time: ISO 8601 UTC, `now`, or `data` (the newest held). Default: the service's."
    ),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most on this page.")]
Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before.")]
FARTHEST = 1_000_000_000
"""No list is so long; a database counts to 2**63."""


def page(rows: Sequence[Any], limit: int, cursor: str, made: Callable[[Any], Any], **more: Any) -> dict[str, Any]:
    """One page of rows that are all at hand: {"items", "next", "total", ...}. cursor: from the page before, or ""."""
    first = offset(cursor)
    chosen = rows[first : first + limit]
    last = first + len(chosen)
    return {"items": [made(r) for r in chosen], "next": written(last) if last < len(rows) else None, "total": len(rows), **more}


def offset(cursor: str) -> int:
    try:
        first = int(base64.urlsafe_b64decode(cursor.encode()).decode().removeprefix("o:")) if cursor else 0
    except (ValueError, binascii.Error) as error:
        raise UsageError(f"cursor {cursor!r}: expected `next` of the page before") from error
    if not 0 <= first <= FARTHEST:
        raise UsageError(f"cursor {cursor[:40]!r}: expected `next` of the page before")
    return first


def written(first: int) -> str:
    return base64.urlsafe_b64encode(f"o:{first}".encode()).decode()
