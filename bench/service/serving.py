"""A real service for the benches: `hoshimori serve` in a process of its own, on a free port of loopback, with a token."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-c", "from hoshimori.doors.cli import main; main()"]


@dataclass(frozen=True)
class Service:
    """One running service. `token`: an API token of an analyst; `login`: the one-time address that was printed."""

    port: int
    pid: int
    token: str
    login: str
    began_s: float
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def memory_mb(self) -> tuple[float, float]:
        """Resident memory now: of the server, and of its children (the worker)."""
        pids = [self.pid, *children(self.pid)]
        each = [resident_mb(p) for p in pids]
        return each[0], sum(each[1:])


def children(pid: int) -> list[int]:
    """Of every thread: a child belongs to the one that started it."""
    listed: list[str] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            listed += tasks.read_text().split()
    return [int(p) for p in listed] + [c for p in listed for c in children(int(p))]


def resident_mb(pid: int) -> float:
    try:
        return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024.0
    except (OSError, IndexError):
        return 0.0


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@contextmanager
def serving(home: Path, options: Sequence[str] = (), *, ready_s: float = 60.0) -> Iterator[Service]:
    """Start the service over a home, wait until it is healthy, stop it afterwards (kill where it does not stop)."""
    port = free_port()
    log = home.parent / f"{home.name}-serve.log"
    began = time.perf_counter()
    environment = {**os.environ, "HOSHIMORI_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        child = subprocess.Popen(
            [*COMMAND, "serve", "--home", str(home), "--port", str(port), *options], env=environment, stdout=out, stderr=out
        )
        try:
            _healthy(child, port, ready_s, log)
            login = re.findall(r"http://\S+#token=\S+", log.read_text(errors="replace"))
            yield Service(port, child.pid, _token(home), login[-1] if login else "", began, log)
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _healthy(child: subprocess.Popen[bytes], port: int, ready_s: float, log: Path) -> None:
    until = time.perf_counter() + ready_s
    while time.perf_counter() < until:
        if child.poll() is not None:
            raise SystemExit(f"serve ended with {child.returncode}:\n{log.read_text(errors='replace')[-3000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise SystemExit(f"serve was not healthy within {ready_s} s:\n{log.read_text(errors='replace')[-3000:]}")


def _token(home: Path) -> str:
    made = subprocess.run(
        [*COMMAND, "token", "make", "--home", str(home), "--name", "bench", "--party", "JPN", "--role", "analyst", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    token: str = json.loads(made.stdout)["token"]
    return token


def wait_for_sweep(service: Service, wait_s: float = 300.0) -> float:
    """Seconds from the start of the service until the floor shows a sweep."""
    until = time.perf_counter() + wait_s
    while time.perf_counter() < until:
        try:
            if service.get("/floor").get("sweep"):
                return time.perf_counter() - service.began_s
        except urllib.error.HTTPError as error:
            if error.code not in (404, 503):
                raise
        time.sleep(0.2)
    raise SystemExit(f"no sweep within {wait_s} s:\n{service.log.read_text(errors='replace')[-3000:]}")
