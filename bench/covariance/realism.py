"""Do the sigmas hold? Distances of predictions from what came true, in units of the covariance, against chi-square.

A prediction is scored only by a covariance that never saw it: of the object's other years, of a class learnt on other objects, or
of a history without the months around the independent orbit. The share of distances inside the shells that should hold 50, 90 and
95 % is divided by what it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.manoeuvres.truth import SATELLITES, Satellite, element_sets, record
from hoshimori import formats
from hoshimori.detect import manoeuvre
from hoshimori.facts import ElementSets, Ephemeris, Floats, Times
from hoshimori.sky import frames, orbits, relative
from hoshimori.tracking import covariance, differences
from hoshimori.tracking.covariance import ErrorModel

SHELLS = (0.50, 0.90, 0.95)
CHI_SQUARE_3 = np.array([2.365974, 6.251389, 7.814728])
TEST_DAYS = np.array([0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0])
GROUPS = (("up to 1 d", 0.0, 1.4), ("2-3 d", 1.4, 3.9), ("5-7 d", 3.9, 8.4), ("10-14 d", 8.4, 18.0))
MODERN = np.datetime64("2013-01-01", "us")
DAY = np.timedelta64(86_400_000_000, "us")


class Scored(NamedTuple):
    """Predictions: age (k,) days, squared distance (k,) in sigmas over three axes, misses (k, 3) and sigmas (k, 3) in km."""

    age_days: Floats
    distance2: Floats
    miss_km: Floats
    sigma_km: Floats

    @classmethod
    def joined(cls, parts: list[Scored]) -> Scored:
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls._fields))

    def between(self, low: float, high: float) -> Scored:
        mine = (np.abs(self.age_days) >= low) & (np.abs(self.age_days) < high)
        return Scored(*(x[mine] for x in self))

    def ratios(self) -> Floats:
        """(3,) share inside each shell over what it should be."""
        return np.asarray((self.distance2[:, None] <= CHI_SQUARE_3).mean(axis=0) / np.array(SHELLS))


def scored(model: ErrorModel, age_days: Floats, arglat_rad: Floats, miss_rtn_km: Floats) -> Scored:
    c = model.covariance_rtn(age_days, arglat_rad)[:, :3, :3]
    z = np.linalg.solve(np.linalg.cholesky(c), miss_rtn_km[:, :, None])[:, :, 0]
    return Scored(age_days, (z**2).sum(axis=1), miss_rtn_km, np.sqrt(np.diagonal(c, axis1=1, axis2=2)))


def modern(satellite: Satellite, data: Path) -> ElementSets:
    """Since 2013 where there is that much: the fits before are of another kind."""
    sets = element_sets(satellite, data)
    since = sets.epoch_utc >= MODERN
    return sets.take(since) if since.sum() > 300 else sets


def burns(satellite: Satellite, sets: ElementSets, data: Path) -> Times:
    """What the operator recorded, and what hoshimori finds by itself: records of GEO leave out most north-south burns."""
    told = [line.t_utc for line in record(satellite, data) if line.kind != "idle"]
    found = [burn.t_utc for burn in manoeuvre.find(sets).burns]
    return np.sort(np.array([*told, *found], "datetime64[us]"))


def own_later_sets(sets: ElementSets, burns_utc: Times | None, *, ahead: bool = True) -> Scored:
    """Each calendar year predicted with the covariance of all the others, against the later sets of that year: no floor."""
    year = sets.epoch_utc.astype("datetime64[Y]")
    parts = []
    for one in np.unique(year):
        model = covariance.error_model(sets.take(year != one), burns_utc=burns_utc).consistent()
        _, satellites = differences.usable(sets.take(year == one))
        if len(satellites) < 20:
            continue
        found = differences.differences(satellites, TEST_DAYS, burns_utc=burns_utc, ahead=ahead)
        parts.append(scored(model, found.age_days, found.arglat_rad, found.d[:, :3]))
    return Scored.joined(parts)


def by_class(histories: Iterator[ElementSets], ages_days: Floats) -> Scored:
    """Objects that the class was not learnt on, with nothing of their own."""
    parts = []
    for history in histories:
        sets, satellites = differences.usable(history)
        if len(sets) < 3:
            continue
        model = covariance.class_model(*(float(np.median(x)) for x in (sets.mean_motion_rev_day, sets.eccentricity)))
        found = differences.differences(satellites, ages_days)
        few = found.take(np.arange(len(found.d)) % max(len(found.d) // 60, 1) == 0)
        parts.append(scored(model.consistent(), few.age_days, few.arglat_rad, few.d[:, :3]))
    return Scored.joined(parts)


def predicted_orbit(path: Path) -> Ephemeris:
    return formats.read(path.read_bytes(), path.name)[0].ephemerides[0]


def against_orbit(
    model: ErrorModel,
    sets: ElementSets,
    orbit: Ephemeris,
    every: int,
    eop: frames.EarthOrientation = frames.UNMEASURED,
) -> Scored:
    """Every set at every `every`-th state of an independent orbit, set less orbit."""
    t = orbit.t_utc[::every]
    r, v = frames.to_teme(orbit.frame, orbit.r_km[::every], orbit.v_km_s[::every], t, eop)
    _, satellites = differences.usable(sets)
    told = orbits.states(satellites, t)
    parts = []
    for k in range(len(satellites)):
        miss = relative.to_rtn(told.r_km[k].T - r, r, v)
        age = (t - satellites.epoch_utc[k]) / DAY
        parts.append(scored(model, age, differences.argument_of_latitude(r, v), miss))
    return Scored.joined(parts)


def jason_3(data: Path) -> tuple[ErrorModel, ElementSets, Ephemeris]:
    """Its covariance from a history without May, June and July 2018; its sets around the prediction of 13-18 June."""
    satellite = next(s for s in SATELLITES if s.name == "Jason-3")
    sets = modern(satellite, data)
    orbit = predicted_orbit(data / "tracking" / "ilrs" / "jason3_cpf_180613_16401.cne")
    seen = (sets.epoch_utc >= np.datetime64("2018-05-01", "us")) & (sets.epoch_utc < np.datetime64("2018-08-01", "us"))
    model = covariance.error_model(sets.take(~seen), burns_utc=burns(satellite, sets, data))
    return model, around(data, orbit, 10.0), orbit


def around(data: Path, orbit: Ephemeris, days: float) -> ElementSets:
    """Jason-3's sets up to so many days before and after an orbit."""
    sets = modern(next(s for s in SATELLITES if s.name == "Jason-3"), data)
    reach = np.timedelta64(round(days * 86400e6), "us")
    return sets.take((sets.epoch_utc > orbit.t_utc[0] - reach) & (sets.epoch_utc < orbit.t_utc[-1] + reach))


