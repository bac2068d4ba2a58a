"""`alliance` as a person and a program use it: every row with its doubts in sight, in both languages and at any width."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

import hoshimori.alliance as package
from hoshimori.alliance.register import COMMITMENT_STATES, KINDS, STATUSES, WORDINGS
from hoshimori.alliance.register import register as register_of
from hoshimori.doors import alliance as calls
from hoshimori.doors.english_alliance import ALLIANCE as EN
from hoshimori.doors.japanese_alliance import ALLIANCE as JA
from hoshimori.errors import UsageError
from tests.command import hoshimori
from tests.doors.test_words import fields

KEYS = {
    "schema", "alliance", "id", "kind", "title", "title_ja", "quote", "wording", "quote_ja", "wording_ja", "speaker",
    "speaker_ja", "date", "known", "source", "read_at", "grade", "status", "status_since", "status_said_by", "history", "due",
    "contradicts", "rests_on", "of", "watchlists", "sensors", "note", "note_ja", "as_of",
}  # fmt: skip
NOW = ("--as-of", "2026-11-21")


def whole(text: str) -> str:
    """Without the breaks and the spaces that the width of a terminal makes."""
    return re.sub(r"\s+", "", text)


def test_json_has_one_line_for_each_row_with_all_that_is_held() -> None:
    done = hoshimori("alliance", "--json", *NOW)
    assert done.code == 0, done.err
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [r["id"] for r in rows] == [r.row_id for r in register_of().rows(as_of=np.datetime64("2026-11-21", "us"))]
    assert all(r["schema"] == "hoshimori.register-row/1" and set(r) == KEYS for r in rows)
    by_id = {r["id"]: r for r in rows}
    assert by_id["T60-IV"]["wording"] == "unchecked"
    assert by_id["T60-IV"]["due"] is None
    assert by_id["mlr-okinawa"]["due"] == "2025-12-31"
    assert by_id["SCC23-space"]["contradicts"] == ["C1-S2"]


def test_the_library_gives_what_the_command_gives() -> None:
    rows = calls.register(kind="commitment", as_of="2026-11-21")
    said = hoshimori("alliance", "--kind", "commitment", "--json", *NOW).out.splitlines()
    assert [r.row_id for r in rows] == [json.loads(line)["id"] for line in said]
    assert calls.register(row="ost-ix")[0].row_id == "OST-IX"


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_and_holds_every_row(lang: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = hoshimori("alliance", "--lang", lang, *NOW)
    assert done.code == 0, done.err
    assert max(cell_len(line) for line in done.out.splitlines()) <= columns
    firsts = {line.split(" ")[0] for line in done.out.splitlines() if line} | {
        line.split(" ")[1] for line in done.out.splitlines() if line.startswith(" ") and len(line.split(" ")) > 1
    }
    assert {r.row_id for r in register_of().all_rows} <= firsts


def test_an_unchecked_wording_is_marked_in_the_table_and_on_its_own_page() -> None:
    for lang, w in (("en", EN), ("ja", JA)):
        table = hoshimori("alliance", "--kind", "clause", "--lang", lang, *NOW).out
        for name in ("GL15-ACM", "SCC23-case"):
            line = whole(table).split(name)[1]
            assert whole(w["wording unchecked"]) in line[:90], (lang, name)
            page = hoshimori("alliance", name, "--lang", lang, *NOW).out
            assert f"[{whole(w['wording unchecked'])}]" in whole(page)
        assert whole(w["wording unchecked"]) not in whole(hoshimori("alliance", "T60-V.1", "--lang", lang, *NOW).out)


@pytest.mark.parametrize("name", [r.row_id for r in register_of().all_rows])
def test_one_row_shows_everything_that_is_held_of_it(name: str) -> None:
    row = register_of().row(name)
    page = whole(hoshimori("alliance", name, *NOW).out)
    reliability, credibility = EN[f"reliability {row.grade[0]}"], EN[f"credibility {row.grade[1]}"]
    for text in (row.quote, row.quote_ja, row.speaker, row.source, row.note, reliability, credibility, *row.read_at):
        assert whole(text) in page
    for other in (*row.contradicts, *row.rests_on):
        assert whole(f"{other}: {register_of().row(other).title}") in page
    assert whole(EN[f"wording {row.wording}"]) in page


def test_a_row_in_japanese_has_its_title_speaker_and_grade_in_japanese() -> None:
    page = hoshimori("alliance", "C14", "--lang", "ja", *NOW).out
    for text in ("異議: 第三者の利益を害してはならない", "汪文斌", JA["reliability C"], JA["credibility 2"]):
        assert text in page


def test_disputes_stand_side_by_side_with_the_reason() -> None:
    done = hoshimori("alliance", "--disputed", *NOW)
    groups = done.out.split(EN["group"])[1:]
    assert len(groups) == len(register_of().disputes())
    (sums,) = [g for g in groups if "C10-S3" in g]
    assert "C10-S2" in sums
    assert "C10-S4" in sums
    assert "different quantities" in " ".join(sums.split()).lower()


def test_what_is_due_before_a_day_as_it_was_known_then() -> None:
    done = hoshimori("alliance", "--due", "2015-01-01", "--as-of", "2014-12-01", "--json")
    assert [(r["id"], r["status"]) for r in map(json.loads, done.out.splitlines())] == [
        ("radar-kyogamisaki", "overdue-unknown"),
        ("guidelines-revision", "due"),
    ]
    shown = hoshimori("alliance", "--due", "2015-01-01", "--as-of", "2014-12-01").out
    assert "past its day" in shown


def test_text_narrows_and_nothing_found_is_said() -> None:
    assert "BLK23" in hoshimori("alliance", "--text", "depending on the nature").out
    assert EN["nothing"] in hoshimori("alliance", "--text", "no such words").out
    assert hoshimori("alliance", "--text", "no such words", "--json").out == ""


def test_every_answer_ends_by_saying_what_a_row_is_not() -> None:
    for words in (("alliance",), ("alliance", "T60-V.1"), ("alliance", "--disputed")):
        assert whole(hoshimori(*words).out).endswith(whole(EN["law"]))


def test_our_words_never_say_that_a_treaty_applies() -> None:
    decides = re.compile(r"invok|trigger|activat|hostile|発動|敵対", re.I)
    assert [key for table in (EN, JA) for key, text in table.items() if decides.search(text)] == []


def test_another_alliance_is_another_folder(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(Path(package.__file__).parent / "japan-us", mine)
    text = (mine / "clauses.toml").read_text(encoding="utf-8")
    (mine / "clauses.toml").write_text(text.replace('id = "japan-us"', 'id = "ours"', 1), encoding="utf-8")
    assert json.loads(hoshimori("alliance", "T60-IV", "--alliance", mine, "--json").out)["alliance"] == "ours"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("T60-VI",), "did you mean T60-IV"),
        (("--kind", "treaty"), "one of clause, commitment, claim, party"),
        (("--alliance", "japan-usa"), "did you mean 'japan-us'"),
        (("--as-of", "data"), "expected a time such as 2023-01-12, or now"),
        (("--due", "soon"), "expected ISO 8601"),
        (("T60-IV", "--disputed"), "together with --disputed"),
        (("SCC23-space", "--as-of", "2023-01-11"), "known from 2023-01-12 on"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(words: tuple[str, ...], said: str) -> None:
    done = hoshimori("alliance", *words)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def test_a_row_that_was_not_yet_known_is_refused_to_a_program_too() -> None:
    with pytest.raises(UsageError, match="could not have been known"):
        calls.register(row="BLK23", as_of="2022-12-31")


def test_both_tables_have_the_same_keys_and_values() -> None:
    assert sorted(EN) == sorted(JA)
    assert [key for key in EN if fields(EN[key]) != fields(JA[key])] == []
    assert [key for key in EN if not EN[key].strip() or not JA[key].strip()] == []


def test_there_is_a_word_for_every_kind_status_wording_and_grade() -> None:
    statuses = {s for kind in STATUSES.values() for s in kind} | set(COMMITMENT_STATES)
    wanted = {f"status {s}" for s in statuses} | {f"wording {s}" for s in WORDINGS}
    wanted |= {f"{what} {kind}" for kind in KINDS for what in ("kind", "many")}
    wanted |= {f"reliability {letter}" for letter in "ABCDEF"} | {f"credibility {n}" for n in range(1, 7)}
    assert sorted(wanted - set(EN)) == []
