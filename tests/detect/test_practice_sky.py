"""From the bytes of the practice sky to findings, judged by its truth; and real sets, judged by brute force."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hoshimori import formats
from hoshimori.alliance import watchlist
from hoshimori.catalogue import MemoryView
from hoshimori.detect.encounter import Encounter
from hoshimori.exercise import PracticeSky, practice_sky
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import Event
from tests.detect.skies import of_kind, verdicts

HOUR = np.timedelta64(1, "h")
WEEK = np.timedelta64(7, "D")


@cache
def played() -> tuple[PracticeSky, tuple[Event, ...]]:
    sky = practice_sky()
    parsed = [p for r in sky.received for p in formats.read(r.content, r.location, data_mode=r.data_mode)]
    sets = ElementSets.concat([p.element_sets for p in parsed])
    stop = sky.truth.stop_utc
    view = MemoryView(sets, stop - WEEK, stop, stop + np.timedelta64(2, "D"), data_modes=(DataMode.EXERCISE,))
    return sky, tuple(Encounter().detect(view, sky.watchlist))


def stays(subject: int, other: int) -> list[Event]:
    return [e for e in of_kind(played()[1], "stay") if e.subject == str(subject) and e.others == (str(other),)]


def test_the_intruder_is_found_where_and_when_it_came() -> None:
    truth = played()[0].truth.intruder
    (stay,) = stays(truth.target_norad_id, truth.norad_id)
    assert not stay.normal
    assert abs(stay.start_utc - truth.stay.start_utc) < 12 * HOUR
    assert stay.quantities["miss_km"].value == pytest.approx(truth.stay.min_km, abs=4.0)
    assert verdicts(stay)["known neighbour"] == "rejected"


def test_the_swap_is_named_as_what_explains_the_arrival() -> None:
    truth = played()[0].truth.swap
    arrived = [e for n in truth.norad_ids for e in stays(truth.asset_norad_id, n) if e.stop_utc > truth.at_utc]
    assert arrived
    assert all(verdicts(e).get("identity swap") == "wins" and e.normal for e in arrived)


def test_shared_slots_and_station_keepers_beside_an_asset_are_normal() -> None:
    sky, found = played()
    slots = [set(map(str, s.norad_ids)) for s in sky.truth.shared_slots]
    keepers = [{str(k.norad_id), str(k.neighbour_norad_id)} for k in sky.truth.station_keepers]
    watched = {str(a.norad_id) for a in sky.watchlist.assets}
    normal = [{e.subject, *e.others} for e in of_kind(found, "stay") if e.normal]
    assert all(pair in normal for pair in slots if pair & watched)
    assert not any({e.subject, *e.others} in slots + keepers for e in found if not e.normal)


def test_the_only_alarm_that_stays_is_the_intruder() -> None:
    truth = played()[0].truth.intruder
    alarms = [e for e in of_kind(played()[1], "stay") if not e.normal]
    assert {(e.subject, e.others) for e in alarms} == {(str(truth.target_norad_id), (str(truth.norad_id),))}


def test_every_finding_is_marked_as_an_exercise() -> None:
    assert {e.data_mode for e in played()[1]} == {DataMode.EXERCISE}


def test_two_real_passes_are_where_brute_force_puts_them(data: Path) -> None:
    """Times and misses are those of bench/encounter/reference.py on the same sets, 24-30 May 2026."""
    file = data / "geo-week" / "geo.3le.gz"
    sets = ElementSets.concat([p.element_sets for p in formats.read(file.read_bytes(), file.name)])
    start = np.datetime64("2026-05-24", "us")
    view = MemoryView(sets, start, start + WEEK, start + WEEK + WEEK)
    found = {(e.subject, e.others[0]): e for e in of_kind(Encounter().detect(view, watchlist("japan-comms")), "approach")}
    for pair, (t_s, miss_km) in BRUTE_FORCE.items():
        one = found[pair]
        assert (one.start_utc - start) / np.timedelta64(1, "s") == pytest.approx(t_s, abs=0.1)
        assert one.quantities["miss_km"].value == pytest.approx(miss_km, abs=0.010)


BRUTE_FORCE = {("41471", "35491"): (226971.284, 52.8096), ("43271", "55131"): (266882.246, 58.0658)}
"""Asset and visitor: seconds from 2026-05-24, km. JCSAT-2B and GOES 14; SUPERBIRD-B3 and SJ-23."""