def high_ones(data: Path) -> Iterator[tuple[str, ElementSets, Ephemeris]]:
    """LAGEOS-2 with a set one day from its prediction; LAGEOS-1 and Galileo 212 with the nearest there is, 66 days later."""
    later = formats.read((data / "catalogue" / "keeptrack_20180820.json.gz").read_bytes(), "keeptrack_20180820.json.gz")
    sets = later[0].element_sets
    near = formats.read(_commented_set(data / "tracking" / "lageos2" / "tle_od_test_Lageos2.in"), "lageos-2")[0].element_sets
    yield "LAGEOS-2", near, predicted_orbit(data / "tracking" / "lageos2" / "lageos2_cpf_160213_5441.sgf")
    for name, number, place in (
        ("LAGEOS-1", 8820, "lageos1_cpf_180613_16401.hts"),
        ("Galileo 212", 41860, "galileo212_cpf_180613_6641.esa"),
    ):
        yield name, sets.take(sets.norad_id == number), predicted_orbit(data / "tracking" / "ilrs" / place)


def _commented_set(path: Path) -> bytes:
    """The set that Orekit's test of LAGEOS-2 quotes in comments."""
    lines = [line.lstrip("# ").rstrip() for line in path.read_text().splitlines() if line.startswith("#  ")]
    return "".join(f"{line}\n" for line in lines if line[:2] in ("1 ", "2 ")).encode()


def line(name: str, x: Scored) -> str:
    inside = x.ratios()
    return f"{name:28s} {len(x.distance2):6d} predictions   50 % {inside[0]:5.2f}   90 % {inside[1]:5.2f}   95 % {inside[2]:5.2f}"


def told(name: str, x: Scored, show: Callable[[str], None]) -> None:
    """One row for all, then one for each group of ages that has any."""
    show(line(name, x))
    for group, low, high in GROUPS:
        part = x.between(low, high)
        if len(part.distance2) >= 30:
            show(line(f"  {group}", part))


class Parts(NamedTuple):
    """Root mean squares (3,) in km over pairs of one span of ages: error of the older set, its difference from a fresh one, error
    of the fresh one, at the same times. tilt_km, rest_km: of the fresh one, the size of its sin u part across the orbit, and
    what is left across when the parts in u and 2u are taken off."""

    error: Floats
    difference: Floats
    fresh: Floats
    tilt_km: float
    rest_km: float


def parts(sets: ElementSets, orbit: Ephemeris, low_days: float, high_days: float) -> Parts:
    """Sets against the orbit and against each other, in the last day before the epoch of the fresh set."""
    t = orbit.t_utc
    r, v = frames.to_teme(orbit.frame, orbit.r_km, orbit.v_km_s, t)
    _, satellites = differences.usable(sets)
    told_km = np.moveaxis(orbits.states(satellites, t).r_km, 1, 2)
    day, epoch = (t - t[0]) / DAY, (satellites.epoch_utc - t[0]) / DAY
    rows, waves = [], []
    for j in range(len(epoch)):
        mine = (day > epoch[j] - 1.0) & (day <= epoch[j])
        older = np.flatnonzero((epoch[j] - epoch >= low_days) & (epoch[j] - epoch < high_days))
        if mine.sum() < 100 or len(older) == 0:
            continue
        fresh = relative.to_rtn(told_km[j, mine] - r[mine], r[mine], v[mine])
        u = differences.argument_of_latitude(r[mine], v[mine])
        basis = np.column_stack((np.cos(u), np.sin(u), np.cos(2 * u), np.sin(2 * u), np.ones(len(u))))
        found = np.linalg.lstsq(basis, fresh[:, 2], rcond=None)[0]
        waves.append((abs(found[1]), float(np.std(fresh[:, 2] - basis @ found))))
        for k in older:
            error = relative.to_rtn(told_km[k, mine] - r[mine], r[mine], v[mine])
            rows.append([np.sqrt((x**2).mean(axis=0)) for x in (error, error - fresh, fresh)])
    e, d, e0 = np.mean(rows, axis=0)
    return Parts(e, d, e0, float(np.max([w[0] for w in waves])), float(np.mean([w[1] for w in waves])))
