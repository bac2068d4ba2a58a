"""Which histories a learner may see before it is scored: those of other satellites, or those of earlier years.

(a) leave one satellite out: fitted on all years of the nine others.
(b) earlier years only: each calendar year is scored with what was fitted on all satellites before its 1 January; from the first
year that has `ENOUGH` manoeuvres before it. The sets of later days are used in retrospect by the detector, never by the fit.

`spread` is `map`, or the map of a pool of processes: satellites and years are learnt and answered apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial

import numpy as np

from bench.manoeuvres.matching import Found
from bench.manoeuvres.sockets import Answer, Detector, Learner, Spread, Weights
from bench.manoeuvres.truth import History, Truth
from hoshimori.facts import Bools, Times

ENOUGH = 20
ALL_TIME = (np.datetime64("1900-01-01", "us"), np.datetime64("2200-01-01", "us"))


@dataclass(frozen=True)
class Run:
    """What one detector said of every satellite under one protocol; judged only from `from_utc` on."""

    name: str
    protocol: str
    answers: dict[int, Answer]
    from_utc: np.datetime64 = ALL_TIME[0]


def as_it_is(detector: Detector, histories: Sequence[History]) -> Run:
    return Run(detector.name, "as it is", detector.answers(histories))


def leave_one_out(learner: Learner[Weights], histories: Sequence[History], spread: Spread = map) -> Run:
    answers = dict(spread(partial(_left_out, learner, histories), range(len(histories))))
    return Run(learner.name, "leave one satellite out", answers)


def _left_out(learner: Learner[Weights], histories: Sequence[History], one: int) -> tuple[int, Answer]:
    others = [h for k, h in enumerate(histories) if k != one]
    return histories[one].satellite.norad_id, learner.burns(histories[one].sets, learner.fit(others, ALL_TIME[1]))


def earlier_years(learner: Learner[Weights], histories: Sequence[History], spread: Spread = map) -> Run:
    first, last = first_year(histories), max(h.truth.stop_utc for h in histories).astype("datetime64[Y]")
    pieces: dict[int, list[Answer]] = {h.satellite.norad_id: [] for h in histories}
    for year in spread(partial(_year, learner, histories), np.arange(first, last + np.timedelta64(1, "Y"))):
        for norad_id, answer in year.items():
            pieces[norad_id].append(answer)
    answers = {norad_id: _in_line(parts) for norad_id, parts in pieces.items() if parts}
    return Run(learner.name, "earlier years only", answers, first.astype("datetime64[us]"))


def _year(learner: Learner[Weights], histories: Sequence[History], year: np.datetime64) -> dict[int, Answer]:
    """What is said of each satellite's year by who saw the years before it."""
    start, stop = year.astype("datetime64[us]"), (year + np.timedelta64(1, "Y")).astype("datetime64[us]")
    running = [h for h in histories if h.truth.start_utc < stop and h.truth.stop_utc >= start]
    if not running:
        return {}
    weights = learner.fit([before(h, start) for h in histories if h.sets.epoch_utc[0] < start], start)
    return {h.satellite.norad_id: _between(learner.burns(h.sets, weights), start, stop) for h in running}


def first_year(histories: Sequence[History]) -> np.datetime64:
    """The first calendar year with `ENOUGH` manoeuvres before it."""
    times = np.sort(np.concatenate([h.truth.t_utc for h in histories]))
    year: np.datetime64 = times[ENOUGH - 1].astype("datetime64[Y]") + np.timedelta64(1, "Y")
    return year


def before(history: History, until: np.datetime64) -> History:
    """What could be learnt of this satellite by then: earlier sets, earlier manoeuvres."""
    truth = history.truth
    return replace(
        history,
        sets=history.sets.take(history.sets.epoch_utc < until),
        truth=clipped(truth, ALL_TIME[0], until),
    )


def clipped(truth: Truth, start: np.datetime64, stop: np.datetime64) -> Truth:
    """The truth of [start, stop)."""

    def during(t: Times) -> Bools:
        return (t >= start) & (t < stop)

    mine = during(truth.t_utc)
    return Truth(
        truth.t_utc[mine],
        truth.dv_rtn_m_s[mine],
        truth.parts[mine],
        truth.kind[mine],
        truth.idle_utc[during(truth.idle_utc)],
        max(truth.start_utc, start),
        min(truth.stop_utc, stop),
    )


def _between(answer: Answer, start: np.datetime64, stop: np.datetime64) -> Answer:
    def piece(burns: Found) -> Found:
        return burns.take((burns.t_utc >= start) & (burns.t_utc < stop))

    return Answer(piece(answer.told), piece(answer.candidates), piece(answer.as_known) if answer.as_known else None)


def _in_line(parts: Sequence[Answer]) -> Answer:
    known = [p.as_known for p in parts if p.as_known is not None]
    return Answer(_chain([p.told for p in parts]), _chain([p.candidates for p in parts]), _chain(known) if known else None)


def _chain(parts: Sequence[Found]) -> Found:
    columns = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Found) if f.name != "signed"}
    return Found(**columns, signed=parts[0].signed)
