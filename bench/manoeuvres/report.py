"""The tables of one evening: the same truth, the same matching, one row for each detector and protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from bench.manoeuvres import calibration, scores
from bench.manoeuvres.matching import Found
from bench.manoeuvres.protocols import ALL_TIME, Run
from bench.manoeuvres.scores import Part
from bench.manoeuvres.tables import Cell, Table
from bench.manoeuvres.truth import MODERN, History
from hoshimori.facts import ASSUMED_LATENCY

TOLERANCES = {"±12 h": np.timedelta64(12, "h"), "±1 d": np.timedelta64(1, "D"), "±3 d": np.timedelta64(3, "D")}
DAY, THREE_DAYS = TOLERANCES["±1 d"], TOLERANCES["±3 d"]


def parts(histories: Sequence[History]) -> list[Part]:
    """The pooled ones, by regime and era."""
    leo = tuple(h for h in histories if h.satellite.regime == "LEO")
    geo = tuple(h for h in histories if h.satellite.regime == "GEO")
    return [
        Part("LEO from 2013", leo, MODERN, ALL_TIME[1]),
        Part("LEO before 2013", leo, ALL_TIME[0], MODERN),
        Part("LEO, all years", leo, *ALL_TIME),
        Part("GEO (Fengyun), all years", geo, *ALL_TIME),
        Part("GEO (Fengyun) from 2013", geo, MODERN, ALL_TIME[1]),
    ]


def seen_by(part: Part, run: Run) -> Part:
    """What of the part this run is scored on: a protocol may start late."""
    answered = tuple(h for h in part.histories if h.satellite.norad_id in run.answers)
    return replace(part, histories=answered, start_utc=max(part.start_utc, run.from_utc))


def told(run: Run) -> dict[int, Found]:
    return {n: answer.told for n, answer in run.answers.items()}


def pooled(part: Part, runs: Sequence[Run]) -> Table:
    columns: tuple[str, ...] = ("detector, protocol", "made")
    for name in TOLERANCES:
        columns += (f"P {name}", "R", "F1", "95 %", "false/y")
    rows = []
    for run in runs:
        mine = seen_by(part, run)
        row: list[Cell] = [named(run), mine.made()]
        for tolerance in TOLERANCES.values():
            table = scores.judged(mine, told(run), tolerance)
            t, (low, high) = scores.tally(mine, table), scores.f1_interval(mine, table)
            row += [t.precision, t.recall, t.f1, f"{low:.2f}-{high:.2f}", t.false_per_year]
        rows.append(tuple(row))
    years = f"{part.years():.1f} satellite-years inside the operators' records"
    return Table(f"{part.name}: {years}", columns, rows, (0, 0) + (3, 3, 3, 0, 2) * 3)


def by_satellite(histories: Sequence[History], run: Run) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for h in histories:
        for era, start, stop in (("< 2013", ALL_TIME[0], MODERN), (">= 2013", MODERN, ALL_TIME[1])):
            mine = seen_by(Part(h.satellite.name, (h,), start, stop), run)
            if not mine.made() or not mine.histories:
                continue
            tallies = [scores.tally(mine, scores.judged(mine, told(run), t)) for t in TOLERANCES.values()]
            ratios = [x for t in tallies for x in (t.precision, t.recall, t.f1)]
            day = tallies[1]
            counts = (day.hits, day.false, day.beside_idle, day.false_per_year)
            rows.append((h.satellite.name, era, day.made, *ratios, *counts))
    columns = tuple(f"{x} {name}" if x == "P" else x for name in TOLERANCES for x in ("P", "R", "F1"))
    return Table(
        f"By satellite: {named(run)} (counts at ±1 d; `idle`: found beside a line without net delta-v, not judged)",
        ("satellite", "era", "made", *columns, "hits", "false", "idle", "false/y"),
        rows,
        (0, 0, 0, *(3,) * 9, 0, 0, 0, 2),
    )


def times(part: Part, runs: Sequence[Run]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for run in runs:
        mine = seen_by(part, run)
        for name, tolerance in TOLERANCES.items():
            t = scores.timing(mine, scores.judged(mine, told(run), tolerance))
            rows.append((named(run), name, t.n, t.median_abs_h, t.median_h, t.inside_1_sigma, t.inside_2_sigma))
    return Table(
        f"Time of the burn, {part.name}: hours, found less made, of the hits; stated sigma holds 0.68 and 0.95 if honest",
        ("detector, protocol", "within", "hits", "median |error|", "median", "inside 1 sigma", "2 sigma"),
        rows,
        (0, 0, 0, 2, 2, 2, 2),
    )


def times_and_sizes_by_satellite(histories: Sequence[History], run: Run) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for h in histories:
        for era, start, stop in (("< 2013", ALL_TIME[0], MODERN), (">= 2013", MODERN, ALL_TIME[1])):
            mine = seen_by(Part(h.satellite.name, (h,), start, stop), run)
            if not mine.made() or not mine.histories:
                continue
            table = scores.judged(mine, told(run), DAY if h.satellite.regime == "LEO" else THREE_DAYS)
            t, along, across = scores.timing(mine, table), scores.size(mine, table, 1), scores.size(mine, table, 2)
            timing = (t.n, t.median_abs_h, t.median_h, t.inside_1_sigma, t.inside_2_sigma)
            rows.append(
                (h.satellite.name, era, *timing, along.n, along.ratio, along.spread, across.n, across.ratio, across.spread)
            )
    note = "Hits within ±1 d, GEO ±3 d; hours, found less made; delta-v found over made, burns of 3 mm/s and more, spread by MAD."
    timed = ("hits", "median |error|", "median", "inside 1 sigma", "2 sigma")
    sized = ("in-track", "ratio", "spread", "cross-track", "ratio", "spread")
    digits = (0, 0, 0, 2, 2, 2, 2, 0, 3, 3, 0, 3, 3)
    return Table(f"Times and sizes by satellite: {named(run)}", ("satellite", "era", *timed, *sized), rows, digits, note)


def sizes(part: Part, runs: Sequence[Run]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for run in runs:
        mine = seen_by(part, run)
        table = scores.judged(mine, told(run), DAY)
        for name, axis, alone in (("in-track", 1, False), ("in-track, alone 6 d", 1, True), ("cross-track, length", 2, False)):
            s = scores.size(mine, table, axis, alone=alone)
            rows.append((named(run), name, s.n, s.ratio, s.spread, s.median_abs_mm_s, s.sign))
    return Table(
        f"Delta-v found over made, {part.name}: burns of 3 mm/s and more mostly along the axis, hits within ±1 d",
        ("detector, protocol", "axis", "burns", "median ratio", "spread (MAD)", "median |error| mm/s", "sign right"),
        rows,
        (0, 0, 0, 3, 3, 3, 2),
    )


def recalls(part: Part, runs: Sequence[Run]) -> Table:
    by_run = []
    for run in runs:
        mine = seen_by(part, run)
        by_run.append((named(run), scores.recall_by_size(mine, scores.judged(mine, told(run), DAY))))
    classes = [f"{name} ({made})" for name, made, _ in by_run[0][1]] if by_run else []
    rows = [(name, *(hits / made if made else None for _, made, hits in rs)) for name, rs in by_run]
    title = f"Recall within ±1 d by size of the burn in mm/s (how many, of the first row's years), {part.name}"
    return Table(title, ("detector, protocol", *classes), rows, (0, *(2,) * len(classes)))


def operating(parts_: Iterable[Part], runs: Sequence[Run]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for part in parts_:
        for run in runs:
            mine = seen_by(part, run)
            candidates = {n: answer.candidates for n, answer in run.answers.items()}
            at = scores.operating_point(mine, candidates, DAY)
            t = at.tally if at else None
            figures = (t.recall, t.precision, t.f1, t.false_per_year) if t else (None,) * 4
            rows.append((named(run), part.name, at.score if at else None, *figures))
    return Table(
        "At one false alarm per satellite-year or fewer: the threshold of best recall within ±1 d, chosen on the scored data",
        ("detector, protocol", "part", "threshold", "recall", "precision", "F1", "false/y"),
        rows,
        (0, 0, 3, 3, 3, 3, 2),
    )


def probabilities(parts_: Iterable[Part], runs: Sequence[Run]) -> list[Table]:
    """The scores, then the reliability of every run that states a probability."""
    rows: list[tuple[Cell, ...]] = []
    tenths: list[Table] = []
    for part in parts_:
        for run in runs:
            mine = seen_by(part, run)
            only, more = (calibration.reliability(mine, run.answers, DAY, candidates=wide) for wide in (False, True))
            for what, r in (("told", only), ("with candidates", more if more != only else None)):
                if r is None:
                    continue
                rows.append((named(run), part.name, what, r.n, r.brier, r.base, r.expected_error))
                bins = [(f"{k / 10:.1f}-{(k + 1) / 10:.1f}", *b) for k, b in enumerate(r.bins) if b[0]]
                title = f"Reliability, {named(run)}, {part.name}, {what}"
                tenths.append(Table(title, ("stated", "burns", "mean stated", "share right"), bins, (0, 0, 3, 3)))
    head = Table(
        "Probability against what was true within ±1 d (`base`: Brier score of always saying the share that is right)",
        ("detector, protocol", "part", "of", "burns", "Brier", "base", "expected error"),
        rows,
        (0, 0, 0, 0, 4, 4, 4),
    )
    return [head, *tenths]


def delays(parts_: Iterable[Part], runs: Sequence[Run]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for part in parts_:
        for run in runs:
            known = {n: a.as_known for n, a in run.answers.items() if a.as_known is not None}
            if not known:
                continue
            mine = seen_by(part, run)
            table = scores.judged(mine, known, THREE_DAYS)
            d, t = scores.delays(mine, table, ASSUMED_LATENCY), scores.tally(mine, table)
            rows.append((named(run), part.name, d.n, d.median_h, d.most_h, d.median_sets, d.most_sets, t.recall, t.precision))
    hours = int(ASSUMED_LATENCY / np.timedelta64(1, "h"))
    return Table(
        "As it became known: from the burn to the alarm, hits within ±3 d",
        ("detector, protocol", "part", "hits", "median h", "90 % h", "median sets", "90 % sets", "recall", "precision"),
        rows,
        (0, 0, 0, 1, 1, 1, 1, 3, 3),
        f"No publication time is recorded with these sets: each is taken as known {hours} h after its epoch, an assumption.",
    )


def named(run: Run) -> str:
    return f"{run.name}, {run.protocol}"
