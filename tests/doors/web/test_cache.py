"""An answer is given again as long as it is true, to whom it may be given, and no longer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI, Request

from hoshimori.doors.web import answers, app, problems
from hoshimori.doors.web.answers import Document
from hoshimori.doors.web.asgi import Message, Send
from hoshimori.doors.web.cache import LATE_S, Cached
from hoshimori.doors.web.principal import Asking, Principal, Reader, Worker, set_asking
from hoshimori.doors.web.routes.asked import AsOf
from hoshimori.doors.web.versions import Versions
from hoshimori.doors.web.world import World
from tests.doors.web import floor
from tests.doors.web.floor import ALLY, ANALYST, API, PUBLIC, SIGNER, VIEWER, Served

MADE: list[str] = []


def trial() -> FastAPI:
    router = answers.router("trial")

    @router.get("/tree")
    def tree(who: Reader, request: Request, as_of: AsOf = None) -> dict[str, Any]:
        MADE.append(request.url.path)
        time.sleep(0.1)
        return {
            "n": len(MADE),
            "name": who.name,
            "cookie": request.headers.get("cookie"),
            "shut": {"x": 1, "marking": {"tlp": "AMBER", "releasable_to": ["JPN"]}},
            "long": "日本 " * 1000,
        }

    @router.get("/jobs/tree")
    def jobs(who: Reader) -> dict[str, Any]:
        MADE.append("jobs")
        return {"n": len(MADE)}

    @router.get("/private")
    def private(who: Reader) -> Document:
        MADE.append("private")
        time.sleep(0.1)
        return Document(str(len(MADE)).encode(), "text/plain", headers={"Cache-Control": "no-store"})

    @router.get("/fault")
    def fault(who: Reader) -> Any:
        MADE.append("fault")
        raise RuntimeError("no")

    @router.post("/write")
    def write(who: Worker) -> dict[str, Any]:
        return {}

    made = FastAPI(openapi_url=None, lifespan=app._living)
    problems.install(made)
    made.include_router(router, prefix=API)
    return made


@pytest.fixture
def service(bare: World) -> Iterator[Served]:
    MADE.clear()
    bare.as_of = "data"
    tried = trial()
    tried.state = app.create(bare).state
    with floor.served(bare, app=tried) as found:
        for principal in (ANALYST, VIEWER, SIGNER, ALLY, PUBLIC):
            with found.client(principal) as asks:  # its token's use is written once, before anything is counted
                asks.get(f"{API}/jobs/tree")
        time.sleep(0.7)
        MADE.clear()
        yield found


def test_an_answer_is_made_once(service: Served) -> None:
    with service.client() as asks:
        one, two = asks.get(f"{API}/tree"), asks.get(f"{API}/tree")
        assert one.content == two.content
        assert len(MADE) == 1
        assert one.headers["etag"].strip('"') == two.headers["etag"].strip('"')
        held = asks.get(f"{API}/tree", headers={"If-None-Match": two.headers["etag"]})
        assert (held.status_code, held.content, len(MADE)) == (304, b"", 1)
        assert asks.get(f"{API}/tree?as_of=data").json()["n"] == 2


def test_who_shares_an_answer(service: Served) -> None:
    with service.client(ANALYST) as one, service.client(VIEWER) as fewer, service.client(ALLY) as ally:
        first = one.get(f"{API}/tree", headers={"Cookie": "a=secret"}).json()
        assert (first["name"], first["cookie"]) == ("", None)  # what is shared cannot depend on who asked
        assert first["shut"] == {"x": 1, "marking": {"tlp": "AMBER", "releasable_to": ["JPN"]}}
        assert fewer.get(f"{API}/tree").json()["n"] == 2
        other = ally.get(f"{API}/tree").json()
        assert other["n"] == 3
        assert "withheld" in other["shut"]
    with service.client(PUBLIC) as nobody:
        assert "withheld" in nobody.get(f"{API}/tree").json()["shut"]
        assert nobody.get(f"{API}/tree?lang=ja").json()["n"] == 5
    another = Principal("B. Second", "JPN", frozenset({"analyst"}), "token")
    with service.client(another) as same:
        service.app.state.versions.moved()
        same.get(f"{API}/tree")
        with service.client(ANALYST) as one:
            assert one.get(f"{API}/tree").json()["n"] == 6


def test_many_at_once_wait_for_one(service: Served) -> None:
    found: list[int] = []

    def ask() -> None:
        with service.client() as asks:
            found.append(asks.get(f"{API}/tree").json()["n"])

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 10


def test_what_is_private_is_made_for_each(service: Served) -> None:
    found: list[str] = []

    def ask() -> None:
        with service.client() as asks:
            found.append(asks.get(f"{API}/private").text)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(MADE) == 5


def test_a_write_here_is_seen_at_once(service: Served) -> None:
    with service.client() as asks:
        seen = []
        for _ in range(3):
            seen.append(asks.get(f"{API}/tree").json()["n"])
            made = len(MADE)
            asks.post(f"{API}/write")
            assert len(MADE) > made
        seen.append(asks.get(f"{API}/tree").json()["n"])
        assert seen == sorted(set(seen))


def test_a_write_elsewhere_is_seen_soon(service: Served) -> None:
    duty = service.world.duty

    def changed() -> bool:
        with service.client() as asks:
            before = asks.get(f"{API}/tree").json()["n"]
            time.sleep(0.8)
            return bool(asks.get(f"{API}/tree").json()["n"] != before)

    assert not changed()
    with service.client() as asks:
        first, first_jobs = asks.get(f"{API}/tree").json()["n"], asks.get(f"{API}/jobs/tree").json()["n"]
        duty.tell("job", {"progress": 1})
        time.sleep(0.8)
        assert asks.get(f"{API}/tree").json()["n"] == first
        assert asks.get(f"{API}/jobs/tree").json()["n"] != first_jobs
        duty.tell("sweep", {"id": "x"})
        time.sleep(0.8)
        assert asks.get(f"{API}/tree").json()["n"] != first


def test_what_the_stream_told_is_in_the_next_answer(bare: World) -> None:
    async def run() -> None:
        inner, told = Inner(), 0

        async def both(scope: Any, receive: Any, send: Any) -> None:
            nonlocal told
            if not scope["path"].endswith("/stream"):
                return await inner(scope, receive, send)
            for n in range(3):
                told = await asyncio.to_thread(bare.duty.tell, "sweep", {"n": n})
                await send({"type": "http.response.body", "body": f"event: sweep\r\nid: {told}\r\ndata: 1\r\n\r\n".encode()})

        versions = Versions(bare)
        cached = Cached(both, versions, now_as_of=False)
        await versions.look()
        seen: list[int] = []

        async def listener(message: Message) -> None:
            await asked(cached, "/x")
            await asked(cached, "/x")
            seen.append(inner.count)

        await asked(cached, "/x")
        await asked(cached, "/stream", send=listener)
        assert seen == [2, 3, 4]  # made anew once for each line

    asyncio.run(run())


class Gated:
    """An application that says which state its answer is from, and makes none while its gate is shut."""

    def __init__(self) -> None:
        self.state, self.made, self.gate = 0, list[str](), asyncio.Event()
        self.gate.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        state = self.state
        self.made.append(scope["path"].rpartition("/")[2])
        await self.gate.wait()
        await send({"type": "http.response.start", "status": 201 if scope["method"] == "POST" else 200, "headers": []})
        await send({"type": "http.response.body", "body": str(state).encode()})


async def gated(world: World) -> tuple[Gated, Versions, Cached]:
    inner, versions = Gated(), Versions(world)
    cached = Cached(inner, versions, now_as_of=False)
    await versions.look()
    return inner, versions, cached


async def read(cached: Cached, path: str, method: str = "GET") -> int:
    body: list[bytes] = []

    async def send(message: Message) -> None:
        body.append(message.get("body", b""))

    await asked(cached, path, send=send, method=method)
    return int(b"".join(body))


def test_a_change_is_shown_at_one_moment(bare: World) -> None:
    """While the new is made the old is given to everybody; nobody sees a newer answer and then an older one."""

    async def run() -> None:
        inner, versions, cached = await gated(bare)
        assert [await read(cached, x) for x in ("/a", "/b", "/a")] == [0, 0, 0]
        inner.state = 1
        seq = await asyncio.to_thread(bare.duty.tell, "sweep", {"n": 1})
        inner.gate.clear()
        telling = [asyncio.create_task(versions.reach(seq)) for _ in range(3)]
        while len(inner.made) < 4:
            await asyncio.sleep(0.005)
        assert [await read(cached, x) for x in ("/a", "/b")] == [0, 0]
        other = asyncio.create_task(read(cached, "/c"))
        await asyncio.sleep(0.05)
        assert not other.done()
        assert not any(t.done() for t in telling)  # no line of the stream is ahead of the answers
        inner.gate.set()
        await asyncio.gather(*telling)
        assert [await read(cached, x) for x in ("/a", "/b")] == [1, 1]
        assert await other == 1
        assert sorted(inner.made) == ["a", "a", "b", "b", "c"]

    asyncio.run(run())


def test_a_change_does_not_wait_for_what_takes_long(bare: World) -> None:
    async def run() -> None:
        inner, versions, cached = await gated(bare)
        assert await read(cached, "/a") == 0
        inner.state = 1
        await asyncio.to_thread(bare.duty.tell, "sweep", {"n": 1})
        inner.gate.clear()
        began = time.monotonic()
        await versions.look()
        assert LATE_S * 0.9 < time.monotonic() - began < LATE_S + 2.0
        late = asyncio.create_task(read(cached, "/a"))
        await asyncio.sleep(0.05)
        assert not late.done()  # not the old one
        inner.gate.set()
        assert await late == 1
        assert inner.made == ["a", "a"]

    asyncio.run(run())


def test_a_writer_hears_that_it_is_done_when_everybody_sees_it(bare: World) -> None:
    async def run() -> None:
        inner, _, cached = await gated(bare)
        assert await read(cached, "/a") == 0
        inner.state = 1
        await read(cached, "/write", "POST")
        assert inner.made == ["a", "write", "a"]  # made again before the writer was told
        assert await read(cached, "/a") == 1
        assert len(inner.made) == 3

    asyncio.run(run())


def test_an_answer_from_before_a_write_is_not_given_after_it(bare: World) -> None:
    """A write while a change is about to show: what was made for that change is from before the write."""

    async def run() -> None:
        inner, versions, cached = await gated(bare)
        assert await read(cached, "/a") == 0
        inner.state = 1
        await asyncio.to_thread(bare.duty.tell, "sweep", {"n": 1})
        inner.gate.clear()
        showing = asyncio.create_task(versions.look())
        while len(inner.made) < 2:
            await asyncio.sleep(0.005)
        inner.state = 2
        versions.moved()
        inner.gate.set()
        await showing
        assert await read(cached, "/a") == 2

    asyncio.run(run())


def test_a_listener_that_leaves_loses_nothing_for_others(bare: World) -> None:
    async def run() -> None:
        inner, versions, cached = await gated(bare)
        for leave_s in (0.0, 0.001, 0.01, 0.05):
            assert await read(cached, "/a") == inner.state
            inner.state += 1
            seq = await asyncio.to_thread(bare.duty.tell, "sweep", {"n": inner.state})
            listening = asyncio.create_task(versions.reach(seq))
            await asyncio.sleep(leave_s)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await versions.reach(seq)
            assert await read(cached, "/a") == inner.state

    asyncio.run(run())


def test_new_facts_are_seen_soon(service: Served) -> None:
    with service.client() as asks:
        before = asks.get(f"{API}/tree").json()["n"]
        manifest = service.world.home / "catalogue" / "manifest.json"
        manifest.parent.mkdir(parents=True)
        manifest.write_text("{}")
        time.sleep(0.8)
        assert asks.get(f"{API}/tree").json()["n"] != before


def test_a_fault_is_not_kept(service: Served) -> None:
    with service.client() as asks:
        assert [asks.get(f"{API}/fault").status_code for _ in range(2)] == [500, 500]
    assert MADE == ["fault", "fault"]


def test_packed_and_plain_are_one_answer(service: Served) -> None:
    with service.client() as asks:
        packed = asks.get(f"{API}/tree", headers={"Accept-Encoding": "gzip"})
        plain = asks.get(f"{API}/tree", headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert int(packed.headers["content-length"]) < len(plain.content) / 5
        assert packed.json() == plain.json()
        assert packed.headers["etag"] != plain.headers["etag"]
        assert asks.get(f"{API}/tree", headers={"If-None-Match": packed.headers["etag"]}).status_code == 304
    assert len(MADE) == 1


class Inner:
    """An application of which it is known how often it was asked."""

    def __init__(self, size: int = 100) -> None:
        self.count, self.size = 0, size

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.count += 1
        headers = [(b"content-type", b"application/json"), (b"etag", b'"x"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * self.size})


async def asked(cached: Cached, path: str, query: str = "", send: Send | None = None, method: str = "GET") -> None:
    principal = Principal("x", "JPN", frozenset({"viewer"}), "token")
    set_asking(Asking(principal))
    scope = {"type": "http", "method": method, "path": API + path, "query_string": query.encode(), "headers": []}

    async def nobody(message: Message) -> None:
        """Nobody listens."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    await cached({**scope, "state": {"principal": principal}}, receive, send or nobody)


