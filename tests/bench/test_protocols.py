"""What a learner may see: never the satellite, never the years, on which it is scored. And the tables, end to end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bench.manoeuvres import report
from bench.manoeuvres.floor import Floor, steps
from bench.manoeuvres.matching import found, merged
from bench.manoeuvres.protocols import as_it_is, earlier_years, first_year, leave_one_out
from bench.manoeuvres.sockets import Answer
from bench.manoeuvres.truth import History, Truth, histories
from hoshimori.facts import ElementSets, Times
from tests.bench.made import DAY, history, hours, sets
from tests.pages import ROOT

YEARS_H = 8766.0


class Watched:
    """Writes down what it was shown, and finds one burn in the middle of each year."""

    name = "watched"

    def __init__(self) -> None:
        self.shown: list[tuple[tuple[int, ...], Times, Times, np.datetime64]] = []

    def fit(self, satellites: Sequence[History], until: np.datetime64) -> int:
        epochs = np.concatenate([h.sets.epoch_utc for h in satellites])
        times = np.concatenate([np.append(h.truth.t_utc, h.truth.idle_utc) for h in satellites])
        self.shown.append((tuple(h.satellite.norad_id for h in satellites), epochs, times, until))
        return len(self.shown)

    def burns(self, sets: ElementSets, weights: int) -> Answer:
        middle = np.arange("2020", "2024", dtype="datetime64[Y]").astype("datetime64[us]") + np.timedelta64(180, "D")
        each = found(middle, np.full(len(middle), weights / 100))
        return Answer(each, each)


def yearly(norad_id: int) -> History:
    """Four years from 2020, a burn every 20 days."""
    t = hours(*np.arange(100.0, 4 * YEARS_H, 480.0))
    truth = Truth(t, np.zeros((len(t), 3)), np.ones(len(t), np.int64), np.full(len(t), "burn"), t[:0], t[0], t[-1])
    return history(norad_id, truth, hours(*np.arange(0.0, 4 * YEARS_H, 24.0)))


def test_a_satellite_is_scored_by_what_the_others_taught() -> None:
    learner, ids = Watched(), (1, 2, 3)
    run = leave_one_out(learner, [yearly(n) for n in ids])
    assert [shown[0] for shown in learner.shown] == [(2, 3), (1, 3), (1, 2)]
    assert {n: a.told.probability[0] for n, a in run.answers.items()} == {1: 0.01, 2: 0.02, 3: 0.03}


def test_a_year_is_scored_by_what_the_years_before_it_taught() -> None:
    learner, made = Watched(), [yearly(1), yearly(2)]
    run = earlier_years(learner, made)
    assert first_year(made) == np.datetime64("2021", "Y")
    assert run.from_utc == np.datetime64("2021-01-01", "us")
    assert [until for *_, until in learner.shown] == list(np.array(["2021-01-01", "2022-01-01", "2023-01-01"], "datetime64[us]"))
    for ids, epochs, times, until in learner.shown:
        assert ids == (1, 2)
        assert epochs.max() < until
        assert times.max() < until
        assert until - times.max() < 30 * DAY, "all that could be known was shown"
    assert run.answers[1].told.probability.tolist() == [0.01, 0.02, 0.03]
    assert [str(t)[:4] for t in run.answers[1].told.t_utc] == ["2021", "2022", "2023"]


def test_years_that_taught_are_not_scored() -> None:
    made = [yearly(1)]
    run = earlier_years(Watched(), made)
    part = report.seen_by(report.parts(made)[0], run)
    assert part.start_utc == run.from_utc == np.datetime64("2022-01-01", "us")
    assert part.made() == int((made[0].truth.t_utc >= run.from_utc).sum()) < len(made[0].truth)


def test_the_floor_finds_a_step_that_lasts_and_not_one_that_returns() -> None:
    rng = np.random.default_rng(3)
    epochs = hours(*np.arange(0.0, 24 * 400, 24.0))
    n = 14.0 + rng.normal(0, 1e-7, 400)
    n[200:] -= 1e-5
    n[300] -= 1e-5
    one = sets(5, epochs).having(mean_motion_rev_day=n)
    burns = steps(one, 8.0)
    assert burns.t_utc.tolist() == (epochs[[200]] - np.timedelta64(20, "h")).tolist()
    dv_m_s = 1e-5 / 14 / 3 * 7_270  # dv = v dn / 3n, v at 14 revolutions a day within a few per cent
    assert burns.dv_rtn_m_s[0, 1] == pytest.approx(dv_m_s, rel=0.05)


@pytest.mark.data
def test_the_floor_stands_where_its_description_puts_it(data: Path) -> None:
    """2013 on, within 1 d: F1 .709 on eight satellites, of which we have five and the last months of Jason-1."""
    satellites = histories(data)
    run = as_it_is(Floor(), satellites)
    (row,) = report.pooled(report.parts(satellites)[0], [run]).rows
    assert row[1] == 273
    assert row[9] == pytest.approx(0.709, abs=0.03)
    assert all(len(merged(a.told)) <= len(a.told) <= len(a.candidates) for a in run.answers.values())


@pytest.mark.data
def test_the_whole_evening_prints_and_writes_the_same_tables(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "tables.json"
    command = [
        sys.executable,
        str(ROOT / "bench" / "manoeuvres" / "run.py"),
        "--data",
        str(data),
        "--json",
        str(out),
        "--protocol",
    ]
    alone = {k: v for k, v in os.environ.items() if k != "HOSHIMORI_PEER_PYTHON"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=alone, check=False)
    assert done.returncode == 0, done.stderr
    for words in (
        "LEO from 2013",
        "before 2013",
        "95 %",
        "By satellite",
        "median |error|",
        "sign right",
        "false alarm per satellite-year",
    ):
        assert words in done.stdout
    assert "LEO from 2013" in out.read_text()
