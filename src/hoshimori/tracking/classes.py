"""What is known of an object of which little is known: errors of element sets by class of orbit, as bench/covariance learnt them.

Two things add up in the error of an element set. What changes from set to set (fits, drag) shows when sets of one object are
compared: `consistent`. What SGP4 leaves out (the waves of an Earth that is not round about its axis, above all) is the same in
every set, so no comparison of sets can show it: `floor`. errors.json holds both, with what they were learnt on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from hoshimori.facts import Floats
from hoshimori.sky.ageing import orbit_class

__all__ = ["ClassErrors", "class_of", "class_sigma_rtn_km", "known_classes"]


@dataclass(frozen=True)
class ClassErrors:
    """Errors of one class. Axes R, T, N of position [km], then of velocity [km/s], inertial velocity along the same axes.

    sigma: (b, 6) between sets of one object, one sigma at `ages_days` (b,); correlation: (b, 6, 6). floor: (6, 6) covariance of
    what every set of the class lacks. spread: one sigma of log(variance) from object to object within the class.
    """

    name: str
    ages_days: Floats
    sigma: Floats
    correlation: Floats
    floor: Floats
    spread: float
    ground: str


@cache
def known_classes() -> Mapping[str, ClassErrors]:
    """Every class by its name."""
    told = json.loads(files("hoshimori.tracking").joinpath("errors.json").read_text())
    return {name: _class(name, row) for name, row in told["classes"].items()}


def class_of(mean_motion_rev_day: float, eccentricity: float) -> ClassErrors:
    """The class that speaks for an orbit."""
    name = orbit_class(np.array([mean_motion_rev_day]), np.array([eccentricity]))[0]
    return known_classes()[str(name)]


def class_sigma_rtn_km(mean_motion_rev_day: Floats, eccentricity: Floats, age_days: Floats) -> Floats:
    """(n, 3) realistic one sigma R, T, N in km of sets `age_days` (n,) from their epoch, by class alone: for whole catalogues."""
    motion, ecc, age = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (mean_motion_rev_day, eccentricity, age_days)))
    kind = orbit_class(motion, ecc)
    out = np.full((*motion.shape, 3), np.nan)
    for name, errors in known_classes().items():
        mine = kind == name
        if mine.any():
            s = grown(errors.ages_days, errors.sigma[:, :3], age[mine])
            out[mine] = np.sqrt(s**2 + np.diag(errors.floor)[:3])
    return out


def grown(ages_days: Floats, sigma: Floats, age_days: Floats) -> Floats:
    """(k, c) sigma (b, c) given at `ages_days` (b,), at ages (k,): straight lines in the logarithms of both; level before the
    first age; beyond the last the power of age goes on that the last stretch shows, held between 1 and 2 (an error of phase grows
    with age, one of drag with its square). The side of the epoch does not matter."""
    age = np.maximum(np.abs(age_days), ages_days[0])
    x, y = np.log(ages_days), np.log(sigma)
    power = np.clip((y[-1] - y[-2]) / (x[-1] - x[-2]), 1.0, 2.0)
    at = np.log(age)
    inside = np.stack([np.interp(at, x, y[:, c]) for c in range(y.shape[1])], axis=-1)
    return np.asarray(np.exp(inside + power * np.maximum(at - x[-1], 0.0)[..., None]))


def _class(name: str, row: Mapping[str, Any]) -> ClassErrors:
    floor = np.array(row["floor_sigma"])
    return ClassErrors(
        name,
        np.array(row["ages_days"]),
        np.array(row["sigma"]),
        np.array(row["correlation"]).reshape(-1, 6, 6),
        np.array(row["floor_correlation"]).reshape(6, 6) * np.outer(floor, floor),
        float(row["spread"]),
        str(row["ground"]),
    )
