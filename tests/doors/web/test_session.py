"""Coming in and going out."""

from __future__ import annotations

import httpx
import pytest

from hoshimori.doors.web import people
from hoshimori.doors.web.world import World
from tests.doors.web.floor import ADMIN, ALLY, ANALYST, API, PUBLIC, VIEWER, client, served


def test_a_one_time_token_opens_one_session(bare: World) -> None:
    with served(bare) as service, service.client(None) as browser:
        token = service.app.state.people.one_time()
        first = browser.post(f"{API}/session", json={"token": token})
        assert first.status_code == 200
        cookie = first.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/"))
        assert "no-store" in first.headers["cache-control"]
        assert first.json()["party"] == "JPN"
        assert set(first.json()["roles"]) == {"analyst", "signer", "admin"}
        assert browser.get(f"{API}/me").json()["via"] == "local"
        with service.client(None) as another:
            again = another.post(f"{API}/session", json={"token": token})
        assert again.status_code == 401
        assert again.headers["content-type"] == "application/problem+json"


def test_a_one_time_token_is_over_after_ten_minutes(bare: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "ONE_TIME_S", -1)
    with served(bare) as service, service.client(None) as browser:
        answer = browser.post(f"{API}/session", json={"token": service.app.state.people.one_time()})
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


def test_a_session_that_was_ended_opens_nothing(bare: World) -> None:
    with served(bare) as service, service.client(None) as browser:
        browser.post(f"{API}/session", json={"token": service.app.state.people.one_time()})
        held = dict(browser.cookies)
        assert browser.delete(f"{API}/session").status_code == 204
        with service.client(None, cookies=held) as thief:
            assert thief.get(f"{API}/me").status_code == 401


def test_a_session_survives_a_restart(bare: World) -> None:
    with served(bare) as service, service.client(None) as browser:
        browser.post(f"{API}/session", json={"token": service.app.state.people.one_time()})
        held = dict(browser.cookies)
    with served(bare) as service, service.client(None, cookies=held) as browser:
        assert browser.get(f"{API}/me").status_code == 200


def test_the_session_of_a_token_ends_with_it(bare: World) -> None:
    with served(bare) as service, service.client(None) as browser, service.client(ADMIN) as admin:
        token = service.token(VIEWER)
        assert browser.post(f"{API}/session", json={"token": token}).json()["name"] == VIEWER.name
        assert browser.get(f"{API}/me").json()["via"] == "session"
        mine = next(t for t in admin.get(f"{API}/tokens").json()["items"] if t["name"] == VIEWER.name)
        gone = admin.delete(f"{API}/tokens/{mine['id']}")
        assert gone.status_code == 200
        assert gone.json()["revoked"]
        assert browser.get(f"{API}/me").status_code == 401


def test_me_says_who_and_what_is_watched(bare: World) -> None:
    with served(bare) as service:
        for principal in (VIEWER, ANALYST, ALLY, PUBLIC):
            with service.client(principal) as asks:
                me = asks.get(f"{API}/me").json()
            assert (me["name"], me["party"], me["via"], me["csrf"]) == (principal.name, principal.party, "token", None)
            assert set(me["roles"]) == principal.roles
            assert set(me["permissions"]) == principal.permissions
            assert me["world"]["data_mode"] == "EXERCISE"
            assert me["world"]["watchlists"][0]["id"] == "japan-comms"


def test_a_token_is_shown_once_and_kept_nowhere(bare: World) -> None:
    with served(bare) as service, service.client(ADMIN) as admin:
        made = admin.post(f"{API}/tokens", json={"name": "a script", "party": "USA", "roles": ["viewer"], "days": 2})
        assert made.status_code == 201
        token = made.json()["token"]
        assert made.headers["location"] == f"{API}/tokens/{made.json()['id']}"
        assert token not in admin.get(f"{API}/tokens").text
        with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"}) as script:
            me = script.get(f"{API}/me").json()
        assert (me["name"], me["party"], me["roles"]) == ("a script", "USA", ["viewer"])
        written = b"".join(p.read_bytes() for p in bare.home.rglob("*") if p.is_file())
        assert token.encode() not in written
        assert token not in service.log.getvalue()


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"name": "x", "roles": ["king"]}, "king"),
        ({"name": "x", "roles": ["viewer"], "party": "JP"}, "party"),
        ({"name": "x", "roles": ["viewer"], "party": "FRA"}, "FRA"),
        ({"name": "x\u202ey", "roles": ["viewer"]}, "printable"),
        ({"name": "x", "roles": ["viewer"], "days": 1e9}, "days"),
        ({"name": "x", "roles": ["viewer"], "secret": "mine"}, "secret"),
        ({"name": "x", "roles": []}, "roles"),
    ],
)
def test_a_token_asked_wrongly_is_refused(bare: World, body: dict[str, object], wrong: str) -> None:
    with client(bare, ADMIN) as admin:
        before = admin.get(f"{API}/tokens").json()["total"]
        answer = admin.post(f"{API}/tokens", json=body)
        assert answer.status_code in (400, 422)
        assert wrong in answer.text
        assert admin.get(f"{API}/tokens").json()["total"] == before


def test_only_who_runs_the_service_sees_tokens(bare: World) -> None:
    with served(bare) as service:
        for principal in (VIEWER, ANALYST, ALLY, PUBLIC):
            with service.client(principal) as asks:
                assert asks.get(f"{API}/tokens").status_code == 403
                assert asks.post(f"{API}/tokens", content=b"{not json").status_code == 403  # before the body is read
