"""What acts amount to: who counts, when a key that was revoked or has expired still does, and where a record stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori.errors import Refused
from hoshimori.ledger import envelope, exchange, keyring, standing
from hoshimori.ledger.acts import Witness
from hoshimori.ledger.home import Ledger
from hoshimori.ledger.standing import Spoken
from tests.ledger.parties import (
    Parties,
    ago,
    answer,
    assessment,
    base_answer,
    check,
    concur,
    edited,
    joint,
    now,
    pack,
    parties,
    payload_of,
    propose,
    receive,
    refused,
    slip_in,
)


@pytest.fixture
def who(tmp_path: Path) -> Parties:
    return parties(tmp_path)


def acts_of(book: Ledger, record: str = "") -> list[Spoken]:
    return exchange.known(book.journal, record)


def code(spoken: list[Spoken], ring: keyring.Keyring) -> str:
    with pytest.raises(Refused) as caught:
        standing.state(standing.look_into(spoken, ring), ring)
    return caught.value.code


def said(who: Parties, sequence: list[tuple[str, str]], thresholds: dict[str, int] | None = None) -> list[Spoken]:
    """A proposal of JPN and answers one after the other, past the rules of the exchange."""
    with who.at("A") as a:
        record = propose(a, who["jpn"], ago(hours=3))
        out = acts_of(a, record)
        for n, (act, name) in enumerate(sequence):
            payload = base_answer(
                a, who, record, act=act, party=who[name].public.party, reason="so", at_utc=ago(hours=2) + np.timedelta64(n, "s")
            )
            out.append(standing.read_act(envelope.seal(payload, [who[name]]), "x"))
        return out


STATES: list[tuple[list[tuple[str, str]], str]] = [
    ([], "proposed"),
    ([("concurred", "usa")], "concurred"),
    ([("dissented", "usa")], "dissented"),
    ([("concurred", "usa"), ("withdrawn", "usa")], "proposed"),
    ([("concurred", "usa"), ("withdrawn", "usa"), ("dissented", "usa 2")], "dissented"),
    ([("concurred", "usa"), ("withdrawn", "jpn")], "withdrawn"),
    ([("withdrawn", "jpn"), ("concurred", "usa")], "withdrawn"),
    ([("dissented", "jpn 2"), ("concurred", "usa")], "concurred"),
    ([("superseded", "jpn")], "superseded"),
]


@pytest.mark.parametrize(("sequence", "state"), STATES)
def test_where_a_record_stands(who: Parties, sequence: list[tuple[str, str]], state: str) -> None:
    spoken = said(who, sequence)
    assert standing.state(standing.look_into(spoken, who.ring), who.ring) == state
    assert standing.state(standing.look_into(spoken[::-1], who.ring), who.ring) == state, "in whatever order they come"


REFUSED: list[tuple[list[tuple[str, str]], str]] = [
    ([("concurred", "jpn")], "one-party-only"),
    ([("concurred", "jpn 2")], "one-party-only"),
    ([("superseded", "usa")], "wrong-party"),
    ([("withdrawn", "usa")], "already-answered"),
    ([("concurred", "usa"), ("concurred", "usa")], "already-answered"),
    ([("concurred", "usa"), ("concurred", "usa 2")], "already-answered"),
    ([("concurred", "usa"), ("dissented", "usa 2")], "already-answered"),
    ([("withdrawn", "jpn"), ("withdrawn", "jpn 2")], "already-answered"),
    ([("withdrawn", "jpn"), ("superseded", "jpn")], "already-answered"),
]


@pytest.mark.parametrize(("sequence", "expected"), REFUSED)
def test_what_no_party_may_say(who: Parties, sequence: list[tuple[str, str]], expected: str) -> None:
    assert code(said(who, sequence), who.ring) == expected


def test_one_person_counts_once_with_two_keys(who: Parties) -> None:
    with who.at("A") as a:
        record = propose(a, who["jpn"])
        (spoken,) = acts_of(a, record)
        twice = standing.read_act(envelope.add_signature(spoken.data, who["jpn sato too"]), "x")
    assert code([twice], who.ring) == "one-person-twice"
    with pytest.raises(Refused, match="has signed this already"):
        envelope.add_signature(spoken.data, who["jpn"])


def test_a_signature_of_the_other_party_does_not_ride_along(who: Parties, tmp_path: Path) -> None:
    stranger = parties(tmp_path / "elsewhere")["jpn"]
    with who.at("A") as a:
        (spoken,) = acts_of(a, propose(a, who["jpn"]))
    for key, expected in ((who["usa"], "wrong-party"), (stranger, "unknown-key")):
        with_it = standing.read_act(envelope.add_signature(spoken.data, key), "x")
        assert code([with_it], who.ring) == expected


def test_a_party_that_is_none_is_refused(who: Parties) -> None:
    with who.at("A") as a:
        payload = payload_of(acts_of(a, propose(a, who["jpn"]))[0].data)
    for party in ("KOR", "jpn", "JPN "):
        forged = standing.read_act(envelope.seal(edited(payload, party=party), [who["jpn"]]), "x")
        assert code([forged], who.ring) == "wrong-party"


def test_a_key_signs_only_within_its_dates(who: Parties) -> None:
    with who.at("A") as a:
        payload = payload_of(acts_of(a, propose(a, who["jpn"]))[0].data)
    row = who["jpn"].public
    for at, expected in ((row.valid_from - np.timedelta64(1, "us"), "not-yet-valid-key"), (row.valid_until, "expired-key")):
        stamp = f"{at}Z"
        forged = standing.read_act(envelope.seal(edited(payload, at=stamp), [who["jpn"]]), "x")
        assert code([forged], who.ring) == expected


# ---- revocation


def test_what_was_signed_before_a_revocation_and_witnessed_still_counts(who: Parties) -> None:
    record, files = joint(who)
    assert check(files).state == "concurred"
    who.revoke("jpn")
    with who.at("C") as c:
        assert check(files, c).state == "concurred", "USA vouched for the log before"
    with who.at("B") as b:
        b.pin(who.chain)
        assert check(pack(b, record, who["usa"], "JPN"), b).state == "concurred"


def test_what_was_signed_before_a_revocation_and_not_witnessed_is_only_the_keys_own_word(who: Parties) -> None:
    with who.at("A") as a:
        record = propose(a, who["jpn"], ago(hours=1))
        files = pack(a, record, who["jpn"])
    who.revoke("jpn")
    with who.at("B") as b:
        refused("revoked-key", files, b)
        with pytest.raises(Refused) as caught:
            concur(b, files, who["usa"])
    assert caught.value.code == "revoked-key"


def test_a_thief_who_writes_an_old_date_is_refused(who: Parties) -> None:
    """The key was revoked half an hour ago; the thief, in a log of his own, says that he signed two hours ago."""
    with who.at("thief") as t:
        record = propose(t, who["jpn"], ago(hours=2))
        early = pack(t, record, who["jpn"])
        assert check(early).state == "proposed", "who knows of no revocation accepts it"
    who.revoke("jpn", since=ago(minutes=30))
    with who.at("B") as b:
        refused("revoked-key", early, b)


def test_a_thief_cannot_vouch_for_himself(who: Parties) -> None:
    """Both keys of JPN; an answer of the second "witnesses" what the first signed."""
    with who.at("thief") as t:
        record = propose(t, who["jpn"], ago(hours=2))
        opened = t.opened
        assert opened is not None
        witness = Witness(opened.origin, t.journal.size(), t.journal.root().hex(), ago(hours=2))
        slip_in(t, base_answer(t, who, record, act="dissented", reason="x", at_utc=ago(hours=2), witness=witness), [who["jpn 2"]])
        files = pack(t, record, who["jpn 2"])
    who.revoke("jpn", since=ago(minutes=30))
    with who.at("B") as b:
        refused("revoked-key", files, b)


def test_a_witness_after_the_revocation_saves_nothing(who: Parties) -> None:
    record, files = joint(who)  # signed two hours ago, witnessed one hour ago
    who.revoke("jpn", since=ago(minutes=90))
    with who.at("B") as b:
        b.pin(who.chain)
        refused("revoked-key", files, b)
        with pytest.raises(Refused) as caught:
            pack(b, record, who["usa"], "JPN")
        assert caught.value.code == "revoked-key"


def test_an_answer_that_fell_with_its_key_is_kept_and_its_party_may_answer_anew(who: Parties) -> None:
    record, files = joint(who)
    with who.at("A") as a:
        receive(a, files)
        who.revoke("usa", since=ago(minutes=90))
        a.pin(who.chain)
        refused("revoked-key", files, a)
        sent = pack(a, record, who["jpn"])
        assert check(sent, a).state == "proposed"
        assert len(acts_of(a, record)) == 2, "what was said stays in the ledger"
    with who.at("B") as b:
        b.pin(who.chain)
        answer(b, "concurred", record, who["usa 2"])
        back = pack(b, record, who["usa 2"], "JPN")
    with who.at("A") as a:
        assert receive(a, back).state == "concurred"
        assert len(acts_of(a, record)) == 3


def test_a_log_goes_on_after_its_key_was_revoked(who: Parties) -> None:
    """The newest checkpoint is by the revoked key and nobody saw it: the next signer vouches for it by signing after it."""
    record, files = joint(who)
    with who.at("A") as a:
        receive(a, files)
        propose(a, who["jpn"], ago(minutes=30), made=assessment("second"))
        late = pack(a, record, who["jpn"], "USA")
    who.revoke("jpn", since=ago(minutes=10))
    with who.at("C") as c:
        refused("revoked-key", late, c)
    with who.at("A") as a:
        a.pin(who.chain)
        again = pack(a, record, who["jpn 2"], "USA")
    with who.at("C") as c:
        assert check(again, c).state == "concurred"


def test_a_party_cannot_disown_what_was_agreed_by_signing_on_and_revoking(who: Parties) -> None:
    """JPN agrees, signs more over the same key, shows that to USA, and revokes the key: USA can still show what was agreed."""
    record, files = joint(who)
    with who.at("A") as a:
        receive(a, files)
        second = propose(a, who["jpn"], ago(minutes=30), made=assessment("second"))
        more = pack(a, second, who["jpn"])
    with who.at("B") as b:
        receive(b, more)
        who.revoke("jpn", since=ago(minutes=10))
        b.pin(who.chain)
        shown = pack(b, record, who["usa"], "public")
    with who.at("C") as c:
        assert check(shown, c).state == "concurred"


def test_times_in_messages_and_rows(who: Parties) -> None:
    _, files = joint(who)
    rows: list[dict[str, Any]] = standing.as_rows(check(files).standings)
    assert [(r["act"], r["party"], r["signed"], r["complete"]) for r in rows] == [
        ("proposed", "JPN", 1, True),
        ("concurred", "USA", 1, True),
    ]
    assert rows[0]["at"] < rows[1]["at"] < f"{now()}Z"
