"""What is due when, what each task does, and what the service says when something outside is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.doors.web import tasks
from hoshimori.doors.web.conditions import ClockGuard, Conditions
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.schedule import Schedule
from hoshimori.doors.web.settings_rows import SourceSetting
from hoshimori.doors.web.tasks import TASKS, Bench
from hoshimori.duty import Duty, Job
from hoshimori.duty.ticks import Machine
from hoshimori.errors import NothingFound, ProviderRefused, SourceError, UsageError
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import iso
from hoshimori.ports import silent
from tests.conftest import Practice
from tests.doors.web.listening import site

T0 = np.datetime64("2026-06-01T06:00:00", "us")
HOUR = np.timedelta64(1, "h")
OMM = (
    b"OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,"
    b"EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT\n"
    b"TEST SAT,2000-001A,2026-06-01T00:00:00.000000,1.00272,.0001,.05,80,10,20,0,U,43271,999,1,0,0,0\n"
)


@dataclass
class Floor:
    """A bench and a schedule whose clocks a test moves."""

    duties: Duties
    now: np.datetime64 = T0
    ticks: float = 100.0

    def __post_init__(self) -> None:
        self.duty = Duty(self.duties.home, clock=lambda: self.now, machine=Machine("here", lambda: self.ticks))
        self.bench = Bench(self.duties, self.duty, clock=lambda: self.now)
        self.schedule = self.again()

    def again(self) -> Schedule:
        """As after a restart of the worker."""
        return Schedule(self.bench, ticks=lambda: self.ticks)

    def on(self, seconds: float) -> None:
        self.now = self.now + np.timedelta64(round(seconds * 1e6), "us")
        self.ticks += seconds

    def tick(self, seconds: float = 1.0) -> list[str]:
        """The keys of the jobs that wait after a look at the schedule."""
        self.on(seconds)
        self.schedule.tick()
        return [j.key for j in self.duty.jobs(states=("waiting",)).rows][::-1]

    def take(self) -> Job:
        job = self.duty.claim("w", lease_s=60)
        assert job is not None
        return job

    def do(self) -> Any:
        """Take the next job and do it."""
        job = self.take()
        result = TASKS[job.kind](self.bench, job, silent)
        assert self.duty.finish(job.job_id, "w", result)
        return result

    @property
    def conditions(self) -> dict[str, Any]:
        return dict(self.bench.conditions.standing())


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    made: list[Floor] = []

    def floor(**more: Any) -> Floor:
        given = {"home": tmp_path / "home", "replay_days": 0, "modes": (DataMode.EXERCISE,), **more}
        given["home"].mkdir(exist_ok=True)
        made.append(Floor(Duties(**given)))
        return made[-1]

    yield floor
    for one in made:
        one.duty.close()


def take_in(home: Path, epoch: np.datetime64 = T0 - 3 * HOUR) -> None:
    times = {"epoch_utc": np.array([epoch]), "known_utc": np.array([epoch + HOUR])}
    shape = {"mean_motion_rev_day": [1.0027], "eccentricity": [1e-4], "inc_deg": [0.05]}
    angles = {"raan_deg": [80.0], "argp_deg": [10.0], "ma_deg": [20.0]}
    sets = ElementSets.build({"norad_id": [43271], **times, **shape, **angles}, data_mode=DataMode.EXERCISE)
    Catalogue(home).append(sets, provider="test", location="a test")


def test_an_empty_home_is_said_and_nothing_is_swept(make: Any) -> None:
    floor = make()
    assert floor.tick() == []
    assert floor.conditions["no-data"]["severity"] == "info"


def test_every_list_is_swept_when_the_catalogue_changed_and_at_least_hourly(make: Any) -> None:
    floor = make(watchlists=("japan-comms", "us-public"))
    take_in(floor.duties.home)
    both = ["sweep japan-comms scheduled", "sweep us-public scheduled"]
    assert floor.tick() == both
    assert floor.tick() == both  # asked once
    for job in (floor.take(), floor.take()):
        floor.duty.finish(job.job_id, "w", {})
    assert floor.tick() == []
    assert floor.tick(3598.0 - 2) == []
    assert floor.tick(4.0) == both


def test_a_change_during_a_sweep_is_swept_after_it(make: Any) -> None:
    floor = make()
    take_in(floor.duties.home)
    assert floor.tick() == ["sweep japan-comms scheduled"]
    running = floor.take()
    take_in(floor.duties.home, T0 - HOUR)
    assert floor.tick() == []  # it runs, and has opened its view before
    floor.duty.finish(running.job_id, "w", {})
    assert floor.tick() == ["sweep japan-comms scheduled"]


def test_a_restart_asks_for_nothing_twice(make: Any) -> None:
    floor = make(sources=(SourceSetting("folder", "inbox", 600.0, {"path": "/nowhere"}),))
    take_in(floor.duties.home)
    keys = floor.tick()
    assert keys == ["fetch inbox", "sweep japan-comms scheduled"]
    floor.schedule = floor.again()
    assert floor.tick() == keys


def test_the_practice_sky_is_swept_replayed_and_alerts(make: Any, practice: Practice, tmp_path: Path) -> None:
    home = practice.copied(tmp_path / "sky")
    floor = make(home=home, as_of="data", replay_days=3, watchlists=("japan-comms",))
    assert floor.tick() == ["sweep japan-comms scheduled"]
    done = floor.do()
    assert done["events"] == len(practice.sweep.events)
    kept = floor.duty.sweep(done["sweep"])
    assert kept is not None
    told = floor.duty.events(sweep_id=kept.sweep_id, limit=1000).rows
    assert {t.event_id for t in told} == {e.event_id for e in practice.sweep.events}
    assert [s["state"] for s in kept.record["states"]] == [s.state for s in practice.sweep.states]
    assert kept.record["data_modes"] == ["EXERCISE"]
    stays = [a for a in floor.duty.alerts().rows if a.code == "stay"]
    assert len(stays) == 1
    assert stays[0].record["data_mode"] == "EXERCISE"
    assert stays[0].record["events"][0] in kept.event_ids
    assert set(stays[0].record["names"]) == {stays[0].subject, stays[0].record["reason"]["other"]}

    assert floor.tick(6.0) == ["replay japan-comms 2026-05-31T00:00:00.000000Z"]  # one at a time, the newest first
    alerts = [(a.alert_id, a.count) for a in floor.duty.alerts().rows]
    replayed = floor.do()
    assert [(a.alert_id, a.count) for a in floor.duty.alerts().rows] == alerts  # the past wakes nobody
    assert floor.duty.sweep_at("japan-comms", np.datetime64("2026-05-31T14:00", "us")).sweep_id == replayed["sweep"]
    assert floor.tick(6.0) == ["replay japan-comms 2026-05-30T00:00:00.000000Z"]

    again = floor.duty.ask("sweep", {"watchlist": "japan-comms", "as_of": "data"}, key="by hand", by="Sato")
    assert TASKS["sweep"](floor.bench, again, silent)["again"] is True  # the same state of knowledge: kept once
    assert floor.duty.sweeps("japan-comms").total == 2
    some = practice.sweep.events[0]
    asked = floor.duty.ask("verify", {"event": some.event_id}, key="verify", by="Sato")
    assert TASKS["verify"](floor.bench, asked, silent)["verdict"] == "same"


def test_a_worker_that_died_between_keeping_and_telling_still_tells(make: Any, practice: Practice, tmp_path: Path) -> None:
    floor = make(home=practice.copied(tmp_path / "sky"), as_of="data")
    floor.tick()
    job = floor.take()
    TASKS["sweep"](floor.bench, replace(job, kind="replay"), silent)  # kept, and nobody told
    assert floor.duty.alerts().total == 0
    floor.duty.abandon("w")
    assert floor.do()["again"] is True
    assert floor.duty.alerts().total > 0


def test_replays_are_made_again_only_where_more_became_known(make: Any) -> None:
    floor = make(replay_days=2, as_of="now")
    take_in(floor.duties.home, T0 - 20 * HOUR)
    floor.tick()
    floor.duty.finish(floor.take().job_id, "w", {})
    midnight = "replay japan-comms 2026-06-01T00:00:00.000000Z"
    assert floor.tick(6.0) == [midnight]  # at the midnight before, nothing was known
    floor.duty.finish(floor.take().job_id, "w", {})
    assert floor.tick(6.0) == []
    floor.schedule = floor.again()
    floor.tick()
    floor.duty.finish(floor.take().job_id, "w", {})  # the sweep after a restart
    assert floor.tick(6.0) == []
    take_in(floor.duties.home, T0 - 19 * HOUR)  # something that had been known then arrives late
    floor.tick()
    floor.duty.finish(floor.take().job_id, "w", {})
    assert floor.tick(6.0) == [midnight]


def test_a_sweep_of_the_future_is_refused(make: Any) -> None:
    floor = make()
    take_in(floor.duties.home)
    job = floor.duty.ask("sweep", {"watchlist": "japan-comms", "as_of": iso(T0 + HOUR)}, key="k", by="Sato")
    with pytest.raises(UsageError, match="ahead of now"):
        TASKS["sweep"](floor.bench, job, silent)
    assert floor.duty.sweeps().total == 0


def test_only_the_lists_of_the_service_are_swept(make: Any, tmp_path: Path) -> None:
    floor = make()
    secret = tmp_path / "secret.toml"
    secret.write_text("not for you")
    job = floor.duty.ask("sweep", {"watchlist": str(secret), "as_of": "now"}, key="k", by="Sato")
    with pytest.raises(UsageError, match="this service watches japan-comms"):
        TASKS["sweep"](floor.bench, job, silent)


def test_an_event_that_is_not_kept_cannot_be_verified(make: Any) -> None:
    floor = make()
    job = floor.duty.ask("verify", {"event": "ab" * 16}, key="k", by="Sato")
    with pytest.raises(NothingFound, match="not kept here"):
        TASKS["verify"](floor.bench, job, silent)


def fetch(floor: Floor, name: str) -> Any:
    job = floor.duty.ask("fetch", {"source": name}, key=f"fetch {name}", by="schedule")
    return TASKS["fetch"](floor.bench, job, silent)


def test_a_source_that_is_down_is_said_since_when_until_it_answers(make: Any, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    floor = make(sources=(SourceSetting("folder", "inbox", 600.0, {"path": str(inbox)}),))
    with pytest.raises(SourceError, match="no such file or folder"):
        fetch(floor, "inbox")
    floor.on(3600)
    with pytest.raises(SourceError):
        fetch(floor, "inbox")
    down = floor.conditions["source-down"]
    assert (down["since"], down["severity"]) == (iso(T0), "warning")
    assert "no such file or folder" in down["values"]["inbox"]
    assert floor.duty.note("source:inbox")["failures"] == 2
    floor_said = floor.duty.note("source:inbox")["status"]
    floor.schedule.tend()
    assert [a.code for a in floor.duty.alerts().rows] == ["source-down"]
    inbox.mkdir()
    (inbox / "gp.csv").write_bytes(OMM)
    assert fetch(floor, "inbox")["new"] == 1
    assert floor.conditions == {}
    assert floor.duty.note("source:inbox")["status"] == "ok"
    told = [c.record.get("status", c.record.get("new")) for c in floor.duty.changes(0) if c.topic == "data"]
    assert told == [floor_said, "ok", 1]
    fetch(floor, "inbox")
    assert len([c for c in floor.duty.changes(0) if c.topic == "data"]) == 3  # nothing new came


def test_a_provider_that_refuses_is_asked_once_and_a_person_is_told(make: Any) -> None:
    with site((403, b"<html>blocked</html>")) as web:
        floor = make(
            modes=(DataMode.REAL,), sources=(SourceSetting("celestrak", "geo", 7200.0, {"groups": ["geo"], "base_url": web.url}),)
        )
        for _ in range(3):
            with pytest.raises(ProviderRefused):
                fetch(floor, "geo")
        assert len(web.heard) == 1
    down = floor.conditions["source-down"]
    assert down["severity"] == "critical"
    assert down["values"]["geo"].startswith("stopped")


def test_a_source_is_fetched_and_not_sooner_than_it_allows(make: Any) -> None:
    with site((200, OMM)) as web:
        floor = make(
            modes=(DataMode.REAL,), sources=(SourceSetting("celestrak", "geo", 600.0, {"groups": ["geo"], "base_url": web.url}),)
        )
        assert fetch(floor, "geo")["new"] == 1
        assert fetch(floor, "geo")["new"] == 0
        assert len(web.heard) == 1
    assert floor.duty.note("source:geo")["status"] == "ok"


def test_a_source_rests_over_a_restart_as_long_as_it_was_to(make: Any) -> None:
    floor = make(sources=(SourceSetting("folder", "inbox", 600.0, {"path": "/nowhere"}),))
    assert floor.tick() == ["fetch inbox"]
    job = floor.take()
    with pytest.raises(SourceError):
        TASKS["fetch"](floor.bench, job, silent)
    floor.duty.fail(job.job_id, "w", "down")
    floor.schedule = floor.again()
    assert floor.tick(300.0) == []
    assert floor.tick(301.0) == ["fetch inbox"]
    floor.duty.finish(floor.take().job_id, "w", {})
    floor.now = T0 - np.timedelta64(30, "D")  # the clock went back: it is not left waiting for a month
    floor.schedule = floor.again()
    assert floor.tick() == ["fetch inbox"]


def test_an_unknown_option_of_a_source_is_told(make: Any) -> None:
    floor = make(sources=(SourceSetting("celestrak", "geo", 600.0, {"grups": ["geo"]}), SourceSetting("no-such", "x", 600.0)))
    with pytest.raises(UsageError, match="option is not known"):
        fetch(floor, "geo")
    with pytest.raises(UsageError, match="no plugin 'no-such'"):
        fetch(floor, "x")
    with pytest.raises(UsageError, match="not one of this service's"):
        fetch(floor, "y")


def test_a_source_down_for_a_day_is_said_from_the_first_hour_on_and_its_return_too(make: Any, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    floor = make(sources=(SourceSetting("folder", "inbox", 3600.0, {"path": str(inbox)}),))
    since, asked = set(), 0
    for _ in range(24 * 6):
        if "fetch inbox" in floor.tick(600.0):
            job = floor.take()
            asked += 1
            with pytest.raises(SourceError):
                TASKS["fetch"](floor.bench, job, silent)
            floor.duty.fail(job.job_id, "w", "down")
            since.add(floor.conditions["source-down"]["since"])
    assert asked == 24  # once an hour, as it was set
    assert len(since) == 1
    assert floor.now - np.datetime64(since.pop().rstrip("Z"), "us") > 23 * HOUR
    inbox.mkdir()
    (inbox / "gp.csv").write_bytes(OMM)
    while "fetch inbox" not in floor.tick(600.0):
        pass
    job = next(j for j in floor.duty.jobs(states=("waiting",)).rows if j.kind == "fetch")
    assert TASKS["fetch"](floor.bench, job, silent)["new"] == 1
    assert "source-down" not in floor.conditions
    told = [c.record["status"] for c in floor.duty.changes(0, limit=5000) if c.topic == "data" and "status" in c.record]
    assert told[-1] == "ok"
    assert len(told) == 2  # that it is down is told once in all that time


@pytest.mark.parametrize("hours", [2, 24, 24 * 3650])
def test_a_clock_that_went_back_is_said_until_it_has_caught_up(make: Any, hours: int) -> None:
    floor = make()
    floor.tick()
    version = floor.duty.version
    floor.now = T0 - hours * HOUR
    floor.tick()
    assert floor.conditions["clock-back"]["values"] == {"seen": iso(T0 + np.timedelta64(1, "s"))}
    floor.schedule = floor.again()  # also after a restart
    floor.tick()
    assert "clock-back" in floor.conditions
    assert floor.duty.version > version  # the feed goes on
    floor.tick(hours * 3600.0 + 5)
    assert "clock-back" not in floor.conditions


def test_a_person_may_say_that_the_clock_is_right_as_it_is(make: Any) -> None:
    floor = make()
    floor.now = T0 + np.timedelta64(3650, "D")
    floor.tick()
    floor.now = T0
    floor.tick(5.0)
    assert "clock-back" in floor.conditions
    alert = next(a for a in floor.duty.alerts().rows if a.code == "clock-back")
    floor.duty.acknowledge(alert.alert_id, by="Sato")
    floor.tick(5.0)
    assert "clock-back" not in floor.conditions
    floor.schedule = floor.again()
    floor.tick()
    assert "clock-back" not in floor.conditions


def test_the_clock_is_set_by_fractions_of_a_second_without_a_word(tmp_path: Path) -> None:
    guard = ClockGuard(Conditions(Duty(tmp_path), tmp_path))
    assert [guard.look(T0 + np.timedelta64(k, "ms")) for k in (0, -1500, 100, -2500)] == [False, False, False, True]


def test_what_makes_a_sweep_this_one(make: Any) -> None:
    floor = make()
    take_in(floor.duties.home)
    chosen = floor.bench.watchlist("japan-comms")

    def key(as_of: np.datetime64 = T0, **changed: Any) -> str:
        view = floor.bench.catalogue.view(as_of - HOUR, as_of, as_of, data_modes=floor.duties.modes)
        return tasks.sweep_key(replace(chosen, **changed), view, [])

    same = key()
    assert key() == same
    assert len({same, key(T0 + HOUR), key(assets=chosen.assets[1:]), key(co_located=())}) == 4
    take_in(floor.duties.home, T0 - HOUR)
    assert key() != same
