"""What a home remembers, and whom it therefore catches: old states, cut logs, forked logs, hidden acts, older keyrings."""

from __future__ import annotations

import itertools
import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori.errors import HoshimoriError, Refused
from hoshimori.ledger import canonical, checking, checkpoints, container, envelope, exchange, keyring, packing, standing
from hoshimori.ledger.checkpoints import Checkpoint
from hoshimori.ledger.exchange import Given
from hoshimori.ledger.home import Ledger
from hoshimori.ledger.journal import Journal
from tests.ledger.parties import (
    Files,
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
    resealed,
    slip_in,
)


@pytest.fixture
def who(tmp_path: Path) -> Parties:
    return parties(tmp_path)


def copied(who: Parties, name: str, to: str) -> None:
    """A home as a backup, or as whoever stole the disk, has it."""
    (who.folder / to).mkdir()
    with sqlite3.connect(who.folder / name / "journal.sqlite") as old, sqlite3.connect(who.folder / to / "journal.sqlite") as new:
        old.backup(new)
    old.close()
    new.close()


def test_an_old_bundle_cannot_hide_a_withdrawal_from_who_has_seen_it(who: Parties) -> None:
    record, old = joint(who)
    with who.at("A") as a, who.at("C") as c:
        receive(a, old)
        receive(c, old)
        answer(a, "withdrawn", record, who["jpn"])
        assert receive(c, pack(a, record, who["jpn"], "public")).state == "withdrawn"
        refused("old-checkpoint", old, c)
        told = check(old, c, allow_old=True)
        assert told.state == "withdrawn", "accepted as old, and what is known is counted"
        assert [s.act.act for s in told.unshown] == ["withdrawn"]


def test_a_newer_log_cannot_hide_a_withdrawal_either(who: Parties) -> None:
    """USA packs anew with the newest log, and leaves the withdrawal out."""
    record, files = joint(who)
    with who.at("A") as a, who.at("C") as c:
        receive(a, files)
        answer(a, "withdrawn", record, who["jpn"])
        full = pack(a, record, who["jpn"], "public")
        receive(c, full)
        hidden = {n: b for n, b in full.items() if not n.startswith("answers/0002")}
        forged = resealed(hidden, who["usa"])
        refused("hidden-act", forged, c)
        assert check(forged, c, allow_old=True).state == "withdrawn"
        assert check(forged).state == "concurred", "a reader who has never seen more cannot know: docs/bundle.md says so"


def test_a_second_signature_cannot_be_hidden(tmp_path: Path) -> None:
    who = parties(tmp_path, thresholds={"JPN": 2})
    with who.at("A") as a, who.at("C") as c:
        record = propose(a, who["jpn"])
        one = pack(a, record, who["jpn"])
        exchange.cosign(a, record, who["jpn 2"], now_utc=now())
        both = pack(a, record, who["jpn"])
        assert receive(c, both).proposal.complete
        chain = {n: b for n, b in both.items() if n.startswith("logs/")}
        forged = resealed({**one, **chain}, who["jpn"])
        refused("hidden-act", forged, c)


def test_what_a_home_has_withdrawn_itself_counts_though_the_other_party_could_not_know(who: Parties) -> None:
    with who.at("A") as a, who.at("B") as b:
        record = propose(a, who["jpn"], ago(hours=2))
        sent = pack(a, record, who["jpn"])
        answer(a, "withdrawn", record, who["jpn"])
        concur(b, sent, who["usa"])
        back = check(pack(b, record, who["usa"], "JPN"), a)
        assert back.state == "withdrawn"
        assert [s.act.act for s in back.unshown] == ["withdrawn"]


