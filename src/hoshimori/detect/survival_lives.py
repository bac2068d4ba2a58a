"""B and lifetimes of a cloud's pieces, for several multiples of B under each scenario of the Sun: what detect/survival judges.

B = Cd A/m comes from how a piece's sets sink (a history: the balance of the axis; a single set: what its B* makes SGP4 sink,
against the air of the days before; neither: the spread of its own cloud), drawn towards the spread of the cloud by as much as
it is uncertain. B* itself is no ballistic coefficient: SGP4's air does not follow the Sun, and the nominal 12.74 m^2/kg per
unit of B* is short by thirty at 780 km in 2013 (bench/survival).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.declared.activity import SpaceWeather
from hoshimori.errors import UsageError
from hoshimori.facts import ElementSets, Floats
from hoshimori.sky import atmosphere, decay, orbits, secular
from hoshimori.sky.atmosphere import Activity

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
SIGMA_LN_SET, SIGMA_LN_HISTORY = 0.5, 0.25
"""Error of ln B from one set, and from a history beyond its own scatter: assumptions."""
RATE_NOISE_KM_DAY = 0.002
"""Error of a sinking rate in one set: an assumption."""


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


class Lives(NamedTuple):
    """What the odds are made of: ln lifetimes in days (ways, multiples, n) and days until T (n,)."""

    newest: ElementSets
    orbit: Orbit
    ballistic: Ballistic
    usable: npt.NDArray[np.bool_]
    ln_days: Floats
    days: Floats


def lifetimes(
    sets: ElementSets,
    at_utc: np.datetime64,
    as_of_utc: np.datetime64,
    weather: SpaceWeather | None = None,
    activities: tuple[Activity, ...] | None = None,
) -> Lives:
    """The lifetimes behind `survival`, for whoever wants to look at them or learn from them."""
    newest, rows = _by_object(sets)
    _check_moment(newest, at_utc)
    ways = activities or (weather.scenarios(as_of_utc) if weather else (atmosphere.steady(),))
    orbit = _orbit(newest)
    each = [_ballistic(sets, rows, newest, orbit, way) for way in _different_pasts(ways, newest)]
    usable = np.isfinite(orbit.sma_km) & (newest.eccentricity < ECCENTRIC)
    days = (at_utc - newest.epoch_utc) / np.timedelta64(1, "D")
    ln_days = _lives(newest, orbit, each, ways, usable, float(days.max()))
    ballistic = each[0]._replace(ln_b=np.mean([b.ln_b for b in each], axis=0), sigma=np.mean([b.sigma for b in each], axis=0))
    return Lives(newest, orbit, ballistic, usable, ln_days, days)


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


def _different_pasts(ways: tuple[Activity, ...], newest: ElementSets) -> tuple[Activity, ...]:
    """The scenarios, or one of them where all tell the same of the days before the newest sets, so that B is the same in all.

    Where what is known of the Sun ends before the sets begin, B is worked out in the air of each scenario, and errs with it.
    """
    days = np.unique(newest.epoch_utc.astype("datetime64[D]"))
    same = all(np.allclose(w.f107[w.rows(days)], ways[0].f107[ways[0].rows(days)]) for w in ways)
    return ways[:1] if same else ways


def _ballistic(sets: ElementSets, rows: list[Any], newest: ElementSets, orbit: Orbit, past: Activity) -> Ballistic:
    """Each piece's own B, drawn towards the spread of its cloud by as much as it is uncertain."""
    axis = np.where(np.isfinite(orbit.sma_km), orbit.sma_km, 7000.0)
    unit = decay.sinking_km_day(newest.epoch_utc, axis, newest.eccentricity, *_angles(newest), past)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = orbit.sinking_km_day / unit
        error = np.hypot(SIGMA_LN_SET, RATE_NOISE_KM_DAY / np.abs(orbit.sinking_km_day))
    origin = np.full(len(rows), "set", dtype=object)
    for k, own in enumerate(rows):
        if len(own) > 2 and (found := _from_history(sets.take(own), past)) is not None:
            value[k], spread = found
            error[k], origin[k] = np.hypot(SIGMA_LN_HISTORY, spread), "history"
    own_b = np.isfinite(value) & (value > 0.0) & np.isfinite(error)
    ln_b = np.log(np.where(own_b, value, 1.0))
    centre, width = _cloud(ln_b[own_b], error[own_b])
    weight = np.where(own_b, width**2 / (width**2 + np.where(own_b, error, 1.0) ** 2), 0.0)
    origin[~own_b] = "cloud"
    middle = weight * ln_b + (1.0 - weight) * centre
    sigma = np.where(own_b, error * np.sqrt(weight), width)
    return Ballistic(middle, sigma, tuple(origin.tolist()))


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
    each: list[Ballistic],
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
    lives = np.full((len(ways), m, len(usable)), np.nan)
    for k, activity in enumerate(ways):
        b = np.concatenate([np.exp(each[k % len(each)].ln_b[which]) * f for f in MULTIPLES])
        fall = decay.fall(epoch, a, e, inc, raan, argp, b, activity, until_days=FURTHER * days)
        lives[k][:, which] = np.log(np.maximum(fall.days, 1e-3)).reshape(m, n)
    return lives


def turning_point(lives: Floats, ln_days: Floats) -> Floats:
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
