"""One object's element sets made ready to be described: in order, without wild sets, as angles that do not wrap.

Everything is read from mean elements. The rates are those that SGP4 itself computes from each set, the Sun and the Moon
included, so that longitude runs on between sets without a bias (J2 alone leaves 0.0066 deg/day in GEO).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.detect.burns import Untold
from hoshimori.detect.neighbourhood import last_of_each_fit
from hoshimori.errors import UsageError
from hoshimori.facts import Bools, DataMode, ElementSets, Floats, Times
from hoshimori.findings import Reason, iso
from hoshimori.sky import orbits, secular, time

LEAST_SETS = 5
DAY = np.timedelta64(86_400_000_000, "us")
LONG_GAP_DAYS = 180.0
"""A habit is not carried over a longer hole in the record: two of the longest station-keeping cycles seen in GEO (90 days)."""
EARTH_RADIUS_KM = 6378.135
EARTH_RATE_DEG_DAY = 360.9856473
WILD_FLOOR = np.array([3.0, 0.1, 0.1, 1.0])
"""Below these jumps of semi-major axis [km], inclination, node times sin(i) and phase [deg] no set is called wild."""
WILD_SIGMAS = 10.0
AGREEMENT = 0.2
"""Neighbours agree against a set when they differ by less than this share of its jumps (as in `soundness`)."""
MIXED = 0.2
"""More contradicted sets than this share, and the record is of two objects."""
PLANE_JUMP_DEG = 5.0
"""A jump of the plane between two sets that no satellite makes: 270 m/s in GEO, 650 m/s in LEO. Fengyun-2D and 2E made 1.6."""
PHASE_JUMP_DEG, PHASE_SHARE = 2.0, 0.01
"""A jump along the orbit that neither one burn explains nor two that undo each other between two sets and change the mean motion
by a hundredth in between: 10 m/s each way in GEO, 25 m/s in LEO."""
REENTRY_PERIGEE_KM = 300.0
REENTRY_KM_DAY = 4.0
"""Below 300 km the air thins by e every 25 to 50 km (CIRA-2012): falling faster,
it comes down within about ten days."""
LOWEST_PERIGEE_KM = 150.0
"""No satellite keeps a lower orbit: the lowest ever kept was 167.4 km (JAXA, SLATS, 2019)."""


@dataclass(frozen=True)
class Record:
    """Columns (n,) of one object's kept sets, in order of time. Angles in degrees, never wrapped; days since the first set.

    phase_deg: node + argument of perigee + mean anomaly. longitude_deg: phase less sidereal time. drift_deg_day: the rate of
    longitude. natural_deg_day2: its rate of change by the Earth's triaxiality, 0 where the theory has none. i_deg, e: (n, 2)
    vectors of inclination (along the node) and eccentricity (along node + perigee).
    """

    norad_id: int
    t_utc: Times
    day: Floats
    motion_rev_day: Floats
    sma_km: Floats
    ecc: Floats
    inc_deg: Floats
    raan_deg: Floats
    argp_deg: Floats
    phase_deg: Floats
    longitude_deg: Floats
    drift_deg_day: Floats
    natural_deg_day2: Floats
    data_mode: DataMode
    reasons: tuple[Reason, ...]

    def __len__(self) -> int:
        return len(self.day)

    @property
    def i_deg(self) -> Floats:
        node = np.radians(self.raan_deg)
        return np.stack((self.inc_deg * np.cos(node), self.inc_deg * np.sin(node)), axis=1)

    @property
    def e(self) -> Floats:
        perigee = np.radians(self.raan_deg + self.argp_deg)
        return np.stack((self.ecc * np.cos(perigee), self.ecc * np.sin(perigee)), axis=1)


def read(sets: ElementSets) -> Record | Untold:
    """The record of one object, in any order, or why nothing can be said. UsageError for several catalogue numbers."""
    numbers = np.unique(sets.norad_id)
    if len(numbers) > 1:
        raise UsageError(f"a pattern is of one object: got element sets of {len(numbers)} catalogue numbers, ask for each alone")
    number = int(numbers[0]) if len(numbers) else -1
    usable = sets.take(~np.isnat(sets.epoch_utc))
    usable = last_of_each_fit(usable.take(np.argsort(usable.epoch_utc, kind="stable")))
    satellites = _prepared(usable)
    usable, satellites = usable.take(satellites.error == 0), satellites.take(satellites.error == 0)
    if len(usable) < LEAST_SETS:
        return Untold(number, Reason("few sets for a pattern", {"sets": float(len(usable)), "least": float(LEAST_SETS)}))
    start = _after_long_gap(usable.epoch_utc)
    reasons = _gap_reasons(usable.epoch_utc, start)
    if len(usable) - start < LEAST_SETS:
        since = iso(usable.epoch_utc[start])
        return Untold(number, Reason("long gap", {"since": since, "sets": float(len(usable) - start)}))
    return _judged(number, usable.take(slice(start, None)), satellites.take(slice(start, None)), reasons)


def more(sets: ElementSets) -> Record | None:
    """Sets to be judged one by one: in order, without what SGP4 cannot use, wild sets included; None where nothing is left."""
    usable = sets.take(~np.isnat(sets.epoch_utc))
    usable = last_of_each_fit(usable.take(np.argsort(usable.epoch_utc, kind="stable")))
    satellites = _prepared(usable)
    sound = satellites.error == 0
    return _columns(int(usable.norad_id[0]), usable.take(sound), satellites.take(sound), ()) if sound.any() else None


def _prepared(sets: ElementSets) -> orbits.Satellites:
    s = sets
    motion, angles = s.mean_motion_rev_day, (s.inc_deg, s.raan_deg, s.argp_deg, s.ma_deg)
    return orbits.prepare(s.epoch_utc, motion, s.eccentricity, *angles, s.bstar_per_er)


def _after_long_gap(t_utc: Times) -> int:
    """The first row after the last hole in the record."""
    holes = np.flatnonzero(np.diff(t_utc) / DAY > LONG_GAP_DAYS)
    return int(holes[-1]) + 1 if len(holes) else 0


def _gap_reasons(t_utc: Times, start: int) -> tuple[Reason, ...]:
    if start == 0:
        return ()
    days = float((t_utc[start] - t_utc[start - 1]) / DAY)
    return (Reason("record before a long gap left out", {"days": days, "since": iso(t_utc[start])}),)


def _judged(number: int, sets: ElementSets, satellites: orbits.Satellites, reasons: tuple[Reason, ...]) -> Record | Untold:
    """Wild sets go; a record of two objects, or of one that comes down, is not described."""
    steps = _steps(sets, satellites)
    wild = _wild(steps)
    share = float(wild.mean())
    if wild.sum() >= 2 and share > MIXED:
        return Untold(number, Reason("two objects under one number", {"share": share, "sets": float(len(sets))}))
    sets, satellites = sets.take(~wild), satellites.take(~wild)
    if wild.any():
        reasons = (*reasons, Reason("wild sets left out", {"sets": float(wild.sum())}))
    if len(sets) < LEAST_SETS:
        return Untold(number, Reason("few sets for a pattern", {"sets": float(len(sets)), "least": float(LEAST_SETS)}))
    record = _columns(number, sets, satellites, reasons)
    trouble = _reentering(record) or _impossible(sets, satellites)
    return Untold(number, trouble) if trouble else record


def _rates(satellites: orbits.Satellites) -> dict[str, Floats]:
    """Degrees a day: secular rates of SGP4, the Sun and Moon's where the orbit is deep."""
    node, perigee, anomaly = (np.degrees(rate) for rate in secular.rates(satellites))
    return {"node": node, "perigee": perigee, "phase": anomaly + node + perigee}


