"""One service, run: the port, the server, the worker beside it, and an end in good order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hoshimori.catalogue.store import Store
from hoshimori.doors import ledgers
from hoshimori.doors.web import app as application
from hoshimori.doors.web import logs, problems
from hoshimori.doors.web.asgi import App
from hoshimori.doors.web.books import book
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.preparing import prepare
from hoshimori.doors.web.settings import Settings
from hoshimori.doors.web.supervisor import Supervisor
from hoshimori.doors.web.world import World
from hoshimori.errors import CatalogueDamaged, CatalogueError, UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import canonical_json
from hoshimori.ledger.home import now_utc

PARTY = "JPN"
PRACTICE = "practice"
GRACEFUL_S = 3
LEAVE_S = 2.0
SWITCH_S = 0.0005
"""Who makes an answer reads the books in hundreds of small steps, and after each waits at most so long for another thread."""
NEVER, COLLECT_S = 1_000_000, 60.0
"""All that is held is looked through for cycles once a minute: it takes a fifth of a second, and came every second else."""
Say = Callable[[str], None]


def world_of(settings: Settings) -> World:
    """The world that these settings serve: the home as it is, or the practice sky in a home of its own beside it."""
    practice = settings.practice
    if practice is None:
        empty = not Store(settings.home).manifest().files
        practice = empty and not settings.public and not ({"sources", "source"} & set(settings.floor))
    home = settings.home / PRACTICE if practice else settings.home
    modes = (DataMode.EXERCISE,) if practice else (DataMode.REAL,)
    as_of = settings.as_of or ("data" if practice else "now")
    party, alliance = opened(home, settings.party, settings.alliance)
    world = World(home, party, alliance, modes, practice, as_of, settings.watch)
    world.lists()  # an unknown watchlist is said now, not by each page
    return world


def opened(home: Path, party: str, alliance: str) -> tuple[str, str]:
    """Whose service it is: the ledger says it where one was opened. UsageError where the settings say another."""
    if ledgers.ledger_exists(home):
        with ledgers.ledger(home) as ledger:
            whose = ledger.opened
        if whose is not None:
            if party and party != whose.party:
                raise UsageError(f"--party {party}: the ledger in {home} is that of {whose.party}; leave --party out")
            return whose.party, whose.alliance
    return party or PARTY, alliance


def refuse_unguarded(settings: Settings) -> None:
    """UsageError where others could come in and nobody was given a token, and no provider says who they are."""
    if not settings.public or settings.oidc is not None:
        return
    held = book(settings.home)
    try:
        live = [t for t in held.tokens() if str(t.revoked_utc) == "NaT" and t.expires_utc > now_utc()]
    finally:
        held.close()
    if not live:
        where = settings.public_url or f"--host {settings.host}"
        raise UsageError(
            f"{where}: others could come in and nothing says who they are. Make an API token first "
            "(hoshimori token make --name NAME --role admin), or set [oidc] in service.toml; or leave --host out"
        )


def refuse_damaged(world: World) -> None:
    """CatalogueDamaged where the duty book is not one. A full disk or a database that is away is said on the floor instead."""
    try:
        world.duty.notes("condition:")
    except CatalogueDamaged:
        raise
    except CatalogueError:
        return


def listen(settings: Settings) -> socket.socket:
    """The port, taken. UsageError where it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
        sock.listen(2048)
    except OSError as error:
        sock.close()
        where = f"--host {settings.host} --port {settings.port}"
        raise UsageError(f"{where}: {error.strerror}; another --port may be free (0: any that is)") from error
    sock.setblocking(False)
    return sock


def address(settings: Settings, sock: socket.socket) -> str:
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.https else 'http'}://{host}:{sock.getsockname()[1]}"


def run(settings: Settings, *, say: Say = print, opened_by: Callable[[str], Any] | None = None) -> None:
    """Serve until a signal comes. say: gets the address, with the one-time token where there is one. opened_by: a browser."""
    refuse_unguarded(settings)
    world = world_of(settings)
    refuse_damaged(world)
    Duties.of(world, settings.floor)  # what is wrong in service.toml is said before anything begins
    sock = listen(settings)
    logs.install(settings.log_level)
    _room_for(settings.limits.connections)
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*gc.get_threshold()[:2], NEVER)
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn hands them on when it is done; by then there is nothing left to stop
        signal.signal(number, _heard)
    ended = threading.Event()
    try:
        with contextlib.closing(sock), asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(_serve(settings, world, sock, say, opened_by))
            threading.Thread(target=_leave, args=(ended,), daemon=True).start()
    finally:
        ended.set()


