"""One download over HTTP, whole or not at all: stalls and cuts are noticed, a cut is mended once with a range request.

The body is gathered in memory, up to `MAX_BYTES`, because whoever asked needs it there; it reaches the disk only when it is
whole. Redirects are not followed: a provider that moved is a thing for a person to look at.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version

import httpx

from hoshimori.errors import BrokenTransfer, UsageError

MAX_BYTES = 1 << 30
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Counted = Callable[[int, int], None]
"""Called with the bytes that came and the bytes expected (0: not known)."""


class Unreachable(BrokenTransfer):
    """No connection was made: nothing was asked, so nothing counts against a limit."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: for a connection, for the next piece of an answer, and for all of it."""

    connect_s: float = 10.0
    stall_s: float = 30.0
    total_s: float = 600.0


PATIENT = Patience()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `content` is free of any transfer coding."""

    status: int
    headers: httpx.Headers
    content: bytes


class Cut(BrokenTransfer):
    """The answer ended, or stood still, before it was whole. `partial` is what came; None where nothing did."""

    def __init__(self, message: str, partial: Answer | None) -> None:
        super().__init__(message)
        self.partial = partial


@cache
def user_agent() -> str:
    return f"hoshimori/{version('hoshimori')} (open-source space situational awareness; one download per update)"


def checked_base(base_url: str) -> httpx.URL:
    """The address of a provider: https, or plain http on this machine's loopback; no user or password in it."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        raise UsageError("base_url is not an address: expected such as https://celestrak.org") from None
    if url.userinfo:
        raise UsageError("base_url holds a user or password: give credentials by the environment or keyring instead")
    if url.scheme != "https" and not (url.scheme == "http" and url.host in LOOPBACK):
        raise UsageError(f"base_url={base_url!r}: expected https://, so that nobody on the way can read or change the answer")
    if url.path not in ("", "/") or url.query:
        raise UsageError(f"base_url={base_url!r}: expected a host alone, such as https://celestrak.org")
    return url


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that a server is checked against; made once, because it costs more than a request."""
    return httpx.create_ssl_context()


def client(base_url: str, patience: Patience) -> httpx.Client:
    """A client for one provider. The environment's proxies are used, except for a server on this machine."""
    url = checked_base(base_url)
    return httpx.Client(
        base_url=url,
        headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip"},
        timeout=httpx.Timeout(patience.stall_s, connect=patience.connect_s),
        follow_redirects=False,
        verify=_trusted(),
        trust_env=url.host not in LOOPBACK,
    )


def download(
    web: httpx.Client,
    path: str,
    *,
    headers: Mapping[str, str],
    patience: Patience,
    counted: Counted,
    before_resume: Callable[[], None],
) -> Answer:
    """GET `path`. `before_resume` is called before a second request is made; raising there forbids it.

    Raises Unreachable, or BrokenTransfer where the answer stayed cut, was too slow or too large, or cannot be decoded.
    """
    deadline = time.monotonic() + patience.total_s
    try:
        answer = _stream(web, path, headers, b"", deadline, counted)
    except Cut as cut:
        if cut.partial and cut.partial.status != 200:
            return cut.partial  # a refusal is a refusal, however its page ends
        mend = _range_headers(cut.partial) if cut.partial else {}
        if not mend or not cut.partial:
            raise
        before_resume()
        try:
            answer = _stream(web, path, mend, cut.partial.content, deadline, counted)
        except Unreachable:
            raise cut from None  # the first request was answered: it counts
    return replace(answer, content=_decoded(answer, path)) if answer.status == 200 else answer


def _stream(web: httpx.Client, path: str, headers: Mapping[str, str], start: bytes, deadline: float, counted: Counted) -> Answer:
    """One request; `start` holds the first bytes of the body where `headers` ask for the rest of it.

    The failure is raised outside the handler: an httpx error carries its request, and with it the session's cookie.
    """
    failure: BrokenTransfer | None = None
    status, answered, body = 0, httpx.Headers(), bytearray()
    try:
        with web.stream("GET", path, headers=dict(headers)) as response:
            status, answered = response.status_code, response.headers
            if status == 206:
                failure = _unless_the_rest(answered, len(start), path)
                status, body = 200, bytearray(start)
            expected = len(body) + int(answered.get("Content-Length", 0))
            for chunk in response.iter_raw() if failure is None else ():
                body += chunk
                counted(len(body), expected)
                failure = _enough(len(body), deadline, path)
                if failure:
                    break
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        failure = Unreachable(f"{web.base_url.host} cannot be reached ({error or type(error).__name__}): check the network")
    except httpx.TransportError as error:
        message = f"{path}: the answer was cut after {len(body)} bytes ({type(error).__name__}); nothing was kept, try later"
        failure = Cut(message, Answer(status, answered, bytes(body)) if status else None)
    if failure is not None:
        raise failure
    return Answer(status, answered, bytes(body))


def _unless_the_rest(answered: httpx.Headers, have: int, path: str) -> BrokenTransfer | None:
    """None where a partial answer goes from the byte that we need to the last one."""
    first, _, total = answered.get("Content-Range", "").removeprefix("bytes ").partition("/")
    if total.isdecimal() and have and first == f"{have}-{int(total) - 1}":
        return None
    return BrokenTransfer(f"{path}: a part of the answer came that was not asked for; nothing was kept, try later")


def _enough(have: int, deadline: float, path: str) -> BrokenTransfer | None:
    if have > MAX_BYTES:
        return BrokenTransfer(f"{path}: more than {MAX_BYTES} bytes came: not what was asked for; nothing was kept")
    if time.monotonic() > deadline:
        return BrokenTransfer(f"{path}: too slow: {have} bytes in the time allowed; nothing was kept, try later")
    return None


def _range_headers(partial: Answer) -> dict[str, str]:
    """What asks for the rest of a body, where the server offers that and can say that it is still the same body."""
    etag = partial.headers.get("ETag", "")
    same = etag if etag and not etag.startswith("W/") else partial.headers.get("Last-Modified", "")
    if not partial.content or not same or partial.headers.get("Accept-Ranges") != "bytes":
        return {}
    return {"Range": f"bytes={len(partial.content)}-", "If-Range": same}


def _decoded(answer: Answer, path: str) -> bytes:
    if answer.headers.get("Content-Encoding", "identity") == "identity":
        return answer.content
    unpack = zlib.decompressobj(wbits=31)
    try:
        plain = unpack.decompress(answer.content, MAX_BYTES)
    except zlib.error:
        raise BrokenTransfer(f"{path}: the gzip coding of the answer is damaged; nothing was kept, try later") from None
    if not unpack.eof or unpack.unused_data:
        raise BrokenTransfer(f"{path}: the gzip coding of the answer is not whole; nothing was kept, try later")
    return plain
