"""A sky of 30,000 invented objects for the globe's bench: seeded, in shells like those that are crowded, marked SIMULATED.

Nobody's orbits: only the slots of the watchlist are real, and nothing real moves in them here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance import watchlist
from hoshimori.catalogue import Catalogue
from hoshimori.facts import DataMode, ElementSets, Floats, Received
from hoshimori.sky import time

MANY = 30_000
AS_OF = np.datetime64("2026-11-20T12:00:00", "us")
OLD = np.timedelta64(6, "h")
MU_KM3_S2 = 398_600.8
EARTH_KM = 6378.135
FIRST_NUMBER = 70_000
OWNERS = ("US", "PRC", "CIS", "UK", "JPN", "ESA", "IND", "FR", "CA", "SKOR")
SHELLS: tuple[tuple[float, str, tuple[float, float], tuple[float, float], float], ...] = (
    (0.24, "LINK", (540.0, 560.0), (53.0, 53.2), 0.001),
    (0.06, "LINK", (560.0, 575.0), (70.0, 97.6), 0.001),
    (0.12, "SAT", (480.0, 800.0), (97.2, 98.9), 0.004),
    (0.22, "DEB", (650.0, 1000.0), (81.0, 100.0), 0.02),
    (0.14, "DEB", (400.0, 1500.0), (30.0, 90.0), 0.03),
    (0.03, "SAT", (1100.0, 1210.0), (86.0, 88.0), 0.001),
    (0.02, "SAT", (19_100.0, 23_200.0), (54.0, 65.0), 0.005),
    (0.05, "R/B", (250.0, 900.0), (5.0, 65.0), 0.68),
)
"""Share, what it is, perigee heights [km], inclinations [deg], largest eccentricity. The last one is
transfer orbits, of 0.6 to 0.73. What is left of the whole stands in the geostationary belt."""


def numbers(many: int, rng: np.random.Generator) -> tuple[dict[str, Floats], list[str]]:
    """Mean elements by column, and what each object is."""
    parts: list[dict[str, Floats]] = []
    kinds: list[str] = []
    for share, kind, heights, inclinations, eccentric in SHELLS:
        n = round(share * many)
        e = rng.uniform(0.6, 0.73, n) if kind == "R/B" else rng.uniform(0.0, eccentric, n)
        axis = (EARTH_KM + rng.uniform(*heights, n)) / (1.0 - e)
        parts.append(_columns(axis, e, rng.uniform(*inclinations, n), rng))
        kinds += [kind] * n
    n = many - len(kinds)
    parts.append(_belt(n, rng))
    kinds += ["SAT"] * n
    return {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}, kinds


def _columns(axis_km: Floats, e: Floats, inc_deg: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    n = len(e)
    return {
        "mean_motion_rev_day": np.sqrt(MU_KM3_S2 / axis_km**3) * 86400.0 / (2.0 * np.pi),
        "eccentricity": e,
        "inc_deg": inc_deg,
        "raan_deg": rng.uniform(0.0, 360.0, n),
        "argp_deg": rng.uniform(0.0, 360.0, n),
        "ma_deg": rng.uniform(0.0, 360.0, n),
        "bstar_per_er": np.where(axis_km < EARTH_KM + 1500.0, np.abs(rng.normal(0.0, 1e-4, n)), 0.0),
    }


def _belt(n: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Half stand still, half drift; the first ones stand where the watchlist says."""
    slots = [a.longitude_deg_e for a in watchlist("japan-comms").assets if a.longitude_deg_e is not None]
    drifting = np.arange(n) % 2 == 1
    drifting[: len(slots)] = False
    columns = _columns(np.full(n, 42_166.0), rng.uniform(0.0, 4e-4, n), rng.uniform(0.0, 0.1, n), rng)
    columns["mean_motion_rev_day"] = np.where(drifting, rng.normal(1.0027, 0.004, n), 1.00272)
    columns["inc_deg"] = np.where(drifting, rng.uniform(0.0, 14.0, n), columns["inc_deg"])
    longitude = rng.uniform(-180.0, 180.0, n)
    longitude[: len(slots)] = slots
    sidereal = float(np.degrees(time.gmst_rad(np.array([AS_OF - OLD]))[0]))
    columns["ma_deg"] = (longitude + sidereal - columns["raan_deg"] - columns["argp_deg"]) % 360.0
    return columns


def fill(home: Path, many: int = MANY) -> None:
    """Take the sky into the catalogue of a home: one element set each, six hours old, and whose each object is."""
    rng = np.random.default_rng(20261121)
    columns, kinds = numbers(many, rng)
    assets = [a for a in watchlist("japan-comms").assets if a.longitude_deg_e is not None]
    number = FIRST_NUMBER + np.arange(many)
    name = np.array([f"{kind} {k:05d}" for k, kind in enumerate(kinds)], object)
    first = kinds.index("R/B") + kinds.count("R/B")  # where the belt begins
    for k, asset in enumerate(assets):
        number[first + k] = asset.norad_id or number[first + k]
        name[first + k] = asset.name
    epoch = AS_OF - OLD + np.zeros(many, "timedelta64[us]")
    # All in one moment, so that the belt stands; what is around it was fitted at other times.
    epoch[:first] -= rng.integers(0, 3 * 86_400_000_000, first).astype("timedelta64[us]")
    rows: dict[str, Any] = {
        "norad_id": number,
        "epoch_utc": epoch,
        "name": name,
        **columns,
        "known_utc": epoch + np.timedelta64(3, "h"),
    }
    order = np.argsort(number, kind="stable")
    sets = ElementSets.build({k: np.asarray(v)[order] for k, v in rows.items()}, data_mode=DataMode.SIMULATED)
    catalogue = Catalogue(home)
    catalogue.append(sets, provider="bench", location="bench/globe/sky.py")
    catalogue.ingest([Received("satcat.csv", _satcat(number, name, kinds, rng), AS_OF - np.timedelta64(1, "D"), "bench")])


def _satcat(number: Any, name: Any, kinds: list[str], rng: np.random.Generator) -> bytes:
    types = {"LINK": "PAY", "SAT": "PAY", "DEB": "DEB", "R/B": "R/B"}
    owner = rng.choice(OWNERS, len(kinds), p=[0.5, 0.14, 0.12, 0.05, 0.05, 0.05, 0.04, 0.02, 0.02, 0.01])
    lines = ["OBJECT_NAME,OBJECT_ID,NORAD_CAT_ID,OBJECT_TYPE,OPS_STATUS_CODE,OWNER,LAUNCH_DATE,LAUNCH_SITE,DECAY_DATE"]
    lines += [f'"{name[k]}",2020-001A,{number[k]},{types[kind]},,{owner[k]},2020-01-01,,' for k, kind in enumerate(kinds)]
    return "\n".join(lines).encode()
