"""The register of an alliance: what it holds, that it says no more than its sources, and that no mistake is passed over."""

from __future__ import annotations

import re
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

import hoshimori.alliance as package
from hoshimori.alliance.register import COMMITMENT_STATES, KINDS, STATUSES, Register, register
from hoshimori.errors import UsageError
from hoshimori.judgements import check_grade

BUILT_IN = Path(package.__file__).parent / "japan-us"
FIVE = ("S1", "S2", "S3", "S4", "S5")
HEARD = [f"C{n}" for n in range(1, 22)]
CLAUSES = (
    "T60-IV", "T60-V.1", "T60-V.2", "GL15-space", "GL15-ACM", "SCC19-cyber", "SCC23-space", "SCC23-case", "BLK23", "ADM23",
    "FA23", "A77-41", "OST-VIII", "OST-IX", "NATO21",
)  # fmt: skip
DECIDES = re.compile(r"\b(?:invok|trigger|activat)\w*|\bhostile\b|発動|敵対", re.I)
"""Words with which a treaty would be said to apply, or somebody to be an enemy: quoted from others at most, never ours."""


def at(day: str) -> np.datetime64:
    return np.datetime64(day, "us")


@pytest.fixture(scope="module")
def held() -> Register:
    return register()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "mine"
    shutil.copytree(BUILT_IN, place)
    return place


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(UsageError) as refused:
        register(folder)
    return str(refused.value)


def test_every_claim_of_the_five_articles_and_every_clause_has_its_row(held: Register) -> None:
    ids = [row.row_id for row in held.all_rows]
    assert [c for c in HEARD if not any(re.fullmatch(rf"{c}(-.*)?", i) for i in ids)] == []
    assert set(CLAUSES) <= {row.row_id for row in held.rows("clause")}
    sources = " ".join(row.source for row in held.all_rows)
    assert [s for s in FIVE if s not in sources] == []


def test_every_row_says_who_when_where_and_how_good(held: Register) -> None:
    for row in held.all_rows:
        check_grade(row.grade)
        assert row.title_ja != row.title, row.row_id
        assert row.source, row.row_id
        assert not row.known_utc < row.date_utc, row.row_id
        assert row.kind in KINDS
        assert all(s.status in STATUSES[row.kind] for s in row.history), row.row_id
        assert row.read_at or "checked" not in (row.wording, row.wording_ja), row.row_id


def test_article_four_is_worded_in_japanese_as_two_copies_have_it_and_its_english_is_marked(held: Register) -> None:
    row = held.row("T60-IV")
    assert (row.wording, row.wording_ja) == ("unchecked", "checked")
    assert row.quote_ja.startswith("締約国は、この条約の実施に関して随時協議し")


def test_what_the_reference_could_not_read_stays_marked_until_somebody_has_read_it(held: Register) -> None:
    assert {row.row_id for row in held.rows("clause") if row.wording == "unchecked"} == {
        "T60-IV", "GL15-space", "GL15-ACM", "SCC23-case",
    }  # fmt: skip


def test_the_words_of_the_statement_and_of_the_press_remark_are_kept_apart(held: Register) -> None:
    statement, remark = held.row("SCC23-space"), held.row("BLK23")
    assert "in certain circumstances" in statement.quote
    assert "depending on the nature" in remark.quote
    assert "depending on the nature" not in statement.quote
    assert remark.state(at("2023-02-01")).status == "remark"


def test_no_word_of_ours_says_that_a_treaty_applies_or_that_somebody_is_an_enemy(held: Register) -> None:
    ours = [(r.row_id, text) for r in held.all_rows for text in (r.title, r.title_ja, r.note, r.note_ja)]
    assert [(name, text) for name, text in ours if DECIDES.search(text)] == []


def test_a_contradiction_holds_at_both_ends_and_between_rows_that_exist(held: Register) -> None:
    pairs = {(row.row_id, other) for row in held.all_rows for other in row.contradicts}
    assert pairs == {(b, a) for a, b in pairs}
    assert {a for a, _ in pairs} <= set(held.by_id)
    assert all(a != b for a, b in pairs)


def test_said_at_one_end_it_holds_at_both(folder: Path) -> None:
    change(folder, "claims.toml", 'status = "explanation"\n', 'status = "explanation"\ncontradicts = ["C5-S3"]\n')
    mine = register(folder)
    assert mine.row("C5-S3").contradicts == ("C3-S3",)
    assert mine.row("C3-S3").contradicts == ("C5-S3",)


def test_certainty_in_one_article_stands_against_possibility_in_the_statement(held: Register) -> None:
    assert set(held.row("C1-S2").contradicts) == {"C1-S1", "C1-S3", "C1-S4", "SCC23-space", "BLK23"}


def test_disputes_are_groups_without_overlap_that_hold_every_contradicted_row(held: Register) -> None:
    groups = held.disputes()
    names = [row.row_id for group in groups for row in group]
    assert sorted(names) == sorted(set(names)) == sorted(r.row_id for r in held.rows(disputed=True))
    assert all(len(group) >= 2 for group in groups)
    assert {"C10-S2", "C10-S3", "C10-S4"} <= {r.row_id for g in groups for r in g if any(x.row_id == "C10-S4" for x in g)}


