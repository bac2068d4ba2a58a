"""The service as an ASGI application: the routes, and the layers around them."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI, Request
from starlette.responses import Response

from hoshimori.doors import ledgers
from hoshimori.doors.web import openapi, problems, routes
from hoshimori.doors.web.asgi import API, App
from hoshimori.doors.web.beside import Beside
from hoshimori.doors.web.books import book
from hoshimori.doors.web.cache import Cached
from hoshimori.doors.web.conditions import Conditions
from hoshimori.doors.web.gate import Gate
from hoshimori.doors.web.headers import Headed
from hoshimori.doors.web.idempotency import Idempotent, own_key
from hoshimori.doors.web.limits import Limited, Rates
from hoshimori.doors.web.logs import log
from hoshimori.doors.web.metrics import Metrics
from hoshimori.doors.web.observed import Observed
from hoshimori.doors.web.oidc import Provider
from hoshimori.doors.web.people import People
from hoshimori.doors.web.settings import MIB, Settings
from hoshimori.doors.web.static import BUILT, Console
from hoshimori.doors.web.timed import Timed
from hoshimori.doors.web.versions import Versions
from hoshimori.doors.web.world import World
from hoshimori.errors import CatalogueUnwritable, HoshimoriError, LedgerUnwritable
from hoshimori.ledger.home import Ledger

__all__ = ["API", "create", "layers"]
TEND_S = 3.0


def create(world: World, settings: Settings | None = None) -> FastAPI:
    """The application over one world. Routes reach it as `request.app.state.world` (see `routes/asked.py`)."""
    settings = settings or Settings(world.home)
    app = FastAPI(title="hoshimori", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=_living)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    app.state.world = world
    app.state.settings = settings
    app.state.people = People(world.duty if settings.home == world.home else book(settings.home), lambda: world.party)
    app.state.metrics = Metrics(world)
    app.state.versions = Versions(world)
    app.state.beside = Beside(settings.limits.threads)
    app.state.oidc = Provider(settings.oidc) if settings.oidc else None
    problems.install(app)
    _say_unwritable(app, world)
    for found in sorted(m.name for m in pkgutil.iter_modules(routes.__path__)):
        module = importlib.import_module(f"{routes.__name__}.{found}")
        if (router := getattr(module, "router", None)) is not None:
            app.include_router(router, prefix=API, responses=problems.DOCUMENTED)
        if (outside := getattr(module, "outside", None)) is not None:
            app.include_router(outside)
    return app


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    """What runs as long as the server does."""
    to_thread.current_default_thread_limiter().total_tokens = app.state.settings.limits.threads
    looking = asyncio.create_task(app.state.versions.keep_looking())
    tending = asyncio.create_task(_tend(app.state.world))
    try:
        yield
    finally:
        looking.cancel()
        tending.cancel()
        await asyncio.get_running_loop().run_in_executor(None, app.state.beside.close)
        if app.state.oidc is not None:
            app.state.oidc.close()


def _say_unwritable(app: FastAPI, world: World) -> None:
    """A write that a full disk refused is said on the floor at once: the worker may have nothing to write for an hour."""

    async def said(request: Request, error: Exception) -> Response:
        assert isinstance(error, HoshimoriError)
        conditions = Conditions(world.duty, world.home)
        await to_thread.run_sync(conditions.unwritable, error)
        return problems.response(problems.of(error), request.url.path)

    for kind in (CatalogueUnwritable, LedgerUnwritable):
        app.add_exception_handler(kind, said)


async def _tend(world: World) -> None:
    """Take away what has passed, as the worker does: it does not see what only this process could not write.

    The ledger is kept open beside that: who opens it first makes a file, which a full disk would refuse to mere readers.
    """
    conditions = Conditions(world.duty, world.home)
    held: Ledger | None = None
    try:
        while True:
            await asyncio.sleep(TEND_S)
            try:
                held = held or await to_thread.run_sync(_opened, world)
                await to_thread.run_sync(conditions.tend)
            except HoshimoriError as error:
                log().warning("conditions", error=str(error))
    finally:
        if held is not None:
            held.close()


def _opened(world: World) -> Ledger | None:
    if not ledgers.ledger_exists(world.home):
        return None
    held = ledgers.ledger(world.home)
    _ = held.opened
    return held


def layers(app: FastAPI, *, built: Path = BUILT) -> App:
    """The application inside its layers, the outermost last: what a server is given."""
    settings: Settings = app.state.settings
    world: World = app.state.world
    rates = Rates(settings.limits, on=settings.rated)
    inner: App = Timed(app, settings.limits.answer_s)
    inner = Cached(
        inner,
        app.state.versions,
        most_bytes=settings.limits.cache_mib * MIB,
        now_as_of=world.as_of == "now",
        count=app.state.metrics.cache,
        beside=app.state.beside,
    )
    inner = Idempotent(inner, world.duty, own_key(world.home / "duty"))
    inner = Gate(inner, app.state.people, verify=app.state.oidc and app.state.oidc.verify, rates=rates)
    inner = Limited(inner, settings.limits, rates)
    inner = Console(inner, built)
    return Observed(Headed(inner, settings), app.state.metrics)
