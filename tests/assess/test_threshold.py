"""Gates: facts by the machine, judgements by persons, ministers answered for by nobody; and who may say what."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.alliance.treaty import Treaty, treaty
from hoshimori.assess import claims as claim_statuses
from hoshimori.assess import threshold_rules as rules
from hoshimori.assess.threshold import GateResult, NatureFacts, accept, consultation, gates, unused
from hoshimori.doors.english_threshold import THRESHOLD as EN
from hoshimori.doors.japanese_threshold import THRESHOLD as JA
from hoshimori.errors import Refused, UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import canonical_json
from hoshimori.judgements import ANSWERS, CLAIM_KINDS, Claim, Effect, Incident, Item, Judgement, Marking, Tlp

TREATY: Treaty = treaty()
PERSONAL = [c.id for g in TREATY.gates if not g.human_only for c in g.criteria if c.judged_by == "person"]
DECIDING = [c for c in PERSONAL if TREATY.criterion(c).decides]
CLOSED = [c.id for g in TREATY.gates if g.human_only for c in g.criteria]
FORBIDDEN = re.compile(r"invoked|invokes|invoking|triggered|triggers|発動|hostile", re.I)


def utc(text: str) -> np.datetime64:
    return np.datetime64(text, "us")


LANGUAGES = {"en": EN, "ja": JA}
NOON = utc("2026-06-01T12:00")
NOW = utc("2026-06-02")
LOST = Item("service_lost", True, "the link went down", "its operator", "B2", NOON, NOON)
HARM = Effect("cyber", "unknown", "no", "degrade")
DELIBERATE = NatureFacts("deliberate_irreversible", 0.6, "moderate", HARM)


def incident(*, owners: tuple[str, ...] = ("JPN",), items: tuple[Item, ...] = (LOST,), **more: Any) -> Incident:
    return Incident(
        **{
            "incident_id": "JPN-2026-0001",
            "title": "A link went down",
            "question": "What was it?",
            "assets": ("superbird-b3",),
            "subjects": ("43271",),
            "owners": owners,
            "start_utc": NOON,
            "stop_utc": NOON,
            "opened_utc": NOON,
            "opened_by": "Sato",
            "party": "JPN",
            "alliance": "japan-us",
            "items": items,
            **more,
        }
    )


def says(criterion: str, answer: str = "met", party: str = "JPN", by: str = "", **more: Any) -> Judgement:
    at = more.pop("at_utc", utc("2026-06-01T13:00"))
    return Judgement(
        criterion, answer, by or {"JPN": "Sato", "USA": "Smith"}.get(party, "Somebody"), party, at, "it is so", **more
    )


def answers(one: Incident, nature: NatureFacts | None = None, as_of: np.datetime64 = NOW) -> dict[str, GateResult]:
    return {r.id: r for r in gates(one, TREATY, as_of, nature=nature)}


def criterion(results: dict[str, GateResult], name: str) -> Any:
    return next(c for r in results.values() for c in r.criteria if c.criterion.id == name)


def ends(one: Incident, nature: NatureFacts | None = None) -> tuple[str, str]:
    end = consultation(gates(one, TREATY, NOW, nature=nature), TREATY)
    return end.answer, end.gate


ALL_MET = tuple(says(c) for c in DECIDING)

# ---- how far it gets


def test_a_satellite_of_nobody_here_ends_at_the_second_gate() -> None:
    """Luch beside Athena-Fidus, of France and Italy: no Party's space system, whatever persons say."""
    one = incident(owners=("FRA", "ITA"), judgements=ALL_MET)
    assert ends(one) == ("not met", "G1")
    found = answers(one)
    assert criterion(found, "party-owns").reason.to_json() == {"code": "no party owns", "owners": "FRA, ITA"}
    assert [r.reached for r in found.values()] == [True, True, False, False, False, False]
    assert {r.answer for r in list(found.values())[2:]} == {"undetermined"}


def test_words_alone_open_no_gate() -> None:
    accused = Claim("accusation", "a newspaper", "CHN", "they did it", "", "a newspaper", "C3", NOON, NOON)
    one = incident(items=(replace(LOST, seen=False),), claims=(accused,), judgements=ALL_MET)
    assert ends(one, DELIBERATE) == ("not met", "G0")


