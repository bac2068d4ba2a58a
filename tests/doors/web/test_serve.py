"""The service from its command: what it refuses, what it prints, how it ends."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.doors.web import serve, settings
from hoshimori.doors.web.people import People
from hoshimori.doors.web.preparing import needed
from hoshimori.duty import Duty
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.ledger.home import Ledger
from tests.conftest import Practice
from tests.doors.web.floor import API

COMMAND = [sys.executable, "-m", "hoshimori.doors.cli_serve"]
LONGEST_S = 240.0


@dataclass
class Running:
    process: subprocess.Popen[str]
    address: str
    began: float
    errors: Path

    @contextmanager
    def logged_in(self) -> Iterator[httpx.Client]:
        url, _, token = self.address.partition("/#token=")
        with httpx.Client(base_url=url, timeout=60.0, trust_env=False) as browser:
            browser.headers["X-CSRF"] = browser.post(f"{API}/session", json={"token": token}).json()["csrf"]
            yield browser


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[Running]:
    errors = home.parent / "errors"
    command = [*COMMAND, "serve", "--home", str(home), "--port", "0", *arguments]
    began = time.monotonic()
    with errors.open("w") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        assert process.stdout is not None
        lines: queue.Queue[str] = queue.Queue()

        def read() -> None:
            for line in process.stdout or ():
                lines.put(line)

        threading.Thread(target=read, daemon=True).start()
        try:
            yield Running(process, lines.get(timeout=LONGEST_S).split()[-1], began, errors)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                assert process.wait(30.0) in (0, -signal.SIGTERM), errors.read_text()
            finally:
                process.kill()


def refused(*arguments: str) -> str:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.slow
def test_an_empty_home_becomes_a_console_with_the_practice_sky(tmp_path: Path) -> None:
    with running(tmp_path / "home") as service, service.logged_in() as browser:
        me = browser.get(f"{API}/me").json()
        assert (me["world"]["practice"], me["world"]["data_mode"], me["world"]["as_of"]) == (True, "EXERCISE", "data")
        first = browser.get(f"{API}/floor").json()
        assert first["sweep"] is None
        assert "preparing" in [c["code"] for c in first["conditions"]]
        while browser.get(f"{API}/floor").json()["sweep"] is None:
            assert time.monotonic() - service.began < LONGEST_S
            time.sleep(0.3)
        shown = browser.get(f"{API}/floor").json()
        assert {a["data_mode"] for a in shown["assets"]} == {"EXERCISE"}
        assert shown["counts"]["attention"] >= 1
        assert browser.get("/").headers["content-type"].startswith("text/html")
        log = service.errors.read_text()
        token = service.address.partition("=")[2]
        assert token not in log
        assert next(iter(browser.cookies.values())) not in log
    assert not (tmp_path / "home" / "catalogue").exists()  # the practice sky is in a home of its own
    assert (tmp_path / "home" / "practice" / "catalogue").exists()
    assert token.encode() not in b"".join(p.read_bytes() for p in (tmp_path / "home").rglob("*") if p.is_file())


@pytest.mark.slow
def test_a_second_service_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("serve", "--home", str(tmp_path), "--port", str(port), "--no-practice")
    assert f"--port {port}" in said


def test_beyond_loopback_it_wants_to_know_who_comes(tmp_path: Path) -> None:
    assert "hoshimori token make" in refused("serve", "--home", str(tmp_path), "--host", "0.0.0.0")
    for host in ("::", "192.0.2.1", "watch.example"):
        with pytest.raises(UsageError, match="hoshimori token make"):
            serve.refuse_unguarded(settings.read(tmp_path, host=host))
    (tmp_path / settings.FILE).write_text('public_url = "https://watch.example"')
    with pytest.raises(UsageError, match="others could come in"):
        serve.refuse_unguarded(settings.read(tmp_path))
    (tmp_path / settings.FILE).write_text("")
    people = People(Duty(tmp_path), lambda: "")
    row = people.make_token("x", "JPN", ["viewer"], 1.0)[1]
    serve.refuse_unguarded(settings.read(tmp_path, host="0.0.0.0"))
    people.revoke(row.token_id)
    with pytest.raises(UsageError):
        serve.refuse_unguarded(settings.read(tmp_path, host="0.0.0.0"))
    people.make_token("late", "JPN", ["viewer"], 1e-9)
    with pytest.raises(UsageError):
        serve.refuse_unguarded(settings.read(tmp_path, host="0.0.0.0"))
    serve.refuse_unguarded(settings.read(tmp_path))


def test_what_is_set_wrongly_is_one_sentence(tmp_path: Path) -> None:
    assert "nowhere" in refused("serve", "--home", str(tmp_path), "--watch", "nowhere")
    (tmp_path / settings.FILE).write_text("prot = 1")
    assert "prot" in refused("serve", "--home", str(tmp_path))


def test_a_home_that_holds_facts_is_served_as_it_is(practice: Practice, tmp_path: Path) -> None:
    home = practice.copied(tmp_path / "home")
    world = serve.world_of(settings.read(home))
    assert (world.home, world.practice, world.modes, world.as_of) == (home, False, (DataMode.REAL,), "now")
    assert not needed(world)
    empty = serve.world_of(settings.read(tmp_path / "empty"))
    assert (empty.home, empty.practice, empty.modes, empty.as_of) == (
        tmp_path / "empty" / "practice",
        True,
        (DataMode.EXERCISE,),
        "data",
    )
    assert needed(empty)
    assert not serve.world_of(settings.read(tmp_path / "empty", practice=False)).practice
    assert serve.world_of(settings.read(home, practice=True)).home == home / "practice"
    assert serve.world_of(settings.read(home, as_of="data")).as_of == "data"
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / settings.FILE).write_text('[[source]]\nkind = "folder"\nname = "x"')
    assert not serve.world_of(settings.read(tmp_path / "empty")).practice  # facts are on their way
    assert not (tmp_path / "empty" / "practice").exists()
    assert Catalogue(home).stat().sets > 0


def test_whose_service_it_is(tmp_path: Path) -> None:
    assert serve.opened(tmp_path, "", "japan-us") == ("JPN", "japan-us")
    assert serve.opened(tmp_path, "USA", "japan-us") == ("USA", "japan-us")
    assert not (tmp_path / "ledger").exists()
    with Ledger(tmp_path / "ledger") as ledger:
        ledger.start("USA", "japan-us")
    assert serve.opened(tmp_path, "", "japan-us") == ("USA", "japan-us")
    with pytest.raises(UsageError, match="USA"):
        serve.opened(tmp_path, "JPN", "japan-us")


def test_tokens_from_the_command_line(tmp_path: Path) -> None:
    def said(*arguments: str) -> str:
        command = [*COMMAND, "token", *arguments, "--home", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=True).stdout

    token = said("make", "--name", "a script", "--role", "analyst", "--party", "JPN").strip()
    assert token.startswith("hm_")
    assert People(Duty(tmp_path), lambda: "").by_token(token).name == "a script"
    listed = said("list")
    assert token not in listed
    assert "a script" in listed
    said("revoke", listed.split()[0])
    assert "taken back" in said("list")
    assert "nothing-such" in refused("token", "revoke", "nothing-such", "--home", str(tmp_path))
    assert "king" in refused("token", "make", "--name", "x", "--role", "king", "--home", str(tmp_path))
    assert len(said("login").strip()) > 30
    assert os.stat(tmp_path / "duty" / "duty.sqlite").st_mode & 0o077 == 0
