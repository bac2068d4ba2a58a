"""`sign`, `concur`, `dissent`, `withdraw`, `bundle`, `receive`, `brief`, `verify BUNDLE`: two parties, and a stranger."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from hoshimori.doors import incidents, keyrings, records
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from tests.command import hoshimori
from tests.conftest import Practice
from tests.doors.two_parties import Parties, assessed, parties
from tests.pages import ROOT


@pytest.fixture
def both(tmp_path: Path) -> Parties:
    return parties(tmp_path)


@pytest.fixture
def proposal(both: Parties) -> records.Record:
    """A record of Japan, and its bundle for the United States in sent/proposal.zip."""
    record = records.sign(assessed(both), both.keys["sato"], home=both.japan)
    both.sent("").mkdir()
    records.bundle(record.record, both.sent("proposal.zip"), both.keys["sato"], reader="USA", home=both.japan)
    return record


def test_from_a_proposal_to_two_signatures_and_a_stranger(both: Parties) -> None:
    number = assessed(both)
    sent = both.sent("proposal.zip")
    signed = hoshimori("sign", number, "--key", both.pem("sato"), "--out", sent, "--home", both.japan)
    assert signed.code == 0
    assert "proposed" in signed.out
    assert "hoshimori concur" in signed.out
    joint = both.sent("joint.zip")
    agreed = hoshimori("concur", sent, "--key", both.pem("smith"), "--out", joint, "--home", both.states)
    assert agreed.code == 0
    assert "concurred by all parties" in agreed.out
    assert "hoshimori receive" in agreed.out
    taken = hoshimori("receive", joint, "--home", both.japan, "--json").json
    assert taken["state"] == "concurred"
    assert [a["act"] for a in taken["acts"]] == ["proposed", "concurred"]
    assert hoshimori("verify", joint, "--home", both.japan).code == 0

    public = both.sent("public")
    packed = hoshimori(
        "bundle", taken["record"][:12], "--key", both.pem("sato"), "--for", "public", "--out", public, "--home", both.japan
    )
    assert packed.code == 0
    assert packed.out.strip() == str(public)
    assert public.is_dir()
    stranger = both.place / "stranger"
    unsure = hoshimori("verify", public, "--home", stranger)
    assert unsure.code == 6
    assert "NOT ANCHORED" in unsure.out
    assert both.fingerprint in unsure.out
    sure = hoshimori("verify", public, "--home", stranger, "--fingerprint", both.fingerprint, "--json")
    assert sure.code == 0
    assert sure.json["verdict"] == "same"
    assert sure.json["state"] == "concurred"
    wrong = hoshimori("verify", public, "--home", stranger, "--fingerprint", "1234")
    assert wrong.code == 7
    assert "1234" in wrong.err


def test_findings_of_an_exercise_are_run_again_by_a_stranger(practice: Practice, tmp_path: Path) -> None:
    both = parties(tmp_path)
    home = practice.copied(tmp_path / "sky")
    keyrings.adopt(both.ring, fingerprint=both.fingerprint, home=home)
    visits = [e for e in practice.sweep.events if e.kind == "stay" and not e.normal]
    case = incidents.open_incident("A visitor", by="A", party="JPN", data_mode=DataMode.EXERCISE, home=home)
    incidents.add_findings(case.incident_id, visits, home=home)
    incidents.assess_incident(case.incident_id, home=home)
    record = records.sign(case.incident_id, both.keys["sato"], home=home)
    out = records.bundle(record.record, tmp_path / "proposal.zip", both.keys["sato"], reader="USA", home=home)
    found = records.verify_bundle(out, fingerprint=both.fingerprint, home=tmp_path / "stranger")
    assert found.verdict == "same"
    assert [f.verdict for f in found.findings] == ["same"] * len(visits)


def test_a_record_that_nobody_could_run_again_is_not_signed(practice: Practice, both: Parties) -> None:
    visits = [e for e in practice.sweep.events if e.kind == "stay" and not e.normal]
    case = incidents.open_incident("A visitor", by="A", party="JPN", data_mode=DataMode.EXERCISE, home=both.japan)
    incidents.add_findings(case.incident_id, visits, home=both.japan)
    incidents.assess_incident(case.incident_id, home=both.japan)
    done = hoshimori("sign", case.incident_id, "--key", both.pem("sato"), "--home", both.japan)
    assert done.code == 7
    assert "catalogue" in done.err
    assert records.records(home=both.japan) == []


@pytest.mark.parametrize("options", [("--out", "there.zip"), ("--out", "new.zip", "--for", "AUS")])
def test_nothing_is_signed_where_its_bundle_could_not_be_written(options: tuple[str, ...], both: Parties) -> None:
    number = assessed(both)
    (both.place / "there.zip").write_bytes(b"an older bundle")
    words = [str(both.place / w) if w.endswith(".zip") else w for w in options]
    done = hoshimori("sign", number, "--key", both.pem("sato"), "--home", both.japan, *words)
    assert done.code in (2, 7)
    assert "nothing was signed" in done.err
    assert records.records(home=both.japan) == []
    assert (both.place / "there.zip").read_bytes() == b"an older bundle"
    assert not (both.place / "new.zip").exists()


def test_what_cannot_be_signed_says_what_is_missing(both: Parties) -> None:
    key = ("--key", both.pem("sato"), "--home", both.japan)
    opened = incidents.open_incident("T", by="A", party="JPN", home=both.japan)
    early = hoshimori("sign", opened.incident_id, *key)
    assert early.code == 2
    assert "incident assess" in early.err
    wrong = hoshimori("sign", opened.incident_id[:-1] + "7", *key)
    assert wrong.code == 2
    assert f"did you mean {opened.incident_id}" in wrong.err
    assert hoshimori("sign", "abcd1234", *key).code == 7
    incidents.assess_incident(opened.incident_id, home=both.japan)
    theirs = hoshimori("sign", opened.incident_id, "--key", both.pem("smith"), "--home", both.japan)
    assert theirs.code == 7
    assert "JPN" in theirs.err


def test_a_home_without_a_keyring_signs_nothing(both: Parties, proposal: records.Record) -> None:
    done = hoshimori("concur", both.sent("proposal.zip"), "--key", both.pem("smith"), "--home", both.place / "new")
    assert done.code == 7
    assert "keyring adopt" in done.err


def test_dissent_withdraw_and_supersede_stay_with_the_record(both: Parties, proposal: records.Record) -> None:
    sent, key = both.sent("proposal.zip"), ("--key", both.pem("smith"), "--home", both.states)
    said = hoshimori("dissent", sent, *key, "--reason", "C3, not B2.", "--out", both.sent("dissent.zip"))
    assert said.code == 0
    assert "C3, not B2." in said.out
    assert records.receive(both.sent("dissent.zip"), home=both.japan).state == "dissented"
    assert hoshimori("concur", sent, *key).code == 7
    back = hoshimori("withdraw", proposal.record[:8], *key, "--reason", "Read again.", "--json").json
    assert back["state"] == "proposed"
    assert [a["act"] for a in back["acts"]] == ["proposed", "dissented", "withdrawn"]
    assert records.concur(sent, both.keys["smith"], home=both.states).state == "concurred"

    incidents.assess_incident(proposal.incident, home=both.japan)
    better = hoshimori(
        "sign", proposal.incident, "--key", both.pem("sato"), "--supersedes", proposal.record[:8], "--home", both.japan
    )
    assert better.code == 0
    assert [r.state for r in records.records(home=both.japan)] == ["superseded", "proposed"]
    ja = hoshimori("incident", "list", "--home", both.japan, "--lang", "ja").out
    assert "差し替え済み" in ja
    assert "提案中" in ja


@pytest.mark.parametrize("verb", ["dissent", "withdraw"])
def test_a_reason_is_needed(verb: str, both: Parties, proposal: records.Record) -> None:
    what = both.sent("proposal.zip") if verb == "dissent" else proposal.record
    for reason in ((), ("--reason", " ")):
        assert hoshimori(verb, what, "--key", both.pem("sato"), "--home", both.japan, *reason).code in (2, 7)
    assert records.records(home=both.japan)[0].state == "proposed"


def test_two_of_three_persons_sign_one_record(tmp_path: Path) -> None:
    both = parties(tmp_path, japan=("sato", "abe", "ono"), needed=2)
    number = assessed(both)
    first = hoshimori("sign", number, "--key", both.pem("sato"), "--home", both.japan)
    assert "1 of 2 signatures" in first.out
    assert "another person of JPN" in first.out
    record = records.records(home=both.japan)[0].record
    half = both.sent("half.zip")
    records.bundle(record, half, both.keys["sato"], reader="USA", home=both.japan)
    waits = hoshimori("concur", half, "--key", both.pem("smith"), "--home", both.states)
    assert waits.code == 7 or "proposed" in waits.out, "one of two is not yet a proposal that can be concurred with"
    second = hoshimori("sign", record[:8], "--key", both.pem("abe"), "--home", both.japan)
    assert second.code == 0
    assert "of 2 signatures" not in second.out
    assert "sato" in second.out
    assert "abe" in second.out


def test_one_record_that_fell_with_a_revoked_key_does_not_hide_the_others(tmp_path: Path) -> None:
    both = parties(tmp_path, japan=("sato", "abe"))
    number = assessed(both)
    fallen = records.sign(number, both.keys["abe"], home=both.japan)
    incidents.assess_incident(number, home=both.japan)
    good = records.sign(number, both.keys["sato"], home=both.japan)
    keyrings.amend(both.ring, revoke=[both.keys["abe"].keyid], because="stolen")
    for who in ("sato", "smith"):
        keyrings.sign(both.ring, both.keys[who])
    keyrings.adopt(both.ring, home=both.japan)
    states = {r.record: (r.state, r.why) for r in records.records(home=both.japan)}
    assert states[good.record] == ("proposed", "")
    assert states[fallen.record][0] == "fallen"
    assert "stolen" in states[fallen.record][1]
    listed = hoshimori("incident", "list", "--home", both.japan)
    assert listed.code == 0
    assert "does not stand" in listed.out
    assert "stolen" in listed.out


def test_a_bundle_of_parts_that_a_reader_may_not_have(tmp_path: Path) -> None:
    both = parties(tmp_path)
    number = assessed(both)
    own = tmp_path / "own.toml"
    own.write_text((tmp_path / "evidence.toml").read_text().replace("1.2 +- 0.2", "1.4 +- 0.1").split("[[claim]]")[0])
    hoshimori("incident", "add", number, "--evidence", own, "--tlp", "AMBER", "--releasable-to", "JPN", "--home", both.japan)
    incidents.assess_incident(number, home=both.japan)
    record = records.sign(number, both.keys["sato"], home=both.japan)
    out = records.bundle(record.record, tmp_path / "usa", both.keys["sato"], reader="USA", home=both.japan)
    assert all(b"1.4 +- 0.1" not in f.read_bytes() for f in out.rglob("*") if f.is_file())
    done = hoshimori("verify", out, "--home", both.states)
    assert done.code == 6
    assert "withheld from USA" in done.out
    assert "cannot be made again" in done.out


def test_a_record_of_an_exercise_says_so_wherever_it_is_shown(both: Parties, proposal: records.Record) -> None:
    assert proposal.data_mode == "EXERCISE"
    done = hoshimori("verify", both.sent("proposal.zip"), "--home", both.japan)
    assert done.out.startswith("EXERCISE EXERCISE EXERCISE\n")
    told = json.loads(hoshimori("verify", both.sent("proposal.zip"), "--home", both.japan, "--json").out)
    assert told["data_mode"] == "EXERCISE"


def test_a_brief_is_made_of_a_record_an_incident_a_bundle_or_a_file(both: Parties, proposal: records.Record) -> None:
    assessment = both.place / "assessment.json"
    assessment.write_text(json.dumps(records.assessment_of(proposal.record, home=both.japan)), encoding="utf-8")
    texts = []
    for what in (proposal.record[:8], proposal.incident, both.sent("proposal.zip"), assessment):
        done = hoshimori("brief", what, "--home", both.japan)
        assert done.code == 0, done.err
        texts.append(done.out)
    assert len({t.partition("\nSignatures\n")[0] for t in texts}) == 1
    assert any("nobody has signed" in t for t in texts)
    assert any("proposed: " in t for t in texts)
    assert "Consultation brief" in texts[0]
    page = both.place / "brief.html"
    assert hoshimori("brief", proposal.record[:8], "--out", page, "--lang", "ja", "--home", both.japan).code == 0
    assert "sato" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "hoshimori.incident/1"}', "no JSON"])
def test_a_file_that_is_no_assessment_gives_no_brief(text: str, both: Parties) -> None:
    file = both.place / "a.json"
    file.write_text(text)
    assert hoshimori("brief", file, "--home", both.japan).code == 2
    assert hoshimori("brief", "no-such-thing", "--home", both.japan).code == 2


@pytest.mark.parametrize("verb", ["verify", "receive"])
def test_what_is_no_bundle_is_refused_by_its_name(verb: str, both: Parties) -> None:
    page, empty = both.place / "page.zip", both.place / "empty"
    page.write_text("<html>")
    empty.mkdir()
    for what in (page, empty, both.place / "none.zip"):
        done = hoshimori(verb, what, "--home", both.japan)
        assert done.code == 7
        assert what.name in done.err
        assert "Traceback" not in done.err


def test_forget_needs_no_home_and_leaves_none(both: Parties, proposal: records.Record) -> None:
    stranger, nowhere = both.place / "stranger", both.place / "file"
    nowhere.touch()
    look = ("verify", both.sent("proposal.zip"), "--fingerprint", both.fingerprint, "--forget", "--home")
    assert hoshimori(*look, stranger).code == 0
    assert not stranger.exists()
    assert hoshimori(*look, nowhere / "home").code == 0
    assert hoshimori(*look, both.states).code == 0


def test_a_key_that_is_not_there_is_named(both: Parties) -> None:
    done = hoshimori("sign", assessed(both), "--key", both.place / "none.pem", "--home", both.japan)
    assert done.code == 2
    assert "none.pem: no such file" in done.err


def test_who_a_bundle_is_for_must_be_a_party_or_the_public(both: Parties, proposal: records.Record) -> None:
    done = hoshimori(
        "bundle", proposal.record[:8], "--key", both.pem("sato"), "--for", "AUS", "--out", both.place / "x", "--home", both.japan
    )
    assert done.code == 7
    assert "JPN, USA, or public" in done.err
    assert not (both.place / "x").exists()


def test_the_calls_refuse_as_the_verbs_do(both: Parties) -> None:
    with pytest.raises(UsageError, match="not in this ledger"):
        records.sign("JPN-2026-0001", both.keys["sato"], home=both.japan)


def test_every_code_by_which_the_ledger_refuses_is_in_the_handbook() -> None:
    source = Path(records.__file__).parents[1]
    written = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs" / "bundle.md", ROOT / "design" / "two-keys.md"))
    places = [*(source / "ledger").glob("*.py"), source / "doors" / "records.py", source / "doors" / "bundle_inputs.py"]
    codes = {
        str(call.args[0].value)
        for place in places
        for call in ast.walk(ast.parse(place.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Refused"
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert len(codes) > 40, "no codes found: has this pattern gone stale?"
    assert sorted(c for c in codes if f"`{c}`" not in written) == []
