"""Coming in by an OpenID Connect provider: a small real one on loopback, with keys of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwk, jwt

from hoshimori.doors.web.settings import Oidc, Settings
from hoshimori.doors.web.world import World
from tests.doors.web.floor import API, Served, served

CLIENT, SECRET = "hoshimori", "a client's secret"


@dataclass
class Op:
    """The provider: one user who always agrees. What it is to do wrong is set by the test."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    keys: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys["one"] = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.keys["two"] = jwk.ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
        self.keys["three"] = jwk.OKPKey.generate_key("Ed25519", {"kid": "three", "use": "sig"})
        self.published = {"one", "two", "three"}

    def token(self, *, key: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A JWT as this provider makes it, with changes; None leaves a claim out."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "u1", "iat": now, "exp": now + 300, "preferred_username": "h.sato"}
        claims |= {"groups": ["watch"], "party": "jp"} | self.claims | changes
        head = {**self.header, **(header or {})}
        chosen = key or self.keys[head["kid"]]
        kept = {k: v for k, v in claims.items() if v is not None}
        return jwt.encode(head, kept, chosen, algorithms=[head["alg"]])

    def answer(self, path: str, query: dict[str, str], form: dict[str, str], auth: str) -> tuple[int, dict[str, Any] | str]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return 200, {"issuer": self.issuer, **{k: self.issuer + v for k, v in ends.items()}}
        if path == "/keys":
            return 200, {"keys": [self.keys[k].as_dict(private=False) for k in sorted(self.published)]}
        if path == "/authorize":
            code = f"code{len(self.codes)}"
            self.codes[code] = query
            return 302, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"
        if path == "/token":
            return self._exchanged(form, auth)
        return 404, {}

    def _exchanged(self, form: dict[str, str], auth: str) -> tuple[int, dict[str, Any]]:
        began = self.codes.pop(form.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if began is None or auth != expected or form["redirect_uri"] != began["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if began["code_challenge_method"] != "S256" or proof != began["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": self.token(nonce=began["nonce"])}


@contextmanager
def provider() -> Iterator[Op]:
    op = Op()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply({k: v[0] for k, v in parse_qs(text).items()})

        def reply(self, form: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            status, found = op.answer(parts.path, query, form, self.headers.get("Authorization", ""))
            body = b"" if isinstance(found, str) else json.dumps(found).encode()
            self.send_response(status)
            if isinstance(found, str):
                self.send_header("Location", found)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    op.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield op
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings(world: World, op: Op, **changes: Any) -> Settings:
    said: dict[str, Any] = {
        "issuer": op.issuer,
        "client_id": CLIENT,
        "parties": {"jp": "JPN", "us": "USA"},
        "roles": {"watch": ("analyst",), "chiefs": ("signer", "admin")},
    }
    return Settings(world.home, oidc=Oidc(**(said | changes)))


@pytest.fixture
def op() -> Iterator[Op]:
    with provider() as found:
        yield found


@pytest.fixture
def service(bare: World, op: Op, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("HOSHIMORI_OIDC_SECRET", SECRET)
    with served(bare, settings(bare, op)) as found:
        yield found


def go(browser: httpx.Client) -> httpx.Response:
    """From the button to the way back, as a browser goes."""
    away = browser.get(f"{API}/oidc/login")
    assert away.status_code == 302
    agreed = httpx.get(away.headers["location"], trust_env=False)
    return browser.get(agreed.headers["location"])


def bearer(service: Served, token: str) -> httpx.Response:
    with service.client(None) as asks:
        return asks.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})


def test_the_code_flow_opens_a_session(service: Served) -> None:
    with service.client(None) as browser:
        assert browser.get(f"{API}/oidc").json() == {"offered": True}
        back = go(browser)
        assert back.status_code == 200
        assert "refresh" in back.text
        me = browser.get(f"{API}/me").json()
        assert (me["name"], me["party"], me["roles"], me["via"]) == ("h.sato", "JPN", ["analyst"], "session")
        refused = browser.post(f"{API}/tokens", json={})
        assert refused.json()["type"].endswith("csrf")
    assert SECRET not in service.log.getvalue()


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(service: Served) -> None:
    with service.client(None) as browser, service.client(None) as another:
        away = browser.get(f"{API}/oidc/login")
        agreed = httpx.get(away.headers["location"], trust_env=False)
        stolen = another.get(agreed.headers["location"])
        assert stolen.status_code == 401
        assert "set-cookie" not in stolen.headers
        again = browser.get(agreed.headers["location"])  # a state is good once
        assert again.status_code == 401
        assert browser.get(f"{API}/oidc/callback?state=x&code=y").status_code == 401


def test_a_code_is_good_once_and_its_nonce_counts(service: Served, op: Op) -> None:
    with service.client(None) as browser:
        op.claims = {"nonce": "another"}
        op.token, kept = (lambda **k: Op.token(op, **(k | {"nonce": "another"}))), op.token  # type: ignore[method-assign]
        assert go(browser).status_code == 401
        op.token = kept  # type: ignore[method-assign]
        op.claims = {}
        assert go(browser).status_code == 200


@pytest.mark.parametrize("kid", ["one", "two", "three"])
def test_a_jwt_of_the_provider_is_a_bearer_token(service: Served, op: Op, kid: str) -> None:
    alg = {"one": "RS256", "two": "ES256", "three": "Ed25519"}[kid]
    answer = bearer(service, op.token(header={"alg": alg, "kid": kid}, groups=["chiefs"], party="us"))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["party"], answer.json()["roles"], answer.json()["via"]) == ("USA", ["admin", "signer"], "oidc")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"nbf": int(time.time()) + 600},
        {"iat": int(time.time()) + 600},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"preferred_username": "a\u202eb"},
        {"preferred_username": "x" * 101},
    ],
)
def test_a_jwt_with_wrong_claims_is_refused(service: Served, op: Op, changes: dict[str, Any]) -> None:
    answer = bearer(service, op.token(**changes))
    assert answer.status_code == 401, answer.text
    assert answer.json()["type"].endswith("unauthenticated")


