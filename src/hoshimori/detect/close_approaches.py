"""Every close approach among many objects, as columns: when, how near, which way, how fast, how sure, and how risky at most.

What stands behind `hoshimori screen`. Nothing is left out in silence: pairs that stay near each other are kept as stays, and
whoever cannot be used, decays or falls silent inside the window is named with from when, until when and why.
Docs: docs/conjunctions.md.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.detect import risk, sizes, uncertainty
from hoshimori.detect.neighbourhood import Bodies, everybody
from hoshimori.errors import UsageError
from hoshimori.facts import Bools, ElementSets, Ephemeris, Floats, Ints, ObjectName, Times
from hoshimori.findings import Reason, iso
from hoshimori.formats.sizes import SizeTable
from hoshimori.ports import Progress, silent
from hoshimori.sky import relative, sieve
from hoshimori.sky.orbits import NO_SET_SPEAKS, PAST_ITS_END
from hoshimori.sky.screening import Minima

Texts = npt.NDArray[np.object_]
DECAYED = 6
REACH_DAYS = 30.0
"""Beyond its outermost epochs by more than this an object is not propagated: it is named as silent from then on."""
VECTORS = ("dr_km", "dv_km_s", "r_km", "v_km_s", "covariance_km2")


class Approaches(NamedTuple):
    """Close approaches as columns, (k,) each, sorted by time, then by numbers.

    norad_id: the watched object, else the lower number; negative where an owner's ephemeris has none. RTN: where the other one
    is, along the axes of the first. ages: to the nearest epoch, NaN where an owner's ephemeris speaks. mahalanobis ... diluted:
    see `risk`. radius_m: of both together. dr_km, dv_km_s (k, 3): other less first; r_km, v_km_s: of the first; covariance_km2
    (k, 3, 3) of dr; all in TEME.
    """

    norad_id: Ints
    other_norad_id: Ints
    name: Texts
    other_name: Texts
    tca_utc: Times
    miss_km: Floats
    miss_sigma_km: Floats
    radial_km: Floats
    in_track_km: Floats
    cross_track_km: Floats
    relative_speed_km_s: Floats
    age_days: Floats
    other_age_days: Floats
    mahalanobis: Floats
    screening_probability: Floats
    maximum_probability: Floats
    maximum_scale: Floats
    diluted: Bools
    radius_m: Floats
    radius_basis: Texts
    other_radius_basis: Texts
    dr_km: Floats
    dv_km_s: Floats
    r_km: Floats
    v_km_s: Floats
    covariance_km2: Floats

    def take(self, which: Any) -> Approaches:
        """Rows by index array, slice or mask."""
        return Approaches(*(column[which] for column in self))

    @property
    def risk(self) -> risk.Risk:
        """(k,) the columns that say how risky each one is."""
        return risk.Risk(*(getattr(self, name) for name in risk.Risk._fields))


class Stays(NamedTuple):
    """Pairs that stay within range without a break, (k,) each; good to one step of the grid."""

    norad_id: Ints
    other_norad_id: Ints
    start_utc: Times
    stop_utc: Times
    nearest_utc: Times
    nearest_km: Floats


class Failure(NamedTuple):
    """One object that is not screened over a part of the window, or all of it, and why."""

    norad_id: int
    name: str
    from_utc: np.datetime64
    until_utc: np.datetime64
    reason: Reason

    def to_json(self) -> dict[str, Any]:
        when = {"from": iso(self.from_utc), "until": iso(self.until_utc)}
        return {"norad_id": self.norad_id, "name": self.name, **when, "reason": self.reason.to_json()}


@dataclass(frozen=True)
class CloseApproaches:
    """One screening: the approaches, the stays, and what could not be screened."""

    start_utc: np.datetime64
    stop_utc: np.datetime64
    within_km: float
    objects: int
    table: Approaches
    stays: Stays
    failures: tuple[Failure, ...]
    seconds: float

    def __len__(self) -> int:
        return len(self.table.norad_id)

    def to_rows(self) -> list[dict[str, Any]]:
        """One JSON-able record for each approach: times as ISO 8601, what is not known as None. Vectors are left out."""
        return _rows(_plain(self.table))

    def to_arrow(self) -> Any:
        """A pyarrow.Table of the same columns, times as timestamp[us]. Needs pyarrow (the extra `arrow`)."""
        try:
            import pyarrow as pa
        except ImportError as error:
            raise UsageError("to_arrow needs pyarrow: pip install 'hoshimori[arrow]'") from error
        return pa.table({name: pa.array(column, from_pandas=True) for name, column in _plain(self.table).items()})

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.close-approaches/1",
            "start": iso(self.start_utc),
            "stop": iso(self.stop_utc),
            "within_km": self.within_km,
            "objects": self.objects,
            "approaches": self.to_rows(),
            "stays": _rows(self.stays._asdict()),
            "failures": [f.to_json() for f in self.failures],
        }


def close_approaches(
    sets: ElementSets,
    start_utc: np.datetime64,
    stop_utc: np.datetime64,
    within_km: float,
    *,
    watched: Sequence[int] | None = None,
    ephemerides: Sequence[Ephemeris] = (),
    names: Sequence[ObjectName] = (),
    size_table: SizeTable | None = None,
    reach_days: float = REACH_DAYS,
    workers: int | None = None,
    progress: Progress = silent,
) -> CloseApproaches:
    """Who comes within `within_km` of whom inside [start, stop): everybody, or the `watched` numbers with everybody.

    sets: one or many of each object, in any order, as known; sets of one object are joined into one path. ephemerides: an owner's
    takes the place of sets. names, size_table: what is known of types and sizes. UsageError where a watched number is not there.
    """
    began = time.perf_counter()
    given = by_key(ephemerides)
    progress("reading element sets", 0, 0)
    bodies = everybody(sets, given, reach_days)
    few = None if watched is None else _rows_of(bodies, watched)
    found = sieve.screen(
        bodies.trajectories,
        start_utc,
        stop_utc,
        within_km,
        watched=few,
        workers=workers,
        progress=lambda done, total: progress("looking for close approaches", done, total),
    )
    called = names_of(bodies, names)
    table = described(bodies, found.minima, called, radii_of(bodies, names, size_table), given)
    stays = _stays(bodies, found)
    failures = (*_unusable(sets, bodies, start_utc, stop_utc), *_failed(bodies, found, called))
    return CloseApproaches(start_utc, stop_utc, within_km, len(bodies.keys), table, stays, failures, time.perf_counter() - began)


def by_key(ephemerides: Sequence[Ephemeris]) -> dict[int, tuple[Ephemeris, ...]]:
    """Ephemerides of each object; one without a catalogue number goes by a negative key, in the order of designators."""
    nameless = sorted({e.cospar_id or e.name for e in ephemerides if e.norad_id is None})
    keys = [e.norad_id if e.norad_id is not None else -1 - nameless.index(e.cospar_id or e.name) for e in ephemerides]
    return {key: tuple(e for e, k in zip(ephemerides, keys, strict=True) if k == key) for key in sorted(set(keys))}


def names_of(bodies: Bodies, names: Sequence[ObjectName]) -> Texts:
    """(rows,) what each is called: by its newest set, else by the catalogue, else ""."""
    called = {n.norad_id: n.name for n in names if n.name}
    called |= {int(k): n for k, n in zip(bodies.sets.norad_id, bodies.sets.name, strict=True) if n}
    return np.array([called.get(int(k), "") for k in bodies.keys], object)


def radii_of(bodies: Bodies, names: Sequence[ObjectName], size_table: SizeTable | None) -> sizes.Radii:
    """(rows,) the radius of each."""
    types = sizes.object_types(bodies.keys, names, list(names_of(bodies, names)))
    return sizes.radii(bodies.keys, types, bodies.mean_motion_rev_day, size_table)


def described(
    bodies: Bodies, minima: Minima, called: Texts, radii: sizes.Radii, given: Mapping[int, Sequence[Ephemeris]]
) -> Approaches:
    """Minima of the distance with all that can be said of each, sorted by time."""
    m = minima.take(np.lexsort((minima.other, minima.watched, minima.moment_us)))
    t_us, a, b = m.moment_us, m.watched, m.other
    covariance = uncertainty.combined_km2(bodies, m, given)
    rtn = relative.to_rtn(m.dr_km, m.r_km, m.v_km_s)
    radius_m = sizes.combined_m(radii.take(a), radii.take(b))
    found = risk.risk(m.dr_km, m.dv_km_s, covariance, radius_m)
    return Approaches(
        norad_id=bodies.keys[a],
        other_norad_id=bodies.keys[b],
        name=called[a],
        other_name=called[b],
        tca_utc=t_us.astype("datetime64[us]"),
        miss_km=m.miss_km,
        miss_sigma_km=risk.sigma_along_km(m.dr_km, covariance),
        radial_km=np.ascontiguousarray(rtn[:, 0]),
        in_track_km=np.ascontiguousarray(rtn[:, 1]),
        cross_track_km=np.ascontiguousarray(rtn[:, 2]),
        relative_speed_km_s=np.sqrt((m.dv_km_s**2).sum(axis=1)),
        age_days=np.abs(uncertainty.since_days(bodies, a, t_us)),
        other_age_days=np.abs(uncertainty.since_days(bodies, b, t_us)),
        mahalanobis=found.mahalanobis,
        screening_probability=found.screening_probability,
        maximum_probability=found.maximum_probability,
        maximum_scale=found.maximum_scale,
        diluted=found.diluted,
        radius_m=radius_m,
        radius_basis=radii.basis[a],
        other_radius_basis=radii.basis[b],
        dr_km=m.dr_km,
        dv_km_s=m.dv_km_s,
        r_km=m.r_km,
        v_km_s=m.v_km_s,
        covariance_km2=covariance,
    )


def _rows_of(bodies: Bodies, watched: Sequence[int]) -> Ints:
    numbers = np.unique(np.asarray(watched, np.int64))
    rows = np.minimum(np.searchsorted(bodies.keys, numbers), max(len(bodies.keys) - 1, 0))
    missing = numbers[bodies.keys[rows] != numbers] if len(bodies.keys) else numbers
    if len(missing):
        raise UsageError(
            f"watched: {', '.join(map(str, missing[:5].tolist()))}{'...' if len(missing) > 5 else ''}: no usable element set or "
            f"ephemeris among the {len(bodies.keys)} objects given"
        )
    return rows.astype(np.int64)


def _stays(bodies: Bodies, found: sieve.Screened) -> Stays:
    s = found.stays
    start, stop, nearest = (t.astype("datetime64[us]") for t in (s.start_us, s.stop_us, s.nearest_us))
    return Stays(bodies.keys[s.watched], bodies.keys[s.other], start, stop, nearest, s.nearest_km)


def _unusable(
    sets: ElementSets,
    bodies: Bodies,
    start_utc: np.datetime64,
    stop_utc: np.datetime64,
) -> list[Failure]:
    """Objects of which no set can be used at all, each with the reason that the last of its sets was refused for."""
    lost = np.setdiff1d(sets.norad_id, bodies.keys)
    why = {s.norad_id: s.reason for s in bodies.suspicions if s.norad_id in lost}
    called = {int(k): str(n) for k, n in zip(sets.norad_id, sets.name, strict=True) if k in lost}
    return [Failure(k, called[k], start_utc, stop_utc, why.get(k, Reason("no usable set"))) for k in lost.tolist()]


def _failed(bodies: Bodies, found: sieve.Screened, called: Texts) -> list[Failure]:
    f = found.failures
    out = []
    for row, since, until, code in zip(f.row.tolist(), f.from_us.tolist(), f.until_us.tolist(), f.code.tolist(), strict=True):
        given = row in bodies.trajectories.given
        when = np.datetime64(since, "us"), np.datetime64(until, "us")
        out.append(Failure(int(bodies.keys[row]), str(called[row]), *when, _why(code, given, bodies, row)))
    return out


def _why(code: int, given: bool, bodies: Bodies, row: int) -> Reason:
    if given:
        return Reason("outside the ephemeris")
    if code in (DECAYED, PAST_ITS_END):  # SGP4 goes on with numbers when the orbit that they tell of has ended
        return Reason("decays by its set")
    if code == NO_SET_SPEAKS:
        return Reason("set too old", {"days": bodies.trajectories.reach_us / 86400e6})
    return Reason("sgp4 fails", {"error": float(code)})


def _plain(table: Approaches) -> dict[str, npt.NDArray[Any]]:
    return {name: column for name, column in table._asdict().items() if name not in VECTORS}


def _rows(columns: Mapping[str, npt.NDArray[Any]]) -> list[dict[str, Any]]:
    listed = [_listed(column) for column in columns.values()]
    return [dict(zip(columns, values, strict=True)) for values in zip(*listed, strict=True)]


def _listed(column: npt.NDArray[Any]) -> list[Any]:
    if column.dtype.kind == "M":
        return [f"{t}Z" for t in np.datetime_as_string(column.astype("datetime64[us]"), unit="us").tolist()]
    if column.dtype.kind == "f":
        return [None if x != x else x for x in column.tolist()]
    return list(column.tolist())
