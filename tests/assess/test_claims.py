"""Accusations and denials: whose words they are. The case of Athena-Fidus from published facts, then the laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.assess.claims import STATUSES, ClaimStatus, statuses
from hoshimori.assess.history import precedents
from hoshimori.findings import Quantity
from hoshimori.judgements import CLAIM_KINDS, Claim, Item


def utc(text: str) -> np.datetime64:
    return np.datetime64(text, "us")


def claim(kind: str, speaker: str, actor: str = "", *, about: str = "", day: str = "2020-01-01", says: str = "so it is") -> Claim:
    return Claim(kind, speaker, actor, says, about, "a newspaper", "B3", utc(day), utc(day))


def item(indicator: str, seen: bool = True, *, grade: str = "B2", contradicts: tuple[str, ...] = ()) -> Item:
    day = utc("2020-01-01")
    return Item(indicator, seen, "it was seen", "an observer", grade, day, day, contradicts=contradicts)


def status(
    of: Claim, claims: list[Claim], items: list[Item] | None = None, agencies: dict[str, str] | None = None
) -> ClaimStatus:
    found = statuses(claims, items or [], agencies=agencies)
    return next(s for s in found if s.claim_id == of.claim_id)


# ---- Luch and Athena-Fidus, 2017-18. The accusation: the French minister of the armed forces, 7 September 2018, in public.
# The facts: J. C. McDowell, planet4589.org/space/plots/luch.html: at 38.1 E from 2017-10-24 to 2018-01-11, nearest to
# Athena-Fidus 12.5 km on 2017-11-26, with Paksat-1R the nearer neighbour; on 2017-10-20 it flew by 37.8 E at about 85 km.
ACCUSED = Claim(
    kind="accusation",
    speaker="FRA: Minister of the Armed Forces",
    actor="RUS",
    statement="Luch-Olymp came close to Athena-Fidus, a bit too close, to listen to its communications",
    about="stay_long",
    source="speech at Toulouse, 2018-09-07",
    grade="B3",
    t_utc=utc("2018-09-07"),
    known_utc=utc("2018-09-07"),
)
STAY = Item(
    indicator="stay_long",
    seen=True,
    statement="Luch stayed at 38.1 E from 2017-10-24 to 2018-01-11, 12.5 km from Athena-Fidus on 2017-11-26",
    source="McDowell, planet4589.org/space/plots/luch.html",
    grade="B2",
    t_utc=utc("2017-11-26"),
    known_utc=utc("2018-09-10"),
    quantities={"miss_km": Quantity(12.5, "km")},
)
NEARER = replace(
    STAY, indicator="other_was_nearer", statement="Paksat-1R was the nearer neighbour of Luch at 38.1 E", quantities={}
)


def test_the_accusation_about_athena_fidus_is_disputed_not_established() -> None:
    (one,) = statuses([ACCUSED], [STAY, NEARER])
    assert one.status == "disputed"
    assert one.because[0] == "claim other nearer"
    assert NEARER.item_id in one.because
    assert "claim fact seen" in one.because  # that it stayed there is not in doubt


def test_without_the_nearer_neighbour_it_is_a_claim_and_no_more() -> None:
    (one,) = statuses([ACCUSED], [STAY])
    assert one.status == "claimed"
    repeated = [ACCUSED, *(replace(ACCUSED, speaker=f"newspaper {k}") for k in range(50))]
    assert {s.status for s in statuses(repeated, [STAY])} == {"claimed"}


def test_a_denial_has_the_rank_of_the_accusation() -> None:
    denied = claim("denial", "RUS: Ministry of Defence", about="stay_long", day="2018-09-10")
    found = statuses([ACCUSED, denied], [STAY])
    assert [s.status for s in found] == ["disputed", "disputed"]
    assert [s.because[0] for s in found] == ["claim denied", "claim accused"]


def test_the_nearer_neighbour_says_nothing_about_jamming() -> None:
    jammed = replace(ACCUSED, about="interference_reported")
    assert status(jammed, [jammed], [NEARER]).status == "claimed"


def test_in_every_recorded_case_where_another_was_nearer_the_accusation_is_disputed() -> None:
    cases = [p.incident for p in precedents() if any(i.indicator == "other_was_nearer" and i.seen for i in p.incident.items)]
    accusing = [
        (c, s) for x in cases for c, s in zip(x.claims, statuses(x.claims, x.items), strict=True) if c.kind == "accusation"
    ]
    assert accusing
    assert {s.status for _, s in accusing} == {"disputed"}


# ---- acknowledged only by the actor itself


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [
        ("USA", "acknowledged"),
        ("usa ", "acknowledged"),
        ("USA: Department of Defense", "acknowledged"),
        ("the United States", "acknowledged"),
        ("米国", "acknowledged"),
        ("US (Strategic Command)", "acknowledged"),
        ("Pentagon", "acknowledged"),  # by `agencies`
        ("RUS: Ministry of Defence", "claimed"),
        ("a newspaper", "claimed"),
        ("United Kingdom, United States", "claimed"),
        ("USAID", "claimed"),
    ],
)
def test_only_the_actor_acknowledges(speaker: str, expected: str) -> None:
    accused, said = claim("accusation", "RUS", "USA"), claim("acknowledgement", speaker, "USA", day="2020-01-02")
    assert status(accused, [accused, said], agencies={"Pentagon": "USA"}).status == expected
    assert status(said, [accused, said], agencies={"Pentagon": "USA"}).status == expected


def test_that_a_report_says_acknowledged_is_not_the_actors_word() -> None:
    accused = claim("accusation", "RUS", "USA")
    assert status(accused, [accused], [item("acknowledged")]).status == "claimed"


def test_the_later_word_of_one_speaker_is_its_word() -> None:
    """15 November 2021: the launch was at first not spoken of, then acknowledged. Here: denied, then acknowledged."""
    accused = claim("accusation", "USA", "RUS")
    denied = claim("denial", "RUS: Ministry of Defence", day="2020-01-02")
    said = claim("acknowledgement", "RUS: Ministry of Defence", day="2020-01-03")
    assert status(accused, [accused, denied], []).status == "disputed"
    assert status(accused, [accused, denied, said], [item("denied")]).status == "acknowledged"
    taken_back = [accused, claim("acknowledgement", "RUS: Ministry of Defence", day="2020-01-01"), denied]
    assert status(accused, taken_back).status == "disputed"


def test_two_bodies_of_one_actor_that_differ_leave_it_disputed() -> None:
    accused = claim("accusation", "USA", "RUS")
    said, denied = claim("acknowledgement", "RUS: ministry"), claim("denial", "RUS: agency")
    assert {s.status for s in statuses([accused, said, denied], [])} == {"disputed"}


def test_what_an_actor_says_of_itself_is_not_denied_by_another() -> None:
    accused, said = claim("accusation", "USA", "RUS"), claim("acknowledgement", "RUS")
    friend = claim("denial", "a friend", "RUS")
    assert status(accused, [accused, friend]).status == "disputed"
    assert status(accused, [accused, friend, said]).status == "acknowledged"


def test_a_confession_that_what_was_seen_excludes_is_disputed() -> None:
    said = claim("acknowledgement", "RUS", about="docked")
    assert status(said, [said], [item("docked", seen=False)]).status == "disputed"


def test_shooting_down_usa_193_was_acknowledged_and_that_it_was_a_test_was_not() -> None:
    """February 2008: the owner said that it fired, and gave another reason than the one of which it was accused."""
    accused = claim("accusation", "Russia", "USA", about="launch_coincident")
    said = claim("acknowledgement", "United States", "USA", about="acknowledged")
    found = statuses([accused, said], [item("launch_coincident"), item("acknowledged"), item("denied")])
    assert [s.status for s in found] == ["disputed", "acknowledged"]


def test_an_error_that_is_told_acknowledges_no_other_accusation() -> None:
    accused = claim("accusation", "USA", "RUS", about="interference_selective")
    error = claim("acknowledgement", "RUS", about="owner_told_of_own_error")
    assert status(accused, [accused, error]).status == "claimed"


def test_that_the_denied_fact_was_not_found_does_not_speak_against_the_denial() -> None:
    accused = claim("accusation", "a newspaper", "hackers", about="intrusion_found")
    denied = claim("denial", "GBR", "hackers", about="intrusion_found")
    found = statuses([accused, denied], [item("intrusion_found", seen=False)])
    assert [s.because[0] for s in found] == ["claim fact not found", "claim accused"]


def test_a_reported_denial_is_not_laid_to_two_actors() -> None:
    """Telstar 12, 2003: Cuba was accused, denied, and named Iran; the report of a denial is Cuba's."""
    told = [claim("accusation", "USA", "CUB"), claim("denial", "CUB"), claim("attribution", "CUB", "IRN")]
    assert [s.status for s in statuses(told, [item("denied")])] == ["disputed", "disputed", "claimed"]
    assert status(told[0], [told[0]], [item("denied")]).because[0] == "claim denied in report"


