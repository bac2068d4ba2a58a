"""Burns of real satellites against their operators' records. Bounds lie below what `bench/manoeuvres` measures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bench.manoeuvres.matching import FALSE, found, judge, merged
from bench.manoeuvres.truth import SATELLITES, element_sets, record
from bench.manoeuvres.truth import truth as operators
from hoshimori.detect import manoeuvre
from hoshimori.detect.burns import Burn
from hoshimori.facts import ElementSets

pytestmark = pytest.mark.data

MODERN = np.datetime64("2013-01-01", "us")
DAY = np.timedelta64(1, "D")


@cache
def history(data: Path, name: str) -> ElementSets:
    return element_sets(next(s for s in SATELLITES if s.name == name), data)


@cache
def burns(data: Path, name: str) -> tuple[Burn, ...]:
    return manoeuvre.find(history(data, name)).burns


def near(data: Path, name: str, when: str, days: float = 1.0) -> list[Burn]:
    reach = np.timedelta64(round(days * 86400), "s")
    return [b for b in burns(data, name) if abs(b.t_utc - np.datetime64(when, "us")) <= reach]


@pytest.mark.parametrize(
    ("name", "recall", "precision"),
    [
        ("CryoSat-2", 0.93, 0.97),
        ("SARAL", 0.83, 0.90),
        ("Jason-2", 0.83, 0.90),
        ("Fengyun-2E", 0.9, 0.8),
        ("Fengyun-2D", 0.8, 0.85),
    ],
)
def test_since_2013_operators_burns_are_found_within_a_day(data: Path, name: str, recall: float, precision: float) -> None:
    satellite = next(s for s in SATELLITES if s.name == name)
    sets = history(data, name)
    truth = operators(satellite, data, sets.epoch_utc[0], sets.epoch_utc[-1])
    told = burns(data, name)
    when = np.array([b.t_utc for b in told], "datetime64[us]")
    table = judge(merged(found(when, [b.probability for b in told])), truth, DAY)
    made, seen = truth.t_utc >= MODERN, table.found.t_utc >= MODERN
    hits, false = int((table.by[made] >= 0).sum()), int((table.verdict[seen] == FALSE).sum())
    assert hits / made.sum() >= recall
    assert hits / (hits + false) >= precision


@pytest.mark.parametrize("name", ["CryoSat-2", "SARAL", "Jason-2", "Jason-3", "Fengyun-2E"])
@pytest.mark.parametrize("leap", ["2015-07-01", "2017-01-01"])
def test_leap_seconds_raise_nothing(data: Path, name: str, leap: str) -> None:
    satellite = next(s for s in SATELLITES if s.name == name)
    recorded = [x.t_utc for x in record(satellite, data)]
    for burn in near(data, name, leap, 1.5):
        assert min(abs(burn.t_utc - t) for t in recorded) < 1.5 * DAY, "told beside the leap second, and in no record"


def test_the_four_burns_of_jason_2s_move_of_october_2016(data: Path) -> None:
    """Its record: -4.668, -4.386, +4.682 and +4.617 m/s, each in two parts, all in track; nothing across."""
    moves = [
        near(data, "Jason-2", day, 0.6)
        for day in ("2016-10-02T15:00", "2016-10-03T17:10", "2016-10-11T06:30", "2016-10-13T06:00")
    ]
    assert [[b.label for b in m] for m in moves] == [["relocation"]] * 4
    assert [m[0].dv_rtn_m_s[1] for m in moves] == pytest.approx([-4.67, -4.39, 4.68, 4.62], rel=0.1)
    assert all(np.isnan(m[0].dv_rtn_m_s[2]) for m in moves)
    between = [b for b in burns(data, "Jason-2") if np.datetime64("2016-10-04T12") < b.t_utc < np.datetime64("2016-10-10T12")]
    assert between == [], "the node turns at another rate in another height: no burn"


def test_sarals_change_of_plane_of_july_2013_is_told_once(data: Path) -> None:
    """Its record: 3.155 m/s across on 29 July, 0.063 m/s in track on 31 July."""
    (tilt,) = near(data, "SARAL", "2013-07-29T12:00", 1.0)
    assert tilt.label == "inclination"
    assert tilt.dv_rtn_m_s[2] == pytest.approx(3.155, rel=0.15)
    (after,) = near(data, "SARAL", "2013-07-31T14:00", 0.5)
    assert after.dv_rtn_m_s[1] == pytest.approx(0.063, rel=0.2)
    assert np.isnan(after.dv_rtn_m_s[2])


def test_fengyun_2es_move_of_2015_begins_and_stops(data: Path) -> None:
    moved = [b for b in burns(data, "Fengyun-2E") if b.label == "relocation"]
    assert [str(b.t_utc)[:7] for b in moved] == ["2015-06", "2015-06"]
    assert [np.sign(b.dv_rtn_m_s[1]) for b in moved] == [1.0, -1.0]
    assert [b.routine for b in moved] == [False, False]


def test_its_change_of_plane_of_december_2015_is_told_once(data: Path) -> None:
    (tilt,) = near(data, "Fengyun-2E", "2015-12-23T00:00", 10.0)
    assert tilt.label == "inclination"
    assert tilt.dv_rtn_m_s[2] == pytest.approx(3074.0 * np.radians(1.73), rel=0.05), "2.94 deg to 1.21 deg of inclination"


def test_most_of_what_cryosat_2_does_is_its_routine(data: Path) -> None:
    told = [b for b in burns(data, "CryoSat-2") if b.t_utc >= MODERN]
    assert sum(b.label == "station-keeping" and b.routine is True for b in told) > 0.85 * len(told)
