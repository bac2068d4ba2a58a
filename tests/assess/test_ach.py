"""Least inconsistent first: Heuer's rules as laws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.assess import ach
from hoshimori.assess.table import Table, table
from hoshimori.assess.weighing import grade_weight
from hoshimori.judgements import HYPOTHESES, Item
from tests.assess.cases import LOST_QUIETLY, item

TABLE = table()
NEUTRAL = dict.fromkeys(HYPOTHESES, "N")
anything = st.builds(
    item, st.sampled_from(sorted(TABLE.indicators)), st.booleans(), st.sampled_from(["A1", "B2", "B3", "C3", "F6"])
)
some = st.lists(anything, max_size=8, unique_by=lambda i: i.item_id)


def marked(indicator: str, marks: Mapping[str, str]) -> Table:
    weight = replace(TABLE.weights[indicator], marks=marks)
    return replace(TABLE, weights={**TABLE.weights, indicator: weight})


def test_nothing_seen_ranks_nothing() -> None:
    empty = ach.reading([], TABLE)
    assert empty.leader == ""
    assert empty.tied == HYPOTHESES
    assert set(empty.inconsistency.values()) == {0.0}
    assert empty.to_json()["leader"] is None


def test_points_by_hand() -> None:
    """One item of B2: 0.75 for I, 1.5 for II, nothing for the rest."""
    r = ach.reading([item("gradual_onset")], TABLE)
    assert r.inconsistency["collision"] == pytest.approx(1.5)
    assert r.inconsistency["deliberate_irreversible"] == pytest.approx(0.75)
    assert {r.inconsistency[h] for h in ("natural", "failure", "own_act", "routine", "mistaken")} == {0.0}
    assert r.leader == "failure"
    assert "natural" in r.tied


def test_diagnosticity_by_hand() -> None:
    """Variance of (2, 0, 0, 0, 0, 0, 0, 0) is 4/8 - (2/8)^2."""
    assert ach.diagnosticity({**NEUTRAL, "failure": "CC"}) == pytest.approx(0.5 - 0.0625)
    assert ach.diagnosticity(dict.fromkeys(HYPOTHESES, "C")) == 0.0


@settings(deadline=None)
@given(some)
def test_what_is_the_same_for_all_moves_nothing(items: list[Item]) -> None:
    flat = marked("denied", NEUTRAL)
    items = [i for i in items if i.indicator != "denied"]
    before, after = ach.reading(items, flat), ach.reading([*items, item("denied")], flat)
    assert (before.inconsistency, before.ranking, before.leader) == (after.inconsistency, after.ranking, after.leader)
    assert after.drop_one[item("denied").item_id] == before.leader


@settings(deadline=None)
@given(some, st.randoms())
def test_order_does_not_matter(items: list[Item], random: st.DataObject) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ach.reading(shuffled, TABLE).to_json() == ach.reading(items, TABLE).to_json()


@settings(deadline=None)
@given(some, anything)
def test_no_item_takes_away_from_what_stands_against(items: list[Item], more: Item) -> None:
    """Of another group: inside one group a stronger item may take the first place of another, and only there."""
    group = TABLE.indicators[more.indicator].group
    items = [i for i in items if TABLE.indicators[i.indicator].group != group]
    before, after = ach.reading(items, TABLE), ach.reading([*items, more], TABLE)
    assert all(after.inconsistency[h] >= before.inconsistency[h] for h in HYPOTHESES)


@pytest.mark.parametrize("copies", [2, 5, 40])
def test_telling_it_again_does_not_pass_the_cap(copies: int) -> None:
    one = ach.reading([item("docked")], TABLE).inconsistency["natural"]
    many = ach.reading([item("docked", statement=f"report {n}") for n in range(copies)], TABLE).inconsistency["natural"]
    assert one < many <= 4.0 / 3.0 * one + 1e-9


def test_the_worst_grade_moves_almost_nothing() -> None:
    assert max(ach.reading([item("docked", grade="F6")], TABLE).inconsistency.values()) <= 0.1
    assert grade_weight("E5") == 0.0
    assert grade_weight("A1") == 1.0


@pytest.mark.parametrize("step", ["ABCDE", "12345"])
def test_a_better_grade_never_weighs_less(step: str) -> None:
    grades = [f"{s}2" if step == "ABCDE" else f"B{s}" for s in step]
    weights = [grade_weight(g) for g in grades]
    assert weights == sorted(weights, reverse=True)


def test_drop_one_names_the_item_that_carries_it() -> None:
    r = ach.reading([item("inquiry_collision"), item("second_body_hit")], TABLE)
    assert r.leader == "collision"
    assert set(r.drop_one.values()) == {"collision"}
    r = ach.reading([item("emitter_own", False), item("interference_selective")], TABLE)
    key = item("interference_selective").item_id
    assert r.leader == "deliberate_reversible"
    assert r.drop_one[key] != "deliberate_reversible"


def test_a_worn_out_satellite() -> None:
    r = ach.reading(LOST_QUIETLY, TABLE)
    assert r.leader == "failure"
    assert r.ranking[0] == "failure"
    assert len(r.rows) == len(LOST_QUIETLY)
