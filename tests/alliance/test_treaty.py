"""The questions of a treaty: the built-in gates against its texts, and every mistake in a file of one's own at once."""

from __future__ import annotations

import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from hoshimori.alliance.register import register
from hoshimori.alliance.treaty import Treaty, treaty
from hoshimori.errors import UsageError

BUILT_IN = Path(str(files("hoshimori.alliance") / "japan-us"))


@pytest.fixture(scope="module")
def ours() -> Treaty:
    return treaty()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An alliance of one's own: a copy of the built-in folder."""
    return Path(shutil.copytree(BUILT_IN, tmp_path / "another"))


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "gates.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text, "the text to change is not there: has gates.toml moved on?"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_the_gates_stand_in_order_and_the_last_is_for_ministers(ours: Treaty) -> None:
    assert [g.id for g in ours.gates] == ["G0", "G1", "G2", "G3", "G4", "G5"]
    assert [g.id for g in ours.gates if g.human_only] == ["G5"]
    assert ours.consultation == "G3"
    assert ours.parties == ("JPN", "USA")


def test_consultation_rests_on_article_four_and_on_no_word_of_article_five(ours: Treaty) -> None:
    """The two articles are two gates: "threatened" (IV) is a lower one than "armed attack in the territories" (V)."""
    deciding = [c for g in ours.gates[:4] for c in g.criteria if c.decides]
    assert "T60-IV" in {name for c in deciding for name in c.clauses}
    assert not [c.id for c in deciding if any(name.startswith("T60-V") for name in c.clauses)]
    assert not [c.id for c in deciding if "SCC23-space" in c.clauses]


def test_nothing_that_rests_on_article_five_is_ever_decided_here(ours: Treaty) -> None:
    closed = {g.id for g in ours.gates if g.human_only}
    resting = [c for c in ours.criteria.values() if any(name.startswith("T60-V") for name in c.clauses)]
    assert resting
    assert [c.id for c in resting if c.gate not in closed and c.decides] == []


def test_whether_a_satellite_is_under_administration_is_an_interpretation_for_a_person(ours: Treaty) -> None:
    one = ours.criterion("under-administration")
    assert (one.judged_by, one.decides) == ("person", False)
    assert ours.clauses["ADM23"].state(ours.clauses["ADM23"].known_utc).status == "interpretation"
    assert ours.clauses["ADM23"].grade == "B2"


def test_the_civil_framework_agreement_feeds_no_question(ours: Treaty) -> None:
    assert "FA23" in register().by_id
    assert "FA23" not in ours.clauses


def test_every_clause_named_is_a_clause_of_the_register(ours: Treaty) -> None:
    assert set(ours.clauses) == {name for c in ours.criteria.values() for name in c.clauses}
    assert {row.kind for row in ours.clauses.values()} == {"clause"}


def test_factors_of_force_are_a_profile_and_carry_no_weight(ours: Treaty) -> None:
    factors = [c for c in ours.criteria.values() if c.id.startswith("factor-")]
    assert len(factors) == 8
    assert {(c.judged_by, c.decides) for c in factors} == {("person", False)}
    assert not re.search(r"^(weight|points|score|pass)\b", (BUILT_IN / "gates.toml").read_text(encoding="utf-8"), re.M)


def test_every_question_is_asked_in_both_languages(ours: Treaty) -> None:
    for c in ours.criteria.values():
        assert c.question.endswith(("?", ".")), c.id
        assert re.search("[ぁ-ん]", c.question_ja), c.id


def test_another_alliance_is_another_folder(folder: Path, ours: Treaty) -> None:
    other = treaty(folder)
    assert (other.criteria, other.gates, other.version) == (ours.criteria, ours.gates, ours.version)
    assert treaty(changed(folder, "Information sharing is due", "Information is shared")).version != ours.version


def test_a_folder_of_the_same_name_does_not_stand_in_for_the_built_in(
    tmp_path: Path, ours: Treaty, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "japan-us").mkdir()
    monkeypatch.chdir(tmp_path)
    assert treaty().version == ours.version


def test_an_unknown_clause_is_refused_with_the_nearest_ids(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"clauses='T60-4'.*did you mean.*T60-IV"):
        treaty(changed(folder, 'clauses = ["T60-IV"]', 'clauses = ["T60-4"]'))


def test_a_row_that_is_no_clause_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="a clause of the register; JPN is a party"):
        treaty(changed(folder, 'clauses = ["T60-IV"]', 'clauses = ["JPN"]'))


ARTICLE_FIVE = 'clauses = ["SCC23-space", "SCC23-case"'
MISTAKES = [
    ('rule = "party_owns"\n', "", "the rule by which the machine answers"),
    ('facts = ["effect_seen"]\n', 'rule = "effect_seen"\n', "no rule where a person answers"),
    (f'judged_by = "person"\n{ARTICLE_FIVE}', f'judged_by = "machine"\nrule = "effect_seen"\n{ARTICLE_FIVE}', "for people alone"),
    ('id = "G4"', 'id = "G4"\nhuman_only = true', "person: its gate is for people alone"),
    ('id = "G3"', 'id = "G3"\nhuman_only = true', "gates for people alone stand last"),
    ('id = "party-owns"', 'id = "evidence-held"', "an id that no other row has"),
    ('gate = "G1"', 'gate = "G9"', "one of the gates G0, G1, G2, G3, G4, G5"),
    ('gate = "G2"', 'gate = "G1"', "a gate with at least one criterion that decides"),
    ('consultation = "G3"', 'consultation = "G5"', "a gate that is not for people alone"),
    ('consultation = "G3"\n', "", "the gate at which the output stops .missing."),
    ('judged_by = "machine"', 'judged_by = "ministers"', "one of machine, person"),
    ("decides = false\n", 'decides = "no"\n', "true or false"),
    ('question = "Was the', 'Question = "Was the', "one of the keys id, gate, question"),
    ('id = "japan-us"', 'id = "japan-us', "not valid TOML"),
]


@pytest.mark.parametrize(("old", "new", "expected"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_a_mistake_is_named_with_what_was_expected(folder: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        treaty(changed(folder, old, new))


def test_mistakes_come_back_together(folder: Path) -> None:
    changed(folder, 'clauses = ["T60-IV"]', 'clauses = ["T60-4"]')
    with pytest.raises(UsageError, match="2 mistakes in these gates; nothing was used") as refusal:
        treaty(changed(folder, 'gate = "G1"', 'gate = "G9"'))
    assert "T60-4" in str(refusal.value)
    assert "G9" in str(refusal.value)


def test_a_folder_without_gates_says_what_to_add(folder: Path) -> None:
    (folder / "gates.toml").unlink()
    with pytest.raises(UsageError, match=r"expected the questions of the alliance in a file gates\.toml"):
        treaty(folder)


def test_an_unknown_question_is_refused_with_the_nearest(ours: Treaty) -> None:
    with pytest.raises(UsageError, match="did you mean security-threatened"):
        ours.criterion("security-threatend")
    with pytest.raises(UsageError, match="one of G0, G1"):
        ours.gate("G7")