def test_until_a_person_answers_it_is_undetermined() -> None:
    assert ends(incident(), DELIBERATE) == ("undetermined", "G1")
    assert ends(incident(judgements=(says("affected-or-threatened"), says("might-impede-use")))) == ("undetermined", "G3")


def test_the_answers_of_one_party_are_enough_to_request_consultation() -> None:
    """Article IV: "at the request of either Party"."""
    one = incident(judgements=ALL_MET)
    assert ends(one) == ("met", "G3")
    reason = criterion(answers(one), "security-threatened").reason
    assert (reason.code, reason.values["parties"], reason.values["silent"]) == ("one party judged", "JPN", "USA")


def test_a_us_satellite_reaches_consultation_too_and_administration_changes_nothing() -> None:
    one = incident(owners=("USA",), judgements=ALL_MET)
    assert ends(one) == ("met", "G3")
    for answer in ANSWERS[:3]:
        assert ends(replace(one, judgements=(*ALL_MET, says("under-administration", answer)))) == ("met", "G3")


def test_two_parties_that_differ_leave_it_disputed() -> None:
    one = incident(judgements=(*ALL_MET, says("security-threatened", "not met", "USA")))
    assert ends(one) == ("disputed", "G3")
    reason = criterion(answers(one), "security-threatened").reason
    assert (reason.code, reason.values["met"], reason.values["not_met"]) == ("parties differ", "JPN", "USA")
    both = incident(judgements=(*ALL_MET, *(says(c, party="USA") for c in DECIDING)))
    assert ends(both) == ("met", "G3")
    assert criterion(answers(both), "security-threatened").reason.code == "parties agree"


def test_with_everything_met_the_last_gate_still_has_no_answer() -> None:
    both = incident(judgements=tuple(says(c, party=p) for c in PERSONAL for p in ("JPN", "USA")))
    found = answers(both, DELIBERATE)
    assert [r.answer for r in found.values()] == ["met", "met", "met", "met", "met", "undetermined"]
    last = found["G5"]
    assert not last.reached
    assert last.reason.code == "for ministers"
    assert [(c.answer, c.reason.code, c.by, c.facts) for c in last.criteria] == [("undetermined", "for ministers", (), ())]


# ---- the rule of a gate, for every combination of the answers of three criteria


def by_two_parties(name: str, answer: str) -> tuple[Judgement, ...]:
    if answer == "disputed":
        return (says(name, "met", "JPN"), says(name, "not met", "USA"))
    return (says(name, answer, "JPN"),)


@pytest.mark.parametrize("combination", list(product(ANSWERS, ANSWERS)))
def test_all_met_or_any_not_met_or_any_disputed_or_undetermined(combination: tuple[str, str]) -> None:
    """The two questions for persons that decide G4, all its facts being met."""
    before = tuple(says(c) for c in DECIDING if TREATY.criterion(c).gate != "G4")
    asked = ("actor-attributed", "scale-and-effects")
    told = [j for name, a in zip(asked, combination, strict=True) for j in by_two_parties(name, a)]
    found = answers(incident(judgements=(*before, *told)), DELIBERATE)["G4"]
    if set(combination) == {"met"}:
        expected = "met"
    elif "not met" in combination:
        expected = "not met"
    elif "disputed" in combination:
        expected = "disputed"
    else:
        expected = "undetermined"
    assert found.answer == expected


# ---- facts by the machine


@pytest.mark.parametrize(
    ("nature", "expected"),
    [
        (None, ("undetermined", "undetermined", "undetermined")),
        (NatureFacts("undetermined", None, "low", Effect()), ("undetermined", "undetermined", "undetermined")),
        (NatureFacts("deliberate_reversible", 0.5501, "moderate", HARM), ("met", "met", "met")),
        (NatureFacts("deliberate_reversible", 0.55, "high", HARM), ("met", "not met", "met")),
        (NatureFacts("deliberate_irreversible", 0.99, "low", HARM), ("met", "met", "not met")),
        (NatureFacts("natural", 0.9, "high", HARM), ("not met", "met", "met")),
        (NatureFacts("own_act", 0.9, "high", HARM), ("not met", "met", "met")),
    ],
)
def test_nature_is_met_only_where_it_is_determined_likely_and_known_with_confidence(
    nature: NatureFacts | None, expected: tuple[str, ...]
) -> None:
    found = answers(incident(judgements=ALL_MET), nature)
    assert tuple(criterion(found, c).answer for c in ("nature-deliberate", "likely-enough", "confident-enough")) == expected


