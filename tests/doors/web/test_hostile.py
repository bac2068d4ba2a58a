"""What an attacker sends: answered in problem+json that tells nothing of this machine, without a trace in its state."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hoshimori.doors.ledgers import ledger
from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.problems import MEDIA_TYPE
from hoshimori.doors.web.world import World
from tests.doors.web import floor
from tests.doors.web.floor import ADMIN, ALLY, ANALYST, API, PUBLIC, SIGNER, VIEWER, Served, raw
from tests.doors.web.test_every_route import NOT_HELD, WRITES
from tests.doors.web.whole import ALL, SIGNED, ZIP, Whole, whole

DEEP = "[" * 5000 + "]" * 5000
POISON = (
    "'; DROP TABLE incidents; --",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}} ${7*7} #{7*7} %s %n {0.__class__}",
    "../../../../etc/passwd",
    "\u202egnp.exe",
    "a\x00b",
    "\ud800",
    "=cmd|'/C calc'!A0",
    "x" * 30_000,
)
REFUSED = {400, 401, 403, 404, 405, 406, 409, 411, 413, 415, 421, 422, 429, 431}


@pytest.fixture(scope="module")
def here(practice_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with whole(practice_world, tmp_path_factory.mktemp("hostile")) as found:
        for who in (ALL, ADMIN, ALLY, ANALYST, PUBLIC, SIGNER, VIEWER):
            found.service.token(who)
            with found.service.client(who) as asks:
                asks.get(f"{API}/me")  # when a token was used last is noted now and not below
        yield found


def state(world: World) -> dict[str, Any]:
    """All that an attack could leave: each file of the home but the duty book, whose rows are counted, and its log."""
    skipped = ("duty.sqlite", "duty.sqlite-wal", "duty.sqlite-shm", "journal.sqlite-wal", "journal.sqlite-shm")
    files = {
        str(p.relative_to(world.home)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(world.home.rglob("*"))
        if p.is_file() and p.name not in skipped
    }
    with ledger(world.home) as book:
        entries = book.journal.size()
    duty = world.duty
    notes = {k: v for k, v in duty.notes("").items() if not k.startswith("session:")}
    rows = (duty.version, duty.jobs().total, duty.sweeps().total, duty.events().total, duty.alerts().total, len(duty.tokens()))
    return {"files": files, "entries": entries, "rows": rows, "notes": notes}


@pytest.fixture
def untouched(here: Whole) -> Iterator[None]:
    before = state(here.service.world)
    yield
    after = state(here.service.world)
    assert {k for k in after if after[k] != before[k]} == set(), {
        k: (before["files"].get(k), after["files"].get(k))
        for k in {*before["files"], *after["files"]}
        if before["files"].get(k) != after["files"].get(k)
    } or (before["rows"], after["rows"], before["entries"], after["entries"])


def refused(answer: httpx.Response, here: Whole, *codes: int) -> httpx.Response:
    """A refusal by problem+json, which names no place of this machine and no secret."""
    assert answer.status_code in (codes or REFUSED), (answer.status_code, answer.request.url, answer.text[:300])
    assert answer.headers["content-type"] == MEDIA_TYPE, answer.headers
    assert answer.json()["status"] == answer.status_code
    assert answer.json()["type"].startswith("urn:hoshimori:problem:")
    home = str(here.service.world.home)
    assert home not in answer.text
    assert "Traceback" not in answer.text
    return answer


def json_writes() -> list[tuple[str, str, dict[str, Any]]]:
    return [(m, p, b["json"]) for (m, p), b in WRITES.items() if "json" in b]


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        '{"a":' * 3000 + "1" + "}" * 3000,
        "NaN",
        "[1]",
        '"text"',
        "null",
        "true",
        "",
        "{",
        '{"title": NaN}',
        '{"title": 1e999}',
        '{"title": ' + "9" * 5000 + "}",
        '{"title": ["x"]}',
        '{"title": {"x": 1}}',
        '{"__proto__": {"x": 1}, "title": null}',
        '{"title": "x", "unknown": 1}',
        '{"title": "a\\u0000b"}',
        "\xff\xfe",
    ],
    ids=lambda b: b[:24].encode("ascii", "backslashreplace").decode(),
)
@pytest.mark.usefixtures("untouched")
def test_a_body_of_another_kind_is_refused_by_every_write(here: Whole, body: str) -> None:
    with here.service.client(ALL) as asks:
        for method, path, _ in json_writes():
            address = API + path.format(**NOT_HELD)
            answer = asks.request(method, address, content=body.encode("latin-1"), headers={"Content-Type": "application/json"})
            refused(answer, here, 400, 404, 409, 413, 415, 422)


@pytest.mark.usefixtures("untouched")
def test_poison_in_every_text_of_every_write_is_refused_or_names_nothing(here: Whole) -> None:
    """Each text field of each request schema, as the document names them, in turn."""
    document = here.service.app.openapi()
    tried = 0
    with here.service.client(ALL) as asks:
        for method, path, good in json_writes():
            operation = document["paths"][API + path][method.lower()]
            for field in _texts(document, operation):
                for poison in POISON:
                    body = json.dumps({**good, field: poison})
                    address = API + path.format(**NOT_HELD)
                    if path == "/incidents" or path == "/sweeps":
                        continue  # these need no name: see the next test
                    answer = asks.request(method, address, content=body, headers={"Content-Type": "application/json"})
                    refused(answer, here)
                    tried += 1
    assert tried > 100


def _texts(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    schema = next((s for s in schema.get("anyOf", ()) if "$ref" in s), schema)
    schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = []
    for name, one in schema["properties"].items():
        kinds = {one.get("type"), *(s.get("type") for s in one.get("anyOf", ()))}
        if "string" in kinds:
            found.append(name)
    return found


@pytest.mark.usefixtures("untouched")
def test_odd_characters_are_refused_where_a_text_would_be_kept(here: Whole) -> None:
    number = here.told.incidents["clear"]
    judged = {"criterion": "security-threatened", "answer": "met", "reason": "x"}
    with here.service.client(ALL) as asks:
        for poison in ("\u202egnp.exe", "a\x00b", "\ud800", "a\u2028b", "\x1b[31m", "x" * 30_000):
            for path, body in (
                ("/incidents", {"title": poison}),
                ("/incidents", {"title": "x", "question": poison}),
                ("/incidents", {"title": "x", "assets": [poison]}),
                ("/sweeps", {"watchlist": poison}),
                (f"/incidents/{number}/judgements", {**judged, "reason": poison}),
                (f"/incidents/{number}/findings", {"events": [{"id": poison}]}),
                (f"/incidents/{number}/evidence", {"items": [{"statement": poison}]}),
                ("/tokens", {"name": poison, "roles": ["viewer"]}),
            ):
                answer = asks.post(API + path, content=json.dumps(body), headers={"Content-Type": "application/json"})
                refused(answer, here)


def test_html_and_sql_are_kept_as_text_and_shown_as_text(here: Whole) -> None:
    """What is no odd character is somebody's words: kept to the letter, and never markup in what the service writes itself."""
    poison = "<script>alert(1)</script>'; DROP TABLE incidents; -- {{7*7}}"
    with here.service.client(ALL) as asks:
        made = asks.post(f"{API}/incidents", json={"title": poison, "question": poison}).json()
        assert (made["title"], made["question"]) == (poison, poison)
        asks.post(f"{API}/incidents/{made['id']}/assessments", json={})
        for address in (f"/incidents/{made['id']}/brief", f"/incidents/{made['id']}/brief?lang=ja", "/reports/weekly?days=1"):
            page = asks.get(API + address)
            assert page.status_code == 200, page.text
            assert "<script" not in page.text
            assert "sandbox" in page.headers["content-security-policy"]
            assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.usefixtures("untouched")
