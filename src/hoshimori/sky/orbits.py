"""Where catalogued objects are: SGP4 and SDP4 over many element sets and many times.

Every state is in TEME of date, km and km/s, the frame and the theory that element sets are defined in. Element sets are
prepared once (`prepare`); nothing here knows a name or a catalogue number. Reference: Vallado, Crawford, Hujsak, Kelso,
"Revisiting Spacetrack Report #3", AIAA 2006-6753, in the "improved" mode with WGS-72 constants.

The velocity is the theory's own and not quite the rate of its position: they differ by 3 cm/s in LEO and 6 cm/s in GEO (medians),
by up to 0.25 m/s in low round orbits with little drag, and by tens of m/s at the perigee of some eccentric or decaying ones.
Where that matters (slow pairs), the minimum of a distance is to be sought on positions, not where r . v = 0.

Error codes are the reference's: 1 eccentricity out of range, 2 mean motion not positive, 3 eccentricity out of range with the
Sun and Moon, 4 semi-latus rectum negative, 6 decayed; and three of ours: 7 an element is not a finite number, 8 drag has taken
the semi-major axis through zero (the theory would let the object rise again, to millions of km), 255 no set speaks. Where a code
is not 0, position and velocity are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.sky._sgp4_constants import MINUTES_PER_DAY, NOT_A_NUMBER, constants

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
Times = npt.NDArray[np.datetime64]

NO_SET_SPEAKS = 255
PAST_ITS_END = 8


@dataclass(frozen=True)
class Satellites:
    """Element sets ready for SGP4: one row of constants each. `error` (n,) tells which rows cannot be used, and why."""

    table: npt.NDArray[np.void]

    def __len__(self) -> int:
        return len(self.table)

    @property
    def error(self) -> Codes:
        return self.table["error"].astype(np.uint8)

    @property
    def epoch_utc(self) -> Times:
        return self.table["epoch_us"].astype("datetime64[us]")

    @property
    def period_min(self) -> Floats:
        """(n,) minutes from one mean anomaly to the same; NaN where the row cannot be used."""
        usable = self.table["error"] == 0
        return np.where(usable, 2.0 * np.pi / np.where(usable, self.table["n0"], 1.0), np.nan)

    def take(self, which: Any) -> Satellites:
        """Rows by index array, slice or mask."""
        return Satellites(self.table[which])


class States(NamedTuple):
    """r_km, v_km_s: (rows, 3, m) in TEME. error: (rows, m)."""

    r_km: Floats
    v_km_s: Floats
    error: Codes


def prepare(
    epoch_utc: Times,
    mean_motion_rev_day: npt.ArrayLike,
    eccentricity: npt.ArrayLike,
    inc_deg: npt.ArrayLike,
    raan_deg: npt.ArrayLike,
    argp_deg: npt.ArrayLike,
    ma_deg: npt.ArrayLike,
    bstar_per_er: npt.ArrayLike,
) -> Satellites:
    """Columns (n,) as element sets write them, ready for SGP4. An impossible row spoils itself alone: see `.error`."""
    epoch = np.asarray(epoch_utc, dtype="datetime64[us]").reshape(-1)
    degrees = {"inc0": inc_deg, "node0": raan_deg, "argp0": argp_deg, "m0": ma_deg}
    columns = {name: np.radians(_column(name, value, len(epoch))) for name, value in degrees.items()}
    columns["e0"] = _column("eccentricity", eccentricity, len(epoch))
    columns["bstar"] = _column("bstar_per_er", bstar_per_er, len(epoch))
    rev_day = _column("mean_motion_rev_day", mean_motion_rev_day, len(epoch))
    columns["n_kozai"] = rev_day / (MINUTES_PER_DAY / (2.0 * np.pi))  # rounded as the reference does
    table = constants(epoch.astype(np.int64), columns)
    table["error"][np.isnat(epoch)] = NOT_A_NUMBER
    return Satellites(table)


def states(sats: Satellites, t_utc: Times) -> States:
    """All sets at all times (m,)."""
    n, m = len(sats), len(t_utc)
    every = np.arange(n)
    return spans(sats, t_utc, row=every, first=np.zeros(n, np.int64), last=np.full(n, m), rows=n)


def spans(sats: Satellites, t_utc: Times, *, row: Ints, first: Ints, last: Ints, rows: int) -> States:
    """Many sets of few objects as one trajectory each: set j speaks for row[j] at the times first[j]:last[j].

    Where no set speaks the states are NaN and the error 255. Where two speak for the same row and time, the later set wins.
    """
    from hoshimori.sky._sgp4_kernel import fill

    t_us, m = _microseconds(t_utc), len(t_utc)
    row, first, last = (np.ascontiguousarray(x, dtype=np.int64) for x in (row, first, last))
    if len(sats) and (row.min() < 0 or row.max() >= rows or first.min() < 0 or last.max() > m):
        raise UsageError(f"spans: row must lie in 0..{rows - 1} and first:last within 0:{m}; got up to {row.max()}, {last.max()}")
    full = len(sats) == rows and bool((first == 0).all() and (last == m).all()) and len(np.unique(row)) == rows
    r, v = (np.empty((rows, 3, m)) if full else np.full((rows, 3, m), np.nan) for _ in range(2))
    error = np.full((rows, m), NO_SET_SPEAKS, np.uint8)
    fill(sats.table, np.arange(len(sats)), t_us, np.zeros(m), row, first, last, r, v, error)
    return States(r, v, error)


def pairs(sats: Satellites, index: Ints, t_utc: Times, *, offset_s: Floats | None = None) -> tuple[Floats, Floats, Codes]:
    """Set index[k] at t_utc[k] + offset_s[k]: r_km (k, 3), v_km_s (k, 3), error (k,).

    `offset_s` carries what microseconds cannot. Fastest where neighbours in `index` are equal.
    """
    from hoshimori.sky._sgp4_kernel import fill

    index = np.ascontiguousarray(index, dtype=np.int64)
    k = len(index)
    if k and (index.min() < 0 or index.max() >= len(sats)):
        raise UsageError(f"pairs: index must lie in 0..{len(sats) - 1}; got {index.min()}..{index.max()}")
    offset = np.zeros(k) if offset_s is None else np.ascontiguousarray(offset_s, dtype=np.float64)
    t_us = _microseconds(t_utc)
    if not len(t_us) == len(offset) == k:
        raise UsageError(f"pairs: index, t_utc and offset_s must be equally long; got {k}, {len(t_us)}, {len(offset)}")
    r, v, error = np.empty((1, 3, k)), np.empty((1, 3, k)), np.empty((1, k), np.uint8)
    edges = np.flatnonzero(np.diff(index, prepend=-1, append=-1))  # where a run of one set begins or ends
    first, last = edges[:-1], edges[1:]
    fill(sats.table, index[first], t_us, offset, np.zeros(len(first), np.int64), first, last, r, v, error)
    return np.ascontiguousarray(r[0].T), np.ascontiguousarray(v[0].T), error[0]


def _column(name: str, value: npt.ArrayLike, n: int) -> Floats:
    column = np.asarray(value, dtype=np.float64).reshape(-1)
    if len(column) != n:
        raise UsageError(f"prepare: {name} has {len(column)} rows: expected {n}, one for each epoch")
    return column


def _microseconds(t_utc: Times) -> Ints:
    t = np.ascontiguousarray(t_utc, dtype="datetime64[us]")
    if np.isnat(t).any():
        raise UsageError("a time is NaT (not a time): expected UTC instants")
    return t.view(np.int64)
