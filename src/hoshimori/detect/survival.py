"""Who of a cloud is still up at a later date: B from the sets, drag under what the Sun may do, and the odds of each piece.

For each piece: B = Cd A/m from how its sets sink (a history: the balance of the axis; a single set: what its B* makes SGP4
sink, against the air of those days; neither: the spread of its own cloud). Then the lifetime for several multiples of B under
each scenario of activity. B is off by a factor that is lognormal; so is the air. P(up) is the chance that the factor stays
below the one that would have brought the piece down by then, averaged over the scenarios.
B* itself is no ballistic coefficient: at 780 km in 2013 its nominal factor 12.74 m^2/kg is short by thirty (bench/survival).

Up is not catalogued: pieces in orbit are lost. `loss_per_year` says how often, as learnt on one cloud; `p_catalogued` has it.
Assumes: no burns, one constant B, no Sun and Moon, scenarios equally likely, errors of different pieces independent but for
the scenario.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import erf
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.declared.activity import SpaceWeather
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode, ElementSets, Floats
from hoshimori.findings import Reason
from hoshimori.sky import atmosphere, decay, orbits, secular
from hoshimori.sky.atmosphere import Activity

SCHEMA = "hoshimori.survival/1"
YEAR_DAYS = 365.25
MULTIPLES = np.array([1 / 6.0, 0.4, 1.0, 2.5, 6.0])
"""Of B, for which each lifetime is computed."""
LONGEST_YEARS = 25.0
ECCENTRIC = 0.3
"""Above it the Sun and the Moon move the perigee by more than drag: nothing is said."""
MANY = 10
"""Pieces with a B of their own from which the spread of the cloud is taken; with fewer, USUAL_LN_B."""
USUAL_LN_B = (float(np.log(0.1)), 1.2)
FURTHER = 1.25
"""Lifetimes are followed to this multiple of the time asked for; a later quantile is not given."""
FINE = 200


@dataclass(frozen=True)
class Settings:
    """What was learnt and on what: the bench prints it, and no figure of the cloud that is scored is in it.

    b_factor: by how much B from sets is to be multiplied; sigma_ln_set, sigma_ln_history: error of ln B from one set, from a
    history; sigma_ln_air: of the air beyond the scenarios, and more without any space weather; rate_noise_km_day: error of a
    sinking rate in a set; loss_per_year: rate at which pieces that are up leave the catalogue.
    """

    b_factor: float = 1.0
    sigma_ln_set: float = 0.5
    sigma_ln_history: float = 0.25
    sigma_ln_air: float = 0.2
    sigma_ln_unknown_air: float = 0.7
    rate_noise_km_day: float = 0.002
    loss_per_year: float = 0.01
    learnt_on: str = "assumed"


class Ballistic(NamedTuple):
    """Per piece (n,): ln B, its error, where it comes from ("history", "set", "cloud")."""

    ln_b: Floats
    sigma: Floats
    origin: tuple[str, ...]


class Orbit(NamedTuple):
    """Per piece (n,): mean axis, perigee over the equator, and how fast it sinks as SGP4 has it with the set's B*."""

    sma_km: Floats
    perigee_km: Floats
    sinking_km_day: Floats


@dataclass(frozen=True)
class Chance:
    """One piece: is it up at T? Lifetimes in days from its epoch, inf beyond what was computed; NaN where nothing can be said."""

    norad_id: int
    epoch_utc: np.datetime64
    at_utc: np.datetime64
    p_up: float
    p_catalogued: float
    lifetime_days: tuple[float, float, float]  # 10 %, median, 90 %
    b_m2_kg: float
    sigma_ln_b: float
    b_origin: str
    perigee_km: float
    why: tuple[Reason, ...]
    data_mode: DataMode

    def to_json(self) -> dict[str, Any]:
        low, middle, high = (round(x, 2) if np.isfinite(x) else None for x in self.lifetime_days)
        return {
            "schema": SCHEMA,
            "norad": str(self.norad_id),
            "epoch_utc": f"{self.epoch_utc}Z",
            "at_utc": f"{self.at_utc}Z",
            "p_up": _number(self.p_up, 4),
            "p_catalogued": _number(self.p_catalogued, 4),
            "lifetime_days": {"p10": low, "median": middle, "p90": high},
            "b_m2_kg": _number(self.b_m2_kg, 5),
            "sigma_ln_b": _number(self.sigma_ln_b, 3),
            "b_from": self.b_origin,
            "perigee_km": _number(self.perigee_km, 1),
            "why": [r.to_json() for r in self.why],
            "data_mode": self.data_mode.name,
        }


