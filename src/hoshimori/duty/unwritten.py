"""Conditions of the floor that could not be written, as on a full disk: kept while this process lives, so that they are shown.

By the name of the book, since a process may have opened one book more than once. The next write that succeeds brings them in.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

_lock = threading.Lock()
_waiting: dict[str, dict[str, Mapping[str, Any] | None]] = {}


def hold(book: str, name: str, value: Mapping[str, Any] | None) -> None:
    with _lock:
        _waiting.setdefault(book, {})[name] = value


def of(book: str) -> dict[str, Mapping[str, Any] | None]:
    """None: it went away, and that could not be written."""
    with _lock:
        return dict(_waiting.get(book, {}))


def release(book: str, name: str = "") -> None:
    """It was written; without a name all of them."""
    with _lock:
        if name:
            _waiting.get(book, {}).pop(name, None)
        else:
            _waiting.pop(book, None)
