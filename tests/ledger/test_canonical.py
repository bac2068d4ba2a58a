"""One value has one text: RFC 8785's published examples, and the law that what is written is read and nothing else is."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshimori.errors import Refused
from hoshimori.ledger.canonical import DEEPEST, LARGEST_INTEGER, canonical, sha256, strict

# RFC 8785 section 3.2.2 and 3.2.4: the sample object and its canonical form as bytes.
SAMPLE = (
    r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
    r'"string": "\u20ac$\u000F\u000aA' + "'" + r'\u0042\u0022\u005c\\\"\/","literals": [null, true, false]}'
)
SAMPLE_CANONICAL = bytes.fromhex(
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a"
    "5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d3237"
    "5d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d"
)
# RFC 8785 section 3.2.3: names sorted by UTF-16 code units.
SORTED = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
# RFC 8785 appendix B: IEEE 754 bits and the text; those whose text is an integer beyond 2^53 - 1 stand in REFUSED_NUMBERS.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
REFUSED_NUMBERS = (
    "4340000000000000",
    "c340000000000000",
    "4430000000000000",
    "444b1ae4d6e2ef4e",
    "444b1ae4d6e2ef4f",
)

trees = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | st.floats(-1e15, 1e15) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def bits(text: str) -> float:
    return float(struct.unpack(">d", bytes.fromhex(text))[0])


def code(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        strict(data, "note")
    assert str(refused.value).startswith("note: ")
    return refused.value.code


def test_rfc_8785_sample() -> None:
    assert canonical(json.loads(SAMPLE)) == SAMPLE_CANONICAL
    assert canonical(strict(SAMPLE_CANONICAL, "sample")) == SAMPLE_CANONICAL


def test_rfc_8785_names_are_sorted_by_utf_16() -> None:
    assert list(json.loads(canonical(dict.fromkeys(reversed(SORTED), 1)))) == SORTED


@pytest.mark.parametrize(("pattern", "text"), NUMBERS.items())
def test_rfc_8785_appendix_b(pattern: str, text: str) -> None:
    assert canonical(bits(pattern)) == text.encode()
    assert strict(text.encode(), "number") == bits(pattern)


@pytest.mark.parametrize("pattern", [*REFUSED_NUMBERS, "7ff8000000000000", "7ff0000000000000"])
def test_a_number_that_others_would_read_otherwise_is_not_written(pattern: str) -> None:
    with pytest.raises(Refused) as refused:
        canonical([bits(pattern)])
    assert refused.value.code == "not-canonical"


@given(trees)
def test_what_is_written_is_read_and_is_written_the_same(tree: Any) -> None:
    text = canonical(tree)
    assert strict(text, "tree") == tree
    assert canonical(strict(text, "tree")) == text


@given(trees)
def test_any_other_spelling_is_refused(tree: Any) -> None:
    text = canonical(tree)
    for other in (
        json.dumps(tree, indent=1).encode() + b"\n",
        b" " + text,
        b"\xef\xbb\xbf" + text,
        json.dumps([tree, 1.0]).encode(),
    ):
        if other != text:
            assert code(other) == "not-canonical"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b"[NaN]",
        b"[Infinity]",
        b"[1e400]",
        b"[-0]",
        b"[1E2]",
        b"[9007199254740992]",
        b"[-9007199254740992]",
        b"[" + b"9" * 10_000 + b"]",
        b'["\xff"]',
        b'["\xed\xa0\x80"]',
        rb'["\ud800"]',
        rb'{"\ud800":1}',
        rb'["\u0041"]',
        b'{"b":1,"a":1}',
        b"[1] [2]",
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    ],
    ids=lambda data: repr(data[:20]),
)
def test_bytes_with_two_readings_or_none(data: bytes) -> None:
    assert code(data) == "not-canonical"


def test_as_deep_and_as_large_as_is_allowed() -> None:
    assert strict(b"[" * DEEPEST + b"]" * DEEPEST, "deep") is not None
    assert strict(b'"123"', "small", limit=5) == "123"
    with pytest.raises(Refused, match="at most 4"):
        strict(b'"123"', "small", limit=4)
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(Refused, match="deeper"):
        canonical(circle)


@pytest.mark.parametrize("value", [math.nan, np.int64(3), {1: 2}, {"a": {3}}, "\ud800", b"bytes", LARGEST_INTEGER + 1])
def test_what_json_does_not_have_is_not_written(value: Any) -> None:
    with pytest.raises(Refused) as refused:
        canonical({"value": value})
    assert refused.value.code == "not-canonical"


def test_sha256_of_fips_180() -> None:
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