def test_the_effect_is_taken_from_what_was_seen_while_there_is_no_assessment() -> None:
    assert criterion(answers(incident()), "effect-seen").reason.values["degree"] == "disrupt"
    quiet = incident(items=(Item("effect_none", True, "all went on", "its operator", "B2", NOON, NOON),))
    assert criterion(answers(quiet), "effect-seen").answer == "not met"
    assert criterion(answers(incident(items=())), "effect-seen").answer == "undetermined"


def test_an_owner_that_is_not_stated_is_not_known() -> None:
    assert criterion(answers(incident(owners=())), "party-owns").answer == "undetermined"


def test_a_record_under_another_alliance_is_no_partys_record_here() -> None:
    assert criterion(answers(incident(alliance="another")), "recorded-by-party").answer == "not met"
    assert criterion(answers(incident(party="AUS")), "recorded-by-party").answer == "not met"


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "hostile"},
        {"confidence": "very high"},
        {"low_of_verdict": 1.1},
        {"low_of_verdict": float("nan")},
    ],
)
def test_an_assessment_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"one of|a share from 0 to 1"):
        NatureFacts(**{"verdict": "natural", "low_of_verdict": 0.5, "confidence": "low", "effect": Effect(), **wrong})


# ---- as known at a moment, of one kind of data


def test_what_comes_later_is_not_known_yet() -> None:
    one = incident(judgements=ALL_MET)
    early = gates(one, TREATY, utc("2026-06-01T12:30"), nature=None)
    assert consultation(early, TREATY).answer == "undetermined"
    before = gates(one, TREATY, utc("2026-06-01T11:00"), nature=None)
    assert before[0].answer == "not met"
    assert before[0].criteria[0].reason.code == "not recorded"


def test_only_real_records_enter_a_real_incident() -> None:
    drilled = replace(LOST, data_mode=DataMode.EXERCISE)
    wrong: list[dict[str, Any]] = [
        {"items": (drilled,)},
        {"judgements": (says("security-threatened", data_mode=DataMode.EXERCISE),)},
    ]
    for more in wrong:
        with pytest.raises(UsageError, match="only REAL enters a real assessment"):
            answers(incident(**more))
    drill = incident(items=(LOST, drilled), data_mode=DataMode.EXERCISE)
    assert criterion(answers(drill), "evidence-held").reason.values["seen"] == 1


def test_answers_that_count_for_nothing_are_named() -> None:
    told = (says("certain-circumstances"), says("party-owns"), says("no-such"), says("security-threatened", party="AUS"))
    one = incident(judgements=told)
    codes = [r.code for r in unused(one, TREATY, NOW)]
    assert codes == ["answer for ministers", "answer to a fact", "answer to no question", "answer of no party"]
    assert answers(one, DELIBERATE) == answers(incident(), DELIBERATE)


# ---- markings


def test_a_gate_carries_the_strictest_marking_of_what_it_rests_on_and_of_the_gates_before() -> None:
    amber = Marking(Tlp.AMBER, frozenset({"JPN"}))
    one = incident(judgements=(*ALL_MET, says("security-threatened", party="USA", marking=amber)))
    found = answers(one)
    assert [r.marking == amber for r in found.values()] == [False, False, False, True, True, True]
    assert found["G3"].to_json()["marking"] == {"tlp": "AMBER", "releasable_to": ["JPN"]}
    assert "marking" not in found["G2"].to_json()
    assert consultation(list(found.values()), TREATY).marking == amber
    item = incident(items=(replace(LOST, marking=amber),))
    assert {r.marking for r in answers(item).values()} == {amber}
    assert criterion(answers(item), "readable-by-all").answer == "not met"


# ---- who may say what


