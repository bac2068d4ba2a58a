"""An OpenID Connect provider says who comes in: the authorization code flow with PKCE, and its JWTs as bearer tokens.

Only signatures of the three algorithms below are taken, by keys that the provider publishes; issuer, audience and times must fit.
What a claim means here stands in service.toml: a group that is not named there gives no role, a party not named there is none.
Reference: OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE); RFC 8725 (JWT best current practices); RFC 9207 (iss in the answer).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import time
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from hoshimori.doors.web.principal import ROLES, Principal
from hoshimori.doors.web.problems import ApiError, Unauthenticated
from hoshimori.doors.web.settings import Oidc, is_loopback

ALGORITHMS = ("RS256", "ES256", "Ed25519")
LEEWAY_S = 30
KEYS_S, AGAIN_S = 3600.0, 30.0
"""The provider's keys are asked for hourly, and for a key that is not among them at most every half minute."""
PENDING_S, PENDING = 600.0, 1000
LARGEST = 1 << 20


class ProviderFailed(ApiError):
    """The provider cannot be reached or does not answer as one; nobody can be let in by it now."""

    def __init__(self, detail: str) -> None:
        super().__init__(503, "provider", "not now", f"the OpenID Connect provider: {detail}", {"Retry-After": "30"})


@dataclass(frozen=True)
class Begun:
    """A log-in that was sent to the provider. browser: digest of the cookie of the browser that began it."""

    nonce: str
    verifier: str
    browser: str
    redirect: str
    made: float


