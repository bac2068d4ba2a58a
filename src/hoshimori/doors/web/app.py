"""The service as an ASGI application: the routes, and the layers around them."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from fastapi import FastAPI

from hoshimori import __version__
from hoshimori.doors.web import problems, routes
from hoshimori.doors.web.asgi import API, App
from hoshimori.doors.web.gate import Gate, Verify
from hoshimori.doors.web.headers import Headed
from hoshimori.doors.web.limits import Limited, Rates
from hoshimori.doors.web.metrics import Metrics
from hoshimori.doors.web.observed import Observed
from hoshimori.doors.web.people import People
from hoshimori.doors.web.settings import Settings
from hoshimori.doors.web.static import BUILT, Console
from hoshimori.doors.web.world import World
from hoshimori.duty import Duty

__all__ = ["API", "create", "layers"]


def create(world: World, settings: Settings | None = None) -> FastAPI:
    """The application over one world. Routes reach it as `request.app.state.world` (see `routes/asked.py`)."""
    app = FastAPI(title="hoshimori", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.world = world
    app.state.settings = settings or Settings(world.home)
    own = app.state.settings.home
    app.state.people = People(world.duty if own == world.home else Duty(own), lambda: world.party)
    app.state.metrics = Metrics(world)
    problems.install(app)
    for found in sorted(m.name for m in pkgutil.iter_modules(routes.__path__)):
        module = importlib.import_module(f"{routes.__name__}.{found}")
        if (router := getattr(module, "router", None)) is not None:
            app.include_router(router, prefix=API, responses=problems.DOCUMENTED)
        if (outside := getattr(module, "outside", None)) is not None:
            app.include_router(outside)
    return app


def layers(app: FastAPI, *, verify: Verify | None = None, built: Path = BUILT) -> App:
    """The application inside its layers, the outermost last: what a server is given."""
    settings: Settings = app.state.settings
    rates = Rates(settings.limits, on=settings.rated)
    inner: App = Gate(app, app.state.people, verify=verify, rates=rates)
    inner = Limited(inner, settings.limits, rates)
    inner = Console(inner, built)
    return Observed(Headed(inner, settings), app.state.metrics)
