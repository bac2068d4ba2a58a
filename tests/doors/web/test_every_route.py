"""Every route, every role, every party: exactly the status of its permission, and nothing that its reader may not read."""

from __future__ import annotations

import io
import itertools
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pypdf
import pytest

from hoshimori.doors.web import gate
from hoshimori.doors.web.bodies import permission_of
from hoshimori.doors.web.principal import ROLES, Permission, Principal
from hoshimori.doors.web.world import World
from tests.doors.web.floor import API
from tests.doors.web.whole import DAY, SIGNED, ZIP, Whole, api_routes, whole

PARTIES = ("JPN", "USA", None)
PEOPLE = {(p, r): Principal(f"{r} of {p}", p, frozenset({r}), "token") for p in PARTIES for r in ROLES}
FORMS: dict[str, tuple[str, ...]] = {
    "/events/{event_id}/cdm": ("?format=kvn", "?format=xml"),
    "/objects/{norad}/elements": ("", "?format=omm-xml", "?format=tle"),
    "/incidents/{incident_id}": ("", "?lang=ja", "?as_of=now", "?recorded_by=2999-01-01T00:00:00Z"),
    "/incidents/{incident_id}/brief": ("?format=html", "?format=html&lang=ja", "?format=text", "?format=pdf"),
    "/reports/weekly": ("?days=1", "?days=1&lang=ja", "?days=1&format=pdf", "?days=1&format=json", "?days=1&format=events"),
    "/records": ("", "?as_of=now"),
    "/czml": ("?norad={norad}",),
    "/geojson": ("?what=sites", "?what=reentry"),
    "/geo-belt": ("?days=1&max_objects=20",),
    "/alerts": ("", "?open=true&lang=ja"),
}
"""What a route is asked with besides its path: one row for each that takes or needs a query."""
KNOWN: dict[str, set[int]] = {
    "/events/{event_id}/cdm": {400, 404, 409, 422},
    "/events/{event_id}/gabbard": {400, 404, 409, 422},
    "/events/{event_id}/rtn": {400, 404, 409, 422},
}
"""Routes that hold for some kinds of event only."""
WRITES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/alerts/{alert_id}/acknowledge"): {"json": {}},
    ("POST", "/bundles"): {"content": b"PK", "headers": ZIP},
    ("POST", "/bundles/{bundle}/concur"): {"json": SIGNED},
    ("POST", "/bundles/{bundle}/dissent"): {"json": {"reason": "x", **SIGNED}},
    ("POST", "/bundles/{bundle}/receive"): {},
    ("POST", "/events/{event_id}/verify"): {},
    ("POST", "/incidents"): {"json": {"title": "x", "start": "never"}},
    ("POST", "/incidents/{incident_id}/assessments"): {"json": {}},
    ("POST", "/incidents/{incident_id}/evidence"): {"content": b"", "headers": {"Content-Type": "text/toml"}},
    ("POST", "/incidents/{incident_id}/findings"): {"json": {"event_ids": ["0" * 32]}},
    ("POST", "/incidents/{incident_id}/judgements"): {"json": {"criterion": "x", "answer": "met", "reason": "x"}},
    ("POST", "/ingest"): {"content": b"x", "headers": {"Content-Type": "application/octet-stream"}},
    ("POST", "/jobs/{job_id}/cancel"): {},
    ("POST", "/records"): {"json": {"incident": "JPN-1999-0001", **SIGNED}},
    ("POST", "/records/{record}/bundle"): {"json": {"reader": "public", **SIGNED}},
    ("POST", "/records/{record}/withdraw"): {"json": {"reason": "x", **SIGNED}},
    ("POST", "/sweeps"): {"json": {}},
    ("POST", "/tokens"): {"json": {"name": "x", "roles": ["nothing"]}},
    ("DELETE", "/tokens/{token_id}"): {},
}
"""One row for each write, with what it is asked: a new one without a row fails. None of them succeeds: names are not held."""
OWN_PARTY = {
    p for m, p in WRITES
    if p not in ("/alerts/{alert_id}/acknowledge", "/events/{event_id}/verify", "/sweeps", "/jobs/{job_id}/cancel",
                 "/incidents/{incident_id}/judgements")
} | {"/tokens"}  # fmt: skip
"""Writes to what is one party's own: its ledger, its facts, its tokens."""
NOT_HELD = {
    "incident_id": "JPN-1999-0001", "event_id": "0" * 32, "norad": "999999998", "asset_id": "nothing", "watchlist": "nothing",
    "sweep_id": "nothing", "digest": "0" * 32, "token_id": "nothing", "job_id": "0" * 32, "alert_id": "0" * 32,
    "record": "0" * 64, "bundle": "0" * 64, "sha256": "0" * 64,
}  # fmt: skip
DERIVED = {
    "/incidents/{incident_id}/assessments/latest",
    "/incidents/{incident_id}/matrix",
    "/incidents/{incident_id}/brief",
    "/records/{record}",
}
"""What was made for both parties of the open incident, and is not there for the public."""
ENDLESS = "/stream"


