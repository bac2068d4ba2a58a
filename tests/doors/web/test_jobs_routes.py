"""Jobs, alerts and the stream as they are asked over HTTP: who may, what is told, what is withheld."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.sse import ServerSentEvent
from pydantic import TypeAdapter

from hoshimori.doors.web import stream
from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.routes import models_jobs as models
from hoshimori.doors.web.stream import Hub
from hoshimori.doors.web.world import World
from hoshimori.duty import Duty
from tests.doors.web.floor import ADMIN, ALLY, ANALYST, API, PUBLIC, VIEWER, Served, served

CLOSED = {"tlp": "RED", "releasable_to": ["USA"]}


@pytest.fixture
def world(bare: World) -> World:
    return bare


@pytest.fixture
def service(world: World) -> Iterator[Served]:
    with served(world) as found:
        yield found


def alert(duty: Duty, key: str = "k", **record: Any) -> str:
    reason = {"code": "stay", "other": "90001", "km": 12.5, "label": "parking", "when": "2026-05-30T00:00:00.000000Z"}
    told = {"reason": reason, "name": "JCSAT-5A", "data_mode": "EXERCISE", "marking": {"tlp": "CLEAR"}, **record}
    return duty.alert(key, severity="warning", code="stay", subject="29045", record=told).alert_id


def ask(service: Served, who: Principal, method: str, path: str, said: Any = None, **more: Any) -> httpx.Response:
    with service.client(who) as asks:
        return asks.request(method, f"{API}{path}", json=said, **more)


def test_jobs_are_listed_one_by_one_and_page_by_page(world: World, service: Served) -> None:
    ids = [world.duty.ask("sweep", {"watchlist": "x"}, key=f"k{k}", by="Sato").job_id for k in range(3)]
    world.duty.claim("w", lease_s=9)
    client = service.client(VIEWER)
    first = client.get(f"{API}/jobs?limit=2").json()
    assert ([j["id"] for j in first["items"]], first["total"]) == (ids[:0:-1], 3)
    second = client.get(f"{API}/jobs", params={"limit": 2, "cursor": first["next"]}).json()
    assert ([j["id"] for j in second["items"]], second["next"]) == ([ids[0]], None)
    TypeAdapter(models.JobPage).validate_python(first)
    assert [j["id"] for j in client.get(f"{API}/jobs?state=running").json()["items"]] == [ids[0]]
    assert client.get(f"{API}/jobs?kind=fetch").json()["items"] == []
    assert client.get(f"{API}/jobs/{ids[0]}").json()["state"] == "running"
    for path, status in ((f"/jobs/{'0' * 32}", 404), ("/jobs/x", 422), ("/jobs?state=dead", 422), ("/jobs?cursor=***", 400)):
        answer = client.get(f"{API}{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    client.close()


def test_only_who_runs_the_service_cancels(world: World, service: Served) -> None:
    job = world.duty.ask("sweep", {}, key="k", by="Sato").job_id
    assert ask(service, ANALYST, "POST", f"/jobs/{job}/cancel").status_code == 403
    assert world.duty.job(job).state == "waiting"  # type: ignore[union-attr]
    answer = ask(service, ADMIN, "POST", f"/jobs/{job}/cancel")
    assert (answer.status_code, answer.json()["error"]) == (200, f"cancelled by {ADMIN.name}")
    assert ask(service, ADMIN, "POST", f"/jobs/{'0' * 32}/cancel").status_code == 404


def test_an_alert_is_read_in_either_language_and_acknowledged_once(world: World, service: Served) -> None:
    alert_id = alert(world.duty)
    english = ask(service, ANALYST, "GET", "/alerts?open=true").json()
    japanese = ask(service, ANALYST, "GET", f"/alerts/{alert_id}?lang=ja").json()
    TypeAdapter(models.AlertPage).validate_python(english)
    assert english["items"][0]["text"].startswith("JCSAT-5A (29045): 90001: parking since")
    assert japanese["text"] != english["items"][0]["text"]
    assert japanese["data_mode"] == "EXERCISE"
    path = f"/alerts/{alert_id}/acknowledge"
    assert ask(service, VIEWER, "POST", path, {}).status_code == 403
    bad: list[Any] = [{"note": "x" * 2001}, {"note": 5}, {"by": "Smith"}, [], "x"]
    for wrong in bad:
        assert ask(service, ANALYST, "POST", path, wrong).status_code == 422
    assert world.duty.alerts(open_only=True).total == 1
    done = ask(service, ANALYST, "POST", path, {"note": "<b>known</b>"}).json()
    assert (done["acknowledged_by"], done["note"]) == (ANALYST.name, "<b>known</b>")
    assert done["acknowledged"] != ""
    again = ask(service, ALLY, "POST", path, {"note": "mine"})
    assert again.json()["acknowledged_by"] == ANALYST.name
    assert ask(service, ANALYST, "GET", "/alerts?open=true").json()["items"] == []
    assert ask(service, ANALYST, "POST", f"/alerts/{'0' * 32}/acknowledge", {}).status_code == 404


def test_the_public_reads_no_names_and_no_notes_of_who_is_on_duty(world: World, service: Served) -> None:
    world.duty.ask("sweep", {"watchlist": "x"}, key="k", by="A. Sato")
    alert_id = alert(world.duty)
    ask(service, ANALYST, "POST", f"/alerts/{alert_id}/acknowledge", {"note": "a quiet word"})
    for path in ("/jobs", "/alerts", "/alerts?open=false"):
        public = ask(service, PUBLIC, "GET", path).text
        assert not any(said in public for said in ("Sato", ANALYST.name, "quiet word"))
    assert "A. Sato" in ask(service, ALLY, "GET", "/jobs").text


def test_an_alert_that_is_not_released_is_not_found_and_not_acknowledged(world: World, service: Served) -> None:
    alert_id = alert(world.duty, marking=CLOSED)
    assert ask(service, ANALYST, "GET", f"/alerts/{alert_id}").status_code == 404
    assert ask(service, ANALYST, "POST", f"/alerts/{alert_id}/acknowledge", {"note": "x"}).status_code == 404
    assert world.duty.alerts(open_only=True).total == 1
    assert ask(service, ANALYST, "GET", "/alerts").json()["items"] == [{"withheld": {"marking": CLOSED}}]
    assert ask(service, ALLY, "GET", f"/alerts/{alert_id}").json()["id"] == alert_id


def lines(answer: httpx.Response, last: str) -> list[tuple[str, str, Any]]:
    """(id, event, data) up to the line whose data holds `last`."""
    out: list[tuple[str, str, Any]] = []
    held: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            key, _, value = line.partition(": ")
            held[key] = value
        elif "data" in held:
            out.append((held.get("id", ""), held.get("event", ""), json.loads(held["data"])))
            held = {}
            if last in json.dumps(out[-1][2]):
                return out
        else:
            held = {}
    raise AssertionError(f"the stream ended before {last}")


def test_the_stream_replays_goes_on_and_leaves_out_what_is_not_released(world: World, service: Served) -> None:
    for n in range(3):
        world.duty.tell("data", {"n": n})
    world.duty.tell("record", {"id": "closed", "marking": CLOSED})
    world.duty.tell("incident", {"id": "i", "title": "half", "markings": {"title": CLOSED}})
    last = {"Last-Event-ID": "1"}
    with service.client(ANALYST) as asks, asks.stream("GET", f"{API}/stream", headers=last) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        later = threading.Timer(0.7, lambda: alert(world.duty))
        later.start()
        found = lines(answer, "29045")
    assert [(i, e) for i, e, _ in found] == [("2", "data"), ("3", "data"), ("5", "incident"), ("6", "alert")]
    assert found[2][2]["title"] == {"withheld": {"marking": CLOSED}}
    assert "closed" not in json.dumps([d for _, _, d in found])


def test_without_a_last_line_it_begins_now(world: World, service: Served) -> None:
    world.duty.tell("data", {"n": "before"})
    with service.client(ANALYST) as asks, asks.stream("GET", f"{API}/stream") as answer:
        later = threading.Timer(0.7, lambda: world.duty.tell("data", {"n": "after"}))
        later.start()
        assert [d["n"] for _, _, d in lines(answer, "after")] == ["after"]


@pytest.mark.parametrize("said", ["x", "-1", "1 or 1=1", "9" * 30])
def test_a_last_line_that_is_none_is_refused(service: Served, said: str) -> None:
    answer = ask(service, ANALYST, "GET", "/stream", headers={"Last-Event-ID": said})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hoshimori:problem:asked-wrongly")


def test_nobody_listens_without_a_role(service: Served) -> None:
    assert httpx.get(f"{service.url}{API}/stream").status_code == 401


async def take(listening: AsyncIterator[ServerSentEvent], count: int) -> list[ServerSentEvent]:
    return [await asyncio.wait_for(anext(listening), 10) for _ in range(count)]


def test_lines_that_were_missed_for_good_are_said(world: World) -> None:
    duty = world.duty
    for n in range(5):
        duty.tell("data", {"n": n})
    duty.tidy(now_utc=np.datetime64("2100-01-01", "us"))

    async def asks(after: int) -> list[ServerSentEvent]:
        return (await take(Hub(duty).listen("JPN", after), 2))[1:]

    for after in (1, 99):  # forgotten, and of another book
        reset = asyncio.run(asks(after))[0]
        assert (reset.event, reset.id, json.loads(reset.raw_data or "")) == ("reset", "5", {"after": after, "version": 5})


def test_a_thousand_listeners_cost_one_look_each_half_second(world: World) -> None:
    looks = 0

    class Counting(Duty):
        def changes(self, after: int, *, limit: int = 500) -> Any:
            nonlocal looks
            looks += 1
            return super().changes(after, limit=limit)

    duty = Counting(world.home)

    async def many() -> list[list[ServerSentEvent]]:
        hub = Hub(duty, look_s=0.05)
        listening = [hub.listen("JPN", None) for _ in range(1000)]
        await asyncio.gather(*(take(one, 1) for one in listening))
        for n in range(3):
            duty.tell("data", {"n": n})
        found = await asyncio.gather(*(take(one, 3) for one in listening))
        for one in listening:
            await one.aclose()  # type: ignore[attr-defined]
        assert hub.listeners == set()
        return list(found)

    found = asyncio.run(many())
    assert all([line.id for line in one] == ["1", "2", "3"] for one in found)
    assert looks < 100
    duty.close()


def test_who_does_not_read_is_let_go_and_misses_nothing(world: World) -> None:
    duty, count = world.duty, stream.QUEUE + 20

    async def slow() -> tuple[list[ServerSentEvent], list[ServerSentEvent]]:
        hub = Hub(duty, look_s=0.01)
        listening = hub.listen("JPN", None)
        quick = hub.listen("JPN", None)
        await take(listening, 1)
        await take(quick, 1)
        for n in range(count):
            duty.tell("data", {"n": n})
            if n % 50 == 0:
                await asyncio.sleep(0.02)
        heard = await take(quick, count)
        rest = [line async for line in listening]
        assert len(hub.listeners) == 1
        return heard, rest

    heard, rest = asyncio.run(slow())
    assert [line.id for line in heard] == [str(k + 1) for k in range(count)]
    assert rest[-1].comment is not None
    assert rest[-1].comment.startswith("too slow")

    async def comes_back() -> list[ServerSentEvent]:
        return (await take(Hub(duty).listen("JPN", 5), count - 4))[1:]

    assert [line.id for line in asyncio.run(comes_back())] == [str(k + 1) for k in range(5, count)]


def test_a_stream_ends_after_its_time(world: World) -> None:
    async def whole() -> list[ServerSentEvent]:
        return [line async for line in Hub(world.duty).listen("JPN", None, lasts_s=0.1)]

    assert [line.comment for line in asyncio.run(whole())] == ["hoshimori", "come back"]
