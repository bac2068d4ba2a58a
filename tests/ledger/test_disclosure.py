"""One signature for every reader: what is closed cannot be seen, guessed or exchanged, and what is shown is what was signed."""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshimori.errors import Refused, UsageError
from hoshimori.judgements import CLEAR, Marking, Tlp, strictest
from hoshimori.ledger.canonical import DEEPEST, canonical
from hoshimori.ledger.disclosure import derived, disclose, for_reader, withheld, withhold

JPN, USA, BOTH = frozenset({"JPN"}), frozenset({"USA"}), frozenset({"JPN", "USA"})
READERS = ("JPN", "USA", "AUS", None)
MARKINGS = (
    CLEAR,
    Marking(Tlp.CLEAR, BOTH),
    Marking(Tlp.GREEN),
    Marking(Tlp.AMBER, BOTH),
    Marking(Tlp.AMBER_STRICT, USA),
    Marking(Tlp.RED),
    Marking(Tlp.RED, JPN),
    Marking(Tlp.RED, frozenset()),
)
ITEM = {"statement": "a laser was seen", "marking": Marking(Tlp.RED, JPN).to_json()}
TREE = {
    "verdict": "failure",
    "marking": Marking(Tlp.RED, frozenset()).to_json(),
    "items": [
        {"statement": "open", "marking": CLEAR.to_json()},
        {"statement": "both", "marking": Marking(Tlp.AMBER, BOTH).to_json(), "inner": [ITEM]},
        ITEM,
    ],
    "remark": "no",
    "answer": True,
    "markings": {"remark": Marking(Tlp.AMBER, USA).to_json(), "answer": CLEAR.to_json()},
}

_markings = st.sampled_from(MARKINGS)
_yes_or_no = st.booleans()


