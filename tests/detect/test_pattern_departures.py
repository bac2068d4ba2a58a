"""How a score rises when an object leaves its usual, that it stays down when it does not, and what the detector makes of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from hoshimori.catalogue import MemoryView
from hoshimori.detect.habit import LABELS, Departure, Pattern
from hoshimori.detect.pattern import Settings, Usual, departure, describe
from hoshimori.errors import UsageError
from hoshimori.exercise.arcs import Track
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import Event
from hoshimori.ports import Detector
from hoshimori.verify import NEEDED
from tests.detect.habits import NUMBER, daily, free, low, pushed, rewritten, station_kept, tilted
from tests.detect.skies import asset, at, watching

PAST = 200.0


@cache
def kept() -> Track:
    return station_kept(100.0, 20.0, 300.0)


def seen(one: Track, first: float, last: float, seed: int = 3) -> ElementSets:
    return rewritten(daily(one, first, last), seed)


def seen_low(one: Track, first: float, last: float, seed: int = 3) -> ElementSets:
    return rewritten(daily(one, first, last), seed, motion=1e-7, angle_deg=1e-4)


def usual(sets: ElementSets) -> Pattern:
    found = describe(sets)
    assert isinstance(found, Pattern)
    return found


def judged(after: Track, until: float = PAST + 20.0, before: Track | None = None) -> Departure:
    return departure(usual(seen(before or kept(), 0.5, PAST)), seen(after, PAST + 0.5, until, 4))


def test_what_goes_on_as_before_scores_nothing() -> None:
    going_on = judged(kept(), PAST + 90.0)
    assert going_on.score < 0.2
    assert going_on.sets == 90


@pytest.mark.parametrize("dv_m_s", [-2.0, 2.0])
def test_a_relocation_is_told_from_the_first_sets_after_the_burn(dv_m_s: float) -> None:
    left = judged(pushed(kept(), PAST + 3.0, dv_m_s))
    assert left.label == "relocation"
    assert {r.code for r in left.reasons} >= {"drifts faster than usual", "outside its slot"}
    assert left.score > 0.95
    assert abs(left.start_utc - at(PAST + 3.0)) < np.timedelta64(2, "D")


def test_a_rise_to_the_graveyard_leaves_the_ring() -> None:
    assert judged(pushed(kept(), PAST + 3.0, 11.0)).label == "left the ring"


def test_who_stops_burning_falls_out_of_the_slot_and_is_said_to_have_ceased() -> None:
    ended = Track(NUMBER, "", "", tuple(p for p in kept().pieces if p[0] <= kept().pieces[9][0]))
    assert judged(ended, PAST + 3.0).score < 0.2
    later = judged(ended, PAST + 70.0)
    assert (later.label, later.reasons[0].code) == ("station-keeping ceased", "outside its slot and no burn")
    assert later.score > 0.5


def test_a_turned_plane_is_told() -> None:
    left = judged(tilted(kept(), PAST + 3.0, 0.6))
    assert left.label in ("plane no longer kept", "plane changed")
    assert left.score > 0.9


def test_what_drifted_and_is_pushed_has_its_drift_changed_and_what_stops_stands_still() -> None:
    drifting = free(120.0, 0.5)
    assert judged(drifting, before=drifting).score < 0.2
    slow = free(20.0, -0.6)
    assert judged(pushed(slow, PAST + 3.0, -0.5), before=slow).label == "drift changed"
    drift = usual(seen(slow, 0.5, PAST)).quantities["drift_now_deg_day"].value
    stopped = judged(pushed(slow, PAST + 3.0, drift * 3074.7 / (3.0 * 360.9856)), before=slow)
    assert stopped.label == "stopped in a slot"
    assert stopped.score > 0.9


def test_a_low_orbit_that_is_no_longer_lifted_is_told() -> None:
    past, later = low(5.0, 30.0, 300.0), low(5.0, 30.0, 190.0)
    pattern = usual(seen_low(past, 0.5, PAST))
    assert departure(pattern, seen_low(past, PAST + 0.5, 290.0, 4)).score < 0.2
    left = departure(pattern, seen_low(later, PAST + 0.5, 290.0, 4))
    assert (left.label, left.reasons[0].code) == ("station-keeping ceased", "below its altitude and no burn")
    assert left.score > 0.9


def test_a_low_orbit_that_is_raised_or_turned_is_told() -> None:
    past = low(5.0, 30.0, 300.0)
    pattern = usual(seen_low(past, 0.5, PAST))
    assert departure(pattern, seen_low(pushed(past, PAST + 3.0, 1.0), PAST + 0.5, PAST + 20.0)).label == "left its altitude"
    assert departure(pattern, seen_low(tilted(past, PAST + 3.0, 0.3), PAST + 0.5, PAST + 20.0)).label == "plane changed"


def test_one_wild_set_is_not_believed() -> None:
    newer = seen(kept(), PAST + 0.5, PAST + 20.0)
    wild = newer.mean_motion_rev_day.copy()
    wild[7] += 0.01
    assert departure(usual(seen(kept(), 0.5, PAST)), newer.having(mean_motion_rev_day=wild)).score < 0.2


def test_sets_that_the_pattern_was_learnt_from_are_not_judged() -> None:
    past, newer = seen(kept(), 0.5, PAST), seen(pushed(kept(), PAST + 3.0, 2.0), PAST + 0.5, PAST + 20.0)
    both = ElementSets.concat([past, newer])
    assert departure(usual(past), both).to_json() == departure(usual(past), newer).to_json()
    assert departure(usual(past), past).reasons[0].code == "too few newer sets"
    assert departure(usual(past), ElementSets.empty()).score == 0.0


def test_another_objects_sets_are_refused() -> None:
    newer = seen(kept(), PAST + 0.5, PAST + 20.0)
    with pytest.raises(UsageError, match=f"the pattern is of {NUMBER}"):
        departure(usual(seen(kept(), 0.5, PAST)), newer.having(norad_id=np.full(len(newer), 1)))


def view(sets: ElementSets, as_of: float = PAST + 12.0) -> MemoryView:
    return MemoryView(sets, at(PAST), at(PAST + 10.0), at(as_of), data_modes=tuple(DataMode))


def whole(after: Track) -> ElementSets:
    return ElementSets.concat([seen(kept(), 0.5, PAST), seen(after, PAST + 0.5, PAST + 20.0, 4)])


def detected(sets: ElementSets, as_of: float = PAST + 12.0, using: Usual | None = None) -> list[Event]:
    return (using or Usual()).detect(view(sets, as_of), watching(NUMBER, 77))


def test_the_detector_tells_of_a_watched_satellite_that_leaves_and_of_none_that_stays() -> None:
    detector: Detector = Usual()
    assert (detector.name, detector.version) == ("pattern", "1")
    assert detected(whole(kept())) == []
    (event,) = detected(whole(pushed(kept(), PAST + 3.0, 2.0)))
    assert (event.kind, event.subject, event.label, event.normal) == ("pattern", str(NUMBER), "relocation", False)
    assert event.label in LABELS
    assert event.quantities["score"].value > 0.95
    assert at(PAST) <= event.start_utc <= event.stop_utc <= at(PAST + 10.0)
    assert set(NEEDED) <= set(event.evidence[0].parameters)


def test_nothing_is_known_before_its_sets_are() -> None:
    sets = whole(pushed(kept(), PAST + 3.0, 2.0))
    assert detected(sets, as_of=PAST + 3.0) == []
    early = detected(sets, as_of=PAST + 6.0)
    assert [e.label for e in early] == ["relocation"]
    assert early[0].stop_utc <= at(PAST + 6.0)


def test_a_finding_comes_out_again_from_its_own_evidence_alone() -> None:
    sets = whole(pushed(kept(), PAST + 3.0, 2.0))
    (event,) = detected(sets)
    inputs = set(event.evidence[0].inputs)
    given = sets.take(np.array([d in inputs for d in sets.digest_texts()]))
    using = Usual().with_settings(event.evidence[0].parameters["settings"])
    assert [e.event_id for e in detected(given, using=using)] == [event.event_id]
    assert len(given) < len(sets)


def test_a_past_too_short_to_learn_from_tells_nothing_and_a_lower_score_tells_more() -> None:
    sets = whole(pushed(kept(), PAST + 3.0, 2.0))
    assert detected(sets.take(sets.epoch_utc > at(PAST - 8.0))) == []
    assert detected(whole(kept()), using=Usual(Settings(least_score=0.0))) != []


def test_an_asset_without_a_number_is_passed_over() -> None:
    nameless = watching(NUMBER)
    unseen = type(nameless)("one", "one", "", "2026-03-01", (asset(None, "owner's own"),))
    assert Usual().detect(view(whole(kept())), unseen) == []
