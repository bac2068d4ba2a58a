"""What the bench of silences stands on: long histories, a week with first-seen times, and whole catalogues of four dates."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from hoshimori import formats
from hoshimori.doors import given
from hoshimori.facts import ASSUMED_LATENCY, ElementSets, Floats

LEARN = ("TOPEX", "Jason-1", "SARAL", "Fengyun-2D", "Fengyun-2H")
"""Histories that anything is learnt on; the other five are scored. Of the week the objects with odd numbers are learnt on."""
SNAPSHOTS = {
    "2013-03-25": "2le_20130325.txt.gz",
    "2018-08-20": "keeptrack_20180820.json.gz",
    "2021-05-29": "3le_20210529.txt.gz",
    "2022-07-15": "3le_20220715.txt.gz",
}
MU_KM3_S2 = 398600.8
EARTH_KM = 6378.135


@dataclass(frozen=True)
class Snapshot:
    """One catalogue: a set for each object, and what kind the file says it is ("PAYLOAD", "ROCKET BODY", "DEBRIS", "")."""

    day: np.datetime64
    sets: ElementSets
    kind: dict[int, str]


def sets_in(content: bytes, name: str) -> ElementSets:
    return ElementSets.concat([p.element_sets for p in formats.read(content, name)])


@cache
def history(data: Path) -> dict[str, ElementSets]:
    """The ten long histories by name, known `ASSUMED_LATENCY` after the epoch."""
    out = {}
    for path in sorted((data / "manoeuvres" / "tle").glob("*.tle")):
        sets = sets_in(path.read_bytes(), path.name)
        sets = sets.take(np.argsort(sets.epoch_utc, kind="stable"))
        out[path.stem] = sets.having(known_utc=sets.epoch_utc + ASSUMED_LATENCY)
    return out


@cache
def week(data: Path) -> ElementSets:
    """All sets of the week with the moment at which each was first seen."""
    return ElementSets.concat([i.sets for i in given.intakes([data / "geo-week"])])


@cache
def snapshots(data: Path) -> list[Snapshot]:
    out = []
    for day, name in SNAPSHOTS.items():
        path = data / "catalogue" / name
        if name.endswith(".json.gz"):
            rows = json.loads(gzip.decompress(path.read_bytes()))
            text = "\n".join(f"{r['TLE1']}\n{r['TLE2']}" for r in rows)
            kinds = {1: "PAYLOAD", 2: "ROCKET BODY", 3: "DEBRIS"}
            kind = {_number(r["TLE1"]): kinds.get(r["OT"], "") for r in rows}
            sets = sets_in(text.encode(), "snapshot.tle")
        else:
            sets = sets_in(path.read_bytes(), name)
            kind = {int(n): kind_by_name(str(x)) for n, x in zip(sets.norad_id, sets.name, strict=True)}
        out.append(Snapshot(np.datetime64(day, "D"), sets.take(sets.norad_id < 80_000), kind))
    return out


def _number(line: str) -> int:
    return int(line[2:7])


def kind_by_name(name: str) -> str:
    return "" if not name else "DEBRIS" if " DEB" in name else "ROCKET BODY" if "R/B" in name else "PAYLOAD"


def perigee_km(sets: ElementSets) -> Floats:
    """(n,) height of the perigee, from mean elements."""
    axis = (MU_KM3_S2 / (sets.mean_motion_rev_day * 2.0 * np.pi / 86400.0) ** 2) ** (1.0 / 3.0)
    return np.asarray(axis * (1.0 - sets.eccentricity) - EARTH_KM)