@st.composite
def _dicts(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    node: dict[str, Any] = draw(st.dictionaries(st.sampled_from("abcd"), inner, max_size=4))
    fields = sorted(node)
    if named := [field for field in fields if draw(_yes_or_no)]:
        node["markings"] = {field: draw(_markings).to_json() for field in named}
    if draw(_yes_or_no):
        node["marking"] = draw(_markings).to_json()
    return node


trees = _dicts(st.recursive(st.just(0), lambda inner: st.lists(inner, max_size=3) | _dicts(inner), max_leaves=12))


def numbered(node: Any, number: itertools.count[int]) -> Any:
    """The same tree with another word at every leaf."""
    if isinstance(node, list):
        return [numbered(part, number) for part in node]
    if isinstance(node, dict):
        return {k: v if k in ("marking", "markings") else numbered(v, number) for k, v in node.items()}
    return f"word-{next(number)}"


def leaves(node: Any) -> set[str]:
    if isinstance(node, str):
        return {node}
    parts = node if isinstance(node, list) else [v for k, v in node.items() if k not in ("marking", "markings", "withheld")]
    return set().union(*map(leaves, parts))


def may_see(node: Any, reader: str | None, *, root: bool = True) -> set[str]:
    """What a reader may see, by the rule and by nothing of the code: everything whose own and surrounding markings allow it."""
    if isinstance(node, str):
        return {node}
    if isinstance(node, list):
        return set().union(*(may_see(part, reader, root=False) for part in node))
    if not root and "marking" in node and not Marking.from_json(node["marking"]).may_read(reader):
        return set()
    out: set[str] = set()
    for field, value in node.items():
        named = node.get("markings", {}).get(field)
        if field not in ("marking", "markings") and (named is None or Marking.from_json(named).may_read(reader)):
            out |= may_see(value, reader, root=False)
    return out


def code(act: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments)
    return refused.value.code


def salts() -> Callable[[int], bytes]:
    """Salts that are known to the test: 1, 2, 3 ..."""
    number = itertools.count(1)
    return lambda length: next(number).to_bytes(length, "big")


@given(trees)
def test_each_reader_sees_what_the_markings_allow_and_nothing_else(shape: Any) -> None:
    tree = numbered(shape, itertools.count())
    committed, disclosures = withhold(tree)
    for reader in READERS:
        given_out = for_reader(disclosures, committed, reader)
        allowed = may_see(tree, reader)
        assert leaves(disclose(committed, given_out)) == allowed
        everything = canonical(committed) + b"".join(given_out.values())
        for word in leaves(tree) - allowed:
            assert f'"{word}"'.encode() not in everything
    assert disclose(committed, disclosures) == tree


@given(trees)
def test_doing_it_again_changes_nothing(shape: Any) -> None:
    tree = numbered(shape, itertools.count())
    before = copy.deepcopy(tree)
    committed, disclosures = withhold(tree)
    assert tree == before
    assert withhold(committed) == (committed, {})
    assert disclose(committed, {}) == committed
    assert derived(tree).tlp >= derived(committed).tlp
    assert len(disclosures) == len(set(disclosures)) >= len(withheld(committed))


def test_a_tree_without_markings_stays_as_it_is() -> None:
    tree = {"a": [1, 2.5, None, True, "x"], "b": {"marking": CLEAR.to_json(), "c": {}}}
    assert withhold(tree) == (tree, {})
    assert derived(tree) == CLEAR


def test_the_example_reader_by_reader() -> None:
    committed, disclosures = withhold(TREE)
    assert len(disclosures) == 4
    assert committed["verdict"] == "failure"
    assert committed["answer"] is True
    assert committed["items"][0] == TREE["items"][0]  # type: ignore[index]
    assert {reader: len(for_reader(disclosures, committed, reader)) for reader in READERS} == {
        "JPN": 3,
        "USA": 2,
        "AUS": 0,
        None: 0,
    }
    usa = disclose(committed, for_reader(disclosures, committed, "USA"))
    assert usa["remark"] == "no"
    assert usa["items"][1]["statement"] == "both"
    assert set(usa["items"][1]["inner"][0]) == set(usa["items"][2]) == {"withheld"}


def test_a_nested_part_is_not_given_without_what_is_around_it() -> None:
    outer = {"marking": Marking(Tlp.RED, USA).to_json(), "inner": {"marking": Marking(Tlp.AMBER, BOTH).to_json(), "text": "x"}}
    committed, disclosures = withhold({"outer": outer})
    assert len(disclosures) == 2
    assert for_reader(disclosures, committed, "JPN") == {}
    assert len(for_reader(disclosures, committed, "USA")) == 2
    inner_only = {d: p for d, p in disclosures.items() if d != committed["outer"]["withheld"]["sha256"]}
    assert for_reader(inner_only, committed, "USA") == {}
    assert code(disclose, committed, inner_only) == "disclosure"


def test_a_commitment_is_the_digest_of_salt_and_value() -> None:
    committed, disclosures = withhold({"remark": "no", "markings": {"remark": {"tlp": "RED"}}}, salt=salts())
    part = f'["{1:064x}","no"]'.encode()
    digest = hashlib.sha256(part).hexdigest()
    assert disclosures == {digest: part}
    assert committed["remark"] == {"withheld": {"sha256": digest, "marking": {"tlp": "RED"}}}


def test_two_equal_parts_look_different_and_a_guess_is_not_confirmed() -> None:
    field = {"answer": True, "markings": {"answer": {"tlp": "AMBER"}}}
    committed, disclosures = withhold({"one": field, "two": field})
    digests = [part.sha256 for part in withheld(committed)]
    assert len(set(digests)) == 2
    for guess in (True, False, None, "yes", "no"):
        for text in (canonical(guess), canonical([guess]), canonical(["", guess]), canonical(["0" * 64, guess])):
            assert hashlib.sha256(text).hexdigest() not in digests
    salts_used = {json.loads(part)[0] for part in disclosures.values()}
    assert len(salts_used) == 2
    assert {len(bytes.fromhex(salt)) for salt in salts_used} == {32}
    with pytest.raises(UsageError, match="same bytes twice"):
        withhold({"one": field, "two": field}, salt=bytes)


def test_parts_cannot_be_exchanged() -> None:
    field = {"answer": "met", "markings": {"answer": {"tlp": "AMBER"}}}
    committed, disclosures = withhold({"one": field, "two": {**field, "answer": "not met"}})
    one, two = disclosures
    assert code(disclose, committed, {one: disclosures[two], two: disclosures[one]}) == "disclosure"
    assert code(disclose, committed, {one: disclosures[one][:-2] + b'!"]'}) == "disclosure"
    assert code(for_reader, {one: disclosures[two]}, committed, "JPN") == "disclosure"


def test_what_is_not_asked_for_is_refused() -> None:
    committed, disclosures = withhold(TREE)
    _, others = withhold(TREE)
    assert code(disclose, committed, {**disclosures, **others}) == "disclosure"
    assert code(disclose, {"a": 1}, others) == "disclosure"


def test_one_digest_stands_at_one_place() -> None:
    committed, disclosures = withhold({"a": ITEM})
    assert code(disclose, {**committed, "b": committed["a"]}, disclosures) == "disclosure"
    assert code(disclose, {**committed, "b": committed["a"]}, {}) == "disclosure"


def test_the_marking_shown_is_the_marking_of_the_part() -> None:
    committed, disclosures = withhold({"a": ITEM, "b": "x", "markings": {"b": {"tlp": "RED"}}})
    for field in ("a", "b"):
        milder = json.loads(json.dumps(committed))
        milder[field]["withheld"]["marking"] = {"tlp": "GREEN"}
        assert code(disclose, milder, disclosures) == "disclosure"
        assert len(disclose(milder, {})) == 3


@pytest.mark.parametrize(
    "tree",
    [
        {"a": {"marking": "TLP:RED"}},
        {"a": {"marking": {"tlp": "TLP:RED"}}},
        {"a": {"marking": {"tlp": "PURPLE"}}},
        {"a": {"marking": {"tlp": "RED", "more": 1}}},
        {"a": {"marking": {}}},
        {"a": {"marking": None}},
        {"a": {"marking": {"tlp": "RED", "releasable_to": "JPN"}}},
        {"a": {"marking": {"tlp": "RED", "releasable_to": ["USA", "JPN"]}}},
        {"a": {"marking": {"tlp": "RED", "releasable_to": ["japan"]}}},
        {"marking": "RED"},
        {"remark": "x", "markings": {"remrk": {"tlp": "RED"}}},
        {"remark": "x", "markings": {"remark": "RED"}},
        {"remark": "x", "markings": ["remark"]},
        {"marking": {"tlp": "RED"}, "markings": {"marking": {"tlp": "RED"}}},
    ],
    ids=str,
)
def test_a_marking_that_is_not_understood_never_counts_as_open(tree: Any) -> None:
    for act in (withhold, derived, withheld):
        assert code(act, tree) == "marking"


@pytest.mark.parametrize(
    "node",
    [
        {"withheld": 5},
        {"withheld": {"sha256": "0" * 64}},
        {"withheld": {"sha256": "0" * 63, "marking": {"tlp": "RED"}}},
        {"withheld": {"sha256": 5, "marking": {"tlp": "RED"}}},
        {"withheld": {"sha256": "0" * 64, "marking": {"tlp": "RED"}}, "more": 1},
    ],
    ids=str,
)
def test_withheld_is_a_reserved_word(node: Any) -> None:
    for act in (withhold, derived, lambda tree: disclose(tree, {})):
        assert code(act, {"a": [node]}) == "disclosure"


@pytest.mark.parametrize(
    "part",
    [b"{}", b'["x","y"]', b'["' + b"0" * 64 + b'"]', b"[5,5]", b'["' + b"0" * 64 + b'","x","y"]', b'["' + b"0" * 64 + b'", 5]'],
)
def test_a_disclosure_has_one_form(part: bytes) -> None:
    digest = hashlib.sha256(part).hexdigest()
    tree = {"a": {"withheld": {"sha256": digest, "marking": {"tlp": "AMBER"}}}, "markings": {"a": {"tlp": "AMBER"}}}
    assert code(disclose, tree, {digest: part}) in ("disclosure", "not-canonical")


def test_a_part_that_claims_no_marking_is_not_put_where_one_is_shown() -> None:
    part = canonical(["0" * 64, {"text": "x"}])
    digest = hashlib.sha256(part).hexdigest()
    assert code(disclose, {"a": {"withheld": {"sha256": digest, "marking": {"tlp": "RED"}}}}, {digest: part}) == "disclosure"


def test_depth_is_limited_also_through_disclosures() -> None:
    deep: Any = "x"
    for _ in range(DEEPEST + 1):
        deep = [deep]
    assert code(withhold, deep) == "disclosure"
    assert code(derived, deep) == "disclosure"
    marking = {"tlp": "AMBER"}
    inner: Any = {"marking": marking}
    disclosures: dict[str, bytes] = {}
    for number in range(400):
        part = canonical([f"{number:064x}", inner])
        digest = hashlib.sha256(part).hexdigest()
        disclosures[digest] = part
        inner = {"marking": marking, "next": {"withheld": {"sha256": digest, "marking": marking}}}
    assert code(disclose, inner, disclosures) == "disclosure"


def test_what_json_does_not_have_is_not_closed() -> None:
    for value in ({1, 2}, b"bytes", object()):
        with pytest.raises(UsageError, match="JSON"):
            withhold({"a": value})
    assert code(withhold, {"a": float("nan"), "markings": {"a": {"tlp": "RED"}}}) == "not-canonical"


@given(trees)
def test_what_derives_is_as_strict_as_everything_in_it(shape: Any) -> None:
    def all_markings(node: Any) -> list[Marking]:
        if isinstance(node, list):
            return [m for part in node for m in all_markings(part)]
        if not isinstance(node, dict):
            return []
        own = [Marking.from_json(node["marking"])] if "marking" in node else []
        own += [Marking.from_json(m) for m in node.get("markings", {}).values()]
        return own + [m for k, v in node.items() if k not in ("marking", "markings") for m in all_markings(v)]

    assert derived(shape) == strictest(all_markings(shape))
