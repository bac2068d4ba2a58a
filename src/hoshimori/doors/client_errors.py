"""What a service refused, as the errors of this package: the same class that the call would have raised on the spot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from hoshimori import errors
from hoshimori.errors import HoshimoriError

BY_CODE: Mapping[str, type[HoshimoriError]] = {
    "unusable-data": errors.DataError,
    "unusable-event": errors.DataError,
    "unusable-evidence": errors.DataError,
    "source": errors.SourceError,
    "busy": errors.CatalogueBusy,
    "catalogue": errors.CatalogueError,
    "ledger": errors.LedgerError,
    "unwritable": errors.CatalogueUnwritable,
}
BY_STATUS: Mapping[int, type[HoshimoriError]] = {
    400: errors.UsageError,
    404: errors.NothingFound,
    405: errors.UsageError,
    413: errors.UsageError,
    415: errors.UsageError,
    422: errors.UsageError,
}
REFUSED = (401, 403, 409)
"""Who asks, or what is asked, is not accepted; the code says by which rule."""
AGAIN = (429, 502, 503, 504)
"""Not now: may be asked again."""
PREFIX = "urn:hoshimori:problem:"


def of(response: httpx.Response, what: str) -> HoshimoriError:
    """The error that an answer tells. what: the call, for the message."""
    problem = _problem(response)
    code = str(problem.get("type", "")).removeprefix(PREFIX) or f"http-{response.status_code}"
    message = f"{what}: {_said(problem, response)}"
    if response.status_code in REFUSED:
        return errors.Refused(code, message)
    if response.status_code == 429 or code in ("too-soon", "too-often"):
        return errors.TooSoon(message, retry_after_s=retry_after_s(response) or 5.0)
    kind = BY_CODE.get(code) or BY_STATUS.get(response.status_code)
    if kind is not None:
        return kind(message)
    return errors.ProviderRefused(f"{message} ({response.status_code})", status=response.status_code, url=str(response.url))


def retry_after_s(response: httpx.Response) -> float | None:
    """What the service asks to wait, in seconds; None where it says nothing that can be read."""
    try:
        return max(0.0, float(response.headers.get("Retry-After", "")))
    except ValueError:
        return None


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    if "json" not in response.headers.get("Content-Type", ""):
        return {}
    try:
        found = json.loads(response.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(problem: Mapping[str, Any], response: httpx.Response) -> str:
    """Title, what to do, and each field that is wrong."""
    if not problem:
        return f"{response.status_code} {response.reason_phrase}: not an answer of a hoshimori service"
    parts = [str(problem.get("title", "")), str(problem.get("detail", ""))]
    rows = problem.get("errors")
    fields = rows if isinstance(rows, Sequence) else ()
    parts += [f"{row.get('where', '')}: {row.get('expected', '')}" for row in fields if isinstance(row, Mapping)]
    return "; ".join(dict.fromkeys(p for p in parts if p))