def test_bodies_that_are_too_large_are_refused_whether_they_say_so_or_not(here: Whole) -> None:
    def chunks(size: int) -> Iterator[bytes]:
        for _ in range(size >> 16):
            yield b" " * (1 << 16)

    kind = {"Content-Type": "application/json"}
    with here.service.client(ALL) as asks:
        refused(asks.post(f"{API}/incidents", content=b" " * (2 << 20), headers=kind), here, 413)
        refused(asks.post(f"{API}/incidents", content=chunks(2 << 20), headers=kind), here, 413)
        number = here.told.incidents["clear"]
        long = {"Content-Type": "text/toml"}
        refused(asks.post(f"{API}/incidents/{number}/evidence", content=chunks(3 << 20), headers=long), here, 413)
        refused(asks.post(f"{API}/bundles", content=chunks(66 << 20), headers=ZIP), here, 413)


@pytest.mark.usefixtures("untouched")
def test_packs_that_grow_or_climb_are_refused(here: Whole) -> None:
    bomb, climbing, nested = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as pack:
        for k in range(6):
            pack.writestr(f"{k}.tle", b"0" * (60 << 20))
    with zipfile.ZipFile(climbing, "w") as pack:
        for name in ("../../evil.json", "/etc/evil", "manifest.json", "a\\..\\b", "acts/../../x"):
            pack.writestr(name, "{}")
    with zipfile.ZipFile(nested, "w") as pack:
        pack.writestr("inner.zip", bomb.getvalue())
    with here.service.client(ALL) as asks:
        for pack_ in (bomb, climbing, nested):
            refused(asks.post(f"{API}/bundles", content=pack_.getvalue(), headers=ZIP), here, 409, 413, 422)
            refused(asks.post(f"{API}/ingest?name=x.zip", content=pack_.getvalue(), headers=ZIP), here, 413, 422)


