"""Answers that are kept while they hold: so many, the oldest asked for goes first; two who ask at once wait for one making."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """At most `most` answers by key. What raises is not kept: the next who asks tries again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The answer of this key, made by whoever asks first."""
        with self._lock:
            held = self._held.get(key)
            mine = held is None
            if held is None:
                held = self._held[key] = Future()
                while len(self._held) > self._most:
                    self._held.popitem(last=False)
            else:
                self._held.move_to_end(key)
        if mine:
            try:
                held.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._held.get(key) is held:
                        del self._held[key]
                held.set_exception(error)
        found: T = held.result()
        return found

    def __len__(self) -> int:
        return len(self._held)