def test_the_three_sums_show_their_conflict_and_that_they_are_different_quantities(held: Register) -> None:
    sums = [held.row(name) for name in ("C10-S2", "C10-S3", "C10-S4")]
    assert all(set(s.contradicts) >= {o.row_id for o in sums if o is not s} for s in sums)
    assert all("Different quantities" in s.note for s in sums)
    assert [s.quote.split(" ")[0] for s in sums] == ["320", "51", "5"]


def test_an_objection_is_a_row_as_any_other(held: Register) -> None:
    row = held.row("C14")
    assert row.kind == "claim"
    assert "Wang Wenbin" in row.speaker
    assert row in held.rows("claim", disputed=True)
    assert "C14" in held.row("C13-S2").contradicts


def test_an_earlier_moment_knows_neither_later_rows_nor_contradictions_with_them(held: Register) -> None:
    before = held.rows(as_of=at("2023-01-11"))
    assert {"T60-IV", "ADM23", "SCC19-cyber"} <= {r.row_id for r in before}
    assert "SCC23-space" not in {r.row_id for r in before}
    adm23 = next(r for r in before if r.row_id == "ADM23")
    assert adm23.contradicts == ()
    assert held.row("ADM23").contradicts == ("OST-II-view",)
    assert held.rows(as_of=at("1960-06-22")) == ()


def test_knowledge_only_grows(held: Register) -> None:
    moments = sorted({row.known_utc for row in held.all_rows} | {s.known_utc for r in held.all_rows for s in r.history})
    seen: set[str] = set()
    for moment in moments:
        now = {r.row_id for r in held.rows(as_of=moment)}
        assert seen <= now
        seen = now
    assert seen == set(held.by_id)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2013-09-30", "unknown"),
        ("2013-10-05", "due"),
        ("2014-10-03T23:59", "due"),
        ("2014-10-04", "overdue-unknown"),
        ("2014-12-25", "overdue-unknown"),
        ("2014-12-26", "done"),
        ("2026-01-01", "done"),
    ],
)
def test_the_radar_was_due_then_past_its_day_then_done(held: Register, moment: str, status: str) -> None:
    """Announced 2013-10-03 for "over the next year"; delivered by defense.gov release 605330 of 2014-12-26."""
    row = held.row("radar-kyogamisaki")
    assert row.state(at(moment)).status == status
    assert (row.row_id in {r.row_id for r in held.due(at(moment))}) == (status in ("due", "overdue-unknown"))


def test_whether_known_rows_or_the_whole_register_are_asked_a_commitment_stands_the_same(held: Register) -> None:
    for moment in map(at, ("2014-11-01", "2023-12-01", "2026-11-21")):
        for row in held.rows("commitment", as_of=moment):
            assert row.state(moment) == held.row(row.row_id).state(moment)
            assert row.state(moment).status in COMMITMENT_STATES


def test_what_is_due_comes_with_the_earliest_first_and_leaves_out_what_is_done(held: Register) -> None:
    due = held.due(at("2024-06-01"))
    assert [r.row_id for r in due][:1] == ["mlr-okinawa"]
    assert list(due) == sorted(due, key=lambda r: r.due_utc)
    assert "radar-kyogamisaki" not in {r.row_id for r in due}
    assert "mlr-okinawa" not in {r.row_id for r in held.due(at("2026-01-01"))}


def test_due_before_is_a_strict_bound(held: Register) -> None:
    now = at("2024-06-01")
    assert [r.row_id for r in held.rows(as_of=now, due_before=at("2026-01-01"))] == ["mlr-okinawa"]
    assert held.rows(as_of=now, due_before=at("2025-12-31")) == ()


def test_text_is_found_whatever_its_case_and_in_either_language(held: Register) -> None:
    assert "BLK23" in {r.row_id for r in held.rows(text="DEPENDING ON THE NATURE")}
    assert "T60-IV" in {r.row_id for r in held.rows(text="随時協議")}
    assert held.rows(text="no such words anywhere") == ()


def test_filters_together_give_what_each_of_them_gives(held: Register) -> None:
    both = set(held.rows("claim", text="article 5", disputed=True))
    assert both == set(held.rows("claim")) & set(held.rows(text="article 5")) & set(held.rows(disputed=True))
    assert both


def test_assets_and_sensors_are_named_not_copied(held: Register) -> None:
    japan = held.row("JPN")
    assert japan.watchlists == ("japan-comms", "japan-all")
    assert japan.sensors == ("public",)
    assert {r.row_id for r in held.rows("party") if not r.of} == {"JPN", "USA"}


def test_a_row_is_found_in_any_case_and_an_unknown_one_is_refused_with_its_neighbours(held: Register) -> None:
    assert held.row("t60-iv") is held.row("T60-IV")
    with pytest.raises(UsageError, match=r"no row 'T60-VI' in the register japan-us; did you mean T60-IV"):
        held.row("T60-VI")
    with pytest.raises(UsageError, match="SCC23-space"):
        held.row("SCC23")
    with pytest.raises(UsageError, match="kind 'treaty': one of clause, commitment, claim, party"):
        held.rows("treaty")


