"""What objects were called, by whom, since when: changes stand beside each other, so that a swap of identity stays visible.

A name is news when a field that it gives differs from what the same provider last said about the same number. Fields left
empty say nothing. Limit: a change that arrives late can hide a return to the older name until that is seen again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.facts import ElementSets, ObjectName

_FIELDS = ("cospar_id", "name", "object_type", "owner", "launch_date", "decay_date")


def named_in(sets: ElementSets, provider: str) -> list[ObjectName]:
    """The names that come inside element sets, one for each change along `known_utc` of one object."""
    said = (sets.name != "") | (sets.cospar_id != "")
    if not said.any():
        return []
    s = sets.take(said)
    s = s.take(np.lexsort((s.epoch_utc, s.known_utc, s.norad_id)))
    change = np.ones(len(s), bool)
    same = (s.norad_id[1:] == s.norad_id[:-1]) & (s.name[1:] == s.name[:-1]) & (s.cospar_id[1:] == s.cospar_id[:-1])
    change[1:] = ~same.astype(bool)
    s = s.take(change)
    rows = zip(s.norad_id.tolist(), s.cospar_id, s.name, s.known_utc, strict=True)
    return [ObjectName(norad, cospar, name, "", "", "", "", known, provider) for norad, cospar, name, known in rows]


def news(held: Iterable[ObjectName], seen: Iterable[ObjectName]) -> list[ObjectName]:
    """Those of `seen` that say something the held ones of the same object and provider did not say at that time."""
    chains: dict[tuple[int, str], list[ObjectName]] = defaultdict(list)
    for one in held:
        chains[one.norad_id, one.provider].append(one)
    out = []
    for one in sorted(seen, key=lambda o: (o.first_seen_utc, o.norad_id)):
        chain = chains[one.norad_id, one.provider]
        if _is_news(chain, one):
            chain.append(one)
            out.append(one)
    return out


def _is_news(chain: Sequence[ObjectName], one: ObjectName) -> bool:
    before = sorted((o for o in chain if o.first_seen_utc <= one.first_seen_utc), key=lambda o: o.first_seen_utc)
    for key in _FIELDS:
        value = getattr(one, key)
        if value and value != next((getattr(o, key) for o in reversed(before) if getattr(o, key)), ""):
            return True
    return False


@dataclass(frozen=True)
class Labels:
    """Names as columns, any order: what `label` needs of them."""

    norad_id: np.ndarray
    cospar_id: np.ndarray
    name: np.ndarray
    first_seen_utc: np.ndarray

    @classmethod
    def of(cls, names: Sequence[ObjectName]) -> Labels:
        times = np.array([n.first_seen_utc for n in names], "datetime64[us]")
        cospar, name = np.empty(len(names), object), np.empty(len(names), object)
        cospar[:] = [n.cospar_id for n in names]
        name[:] = [n.name for n in names]
        return cls(np.array([n.norad_id for n in names], np.int64), cospar, name, times)


def label(sets: ElementSets, labels: Labels) -> ElementSets:
    """The sets with the last name and the last international designator that is given for each number, "" for none."""
    return sets.having(
        name=_last_given(sets.norad_id, labels, labels.name),
        cospar_id=_last_given(sets.norad_id, labels, labels.cospar_id),
    )


def _last_given(wanted: np.ndarray, labels: Labels, values: np.ndarray) -> np.ndarray:
    out = np.full(len(wanted), "", object)
    given = np.flatnonzero((values != "").astype(bool))
    if not len(given):
        return out
    order = given[np.lexsort((values[given].astype(str), labels.first_seen_utc[given], labels.norad_id[given]))]
    norad = labels.norad_id[order]
    last = order[np.append(norad[1:] != norad[:-1], True)]
    known = labels.norad_id[last]
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    found = known[place] == wanted
    out[found] = values[last][place[found]]
    return out
