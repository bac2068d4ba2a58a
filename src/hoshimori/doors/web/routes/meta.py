"""What the service says about itself: its own description, whether it lives, what it counts."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hoshimori import __version__
from hoshimori.doors.web import answers
from hoshimori.doors.web.answers import JSON, streams
from hoshimori.doors.web.limits import address
from hoshimori.doors.web.metrics import MEDIA_TYPE
from hoshimori.doors.web.principal import Permission, permitted
from hoshimori.doors.web.settings import is_loopback
from hoshimori.findings import canonical_json

router = answers.router("meta")
outside = APIRouter(tags=["meta"])
"""Not under /api/v1: where probes and Prometheus look for them."""


@router.get("/openapi.json", include_in_schema=True, response_model=dict[str, Any])
@streams
def openapi(request: Request) -> Response:
    """This document. Writes its own answer: it is the same for everybody and holds no record."""
    return Response(canonical_json(request.app.openapi()), 200, {"Cache-Control": "no-cache"}, JSON)


@outside.get("/healthz", response_model=dict[str, Any])
def health(request: Request) -> Response:
    """Does it live and can it read its book? 200 or 503. Open to all: it holds no name and no secret."""
    try:
        _ = request.app.state.world.duty.version
        status, said = 200, "ok"
    except Exception:  # whatever it is, the answer is the same: no
        status, said = 503, "the duty book cannot be read"
    return Response(canonical_json({"status": said, "version": __version__}), status, {"Cache-Control": "no-store"}, JSON)


@outside.get("/metrics", response_model=None, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Counters for Prometheus: to who may run the service, and on loopback without a proxy to any program of this machine."""
    settings = request.app.state.settings
    if settings.public or not is_loopback(address(request.scope)) or "x-forwarded-for" in request.headers:
        permitted(Permission.RUN)
    return Response(request.app.state.metrics.text(), 200, {"Cache-Control": "no-store"}, MEDIA_TYPE)
