"""Chance that belongs to one entity and purpose, on every platform."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.exercise.streams import stream


def test_the_bits_are_those_written_down_once() -> None:
    assert stream(20230112, "intruder", "script").integers(0, 2**32, 3).tolist() == [1934606419, 2998779841, 2935534268]


@pytest.mark.parametrize("other", [(2, "a", "orbit"), (1, "b", "orbit"), (1, "a", "errors")])
def test_another_seed_entity_or_purpose_is_another_stream(other: tuple[int, str, str]) -> None:
    assert not np.array_equal(stream(1, "a", "orbit").random(8), stream(*other).random(8))


def test_asking_for_a_stream_again_begins_it_again() -> None:
    assert np.array_equal(stream(1, "a", "orbit").random(8), stream(1, "a", "orbit").random(8))