def test_two_answers_shown_one_at_a_time_are_caught_when_they_meet(who: Parties) -> None:
    """USA concurs in one bundle and dissents in another of a second home; each alone holds."""
    with who.at("A") as a:
        record = propose(a, who["jpn"], ago(hours=2))
        sent = pack(a, record, who["jpn"])
    told: list[Files] = []
    for home, act in (("B", "concurred"), ("B, second home", "dissented")):
        with who.at(home) as b:
            receive(b, sent)
            b.start("USA", "japan-us")
            answer(b, act, record, who["usa"], ago(hours=1))
            told.append(pack(b, record, who["usa"], "JPN"))
    with who.at("A") as a:
        receive(a, told[0])
        before = a.journal.size()
        refused("already-answered", told[1], a)
        refused("already-answered", told[1], a, allow_old=True)
        assert a.journal.size() == before, "and nothing of it is written"


def forked(who: Parties) -> tuple[Files, Files]:
    """Two histories of one log: JPN's home, copied, goes on in two ways."""
    with who.at("A") as a:
        first = propose(a, who["jpn"], ago(hours=2))
    copied(who, "A", "A, a copy")
    out = []
    for home, note in (("A", "as told to USA"), ("A, a copy", "as told to others")):
        with who.at(home) as book:
            propose(book, who["jpn"], ago(hours=1), made=assessment(note))
            out.append(pack(book, first, who["jpn"], "public"))
    return out[0], out[1]


def test_a_forked_log_is_found_when_two_readers_meet(who: Parties) -> None:
    one, other = forked(who)
    with who.at("C") as c, who.at("D") as d:
        receive(c, one)
        receive(d, other)
        refused("log-fork", other, c)
        refused("log-fork", one, d)
        refused("log-fork", other, c, allow_old=True)
    with who.at("A") as a:
        refused("own-log", other, a)


def test_a_fork_is_found_at_whatever_sizes_its_checkpoints_stand(who: Parties) -> None:
    """The second history is shorter than what the reader has seen: --allow-old does not let it in as merely old."""
    one, _ = forked(who)
    with who.at("A") as a:
        propose(a, who["jpn"], ago(minutes=30), made=assessment("third"))
        longer = pack(a, exchange.full_id(a.journal, payload_record(one)), who["jpn"], "public")
    with who.at("A, a copy") as copy:
        shorter = pack(copy, payload_record(one), who["jpn"], "public")
    with who.at("C") as c:
        receive(c, longer)
        refused("log-fork", shorter, c, allow_old=True)


def payload_record(files: Files) -> str:
    return canonical.sha256(envelope.open_(files["record/envelope.json"]).payload)


def test_an_answer_that_has_seen_another_history_shows_the_fork(who: Parties) -> None:
    """USA vouches in its answer for the log that it was shown; beside the other history the answer does not hold."""
    one, other = forked(who)
    with who.at("B") as b:
        record = concur(b, one, who["usa"])
        answered = pack(b, record, who["usa"], "public")
    ours = {n: b for n, b in other.items() if n.startswith(("logs/JPN", "record/"))}
    mixed = resealed({**answered, **ours}, who["usa"])
    refused(("log-fork", "log-truncated"), mixed)


def test_a_log_cut_shorter_than_what_the_other_party_has_seen_is_found_without_any_memory(who: Parties) -> None:
    """JPN shows only the first checkpoint, USA's answer says that it has seen the second."""
    with who.at("A") as a:
        record = propose(a, who["jpn"], ago(hours=2))
        early = pack(a, record, who["jpn"])
        propose(a, who["jpn"], ago(hours=2), made=assessment("second"))
        late = pack(a, record, who["jpn"])
    with who.at("B") as b:
        concur(b, late, who["usa"])
        answered = pack(b, record, who["usa"], "public")
    ours = {n: b for n, b in early.items() if n.startswith(("logs/JPN", "record/log"))}
    refused("log-truncated", resealed({**answered, **ours}, who["usa"]))


