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
from hoshimori.sky import orbits
from hoshimori.sky.relative import rtn_basis
from hoshimori.tracking import differences, scatter
from hoshimori.tracking.classes import class_of, class_sigma_rtn_km, floors
from hoshimori.tracking.growth import AGES_DAYS, Growth

__all__ = ["ErrorModel", "class_model", "class_sigma_rtn_km", "covariance_inertial", "error_model"]

OWN, CLASS = "own history", "class"
TABLE_DAYS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 14.0)
CARRY = 0.9
"""Of what an object differs from its class at one age, this much is expected at the next, where it has no pairs to tell."""
NO_WAVE = np.zeros((4, 6))


@dataclass(frozen=True)
class ErrorModel:
    """Errors of the element sets of one object. Axes R, T, N of position [km], then velocity [km/s] (inertial, along R, T, N).

    ahead, behind: growth after the epoch of a set and before it, as sets of the object differ among themselves, at arguments of
    latitude where `wave` is zero. wave: (4, 6) how the logarithm of sigma swings with the argument of latitude u: cos u, sin u,
    cos 2u, sin 2u. floor: (6, 6) what no comparison of sets can show. pairs: (b,) own comparisons ahead at each age; with 0
    everywhere the class speaks alone. own_share: (b,) how much of what is said at each age is the object's own.
    """

    basis: str  # "own history" or "class"
    orbit_class: str
    ahead: Growth
    behind: Growth
    wave: Floats
    floor: Floats
    pairs: Ints
    own_share: Floats

    def covariance_rtn(self, age_days: Floats, arglat_rad: Floats | None = None) -> Floats:
        """(k, 6, 6) at ages (k,) from the epoch, negative before it, and arguments of latitude (k,), or averaged over these."""
        age = np.atleast_1d(np.asarray(age_days, np.float64))
        back = (age < 0.0)[:, None]
        sigma = np.where(back, self.behind.sigma_at(age), self.ahead.sigma_at(age))
        shape = np.where(back[:, :, None], self.behind.correlation_at(age), self.ahead.correlation_at(age))
        if arglat_rad is None:
            swing = scatter.mean_wave(self.wave)[None]
        else:
            up = np.exp(scatter.waves(np.broadcast_to(arglat_rad, age.shape)) @ self.wave)
            swing = up[:, :, None] * up[:, None, :]
        return np.asarray(sigma[:, :, None] * sigma[:, None, :] * shape * swing + self.floor)

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


def class_model(mean_motion_rev_day: float, eccentricity: float, inc_deg: float | None = None) -> ErrorModel:
    """What is known of any object on such an orbit."""
    if not (mean_motion_rev_day > 0.0 and 0.0 <= eccentricity < 1.0):
        given = f"mean motion {mean_motion_rev_day} rev/day, eccentricity {eccentricity}"
        raise UsageError(f"class_model: {given}: expected a positive mean motion and an eccentricity in 0..1")
    errors = class_of(mean_motion_rev_day, eccentricity)
    floor = floors().covariance(mean_motion_rev_day, eccentricity, inc_deg)
    none = np.zeros(len(AGES_DAYS))
    return ErrorModel(CLASS, errors.name, errors.ahead, errors.behind, NO_WAVE, floor, none.astype(np.int64), none)


def error_model(history: ElementSets, *, burns_utc: Times | None = None) -> ErrorModel:
    """From an object's own history, in any order; its class where that is short.

    Intervals that hold one of `burns_utc` are left out; burns that nobody told of are wild differences, which weigh little. Own
    and class are joined age by age, in the logarithm of the variance: n independent comparisons know it to 2 / n, the class to
    the square of its spread, and each weighs by what it knows. No wave around the orbit is taken from a class.
    """
    if len(history) == 0:
        raise UsageError("error_model: the history is empty: expected element sets of one object, or ask class_model")
    numbers = np.unique(history.norad_id)
    if len(numbers) > 1:
        raise UsageError(f"error_model: the history holds {len(numbers)} objects ({numbers[0]}, {numbers[1]}...): expected one")
    sets, satellites = differences.usable(history)
    if len(sets) == 0:
        raise UsageError(f"error_model: none of the {len(history)} sets of object {numbers[0]} can be propagated by SGP4")
    motion, ecc, inc = (float(np.median(x)) for x in (sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg))
    prior = class_model(motion, ecc, inc)
    return prior if len(sets) < 3 else own_model(satellites, prior, class_of(motion, ecc).spread, burns_utc)


