"""The service as an ASGI application: gate, routes, problems, console."""

from __future__ import annotations

import importlib
import pkgutil

from fastapi import FastAPI

from hoshimori import __version__
from hoshimori.doors.web import problems, routes
from hoshimori.doors.web.world import World

API = "/api/v1"


def create(world: World) -> FastAPI:
    """The application over one world. Routes reach it as `request.app.state.world` (see `routes/asked.py`)."""
    app = FastAPI(title="hoshimori", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.world = world
    problems.install(app)
    for found in sorted(m.name for m in pkgutil.iter_modules(routes.__path__)):
        router = getattr(importlib.import_module(f"{routes.__name__}.{found}"), "router", None)
        if router is not None:
            app.include_router(router, prefix=API, responses=problems.DOCUMENTED)
    return app
