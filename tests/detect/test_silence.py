"""Silences by construction: cut, cut with siblings, about to come down, renumbered, the provider out; and nothing at all."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from hoshimori.catalogue import MemoryView
from hoshimori.detect.silence import Account, Settings, Silence
from hoshimori.facts import ElementSets, ObjectName
from hoshimori.findings import Event
from hoshimori.ports import Detector
from tests.detect.quiet_skies import AS_OF_DAY, DAY, FIRST_OTHER, SUBJECT, T0, crowd, published, times, view_of, watched

ALONE = Settings(neighbours=0)


def own(last_day: float, seed: int = 9, **how: float) -> list[float]:
    return times(np.random.default_rng(seed), last_day, **how)


def account(sets: ElementSets, as_of_day: float = AS_OF_DAY, names: tuple[ObjectName, ...] = ()) -> Account:
    (found,) = Silence(ALONE).accounts(view_of(sets, as_of_day, names), watched(SUBJECT))
    return found


def called(kind: str, decay_date: str = "") -> tuple[ObjectName, ...]:
    return (ObjectName(SUBJECT, "", "GUARD", kind, "", "", decay_date, T0, "a test"),)


def test_it_is_a_detector() -> None:
    detector: Detector = Silence()
    assert (detector.name, detector.version) == ("silence", "1")


def test_who_is_published_as_ever_is_on_time() -> None:
    found = account(published({SUBJECT: own(AS_OF_DAY), **crowd()}))
    assert found.state == "on time"
    assert found.likeliest == "on time"
    assert 0.7 < found.usual_days < 1.3
    assert sum(found.odds.values()) == pytest.approx(1.0)
    assert Silence(ALONE).detect(view_of(published({SUBJECT: own(AS_OF_DAY), **crowd()})), watched(SUBJECT)) == []


@pytest.mark.parametrize(("silent_days", "state"), [(1.0, "on time"), (3.3, "late"), (12.0, "silent")])
def test_a_cut_record_becomes_late_and_then_silent(silent_days: float, state: str) -> None:
    found = account(published({SUBJECT: own(AS_OF_DAY - silent_days), **crowd()}))
    assert found.state == state


def test_the_longer_the_silence_the_surer_that_nothing_more_comes() -> None:
    waited = [
        account(published({SUBJECT: own(AS_OF_DAY - 25.0), **crowd()}), AS_OF_DAY - 25.0 + d) for d in (2.0, 5.0, 10.0, 20.0)
    ]
    gone = [a.gone for a in waited]
    p = [a.p_value for a in waited]
    assert gone == sorted(gone)
    assert p == sorted(p, reverse=True)
    assert all(sum(a.odds.values()) == pytest.approx(1.0) for a in waited)


def test_nobody_is_late_where_nobody_was_heard() -> None:
    """The files end twelve days before the moment asked: old data, not forty satellites lost."""
    sets = published({SUBJECT: own(AS_OF_DAY - 12.0), **crowd(last_day=AS_OF_DAY - 12.0)})
    found = account(sets)
    assert found.state == "nobody heard"
    assert found.likeliest == "provider outage"
    assert Silence(ALONE).detect(view_of(sets), watched(SUBJECT)) == []


def test_an_outage_in_between_is_not_counted() -> None:
    """Nobody is published from day 45 to day 57; on day 58 most are back, and this one is not yet."""
    days = {n: [d for d in known if not 45.0 < d < 57.0] for n, known in {SUBJECT: own(56.0), **crowd()}.items()}
    found = account(published(days), 58.0)
    assert found.around is not None
    assert 10.0 < found.around.dead_days < 12.5
    assert found.p_value > 0.05
    assert found.state in ("on time", "nobody heard")


def test_half_of_a_list_out_is_taken_for_an_outage() -> None:
    """Of sixty others forty stop with it: a list of the provider is out, not forty-one satellites."""
    rng = np.random.default_rng(2)
    days = {FIRST_OTHER + k: times(rng, AS_OF_DAY - (4.0 if k < 40 else 0.0)) for k in range(60)}
    found = account(published({SUBJECT: own(AS_OF_DAY - 4.0), **days}))
    assert found.around is not None
    assert found.around.late > 20
    assert found.likeliest == "provider outage"
    assert found.state == "nobody heard"


def test_siblings_that_stop_with_it_speak_for_an_end_of_publication() -> None:
    last = AS_OF_DAY - 10.0
    alone = account(published({SUBJECT: own(last), SUBJECT + 1: own(AS_OF_DAY, 3), **crowd()}), names=called("PAYLOAD"))
    days = {SUBJECT: own(last), SUBJECT + 1: own(last, 3), SUBJECT + 2: own(last, 4), **crowd()}
    together = account(published(days), names=called("PAYLOAD"))
    assert together.around is not None
    assert together.around.siblings_silent == 2
    key = "not published any more"
    assert together.odds[key] > 10.0 * alone.odds[key]
    assert together.odds[key] > together.odds["lost"]


def test_debris_is_lost_and_not_withheld() -> None:
    found = account(published({SUBJECT: own(AS_OF_DAY - 15.0), **crowd()}), names=called("DEBRIS"))
    assert found.odds["lost"] > 100.0 * found.odds["not published any more"]


def test_who_was_about_to_come_down_came_down() -> None:
    low = {"mean_motion_rev_day": {SUBJECT: 16.4}, "ndot_rev_day2": {SUBJECT: 0.1}}
    found = account(published({SUBJECT: own(AS_OF_DAY - 6.0), **crowd()}, **low))
    assert found.left_days < 1.0
    assert found.likeliest == "decayed"
    assert found.odds["decayed"] > 0.95
    assert found.state == "silent"


def test_the_catalogue_s_own_word_of_a_decay_is_believed() -> None:
    found = account(published({SUBJECT: own(AS_OF_DAY - 6.0), **crowd()}), names=called("PAYLOAD", "2026-04-24"))
    assert found.likeliest == "decayed"


def test_a_new_number_on_its_orbit_is_found() -> None:
    days = own(AS_OF_DAY)
    sets = published({SUBJECT: days, **crowd()})
    cut = T0 + np.timedelta64(50 * 86400, "s")
    moved = sets.having(norad_id=np.where((sets.norad_id == SUBJECT) & (sets.epoch_utc > cut), 799_000_001, sets.norad_id))
    found = account(moved)
    assert found.heir is not None
    assert found.heir.norad_id == 799_000_001
    assert found.likeliest == "renumbered"


def test_what_cannot_be_seen_is_not_called_silent() -> None:
    sets = published(crowd())
    hidden, absent = watched(SUBJECT, public=False), watched(SUBJECT + 7)
    assert [a.state for a in Silence().accounts(view_of(sets), hidden)] == ["not observable"]
    assert [a.state for a in Silence().accounts(view_of(sets), absent)] == ["never catalogued"]
    nameless = replace(hidden, assets=(replace(hidden.assets[0], norad_id=None),))
    assert [a.state for a in Silence().accounts(view_of(sets), nameless)] == ["not observable"]


def test_of_one_set_each_nothing_is_alarmed_about() -> None:
    days = {FIRST_OTHER + k: [float(d)] for k, d in enumerate(np.random.default_rng(4).uniform(58.0, 60.0, 200))}
    sets = published({SUBJECT: [40.0], **days})
    found = account(sets)
    assert found.state == "rhythm not known"
    assert found.older_share == 0.0
    assert {r.code for r in found.open_to} == {"silence no rhythm", "silence older than others"}
    assert Silence().detect(view_of(sets), watched(SUBJECT, *days)) == []


def test_an_empty_view_and_a_moment_before_the_data_give_nothing() -> None:
    empty = MemoryView(ElementSets.empty(), T0, T0 + DAY, T0)
    assert Silence().detect(empty, watched(SUBJECT)) == []
    before = view_of(published({SUBJECT: own(AS_OF_DAY), **crowd()}), -30.0)
    assert [a.state for a in Silence().accounts(before, watched(SUBJECT))] == ["never catalogued"]
    assert Silence().detect(before, replace(watched(SUBJECT), assets=())) == []


def test_one_set_dated_ahead_does_not_make_everybody_else_late() -> None:
    days = {SUBJECT: own(AS_OF_DAY), **crowd()}
    sets = published({**days, FIRST_OTHER + 500: [AS_OF_DAY + 6.0]})
    known = np.where(sets.norad_id == FIRST_OTHER + 500, T0 + 60 * DAY, sets.known_utc)
    found = account(sets.having(known_utc=known))
    assert found.state == "on time"


def event_of(sets: ElementSets) -> tuple[Event, MemoryView]:
    view = view_of(sets)
    (found,) = Silence(ALONE).detect(view, watched(SUBJECT))
    return found, view


def test_an_event_says_what_it_rests_on_and_what_it_cannot_exclude() -> None:
    found, _ = event_of(published({SUBJECT: own(AS_OF_DAY - 12.0), **crowd()}))
    assert (found.kind, found.subject, found.normal) == ("silence", str(SUBJECT), False)
    assert found.quantities["silent_days"].value > 11.0
    assert {x.verdict for x in found.explanations} & {"possible", "cannot tell"}
    assert "silence reason unseen" in {x.reason.code for x in found.explanations}
    for word in ("hostile", "attack", "deliberate", "intent"):
        assert word not in json.dumps(found.to_json()).lower()


def test_an_event_comes_out_again_from_its_own_evidence() -> None:
    """As `verify` does it: the named sets alone, the settings recorded, after a walk through JSON."""
    sets = published({SUBJECT: own(AS_OF_DAY - 12.0), **crowd()})
    found, view = event_of(sets)
    told = Event.from_json(json.loads(json.dumps(found.to_json())))
    wanted = set(told.evidence[0].inputs)
    named = sets.take(np.array([d in wanted for d in sets.digest_texts()]))
    assert set(named.norad_id.tolist()) == {SUBJECT}
    alone = MemoryView(named, view.start_utc, view.stop_utc, view.as_of_utc)
    (again,) = Silence().with_settings(told.evidence[0].parameters["settings"]).detect(alone, watched(SUBJECT))
    assert again.event_id == found.event_id


def test_a_silent_neighbour_is_told_with_the_asset_that_it_is_beside() -> None:
    """Two on one orbit, five degrees apart; the other one stops."""
    days = own(AS_OF_DAY)
    sets = published({SUBJECT: days, **crowd()})
    mine = sets.take(sets.norad_id == SUBJECT)
    beside = mine.having(norad_id=mine.norad_id + 1, ma_deg=(mine.ma_deg + 5.0) % 360.0)
    beside = beside.take(beside.epoch_utc < T0 + 38 * DAY)
    view = view_of(ElementSets.concat([sets, beside]))
    (found,) = Silence().detect(view, watched(SUBJECT))
    assert (found.subject, found.others) == (str(SUBJECT), (str(SUBJECT + 1),))
    wanted = set(found.evidence[0].inputs)
    every = ElementSets.concat([sets, beside])
    named = every.take(np.array([d in wanted for d in every.digest_texts()]))
    alone = MemoryView(named, view.start_utc, view.stop_utc, view.as_of_utc)
    (again,) = Silence().with_settings(found.evidence[0].parameters["settings"]).detect(alone, watched(SUBJECT))
    assert again.event_id == found.event_id


def test_false_alarms_come_no_oftener_than_stated() -> None:
    """Forty objects that go on, asked at every third day of a month: 0.1 a year and object is below one alarm in all."""
    sets = published(crowd(seed=8, count=40))
    alarms = 0
    for day in range(30, 60, 3):
        every = watched(*range(FIRST_OTHER, FIRST_OTHER + 40))
        alarms += sum(a.state == "silent" for a in Silence(ALONE).accounts(view_of(sets, float(day)), every))
    assert alarms <= 1
