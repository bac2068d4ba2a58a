"""The laws of chance that stays are judged by: against closed forms, simulation and what must hold whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hoshimori.detect import chance, lighting, visits
from hoshimori.detect.unusual import KINDS, KNOWN_SHARE, NAMES, Measure, combined_chance, untold, unusual
from hoshimori.findings import Quantity, Reason
from hoshimori.sky import bodies, relative
from tests.detect.skies import RING, at, daily, sets_of, track

LITTLE = 1e-12
probabilities = st.floats(min_value=1e-6, max_value=1.0)
some_measures = st.dictionaries(st.sampled_from(NAMES), probabilities)


def measures(told: dict[str, float]) -> list[Measure]:
    one = Quantity(1.0, "1")
    why = Reason("usual here")
    return [Measure(n, told[n], one, one, why) if n in told else untold(n, why) for n in NAMES]


@settings(max_examples=60)
@given(st.lists(probabilities, min_size=4, max_size=4))
def test_four_kinds_are_put_together_as_fisher_did(p: list[float]) -> None:
    told = {names[0]: x / len(names) for names, x in zip(KINDS.values(), p, strict=True) if x / len(names) >= 1e-6}
    same = stats.combine_pvalues([min(1.0, len(n) * told.get(n[0], 1.0)) for n in KINDS.values()], method="fisher").pvalue
    assert combined_chance(measures(told)) == pytest.approx(same, rel=1e-9)


@settings(max_examples=100)
@given(some_measures, st.sampled_from(NAMES))
def test_a_measure_that_is_missing_never_raises_the_score(told: dict[str, float], lost: str) -> None:
    fewer = {k: v for k, v in told.items() if k != lost}
    assert unusual(measures(fewer), explained=False) <= unusual(measures(told), explained=False) + LITTLE


@settings(max_examples=100)
@given(some_measures, st.sampled_from(NAMES), probabilities)
def test_what_is_farther_from_chance_is_not_less_unusual(told: dict[str, float], name: str, p: float) -> None:
    lower, higher = sorted((p, told.get(name, 1.0)))
    assert unusual(measures({**told, name: lower}), explained=False) >= unusual(measures({**told, name: higher}), explained=False)


@settings(max_examples=30)
@given(some_measures)
def test_the_score_is_a_share_and_little_of_it_is_left_when_explained(told: dict[str, float]) -> None:
    free, explained = (unusual(measures(told), explained=x) for x in (False, True))
    assert 0.0 <= free <= 1.0
    assert explained == pytest.approx(KNOWN_SHARE * free)


def test_nothing_known_is_nothing_unusual() -> None:
    assert unusual(measures({}), explained=False) == 0.0
    assert combined_chance(measures({})) == 1.0


def test_one_kind_of_evidence_alone_does_not_make_a_stay_unusual() -> None:
    for name in NAMES:
        assert unusual(measures({name: 0.002}), explained=False) < 0.3


def test_chance_stays_pass_a_half_as_often_as_is_said() -> None:
    """All seven measures drawn at random: no more than one in 27 passes 0.5, one in 120 passes 0.8."""
    rng = np.random.default_rng(7)
    scores = np.array([unusual(measures(dict(zip(NAMES, row, strict=True))), explained=False) for row in rng.random((20_000, 7))])
    assert (scores > 0.5).mean() <= 1.0 / 27.0
    assert (scores > 0.8).mean() <= 1.0 / 120.0
    assert (scores > 0.5).mean() > 0.02  # and not idle


def test_a_pass_off_the_ring_lasts_as_heights_at_random_make_it() -> None:
    rng = np.random.default_rng(3)
    da_km = 10.0 * np.sqrt(rng.random(100_000))  # even in height, weighted by how fast they come by
    days = np.array([chance.pass_days(x, 10.0, 15.2) for x in da_km])
    for wait in (0.02, 0.05, 0.2):
        expected = chance.stays_as_long(wait, 10.0, 15.2, synchronous=False)
        assert (days >= wait).mean() == pytest.approx(expected, abs=0.01)
    assert np.median(days) == pytest.approx(chance.usual_days(10.0, 15.2, synchronous=False), rel=0.02)


@settings(max_examples=50)
@given(st.floats(0.05, 30.0), st.floats(0.05, 30.0), st.floats(20.0, 100.0))
def test_longer_is_rarer_on_the_ring_and_never_rarer_than_a_chance_arrival(a: float, b: float, within_km: float) -> None:
    short, long = sorted((a, b))
    p = [chance.stays_as_long(x, within_km, 1.0027, synchronous=True) for x in (short, long)]
    assert 1.0 >= p[0] >= p[1] >= chance.CHANCE_ARRIVAL


def test_half_of_what_passes_on_the_ring_takes_less_than_is_usual() -> None:
    usual = chance.usual_days(100.0, 1.0027, synchronous=True)
    assert chance.stays_as_long(usual, 100.0, 1.0027, synchronous=True) == pytest.approx(0.5, abs=0.01)


@settings(max_examples=50)
@given(st.integers(0, 8), st.integers(0, 8), st.floats(0.0, 400.0), st.floats(1.0, 30.0))
def test_burns_follow_the_negative_binomial_law(seen: int, before: int, record: float, days: float) -> None:
    shape, exposure = chance.PRIOR_BURNS + before, chance.PRIOR_DAYS + record
    law = stats.nbinom(shape, exposure / (exposure + days))
    assert chance.burns_as_many(seen, before, record, days) == pytest.approx(law.sf(seen - 1), abs=1e-9)
    assert chance.burns_expected(before, record, days) == pytest.approx(law.mean())


@settings(max_examples=50)
@given(st.integers(0, 10), st.integers(0, 10), st.floats(0.0, 0.99))
def test_stops_follow_the_binomial_law(hits: int, misses: int, share: float) -> None:
    tries = hits + misses
    assert chance.as_many_of(hits, tries, share) == pytest.approx(stats.binom(tries, share).sf(hits - 1), abs=1e-9)


def test_a_moment_at_random_falls_into_long_gaps_more_often() -> None:
    gaps = np.array([0.5] * 10 + [5.0])
    assert chance.gap_as_long(5.0, gaps) == pytest.approx(0.5)
    assert chance.gap_as_long(0.5, gaps) == 1.0


def test_two_places_at_random_are_apart_as_is_said() -> None:
    rng = np.random.default_rng(5)
    apart = np.abs(rng.uniform(-100.0, 100.0, 100_000) - rng.uniform(-100.0, 100.0, 100_000))
    for km in (5.0, 30.0, 150.0):
        assert (apart <= km).mean() == pytest.approx(chance.as_close(km, 100.0), abs=0.01)


def test_planes_alike_beside_a_kept_satellite_are_ordinary_and_beside_a_drifted_one_are_not() -> None:
    kept, drifted = (chance.planes_as_alike(0.02, 0.272, kept=k) for k in (True, False))
    assert kept > 0.2 > drifted
    assert chance.planes_as_alike(0.272, 0.272, kept=True) == chance.planes_as_alike(0.272, 0.272, kept=False) == 1.0


def test_the_sun_is_behind_a_visitor_that_comes_nearest_on_its_side() -> None:
    """A visitor straight towards the Sun is seen at 180 degrees less nothing; one on the far side at 0."""
    one = track(1, RING)
    t_utc = np.array([at(x) for x in np.linspace(0.0, 1.0, 97)])
    r, v = one.states(t_utc)
    sun = relative.to_rtn(bodies.sun_teme_km(t_utc), r, v)
    sun[:, 2] = 0.0  # its loop lies in the plane of the orbit
    sun /= np.linalg.norm(sun, axis=1, keepdims=True)
    size = np.where(np.arange(97) == 40, 10.0, 80.0)[:, None]
    towards, away = (lighting.sun_behind(sign * size * sun[40], t_utc, r, v) for sign in (1.0, -1.0))
    nearest = [lighting.sun_behind((sign * size * sun)[36:45], t_utc[36:45], r[36:45], v[36:45]) for sign in (1.0, -1.0)]
    assert nearest[0][0] > 178.0  # at the equinox the Sun is in the plane
    assert nearest[0][2] < 0.02
    assert nearest[1][0] < 2.0
    assert nearest[1][2] > 0.98
    assert towards[2] + away[2] == pytest.approx(1.0, abs=0.2)


def test_the_hour_of_the_nearest_point_is_one_draw_of_the_day() -> None:
    """A loop once a revolution, its nearest point at every hour in turn: the shares are even between 0 and 1."""
    one = track(1, RING)
    t_utc = np.array([at(x) for x in np.linspace(0.0, 3.0, 289)])
    r, v = one.states(t_utc)
    shares = []
    for phase in np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False):
        turn = 2.0 * np.pi * 1.0027 * np.linspace(0.0, 3.0, 289)
        loop = np.stack([-20.0 * np.cos(turn - phase), 60.0 + 40.0 * np.sin(turn - phase), np.zeros(289)], axis=1)
        shares.append(lighting.sun_behind(loop, t_utc, r, v)[2])
    assert np.sort(shares) == pytest.approx((np.arange(24) + 0.5) / 24.0, abs=0.08)


def test_stops_are_found_where_and_when_they_are() -> None:
    still = track(1, RING)
    (stop,) = visits.stops(daily(still, -4.0, 0.0))
    assert (stop.start_utc, stop.stop_utc) == (at(-4.0), at(0.0))
    assert visits.stops(daily(still, -2.0, 0.0)) == []  # too short
    assert visits.stops(daily(still, 0.0, -1.0)) == []  # no sets at all


def test_a_hole_in_the_record_that_hides_a_move_parts_two_stops() -> None:
    here, there = (
        track(1, RING),
        track(1, RING.__class__(RING.n_rad_min, RING.ecc, RING.inc, RING.raan, RING.argp, RING.ma + 0.05)),
    )
    days = np.arange(-20.0, -14.0, 0.5)
    both = sets_of(here, days).concat([sets_of(here, days), sets_of(there, days + 15.0)])
    assert len(visits.stops(both)) == 2


def test_the_share_of_a_path_beside_slots_is_its_length() -> None:
    assert visits.share_beside([10.0, 19.6], [15.0]) == pytest.approx(0.4 / 10.0, abs=0.002)
    assert visits.share_beside([359.0, 1.0], [0.0]) == pytest.approx(0.4 / 2.4, abs=0.005)  # across Greenwich
    assert visits.beside([15.1, 18.0], [15.0]) == 1
