"""A write that is sent twice is done once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from hoshimori.doors.web import answers, app, problems
from hoshimori.doors.web.answers import Document, Made
from hoshimori.doors.web.idempotency import own_key
from hoshimori.doors.web.principal import Worker
from hoshimori.doors.web.world import World
from hoshimori.errors import Refused
from tests.doors.web import floor
from tests.doors.web.floor import ADMIN, ALLY, ANALYST, API, Served

PASSPHRASE = "correct horse battery staple"
DONE: list[str] = []


class Note(BaseModel):
    text: str
    passphrase: str = ""


def trial() -> FastAPI:
    router = answers.router("trial")

    @router.post("/note", status_code=201)
    def note(who: Worker, asked: Note) -> Made:
        if asked.text == "refused":
            DONE.append("refused")
            raise Refused("a-rule", "no")
        time.sleep(0.2)
        DONE.append(asked.text)
        return Made({"n": len(DONE)}, 201, f"{API}/notes/{len(DONE)}")

    @router.post("/large")
    def large(who: Worker) -> Document:
        DONE.append("large")
        return Document(b"x" * 300_000, "application/zip", "a.zip")

    made = FastAPI(openapi_url=None)
    problems.install(made)
    made.include_router(router, prefix=API)
    return made


@pytest.fixture
def service(bare: World) -> Iterator[Served]:
    DONE.clear()
    tried = trial()
    tried.state = app.create(bare).state
    with floor.served(bare, app=tried) as found:
        yield found


def test_the_same_request_twice_is_done_once(service: Served) -> None:
    with service.client() as asks:
        first = asks.post(f"{API}/note", json={"text": "a"}, headers={"Idempotency-Key": "k1"})
        again = asks.post(f"{API}/note", json={"text": "a"}, headers={"Idempotency-Key": "k1"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert again.headers["location"] == first.headers["location"]
        assert again.headers["idempotent-replay"] == "true"
        assert "idempotent-replay" not in first.headers
        assert len(DONE) == 1
        asks.post(f"{API}/note", json={"text": "a"}, headers={"Idempotency-Key": "k2"})
        asks.post(f"{API}/note", json={"text": "a"})
        assert len(DONE) == 3


def test_one_key_is_for_one_request(service: Served) -> None:
    with service.client() as asks:
        asks.post(f"{API}/note", json={"text": "a"}, headers={"Idempotency-Key": "k"})
        for other in (
            asks.post(f"{API}/note", json={"text": "b"}, headers={"Idempotency-Key": "k"}),
            asks.post(f"{API}/large", json={"text": "a"}, headers={"Idempotency-Key": "k"}),
            asks.post(f"{API}/note?lang=ja", json={"text": "a"}, headers={"Idempotency-Key": "k"}),
        ):
            assert other.status_code == 409
            assert other.json()["type"].endswith("idempotency-key")
        assert len(DONE) == 1


def test_a_key_is_its_owners(service: Served) -> None:
    with service.client(ANALYST) as one, service.client(ALLY) as other:
        one.post(f"{API}/note", json={"text": "a"}, headers={"Idempotency-Key": "k"})
        other.post(f"{API}/note", json={"text": "a"}, headers={"Idempotency-Key": "k"})
    assert len(DONE) == 2


def test_two_at_once_are_done_once(service: Served) -> None:
    found: list[Any] = []

    def ask() -> None:
        with service.client() as asks:
            found.append(asks.post(f"{API}/note", json={"text": "a"}, headers={"Idempotency-Key": "k"}).json())

    service.token(ANALYST)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"n": 1}] * 8
    assert DONE == ["a"]


def test_a_refusal_is_worked_out_anew(service: Served) -> None:
    with service.client() as asks:
        for _ in range(2):
            answer = asks.post(f"{API}/note", json={"text": "refused"}, headers={"Idempotency-Key": "k"})
            assert answer.status_code == 409
            assert answer.json()["type"].endswith("a-rule")
    assert len(DONE) == 2


def test_what_is_too_large_to_keep_is_said_to_be_done(service: Served) -> None:
    with service.client() as asks:
        assert len(asks.post(f"{API}/large", headers={"Idempotency-Key": "k"}).content) == 300_000
        again = asks.post(f"{API}/large", headers={"Idempotency-Key": "k"})
        assert again.status_code == 409
        assert again.json()["type"].endswith("done-already")
    assert DONE == ["large"]


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "\u00e9".encode().decode("latin-1")])
def test_a_key_that_is_none(service: Served, key: str) -> None:
    with service.client() as asks:
        answer = asks.post(f"{API}/note", json={"text": "a"}, headers={b"Idempotency-Key": key.encode("latin-1")})
        assert answer.status_code == (201 if not key else 422)


def test_a_token_is_never_given_twice(bare: World) -> None:
    with floor.served(bare) as service, service.client(ADMIN) as admin:
        wish = {"name": "x", "roles": ["viewer"]}
        token = admin.post(f"{API}/tokens", json=wish, headers={"Idempotency-Key": "k"}).json()["token"]
        again = admin.post(f"{API}/tokens", json=wish, headers={"Idempotency-Key": "k"})
        assert again.status_code == 409
        assert token not in again.text
        assert admin.get(f"{API}/tokens").json()["total"] == 2  # the admin's own, and one
    held = b"".join(p.read_bytes() for p in bare.home.rglob("*") if p.is_file())
    assert token.encode() not in held


def test_it_holds_over_a_restart_and_keeps_no_passphrase(bare: World) -> None:
    DONE.clear()
    body = {"text": "a", "passphrase": PASSPHRASE}
    for _ in range(2):
        tried = trial()
        tried.state = app.create(bare).state
        with floor.served(bare, app=tried) as service, service.client() as asks:
            assert asks.post(f"{API}/note", json=body, headers={"Idempotency-Key": "k"}).json() == {"n": 1}
        assert PASSPHRASE not in service.log.getvalue()
    assert DONE == ["a"]
    held = b"".join(p.read_bytes() for p in bare.home.rglob("*") if p.is_file())
    assert PASSPHRASE.encode() not in held


def test_the_services_own_key_is_private_and_stays(tmp_path: Path) -> None:
    first = own_key(tmp_path / "duty")
    assert own_key(tmp_path / "duty") == first
    assert (tmp_path / "duty" / "service.key").stat().st_mode & 0o777 == 0o600
    assert len(first) == 32
    (tmp_path / "file").write_text("")
    assert own_key(tmp_path / "file") != own_key(tmp_path / "file")  # nothing can be written: this process's own