def test_a_home_whose_own_journal_was_cut_learns_it_from_the_other_party(who: Parties) -> None:
    with who.at("A") as a:
        propose(a, who["jpn"], ago(hours=3))
    copied(who, "A", "A, restored")
    with who.at("A") as a:
        record = propose(a, who["jpn"], ago(hours=2), made=assessment("second"))
        sent = pack(a, record, who["jpn"])
    with who.at("B") as b:
        concur(b, sent, who["usa"])
        back = pack(b, record, who["usa"], "JPN")
    with who.at("A, restored") as a:
        refused("own-log", back, a)
        for k in range(6):
            propose(a, who["jpn"], made=assessment(f"written again, {k}"))
        refused("own-log", back, a)


def test_who_holds_the_key_and_a_copy_of_the_home_cannot_sign_on_for_it(who: Parties) -> None:
    """A thief writes a checkpoint over true entries of the log: the home sees that it never signed that."""
    with who.at("A") as a:
        record = propose(a, who["jpn"], ago(hours=2))
        copied(who, "A", "thief")
        own = exchange.own_checkpoints(a.journal)
        signed = own[-1].checkpoint
        a.journal.append("note", b"")
        made = Checkpoint(signed.origin, "JPN", a.journal.size(), a.journal.root().hex(), now(), signed.digest)
        links = [a.journal.consistency(signed.size, made.size)]
        chain = checkpoints.chain_json(signed.origin, [own[-1].data, checkpoints.seal(made, who["jpn"])], links)
        propose(a, who["jpn"], made=assessment("second"))
        files = pack(a, record, who["jpn"])
        name = packing.log_file(signed.origin, "JPN")
        place = json.loads(files["record/log.json"])
        proof = a.journal.inclusion(json.loads(place["leaf"])["seq"], signed.size)
        log = canonical.canonical({**place, "size": signed.size, "proof": [h.hex() for h in proof]})
        forged = resealed({**files, name: chain, "record/log.json": log}, who["jpn"])
        check(forged)
        refused("own-log", forged, a)


def test_the_other_party_cannot_put_a_checkpoint_into_a_log(who: Parties) -> None:
    """It would be true, and signed by a key of the keyring; readers who remember it would later accuse JPN of a fork."""
    with who.at("A") as a:
        first = propose(a, who["jpn"], ago(hours=2))
        propose(a, who["jpn"], ago(hours=1), made=assessment("second"))
        files = pack(a, first, who["jpn"])
        own = [s.checkpoint for s in exchange.own_checkpoints(a.journal)]
        size = own[0].size + 1
        between = Checkpoint(own[0].origin, "JPN", size, a.journal.root(size).hex(), own[0].t_utc, own[0].digest)
        name = packing.log_file(own[0].origin, "JPN")
        links = [a.journal.consistency(x, y) for x, y in ((own[0].size, size), (size, own[1].size))]
        held = [s.data for s in exchange.own_checkpoints(a.journal)]
        chain = checkpoints.chain_json(own[0].origin, [held[0], checkpoints.seal(between, who["usa"]), held[1]], links)
        refused("log-fork", resealed({**files, name: chain}, who["usa"]))
        last = Checkpoint(own[1].origin, "JPN", a.journal.size(), a.journal.root().hex(), now(), own[1].digest)
        links = [a.journal.consistency(x, y) for x, y in ((own[0].size, own[1].size), (own[1].size, last.size))]
        chain = checkpoints.chain_json(own[0].origin, [*held, checkpoints.seal(last, who["usa"])], links)
        refused("wrong-party", resealed({**files, name: chain}, who["usa"]))


def test_a_checkpoint_cannot_be_left_out_of_a_log(who: Parties) -> None:
    with who.at("A") as a:
        propose(a, who["jpn"], ago(hours=3))
        propose(a, who["jpn"], ago(hours=2), made=assessment("second"))
        record = propose(a, who["jpn"], ago(hours=1), made=assessment("third"))
        files = pack(a, record, who["jpn"])
        own = exchange.own_checkpoints(a.journal)
        name = packing.log_file(own[0].checkpoint.origin, "JPN")
        sizes = [s.checkpoint.size for s in own]
        for kept in ([1, 2], [0, 2], [2]):
            links = [a.journal.consistency(sizes[x], sizes[y]) for x, y in itertools.pairwise(kept)]
            chain = checkpoints.chain_json(own[0].checkpoint.origin, [own[k].data for k in kept], links)
            refused(("log-truncated", "log-fork"), resealed({**files, name: chain}, who["usa"]))


