"""What the detector of silences is given: tails of gaps by class, how often objects are lost; from the learning half alone."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.silence import archive
from hoshimori.detect import rhythm
from hoshimori.detect.silence_rates import KINDS, LEO_REV_DAY
from hoshimori.facts import Floats

KNOTS = (0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
LEAST_BEFORE = 8
WEIGHTS = (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 400.0)
LEVELS = (0.01, 0.003, 0.001, 0.0003)
SAFE_KM = 800.0
"""Above this perigee nothing comes down within the years between two catalogues: who vanishes is lost or no longer published."""
ASSUMED = {
    "renumbered_per_year": 1e-3,
    "controlled_reentry_per_year": 0.02,
    "controlled_below_km": 600.0,
    "lifetime_log_sigma": 0.5,
    "outage_per_year": 1.0,
    "outage_mean_days": 2.0,
    "siblings_silent_factor": 30.0,
    "siblings_silent_at_most": 1000.0,
    "siblings_heard_factor": 0.5,
    "no_payload_factor": 0.001,
    "kind_unknown_factor": 0.5,
    "faded_lost_factor": 3.0,
    "faded_unpublished_factor": 0.2,
    "heir_factor": 1e5,
    "no_heir_factor": 0.05,
}
"""Set by hand: no open record says how often these happen."""

Gaps = dict[str, list[tuple[int, Floats]]]


def gaps_by_class(data: Path, learn: bool) -> Gaps:
    """By class, each object's gaps in order of time; of the learning half or of the other."""
    out: Gaps = {f"{shell} {pace}": [] for shell in ("low", "high") for pace in ("often", "daily")}

    def add(number: int, motion: float, gaps: Floats) -> None:
        if len(gaps) > LEAST_BEFORE:
            pace = "often" if gaps.mean() < rhythm.OFTEN_DAYS else "daily"
            out[f"{'low' if motion >= LEO_REV_DAY else 'high'} {pace}"].append((number, gaps))

    for name, sets in archive.history(data).items():
        if (name in archive.LEARN) == learn:
            add(int(sets.norad_id[0]), float(sets.mean_motion_rev_day[0]), rhythm.gaps_days(rhythm.moments(sets).known_utc))
    week = archive.week(data)
    motion = dict(zip(week.norad_id.tolist(), week.mean_motion_rev_day.tolist(), strict=True))
    told = rhythm.moments(week.take(week.norad_id % 2 == int(learn)))
    numbers, first = np.unique(told.norad_id, return_index=True)
    for number, part in zip(numbers.tolist(), np.split(told.known_utc, first[1:]), strict=True):
        add(number, motion[number], rhythm.gaps_days(part))
    return out


def ratios(gaps: Floats) -> Floats:
    """Every gap in means of the at most `RECORD` gaps before it."""
    sums = np.append(0.0, np.cumsum(gaps))
    j = np.arange(LEAST_BEFORE, len(gaps))
    first = np.maximum(0, j - rhythm.RECORD)
    return np.asarray(gaps[j] / ((sums[j] - sums[first]) / (j - first)))


def tail(objects: list[tuple[int, Floats]]) -> rhythm.Tail:
    """Empirical down to one in a thousand or the ten longest; beyond, Hill's index of the last hundredth less its one sigma."""
    x = np.sort(np.concatenate([ratios(g) for _, g in objects]))
    knots = [s for s in KNOTS if s * len(x) >= 10.0]
    at = np.quantile(x, 1.0 - np.array(knots))
    threshold = np.quantile(x, 0.99)
    index = (1.0 - 1.0 / np.sqrt((x > threshold).sum())) / float(np.log(x[x > threshold] / threshold).mean())
    rounded = tuple(round(float(a), 4) for a in at)
    return rhythm.Tail(rounded, tuple(knots), round(float(index), 3), len(objects), len(x))


def tails_of(gaps: Gaps) -> dict[str, rhythm.Tail]:
    """By class. A week cannot show gaps of days: who is published often takes the tail index of long histories, if smaller."""
    out = {key: tail(objects) for key, objects in gaps.items() if objects}
    for shell in ("low", "high"):
        often, daily = out[f"{shell} often"], out[f"{shell} daily"]
        out[f"{shell} often"] = replace(often, index=min(often.index, daily.index))
    return out


def walked(objects: list[tuple[int, Floats]], made: rhythm.Tail, weight: float) -> Floats:
    """P(gap >= it) of each gap, as stated before it: the value of which uniformity is asked."""
    out = []
    for _, gaps in objects:
        for j in range(LEAST_BEFORE, len(gaps)):
            own = np.sort(gaps[max(0, j - rhythm.RECORD) : j])
            out.append(rhythm.Rhythm(own, made, weight).survival(float(gaps[j])))
    return np.array(out)


