"""Manoeuvres in a sky with planted burns, told as they became known: what is promised is found in time, and little else."""

from __future__ import annotations

from collections import Counter
from functools import cache

from hoshimori.detect import manoeuvre
from hoshimori.detect.burns import LABELS, Burn
from hoshimori.exercise import BurningSky, Score, burning_sky, score


@cache
def watched() -> tuple[BurningSky, tuple[Burn, ...], Score]:
    sky = burning_sky()
    found = manoeuvre.find(sky.sets, as_it_became_known=True).burns
    return sky, found, score(sky.truth.planted, found, sky.truth.object_days)


def test_every_promised_burn_is_found_within_two_sets_of_the_first_after_it() -> None:
    sky, _, seen = watched()
    planted, regimes = sky.truth.planted, sky.truth.regimes
    lost = [(regimes[planted[i].norad_id], planted[i].kind, str(planted[i].t_utc)) for i in seen.missed]
    late = [(regimes[planted[i].norad_id], planted[i].kind, str(planted[i].t_utc)) for i in seen.late]
    assert (lost, late) == ([], [])
    assert seen.in_time == seen.promised > 100


def test_at_most_one_false_alarm_in_a_thousand_object_days() -> None:
    sky, found, seen = watched()
    calls = Counter((sky.truth.regimes[found[j].norad_id], found[j].label) for j in seen.false_alarms)
    assert seen.false_alarms_per_1000_days <= 1.0, calls


def test_no_call_stands_on_sets_that_were_not_yet_known() -> None:
    sky, found, _ = watched()
    for burn in found:
        sets = sky.sets.take(sky.sets.norad_id == burn.norad_id)
        assert sets.known_utc[sets.epoch_utc == burn.first_after_utc].min() <= burn.known_utc


def test_planted_kinds_are_words_of_the_detector() -> None:
    assert {b.kind for b in watched()[0].truth.planted} <= set(LABELS)


def test_sizes_in_track_are_right_for_burns_well_above_the_floor() -> None:
    """Median of found over planted within 10 %: single burns of three times the floor and more that did not last."""
    sky, found, seen = watched()
    ratios = []
    for i, j in seen.matched:
        burn = sky.truth.planted[i]
        if abs(burn.dv_rtn_m_s[1]) > 3.0 * burn.floor_in_track_m_s and burn.stop_utc == burn.start_utc:
            ratios.append(found[j].dv_rtn_m_s[1] / burn.dv_rtn_m_s[1])
    assert len(ratios) > 40
    assert 0.9 < sorted(ratios)[len(ratios) // 2] < 1.1
