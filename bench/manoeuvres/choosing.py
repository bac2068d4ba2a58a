"""What the reading of the truth and the other ways of counting weigh: tables beside the scores, not scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench.manoeuvres import labels, scores
from bench.manoeuvres.protocols import Run
from bench.manoeuvres.report import DAY, THREE_DAYS, named, parts, seen_by, told
from bench.manoeuvres.tables import Cell, Table
from bench.manoeuvres.truth import History, Truth

EAST_WEST = ("north-south", "attitude")


def agreement(found: Sequence[labels.Agreement]) -> Table:
    return Table(
        "The truth as read here against the labels of maneuver-detect 0.3.0 (DORIS/IDS lines; first burn of each line)",
        ("satellite", "our lines", "labels", "pairs", "worst s", "with delta-v", "worst mm/s"),
        [(a.satellite, a.lines, a.labels, a.pairs, a.worst_s, a.sized, a.worst_mm_s) for a in found],
        (0, 0, 0, 0, 3, 0, 3),
    )


def choices(histories: Sequence[History], strict: Sequence[History], runs: Sequence[Run]) -> Table:
    """F1 at ±1 d (GEO: ±3 d) under the other way of counting."""
    rows: list[tuple[Cell, ...]] = []
    for run in runs:
        for name, leo, geo in (
            ("as printed above", histories, histories),
            ("found beside an idle line: a false alarm", [_without_idle(h) for h in histories], histories),
            ("only lines of exactly zero sum are idle", strict, histories),
            ("Fengyun: east-west alone is truth, the rest idle", histories, [_east_west(h) for h in histories]),
        ):
            low, high = seen_by(parts(leo)[0], run), seen_by(parts(geo)[3], run)
            a = scores.tally(low, scores.judged(low, told(run), DAY))
            b = scores.tally(high, scores.judged(high, told(run), THREE_DAYS))
            rows.append((named(run), name, a.made, a.hits, a.false, a.f1, b.made, b.hits, b.false, b.f1))
    return Table(
        "What the choices of the truth weigh: LEO from 2013 within ±1 d, Fengyun within ±3 d",
        ("detector, protocol", "counted", "made", "hits", "false", "F1", "made GEO", "hits", "false", "F1"),
        rows,
        (0, 0, 0, 0, 0, 3, 0, 0, 0, 3),
    )


def _without_idle(h: History) -> History:
    return replace(h, truth=replace(h.truth, idle_utc=h.truth.idle_utc[:0]))


def _east_west(h: History) -> History:
    """North-south and attitude entries are neither truth nor false alarms."""
    t, other = h.truth, np.isin(h.truth.kind, EAST_WEST)
    idle = np.sort(np.concatenate([t.idle_utc, t.t_utc[other]]))
    kept = Truth(
        t.t_utc[~other], t.dv_rtn_m_s[~other], t.parts[~other], t.kind[~other], idle, t.start_utc, t.stop_utc
    )  # fmt: skip
    return replace(h, truth=kept)
