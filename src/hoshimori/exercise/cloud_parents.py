"""What comes apart in a practice break-up: an orbit given or invented, and the body that crosses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.exercise import cloud_fits
from hoshimori.facts import ElementSet, Floats
from hoshimori.sky import orbits
from hoshimori.sky.fragmentation import Kind
from hoshimori.sky.relative import MU_KM3_S2

EARTH_KM = 6378.137


@dataclass(frozen=True)
class Parent:
    """A body at the moment of the event: where it is and how it moves, TEME. area_mass_m2_kg: of the whole body."""

    norad_id: int
    cospar_id: str
    name: str
    kind: Kind
    r_km: Floats
    v_km_s: Floats
    area_mass_m2_kg: float = 0.01


def parent_of(given: ElementSet, t_utc: np.datetime64, kind: Kind) -> Parent:
    """A catalogued body where SGP4 puts it at that moment."""
    one = [
        [x]
        for x in (
            given.mean_motion_rev_day,
            given.eccentricity,
            given.inc_deg,
            given.raan_deg,
            given.argp_deg,
            given.ma_deg,
            given.bstar_per_er,
        )
    ]
    r, v, error = orbits.pairs(orbits.prepare(np.array([given.epoch_utc]), *one), np.array([0]), np.array([t_utc]))
    if error[0]:
        raise UsageError(f"parent {given.norad_id} has no state at {t_utc}: SGP4 answers with its error {error[0]}")
    return Parent(given.norad_id, given.cospar_id, given.name, kind, r[0], v[0])


def invented(
    rng: np.random.Generator, orbit: Literal["round", "sso", "eccentric"], norad_id: int, t_utc: np.datetime64, kind: Kind
) -> Parent:
    """An orbit of this class and a place on it."""
    low, high = {"round": (500.0, 1000.0), "sso": (600.0, 900.0), "eccentric": (450.0, 750.0)}[orbit]
    perigee = float(rng.uniform(low, high))
    apogee = perigee + float(rng.uniform(1500.0, 6000.0) if orbit == "eccentric" else rng.uniform(2.0, 40.0))
    axis, ecc = EARTH_KM + 0.5 * (perigee + apogee), (apogee - perigee) / (2.0 * EARTH_KM + perigee + apogee)
    inc = float(np.arccos(np.clip(-((axis / 12352.0) ** 3.5), -1.0, 0.0)) if orbit == "sso" else np.radians(rng.uniform(35, 105)))
    raan, w, u = rng.uniform(0.0, 2.0 * np.pi, 3)
    rev_day = np.sqrt(MU_KM3_S2 / axis**3) * 86400.0 / (2.0 * np.pi)
    x = np.array([[rev_day, ecc * np.sin(w), ecc * np.cos(w), inc, raan, u, 1e-5]])
    now = np.array([t_utc])
    r, v, _ = orbits.pairs(cloud_fits.satellites(x, now), np.array([0]), now)
    return Parent(norad_id, f"{2000 + norad_id % 20}-{900 + norad_id % 97}A", f"PRACTICE {norad_id % 1000}", kind, r[0], v[0])


def crossing(rng: np.random.Generator, first: Parent, norad_id: int) -> Parent:
    """A body on a nearly round orbit of another plane through the same place, 2 km/s or more apart."""
    r, radius = first.r_km, float(np.linalg.norm(first.r_km))
    up = r / radius
    circular = np.sqrt(MU_KM3_S2 / radius)
    level = first.v_km_s - up * (first.v_km_s @ up)
    ahead = level / np.linalg.norm(level)
    aside = np.cross(up, ahead)
    turn = float(rng.uniform(0.3, np.pi)) * float(rng.choice([-1.0, 1.0]))
    way = np.cos(turn) * ahead + np.sin(turn) * aside
    v = circular * ((1.0 + 0.002 * rng.standard_normal()) * way + 0.003 * rng.standard_normal() * up)
    return Parent(norad_id, f"{2000 + norad_id % 20}-{900 + norad_id % 97}A", f"PRACTICE {norad_id % 1000}", "satellite", r, v)
