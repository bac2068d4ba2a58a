"""What hoshimori's weights are learnt from: candidates of satellites with records, labelled by those records.

A candidate is a burn if it is matched one to one with a manoeuvre within `WITHIN` of its class of orbit. Beside a manoeuvre or an
idle line without being the match, or outside the record, it teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.manoeuvres.matching import match
from bench.manoeuvres.truth import History
from hoshimori.detect.becoming_known import Judgements, judgements
from hoshimori.detect.candidates import THRESHOLD, Candidates, candidates
from hoshimori.detect.histories import DAY, histories
from hoshimori.detect.weighing import (
    GROUPS,
    MOST_FOLLOWING,
    PLANE,
    Group,
    Weights,
    features,
    group_of,
    known_as,
    learn_group,
)
from hoshimori.facts import Bools, ElementSets, Floats, Ints, Times

WITHIN = {"LEO": np.timedelta64(36, "h"), "GEO": np.timedelta64(72, "h")}
BESIDE = np.timedelta64(72, "h")
ENOUGH_FOR_LAG = 10


@dataclass(frozen=True)
class Labelled:
    """Candidates (m,) of one satellite: features, class of orbit and era, and what the record says."""

    x: Floats
    group: Ints
    by_phase: Bools
    is_burn: Bools
    teaches: Bools
    error_days: Floats  # candidate minus truth, NaN where not matched
    back_sigma: Floats


@dataclass(frozen=True)
class LabelledKnown:
    """Judgements (m,) as they became known. A gap is judged several times, and each teaches."""

    x: Floats
    group: Ints
    is_burn: Bools
    teaches: Bools
    error_days: Floats
    back_sigma: Floats


def examined(sets: ElementSets) -> Candidates:
    """The candidates of one history, computed once however often the protocols ask."""
    key = (int(sets.norad_id[0]), len(sets), int(sets.epoch_utc[-1].astype(np.int64)))
    if key not in _seen:
        _seen[key] = candidates(histories(sets)[0])
    return _seen[key]


def judged(sets: ElementSets) -> Judgements:
    """The judgements in time of one history, computed once."""
    key = (int(sets.norad_id[0]), len(sets), int(sets.epoch_utc[-1].astype(np.int64)))
    if key not in _judged:
        _judged[key] = judgements(histories(sets)[0], THRESHOLD)
    return _judged[key]


_seen: dict[tuple[int, int, int], Candidates] = {}
_judged: dict[tuple[int, int, int], Judgements] = {}


def labelled(history: History, lags: dict[str, float]) -> Labelled:
    c, truth = examined(history.sets), history.truth
    h, kind = c.histories, group_of(c.histories, c.row)
    lag = np.array([lags.get(g, 0.0) for g in GROUPS])[kind]
    t_utc = _moved(h.sets.epoch_utc[c.row + 1], -c.along.back - lag)
    by_phase = c.along.statistic > THRESHOLD
    within = WITHIN[history.satellite.regime]
    error = np.full(len(c), np.nan)
    is_burn = np.zeros(len(c), bool)
    phases = np.flatnonzero(by_phase)
    for a, b in match(t_utc[phases], truth.t_utc, within):
        is_burn[phases[a]] = True
        error[phases[a]] = (t_utc[phases[a]] - truth.t_utc[b]) / DAY
    inside = (t_utc >= truth.start_utc - within) & (t_utc <= truth.stop_utc + within)
    beside = _near(t_utc, truth.t_utc, within) | _near(t_utc, truth.idle_utc, BESIDE)
    x = features(c)
    return Labelled(x, kind, by_phase, is_burn, inside & (is_burn | ~beside), error, c.along.back_sigma)


def labelled_known(history: History, lags: dict[str, float], after: int) -> LabelledKnown:
    """Every judgement by phase with this many sets after the gap: of a burn if the manoeuvre nearest to it is within reach."""
    j, truth = judged(history.sets), history.truth
    j = j.take(np.flatnonzero((j.kick.statistic > THRESHOLD) & (np.minimum(j.following, MOST_FOLLOWING) == after)))
    kind = group_of(j.histories, j.row)
    lag = np.array([lags.get(g, 0.0) for g in GROUPS])[kind]
    t_utc = _moved(j.histories.sets.epoch_utc[j.row + 1], -j.kick.back - lag)
    within = WITHIN[history.satellite.regime]
    error = np.full(len(j), np.nan)
    if len(truth.t_utc):
        off = (t_utc[:, None] - truth.t_utc[None, :]) / DAY
        error = off[np.arange(len(j)), np.abs(off).argmin(axis=1)]
    is_burn = np.abs(error) <= within / DAY
    inside = (t_utc >= truth.start_utc - within) & (t_utc <= truth.stop_utc + within)
    teaches = inside & (is_burn | ~_near(t_utc, truth.idle_utc, BESIDE))
    return LabelledKnown(j.features, kind, is_burn, teaches, np.where(is_burn, error, np.nan), j.kick.back_sigma)


def _moved(t_utc: Times, days: Floats) -> Times:
    return np.asarray(t_utc + np.rint(days * 86400e6).astype("timedelta64[us]"))


def _near(t_utc: Times, others: Times, within: np.timedelta64) -> Bools:
    if not len(others):
        return np.zeros(len(t_utc), bool)
    return np.asarray(np.abs(t_utc[:, None] - others[None, :]).min(axis=1) <= within)


def learn(satellites: Sequence[History], learnt_on: str = "") -> Weights:
    """Weights from all that these satellites' candidates and records say. A group without both burns and others is left out."""
    usable = [s for s in satellites if len(s.sets) >= 5]
    lags = _lags([labelled(s, {}) for s in usable])
    parts = [labelled(s, lags) for s in usable]
    groups: dict[str, Group] = {}
    for g, name in enumerate(GROUPS):
        rows = [(p, (p.group == g) & p.by_phase & p.teaches) for p in parts]
        _learn_into(groups, name, rows, lags.get(name, 0.0), _scatter(parts, g))
    known: dict[str, Group] = {}
    for after in range(1, MOST_FOLLOWING + 1):
        known_lags = _lags([labelled_known(s, {}, after) for s in usable])
        known_parts = [labelled_known(s, known_lags, after) for s in usable]
        for g, name in enumerate(GROUPS):
            known_rows = [(p, (p.group == g) & p.teaches) for p in known_parts]
            _learn_into(known, known_as(name, after), known_rows, known_lags.get(name, 0.0), _scatter(known_parts, g))
    return Weights(groups, known, PLANE, learnt_on)


