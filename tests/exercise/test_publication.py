"""From tracks to sets: who is left out changes nothing for the others, and what is rounded stays rounded."""

from __future__ import annotations

from itertools import islice

import numpy as np

from hoshimori.exercise.population import leo_crowd
from hoshimori.exercise.publication import LEO_CARE, Showing, by_day, published
from hoshimori.facts import ElementSets

DAY_US = 86_400_000_000
STOP_US = int(np.datetime64("2026-06-01T00:00:00", "us").astype(np.int64))
START_US = STOP_US - 5 * DAY_US


def crowd(seed: int = 1) -> list[Showing]:
    return [Showing(t, LEO_CARE, START_US, STOP_US) for t in islice(leo_crowd(seed, START_US), 20)]


def digests(sets: ElementSets, norad_ids: set[int]) -> set[str]:
    return set(sets.take(np.isin(sets.norad_id, list(norad_ids))).digest_texts())


def test_one_more_actor_changes_no_other_set() -> None:
    everyone = crowd()
    few = {s.track.norad_id for s in everyone[::2]}
    alone = published(1, everyone[::2], STOP_US)
    assert digests(alone, few) == digests(published(1, everyone, STOP_US), few)
    assert len(alone) > 20


def test_another_seed_gives_other_orbits() -> None:
    one, other = published(1, crowd(1), STOP_US), published(2, crowd(2), STOP_US)
    assert set(one.digest_texts()).isdisjoint(other.digest_texts())
    assert set(one.norad_id.tolist()) == set(other.norad_id.tolist())


def test_numbers_have_the_digits_of_an_element_set() -> None:
    sets = published(1, crowd(), STOP_US)
    for column, digits in (("mean_motion_rev_day", 8), ("eccentricity", 7), ("inc_deg", 4), ("raan_deg", 4), ("ma_deg", 4)):
        value = getattr(sets, column)
        assert np.array_equal(value, np.round(value, digits)), column
    for column in ("raan_deg", "argp_deg", "ma_deg"):
        assert ((getattr(sets, column) >= 0) & (getattr(sets, column) < 360)).all(), column
    assert (sets.epoch_utc.astype(np.int64) % 864 == 0).all()  # 1e-8 day


def test_nothing_comes_after_the_last_epoch_or_the_end() -> None:
    cut_us = STOP_US - 2 * DAY_US
    sets = published(1, [Showing(s.track, LEO_CARE, START_US, cut_us) for s in crowd()], STOP_US)
    assert sets.epoch_utc.max() <= np.datetime64(cut_us, "us")
    assert sets.known_utc.max() <= np.datetime64(STOP_US, "us")


def test_files_hold_one_day_each_and_every_record_once() -> None:
    sets = published(1, crowd(), STOP_US)
    files = by_day(1, sets)
    assert sum(len(f.first_seen) for f in files) == len(sets)
    for f in files:
        day = f.received_utc - np.timedelta64(1, "D")
        assert all(day <= t < f.received_utc for t in f.first_seen.values())
        assert str(day.astype("datetime64[D]")) in f.location
