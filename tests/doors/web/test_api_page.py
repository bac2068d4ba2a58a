"""docs/api.md: every route of the service stands in its table with what it needs, and no other."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute

from hoshimori.doors.web.asgi import API
from tests.doors.web.whole import api_routes
from tests.pages import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([A-Z]+) (/\S*)` \| (\w+) \| (.+) \|$", re.MULTILINE)
ASKS_BY_ITSELF = {("GET", "/metrics"): "run"}
"""Looks by itself at who asks (routes/meta.py)."""


def needed(method: str, path: str, route: APIRoute) -> str:
    for dependency in route.dependant.dependencies:
        permission = getattr(dependency.call, "permission", None)
        if permission is not None:
            return str(permission)
    return ASKS_BY_ITSELF.get((method, path), "none")


ROUTES = {(m, p.removeprefix(API)): needed(m, p.removeprefix(API), route) for m, p, route in api_routes()}


def test_the_table_holds_every_route_and_no_other() -> None:
    rows = [(method, path) for method, path, _, _ in ROW.findall(PAGE)]
    assert len(ROUTES) > 70
    assert sorted(rows) == sorted(ROUTES)


def test_the_table_says_what_each_route_needs() -> None:
    assert {(method, path): needs for method, path, needs, _ in ROW.findall(PAGE)} == ROUTES


@pytest.mark.parametrize("path", sorted({p for p in re.findall(r"`(?:GET |POST )?(/[\w{}./-]*)", PAGE) if p != API}))
def test_a_route_that_the_text_names_is_one(path: str) -> None:
    assert path.removeprefix(API) in {p for _, p in ROUTES}
