"""Which of the burns found is which of the burns made: one to one, on both sides of the truth, and nothing counted twice.

    found = merged(found)                     burns of one detector within a day are one, as they are in the truth
    pairs = match(found_utc, truth_utc, tolerance)
    judged = judge(found, truth, tolerance)   every burn made: found or missed; every burn found: hit, false, or not judged

A burn found that matches nothing is a false alarm only inside the period of the operator's record; beside a line that names no
change of velocity (`idle_utc`) it is neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from hoshimori.facts import NOT_A_TIME, Bools, Floats, Ints, Times

ONE_MANOEUVRE = np.timedelta64(1, "D")
ALONE = np.timedelta64(6, "D")
MICROSECOND = np.timedelta64(1, "us")
HIT, FALSE, BESIDE_IDLE, OUTSIDE = 1, 0, -1, -2


class Record(Protocol):
    """What is known to be true of one satellite: see `truth.Truth`."""

    @property
    def t_utc(self) -> Times: ...
    @property
    def dv_rtn_m_s(self) -> Floats: ...
    @property
    def idle_utc(self) -> Times: ...
    @property
    def start_utc(self) -> np.datetime64: ...
    @property
    def stop_utc(self) -> np.datetime64: ...


@dataclass(frozen=True)
class Found:
    """Burns found of one satellite, in order of time; NaN and NaT where the detector does not say.

    t_utc, sigma_s, probability, score, known_utc: (n,). `score` orders them, best highest: the probability where nothing else
    is given. dv_rtn_m_s: (n, 3), lengths without sign where `signed` is False.
    """

    t_utc: Times
    probability: Floats
    score: Floats
    sigma_s: Floats
    dv_rtn_m_s: Floats
    known_utc: Times
    signed: bool = True

    def __len__(self) -> int:
        return len(self.t_utc)

    def take(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Found:
        return replace(self, **{f.name: getattr(self, f.name)[which] for f in fields(self) if f.name != "signed"})


def found(
    t_utc: npt.ArrayLike,
    probability: npt.ArrayLike | None = None,
    sigma_s: npt.ArrayLike | None = None,
    dv_rtn_m_s: npt.ArrayLike | None = None,
    known_utc: npt.ArrayLike | None = None,
    *,
    score: npt.ArrayLike | None = None,
    signed: bool = True,
) -> Found:
    """A `Found` in order of time, with what is left out filled as not said."""
    t = np.asarray(t_utc, "datetime64[us]").reshape(-1)

    def column(said: npt.ArrayLike | None) -> Floats:
        return np.full(len(t), np.nan) if said is None else np.asarray(said, np.float64).reshape(-1)

    return Found(
        t,
        column(probability),
        column(probability if score is None else score),
        column(sigma_s),
        np.full((len(t), 3), np.nan) if dv_rtn_m_s is None else np.asarray(dv_rtn_m_s, np.float64).reshape(-1, 3),
        np.full(len(t), NOT_A_TIME) if known_utc is None else np.asarray(known_utc, "datetime64[us]").reshape(-1),
        signed,
    ).take(np.argsort(t, kind="stable"))


def merged(burns: Found) -> Found:
    """Burns closer than `ONE_MANOEUVRE` to the next are one: at the mean time weighted by size, dv added.

    Probability, score and sigma of the time are those of the best; it is known when the first of them is.
    """
    if len(burns) < 2:
        return burns
    edges = np.flatnonzero(np.diff(burns.t_utc) >= ONE_MANOEUVRE) + 1
    groups = np.split(np.arange(len(burns)), edges)
    if len(groups) == len(burns):
        return burns
    weight = np.linalg.norm(np.nan_to_num(burns.dv_rtn_m_s), axis=1)
    weight = np.where((weight > 0) & np.isfinite(weight), weight, np.inf)
    best = np.array([g[np.argmax(np.nan_to_num(burns.score[g]))] for g in groups])
    return Found(
        np.array([_mean_time(burns.t_utc[g], weight[g]) for g in groups]),
        burns.probability[best],
        burns.score[best],
        burns.sigma_s[best],
        np.array([np.where(np.isnan(d := burns.dv_rtn_m_s[g]).all(axis=0), np.nan, np.nansum(d, axis=0)) for g in groups]),
        np.array([burns.known_utc[g].min() for g in groups]),
        burns.signed,
    )


def _mean_time(t: Times, weight: Floats) -> np.datetime64:
    """Weighted where every size is known, else plain."""
    share = weight / weight.sum() if np.isfinite(weight).all() else np.full(len(t), 1 / len(t))
    middle: np.datetime64 = t[0] + np.timedelta64(round(float(((t - t[0]) / MICROSECOND) @ share)), "us")
    return middle


def match(one: Times, other: Times, tolerance: np.timedelta64) -> Ints:
    """(k, 2) indices of pairs within the tolerance (its end included), each member used at most once.

    As many pairs as there can be; among those, the least sum of time differences (Hungarian method on the exact microseconds).
    """
    if not len(one) or not len(other):
        return np.zeros((0, 2), np.int64)
    apart = np.abs((one[:, None] - other[None, :]) / MICROSECOND)
    allowed = apart <= tolerance / MICROSECOND
    never = (min(len(one), len(other)) + 1) * (tolerance / MICROSECOND + 1.0)
    rows, columns = linear_sum_assignment(np.where(allowed, apart, never))
    real = allowed[rows, columns]
    return np.stack([rows[real], columns[real]], axis=1).astype(np.int64)


@dataclass(frozen=True)
class Judged:
    """Columns of what was made (m rows) and what was found (n rows), of one satellite or, joined, of several.

    by: (m,) row of `found` that matched, -1 where missed. verdict: (n,) HIT, FALSE, BESIDE_IDLE or OUTSIDE; of: (n,) row of the
    truth, -1. alone: (m,) no other burn made within 6 days. satellite, found_satellite: NORAD numbers.
    """

    satellite: Ints
    t_utc: Times
    dv_rtn_m_s: Floats
    alone: Bools
    by: Ints
    found_satellite: Ints
    found: Found
    verdict: Ints
    of: Ints


def judge(burns: Found, truth: Record, tolerance: np.timedelta64, norad_id: int = 0) -> Judged:
    """One satellite's burns found, already `merged`, against the truth."""
    pairs = match(burns.t_utc, truth.t_utc, tolerance)
    by, of = np.full(len(truth.t_utc), -1), np.full(len(burns), -1)
    by[pairs[:, 1]], of[pairs[:, 0]] = pairs[:, 0], pairs[:, 1]
    left = np.flatnonzero(of < 0)
    verdict = np.full(len(burns), HIT)
    verdict[left] = FALSE
    verdict[left[match(burns.t_utc[left], truth.idle_utc, tolerance)[:, 0]]] = BESIDE_IDLE
    outside = (burns.t_utc < truth.start_utc) | (burns.t_utc > truth.stop_utc)
    verdict[outside & (of < 0)] = OUTSIDE
    return Judged(
        np.full(len(by), norad_id), truth.t_utc, truth.dv_rtn_m_s, alone(truth.t_utc), by,
        np.full(len(of), norad_id), burns, verdict, of,
    )  # fmt: skip


