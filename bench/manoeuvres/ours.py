"""Our own detector before the same judge: learnt as the protocol allows, in retrospect and as burns became known.

A history is searched once: the weights come after the search. The answer is that of `find`, which tests/bench holds it to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.manoeuvres.learner import examined, judged, learn
from bench.manoeuvres.matching import Found, found
from bench.manoeuvres.sockets import Answer
from bench.manoeuvres.truth import History
from hoshimori.detect import becoming_known
from hoshimori.detect.classes import chained
from hoshimori.detect.manoeuvre import Settings
from hoshimori.detect.moves import Moves, moves
from hoshimori.detect.weighing import Weights
from hoshimori.facts import ElementSets, Times

TOLD = Settings()
CANDIDATES = Settings(probability=0.02)
"""From this probability on a burn takes part in the sweep of thresholds."""


class Hoshimori:
    """`sockets.Learner` with the detector's own settings; only the weights are learnt."""

    name = "hoshimori"

    def fit(self, satellites: Sequence[History], until: np.datetime64) -> Weights:
        return learn(satellites)

    def burns(self, sets: ElementSets, weights: Weights) -> Answer:
        return Answer(told(sets, weights, TOLD), told(sets, weights, CANDIDATES), as_known(sets, weights, TOLD))


def told(sets: ElementSets, weights: Weights, settings: Settings) -> Found:
    """What `find` tells of one object in retrospect."""
    burns = chained(moves(examined(sets), weights, settings.threshold, settings.probability)[0])
    return columns(burns, burns.histories.sets.known_utc[burns.row + 1])


def as_known(sets: ElementSets, weights: Weights, settings: Settings) -> Found:
    """What `find` tells of one object as it became known."""
    h = judged(sets).histories
    return columns(*becoming_known.moves(h, weights, settings.threshold, settings.probability))


def columns(m: Moves, known_utc: Times) -> Found:
    after = m.row + 1
    offset = np.rint((m.days - m.histories.day[after]) * 86400e6).astype("timedelta64[us]")
    dv_rtn_m_s = np.column_stack([np.full(len(m), np.nan), m.in_track, m.cross_track])
    t_utc = m.histories.sets.epoch_utc[after] + offset
    return found(t_utc, m.probability, m.sigma_days * 86400.0, dv_rtn_m_s, known_utc)
