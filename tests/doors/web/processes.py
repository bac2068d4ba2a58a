"""The whole service as its users run it, for tests that harm it: started, killed, started again over one home."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench.service.serving import children
from hoshimori.doors.web.people import People
from hoshimori.duty import Duty
from tests.doors.web.floor import API

COMMAND = [sys.executable, "-m", "hoshimori.doors.cli_serve"]
PATIENCE_S = 120.0


def until(true: Callable[[], Any], seconds: float = PATIENCE_S, what: str = "it did not come to that in time") -> Any:
    """What it gives as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return found


@dataclass
class Whole:
    """`hoshimori serve` over one home, the server in a process group of its own. errors: what it wrote on standard error."""

    home: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    process: subprocess.Popen[str] | None = None
    errors: Path = Path()
    _token: str = ""

    def __post_init__(self) -> None:
        self.errors = self.home.parent / "errors"

    def start(self) -> None:
        command = [*COMMAND, "serve", "--home", str(self.home), "--port", "0", *self.options]
        with self.errors.open("a") as log:
            self.process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                env={**os.environ, **self.environment},
            )
        said: queue.Queue[str] = queue.Queue()
        out = self.process.stdout

        def read() -> None:
            for line in out or ():
                said.put(line)

        threading.Thread(target=read, daemon=True).start()
        self.url = said.get(timeout=PATIENCE_S).split()[-1].partition("/#")[0]

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def workers(self) -> list[int]:
        return [p for p in children(self.pid) if b"doors.web.worker" in _command(p)]

    def kill(self, which: str) -> None:
        """kill -9 of the "worker", the "server", or "both" at once."""
        if which == "worker":
            for pid in self.workers():
                os.kill(pid, signal.SIGKILL)
            return
        (os.killpg if which == "both" else os.kill)(self.pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait()
        self._close()

    def end(self) -> float:
        """SIGTERM; seconds until it had ended, orderly."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        assert self.process.wait(30.0) in (0, -signal.SIGTERM), self.errors.read_text()[-3000:]
        self._close()
        return time.monotonic() - began

    def _close(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None

    def token(self, book: Duty | None = None) -> str:
        """Of somebody who may do everything here, made beside the service as `hoshimori token` does."""
        if not self._token:
            held = book or Duty(self.home)
            self._token = People(held, lambda: "").make_token("A. Nalyst", "JPN", ["viewer", "analyst", "admin"], 1.0)[0]
            if book is None:
                held.close()
        return self._token

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token()}"}
        return httpx.Client(base_url=self.url + API, headers=headers, timeout=60.0, trust_env=False)

    def floor(self) -> Any:
        with self.client() as asks:
            return asks.get("/floor").raise_for_status().json()

    def conditions(self) -> dict[str, Any]:
        return {c["code"]: c for c in self.floor()["conditions"]}


@contextmanager
def running(home: Path, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[Whole]:
    """The service, started; killed afterwards with all that it started, if it has not ended by then."""
    with started(Whole(home, options, environment or {})) as service:
        yield service


@contextmanager
def started(service: Whole) -> Iterator[Whole]:
    try:
        service.start()
        yield service
    finally:
        if service.process is not None:
            service.kill("both")


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
