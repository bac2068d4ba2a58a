"""What each cause lets one expect of the pieces that are still up: how fast they were thrown, and how that goes with their drag.

The NASA break-up model (sky.fragmentation) is thrown from the parent's own state, a few thousand pieces of 10 cm and more. Those
whose new orbit would not have lasted until now are taken out, by a rough rule: a round orbit of 0.1 m2/kg lasts 16 hours at
250 km, e times longer for each 45 km above (60 km above 400 km), longer where only the perigee is low. What is left is what a
catalogue can show, and `lost` says how much it cannot: where most is lost, nobody can judge the cause by what is left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.facts import Bools, Floats
from hoshimori.sky import fragmentation
from hoshimori.sky.relative import MU_KM3_S2, rtn_basis

PIECES = 6000
_FROM_M, _TO_M = 0.10, 3.0
_EARTH_KM = 6378.137
_SEED = 20010501  # of the model's own draws: an expectation must not change from call to call


class Expected(NamedTuple):
    """Of log10 speed (m/s) among pieces still up: median, sigma, and slope over log10(A/m). `lost`: share that is not up."""

    median: float
    sigma: float
    slope: float
    lost: float


class Parent(NamedTuple):
    """The parent at the event: r_km, v_km_s (3,) in TEME, and the days since."""

    r_km: Floats
    v_km_s: Floats
    age_days: float


def expected(cause: fragmentation.Cause, kind: fragmentation.Kind, parent: Parent | None) -> Expected:
    """Without a parent's state nothing is taken as lost."""
    rng = np.random.Generator(np.random.Philox(_SEED))
    length = fragmentation.sample_length_m(rng, PIECES, cause, _FROM_M, _TO_M)
    chi = fragmentation.sample_chi(rng, length, kind)
    dv = fragmentation.sample_delta_v_m_s(rng, chi, cause)
    up = np.ones(PIECES, np.bool_) if parent is None else _still_up(dv, chi, parent)
    if up.sum() < 50:
        return Expected(float("nan"), float("nan"), float("nan"), 1.0 - float(up.mean()))
    log_speed = np.log10(np.linalg.norm(dv[up], axis=1))
    slope = float(np.polyfit(chi[up], log_speed, 1)[0])
    return Expected(float(np.median(log_speed)), float(log_speed.std()), slope, 1.0 - float(up.mean()))


def _still_up(dv_rtn_m_s: Floats, chi: Floats, parent: Parent) -> Bools:
    v = parent.v_km_s + dv_rtn_m_s @ rtn_basis(parent.r_km, parent.v_km_s) / 1000.0
    radius = float(np.linalg.norm(parent.r_km))
    axis = 1.0 / (2.0 / radius - np.sum(v * v, axis=1) / MU_KM3_S2)
    spin = np.linalg.norm(np.cross(parent.r_km, v), axis=1)
    ecc = np.sqrt(np.maximum(1.0 - spin**2 / (MU_KM3_S2 * np.where(axis > 0.0, axis, np.inf)), 0.0))
    perigee_km = axis * (1.0 - ecc) - _EARTH_KM
    return np.asarray((axis > 0.0) & (perigee_km > lowest_km(chi, axis * ecc, parent.age_days)))


def lowest_km(chi: Floats, arm_km: Floats, age_days: float) -> Floats:
    """The perigee height below which a piece has come down after so many days, by the rule at the top.

    arm_km: semi-major axis times eccentricity. On a long orbit the air is met near the perigee only: the share of the time is
    about sqrt(H / (2 pi a e)) (King-Hele's theory of an exponential atmosphere).
    """
    share = np.minimum(1.0, np.sqrt(50.0 / (2.0 * np.pi * np.maximum(arm_km, 1.0))))
    times = np.log(np.maximum(age_days, 0.05) / 0.66 * 10.0 ** (chi + 1.0) * share)
    height = 250.0 + 45.0 * times
    return np.asarray(np.where(height > 400.0, 400.0 + (height - 400.0) * 60.0 / 45.0, np.maximum(height, 130.0)))
