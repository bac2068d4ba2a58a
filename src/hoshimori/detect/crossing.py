"""Which watched satellites a cloud of fragments comes near: in the coming days by its own sets, in months and years by flux.

Three answers stand side by side, because none says it all. The fragments' sets are flown against the assets: who passes, when, at
what distance ± sigma. The flux of the same fragments says how often that is to be expected, and goes on when the sets are too old
to fly: it follows their sinking and the turning of their planes. The same flux of everything else in the view is what to compare
it with. Pieces too small for the catalogue enter as a factor of a model, stated apart and never added.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from hoshimori.detect.close_approaches import Approaches, close_approaches
from hoshimori.detect.crossing_future import ballistic_m2_kg, followed_by, newest, orbits_of, sinking
from hoshimori.detect.crossing_record import LEVELS, YEAR_S, AssetHazard, Hazard, Passage, Passages, Reach, Unseen
from hoshimori.errors import DataError, UsageError
from hoshimori.facts import Bools, DataMode, ElementSets, Floats, Ints
from hoshimori.findings import Reason
from hoshimori.ports import Progress, silent
from hoshimori.sky import flux
from hoshimori.sky.atmosphere import Activity
from hoshimori.sky.flux import Orbits, Phase
from hoshimori.sky.fragmentation import COLLISION_EXPONENT, EXPLOSION_EXPONENT
from hoshimori.tracking.classes import class_sigma_rtn_km

LEAST_FRAGMENTS = 2
CATALOGUE = 1000
"""A view of fewer objects than this is not taken for the whole population: nothing is compared with it."""
SWING_KM = 5.0
"""How far mean and true heights lie apart within weeks (J2, J3), one sigma: see sky/flux.py."""
CERTAIN = 3.0
SAME_PLANE_RAD, SAME_AXIS_KM = np.radians(0.2), 3.0
"""What flies so near to an asset's own orbit flies with it: docked modules, formations. It is no part of what passes."""
PHASES = ("ellipsoid", "ring", "torus", "shell")
MOMENTS = 8
"""Moments of a window at which the flux of crossing tracks is taken."""
US_PER_DAY = np.timedelta64(86_400_000_000, "us")


@dataclass(frozen=True)
class Settings:
    """days: those at which the flux is told. area_m2: the cross-section that expected impacts are for. f107, ap: activity of
    each of `LEVELS`. seasons_days: until then planes and perigees are taken as those that today's orbits lead to.
    unseen_from_m, tracked_from_m: see `Unseen`. nearest: passages told one by one. flown: at most so many fragments are flown.
    """

    window_days: float = 7.0
    within_km: float = 10.0
    days: tuple[float, ...] = (0.0, 1.0, 7.0, 30.0, 90.0, 365.0, 1095.0, 3650.0)
    area_m2: float | None = None
    assumed_area_m2: float = 10.0
    f107: tuple[float, float, float] = (70.0, 120.0, 200.0)
    ap: tuple[float, float, float] = (6.0, 10.0, 18.0)
    unseen_from_m: float = 0.01
    tracked_from_m: float = 0.1
    seasons_days: float = 30.0
    nearest: int = 5
    flown: int = 250

    def __post_init__(self) -> None:
        if not self.days or self.days[0] < 0.0 or any(b <= a for a, b in zip(self.days, self.days[1:], strict=False)):
            raise UsageError(f"hazard: days={self.days}: expected rising numbers from 0 on")
        for name in ("window_days", "within_km", "assumed_area_m2", "unseen_from_m", "tracked_from_m"):
            if not getattr(self, name) > 0.0:
                raise UsageError(f"hazard: {name}={getattr(self, name)}: expected more than 0")
        if self.area_m2 is not None and not self.area_m2 > 0.0:
            raise UsageError(f"hazard: area_m2={self.area_m2}: expected more than 0 m2, or None for {self.assumed_area_m2}")


