"""Two parties exchange records: what each may say, what is one act however often it is said, what each refuses to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hoshimori.errors import Refused
from hoshimori.ledger import canonical, checking, disclosure, exchange, standing
from hoshimori.ledger.exchange import Given
from hoshimori.ledger.home import Ledger
from tests.ledger.parties import (
    ALLIANCE,
    Parties,
    ago,
    answer,
    assessment,
    base_answer,
    check,
    checkpoint,
    concur,
    edited,
    joint,
    now,
    pack,
    parties,
    payload_of,
    propose,
    receive,
    slip_in,
)

USA_INCIDENT = {"id": "USA-2026-0001", "party": "USA", "alliance": "japan-us"}


@pytest.fixture
def who(tmp_path: Path) -> Parties:
    return parties(tmp_path)


@pytest.fixture
def two_of_two(tmp_path: Path) -> Parties:
    return parties(tmp_path, thresholds={"JPN": 2, "USA": 2})


def state(book: Ledger, record: str) -> str:
    _, ring = book.keyring()
    return standing.state(standing.look_into(exchange.known(book.journal, record), ring), ring)


def said(book: Ledger, record: str = "") -> list[tuple[str, str, int]]:
    """Every act that a ledger knows: what, by which party, with how many signatures."""
    return sorted((s.act.act, s.act.party, len(s.opened.signatures)) for s in exchange.known(book.journal, record))


def no(code: str, call: Any, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args, **more)
    assert caught.value.code == code, f"{caught.value.code}: {caught.value}"
    return caught.value


def test_a_record_goes_from_one_home_to_the_other_and_back(who: Parties) -> None:
    record, files = joint(who)
    with who.at("A") as a, who.at("C") as stranger:
        assert receive(a, files).state == "concurred"
        assert state(a, record) == "concurred"
        assert check(files, stranger).state == "concurred"
        assert not check(files).anchored, "without a keyring or a fingerprint it holds together, and no more"
        assert check(files, fingerprint=who.fingerprint).anchored
        assert a.journal.check().size == a.journal.size()


def test_the_same_command_twice_is_one_act(who: Parties) -> None:
    record, files = joint(who)
    with who.at("A") as a, who.at("B") as b:
        receive(a, files)
        sizes = a.journal.size(), b.journal.size()
        assert propose(a, who["jpn"], made=assessment()) != record, "another assessment, another record"
        again = assessment(made_utc=ago(hours=4))
        first = propose(a, who["jpn"], made=again)
        before = a.journal.size()
        assert propose(a, who["jpn"], made=again) == first
        assert a.journal.size() == before
        answer(b, "concurred", record, who["usa"])
        receive(b, files)
        assert b.journal.size() == sizes[1]
        assert answer(a, "withdrawn", record, who["jpn"]) == answer(a, "withdrawn", record, who["jpn"])


def test_a_withdrawn_assessment_may_be_proposed_anew(who: Parties) -> None:
    with who.at("A") as a:
        made = assessment()
        first = propose(a, who["jpn"], made=made)
        answer(a, "withdrawn", first, who["jpn"])
        assert propose(a, who["jpn"], made=made) != first


def test_nobody_concurs_with_himself(who: Parties) -> None:
    with who.at("A") as a:
        record = propose(a, who["jpn"])
        for name in ("jpn", "jpn 2"):
            no("one-party-only", answer, a, "concurred", record, who[name])
        no("wrong-party", answer, a, "concurred", record, who["usa"])
        assert said(a) == [("proposed", "JPN", 1)]


def test_a_second_home_of_the_proposer_does_not_make_another_party(who: Parties) -> None:
    with who.at("A") as a:
        record = propose(a, who["jpn"])
        files = pack(a, record, who["jpn"], "JPN")
    with who.at("A, second home") as other:
        receive(other, files)
        no("one-party-only", answer, other, "concurred", record, who["jpn 2"])
        assert said(other) == [("proposed", "JPN", 1)]


def test_each_party_takes_back_only_its_own_words(who: Parties) -> None:
    record, _ = joint(who)
    with who.at("B") as b:
        no("wrong-party", answer, b, "superseded", record, who["usa"])
        answer(b, "withdrawn", record, who["usa"])
        assert state(b, record) == "proposed", "the concurrence is withdrawn, the proposal stands"
        no("already-answered", answer, b, "withdrawn", record, who["usa"], reason="once more, in other words")
        answer(b, "dissented", record, who["usa"])
        assert state(b, record) == "dissented"


def test_contradiction_within_a_party_is_not_overwritten(who: Parties) -> None:
    record, _ = joint(who)
    with who.at("B") as b:
        no("already-answered", answer, b, "dissented", record, who["usa 2"])
        no("already-answered", answer, b, "concurred", record, who["usa 2"])
        assert state(b, record) == "concurred"
    with who.at("A") as a:
        answer(a, "dissented", record, who["jpn 2"])
        assert ("dissented", "JPN", 1) in said(a, record), "a member of the proposing party dissents: kept and shown"
        assert state(a, record) == "proposed"
        assert check(pack(a, record, who["jpn"])).answers[0].act.reason == "because it is so"


@pytest.mark.parametrize("act", ["dissented", "withdrawn"])
def test_what_needs_a_reason_has_one(who: Parties, act: str) -> None:
    record, _ = joint(who)
    with who.at("B") as b:
        for empty in ("", "  \n"):
            no("no-reason", answer, b, act, record, who["usa"], reason=empty)
        no("shape", answer, b, act, record, who["usa"], reason="x" * 20_001)


@pytest.mark.parametrize("odd", ["\x1b[2J", "\r", "\x00", "\x9b31m", "\u202e", "\u2066", "\u2028"], ids=ascii)
def test_a_reason_cannot_rewrite_the_screen_of_who_reads_it(who: Parties, odd: str) -> None:
    made = assessment(remark=f"x{odd}", markings={"remark": {"tlp": "AMBER"}})
    with who.at("A") as a:
        record = propose(a, who["jpn"])
        no("odd-text", answer, a, "withdrawn", record, who["jpn"], reason=f"because{odd} JPN concurred")
        answer(a, "withdrawn", record, who["jpn"], reason="理由は二つ。\n\tOne, two: 星")
        no("odd-text", propose, a, who["jpn"], made=made)
        committed, disclosures = disclosure.withhold(made)
        payload = edited(payload_of(exchange.known(a.journal, record)[0].data), assessment=committed)
        closed = canonical.sha256(payload)
        a.journal.append(f"disclosures:{closed}", exchange.disclosures_json(disclosures))
        slip_in(a, payload, [who["jpn"]])
        no("odd-text", check, pack(a, closed, who["jpn"]))


def test_a_key_that_may_not_sign_leaves_a_fresh_home_as_it_was(who: Parties) -> None:
    who.revoke("jpn 2")
    with who.at("X") as x:
        no("revoked-key", propose, x, who["jpn 2"])
        assert x.opened is None
        propose(x, who["jpn"])
        no("wrong-party", propose, x, who["usa"])


def test_only_a_key_of_the_party_packs_its_bundles(who: Parties, tmp_path: Path) -> None:
    who.revoke("jpn 2")
    stranger = parties(tmp_path / "elsewhere")["jpn"]
    with who.at("A") as a:
        record = propose(a, who["jpn"])
        no("wrong-party", pack, a, record, who["usa"])
        no("revoked-key", pack, a, record, who["jpn 2"])
        no("unknown-key", pack, a, record, stranger)
        no("unknown-reader", pack, a, record, who["jpn"], "KOR")
        no("unknown-record", pack, a, "0" * 64, who["jpn"])


def test_two_of_two_wait_for_the_second_person_on_both_sides(two_of_two: Parties) -> None:
    who = two_of_two
    with who.at("A") as a, who.at("B") as b:
        record = propose(a, who["jpn"])
        assert state(a, record) == "proposed"
        assert not check(pack(a, record, who["jpn"])).proposal.complete
        no("one-person-twice", exchange.cosign, a, record, who["jpn sato too"], now_utc=now())
        assert exchange.cosign(a, record, who["jpn 2"], now_utc=now()).complete
        files = pack(a, record, who["jpn"])
        concur(b, files, who["usa"])
        assert state(b, record) == "proposed", "one of two"
        no("one-party-only", answer, a, "concurred", record, who["jpn"])
        answer(b, "concurred", record, who["usa 2"])
        assert said(b) == [("concurred", "USA", 2), ("proposed", "JPN", 2)], "the same bytes, signed twice"
        assert state(b, record) == "concurred"
        assert receive(a, pack(b, record, who["usa"], "JPN")).state == "concurred"


def test_a_second_person_may_name_the_incident_instead_of_the_record(two_of_two: Parties) -> None:
    who = two_of_two
    with who.at("A") as a:
        made = assessment()
        record = propose(a, who["jpn"], made=made)
        assert propose(a, who["jpn 2"], made=made) == record
        assert said(a) == [("proposed", "JPN", 2)]


def test_two_persons_who_say_the_opposite_are_both_kept_and_neither_counts(two_of_two: Parties) -> None:
    who = two_of_two
    with who.at("A") as a, who.at("B") as b:
        record = propose(a, who["jpn"])
        exchange.cosign(a, record, who["jpn 2"], now_utc=now())
        concur(b, pack(a, record, who["jpn"]), who["usa"])
        answer(b, "dissented", record, who["usa 2"])
        assert said(b, record) == [("concurred", "USA", 1), ("dissented", "USA", 1), ("proposed", "JPN", 2)]
        assert receive(a, pack(b, record, who["usa"], "JPN")).state == "proposed"


def test_nobody_answers_what_is_not_yet_the_other_partys_word(two_of_two: Parties) -> None:
    """A signature that came after the answer would stand where nobody vouched for it."""
    who = two_of_two
    with who.at("A") as a, who.at("B") as b:
        record = propose(a, who["jpn"])
        early = check(pack(a, record, who["jpn"]), b)
        b.start("USA", ALLIANCE)
        checking.receive(b, early)
        for act in ("concurred", "dissented"):
            no("unfinished", answer, b, act, record, who["usa"])
        assert said(b) == [("proposed", "JPN", 1)]
        exchange.cosign(a, record, who["jpn 2"], now_utc=now())
        concur(b, pack(a, record, who["jpn"]), who["usa"])


def test_no_signature_is_added_to_what_bears_enough(who: Parties) -> None:
    with who.at("A") as a:
        record = propose(a, who["jpn"])
        no("complete", exchange.cosign, a, record, who["jpn 2"], now_utc=now())
        assert exchange.cosign(a, record, who["jpn"], now_utc=now()).complete, "the same person again is no second signature"
        assert said(a) == [("proposed", "JPN", 1)]


@pytest.mark.parametrize("raised", ["JPN", "USA"])
def test_a_threshold_that_is_raised_later_does_not_undo_what_was_agreed(who: Parties, raised: str) -> None:
    record, files = joint(who)
    with who.at("A") as a:
        receive(a, files)
        a.pin(who.amend(thresholds={"JPN": 1, "USA": 1, raised: 2}))
        assert state(a, record) == "concurred"
        assert check(pack(a, record, who["jpn"]), a).state == "concurred"
        later = propose(a, who["jpn"], made=assessment("later"))
        assert check(pack(a, later, who["jpn"]), a).proposal.complete == (raised == "USA")


def test_who_holds_one_key_cannot_date_an_act_back_to_a_lower_threshold(who: Parties) -> None:
    """The date that an act says of itself is not asked; the first signed state of the log that holds it is.

    A log that has signed no state since the change can still be dated back by whoever holds it and a key: docs/two-keys.md.
    """
    who.amend(thresholds={"JPN": 2, "USA": 1}, at=ago(hours=1))
    with who.at("A") as a:
        honest = propose(a, who["jpn"])
        exchange.cosign(a, honest, who["jpn 2"], now_utc=now())
        record = propose(a, who["jpn"], ago(hours=3), made=assessment(made_utc=ago(hours=4)))
        found = standing.look_into(exchange.known(a.journal, record), a.keyring()[1])[0]
        assert found.act.at_utc < ago(hours=2)
        assert not found.complete


def test_superseding_by_two_of_two_takes_effect_with_the_second_signature(two_of_two: Parties) -> None:
    who = two_of_two
    with who.at("A") as a:
        old = propose(a, who["jpn"])
        exchange.cosign(a, old, who["jpn 2"], now_utc=now())
        new = propose(a, who["jpn"], made=assessment("second"), supersedes=old)
        assert state(a, old) == "proposed"
        exchange.cosign(a, new, who["jpn 2"], now_utc=now())
        assert state(a, old) == "superseded"
        assert [x.act.by_record for x in check(pack(a, old, who["jpn"])).answers] == [new]
        no("already-answered", answer, a, "withdrawn", old, who["jpn"])


def test_no_signature_is_drawn_under_words_of_the_other_party(two_of_two: Parties) -> None:
    """USA supersedes a record of its own "by" one of JPN that waits for a signature: JPN's second person signs only JPN's."""
    who = two_of_two
    with who.at("A") as a, who.at("B") as b:
        record = propose(a, who["jpn"])
        b.start("USA", "japan-us")
        trap = propose(b, who["usa"], made=assessment(incident=USA_INCIDENT))
        answer(b, "superseded", trap, who["usa"], by_record=record)
        receive(a, pack(b, trap, who["usa"], "JPN"))
        exchange.cosign(a, record, who["jpn 2"], now_utc=now())
        assert said(a) == [("proposed", "JPN", 2), ("proposed", "USA", 1), ("superseded", "USA", 1)]
        assert state(a, trap) == "proposed", "one of two of USA"


def test_a_pending_act_of_another_log_is_not_continued_here(two_of_two: Parties) -> None:
    who = two_of_two
    with who.at("A") as a, who.at("A, second home") as other:
        record = propose(a, who["jpn"])
        answer(a, "withdrawn", record, who["jpn"])
        receive(other, pack(a, record, who["jpn"], "JPN"))
        answer(other, "withdrawn", record, who["jpn 2"])
        for book in (a, other):
            check(pack(book, record, who["jpn"], "JPN"))
        assert said(other) == [("proposed", "JPN", 1), ("withdrawn", "JPN", 1), ("withdrawn", "JPN", 1)]


def test_an_answer_is_not_dated_before_what_it_answers(who: Parties) -> None:
    with who.at("A") as a, who.at("B") as b:
        record = propose(a, who["jpn"], ago(minutes=1))
        files = pack(a, record, who["jpn"])
        no("clock", concur, b, files, who["usa"], ago(minutes=2))
        concur(b, files, who["usa"])
        assert check(pack(b, record, who["usa"], "JPN")).state == "concurred"


def test_a_clock_that_steps_back_does_not_spoil_the_log(who: Parties) -> None:
    """Two processes that wait for one lock sign in another order than they read the clock."""
    with who.at("A") as a:
        first = propose(a, who["jpn"], ago(seconds=2))
        propose(a, who["jpn"], ago(seconds=3), made=assessment("second"))
        times = [s.checkpoint.t_utc for s in exchange.own_checkpoints(a.journal)]
        assert times == sorted(times)
        assert len(times) == 2
        check(pack(a, first, who["jpn"]))


def test_what_lies_in_the_future_is_not_signed(who: Parties) -> None:
    with who.at("A") as a:
        no("future", propose, a, who["jpn"], made=assessment(made_utc=ago(minutes=-10)))


def test_an_incident_of_another_party_or_alliance_is_not_signed(who: Parties) -> None:
    with who.at("A") as a:
        for change in ({"party": "USA"}, {"alliance": "elsewhere"}):
            incident = {**assessment()["incident"], **change}
            no("wrong-party", propose, a, who["jpn"], made=assessment(incident=incident))
        assert said(a) == []


def test_what_a_party_may_not_read_does_not_stop_it_from_answering(who: Parties) -> None:
    closed = {"tlp": "AMBER", "releasable_to": ["JPN"]}
    made = assessment(remark="ours alone", markings={"remark": closed})
    with who.at("A") as a, who.at("B") as b:
        record = propose(a, who["jpn"], made=made, given=[Given("inputs/x", b"raw", marking=closed)])
        concur(b, pack(a, record, who["jpn"]), who["usa"])
        back = pack(b, record, who["usa"], "JPN")
        assert "inputs/x" not in back
        checked = receive(a, back)
        assert (checked.state, checked.withheld, checked.absent) == ("concurred", 1, ("inputs/x",))
        proposal = next(s for s in exchange.known(a.journal, record) if s.act.act == "proposed")
        assert canonical.canonical(exchange.whole(a.journal, proposal)) == canonical.canonical(made)


def test_nobody_concurs_with_what_was_kept_from_him_though_he_may_have_it(who: Parties) -> None:
    made = assessment(remark="for both", markings={"remark": {"tlp": "AMBER", "releasable_to": ["JPN", "USA"]}})
    with who.at("A") as a, who.at("B") as b:
        record = propose(a, who["jpn"], made=made)
        no("missing-disclosure", concur, b, pack(a, record, who["jpn"], "public"), who["usa"])
        answer(b, "dissented", record, who["usa"], reason="I was shown half of it")
        no("missing-disclosure", pack, b, record, who["usa"], "JPN")
        check(pack(b, record, who["usa"], "public"))
        receive(b, pack(a, record, who["jpn"]))
        answer(b, "withdrawn", record, who["usa"])
        answer(b, "concurred", record, who["usa"])
        assert state(b, record) == "concurred"


def test_a_bundle_whose_packer_forged_an_act_past_the_rules_is_not_received(who: Parties) -> None:
    """USA writes what it likes into its own log, over its own good signature."""
    record, files = joint(who)
    with who.at("B") as b:
        receive(b, files)
        slip_in(b, base_answer(b, who, record), [who["usa"]])
        with pytest.raises(Refused) as caught:
            check(pack(b, record, who["usa"], "JPN"))
        assert caught.value.code == "already-answered"


def test_a_checkpoint_is_signed_anew_only_where_it_must_be(who: Parties) -> None:
    with who.at("A") as a:
        record = propose(a, who["jpn"])
        before = a.journal.size()
        with a.journal.writing() as w:
            checkpoint(w, a, who["jpn"])
        pack(a, record, who["jpn"])
        assert a.journal.size() == before