def _steps(sets: ElementSets, satellites: orbits.Satellites) -> Floats:
    """(n - 1, 4) what changes from set to set beyond the rates: semi-major axis, inclination, node times sin(i), phase."""
    days = np.diff(sets.epoch_utc) / DAY
    rate = _rates(satellites)
    sin_i = np.sin(np.radians(sets.inc_deg))
    phase = sets.raan_deg + sets.argp_deg + sets.ma_deg
    node_step = halved(np.diff(sets.raan_deg) - _between(rate["node"]) * days) * _between(sin_i)
    phase_step = halved(np.diff(phase) - _between(rate["phase"]) * days)
    sma_km = secular.semi_major_axis_km(satellites)
    return np.stack((np.diff(sma_km), np.diff(sets.inc_deg), node_step, phase_step), axis=1)


def _wild(steps: Floats) -> Bools:
    """(n,) sets that both neighbours contradict while these agree with each other, in any of the four columns."""
    into, out_of = steps[:-1], steps[1:]
    usual = WILD_SIGMAS * 1.4826 * np.median(np.abs(steps), axis=0)
    smaller = np.minimum(np.abs(into), np.abs(out_of))
    alone = (smaller > np.maximum(WILD_FLOOR, usual)) & (np.abs(into + out_of) < AGREEMENT * smaller)
    mixed = (np.abs(steps) > WILD_FLOOR).mean(axis=0) > 2.0 * MIXED  # then the usual step is the jump between the two
    if mixed.any():
        alone |= (smaller > WILD_FLOOR) & (np.abs(into + out_of) < AGREEMENT * smaller) & mixed
    return np.concatenate(([False], alone.any(axis=1), [False]))


