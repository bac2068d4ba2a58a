"""Coming in by an OpenID Connect provider."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from hoshimori.doors.web import answers
from hoshimori.doors.web.answers import JSON, streams
from hoshimori.doors.web.asgi import API, cookie, header
from hoshimori.doors.web.oidc import PENDING_S, Provider
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.routes.session import ThePeople, set_cookie
from hoshimori.findings import canonical_json

router = answers.router("session")
COOKIE = "hoshimori_login"
BACK = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">
<title>hoshimori</title></head><body><p><a href="/">hoshimori</a></p></body></html>"""
"""A page and not a redirect: a SameSite=Strict cookie does not go with a chain of redirects that began at the provider."""
BACK_MAY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Without `sandbox`: in a sandbox no page goes on by itself."""


class Offered(BaseModel):
    offered: bool


@router.get("/oidc", response_model=Offered)
@streams
def offered(request: Request) -> Response:
    """Can one log in by a provider here? Writes its own answer: nobody asks yet, and it holds no record."""
    return Response(canonical_json({"offered": request.app.state.oidc is not None}), 200, {"Cache-Control": "no-store"}, JSON)


@router.get("/oidc/login", status_code=302, response_class=Response, responses={302: {"description": "to the provider"}})
@streams
def login(request: Request) -> Response:
    """Go to the provider. Writes its own answer: a redirect, and the cookie that ties the way back to this browser."""
    address, browser = _provider(request).begin(_redirect(request))
    response = Response(None, 302, {"Location": address, "Cache-Control": "no-store"})
    secure = request.app.state.settings.https
    response.set_cookie(COOKIE, browser, max_age=int(PENDING_S), path=f"{API}/oidc", httponly=True, samesite="lax", secure=secure)
    return response


@router.get("/oidc/callback", response_class=Response, responses={200: {"content": {"text/html": {}}}})
@streams
def callback(
    request: Request,
    people: ThePeople,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4096)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
    error_description: Annotated[str, Query(max_length=4096)] = "",
    error_uri: Annotated[str, Query(max_length=4096)] = "",
    iss: Annotated[str, Query(max_length=1000)] = "",
    session_state: Annotated[str, Query(max_length=1000)] = "",
    scope: Annotated[str, Query(max_length=4096)] = "",
) -> Response:
    """Back from the provider: begin a session. Writes its own answer: it sets the cookie, and is a page."""
    answer = {k: v for k, v in (("state", state), ("code", code), ("iss", iss)) if v}
    principal = _provider(request).finish(answer, cookie(request.scope, COOKIE))
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": BACK_MAY}
    response = Response(BACK, 200, headers, "text/html; charset=utf-8")
    set_cookie(response, people.enter(principal), secure=request.app.state.settings.https)
    response.delete_cookie(COOKIE, path=f"{API}/oidc")
    return response


def _provider(request: Request) -> Provider:
    found: Provider | None = request.app.state.oidc
    if found is None:
        raise NotHere("an OpenID Connect provider")
    return found


def _redirect(request: Request) -> str:
    settings = request.app.state.settings
    base = settings.public_url.rstrip("/") or f"{'https' if settings.https else 'http'}://{header(request.scope, b'host')}"
    return f"{base}{API}/oidc/callback"