def test_an_older_keyring_is_not_shown_again_to_a_home_that_has_seen_a_newer_one(who: Parties) -> None:
    """C pinned version 1 and has seen version 2, which revokes a key, in a bundle only. The thief shows version 1 again."""
    with who.at("C") as c:
        first = c.keyring()[0]
        with who.at("thief") as t:
            theft = pack(t, propose(t, who["jpn 2"], ago(minutes=5)), who["jpn 2"], "public")
        assert check(theft, c).anchored
        who.revoke("jpn 2", since=ago(minutes=10))
        with who.at("A") as a:
            a.pin(who.chain)
            receive(c, pack(a, propose(a, who["jpn"]), who["jpn"], "public"))
        assert c.keyring()[0] == who.chain != first
        refused("revoked-key", theft, c)
        with pytest.raises(Refused) as caught:
            c.pin(first)
        assert caught.value.code == "keyring-rollback"


def test_another_keyring_is_refused_by_who_trusts_one_and_by_who_knows_the_fingerprint(who: Parties, tmp_path: Path) -> None:
    stranger = parties(tmp_path / "elsewhere")
    _, files = joint(stranger)
    with who.at("C") as c:
        refused("keyring-fork", files, c)
    refused("fingerprint", files, fingerprint=who.fingerprint)
    assert not check(files).anchored


def test_a_keyring_that_another_amendment_forked_is_refused(who: Parties) -> None:
    before = who.chain
    with who.at("A") as a:
        a.pin(who.amend(thresholds={"JPN": 1, "USA": 1}))
        files = pack(a, propose(a, who["jpn"]), who["jpn"])
    who.chain = before
    with who.at("C") as c:
        c.pin(who.revoke("usa 2"))
        refused("keyring-fork", files, c)


def test_a_bundle_of_another_alliance_is_refused(who: Parties, tmp_path: Path) -> None:
    """The same people, the same keys, another agreement."""
    rows = [k.public for k in who.people.values()]
    draft = keyring.draft("japan-kor", rows, {"JPN": 1, "USA": 1}, now() - np.timedelta64(1, "D"))
    chain = keyring.sign(keyring.sign(keyring.propose(b"", draft), who["jpn"]), who["usa"])
    with Ledger(tmp_path / "other") as other:
        other.pin(chain, keyring.fingerprint(chain))
        other.start("JPN", "japan-kor")
        made = assessment(incident={"id": "JPN-2026-0001", "party": "JPN", "alliance": "japan-kor"})
        files = pack(other, propose(other, who["jpn"], made=made), who["jpn"])
    with who.at("C") as c:
        refused("keyring-fork", files, c)
        with who.at("A") as a:
            ours = pack(a, propose(a, who["jpn"]), who["jpn"])
        refused("wrong-party", resealed(ours, who["jpn"], alliance="japan-kor"), c)
        swapped = resealed({**files, "keyring.json": ours["keyring.json"]}, who["jpn"], alliance="japan-us")
        refused("wrong-keyring", swapped, c)


def test_two_processes_that_receive_two_histories_at_once_do_not_both_win(who: Parties) -> None:
    one, other = forked(who)
    with who.at("C") as c:
        first, second = check(one, c), check(other, c)
        checking.receive(c, first)
        with pytest.raises(Refused) as caught:
            checking.receive(c, second)
        assert caught.value.code == "log-fork"
        assert c.journal.check().size == c.journal.size()


def test_nothing_is_received_without_trust(who: Parties, tmp_path: Path) -> None:
    _, files = joint(who)
    with Ledger(tmp_path / "nobody") as book:
        with pytest.raises(Refused) as caught:
            receive(book, files)
        assert caught.value.code == "not-anchored"
        assert book.journal.size() == 0