@pytest.mark.usefixtures("untouched")
def test_names_that_climb_open_nothing(here: Whole) -> None:
    with here.service.client(ALL) as asks:
        for trick in (
            "../../etc/passwd",
            "..%2f..%2fetc%2fpasswd",
            "/etc/passwd",
            "....//",
            "a\x00b",
            "C:\\x",
            "%00",
            "a b/../x",
        ):
            refused(asks.post(f"{API}/ingest", params={"name": trick}, content=b"x"), here, 400, 404, 422)
            refused(asks.post(f"{API}/records", json={"incident": here.told.incidents["clear"], **SIGNED, "key": trick}), here)
            refused(asks.get(f"{API}/reports/weekly", params={"watchlist": trick}), here, 400, 404, 422)
            refused(asks.get(f"{API}/floor", params={"watchlist": trick}), here, 400, 404, 422)
            for path in ("/bundles/{}", "/raw/{}", "/sweeps/{}", "/watchlists/{}", "/assets/{}"):
                refused(asks.get(API + path.format(trick.replace("\x00", "%00"))), here, 400, 404, 422)


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        _cursor("o:" + "9" * 30),
        _cursor("o:-1"),
        _cursor("o:1e9"),
        _cursor("o:1000000001"),
        "%",
        "//",
        _cursor("' or 1=1"),
        "=" * 9,
    ],
)
@pytest.mark.usefixtures("untouched")
def test_a_cursor_that_nobody_gave_is_refused(here: Whole, cursor: str) -> None:
    lists = (
        "alerts",
        "jobs",
        "sweeps",
        "events",
        "incidents",
        "records",
        "bundles",
        "objects",
        "assets",
        "keys",
        "data",
        "indicators",
    )
    with here.service.client(ALL) as asks:
        for path in lists:
            refused(asks.get(f"{API}/{path}", params={"cursor": cursor}), here, 400, 422)


def _jwt(alg: str, **claims: Any) -> str:
    parts = [json.dumps(x).encode() for x in ({"alg": alg, "typ": "JWT"}, {"sub": "x", "exp": 9e9, **claims})]
    return ".".join([*(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts), "" if alg == "none" else "AAAA"])


@pytest.mark.usefixtures("untouched")
def test_forged_tokens_open_nothing(here: Whole, tmp_path: Path) -> None:
    other = floor.practice_world(tmp_path / "other", as_of="now")
    with floor.served(other) as elsewhere, here.service.client(None) as asks:
        foreign = elsewhere.token(ANALYST)
        shown = [
            _jwt("none"),
            _jwt("HS256", groups=["admin"]),
            foreign,
            "hm_" + "A" * 43,
            "x" * 5000,
            "a.b.c",
            "..",
            "hm_' or 1=1",
        ]
        for token in shown:
            refused(asks.get(f"{API}/floor", headers={"Authorization": f"Bearer {token}"}), here, 401, 429)
            refused(asks.get(f"{API}/floor", headers={"Cookie": f"hoshimori={token}"}), here, 401, 429)
            refused(asks.post(f"{API}/session", json={"token": token[:4096]}), here, 401, 429)
            assert token not in here.service.log.getvalue()
    other.duty.close()


