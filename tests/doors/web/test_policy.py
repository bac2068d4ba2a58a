"""What may not be read is nowhere in what leaves, and everything else is unchanged."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshimori.doors.web import policy
from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.judgements import Marking, Tlp

READERS = ("JPN", "USA", None)
PARTIES = st.lists(st.sampled_from(["JPN", "USA", "AUS"]), max_size=3, unique=True)
GOOD = st.builds(
    lambda tlp, parties, listed: {"tlp": tlp, **({"releasable_to": sorted(parties)} if listed else {})},
    st.sampled_from(["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]),
    PARTIES,
    st.booleans(),
)
BROKEN: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        "TLP:CLEAR",
        7,
        [],
        {},
        {"tlp": "BLUE"},
        {"tlp": None},
        {"tlp": 4},
        {"tlp": "CLEAR", "releasable_to": "JPN"},
        {"tlp": "CLEAR", "releasable_to": ["Japan"]},
        {"tlp": "CLEAR", "releasable_to": {"JPN": 1}},
        {"releasable_to": ["JPN"]},
        {"tlp": "GREEN", "releasable_to": [["JPN"]]},
    ]
)
NAMES = st.sampled_from(["a", "b", "c", "remark", "items"])


def secrets_of(draw: st.DrawFn, counter: list[int]) -> str:
    counter[0] += 1
    return f"word-{counter[0]}-{draw(st.sampled_from(['x', 'y']))}-end"


@st.composite
def trees(draw: st.DrawFn) -> Any:
    """A tree whose every leaf is a word of its own, with markings good and broken on dicts and on fields."""
    counter = [0]

    def node(depth: int) -> Any:
        kind = draw(st.sampled_from(["leaf", "dict", "list"])) if depth < 5 else "leaf"
        if kind == "leaf":
            return secrets_of(draw, counter)
        if kind == "list":
            return [node(depth + 1) for _ in range(draw(st.integers(0, 3)))]
        made: dict[str, Any] = {k: node(depth + 1) for k in draw(st.lists(NAMES, max_size=3, unique=True))}
        if draw(st.booleans()):
            made["marking"] = draw(st.one_of(GOOD, BROKEN))
        if draw(st.booleans()):
            marks = draw(st.dictionaries(NAMES, st.one_of(GOOD, BROKEN), max_size=3))
            made["markings"] = draw(st.sampled_from([marks, marks, marks, "none", [marks], None]))
        return made

    return node(0)


def may(marking: Any, reader: str | None) -> bool:
    """The rule again, written from its text and not from the code: TLP 2.0 and a list of parties."""
    if not isinstance(marking, dict) or marking.get("tlp") not in ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"):
        return False
    listed = marking.get("releasable_to")
    if listed is not None and (
        not isinstance(listed, list) or not all(isinstance(p, str) and len(p) == 3 and p.isupper() for p in listed)
    ):
        return False
    if listed is not None:
        return reader in listed
    if marking["tlp"] == "CLEAR":
        return True
    return marking["tlp"] != "RED" and reader is not None


def words(tree: Any, reader: str | None, *, closed: bool) -> tuple[set[str], set[str]]:
    """The words of a tree that this reader may have, and those that they may not."""
    if isinstance(tree, str):
        return (set(), {tree}) if closed else ({tree}, set())
    open_, shut = set[str](), set[str]()
    if isinstance(tree, list):
        parts = [(v, closed) for v in tree]
    elif isinstance(tree, dict):
        marks = tree.get("markings", {})
        here = closed or ("marking" in tree and not may(tree["marking"], reader)) or not isinstance(marks, dict)
        parts = [
            (v, here or (isinstance(marks, dict) and k in marks and not may(marks[k], reader)))
            for k, v in tree.items()
            if k not in ("marking", "markings")
        ]
    else:
        parts = []
    for part, shut_here in parts:
        o, s = words(part, reader, closed=shut_here)
        open_ |= o
        shut |= s
    return open_, shut


@given(trees(), st.sampled_from(READERS))
def test_exactly_what_may_be_read_leaves(tree: Any, reader: str | None) -> None:
    before = copy.deepcopy(tree)
    text = json.dumps(policy.shown(tree, reader))
    assert tree == before
    may_have, may_not = words(tree, reader, closed=False)
    assert [w for w in may_have if w not in text] == []
    assert [w for w in may_not if w in text] == []


@given(trees(), st.sampled_from(READERS))
def test_what_is_shown_is_shown_again_unchanged(tree: Any, reader: str | None) -> None:
    once = policy.shown(tree, reader)
    assert policy.shown(once, reader) == once


@given(
    st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text()), lambda x: st.lists(x) | st.dictionaries(NAMES, x))
)
def test_what_nobody_marked_is_unchanged(tree: Any) -> None:
    assert policy.shown(tree, None) == tree


@given(BROKEN, st.sampled_from(READERS))
def test_a_broken_marking_closes_what_it_stands_on(marking: Any, reader: str | None) -> None:
    closed = {"withheld": {"marking": {"tlp": "RED", "releasable_to": []}}}
    assert policy.shown({"word": "secret", "marking": marking}, reader) == closed
    assert policy.shown({"word": "secret", "n": 1, "markings": {"word": marking}}, reader)["word"] == closed
    assert policy.shown({"word": "secret", "n": 1, "markings": {"word": marking}}, reader)["n"] == 1


def test_a_marking_that_says_more_than_it_should_says_nothing() -> None:
    marking = {"tlp": "RED", "releasable_to": ["JPN"], "because": "the source sits in the ministry"}
    tree = {"a": {"x": 1, "marking": marking}, "b": 2, "markings": {"b": marking}}
    assert "ministry" not in json.dumps(policy.shown(tree, "USA"))
    assert policy.shown(tree, "JPN") == tree


def test_what_the_ledger_withheld_stays_as_it_is_and_is_no_way_around() -> None:
    mark = {"tlp": "RED", "releasable_to": ["JPN"]}
    place = {"withheld": {"sha256": "ab" * 32, "marking": mark}}
    assert policy.shown({"remark": place}, "USA") == {"remark": place}
    for trick in (
        {"withheld": {"sha256": "secret", "marking": mark}},
        {"withheld": {"marking": mark, "word": "secret"}},
        {"withheld": {"marking": mark | {"because": "secret"}}},
        {"withheld": {"sha256": ["secret"], "marking": mark}},
    ):
        assert "secret" not in json.dumps(policy.shown(trick, "USA"))


def test_other_mappings_and_tuples_are_trees_too() -> None:
    class Table(Mapping[str, Any]):
        def __getitem__(self, key: str) -> Any:
            return {"word": "secret", "marking": {"tlp": "RED"}}[key]

        def __iter__(self) -> Any:
            return iter(("word", "marking"))

        def __len__(self) -> int:
            return 2

    assert policy.shown((Table(),), "JPN") == [{"withheld": {"marking": {"tlp": "RED"}}}]


def test_a_record_too_deep_to_be_walked_is_refused() -> None:
    tree: Any = "word"
    for _ in range(policy.DEEPEST + 2):
        tree = [tree]
    with pytest.raises(ApiError, match="deep"):
        policy.shown(tree, "JPN")


def test_who_may_not_read_a_record_is_told_that_it_is_not_there() -> None:
    ally = Principal("x", "USA", frozenset({"viewer"}), "token")
    policy.refuse_unless_released(Marking(Tlp.GREEN), ally, "a brief")
    with pytest.raises(NotHere):
        policy.refuse_unless_released(Marking(Tlp.RED, frozenset({"JPN"})), ally, "a brief")
