"""A write that is sent twice is done once: the Idempotency-Key of the writer, and what was answered to it, for a day.

Kept is what was done (status 2xx); a refusal changed nothing and is worked out anew. Of the request only a keyed digest is kept,
since a body may hold a passphrase. Of an answer that holds a
secret (a new token) or more than 256 kB only that it was given is kept.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anyio import to_thread

from hoshimori.doors.web import problems
from hoshimori.doors.web.asgi import API, SAFE, App, Message, Receive, Scope, Send, api, header
from hoshimori.doors.web.logs import fault, log
from hoshimori.doors.web.principal import Principal, asking
from hoshimori.doors.web.problems import ApiError
from hoshimori.duty import Duty
from hoshimori.errors import HoshimoriError

HEADER = b"idempotency-key"
SECRET = (f"{API}/tokens",)
UNKEPT = (f"{API}/session",)
LARGEST = 256 * 1024
COPIED = frozenset({b"content-type", b"location", b"content-disposition", b"x-marking"})


class Idempotent:
    """Pure ASGI. key: what the digests of requests are keyed with; the same after a restart (`own_key`)."""

    def __init__(self, app: App, duty: Duty, key: bytes) -> None:
        self.app, self.duty, self.key = app, duty, key
        self._busy: dict[tuple[str, str], asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or not api(scope["path"]):
            return await self.app(scope, receive, send)
        given = header(scope, HEADER)
        principal: Principal | None = scope.get("state", {}).get("principal")
        if not given or principal is None or scope["path"].startswith(UNKEPT):
            return await self.app(scope, receive, send)
        if not (len(given) <= 200 and given.isascii() and given.isprintable()):
            error = ApiError(422, "idempotency-key", "a field is wrong", "Idempotency-Key: 1 to 200 printable ASCII characters")
            return await problems.response(error, scope["path"])(scope, receive, send)
        may = " ".join(sorted(principal.permissions))  # who may do less now is not given what was answered to who could do more
        owner = f"{asking().principal.party or '-'}/{may}/{principal.name}"
        lock = self._busy.setdefault((owner, given), asyncio.Lock())
        try:
            async with lock:
                await self._once(scope, receive, send, owner, given)
        finally:
            if not lock.locked() and not getattr(lock, "_waiters", None):
                self._busy.pop((owner, given), None)

    async def _once(self, scope: Scope, receive: Receive, send: Send, owner: str, key: str) -> None:
        taken = _Taken(receive, hmac.new(self.key, _asked(scope), hashlib.sha256))
        held = await to_thread.run_sync(self.duty.remembered, owner, key)
        if held is not None:
            return await self._again(held, await taken.whole(), scope, receive, send)
        answer = _Answer(send)
        await self.app(scope, taken, answer)
        if 200 <= answer.status < 300:
            record = answer.record(await taken.whole(), secret=scope["path"].startswith(SECRET))
            try:
                await to_thread.run_sync(self.duty.remember, owner, key, record)
            except HoshimoriError as error:  # it was done and is in the answer; only a second try cannot be told so
                log().warning("idempotency", fault=fault(error))
        await answer.finish()

    async def _again(self, held: Mapping[str, Any], digest: str, scope: Scope, receive: Receive, send: Send) -> None:
        if not hmac.compare_digest(str(held["request"]), digest):
            detail = "this Idempotency-Key was used for another request: give each write a key of its own"
            error = ApiError(409, "idempotency-key", "refused", detail)
        elif held["body"] is None:
            error = ApiError(
                409, "done-already", "refused", "this was done when it was sent first; what was answered was not kept"
            )
        else:
            headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in held["headers"].items()]
            body = base64.b64decode(held["body"])
            headers += [
                (b"content-length", str(len(body)).encode()),
                (b"idempotent-replay", b"true"),
                (b"cache-control", b"no-store"),
            ]
            await send({"type": "http.response.start", "status": held["status"], "headers": headers})
            return await send({"type": "http.response.body", "body": body})
        await problems.response(error, scope["path"])(scope, receive, send)


class _Taken:
    """The body on its way to the route, digested as it passes."""

    def __init__(self, receive: Receive, digest: Any) -> None:
        self._receive, self._digest, self._more = receive, digest, True

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._digest.update(message.get("body", b""))
            self._more = message.get("more_body", False)
        else:
            self._more = False
        return message

    async def whole(self) -> str:
        """The digest of all of it, the part included that nobody has read."""
        while self._more:
            await self()
        return str(self._digest.hexdigest())


class _Answer:
    """The answer on its way out; its last word is held back until it is in the book that it was given."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self._headers: dict[str, str] = {}
        self._parts: list[bytes] = []
        self._size = 0
        self._held: list[Message] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in message["headers"] if k in COPIED}
        else:
            part = message.get("body", b"")
            self._size += len(part)
            if self._size <= LARGEST:
                self._parts.append(part)
        self._held.append(message)

    async def finish(self) -> None:
        for message in self._held:
            await self._send(message)

    def record(self, digest: str, *, secret: bool) -> dict[str, Any]:
        kept = not secret and self._size <= LARGEST
        body = base64.b64encode(b"".join(self._parts)).decode() if kept else None
        return {"request": digest, "status": self.status, "headers": self._headers, "body": body}


def _asked(scope: Scope) -> bytes:
    return b"\0".join([scope["method"].encode(), scope["path"].encode(), scope["query_string"], b""])


def own_key(folder: Path) -> bytes:
    """The service's own key, in a private file that is made once; one for this process alone where nothing can be written."""
    file, made = folder / "service.key", secrets.token_bytes(32)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(made)
        except FileExistsError:
            held = file.read_bytes()
            return held if len(held) == len(made) else made
    except OSError:
        return made
    return made
