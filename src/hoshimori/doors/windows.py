"""A window that looks ahead: from a moment on, for some days or up to another; refused where it cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hoshimori.catalogue import Catalogue
from hoshimori.doors.library import Moment, moment
from hoshimori.errors import UsageError
from hoshimori.findings import iso

LONGEST_DAYS = 366.0
US = np.timedelta64(1, "us")


def check(days: float | None, stop: Moment | None) -> None:
    """UsageError for a length that cannot be, or for two ends."""
    if days is not None and stop is not None:
        raise UsageError("--days together with --stop: both say where the window ends; give one of them")
    if days is not None and not 0.0 < days <= LONGEST_DAYS:
        raise UsageError(f"--days {days:g}: expected a number above 0 and up to {LONGEST_DAYS:g}")


def ahead(
    known_utc: np.datetime64, start: Moment | None, stop: Moment | None, days: float | None, usual_days: float, home: Path | None
) -> tuple[np.datetime64, np.datetime64]:
    """From `start`, else the moment of knowledge, for `days`, else to `stop`, else for `usual_days`."""
    catalogue = Catalogue(home)
    begin = known_utc if start is None else moment(start, catalogue)
    length = np.timedelta64(round((usual_days if days is None else days) * 86400e6), "us")
    end = begin + length if stop is None else moment(stop, catalogue)
    if not begin < end:
        raise UsageError(f"the window ends before it begins: from {iso(begin)} to {iso(end)}; expected --start before --stop")
    if (end - begin) / US > LONGEST_DAYS * 86400e6:
        raise UsageError(f"the window from {iso(begin)} to {iso(end)} is longer than {LONGEST_DAYS:g} days: ask year by year")
    return begin, end
