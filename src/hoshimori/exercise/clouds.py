"""Practice break-ups with known truth: a parent, the moment it came apart, and the element sets published of its pieces.

    from hoshimori.exercise.clouds import cloud
    c = cloud(seed=7, cause="collision", n=100, age_days=3.0, orbit="sso")
    c.sets      # ElementSets of the pieces as published 3 days later, one row each; mode EXERCISE
    c.before    # ElementSets of the parents (one row, or two after a collision), last published before the event
    c.remnant   # ElementSets of what still goes by the parents' numbers
    c.truth     # t_utc, r_teme_km, v_teme_km_s of each parent, parent_ids, cause; of each piece number, parent, delta-v, A/m

`parent` may be an ElementSet (it keeps its number and designator; mode EXERCISE all the same), else an orbit is invented:
"round" (500-1,000 km), "sso" or "eccentric". `age_days` may be several ages: then `sets` holds one row for each piece and age at
which it is still up, sorted by epoch. `cause` is "explosion", "collision" (two catalogued bodies, pieces of both in one cloud) or
"deliberate" (struck by a suborbital body: a collision with one catalogued body). Same seed and arguments: same cloud.

Pieces fly by `cloud_flight` (not SGP4), scatter about the NASA model by `cloud_nature`, and are fitted by `cloud_fits`. Sets have
epochs some hours before they are known; all are known by event + age. Pieces are those of 6 cm to 3 m that a catalogue takes up,
large ones first of all; `n` counts those still up and published at the first age (fewer where the cloud has not that many).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.exercise import cloud_fits, cloud_nature
from hoshimori.exercise.cloud_nature import Cause
from hoshimori.exercise.cloud_parents import Parent, crossing, invented, parent_of
from hoshimori.exercise.cloud_weather import Weather
from hoshimori.exercise.publication import lags_us
from hoshimori.exercise.streams import stream
from hoshimori.facts import DataMode, ElementSet, ElementSets, Floats, Ints, KnownBasis, Times
from hoshimori.sky import bodies
from hoshimori.sky.fragmentation import Kind
from hoshimori.sky.relative import rtn_basis

FIRST_PIECE_ID = 799_700_001
FIRST_PARENT_ID = 799_690_001
PASSES = 12
_DAY_S = 86400.0
_NAMED_FROM_DAYS = 20.0  # from this age on pieces have been given their parent's designator
_REMNANT = 0.02  # speed of what is left of a parent, as a share of a piece's


class Truth(NamedTuple):
    """What happened. Pieces are (n,) in the order of their numbers, `parent` says which parent each is of, 0 or 1.

    dv_rtn_m_s (n, 3): along R, T, N of its own parent at t_utc. r_teme_km (3,), v_teme_km_s (parents, 3).
    """

    seed: int
    t_utc: np.datetime64
    r_teme_km: Floats
    v_teme_km_s: Floats
    cause: Cause
    kind: Kind
    parent_ids: tuple[int, ...]
    norad_id: Ints
    parent: Ints
    dv_rtn_m_s: Floats
    area_mass_m2_kg: Floats
    length_m: Floats
    nature: tuple[cloud_nature.Nature, ...]


@dataclass(frozen=True)
class Cloud:
    sets: ElementSets
    before: ElementSets
    remnant: ElementSets
    truth: Truth


class _Pieces(NamedTuple):
    parent: Ints
    length_m: Floats
    area_mass: Floats
    dv_rtn_m_s: Floats

    def take(self, which: Ints) -> _Pieces:
        return _Pieces(self.parent[which], self.length_m[which], self.area_mass[which], self.dv_rtn_m_s[which])


def cloud(
    *,
    seed: int,
    cause: Cause = "explosion",
    n: int = 100,
    age_days: float | Sequence[float] = 3.0,
    parent: ElementSet | None = None,
    orbit: Literal["round", "sso", "eccentric"] = "round",
    t_utc: np.datetime64 | None = None,
    kind: Kind = "satellite",
    noise: float = 1.0,
) -> Cloud:
    """One break-up and what is published of it. See the top of this file. `noise`: factor on what looks are off by."""
    ages = sorted([float(age_days)] if isinstance(age_days, int | float) else [float(a) for a in age_days])
    if n < 1 or not ages or ages[0] < 1.0:
        raise UsageError(f"cloud: n={n}, age_days={age_days}: expected at least one piece and ages of 1 day or more")
    rng = stream(seed, "cloud", f"event/{cause}/{kind}")
    when = t_utc if t_utc is not None else np.datetime64("2025-01-01", "us") + np.timedelta64(int(rng.random() * 3.1e13), "us")
    when = when.astype("datetime64[us]")
    first = parent_of(parent, when, kind) if parent is not None else invented(rng, orbit, FIRST_PARENT_ID, when, kind)
    parents = [first] + ([crossing(rng, first, FIRST_PARENT_ID + 1)] if cause == "collision" else [])
    natures = tuple(cloud_nature.nature(stream(seed, "cloud", f"nature/{cause}/{k}"), cause) for k in range(len(parents)))
    weather = _weather(seed, when, ages[-1])
    kept, rows = _published(seed, n, parents, natures, ages, when, weather, noise)
    truth = Truth(
        seed=seed,
        t_utc=when,
        r_teme_km=first.r_km,
        v_teme_km_s=np.array([p.v_km_s for p in parents]),
        cause=cause,
        kind=kind,
        parent_ids=tuple(p.norad_id for p in parents),
        norad_id=FIRST_PIECE_ID + np.arange(len(kept.length_m)),
        parent=kept.parent,
        dv_rtn_m_s=kept.dv_rtn_m_s,
        area_mass_m2_kg=kept.area_mass,
        length_m=kept.length_m,
        nature=natures,
    )
    before = _before(seed, parents, when, weather)
    return Cloud(rows, before, _remnant(seed, parents, natures, ages, when, weather), truth)


def _published(
    seed: int,
    n: int,
    parents: list[Parent],
    natures: tuple[cloud_nature.Nature, ...],
    ages: list[float],
    when: np.datetime64,
    weather: Weather,
    noise: float,
) -> tuple[_Pieces, ElementSets]:
    """Pieces of which a set was published at the first age, at most n, and all their sets."""
    rng = stream(seed, "cloud", "pieces")
    found: list[_Pieces] = []
    tables: list[ElementSets] = []
    have = 0
    for batch in range(6):
        pieces = _drawn(rng, int(1.25 * (n - have)) + 8, parents, natures)
        sets, up = _sets_of(stream(seed, "cloud", f"looks/{batch}"), pieces, parents, ages, when, weather, noise=noise)
        up = up[: n - have]
        found.append(pieces.take(up))
        number = np.full(len(pieces.length_m), -1, np.int64)
        number[up] = FIRST_PIECE_ID + have + np.arange(len(up))
        mine = number[sets.norad_id]
        tables.append(sets.having(norad_id=mine).take(mine >= 0))
        have += len(up)
        if have == n:
            break
    table = ElementSets.concat(tables)
    joined = _Pieces(*(np.concatenate([getattr(f, key) for f in found]) for key in _Pieces._fields))
    return joined, table.take(np.lexsort((table.norad_id, table.epoch_utc)))


def _drawn(rng: np.random.Generator, n: int, parents: list[Parent], natures: tuple[cloud_nature.Nature, ...]) -> _Pieces:
    """n pieces that the catalogue would take up, each of one of the parents."""
    height = float(np.linalg.norm(parents[0].r_km)) - 6378.137
    share = 1.0 if len(parents) == 1 else float(rng.uniform(0.3, 0.7))
    parts = []
    for k, (p, own) in enumerate(zip(parents, natures, strict=True)):
        count = [round(n * share), n - round(n * share)][k]
        length, area_mass, dv = cloud_nature.pieces(rng, 12 * count + 20, own, p.kind)
        seen = np.flatnonzero(cloud_nature.seen_at_all(rng, length, height))[:count]
        parts.append(_Pieces(np.full(len(seen), k, np.int64), length[seen], area_mass[seen], dv[seen]))
    joined = _Pieces(*(np.concatenate([getattr(f, key) for f in parts]) for key in _Pieces._fields))
    return joined.take(rng.permutation(len(joined.length_m)))


def _sets_of(
    rng: np.random.Generator,
    pieces: _Pieces,
    parents: list[Parent],
    ages: list[float],
    when: np.datetime64,
    weather: Weather,
    *,
    noise: float,
) -> tuple[ElementSets, Ints]:
    """All sets of these pieces, numbered by their row here, and the rows that have one at the first age."""
    from hoshimori.exercise.cloud_flight import fly

    n = len(pieces.length_m)
    sigma_km = noise * np.clip(1.4 * np.exp(0.45 * rng.standard_normal(n)), 0.5, 4.0)
    acquired = rng.uniform(0.08, 0.5, n) * _DAY_S
    times, known, epochs = [], [], []
    for age in ages:
        lag_s = np.minimum(lags_us(rng, n) / 1e6, 0.5 * age * _DAY_S)
        wait_s = rng.random(n) * min(0.4, 0.15 * age) * _DAY_S
        epoch = np.floor((age * _DAY_S - lag_s - wait_s) / 864e-6) * 864e-6
        known.append(epoch + lag_s)
        span = rng.uniform(1.5, 3.5, n) * min(max(1.0, age / 7.0), 2.5)  # once a piece is known, longer arcs are at hand
        start = np.maximum(acquired, epoch - span * _DAY_S)
        start = np.minimum(start, epoch - 0.15 * _DAY_S)
        times.append(np.hstack([cloud_fits.pass_times(rng, start, epoch, PASSES), epoch[:, None]]))
        epochs.append(epoch)
    v0 = np.array([p.v_km_s for p in parents])[pieces.parent]
    r0 = np.repeat(parents[0].r_km[None], n, axis=0)
    start_v = v0 + np.einsum("nji,nj->ni", rtn_basis(r0, v0), pieces.dv_rtn_m_s) / 1000.0
    at = np.hstack(times)
    order = np.argsort(at, axis=1, kind="stable")
    rising = np.take_along_axis(at, order, axis=1)
    flown = np.empty((*at.shape, 6))
    np.put_along_axis(flown, order[..., None], fly(r0, start_v, pieces.area_mass, rising, weather), axis=1)
    width, tables, rows_up = times[0].shape[1], [], np.arange(n)
    for k, age in enumerate(ages):
        states = flown[:, k * width : (k + 1) * width]
        up = np.flatnonzero(np.isfinite(states).all(axis=(1, 2)))
        relative_s = times[k][up, :-1] - epochs[k][up, None]
        looks = cloud_fits.looked(rng, relative_s, states[up, :-1], sigma_km[up])
        utc = when + np.round(epochs[k][up] * 1e6).astype("timedelta64[us]")
        fit = cloud_fits.fitted(looks, utc, states[up, -1], 0.05 * pieces.area_mass[up])
        good = np.flatnonzero(fit.good)
        known_utc = when + np.round(known[k][up] * 1e6).astype("timedelta64[us]")
        tables.append(
            _table(up[good], utc[good], known_utc[good], fit.x[good], [parents[j] for j in pieces.parent[up[good]]], age)
        )
        if k == 0:
            rows_up = up[good]
    return ElementSets.concat(tables), rows_up


def _table(number: Ints, epoch_utc: Times, known_utc: Times, x: Floats, parents: list[Parent], age: float) -> ElementSets:
    """One row for each set, with the digits that published sets have."""
    rev_day, ecc, inc, raan, argp, ma, bstar = cloud_fits.columns(x)
    bstar = np.array([float(f"{b:.4e}") for b in bstar])
    cc1 = cloud_fits.satellites(x, epoch_utc).table["cc1"] if len(x) else np.zeros(0)
    named = age >= _NAMED_FROM_DAYS
    return ElementSets.build(
        {
            "norad_id": number,
            "epoch_utc": epoch_utc,
            "known_utc": known_utc,
            "known_basis": np.full(len(number), KnownBasis.OBSERVED, np.uint8),
            "name": np.array([f"{p.name} DEB" if named else "" for p in parents], object),
            "cospar_id": np.array([f"{p.cospar_id[:8]}ZZZ" if named and p.cospar_id else "" for p in parents], object),
            "mean_motion_rev_day": np.round(rev_day, 8),
            "eccentricity": np.round(ecc, 7),
            "inc_deg": np.round(inc, 4),
            "raan_deg": np.round(raan, 4) % 360.0,
            "argp_deg": np.round(argp, 4) % 360.0,
            "ma_deg": np.round(ma, 4) % 360.0,
            "bstar_per_er": bstar,
            "ndot_rev_day2": np.round(1.5 * rev_day * cc1 * 1440.0, 8),  # half the rate: n grows as (1 - C1 t)^-3
            "element_set_no": np.full(len(number), 999, np.int32),
        },
        data_mode=DataMode.EXERCISE,
    )


def _before(seed: int, parents: list[Parent], when: np.datetime64, weather: Weather) -> ElementSets:
    """The last set of each parent before the event, fitted to three days of its flight: a large, well-followed object."""
    from hoshimori.exercise.cloud_flight import fly

    rng = stream(seed, "cloud", "before")
    n = len(parents)
    epoch = -np.floor(rng.uniform(0.2, 0.9, n) * _DAY_S / 864e-6) * 864e-6
    at = np.hstack([cloud_fits.pass_times(rng, epoch - 3.0 * _DAY_S, epoch, 24), epoch[:, None]])
    falling = at[:, ::-1]
    r0, v0 = (np.array([getattr(p, key) for p in parents]) for key in ("r_km", "v_km_s"))
    area_mass = np.array([p.area_mass_m2_kg for p in parents])
    states = fly(r0, v0, area_mass, falling, weather)[:, ::-1]
    looks = cloud_fits.looked(rng, at[:, :-1] - epoch[:, None], states[:, :-1], np.full(n, 0.15))
    utc = when + np.round(epoch * 1e6).astype("timedelta64[us]")
    fit = cloud_fits.fitted(looks, utc, states[:, -1], 0.05 * area_mass)
    table = _table(np.array([p.norad_id for p in parents]), utc, utc + np.timedelta64(3, "h"), fit.x, parents, 0.0)
    return table.having(**_identity(parents, np.arange(n)))


def _remnant(
    seed: int,
    parents: list[Parent],
    natures: tuple[cloud_nature.Nature, ...],
    ages: list[float],
    when: np.datetime64,
    weather: Weather,
) -> ElementSets:
    """What keeps the parents' numbers: the largest piece of each, hardly pushed, at each age."""
    rng = stream(seed, "cloud", "remnant")
    n = len(parents)
    dv = np.array([rng.standard_normal(3) * _REMNANT * 10.0**1.8 * own.speed for own in natures])
    pieces = _Pieces(np.arange(n), np.full(n, 2.0), np.array([p.area_mass_m2_kg for p in parents]), dv)
    sets, _ = _sets_of(rng, pieces, parents, ages, when, weather, noise=0.3)
    return sets.having(norad_id=np.array([p.norad_id for p in parents])[sets.norad_id], **_identity(parents, sets.norad_id))


def _identity(parents: list[Parent], which: Ints) -> dict[str, Any]:
    return {key: np.array([getattr(parents[k], key) for k in which], object) for key in ("name", "cospar_id")}


def _weather(seed: int, when: np.datetime64, oldest_days: float) -> Weather:
    """How active the Sun is in this practice world, and how the air follows it from day to day."""
    rng = stream(seed, "cloud", "air")
    days = int(np.ceil(oldest_days)) + 6
    level = 0.6 * rng.standard_normal()
    step = np.empty(days)
    held = rng.standard_normal()
    for k in range(days):
        held = 0.8 * held + 0.6 * rng.standard_normal()
        step[k] = held
    sun = bodies.sun_teme_km(np.array([when]))[0]
    return Weather(sun / np.linalg.norm(sun), np.exp(level + 0.15 * step), -5)
