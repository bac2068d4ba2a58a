"""Rhythms: what is one publication, and whether the chance of a gap comes out as stated."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.detect import rhythm
from hoshimori.detect.silence_rates import Rates, shipped
from tests.detect.quiet_skies import DAY, SUBJECT, T0, published


@pytest.fixture(scope="module")
def rates() -> Rates:
    return shipped()


def test_a_set_issued_again_is_not_news() -> None:
    sets = published({SUBJECT: [0.0, 1.0, 1.0 + 0.5 / 86400.0, 2.0]})
    assert len(rhythm.moments(sets).known_utc) == 3
    late = sets.having(known_utc=sets.known_utc + np.array([0, 0, 5, 0]) * DAY // 24)  # the reissue five hours after
    assert rhythm.moments(late).known_utc.tolist() == rhythm.moments(sets).known_utc.tolist()


def test_sets_that_come_together_are_one_publication() -> None:
    sets = published({SUBJECT: [0.0, 0.3, 0.6, 2.0]})
    together = sets.having(known_utc=np.array([T0 + DAY, T0 + DAY, T0 + DAY, T0 + 3 * DAY]))
    assert rhythm.gaps_days(rhythm.moments(together).known_utc).tolist() == [2.0]


def test_many_objects_at_once_are_each_as_alone() -> None:
    sets = published({SUBJECT: [0.0, 1.0, 2.5], SUBJECT + 1: [0.2, 0.4, 7.0]})
    shuffled = sets.take(np.random.default_rng(3).permutation(len(sets)))
    told = rhythm.moments(shuffled)
    for number in (SUBJECT, SUBJECT + 1):
        alone = rhythm.moments(sets.take(sets.norad_id == number))
        assert told.of(number).tolist() == alone.known_utc.tolist()
    assert len(told.of(99)) == 0
    assert len(rhythm.moments(sets.take(slice(0, 0))).norad_id) == 0


@pytest.mark.parametrize("key", ["low often", "low daily", "high often", "high daily"])
def test_a_longer_gap_is_never_likelier(rates: Rates, key: str) -> None:
    own = rhythm.Rhythm(np.sort(np.random.default_rng(5).gamma(4.0, 0.25, 200)), rates.tails[key], rates.weight)
    p = [own.survival(d) for d in np.linspace(0.0, 60.0, 400)]
    assert p[0] == 1.0
    assert (np.diff(p) <= 1e-12).all()
    assert 0.0 < p[-1] < 1e-4


def test_the_days_reached_are_the_inverse(rates: Rates) -> None:
    own = rhythm.Rhythm(np.sort(np.random.default_rng(6).gamma(4.0, 0.25, 300)), rates.tails["low daily"], rates.weight)
    for chance in (0.2, 0.01, 1e-4, 1e-7):
        days = own.reached(chance)
        assert own.survival(days * 1.0001) <= chance <= own.survival(days * 0.9999)


def test_own_gaps_outweigh_the_class_only_as_far_as_they_go(rates: Rates) -> None:
    """A clock is late sooner than its class, but never surer than its gaps and those of the class together can make it."""
    clock = rhythm.Rhythm(np.full(400, 1.0), rates.tails["low daily"], rates.weight)
    class_says = float(rates.tails["low daily"].beyond(np.array([2.0]))[0])
    assert clock.survival(2.0) == pytest.approx(class_says * rates.weight / (rates.weight + 400.0))
    few = rhythm.Rhythm(np.full(5, 1.0), rates.tails["low daily"], rates.weight)
    assert few.survival(2.0) > 0.9 * class_says


def test_a_bursty_object_is_given_its_long_gaps(rates: Rates) -> None:
    gaps = np.sort(np.tile([0.2, 0.2, 0.2, 9.4], 50))
    own = rhythm.Rhythm(gaps, rates.tails["low daily"], rates.weight)
    assert own.survival(9.0) > 0.1


def test_stated_chances_hold_where_gaps_are_drawn_from_the_tail_itself(rates: Rates) -> None:
    """By construction: gaps drawn from the class, every one judged by those before it. 20,000 of them, seeded."""
    rng = np.random.default_rng(11)
    tail = rates.tails["low daily"]
    grid = np.geomspace(0.05, 50.0, 4000)
    chance = np.maximum.accumulate(tail.beyond(grid)[::-1])[::-1]
    below = []
    for _ in range(100):
        draws = np.interp(rng.uniform(size=260), chance[::-1], grid[::-1])
        for j in range(60, 260):
            own = rhythm.Rhythm(np.sort(draws[:j]), tail, rates.weight)
            below.append(own.survival(float(draws[j])))
    p = np.array(below)
    for level in (0.1, 0.01):
        expected = level * len(p)
        assert abs((p <= level).sum() - expected) < 5.0 * np.sqrt(expected) + 0.15 * expected


def test_the_shipped_rates_say_what_they_rest_on(rates: Rates) -> None:
    assert rates.weight >= 1.0
    assert all(t.gaps > 1000 and t.index > 1.0 for t in rates.tails.values())
    assert rates.lost(14.0, "DEBRIS") > rates.lost(14.0, "PAYLOAD")
    assert rates.lost(1.0, "nobody knows") == rates.lost_per_year["high any"]
    assert rates.unpublished_per_year < 1e-3
