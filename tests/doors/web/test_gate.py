"""Nothing is reached before somebody is known, and no other page writes in their name."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from fastapi.routing import APIRoute

from hoshimori.doors.web import answers, app, gate, headers
from hoshimori.doors.web.people import AGING, FRESH_S, People
from hoshimori.doors.web.principal import Permission, Principal
from hoshimori.doors.web.problems import Unauthenticated
from hoshimori.doors.web.settings import Settings
from hoshimori.doors.web.world import World
from tests.doors.web.floor import ANALYST, API, VIEWER, Served, raw, served


@pytest.fixture(scope="module")
def routes(service: Served) -> list[tuple[str, str]]:
    document = service.app.openapi()
    return [(m.upper(), p) for p, item in document["paths"].items() for m in item]


def test_every_route_that_is_not_open_asks_who(service: Served, routes: list[tuple[str, str]]) -> None:
    assert len(routes) > 10
    with service.client(None) as nobody:
        for method, path in routes:
            filled = path.replace("{", "").replace("}", "")
            answer = nobody.request(method, filled, content=b"{not json" if method != "GET" else None)
            if path in gate.OPEN:
                assert answer.status_code != 401 or method != "GET", (method, path)
            else:
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"] == "Bearer"
                assert answer.headers["content-type"] == "application/problem+json"


def test_every_route_goes_through_the_door_and_names_a_permission() -> None:
    from hoshimori.doors.web.bodies import permission_of
    from hoshimori.doors.web.routes.meta import outside

    found = 0
    import importlib
    import pkgutil

    from hoshimori.doors.web import routes as rooms

    for name in (m.name for m in pkgutil.iter_modules(rooms.__path__)):
        router = getattr(importlib.import_module(f"{rooms.__name__}.{name}"), "router", None)
        for route in router.routes if router else ():
            assert isinstance(route, answers.Door), route
            if f"{API}{route.path}" not in gate.OPEN:
                assert isinstance(permission_of(route.dependant), Permission), route.path
                found += 1
    assert found > 10
    assert {r.path for r in outside.routes if isinstance(r, APIRoute)} <= gate.OPEN


@pytest.mark.parametrize(
    "shown",
    ["Bearer", "Bearer hm_wrong", "Basic dTpw", "hm_x", "Bearer \xff\xfe", "Bearer " + "x" * 9000, "Bearer a b", ""],
)
def test_a_wrong_token_opens_nothing(service: Served, shown: str) -> None:
    with service.client(None) as nobody:
        answer = nobody.get(f"{API}/me", headers={b"Authorization": shown.encode("latin-1")})
    assert answer.status_code == 401
    assert "hm_wrong" not in answer.text


def test_an_expired_token_is_refused(bare: World) -> None:
    with served(bare) as service:
        token, row = service.app.state.people.make_token("x", "JPN", ["viewer"], 1.0)
        late = service.app.state.people.make_token("y", "JPN", ["viewer"], 1e-9)[0]
        with service.client(None) as asks:
            assert asks.get(f"{API}/me", headers={"Authorization": f"Bearer {late}"}).status_code == 401
            assert asks.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
            service.app.state.people.revoke(row.token_id)
            assert asks.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_token_counts_more_than_a_cookie(bare: World) -> None:
    with served(bare) as service, service.client(None) as browser:
        browser.post(f"{API}/session", json={"token": service.app.state.people.one_time()})
        me = browser.get(f"{API}/me", headers={"Authorization": f"Bearer {service.token(VIEWER)}"}).json()
        assert me["name"] == VIEWER.name
        wrong = browser.get(f"{API}/me", headers={"Authorization": "Bearer wrong"})
        assert wrong.status_code == 401  # a wrong token is not made good by a cookie


def test_a_write_with_a_cookie_needs_what_only_the_page_knows(bare: World) -> None:
    wish = {"name": "x", "roles": ["viewer"]}
    with served(bare) as service, service.client(None) as browser:
        me = browser.post(f"{API}/session", json={"token": service.app.state.people.one_time()}).json()
        assert me["csrf"] == browser.get(f"{API}/me").json()["csrf"]
        for wrong in ({}, {"X-CSRF": "no"}, {"X-CSRF": ""}, {"X-CSRF": me["csrf"][:-1]}):
            refused = browser.post(f"{API}/tokens", json=wish, headers=wrong)
            assert refused.status_code == 403
            assert refused.json()["type"].endswith(":csrf")
        good = {"X-CSRF": me["csrf"]}
        for other in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": service.url.replace("127.0.0.1", "localhost")},
        ):
            refused = browser.post(f"{API}/tokens", json=wish, headers=good | other)
            assert refused.status_code == 403, other
            assert refused.json()["type"].endswith(":other-origin")
        own = {"Origin": service.url, "Sec-Fetch-Site": "same-origin"}
        assert browser.get(f"{API}/tokens").json()["total"] == 0
        assert browser.post(f"{API}/tokens", json=wish, headers=good | own).status_code == 201


def test_no_other_page_logs_anybody_in_or_out(bare: World) -> None:
    with served(bare) as service, service.client(None) as browser:
        token = service.app.state.people.one_time()
        elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert browser.post(f"{API}/session", json={"token": token}, headers=elsewhere).status_code == 403
        assert browser.post(f"{API}/session", json={"token": token}).status_code == 200
        assert browser.delete(f"{API}/session", headers=elsewhere).status_code == 403
        assert browser.get(f"{API}/me").status_code == 200


def test_another_name_for_this_machine_is_refused(service: Served) -> None:
    with service.client() as asks:
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "169.254.0.1", "[::2]"):
            answer = asks.get(f"{API}/me", headers={"Host": host})
            assert answer.status_code == 421, host
            assert answer.json()["type"].endswith(":host")
            assert asks.get("/", headers={"Host": host}).status_code == 421
        for host in ("localhost", "localhost:1234", "[::1]:8420", "127.0.0.1"):
            assert asks.get(f"{API}/me", headers={"Host": host}).status_code == 200, host


def test_a_name_that_was_set_is_answered(bare: World) -> None:
    assert headers.names(Settings(bare.home, host="0.0.0.0")) is None
    named = headers.names(Settings(bare.home, host="0.0.0.0", public_url="https://watch.example:8443", hosts=("Other.example",)))
    assert named is not None
    assert {"watch.example", "other.example"} <= named


def test_every_answer_says_what_a_browser_must_not_do(service: Served) -> None:
    with service.client() as asks:
        for path in ("/", "/healthz", f"{API}/me", f"{API}/nothing", "/x.js", f"{API}/openapi.json"):
            found = asks.get(path).headers
            assert found["x-content-type-options"] == "nosniff"
            assert found["referrer-policy"] == "no-referrer"
            assert "default-src 'none'" in found["content-security-policy"]
            assert "unsafe-eval" not in found["content-security-policy"]
            assert "script-src 'unsafe-inline'" not in found["content-security-policy"]
            assert "access-control-allow-origin" not in found
            assert "server" not in found
            assert "strict-transport-security" not in found  # this is http
            assert len(found["x-request-id"]) == 16


def test_https_is_kept_to(bare: World) -> None:
    with served(bare, Settings(bare.home, public_url="https://localhost")) as service, service.client(None) as browser:
        assert "max-age" in browser.get("/healthz").headers["strict-transport-security"]
        made = browser.post(f"{API}/session", json={"token": service.token(ANALYST)})
        assert "Secure" in made.headers["set-cookie"]


def test_preflights_of_other_pages_get_nothing(service: Served) -> None:
    with service.client(None) as asks:
        answer = asks.options(f"{API}/me", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"})
    assert answer.status_code == 401
    assert not [h for h in answer.headers if h.startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd",
        "/assets/../../pyproject.toml",
        "/assets/%2e%2e/%2e%2e/pyproject.toml",
        "/..%2f..%2fpyproject.toml",
        "/%5c..%5cpyproject.toml",
        "/index.html%00.js",
        "/api/v1/%2e%2e/me",
        "/api/v1/raw/..%2f..%2fduty%2fduty.sqlite",
        "/assets/",
        "/.git/config",
        "/%c0%ae%c0%ae/",
        "//etc/passwd.x",
    ],
)
def test_a_path_that_is_a_trick_is_not_found(service: Served, path: str) -> None:
    head = f"Authorization: Bearer {service.token(ANALYST)}\r\nHost: localhost\r\nConnection: close\r\n"
    answer = raw(service.url, f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), answer[:200]
    assert b"[project]" not in answer
    assert b"SQLite" not in answer


def test_languages(service: Served) -> None:
    with service.client() as asks:
        assert asks.get(f"{API}/me?lang=fr").status_code == 422
        assert asks.get(f"{API}/me?lang=en&lang=ja").status_code == 422
        assert asks.get(f"{API}/me?lang=ja").status_code == 200


def test_what_nobody_wrote_about_is_refused(service: Served) -> None:
    with service.client() as asks:
        slip = asks.get(f"{API}/watchlists?as_off=data")
        assert slip.status_code == 422
        assert "as_off" in slip.json()["detail"]
        twice = asks.get(f"{API}/watchlists?limit=1&limit=2")
        assert twice.status_code == 422
        assert asks.get(f"{API}/watchlists?cursor=%00").status_code == 422
        assert asks.get(f"{API}/nothing").status_code == 404
        assert asks.put(f"{API}/me").status_code == 405
        assert asks.put(f"{API}/me").headers["allow"] == "GET"
        for answer in (slip, asks.get(f"{API}/nothing"), asks.put(f"{API}/me")):
            assert answer.headers["content-type"] == "application/problem+json"
            assert json.loads(answer.content)["type"].startswith("urn:hoshimori:problem:")


def test_the_description_is_openapi_and_complete(service: Served) -> None:
    with service.client(None) as nobody:
        document = nobody.get(f"{API}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/"}]
    ids = [o["operationId"] for item in document["paths"].values() for o in item.values()]
    assert len(ids) == len(set(ids))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["tags"], path
            assert operation["description"], path
            assert operation["security"] == ([] if path in gate.OPEN else [{"bearer": []}, {"session": []}]), path
            if path.startswith(app.API):
                assert {"401", "403", "422", "429", "503"} <= set(operation["responses"]), (method, path)
                assert set(operation["responses"]["422"]["content"]) == {"application/problem+json"}


def test_many_who_ask_under_one_name_look_into_the_book_once(bare: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is time to look again: who asks meanwhile goes on with what was found."""
    made = People(bare.duty, lambda: "JPN")
    token, row = made.make_token("x", "JPN", ["viewer"], 1.0)
    looks: list[str] = []
    real = made._token

    def slow(name: str) -> Principal:
        looks.append(name)
        time.sleep(0.1)
        return real(name)

    monkeypatch.setattr(made, "_token", slow)
    guard = gate.Gate(_nothing, made)

    async def many(n: int) -> set[str]:
        return {p.name for p in await asyncio.gather(*(guard._bearer(token) for _ in range(n)))}

    async def run() -> None:
        assert await many(50) == {"x"}
        assert len(looks) == 1
        await asyncio.sleep(AGING * FRESH_S + 0.05)
        began = time.monotonic()
        assert await many(50) == {"x"}
        assert time.monotonic() - began < 0.1
        await asyncio.sleep(0.3)
        assert len(looks) == 2
        bare.duty.revoke_token(row.token_id)  # as another process does
        await asyncio.sleep(FRESH_S)
        with pytest.raises(Unauthenticated):
            await many(1)

    asyncio.run(run())


def test_a_token_that_was_taken_back_elsewhere_is_let_in_no_longer_than_it_is_remembered(bare: World) -> None:
    made = People(bare.duty, lambda: "JPN")
    token, row = made.make_token("x", "JPN", ["viewer"], 1.0)
    guard = gate.Gate(_nothing, made)

    async def run() -> None:
        await guard._bearer(token)
        bare.duty.revoke_token(row.token_id)
        began = time.monotonic()
        with pytest.raises(Unauthenticated):
            await keep_asking()
        assert time.monotonic() - began < FRESH_S + 0.5

    async def keep_asking() -> None:
        for _ in range(500):
            await guard._bearer(token)
            await asyncio.sleep(0.01)

    asyncio.run(run())


async def _nothing(scope: object, receive: object, send: object) -> None:
    """No application behind this gate."""
