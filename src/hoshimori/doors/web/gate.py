"""The gate: who asks. Nothing of the API is reached, read or parsed before somebody is known, except what is open to all.

A bearer token (an API token, or a JWT of the OpenID Connect provider) or a session cookie; where both come, the token counts.
A cookie alone is not enough for a write: the page must also send back X-CSRF, and come from this very origin.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from anyio import to_thread

from hoshimori.doors.web import people as who
from hoshimori.doors.web import problems
from hoshimori.doors.web.asgi import API, SAFE, App, Receive, Scope, Send, api, cookie, header
from hoshimori.doors.web.limits import Rates
from hoshimori.doors.web.people import People
from hoshimori.doors.web.principal import Asking, Principal, reset_asking, set_asking
from hoshimori.doors.web.problems import ApiError, Unauthenticated

COOKIE = "hoshimori"
OPEN = frozenset(
    {"/healthz", "/metrics", f"{API}/session", f"{API}/openapi.json", f"{API}/oidc", f"{API}/oidc/login", f"{API}/oidc/callback"}
)
"""What is answered to anybody: none of it holds a fact, a judgement or a name. /metrics asks by itself (routes/meta.py)."""
LANGUAGES = ("en", "ja")

Verify = Callable[[str], Principal]
"""A JWT, checked. Unauthenticated where it is not good."""


class Gate:
    """Pure ASGI. verify: how a JWT is checked, None where no provider is set up."""

    def __init__(self, app: App, people: People, *, verify: Verify | None = None, rates: Rates | None = None) -> None:
        self.app = app
        self.people = people
        self.verify = verify
        self.rates = rates
        self._flights: dict[str, asyncio.Task[Principal]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        try:
            asking = await self.let_in(scope)
        except ApiError as error:
            if error.status == 401 and self.rates is not None and _tried(scope):
                error = self.rates.wrong(scope) or error
            return await problems.response(error, scope["path"])(scope, receive, send)
        scope.setdefault("state", {})["principal"] = asking.principal if asking else None
        token = set_asking(asking)
        try:
            await self.app(scope, receive, send)
        finally:
            reset_asking(token)

    async def let_in(self, scope: Scope) -> Asking | None:
        """Who asks; None for what is open to all and asked by nobody. Raises ApiError."""
        path = scope["path"]
        lang = language(scope)
        try:
            principal, by_cookie = await self.principal(scope)
        except Unauthenticated:
            if path in OPEN:
                return None
            raise
        if principal is None:
            if path not in OPEN and api(path):
                raise Unauthenticated()
            return None
        if scope["method"] not in SAFE and by_cookie and path != f"{API}/session":
            refuse_other_pages(scope)
            if not hmac.compare_digest(header(scope, b"x-csrf").encode(), who.csrf(by_cookie).encode()):
                raise ApiError(403, "csrf", "not allowed", "a write with a session cookie needs the header X-CSRF: `csrf` of /me")
        if self.rates is not None:
            self.rates.person(principal)
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        return Asking(principal, lang, scope.get("state", {}).get("request_id", ""), headers)

    async def principal(self, scope: Scope) -> tuple[Principal | None, str]:
        """Who asks, and the cookie where it was a cookie that said so."""
        given = header(scope, b"authorization")
        if given:
            kind, _, token = given.partition(" ")
            if kind.lower() != "bearer" or not token.strip():
                raise Unauthenticated("Authorization: expected Bearer and a token")
            return await self._bearer(token.strip()), ""
        held = cookie(scope, COOKIE)
        if not held:
            return None, ""
        return await self._found(f"session:{who.digest(held)}", partial(self.people.by_cookie, held)), held

    async def _bearer(self, token: str) -> Principal:
        if token.count(".") == 2 and self.verify is not None:
            return await to_thread.run_sync(self.verify, token)
        return await self._found(f"token:{who.digest(token)}", partial(self.people.by_token, token))

    async def _found(self, name: str, look: Callable[[], Principal]) -> Principal:
        """Many who ask under one name look into the book once."""
        found, old = self.people.known(name)
        if found is not None and not old:
            return found
        flight = self._flights.get(name)
        if flight is None:
            flight = self._flights[name] = asyncio.create_task(to_thread.run_sync(look))
            flight.add_done_callback(partial(self._landed, name))
        return found if found is not None else await asyncio.shield(flight)

    def _landed(self, name: str, flight: asyncio.Task[Principal]) -> None:
        self._flights.pop(name, None)
        if not flight.cancelled():
            flight.exception()  # whoever waits is told; a look ahead of time that failed is made again when it is needed


def refuse_other_pages(scope: Scope) -> None:
    """403 for a write that a page of another origin sent; a program sends neither of these headers."""
    site = header(scope, b"sec-fetch-site")
    if site and site not in ("same-origin", "none"):
        raise ApiError(403, "other-origin", "not allowed", f"this write came from another site (Sec-Fetch-Site: {site})")
    origin = header(scope, b"origin")
    if origin and urlsplit(origin).netloc.lower() != header(scope, b"host").lower():
        raise ApiError(403, "other-origin", "not allowed", f"this write came from the page {origin[:100]}")


def language(scope: Scope) -> str:
    """?lang=, else Accept-Language, else English. 422 for a language that is not spoken here."""
    query: bytes = scope.get("query_string", b"")
    if b"lang" in query:
        chosen = [v for k, v in parse_qsl(query.decode("latin-1"), keep_blank_values=True) if k == "lang"]
        if any(c not in LANGUAGES for c in chosen) or len(chosen) > 1:
            raise ApiError(
                422, "invalid", "a field is wrong", f"lang={chosen[-1][:20]!r}: expected one of {', '.join(LANGUAGES)}"
            )
        if chosen:
            return chosen[0]
    return preferred(header(scope, b"accept-language"))


def preferred(accepted: str) -> str:
    """The language of an Accept-Language header that is spoken here and comes first.

    >>> preferred("fr, ja;q=0.9, en;q=0.8"), preferred("en-GB,ja;q=0.5"), preferred(""), preferred("ja;q=x")
    ('ja', 'en', 'en', 'en')
    """
    best, found = 0.0, LANGUAGES[0]
    for part in accepted.split(","):
        name, _, q = part.strip().partition(";q=")
        try:
            weight = float(q) if q else 1.0
        except ValueError:
            continue
        if name[:2].lower() in LANGUAGES and best < weight <= 1.0:
            best, found = weight, name[:2].lower()
    return found


def _tried(scope: Scope) -> bool:
    return bool(header(scope, b"authorization") or cookie(scope, COOKIE))
