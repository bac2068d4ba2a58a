"""Who of a cloud is still up at a later date: B from the sets, drag under what the Sun may do, and the odds of each piece.

For each piece: its B = Cd A/m with its error, and its lifetime for several multiples of B under each scenario of activity
(detect/survival_lives.py). B is off by a factor that is lognormal; so is the air. P(up) is the chance that the factor stays
below the one that would have brought the piece down by then, averaged over the scenarios.

Up is not catalogued: pieces in orbit are lost. `loss_per_year` says how often, as learnt on one cloud; `p_catalogued` has it.
Assumes: no burns, one constant B, no Sun and Moon, scenarios equally likely, errors of different pieces independent but for
the scenario.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import erf
from typing import Any

import numpy as np

from hoshimori.declared.activity import SpaceWeather
from hoshimori.detect.survival_lives import ECCENTRIC, FURTHER, YEAR_DAYS, Lives, lifetimes, turning_point
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode, ElementSets, Floats
from hoshimori.findings import Reason
from hoshimori.sky.atmosphere import Activity

SCHEMA = "hoshimori.survival/1"
FINE = 200


@dataclass(frozen=True)
class Settings:
    """What was learnt and on what: the bench prints it, and no figure of the cloud that is scored is in it.

    b_factor: by how much B from sets is to be multiplied, which takes up what the air model errs by; sigma_scale: on
    the assumed error of ln B; sigma_ln_air: error of the
    air's logarithm beyond the scenarios, and of the same without any space weather; loss_per_year: rate at which pieces that are
    up leave the catalogue.
    """

    b_factor: float = 1.0
    sigma_scale: float = 0.85
    sigma_ln_air: float = 0.0
    sigma_ln_unknown_air: float = 0.7
    loss_per_year: float = 0.002
    learnt_on: str = "iridium33, cosmos2251, fengyun1c"


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
    found = lifetimes(sets, at_utc, known, weather, activities)
    known_air = weather is not None or activities is not None
    if not known_air:
        settings = replace(settings, sigma_ln_air=settings.sigma_ln_unknown_air)
    return judged(found, settings, at_utc, known, weather, known_air=known_air)


def judged(
    found: Lives,
    settings: Settings,
    at_utc: np.datetime64,
    as_of_utc: np.datetime64,
    weather: SpaceWeather | None,
    *,
    known_air: bool,
) -> Survival:
    """The odds from lifetimes that are at hand."""
    newest, orbit, ballistic, usable, years = found.newest, found.orbit, found.ballistic, found.usable, found.days / YEAR_DAYS
    up = chance_up(found, settings)  # (ways, n)
    p_up = np.where(usable, up.mean(axis=0), np.nan)
    kept = np.exp(-settings.loss_per_year * years)
    low, middle, high = _quantiles(found, settings)
    chances = tuple(
        Chance(
            norad_id=int(newest.norad_id[k]),
            epoch_utc=newest.epoch_utc[k],
            at_utc=at_utc,
            p_up=float(p_up[k]),
            p_catalogued=float(p_up[k] * kept[k]),
            lifetime_days=(float(low[k]), float(middle[k]), float(high[k])),
            b_m2_kg=float(np.exp(ballistic.ln_b[k]) * settings.b_factor),
            sigma_ln_b=float(settings.sigma_scale * ballistic.sigma[k]),
            b_origin=ballistic.origin[k],
            perigee_km=float(orbit.perigee_km[k]),
            why=_why(ballistic.origin[k], float(settings.sigma_scale * ballistic.sigma[k]), bool(usable[k]), not known_air),
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
        as_of_utc,
        settings,
        weather.to_json() if weather else None,
    )


def _number(x: float, digits: int) -> float | None:
    return round(x, digits) if np.isfinite(x) else None


def chance_up(lives: Lives, settings: Settings, days: Floats | None = None) -> Floats:
    """(ways, n) probability to be up after days (n,), by default at T."""
    turn = turning_point(lives.ln_days, np.log(np.maximum(lives.days if days is None else days, 1e-3)))
    sigma = np.hypot(settings.sigma_scale * lives.ballistic.sigma, settings.sigma_ln_air)
    return _normal((turn - np.log(settings.b_factor)) / sigma)


def _normal(z: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.vectorize(erf, otypes=[np.float64])(z / np.sqrt(2.0))))


def _quantiles(lives: Lives, settings: Settings) -> tuple[Floats, Floats, Floats]:
    """Lifetimes (n,) by which 10, 50 and 90 % are down; inf where fewer are within the time computed."""
    n = len(lives.days)
    grid = np.linspace(np.log(0.01), np.log(FURTHER * float(lives.days.max())), FINE)
    down = np.stack([1.0 - chance_up(lives, settings, np.full(n, np.exp(g))).mean(axis=0) for g in grid])
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


def _why(origin: str, sigma: float, usable: bool, no_weather: bool) -> tuple[Reason, ...]:
    if not usable:
        return (Reason("survival cannot tell", {"limit": ECCENTRIC}),)
    reasons = [Reason(f"b from {origin}", {"sigma": round(sigma, 2)})]
    if no_weather:
        reasons.append(Reason("air taken as mean", {}))
    return tuple(reasons)