def refused(judgement: Judgement, one: Incident, now: np.datetime64 = NOW) -> str:
    with pytest.raises(Refused) as refusal:
        accept(judgement, one, TREATY, now)
    assert str(refusal.value)
    return refusal.value.code


@pytest.mark.parametrize(
    ("judgement", "code"),
    [
        (says("security-threatend"), "unknown-criterion"),
        (says("certain-circumstances"), "for-ministers"),
        (says("G5"), "for-ministers"),
        (says("likely-enough"), "machine-fact"),
        (says("party-owns", "not met"), "machine-fact"),
        (says("security-threatened", at_utc=utc("2026-06-02T00:06")), "future"),
        (says("security-threatened", at_utc=np.datetime64("NaT", "us")), "no-time"),
        (says("security-threatened", at_utc=utc("2026-06-01T11:00")), "out-of-order"),
        (says("security-threatened", party="AUS"), "unknown-party"),
        (says("security-threatened", party="jpn"), "unknown-party"),
        (says("security-threatened", data_mode=DataMode.EXERCISE), "data-mode"),
        (says("security-threatened", supersedes="0" * 32), "supersedes-not-own"),
        (says("security-threatened", dissent=True), "nothing-to-dissent-from"),
    ],
)
def test_what_is_not_accepted_says_by_its_code_why(judgement: Judgement, code: str) -> None:
    assert refused(judgement, incident()) == code


def test_a_near_name_is_offered_and_clocks_may_differ() -> None:
    with pytest.raises(Refused, match="did you mean security-threatened"):
        accept(says("security-threatend"), incident(), TREATY, NOW)
    accept(says("security-threatened", at_utc=utc("2026-06-02T00:04")), incident(), TREATY, NOW)


def test_another_person_of_one_party_dissents_or_is_refused_and_nothing_is_overwritten() -> None:
    first = says("security-threatened", "met", by="Sato")
    one = incident(judgements=(*(j for j in ALL_MET if j.criterion != first.criterion), first))
    second = says("security-threatened", "not met", by="Suzuki", at_utc=utc("2026-06-01T14:00"))
    assert refused(second, one) == "contradicts-own-party"
    dissent = replace(second, dissent=True)
    accept(dissent, one, TREATY, NOW)
    kept = replace(one, judgements=(*one.judgements, dissent))
    assert ends(kept) == ("met", "G3")
    found = criterion(answers(kept), "security-threatened")
    assert [(g.judgement.by, g.judgement.answer, g.judgement.dissent) for g in found.by] == [
        ("Sato", "met", False),
        ("Suzuki", "not met", True),
    ]
    assert found.reason.values["dissents"] == 1
    assert refused(says("security-threatened", "undetermined", by="Tanaka"), kept) == "contradicts-own-party"
    accept(says("security-threatened", "met", by="Tanaka"), kept, TREATY, NOW)


def test_one_person_changes_an_answer_only_by_naming_it() -> None:
    first = says("security-threatened", "met")
    one = incident(judgements=(first,))
    later = says("security-threatened", "not met", by="  ＳＡＴＯ ", at_utc=utc("2026-06-01T14:00"))
    assert refused(later, one) == "answered-before"
    named = replace(later, supersedes=first.judgement_id)
    accept(named, one, TREATY, NOW)
    changed = replace(one, judgements=(first, named))
    found = criterion(answers(changed), "security-threatened")
    assert found.answer == "not met"
    assert [g.stands for g in found.by] == [False, True]
    again = says("security-threatened", "met", at_utc=utc("2026-06-01T15:00"), supersedes=first.judgement_id)
    assert refused(again, changed) == "supersedes-not-own"
    assert refused(replace(again, by="Suzuki", supersedes=named.judgement_id), changed) == "supersedes-not-own"
    assert refused(replace(again, party="USA", supersedes=named.judgement_id), changed) == "supersedes-not-own"
    assert refused(replace(named, at_utc=utc("2026-06-01T12:30")), one) == "out-of-order"


