"""The stream of changes as an iterator: it comes back after every break, with the last line that it has seen."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from hoshimori.doors import client_errors
from hoshimori.doors.client_rows import Line
from hoshimori.doors.client_wire import FIRST_WAIT_S, LONGEST_WAIT_S, Wire

PATH = "/stream"
SILENCE_S = 45.0
"""The service says something at least every 15 s; a line that is silent for longer is dead."""


def lines(wire: Wire, after: int | None = None, *, silence_s: float = SILENCE_S) -> Iterator[Line]:
    """Every line from now on, or after `after`. Ends only where the service refuses who asks."""
    last, wait = after, FIRST_WAIT_S
    while True:
        headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": str(last)})
        try:
            with wire.stream(PATH, headers, silence_s) as response:
                if response.is_error and response.status_code not in client_errors.AGAIN:
                    response.read()
                    raise client_errors.of(response, f"GET {PATH}")
                for seq, line in _told(response) if response.is_success else ():
                    last, wait = seq, FIRST_WAIT_S
                    if line is not None:
                        yield line
        except httpx.TransportError:
            pass  # the line broke or fell silent: come back
        time.sleep(wait)
        wait = min(2.0 * wait, LONGEST_WAIT_S)


def _told(response: httpx.Response) -> Iterator[tuple[int, Line | None]]:
    """Lines of text/event-stream, as WHATWG HTML has it; comments are signs of life. An id without data says how far it is."""
    fields: dict[str, list[str]] = {}
    for text in response.iter_lines():
        if text.startswith(":"):
            continue
        if text:
            name, _, value = text.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
            continue
        if "id" in fields:
            seq = int(fields["id"][-1])
            yield seq, _line(seq, fields) if "data" in fields else None
        fields = {}


def _line(seq: int, fields: dict[str, list[str]]) -> Line:
    record: Any = json.loads("\n".join(fields["data"]))
    return Line(seq, fields.get("event", ["message"])[-1], record)