# ---- what a signer of one party may write over its own good signature, past every rule of the exchange


def wronged(who: Parties, **predicate: Any) -> Files:
    """A bundle of a proposal of JPN whose payload says what it should not."""
    with who.at("A") as a:
        record = propose(a, who["jpn"], ago(hours=2))
        spoken = exchange.known(a.journal, record)[0]
        payload = edited(payload_of(spoken.data), **predicate)
        slip_in(a, payload, [who["jpn"]])
        return pack(a, canonical.sha256(payload), who["jpn"])


SHAPES: list[tuple[dict[str, Any], str]] = [
    ({"at": f"{ago(minutes=-30)}Z"}, "clock"),
    ({"at": "2026-02-30T00:00:00.000000Z"}, "shape"),
    ({"at": "٢٠٢٦-05-30T00:00:00.000000Z"}, "shape"),
    ({"at": "2026-05-30T00:00:00Z"}, "shape"),
    ({"party": "USA"}, "wrong-party"),
    ({"party": "KOR"}, "wrong-party"),
    ({"alliance": "elsewhere"}, "wrong-keyring"),
    ({"alliance": "../../etc"}, "shape"),
    ({"alliance": "/tmp/rules"}, "shape"),
    ({"log": "japan-us/JPN/0000000000000000"}, "no-checkpoint"),
    ({"keyring": {"fingerprint": "0000", "version": 1}}, "wrong-keyring"),
    ({"act": "concurred"}, "shape"),
    ({"act": "approved"}, "shape"),
    ({"incident": "JPN-2026-9999"}, "swapped-file"),
    ({"incident": 7}, "shape"),
    ({"inputs": []}, "shape"),
    ({"supersedes": "yes"}, "shape"),
    ({"methods": "all"}, "shape"),
    ({"software": []}, "shape"),
    ({"assessment": []}, "shape"),
    ({"assessment": assessment(items=[{"event": "made up"}])}, "missing-input"),
    ({"assessment": assessment(incident={"id": "JPN-2026-0001", "party": "USA", "alliance": "japan-us"})}, "swapped-file"),
    ({"assessment": assessment(incident={"id": "JPN-2026-0001", "party": "JPN", "alliance": "/tmp"})}, "swapped-file"),
    ({"assessment": assessment(remark={"withheld": {"sha256": "0" * 64, "marking": {"tlp": "CLEAR"}}})}, "missing-disclosure"),
    ({"assessment": assessment(remark={"withheld": 1})}, "disclosure"),
    ({"assessment": assessment(marking={"tlp": "PINK"})}, "marking"),
    ({"assessment": assessment("\x1b[2J all is well")}, "odd-text"),
    ({"more": 1}, "shape"),
]


@pytest.mark.parametrize(("predicate", "code"), SHAPES, ids=[f"{k} {n}" for n, (p, _) in enumerate(SHAPES) for k in p])
def test_a_proposal_that_is_not_as_it_must_be_is_refused(who: Parties, predicate: dict[str, Any], code: str) -> None:
    with pytest.raises(HoshimoriError) as caught:
        check(wronged(who, **predicate))
    assert getattr(caught.value, "code", "") == code, str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"data_mode": "TRUE"},
        {"marking": {}},
        {"marking": {"tlp": "CLEAR", "x": 1}},
        {"marking": {"tlp": "GREEN", "releasable_to": 7}},
        {"marking": []},
        {"marking": {"tlp": "clear"}},
        {"location": 7},
        {"name": "inputs/other"},
        {"more": 1},
    ],
)
def test_an_input_that_is_not_as_it_must_be_is_refused(who: Parties, change: dict[str, Any]) -> None:
    row = {"name": "inputs/element-sets-real.json", "location": "x", "data_mode": "REAL", "marking": {"tlp": "CLEAR"}}
    with who.at("A") as a:
        given = [Given(row["name"], b"1")]  # type: ignore[arg-type]
        record = propose(a, who["jpn"], ago(hours=2), given=given)
        payload = edited(payload_of(exchange.known(a.journal, record)[0].data), inputs=[{**row, **change}])
        with pytest.raises(Refused) as caught:
            standing.read_act(envelope.seal(payload, [who["jpn"]]), "x")
        assert caught.value.code == "shape"


ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"at_utc": ago(hours=3)}, "clock"),
    ({"record": "0" * 64}, "swapped-file"),
    ({"party": "JPN"}, "wrong-party"),
    ({"act": "withdrawn", "reason": "x"}, "already-answered"),
    ({"act": "superseded", "reason": "x"}, "wrong-party"),
    ({"keyring_version": 2}, "keyring-rollback"),
    ({"not_seen": ["x"]}, "shape"),
    ({"by_record": "x"}, "shape"),
    ({"origin": "japan-us/JPN/0000000000000000"}, "log-fork"),
]


