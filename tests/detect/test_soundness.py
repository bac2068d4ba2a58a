"""Which sets are believed, which are joined, and what is said about the rest."""

from __future__ import annotations

from math import pi

import numpy as np

from hoshimori.detect.neighbourhood import last_of_each_fit
from hoshimori.detect.soundness import Soundness, soundness
from hoshimori.facts import ElementSets
from hoshimori.sky import orbits
from tests.detect.skies import ASSET, GEO_KM, OTHER, RING, THIRD, daily, east, sets_of, sky, track, us


def judged(sets: ElementSets) -> tuple[ElementSets, Soundness]:
    sets = sets.take(np.lexsort((sets.epoch_utc, sets.norad_id)))
    angles = sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg
    prepared = orbits.prepare(sets.epoch_utc, sets.mean_motion_rev_day, sets.eccentricity, *angles, sets.bstar_per_er)
    return sets, soundness(sets, prepared)


def test_sets_of_one_orbit_are_all_kept_and_joined() -> None:
    sets, found = judged(sky(daily(track(ASSET, RING)), daily(track(OTHER, east(50.0)))))
    last = np.append(sets.norad_id[1:] != sets.norad_id[:-1], True)
    assert found.keep.all()
    assert (found.joined == ~last).all()
    assert found.suspicions == ()


def test_a_wild_set_is_left_out_and_its_neighbours_are_joined() -> None:
    far, near = track(OTHER, east(-GEO_KM * pi)), track(OTHER, east(20.0))
    sets, found = judged(sky(daily(far, -10.0, -3.0), sets_of(near, [-2.75]), daily(far, -2.5, 0.0)))
    (wild,) = np.flatnonzero(~found.keep)
    assert found.joined[wild - 1]
    assert [(s.kind, s.norad_id, s.t_utc) for s in found.suspicions] == [("wild set", OTHER, sets.epoch_utc[wild])]


def test_a_wild_set_that_lies_on_anothers_orbit_is_a_cross_tag() -> None:
    far, near = track(OTHER, east(-GEO_KM * pi)), track(THIRD, east(20.0))
    sets = sky(daily(far, -10.0, -3.0), sets_of(near, [-2.75], number=OTHER), daily(far, -2.5, 0.0), daily(near))
    _, found = judged(sets)
    assert [(s.kind, s.norad_id, s.other) for s in found.suspicions] == [("cross-tag", OTHER, THIRD)]


def test_a_small_burn_is_joined_and_a_leap_is_not() -> None:
    for km, joined in ((40.0, True), (3000.0, False)):
        moved = track(OTHER, RING, (-3.0, east(km, of=track(OTHER, RING).mean_at(us(-3.0)))))
        sets, found = judged(daily(moved))
        before = np.flatnonzero(sets.epoch_utc < np.datetime64("2026-03-17T12:00"))[-1]
        assert found.keep.all()
        assert bool(found.joined[before]) is joined


def test_a_set_that_cannot_be_propagated_is_left_out_with_its_code() -> None:
    sets = daily(track(ASSET, RING))
    e = sets.eccentricity.copy()
    e[3] = 1.5
    _, found = judged(sets.having(eccentricity=e))
    assert np.flatnonzero(~found.keep).tolist() == [3]
    assert [s.kind for s in found.suspicions] == ["cannot be propagated"]


def test_nothing_is_judged_sound() -> None:
    assert soundness(ElementSets.empty(), orbits.prepare(np.zeros(0, "datetime64[us]"), *[np.zeros(0)] * 7)).suspicions == ()


def test_of_one_fit_issued_again_the_last_known_stands() -> None:
    one = daily(track(ASSET, RING), -2.0, 0.0)
    again = one.having(epoch_utc=one.epoch_utc - np.timedelta64(864, "us"), known_utc=one.epoch_utc + np.timedelta64(9, "h"))
    one = one.having(known_utc=one.epoch_utc + np.timedelta64(8, "h"))
    both = sky(one, again)
    kept = last_of_each_fit(both.take(np.lexsort((both.epoch_utc, both.norad_id))))
    assert kept.digest_texts() == again.digest_texts()
