"""`incident` as a person and a program use it: from the finding to the assessment, each refusal before anything is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

import hoshimori as library
from hoshimori.alliance.treaty import treaty
from hoshimori.doors import evidence, incidents, nature
from hoshimori.doors.ledgers import ledger
from hoshimori.errors import Refused, UsageError
from hoshimori.facts import DataMode
from hoshimori.judgements import Marking, Tlp
from hoshimori.ledger.home import now_utc
from tests.command import hoshimori
from tests.conftest import Practice

CASE = ("--by", "A. Sato", "--party", "JPN", "--owner", "JPN")


@pytest.fixture
def case(home: Path, tmp_path: Path) -> str:
    """An incident with the evidence of the template."""
    opened = incidents.open_incident("A visitor", by="A. Sato", party="JPN", owners=["JPN"])
    file = tmp_path / "evidence.toml"
    file.write_text(evidence.TEMPLATE, encoding="utf-8")
    incidents.add_evidence(opened.incident_id, file)
    return opened.incident_id


def held(home: Path) -> int:
    """How many incidents a home holds."""
    return len(incidents.incidents(home=home))


def test_findings_of_a_watch_become_an_assessment_that_says_exercise(practice: Practice, home: Path, tmp_path: Path) -> None:
    events = practice.out / "events.jsonl"
    opened = hoshimori("incident", "open", "A visitor", *CASE, "--mode", "EXERCISE", "--event", events, "--json")
    assert opened.code == 0, opened.err
    number, added = opened.json["id"], opened.json["added"]
    assert re.fullmatch(r"JPN-\d{4}-0001", number)
    assert added["items"]
    assert added["passed_over"] == 0
    again = hoshimori("incident", "add", number, "--event", events, "--json").json
    assert again["items"] == []
    assert again["passed_over"] == len(added["items"])

    made = hoshimori("incident", "assess", number, "--json").json
    assert made["schema"] == "hoshimori.assessment/1"
    assert made["data_mode"] == "EXERCISE"
    assert {i["id"] for i in made["items"]} == set(added["items"])
    assert sum(o["value"] for o in made["bayes"]["odds"].values()) == pytest.approx(1.0)
    for lang in ("en", "ja"):
        out = tmp_path / f"brief.{lang}.html"
        said = hoshimori("incident", "assess", number, "--lang", lang, "--out", out)
        assert "EXERCISE EXERCISE EXERCISE" in said.out
        assert "EXERCISE" in out.read_text(encoding="utf-8")
        assert max(cell_len(line) for line in said.out.splitlines() if not line.startswith(("wrote", "書"))) <= 80


def test_only_findings_with_the_digits_given_are_added(practice: Practice, home: Path) -> None:
    events = [e for e in practice.sweep.events if e.kind == "stay"]
    opened = incidents.open_incident("A visitor", by="A", party="JPN", data_mode=DataMode.EXERCISE)
    chosen = incidents.findings(events, only=[events[0].event_id[:6]])
    assert [e.event_id for e in chosen] == [events[0].event_id]
    items = incidents.add_findings(opened.incident_id, events, only=[events[0].event_id[:6]]).items
    assert {i.event_id for i in incidents.incident(opened.incident_id).items} == {events[0].event_id}
    assert items


def test_an_exercise_joins_no_real_incident_and_none_is_opened_in_vain(practice: Practice, home: Path) -> None:
    done = hoshimori("incident", "open", "A visitor", *CASE, "--event", practice.out / "events.jsonl")
    assert done.code == 7
    assert "EXERCISE" in done.err
    assert "--mode" in done.err
    lost = hoshimori("incident", "open", "A visitor", *CASE, "--event", home / "none.jsonl")
    assert lost.code == 2
    assert held(home) == 0


def test_an_edited_finding_is_refused(practice: Practice, case: str) -> None:
    event = json.loads((practice.out / "events.jsonl").read_text(encoding="utf-8").splitlines()[0])
    with pytest.raises(UsageError, match="it was changed"):
        incidents.findings([event | {"label": "something else"}])
    with pytest.raises(UsageError, match="it has no field 'kind'"):
        incidents.findings([{k: v for k, v in event.items() if k != "kind"}])


@pytest.mark.parametrize(
    ("options", "code", "part"),
    [
        (("", "--by", "A", "--party", "JPN"), 2, "title"),
        (("T", "--by", " ", "--party", "JPN"), 2, "by"),
        (("T", "--by", "A", "--party", "AUS"), 7, "JPN, USA"),
        (("T", *CASE, "--alliance", "nato"), 2, "japan-us"),
        (("T", *CASE, "--owner", "Japan"), 2, "alpha-3"),
        (("T", *CASE, "--subject", "JCSAT"), 2, "catalogue number"),
        (("T", *CASE, "--subject", "0"), 2, "catalogue number"),
        (("T", *CASE, "--start", "yesterday"), 2, "ISO 8601"),
        (("T", *CASE, "--start", "2900-01-01"), 7, "future"),
        (("T", *CASE, "--start", "2026-02-02", "--stop", "2026-02-01"), 2, "after stop"),
        (("T", *CASE, "--tlp", "PINK"), 2, "AMBER+STRICT"),
        (("T", *CASE, "--releasable-to", "japan"), 2, "alpha-3"),
    ],
)
def test_what_cannot_be_opened_says_why_and_leaves_nothing(options: tuple[str, ...], code: int, part: str, home: Path) -> None:
    done = hoshimori("incident", "open", *options)
    assert (done.code, held(home)) == (code, 0)
    assert part in done.err


def test_a_ledger_is_that_of_one_party(case: str, home: Path) -> None:
    done = hoshimori("incident", "open", "T", "--by", "B", "--party", "USA")
    assert done.code == 7
    assert "that of JPN" in done.err
    assert held(home) == 1


def test_unknown_names_are_met_with_the_nearest(case: str) -> None:
    wrong = case[:-1] + "9"
    for words in (("show", wrong), ("assess", wrong), ("add", wrong, "--evidence", "x.toml")):
        done = hoshimori("incident", *words)
        assert done.code == 2
        assert f"did you mean {case}" in done.err
    answer = hoshimori("incident", "judge", case, "security-threaten", "met", *CASE[:4], "--reason", "r")
    assert answer.code == 7
    assert "did you mean security-threatened" in answer.err
    assert hoshimori("incident", "indicators", "no-such-word").code == 2


def test_nothing_to_add_says_what_to_give(case: str) -> None:
    done = hoshimori("incident", "add", case)
    assert done.code == 2
    assert "--event" in done.err
    assert "--evidence" in done.err


def test_what_is_known_later_takes_no_part_in_an_assessment_of_before(case: str) -> None:
    before = incidents.assess_incident(case, as_of="2026-05-01T00:00:00Z")
    assert before["items"] == []
    assert before["claims"] == []
    assert before["left_out"]["known_later"] == 2
    assert before["verdict"] == "undetermined"
    between = incidents.assess_incident(case, as_of="2026-05-25T12:00:00Z")
    assert len(between["items"]) == 1
    assert between["claims"] == []
    assert between["left_out"]["known_later"] == 1
    assert hoshimori("incident", "assess", case, "--as-of", "2900-01-01").code == 7


def test_the_ledger_as_it_stood_is_another_question_than_what_could_be_known(case: str, tmp_path: Path) -> None:
    between = now_utc()
    more = evidence.TEMPLATE.replace("1.2 +- 0.2", "1.4 +- 0.1").split("[[claim]]")[0]
    (tmp_path / "more.toml").write_text(more, encoding="utf-8")
    incidents.add_evidence(case, tmp_path / "more.toml")
    assert len(incidents.incident(case, recorded_by=str(between)).items) == 1
    assert len(incidents.incident(case).items) == 2
    assert len(incidents.assess_incident(case, as_of="2026-06-01")["items"]) == 2
    assert hoshimori("incident", "show", case, "--recorded-by", "2020-01-01").code == 2


def test_answers_of_persons_are_kept_and_never_overwritten(case: str) -> None:
    ask = ("incident", "judge", case, "affected-or-threatened")
    first = hoshimori(*ask, "met", *CASE[:4], "--reason", "It must plan burns.", "--json").json
    again = hoshimori(*ask, "not met", *CASE[:4], "--reason", "No.")
    assert again.code == 7
    assert first["id"] in again.err
    other = ("--by", "C. Abe", "--party", "JPN", "--reason", "It kept its distance.")
    assert hoshimori(*ask, "not met", *other).code == 7
    assert hoshimori(*ask, "not met", *other, "--dissent").code == 0
    taken = hoshimori(*ask, "undetermined", *CASE[:4], "--reason", "Not yet.", "--supersedes", first["id"][:8], "--json").json
    assert taken["supersedes"] == first["id"]
    shown = hoshimori("incident", "show", case)
    assert [len(re.findall(word, shown.out)) for word in ("; dissent;", "; superseded;")] == [1, 1]
    assert "充足" in hoshimori("incident", "show", case, "--lang", "ja").out
    gates = {g["id"]: g for g in incidents.assess_incident(case)["gates"]}
    assert len(gates["G1"]["criteria"][1]["by"]) == 3


@pytest.mark.parametrize("criterion", ["certain-circumstances", "party-owns", "no-such-question"])
def test_ministers_facts_and_unknown_questions_take_no_answer(criterion: str, case: str) -> None:
    done = hoshimori("incident", "judge", case, criterion, "met", *CASE[:4], "--reason", "r")
    assert done.code == 7
    assert incidents.incident(case).judgements == ()


@pytest.mark.parametrize(("answer", "by", "reason"), [("maybe", "A", "r"), ("met", " ", "r"), ("met", "A", " ")])
def test_an_answer_needs_a_word_a_name_and_a_reason(answer: str, by: str, reason: str, case: str) -> None:
    done = hoshimori("incident", "judge", case, "security-threatened", answer, "--by", by, "--party", "JPN", "--reason", reason)
    assert done.code == 2
    assert incidents.incident(case).judgements == ()


def test_what_a_reader_may_not_have_is_left_out_before_anything_is_weighed(case: str, tmp_path: Path) -> None:
    plain = incidents.assess_incident(case, releasable_to=["USA"])
    marked = evidence.TEMPLATE.replace("1.2 +- 0.2", "1.4 +- 0.1").split("[[claim]]")[0]
    (tmp_path / "own.toml").write_text(marked, encoding="utf-8")
    incidents.add_evidence(case, tmp_path / "own.toml", marking=Marking(Tlp.AMBER, frozenset({"JPN"})))
    own = incidents.assess_incident(case, releasable_to=["JPN"])
    shared = incidents.assess_incident(case, releasable_to=["JPN", "USA"])
    assert own["marking"] == {"tlp": "AMBER", "releasable_to": ["JPN"]}
    assert own["left_out"]["not_releasable"] == 0
    assert shared["left_out"]["not_releasable"] == 1
    assert shared["bayes"] == plain["bayes"]
    assert shared["marking"] == {"tlp": "CLEAR"}
    assert "1.4 +- 0.1" not in json.dumps(shared)


def test_a_brief_of_another_kind_is_refused_before_an_assessment_is_kept(case: str, tmp_path: Path) -> None:
    done = hoshimori("incident", "assess", case, "--out", tmp_path / "brief.docx")
    assert done.code == 2
    assert incidents.assessments(case) == []


def test_every_list_is_one_json_object_a_line(case: str) -> None:
    for words in (("list",), ("gates",), ("indicators",), ("indicators", "burn")):
        lines = hoshimori("incident", *words, "--json").out.splitlines()
        assert lines
        assert all(json.loads(line)["schema"].startswith("hoshimori.") for line in lines)
    for words in (("show", case), ("assess", case)):
        assert json.loads(hoshimori("incident", *words, "--json").out)["schema"].startswith("hoshimori.")


def test_the_gates_are_those_of_the_treaty_in_both_languages() -> None:
    en, ja = (hoshimori("incident", "gates", "--lang", lang).out for lang in ("en", "ja"))
    for gate in treaty().gates:
        assert gate.title in en
        assert gate.title_ja in ja
        for c in gate.criteria:
            assert c.question in en
            assert c.question_ja in ja
    assert not re.search(r" $", en + ja, re.M)


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_tables_fit_and_break_no_id_date_or_colour(lang: str, columns: str, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    incidents.open_incident("A very long title of an incident that does not fit into one line of a table", by="A", party="JPN")
    for words in (("list",), ("show", case), ("indicators", "burn")):
        said = hoshimori("incident", *words, "--lang", lang).out
        assert max(cell_len(line.rstrip()) for line in said.splitlines()) <= int(columns)
    listed = hoshimori("incident", "list", "--lang", lang).out
    today = str(incidents.incident(case).opened_utc)[:10]
    assert case in listed
    assert today in listed
    assert "TLP:CLEAR" in listed


def test_an_empty_ledger_says_so(home: Path) -> None:
    assert hoshimori("incident", "list").out == "No incident in this ledger.\n"
    assert hoshimori("incident", "list", "--lang", "ja").out == "この台帳に事案はありません。\n"
    assert hoshimori("incident", "list", "--json").out.strip() == ""


def test_a_folder_that_cannot_be_written_is_a_refusal_of_the_ledger(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = hoshimori("incident", "open", "T", *CASE, "--home", tmp_path / "file")
    assert done.code == 7
    assert "unchanged" in done.err


def test_the_calls_are_those_of_the_library(case: str) -> None:
    assert library.open_incident is incidents.open_incident
    assert library.judge is incidents.judge
    assert library.assess_incident(case)["incident"]["id"] == case
    with pytest.raises(Refused):
        library.judge(case, "certain-circumstances", "met", by="A", party="JPN", reason="r")


def test_a_record_never_points_to_a_folder_of_rules(tmp_path: Path) -> None:
    """Another's record could else make a reader load rules from wherever it says."""
    (tmp_path / "japan-us").mkdir()
    with pytest.raises(UsageError, match="HOSHIMORI_ALLIANCE"):
        nature.rules_named(str(tmp_path / "japan-us"))
    assert nature.rules_for("japan-us").alliance_id == "japan-us"


def test_a_finding_of_another_kind_of_data_leaves_nothing_behind(practice: Practice, home: Path) -> None:
    opened = incidents.open_incident("Real", by="A. Sato", party="JPN", home=home)
    with ledger(home) as book:
        before = book.journal.size()
        visit = next(e for e in practice.sweep.events if e.kind == "stay" and not e.normal)
        with pytest.raises(Refused) as refused:
            incidents.add_findings(opened.incident_id, [visit], home=home)
        assert refused.value.code == "data-mode"
        assert book.journal.size() == before


def test_a_piece_of_evidence_is_not_marked_anew_nor_counted_twice(case: str, home: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="already, marked TLP:CLEAR, not TLP:AMBER") as refused:
        incidents.add_evidence(case, tmp_path / "evidence.toml", marking=Marking(Tlp.AMBER))
    assert refused.value.code == "marked-otherwise"
    assert len(incidents.incident(case).items) == 1
