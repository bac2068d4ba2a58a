"""Data: what is held, what was refused, uploads; and the register of the alliance."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hoshimori.alliance.register import register
from hoshimori.alliance.treaty import treaty
from hoshimori.catalogue import Catalogue
from hoshimori.doors.web.routes import models_data as models
from hoshimori.doors.web.world import World
from tests.conftest import Practice
from tests.doors.web.floor import ALLY, API, VIEWER, Served, client

TLE = b"""1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927
2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537
"""
"""The example of the ISS on Wikipedia, with its checksums."""


@pytest.fixture
def asks(service: Served) -> Iterator[httpx.Client]:
    with service.client() as found:
        yield found


def files(home: Path) -> set[str]:
    return {str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and "duty" not in p.parts}


def test_what_is_held_is_what_the_catalogue_counts(asks: httpx.Client, practice: Practice) -> None:
    answer = asks.get(f"{API}/data")
    told = models.Data.model_validate(answer.json())
    stat = Catalogue(practice.home).stat()
    assert (told.held.sets, told.held.objects, told.held.sources) == (stat.sets, stat.objects, stat.sources)
    assert told.total == stat.sources
    assert [s.received for s in told.sources] == sorted((s.received for s in told.sources), reverse=True)
    assert str(practice.home) not in answer.text


def test_an_upload_is_taken_in_and_a_bad_record_does_not_spoil_it(bare: World) -> None:
    bad = TLE.replace(b"51.6416", b"51.6417")  # its checksum is wrong now
    with client(bare) as asks:
        first = asks.post(f"{API}/ingest", params={"name": "iss.tle"}, content=TLE + bad)
        told = models.TakenIn.model_validate(first.json())
        again = asks.post(f"{API}/ingest", params={"name": "iss.tle"}, content=TLE + bad)
        problems = models.ProblemPage.model_validate(asks.get(f"{API}/data/problems").json())
        one = asks.get(f"{API}/objects/25544").json()
    assert (first.status_code, told.read, told.new, told.refused, told.data_mode) == (201, 1, 1, 1, "EXERCISE")
    assert told.refused_records[0].expected
    assert told.sha256 == hashlib.sha256(TLE + bad).hexdigest()
    assert again.json()["skipped"]
    assert problems.items[0].refused
    assert one["data_mode"] == "EXERCISE"
    assert [c.topic for c in bare.duty.changes(0)].count("data") == 2


def test_a_packed_upload_is_opened(bare: World) -> None:
    with client(bare) as asks:
        assert asks.post(f"{API}/ingest", content=gzip.compress(TLE)).json()["new"] == 1


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("../../etc/cron.d/x", TLE, 422),
        ("..\\x", TLE, 422),
        ("C:x", TLE, 422),
        ("a\0b", TLE, 422),
        ("a\nb", TLE, 422),
        ("x" * 121, TLE, 422),
        ("empty", b"", 422),
        ("nul", b"\0" * 100, 422),
        ("html", b"<html><script>alert(1)</script></html>", 422),
        ("sql", b"'; drop table sets; --", 422),
        ("json", b'{"a": 1}', 422),
        ("broken", b"\x1f\x8b\x08 broken", 422),
        ("bomb", gzip.compress(b"0" * (257 << 20), 9), 422),
    ],
)
def test_an_upload_that_holds_nothing_leaves_no_trace(bare: World, name: str, content: bytes, status: int) -> None:
    before = files(bare.home)
    with client(bare) as asks:
        answer = asks.post(f"{API}/ingest", params={"name": name}, content=content)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]
    assert files(bare.home) == before
    assert not [c for c in bare.duty.changes(0) if c.topic == "data"]


def test_a_form_is_no_file(bare: World) -> None:
    with client(bare) as asks:
        assert asks.post(f"{API}/ingest", files={"file": TLE}).status_code == 415


def test_a_viewer_uploads_nothing(bare: World) -> None:
    with client(bare, VIEWER) as asks:
        assert asks.post(f"{API}/ingest", content=TLE).status_code == 403
    assert not Catalogue(bare.home).sources()


def test_a_label_is_only_text(bare: World) -> None:
    with client(bare) as asks:
        asks.post(f"{API}/ingest", params={"name": "<img src=x onerror=alert(1)>"}, content=TLE).raise_for_status()
        shown = asks.get(f"{API}/data")
    assert shown.json()["sources"][0]["location"] == "upload: <img src=x onerror=alert(1)>"
    assert shown.headers["content-type"] == "application/json"


def test_the_register_says_who_says_what_as_known_then(service: Served) -> None:
    held = register()
    with service.client(ALLY) as asks:
        told = models.RegisterPage.model_validate(
            asks.get(f"{API}/alliance/register", params={"limit": 1000, "as_of": "now"}).json()
        )
        early = models.RegisterPage.model_validate(
            asks.get(f"{API}/alliance/register", params={"limit": 1000, "as_of": "1990-01-01"}).json()
        )
        japanese = asks.get(f"{API}/alliance/register", params={"kind": "clause", "lang": "ja"}).json()
        none = asks.get(f"{API}/alliance/register", params={"q": "'; drop table rows; --"}).json()
    assert told.total == len(held.all_rows)
    assert all(r.known is not None and r.known <= "1990-01-01" for r in early.items)
    assert 0 < early.total < told.total
    assert {r["kind"] for r in japanese["items"]} == {"clause"}
    assert all(r["text"] == r["title_ja"] for r in japanese["items"])
    assert none["total"] == 0


def test_conflicts_parties_and_the_questions_of_the_treaty(asks: httpx.Client) -> None:
    groups = models.Conflicts.model_validate(asks.get(f"{API}/alliance/conflicts").json())
    assert groups.total == len(register().disputes())
    assert all(len(g.rows) > 1 for g in groups.items)
    parties = models.RegisterPage.model_validate(asks.get(f"{API}/alliance/parties").json())
    assert {r.kind for r in parties.items} == {"party"}
    gates = models.Gates.model_validate(asks.get(f"{API}/alliance/gates", params={"lang": "ja"}).json())
    assert [c.id for g in gates.gates for c in g.criteria] == [c.id for g in treaty().gates for c in g.criteria]
    assert all(c.question == c.question_ja for g in gates.gates for c in g.criteria)
    assert {c.judged_by for g in gates.gates for c in g.criteria} == {"machine", "person"}