def weight(gaps: Gaps) -> tuple[float, dict[float, list[float]]]:
    """The weight of a class with which tail probabilities come nearest to what they say, each object by the tail of others."""
    rows: dict[float, list[float]] = {}
    for tried in WEIGHTS:
        p = []
        for objects in gaps.values():
            folds = min(5, len(objects))
            for k in range(folds):
                others = [o for i, o in enumerate(objects) if i % folds != k]
                if others:
                    p.append(walked([o for i, o in enumerate(objects) if i % folds == k][:300], tail(others), tried))
        every = np.concatenate(p)
        rows[tried] = [float((every <= level).mean() / level) for level in LEVELS]
    return min(WEIGHTS, key=lambda w: max(abs(np.log(max(r, 1e-3))) for r in rows[w])), rows


def lost(data: Path, first: int, second: int) -> dict[str, tuple[int, float]]:
    """By shell and kind: objects of one catalogue above `SAFE_KM` in no later one, and object-years seen."""
    every = archive.snapshots(data)
    then, years = every[first], float((every[second].day - every[first].day).astype(int)) / 365.25
    later = np.unique(np.concatenate([s.sets.norad_id for s in every[second:]]))
    kinds = {n: k for s in (*every, then) for n, k in s.kind.items() if k}
    kind = np.array([kinds.get(n, "") for n in then.sets.norad_id.tolist()])
    safe = archive.perigee_km(then.sets) >= SAFE_KM
    gone = ~np.isin(then.sets.norad_id, later)
    out = {}
    for shell, high in (("low", False), ("high", True)):
        mine = safe & ((then.sets.mean_motion_rev_day < LEO_REV_DAY) == high)
        for name in (*KINDS, "any"):
            which = mine & ((kind == name) | (name == "any"))
            out[f"{shell} {name}"] = (int((which & gone).sum()), float(which.sum() * years))
    return out


def together(data: Path, first: int, second: int) -> tuple[int, float]:
    """Launches of which two payloads and more vanished between two catalogues, and payload-years seen."""
    every = archive.snapshots(data)
    then = every[first]
    later = np.unique(np.concatenate([s.sets.norad_id for s in every[second:]]))
    payload = np.array([then.kind.get(n, "") == "PAYLOAD" for n in then.sets.norad_id.tolist()])
    safe = payload & (archive.perigee_km(then.sets) >= SAFE_KM)
    gone = then.sets.cospar_id[safe & ~np.isin(then.sets.norad_id, later)]
    _, counts = np.unique([str(c)[:8] for c in gone if c], return_counts=True)
    years = float((every[second].day - every[first].day).astype(int)) / 365.25
    return int((counts > 1).sum()), float(safe.sum() * years)


def late_share(data: Path, tails: dict[str, rhythm.Tail]) -> tuple[float, float, list[float]]:
    """Beta distribution (method of moments) of the share of objects late at their 5 % level, at moments of the working week."""
    sets = archive.week(data)
    sets = sets.take(sets.norad_id % 2 == 1)
    told = rhythm.moments(sets)
    shares = []
    for t in np.arange(np.datetime64("2026-05-27T00", "us"), np.datetime64("2026-05-30T22", "us"), np.timedelta64(3, "h")):
        known = told.known_utc <= t
        _, first, count = np.unique(told.norad_id[known], return_index=True, return_counts=True)
        times = told.known_utc[known]
        begin, end = times[first], times[first + count - 1]
        gaps = count - 1
        mean = (end - begin) / np.timedelta64(1, "us") / rhythm.DAY_US / np.maximum(gaps, 1)
        newest = times.max()
        ratio = (newest - end) / np.timedelta64(1, "us") / rhythm.DAY_US / np.maximum(mean, 1e-3)
        shares.append(float((tails["low often"].beyond(ratio[gaps >= 5]) <= 0.05).mean()))
    mean_share, spread = float(np.mean(shares)), float(np.var(shares))
    total = max(mean_share * (1.0 - mean_share) / max(spread, 1e-9) - 1.0, 2.0)
    return mean_share * total, (1.0 - mean_share) * total, shares


def learn(data: Path) -> dict[str, Any]:
    gaps = gaps_by_class(data, True)
    tails = tails_of(gaps)
    chosen, _ = weight(gaps)
    seen = lost(data, 1, 2)
    rate = {key: (k + 0.5) / max(years, 1.0) for key, (k, years) in seen.items()}
    groups, years = together(data, 1, 2)
    a, b, _ = late_share(data, tails)
    return {
        "learnt_by": "bench/silence/run.py --learn: five histories, odd numbers of a week of 2026, catalogues 2018 and 2021",
        "tails": {k: asdict(t) for k, t in tails.items()},
        "weight": chosen,
        "lost_per_year": {k: round(v, 7) for k, v in rate.items()},
        "lost_seen": {k: [n, round(y)] for k, (n, y) in seen.items()},
        "unpublished_per_year": round((groups + 0.5) / years, 8),
        "unpublished_seen": [groups, round(years)],
        "late_share": [round(a, 3), round(b, 3)],
        "assumed": ASSUMED,
    }
