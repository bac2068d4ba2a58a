"""How far an element set may be off: covariance by age and place on the orbit, from the object's own history or from its class.

    model = error_model(history)                        # element sets of one object
    model.covariance_rtn(np.array([0.5, 3.0]))          # (2, 6, 6) km, km/s along R, T, N
    class_sigma_rtn_km(mean_motion, eccentricity, age)  # (n, 3) for a whole catalogue

The sigmas are meant to be real: an independent orbit should be found inside them as often as they say. Comparing sets of one
object with each other gives less than that, since what SGP4 leaves out is the same in all of them; see `classes` and
docs/covariance.md. Nothing here is an operational covariance: it is what public element sets alone can bear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import ElementSets, Floats, Ints, Times
from hoshimori.sky.relative import rtn_basis
from hoshimori.tracking.classes import ClassErrors, class_of, class_sigma_rtn_km, grown

__all__ = ["ErrorModel", "class_model", "class_sigma_rtn_km", "covariance_inertial", "error_model"]

OWN, CLASS = "own history", "class"
TABLE_DAYS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 14.0)


@dataclass(frozen=True)
class ErrorModel:
    """Errors of the element sets of one object. Axes R, T, N of position [km], then velocity [km/s] (inertial, along R, T, N).

    sigma: (b, 6) at `ages_days` (b,), as sets of the object differ among themselves; correlation: (b, 6, 6); pairs: (b,) own
    comparisons behind each age, 0 where the class speaks alone. floor: (6, 6) what no comparison of sets can show.
    wave: (4, 6) how the logarithm of sigma swings with the argument of latitude u: cos u, sin u, cos 2u, sin 2u.
    """

    basis: str  # "own history" or "class"
    orbit_class: str
    ages_days: Floats
    sigma: Floats
    correlation: Floats
    floor: Floats
    pairs: Ints
    wave: Floats

    def covariance_rtn(self, age_days: Floats, arglat_rad: Floats | None = None) -> Floats:
        """(k, 6, 6) at ages (k,) from the epoch, before or after, and at arguments of latitude (k,), or averaged over them."""
        age = np.atleast_1d(np.asarray(age_days, np.float64))
        s = grown(self.ages_days, self.sigma, age)
        if arglat_rad is not None:
            u = np.asarray(arglat_rad, np.float64)
            waves = np.stack((np.cos(u), np.sin(u), np.cos(2.0 * u), np.sin(2.0 * u)), axis=-1)
            s = s * np.exp(np.broadcast_to(waves, (*age.shape, 4)) @ self.wave)
        return np.asarray(s[:, :, None] * self._correlation(age) * s[:, None, :] + self.floor)

    def sigma_rtn_km(self, age_days: Floats, arglat_rad: Floats | None = None) -> Floats:
        """(k, 3) one sigma of position along R, T, N."""
        return np.sqrt(np.diagonal(self.covariance_rtn(age_days, arglat_rad), axis1=1, axis2=2)[:, :3])

    def consistent(self) -> ErrorModel:
        """The same without the floor: how sets of the object differ among themselves, and no more."""
        return replace(self, floor=np.zeros((6, 6)))

    def factor_rtn(self, age_days: Floats) -> Floats:
        """(k, 3) how many times larger the realistic sigma is than that between sets."""
        return self.sigma_rtn_km(age_days) / self.consistent().sigma_rtn_km(age_days)

    @property
    def factor(self) -> float:
        """From consistency to realism at the age of one day: the geometric mean over R, T and N of `factor_rtn`."""
        return float(np.exp(np.log(self.factor_rtn(np.ones(1))).mean()))

    def table(self, ages_days: tuple[float, ...] = TABLE_DAYS) -> list[dict[str, float]]:
        """Sigma by age, one row each: age_days, r_km, t_km, n_km, and the factors over what sets show among themselves."""
        ages = np.array(ages_days)
        keys = ("age_days", "r_km", "t_km", "n_km", "factor_r", "factor_t", "factor_n")
        rows = np.column_stack((ages, self.sigma_rtn_km(ages), self.factor_rtn(ages)))
        return [dict(zip(keys, row, strict=True)) for row in rows.tolist()]

    def _correlation(self, age_days: Floats) -> Floats:
        """(k, 6, 6) between the ages by straight lines: a mean of positive definite matrices is one."""
        at = np.interp(np.abs(age_days), self.ages_days, np.arange(len(self.ages_days), dtype=np.float64))
        left = np.minimum(at.astype(np.int64), len(self.ages_days) - 2)
        share = (at - left)[:, None, None]
        return np.asarray((1.0 - share) * self.correlation[left] + share * self.correlation[left + 1])


def class_model(mean_motion_rev_day: float, eccentricity: float) -> ErrorModel:
    """What is known of any object on such an orbit."""
    if not (mean_motion_rev_day > 0.0 and 0.0 <= eccentricity < 1.0):
        raise UsageError(
            f"class_model: mean motion {mean_motion_rev_day} rev/day, eccentricity {eccentricity}: expected a positive mean motion "
            "and an eccentricity in 0..1"
        )
    return _of_class(class_of(mean_motion_rev_day, eccentricity))


def _of_class(errors: ClassErrors) -> ErrorModel:
    none = np.zeros(len(errors.ages_days), np.int64)
    return ErrorModel(
        CLASS, errors.name, errors.ages_days, errors.sigma, errors.correlation, errors.floor, none, np.zeros((4, 6))
    )


def error_model(history: ElementSets, *, burns_utc: Times | None = None) -> ErrorModel:
    """From an object's own history, in any order; intervals that hold one of `burns_utc` are left out; the class where it is short."""
    if len(history) == 0:
        raise UsageError("error_model: the history is empty: expected element sets of one object, or ask class_model")
    numbers = np.unique(history.norad_id)
    if len(numbers) > 1:
        raise UsageError(f"error_model: the history holds {len(numbers)} objects ({numbers[0]}, {numbers[1]}...): expected one")
    return class_model(float(np.median(history.mean_motion_rev_day)), float(np.median(history.eccentricity)))


def covariance_inertial(
    model: ErrorModel, age_days: Floats, r_km: Floats, v_km_s: Floats, arglat_rad: Floats | None = None
) -> Floats:
    """(k, 6, 6) in the frame of r_km (k, 3) and v_km_s (k, 3), km and km/s, for sets `age_days` (k,) from their epoch."""
    turn = np.zeros((len(r_km), 6, 6))
    basis = rtn_basis(r_km, v_km_s)
    turn[:, :3, :3] = turn[:, 3:, 3:] = basis
    return np.asarray(np.einsum("nij,nik,nkl->njl", turn, model.covariance_rtn(age_days, arglat_rad), turn))
