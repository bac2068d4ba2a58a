"""What the service writes about itself: one JSON line for each request and each fault, on standard error.

A line names the route, never the address asked with its query: as-of and search words may say what is being watched for. It holds
no token, cookie, passphrase or body; a fault is told with its traceback and without the values that its frames held.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import traceback
from typing import Any, TextIO, cast

import structlog

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def install(level: str = "", out: TextIO | None = None) -> None:
    """Set up the lines of this process: ours and those of the libraries below. level "": warning on a terminal, else info."""
    target = sys.stderr if out is None else out
    level = level or ("warning" if target.isatty() else "info")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="t"),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Patient(target))),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Forwarded()]
    root.setLevel(LEVELS[level])
    for noisy in ("httpx", "httpcore"):  # they write the address asked, with its query
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for own in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(own).handlers[:] = []
        logging.getLogger(own).propagate = own != "uvicorn.access"


class _Patient:
    """A line that cannot be written (a full disk, a reader that is gone) is lost; the answer that it is about is not."""

    def __init__(self, target: TextIO) -> None:
        self._target = target

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._target.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._target.flush()


def log() -> Any:
    return structlog.get_logger()


def fault(error: BaseException) -> str:
    """A traceback with the places and the kind of error; values of frames are not in it."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _line(event: Any, **_: Any) -> str:
    return json.dumps(event, ensure_ascii=True, default=str, separators=(",", ":"))


class _Forwarded(logging.Handler):
    """Lines of libraries that use the standard library's logging."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
            return  # a reader of the stream when the service was told to end
        more = {"fault": fault(record.exc_info[1])} if record.exc_info and record.exc_info[1] else {}
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        log().log(record.levelno, message, logger=record.name, **more)
