"""What the tests of this room ask of a reading again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hoshimori.facts import ElementSets, Parsed
from hoshimori.formats import read


def only(content: bytes | str, **options: Any) -> Parsed:
    """The one Parsed of a content that is no archive."""
    raw = content.encode() if isinstance(content, str) else content
    (parsed,) = read(raw, "test", **options)
    return parsed


def assert_set(sets: ElementSets, row: int, expected: Mapping[str, Any]) -> None:
    record = sets.record(row)
    for field, value in expected.items():
        found = getattr(record, field)
        assert found == (np.datetime64(value, "us") if field == "epoch_utc" else value), field


def refusals(parsed: Parsed) -> dict[str, str]:
    """Field to value of everything that was refused."""
    return {p.field: p.value for p in parsed.problems if p.refused}