def test_a_session_is_new_each_time_and_cannot_be_chosen(here: Whole) -> None:
    with here.service.client(None) as asks:
        chosen = asks.post(f"{API}/session", json={"token": here.service.token(VIEWER)}, headers={"Cookie": "hoshimori=mine"})
        given = chosen.cookies["hoshimori"]
        assert given != "mine"
        assert "httponly" in chosen.headers["set-cookie"].lower()
        assert "samesite=strict" in chosen.headers["set-cookie"].lower()
    with here.service.client(None) as fixed:
        refused(fixed.get(f"{API}/me", headers={"Cookie": "hoshimori=mine"}), here, 401, 429)
        made = fixed.get(f"{API}/me", headers={"Cookie": f"hoshimori={given}"}).json()
        refused(fixed.post(f"{API}/sweeps", json={}, headers={"Cookie": f"hoshimori={given}"}), here, 403)
        wrong = {"Cookie": f"hoshimori={given}", "X-CSRF": made["csrf"], "Origin": "http://evil.example"}
        refused(fixed.post(f"{API}/sweeps", json={}, headers=wrong), here, 403)


@pytest.mark.usefixtures("untouched")
def test_another_name_of_this_machine_is_not_answered(here: Whole) -> None:
    with here.service.client(ALL) as asks:
        for host in (
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "[::1].evil",
            "evil.example:80",
            "@127.0.0.1x",
        ):
            for path in (f"{API}/floor", "/", "/healthz", "/metrics"):
                refused(asks.get(path, headers={"Host": host}), here, 421)


@pytest.mark.usefixtures("untouched")
def test_nobody_rises(here: Whole) -> None:
    """The other party's people write nothing that is Japan's; who runs the service signs nothing; nobody makes others' tokens."""
    number = here.told.incidents["clear"]
    sign = {"incident": number, **SIGNED}
    cases: list[tuple[Any, str, dict[str, Any]]] = [
        (ALLY, "/incidents", {"json": {"title": "x"}}),
        (ALLY, f"/incidents/{number}/assessments", {"json": {}}),
        (ALLY, "/records", {"json": sign}),
        (ALLY, "/ingest?name=x", {"content": b"x"}),
        (ALLY, "/bundles", {"content": b"PK", "headers": ZIP}),
        (ADMIN, "/records", {"json": sign}),
        (ADMIN, "/incidents", {"json": {"title": "x"}}),
        (ANALYST, "/records", {"json": sign}),
        (ANALYST, "/tokens", {"json": {"name": "x", "party": "JPN", "roles": ["admin"]}}),
        (SIGNER, "/tokens", {"json": {"name": "x", "roles": ["admin"]}}),
        (PUBLIC, "/sweeps", {"json": {}}),
    ]
    for who, path, sent in cases:
        with here.service.client(who) as asks:
            refused(asks.post(API + path, **sent), here, 403)


def test_who_runs_the_service_for_another_party_makes_no_tokens(here: Whole) -> None:
    foreign = Principal("F. Oreign", "USA", frozenset({"admin"}), "token")
    with here.service.client(foreign) as asks:
        before = state(here.service.world)["rows"]
        refused(asks.get(f"{API}/tokens"), here, 403)
        refused(asks.post(f"{API}/tokens", json={"name": "x", "party": "JPN", "roles": ["signer"]}), here, 403)
        refused(asks.delete(f"{API}/tokens/{here.names['token_id'][0]}"), here, 403)
        assert state(here.service.world)["rows"] == before


def test_a_key_of_another_is_no_key_and_another_body_is_refused(here: Whole) -> None:
    key = {"Idempotency-Key": "the same"}
    with here.service.client(ANALYST) as one, here.service.client(SIGNER) as other:
        first = one.post(f"{API}/incidents", json={"title": "first"}, headers=key)
        assert first.status_code == 201
        again = one.post(f"{API}/incidents", json={"title": "first"}, headers=key)
        assert (again.json(), again.headers["idempotent-replay"]) == (first.json(), "true")
        refused(one.post(f"{API}/incidents", json={"title": "second"}, headers=key), here, 409)
        refused(one.post(f"{API}/sweeps", json={"title": "first"}, headers=key), here, 409)
        theirs = other.post(f"{API}/incidents", json={"title": "first"}, headers=key)
        assert "idempotent-replay" not in theirs.headers
        assert theirs.json()["id"] != first.json()["id"]
        refused(one.post(f"{API}/incidents", json={"title": "x"}, headers={"Idempotency-Key": "k" * 201}), here, 422)