def test_two_copies_of_a_record_that_exclude_each_other_leave_the_party_divided() -> None:
    """Each was accepted where it was written; brought together, neither wins."""
    both = (says("security-threatened", "met", by="Sato"), says("security-threatened", "not met", by="Suzuki"))
    found = criterion(answers(incident(judgements=both)), "security-threatened")
    assert (found.answer, found.reason.code) == ("disputed", "party divided")


def test_what_was_accepted_may_come_again() -> None:
    first = says("security-threatened", "met")
    accept(first, incident(judgements=(first,)), TREATY, NOW)


# ---- laws, over whatever may be accepted

MOMENTS = st.integers(0, 600).map(lambda minutes: utc("2026-06-01T13:00") + np.timedelta64(minutes, "m"))
TRIED = st.lists(
    st.tuples(
        st.sampled_from([*PERSONAL, *CLOSED, "party-owns"]),
        st.sampled_from(ANSWERS[:3]),
        st.sampled_from([("JPN", "Sato"), ("JPN", "Suzuki"), ("USA", "Smith"), ("USA", "Jones")]),
        st.booleans(),
        st.booleans(),
        MOMENTS,
    ),
    max_size=12,
)
NATURES = st.sampled_from(
    [None, DELIBERATE, NatureFacts("natural", 0.9, "high", HARM), NatureFacts("undetermined", None, "low", Effect())]
)


def grown(start: Incident, tried: list[Any]) -> Incident:
    """The incident after every answer that was accepted, in the order in which they came."""
    one = start
    for name, answer, (party, by), dissent, changes, at in tried:
        own = [j for j in one.judgements if (j.criterion, j.party, j.by) == (name, party, by)]
        supersedes = own[-1].judgement_id if own and changes else ""
        judgement = says(name, answer, party, by, dissent=dissent, supersedes=supersedes, at_utc=at)
        try:
            accept(judgement, one, TREATY, NOW)
        except Refused:
            continue
        one = replace(one, judgements=(*one.judgements, judgement))
    return one


@settings(max_examples=60, deadline=None)
@given(TRIED, NATURES)
def test_gates_open_one_after_the_other_and_ministers_are_never_answered_for(
    tried: list[Any], nature: NatureFacts | None
) -> None:
    results = gates(grown(incident(judgements=ALL_MET), tried), TREATY, NOW, nature=nature)
    for k, r in enumerate(results):
        assert r.answer in ANSWERS
        assert r.reached == (not r.gate.human_only and all(b.answer == "met" for b in results[:k]))
        assert r.reached or r.answer == "undetermined"
    assert results[-1].answer == "undetermined"
    end = consultation(results, TREATY)
    assert (end.answer == "met") == all(r.answer == "met" for r in results[:4])


@settings(max_examples=60, deadline=None)
@given(TRIED)
def test_one_party_never_says_two_things_and_no_answer_is_lost(tried: list[Any]) -> None:
    one = grown(incident(), tried)
    results = gates(one, TREATY, NOW, nature=None)
    told = [g.judgement.judgement_id for r in results for c in r.criteria for g in c.by]
    assert sorted(told) == sorted({j.judgement_id for j in one.judgements})
    assert "party divided" not in [c.reason.code for r in results for c in r.criteria]
    assert unused(one, TREATY, NOW) == ()


