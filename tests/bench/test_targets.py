"""The last table of the evening: met where it is met, not where it is not, and the peer's row beside each of ours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.manoeuvres.matching import Found, found
from bench.manoeuvres.protocols import ALL_TIME, Run
from bench.manoeuvres.sockets import Answer
from bench.manoeuvres.targets import beside, targets
from bench.manoeuvres.truth import History
from hoshimori.facts import Times
from tests.bench.made import HOUR, history, hours, known

MADE = hours(*range(120, 1000, 80))
DV_M_S = np.tile([0.0, 0.02, 0.0], (len(MADE), 1))
FIRST_MADE = MADE[:1]


def satellites() -> list[History]:
    low, high = (history(n, known(MADE, dv_rtn_m_s=DV_M_S)) for n in (1, 2))
    return [low, replace(high, satellite=replace(high.satellite, regime="GEO"))]


def says(name: str, low: Found, high: Found) -> Run:
    return Run(name, "made", {1: Answer(low, low), 2: Answer(high, high)}, ALL_TIME[0])


def at(t: Times, dv_m_s: float = 0.02) -> Found:
    return found(t, None, None, np.tile([0.0, dv_m_s, 0.0], (len(t), 1)), score=np.ones(len(t)))


def verdicts(run: Run, peer: Run | None) -> dict[str, str]:
    return {str(row[1]).split(",")[0]: str(row[4]) for row in targets(satellites(), [run], peer).rows}


def test_all_is_met_by_who_says_the_truth() -> None:
    truth, one = at(MADE), at(FIRST_MADE)
    said = verdicts(says("true", truth, truth), says("poor", one, one))
    assert set(said.values()) == {"met"}
    assert "rows with a higher F1 than poor" in said


def test_each_target_fails_alone() -> None:
    """Times 3 h off; speeds 10 % off; of the synchronous burns only the first; a peer as good."""
    truth = at(MADE)
    late = verdicts(says("late", at(MADE + 3 * HOUR), truth), None)
    assert [name for name, met in late.items() if met != "met"] == ["median |error| of the time"]
    large = verdicts(says("large", at(MADE, 0.022), truth), None)
    assert [name for name, met in large.items() if met != "met"] == ["in-track delta-v over made"]
    half = targets(satellites(), [says("half", truth, at(FIRST_MADE))], None).rows
    assert [row[1] for row in half if row[4] != "met"] == ["F1 ±3 d, GEO (Fengyun), all years"]
    even = verdicts(says("even", truth, truth), says("peer", truth, at(FIRST_MADE)))
    assert even["rows with a higher F1 than peer"] == "NOT MET"


def test_the_peer_is_judged_on_the_years_that_ours_is() -> None:
    """Of two halves the peer finds the first, ours the second: from the middle on, only ours is right."""
    middle = MADE[5] - 40 * HOUR
    ours = replace(says("ours", at(MADE[5:]), at(MADE[5:])), from_utc=middle)
    rows = beside(satellites(), ours, says("peer", at(MADE[:5]), at(MADE[:5])))
    assert rows
    assert {(r.ours, r.theirs) for r in rows} == {(1.0, 0.0)}