def _leave(ended: threading.Event) -> None:
    """Who said stop does not wait for what is still being worked out; a write is whole, or it was none."""
    if not ended.wait(LEAVE_S):
        leave()


def leave() -> None:
    """End this process, whatever its threads are doing."""
    logs.log().warning("ended", why="an answer was still being made")
    sys.stdout.flush()
    os._exit(0)


def still_working() -> bool:
    """Is an answer still being made? Its thread would be torn down in the middle, and libraries that it uses complain."""
    busy = [t for t in threading.enumerate() if t.name.startswith(("AnyIO", "answers"))]
    for thread in busy:
        thread.join(0.2)
    return any(t.is_alive() for t in busy)


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def _serve(settings: Settings, world: World, sock: socket.socket, say: Say, opened_by: Callable[[str], Any] | None) -> None:
    api = application.create(world, settings)
    server = uvicorn.Server(config(application.layers(api), settings))
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if not serving.done():
        where = address(settings, sock)
        here = where if settings.public else f"{where}/#token={api.state.people.one_time()}"
        say(here)
        if opened_by is not None:
            opened_by(here)
        async with _beside(settings, world):
            await serving
    else:
        await serving


@contextlib.asynccontextmanager
async def _beside(settings: Settings, world: World) -> AsyncIterator[None]:
    """The workers while the server runs, and the practice sky where it is not there yet."""
    supervisor = Supervisor(Duties.of(world, settings.floor, workers=settings.workers, log_level=settings.log_level))
    begin = supervisor.start if settings.workers else _nothing
    tasks = [asyncio.create_task(prepare(world, begin)), asyncio.create_task(_collect())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(None, supervisor.stop)


async def _collect() -> None:
    while True:
        await asyncio.sleep(COLLECT_S)
        gc.collect()


def config(app: App, settings: Settings) -> uvicorn.Config:
    limits = settings.limits

    class Protocol(Wary):
        most_header = limits.header_kib * 1024
        header_s = limits.header_s
        body_s = limits.answer_s + limits.header_s

    return uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        loop="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        limit_concurrency=limits.connections,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACEFUL_S,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.certificate_key,
    )


def _unheard(status: int, reason: str, code: str, detail: str) -> bytes:
    """The whole answer to what is no request that the application could be given."""
    told = {"type": problems.PREFIX + code, "title": reason.lower(), "status": status, "detail": detail}
    body = canonical_json({**told, "instance": "", "errors": []})
    lines = [f"HTTP/1.1 {status} {reason}", f"content-type: {problems.MEDIA_TYPE}", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "cache-control: no-store", "connection: close", "", ""]).encode() + body


TOO_LARGE = _unheard(431, "Request Header Fields Too Large", "headers-too-large", "the headers of a request are limited here")
NO_REQUEST = _unheard(400, "Bad Request", "no-request", "this is not a request of HTTP/1.1 that can be read in one way only")


class Wary(HttpToolsProtocol):
    """Headers that grow without end are refused (431); headers or a body that do not come in time are hung up on."""

    most_header = 32 * 1024
    header_s = 15.0
    body_s = 75.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._within, self._fed, self._size, self._too_long = True, 0, 0, False
        self._late: asyncio.TimerHandle | None = self.loop.call_later(self.header_s, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._until(0.0)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._fed = (self._fed if self._within else 0) + len(data)
        super().data_received(data)
        if self._within and self._fed > self.most_header:  # a line without an end is in no callback yet
            self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._within, self._size = True, 0
        self._until(self.header_s)

    def on_url(self, url: bytes) -> None:
        self._grow(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._within, self._fed = False, 0
        self._until(self.body_s)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._until(0.0)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        return self._refuse(TOO_LARGE if self._too_long else NO_REQUEST)

    def _grow(self, count: int) -> None:
        self._size += count
        if self._size > self.most_header:
            self._too_long = True
            raise ValueError("headers too large")  # the parser stops, and `send_400_response` is called

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()

    def _until(self, seconds: float) -> None:
        """Hang up after so many seconds; 0: no more."""
        if self._late is not None:
            self._late.cancel()
        self._late = self.loop.call_later(seconds, self._hang_up) if seconds else None

    def _hang_up(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self.transport.close()


def _room_for(connections: int) -> None:
    """Each reader of the stream holds a file descriptor; many systems allow 1,024 until asked for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 512
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _nothing() -> None:
    """No worker was asked for."""


def _heard(number: int, frame: FrameType | None) -> None:
    """Nothing: uvicorn has already stopped by the time it hands the signal on."""


def browser(where: str) -> None:
    import webbrowser

    if os.environ.get("DISPLAY") or sys.platform == "darwin":
        webbrowser.open(where)