# ---- contradiction and retraction


def test_a_fact_looked_for_and_not_found_contradicts() -> None:
    accused = claim("accusation", "USA", "CHN", about="launch_coincident")
    absent = item("launch_coincident", seen=False)
    assert status(accused, [accused], [absent]).because == ("claim fact not found", absent.item_id)
    assert status(accused, [accused], [item("docked", seen=False)]).status == "claimed"


def test_what_is_said_to_contradict_does_so_both_ways() -> None:
    accused = claim("accusation", "USA", "CHN")
    against = item("", contradicts=(accused.claim_id,))
    assert status(accused, [accused], [against]).status == "disputed"
    other = replace(claim("attribution", "GBR", "RUS"), contradicts=(accused.claim_id,))
    assert {s.status for s in statuses([accused, other], [])} == {"disputed"}


@pytest.mark.parametrize("grade", ["E2", "B5"])
def test_what_is_not_believed_disputes_nothing(grade: str) -> None:
    accused = claim("accusation", "USA", "CHN", about="launch_coincident")
    assert status(accused, [accused], [item("launch_coincident", seen=False, grade=grade)]).status == "claimed"


def test_only_its_speaker_takes_a_claim_back() -> None:
    accused = claim("accusation", "USA", "CHN")
    own, foreign = claim("retraction", "USA", "CHN", day="2020-02-01"), claim("retraction", "GBR", "CHN", day="2020-02-01")
    assert status(accused, [accused, own]).status == "retracted"
    assert status(accused, [accused, foreign]).because[:1] == ("claim denied",)  # what is not theirs they can only deny
    earlier = claim("retraction", "USA", "CHN", day="2019-12-01")
    assert status(accused, [accused, earlier]).status == "claimed"
    named = replace(own, contradicts=("another",))
    assert status(accused, [accused, named]).status == "claimed"


