"""A sky with planted burns: element sets as the public gets them, and the truth of who burnt, when and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.exercise.air import STORM_DAYS, Air
from hoshimori.exercise.arcs import US_PER_DAY, Track
from hoshimori.exercise.equinoctial import Impulse, from_equinoctial
from hoshimori.exercise.fits import Fitted, fitted
from hoshimori.exercise.fleet import Role, fleet
from hoshimori.exercise.flight import Made, fly
from hoshimori.exercise.floors import Floor, floor
from hoshimori.exercise.mischief import mischief
from hoshimori.exercise.nuisances import Nuisance, spoilt
from hoshimori.exercise.publication import lags_us, rounded
from hoshimori.exercise.stage import LEARNING_DAYS, SETTLING_DAYS, Stage
from hoshimori.exercise.streams import stream
from hoshimori.facts import DataMode, ElementSets, KnownBasis

DEFAULT_SEED = 20261121
DEFAULT_START_UTC = np.datetime64("2026-01-01T00:00:00", "us")
MIN_DAYS, MAX_DAYS = 80, 400

DUE_SETS = 2
"""A promised burn is due when so many sets after the first that follows it are known."""


@dataclass(frozen=True)
class PlantedBurn:
    """A burn that was made. `t_utc` is its middle; `start_utc` and `stop_utc` differ where the thrust lasted.

    dv_rtn_m_s: R, T, N. `promised`: in-track or cross-track it is above the object's floor there and then. `due_utc`: when
    the set two after the first post-burn set was known (all three of them); of a ramp, the first set after its sum has passed
    the floor. NaT where the record ends before, and then nothing is promised.
    """

    norad_id: int
    t_utc: np.datetime64
    start_utc: np.datetime64
    stop_utc: np.datetime64
    dv_rtn_m_s: Impulse
    kind: str
    floor_in_track_m_s: float
    floor_cross_track_m_s: float
    promised: bool
    due_utc: np.datetime64


@dataclass(frozen=True)
class BurningTruth:
    """The answers. `tracks` are where each object truly was, under its number before any swap; `object_days` what was watched."""

    seed: int
    start_utc: np.datetime64
    stop_utc: np.datetime64
    planted: tuple[PlantedBurn, ...]
    floors: Mapping[int, Floor]
    regimes: Mapping[int, str]
    nuisances: tuple[Nuisance, ...]
    storm_start_utc: np.datetime64
    storm_stop_utc: np.datetime64
    object_days: float
    tracks: Mapping[int, Track]


@dataclass(frozen=True)
class BurningSky:
    """`sets`, sorted by (norad_id, epoch_utc), are what a watch may read; `truth` is for the judge alone."""

    sets: ElementSets
    truth: BurningTruth


def burning_sky(*, seed: int = DEFAULT_SEED, start_utc: np.datetime64 = DEFAULT_START_UTC, days: int = 100) -> BurningSky:
    """67 objects in LEO, MEO, GEO and HEO over `days` days, every record marked EXERCISE; the same seed gives the same sets.

    Nobody burns in the first 20 days nor in the last 7. A storm lasts two days from the middle on. Nothing in it is real. Takes
    about 0.1 s for each day of the sky.
    Raises UsageError: a negative seed, not a time, or days outside 80 to 400.
    """
    stage = _stage(seed, start_utc, days)
    air = Air(seed, stage.start_us, stage.stop_us, (stage.start_us + stage.stop_us) // 2)
    roles = fleet(stage)
    flown = [fly(role.course, air) for role in roles]
    fits = [_tracked(role, track, air, seed) for role, (track, _) in zip(roles, flown, strict=True)]
    sets = ElementSets.concat([_published(seed, role, fit) for role, fit in zip(roles, fits, strict=True)])
    nuisances = mischief(stage, roles)
    for nuisance in nuisances:
        sets = spoilt(sets, nuisance)
    sets = sets.take(np.lexsort((sets.epoch_utc, sets.norad_id)))
    floors = {role.course.norad_id: _floor(role, fit, air, seed) for role, fit in zip(roles, fits, strict=True)}
    planted = [_planted(m, floors[r.course.norad_id], sets) for r, (_, made) in zip(roles, flown, strict=True) for m in made]
    storm_us = air.storm_us
    truth = BurningTruth(
        seed=seed,
        start_utc=_utc(stage.start_us),
        stop_utc=_utc(stage.stop_us),
        planted=tuple(planted),
        floors=floors,
        regimes={role.course.norad_id: role.regime for role in roles},
        nuisances=nuisances,
        storm_start_utc=_utc(storm_us),
        storm_stop_utc=_utc(storm_us + int(STORM_DAYS * US_PER_DAY)),
        object_days=object_days(sets),
        tracks={track.norad_id: track for track, _ in flown},
    )
    return BurningSky(sets, truth)


def object_days(sets: ElementSets) -> float:
    """Days between the first and the last set of every object, summed. Sets sorted by object and epoch."""
    edges = np.flatnonzero(np.diff(sets.norad_id, prepend=-1, append=-1))
    spans = sets.epoch_utc[edges[1:] - 1] - sets.epoch_utc[edges[:-1]]
    return float((spans / np.timedelta64(1, "D")).sum())


def _stage(seed: int, start_utc: np.datetime64, days: int) -> Stage:
    if seed < 0:
        raise UsageError(f"burning sky: seed={seed}: a whole number from 0 is expected")
    if not MIN_DAYS <= days <= MAX_DAYS:
        needed = f"{LEARNING_DAYS:.0f} without burns at the start, {SETTLING_DAYS:.0f} at the end, and the plays between"
        raise UsageError(f"burning sky: days={days}: {MIN_DAYS} to {MAX_DAYS} are expected ({needed})")
    if np.isnat(start_utc):
        raise UsageError("burning sky: start_utc is not a time: give one such as np.datetime64('2026-01-01T00:00')")
    start_us = int(start_utc.astype("datetime64[us]").astype(np.int64))
    return Stage(seed, start_us, start_us + days * US_PER_DAY)


def _tracked(role: Role, track: Track, air: Air, seed: int) -> Fitted:
    return fitted(seed, track, role.tracking, role.course.bstar_per_er, air, role.course.stop_us)


def _floor(role: Role, fits: Fitted, air: Air, seed: int) -> Floor:
    """From the quiet twin: the same course, looks and errors, without the burns. Who does not burn is its own twin."""
    if role.course.plans:
        track, _ = fly(role.course.without_burns(), air)
        fits = _tracked(role, track, air, seed)
    return floor(role.course.norad_id, fits)


def _published(seed: int, role: Role, fits: Fitted) -> ElementSets:
    count = len(fits.epoch_us)
    means = [from_equinoctial(x) for x in fits.x]
    elements = np.array([(m.n_rad_min, m.ecc, m.inc, m.raan, m.argp, m.ma) for m in means]).T
    known_us = fits.epoch_us + lags_us(stream(seed, role.course.name, "lags"), count)
    return ElementSets.build(
        {
            "norad_id": np.full(count, role.course.norad_id, np.int64),
            "epoch_utc": fits.epoch_us.astype("datetime64[us]"),
            "known_utc": known_us.astype("datetime64[us]"),
            "known_basis": np.full(count, KnownBasis.OBSERVED, np.uint8),
            "name": np.full(count, role.course.name, object),
            "bstar_per_er": [float(f"{b:.4e}") for b in fits.bstar_per_er],
            "element_set_no": np.full(count, 999, np.int32),
            **rounded(elements),
        },
        data_mode=DataMode.EXERCISE,
    )


def _planted(made: Made, limit: Floor, sets: ElementSets) -> PlantedBurn:
    _, along, across = made.dv_rtn_m_s
    floors = limit.in_track_m_s(made.gain), limit.cross_track_m_s(made.arm_km_s)
    above = max(abs(along) / floors[0], abs(across) / floors[1])
    plan = made.plan
    shown_us = plan.start_us + (int(plan.duration_us / above) if above >= 1.0 else plan.duration_us)
    due = due_utc(sets.take(sets.norad_id == limit.norad_id), _utc(shown_us))
    return PlantedBurn(
        norad_id=limit.norad_id,
        t_utc=_utc(plan.start_us + plan.duration_us // 2),
        start_utc=_utc(plan.start_us),
        stop_utc=_utc(plan.start_us + plan.duration_us),
        dv_rtn_m_s=made.dv_rtn_m_s,
        kind=plan.kind,
        floor_in_track_m_s=floors[0],
        floor_cross_track_m_s=floors[1],
        promised=above >= 1.0 and not np.isnat(due),
        due_utc=due,
    )


def due_utc(sets: ElementSets, t_utc: np.datetime64) -> np.datetime64:
    """When the first set of one object after a time and the next `DUE_SETS` were all known; NaT where there are fewer."""
    after = np.flatnonzero(sets.epoch_utc > t_utc)[: DUE_SETS + 1]
    return sets.known_utc[after].max() if len(after) > DUE_SETS else np.datetime64("NaT", "us")


def _utc(t_us: int) -> np.datetime64:
    return np.datetime64(t_us, "us")
