"""The published conjunctions that `bench/pc/run.py` scores against, as meetings with what was published about them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hoshimori import formats
from hoshimori.detect.messages import meeting
from hoshimori.facts import ConjunctionMessage, Floats
from hoshimori.sky.chance.meeting import Meeting
from hoshimori.sky.relative import rtn_basis

AXES = ("x", "y", "z", "vx", "vy", "vz")


class Case(NamedTuple):
    name: str
    meeting: Meeting
    published: dict[str, float]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def message(path: Path) -> ConjunctionMessage:
    (parsed,) = formats.read(path.read_bytes(), str(path))
    return parsed.conjunctions[0]


def uncorrelated(given: Meeting) -> Meeting:
    """The published values of NASA CARA leave the lines of common density error out."""
    return replace(given, cross=np.zeros((6, 6)))


def cara(data: Path, *, correlated: bool = False) -> Iterator[Case]:
    """The 35 real messages of NASA CARA."""
    for row in table(data / "cara" / "real_expected.csv"):
        name = row["Conjunction_ID"]
        found = meeting(message(data / "cara" / "real" / f"{name}.cdm"))
        numbers = {k: float(row[k]) for k in ("Pc2D", "Nc2D", "Nc3D", "PcSDMC", "PcSDMCLo", "PcSDMCHi")}
        yield Case(name[:24], found if correlated else uncorrelated(found), numbers)


def alfano(data: Path) -> Iterator[Case]:
    """The 12 cases of Alfano 2009 at closest approach; `window` is how long before and after contact counts, s."""
    folder = data / "cara" / "alfano"
    results = {r["Case"]: r for r in table(folder / "alfano_expected.csv")}
    windows = {r["CaseNumber"]: float(r["FinalTime_s"]) for r in table(folder / "alfano_2009_published.csv")}
    rows = [r for r in table(folder / "alfano_cases.csv") if r["at"] == "tca"]
    for name, result in results.items():
        first, second = (next(r for r in rows if r["case"] == name and r["object"] == who) for who in ("primary", "secondary"))
        states = [
            np.array([float(r[k]) for k in ("x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")]) / 1e3 for r in (first, second)
        ]
        covariances = [np.array([[float(r[f"c_{i}_{j}"]) for j in AXES] for i in AXES]) / 1e6 for r in (first, second)]
        numbers = {k: float(v) for k, v in result.items()} | {"window": windows[name]}
        (a, b), radius = states, float(result["HBR"]) / 1e3
        yield Case(name, Meeting(a[:3], a[3:], b[:3], b[3:], covariances[0], covariances[1], radius), numbers)


class Many(NamedTuple):
    """Conjunctions as columns: what `short` takes, and the published values."""

    dr_km: Floats
    dv_km_s: Floats
    covariance_km2: Floats
    radius_km: Floats
    probability: Floats
    maximum: Floats


def kelvins(data: Path) -> Many:
    """The 1,670 conjunctions of Armellin, from the Kelvins challenge of ESA."""
    rows = [
        {k.replace("  ", " ").strip(): v for k, v in r.items()} for r in table(data / "conjunctions" / "armellin_kelvins.csv")
    ]

    def column(name: str) -> Floats:
        return np.array([float(r[name]) for r in rows])

    states, covariances = [], []
    for who in "ps":
        r = np.stack([column(f"{who}_j2k_{k} [km]") for k in "xyz"], axis=1)
        v = np.stack([column(f"{who}_j2k_v{k} [km/s]") for k in "xyz"], axis=1)
        c = {k: column(f"{who}_c_{k} [km^2]") for k in ("rr", "tt", "nn", "rt", "rn", "tn")}
        rows_of = (("rr", "rt", "rn"), ("rt", "tt", "tn"), ("rn", "tn", "nn"))
        own = np.stack([np.stack([c[k] for k in row], axis=-1) for row in rows_of], axis=-2)
        basis = rtn_basis(r, v)
        states.append((r, v))
        covariances.append(np.swapaxes(basis, 1, 2) @ own @ basis)
    (r1, v1), (r2, v2) = states
    return Many(r2 - r1, v2 - v1, covariances[0] + covariances[1], column("R [km]"), column("Pc"), column("Pc_max"))
