"""Keeps the workers alive from inside the server: starts them, starts them again, says so on the floor, ends them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from hoshimori.doors.web.books import book
from hoshimori.doors.web.conditions import Conditions
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.logs import log
from hoshimori.duty import unwritten
from hoshimori.errors import HoshimoriError

FIRST_S, LONGEST_S, SOUND_S = 0.5, 60.0, 10.0
"""A worker that dies is started again after half a second, then later and later; one that lived ten seconds was sound."""
END_S = 5.0


@dataclass
class Child:
    """One worker process, and how often it died young."""

    process: subprocess.Popen[bytes] | None = None
    name: str = ""
    started: float = 0.0
    again_at: float = 0.0
    young: int = 0
    lost: bool = False
    held: set[str] = field(default_factory=set)


class Supervisor:
    """The workers of one service. Used in the lifespan of the server: `start` when it begins, `stop` when it ends."""

    def __init__(self, duties: Duties) -> None:
        self.duties = duties
        self.duty = book(duties.home, practice=duties.practice)
        self.conditions = Conditions(self.duty, duties.home)
        self.children = [Child() for _ in range(duties.workers)]
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End every worker: asked first, killed after five seconds."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        running = [c.process for c in self.children if c.process is not None and c.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + END_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.duty.close()

    @property
    def alive(self) -> bool:
        """Does every worker run?"""
        return all(c.process is not None and c.process.poll() is None for c in self.children)

    @property
    def pids(self) -> list[int]:
        return [c.process.pid for c in self.children if c.process is not None and c.process.poll() is None]

    def _keep(self) -> None:
        while not self._stop.is_set():
            for child in self.children:
                try:
                    self._tend(child)
                except (HoshimoriError, OSError) as error:
                    log().error("supervisor", fault=str(error))
            self._stop.wait(0.2)

    def _tend(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.poll() is None:
            if child.lost and child.name and now - child.started >= 2.0:
                child.lost = False
                if not any(c.lost for c in self.children):
                    self.conditions.clear("worker-lost")
            if now - child.started >= SOUND_S:
                child.young = 0
            return
        if child.process is not None:
            self._died(child, child.process, now)
        if now >= child.again_at:
            self._begin(child, now)

    def _died(self, child: Child, process: subprocess.Popen[bytes], now: float) -> None:
        code, child.process = process.returncode, None
        child.again_at = now + min(LONGEST_S, FIRST_S * 2.0 ** min(child.young, 10))
        child.young += 1
        log().warning("worker ended", code=code, again_in_s=round(child.again_at - now, 1))
        child.lost = True
        with contextlib.suppress(HoshimoriError):
            if child.name:
                self.duty.abandon(child.name)
        child.name = ""
        self.conditions.put("worker-lost", {"code": code})

    def _begin(self, child: Child, now: float) -> None:
        command = [sys.executable, "-m", "hoshimori.doors.web.worker", "--home", str(self.duties.home), "--settings-json", "-"]
        child.started = now
        child.process = subprocess.Popen(  # noqa: S603  # our own program, with settings on its standard input
            [*command, "--parent", str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True
        )
        stdin, stdout = child.process.stdin, child.process.stdout
        if stdin is not None and stdout is not None:
            threading.Thread(target=self._listen, args=(child, stdout), name="hears a worker", daemon=True).start()
            with contextlib.suppress(BrokenPipeError), stdin:
                stdin.write(json.dumps(self.duties.to_json()).encode())

    def _listen(self, child: Child, lines: IO[bytes]) -> None:
        """What a worker says of itself, and what it could not write: that is held here, where people ask."""
        with lines:
            for line in lines:
                try:
                    said: Mapping[str, Any] = json.loads(line)
                except ValueError:
                    continue
                child.name = str(said.get("worker", child.name))
                if said.get("said") == "held":
                    self._hold(child, said.get("conditions", {}))

    def _hold(self, child: Child, conditions: Mapping[str, Any]) -> None:
        for gone in child.held - set(conditions):
            unwritten.release(self.duty.name, gone)
        for name, value in conditions.items():
            unwritten.hold(self.duty.name, name, value)
        child.held = set(conditions)
