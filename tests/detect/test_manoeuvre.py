"""Burns in retrospect and as they became known, on constructed skies: found, sized, named; and the laws of order and of time."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.catalogue import MemoryView
from hoshimori.detect import manoeuvre
from hoshimori.detect.burns import Burn, Told
from hoshimori.detect.manoeuvre import Manoeuvre, Settings
from hoshimori.exercise import BurningSky, Score, burning_sky, score
from hoshimori.facts import DataMode, ElementSets
from tests.detect.skies import at, raised, watching

DAY = np.timedelta64(1, "D")


@cache
def watched() -> tuple[BurningSky, Told, Score]:
    sky = burning_sky()
    told = manoeuvre.find(sky.sets)
    return sky, told, score(sky.truth.planted, told.burns, sky.truth.object_days)


@cache
def as_known() -> tuple[Burn, ...]:
    return manoeuvre.find(watched()[0].sets, as_it_became_known=True).burns


def of(sets: ElementSets, *numbers: int) -> ElementSets:
    return sets.take(np.isin(sets.norad_id, numbers))


def test_in_retrospect_every_promised_burn_is_found_and_little_else() -> None:
    sky, _, seen = watched()
    lost = [(sky.truth.regimes[sky.truth.planted[i].norad_id], sky.truth.planted[i].kind) for i in seen.missed]
    assert lost == []
    assert seen.promised > 100
    assert seen.false_alarms_per_1000_days <= 1.0


def test_sizes_in_track_are_right_and_so_are_their_sigmas() -> None:
    sky, told, seen = watched()
    share, pulls = [], []
    for i, j in seen.matched:
        true, burn = sky.truth.planted[i], told.burns[j]
        single = true.start_utc == true.stop_utc and abs(true.dv_rtn_m_s[1]) > 3.0 * true.floor_in_track_m_s
        if single and np.isfinite(burn.dv_rtn_m_s[1]):
            off = burn.dv_rtn_m_s[1] - true.dv_rtn_m_s[1]
            share.append(abs(off / true.dv_rtn_m_s[1]))
            pulls.append(abs(off) / burn.dv_sigma_m_s[1])
    assert len(share) > 50
    assert np.median(share) < 0.05
    assert 0.6 < (np.array(pulls) < 1.0).mean() < 0.95
    assert (np.array(pulls) < 3.0).mean() > 0.85, "tails are longer than a bell's"


def test_moments_are_right_within_their_sigmas() -> None:
    sky, told, seen = watched()
    pairs = [(sky.truth.planted[i], told.burns[j]) for i, j in seen.matched]
    pulls = np.array([abs((b.t_utc - p.t_utc) / np.timedelta64(1, "s")) / b.sigma_s for p, b in pairs])
    assert 0.6 < (pulls < 1.0).mean() < 0.95
    assert (pulls < 3.0).mean() > 0.95
    for _, burn in pairs:
        assert burn.last_before_utc < burn.first_after_utc <= burn.known_utc


MEANT = {
    "graveyard": {"graveyard"}, "relocation": {"relocation"}, "deorbit": {"deorbit"}, "inclination": {"inclination"},
    "avoidance": {"avoidance"}, "station-keeping": {"station-keeping"},
}  # fmt: skip


def test_burns_are_called_what_they_were() -> None:
    """Nine in ten; of eccentric orbits, and of the first burn on a record, no more is said than that the orbit changed."""
    sky, told, seen = watched()
    pairs = [(sky.truth.planted[i], told.burns[j]) for i, j in seen.matched]
    named = [(p.kind, b.label) for p, b in pairs if p.kind in MEANT and b.label != "orbit change"]
    right = Counter(kind for kind, label in named if label in MEANT[kind])
    assert sum(right.values()) >= 0.9 * len(named)
    assert {"graveyard", "relocation", "deorbit", "avoidance"} <= {k for k, n in right.items() if n >= 3}
    vague = [p for p, b in pairs if b.label == "orbit change"]
    assert len(vague) < 0.2 * len(pairs)


def test_what_keeps_the_orbit_is_normal_and_what_leaves_it_is_not() -> None:
    sky, told, _ = watched()
    parts = [manoeuvre.event(b, b.evidence, sky.truth.stop_utc) for b in told.burns]
    assert not any(e.normal for e in parts if e.label in ("relocation", "graveyard", "deorbit", "avoidance", "unusual"))
    assert all(e.normal for e in parts if e.label == "station-keeping")


def test_a_thrust_of_days_is_told_once_or_twice() -> None:
    """A push every two hours for up to three days, seen in a set a day: one kick, or two where it spans three sets, of which
    one may stay below the threshold."""
    sky, told, _ = watched()
    for true in sky.truth.planted:
        if true.kind == "low thrust" and true.promised:
            near = [b for b in told.burns if b.norad_id == true.norad_id and true.start_utc - DAY < b.t_utc < true.stop_utc + DAY]
            assert 1 <= len(near) <= 2
            assert 0.45 < sum(b.dv_rtn_m_s[1] for b in near) / true.dv_rtn_m_s[1] < 1.1


def test_the_storm_is_no_burn() -> None:
    sky, told, _ = watched()
    still = set(sky.truth.regimes) - {p.norad_id for p in sky.truth.planted}
    window = (sky.truth.storm_start_utc - DAY, sky.truth.storm_stop_utc + DAY)
    low = [
        b
        for b in told.burns
        if b.norad_id in still and window[0] < b.t_utc < window[1] and sky.truth.regimes[b.norad_id] == "LEO"
    ]
    assert len(low) <= 1
    assert all(b.probability < 0.9 for b in low)


def test_numbers_that_were_swapped_did_not_burn() -> None:
    sky, told, _ = watched()
    for swap in (n for n in sky.truth.nuisances if n.kind == "swap"):
        assert not [b for b in told.burns if b.norad_id in swap.norad_ids and abs(b.t_utc - swap.at_utc) < 2 * DAY]
        assert {u.norad_id for u in told.untold if u.reason.code == "identity swap"} >= set(swap.norad_ids)


def same(one: Burn, other: Burn) -> bool:
    """The same but for what company tells of storms."""
    return {k: v for k, v in one.to_json().items() if k != "explanations_tested"} == {
        k: v for k, v in other.to_json().items() if k != "explanations_tested"
    }


@pytest.mark.parametrize("growing", [False, True], ids=["in retrospect", "as it became known"])
def test_many_at_once_are_each_alone(growing: bool) -> None:
    sky, _, _ = watched()
    deep = sorted({n for n, regime in sky.truth.regimes.items() if regime in ("GEO", "MEO")})[::4]
    every = manoeuvre.find(of(sky.sets, *deep), as_it_became_known=growing).burns
    alone = [b for n in deep for b in manoeuvre.find(of(sky.sets, n), as_it_became_known=growing).burns]
    assert len(every) == len(alone) > 10
    assert all(same(a, b) for a, b in zip(every, alone, strict=True))


@given(st.randoms(use_true_random=False), st.integers(1, 60))
@settings(max_examples=6, deadline=None)
def test_order_and_parts_do_not_matter(chance: Random, cut: int) -> None:
    sky, _, _ = watched()
    number = next(p.norad_id for p in sky.truth.planted if sky.truth.regimes[p.norad_id] == "GEO")
    sets = of(sky.sets, number)
    rows = list(range(len(sets)))
    chance.shuffle(rows)
    mixed = ElementSets.concat([sets.take(np.array(rows[cut:])), sets.take(np.array(rows[:cut]))])
    assert [b.to_json() for b in manoeuvre.find(mixed).burns] == [b.to_json() for b in manoeuvre.find(sets).burns]


@pytest.mark.parametrize("day", [40, 64])
def test_what_was_told_does_not_depend_on_what_came_later(day: int) -> None:
    """Cut off at a moment, the replay tells the same burns with the same labels; numbers agree to half their sigma."""
    sky, _, _ = watched()
    cut = sky.truth.start_utc + day * DAY
    part = manoeuvre.find(sky.sets, as_it_became_known=True, as_of_utc=cut).burns
    whole = [b for b in as_known() if b.known_utc <= cut]
    assert len(part) > 20
    assert [(b.norad_id, b.known_utc, b.label, b.routine) for b in part] == [
        (b.norad_id, b.known_utc, b.label, b.routine) for b in whole
    ]
    for a, b in zip(part, whole, strict=True):
        assert abs((a.t_utc - b.t_utc) / np.timedelta64(1, "s")) < 0.5 * a.sigma_s
        assert [x.verdict for x in a.explanations] == [x.verdict for x in b.explanations]
        assert a.probability == pytest.approx(b.probability, abs=0.1)
        assert np.isclose(a.dv_rtn_m_s[1], b.dv_rtn_m_s[1], atol=0.5 * a.dv_sigma_m_s[1], equal_nan=True)


def test_as_of_leaves_out_what_was_not_known() -> None:
    sky, told, _ = watched()
    burn = told.burns[len(told.burns) // 2]
    sets = of(sky.sets, burn.norad_id)
    before = manoeuvre.find(sets, as_of_utc=burn.known_utc - np.timedelta64(1, "s")).burns
    assert all(b.t_utc < burn.last_before_utc for b in before)
    assert all(b.data_mode == DataMode.EXERCISE for b in told.burns)


def test_a_stricter_threshold_tells_less_and_never_something_else() -> None:
    sky, told, _ = watched()
    strict = manoeuvre.find(sky.sets, settings=Settings(probability=0.99)).burns
    told_at = {(b.norad_id, b.first_after_utc) for b in told.burns}
    assert len(strict) < len(told.burns)
    assert {(b.norad_id, b.first_after_utc) for b in strict} <= told_at
    assert min(b.probability for b in strict) >= 0.99


HABIT = tuple((day, 0.02) for day in np.arange(-100.0, 40.0, 20.0).tolist())


def test_the_detector_tells_of_the_window_and_of_the_assets_alone() -> None:
    sets = ElementSets.concat([raised(41000, *HABIT), raised(42000, *HABIT)])
    view = MemoryView(sets, at(-30.0), at(5.0), at(6.0))
    found = Manoeuvre().detect(view, watching(41000))
    assert [(e.kind, e.subject) for e in found] == [("manoeuvre", "41000")] * 2
    assert [round((e.start_utc - at(0.0)) / DAY) for e in found] == [-20, 0]
    first = found[0]
    assert first.quantities["dv_in_track_m_s"].value == pytest.approx(0.02, rel=0.05)
    assert first.quantities["dv_in_track_m_s"].unit == "m/s"
    assert first.label == "station-keeping"
    assert first.normal
    held = set(view.history(41000).digest_texts())
    assert set(first.evidence[0].inputs) <= held, "nothing known later, nothing of others"
    assert found == Manoeuvre().with_settings({"threshold": 20.0, "probability": 0.5}).detect(view, watching(41000))


def test_nobody_to_watch_and_nothing_known_are_no_events() -> None:
    empty = MemoryView(ElementSets.empty(), at(-30.0), at(5.0), at(6.0))
    assert Manoeuvre().detect(empty, watching()) == []
    assert Manoeuvre().detect(empty, watching(41000)) == []
