"""The whole service, harmed: killed, without room, without its source, beside other writers, told to end."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.doors.web.app import TEND_S
from hoshimori.duty import Duty
from tests.conftest import Practice
from tests.doors.web.listening import site
from tests.doors.web.processes import COMMAND, Whole, running, started, until

pytestmark = pytest.mark.slow
LAST = np.timedelta64(48, "h")
KILLS = int(os.environ.get("HOSHIMORI_KILLS", "2"))
NO_REPLAYS = "[schedule]\nreplay_days = 0\n"
ONE = (Path(__file__).parent / "one.csv").read_text()


@pytest.fixture(scope="session")
def small_sky(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last days of the practice sky, so that a sweep takes seconds."""
    place = tmp_path_factory.mktemp("small") / "practice"
    sets = practice.view.sets()
    Catalogue(place).append(
        sets.take(sets.epoch_utc > sets.epoch_utc.max() - LAST), provider="practice", location="its last days"
    )
    return place


@pytest.fixture
def home(small_sky: Path, tmp_path: Path) -> Path:
    """A home beside which a practice sky is there already."""
    place = tmp_path / "home"
    place.mkdir()
    shutil.copytree(small_sky, place / "practice")
    (place / "service.toml").write_text(NO_REPLAYS)
    return place


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    """A home without any facts: nothing takes long."""
    place = tmp_path / "home"
    place.mkdir()
    (place / "service.toml").write_text(NO_REPLAYS)
    return place


def one_set(number: int) -> bytes:
    """An element set of its own: another second of the epoch."""
    return ONE.replace("T00:00:00", f"T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}").encode()


