"""Do events fall into windows of time more often than chance allows? A permutation test over time, exact, with its p-value.

The null: whatever makes the events knows nothing of the windows. Its draws shift all events together around the span, so that
the rhythm of the events (bursts, gaps) and that of the windows (passes) both stay as they are; independent draws would take a
burst for many witnesses. The number of events inside windows is a step function of the shift; its distribution over all shifts
is worked out in full, nothing is sampled. Two nulls: "any shift", and "whole days", which keeps the hour of the day as well: a
cause that follows office hours, or the Sun, then passes for no coincidence.

`p_value` breaks ties at random (seeded): under the null it is uniform on 0..1, whatever the number of events. `p_at_least` is
the share of shifts that give as many hits or more: never smaller, for claims. Neither says what caused an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import Floats, Ints

DAY_S = 86400.0
MOST_PAIRS = 20_000_000
ANY, DAYS = "any shift", "whole days"


@dataclass(frozen=True)
class Coincidence:
    """What the test says. `share`: the part of the (operating) time inside windows; `expected`: hits that chance gives.

    hits: events inside a window. outside: events left out, beyond the span or the operating times. p_value, p_at_least: see the
    module; NaN without events. smallest_p: the smallest that `p_at_least` could have been with these events and windows.
    """

    events: int
    outside: int
    hits: int
    expected: float
    share: float
    p_value: float
    p_at_least: float
    smallest_p: float
    null: str

    def to_json(self) -> dict[str, Any]:
        """Every field; what is not known as null."""
        return {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in asdict(self).items()}


def coincidence(
    events_s: Floats,
    windows_s: Floats,
    span: tuple[float, float],
    *,
    seed: int | Sequence[int],
    operating_s: Floats | None = None,
    null: str = ANY,
) -> Coincidence:
    """Events at times (n,) against windows (k, 2), both in seconds on one clock, inside span = (start, stop).

    operating_s: (m, 2) the times in which an event could have happened at all (the instrument was on): time stands still
    outside them. With "whole days" the span is cut to whole days from its start, and operating times are not used.
    Method: shifts around the torus, H. W. Lotwick and B. W. Silverman, J. R. Statist. Soc. B 44 (1982) 406, in one dimension.
    Assumes: under the null the events are as likely at any place of the span. A trend in them (more and more outages) breaks it.
    """
    events = np.sort(np.asarray(events_s, np.float64).reshape(-1))
    windows = merged(windows_s)
    start, stop = (float(x) for x in span)
    if not (start < stop and np.isfinite([start, stop]).all() and np.isfinite(events).all()):
        raise UsageError("coincidence: expected finite event times and a span whose stop comes after its start")
    if null not in (ANY, DAYS):
        raise UsageError(f"coincidence: null {null!r}: expected {ANY!r} or {DAYS!r}")
    if null == DAYS:
        stop = start + DAY_S * np.floor((stop - start) / DAY_S)
        if stop < start + 2.0 * DAY_S:
            raise UsageError("coincidence: shifts by whole days need a span of two days or more")
    clock = _Clock(start, stop, operating_s if null == ANY else None)
    mine = events[clock.holds(events)]
    on_clock, windows = clock.at(mine), clock.windows(windows)
    hits = int(inside(on_clock, windows).sum())
    share = float(np.diff(windows, axis=1).sum()) / clock.length_s if len(windows) else 0.0
    chances = _whole_days(on_clock, windows, clock.length_s) if null == DAYS else _any_shift(on_clock, windows, clock.length_s)
    more, same = float(chances[hits + 1 :].sum()), float(chances[hits]) if hits < len(chances) else 0.0
    u = float(np.random.default_rng(seed).uniform())
    known = len(mine) > 0
    return Coincidence(
        events=len(mine),
        outside=len(events) - len(mine),
        hits=hits,
        expected=float(np.arange(len(chances)) @ chances),
        share=share,
        p_value=min(more + u * same, 1.0) if known else float("nan"),
        p_at_least=min(more + same, 1.0) if known else float("nan"),
        smallest_p=float(chances[np.flatnonzero(chances > 0.0)[-1]]) if known else float("nan"),
        null=null,
    )


def holm(p: Floats) -> Floats:
    """(m,) p-values adjusted for having looked m times: the chance of one or more false alarms stays below each. NaN stays NaN.

    Reference: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65.
    """
    p = np.asarray(p, np.float64)
    out, known = np.full(len(p), np.nan), np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    raised = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)) if len(order) else np.zeros(0)
    out[order] = np.minimum(raised, 1.0)
    return out


def merged(windows_s: Floats) -> Floats:
    """(j, 2) the same times as windows that do not touch, in order. UsageError where one ends before it begins."""
    w = np.asarray(windows_s, np.float64).reshape(-1, 2)
    if not (np.isfinite(w).all() and (w[:, 1] >= w[:, 0]).all()):
        raise UsageError("windows: expected rows (start, stop) of finite seconds, no stop before its start")
    w = w[np.argsort(w[:, 0], kind="stable")]
    if not len(w):
        return w
    reach = np.maximum.accumulate(w[:, 1])
    new = np.append(True, w[1:, 0] > reach[:-1])
    last = np.append(np.flatnonzero(new)[1:] - 1, len(w) - 1)
    return np.column_stack((w[new, 0], reach[last]))


def inside(t_s: Floats, windows_s: Floats) -> np.ndarray:
    """(n,) is each time in one of the windows (j, 2), which are merged?"""
    if not len(windows_s):
        return np.zeros(len(t_s), bool)
    k = np.searchsorted(windows_s[:, 0], t_s, side="right") - 1
    return np.asarray((k >= 0) & (t_s <= windows_s[np.maximum(k, 0), 1]))


def without(span: tuple[float, float], windows_s: Floats) -> Floats:
    """(j, 2) what is left of the span when the windows are taken out."""
    w = merged(windows_s)
    edges = np.concatenate(([span[0]], np.clip(w, *span).reshape(-1), [span[1]])).reshape(-1, 2)
    return edges[edges[:, 1] > edges[:, 0]]


@dataclass(frozen=True)
class _Clock:
    """Operating time: it runs inside the operating intervals and stands still outside them."""

    start: float
    stop: float
    operating_s: Floats | None

    @property
    def runs(self) -> Floats:
        whole = np.array([[self.start, self.stop]])
        if self.operating_s is None:
            return whole
        runs = np.clip(merged(self.operating_s), self.start, self.stop)
        runs = runs[runs[:, 1] > runs[:, 0]]
        if not len(runs):
            raise UsageError("coincidence: there are no operating times inside the span: nothing could have happened")
        return runs

    @property
    def length_s(self) -> float:
        return float(np.diff(self.runs, axis=1).sum())

    def holds(self, t_s: Floats) -> np.ndarray:
        return inside(t_s, self.runs)

    def at(self, t_s: Floats) -> Floats:
        """Clock readings of times; outside the operating times the reading at which the clock stands."""
        runs = self.runs
        before = np.append(0.0, np.cumsum(np.diff(runs, axis=1)))
        k = np.clip(np.searchsorted(runs[:, 0], t_s, side="right") - 1, 0, len(runs) - 1)
        return np.asarray(before[k] + np.clip(t_s - runs[k, 0], 0.0, runs[k, 1] - runs[k, 0]))

    def windows(self, windows_s: Floats) -> Floats:
        on_clock = self.at(windows_s.reshape(-1)).reshape(-1, 2)
        return merged(on_clock[on_clock[:, 1] > on_clock[:, 0]])


def _any_shift(events: Floats, windows: Floats, length_s: float) -> Floats:
    """(n + 1,) the chance of 0..n hits when all events are shifted together by a uniform amount around a circle of length_s.

    Event e is inside window (a, b) for shifts from a - e to b - e: each pair raises the count there by one.
    """
    n = len(events)
    if n * len(windows) > MOST_PAIRS:
        raise UsageError(f"coincidence: {n} events with {len(windows)} windows are too many: ask for a shorter span")
    whole = windows[:, 1] - windows[:, 0] >= length_s
    if not n or not len(windows) or whole.any():
        return np.asarray(np.eye(n + 1)[n if whole.any() else 0])
    up = ((windows[:, 0] - events[:, None]) % length_s).reshape(-1)
    down = ((windows[:, 1] - events[:, None]) % length_s).reshape(-1)
    at = np.concatenate((up, down))
    order = np.argsort(at, kind="stable")
    step = np.concatenate((np.ones(len(up), np.int64), np.full(len(down), -1)))[order]
    first = int((up > down).sum())  # pairs that hold the shift 0 with room on either side
    count: Ints = first + np.append(0, np.cumsum(step))
    gaps = np.diff(np.concatenate(([0.0], at[order], [length_s])))
    return np.asarray(np.bincount(np.clip(count, 0, n), weights=gaps, minlength=n + 1) / length_s)


def _whole_days(events: Floats, windows: Floats, length_s: float) -> Floats:
    """(n + 1,) the same over all shifts by whole days."""
    days = round(length_s / DAY_S)
    hits = [int(inside((events + k * DAY_S) % length_s, windows).sum()) for k in range(days)]
    return np.asarray(np.bincount(hits, minlength=len(events) + 1) / days)