@dataclass(frozen=True)
class Survival:
    """The pieces, how many are expected to be up with one sigma, and what the answer stands on."""

    chances: tuple[Chance, ...]
    expected_up: float
    sigma_up: float
    expected_catalogued: float
    at_utc: np.datetime64
    as_of_utc: np.datetime64
    settings: Settings
    weather: dict[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        said = [c for c in self.chances if np.isfinite(c.p_up)]
        return {
            "schema": "hoshimori.survival-count/1",
            "at_utc": f"{self.at_utc}Z",
            "as_of_utc": f"{self.as_of_utc}Z",
            "pieces": len(self.chances),
            "cannot_tell": len(self.chances) - len(said),
            "expected_up": round(self.expected_up, 1),
            "sigma_up": round(self.sigma_up, 1),
            "expected_catalogued": round(self.expected_catalogued, 1),
            "settings": asdict(self.settings),
            "space_weather": self.weather,
            "cannot_exclude": ["absent from a catalogue means decayed or lost", "the Sun's next years", "burns"],
        }


def survival(
    sets: ElementSets,
    at_utc: np.datetime64,
    *,
    as_of_utc: np.datetime64 | None = None,
    weather: SpaceWeather | None = None,
    settings: Settings | None = None,
    activities: tuple[Activity, ...] | None = None,
) -> Survival:
    """The odds that each object of `sets` (one or more sets each, any order) is up at `at_utc`, its newest set being the start.

    as_of: what is known of the Sun; default: the newest epoch. Without `weather` the air is taken as a mean one, then and later,
    and that is said in `why`. activities: scenarios in place of those of `weather` (a bench hands the observed one).
    """
    settings = settings or Settings()
    if not len(sets):
        raise UsageError("survival: no element set given; a file of fragments holds at least one")
    known: np.datetime64 = sets.epoch_utc.max() if as_of_utc is None else as_of_utc
    found = lifetimes(sets, at_utc, known, weather, settings, activities)
    newest, orbit, ballistic, usable, years = found.newest, found.orbit, found.ballistic, found.usable, found.days / YEAR_DAYS
    up = chance_up(found)  # (ways, n)
    p_up = np.where(usable, up.mean(axis=0), np.nan)
    kept = np.exp(-settings.loss_per_year * years)
    low, middle, high = _quantiles(found)
    chances = tuple(
        Chance(
            norad_id=int(newest.norad_id[k]),
            epoch_utc=newest.epoch_utc[k],
            at_utc=at_utc,
            p_up=float(p_up[k]),
            p_catalogued=float(p_up[k] * kept[k]),
            lifetime_days=(float(low[k]), float(middle[k]), float(high[k])),
            b_m2_kg=float(np.exp(ballistic.ln_b[k])),
            sigma_ln_b=float(ballistic.sigma[k]),
            b_origin=ballistic.origin[k],
            perigee_km=float(orbit.perigee_km[k]),
            why=_why(ballistic, k, bool(usable[k]), weather is None and activities is None),
            data_mode=DataMode(int(newest.data_mode[k])),
        )
        for k in range(len(newest.norad_id))
    )
    return Survival(
        chances,
        float(np.nansum(p_up)),
        _count_sigma(up[:, usable]),
        float(np.nansum(p_up * kept)),
        at_utc,
        known,
        settings,
        weather.to_json() if weather else None,
    )


class Lives(NamedTuple):
    """What the odds are made of: ln lifetimes (ways, multiples, n), sigma of ln (B times density) (n,), days until T (n,)."""

    newest: ElementSets
    orbit: Orbit
    ballistic: Ballistic
    usable: npt.NDArray[np.bool_]
    ln_days: Floats
    sigma: Floats
    days: Floats


def lifetimes(
    sets: ElementSets,
    at_utc: np.datetime64,
    as_of_utc: np.datetime64,
    weather: SpaceWeather | None,
    settings: Settings,
    activities: tuple[Activity, ...] | None = None,
) -> Lives:
    """The lifetimes behind `survival`, for whoever wants to look at them or learn from them."""
    newest, rows = _by_object(sets)
    _check_moment(newest, at_utc)
    ways = activities or (weather.scenarios(as_of_utc) if weather else (atmosphere.steady(),))
    orbit = _orbit(newest)
    ballistic = _ballistic(sets, rows, newest, orbit, ways[0], settings)
    usable = np.isfinite(orbit.sma_km) & (newest.eccentricity < ECCENTRIC)
    days = (at_utc - newest.epoch_utc) / np.timedelta64(1, "D")
    ln_days = _lives(newest, orbit, ballistic, ways, usable, float(days.max()))
    air = settings.sigma_ln_air if (weather or activities) else settings.sigma_ln_unknown_air
    return Lives(newest, orbit, ballistic, usable, ln_days, np.hypot(ballistic.sigma, air), days)


def chance_up(lives: Lives, days: Floats | None = None, *, b_factor: float = 1.0) -> Floats:
    """(ways, n) probability to be up after days (n,), by default at T; b_factor: were every B larger by this factor."""
    turn = _turning_point(lives.ln_days, np.log(np.maximum(lives.days if days is None else days, 1e-3)))
    return _normal((turn - np.log(b_factor)) / lives.sigma)


def _number(x: float, digits: int) -> float | None:
    return round(x, digits) if np.isfinite(x) else None


def _check_moment(newest: ElementSets, at_utc: np.datetime64) -> None:
    ahead = (at_utc - newest.epoch_utc.max()) / np.timedelta64(1, "D")
    if ahead < 0:
        raise UsageError(f"--at {at_utc}: before the newest element set ({newest.epoch_utc.max()}): ask for a later moment")
    if ahead > LONGEST_YEARS * YEAR_DAYS:
        raise UsageError(f"--at {at_utc}: more than {LONGEST_YEARS:g} years ahead: nobody knows the Sun so far")


def _by_object(sets: ElementSets) -> tuple[ElementSets, list[Any]]:
    """The newest set of each object, and the rows of all its sets in order of epoch."""
    order = np.lexsort((sets.epoch_utc.astype(np.int64), sets.norad_id))
    cuts = np.flatnonzero(np.diff(sets.norad_id[order])) + 1
    rows = np.split(order, cuts)
    return sets.take(np.array([r[-1] for r in rows])), rows


def _orbit(sets: ElementSets) -> Orbit:
    satellites = orbits.prepare(
        sets.epoch_utc, sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg,
        sets.bstar_per_er,
    )  # fmt: skip
    axis = np.where(satellites.error == 0, secular.semi_major_axis_km(satellites), np.nan)
    sinking = 2.0 * axis * satellites.table["cc1"] * 1440.0
    return Orbit(axis, axis * (1.0 - sets.eccentricity) - 6378.137, sinking)


def _angles(sets: ElementSets) -> tuple[Floats, Floats, Floats]:
    return np.radians(sets.inc_deg), np.radians(sets.raan_deg), np.radians(sets.argp_deg)


def _ballistic(
    sets: ElementSets, rows: list[Any], newest: ElementSets, orbit: Orbit, past: Activity, settings: Settings
) -> Ballistic:
    """Each piece's own B, drawn towards the spread of its cloud by as much as it is uncertain."""
    axis = np.where(np.isfinite(orbit.sma_km), orbit.sma_km, 7000.0)
    unit = decay.sinking_km_day(newest.epoch_utc, axis, newest.eccentricity, *_angles(newest), past)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = orbit.sinking_km_day / unit
        error = np.hypot(settings.sigma_ln_set, settings.rate_noise_km_day / np.abs(orbit.sinking_km_day))
    origin = np.full(len(rows), "set", dtype=object)
    for k, own in enumerate(rows):
        if len(own) > 2 and (found := _from_history(sets.take(own), past)) is not None:
            value[k], spread = found
            error[k], origin[k] = np.hypot(settings.sigma_ln_history, spread), "history"
    own_b = np.isfinite(value) & (value > 0.0) & np.isfinite(error)
    ln_b = np.log(np.where(own_b, value, 1.0))
    centre, width = _cloud(ln_b[own_b], error[own_b])
    weight = np.where(own_b, width**2 / (width**2 + np.where(own_b, error, 1.0) ** 2), 0.0)
    origin[~own_b] = "cloud"
    middle = weight * ln_b + (1.0 - weight) * centre
    sigma = np.where(own_b, error * np.sqrt(weight), width)
    return Ballistic(middle + np.log(settings.b_factor), sigma, tuple(origin.tolist()))


def _cloud(ln_b: Floats, error: Floats) -> tuple[float, float]:
    """Median and robust width of ln B over the pieces with a B of their own, their errors taken off."""
    if len(ln_b) < MANY:
        return USUAL_LN_B
    centre = float(np.median(ln_b))
    width = 1.4826 * float(np.median(np.abs(ln_b - centre)))
    return centre, float(np.sqrt(max(width**2 - float(np.median(error)) ** 2, 0.3**2)))


def _from_history(own: ElementSets, past: Activity) -> tuple[float, float] | None:
    """B and the error of its logarithm from the last ten gaps of one object's sets; None where they do not agree on a fall."""
    balance = decay.ballistic_m2_kg(
        own.epoch_utc, own.mean_motion_rev_day, own.eccentricity, own.inc_deg, own.raan_deg, own.argp_deg, past
    )
    good = balance.value[-10:][balance.value[-10:] > 0.0]
    if len(good) < 2 or 2 * len(good) < len(balance.value[-10:]):
        return None
    ln = np.log(good)
    return float(np.exp(np.median(ln))), float(1.4826 * np.median(np.abs(ln - np.median(ln))) / np.sqrt(len(ln)))


def _lives(
    newest: ElementSets,
    orbit: Orbit,
    ballistic: Ballistic,
    ways: tuple[Activity, ...],
    usable: Any,
    days: float,
) -> Floats:
    """(ways, multiples, n) ln of the lifetime in days; inf where still up after FURTHER times the time asked for."""
    which = np.flatnonzero(usable)
    n, m = len(which), len(MULTIPLES)
    inc, raan, argp = _angles(newest)
    a, e, inc, raan, argp = (np.tile(x[which], m) for x in (orbit.sma_km, newest.eccentricity, inc, raan, argp))
    epoch = np.tile(newest.epoch_utc[which], m)
    b = np.concatenate([np.exp(ballistic.ln_b[which]) * f for f in MULTIPLES])
    lives = np.full((len(ways), m, len(usable)), np.nan)
    for k, activity in enumerate(ways):
        fall = decay.fall(epoch, a, e, inc, raan, argp, b, activity, until_days=FURTHER * days)
        lives[k][:, which] = np.log(np.maximum(fall.days, 1e-3)).reshape(m, n)
    return lives


def _turning_point(lives: Floats, ln_days: Floats) -> Floats:
    """(ways, n) ln of the multiple of B that would bring each piece down at ln_days (n,); beyond those computed, life ~ 1/B."""
    x = np.log(MULTIPLES)
    finite = np.isfinite(lives)
    filled = lives.copy()
    for j in range(len(x) - 2, -1, -1):  # upwards in lifetime
        filled[:, j] = np.where(np.isfinite(lives[:, j]), lives[:, j], filled[:, j + 1] + (x[j + 1] - x[j]))
    found = np.full(filled[:, 0].shape, np.nan)
    for j in range(len(x) - 1):
        above, below = filled[:, j], filled[:, j + 1]
        inside = (ln_days <= above) & (ln_days > below)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (above - ln_days) / (above - below)
        found = np.where(inside, x[j] + share * (x[j + 1] - x[j]), found)
    found = np.where(ln_days > filled[:, 0], x[0] - (ln_days - filled[:, 0]), found)
    found = np.where(ln_days <= filled[:, -1], x[-1] + (filled[:, -1] - ln_days), found)
    return np.where(finite.any(axis=1), found, np.inf)


def _normal(z: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.vectorize(erf, otypes=[np.float64])(z / np.sqrt(2.0))))


