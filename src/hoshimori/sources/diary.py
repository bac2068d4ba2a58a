"""What one provider was asked, and when: a file that every process reads before it asks, under one lock.

`asked` is the moment of the last answer, which the published limit counts from. `held` covers what has no answer: it is
written before a request leaves, so that a process that is killed, or starts again and again, still cannot hammer.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.errors import SourceError
from hoshimori.findings import iso
from hoshimori.sources.clock import moment, since_s
from hoshimori.sources.home import write_whole
from hoshimori.sources.rules import Rate, Rule, rate_wait_s


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the provider's lock: other processes and threads wait here until this one has its answer, or dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Diary:
    """The diary of one provider. Call it only inside `alone(folder)`."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "asked.json"

    def wait_s(self, limit: str, rule: Rule, now: np.datetime64) -> float:
        """Seconds until the question counted under `limit` may be asked."""
        mark = self._read()["marks"].get(limit, {})
        wait = rule(moment(mark["asked"]) if "asked" in mark else None, now)
        if "held" in mark:
            wait = max(wait, mark["for_s"] - since_s(moment(mark["held"]), now))
        return wait

    def rate_wait_s(self, rates: tuple[Rate, ...], now: np.datetime64) -> float:
        return rate_wait_s(rates, [moment(t) for t in self._read()["requests"]], now)

    def request(self, now: np.datetime64) -> None:
        """Count one request of any kind. Only the last hour is kept: no published rate looks further back."""
        book = self._read()
        recent = [t for t in book["requests"] if since_s(moment(t), now) <= 3600]
        self._write({**book, "requests": [*recent, iso(now)]})

    def hold(self, limit: str, now: np.datetime64, for_s: float) -> None:
        self._mark(limit, {"held": iso(now), "for_s": for_s})

    def release(self, limit: str) -> None:
        self._mark(limit, {})

    def answered(self, limit: str, now: np.datetime64) -> None:
        self._mark(limit, {"asked": iso(now)})

    def _mark(self, limit: str, new: dict[str, Any]) -> None:
        """Replace a mark; the last answer stays until there is a newer one."""
        book = self._read()
        old = book["marks"].get(limit, {})
        kept = {"asked": old["asked"]} if "asked" in old else {}
        book["marks"][limit] = kept | new
        self._write(book)

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {"requests": [], "marks": {}}
        try:
            book: dict[str, Any] = json.loads(self.path.read_bytes())
        except ValueError:
            raise SourceError(f"{self.path}: not the JSON that was written there; wait a day, then delete this file") from None
        return book

    def _write(self, book: dict[str, Any]) -> None:
        write_whole(self.path, json.dumps(book, indent=1).encode())
