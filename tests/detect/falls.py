"""Practice objects that fall, made once for a whole run, and views on them as known so long before the end."""

from __future__ import annotations

from functools import cache

import numpy as np

from hoshimori.catalogue import MemoryView
from hoshimori.detect.reentry import Settings
from hoshimori.exercise.falling import Fallen, Weather, fallen
from hoshimori.facts import DataMode, ElementSets, Watchlist

F107, AP = 120.0, 8.0
SETTINGS = Settings(f107=F107, ap=AP)
NOBODY = Watchlist("nobody", "", "", "", ())


@cache
def fall(kind: str, seed: int) -> Fallen:
    """One object under steady activity."""
    days = np.datetime64("2014-01-01", "D") + np.arange(120)
    flux = np.full(len(days), F107)
    return fallen(seed, kind, Weather(days, flux, flux, np.full(len(days), AP)))


def as_known(made: Fallen, days_before: float) -> tuple[ElementSets, np.datetime64]:
    """What was known so many days before the end, and that moment."""
    as_of: np.datetime64 = made.end_utc - np.timedelta64(round(days_before * 86_400), "s")
    return made.sets.take(made.sets.known_utc <= as_of), as_of


def view_of(sets: ElementSets, as_of: np.datetime64) -> MemoryView:
    week = np.timedelta64(7, "D")
    return MemoryView(sets, as_of - week, as_of + week, as_of, data_modes=(DataMode.EXERCISE,))