def _learn_into(
    groups: dict[str, Group],
    name: str,
    rows: Sequence[tuple[Labelled | LabelledKnown, Bools]],
    lag_days: float,
    scatter_days: float,
) -> None:
    x = np.concatenate([p.x[m] for p, m in rows])
    y = np.concatenate([p.is_burn[m] for p, m in rows])
    if y.any() and not y.all():
        groups[name] = learn_group(x, y, lag_days, scatter_days)


def _lags(parts: Sequence[Labelled | LabelledKnown]) -> dict[str, float]:
    """Days by which fitted times of a group are late, the median over its matched burns."""
    out = {}
    for g, name in enumerate(GROUPS):
        errors = np.concatenate([p.error_days[(p.group == g) & p.is_burn] for p in parts])
        if len(errors) >= ENOUGH_FOR_LAG:
            out[name] = float(np.median(errors))
    return out


def _scatter(parts: Sequence[Labelled | LabelledKnown], g: int) -> float:
    """The least sigma, days, that makes 68.27 % of the matched burns' errors smaller than one stated sigma."""
    error = np.concatenate([np.abs(p.error_days[(p.group == g) & p.is_burn]) for p in parts])
    back = np.concatenate([p.back_sigma[(p.group == g) & p.is_burn] for p in parts])
    lo, hi = 0.0, 5.0
    for _ in range(40):
        middle = 0.5 * (lo + hi)
        inside = float((error <= np.hypot(back, middle)).mean()) if len(error) else 1.0
        lo, hi = (lo, middle) if inside >= 0.6827 else (middle, hi)
    return hi
