"""Confidence is the weakest of seven answers, and says which it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hoshimori.assess import ach, bayes, confidence
from hoshimori.assess.bayes import Model
from hoshimori.assess.confidence import CODES, LEVELS, Confidence
from hoshimori.assess.table import table
from hoshimori.assess.weighing import pieces
from hoshimori.judgements import Item
from tests.assess.cases import LOST_QUIETLY, item

TABLE = table()


def judged(*items: Item) -> Confidence:
    weighed = pieces(items, TABLE)
    model = Model(TABLE, TABLE.kind_of(items))
    marks, odds = ach.reading(items, TABLE), bayes.read(model, weighed)
    return confidence.confidence(marks, odds, weighed, model, confidence.contradicted(items, weighed))


def level_of(result: Confidence, *codes: str) -> str:
    return next(str(r.values["level"]) for r in result.reasons if r.code in codes)


THOROUGH = (
    *LOST_QUIETLY,
    *(item(i, False) for i in ("second_body_near", "intrusion_found", "many_hit_alike", "interference_reported", "impact_mark")),
    *(item(i, False) for i in ("announced_beforehand", "acknowledged", "attributed_by_states", "recovered", "ground_hit")),
    item("lost_for_good"),
    *(
        item(i, False)
        for i in ("sun_or_eclipse_explains", "conflict_coincides", "repeats_over_site", "stay_long", "report_withdrawn")
    ),
    item("second_body_came_by_burns", False),
    item("owner_told_of_own_error", False),
)
"""The same worn-out satellite, after nearly every question was asked."""


def test_nothing_weighed_is_low() -> None:
    result = judged()
    assert result.level == "low"
    assert [r.code for r in result.reasons] == ["nothing weighed"]


def test_it_is_the_lowest_of_its_reasons_and_the_weakest_comes_first() -> None:
    for items in (LOST_QUIETLY, THOROUGH, (item("storm"),)):
        result = judged(*items)
        levels = [LEVELS.index(str(r.values["level"])) for r in result.reasons]
        assert levels == sorted(levels)
        assert result.level == LEVELS[levels[0]]
        assert {r.code for r in result.reasons} <= set(CODES)
        assert len(result.reasons) == 7


def test_looking_everywhere_raises_coverage() -> None:
    little, much = judged(*LOST_QUIETLY), judged(*THOROUGH)
    assert level_of(little, "looked for") == "low"
    assert level_of(much, "looked for") == "high"
    assert LEVELS.index(much.level) > LEVELS.index(little.level)


def test_poor_sources_are_low_however_many() -> None:
    poor = tuple(replace(i, grade="D4") for i in THOROUGH)
    assert level_of(judged(*poor), "sourcing") == "low"
    assert judged(*poor).level == "low"


def test_disagreement_caps_at_low() -> None:
    """Marks say an exchange of names and odds say ordinary neighbours."""
    items = (item("stay_long"), item("identity_exchange"), item("effect_none"), item("one_source_only"))
    result = judged(*items)
    assert result.level == "low"
    assert level_of(result, "readings disagree") == "low"


def test_a_contradiction_caps_at_moderate_unless_it_is_a_rumour() -> None:
    said = item("inquiry_environment", False)
    both = (*THOROUGH, said, item("inquiry_environment"))
    assert level_of(judged(*both), "contradicted items", "no contradiction") == "moderate"
    rumour = (*THOROUGH, said, item("inquiry_environment", grade="E4"))
    assert level_of(judged(*rumour), "contradicted items", "no contradiction") == "high"


def test_items_may_name_what_contradicts_them() -> None:
    first = item("gradual_onset")
    second = item("sudden_onset", contradicts=(first.item_id,))
    weighed = pieces((first, second), TABLE)
    assert set(confidence.contradicted((first, second), weighed)) == {first.item_id, second.item_id}


def test_one_item_that_carries_all_is_told() -> None:
    result = judged(item("inquiry_collision", grade="A1"))
    assert level_of(result, "odds hang on one item") == "low"


@pytest.mark.parametrize(("count", "level"), [(1, "low"), (2, "moderate"), (3, "moderate"), (4, "high")])
def test_levels_of_a_count(count: int, level: str) -> None:
    assert confidence._level(count, confidence.GROUPS) == level


def test_coverage_is_a_share_and_grows() -> None:
    model = Model(TABLE, "loss")
    shares = [confidence.coverage(pieces(THOROUGH[:n], TABLE), model) for n in range(len(THOROUGH) + 1)]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] < 1.0
    every = tuple(item(i) for i in model.questions())
    assert confidence.coverage(pieces(every, TABLE), model) == pytest.approx(1.0)