def alone(t_utc: Times) -> Bools:
    """Which burns have no other within `ALONE`."""
    apart = np.diff(t_utc) >= ALONE
    result: Bools = np.append(True, apart) & np.append(apart, True) if len(t_utc) else np.zeros(0, bool)
    return result


def joined(parts: Sequence[Judged]) -> Judged:
    """Several satellites as one table; the row numbers in `by` and `of` are shifted to it."""
    made = np.cumsum([0, *(len(p.by) for p in parts)])
    seen = np.cumsum([0, *(len(p.of) for p in parts)])
    columns = {f.name: np.concatenate([getattr(p.found, f.name) for p in parts]) for f in fields(Found) if f.name != "signed"}
    return Judged(
        np.concatenate([p.satellite for p in parts]),
        np.concatenate([p.t_utc for p in parts]),
        np.concatenate([p.dv_rtn_m_s for p in parts]),
        np.concatenate([p.alone for p in parts]),
        np.concatenate([np.where(p.by < 0, -1, p.by + n) for p, n in zip(parts, seen, strict=False)]),
        np.concatenate([p.found_satellite for p in parts]),
        Found(**columns, signed=parts[0].found.signed),
        np.concatenate([p.verdict for p in parts]),
        np.concatenate([np.where(p.of < 0, -1, p.of + n) for p, n in zip(parts, made, strict=False)]),
    )
