"""From tracks to what the public sees: noisy, rounded element sets that arrive late, as bytes.

A set disagrees with the same object's set of one day later by as much as real public sets do (robust one sigma, radial / along /
cross): GEO 0.2 / 1.5 / 0.3 km, LEO 0.02 / 0.06 / 0.02 km. Draws are independent from set to set; real fits overlap and are
correlated. A burn is in the first set after it; real fits take a day or two. Latency is log-normal with a median of 8 h and 95 %
below 15 h, as seen in one week of May 2026.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log, pi
from typing import NamedTuple

import numpy as np

from hoshimori.exercise.arcs import EARTH_RADIUS_KM, MIN_PER_DAY, TAU, US_PER_DAY, XKE, Mean, Track
from hoshimori.exercise.streams import stream
from hoshimori.facts import DataMode, ElementSets, Floats, Ints, KnownBasis, Received
from hoshimori.formats import dump_omm

HOUR_US = US_PER_DAY // 24
PROVIDER = "practice sky"

_EPOCH_STEP_US = 864  # 1e-8 day, the last digit of an epoch in a TLE
_LATENCY_MEDIAN_H, _LATENCY_95_H = 8.0, 15.0
_LATENCY_SIGMA = log(_LATENCY_95_H / _LATENCY_MEDIAN_H) / 1.645
_NEARLY_EQUATORIAL = 0.2  # rad; below it the node is ill defined and errors are drawn on the inclination vector


@dataclass(frozen=True, slots=True)
class Care:
    """How often an object is seen, and how well: gaps in hours, one-sigma errors of a set in km and km/day."""

    gap_h: tuple[float, float]
    radial_km: float
    along_km: float
    along_km_day: float
    cross_km: float


GEO_CARE = Care((6.0, 14.0), radial_km=0.05, along_km=0.40, along_km_day=1.4, cross_km=0.21)
LEO_CARE = Care((16.0, 32.0), radial_km=0.014, along_km=0.02, along_km_day=0.03, cross_km=0.014)


@dataclass(frozen=True, slots=True)
class Showing:
    """One track, when it is seen, and under which number: after `relabel_us` it goes by the other one's name."""

    track: Track
    care: Care
    start_us: int
    last_epoch_us: int
    relabel_us: int | None = None
    relabel: Track | None = None


class _Rows(NamedTuple):
    epoch_us: Ints
    known_us: Ints
    norad_id: Ints
    labels: list[tuple[str, str]]
    means: Floats  # (k, 6) as the fields of Mean
    bstar: float
    errors: Floats  # (k, 6) in km, km/day for the along-track rate


def published(seed: int, showings: Iterable[Showing], stop_us: int) -> ElementSets:
    """Every set known by `stop_us`, in the order in which they became known."""
    rows = [r for s in showings if len((r := _seen(seed, s, stop_us)).means)]
    epoch_us = np.concatenate([r.epoch_us for r in rows])
    labels = [label for r in rows for label in r.labels]
    columns = rounded(_noisy(np.concatenate([r.means for r in rows]), np.concatenate([r.errors for r in rows])))
    sets = ElementSets.build(
        {
            "norad_id": np.concatenate([r.norad_id for r in rows]),
            "epoch_utc": epoch_us.astype("datetime64[us]"),
            "known_utc": np.concatenate([r.known_us for r in rows]).astype("datetime64[us]"),
            "known_basis": np.full(len(epoch_us), KnownBasis.OBSERVED, np.uint8),
            "name": np.array([name for name, _ in labels], object),
            "cospar_id": np.array([cospar for _, cospar in labels], object),
            "bstar_per_er": np.repeat([float(f"{r.bstar:.4e}") for r in rows], [len(r.means) for r in rows]),
            "element_set_no": np.full(len(epoch_us), 999, np.int32),
            **columns,
        },
        data_mode=DataMode.EXERCISE,
    )
    return sets.take(np.lexsort((sets.norad_id, sets.epoch_utc, sets.known_utc)))


def by_day(seed: int, sets: ElementSets) -> list[Received]:
    """One OMM file for each day of publication, with the moment at which each record was first seen."""
    days = sets.known_utc.astype("datetime64[D]")
    return [_file(seed, day, sets.take(days == day)) for day in np.unique(days)]


def _file(seed: int, day: np.datetime64, sets: ElementSets) -> Received:
    return Received(
        location=f"practice-sky/seed-{seed}/{day}.csv",
        content=dump_omm(sets, kind="csv").encode(),
        received_utc=(day + np.timedelta64(1, "D")).astype("datetime64[us]"),
        provider=PROVIDER,
        media_type="text/csv",
        data_mode=DataMode.EXERCISE,
        first_seen=dict(enumerate(sets.known_utc, start=1)),
    )


