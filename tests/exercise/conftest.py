"""One practice sky for all tests of the room."""

from __future__ import annotations

import pytest

from hoshimori.exercise import PracticeSky, practice_sky
from hoshimori.facts import ElementSets
from hoshimori.formats import read


@pytest.fixture(scope="session")
def sky() -> PracticeSky:
    return practice_sky()


@pytest.fixture(scope="session")
def sets(sky: PracticeSky) -> ElementSets:
    """What a reader of the bytes gets, with the times at which each record was first seen, sorted by object and epoch."""
    parts = []
    for received in sky.received:
        (parsed,) = read(received.content, received.location)
        assert parsed.problems == ()
        seen = [received.first_seen[int(k)] for k in parsed.record_of_row]
        parts.append(parsed.element_sets.having(known_utc=seen))
    together = ElementSets.concat(parts)
    return together.take(sorted(range(len(together)), key=lambda k: (together.norad_id[k], together.epoch_utc[k])))
