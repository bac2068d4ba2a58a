"""Files of evidence: the template reads as it says, every mistake is named at once, and nothing of a file with one is used."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori.doors import evidence
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.judgements import CLEAR, Marking, Tlp

ROW: dict[str, Any] = tomllib.loads(evidence.TEMPLATE)["item"][0]
CLAIM: dict[str, Any] = tomllib.loads(evidence.TEMPLATE)["claim"][0]


def read(*items: dict[str, Any], claims: tuple[dict[str, Any], ...] = (), marking: Marking = CLEAR) -> evidence.Evidence:
    return evidence.from_rows({"item": list(items), "claim": list(claims)}, "e.toml", data_mode=DataMode.REAL, marking=marking)


def refused(data: Any) -> str:
    with pytest.raises(UsageError) as error:
        evidence.from_rows(data, "e.toml", data_mode=DataMode.REAL)
    return str(error.value)


def test_the_template_is_one_item_and_one_claim_with_two_times(tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    file.write_text(evidence.TEMPLATE, encoding="utf-8")
    told = evidence.read(file, data_mode=DataMode.EXERCISE)
    (item,), (claim,) = told.items, told.claims
    assert (item.indicator, item.seen, item.grade) == ("second_body_came_by_burns", True, "B2")
    assert item.t_utc == np.datetime64("2026-05-24T06:30")
    assert item.known_utc == np.datetime64("2026-05-25T09:00")
    assert (claim.kind, claim.about) == ("denial", item.indicator)
    assert {item.data_mode, claim.data_mode} == {DataMode.EXERCISE}


def test_every_mistake_of_a_file_is_named_with_its_row_and_what_was_expected() -> None:
    wrong = {**ROW, "seen": "yes", "grade": "Z9", "t": "2026-05-24", "indicator": "second_body_came_by_burn", "extra": 1}
    said = refused({"item": [ROW, wrong], "claim": [{**CLAIM, "kind": "rumour", "tlp": "BLUE", "releasable_to": ["Japan"]}]})
    for part in ("seen='yes'", "grade='Z9'", "t='2026-05-24'", "extra=", "kind='rumour'", "tlp='BLUE'", "releasable_to="):
        assert part in said
    assert "nearest: second_body_came_by_burns" in said
    assert "(record 2)" in said
    assert "8 mistakes; nothing was used" in said


@pytest.mark.parametrize(
    "data",
    [{"item": 3}, {"item": ["a"]}, {"item": {"indicator": "x"}}, {"title": "x"}, {"claim": [[]]}, {"item": [ROW], "note": ""}],
)
def test_what_is_no_row_is_named_and_is_no_traceback(data: Any) -> None:
    assert "rows that begin with [[item]] or [[claim]]" in refused(data)


def test_a_file_without_rows_is_refused() -> None:
    assert "no evidence" in refused({})


@pytest.mark.parametrize("row", [ROW, CLAIM], ids=["item", "claim"])
def test_nothing_is_known_before_it_is_true(row: dict[str, Any]) -> None:
    noun = "item" if row is ROW else "claim"
    early = {**row, "known": row["t"].replace(year=2025)}
    assert "not before t" in refused({noun: [early]})
    same = {**row, "known": row["t"]}
    assert evidence.from_rows({noun: [same]}, "e.toml", data_mode=DataMode.REAL) != evidence.Evidence((), ())


def test_a_date_alone_is_its_first_moment() -> None:
    (item,) = read({**ROW, "t": datetime.date(2026, 5, 24), "known": datetime.date(2026, 5, 25)}).items
    assert item.t_utc == np.datetime64("2026-05-24T00:00")
    assert item.known_utc == np.datetime64("2026-05-25T00:00")
    assert "not before t" in refused({"item": [{**ROW, "known": datetime.date(2026, 5, 24)}]})  # 00:00, and t is 06:30


def test_a_rows_own_marking_joins_that_of_its_incident_and_the_strictest_wins() -> None:
    case = Marking(Tlp.GREEN, frozenset({"JPN", "USA"}))
    plain, strict = read(ROW, {**ROW, "tlp": "AMBER+STRICT", "releasable_to": ["JPN", "AUS"]}, marking=case).items
    assert plain.marking == case
    assert strict.marking == Marking(Tlp.AMBER_STRICT, frozenset({"JPN"}))


def test_the_same_row_has_the_same_id_whatever_file_it_came_in() -> None:
    assert read(ROW).items[0].item_id == read(dict(reversed(ROW.items()))).items[0].item_id


@pytest.mark.parametrize("content", [b"[[item]\n", b"\xff\xfe", b"\x00"])
def test_what_is_not_toml_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"e\.toml"):
        evidence.read(file, data_mode=DataMode.REAL)