def test_an_unknown_alliance_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no alliance 'japan-usa': built in is japan-us.*did you mean 'japan-us'"):
        register("japan-usa")
    with pytest.raises(UsageError, match="expected the folder that holds"):
        register(BUILT_IN / "clauses.toml")
    assert "no clauses.toml" in refusal(tmp_path)
    assert "no parties.toml" in refusal(tmp_path)


def test_a_folder_of_somebody_else_reads_as_the_built_in_one(folder: Path) -> None:
    mine, built_in = register(folder), register()
    assert list(map(repr, mine.all_rows)) == list(map(repr, built_in.all_rows))  # a time that is none equals nothing
    assert (mine.location, built_in.location) == (str(folder), "japan-us")


def test_claims_and_commitments_may_be_absent(folder: Path) -> None:
    keep(folder, "clauses.toml", 'id = "T60-IV"')
    (folder / "claims.toml").unlink()
    (folder / "commitments.toml").unlink()
    assert {r.kind for r in register(folder).all_rows} == {"clause", "party"}


def keep(folder: Path, name: str, mark: str) -> None:
    """Only the first row, which holds the mark."""
    head, first, *_ = (folder / name).read_text(encoding="utf-8").split("[[clause]]")
    assert mark in first
    (folder / name).write_text(f"{head}[[clause]]{first}", encoding="utf-8")


def test_a_file_that_was_meant_for_the_register_is_not_passed_over(folder: Path) -> None:
    (folder / "claims.toml").rename(folder / "claim.toml")
    assert "claim.toml: expected the name claims.toml" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("clauses.toml", 'grade = "A2"', 'grade = "G2"', "grade='G2'"),
        ("clauses.toml", 'wording = "unchecked"', 'wording = "sure"', "one of checked, unchecked, paraphrase"),
        ("clauses.toml", "date = 1960-06-23", "date = 1960-06-24", "nothing is known before it was said"),
        ("clauses.toml", 'wording_ja = "checked"\n', "", "given where quote_ja is given"),
        ("clauses.toml", 'speaker = "Japan', 'speeker = "Japan', "speeker="),
        ("clauses.toml", 'status = "in-force"', 'status = "invoked"', "one of in-force, statement"),
        ("clauses.toml", 'contradicts = ["C2-S1"]', 'contradicts = ["C2-S9"]', "did you mean 'C2-S"),
        ("clauses.toml", 'contradicts = ["C2-S1"]', 'contradicts = ["T60-V.1"]', "another row than itself"),
        ("clauses.toml", 'id = "T60-V.2"', 'id = "T60-V.1"', "an id that no other row has"),
        ("claims.toml", 'id = "C1-S1"', 'id = "T60-IV"', "has it too"),
        ("commitments.toml", "due = 2014-10-03", 'due = "soon"', "the last day for it"),
        ("commitments.toml", 'status = "done"', 'status = "finished"', "history.2.status"),
        ("commitments.toml", 'rests_on = ["C18-S5"]', 'rests_on = ["C99"]', "the id of a row"),
        ("parties.toml", 'sensors = ["public"]', 'sensors = ["secret"]', "built in are public"),
        ("parties.toml", '"japan-comms", "japan-all"', '"japan-none"', "built in are japan-comms, japan-all"),
        ("parties.toml", 'of = ["JPN"]', 'of = ["SCC"]', "the id of a party"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_what_was_expected(folder: Path, name: str, old: str, new: str, said: str) -> None:
    change(folder, name, old, new)
    message = refusal(folder)
    assert said in message
    assert f"{folder}/{name}" in message


def test_a_checked_wording_needs_the_place_at_which_it_was_read(folder: Path) -> None:
    change(folder, "claims.toml", 'quote = "ground-based', 'quote_ja = "x"\nwording_ja = "checked"\nquote = "ground-based')
    assert "read_at" in refusal(folder)


def test_mistakes_in_several_files_and_between_them_come_back_together(folder: Path) -> None:
    edits: list[tuple[str, str, str]] = [
        ("clauses.toml", 'grade = "A2"', 'grade = "Z9"'),
        ("claims.toml", 'status = "claimed"', 'status = "true"'),
        ("commitments.toml", 'rests_on = ["C18-S5"]', 'rests_on = ["C99"]'),
    ]
    for edit in edits:
        change(folder, *edit)
    message = refusal(folder)
    assert [said for said in ("'Z9'", "'true'", "'C99'") if said not in message] == []


def test_a_text_that_is_no_toml_is_told_apart_from_rows_that_name_it(folder: Path) -> None:
    (folder / "claims.toml").write_text("[[claim", encoding="utf-8")
    message = refusal(folder)
    assert "not valid TOML" in message
    assert "the id of a row" not in message


def test_rows_are_frozen(held: Register) -> None:
    with pytest.raises(FrozenInstanceError):
        held.all_rows[0].grade = "A1"  # type: ignore[misc]
