"""Data: what the catalogue holds and how fresh it is, what was refused and why; and uploads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request

from hoshimori.doors.web import answers, picture_data
from hoshimori.doors.web import picture_health as health
from hoshimori.doors.web.answers import Made
from hoshimori.doors.web.principal import Reader, Worker
from hoshimori.doors.web.problems import ApiError
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, TheWorld, page
from hoshimori.doors.web.routes.cases_asked import own
from hoshimori.doors.web.routes.models_data import Data, ProblemPage, TakenIn
from hoshimori.doors.web.routes.shared import TheSkies, lang
from hoshimori.findings import iso

router = answers.router("data")
LARGEST = 64 * 1024 * 1024
Label = Annotated[
    str,
    Query(
        min_length=1,
        max_length=120,
        pattern=r"^[^\x00-\x1f\x7f/\\:]+$",
        description="What to call it: a label alone, never a place. No slashes, no colons.",
    ),
]


async def _sent(request: Request) -> bytes:
    """The body as it came. 413 as soon as it is too large; a form is no file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("multipart/") or kind == "application/x-www-form-urlencoded":
        raise ApiError(415, "media-type", "another media type is expected", "send the file itself as the body, not a form")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise ApiError(413, "too-large", "too large", f"at most {LARGEST >> 20} MiB in one upload; use hoshimori ingest")
        parts.append(part)
    if not size:
        raise ApiError(422, "invalid", "a field is wrong", "the body is empty: send the file itself as the body")
    return b"".join(parts)


BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
    }
}


@router.get("/data", response_model=Data)
def data(
    who: Reader, world: TheWorld, skies: TheSkies, as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """What is held, how fresh it is as known at the moment, and every file and answer that was taken in."""
    t = skies.moment(as_of)
    sky = skies.at(t)
    more = {
        "as_of": iso(t),
        "data_mode": world.data_mode.name,
        "held": picture_data.held(skies.held()),
        "freshness": health.freshness(skies, sky, t),
        "conditions": health.conditions(world.duty, sky, lang()),
        "jobs": health.counts(world.duty),
    }
    rows = page(picture_data.sources(skies), limit, cursor, lambda r: r)
    return {"sources": rows.pop("items"), **rows, **more}


@router.get("/data/problems", response_model=ProblemPage)
def problems(who: Reader, world: TheWorld, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Every kind of problem that was met, with how often."""
    return page(world.catalogue.problems(), limit, cursor, lambda p: picture_data.problem_row(*p))


@router.post("/ingest", response_model=TakenIn, status_code=201, openapi_extra=BODY)
def ingest(who: Worker, world: TheWorld, skies: TheSkies, body: Annotated[bytes, Depends(_sent)], name: Label = "upload") -> Made:
    """Take in one file: OMM, TLE, OEM, CDM, CSV or a pack of them, as it is. Its data mode is this world's.

    201 says what came of it; records that were refused are named. A file without anything usable is refused whole: 422.
    Only people of the party of this service: what everybody here is told rests on it.
    """
    own(world, who)
    return Made(picture_data.take_in(skies, name.strip() or "upload", body), 201)