def own_model(satellites: orbits.Satellites, prior: ErrorModel, spread: float, burns_utc: Times | None = None) -> ErrorModel:
    """`prior` bettered by comparing the sets (from `differences.usable`) of one object with each other."""
    ages = np.array(AGES_DAYS)
    found = [differences.differences(satellites, ages, burns_utc=burns_utc, ahead=ahead) for ahead in (True, False)]
    return joined(found[0], found[1], prior, spread)


def joined(ahead: differences.Differences, behind: differences.Differences, prior: ErrorModel, spread: float) -> ErrorModel:
    """The model that differences make of a prior; the class alone where there are too few."""
    ages = np.array(AGES_DAYS)
    unit = [_units(x, len(ages)) for x in (ahead, behind)]
    scaled = np.concatenate([x.d / u[x.node] for x, u in zip((ahead, behind), unit, strict=True)])
    free = [_free(x, len(ages), ages) for x in (ahead, behind)]
    wave = NO_WAVE
    if len(scaled) >= 4 * scatter.FEWEST:
        around = np.concatenate((ahead.arglat_rad, behind.arglat_rad))
        wave = scatter.wave(scaled, around, float(max(f.max() for f in free)))
    sides = [
        _grown(x, wave, f, g, spread, ages) for x, f, g in zip((ahead, behind), free, (prior.ahead, prior.behind), strict=True)
    ]
    share = sides[0][1]
    basis = OWN if share[1:4].max() > 0.5 else CLASS
    counts = np.bincount(ahead.node, minlength=len(ages))
    return replace(prior, basis=basis, ahead=sides[0][0], behind=sides[1][0], wave=wave, pairs=counts, own_share=share)


def _units(x: differences.Differences, ages: int) -> Floats:
    """(b, 6) robust size of each column at each age, 1 where there is nothing."""
    out = np.ones((ages, x.d.shape[1]))
    for node in np.unique(x.node):
        out[node] = np.maximum(np.median(np.abs(x.d[x.node == node]), axis=0) / 0.6745, 1e-9)
    return out


def _free(x: differences.Differences, nodes: int, ages: Floats) -> Floats:
    """(b,) how many independent comparisons the differences of each age are worth: stretches that do not overlap."""
    counts = np.bincount(x.node, minlength=nodes).astype(np.float64)
    spans = np.array([_days_told(x.at_utc[x.node == node]) for node in range(nodes)])
    return np.minimum(counts, spans / ages + (counts > 0))


def _days_told(at_utc: Times) -> float:
    """Days covered: from first to last, holes beyond ten days left out."""
    steps = np.diff(np.sort(at_utc)) / np.timedelta64(1, "D") if len(at_utc) else np.zeros(0)
    return float(steps[steps < 10.0].sum())


def _grown(
    x: differences.Differences, wave: Floats, free: Floats, prior: Growth, spread: float, ages: Floats
) -> tuple[Growth, Floats]:
    """Growth of one side and the share of the object's own word at each age."""
    sigma, shape = np.log(prior.sigma_at(ages)), prior.correlation_at(ages)
    lift = 0.5 * np.log(np.diagonal(scatter.mean_wave(wave)))  # the class is averaged over the orbit
    share, differs = np.zeros(len(ages)), np.zeros(6)
    for node in range(len(ages)):
        mine = x.node == node
        level = sigma[node] - lift
        own = np.zeros(6)
        if mine.sum() >= scatter.FEWEST:
            flat = x.d[mine] / np.exp(scatter.waves(x.arglat_rad[mine]) @ wave) * (ages[node] / np.abs(x.age_days[mine]))[:, None]
            size, turned = scatter.split(scatter.scatter(flat))
            share[node] = free[node] / (free[node] + 2.0 / spread**2)
            own = np.log(size) - level
            shape[node] = share[node] * turned + (1.0 - share[node]) * shape[node]
        differs = share[node] * own + (1.0 - share[node]) * CARRY * differs
        sigma[node] = level + differs
    return Growth(ages, np.exp(sigma), shape), share


def covariance_inertial(
    model: ErrorModel, age_days: Floats, r_km: Floats, v_km_s: Floats, arglat_rad: Floats | None = None
) -> Floats:
    """(k, 6, 6) in the frame of r_km (k, 3) and v_km_s (k, 3), km and km/s, for sets `age_days` (k,) from their epoch.

    With `arglat_rad` "the place on the orbit" is honoured; `differences.argument_of_latitude` gives it for states in TEME.
    """
    turn = np.zeros((len(r_km), 6, 6))
    turn[:, :3, :3] = turn[:, 3:, 3:] = rtn_basis(r_km, v_km_s)
    return np.asarray(np.einsum("nij,nik,nkl->njl", turn, model.covariance_rtn(age_days, arglat_rad), turn))
