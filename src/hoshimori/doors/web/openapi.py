"""The description of the service in OpenAPI 3.1: what the routes say, and what holds for all of them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hoshimori import __version__
from hoshimori.doors.web.asgi import API
from hoshimori.doors.web.gate import COOKIE, OPEN
from hoshimori.doors.web.problems import MEDIA_TYPE

ABOUT = """Defensive space domain awareness on open data. Every read is as known at a moment (`as_of`); every record says its
`data_mode`, and a part that you may not read is replaced by `{"withheld": {"marking": ...}}`. Errors are
problem+json (RFC 9457)."""
PROBLEM = {"$ref": "#/components/schemas/Problem"}
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "an API token, or a JWT of the OpenID Connect provider"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "with X-CSRF on every write; see POST /session"},
}
LANG = {
    "name": "lang",
    "in": "query",
    "required": False,
    "description": "The language of texts. Default: Accept-Language, else English.",
    "schema": {"type": "string", "enum": ["en", "ja"]},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key within a day, a write is not done twice; the first answer is given again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}


def document(app: FastAPI) -> dict[str, Any]:
    """Made once."""
    if app.openapi_schema is None:
        made = get_openapi(title="hoshimori", version=__version__, description=ABOUT, routes=app.routes, openapi_version="3.1.0")
        made["servers"] = [{"url": "/"}]
        made.setdefault("components", {})["securitySchemes"] = SCHEMES
        for path, item in made["paths"].items():
            for method, operation in item.items():
                _finish(path, method, operation)
        _unique(made)
        app.openapi_schema = made
    return app.openapi_schema


def _finish(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["operationId"] = _id(path, method)
    operation["security"] = [] if path in OPEN else [{"bearer": []}, {"session": []}]
    parameters = operation.setdefault("parameters", [])
    if path.startswith(API):
        if not any(p["name"] == "lang" for p in parameters):
            parameters.append(LANG)
        if method != "get" and path not in OPEN:
            parameters.append(KEY)
    for status, answer in operation["responses"].items():
        if status.isdigit() and int(status) >= 400:
            answer["content"] = {MEDIA_TYPE: {"schema": PROBLEM}}
    if method == "get" and path.startswith(API):
        operation["responses"]["304"] = {"description": "not changed since the ETag named in If-None-Match"}


def _id(path: str, method: str) -> str:
    """Stable as long as the path is: get_incidents_by_incident_id_gates.

    >>> _id("/api/v1/incidents/{incident_id}/gates", "get"), _id("/healthz", "get")
    ('get_incidents_by_incident_id_gates', 'get_healthz')
    """
    parts = path.removeprefix(API).strip("/").replace(".", "_").replace("-", "_").split("/")
    return "_".join([method, *(f"by_{p[1:-1]}" if p.startswith("{") else p for p in parts)])


def _unique(made: dict[str, Any]) -> None:
    seen: set[str] = set()
    for item in made["paths"].values():
        for operation in item.values():
            if operation["operationId"] in seen:
                raise ValueError(f"two operations are called {operation['operationId']}")
            seen.add(operation["operationId"])
