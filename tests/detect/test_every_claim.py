"""What every claim of the detectors of break-ups, ascents, light, interference, re-entry and silence owes its reader."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from hoshimori.alliance.launches import classes, launches
from hoshimori.alliance.sensors import sensors_named
from hoshimori.alliance.sites import sites_named
from hoshimori.catalogue import MemoryView
from hoshimori.detect.ascent import Ascent
from hoshimori.detect.ascent import Settings as AscentSettings
from hoshimori.detect.breakup import Breakup
from hoshimori.detect.illumination import Illumination
from hoshimori.detect.illumination import Settings as IlluminationSettings
from hoshimori.detect.interference import Interference
from hoshimori.detect.interference import Settings as InterferenceSettings
from hoshimori.detect.reentry import Reentry
from hoshimori.detect.silence import Silence
from hoshimori.exercise import practice_sky
from hoshimori.exercise.clouds import cloud
from hoshimori.exercise.falling import Weather, fallen
from hoshimori.facts import DataMode, ElementSets, Watchlist
from hoshimori.findings import Event
from hoshimori.formats import read
from hoshimori.formats.reports import read_reports
from hoshimori.ports import Detector
from hoshimori.verify import NEEDED
from hoshimori.watch import detectors

DAY = np.timedelta64(86_400_000_000, "us")
NAMES = ("ascent", "breakup", "illumination", "interference", "reentry", "silence")
NEVER = ("hostile", "attack", "enemy", "weapon", "aim point", "kill", "article v", "jammed by")
MODES = (DataMode.REAL, DataMode.EXERCISE)
LAUNCH = """
[[launch]]
id = "practice"
lat_deg = 28.2
lon_deg_e = 102.0
t = {t}
sigma_s = 60.0
class = "medium"
source = "an invented launch"
grade = "F6"
data_mode = "EXERCISE"
"""


@cache
def claims() -> dict[str, tuple[Detector, MemoryView, Watchlist, list[Event]]]:
    """One practice sky, with a cloud and a falling object in it, seen by every detector."""
    days = np.datetime64("2026-01-01", "D") + np.arange(200)
    flux = np.full(200, 120.0)
    thing = fallen(2, "satellite", Weather(days, flux, flux, np.full(200, 8.0)))
    sky = practice_sky(days=15, stop_utc=thing.end_utc - 2 * DAY)
    sets = ElementSets.concat([p.element_sets for r in sky.received for p in read(r.content, r.location, data_mode=r.data_mode)])
    start, stop = sky.truth.stop_utc - 5 * DAY, sky.truth.stop_utc
    event = cloud(seed=7, n=60, age_days=3.0, t_utc=stop - 4 * DAY)
    every = ElementSets.concat([sets, event.before, event.sets, thing.sets])
    view = MemoryView(every, start, stop, stop, data_modes=MODES)
    number = next(a.norad_id for a in sky.watchlist.assets if a.norad_id in set(sets.norad_id.tolist()))
    when, later = (f"{np.datetime_as_string((start + h * DAY // 24).astype('datetime64[s]'))}Z" for h in (1, 2))
    report = f"asset,start,stop,kind,value,unit,reporter,source,grade\n{number},{when},{later},lost lock,,,test,invented,F6\n"
    given = read_reports(report.encode(), "a test", data_mode=DataMode.EXERCISE)
    told = tuple(x.to_json() for x in launches(LAUNCH.format(t=later), "a test", classes()))
    sites = tuple(s.to_json() for s in sites_named("slr-7838"))
    ready: Mapping[str, Detector] = {
        "ascent": Ascent(AscentSettings(told, tuple(s.to_json() for s in sensors_named("public")))),
        "breakup": Breakup(),
        "illumination": Illumination(IlluminationSettings(sites=sites)),
        "interference": Interference(InterferenceSettings(reports=tuple(r.to_json() for r in given.reports), sites=sites)),
        "reentry": Reentry(),
        "silence": Silence(),
    }
    return {n: (d, view, sky.watchlist, d.detect(view, sky.watchlist)) for n, d in ready.items()}


def test_they_are_installed_as_plugins_are() -> None:
    assert set(NAMES) <= {d.name for d in detectors()}


@pytest.mark.parametrize("name", NAMES)
def test_each_has_something_to_say_here(name: str) -> None:
    assert claims()[name][3], name


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_says_what_it_cannot_exclude(name: str) -> None:
    for event in claims()[name][3]:
        open_ones = [x for x in event.explanations if x.verdict in ("possible", "cannot tell")]
        assert open_ones, (event.kind, event.label)


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_can_be_set_up_again(name: str) -> None:
    detector, *_ = claims()[name]
    for event in claims()[name][3]:
        parameters = event.evidence[0].parameters
        assert set(NEEDED) <= set(parameters)
        settings = json.loads(json.dumps(parameters["settings"]))
        assert detector.with_settings(settings).name == detector.name
        assert event.evidence[0].method == f"{detector.name}@{detector.version}"
        assert Event.from_json(json.loads(json.dumps(event.to_json(), allow_nan=False))).event_id == event.event_id


@pytest.mark.parametrize("name", NAMES)
def test_no_claim_speaks_of_hostility_or_of_hitting_anything(name: str) -> None:
    for event in claims()[name][3]:
        text = " ".join(strings(event.to_json())).lower()
        assert [w for w in NEVER if w in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_stays_an_exercise(name: str) -> None:
    """One record that is not REAL makes the claim not REAL."""
    for event in claims()[name][3]:
        assert event.data_mode is DataMode.EXERCISE


@pytest.mark.parametrize("name", ["ascent", "illumination", "interference"])
def test_without_a_declaration_nothing_is_claimed(name: str) -> None:
    _, view, watchlist, _ = claims()[name]
    assert next(d for d in detectors() if d.name == name).detect(view, watchlist) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_catalogue_is_no_crash(name: str) -> None:
    detector, view, watchlist, _ = claims()[name]
    nothing = MemoryView(ElementSets.empty(), view.start_utc, view.stop_utc, view.as_of_utc, data_modes=MODES)
    for event in detector.detect(nothing, watchlist):
        assert event.label in ("cannot tell", "unexplained", "not observable") or event.kind == "interference"


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [s for k, v in value.items() for s in (str(k), *strings(v))]
    if isinstance(value, Sequence):
        return [s for v in value for s in strings(v)]
    return []
