"""The same thing asked twice at once is done once: who comes second waits for the first, and is told the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
KEPT_S = 2.0
"""How long after its end an answer is given to who asks the very same: a double click, a request that a proxy sent again."""


class Once:
    """Work by key. What raised is not kept: who asks after that tries again."""

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._held: dict[Hashable, Future[Any]] = {}
        self._until: dict[Hashable, float] = {}
        self._lock = threading.Lock()

    def do(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            self._forget(time.monotonic())
            held = self._held.get(key)
            mine = held is None
            if held is None:
                held = self._held[key] = Future()
        if mine:
            self._make(key, held, make)
        found: T = held.result()
        return found

    def _make(self, key: Hashable, held: Future[Any], make: Callable[[], Any]) -> None:
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                self._held.pop(key, None)
            held.set_exception(error)
            return
        with self._lock:
            self._until[key] = time.monotonic() + self._kept_s
        held.set_result(made)

    def _forget(self, now: float) -> None:
        for key in [k for k, until in self._until.items() if until < now]:
            del self._until[key], self._held[key]
