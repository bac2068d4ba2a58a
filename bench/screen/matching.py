"""Which approach of one search is which of another, and how far apart they lie."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bench.screen.reference import Approaches

Ints = npt.NDArray[np.int64]

SAME_S = 1.0
AT_THE_EDGE_KM = 1e-6


class Compared(NamedTuple):
    """Rows of the reference and ours that are the same event; those of the reference that are missed, of ours invented."""

    theirs: Ints
    ours: Ints
    missed: Ints
    invented: Ints


def matched(theirs: Approaches, ours: Approaches, same_s: float = SAME_S) -> Compared:
    """One to one, inside each pair of rows, the nearest in time first, up to same_s apart."""
    by_pair: dict[tuple[int, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, events in enumerate((theirs, ours)):
        low, high = np.minimum(events.a, events.b), np.maximum(events.a, events.b)
        for k, pair in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
            by_pair[pair][side].append(k)
    couples: list[tuple[int, int]] = []
    for mine, yours in by_pair.values():
        apart = np.abs(theirs.t_s[mine][:, None] - ours.t_s[yours][None, :])
        while apart.size and apart.min() <= same_s:
            i, j = np.unravel_index(apart.argmin(), apart.shape)
            couples.append((mine[i], yours[j]))
            apart[i, :], apart[:, j] = np.inf, np.inf
    one, two = (np.array(column, np.int64) for column in zip(*couples, strict=True)) if couples else (np.zeros(0, np.int64),) * 2
    missed = np.setdiff1d(np.arange(len(theirs.a)), one)
    return Compared(one, two, missed, np.setdiff1d(np.arange(len(ours.a)), two))


def described(theirs: Approaches, ours: Approaches, within_km: float, slow_km_s: float) -> tuple[list[str], bool]:
    """Lines for people, and whether both say the same: nobody missed, nobody invented, 1 ms and 1 m."""
    found = matched(theirs, ours)
    dt_ms = np.abs(theirs.t_s[found.theirs] - ours.t_s[found.ours]) * 1e3
    apart_m = np.abs(theirs.miss_km[found.theirs] - ours.miss_km[found.ours]) * 1e3
    slow = theirs.speed_km_s[found.theirs] < slow_km_s
    lines = [f"events: reference {len(theirs.a):,}, hoshimori {len(ours.a):,}, the same {len(found.ours):,}"]
    for what, which in (("passing", ~slow), ("slow", slow)):
        worst = f"{dt_ms[which].max(initial=0.0):.6f} ms, {apart_m[which].max(initial=0.0):.9f} m"
        late = int((dt_ms[which] > 1.0).sum())
        lines.append(f"{what} ({which.sum():,}, {slow_km_s:g} km/s divides): largest difference {worst}; beyond 1 ms: {late}")
    for what, events, rows in (("missed", theirs, found.missed), ("invented", ours, found.invented)):
        some = events.take(rows)
        edge = int((np.abs(some.miss_km - within_km) < AT_THE_EDGE_KM).sum())
        crawling = int((some.speed_km_s < slow_km_s).sum())
        lines.append(
            f"{what}: {len(rows)} ({len(rows) - crawling} passing, {crawling} slow; {edge} within 1 mm of the threshold)"
        )
        lines += [f"  {a} {b} at {t:.4f} s, {d:.6f} km, {v:.6f} km/s" for a, b, t, d, v in list(zip(*some, strict=True))[:8]]
    good = not len(found.missed) and not len(found.invented)
    return lines, good and dt_ms.max(initial=0.0) <= 1.0 and apart_m.max(initial=0.0) <= 1.0
