"""What the routes about facts and findings share: the skies of the world, ids of the path."""

from __future__ import annotations

import threading
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from hoshimori.doors.web.principal import asking
from hoshimori.doors.web.routes import asked
from hoshimori.doors.web.skies import Skies
from hoshimori.errors import UsageError
from hoshimori.facts import MAX_NORAD_ID

_making = threading.Lock()
FARTHEST = 1_000_000_000


def skies_of(app: Any) -> Skies:
    """The skies of an application, made when they are first asked for; `skies_of(app).warm()` before anybody asks."""
    with _making:
        if getattr(app.state, "skies", None) is None:
            app.state.skies = Skies(app.state.world)
    found: Skies = app.state.skies
    return found


async def _skies(request: Request) -> Skies:
    return skies_of(request.app)


TheSkies = Annotated[Skies, Depends(_skies)]
ListName = Annotated[str | None, Query(max_length=100, description="Id of a watchlist of this service; default: its first.")]
Norad = Annotated[int, Path(ge=1, le=MAX_NORAD_ID, description="Catalogue number.")]
EventId = Annotated[str, Path(pattern="^[0-9a-f]{8,32}$", description="The event's id, or its beginning if that is unique.")]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Content digest of an element set.")]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of received bytes.")]
Days = Annotated[float, Query(gt=0.0, le=3660.0, allow_inf_nan=False)]
Lang = Literal["en", "ja"]


def lang() -> Lang:
    """The language of who asks."""
    return "ja" if asking().lang == "ja" else "en"


class Bytes(Response):
    """How the schema says that an answer is bytes; what leaves is written by `answers.Door`."""

    media_type = "application/octet-stream"


class Json(JSONResponse):
    """A document that is JSON of another standard."""

    media_type = "application/json"


class GeoJson(JSONResponse):
    media_type = "application/geo+json"


def offset(cursor: str) -> int:
    """As `asked.offset`, refused where no list is so long: a database counts to 2**63."""
    first = asked.offset(cursor)
    if first > FARTHEST:
        raise UsageError(f"cursor {cursor[:40]!r}: expected `next` of the page before")
    return first