@pytest.mark.parametrize(("fields", "code"), ANSWERS, ids=[f"{n} {' '.join(f)}" for n, (f, _) in enumerate(ANSWERS)])
def test_an_answer_that_is_not_as_it_must_be_is_refused(who: Parties, fields: dict[str, Any], code: str) -> None:
    with who.at("A") as a:
        record = propose(a, who["jpn"], ago(hours=2))
        sent = pack(a, record, who["jpn"])
    with who.at("B") as b:
        receive(b, sent)
        b.start("USA", "japan-us")
        payload = base_answer(b, who, **{"record": record, "at_utc": ago(hours=1), **fields})
        slip_in(b, payload, [who["usa"]])
        files = _with_answer(b, who, sent)
    refused(code, files)


def _with_answer(b: Ledger, who: Parties, sent: Files) -> Files:
    """The bundle that a forger of USA makes by hand: his newest act as the one answer, with its place and his log."""
    entry = list(b.journal.entries("act"))[-1]
    own = exchange.own_checkpoints(b.journal)
    size = own[-1].checkpoint.size
    origin = own[-1].checkpoint.origin
    place = checkpoints.place_json(origin, entry.leaf, size, b.journal.inclusion(entry.seq, size))
    chain = checkpoints.chain_json(origin, [s.data for s in own], [])
    party = payload_of(entry.body)["predicate"]["party"]
    said = {f"answers/0001-{party}.json": entry.body, f"answers/0001-{party}.log.json": place}
    return resealed({**sent, **said, packing.log_file(origin, "USA"): chain}, who["usa"])


def test_a_reader_that_is_none_is_refused(who: Parties) -> None:
    _, files = joint(who)
    refused("unknown-reader", resealed(files, who["usa"], reader="KOR"))


def test_times_ahead_of_the_clock_are_refused_and_small_differences_are_not(who: Parties) -> None:
    with who.at("A") as a:
        files = pack(a, propose(a, who["jpn"]), who["jpn"])
    check(files, now_utc=ago(minutes=4))
    refused("future", files, now_utc=ago(minutes=6))


def test_a_bundle_read_from_disk_is_checked_the_same(who: Parties, tmp_path: Path) -> None:
    record, files = joint(who)
    for name in ("x.zip", "x"):
        container.write(files, tmp_path / name)
        assert check(container.read(tmp_path / name)).record == record


def test_a_home_keeps_only_what_holds(who: Parties) -> None:
    """Whatever was refused above left the journal as it was; what was received passes every check of the journal itself."""
    _, files = joint(who)
    with who.at("C") as c:
        size = c.journal.size()
        for name in sorted(files):
            with pytest.raises(HoshimoriError):
                receive(c, {**files, name: files[name] + b" "})
        assert c.journal.size() == size
        receive(c, files)
        receive(c, files)
    with Journal(who.folder / "C") as journal:
        assert journal.check().size > size
