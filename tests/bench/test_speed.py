"""The series of doubled catalogues holds whole objects, each in all the larger ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from bench.manoeuvres.speed import SHARES, every, objects
from hoshimori.facts import ElementSets
from tests.bench.made import hours, sets


def test_a_share_of_a_catalogue_holds_whole_objects() -> None:
    catalogue = ElementSets.concat([sets(number, hours(*range(0, 24 * (3 + number % 2), 24))) for number in range(1, 17)])
    parts = [every(catalogue, share) for share in SHARES]
    assert [objects(part) for part in parts] == [2, 4, 8, 16]
    assert len(parts[-1]) == len(catalogue)
    for small, large in pairwise(parts):
        assert set(small.norad_id.tolist()) < set(large.norad_id.tolist())
    for part in parts:
        for number in np.unique(part.norad_id):
            assert (part.norad_id == number).sum() == (catalogue.norad_id == number).sum()
