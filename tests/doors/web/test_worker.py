"""The worker process: killed, told to end, out of disk, begun afresh; and who keeps it alive."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori.doors.web import working
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.settings_rows import AlertSettings, SourceSetting
from hoshimori.doors.web.worker import Supervisor, main
from hoshimori.doors.web.working import Work, dead, retry_after_s, worker_name
from hoshimori.duty import Duty, Job
from hoshimori.duty.feed import notes_of
from hoshimori.errors import (
    BrokenTransfer,
    CatalogueBusy,
    CatalogueDamaged,
    CatalogueUnwritable,
    NothingFound,
    ProviderRefused,
    TooSoon,
    UsageError,
)
from hoshimori.facts import DataMode
from tests.conftest import Practice
from tests.doors.web.listening import site

PATIENCE_S = 120.0
SECRET = "a secret of the tests, long enough"


def until(true: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """What it gives as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.05)
    return found


@contextmanager
def worker(duties: Duties, log: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "hoshimori.doors.web.worker", "--home", str(duties.home), "--settings-json", "-", *more]
    with (
        open(log, "ab") as err,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=err) as process,
    ):
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(duties.to_json()).encode())
            process.stdin.close()
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def sky(practice: Practice, tmp_path: Path) -> Duties:
    home = practice.copied(tmp_path / "sky")
    return Duties(home=home, party="JPN", modes=(DataMode.EXERCISE,), as_of="data", practice=True, replay_days=0, niceness=0)


@pytest.fixture
def idle(tmp_path: Path) -> Duties:
    home = tmp_path / "home"
    home.mkdir()
    return Duties(home=home, modes=(DataMode.EXERCISE,), replay_days=0, niceness=0)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def running(duty: Duty) -> Job | None:
    """A job that has shown how far it is: its work has begun."""
    return next((j for j in duty.jobs(states=("running",)).rows if j.progress), None)


@pytest.mark.long  # the whole service is killed in test_resilience
def test_killed_in_a_sweep_its_job_is_taken_over_and_done_once(sky: Duties, log: Path) -> None:
    duty = Duty(sky.home)
    with worker(sky, log) as first:
        job = until(lambda: running(duty))
        first.kill()
        first.wait()
    before = [c.seq for c in duty.changes(0)]
    assert duty.job(job.job_id).state == "running"  # type: ignore[union-attr]
    with worker(sky, log):
        done = until(lambda: next((j for j in duty.jobs(states=("done",)).rows if j.job_id == job.job_id), None))
    assert done.tries == 2
    assert duty.sweeps().total == 1
    assert duty.sweep(done.result["sweep"]) is not None
    assert [c.seq for c in duty.changes(0)][: len(before)] == before  # nothing that was told is lost
    assert [line["event"] for line in lines(log)].count("a worker died") == 1
    duty.close()


def test_told_to_end_it_hands_its_job_back_within_five_seconds(sky: Duties, log: Path) -> None:
    duty = Duty(sky.home)
    with worker(sky, log) as process:
        job = until(lambda: running(duty))
        began = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
        assert time.monotonic() - began < 5.0
    left = duty.job(job.job_id)
    assert left is not None
    assert (left.state, left.tries, left.worker) == ("waiting", 0, "")
    assert duty.sweeps().total == 0
    duty.close()


def test_an_idle_worker_ends_at_once(idle: Duties, log: Path) -> None:
    duty = Duty(idle.home)
    with worker(idle, log) as process:
        until(lambda: duty.note("condition:no-data"))
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 2.0
    duty.close()


def test_it_ends_with_the_process_that_started_it(idle: Duties, log: Path) -> None:
    """Started with the number of a process that is not its parent, as if that one had been killed."""
    with worker(idle, log, "--parent", "1") as process:
        assert process.wait(20) == 0


