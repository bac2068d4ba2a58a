"""What is already held: which rows of a batch are news."""

from __future__ import annotations

from typing import Any

import numpy as np

from hoshimori.catalogue.manifest import Manifest, StoredFile
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import RANK, SETS, rank
from hoshimori.errors import Problem
from hoshimori.facts import MAX_NORAD_ID, Bools, ElementSets, Ints

Keys = np.ndarray[Any, np.dtype[np.uint64]]

_ORBIT = ("mean_motion_rev_day", "eccentricity", "inc_deg", "raan_deg", "argp_deg", "ma_deg", "bstar_per_er")


def fresh_rows(store: Store, manifest: Manifest, sets: ElementSets, keys: Keys) -> tuple[Bools, Bools]:
    """(n,) which rows to store, and (n,) which of these stand in for a worse-known row of the same digest.

    A row is stored when its digest is not held, or when its time of knowledge is better founded or, equally founded, earlier
    than every held one. Of equal digests within the batch only the best known is stored.
    """
    ranks = rank(sets)
    order = np.lexsort((ranks, keys[:, 1], keys[:, 0]))
    first = np.ones(len(sets), bool)
    first[1:] = (keys[order][1:] != keys[order][:-1]).any(axis=1)
    best = order[first]
    held = _held_ranks(store, manifest, sets.take(best), keys[best])
    keep, replaces = np.zeros(len(sets), bool), np.zeros(len(sets), bool)
    keep[best] = ranks[best] < held
    replaces[best] = keep[best] & (held < _NOT_HELD)
    return keep, replaces


_NOT_HELD = np.iinfo(np.int64).max


def _held_ranks(store: Store, manifest: Manifest, sets: ElementSets, keys: Keys) -> Ints:
    """(n,) the best rank held for each digest, `_NOT_HELD` where there is none."""
    out = np.full(len(sets), _NOT_HELD, np.int64)
    if not len(sets):
        return out
    low, high = int(sets.norad_id.min()), int(sets.norad_id.max())
    first, last = int(sets.epoch_utc.min().astype(np.int64)), int(sets.epoch_utc.max().astype(np.int64))
    files = [f for f in manifest.table(SETS) if _overlaps(f, low, high, first, last)]
    if not files:
        return out
    con = store.engine()
    con.register(
        "asked",
        {
            "place": np.arange(len(sets)),
            "hi": np.ascontiguousarray(keys[:, 0]),
            "lo": np.ascontiguousarray(keys[:, 1]),
        },
    )
    found = con.sql(
        f"select a.place, min({RANK}) as best from {store.relation(files)} s join asked a on s.key_hi = a.hi and s.key_lo = a.lo "
        f"where s.norad_id between {low} and {high} group by a.place"
    ).fetchnumpy()
    con.unregister("asked")
    out[np.ma.getdata(found["place"])] = np.ma.getdata(found["best"])
    return out


def _overlaps(file: StoredFile, low: int, high: int, first: int, last: int) -> bool:
    return file.norad_min <= high and file.norad_max >= low and file.epoch_min_us <= last and file.epoch_max_us >= first


def unusable(sets: ElementSets, file: str) -> tuple[Bools, list[Problem]]:
    """(n,) rows that no table can hold or no orbit can use, and why: the last guard, behind every parser and program."""
    faults = {"norad_id": (sets.norad_id < 0) | (sets.norad_id > MAX_NORAD_ID), "epoch_utc": np.isnat(sets.epoch_utc)}
    faults |= {key: ~np.isfinite(getattr(sets, key)) for key in _ORBIT}
    expected = {"norad_id": f"a catalogue number from 0 to {MAX_NORAD_ID}", "epoch_utc": "a time"}
    bad = np.zeros(len(sets), bool)
    problems = []
    for key, mask in faults.items():
        bad |= mask
        for i in np.flatnonzero(mask):
            value = str(getattr(sets, key)[i])
            problems.append(Problem(file, None, int(i) + 1, key, value, expected.get(key, "a finite number")))
    return bad, problems
