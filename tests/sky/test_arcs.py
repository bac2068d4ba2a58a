from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshimori.errors import UsageError
from hoshimori.sky.arcs import ALWAYS_AFTER, ALWAYS_BEFORE, arcs


def _hours(*hours: int) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.datetime64("2026-05-24", "us") + np.array(hours).astype("timedelta64[h]")


def test_each_set_speaks_up_to_the_middle() -> None:
    from_utc, to_utc = arcs(np.array([7, 7, 7, 9]), _hours(0, 10, 12, 3))
    assert from_utc.tolist() == [ALWAYS_BEFORE.item(), *_hours(5, 11).tolist(), ALWAYS_BEFORE.item()]
    assert to_utc.tolist() == [*_hours(5, 11).tolist(), ALWAYS_AFTER.item(), ALWAYS_AFTER.item()]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(-(10**6), 10**6)), min_size=1, max_size=30))
def test_every_instant_belongs_to_one_set_and_that_is_a_nearest(rows: list[tuple[int, int]]) -> None:
    rows.sort()
    object_id = np.array([i for i, _ in rows])
    epoch_us = np.array([t for _, t in rows])
    from_utc, to_utc = arcs(object_id, epoch_us.astype("datetime64[us]"))
    for t in (-(10**7), epoch_us[0], 0, 12345, 10**7):
        at = np.datetime64(int(t), "us")
        for one in set(object_id.tolist()):
            speaking = np.flatnonzero((object_id == one) & (from_utc <= at) & (at < to_utc))
            assert len(speaking) == 1
            gaps = np.abs(epoch_us[object_id == one] - t)
            assert abs(epoch_us[speaking[0]] - t) <= gaps.min() + 1  # the middle of an odd gap is rounded to 1 microsecond


def test_rows_out_of_order_are_refused_with_their_place() -> None:
    with pytest.raises(UsageError, match="row 2 is out of order"):
        arcs(np.array([1, 1, 1]), _hours(0, 2, 1))
    with pytest.raises(UsageError, match="row 1 is out of order"):
        arcs(np.array([2, 1]), _hours(0, 2))


def test_no_rows() -> None:
    from_utc, to_utc = arcs(np.zeros(0, np.int64), _hours())
    assert len(from_utc) == len(to_utc) == 0