@pytest.fixture(scope="module")
def here(practice_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with whole(practice_world, tmp_path_factory.mktemp("every")) as found:
        for who in PEOPLE.values():
            found.service.token(who)
        yield found


def guarded() -> list[tuple[str, str, Permission]]:
    """Every route that asks who: (method, path without its prefix, permission)."""
    found = []
    for method, path, route in api_routes():
        permission = permission_of(route.dependant)
        assert (permission is None) == (path in gate.OPEN), path
        if permission is not None:
            found.append((method, path.removeprefix(API), permission))
    assert len(found) > 60
    return found


def reads() -> list[tuple[str, Permission]]:
    return [(p, permission) for m, p, permission in guarded() if m == "GET"]


def addresses(here: Whole, path: str, *, every: bool = True) -> list[str]:
    """A read with every name that there is, and with one that is not held."""
    names = re.findall(r"\{(\w+)\}", path)
    held = [here.names[n] if every else here.names[n][:1] for n in names]
    filled = [path.format(**dict(zip(names, v, strict=True))) for v in itertools.product(*held)]
    if names:
        filled.append(path.format(**{n: NOT_HELD[n] for n in names}))
    norad = here.names["norad"][0]
    return [f"{API}{a}{q.format(norad=norad)}" for a in filled for q in FORMS.get(path, ("",))]


def said(answer: httpx.Response) -> str:
    """Everything that an answer tells: body (what a PDF holds as text), headers, reason."""
    text = answer.content.decode("utf-8", "replace")
    if answer.headers.get("content-type") == "application/pdf":
        pdf = pypdf.PdfReader(io.BytesIO(answer.content))
        text = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages) + str(pdf.metadata)
    return text + json.dumps(dict(answer.headers), ensure_ascii=False)


def test_every_write_has_a_row_here() -> None:
    assert {(m, p) for m, p, _ in guarded() if m != "GET"} == set(WRITES)
    assert {p for _, p, _ in guarded()} >= OWN_PARTY
    assert set(FORMS) | set(KNOWN) <= {p for p, _ in reads()}


def test_nobody_reads_or_writes_anything(here: Whole) -> None:
    with here.service.client(None) as nobody:
        for method, path, _ in guarded():
            for address in addresses(here, path, every=False):
                answer = nobody.request(method, address, **WRITES.get((method, path), {}))
                assert answer.status_code == 401, address
                told = without_the_name_asked(said(answer), address)
                assert not [c for c in here.told.canaries if c in told]


@pytest.mark.slow
@pytest.mark.parametrize("party", PARTIES)
def test_every_read_gives_each_reader_what_he_may_read_and_no_more(here: Whole, party: str | None) -> None:
    never, left = here.told.never(party), {c for c in here.told.always(party) if c.startswith("CNRY")}
    assert never or party == "JPN"
    for path, permission in reads():
        if path == ENDLESS:
            continue
        for role in ROLES:
            allowed = permission in ROLES[role]
            own = path != "/tokens" or party == "JPN"
            with here.service.client(PEOPLE[party, role]) as asks:
                for address in addresses(here, path, every=role == "viewer"):
                    answer = asks.get(address)
                    if not (allowed and own):
                        assert answer.status_code == 403, (address, role)
                    elif path in KNOWN:
                        assert answer.status_code in {200, *KNOWN[path]}, (address, answer.text)
                    else:
                        assert answer.status_code in (200, 404), (address, answer.text)
                    told = without_the_name_asked(said(answer), address)
                    assert not [c for c in never if c in told], (party, role, address, [c for c in never if c in told])
                    left -= {c for c in left if c in told}
    assert not left, "what a party may read is there for it"


def without_the_name_asked(text: str, address: str) -> str:
    """An answer that tells back the very name that was asked for tells nothing."""
    for name in re.findall("[0-9a-f]{16,}", address):
        text = text.replace(name, "").replace(name[:16], "")
    return text


def test_held_names_are_found_by_whom_they_are_for(here: Whole) -> None:
    """The first name of each parameter is open to all who may ask: 200, or the test above proves nothing."""
    for party, (path, permission) in itertools.product(PARTIES, reads()):
        if path in (ENDLESS, *KNOWN) or "{bundle}" in path or (path == "/tokens" and party != "JPN"):
            continue
        role = "analyst" if permission is Permission.WORK else "admin" if permission is Permission.RUN else "viewer"
        with here.service.client(PEOPLE[party, role]) as asks:
            address = addresses(here, path, every=False)[0]
            if party is None and path in DERIVED:
                assert asks.get(address).status_code == 404, address
                continue
            assert asks.get(address).status_code == 200, (party, address)


