"""What was known at a moment: the meaning of a View, as functions of columns.

Both the catalogue's view and the one over sets in memory end here, so that a detector sees the same sky from either.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoshimori.catalogue.tables import rank
from hoshimori.errors import UsageError
from hoshimori.facts import Bools, ConjunctionMessage, DataMode, ElementSets, Ints

FUTURE = np.timedelta64(1, "D")
"""How far ahead of `as_of` the epoch of a newest set may lie. Some published sets are predictions dated days ahead; they are
taken only where nothing else is known of an object."""


def best_known(sets: ElementSets) -> ElementSets:
    """One row for each content digest: the one whose time of knowledge is best founded, then earliest."""
    keys = sets.digests()
    order = np.lexsort((rank(sets), keys[:, 1], keys[:, 0]))
    first = np.ones(len(sets), bool)
    first[1:] = (keys[order][1:] != keys[order][:-1]).any(axis=1)
    return sets.take(np.sort(order[first]))


def visible(sets: ElementSets, as_of_utc: np.datetime64, data_modes: Sequence[DataMode]) -> Bools:
    """(n,) known at that moment, and of these modes."""
    modes = np.array([int(m) for m in data_modes], np.uint8)
    mask: Bools = (sets.known_utc <= as_of_utc) & np.isin(sets.data_mode, modes)
    return mask


def as_list(norad_id: int | Sequence[int]) -> list[int]:
    """One catalogue number, or several, as a list."""
    return [norad_id] if isinstance(norad_id, int) else list(norad_id)


def last_issued(sets: ElementSets) -> ElementSets:
    """One row for each (object, epoch), sorted so: the greatest known time, then set number, then digest."""
    if not len(sets):
        return sets
    order = np.lexsort((sets.element_set_no, sets.known_utc, sets.epoch_utc, sets.norad_id))
    s = sets.take(order)
    last = np.append((s.norad_id[1:] != s.norad_id[:-1]) | (s.epoch_utc[1:] != s.epoch_utc[:-1]), True)
    chosen = np.flatnonzero(last)
    tied = np.flatnonzero(~last[:-1] & (s.known_utc[1:] == s.known_utc[:-1]) & (s.element_set_no[1:] == s.element_set_no[:-1]))
    if len(tied):
        chosen = _break_ties(s, chosen)
    return s.take(chosen)


def _break_ties(s: ElementSets, chosen: Ints) -> Ints:
    """The row with the greatest digest among those that tie with the last row of their (object, epoch)."""
    out = chosen.copy()
    starts = np.append(0, chosen[:-1] + 1)
    for j in np.flatnonzero(chosen > starts):
        last = chosen[j]
        rows = np.arange(starts[j], last + 1)
        rows = rows[(s.known_utc[rows] == s.known_utc[last]) & (s.element_set_no[rows] == s.element_set_no[last])]
        if len(rows) > 1:
            out[j] = rows[int(np.argmax(np.array(s.take(rows).digest_texts())))]
    return out


def window(sets: ElementSets, start_utc: np.datetime64, stop_utc: np.datetime64, lookback: np.timedelta64) -> ElementSets:
    """For each object the sets inside [start, stop], the last before and the first after, none beyond `lookback`.

    So the nearest set to any moment of the window is among them, if one lies within `lookback`. One row per (object, epoch).
    """
    s = last_issued(sets.take((sets.epoch_utc >= start_utc - lookback) & (sets.epoch_utc <= stop_utc + lookback)))
    before, after = s.epoch_utc < start_utc, s.epoch_utc > stop_utc
    next_same = np.append(s.norad_id[1:] == s.norad_id[:-1], False)
    previous_same = np.append(False, next_same[:-1]) if len(s) else next_same[:0]
    last_before = before & ~(next_same & np.append(before[1:], False)) if len(s) else before
    first_after = after & ~(previous_same & np.append(False, after[:-1])) if len(s) else after
    return s.take(~(before | after) | last_before | first_after)


def newest(sets: ElementSets, as_of_utc: np.datetime64) -> ElementSets:
    """For each object the set with the newest epoch up to `as_of` + FUTURE; where there is none, the earliest after that."""
    s = last_issued(sets)
    near = s.take(s.epoch_utc <= as_of_utc + FUTURE)
    near = near.take(np.append(near.norad_id[1:] != near.norad_id[:-1], True)[: len(near)])
    far = s.take(~np.isin(s.norad_id, near.norad_id))
    far = far.take(np.append(True, far.norad_id[1:] != far.norad_id[:-1])[: len(far)])
    both = ElementSets.concat([near, far])
    return both.take(np.argsort(both.norad_id, kind="stable"))


def told_once(messages: Sequence[ConjunctionMessage]) -> list[ConjunctionMessage]:
    """Messages in the order in which they became known, each once: the same one may have come in two files or spellings."""
    seen: dict[object, ConjunctionMessage] = {}
    for m in sorted(messages, key=lambda m: m.known_utc):
        objects = tuple((o.designator, *o.r_km.tolist(), *o.v_km_s.tolist()) for o in m.objects)
        what = (m.originator, m.message_id, m.created_utc, m.tca_utc, m.data_mode, str(m.miss_m), str(m.probability), objects)
        seen.setdefault(what, m)
    return list(seen.values())


def checked_window(
    start_utc: np.datetime64, stop_utc: np.datetime64, as_of_utc: np.datetime64
) -> tuple[np.datetime64, np.datetime64, np.datetime64]:
    """The three moments in µs; UsageError when one is missing or the window runs backwards."""
    moments = {"start": start_utc, "stop": stop_utc, "as_of": as_of_utc}
    for name, t in moments.items():
        if not isinstance(t, np.datetime64) or np.isnat(t):
            raise UsageError(f"view {name}={t!r}: a view needs a UTC numpy.datetime64 here")
    start, stop, as_of = (t.astype("datetime64[us]") for t in moments.values())
    if stop < start:
        raise UsageError(f"view start={start}, stop={stop}: a window must not end before it starts")
    return start, stop, as_of
