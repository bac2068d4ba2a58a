"""What is wrong with the service itself: put when it is noticed, taken away when it has passed, shown on the floor.

Each is a note "condition:CODE" of the duty book: {severity, since, values}. On a full disk they are held in memory instead.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.doors.web.problems import placeless
from hoshimori.duty import Duty, unwritten
from hoshimori.errors import CatalogueDamaged, CatalogueError, HoshimoriError
from hoshimori.findings import iso
from hoshimori.ledger.home import now_utc

CONDITION = "condition:"
SEVERITY: Mapping[str, str] = {
    "disk-full": "critical",
    "unwritable": "critical",
    "damaged": "critical",
    "clock-back": "warning",
    "source-down": "warning",
    "sweep-failed": "warning",
    "worker-lost": "warning",
    "alert-unsent": "warning",
    "no-data": "info",
    "stale": "warning",
}
ROOM = 4 << 20
"""So many bytes must be there to be written before a disk is called full no more."""
BACK = np.timedelta64(2, "s")
"""Clocks are set by fractions of a second all the time; more is told."""
_FULL = ("full", "no space", "quota")

Clock = Callable[[], np.datetime64]


@dataclass
class Conditions:
    """The conditions of one book."""

    duty: Duty
    home: Path
    clock: Clock = now_utc

    def put(self, code: str, values: Mapping[str, Any] | None = None, *, severity: str = "") -> None:
        """It stands, since it was first said; nothing is written where nothing changed."""
        name = CONDITION + code
        said = {"severity": severity or SEVERITY.get(code, "warning"), "since": iso(self.clock()), "values": dict(values or {})}
        try:
            held = self.duty.note(name)
            said["since"] = held["since"] if held else said["since"]
            if held != said:
                self.duty.put_note(name, said)
        except CatalogueError:  # not even that can be read or written: shown from memory
            unwritten.hold(self.duty.name, name, said)

    def clear(self, code: str) -> None:
        if self.duty.note(CONDITION + code) is not None:
            self.duty.put_note(CONDITION + code, None)

    def standing(self) -> dict[str, Mapping[str, Any]]:
        """By code."""
        return {k.removeprefix(CONDITION): v for k, v in self.duty.notes(CONDITION).items()}

    def unwritable(self, error: HoshimoriError) -> str:
        """A write was refused: the code under which that is shown."""
        code = "damaged" if isinstance(error, CatalogueDamaged) else "disk-full" if full(error, self.home) else "unwritable"
        self.put(code, {} if code == "disk-full" else {"why": shortened(error)})
        return code

    def tend(self) -> None:
        """Take away what has passed: a disk with room again, where a write now succeeds."""
        standing = self.standing()
        for code in ("disk-full", "unwritable"):
            if code in standing and has_room(self.home):
                self.clear(code)


@dataclass
class ClockGuard:
    """The highest time seen, kept over restarts, so that a clock that was set back is noticed and said.

    Nothing waits on it: leases and dues go by the machine's own count. A person who acknowledges the alert says that the clock
    is right as it is now; then what was seen before is forgotten.
    """

    conditions: Conditions
    every: np.timedelta64 = field(default_factory=lambda: np.timedelta64(60, "s"))
    _highest: np.datetime64 | None = None
    _written: np.datetime64 | None = None

    def look(self, now: np.datetime64) -> bool:
        """Has the clock gone back?"""
        duty = self.conditions.duty
        if self._highest is None:
            note = duty.note("clock")
            self._highest = np.datetime64(note["highest"].rstrip("Z"), "us") if note else now
        if now < self._highest - BACK and not self._accepted():
            self.conditions.put("clock-back", {"seen": iso(self._highest)})
            return True
        if now < self._highest - BACK:
            self._highest, self._written = now, None
        self.conditions.clear("clock-back")
        self._highest = max(self._highest, now)
        if self._written is None or self._highest - self._written >= self.every:
            duty.put_note("clock", {"highest": iso(self._highest)})
            self._written = self._highest
        return False

    def _accepted(self) -> bool:
        note = self.conditions.duty.note(CONDITION + "clock-back")
        if note is None:
            return False
        return any(a.acknowledged_by for a in self.conditions.duty.alerts_keyed(alert_key("clock-back", note)))


def alert_key(code: str, note: Mapping[str, Any]) -> str:
    return f"condition {code} {note['since']}"


def full(error: HoshimoriError, home: Path) -> bool:
    """Was it for want of room?"""
    return any(word in str(error).lower() for word in _FULL) or not has_room(home)


def has_room(home: Path) -> bool:
    """Can a few megabytes be written and flushed? A quota is not seen by asking how much is free."""
    try:
        with tempfile.TemporaryFile(dir=home, prefix=".room-") as file:
            for _ in range(ROOM >> 16):
                file.write(b"\1" * (1 << 16))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True


def shortened(error: BaseException, length: int = 300) -> str:
    """What went wrong, as every reader may see it: without the folders of this machine."""
    text = placeless(" ".join(str(error).split()))
    return text if len(text) <= length else text[: length - 1] + "…"
