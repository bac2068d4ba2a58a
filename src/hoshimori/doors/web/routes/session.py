"""Coming in and going out, who one is here, and who else may come in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from hoshimori.doors.web import answers, gate, people
from hoshimori.doors.web.answers import Made, streams
from hoshimori.doors.web.asgi import API, cookie
from hoshimori.doors.web.people import SESSION_S, People
from hoshimori.doors.web.principal import Asking, Principal, Reader, Runner, reset_asking, set_asking
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.routes.asked import TheWorld
from hoshimori.doors.web.routes.cases_asked import own
from hoshimori.doors.web.world import World
from hoshimori.duty import Token
from hoshimori.errors import UsageError
from hoshimori.findings import iso
from hoshimori.ledger.home import now_utc

router = answers.router("session")


class Listed(BaseModel):
    id: str
    title: str
    assets: int


class WorldNow(BaseModel):
    party: str
    alliance: str
    data_mode: str
    practice: bool
    as_of: str = Field(description="the default moment of every read: now, data, or a time")
    watchlists: list[Listed]
    version: str
    now: str


class Me(BaseModel):
    name: str
    party: str | None
    roles: list[str]
    permissions: list[str]
    via: str
    csrf: str | None = Field(description="to be sent as X-CSRF with each write where a session cookie is used; else null")
    world: WorldNow


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    token: str = Field(min_length=1, max_length=4096, description="the one-time token of the address printed, or an API token")


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=100)
    party: str | None = Field(None, pattern="^[A-Z]{3}$", description="ISO 3166-1 alpha-3; null for the public")
    roles: list[str] = Field(min_length=1, max_length=8)
    days: float = Field(90.0, gt=0, le=3660)


class Row(BaseModel):
    id: str
    name: str
    party: str | None
    roles: list[str]
    made: str
    expires: str
    revoked: str | None
    last_used: str | None


class NewRow(Row):
    token: str = Field(description="shown now and never again")


class Rows(BaseModel):
    items: list[Row]
    next: str | None
    total: int


async def _people(request: Request) -> People:
    found: People = request.app.state.people
    return found


ThePeople = Annotated[People, Depends(_people)]


@router.post("/session", response_model=Me)
@streams
def log_in(asked: Entry, request: Request, world: TheWorld, people_: ThePeople) -> Response:
    """Begin a session with a one-time token or an API token. Writes its own answer: nobody asks yet, and it sets the cookie."""
    gate.refuse_other_pages(request.scope)
    cookie_, principal = people_.exchange(asked.token)
    token = set_asking(Asking(principal))
    try:
        response = answers.answer(Made(me(principal, world, cookie_), 200))
    finally:
        reset_asking(token)
    response.headers["Cache-Control"] = "no-store"
    set_cookie(response, cookie_, secure=request.app.state.settings.https)
    return response


@router.delete("/session", status_code=204)
@streams
def log_out(request: Request, people_: ThePeople) -> Response:
    """End the session. Writes its own answer: it takes the cookie back, and holds nothing."""
    gate.refuse_other_pages(request.scope)
    held = cookie(request.scope, gate.COOKIE)
    if held:
        people_.leave(held)
    response = Response(None, 204, {"Cache-Control": "no-store"})
    response.delete_cookie(gate.COOKIE, path="/", httponly=True, samesite="strict", secure=request.app.state.settings.https)
    return response


@router.get("/me", response_model=Me)
def whoami(principal: Reader, request: Request, world: TheWorld) -> dict[str, Any]:
    """Who asks, what that allows, and what is watched here."""
    held = "" if request.headers.get("authorization") else cookie(request.scope, gate.COOKIE)
    return me(principal, world, held)


def me(principal: Principal, world: World, held: str) -> dict[str, Any]:
    return {
        "name": principal.name,
        "party": principal.party,
        "roles": sorted(principal.roles),
        "permissions": sorted(principal.permissions),
        "via": principal.via,
        "csrf": people.csrf(held) if held else None,
        "world": {
            "party": world.party,
            "alliance": world.alliance,
            "data_mode": world.data_mode.name,
            "practice": world.practice,
            "as_of": world.as_of,
            "watchlists": [{"id": x.watchlist_id, "title": x.title, "assets": len(x.assets)} for x in world.lists()],
            "version": _version(),
            "now": iso(now_utc()),
        },
    }


def set_cookie(response: Response, value: str, *, secure: bool) -> None:
    response.set_cookie(gate.COOKIE, value, max_age=SESSION_S, path="/", httponly=True, samesite="strict", secure=secure)


@router.get("/tokens", response_model=Rows)
def list_tokens(principal: Runner, world: TheWorld, people_: ThePeople) -> dict[str, Any]:
    """Who may come in with an API token; of the tokens themselves nothing is kept but a digest."""
    own(world, principal)
    rows = [row(t) for t in people_.tokens()]
    return {"items": rows, "next": None, "total": len(rows)}


@router.post("/tokens", response_model=NewRow, status_code=201)
def make_token(asked: Asked, principal: Runner, world: TheWorld, people_: ThePeople) -> Made:
    """A new API token. It is in this answer and nowhere else. Who runs the service of a party is one of that party: nobody else
    says who speaks for it."""
    own(world, principal)
    from hoshimori.doors.nature import rules_for

    parties = rules_for(world.alliance).parties
    if asked.party is not None and asked.party not in parties:
        raise UsageError(f"party {asked.party!r}: the parties of {world.alliance} are {', '.join(parties)}; null for the public")
    token, made = people_.make_token(asked.name, asked.party, asked.roles, asked.days)
    return Made({**row(made), "token": token}, 201, f"{API}/tokens/{made.token_id}")


@router.delete("/tokens/{token_id}", response_model=Row)
def revoke_token(token_id: str, principal: Runner, world: TheWorld, people_: ThePeople) -> dict[str, Any]:
    """Take an API token back: it and the sessions that it opened are refused from now on."""
    own(world, principal)
    gone = people_.revoke(token_id)
    if gone is None:
        raise NotHere(f"token {token_id[:40]!r}")
    return row(gone)


def row(token: Token) -> dict[str, Any]:
    return {
        "id": token.token_id,
        "name": token.name,
        "party": token.party,
        "roles": sorted(token.roles),
        "made": iso(token.made_utc),
        "expires": iso(token.expires_utc),
        "revoked": iso(token.revoked_utc) or None,
        "last_used": iso(token.last_used_utc) or None,
    }


def _version() -> str:
    from hoshimori import __version__

    return __version__
