"""Re-entries: true times inside the window, claims that run again from their evidence, and what cannot be told said so."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hoshimori.alliance.regions import built_in_regions
from hoshimori.catalogue import MemoryView
from hoshimori.declared.decay_messages import DecayMessage
from hoshimori.detect import decay_fit
from hoshimori.detect.reentry import Reentry, Settings
from hoshimori.facts import Asset, DataMode, ElementSets, Watchlist
from hoshimori.findings import Event
from hoshimori.sky.atmosphere import steady
from tests.detect.falls import AP, F107, NOBODY, SETTINGS, as_known, fall, view_of

DAY = np.timedelta64(1, "D")
REGIONS = tuple(r.to_json() for r in built_in_regions())


@pytest.mark.parametrize(("kind", "seed"), [("upper stage", 1), ("satellite", 2), ("satellite", 3)])
@pytest.mark.parametrize("before", [5.0, 1.0, 0.3])
def test_the_true_time_lies_in_the_window(kind: str, seed: int, before: float) -> None:
    made = fall(kind, seed)
    (event,) = Reentry(SETTINGS).detect(view_of(*as_known(made, before)), NOBODY)
    assert event.start_utc <= made.end_utc <= event.stop_utc
    assert event.label == "natural"
    left = event.quantities["remaining"].value
    assert abs(left - before) < 0.25 * (before + event.quantities["since_newest_set"].value)


def test_the_line_on_the_ground_passes_near_the_place_where_it_ended() -> None:
    from hoshimori.sky.ground_track import below

    for kind, seed in (("upper stage", 1), ("satellite", 2)):
        made = fall(kind, seed)
        (case,) = Reentry(SETTINGS).cases(view_of(*as_known(made, 1.0)))
        assert case.track is not None
        true = below(made.end_teme_km[None], np.array([made.end_utc]))
        k = int(np.argmin(np.abs(case.track.t_utc - made.end_utc)))
        assert abs(case.track.lat_deg[k] - true.lat_deg[0]) < 8.0
        off = (case.track.lon_deg_e[k] - true.lon_deg_e[0] + 180.0) % 360.0 - 180.0
        assert abs(off * np.cos(np.radians(true.lat_deg[0]))) < 8.0


def test_a_claim_runs_again_from_its_evidence_alone() -> None:
    sets, as_of = as_known(fall("satellite", 2), 2.0)
    asset = Asset("ours", int(sets.norad_id[0]), "2014-001A", "OURS", "", "", "LEO", None, True, "", "")
    (event,) = Reentry(Settings(f107=F107, ap=AP, regions=REGIONS)).detect(
        view_of(sets, as_of), Watchlist("mine", "", "", "", (asset,))
    )
    recorded = json.loads(json.dumps(event.to_json()))
    parameters = recorded["evidence"][0]["parameters"]
    for needed in ("start", "stop", "as_of", "asset", "cospar_id", "declared", "settings"):
        assert needed in parameters
    known = dict(zip(sets.digest_texts(), range(len(sets)), strict=True))
    inputs = sets.take(np.array([known[d] for d in recorded["evidence"][0]["inputs"]]))
    start, stop, moment = (np.datetime64(parameters[k].rstrip("Z"), "us") for k in ("start", "stop", "as_of"))
    view = MemoryView(inputs, start, stop, moment, data_modes=tuple(DataMode))
    again = Reentry().with_settings(parameters["settings"]).detect(view, Watchlist("re-run", "", "", "", (asset,)))
    assert [e.event_id for e in again] == [event.event_id]
    assert Event.from_json(recorded).event_id == event.event_id


def test_every_claim_says_what_it_cannot_exclude() -> None:
    for before in (5.0, 0.3):
        (event,) = Reentry(SETTINGS).detect(view_of(*as_known(fall("upper stage", 1), before)), NOBODY)
        assert any(x.verdict in ("possible", "cannot tell") for x in event.explanations)
        assert {x.name for x in event.explanations} == {"identity swap", "bad fit", "tumbling", "thrust", "storm"}


def test_one_set_alone_gives_a_wider_window() -> None:
    sets, as_of = as_known(fall("satellite", 2), 2.0)
    (many,) = Reentry(SETTINGS).detect(view_of(sets, as_of), NOBODY)
    (one,) = Reentry(SETTINGS).detect(view_of(sets.take(slice(len(sets) - 1, None)), as_of), NOBODY)
    assert one.evidence[0].parameters["basis"] == "rate"
    assert (one.stop_utc - one.start_utc) > 1.5 * (many.stop_utc - many.start_utc)
    assert one.label == "cannot tell"


def test_a_set_that_is_far_off_is_left_out() -> None:
    sets, as_of = as_known(fall("satellite", 2), 3.0)
    bad = sets.mean_motion_rev_day.copy()
    bad[len(bad) // 2] -= 0.01
    spoilt = sets.having(mean_motion_rev_day=bad)
    assert np.flatnonzero(~decay_fit.sound(spoilt)).tolist() == [len(bad) // 2]
    assert decay_fit.sound(sets).all()
    plain, other = (Reentry(SETTINGS).cases(view_of(s, as_of))[0] for s in (sets, spoilt))
    assert abs(plain.best_utc - other.best_utc) / DAY < 0.1


def test_order_of_sets_does_not_matter_and_sets_of_the_future_are_not_used() -> None:
    sets, as_of = as_known(fall("satellite", 3), 2.0)
    mixed = sets.take(np.random.default_rng(20260002).permutation(len(sets)))
    late = sets.take(slice(len(sets) - 1, None))
    ahead = late.having(epoch_utc=np.array([as_of + np.timedelta64(1, "D")]), mean_motion_rev_day=np.array([16.4]))
    expected, *others = (Reentry(SETTINGS).cases(view_of(s, as_of))[0] for s in (sets, mixed, ElementSets.concat([sets, ahead])))
    for other in others:
        assert other.best_utc == expected.best_utc
        assert other.sets.digest_texts() == expected.sets.digest_texts()


def test_b_is_what_it_was_flown_with_under_the_same_law() -> None:
    """There and back: sets made by the fall of sky.decay itself give its B back."""
    from hoshimori.sky import decay

    air, epoch = steady(f107=F107, ap=AP), np.datetime64("2014-05-01T00:00:00", "us")
    first = decay_fit.States(
        np.array([epoch]), np.array([6638.0]), np.array([0.002]), np.array([0.9]), np.array([1.0]), np.array([0.5])
    )
    for b in (0.004, 0.03, 0.2):
        days = np.array([0.5])
        flown = decay.fall(*first, np.array([b]), air, until_days=0.501, at_days=days[None, :])
        pair = first.take(np.array([0, 0]))
        pair = pair._replace(
            epoch_utc=epoch + np.array([0, 43_200_000_000], "timedelta64[us]"),
            sma_km=np.array([6638.0, float(flown.sma_km[0, 0])]),
        )
        found = decay_fit.b_between(pair, np.array([0]), np.array([1]), air)
        assert found[0] == pytest.approx(b, rel=5e-3)


def test_who_is_told() -> None:
    sets, as_of = as_known(fall("satellite", 2), 4.0)
    view, number = view_of(sets, as_of), int(sets.norad_id[0])
    assert not Reentry(Settings(who="watched", f107=F107, ap=AP)).detect(view, NOBODY)
    assert len(Reentry(Settings(who="watched", ids=(number,), f107=F107, ap=AP)).detect(view, NOBODY)) == 1
    assert not Reentry(Settings(within_days=1.0, f107=F107, ap=AP)).detect(view, NOBODY)
    asset = Asset("ours", number, "", "OURS", "", "", "LEO", None, True, "", "")
    (event,) = Reentry(SETTINGS).detect(view, Watchlist("mine", "", "", "", (asset,)))
    assert not event.normal
    (event,) = Reentry(SETTINGS).detect(view, NOBODY)
    assert event.normal


def test_an_object_that_stays_up_and_an_empty_view_give_nothing() -> None:
    sets, as_of = as_known(fall("satellite", 2), 4.0)
    high = sets.having(mean_motion_rev_day=np.full(len(sets), 14.2), ndot_rev_day2=np.full(len(sets), 1e-6))
    assert Reentry(SETTINGS).detect(view_of(high, as_of), NOBODY) == []
    assert Reentry(SETTINGS).detect(view_of(ElementSets.empty(), as_of), NOBODY) == []


def told(number: int, controlled: str = "") -> DecayMessage:
    t = np.datetime64("2014-06-01T12:00:00", "us")
    return DecayMessage(
        number, "", "SOMEBODY", t, t + np.timedelta64(1, "D"), (7200.0, 7200.0), -20.0, 140.0, "ascending", 53.0, None,
        controlled, 10.0, t,
    )  # fmt: skip


def test_a_message_without_element_sets_is_told_as_it_stands() -> None:
    message = told(99_001)
    settings = Settings(messages=(message.to_json(),), regions=REGIONS)
    as_of = message.known_utc + np.timedelta64(1, "h")
    (event,) = Reentry(settings).detect(view_of(ElementSets.empty(), as_of), NOBODY)
    assert (event.start_utc, event.stop_utc) == (message.start_utc, message.stop_utc)
    assert event.label == "cannot tell"
    assert "level" not in event.quantities
    assert not Reentry(settings).detect(view_of(ElementSets.empty(), message.known_utc - np.timedelta64(1, "h")), NOBODY)


def test_a_message_that_calls_it_controlled_decides_the_class() -> None:
    settings = Settings(messages=(told(99_002, "yes").to_json(),))
    (event,) = Reentry(settings).detect(view_of(ElementSets.empty(), told(1).known_utc), NOBODY)
    assert event.label == "controlled"
    assert not event.normal