@dataclass
class Writer:
    """Somebody who writes all the time. Each write has a key of its own; told: what was acknowledged, by key."""

    service: Whole
    name: str
    sent: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def writing(self) -> Iterator[None]:
        thread = threading.Thread(target=self._write)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(60.0)
            assert not thread.is_alive()

    def _write(self) -> None:
        with self.service.client() as asks:
            for number in itertools.count():
                if self._stop.is_set():
                    return
                title = f"{self.name} {number}"
                token = {"name": title, "party": "JPN", "roles": ["viewer"], "days": 1.0}
                with suppress(httpx.HTTPError):
                    self.post(asks, "/incidents", {"title": title, "owners": ["JPN"]})
                    self.post(asks, "/tokens", token)
                    opened = self.told.get(f"/incidents {title}")
                    if opened:
                        said = {"criterion": "affected-or-threatened", "answer": "met", "reason": title}
                        self.post(asks, f"/incidents/{opened['id']}/judgements", said)

    def post(self, asks: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
        kind = path if path.count("/") == 1 else "judgements"
        key = f"{kind} {body.get('title') or body.get('name') or body.get('reason')}"
        self.sent[key] = (path, body)
        answer = asks.post(path, json=body, headers={"Idempotency-Key": key})
        if 200 <= answer.status_code < 300:
            self.told[key] = answer.json()
        return answer


def book_of(home: Path) -> Duty:
    return Duty(home / "practice")


def under_way(duty: Duty) -> bool:
    return duty.jobs(states=("running",), kind="sweep", limit=1).total > 0


def done_again(duty: Duty, kept: int, ended: int) -> None:
    until(lambda: duty.sweeps().total > kept, what="no sweep was kept")
    until(lambda: duty.jobs(kind="sweep", states=("done",)).total > ended, what="no sweep ended")


def every(asks: httpx.Client, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = asks.get(path, params={"limit": 1000, "cursor": cursor} if path == "/incidents" else {}).raise_for_status().json()
        rows += page["items"]
        cursor = page["next"] or ""
        if not cursor:
            return rows


def test_killed_at_any_moment_it_loses_nothing_and_does_nothing_twice(home: Path) -> None:
    """Kills in the middle of sweeps, with somebody writing all the time and an upload before each; HOSHIMORI_KILLS: how many."""
    duty, writers, uploads = book_of(home), [], 0
    moments = [("worker", 0.3), ("both", 0.7), ("server", 0.0), ("server", 1.0), ("both", 0.0)][:KILLS]
    with running(home, "--practice") as service:
        until(lambda: duty.sweeps().total == 1)
        for which, after_s in moments:
            kept, ended = duty.sweeps().total, duty.jobs(kind="sweep", states=("done",)).total
            writer = Writer(service, f"{which} {after_s}")
            with writer.writing():
                with service.client() as asks:
                    sent = asks.post("/ingest", content=one_set(uploads))
                assert sent.status_code == 201, sent.text
                uploads += 1
                until(lambda: under_way(duty), what="no sweep began")
                time.sleep(after_s)
                service.kill(which)
            writers.append(writer)
            if which != "worker":
                service.start()
            done_again(duty, kept, ended)
            assert duty.sweeps().total == kept + 1  # the one state of knowledge was swept once
        hold(service, writers, uploads)
        assert service.end() < 10.0
    assert "Traceback" not in service.errors.read_text()
    duty.close()


def hold(service: Whole, writers: list[Writer], uploads: int) -> None:
    """Everything that was acknowledged is there, once; and still once after each was sent again with its key."""
    told = {k: v for w in writers for k, v in w.told.items()}
    assert len(told) > 3 * len(writers)
    for again in (False, True):
        with service.client() as asks:
            if again:
                for writer in writers:
                    for key, answer in writer.told.items():
                        path, body = writer.sent[key]
                        got = asks.post(path, json=body, headers={"Idempotency-Key": key})
                        if path == "/tokens":
                            assert (got.status_code, got.json()["type"]) == (409, "urn:hoshimori:problem:done-already")
                        else:
                            assert got.headers["idempotent-replay"] == "true"
                            assert got.json() == answer
            incidents, tokens = every(asks, "/incidents"), every(asks, "/tokens")
            titles, names = [i["title"] for i in incidents], [t["name"] for t in tokens]
            sources = asks.get("/data").json()["sources"]
            assert [s["location"] for s in sources].count("upload: upload") == uploads
            for key in told:
                kind, _, name = key.partition(" ")
                if kind != "judgements":
                    assert (titles if kind == "/incidents" else names).count(name) == 1, key
            judged = {k.partition(" ")[2] for k in told if k.startswith("judgements")}
            for incident in (i for i in incidents if i["title"] in judged):
                reasons = [j["reason"] for j in asks.get(f"/incidents/{incident['id']}").json()["judgements"]]
                assert reasons == [incident["title"]]


@contextmanager
def small_disk(place: Path, mib: int) -> Iterator[Path]:
    """A disk of its own that can be filled."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk that can be filled needs the right to mount one")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> Path:
    """The last byte of a disk, taken."""
    ballast = place / "ballast"
    with open(ballast, "ab", buffering=0) as file, suppress(OSError):
        for size in (1 << 16, 1 << 9, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\1" * size)
    return ballast


def until_refused(asks: httpx.Client, told: list[str]) -> httpx.Response:
    """Incidents are opened as long as there is room in files that are there already; the first that is refused."""
    for number in range(50):
        title = f"meanwhile {number}"
        answer = asks.post("/incidents", json={"title": title, "owners": ["JPN"]})
        if answer.status_code != 201:
            return answer
        told.append(title)
    pytest.fail("a full disk refused nothing")


def test_on_a_full_disk_it_answers_507_goes_on_showing_and_recovers(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        home = disk / "home"
        home.mkdir()
        (home / "service.toml").write_text(NO_REPLAYS)
        with running(home, "--no-practice") as service, service.client() as asks:
            assert asks.post("/incidents", json={"title": "before", "owners": ["JPN"]}).status_code == 201
            time.sleep(TEND_S + 1.0)  # by then the service keeps its ledger open
            ballast = fill(disk)
            told = ["before"]
            refused = [until_refused(asks, told)]
            refused.append(asks.post("/tokens", json={"name": "m" * 100, "party": "JPN", "roles": ["viewer"], "days": 1.0}))
            refused.append(asks.post("/ingest", content=one_set(1)))
            for answer in refused:
                assert (answer.status_code, answer.headers["content-type"]) == (507, "application/problem+json"), answer.text
                assert str(home) not in answer.text
            assert service.conditions()["disk-full"]["severity"] == "critical"
            assert sorted(i["title"] for i in every(asks, "/incidents")) == sorted(told)
            ballast.unlink()
            until(lambda: "disk-full" not in service.conditions(), 30.0)
            assert asks.post("/incidents", json={"title": "after", "owners": ["JPN"]}).status_code == 201
            assert asks.post("/ingest", content=one_set(1)).status_code == 201
            assert sorted(i["title"] for i in every(asks, "/incidents")) == sorted([*told, "after"])
            assert "m" * 100 not in [t["name"] for t in every(asks, "/tokens")]
            assert service.end() < 10.0
        assert "Traceback" not in service.errors.read_text()


@pytest.mark.long  # the same by parts is in test_schedule and test_worker
def test_a_source_that_fails_is_said_with_since_and_why_while_the_others_go_on(quiet: Path) -> None:
    """A folder that is not there yet, a provider that says 403, and one that answers. Two hours of it are ten seconds here."""
    inbox, sound = quiet.parent / "inbox", quiet.parent / "sound"
    sound.mkdir()
    (sound / "gp.csv").write_bytes(one_set(1))
    with site((403, b"no")) as refusing:
        (quiet / "service.toml").write_text(
            f"{NO_REPLAYS}\n"
            f'[[source]]\nkind = "folder"\nname = "inbox"\nevery_s = 10\noptions = {{ path = "{inbox}" }}\n'
            f'[[source]]\nkind = "folder"\nname = "sound"\nevery_s = 10\noptions = {{ path = "{sound}" }}\n'
            f'[[source]]\nkind = "celestrak"\nname = "refusing"\nevery_s = 10\n'
            f'options = {{ groups = ["geo"], base_url = "{refusing.url}" }}\n'
        )
        with running(quiet) as service:

            def down() -> dict[str, Any]:
                return dict(service.conditions().get("source-down", {}).get("values", {}))

            first = until(lambda: {"inbox", "refusing"} <= set(down()) and service.conditions()["source-down"])
            assert first["severity"] == "critical"  # one stopped for good: a person must look
            assert "403" in first["values"]["refusing"]
            assert first["since"][:19] in first["values"]["inbox"] + first["values"]["refusing"]
            assert first["values"]["inbox"].startswith(("down", "unusable"))
            inbox.mkdir()
            (inbox / "gp.csv").write_bytes(one_set(5))
            until(lambda: service.floor()["freshness"]["element_sets"] >= 1)  # the sound one goes on
            until(lambda: "inbox" not in down(), what="the folder came back and nobody looked")
            assert service.conditions()["source-down"]["since"] == first["since"]
            assert len(refusing.heard) == 1  # asked again by the schedule, never over the wire
            assert service.end() < 10.0
        assert "Traceback" not in service.errors.read_text()


@pytest.mark.long  # the same in one process is in test_cache
def test_a_catalogue_that_another_process_writes_is_seen(quiet: Path) -> None:
    with running(quiet, "--no-practice") as service, service.client() as asks:
        seen: list[int] = []
        for number in range(3):
            file = quiet.parent / f"{number}.csv"
            file.write_bytes(one_set(number))
            other = subprocess.Popen(
                [sys.executable, "-c", "from hoshimori.doors.cli import main; main()", "ingest", str(file), "--home", str(quiet)],
                stdout=subprocess.DEVNULL,
            )
            while other.poll() is None:
                found = asks.get("/floor")
                assert found.status_code == 200, found.text
                seen.append(found.json()["freshness"]["element_sets"])
            assert other.returncode == 0
        until(lambda: asks.get("/floor").json()["freshness"]["element_sets"] == 3)
        assert seen == sorted(seen)  # what was known stays known
        assert service.end() < 10.0


@pytest.mark.parametrize("how", ["deleted", "damaged"])
def test_a_book_that_is_lost_while_serving_is_said_and_never_answered_wrongly(quiet: Path, how: str) -> None:
    with running(quiet, "--no-practice") as service, service.client() as asks:
        assert asks.post("/incidents", json={"title": "before", "owners": ["JPN"]}).status_code == 201
        for file in (quiet / "duty").glob("duty.sqlite*"):
            if how == "deleted":
                file.unlink()
            else:
                file.write_bytes(b"not a database " * 100)
        time.sleep(3.0)  # longer than who asks is believed without a look into the book
        word = "removed or replaced" if how == "deleted" else "Move the file away"
        for answer in (
            asks.get("/incidents"),
            asks.get("/floor"),
            asks.post("/incidents", json={"title": "x", "owners": ["JPN"]}),
        ):
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), answer.text
            assert word in answer.json()["detail"]
        service.end()
        if how == "damaged":
            done = subprocess.run(
                [*COMMAND, "serve", "--home", str(quiet), "--port", "0", "--no-practice"],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode not in (0, 1)
            assert "Traceback" not in done.stderr
            assert "Move the file away" in done.stderr


def test_a_home_that_was_moved_to_a_read_only_disk_is_said_and_nothing_else_is_answered(tmp_path: Path) -> None:
    """The book cannot be opened there: who asks is in it, so that everything is refused, with the reason."""
    with small_disk(tmp_path / "disk", 64) as disk:
        service = Whole(disk / "home", ("--no-practice",))
        service.home.mkdir()
        service.token()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        service.errors = tmp_path / "errors"
        with started(service), service.client() as asks:
            assert httpx.get(service.url + "/healthz", trust_env=False).status_code == 503
            for answer in (asks.get("/floor"), asks.post("/incidents", json={"title": "x", "owners": ["JPN"]})):
                assert (answer.status_code, answer.headers["content-type"]) == (507, "application/problem+json"), answer.text
                assert "Check that this user may write there" in answer.json()["detail"]
            assert service.end() < 10.0
        assert "Traceback" not in service.errors.read_text()


def test_told_to_end_it_ends_during_requests_and_streams(home: Path) -> None:
    with running(home, "--practice") as service:
        duty = book_of(home)
        until(lambda: under_way(duty))
        heard: list[bytes] = []

        def listen() -> None:
            with suppress(httpx.HTTPError), service.client() as asks, asks.stream("GET", "/stream") as lines:
                heard.extend(lines.iter_raw())

        def ask() -> None:
            with suppress(httpx.HTTPError), service.client() as asks:
                while True:
                    asks.get("/geo-belt")

        threads = [threading.Thread(target=t) for t in (listen, listen, ask)]
        for thread in threads:
            thread.start()
        until(lambda: heard)
        assert service.end() < 10.0
        for thread in threads:
            thread.join(20.0)
            assert not thread.is_alive()
        duty.close()
    assert "Traceback" not in service.errors.read_text()