def crossings(
    cloud: ElementSets,
    sets: ElementSets,
    watched: Sequence[int],
    start_utc: np.datetime64,
    *,
    settings: Settings | None = None,
    activity: Activity | None = None,
    names: Mapping[int, str] | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> Hazard:
    """The hazard of the fragments `cloud` to the `watched` numbers from `start_utc` on.

    sets: all that is known beside the cloud: the assets, and for comparison the whole catalogue; fragments in it are left out.
    activity: of the Sun as observed and forecast; without it a middling one is assumed for today, and said to be.
    """
    began = time.perf_counter()
    chosen = settings or Settings()
    start = start_utc.astype("datetime64[us]")
    pieces = newest(cloud)
    if len(pieces) < LEAST_FRAGMENTS:
        raise DataError(f"hazard: {len(pieces)} fragments: expected {LEAST_FRAGMENTS} or more to speak of a cloud")
    others = newest(sets.take(~np.isin(sets.norad_id, pieces.norad_id)))
    own = others.take(np.isin(others.norad_id, list(watched)))
    progress("fragments against assets", 0, 3)
    near, lost, silent_own = _passages(cloud, sets, own, start, chosen, workers)
    progress("flux in years", 1, 3)
    orbits, targets = orbits_of(pieces, start), orbits_of(own, start)
    seen = _Future.of(pieces, orbits, targets, activity, chosen, start)
    progress("flux of everything else", 2, 3)
    background = _background(others, own, targets, start)
    reaches = _reach(pieces, own, orbits, targets, start, chosen)
    called = {int(k): str(n) for k, n in zip(own.norad_id, own.name, strict=True)} | dict(names or {})
    assets = []
    for k, number in enumerate(own.norad_id.tolist()):
        passages = _told(None if number in silent_own else near, number, float(seen.first[k]) / YEAR_S, chosen)
        rows = tuple(tuple((level[:, k]).tolist()) for level in seen.flux)
        reach = _from_day(reaches[k], chosen.days, seen.flux[:, :, k])
        assets.append(
            AssetHazard(number, called.get(number, ""), reach, passages, rows, float(background[k]), float(seen.speed[k]))
        )
    missing = tuple(str(n) for n in watched if n not in set(own.norad_id.tolist()))
    ratio = chosen.tracked_from_m / chosen.unseen_from_m
    unseen = Unseen(chosen.unseen_from_m, chosen.tracked_from_m, ratio**EXPLOSION_EXPONENT, ratio**COLLISION_EXPONENT)
    modes = {*pieces.data_mode.tolist(), *own.data_mode.tolist()}
    phase = flux.phase(orbits)
    return Hazard(
        start_utc=start,
        stop_utc=start + _days(chosen.window_days),
        within_km=chosen.within_km,
        fragments=len(pieces),
        not_screened=lost,
        phase=phase,
        days=chosen.days,
        phases=seen.phases,
        basis=seen.basis,
        still_up=seen.still_up,
        background_objects=len(others),
        area_m2=chosen.area_m2 or chosen.assumed_area_m2,
        area_assumed=chosen.area_m2 is None,
        activity_assumed=activity is None,
        unseen=unseen,
        assets=tuple(assets),
        without_orbit=missing,
        cannot_exclude=_doubts(phase, chosen, activity, unseen, seen.usual_b),
        data_mode=DataMode(max(modes)),
        seconds=time.perf_counter() - began,
    )


@dataclass(frozen=True)
class _Future:
    """flux: (levels, days, assets) per km2 and year; first: (assets,) over the window; speed: (assets,) km/s."""

    flux: Floats
    phases: tuple[str, ...]
    basis: tuple[str, ...]
    still_up: tuple[tuple[float, ...], ...]
    first: Floats
    speed: Floats
    usual_b: int

    @classmethod
    def of(
        cls,
        pieces: ElementSets,
        orbits: Orbits,
        targets: Orbits,
        activity: Activity | None,
        chosen: Settings,
        start: np.datetime64,
    ) -> _Future:
        middle = LEVELS.index("middle")
        today = followed_by(activity, chosen.f107[middle], chosen.ap[middle], start)
        b, usual = ballistic_m2_kg(pieces, today)
        days = np.array(chosen.days)
        rates, phases, bases = np.full((len(LEVELS), len(days), len(targets.sma_km)), np.nan), [""] * len(days), [""] * len(days)
        airs = [followed_by(activity, f107, ap, start) for f107, ap in zip(chosen.f107, chosen.ap, strict=True)]
        with ThreadPoolExecutor(len(airs)) as pool:
            falls = list(pool.map(lambda air: sinking(pieces, start, b, air, days, chosen.flown), airs))
        for level, down in enumerate(falls):
            before = PHASES[0]
            for d, day in enumerate(chosen.days):
                alive = np.isfinite(down.sma_km[:, d])
                turned = flux.drifted(orbits.take(down.rows[alive]), day)
                now = turned._replace(sma_km=down.sma_km[alive, d], eccentricity=down.eccentricity[alive, d])
                name = _later(before, flux.phase(now).name) if alive.sum() >= LEAST_FRAGMENTS else ""
                before, how = name or before, _how(name, day, chosen)
                found = _rate(now, flux.drifted(targets, day), how, chosen.window_days)[0]
                rates[level, d] = down.weight * found if name else 0.0
                if level == middle:
                    phases[d], bases[d] = name, how
        up = tuple(tuple(np.isfinite(down.sma_km).mean(axis=0).tolist()) for down in falls)
        first, speed = _rate(orbits, targets, _how(flux.phase(orbits).name, 0.0, chosen), chosen.window_days)
        return cls(rates, tuple(phases), tuple(bases), up, first, speed, int(usual.sum()))


def _later(before: str, now: str) -> str:
    """Phases follow one another; what looks like an earlier one is the scatter of a few pieces."""
    return max(before, now, key=PHASES.index)


def _how(phase: str, day: float, chosen: Settings) -> str:
    """By what the flux is computed. Seasons of crossing tracks cannot be timed far ahead: sinking changes how planes turn."""
    if phase in ("", "ellipsoid"):
        return ""
    return "shell" if phase == "shell" or day > chosen.seasons_days else "crossing tracks"


def _rate(pieces: Orbits, targets: Orbits, how: str, window_days: float) -> tuple[Floats, Floats]:
    """(assets,) passages per km2 and year, and their mean speed; NaN where nothing can be said."""
    if not how:
        return np.full(len(targets.sma_km), np.nan), np.full(len(targets.sma_km), np.nan)
    if how == "shell":
        found = [flux.shells(pieces, targets)]
    else:
        moments = (np.arange(MOMENTS) + 0.5) / MOMENTS * window_days
        found = [flux.rings(flux.drifted(pieces, t), flux.drifted(targets, t)) for t in moments]
    rate = np.mean([np.nansum(f.per_km2_s, axis=1) for f in found], axis=0)
    weighted = np.mean([np.nansum(f.per_km2_s * f.speed_km_s, axis=1) for f in found], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(rate * YEAR_S), np.where(rate > 0.0, weighted / rate, np.nan)


def _background(others: ElementSets, own: ElementSets, targets: Orbits, start: np.datetime64) -> Floats:
    """(assets,) flux of all others, per km2 and year, planes and perigees taken as random; NaN where the others are too few."""
    if len(others) < CATALOGUE:
        return np.full(len(own), np.nan)
    orbits = orbits_of(others, start)
    found = flux.shells(orbits, targets).per_km2_s
    found[_together(orbits, targets)] = 0.0
    return np.asarray(found.sum(axis=1) * YEAR_S)


def _together(orbits: Orbits, targets: Orbits) -> Bools:
    """(assets, objects) the asset itself, and what is docked to it or flies in its orbit: planes and axes the same."""
    normal, own = (
        np.stack([np.sin(o.inc_rad) * np.sin(o.raan_rad), -np.sin(o.inc_rad) * np.cos(o.raan_rad), np.cos(o.inc_rad)], axis=1)
        for o in (orbits, targets)
    )
    apart = np.linalg.norm(own[:, None, :] - normal[None, :, :], axis=2)
    return np.asarray((apart < SAME_PLANE_RAD) & (np.abs(targets.sma_km[:, None] - orbits.sma_km[None, :]) < SAME_AXIS_KM))


def _reach(
    pieces: ElementSets, own: ElementSets, orbits: Orbits, targets: Orbits, start: np.datetime64, chosen: Settings
) -> list[Reach]:
    """Of each asset: how far its heights and those of the nearest fragment lie apart in the middle of the window."""
    middle = start + _days(0.5 * chosen.window_days)
    spread, mine = _radial_sigma_km(pieces, middle), _radial_sigma_km(own, middle)
    out = []
    for k in range(len(own)):
        gaps = np.maximum(targets.perigee_km[k] - orbits.apogee_km, orbits.perigee_km - targets.apogee_km[k])
        sigma = np.sqrt(spread**2 + mine[k] ** 2 + SWING_KM**2)
        nearest = int(np.argmin(gaps - CERTAIN * sigma))
        gap, error = float(gaps[nearest]), float(sigma[nearest])
        verdict = "reaches" if gaps.min() <= 0.0 else "cannot tell" if gap <= CERTAIN * error else "cannot reach"
        shown = int(np.argmin(gaps)) if verdict == "reaches" else nearest
        out.append(Reach(verdict, float(gaps[shown]), float(sigma[shown]), int((gaps <= 0.0).sum()), np.nan))
    return out


def _radial_sigma_km(sets: ElementSets, t_utc: np.datetime64) -> Floats:
    age_days = (t_utc - sets.epoch_utc) / np.timedelta64(1, "us") / 86400e6
    return class_sigma_rtn_km(sets.mean_motion_rev_day, sets.eccentricity, age_days, inc_deg=sets.inc_deg)[:, 0]


def _from_day(reach: Reach, days: tuple[float, ...], rates: Floats) -> Reach:
    """The first day at which the flux of any level is above zero."""
    some = np.flatnonzero((np.nan_to_num(rates) > 0.0).any(axis=0))
    since = 0.0 if reach.verdict == "reaches" else days[int(some[0])] if len(some) else np.nan
    return Reach(reach.verdict, reach.gap_km, reach.sigma_km, reach.objects, float(since))


def _passages(
    cloud: ElementSets, sets: ElementSets, own: ElementSets, start: np.datetime64, chosen: Settings, workers: int | None
) -> tuple[Approaches | None, int, set[int]]:
    """Approaches of fragments to assets in the window, how many fragments could not be flown through it, and which assets."""
    if not len(own):
        return None, 0, set()
    mine = sets.take(np.isin(sets.norad_id, own.norad_id))
    both = ElementSets.concat([cloud, mine])
    stop = start + _days(chosen.window_days)
    found = close_approaches(both, start, stop, chosen.within_km, watched=own.norad_id.tolist(), workers=workers)
    of_cloud: Ints = np.unique(cloud.norad_id)
    table = found.table
    met = table.take(np.isin(table.other_norad_id, of_cloud) & ~np.isin(table.norad_id, of_cloud))
    failed = {f.norad_id for f in found.failures}
    return met, len(failed & set(of_cloud.tolist())), failed & set(own.norad_id.tolist())


def _told(near: Approaches | None, number: int, per_km2_s: float, chosen: Settings) -> Passages:
    expected = per_km2_s * np.pi * chosen.within_km**2 * chosen.window_days * 86400.0
    if near is None:
        return Passages(None, None, expected, ())
    mine = near.take(near.norad_id == number)
    order = np.argsort(mine.miss_km)[: chosen.nearest]
    nearest = tuple(
        Passage(
            int(mine.other_norad_id[j]), mine.tca_utc[j], float(mine.miss_km[j]), float(mine.miss_sigma_km[j]),
            float(mine.relative_speed_km_s[j]),
        )
        for j in order
    )  # fmt: skip
    return Passages(len(mine.norad_id), len(np.unique(mine.other_norad_id)), expected, nearest)


def _doubts(phase: Phase, chosen: Settings, activity: Activity | None, unseen: Unseen, usual_b: int) -> tuple[Reason, ...]:
    """What this answer cannot exclude."""
    out = [
        Reason(
            "hazard unseen",
            {"from_m": unseen.from_m, "tracked_m": unseen.tracked_from_m, "low": unseen.times_low, "high": unseen.times_high},
        ),
        Reason("hazard moves"),
        Reason("hazard kept"),
    ]
    if phase.name == "ellipsoid":
        out.append(Reason("hazard together", {"days": phase.closes_days}))
    if phase.name in ("ring", "torus"):
        out.append(Reason("hazard seasons", {"days": phase.spreads_days}))
    if activity is None:
        out.append(Reason("hazard activity", {"f107": chosen.f107[1]}))
    if usual_b:
        out.append(Reason("hazard ballistic", {"objects": float(usual_b)}))
    return tuple(out)


def _days(days: float) -> np.timedelta64:
    return np.timedelta64(round(days * 86400e6), "us")