def test_after_so_many_jobs_it_begins_afresh_as_the_same_process(idle: Duties, log: Path) -> None:
    duty = Duty(idle.home)
    alerts = AlertSettings(webhook_url="https://127.0.0.1:1/x", webhook_secret=SECRET)
    for k in range(5):
        duty.ask("verify", {"event": f"{k}" * 32}, key=f"k{k}", by="x")
    with worker(replace(idle, jobs=2, alerts=alerts), log) as process:
        until(lambda: duty.jobs(states=("failed",)).total == 5)
        assert process.poll() is None
        began = {j.worker.rsplit("/")[-2] for j in duty.jobs().rows}
        assert began == {str(process.pid)}
        command = Path(f"/proc/{process.pid}/cmdline").read_text()
        assert SECRET not in command
    assert SECRET not in log.read_text()
    assert "not kept here" in duty.jobs().rows[0].error
    duty.close()


@pytest.mark.long  # the whole service on a full disk is in test_resilience
def test_on_a_full_disk_it_says_so_goes_on_and_does_the_job_when_there_is_room(sky: Duties, log: Path) -> None:
    """A limit on the size of files is to it as a disk that is full; the limit is lifted as if somebody freed some space."""
    duty = Duty(sky.home)
    with worker(sky, log) as process:
        job = until(lambda: running(duty))
        held = (sky.home / "duty" / "duty.sqlite-wal").stat().st_size
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (held + 50_000, resource.RLIM_INFINITY))
        until(lambda: any(line.get("code") == "disk-full" for line in lines(log)))
        assert process.poll() is None
        assert duty.sweeps().total == 0  # nothing half written
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: duty.sweeps().total == 1 and duty.job(job.job_id).state == "done")  # type: ignore[union-attr]
        until(lambda: duty.note("condition:disk-full") is None)
    told = [c.record["stands"] for c in duty.changes(0, limit=5000) if c.topic == "condition" and c.record["code"] == "disk-full"]
    assert told == [] or told[-1] is False
    duty.close()


def test_a_source_that_is_down_is_asked_again_later_and_later(idle: Duties, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "FIRST_RETRY_S", 0.2)
    inbox = idle.home / "inbox"
    told = replace(idle, sources=(SourceSetting("folder", "inbox", 3600.0, {"path": str(inbox)}),))
    stop, duty = threading.Event(), Duty(idle.home)
    thread = threading.Thread(target=Work(told, stop).run)
    thread.start()
    try:
        job = until(lambda: next((j for j in duty.jobs(kind="fetch").rows if j.tries >= 2 and j.state == "waiting"), None))
        assert "no such file or folder" in job.error
        assert duty.note("condition:source-down")["values"]["inbox"].startswith("unusable")  # type: ignore[index]
        assert float((job.due_utc - job.started_utc) / np.timedelta64(1, "s")) > 0.3
        (inbox).mkdir()
        (inbox / "gp.csv").write_bytes((Path(__file__).parent / "one.csv").read_bytes())
        until(lambda: duty.job(job.job_id).state == "done")  # type: ignore[union-attr]
        until(lambda: duty.note("condition:source-down") is None)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    duty.close()


def test_alerts_leave_through_the_worker_and_wait_where_nobody_answers(idle: Duties, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "FIRST_RETRY_S", 0.2)
    duty = Duty(idle.home)
    duty.alert("k", severity="critical", code="decayed", subject="29045", record={})
    with site((500, b""), (500, b""), (204, b"")) as web:
        alerts = AlertSettings(webhook_url=web.url, webhook_secret=SECRET)
        stop = threading.Event()
        thread = threading.Thread(target=Work(replace(idle, alerts=alerts), stop).run)
        thread.start()
        try:
            until(lambda: duty.note("condition:alert-unsent"))
            until(lambda: duty.alerts().rows[-1].sent)
            until(lambda: duty.note("condition:alert-unsent") is None)
        finally:
            stop.set()
            thread.join(20)
    assert len(web.heard) >= 3
    duty.close()


def test_a_cancelled_job_is_thrown_away(sky: Duties, log: Path) -> None:
    duty = Duty(sky.home)
    with worker(sky, log):
        job = until(lambda: running(duty))
        duty.cancel(job.job_id, by="an admin")
        until(lambda: any(line.get("result") == "lost" for line in lines(log)))
    assert duty.job(job.job_id).error == "cancelled by an admin"  # type: ignore[union-attr]
    assert duty.sweeps().total == 0
    duty.close()


