"""Odds of a cause: the laws that hold whatever the numbers, practice clouds with known cause, and one real cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from hoshimori import formats
from hoshimori.detect import causes, kicks
from hoshimori.detect.causes import CauseOdds, Declared, Parent, SecondBody, cause
from hoshimori.errors import UsageError
from hoshimori.exercise.clouds import cloud
from hoshimori.facts import ElementSets, Floats
from hoshimori.sky import fragmentation

HIGH = Parent(np.array([7278.0, 0.0, 0.0]), np.array([0.0, 1.0, 7.33]), 3.0)
LOW_AND_OLD = Parent(np.array([6728.0, 0.0, 0.0]), np.array([0.0, 1.0, 7.63]), 300.0)
CHANCE = SecondBody(0.4, 0.5, 1e-4)


def thrown(seed: int, which: fragmentation.Cause, n: int = 80) -> tuple[Floats, Floats, Floats]:
    """Pieces straight from the model, known to a metre a second."""
    rng = np.random.default_rng(seed)
    chi = fragmentation.sample_chi(rng, fragmentation.sample_length_m(rng, n, which, 0.1, 3.0))
    return fragmentation.sample_delta_v_m_s(rng, chi, which), np.ones(n), 10.0**chi


def llr(odds: CauseOdds, name: str) -> float:
    return next(w.llr_collision for w in odds.evidence if w.name == name)


@pytest.mark.parametrize("seed", range(5))
def test_clouds_of_the_model_itself_are_told_apart(seed: int) -> None:
    assert cause(*thrown(seed, "explosion"), parent=HIGH).explosion > 0.7
    assert cause(*thrown(seed, "collision"), parent=HIGH).struck > 0.7


@pytest.mark.parametrize("which", ["explosion", "collision"])
def test_odds_sum_to_one_and_the_cloud_never_says_why_it_was_struck(which: fragmentation.Cause) -> None:
    odds = cause(*thrown(1, which), parent=HIGH)
    assert odds.explosion + odds.collision + odds.deliberate == pytest.approx(1.0)
    assert odds.collision == odds.deliberate
    assert not odds.told_apart
    assert "accidental or deliberate cannot be told apart from the cloud" in [r.code for r in odds.reasons]


def test_cloud_alone_never_says_more_than_19_to_1() -> None:
    odds = [cause(*thrown(s, which, 2000), parent=HIGH) for s in range(3) for which in ("explosion", "collision")]
    assert max(max(o.explosion, o.struck) for o in odds) <= 0.95 + 1e-9


def test_order_and_direction_do_not_matter() -> None:
    dv, sigma, ratio = thrown(2, "collision")
    turn, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))
    back = np.arange(len(dv))[::-1]
    one, two = cause(dv, sigma, ratio), cause((dv @ turn)[back], sigma[back], ratio[back])
    assert one.explosion == pytest.approx(two.explosion, abs=1e-9)


def test_listed_ratios_are_what_the_odds_stand_on() -> None:
    odds = cause(*thrown(3, "explosion", 30), parent=HIGH)
    joint = causes.shipped().log_odds(llr(odds, "speeds"), llr(odds, "speed over area to mass"))
    assert llr(odds, "cloud as a whole") == joint
    assert odds.struck == pytest.approx(1.0 / (1.0 + np.exp(-joint)))
    assert [w.llr_collision for w in odds.evidence if w.name in ("count", "push and shape")] == [0.0, 0.0]


def test_ten_times_the_same_pieces_are_not_ten_times_the_evidence() -> None:
    """Events of one cause differ as a whole: what a cloud can say of its cause is bounded, however many pieces it has."""
    dv, sigma, ratio = thrown(4, "collision", 100)
    once, often = (cause(np.tile(dv, (k, 1)), np.tile(sigma, k), np.tile(ratio, k), parent=HIGH) for k in (1, 10))
    assert abs(llr(often, "speeds")) < 1.3 * abs(llr(once, "speeds"))


def test_what_errors_add_to_speeds_is_taken_off() -> None:
    """Slow pieces known to 12 m/s along each axis: taken as they stand they look faster than they were, and more struck."""
    n = 6000
    dv, _, ratio = thrown(5, "explosion", n)
    blurred = dv + np.random.default_rng(1).standard_normal(dv.shape) * 12.0
    clear, seen, believed = (
        llr(cause(x, np.full(n, s), ratio), "speeds") for x, s in ((dv, 0.1), (blurred, 12.0), (blurred, 0.1))
    )
    assert believed > clear
    assert abs(seen - clear) < 0.3 * abs(believed - clear)


def test_dropping_what_is_poorly_known_does_not_make_a_cloud_look_fast() -> None:
    """Errors of a third of the pieces have nothing to do with their speeds: the judgement hardly moves."""
    dv, _, ratio = thrown(5, "explosion", 400)
    sigma = np.where(np.arange(400) % 3 == 0, 60.0, 1.0)
    assert llr(cause(dv, sigma, ratio), "speeds") == pytest.approx(llr(cause(dv, np.ones(400), ratio), "speeds"), abs=0.3)


@pytest.mark.parametrize(
    ("n", "parent", "code"),
    [
        (4, HIGH, "too few pieces for a cause"),
        (0, HIGH, "too few pieces for a cause"),
        (80, LOW_AND_OLD, "fast pieces are gone"),
        (80, HIGH._replace(age_days=3000.0), "cloud too old for a cause"),
    ],
)
def test_what_cannot_be_judged_has_even_odds_and_says_why(n: int, parent: Parent, code: str) -> None:
    odds = cause(*thrown(6, "collision", n), parent=parent)
    assert (odds.explosion, odds.collision, odds.deliberate) == pytest.approx((0.5, 0.25, 0.25))
    assert not odds.carries
    assert code in [r.code for r in odds.reasons]


def test_kicks_lost_in_their_errors_are_not_judged() -> None:
    dv, _, ratio = thrown(7, "collision")
    odds = cause(dv, np.full(len(dv), 400.0), ratio, parent=HIGH)
    assert "kicks are not known well enough" in [r.code for r in odds.reasons]
    assert odds.explosion == pytest.approx(0.5)


def test_body_that_was_there_speaks_for_an_accident_and_its_absence_a_little_against() -> None:
    pieces = thrown(8, "collision")
    alone, near = cause(*pieces, parent=HIGH), cause(*pieces, parent=HIGH, second_body=CHANCE)
    far = cause(*pieces, parent=HIGH, second_body=SecondBody(np.inf, 0.5, 1e-4))
    assert near.told_apart
    assert near.collision > 0.9 > alone.collision
    assert far.collision / far.deliberate == pytest.approx(1.0 - causes.CATALOGUED)
    ratio = (causes.CATALOGUED + (1.0 - causes.CATALOGUED) * 1e-4) / 1e-4
    assert near.collision / near.deliberate == pytest.approx(ratio)


def test_crowded_place_makes_a_near_body_worth_less() -> None:
    pieces = thrown(8, "collision")
    few, many = (cause(*pieces, parent=HIGH, second_body=CHANCE._replace(by_chance=c)) for c in (1e-4, 0.3))
    assert few.collision > many.collision


@pytest.mark.parametrize("claim", ["explosion", "collision", "deliberate"])
def test_declaration_moves_its_own_cause_by_its_grade(claim: Literal["explosion", "collision", "deliberate"]) -> None:
    pieces = thrown(9, "collision")
    none, poor, good = (cause(*pieces, parent=HIGH, declared=[Declared(claim, g)]) for g in ("F6", "C3", "A1"))
    bare = cause(*pieces, parent=HIGH)
    assert getattr(none, claim) == pytest.approx(getattr(bare, claim))
    assert getattr(bare, claim) < getattr(poor, claim) < getattr(good, claim)


@pytest.mark.parametrize("grade", ["", "B", "G1", "B7", "B22"])
def test_grade_that_is_none_is_refused(grade: str) -> None:
    with pytest.raises(UsageError, match="as 'B2'"):
        cause(*thrown(9, "collision"), declared=[Declared("deliberate", grade)])


def test_arrays_of_unequal_length_are_refused() -> None:
    with pytest.raises(UsageError, match="expected"):
        cause(np.ones((4, 3)), np.ones(3), np.ones(4))


def test_practice_clouds_three_days_old() -> None:
    """Twelve clouds of 50 pieces, seeds that neither taught nor scored: 10 right at least."""
    right = 0
    for seed in range(20_001, 20_013):
        struck = seed % 2 == 0
        c = cloud(seed=seed, n=50, cause="deliberate" if struck else "explosion", orbit="sso")
        t, (r, v) = c.truth.t_utc, kicks.state(c.before, c.truth.t_utc)
        k = kicks.from_states(c.sets, c.before, t, r)
        odds = cause(k.dv_rtn_m_s, k.sigma_m_s, kicks.area_mass_m2_kg(c.sets.bstar_per_er), parent=Parent(r, v, 3.0))
        right += (odds.struck > 0.5) == struck
    assert right >= 10


def test_cosmos_1408_at_day_57_is_not_claimed_for_either_cause(data: Path) -> None:
    """Half of what a collision throws cannot be up any more at 470 km: neither cause beyond 4 to 1, and no word of why."""
    path = data / "breakups" / "cosmos1408_20220111.3le"
    sets = ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])
    home, pieces = sets.take(sets.norad_id == 13552), sets.take(sets.norad_id != 13552)
    k = kicks.from_elements(pieces, home, np.datetime64("2021-11-15T02:47", "us"), float(np.radians(70.0)))
    r, v = kicks.state(home, home.epoch_utc[0])
    odds = cause(k.dv_rtn_m_s, k.sigma_m_s, kicks.area_mass_m2_kg(pieces.bstar_per_er), parent=Parent(r, v, 57.0))
    assert 0.2 < odds.explosion < 0.8
    assert odds.collision == odds.deliberate
