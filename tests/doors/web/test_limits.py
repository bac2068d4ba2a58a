"""How much may be asked, and what happens to who asks more."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from hoshimori.doors.web import answers, app, problems
from hoshimori.doors.web.limits import Buckets
from hoshimori.doors.web.principal import Reader, Worker
from hoshimori.doors.web.settings import MIB, Limits, Settings
from hoshimori.doors.web.world import World
from tests.doors.web import floor
from tests.doors.web.floor import ALLY, ANALYST, API, VIEWER, Served, raw, served

READ = list[int]()
LIMITS = Limits(body_mib=1, upload_mib=2, header_kib=8, header_s=1.0, answer_s=1.5)


def trial() -> FastAPI:
    router = answers.router("trial")

    @router.post("/note")
    async def note(who: Worker, request: Request) -> dict[str, Any]:
        READ.append(0)
        async for part in request.stream():
            READ[-1] += len(part)
        return {"read": READ[-1]}

    @router.post("/ingest")
    async def ingest(who: Worker, request: Request) -> dict[str, Any]:
        return {"read": len(await request.body())}

    @router.get("/slow")
    def slow(who: Reader) -> dict[str, Any]:
        time.sleep(2.5)
        return {}

    @router.get("/quick")
    def quick(who: Reader) -> dict[str, Any]:
        return {"quick": True}

    made = FastAPI(openapi_url=None)
    problems.install(made)
    made.include_router(router, prefix=API)
    return made


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    world = floor.practice_world(tmp_path_factory.mktemp("limits"), as_of="now")
    settings = Settings(world.home, limits=LIMITS)
    tried = trial()
    tried.state = app.create(world, settings).state
    with served(world, settings, app=tried) as found:
        yield found


def test_a_body_that_says_it_is_too_large_is_not_read(service: Served) -> None:
    READ.clear()
    head = f"POST {API}/note HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {service.token(ANALYST)}\r\n"
    answer = raw(service.url, f"{head}Content-Length: {10 * MIB}\r\n\r\n".encode() + b"x" * 1000, seconds=2.0)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"urn:hoshimori:problem:too-large" in answer
    assert READ == []


def test_a_body_in_chunks_is_cut_off(service: Served) -> None:
    READ.clear()

    def endless() -> Iterator[bytes]:
        for _ in range(4 * 16):
            yield b"x" * (MIB // 16)

    with service.client() as asks:
        try:
            answer = asks.post(f"{API}/note", content=endless())
        except httpx.WriteError:
            pytest.fail("hung up before it was said why")
        assert answer.status_code == 413
        assert answer.json()["type"].endswith("too-large")
        assert sum(READ) <= MIB + MIB // 8
        assert asks.get(f"{API}/quick").status_code == 200


def test_what_is_just_small_enough_is_taken(service: Served) -> None:
    with service.client() as asks:
        assert asks.post(f"{API}/note", content=b"x" * MIB).json() == {"read": MIB}
        assert asks.post(f"{API}/note", content=b"x" * (MIB + 1)).status_code == 413
        assert asks.post(f"{API}/ingest", content=b"x" * (2 * MIB)).json() == {"read": 2 * MIB}
        assert asks.post(f"{API}/ingest", content=b"x" * (2 * MIB + 1)).status_code == 413


def test_headers_that_are_too_large_are_refused(service: Served) -> None:
    start = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
    many = start + b"".join(b"X-%d: %s\r\n" % (i, b"y" * 100) for i in range(100)) + b"\r\n"
    one = start + b"X: " + b"y" * 20_000
    path = b"GET /" + b"y" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for data in (many, one, path):
        assert raw(service.url, data, seconds=5.0).startswith(b"HTTP/1.1 431"), data[:60]
    assert raw(service.url, start + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_who_is_slow_to_ask_is_hung_up_on(service: Served) -> None:
    for data in (b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"):
        began = time.monotonic()
        assert raw(service.url, data, seconds=8.0) == b""
        assert time.monotonic() - began < 6.0


def test_a_body_that_trickles_is_given_up(service: Served) -> None:
    head = f"POST {API}/note HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {service.token(ANALYST)}\r\n"
    began = time.monotonic()
    answer = raw(service.url, f"{head}Content-Length: 1000\r\n\r\nx".encode(), seconds=10.0)
    assert answer.startswith(b"HTTP/1.1 503")
    assert time.monotonic() - began < 8.0


def test_what_takes_too_long_is_told_and_the_rest_goes_on(service: Served) -> None:
    found: list[httpx.Response] = []
    with service.client() as asks:
        thread = threading.Thread(target=lambda: found.append(asks.get(f"{API}/slow")))
        thread.start()
        with service.client() as others:
            assert others.get(f"{API}/quick").status_code == 200
        thread.join(10.0)
    assert found[0].status_code == 503
    assert found[0].json()["type"].endswith("too-slow")
    assert found[0].headers["retry-after"] == "10"


def test_what_is_no_http_is_no_fault(service: Served) -> None:
    for data in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 100):
        assert b"500" not in raw(service.url, data, seconds=5.0)[:20]
    with service.client() as asks:
        assert asks.get(f"{API}/quick").status_code == 200


def rated(bare: World, **limits: Any) -> Settings:
    return Settings(bare.home, limits=replace(Limits(), **limits), own_rates=True)


def test_each_person_has_a_rate(bare: World) -> None:
    settings = rated(bare, person_per_s=2.0, address_per_s=0.0)
    with served(bare, settings) as service, service.client(VIEWER) as asks, service.client(ALLY) as other:
        codes = [asks.get(f"{API}/me") for _ in range(12)]
        assert codes[0].status_code == 200
        late = [c for c in codes if c.status_code == 429]
        assert late
        assert int(late[0].headers["retry-after"]) >= 1
        assert late[0].json()["type"].endswith("too-often")
        assert other.get(f"{API}/me").status_code == 200
        time.sleep(1.1)
        assert asks.get(f"{API}/me").status_code == 200


def test_each_address_has_a_rate(bare: World) -> None:
    with served(bare, rated(bare, address_per_s=2.0)) as service, service.client(None) as asks:
        assert {asks.get("/healthz").status_code for _ in range(20)} == {200, 429}


def test_on_loopback_nobody_is_slowed_down(bare: World) -> None:
    with served(bare) as service, service.client(VIEWER) as asks:
        assert {asks.get(f"{API}/watchlists").status_code for _ in range(300)} == {200}


def test_guessing_tokens_is_slowed_down_and_a_right_one_is_not(bare: World) -> None:
    with served(bare, Settings(bare.home, limits=Limits(wrong_per_min=5))) as service, service.client(None) as asks:
        codes = [asks.get(f"{API}/me", headers={"Authorization": f"Bearer guess{i}"}).status_code for i in range(8)]
        assert codes == [401] * 5 + [429] * 3
        assert asks.get(f"{API}/me", headers={"Authorization": f"Bearer {service.token(VIEWER)}"}).status_code == 200
        logins = [asks.post(f"{API}/session", json={"token": f"guess{i}"}).status_code for i in range(3)]
        assert logins == [401] * 3


def test_a_bucket_forgets_who_is_not_seen() -> None:
    buckets = Buckets(1.0, 1.0, clock=lambda: 0.0)
    for i in range(10_000):
        buckets.wait_s(str(i))
    assert len(buckets._held) <= 8192
