"""What went wrong, as RFC 9457 problem+json that teaches: what was asked, what was expected, what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from hoshimori import errors
from hoshimori.findings import canonical_json

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:hoshimori:problem:"


class Problem(BaseModel):
    """RFC 9457."""

    type: str = Field(description="urn:hoshimori:problem:CODE; the code is the same in every language")
    title: str
    status: int
    detail: str = ""
    instance: str = Field("", description="the path asked")
    errors: list[dict[str, Any]] = Field(default_factory=list, description="each field that is wrong: where, what was expected")


class ApiError(Exception):
    """A refusal made by a route. code: lower-case words with hyphens."""

    def __init__(self, status: int, code: str, title: str, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail or title)
        self.status, self.code, self.title, self.detail, self.headers = status, code, title, detail, dict(headers or {})


class Unauthenticated(ApiError):
    def __init__(self, detail: str = "send a bearer token, or log in with the one-time address that the service printed") -> None:
        super().__init__(401, "unauthenticated", "nobody is logged in", detail, {"WWW-Authenticate": "Bearer"})


class Forbidden(ApiError):
    def __init__(self, permission: str, roles: Iterable[str]) -> None:
        held = ", ".join(sorted(roles)) or "none"
        super().__init__(403, "forbidden", "not allowed", f"this needs the permission {permission}; the roles held are: {held}")


class NotHere(ApiError):
    """Not held, or not to be read by who asks: the two look the same."""

    def __init__(self, what: str) -> None:
        super().__init__(404, "not-found", "not found", f"{what}: not held here, or not released to you")


STATUS: tuple[tuple[type[errors.HoshimoriError], int, str], ...] = (
    (errors.UsageError, 400, "asked-wrongly"),
    (errors.NothingFound, 404, "not-found"),
    (errors.DataError, 422, "unusable-data"),
    (errors.TooSoon, 503, "too-soon"),
    (errors.SourceError, 502, "source"),
    (errors.CatalogueBusy, 503, "busy"),
    (errors.CatalogueUnwritable, 507, "unwritable"),
    (errors.CatalogueError, 503, "catalogue"),
    (errors.LedgerBusy, 503, "busy"),
    (errors.LedgerUnwritable, 507, "unwritable"),
    (errors.Refused, 409, "refused"),
    (errors.LedgerError, 503, "ledger"),
    (errors.HoshimoriError, 500, "error"),
)
"""The first class that fits says the status. Refused carries its own code."""

TITLES = {400: "asked wrongly", 404: "not found", 409: "refused", 422: "cannot be used", 502: "the outside failed",
          503: "not now", 507: "nothing can be written"}  # fmt: skip


def of(error: Exception) -> ApiError:
    """The refusal that an error is told as."""
    if isinstance(error, ApiError):
        return error
    for kind, status, code in STATUS:
        if isinstance(error, kind):
            code = error.code if isinstance(error, errors.Refused) else code
            headers = {"Retry-After": "5"} if status == 503 else {}
            return ApiError(status, code, TITLES.get(status, "error"), placeless(str(error)), headers)
    return ApiError(500, "internal", "a fault of the service", "it was logged under the request id in X-Request-Id")


def placeless(text: str) -> str:
    """A message without the folders of this machine: what is wrong with which file is everybody's business, where it lies is not.

    >>> placeless("/srv/a/My Sky/duty/duty.sqlite: no room. Move /srv/a/x.zip away; see https://a.example/b/c and docs/x.md")
    'duty.sqlite: no room. Move x.zip away; see https://a.example/b/c and docs/x.md'
    """
    place, colon, rest = text.partition(": ")
    if place.startswith("/"):  # "FILE: what is wrong with it"; a folder may have a space in its name
        text = place.rpartition("/")[2] + colon + rest
    return _FOLDERS.sub("", text)


_FOLDERS = re.compile(r"(?<![\w:/.~-])~?/(?:[^\s/'\":]+/)+")


def response(error: ApiError, path: str, wrong: Iterable[Mapping[str, Any]] = ()) -> Response:
    body = {
        "type": PREFIX + error.code,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": path,
        "errors": [dict(w) for w in wrong],
    }
    try:
        data = canonical_json(body)
    except UnicodeEncodeError:  # half a surrogate pair, as JSON can escape it
        data = json.dumps(body, sort_keys=True).encode()
    return Response(data, error.status, {**error.headers, "Cache-Control": "no-store"}, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Every error leaves as problem+json."""

    @app.exception_handler(ApiError)
    async def refused(request: Request, error: ApiError) -> Response:
        return response(error, request.url.path)

    @app.exception_handler(errors.HoshimoriError)
    async def known(request: Request, error: errors.HoshimoriError) -> Response:
        wrong = [{"where": placeless(str(p)), "expected": p.expected} for p in getattr(error, "problems", ())]
        return response(of(error), request.url.path, wrong)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        wrong = [{"where": ".".join(map(str, e["loc"])), "expected": e["msg"]} for e in error.errors()]
        return response(ApiError(422, "invalid", "a field is wrong", "see errors"), request.url.path, wrong)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        code = {400: "asked-wrongly", 404: "not-found", 405: "method", 413: "too-large"}.get(error.status_code, "http")
        return response(ApiError(error.status_code, code, str(error.detail), headers=dict(error.headers or {})), request.url.path)

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        return response(of(error), request.url.path)


MEANINGS = {
    400: "asked wrongly",
    401: "nobody is logged in",
    403: "not allowed",
    404: "not held here, or not released to you",
    405: "no such method here",
    406: "not in this form",
    409: "refused",
    413: "too large",
    415: "another media type is expected",
    421: "this service has another name",
    422: "a field is wrong",
    429: "too often",
    431: "headers too large",
    500: "a fault of the service; it is logged under X-Request-Id",
    502: "the outside failed",
    503: "not now: try again",
    507: "nothing can be written",
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text, "content": {MEDIA_TYPE: {}}} for status, text in MEANINGS.items()
}
"""What every route may answer besides its own."""
