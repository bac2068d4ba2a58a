"""Every answer leaves by one door: released, tagged, written as JSON whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from hoshimori.doors.web import answers, app, problems
from hoshimori.doors.web.answers import Document, Made
from hoshimori.doors.web.principal import Reader, Worker
from hoshimori.doors.web.world import World
from hoshimori.errors import CatalogueUnwritable, LedgerBusy, NothingFound, Refused, UsageError
from hoshimori.judgements import Marking, Tlp
from tests.doors.web import floor
from tests.doors.web.floor import ALLY, ANALYST, API, PUBLIC, VIEWER, Served, raw

SECRET = "the-passphrase-of-a-key"
CLOSED = {"tlp": "AMBER", "releasable_to": ["JPN"]}


class Note(BaseModel):
    text: str
    more: dict[str, Any] = {}


def trial() -> FastAPI:
    """Routes that do what routes may do, and what they may not."""
    router = answers.router("trial")

    @router.get("/tree")
    def tree(who: Reader) -> dict[str, Any]:
        return {"open": 1, "shut": {"word": "hidden", "marking": CLOSED}}

    @router.get("/paper")
    def paper(who: Reader) -> Document:
        return Document(b"paper", "application/pdf", "a.pdf", Marking(Tlp.AMBER, frozenset({"JPN"})))

    @router.post("/note", status_code=201)
    def note(who: Worker, asked: Note) -> Made:
        return Made({"text": asked.text, "more": asked.more}, 201, f"{API}/tree")

    @router.get("/response")
    def response(who: Reader) -> Any:
        from fastapi.responses import Response

        return Response(b"by the back door")

    @router.get("/fault")
    def fault(who: Reader) -> Any:
        passphrase = SECRET
        return 1 / (len(passphrase) - len(passphrase))

    @router.get("/nan")
    def nan(who: Reader) -> Any:
        return {"x": float("nan")}

    @router.get("/refused/{which}")
    def refused(who: Reader, which: str) -> Any:
        raise {
            "usage": UsageError("asked wrongly"),
            "nothing": NothingFound("nothing"),
            "refused": Refused("a-rule", "no"),
            "busy": LedgerBusy("busy"),
            "full": CatalogueUnwritable("full"),
        }[which]

    made = FastAPI(openapi_url=None)
    problems.install(made)
    made.include_router(router, prefix=API)
    return made


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    world = floor.practice_world(tmp_path_factory.mktemp("answers"), as_of="now")
    with_state, tried = app.create(world), trial()
    tried.state = with_state.state
    with floor.served(world, app=tried) as found:
        yield found


def test_each_reader_gets_their_part(service: Served) -> None:
    for principal, word in ((VIEWER, True), (ALLY, False), (PUBLIC, False)):
        with service.client(principal) as asks:
            answer = asks.get(f"{API}/tree")
            assert answer.json()["open"] == 1
            assert ("hidden" in answer.text) is word
            paper = asks.get(f"{API}/paper")
            assert paper.status_code == (200 if word else 404)
            assert ("a.pdf" in str(paper.headers)) is word
            if word:
                assert paper.headers["x-marking"] == "TLP:AMBER // REL TO JPN"


def test_an_answer_that_is_held_already_is_not_sent(service: Served) -> None:
    with service.client() as asks:
        first = asks.get(f"{API}/tree")
        tag = first.headers["etag"]
        for held in (tag, f"W/{tag}", f'"x", {tag}'):
            again = asks.get(f"{API}/tree", headers={"If-None-Match": held})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        assert asks.get(f"{API}/tree", headers={"If-None-Match": '"other"'}).status_code == 200
        assert asks.get(f"{API}/tree?lang=ja", headers={"If-None-Match": tag}).status_code == 304


def test_no_route_has_a_back_door(service: Served) -> None:
    with service.client() as asks:
        answer = asks.get(f"{API}/response")
    assert answer.status_code == 500
    assert b"back door" not in answer.content


def test_a_fault_is_told_without_what_the_frames_held(service: Served) -> None:
    with service.client() as asks:
        answer = asks.get(f"{API}/fault?lang=ja", headers={"X-Secret": SECRET})
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert asks.get(f"{API}/nan").status_code == 500
        assert asks.get(f"{API}/tree").status_code == 200  # the service lives on
        token = service.token(ANALYST)
    told = [x for x in service.lines() if x["event"] == "fault" and x["id"] == answer.headers["x-request-id"]]
    assert len(told) == 1
    assert "ZeroDivisionError" in told[0]["fault"]
    assert SECRET not in service.log.getvalue()
    assert token not in service.log.getvalue()
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("which", "status", "code"),
    [
        ("usage", 400, "asked-wrongly"),
        ("nothing", 404, "not-found"),
        ("refused", 409, "a-rule"),
        ("busy", 503, "busy"),
        ("full", 507, "unwritable"),
    ],
)
def test_errors_of_the_library_are_problems(service: Served, which: str, status: int, code: str) -> None:
    with service.client() as asks:
        answer = asks.get(f"{API}/refused/{which}")
    assert answer.status_code == status
    assert answer.json() | {"detail": ""} == {
        "type": f"urn:hoshimori:problem:{code}",
        "title": answer.json()["title"],
        "status": status,
        "detail": "",
        "instance": f"{API}/refused/{which}",
        "errors": [],
    }
    assert ("retry-after" in answer.headers) is (status == 503)


def test_a_body_that_is_not_json_is_refused(service: Served) -> None:
    good = {"Content-Type": "application/json"}
    with service.client() as asks:

        def post(content: bytes, **headers: str) -> int:
            answer = asks.post(f"{API}/note", content=content, headers=good | headers)
            assert answer.headers["content-type"].startswith("application/"), answer.headers
            return answer.status_code

        assert post(b'{"text": "x"}') == 201
        assert post(b'{"text": "x"}', **{"Content-Type": "application/vnd.x+json; charset=utf-8"}) == 201
        assert post(b'{"text": "x"}', **{"Content-Type": "text/plain"}) == 415
        assert post(b"<x/>", **{"Content-Type": "application/xml"}) == 415
        assert post(b"{") == 422
        assert post(b"") == 422
        assert post(b"[]") == 422
        assert post(b'{"text": 1}') == 422
        assert post(b'{"text": "a\\u0000b"}') == 422
        assert post(b'{"text": "a\\\\u0000b"}') == 201  # a backslash and a word, no NUL
        assert post(b'\xff\xfe{"text": "x"}') in (400, 422)
        assert post(b'{"text": "x", "more": ' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"}") == 422
        assert post(b"[" * 100_000) == 422
        assert post(b'{"text": "' + b"[{" * 1000 + b'"}') == 201  # brackets in a text are text
        half = asks.post(f"{API}/note", content=b'{"text": "x", "more": {"a": "\\ud800"}}', headers=good)
        assert half.status_code == 201
        assert half.json()["more"]["a"] == "\ud800"


def test_the_location_of_what_was_made_is_told(service: Served) -> None:
    with service.client() as asks:
        made = asks.post(f"{API}/note", json={"text": "日本"})
        assert made.headers["location"] == f"{API}/tree"
        assert "日本" in made.text
        assert "etag" not in made.headers


def test_who_may_not_write_is_told_before_the_body_is_read(service: Served) -> None:
    with service.client(VIEWER) as asks:
        assert asks.post(f"{API}/note", content=b"{").status_code == 403
    head = f"POST {API}/note HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\nConnection: close\r\n"
    answer = raw(service.url, f"{head}Authorization: Bearer {service.token(VIEWER)}\r\n\r\n".encode(), seconds=5.0)
    assert answer.startswith(b"HTTP/1.1 403")  # nothing of the body was sent


def test_the_console_says_how_it_is_built_where_it_is_not(bare: World, tmp_path: Path) -> None:
    with floor.served(bare, built=tmp_path) as service, service.client(None) as browser:
        page = browser.get("/")
        assert page.status_code == 200
        assert "make console" in page.text
        assert 'lang="ja"' in page.text
        (tmp_path / "assets").mkdir()
        (tmp_path / "assets" / "x-123.js").write_text("// " + "x" * 4000)
        (tmp_path / "index.html").write_text("<!doctype html><title>built</title>")
        assert "built" in browser.get("/floor/anything").text
        script = browser.get("/assets/x-123.js")
        assert "immutable" in script.headers["cache-control"]
        assert script.headers["content-encoding"] == "gzip"
        assert script.headers["content-type"].startswith("text/javascript")
        held = browser.get("/assets/x-123.js", headers={"If-None-Match": script.headers["etag"]})
        assert held.status_code == 304
        assert browser.get("/assets/gone.js").status_code == 404
        assert browser.post("/").status_code == 405
        assert browser.head("/").content == b""