def _impossible(sets: ElementSets, satellites: orbits.Satellites) -> Reason | None:
    """A jump of the plane, or along the orbit, that no satellite makes: here the number passed to another object.

    Along the orbit a burn somewhere between two sets leaves at most half the change of rate times the gap.
    """
    steps, days = _steps(sets, satellites), np.diff(sets.epoch_utc) / DAY
    plane = np.hypot(steps[:, 1], steps[:, 2])
    if plane.max() > PLANE_JUMP_DEG:
        at = int(np.argmax(plane))
        return Reason("plane jump", {"deg": float(plane[at]), "when": iso(sets.epoch_utc[at + 1])})
    burnt = 0.5 * np.abs(np.diff(_rates(satellites)["phase"])) * days
    undone = PHASE_SHARE * 360.0 * _between(sets.mean_motion_rev_day) * days
    unexplained = np.abs(steps[:, 3]) - burnt - undone
    if unexplained.max() > PHASE_JUMP_DEG:
        at = int(np.argmax(unexplained))
        return Reason("phase jump", {"deg": float(steps[at, 3]), "days": float(days[at]), "when": iso(sets.epoch_utc[at + 1])})
    return None


def _columns(number: int, sets: ElementSets, satellites: orbits.Satellites, reasons: tuple[Reason, ...]) -> Record:
    day = (sets.epoch_utc - sets.epoch_utc[0]) / DAY
    rate = _rates(satellites)
    phase = _unwrapped(sets.raan_deg + sets.argp_deg + sets.ma_deg, rate["phase"], day)
    turned = np.degrees(time.gmst_rad(sets.epoch_utc[:1])[0]) + EARTH_RATE_DEG_DAY * day
    sidereal = turned + halved(np.degrees(time.gmst_rad(sets.epoch_utc)) - turned)
    longitude = phase - sidereal
    longitude -= 360.0 * np.floor(longitude[0] / 360.0)
    return Record(
        norad_id=number,
        t_utc=sets.epoch_utc,
        day=day,
        motion_rev_day=sets.mean_motion_rev_day,
        sma_km=secular.semi_major_axis_km(satellites),
        ecc=sets.eccentricity,
        inc_deg=sets.inc_deg,
        raan_deg=_unwrapped(sets.raan_deg, rate["node"], day),
        argp_deg=_unwrapped(sets.argp_deg, rate["perigee"], day),
        phase_deg=phase,
        longitude_deg=longitude,
        drift_deg_day=rate["phase"] - EARTH_RATE_DEG_DAY,
        natural_deg_day2=_triaxial(satellites, np.radians(longitude)),
        data_mode=DataMode(int(sets.data_mode.max())),
        reasons=reasons,
    )


def _triaxial(satellites: orbits.Satellites, longitude_rad: Floats) -> Floats:
    """Drift gained a day from the Earth's triaxial shape, deg/day2, as SGP4 has it for one-day orbits; 0 for others.

    Reference: Hujsak 1979, in AIAA 2006-6753 (terms del1, del2, del3 of the synchronous resonance).
    """
    table = satellites.table
    pull = (
        table["del1"] * np.sin(longitude_rad - 0.13130908)
        + table["del2"] * np.sin(2.0 * (longitude_rad - 2.8843198))
        + table["del3"] * np.sin(3.0 * (longitude_rad - 0.37448087))
    )
    return np.where(table["resonance"] == 1, np.degrees(pull * 1440.0**2), 0.0)


def _reentering(record: Record) -> Reason | None:
    """Is it coming down? From the newest days alone: what it did before does not matter."""
    perigee_km = float(np.sort((record.sma_km * (1.0 - record.ecc))[-3:])[1]) - EARTH_RADIUS_KM
    newest = record.day >= record.day[-1] - 5.0
    newest[-3:] = True
    span = float(np.ptp(record.day[newest]))
    rate = float(record.sma_km[-1] - record.sma_km[newest][0]) / span
    if perigee_km < LOWEST_PERIGEE_KM or (perigee_km < REENTRY_PERIGEE_KM and rate < -REENTRY_KM_DAY):
        return Reason("re-entering", {"perigee_km": perigee_km, "km_day": rate})
    return None


def halved(angle_deg: Floats) -> Floats:
    """To -180..180."""
    return np.asarray(angle_deg - 360.0 * np.rint(angle_deg / 360.0))


def _between(x: Floats) -> Floats:
    return np.asarray(0.5 * (x[1:] + x[:-1]))


def _unwrapped(angle_deg: Floats, rate_deg_day: Floats, day: Floats) -> Floats:
    """Angles that run on: whole turns between two sets are those that the mean of their rates gives."""
    expected = _between(rate_deg_day) * np.diff(day)
    advance = expected + halved(np.diff(angle_deg) - expected)
    return np.asarray(angle_deg[0] + np.concatenate(([0.0], np.cumsum(advance))))
