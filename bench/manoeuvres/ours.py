"""Our own detector before the same judge: burns as `Found`, in retrospect and as they became known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bench.manoeuvres.matching import Found, found
from bench.manoeuvres.sockets import Answer
from bench.manoeuvres.truth import History
from hoshimori.detect.burns import Burn, Told
from hoshimori.facts import ElementSets

Find = Callable[[ElementSets], Told]


class Hoshimori:
    """`find` tells burns in retrospect; `candidates` the same with the lowest threshold; `as_known` replays the record."""

    name = "hoshimori"

    def __init__(self, find: Find, candidates: Find, as_known: Find) -> None:
        self.find, self.candidates, self.as_known = find, candidates, as_known

    def answers(self, histories: Sequence[History]) -> dict[int, Answer]:
        return {h.satellite.norad_id: self.answer(h.sets) for h in histories}

    def answer(self, sets: ElementSets) -> Answer:
        told, more, known = (find(sets).burns for find in (self.find, self.candidates, self.as_known))
        return Answer(burns_found(told), burns_found(more), burns_found(known))


def burns_found(burns: Sequence[Burn]) -> Found:
    """Of one object."""
    return found(
        np.array([b.t_utc for b in burns], "datetime64[us]"),
        [b.probability for b in burns],
        [b.sigma_s for b in burns],
        [b.dv_rtn_m_s for b in burns],
        np.array([b.known_utc for b in burns], "datetime64[us]"),
    )
