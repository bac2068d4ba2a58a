"""The burning sky as a whole: what is promised can be seen, what is quiet agrees with itself, and each nuisance is there."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from hoshimori.errors import UsageError
from hoshimori.exercise import BurningSky, PlantedBurn, burning_sky
from hoshimori.exercise.arcs import TAU, US_PER_DAY, Mean
from hoshimori.exercise.burning import DUE_SETS, due_utc, object_days
from hoshimori.exercise.equinoctial import to_equinoctial
from hoshimori.exercise.fits import Fitted
from hoshimori.exercise.fleet import fleet
from hoshimori.exercise.floors import misses
from hoshimori.exercise.nuisances import EPOCH_OFF, Nuisance
from hoshimori.exercise.stage import Stage
from hoshimori.facts import DataMode, ElementSets, Floats

DAY = np.timedelta64(1, "D")


@cache
def sky() -> BurningSky:
    return burning_sky(days=80)


def of(norad_id: int, sets: ElementSets | None = None) -> ElementSets:
    sets = sky().sets if sets is None else sets
    return sets.take(sets.norad_id == norad_id)


def sigmas(norad_id: int) -> tuple[Floats, Floats]:
    """(n - 1,) how far each set lies from what the one before it predicted: along the track, and in the tilt of the plane."""
    s, limit = of(norad_id), sky().truth.floors[norad_id]
    n = s.mean_motion_rev_day * TAU / 1440.0
    angles = np.radians([s.inc_deg, s.raan_deg, s.argp_deg, s.ma_deg])
    means = [Mean(*map(float, row)) for row in zip(n, s.eccentricity, *angles, strict=True)]
    off = misses(Fitted(s.epoch_utc.astype(np.int64), np.array([to_equinoctial(m) for m in means]), s.bstar_per_er))
    return np.abs(off[:, 5]) * means[0].sma_km / limit.along_km, np.hypot(off[:, 3], off[:, 4]) / limit.tilt_rad


def spoilt(kind: str) -> list[Nuisance]:
    return [n for n in sky().truth.nuisances if n.kind == kind]


def test_the_sets_are_an_exercise_in_order_and_late() -> None:
    sets = sky().sets
    assert set(sets.data_mode) == {DataMode.EXERCISE}
    assert np.array_equal(np.lexsort((sets.epoch_utc, sets.norad_id)), np.arange(len(sets)))
    lag_h = (sets.known_utc - sets.epoch_utc) / np.timedelta64(1, "h")
    assert lag_h.min() > 0
    assert 7.0 < np.median(lag_h) < 9.0


def test_the_same_seed_gives_the_same_sky_and_another_another_fleet() -> None:
    again = burning_sky(days=80)
    assert np.array_equal(again.sets.digests(), sky().sets.digests())
    assert again.truth.planted == sky().truth.planted
    one, other = ({r.course.mean for r in fleet(Stage(seed, 0, 80 * US_PER_DAY))} for seed in (1, 2))
    assert not one & other


def test_every_kind_of_burn_is_planted_and_nearly_all_are_promised() -> None:
    planted = sky().truth.planted
    kinds = {"station-keeping", "inclination", "relocation", "avoidance", "graveyard", "deorbit", "low thrust"}
    assert {b.kind for b in planted} == kinds
    assert {b.kind for b in planted if b.promised} == kinds
    assert len(planted) > 90
    assert all(sky().truth.start_utc + 20 * DAY <= b.start_utc for b in planted)
    assert all(b.stop_utc <= sky().truth.stop_utc - 7 * DAY for b in planted)


def test_what_is_promised_is_above_the_floor_and_nothing_else_is() -> None:
    for burn in sky().truth.planted:
        _, along, across = burn.dv_rtn_m_s
        above = abs(along) >= burn.floor_in_track_m_s or abs(across) >= burn.floor_cross_track_m_s
        assert burn.promised is above


def test_every_promised_burn_shows_in_the_sets_that_are_known_when_it_is_due() -> None:
    """At five sigma of the quiet object's own misses or more, in one of at most three sets."""
    for norad_id in sorted({b.norad_id for b in sky().truth.planted}):
        sets, (along, tilt) = of(norad_id), sigmas(norad_id)
        for burn in (b for b in sky().truth.planted if b.norad_id == norad_id and b.promised):
            shown = (sets.epoch_utc[1:] > burn.start_utc) & (sets.known_utc[1:] <= burn.due_utc)
            assert max(along[shown].max(), tilt[shown].max()) > 5.0, burn