def _seen(seed: int, s: Showing, stop_us: int) -> _Rows:
    epoch_us, known_us = _moments(seed, s, stop_us)
    means = np.array([_tuple(s.track.mean_at(t)) for t in epoch_us.tolist()]).reshape(-1, 6)
    who = [s.relabel if s.relabel and s.relabel_us is not None and t >= s.relabel_us else s.track for t in epoch_us.tolist()]
    care = s.care
    sigma = np.array([care.radial_km, care.radial_km, care.along_km, care.along_km_day, care.cross_km, care.cross_km])
    errors = stream(seed, s.track.name, "errors").standard_normal((len(means), 6)) * sigma
    bstar = s.track.pieces[0][1].bstar_per_er
    norad_id = np.array([w.norad_id for w in who], np.int64)
    return _Rows(epoch_us, known_us, norad_id, [(w.name, w.cospar_id) for w in who], means, bstar, errors)


def _moments(seed: int, s: Showing, stop_us: int) -> tuple[Ints, Ints]:
    """Epochs and the times at which they became known, of the sets that are known by `stop_us`."""
    rng = stream(seed, s.track.name, "epochs")
    low, high = s.care.gap_h
    count = int((s.last_epoch_us - s.start_us) / (low * HOUR_US)) + 2
    gaps_h = rng.uniform(low, high, count)
    gaps_h[0] = rng.uniform(0.0, high)
    lag_us = lags_us(rng, count)
    epoch_us = s.start_us + (np.cumsum(gaps_h) * HOUR_US).astype(np.int64) // _EPOCH_STEP_US * _EPOCH_STEP_US
    known_us = epoch_us + lag_us
    good = (epoch_us <= s.last_epoch_us) & (known_us <= stop_us)
    return epoch_us[good], known_us[good]


def lags_us(rng: np.random.Generator, count: int) -> Ints:
    """From the epoch of each set to the moment at which it became known, whole seconds."""
    lag_h = _LATENCY_MEDIAN_H * np.exp(_LATENCY_SIGMA * rng.standard_normal(count))
    return np.asarray((lag_h * 3600).astype(np.int64) * 1_000_000)


def _tuple(m: Mean) -> tuple[float, ...]:
    return m.n_rad_min, m.ecc, m.inc, m.raan, m.argp, m.ma


def _noisy(means: Floats, errors: Floats) -> Floats:
    """Mean elements (k, 6) displaced by errors (k, 6): eccentricity vector, along-track, its rate, inclination, node.

    Radial, along-track and cross-track shifts are made one at a time: the node is moved without moving the argument of latitude's
    origin, the eccentricity vector without moving the mean longitude.
    """
    n, ecc, inc, raan, argp, ma = means.T
    a_km = EARTH_RADIUS_KM * (XKE / n) ** (2.0 / 3.0)
    d_ex, d_ey, d_u, _, d_i, d_node = (errors / a_km[:, None]).T
    flat = inc < _NEARLY_EQUATORIAL
    ix, iy = inc * np.cos(raan) + d_i, inc * np.sin(raan) + d_node
    raan_new = np.where(flat, np.arctan2(iy, ix), raan + d_node / np.sin(inc))
    inc_new = np.where(flat, np.hypot(ix, iy), inc + d_i)
    swing = np.angle(np.exp(1j * (raan_new - raan))) * np.where(flat, 1.0, np.cos(inc))
    ex = ecc * np.cos(argp - swing) + d_ex
    ey = ecc * np.sin(argp - swing) + d_ey
    argp_new = np.arctan2(ey, ex)
    ma_new = argp + ma - swing + d_u - argp_new
    n_new = n + errors[:, 3] / a_km / MIN_PER_DAY
    return np.stack([n_new, np.hypot(ex, ey), inc_new, raan_new, argp_new, ma_new])


def rounded(elements: Floats) -> dict[str, Floats]:
    """OMM columns from (6, k) rows as the fields of Mean, with the digits that a TLE has.

    So the bytes do not hang on the last bits of a platform's arithmetic.
    """
    n, ecc, *angles = elements
    out = {"mean_motion_rev_day": np.round(n * MIN_PER_DAY / TAU, 8), "eccentricity": np.round(ecc, 7)}
    for key, angle in zip(("inc_deg", "raan_deg", "argp_deg", "ma_deg"), angles, strict=True):
        out[key] = np.round(angle * 180.0 / pi % 360.0, 4) % 360.0
    return out