def job(tries: int = 1) -> Job:
    t = np.datetime64("2026-06-01", "us")
    return Job("0" * 32, "fetch", "k", "running", {}, "x", t, t, t, t, tries)


@pytest.mark.parametrize(
    ("error", "tries", "wait_s"),
    [
        (BrokenTransfer("x"), 1, 30.0),
        (BrokenTransfer("x"), 4, 240.0),
        (BrokenTransfer("x"), 99, 3600.0),
        (TooSoon("x", retry_after_s=7200.0), 9, 7200.0),
        (TooSoon("x", retry_after_s=float("inf")), 1, None),
        (ProviderRefused("x", status=403, url=""), 1, None),
        (CatalogueUnwritable("full"), 9, 60.0),
        (CatalogueBusy("x"), 1, 10.0),
        (CatalogueDamaged("x"), 1, None),
        (NothingFound("x"), 1, None),
        (UsageError("x"), 1, None),
        (ZeroDivisionError("a fault"), 1, 30.0),
        (ZeroDivisionError("a fault"), 3, None),
    ],
)
def test_when_a_failed_job_is_tried_again(error: Exception, tries: int, wait_s: float | None) -> None:
    assert retry_after_s(job(tries), error) == wait_s


def test_a_dead_process_is_told_from_a_living_and_from_one_elsewhere() -> None:
    name = worker_name()
    machine, pid, began = name.rsplit("/", 2)
    assert not dead(name)
    assert dead(f"{machine}/{pid}/1")  # the number was used again
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert dead(f"{machine}/{gone.pid}/{began}")
    assert not any(dead(x) for x in (f"another start/1/{pid}/1", "w", "", f"{machine}/x/1"))


@pytest.mark.parametrize("text", ["[]", "{", '{"home": 5, "no_such": 1}', '{"modes": ["UNREAL"]}', '{"as_of": "soon"}'])
def test_settings_that_are_none_are_refused(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.json").write_text(text)
    assert main(["--home", str(tmp_path), "--settings-json", str(tmp_path / "settings.json")]) == 2
    assert capsys.readouterr().err
    assert not (tmp_path / "duty").exists()


def test_the_supervisor_starts_it_again_and_says_so(sky: Duties) -> None:
    supervisor, duty = Supervisor(sky), Duty(sky.home)
    supervisor.start()
    try:
        until(lambda: running(duty))
        first = supervisor.pids[0]
        os.kill(first, signal.SIGKILL)
        until(lambda: duty.note("condition:worker-lost"))
        until(lambda: supervisor.alive and supervisor.pids[0] != first)
        until(lambda: duty.jobs(states=("done",)).total)  # two where the schedule was asked after the job was taken over
        until(lambda: duty.note("condition:worker-lost") is None)
        assert duty.sweeps().total == 1
    finally:
        began = time.monotonic()
        supervisor.stop()
    assert time.monotonic() - began < 6.0
    assert not supervisor.alive
    assert supervisor.pids == []
    duty.close()


def test_what_the_worker_cannot_write_is_shown_by_the_server(idle: Duties) -> None:
    """Its disk is full and nothing can be noted: it says so to the process that started it, which people ask."""
    supervisor, duty = Supervisor(idle), Duty(idle.home)
    supervisor.start()
    try:
        until(lambda: duty.note("condition:no-data"))
        resource.prlimit(supervisor.pids[0], resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        duty.ask("verify", {"event": "0" * 32}, key="k", by="x")
        until(lambda: duty.note("condition:disk-full"))
        with duty._store.reading() as c:
            assert "condition:disk-full" not in notes_of(c, "condition:")  # shown, though it stands nowhere on the disk
        resource.prlimit(supervisor.pids[0], resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: duty.jobs(states=("failed",)).total == 1)
        until(lambda: duty.note("condition:disk-full") is None)
    finally:
        supervisor.stop()
        duty.close()


def test_a_worker_that_cannot_begin_is_tried_less_and_less_often(idle: Duties, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = Supervisor(replace(idle, log_level="no such level"))
    supervisor.start()
    try:
        child = supervisor.children[0]
        until(lambda: child.young >= 3)
        assert child.again_at - child.started > 1.0
        assert supervisor.duty.note("condition:worker-lost") is not None
    finally:
        supervisor.stop()
