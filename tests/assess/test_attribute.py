"""An assessment: deterministic, honest about what it left out, and undetermined unless the rule of determination holds."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.assess import attribute
from hoshimori.assess.attribute import Assessment, assess
from hoshimori.assess.table import table
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import canonical_json
from hoshimori.judgements import HYPOTHESES, UNDETERMINED, Effect, Incident, Item, Marking, Tlp
from tests.assess.cases import DAY, LOST_QUIETLY, NOON, claim, incident, item

TABLE = table()
WORN_OUT = incident(*LOST_QUIETLY)
KEYS = [
    *(
        "schema",
        "incident",
        "as_of",
        "made",
        "method",
        "table",
        "data_mode",
        "marking",
        "items",
        "claims",
        "left_out",
        "ach",
        "bayes",
    ),
    *("agree", "verdict", "why_undetermined", "likelihood", "confidence", "confidence_reasons", "would_change", "not_found"),
    *("not_looked", "effect", "gates", "precedents"),
]
anything = st.builds(item, st.sampled_from(sorted(TABLE.indicators)), st.booleans(), st.sampled_from(["A1", "B2", "C3", "F6"]))
some = st.lists(anything, max_size=8, unique_by=lambda i: i.item_id)


WELL_LOOKED_AT = incident(
    *WORN_OUT.items, *(item(name, False) for name in ("acknowledged", "announced_beforehand", "report_withdrawn", "stay_long"))
)


def made(case: Incident, **options: object) -> Assessment:
    return assess(case, NOON + DAY, made_utc=NOON + DAY, **options)  # type: ignore[arg-type]


def test_where_little_was_looked_for_nothing_is_named() -> None:
    """All of the rule as first fixed holds; what nobody looked for keeps the confidence low."""
    thin = made(WORN_OUT)
    assert thin.why_undetermined == (attribute.CONFIDENCE_LOW,)
    assert thin.verdict == UNDETERMINED
    assert next(r for r in thin.confidence.reasons if r.code == "looked for").values["level"] == "low"
    assert made(WELL_LOOKED_AT).confidence.level == "moderate"


def test_the_shape_of_the_record() -> None:
    data = made(WELL_LOOKED_AT).to_json()
    assert list(data) == KEYS
    assert data["schema"] == "hoshimori.assessment/1"
    assert not {"items", "claims", "judgements"} & set(data["incident"])
    assert data["verdict"] == "failure"
    assert data["why_undetermined"] == []
    assert data["agree"]
    assert data["table"] == TABLE.version
    assert data["bayes"]["prior"] == "loss"
    assert data["not_found"] == [i.item_id for i in WELL_LOOKED_AT.items if not i.seen]
    assert json.loads(canonical_json(data)) == data


def test_nothing_known_is_undetermined_and_shows_base_rates_as_such() -> None:
    data = made(incident()).to_json()
    assert data["verdict"] == UNDETERMINED
    assert data["why_undetermined"] == ["nothing weighed"]
    assert data["confidence"] == "low"
    assert set(data["likelihood"].values()) == {None}
    assert data["ach"]["leader"] is None
    assert sum(o["value"] for o in data["bayes"]["odds"].values()) == pytest.approx(1.0, abs=1e-5)
    assert data["not_looked"]


@given(some)
@settings(deadline=None, max_examples=40)
def test_same_inputs_same_bytes_in_any_order_of_items(items: list[Item]) -> None:
    one, again = made(incident(*items)).to_json(), made(incident(*items)).to_json()
    assert canonical_json(one) == canonical_json(again)
    turned = made(incident(*reversed(items))).to_json()
    order = {"items", "not_found"}  # told in the order of the incident
    assert {k: v for k, v in one.items() if k not in order} == {k: v for k, v in turned.items() if k not in order}


@given(some)
@settings(deadline=None, max_examples=40)
def test_a_hypothesis_is_named_only_by_the_rule(items: list[Item]) -> None:
    """The rule of design/nature.md, written out again from the record alone."""
    data = made(incident(*items)).to_json()
    leader = data["bayes"]["leader"]
    held = (
        data["ach"]["leader"] == leader
        and data["bayes"]["odds"][leader]["low"] > 0.55
        and all(d["leader"] == leader for d in data["ach"]["drop_one"] + data["bayes"]["drop_one"])
        and len(made(incident(*items)).bayes.speakers(leader)) >= 2
        and data["confidence"] != "low"
    )
    assert data["verdict"] == (leader if held and items else UNDETERMINED)
    assert bool(data["why_undetermined"]) == (data["verdict"] == UNDETERMINED)
    assert set(data["why_undetermined"]) <= set(attribute.WHY)


def test_what_the_code_of_undetermined_says() -> None:
    one = made(incident(item("inquiry_collision", grade="A1")))
    assert {"hangs on one item", "too few groups"} <= set(one.why_undetermined)
    apart = made(incident(item("stay_long"), item("identity_exchange"), item("effect_none"), item("one_source_only")))
    assert "readings disagree" in apart.why_undetermined
    assert apart.confidence.level == "low"
    tied = made(incident(item("denied")))
    assert "tie in inconsistency" in tied.why_undetermined
    assert "readings disagree" not in tied.why_undetermined


def test_as_of_leaves_out_what_was_known_later() -> None:
    late = item("intrusion_found", known_utc=NOON + 3 * DAY)
    now, later = (
        made(incident(*LOST_QUIETLY, late)),
        assess(incident(*LOST_QUIETLY, late), NOON + 4 * DAY, made_utc=NOON + 4 * DAY),
    )
    assert now.left_out.known_later == 1
    assert late.item_id not in {i.item_id for i in now.incident.items}
    assert later.left_out.known_later == 0
    assert later.bayes.odds != now.bayes.odds
    assert canonical_json(now.bayes.to_json()) == canonical_json(made(WORN_OUT).bayes.to_json())


def test_what_not_all_readers_may_have_is_left_out_counted_and_without_trace() -> None:
    ours = item("intrusion_found", marking=Marking(Tlp.AMBER, frozenset({"JPN"})), statement="only for us")
    theirs = claim("only for us too", marking=Marking(Tlp.GREEN, frozenset({"JPN"})))
    full = made(incident(*LOST_QUIETLY, ours, claims=(theirs,)))
    both = made(incident(*LOST_QUIETLY, ours, claims=(theirs,)), releasable_to=frozenset({"JPN", "USA"}))
    assert full.marking == Marking(Tlp.AMBER, frozenset({"JPN"}))
    assert full.left_out.not_releasable == 0
    assert both.left_out.not_releasable == 2
    assert both.marking == Marking()
    text = canonical_json({**both.to_json(), "left_out": None})
    assert text == canonical_json({**made(WORN_OUT).to_json(), "left_out": None})
    assert b"only for us" not in text


def test_an_incident_that_may_not_be_released_is_refused() -> None:
    with pytest.raises(UsageError, match="not releasable to all of JPN, USA"):
        made(replace(WORN_OUT, marking=Marking(Tlp.AMBER, frozenset({"JPN"}))), releasable_to=frozenset({"JPN", "USA"}))


def test_the_marking_is_the_strictest_of_all_that_was_used() -> None:
    red = item("storm", marking=Marking(Tlp.RED, frozenset({"JPN", "USA"})))
    both = made(incident(red, claims=(claim(marking=Marking(Tlp.GREEN, frozenset({"USA"}))),), marking=Marking(Tlp.AMBER)))
    assert both.marking == Marking(Tlp.RED, frozenset({"USA"}))


@pytest.mark.parametrize("mode", [DataMode.EXERCISE, DataMode.SIMULATED, DataMode.TEST])
def test_practice_never_enters_the_real(mode: DataMode) -> None:
    with pytest.raises(UsageError, match=f"data_mode={mode.name} in a REAL incident"):
        made(incident(*LOST_QUIETLY, item("docked", mode=mode)))
    with pytest.raises(UsageError, match=mode.name):
        made(incident(claims=(claim(mode=mode),)))


def test_practice_uses_only_its_own_mode() -> None:
    practice = made(incident(item("storm"), item("docked", mode=DataMode.EXERCISE), mode=DataMode.EXERCISE))
    assert practice.to_json()["data_mode"] == "EXERCISE"
    assert practice.left_out.other_mode == 1
    assert [i.indicator for i in practice.incident.items] == ["docked"]


def test_an_unknown_indicator_is_refused_and_an_empty_one_is_carried() -> None:
    with pytest.raises(UsageError, match="nearest"):
        made(incident(item("storms")))
    carried = made(incident(*LOST_QUIETLY, item("", statement="a photograph")))
    assert carried.left_out.unweighed == 1
    assert carried.bayes.odds == made(WORN_OUT).bayes.odds
    assert "a photograph" in str(carried.to_json()["items"])


def test_claims_keep_their_status_and_only_grounds_that_are_in_use() -> None:
    hidden = item("docked", marking=Marking(Tlp.AMBER, frozenset({"JPN"})))
    words = claim()
    row = {"id": words.claim_id, "status": "disputed", "because": ["claim denied", hidden.item_id, LOST_QUIETLY[0].item_id]}
    case = incident(*LOST_QUIETLY, hidden, claims=(words,))
    (told,) = made(case, claim_rows=[row], releasable_to=frozenset({"USA"})).to_json()["claims"]
    assert told["status"] == "disputed"
    assert told["because"] == ["claim denied", LOST_QUIETLY[0].item_id]
    (plain,) = made(case).to_json()["claims"]
    assert plain["status"] == "claimed"
    assert plain["because"] == []


def test_a_claim_alone_moves_no_odds() -> None:
    said = made(incident(*LOST_QUIETLY, claims=(claim(),)))
    assert said.bayes == made(WORN_OUT).bayes
    assert said.ach == made(WORN_OUT).ach


def test_what_others_worked_out_is_carried() -> None:
    class Gate:
        def to_json(self) -> dict[str, str]:
            return {"id": "G0", "answer": "met"}

    data = made(WORN_OUT, effect=Effect(means="none"), gates=[Gate(), {"id": "G1"}], precedents=[{"id": "p"}]).to_json()
    assert data["effect"]["means"] == "none"
    assert data["gates"] == [{"id": "G0", "answer": "met"}, {"id": "G1"}]
    assert data["precedents"] == [{"id": "p"}]


def test_what_would_change_it_does_when_it_comes_true() -> None:
    """Each promised change is put to the test: the item is added, and the other hypothesis leads with the promised odds."""
    case = incident(item("service_lost"), item("many_hit_alike"), item("storm"))
    before = made(case)
    assert before.would_change
    assert before.bayes.leader == "natural"
    for change in before.would_change:
        after = made(incident(*case.items, item(change.indicator, change.seen)), kind=before.bayes.kind)
        assert after.bayes.leader == change.then != before.bayes.leader
        assert after.bayes.odds[change.then][1] == pytest.approx(change.value, abs=1e-9)


def test_not_looked_is_not_what_was_looked_for_and_narrows_in_order() -> None:
    before = made(WORN_OUT)
    assert before.not_looked
    assert not set(before.not_looked) & {i.indicator for i in LOST_QUIETLY}
    assert set(before.not_looked) <= set(TABLE.kinds["loss"].questions)


def test_likelihood_is_a_term_for_each_hypothesis() -> None:
    told = made(WORN_OUT).likelihood
    assert tuple(told) == HYPOTHESES
    assert told["failure"] in ("likely", "very_likely")
    assert told["routine"] == "almost_no_chance"


def test_the_caller_may_name_the_kind() -> None:
    assert made(WORN_OUT, kind="intrusion").bayes.kind == "intrusion"
    with pytest.raises(UsageError, match="kind of incident"):
        made(WORN_OUT, kind="theft")


def test_no_clock_is_read() -> None:
    assert made(WORN_OUT).to_json()["made"] == "2031-05-02T12:00:00.000000Z"
    assert made(WORN_OUT).as_of_utc == np.datetime64("2031-05-02T12:00:00", "us")
