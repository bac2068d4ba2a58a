"""What is known of an object of which little is known: errors of element sets by class of orbit, as bench/covariance learnt them.

Two things add up in the error of an element set. What changes from set to set (fits, drag, drifts of the theory) shows when sets
of one object are compared: the growth of a class. What SGP4 leaves out all the time (above all the waves that the Earth's uneven
equator raises) is the same in every set, so no comparison of sets can show it: the floor. It is worked out by theory, orbit by
orbit, and checked against laser-ranged satellites (docs/covariance.md). errors.json holds both, with what they stand on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from hoshimori.facts import Floats
from hoshimori.sky import ageing
from hoshimori.tracking.growth import Growth

HEO_ECCENTRICITY = 0.1
MEO_SPLIT_REV_DAY = 3.0
FAR_REV_DAY = 0.75
"""Eccentric orbits slower than this go far beyond GEO (50,000 to 350,000 km), where SGP4 is hundreds of km off within days."""


@dataclass(frozen=True)
class ClassErrors:
    """ahead, behind: growth forward from the epoch and back from it, averaged over the orbit. spread: one sigma of log(variance)
    from object to object of the class. ground: what this was learnt on."""

    name: str
    ahead: Growth
    behind: Growth
    spread: float
    ground: str


@dataclass(frozen=True)
class Floors:
    """What SGP4 leaves out. sigma: (a, i, 6) at mean motions (a,) rev/day and inclinations (i,) deg, both rising, for orbits that
    are nearly circular; one row (6,) for eccentric ones. correlation: (6, 6) for each of the two kinds."""

    mean_motion_rev_day: Floats
    inc_deg: Floats
    sigma: Floats
    correlation: Floats
    eccentric_sigma: Floats
    eccentric_correlation: Floats

    def sigma_at(self, mean_motion_rev_day: Floats, eccentricity: Floats, inc_deg: Floats | None = None) -> Floats:
        """(n, 6); without inclination the root mean square over all inclinations."""
        log = np.log(self.sigma)
        a, x = _place(np.log(self.mean_motion_rev_day), np.log(mean_motion_rev_day))
        if inc_deg is None:
            level = 0.5 * np.log(np.mean(np.exp(2.0 * log), axis=1))
            near = level[a] + x[:, None] * (level[a + 1] - level[a])
        else:
            i, y = _place(self.inc_deg, np.asarray(inc_deg, np.float64))
            low = log[a, i] + y[:, None] * (log[a, i + 1] - log[a, i])
            high = log[a + 1, i] + y[:, None] * (log[a + 1, i + 1] - log[a + 1, i])
            near = low + x[:, None] * (high - low)
        eccentric = np.asarray(eccentricity)[:, None] >= HEO_ECCENTRICITY
        return np.asarray(np.where(eccentric, self.eccentric_sigma, np.exp(near)))

    def covariance(self, mean_motion_rev_day: float, eccentricity: float, inc_deg: float | None) -> Floats:
        """(6, 6) for one orbit."""
        inc = None if inc_deg is None else np.array([inc_deg])
        s = self.sigma_at(np.array([mean_motion_rev_day]), np.array([eccentricity]), inc)[0]
        return np.asarray(np.outer(s, s) * (self.eccentric_correlation if eccentricity >= HEO_ECCENTRICITY else self.correlation))


@cache
def known_classes() -> Mapping[str, ClassErrors]:
    """Every class by its name."""
    return {name: _class(name, row) for name, row in _shipped()["classes"].items()}


@cache
def floors() -> Floors:
    """The floors that are shipped."""
    return Floors(**{key: np.array(value) for key, value in _shipped()["floors"].items()})


def orbit_class(mean_motion_rev_day: Floats, eccentricity: Floats) -> npt.NDArray[np.str_]:
    """(n,) LEO low and high (perigee below and above 600 km) and GEO as `sky.ageing` has them; of the rest HEO with eccentricity
    from 0.1 on, or HEO far if slower than `FAR_REV_DAY`; MEO high up to three turns a day (navigation), MEO low up to 6.4."""
    kind = ageing.orbit_class(mean_motion_rev_day, eccentricity)
    meo = np.where(mean_motion_rev_day < MEO_SPLIT_REV_DAY, "MEO high", "MEO low")
    heo = np.where(mean_motion_rev_day < FAR_REV_DAY, "HEO far", "HEO")
    rest = np.where(eccentricity >= HEO_ECCENTRICITY, heo, meo)
    return np.where(kind == "other", rest, kind)


def class_of(mean_motion_rev_day: float, eccentricity: float) -> ClassErrors:
    """The class that speaks for an orbit."""
    return known_classes()[str(orbit_class(np.array([mean_motion_rev_day]), np.array([eccentricity]))[0])]


def class_sigma_rtn_km(
    mean_motion_rev_day: Floats, eccentricity: Floats, age_days: Floats, *, inc_deg: Floats | None = None
) -> Floats:
    """(n, 3) realistic one sigma R, T, N in km of sets `age_days` (n,) from their epoch (negative: before it), by class alone."""
    given = (mean_motion_rev_day, eccentricity, age_days, 0.0 if inc_deg is None else inc_deg)
    motion, ecc, age, inc = (np.ravel(x) for x in np.broadcast_arrays(*(np.asarray(g, np.float64) for g in given)))
    kind = orbit_class(motion, ecc)
    floor = floors().sigma_at(motion, ecc, None if inc_deg is None else inc)[:, :3]
    grown = np.full((len(motion), 3), np.nan)
    for name, errors in known_classes().items():
        for side, mine in ((errors.ahead, (kind == name) & (age >= 0.0)), (errors.behind, (kind == name) & (age < 0.0))):
            if mine.any():
                grown[mine] = side.sigma_at(age[mine])[:, :3]
    return np.asarray(np.hypot(grown, floor))


def _place(nodes: Floats, at: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """The node to the left of each value, and how far on to the next, 0..1; the outermost node beyond the ends."""
    where = np.interp(at, nodes, np.arange(len(nodes), dtype=np.float64))
    left = np.minimum(where.astype(np.int64), len(nodes) - 2)
    return left, where - left


def _shipped() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(files("hoshimori.tracking").joinpath("errors.json").read_text())
    return told


def _class(name: str, row: Mapping[str, Any]) -> ClassErrors:
    return ClassErrors(name, _growth(row["ahead"]), _growth(row["behind"]), float(row["spread"]), str(row["ground"]))


def _growth(row: Mapping[str, Any]) -> Growth:
    return Growth(*(np.array(row[key]) for key in ("ages_days", "sigma", "correlation")))
