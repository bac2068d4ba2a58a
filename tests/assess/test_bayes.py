"""Odds that sum to one, move the right way, and no further than their sources carry."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.assess import bayes
from hoshimori.assess.bayes import ACROSS, EVEN_SHARE, JUDGED_WORTH, MODEL_DOUBT, Model
from hoshimori.assess.table import Range, Table, table
from hoshimori.errors import UsageError
from hoshimori.judgements import HYPOTHESES, Item
from tests.assess.cases import LOST_QUIETLY, item

TABLE = table()
FLAT: Range = (0.5, 0.5, 0.5)
anything = st.builds(
    item, st.sampled_from(sorted(TABLE.indicators)), st.booleans(), st.sampled_from(["A1", "B2", "B3", "C3", "F6"])
)
some = st.lists(anything, max_size=8, unique_by=lambda i: i.item_id)


def values(items: list[Item] | tuple[Item, ...], weights: Table = TABLE, **options: object) -> np.ndarray:
    odds = bayes.reading(items, weights, **options).odds  # type: ignore[arg-type]
    return np.array([odds[h][1] for h in HYPOTHESES])


def shared(indicator: str, p: dict[str, Range]) -> Table:
    return replace(TABLE, weights={**TABLE.weights, indicator: replace(TABLE.weights[indicator], p=p)})


@given(some)
@settings(deadline=None)
def test_odds_sum_to_one_and_lie_in_their_ranges(items: list[Item]) -> None:
    odds = bayes.reading(items, TABLE).odds
    assert sum(value for _, value, _ in odds.values()) == pytest.approx(1.0, abs=1e-12)
    assert all(0.0 < low <= value <= high < 1.0 for low, value, high in odds.values())


@given(some, st.sampled_from(list(TABLE.priors)))
@settings(deadline=None)
def test_what_is_the_same_for_all_moves_nothing(items: list[Item], kind: str) -> None:
    flat = shared("denied", dict.fromkeys(HYPOTHESES, FLAT))
    items = [i for i in items if i.indicator != "denied"]
    before, after = (bayes.reading(x, flat, kind=kind) for x in (items, [*items, item("denied")]))
    for h in HYPOTHESES:
        assert after.odds[h] == pytest.approx(before.odds[h], abs=1e-12)
    assert after.drop_one[item("denied").item_id][0] == before.leader


@given(some, st.randoms())
@settings(deadline=None)
def test_order_does_not_matter_to_a_bit(items: list[Item], random: st.DataObject) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert bayes.reading(shuffled, TABLE).to_json() == bayes.reading(items, TABLE).to_json()


@pytest.mark.parametrize("indicator", sorted(TABLE.indicators))
def test_an_item_and_its_absence_pull_opposite_ways(indicator: str) -> None:
    kind = "nearness"  # nothing is given in it
    none, seen, absent = (values(x, kind=kind) for x in ([], [item(indicator)], [item(indicator, False)]))
    up = [h for h in range(8) if seen[h] > none[h] + 1e-9]
    assert up or indicator == "denied"
    # what gains most by being seen loses by being absent
    most = int(np.argmax(seen / none))
    assert absent[most] < none[most]


@pytest.mark.parametrize("indicator", ["interference_reported", "docked", "inquiry_inside"])
def test_seen_and_absent_of_one_grade_meet_in_between(indicator: str) -> None:
    """Two reports that contradict each other leave the odds between what each alone would make of them."""
    both = values([item(indicator), item(indicator, False)], kind="other")
    one, other = values([item(indicator)], kind="other"), values([item(indicator, False)], kind="other")
    h = int(np.argmax(abs(np.log(one / other))))
    assert min(one[h], other[h]) < both[h] < max(one[h], other[h])


def test_one_item_by_hand() -> None:
    p = np.array([TABLE.weights["storm"].p[h][1] for h in HYPOTHESES])
    prior = np.array([TABLE.priors["other"][h][1] for h in HYPOTHESES])
    prior = (1 - EVEN_SHARE) * prior / prior.sum() + EVEN_SHARE / 8
    post = prior * p ** (ACROSS * 0.75)
    expected = (1 - MODEL_DOUBT) * post / post.sum() + MODEL_DOUBT / 8
    assert values([item("storm")], kind="other") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("copies", [2, 5, 40])
def test_telling_it_again_does_not_pass_the_cap(copies: int) -> None:
    """The log-likelihood of a group is at most 4/3 of that of its strongest item."""
    one = bayes.reading([item("intrusion_found")], TABLE).groups[0]
    many = bayes.reading([item("intrusion_found", statement=f"report {n}") for n in range(copies)], TABLE).groups[0]
    assert not one.capped
    assert many.capped
    for h in HYPOTHESES:
        assert 1.0 < many.log_likelihood[h] / one.log_likelihood[h] <= 4.0 / 3.0 + 1e-9


@pytest.mark.parametrize("indicator", ["docked", "acknowledged", "intrusion_found", "retro_burn"])
def test_the_worst_grade_moves_almost_nothing(indicator: str) -> None:
    before, after = values([], kind="other"), values([item(indicator, grade="F6")], kind="other")
    assert abs(after - before).max() < 0.05
    assert values([item(indicator, grade="E5")], kind="other") == pytest.approx(before, abs=1e-12)


def test_a_better_grade_moves_further() -> None:
    moved = [values([item("inquiry_inside", grade=g)], kind="loss")[1] for g in ("F6", "C3", "B2", "A1")]
    assert moved == sorted(moved)
    assert moved[0] < moved[-1]


@pytest.mark.parametrize("kind", list(TABLE.priors))
def test_no_base_rate_makes_a_deliberate_act_impossible(kind: str) -> None:
    """Before the evidence each has 1 in 40 or more, and plain evidence brings the rarest to the front."""
    prior = bayes.reading([], TABLE, kind=kind).prior
    assert min(prior.values()) >= EVEN_SHARE / 8
    plain = [
        item(i, grade="A1")
        for i in ("acknowledged", "lost_for_good", "launch_coincident", "attributed_by_several", "intrusion_found")
    ]
    assert bayes.reading(plain, TABLE, kind=kind).leader == "deliberate_irreversible"


def test_nothing_is_ever_certain() -> None:
    every = [item(i, grade="A1") for i in TABLE.indicators]
    v = values(every)
    assert v.max() <= 1 - MODEL_DOUBT * 7 / 8
    assert v.min() >= MODEL_DOUBT / 8


def test_what_the_kind_says_is_not_weighed_again() -> None:
    assert values([item("service_lost")], kind="loss") == pytest.approx(values([], kind="loss"))
    assert values([item("service_lost")], kind="nearness")[4] < values([], kind="nearness")[4]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="breakup"):
        bayes.reading([], TABLE, kind="explosion")


def test_counts_are_a_beta_of_the_stated_strength() -> None:
    """8 judged cases at 0.6 and 8 counted with 8 hits make 0.8; the doubt narrows by the root of two."""
    seen = {"inquiry_inside": {"failure": (JUDGED_WORTH, JUDGED_WORTH)}}
    model, learnt = Model(TABLE, "loss"), Model(TABLE, "loss", counts=seen)
    assert learnt.shares("inquiry_inside")[1, 1] == pytest.approx(0.8)
    assert (learnt.shares("inquiry_inside")[:, 0] == pytest.approx(model.shares("inquiry_inside")[:, 0], rel=1e-12)) is True
    low, value, high = (np.log(x / (1 - x)) for x in learnt.shares("inquiry_inside")[:, 1])
    assert high - low == pytest.approx(2 * np.log(1.8) / np.sqrt(2))
    assert low < value < high
    assert values([item("inquiry_inside")], counts=seen)[1] > values([item("inquiry_inside")])[1]


def test_counts_of_nothing_change_nothing_and_wrong_ones_are_refused() -> None:
    assert values(LOST_QUIETLY, counts={}).tolist() == values(LOST_QUIETLY, counts={"storm": {"natural": (0, 0)}}).tolist()
    with pytest.raises(UsageError, match="times seen"):
        values([item("storm")], counts={"storm": {"natural": (3, 2)}})


@dataclass(frozen=True)
class Measured:
    p_seen_if_so: float
    p_seen_if_not: float


def test_a_detector_that_guesses_says_nothing_and_a_good_one_nearly_all() -> None:
    def reads(so: float, no: float) -> np.ndarray:
        items = [item("interference_selective", grade="A3", method="ears@1")]
        return values(items, kind="loss", rate=lambda method, indicator: Measured(so, no) if method == "ears@1" else None)

    before, perfect = values([], kind="loss"), values([item("interference_selective", grade="A1")], kind="loss")
    assert reads(0.4, 0.4) == pytest.approx(before, abs=1e-12)
    assert reads(1.0, 0.0) == pytest.approx(perfect, abs=1e-12)  # the digit of the grade is replaced by what was measured
    assert before[5] < reads(0.9, 0.2)[5] < perfect[5]


def test_ranges_widen_with_doubt() -> None:
    wide = {i: replace(w, p={h: (r[1] / 3, r[1], 1 - (1 - r[1]) / 3) for h, r in w.p.items()}) for i, w in TABLE.weights.items()}
    low, value, high = bayes.reading(LOST_QUIETLY, replace(TABLE, weights=wide)).odds["failure"]
    narrow = bayes.reading(LOST_QUIETLY, TABLE).odds["failure"]
    assert high - low > narrow[2] - narrow[0]
    assert value == pytest.approx(narrow[1])


def test_the_draws_are_a_latin_hypercube() -> None:
    u = bayes._strata("any name")
    assert np.sort(u, axis=0) == pytest.approx(np.broadcast_to(((np.arange(bayes.DRAWS) + 0.5) / bayes.DRAWS)[:, None], u.shape))
    assert abs(np.corrcoef(u.T) - np.eye(8)).max() < 0.2


def test_groups_that_speak() -> None:
    r = bayes.reading(LOST_QUIETLY, TABLE)
    assert r.leader == "failure"
    assert {"inquiry", "vehicle"} <= set(r.speakers("failure"))
    assert "environment" not in r.speakers("natural")


def test_one_assessment_is_fast() -> None:
    items = [item(i, n % 3 > 0) for n, i in enumerate(TABLE.indicators)]
    bayes.reading(items, TABLE)  # strata are made once
    start = time.perf_counter()
    for _ in range(5):
        bayes.reading(items, TABLE)
    assert (time.perf_counter() - start) / 5 < 0.2  # 0.02 s alone on one core; shared ones are slower
