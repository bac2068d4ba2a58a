"""Evidence in the body of a request: the TOML file that people fill in, or the same rows as JSON."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fastapi import Request

from hoshimori.doors.web.plain_text import refuse_odd
from hoshimori.doors.web.problems import ApiError

MOST_BYTES = 1024 * 1024
MOST_ROWS = 1000
LONGEST = 20_000
"""Characters of one text: as long as the longest reason under a signature."""
TOML = ("application/toml", "text/toml", "text/x-toml")
TEMPLATE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/toml": {"schema": {"type": "string"}}}}}
_ROW: dict[str, Any] = {"type": "object", "required": ["statement", "source", "grade", "t", "known"]}
CONTENT: dict[str, Any] = {
    "application/toml": {"schema": {"type": "string"}},
    "text/toml": {"schema": {"type": "string"}},
    "application/json": {
        "schema": {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": _ROW, "maxItems": MOST_ROWS},
                "claims": {"type": "array", "items": _ROW, "maxItems": MOST_ROWS},
            },
            "additionalProperties": False,
        }
    },
}
"""As the API documents it; every mistake of a row is named by its place, so the schema does not say it all again."""


async def read(request: Request) -> bytes:
    """The body; 413 where it is too long, before more of it is read."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise ApiError(413, "too-large", "too large", f"evidence has at most {MOST_BYTES >> 20} MiB; nothing of it was used")
    return bytes(data)


def rows(content_type: str, data: bytes) -> dict[str, Any]:
    """The rows under "item" and "claim", times as times. 415, or 422 with what is wrong."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in (*TOML, "application/json"):
        raise ApiError(415, "media-type", "another media type is expected", "application/toml, text/toml or application/json")
    try:
        text = data.decode("utf-8")
        told = _json(text) if kind == "application/json" else tomllib.loads(text)
        _short(refuse_odd(told))
    except RecursionError:
        raise _wrong("it nests too deep") from None
    except ValueError as error:  # not UTF-8, not JSON, not TOML, an odd character
        raise _wrong(str(error)) from None
    if any(isinstance(v, list) and len(v) > MOST_ROWS for v in told.values()):
        raise _wrong(f"at most {MOST_ROWS} rows of one kind")
    return told


def _json(text: str) -> dict[str, Any]:
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError('an object with "items" and "claims" is expected')
    names = {"items": "item", "claims": "claim"}
    if twice := [k for k, v in names.items() if k in told and v in told]:
        raise ValueError(f"{twice[0]}: stands twice")
    return {names.get(str(k), str(k)): [_timed(row) for row in v] if isinstance(v, list) else v for k, v in told.items()}


def _timed(row: Any) -> Any:
    """JSON has no times: those of a row are read from their text; what is none is left for the rules to name."""
    if not isinstance(row, Mapping):
        return row
    return {k: _time(v) if k in ("t", "known") and isinstance(v, str) else v for k, v in row.items()}


def _time(text: str) -> Any:
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _short(tree: Any) -> None:
    if isinstance(tree, str) and len(tree) > LONGEST:
        raise ValueError(f"a text of {len(tree)} characters: at most {LONGEST}")
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        _short(part)


def _wrong(why: str) -> ApiError:
    return ApiError(422, "unusable-evidence", "cannot be used", f"evidence: {why}; nothing of it was used")