def test_a_denial_that_was_taken_back_disputes_nothing() -> None:
    accused, denied = claim("accusation", "USA", "CHN"), claim("denial", "CHN")
    back = claim("retraction", "CHN", "CHN", day="2020-02-01")
    assert status(accused, [accused, denied]).status == "disputed"
    assert status(accused, [accused, denied, back]).status == "claimed"


# ---- laws

SPEAKERS = st.sampled_from(["USA", "RUS", "RUS: ministry", "CHN", "a newspaper"])
CLAIMS = st.lists(
    st.builds(
        claim,
        st.sampled_from(CLAIM_KINDS),
        SPEAKERS,
        st.sampled_from(["", "USA", "RUS", "CHN"]),
        about=st.sampled_from(["", "docked", "stay_long"]),
        day=st.sampled_from(["2020-01-01", "2020-01-02"]),
    ),
    max_size=6,
)
ITEMS = st.lists(
    st.builds(item, st.sampled_from(["docked", "stay_long", "other_was_nearer", "denied"]), st.booleans()), max_size=4
)


@settings(deadline=None)
@given(CLAIMS, ITEMS)
def test_every_claim_has_one_status_and_its_reasons_and_none_is_established(claims: list[Claim], items: list[Item]) -> None:
    found = statuses(claims, items)
    assert [s.claim_id for s in found] == [c.claim_id for c in claims]
    for s in found:
        assert s.status in STATUSES
        assert s.because
        assert {r.code for r in s.reasons} <= set(s.because)


@settings(deadline=None)
@given(CLAIMS, ITEMS)
def test_acknowledged_means_that_the_actor_said_so(claims: list[Claim], items: list[Item]) -> None:
    own = {(c.actor or c.speaker).partition(":")[0] for c in claims if c.kind == "acknowledgement"}
    for c, s in zip(claims, statuses(claims, items), strict=True):
        if s.status == "acknowledged":
            assert (c.actor or c.speaker).partition(":")[0] in own


@settings(deadline=None)
@given(CLAIMS, ITEMS)
def test_the_order_of_the_records_changes_no_status(claims: list[Claim], items: list[Item]) -> None:
    one = {s.claim_id: s.status for s in statuses(claims, items)}
    other = {s.claim_id: s.status for s in statuses(claims[::-1], items[::-1])}
    assert one == other


@settings(deadline=None)
@given(CLAIMS, ITEMS, st.integers(2, 6))
def test_more_sources_of_an_accusation_never_raise_it(claims: list[Claim], items: list[Item], n: int) -> None:
    accused = claim("accusation", "a newspaper", "RUS", about="docked")
    crowd = [replace(accused, speaker=f"newspaper {k}") for k in range(n)]
    before = status(accused, [accused, *claims], items).status
    assert status(accused, [accused, *claims, *crowd], items).status == before