class Provider:
    """One provider. Used from several threads; asks the network only where a log-in or a new key needs it."""

    def __init__(self, settings: Oidc) -> None:
        self.settings = settings
        self._client = httpx.Client(timeout=10.0, follow_redirects=False, trust_env=False)
        self._lock = threading.Lock()
        self._about: Mapping[str, Any] | None = None
        self._keys: jwk.KeySet | None = None
        self._asked = -1e9
        self._begun: OrderedDict[str, Begun] = OrderedDict()

    def close(self) -> None:
        self._client.close()

    # the code flow
    def begin(self, redirect: str) -> tuple[str, str]:
        """The provider's address to send a browser to, and the value of the cookie that ties the answer to this browser."""
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        with self._lock:
            while self._begun and (
                len(self._begun) >= PENDING or time.monotonic() - next(iter(self._begun.values())).made > PENDING_S
            ):
                self._begun.popitem(last=False)
            self._begun[state] = Begun(nonce, verifier, _digest(browser), redirect, time.monotonic())
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(self.settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = str(self.about()["authorization_endpoint"])
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}", browser

    def finish(self, answer: Mapping[str, str], browser: str) -> Principal:
        """Who came back from the provider. Unauthenticated where the answer is not to a log-in that this browser began."""
        with self._lock:
            begun = self._begun.pop(answer.get("state", ""), None)
        if begun is None or time.monotonic() - begun.made > PENDING_S:
            raise Unauthenticated("this log-in was not begun here, or too long ago: begin again")
        if not hmac.compare_digest(begun.browser, _digest(browser)):
            raise Unauthenticated("this log-in was begun in another browser: begin again")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise Unauthenticated("the answer names another provider")
        if "code" not in answer:
            raise Unauthenticated("the provider did not let you in")
        return self.principal(self._claims(self._exchange(answer["code"], begun), self.settings.client_id, nonce=begun.nonce))

    def _exchange(self, code: str, begun: Begun) -> str:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": begun.redirect, "code_verifier": begun.verifier}
        secret = self.settings.secret()
        auth = httpx.BasicAuth(self.settings.client_id, secret) if secret else None
        if auth is None:
            form["client_id"] = self.settings.client_id
        address = str(self.about()["token_endpoint"])
        try:
            response = self._client.post(address, data=form, **({"auth": auth} if auth else {}))  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            raise ProviderFailed(f"its token endpoint does not answer ({type(error).__name__})") from error
        if response.status_code != 200:
            raise Unauthenticated("the provider refused the code")
        token = _json(response).get("id_token")
        if not isinstance(token, str):
            raise ProviderFailed("its token endpoint gave no id_token")
        return token

    # JWTs
    def verify(self, token: str) -> Principal:
        """Whose bearer JWT this is. Unauthenticated where it is forged, over, not yet, or for somebody else."""
        return self.principal(self._claims(token, self.settings.accepted_audience))

    def _claims(self, token: str, audience: str, *, nonce: str = "") -> Mapping[str, Any]:
        rules: dict[str, Any] = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        if nonce:
            rules["nonce"] = {"essential": True, "value": nonce}
        if len(token) > 16_384:
            raise Unauthenticated("this token is not good: too long")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # what the library only warns of is refused
                claims: Mapping[str, Any] = self._decoded(token).claims
                jwt.JWTClaimsRegistry(leeway=LEEWAY_S, **rules).validate(claims)  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError, Warning) as error:
            raise Unauthenticated(f"this token is not good: {getattr(error, 'error', '') or type(error).__name__}") from error
        if (
            isinstance(claims["aud"], list)
            and len(claims["aud"]) > 1
            and claims.get("azp", audience)
            not in (
                audience,
                self.settings.client_id,
            )
        ):
            raise Unauthenticated("this token is not good: made for another client")
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self.keys(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError) as error:
            if not self._unknown_key(token):
                raise error
            return jwt.decode(token, self.keys(again=True), algorithms=list(ALGORITHMS))

    def _unknown_key(self, token: str) -> bool:
        """Is it signed by a key that we have not seen? Providers change theirs."""
        from joserfc import jws

        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
        except (JoseError, ValueError):
            return False
        return isinstance(kid, str) and all(k.kid != kid for k in self.keys().keys)

    def principal(self, claims: Mapping[str, Any]) -> Principal:
        """What claims mean here. 403 for a person to whom no role was given."""
        s = self.settings
        name = claims.get(s.name_claim) or claims["sub"]
        if not (isinstance(name, str) and 0 < len(name) <= 100 and name.isprintable()):
            raise Unauthenticated(f"this token is not good: {s.name_claim} is no name")
        roles = frozenset(r for value in _several(claims.get(s.roles_claim)) for r in s.roles.get(value, ())) & set(ROLES)
        if not roles:
            raise ApiError(403, "no-role", "not allowed", "the provider knows you, but none of your groups has a role here")
        parties = {s.parties[value] for value in _several(claims.get(s.party_claim)) if value in s.parties}
        if len(parties) > 1:
            raise ApiError(403, "two-parties", "not allowed", f"your claims name two parties: {', '.join(sorted(parties))}")
        return Principal(name, next(iter(parties), None), roles, "oidc")

    # what the provider publishes
    def about(self) -> Mapping[str, Any]:
        """Its configuration. It must be the issuer's own, or any other could speak for it."""
        if self._about is None:
            found = self._get(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self.settings.issuer:
                raise ProviderFailed(f"it calls itself {str(found.get('issuer'))[:100]!r}, not {self.settings.issuer!r}")
            for key in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not _safe(found.get(key)):
                    raise ProviderFailed(f"its {key} is no https address")
            self._about = found
        return self._about

    def keys(self, *, again: bool = False) -> jwk.KeySet:
        with self._lock:
            age = time.monotonic() - self._asked
            fresh = self._keys is not None and age < (AGAIN_S if again else KEYS_S)
            if not fresh and (self._keys is None or age >= AGAIN_S):
                self._keys = _public(self._get(str(self.about()["jwks_uri"])))
                self._asked = time.monotonic()
            assert self._keys is not None
            return self._keys

    def _get(self, address: str) -> Mapping[str, Any]:
        try:
            response = self._client.get(address)
        except httpx.HTTPError as error:
            raise ProviderFailed(f"{urlsplit(address).hostname} does not answer ({type(error).__name__})") from error
        if response.status_code != 200:
            raise ProviderFailed(f"{urlsplit(address).hostname} answered {response.status_code}")
        return _json(response)


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        found = response.json() if len(response.content) <= LARGEST else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderFailed("its answer is no JSON object")
    return found


def _public(found: Mapping[str, Any]) -> jwk.KeySet:
    """Its public keys of the kinds that the algorithms need; a shared secret or a private part is none of them."""
    rows = found.get("keys")
    chosen = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict) or row.get("kty") not in ("RSA", "EC", "OKP") or "d" in row:
            continue
        if row.get("use", "sig") == "sig" and row.get("alg", ALGORITHMS[0]) in (*ALGORITHMS, "EdDSA"):
            chosen.append({k: v for k, v in row.items() if k != "alg"})
    try:
        return jwk.KeySet.import_key_set({"keys": chosen})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderFailed("its keys cannot be read") from error


def _safe(address: Any) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _several(value: Any) -> Iterable[str]:
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
