"""The tables of one evening: the same truth, the same matching, one row for each detector and protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from bench.manoeuvres import calibration, labels, scores
from bench.manoeuvres.matching import Found
from bench.manoeuvres.protocols import ALL_TIME, Run
from bench.manoeuvres.scores import Part
from bench.manoeuvres.tables import Cell, Table
from bench.manoeuvres.truth import MODERN, History, Truth
from hoshimori.facts import ASSUMED_LATENCY

TOLERANCES = {"±12 h": np.timedelta64(12, "h"), "±1 d": np.timedelta64(1, "D"), "±3 d": np.timedelta64(3, "D")}
DAY, THREE_DAYS = TOLERANCES["±1 d"], TOLERANCES["±3 d"]
EAST_WEST = ("north-south", "attitude")


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
        row: list[Cell] = [_named(run), mine.made()]
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
        f"By satellite: {_named(run)} (counts at ±1 d; `idle`: found beside a line without net delta-v, not judged)",
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
            rows.append((_named(run), name, t.n, t.median_abs_h, t.median_h, t.inside_1_sigma, t.inside_2_sigma))
    return Table(
        f"Time of the burn, {part.name}: hours, found less made, of the hits; stated sigma holds 0.68 and 0.95 if honest",
        ("detector, protocol", "within", "hits", "median |error|", "median", "inside 1 sigma", "2 sigma"),
        rows,
        (0, 0, 0, 2, 2, 2, 2),
    )


def sizes(part: Part, runs: Sequence[Run]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for run in runs:
        mine = seen_by(part, run)
        table = scores.judged(mine, told(run), DAY)
        for name, axis, alone in (("in-track", 1, False), ("in-track, alone 6 d", 1, True), ("cross-track, length", 2, False)):
            s = scores.size(mine, table, axis, alone=alone)
            rows.append((_named(run), name, s.n, s.ratio, s.spread, s.median_abs_mm_s, s.sign))
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
        by_run.append((_named(run), scores.recall_by_size(mine, scores.judged(mine, told(run), DAY))))
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
            rows.append((_named(run), part.name, at.score if at else None, *figures))
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
                rows.append((_named(run), part.name, what, r.n, r.brier, r.base, r.expected_error))
                bins = [(f"{k / 10:.1f}-{(k + 1) / 10:.1f}", *b) for k, b in enumerate(r.bins) if b[0]]
                title = f"Reliability, {_named(run)}, {part.name}, {what}"
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
            rows.append((_named(run), part.name, d.n, d.median_h, d.most_h, d.median_sets, d.most_sets, t.recall, t.precision))
    hours = int(ASSUMED_LATENCY / np.timedelta64(1, "h"))
    return Table(
        "As it became known: from the burn to the alarm, hits within ±3 d",
        ("detector, protocol", "part", "hits", "median h", "90 % h", "median sets", "90 % sets", "recall", "precision"),
        rows,
        (0, 0, 0, 1, 1, 1, 1, 3, 3),
        f"No publication time is recorded with these sets: each is taken as known {hours} h after its epoch, an assumption.",
    )


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
            rows.append((_named(run), name, a.made, a.hits, a.false, a.f1, b.made, b.hits, b.false, b.f1))
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


def _named(run: Run) -> str:
    return f"{run.name}, {run.protocol}"
