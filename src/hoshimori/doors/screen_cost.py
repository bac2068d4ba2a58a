"""What a screening will take, said before it starts; and the refusal of one that is too much, or was not agreed to."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from hoshimori.doors.long_run import days
from hoshimori.errors import UsageError
from hoshimori.sky import sieve

ASKED_FROM_S = 900.0
ASKED_FROM_BYTES = 4e9
"""A screening that will take longer, or more memory at once, starts only where that was agreed to."""
SAID_FROM_S = 30.0
"""From here on the estimate is said before it starts."""
ROW_BYTES = 150.0
"""What an approach takes on disk."""


def threads(asked: int | None) -> int:
    """Threads to use: as many as asked for, else as there are cores."""
    if asked is not None and not 1 <= asked <= 1024:
        raise UsageError(f"--workers {asked}: expected 1 to 1024")
    return asked or os.cpu_count() or 1


def price(
    objects: int, start: np.datetime64, stop: np.datetime64, within_km: float, watched: int | None, cores: int, *, by_day: bool
) -> sieve.Cost:
    """What it will take: time for the whole window; memory for all of it at once, or `by_day` for the longest day."""
    whole = sieve.cost(objects, start, stop, within_km, watched=watched, workers=cores)
    if not by_day:
        return whole
    longest = max(days(start, stop), key=lambda d: d.stop_utc - d.start_utc)
    once = sieve.cost(objects, longest.start_utc, longest.stop_utc, within_km, watched=watched, workers=cores)
    return whole._replace(bytes=once.bytes)


def refuse_costly(cost: sieve.Cost, agreed: bool, *, folder: Path | None = None, spools: bool = False) -> None:
    """UsageError where a screening would not fit into this machine, or is long and was not agreed to.

    spools: its approaches go to disk, into `folder`, or the temporary folder where that is None.
    """
    memory = _memory_bytes()
    if cost.bytes > memory:
        raise UsageError(
            f"{cost_text(cost)}. This machine has {amount(memory)}: "
            "lower --within, watch fewer objects (--watch, --norad), or use fewer --workers"
        )
    room = shutil.disk_usage(_there(folder)).free if spools else math.inf
    if cost.events * ROW_BYTES > room:
        raise UsageError(
            f"{cost_text(cost)}. The disk of {_there(folder)} has {amount(room)} left: "
            "lower --within, ask for fewer --days, or name another --out"
        )
    if not agreed and (cost.seconds > ASKED_FROM_S or cost.bytes > ASKED_FROM_BYTES):
        raise UsageError(f"{cost_text(cost)}. Say --yes to start all the same, with --out FOLDER so that it can be resumed")


def _there(folder: Path | None) -> Path:
    """The nearest folder that exists."""
    place = (folder or Path(gettempdir())).absolute()
    return next(p for p in (place, *place.parents) if p.is_dir())


def cost_text(cost: sieve.Cost) -> str:
    """An estimate in words."""
    return (
        f"this screening will take about {duration(cost.seconds)} and {amount(cost.bytes)} of memory here: "
        f"{cost.states:.2g} states, {cost.comparisons:.2g} comparisons, about {cost.events:.2g} approaches "
        f"({amount(cost.events * ROW_BYTES)} on disk)"
    )


def duration(seconds: float) -> str:
    """40 s, 12 min, 3.5 h, 12 days."""
    for limit, unit, name in ((120.0, 1.0, "s"), (7200.0, 60.0, "min"), (172800.0, 3600.0, "h")):
        if seconds < limit:
            return f"{max(seconds / unit, 1.0):.0f} {name}"
    return f"{seconds / 86400.0:.0f} days"


def amount(number: float) -> str:
    """12 MB, 3.4 GB, 120 TB."""
    for power, name in ((1e6, "MB"), (1e9, "GB")):
        if number < 1000.0 * power:
            return f"{max(number / power, 1.0):.{0 if number >= 10.0 * power else 1}f} {name}"
    return f"{number / 1e12:.0f} TB"


def _memory_bytes() -> float:
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