@settings(max_examples=30, deadline=None)
@given(TRIED, NATURES, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_no_byte(tried: list[Any], nature: NatureFacts | None, chance: Any) -> None:
    one = grown(incident(), tried)
    shuffled = list(one.judgements)
    chance.shuffle(shuffled)
    first, other = (gates(x, TREATY, NOW, nature=nature) for x in (one, replace(one, judgements=tuple(shuffled))))
    assert [canonical_json(r.to_json()) for r in first] == [canonical_json(r.to_json()) for r in other]


@settings(max_examples=30, deadline=None)
@given(TRIED, st.sampled_from(ANSWERS[:3]))
def test_what_bears_on_article_five_turns_no_gate(tried: list[Any], answer: str) -> None:
    bearing = [c for c in TREATY.criteria.values() if any(n.startswith("T60-V") for n in c.clauses) and c.id not in CLOSED]
    assert bearing
    one = grown(incident(judgements=ALL_MET), [t for t in tried if t[0] not in {c.id for c in bearing}])
    more = replace(one, judgements=(*one.judgements, *(says(c.id, answer, "USA", "Jones") for c in bearing)))
    assert [r.answer for r in answers(one, DELIBERATE).values()] == [r.answer for r in answers(more, DELIBERATE).values()]


def test_the_answers_of_three_persons_are_the_same_in_every_order() -> None:
    three = (says("security-threatened"), says("security-threatened", "not met", "USA"), says("security-threatened", by="Suzuki"))
    assert len({canonical_json(answers(incident(judgements=p))["G3"].to_json()) for p in permutations(three)}) == 1


# ---- words


def strings(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from strings(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from strings(value)
    else:
        yield str(data)


def reasons(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        if "code" in data:
            yield data
        for value in data.values():
            yield from reasons(value)
    elif isinstance(data, list):
        for value in data:
            yield from reasons(value)


def outputs() -> list[Any]:
    """Everything that can be put out, for incidents that differ in all that matters."""
    told = tuple(by_two_parties(c, a) for c, a in zip(DECIDING, ANSWERS * 2, strict=False))
    made = [
        incident(),
        incident(owners=()),
        incident(owners=("FRA",), items=()),
        incident(party="AUS"),
        incident(judgements=ALL_MET),
        incident(judgements=tuple(j for pair in told for j in pair)),
        incident(judgements=(says("security-threatened"), says("security-threatened", "not met", by="Suzuki"))),
        incident(items=(Item("effect_none", True, "all went on", "its operator", "B2", NOON, NOON),)),
        incident(items=(replace(LOST, marking=Marking(Tlp.RED, frozenset())),)),
        incident(opened_utc=utc("2027-01-01")),
    ]
    natures = [None, DELIBERATE, NatureFacts("natural", 0.4, "low", HARM), NatureFacts("undetermined", None, "low", Effect())]
    found: list[Any] = []
    for one, nature in product(made, natures):
        results = gates(one, TREATY, NOW, nature=nature)
        found += [*(r.to_json() for r in results), consultation(results, TREATY).to_json()]
    stray = incident(
        judgements=(says("certain-circumstances"), says("party-owns"), says("no-such"), says(PERSONAL[0], party="AUS"))
    )
    return [*found, *(r.to_json() for r in unused(stray, TREATY, NOW))]


def test_no_output_says_that_a_treaty_was_brought_into_play() -> None:
    everything = [*outputs(), *(dict(w) for w in LANGUAGES.values()), [c.to_json() for c in map(claims_of, CLAIM_KINDS)]]
    assert [s for s in strings(everything) if FORBIDDEN.search(s)] == []
    assert FORBIDDEN.search("Article V is TRIGGERED")
    assert FORBIDDEN.search("第5条が発動された")


def claims_of(kind: str) -> claim_statuses.ClaimStatus:
    (one,) = claim_statuses.statuses([Claim(kind, "USA", "RUS", "so it is", "", "a source", "B2", NOON, NOON)], [])
    return one


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_every_reason_that_is_put_out_has_words(lang: str) -> None:
    found = {r["code"]: r for r in reasons(outputs())}
    assert len(found) > 25
    for code, reason in found.items():
        assert f"reason {code}" in LANGUAGES[lang], code
        text = LANGUAGES[lang][f"reason {code}"].format(**{k: v for k, v in reason.items() if k != "code"})
        assert text
        assert "{" not in text


def test_both_languages_have_the_same_keys_and_say_the_same_values() -> None:
    english, japanese = LANGUAGES["en"], LANGUAGES["ja"]
    assert list(english) == list(japanese)
    for key in english:
        names = [{n for _, n, _, _ in string.Formatter().parse(w[key]) if n} for w in (english, japanese)]
        assert names[0] == names[1], key


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_every_code_has_words(lang: str) -> None:
    w = LANGUAGES[lang]
    wanted = [*(f"answer {a}" for a in ANSWERS), *(f"consultation {a}" for a in ANSWERS)]
    wanted += [f"status {s}" for s in claim_statuses.STATUSES] + [f"kind {k}" for k in CLAIM_KINDS]
    wanted += [f"confidence {c}" for c in rules.CONFIDENCES]
    assert [key for key in wanted if key not in w] == []