def test_an_answer_is_not_given_again_to_who_may_no_longer_ask(here: Whole) -> None:
    """The same name and party with fewer roles: a kept answer is no way around a permission."""
    lesser = Principal(ANALYST.name, "JPN", frozenset({"viewer"}), "token")
    key, body = {"Idempotency-Key": "lesser"}, {"title": "lesser"}
    with here.service.client(ANALYST) as may, here.service.client(lesser) as may_not:
        assert may.post(f"{API}/incidents", json=body, headers=key).status_code == 201
        refused(may_not.post(f"{API}/incidents", json=body, headers=key), here, 403)


@pytest.mark.parametrize("last", ["-1", "x", "1e9", "9" * 40, "0x10", "1;2", "\xff", "٣"])
@pytest.mark.usefixtures("untouched")
def test_garbage_in_last_event_id_is_refused(here: Whole, last: str) -> None:
    with here.service.client(VIEWER) as asks:
        refused(asks.get(f"{API}/stream", headers={b"Last-Event-ID": last.encode()}), here, 400, 422)


SMUGGLED = (
    b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
    b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"GET /api/v1/me HTTP/1.1\r\nHost : localhost\r\n\r\n",
    b"GET /api/v1/me HTTP/1.1\r\n\r\n",
    b"GET /api/v1/me HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET http://evil.example/api/v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"TRACE /api/v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x00\xa5\x01\x00\x00",
    b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 9000 + b"\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


@pytest.mark.parametrize("sent", SMUGGLED, ids=range(len(SMUGGLED)))
@pytest.mark.usefixtures("untouched")
def test_a_request_of_no_sound_shape_is_refused_once(here: Whole, sent: bytes) -> None:
    heard = raw(here.service.url, sent, seconds=2.0)
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", heard)) <= 1, heard
    if heard:
        status = int(heard.split(b" ", 2)[1])
        assert status in {400, 401, 404, 405, 421, 431}, heard[:400]
        assert MEDIA_TYPE.encode() in heard, heard[:400]
    with here.service.client(None) as asks:
        assert asks.get("/healthz").status_code == 200


def test_a_book_that_cannot_be_read_tells_nobody_where_it_lies(tmp_path: Path) -> None:
    """Whoever shows a wrong token is told that it does not work now; not in which folder of whose home."""
    world = floor.practice_world(tmp_path / "My S3CRET home", as_of="now")
    with floor.served(world) as service:
        token = service.token(ANALYST)
        world.duty.close()
        for file in (world.home / "duty").glob("duty.sqlite*"):
            file.unlink()
        (world.home / "duty" / "duty.sqlite").write_bytes(b"no database at all " * 99)
        (world.home / "catalogue").mkdir()
        (world.home / "catalogue" / "manifest.json").write_text("{")
        with service.client(None) as asks:
            for shown in ("hm_wrong", token):
                for path in ("/floor", "/me", "/data", "/incidents"):
                    answer = asks.get(API + path, headers={"Authorization": f"Bearer {shown}"})
                    assert answer.status_code == 503
                    assert "S3CRET" not in answer.text
                    assert str(tmp_path) not in answer.text
            assert "S3CRET" not in asks.get("/healthz").text
    world.duty.close()


def test_no_secret_is_in_the_log(here: Whole) -> None:
    served: Served = here.service
    with served.client(SIGNER) as asks:
        refused(
            asks.post(f"{API}/records", json={"incident": here.told.incidents["clear"], "key": "sato", "passphrase": "PW-wrong"}),
            here,
        )
        asks.get(f"{API}/floor?as_of=2026-05-20T00:00:00Z&token=QUERY-secret")
    log = served.log.getvalue()
    for secret in ("PW-wrong", "QUERY-secret", SIGNED["passphrase"], *(served.token(w) for w in (ALL, SIGNER, VIEWER))):
        assert secret not in log
    assert not any(line.get("event") == "fault" for line in served.lines())
