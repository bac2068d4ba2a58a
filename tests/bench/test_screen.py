"""What counts as the same approach, what cheaper ways lose, and which populations are screened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sgp4.api import WGS72, Satrec

from bench.screen import population, reference
from bench.screen.cheaper import on_a_straight_line
from bench.screen.matching import described, matched
from bench.screen.reference import Approaches, Sky

START = np.datetime64("2022-07-15T00:00:00", "us")
ONE_METRE = 1e-3  # km


def events(*rows: tuple[int, int, float, float, float]) -> Approaches:
    a, b, t_s, miss_km, speed_km_s = (np.array(column) for column in zip(*rows, strict=True))
    return Approaches(a.astype(np.int64), b.astype(np.int64), t_s, miss_km, speed_km_s)


def orbit(revolutions: float = 15.0, *, e: float = 1e-3, inc: float = 50.0, node: float = 0.0, place: float = 0.0) -> Satrec:
    one = Satrec()
    angles = (np.radians(x) for x in (0.0, inc, place, node))
    perigee, i, m, n = angles
    one.sgp4init(WGS72, "i", 0, 26493.0, 0.0, 0.0, 0.0, e, perigee, i, m, revolutions / (720.0 / np.pi), n)
    return one


def test_each_event_answers_to_one_and_the_nearest_first() -> None:
    theirs = events((1, 2, 100.0, 1.0, 9.0), (1, 2, 100.6, 1.0, 9.0), (3, 4, 50.0, 2.0, 9.0))
    ours = events((2, 1, 100.7, 1.0, 9.0), (3, 4, 51.5, 2.0, 9.0))
    found = matched(theirs, ours)
    assert list(zip(found.theirs.tolist(), found.ours.tolist(), strict=True)) == [(1, 0)]
    assert found.missed.tolist() == [0, 2]
    assert found.invented.tolist() == [1]


def test_a_search_agrees_with_itself_and_one_event_less_is_told() -> None:
    some = events((1, 2, 100.0, 1.0, 9.0), (5, 6, 100.6, 4.9999999, 0.01))
    lines, good = described(some, some, 5.0, 0.5)
    assert good
    assert "the same 2" in lines[0]
    lines, good = described(some, some.take(np.array([0])), 5.0, 0.5)
    assert not good
    assert "missed: 1 (0 passing, 1 slow; 1 within 1 mm of the threshold)" in lines


def test_a_millisecond_and_a_metre_are_the_limits() -> None:
    some = events((1, 2, 100.0, 1.0, 9.0))
    assert described(some, some._replace(t_s=some.t_s + 0.0009), 5.0, 0.5)[1]
    assert not described(some, some._replace(t_s=some.t_s + 0.0011), 5.0, 0.5)[1]
    assert not described(some, some._replace(miss_km=some.miss_km + 0.0011), 5.0, 0.5)[1]


def test_two_in_crossing_planes_meet_at_both_crossings() -> None:
    """Planes at right angles, one object 0.3 degrees behind: one event each half revolution, where fine sampling sees it."""
    sky = Sky([orbit(e=1e-6, inc=90.0), orbit(e=1e-6, inc=90.0, node=90.0, place=0.3)], START)
    found, failed, _ = reference.approaches(sky, 7000.0, 100.0)
    t_s = np.arange(0.0, 7000.0, 0.05)
    path = [sky.at(np.array([i]), t_s[None, :])[0][0] for i in (0, 1)]
    d = np.linalg.norm(path[1] - path[0], axis=1)
    low = 1 + np.flatnonzero((d[1:-1] < d[:-2]) & (d[1:-1] <= d[2:]) & (d[1:-1] <= 100.0))
    assert len(low) >= 2
    assert found.t_s == pytest.approx(t_s[low], abs=0.05)
    assert found.miss_km == pytest.approx(d[low], abs=5 * ONE_METRE)
    assert (found.miss_km <= d[low]).all()
    assert not len(failed.row)


def shell(n: int) -> Sky:
    """Circles of one size, every 20 minutes someone near someone."""
    rng = np.random.default_rng(4)
    motion, inc = rng.normal(15.0, 0.002, n), rng.uniform(30, 100, n)
    node, place = rng.uniform(0, 360, (2, n))
    return Sky([orbit(m, inc=i, node=o, place=p) for m, i, o, p in zip(motion, inc, node, place, strict=True)], START)


def test_a_finer_step_finds_the_same() -> None:
    coarse, fine = (reference.approaches(shell(80), 7200.0, 60.0, step_s=s)[0] for s in (10.0, 4.0))
    assert len(coarse.a) > 20
    assert coarse.a.tolist() == fine.a.tolist()
    assert coarse.b.tolist() == fine.b.tolist()
    assert coarse.t_s == pytest.approx(fine.t_s, abs=1e-5)
    assert coarse.miss_km == pytest.approx(fine.miss_km, abs=1e-3 * ONE_METRE)


def test_straight_lines_are_right_for_a_second_and_lose_bent_passes_in_ten_minutes() -> None:
    """At a range one metre above the event's own distance."""
    sky = shell(80)
    found, _, _ = reference.approaches(sky, 7200.0, 60.0)
    each = [(found.take(np.array([k])), float(miss_km) + ONE_METRE) for k, miss_km in enumerate(found.miss_km)]
    assert all(on_a_straight_line(sky, event, within_km, step_s=1.0)[0] for event, within_km in each)
    assert not all(on_a_straight_line(sky, event, within_km, step_s=600.0)[0] for event, within_km in each)


@pytest.mark.data
def test_the_assets_can_be_chosen_again_by_anyone(data: Path) -> None:
    rows = population.asset_rows(data / population.FILE)
    assert len(rows) == population.ASSETS
    assert rows[:5].tolist() == [0, 108, 195, 239, 277]


def made(n: int) -> population.Population:
    rng = np.random.default_rng(1)
    low, high = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [16.0, 0.1, 100.0, 360.0, 360.0, 360.0, 1e-4]
    return population.Population(np.full(n, START), rng.uniform(low, high, (n, 7)))


def test_a_smaller_population_is_part_and_a_larger_one_holds_all() -> None:
    catalogue = made(50)
    less, more = population.of_size(catalogue, 20), population.of_size(catalogue, 120)
    assert len(np.unique(less.elements, axis=0)) == 20
    assert set(map(tuple, less.elements.tolist())) < set(map(tuple, catalogue.elements.tolist()))
    assert (more.elements[:50] == catalogue.elements).all()
    assert more.elements.shape == (120, 7)
    assert len(np.unique(more.elements[:, 3])) == 120
    assert (population.of_size(catalogue, 120).elements == more.elements).all()
    assert not (population.of_size(catalogue, 120, seed=1).elements == more.elements).all()