def b64(data: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def test_a_forged_jwt_is_refused(service: Served, op: Op) -> None:
    good = op.token()
    assert bearer(service, good).status_code == 200
    head, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    public = op.keys["one"].as_pem(private=False)
    forged = [
        f"{b64({'alg': 'none'})}.{body}.",
        f"{b64({'alg': 'none', 'kid': 'one'})}.{body}.{signature}",
        f"{head}.{b64(claims | {'groups': ['chiefs']})}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        op.token(key=jwk.RSAKey.generate_key(2048, {"kid": "one"})),
        op.token(header={"kid": "no such"}, key=op.keys["one"]),
        op.token(header={"alg": "PS256"}),
        op.token(header={"alg": "RS512"}),
        "..",
        "a.b.c",
        good + "A" * 20_000,
    ]
    for alg in ("HS256", "RS256"):  # the public key as a shared secret
        shared = f"{b64({'alg': alg, 'kid': 'one'})}.{body}"
        mac = base64.urlsafe_b64encode(hmac.digest(public, shared.encode(), "sha256")).rstrip(b"=").decode()
        forged.append(f"{shared}.{mac}")
    for token in forged:
        answer = bearer(service, token)
        assert answer.status_code == 401, token[:80]
        assert token[:40] not in answer.text


def test_a_new_key_of_the_provider_is_fetched_once(service: Served, op: Op, monkeypatch: pytest.MonkeyPatch) -> None:
    op.published = {"one"}
    assert bearer(service, op.token()).status_code == 200
    op.published = {"one", "two"}
    token = op.token(header={"alg": "ES256", "kid": "two"})
    for _ in range(5):  # asked too soon: nobody can make us ask the provider over and over
        assert bearer(service, token).status_code == 401
    assert op.asked.count("/keys") == 1
    monkeypatch.setattr("hoshimori.doors.web.oidc.AGAIN_S", 0.0)
    assert bearer(service, token).status_code == 200


def test_who_has_no_role_here_is_told_so(service: Served, op: Op) -> None:
    answer = bearer(service, op.token(groups=["cooks"]))
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("no-role")
    two = bearer(service, op.token(party=["jp", "us"]))
    assert two.json()["type"].endswith("two-parties")
    none = bearer(service, op.token(party="atlantis"))
    assert none.json()["party"] is None


def test_a_provider_that_is_another_or_away_lets_nobody_in(bare: World, op: Op) -> None:
    other = settings(bare, op, issuer=op.issuer + "/realm")
    with served(bare, other) as service:
        assert bearer(service, op.token(iss=op.issuer + "/realm")).status_code == 503
        with service.client(None) as browser:
            assert browser.get(f"{API}/oidc/login").status_code == 503
            assert browser.get(f"{API}/me").status_code == 401


def test_without_a_provider_there_is_none(bare: World) -> None:
    with served(bare) as service, service.client(None) as browser:
        assert browser.get(f"{API}/oidc").json() == {"offered": False}
        assert browser.get(f"{API}/oidc/login").status_code == 404
        assert bearer(service, "a.b.c").status_code == 401