def test_quiet_objects_agree_with_themselves() -> None:
    """Of the misses of objects that nothing befell, fewer than 2 % lie beyond five sigma; real ones have 1.6 to 14 %."""
    troubled = {b.norad_id for b in sky().truth.planted} | {i for n in sky().truth.nuisances for i in n.norad_ids}
    quiet = [n for n in sky().truth.regimes if n not in troubled]
    along = np.concatenate([sigmas(n)[0] for n in quiet])
    assert len(quiet) >= 4
    assert np.mean(along > 5.0) < 0.02


def test_a_burn_is_due_when_three_sets_after_it_are_known() -> None:
    sets = of(sky().truth.planted[0].norad_id)
    due = due_utc(sets, sets.epoch_utc[10])
    assert due == sets.known_utc[11 : 12 + DUE_SETS].max()
    assert np.isnat(due_utc(sets, sets.epoch_utc[-3]))


def test_the_storm_raises_the_drag_of_low_objects_alone() -> None:
    truth = sky().truth

    def raised(regime: str) -> float:
        low = np.isin(sky().sets.norad_id, [n for n, r in truth.regimes.items() if r == regime])
        sets = sky().sets.take(low)
        hours = (sets.epoch_utc - truth.storm_start_utc) / np.timedelta64(1, "h")
        inside, before = (hours > 30) & (hours < 50), (hours > -72) & (hours < 0)
        return float(np.median(sets.bstar_per_er[inside]) / np.median(sets.bstar_per_er[before] + 1e-12))

    assert raised("LEO") > 1.2
    assert raised("GEO") == 0.0


def test_swapped_objects_go_on_under_each_others_number() -> None:
    for swap in spoilt("swap"):
        a, b = swap.norad_ids
        s = of(a)
        for row, inside in (
            (s.epoch_utc < swap.at_utc, False),
            ((s.epoch_utc >= swap.at_utc) & (s.epoch_utc < swap.until_utc), True),
        ):
            one = s.take(np.flatnonzero(row)[-1:])
            t_us = int(one.epoch_utc[0].astype(np.int64))
            longitude = np.radians(one.raan_deg + one.argp_deg + one.ma_deg)[0]
            true, other = (sky().truth.tracks[n].mean_at(t_us).mean_longitude for n in ((b, a) if inside else (a, b)))
            assert abs(np.angle(np.exp(1j * (longitude - true)))) < abs(np.angle(np.exp(1j * (longitude - other))))


def test_nuisances_leave_their_marks() -> None:
    for gap in spoilt("gap"):
        assert np.diff(of(gap.norad_ids[0]).epoch_utc).max() >= 9 * DAY
    for end in spoilt("stale"):
        assert of(end.norad_ids[0]).epoch_utc.max() < end.at_utc
    for again in spoilt("reissue"):
        assert (np.diff(of(again.norad_ids[0]).epoch_utc) == EPOCH_OFF).sum() >= 5
    for refit in spoilt("refit"):
        s = of(refit.norad_ids[0])
        jump = s.bstar_per_er[s.epoch_utc >= refit.at_utc][0] - s.bstar_per_er[s.epoch_utc < refit.at_utc][-1]
        assert jump > 1e-5
    for wild in spoilt("wild"):
        s = of(wild.norad_ids[0])
        inside = (s.epoch_utc[1:] >= wild.at_utc) & (s.epoch_utc[1:] < wild.until_utc)
        assert max(x[inside].max() for x in sigmas(wild.norad_ids[0])) > 50.0


def test_object_days_are_spans_of_record() -> None:
    s = sky().sets
    spans = [(of(n).epoch_utc.max() - of(n).epoch_utc.min()) / DAY for n in set(s.norad_id.tolist())]
    assert object_days(s) == pytest.approx(sum(spans))
    assert sky().truth.object_days == object_days(s)


def test_a_low_thrust_is_due_by_the_time_its_sum_has_passed_the_floor() -> None:
    ramps: list[PlantedBurn] = [b for b in sky().truth.planted if b.kind == "low thrust"]
    assert ramps
    for ramp in ramps:
        assert ramp.start_utc < ramp.t_utc < ramp.stop_utc
        assert ramp.due_utc > ramp.start_utc


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"seed": -1}, "seed=-1"), ({"days": 30}, "days=30"), ({"start_utc": np.datetime64("NaT", "us")}, "not a time")],
)
def test_what_cannot_be_played_is_refused(asked: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        burning_sky(**asked)  # type: ignore[arg-type]
