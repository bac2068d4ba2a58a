"""What was to be reached, and what was: targets beside measured numbers, and every row of ours beside the peer's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.manoeuvres import scores
from bench.manoeuvres.protocols import ALL_TIME, Run
from bench.manoeuvres.report import DAY, TOLERANCES, named, parts, seen_by, told
from bench.manoeuvres.scores import Part
from bench.manoeuvres.tables import Table
from bench.manoeuvres.truth import MODERN, History

F1_AT_LEAST = (
    ("LEO from 2013", "±12 h", 0.82),
    ("LEO from 2013", "±1 d", 0.85),
    ("GEO (Fengyun), all years", "±3 d", 0.88),
)
MEDIAN_ERROR_H = 2.0
RATIO_WITHIN = 0.05


@dataclass(frozen=True)
class Beside:
    """F1 of a detector and its peer on the same part, truth, years and matching."""

    part: str
    tolerance: str
    ours: float
    theirs: float


def targets(histories: Sequence[History], ours: Sequence[Run], peer: Run | None) -> Table:
    rows = [row for run in ours for row in _of_run(histories, run, peer)]
    return Table("Targets", ("detector, protocol", "what", "wanted", "measured", "met"), rows, (0, 0, 0, 3, 0))


def _of_run(histories: Sequence[History], run: Run, peer: Run | None) -> Iterator[tuple[str, str, str, float | str, str]]:
    by_name = {p.name: seen_by(p, run) for p in parts(histories)}
    for part, name, least in F1_AT_LEAST:
        f1 = _f1(by_name[part], run, TOLERANCES[name])
        yield named(run), f"F1 {name}, {part}", f">= {least}", f1, _met(f1 >= least)
    leo = by_name["LEO from 2013"]
    table = scores.judged(leo, told(run), DAY)
    error_h = scores.timing(leo, table).median_abs_h
    yield (
        named(run),
        f"median |error| of the time, h, {leo.name}",
        f"<= {MEDIAN_ERROR_H:g}",
        error_h,
        _met(error_h <= MEDIAN_ERROR_H),
    )
    ratio = scores.size(leo, table, 1).ratio
    close = abs(ratio - 1.0) <= RATIO_WITHIN
    yield named(run), f"in-track delta-v over made, median, {leo.name}", f"1.00 ± {RATIO_WITHIN:g}", ratio, _met(close)
    if peer is not None:
        rows = beside(histories, run, peer)
        behind = [r for r in rows if not r.ours > r.theirs]
        said = f"{len(rows) - len(behind)} of {len(rows)}"
        yield named(run), f"rows with a higher F1 than {peer.name}", "all", said, _met(not behind)
        for r in behind:
            yield named(run), f"  {r.part}, {r.tolerance}: not above the peer's", f"> {r.theirs:.3f}", r.ours, "no"


def beside(histories: Sequence[History], run: Run, peer: Run) -> list[Beside]:
    """Every pooled row and every satellite and era, at every tolerance."""
    eras = (("< 2013", ALL_TIME[0], MODERN), (">= 2013", MODERN, ALL_TIME[1]))
    alone = [Part(f"{h.satellite.name} {era}", (h,), start, stop) for h in histories for era, start, stop in eras]
    seen = [seen_by(part, run) for part in (*parts(histories), *alone)]
    return [
        Beside(part.name, name, _f1(part, run, tolerance), _f1(part, peer, tolerance))
        for part in seen
        if part.made()
        for name, tolerance in TOLERANCES.items()
    ]


def _f1(part: Part, run: Run, tolerance: np.timedelta64) -> float:
    return scores.tally(part, scores.judged(part, told(run), tolerance)).f1


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT MET"
