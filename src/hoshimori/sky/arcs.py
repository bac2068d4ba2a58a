"""When each element set speaks for its object: from the middle to the set before, to the middle to the set after."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError

Times = npt.NDArray[np.datetime64]

ALWAYS_BEFORE = np.datetime64(-(2**62), "us")
"""Stands for minus infinity: far before any time, yet far enough from the end of the integers to subtract from."""
ALWAYS_AFTER = np.datetime64(2**62, "us")


def arcs(object_id: npt.NDArray[np.integer], epoch_utc: Times) -> tuple[Times, Times]:
    """Interval [from, to) in which each set is the nearest in epoch: (n,) and (n,), for rows sorted by (object, epoch).

    The first set of an object speaks from `ALWAYS_BEFORE`, the last to `ALWAYS_AFTER`. Where two sets share an epoch the first
    speaks up to it and the second from it, so that no instant is spoken for twice.
    """
    epoch = np.asarray(epoch_utc, dtype="datetime64[us]")
    new_object = object_id[1:] != object_id[:-1]
    out_of_order = (object_id[1:] < object_id[:-1]) | (~new_object & (epoch[1:] < epoch[:-1]))
    if out_of_order.any():
        raise UsageError(f"arcs: row {int(np.argmax(out_of_order)) + 1} is out of order: sort rows by (object, epoch)")
    us = epoch.astype(np.int64)
    middle = (us[:-1] + (us[1:] - us[:-1]) // 2).astype("datetime64[us]")
    from_utc = np.full(len(epoch), ALWAYS_BEFORE)
    to_utc = np.full(len(epoch), ALWAYS_AFTER)
    from_utc[1:] = np.where(new_object, ALWAYS_BEFORE, middle)
    to_utc[:-1] = np.where(new_object, ALWAYS_AFTER, middle)
    return from_utc, to_utc
