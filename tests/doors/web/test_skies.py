"""Skies that are kept: the same as those that are read anew, one making for all who ask, and never more than so many."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.doors.web.kept import Kept
from hoshimori.doors.web.skies import SKIES, Skies
from hoshimori.doors.web.world import World
from hoshimori.errors import UsageError
from hoshimori.facts import NOT_A_TIME, DataMode, ElementSets


def one_set(epoch: np.datetime64, known: np.datetime64 = NOT_A_TIME) -> ElementSets:
    elements = {
        "mean_motion_rev_day": 15.0,
        "eccentricity": 0.001,
        "inc_deg": 51.0,
        "raan_deg": 1.0,
        "argp_deg": 2.0,
        "ma_deg": 3.0,
    }
    columns = {"norad_id": [7], "epoch_utc": np.array([epoch]), "known_utc": np.array([known])}
    return ElementSets.build(columns | {k: [v] for k, v in elements.items()}, data_mode=DataMode.EXERCISE)


@pytest.mark.parametrize("hours", [0, 1, 5, 26, 100, 200, 312])
def test_a_kept_sky_is_what_a_fresh_view_gives(practice_world: World, hours: int) -> None:
    """Whatever was asked before: by law, for any moment, at its edges too."""
    skies = Skies(practice_world)
    end = skies.moment("data")
    for step in (np.timedelta64(0, "us"), np.timedelta64(1, "us"), np.timedelta64(60, "s")):
        t = end - np.timedelta64(hours, "h") + step
        fresh = skies.view(t).latest()
        kept = skies.at(t).latest
        assert kept.digest_texts() == fresh.digest_texts()
        assert kept.name.tolist() == fresh.name.tolist()
        assert skies.at(t).freshness.element_sets == len(skies.view(t).history(fresh.norad_id.tolist(), reissues=True))


def test_at_the_very_moment_of_knowledge_a_set_is_seen(bare: World) -> None:
    known = np.datetime64("2026-05-30T12:00:00", "us")
    sets = one_set(known, known)
    Catalogue(bare.home).append(sets, provider="test", location="test")
    skies, tick = Skies(bare), np.timedelta64(1, "us")
    assert [len(skies.at(t).latest) for t in (known - tick, known, known + tick, known - tick)] == [0, 1, 1, 0]


def test_what_is_taken_in_meanwhile_is_seen(bare: World) -> None:
    skies = Skies(bare)
    t = np.datetime64("2026-06-01", "us")
    assert len(skies.at(t).latest) == 0
    Catalogue(bare.home).append(one_set(t - np.timedelta64(2, "D")), provider="test", location="test")
    assert len(skies.at(t).latest) == 1


def test_the_same_knowledge_is_kept_once(practice_world: World) -> None:
    skies = Skies(practice_world)
    t = skies.moment("data")
    assert skies.at(t) is skies.at(t + np.timedelta64(30, "D"))
    for hours in range(1, 3 * SKIES):
        skies.at(t - np.timedelta64(24 * hours, "h"))
    assert skies.kept() == SKIES


def test_a_moment_that_has_not_come_is_refused(bare: World) -> None:
    with pytest.raises(UsageError, match="ahead of now"):
        Skies(bare).moment("2999-01-01")


def test_many_who_ask_at_once_wait_for_one_making() -> None:
    kept, made = Kept(4), []

    def make() -> int:
        made.append(1)
        time.sleep(0.05)
        return 42

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("key", make))) for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert (found, len(made)) == ([42] * 12, 1)


def test_what_failed_is_tried_again_and_the_oldest_goes_first() -> None:
    kept, tries = Kept(2), []

    def fail() -> int:
        tries.append(1)
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            kept.get("bad", fail)
    assert len(tries) == 2
    made: list[str] = []
    for key in ("a", "b", "a", "c", "a", "b"):
        kept.get(key, lambda key=key: made.append(key))  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
    assert len(kept) == 2


def test_a_warm_sky_is_the_one_that_is_asked_for(practice_world: World) -> None:
    skies = Skies(practice_world)
    skies.warm()
    assert skies.kept() == 1
    assert len(skies.at(skies.moment(None)).satellites) == len(skies.view(skies.moment(None)).latest())
    assert skies.kept() == 1


def test_an_empty_world_warms_to_an_empty_sky(bare: World) -> None:
    Skies(bare).warm()
