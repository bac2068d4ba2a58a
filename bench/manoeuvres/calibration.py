"""Is a probability of 0.7 right seven times in ten? Brier score, reliability, expected calibration error.

What is told is matched with the truth first, as it is scored; what was weighed but not told may then match what is left. So a
weak candidate beside a strong one is not called right in its place. Burns outside the record or beside an idle line are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from bench.manoeuvres.matching import FALSE, HIT, Found, Judged, joined, judge, merged
from bench.manoeuvres.scores import Part
from bench.manoeuvres.sockets import Answer
from hoshimori.facts import Floats

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """`base`: the Brier score of saying the share of hits every time. bins: n, mean probability, share of hits of each tenth."""

    n: int
    brier: float
    base: float
    expected_error: float
    bins: tuple[tuple[int, float, float], ...]


def reliability(part: Part, answers: Mapping[int, Answer], tolerance: np.timedelta64, *, candidates: bool) -> Reliability | None:
    """Of the told burns, or of these and the other candidates. None where the detector states no probability."""
    p, hit = outcomes(part, answers, tolerance, candidates=candidates)
    return of_outcomes(p, hit) if len(p) else None


def outcomes(part: Part, answers: Mapping[int, Answer], tolerance: np.timedelta64, *, candidates: bool) -> tuple[Floats, Floats]:
    """Probability and 1 or 0 for every burn that can be judged."""
    tables: list[Judged] = []
    for h in part.histories:
        answer, n = answers[h.satellite.norad_id], h.satellite.norad_id
        told = judge(merged(answer.told), h.truth, tolerance, n)
        tables.append(told)
        if candidates:
            missed = told.by < 0
            left = replace(h.truth, t_utc=h.truth.t_utc[missed], dv_rtn_m_s=h.truth.dv_rtn_m_s[missed])
            tables.append(judge(merged(_untold(answer)), left, tolerance, n))
    table = joined(tables)
    mine = part.during(table.found.t_utc) & ((table.verdict == HIT) | (table.verdict == FALSE))
    mine &= np.isfinite(table.found.probability)
    return table.found.probability[mine], (table.verdict[mine] == HIT).astype(np.float64)


def _untold(answer: Answer) -> Found:
    return answer.candidates.take(~np.isin(answer.candidates.t_utc, answer.told.t_utc))


def of_outcomes(p: Floats, hit: Floats) -> Reliability:
    """p, hit: (n,) at least one; bins are closed below, the last one on both sides."""
    tenth = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    bins = tuple(
        (int(mine.sum()), float(p[mine].mean()), float(hit[mine].mean())) if (mine := tenth == k).any() else (0, 0.0, 0.0)
        for k in range(BINS)
    )
    error = sum(n * abs(mean - share) for n, mean, share in bins if n) / len(p)
    base = float(hit.mean() * (1 - hit.mean()))
    return Reliability(len(p), float(np.mean(np.square(p - hit))), base, float(error), bins)