def _quantiles(lives: Lives) -> tuple[Floats, Floats, Floats]:
    """Lifetimes (n,) by which 10, 50 and 90 % are down; inf where fewer are within the time computed."""
    n = len(lives.days)
    grid = np.linspace(np.log(0.01), np.log(FURTHER * float(lives.days.max())), FINE)
    down = np.stack([1.0 - chance_up(lives, np.full(n, np.exp(g))).mean(axis=0) for g in grid])
    found = []
    for share in (0.1, 0.5, 0.9):
        reached = down >= share
        found.append(np.where(reached.any(axis=0), np.exp(grid[np.argmax(reached, axis=0)]), np.inf))
    return found[0], found[1], found[2]


def _count_sigma(up: Floats) -> float:
    """One sigma of the number up: pieces independent within a scenario, scenarios equally likely."""
    if not up.size:
        return 0.0
    return float(np.sqrt((up * (1.0 - up)).sum(axis=1).mean() + up.sum(axis=1).var()))


def _why(ballistic: Ballistic, k: int, usable: bool, no_weather: bool) -> tuple[Reason, ...]:
    if not usable:
        return (Reason("survival cannot tell", {"limit": ECCENTRIC}),)
    reasons = [Reason(f"b from {ballistic.origin[k]}", {"sigma": round(float(ballistic.sigma[k]), 2)})]
    if no_weather:
        reasons.append(Reason("air taken as mean", {}))
    return tuple(reasons)
