"""Stays of the practice sky: the intruder against ten station-keepers, shared slots, a swap and a silent asset."""

from __future__ import annotations

from functools import cache

import numpy as np

from hoshimori import formats
from hoshimori.catalogue import MemoryView
from hoshimori.detect.burns import Burn
from hoshimori.detect.stays import Stay, stays
from hoshimori.exercise import PracticeSky, practice_sky
from hoshimori.facts import DataMode, ElementSets
from tests.detect.skies import NOON, burn

DAY = np.timedelta64(86_400_000_000, "us")


@cache
def played() -> tuple[PracticeSky, tuple[Stay, ...]]:
    """The last week of the practice sky, with the burns that the intruder truly made."""
    sky = practice_sky()
    parsed = [p for r in sky.received for p in formats.read(r.content, r.location, data_mode=r.data_mode)]
    sets = ElementSets.concat([p.element_sets for p in parsed])
    stop = sky.truth.stop_utc
    view = MemoryView(sets, stop - np.timedelta64(7, "D"), stop, stop + np.timedelta64(2, "D"), data_modes=(DataMode.EXERCISE,))
    return sky, tuple(stays(view, sky.watchlist, burns_of=lambda number: true_burns(sky, number)))


def true_burns(sky: PracticeSky, number: int) -> list[Burn]:
    """What a detector that sees everything would say of the intruder."""
    truth = sky.truth.intruder
    return [burn(number, float((b.at_utc - NOON) / DAY)) for b in truth.burns] if number == truth.norad_id else []


def test_the_intruder_is_far_beyond_chance() -> None:
    sky, found = played()
    (mine,) = [s for s in found if s.other == str(sky.truth.intruder.norad_id)]
    assert mine.subject == str(sky.truth.intruder.target_norad_id)
    assert mine.unusual > 0.8
    assert mine.nearer is None


def test_everything_else_stays_low() -> None:
    sky, found = played()
    others = [s for s in found if s.other != str(sky.truth.intruder.norad_id)]
    assert {str(n) for n in sky.truth.swap.norad_ids} <= {s.other for s in others}
    assert len(others) > 10
    assert max(s.unusual for s in others) < 0.1
