"""A clock that counts from the start of the machine: nobody sets it, so what waits on it is neither frozen nor hurried.

It goes on while the machine sleeps, where the system offers that. Two counts compare only on one machine since one start.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Ticks = Callable[[], float]


@dataclass(frozen=True)
class Machine:
    """boot: names one start of one machine. ticks: seconds since then, or so."""

    boot: str
    ticks: Ticks


@cache
def this_machine() -> Machine:
    """Linux names each start; elsewhere the count is compared inside this process only."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = f"process {uuid.uuid4().hex}"
    return Machine(boot, _since_boot if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic)


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
