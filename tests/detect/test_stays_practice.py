"""Stays of the practice sky: the intruder against ten station-keepers, shared slots, a swap and a silent asset."""

from __future__ import annotations

from functools import cache

import numpy as np

from hoshimori import formats
from hoshimori.catalogue import MemoryView
from hoshimori.detect.stays import Stay, stays
from hoshimori.exercise import PracticeSky, practice_sky
from hoshimori.facts import DataMode, ElementSets


@cache
def played() -> tuple[PracticeSky, tuple[Stay, ...]]:
    """The stays of the last week of the practice sky."""
    sky = practice_sky()
    parsed = [p for r in sky.received for p in formats.read(r.content, r.location, data_mode=r.data_mode)]
    sets = ElementSets.concat([p.element_sets for p in parsed])
    stop = sky.truth.stop_utc
    view = MemoryView(sets, stop - np.timedelta64(7, "D"), stop, stop + np.timedelta64(2, "D"), data_modes=(DataMode.EXERCISE,))
    return sky, tuple(stays(view, sky.watchlist))


def test_the_intruder_is_far_beyond_chance() -> None:
    sky, found = played()
    (mine,) = [s for s in found if s.other == str(sky.truth.intruder.norad_id)]
    assert mine.subject == str(sky.truth.intruder.target_norad_id)
    assert mine.unusual > 0.8
    burns = next(m for m in mine.measures if m.name == "arrival burns")
    assert burns.why.values["burns"] == 2.0
    assert mine.nearer is None


def test_everything_else_stays_low() -> None:
    sky, found = played()
    others = [s for s in found if s.other != str(sky.truth.intruder.norad_id)]
    assert {str(n) for n in sky.truth.swap.norad_ids} <= {s.other for s in others}
    assert len(others) > 10
    assert max(s.unusual for s in others) < 0.1
