"""How a client talks to a service: one pool of connections, patience where it is busy, nothing done twice, nothing read twice."""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from hoshimori import __version__
from hoshimori.doors import client_errors
from hoshimori.errors import BrokenTransfer, SourceError, UsageError

API = "/api/v1"
TOKEN = "HOSHIMORI_TOKEN"  # noqa: S105  # the name of a setting, not a secret
LOOPBACK = ("127.0.0.1", "localhost", "::1")
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 30.0
MOST_KEPT, MOST_KEPT_BYTES = 256, 64 << 20

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a service answered: bytes, and what stood above them. Lower-case names."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def tree(self) -> Any:
        return json.loads(self.data)


class Wire:
    """Connections to one service. Safe to use from several threads."""

    def __init__(self, url: str, token: str | None, *, lang: str, timeout_s: float, patience_s: float, plain: bool) -> None:
        where, one_time = _address(url)
        given = token if token is not None else os.environ.get(TOKEN, "")
        _refuse_in_clear(where, plain)
        self.where, self.lang, self.patience_s = where, lang, patience_s
        self._csrf = ""
        self._kept: OrderedDict[tuple[Any, ...], tuple[str, Answer]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        headers = {"User-Agent": f"hoshimori/{__version__}", "Accept-Language": lang}
        if given and not one_time:
            headers["Authorization"] = f"Bearer {given}"
        here = urlsplit(where).hostname in LOOPBACK
        self._http = httpx.Client(
            base_url=where + API, headers=headers, timeout=httpx.Timeout(timeout_s, connect=10.0), trust_env=not here
        )
        if one_time:
            self._log_in(one_time)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, params: Params | None = None) -> Answer:
        """Read. What was read before is asked for by its ETag, and given again where it is still true."""
        chosen = _plain(params)
        key = (path, tuple(sorted(chosen.items())))
        held = self._held(key)
        headers = {"If-None-Match": held[0]} if held else {}
        response = self._patiently("GET", path, params=chosen, headers=headers)
        if response.status_code == 304 and held:
            return held[1]
        answer = _answer(response)
        tag = answer.headers.get("etag", "")
        if response.status_code == 200 and tag:
            self._keep(key, tag, answer)
        return answer

    def write(self, method: str, path: str, *, params: Params | None = None, body: Any = None, content: bytes | None = None,
              media_type: str = "", key: str = "") -> Answer:  # fmt: skip
        """Write once: every try carries the same Idempotency-Key, so that a lost answer never means done twice."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        if self._csrf:
            headers["X-CSRF"] = self._csrf
        if media_type:
            headers["Content-Type"] = media_type
        given = {"json": body} if body is not None else {"content": content} if content is not None else {}
        return _answer(self._patiently(method, path, params=_plain(params), headers=headers, **given))

    def stream(self, path: str, headers: Mapping[str, str], silence_s: float) -> Any:
        """An answer that does not end, as a context manager of httpx."""
        return self._http.stream("GET", path, headers=dict(headers), timeout=httpx.Timeout(10.0, read=silence_s))

    def _log_in(self, one_time: str) -> None:
        """Begin a session with the one-time token of a printed address. It is used up by this, so it is sent once."""
        try:
            answer = _answer(self._once("POST", "/session", json={"token": one_time}))
        except BaseException:
            self._http.close()
            raise
        self._csrf = str(answer.tree.get("csrf") or "")

    def _patiently(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask, and ask again where the service is busy or the line broke, until patience ends."""
        end, wait = time.monotonic() + self.patience_s, FIRST_WAIT_S
        while True:
            failure: Exception
            try:
                response = self._once(method, path, **more)
                if response.status_code not in client_errors.AGAIN:
                    if response.is_error:
                        raise client_errors.of(response, f"{method} {path}")
                    return response
                failure = client_errors.of(response, f"{method} {path}")
                asked = client_errors.retry_after_s(response)
            except SourceError as broken:
                if not isinstance(broken.__cause__, httpx.TransportError):
                    raise
                failure, asked = broken, None
            pause = max(wait if asked is None else asked, 0.02)
            if time.monotonic() + pause > end:
                raise failure
            time.sleep(pause)
            wait = min(2.0 * wait, LONGEST_WAIT_S)

    def _once(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **more)
        except httpx.TimeoutException as late:
            raise BrokenTransfer(f"{method} {self.where}{API}{path}: no answer in time ({type(late).__name__})") from late
        except httpx.TransportError as broken:
            raise SourceError(
                f"{method} {self.where}{API}{path}: {broken or type(broken).__name__}; is the service running?"
            ) from broken

    def _held(self, key: tuple[Any, ...]) -> tuple[str, Answer] | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _keep(self, key: tuple[Any, ...], tag: str, answer: Answer) -> None:
        if len(answer.data) > MOST_KEPT_BYTES // 4:
            return
        with self._lock:
            old = self._kept.pop(key, None)
            self._bytes += len(answer.data) - (len(old[1].data) if old else 0)
            self._kept[key] = (tag, answer)
            while len(self._kept) > MOST_KEPT or self._bytes > MOST_KEPT_BYTES:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= len(gone.data)


def _answer(response: httpx.Response) -> Answer:
    if response.is_error:
        raise client_errors.of(response, f"{response.request.method} {response.request.url.path}")
    if response.is_redirect:
        raise SourceError(
            f"{response.url}: answers with a redirect to {response.headers.get('location', '')[:200]}: not followed"
        )
    return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content)


def _plain(params: Params | None) -> dict[str, str]:
    """Only what was given, as text; true and false as JSON writes them."""
    chosen = {k: v for k, v in (params or {}).items() if v is not None and v != ""}
    return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in chosen.items()}


def _address(url: str) -> tuple[str, str]:
    """The address of a service without what follows it, and the one-time token of an address as `hoshimori serve` prints it."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"address {parts.scheme}://{parts.hostname or ''}: expected http://HOST:PORT or https://HOST")
    if parts.username or parts.password:
        raise UsageError("address: a name or a password does not belong into it; give a token")
    one_time = parts.fragment.removeprefix("token=") if parts.fragment.startswith("token=") else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", one_time


def _refuse_in_clear(where: str, plain: bool) -> None:
    parts = urlsplit(where)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not plain:
        raise UsageError(
            f"{where}: http sends a token in the clear beyond this machine: use https, or plain=True where the way is safe"
        )