def test_every_write_is_refused_to_whom_it_is_not_allowed(here: Whole) -> None:
    """Every write x role x party, with names that are not held: 403 by the permission or the party before anything else."""
    version = here.service.world.duty.version
    for (method, path), body in WRITES.items():
        permission = next(q for m, p, q in guarded() if (m, p) == (method, path))
        address = API + path.format(**NOT_HELD)
        if path == "/sweeps":
            body = {"json": {"watchlist": "nothing"}}
        for (party, role), who in PEOPLE.items():
            with here.service.client(who) as asks:
                answer = asks.request(method, address, **body)
            assert "type" in answer.json(), (address, role, party, answer.status_code, answer.text)
            code = answer.json()["type"].rpartition(":")[2]
            if permission not in ROLES[role]:
                assert (answer.status_code, code) == (403, "forbidden"), (address, role)
            elif path in OWN_PARTY and party != "JPN":
                assert (answer.status_code, code) in ((403, "wrong-party"), (404, "not-found")), (address, role, party, code)
            else:
                assert answer.status_code in (400, 404, 409, 422), (address, role, party, answer.text)
    assert here.service.world.duty.version == version


@pytest.mark.parametrize("order", [("JPN", "USA"), ("USA", "JPN"), ("JPN", None), (None, "JPN")])
def test_what_was_answered_to_one_reader_is_not_given_to_another(here: Whole, order: tuple[str | None, str | None]) -> None:
    """A warms the cache, B asks the same at once: B has what B alone would have, and their ETags differ where the answers do."""
    number = here.told.incidents["clear"]
    paths = ["/incidents", f"/incidents/{number}", f"/incidents/{number}/brief", "/records", "/bundles", "/keys", "/alerts"]
    one, other = (here.service.client(PEOPLE[p, "viewer"]) for p in order)
    with one, other:
        for path in [*paths, "/reports/weekly?days=1"]:
            first, second = one.get(API + path), other.get(API + path)
            assert not [c for c in here.told.never(order[1]) if c in said(second)], path
            assert first.content != second.content, path
            if {first.status_code, second.status_code} != {200}:
                continue
            assert first.headers["etag"] != second.headers["etag"], path
            again = other.get(API + path, headers={"If-None-Match": first.headers["etag"]})
            assert again.status_code == 200, "the ETag of another's answer opens nothing"
            assert "private" in second.headers["cache-control"]


def test_the_cache_looks_at_the_role_too(here: Whole) -> None:
    path = f"{API}/raw/{here.names['sha256'][0]}"
    with here.service.client(PEOPLE["JPN", "analyst"]) as may, here.service.client(PEOPLE["JPN", "viewer"]) as may_not:
        assert may.get(path).status_code == 200
        assert may_not.get(path).status_code == 403


def test_what_is_open_to_all_holds_nothing(here: Whole) -> None:
    with here.service.client(None) as nobody:
        for path in ("/healthz", "/metrics", f"{API}/openapi.json", f"{API}/oidc", "/", "/incidents/x"):
            answer = nobody.get(path)
            assert answer.status_code == 200, path
            assert not [c for c in here.told.canaries if c in said(answer)]
            assert str(here.service.world.home) not in said(answer)


def test_no_answer_names_a_folder_of_this_machine(here: Whole) -> None:
    home = str(here.service.world.home)
    with here.service.client(PEOPLE["JPN", "analyst"]) as asks:
        for path, permission in reads():
            if path != ENDLESS and permission is not Permission.RUN:
                for address in addresses(here, path, every=False):
                    assert home not in said(asks.get(address)), address


@pytest.mark.parametrize("party", PARTIES)
def test_the_stream_tells_each_reader_what_he_may_read(here: Whole, party: str | None) -> None:
    """Every line since the beginning, as bytes."""
    heard = b""
    url = httpx.URL(here.service.url)
    token = here.service.token(PEOPLE[party, "viewer"])
    asked = (
        f"GET {API}/stream HTTP/1.1\r\nHost: {url.host}:{url.port}\r\nAuthorization: Bearer {token}\r\nLast-Event-ID: 0\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port or 80), timeout=2.0) as sock, suppress(TimeoutError):
        sock.sendall(asked.encode())
        end = time.monotonic() + 20.0
        while time.monotonic() < end and (part := sock.recv(65536)):
            heard += part
    text = heard.decode()
    assert "event: sweep" in text
    assert not [c for c in here.told.never(party) if c in text]
    alerts = [c for c in here.told.always(party) if c.startswith("CNRY-alert")]
    assert alerts
    assert all(c in text for c in alerts)


def test_no_canary_is_in_the_log(here: Whole) -> None:
    with here.service.client(PEOPLE["JPN", "analyst"]) as asks:
        asks.get(f"{API}/events?subject=CNRY-subject")
    log = here.service.log.getvalue()
    assert log
    assert "CNRY" not in log


def test_a_report_is_made_for_its_reader(here: Whole) -> None:
    with here.service.client(PEOPLE["USA", "viewer"]) as asks:
        tree = asks.get(f"{API}/reports/weekly", params={**DAY, "format": "json"}).json()
    assert tree["released_to"] == ["USA"]