def test_the_clock_ends_an_answer_as_of_now(bare: World) -> None:
    now = [1000.0]

    async def run() -> None:
        inner = Inner()
        cached = Cached(inner, Versions(bare), now_as_of=True, clock=lambda: now[0])
        for query, lasts in (("", 2.0), ("as_of=now", 2.0), ("as_of=data", 10.0), ("as_of=2026-01-01", 10.0)):
            start = inner.count
            await asked(cached, "/x", query)
            await asked(cached, "/x", query)
            assert inner.count == start + 1
            now[0] += lasts * 0.6
            await asked(cached, "/x", query)  # still given, and made again beside it
            await asyncio.sleep(0.01)
            assert inner.count == start + 2
            now[0] += lasts + 0.01
            await asked(cached, "/x", query)
            assert inner.count == start + 3

    asyncio.run(run())


def test_it_holds_no_more_than_it_may(bare: World) -> None:
    async def run() -> None:
        inner = Inner(size=10_000)
        cached = Cached(inner, Versions(bare), most_bytes=200_000)
        rng = np.random.default_rng(1)
        for n in rng.integers(0, 500, 2000):
            await asked(cached, "/x", f"n={n}")
            assert cached.bytes <= 200_000
        assert cached.bytes == sum(k.size for k in cached._kept.values()) > 100_000
        assert not cached._flights
        big = Inner(size=100_000)
        cached = Cached(big, Versions(bare), most_bytes=200_000)
        await asked(cached, "/x")
        assert cached.bytes == 0

    asyncio.run(run())
