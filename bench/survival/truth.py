"""The clouds that are scored: the pieces of a parent known at a first date, their sets then, and who is in a later catalogue."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hoshimori.declared.activity import SpaceWeather
from hoshimori.facts import ElementSets
from hoshimori.formats import read
from hoshimori.formats.space_weather import read_space_weather


@dataclass(frozen=True)
class Case:
    """One cloud: sets (n) at the first date, there (n,) whether each piece is in the catalogue of the second."""

    name: str
    sets: ElementSets
    there: npt.NDArray[np.bool_]
    start_utc: np.datetime64
    stop_utc: np.datetime64


def weather(data: Path) -> SpaceWeather:
    place = next((data / "tracking" / "space-weather").glob("*.gz"))
    return read_space_weather(place.read_bytes(), place.name)


def _catalogue(place: Path) -> ElementSets:
    content = place.read_bytes()
    return read(gzip.decompress(content) if place.suffix == ".gz" else content, place.name)[0].element_sets


def cases(data: Path) -> list[Case]:
    """Iridium 33, Cosmos 2251 and Fengyun-1C from 2013-03-25 to 2021-05-29; Cosmos 1408 from 2022-01-11 to 2022-07-15.

    Parents and rocket bodies are left out: the first entries of each list that are not fragments.
    """
    found = []
    early = _catalogue(data / "catalogue" / "2le_20130325.txt.gz")
    for name in ("iridium33", "cosmos2251", "fengyun1c"):
        with (data / "breakups" / f"{name}_survival.csv").open() as lines:
            rows = [(int(r["norad"]), r["2013-03-25"] == "1", r["2021-05-29"] == "1") for r in csv.DictReader(lines)]
        later = {norad for norad, _, there in rows if there}
        which = np.isin(early.norad_id, [norad for norad, then, _ in rows if then and norad > FRAGMENTS[name]])
        sets = _fresh(early.take(np.flatnonzero(which)), "2013-03-25")
        found.append(Case(name, sets, np.isin(sets.norad_id, list(later)), *_dates("2013-03-25", "2021-05-29")))
    cloud = _catalogue(data / "breakups" / "cosmos1408_20220111.3le")
    cloud = _fresh(cloud.take(np.flatnonzero(cloud.norad_id > 13553)), "2022-01-11")
    after = _catalogue(data / "catalogue" / "3le_20220715.txt.gz")
    found.append(Case("cosmos1408", cloud, np.isin(cloud.norad_id, after.norad_id), *_dates("2022-01-11", "2022-07-15")))
    return found


FRAGMENTS = {"iridium33": 25000, "cosmos2251": 30000, "fengyun1c": 26000}
"""Pieces were numbered long after the launch of their parent; lower numbers are the parents and what flew with them."""
OLDEST_DAYS = 30.0


def _fresh(sets: ElementSets, day: str) -> ElementSets:
    """Only sets of the last 30 days: an older one means that the piece was already lost then."""
    age = (np.datetime64(day, "us") + np.timedelta64(1, "D") - sets.epoch_utc) / np.timedelta64(1, "D")
    return sets.take(np.flatnonzero(age <= OLDEST_DAYS))


def _dates(start: str, stop: str) -> tuple[np.datetime64, np.datetime64]:
    return np.datetime64(start, "us"), np.datetime64(stop, "us")
