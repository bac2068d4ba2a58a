"""How far two positions may be off at a moment: covariances from the age and class of a set, or as the owner's ephemeris says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hoshimori.detect.neighbourhood import US_PER_DAY, Bodies
from hoshimori.errors import UsageError
from hoshimori.facts import ElementSets, Ephemeris, Floats, Ints
from hoshimori.sky import ageing
from hoshimori.sky.relative import rtn_basis
from hoshimori.sky.screening import Minima
from hoshimori.tracking.covariance import ErrorModel, class_model, class_sigma_rtn_km, error_model

RTN_FRAMES = frozenset({"RTN", "RSW", "RIC"})
"""Names of one frame: outward, forward, across. Others are not turned here: their covariance counts as not given."""


def since_days(bodies: Bodies, row: Ints, t_us: Ints) -> Floats:
    """(k,) days since the nearest epoch, negative before it; NaN where the owner's states speak."""
    out = np.full(len(row), np.nan)
    mine = np.flatnonzero(~np.isin(row, np.array(list(bodies.trajectories.given), np.int64)))
    out[mine] = bodies.trajectories.since_us(row[mine], t_us[mine]) / US_PER_DAY
    return out


def covariance_teme_km2(
    bodies: Bodies, row: Ints, t_us: Ints, r_km: Floats, v_km_s: Floats, given: Mapping[int, Sequence[Ephemeris]]
) -> Floats:
    """(k, 3, 3) of the position of each row at its moment.

    From sets: the realistic sigma of their class at their age, along R, T and N. From an owner's ephemeris: the covariance that
    it gives nearest in time; zero where it gives none, so that the other object alone makes the uncertainty.
    """
    since = since_days(bodies, row, t_us)
    sigma = class_sigma_rtn_km(bodies.mean_motion_rev_day[row], bodies.eccentricity[row], np.nan_to_num(since))
    out = ageing.covariance_teme(np.where(np.isnan(since)[:, None], 0.0, sigma), r_km, v_km_s)
    for key, ephemerides in given.items():
        mine = np.flatnonzero((row == bodies.row(key)) & np.isnan(since))
        if len(mine):
            out[mine] = turned(owners_rtn(ephemerides, t_us[mine])[:, :3, :3], r_km[mine], v_km_s[mine])
    return out


def combined_km2(bodies: Bodies, minima: Minima, given: Mapping[int, Sequence[Ephemeris]]) -> Floats:
    """(k, 3, 3) of the difference of the two positions in TEME: the errors of two sets are taken as independent."""
    t_us = minima.moment_us
    first = covariance_teme_km2(bodies, minima.watched, t_us, minima.r_km, minima.v_km_s, given)
    r, v = minima.r_km + minima.dr_km, minima.v_km_s + minima.dv_km_s
    return first + covariance_teme_km2(bodies, minima.other, t_us, r, v, given)


def owners_rtn(ephemerides: Sequence[Ephemeris], t_us: Ints) -> Floats:
    """(k, 6, 6) in km, km/s along R, T, N: of the last known ephemeris that carries one; zero where none does."""
    out = np.zeros((len(t_us), 6, 6))
    for e in sorted(ephemerides, key=lambda e: (not np.isnat(e.known_utc), e.known_utc)):
        if e.covariance is None or e.covariance_t_utc is None or e.covariance_frame.upper() not in RTN_FRAMES:
            continue
        at = e.covariance_t_utc.astype("datetime64[us]").astype(np.int64)
        inside = np.flatnonzero((t_us >= _us(e.usable_start_utc)) & (t_us <= _us(e.usable_stop_utc)))
        out[inside] = e.covariance[np.argmin(np.abs(t_us[inside, None] - at[None, :]), axis=1)]
    return out


def _us(t: np.datetime64) -> int:
    return int(t.astype("datetime64[us]").astype(np.int64))


class Errors:
    """The error model of each object: from its own history where that is long enough, else of its class; made when asked for."""

    def __init__(self, history: Mapping[int, ElementSets]) -> None:
        self._history = history
        self._models: dict[int, ErrorModel] = {}

    def of(self, number: int) -> ErrorModel | None:
        """None of an object without element sets."""
        sets = self._history.get(number)
        if sets is None or not len(sets):
            return None
        if number not in self._models:
            self._models[number] = _model(sets)
        return self._models[number]

    def covariance_rtn(self, number: Ints, since_days: Floats) -> Floats:
        """(k, 6, 6) in km, km/s along each one's R, T, N, so many days after its set; zero of an object without sets."""
        out = np.zeros((len(number), 6, 6))
        for one in np.unique(number).tolist():
            mine = np.flatnonzero((number == one) & np.isfinite(since_days))
            model = self.of(one)
            if model is not None and len(mine):
                out[mine] = model.covariance_rtn(since_days[mine])
        return out

    def covariance_teme_km2(self, number: Ints, since_days: Floats, r_km: Floats, v_km_s: Floats) -> Floats:
        """(k, 3, 3) of position in the frame of r and v."""
        return turned(self.covariance_rtn(number, since_days)[:, :3, :3], r_km, v_km_s)


def _model(sets: ElementSets) -> ErrorModel:
    """Of sets that SGP4 cannot use nothing can be learnt: the class of the orbit that they describe speaks."""
    try:
        return error_model(sets)
    except UsageError:
        return class_model(float(np.median(sets.mean_motion_rev_day)), float(np.median(sets.eccentricity)))


def turned(rtn: Floats, r_km: Floats, v_km_s: Floats) -> Floats:
    """(k, 3, 3) from R, T, N of r, v (k, 3) into their frame."""
    basis = rtn_basis(r_km, v_km_s)
    return np.asarray(np.einsum("kia,kij,kjb->kab", basis, rtn, basis))
