"""Skies whose publication is known by construction: who is published when, and who stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hoshimori.catalogue import MemoryView
from hoshimori.facts import Asset, ElementSets, ObjectName, Watchlist
from hoshimori.sky.secular import rates
from hoshimori.tracking.satellites import satellites_of

T0 = np.datetime64("2026-03-01T00:00", "us")
DAY = np.timedelta64(86_400_000_000, "us")
AS_OF_DAY = 60.0
SUBJECT = 61000
FIRST_OTHER = 62000


def times(rng: np.random.Generator, last_day: float, *, every: float = 1.0, first_day: float = 0.0) -> list[float]:
    """Days of publication, about one `every`: half of it and half by chance, so that rhythms are neither clocks nor bursts."""
    out, t = [], first_day + float(rng.uniform(0.0, every))
    while t <= last_day:
        out.append(t)
        t += every * (0.5 + float(rng.gamma(2.0, 0.25)))
    return out


def published(days: Mapping[int, Sequence[float]], **elements: float | Mapping[int, float]) -> ElementSets:
    """Sets of objects on days after `T0`, known four hours later. elements: one value for all, or by object."""
    usual: dict[str, float] = {"mean_motion_rev_day": 14.2, "eccentricity": 1e-3, "inc_deg": 66.0, "ndot_rev_day2": 1e-6}
    rows = [(n, d) for n, known in days.items() for d in known]
    number, day = np.array([r[0] for r in rows], np.int64), np.array([r[1] for r in rows], float)
    epoch = T0 + np.rint(day * 86400e6).astype("timedelta64[us]")

    def column(name: str, default: float) -> list[float]:
        given = elements.get(name, default)
        return [given if isinstance(given, (int, float)) else given.get(n, default) for n, _ in rows]

    columns = {name: column(name, value) for name, value in usual.items()}
    first = {"raan_deg": 10.0 + 0.7 * (number % 500), "argp_deg": np.full(len(rows), 30.0), "ma_deg": 13.0 * (number % 27)}
    names = np.array([f"OTHER {n}" if n >= FIRST_OTHER else f"GUARD-{n - SUBJECT}" for n, _ in rows], object)
    sets = ElementSets.build(
        {"norad_id": number, "epoch_utc": epoch, "known_utc": epoch + DAY // 6, "name": names, **columns, **first}
    )
    if not len(sets):
        return sets
    moves = np.degrees(rates(satellites_of(sets)))  # what SGP4 itself lets them do, so that all sets of one are one orbit
    return sets.having(
        raan_deg=(sets.raan_deg + moves[0] * day) % 360.0,
        argp_deg=(sets.argp_deg + moves[1] * day) % 360.0,
        ma_deg=(sets.ma_deg + moves[2] * day) % 360.0,
    )


def crowd(seed: int = 1, count: int = 30, last_day: float = AS_OF_DAY, **how: float) -> dict[int, list[float]]:
    """Others that are published as ever."""
    rng = np.random.default_rng(seed)
    return {FIRST_OTHER + k: times(rng, last_day, **how) for k in range(count)}


def view_of(sets: ElementSets, as_of_day: float = AS_OF_DAY, names: Sequence[ObjectName] = ()) -> MemoryView:
    as_of = T0 + np.timedelta64(round(as_of_day * 86400e6), "us")
    return MemoryView(sets, as_of - 21 * DAY, as_of + DAY, as_of, names=names)


def watched(*numbers: int, public: bool = True) -> Watchlist:
    assets = tuple(Asset(f"guard-{n}", n, "", f"GUARD {n}", "", "", "LEO", None, public, "a test", "A1") for n in numbers)
    return Watchlist("guards", "Guards", "見張り", "2026-03-01", assets)
