"""The worker: a process of its own that keeps the schedule and does the jobs, one at a time, so that the server stays quick.

It may be killed at any moment: what it had is taken over and done once in effect. Told to end, it hands its job back within
seconds. It begins afresh after many jobs, or when it holds much memory, so that neither grows.

    python -m hoshimori.doors.web.worker --home H --settings-json FILE|-
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.supervisor import Supervisor
from hoshimori.errors import HoshimoriError, UsageError

if TYPE_CHECKING:
    from hoshimori.doors.web.working import Work

__all__ = ["Supervisor", "main", "run"]

GRACE_S = 3.0
"""Told to end, a job has so long to come to a place where it can stop; then its process ends without it."""


def run(duties: Duties, stop: threading.Event, *, name: str = "") -> str:
    """Keep the schedule and do jobs until told to stop ("stopped") or until it is time to begin afresh ("afresh")."""
    from hoshimori.doors.web.working import Work

    return Work(duties, stop, name=name).run()


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    try:
        duties = _duties(asked)
    except UsageError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    from hoshimori.doors.web import logs
    from hoshimori.doors.web.working import Work

    logs.install(duties.log_level)
    os.nice(max(0, duties.niceness - os.nice(0)))
    stop = threading.Event()
    work = Work(duties, stop, relay=_relay if asked.parent else None)
    _watch(stop, work, asked.parent)
    try:
        ended = work.run()
    except HoshimoriError as error:
        logs.log().error("the worker ends", fault=str(error))
        return error.exit_code
    if ended == "afresh" and not stop.is_set():
        _begin_afresh(duties, asked)
    return 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hoshimori.doors.web.worker", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--settings-json", required=True, help="a file, or - for standard input")
    parser.add_argument("--parent", type=int, default=0, help="end when this process is no longer the parent")
    return parser.parse_args(arguments)


def _duties(asked: argparse.Namespace) -> Duties:
    try:
        place = asked.settings_json
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
        return Duties.from_json({**json.loads(text or "{}"), "home": str(asked.home)})
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise UsageError(f"--settings-json {asked.settings_json}: not the settings of a worker: {error}") from error


def _relay(message: dict[str, object]) -> None:
    """One line to the process that started this one."""
    try:
        print(json.dumps(message, separators=(",", ":")), flush=True)
    except OSError:  # it is gone: so shall we be, within a second
        return


def _watch(stop: threading.Event, work: Work, parent: int) -> None:
    """Hear SIGTERM at once, also while a computation holds the main thread: a handler alone would wait for its end."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_listen, args=(reading, stop, work, parent), name="watch", daemon=True).start()


def _listen(reading: int, stop: threading.Event, work: Work, parent: int) -> None:
    while not stop.is_set():
        ready, _, _ = select.select([reading], [], [], 0.5)
        if ready and set(os.read(reading, 64)) & {signal.SIGTERM, signal.SIGINT}:
            stop.set()
        if parent and os.getppid() != parent:
            stop.set()
    if not work.ended.wait(GRACE_S):
        work.hand_back()
        os._exit(0)


def _begin_afresh(duties: Duties, asked: argparse.Namespace) -> None:
    """The same process number with a new program in it; the settings wait on its standard input, in no file with a name."""
    with tempfile.TemporaryFile() as kept:
        kept.write(json.dumps(duties.to_json()).encode())
        kept.seek(0)
        os.dup2(kept.fileno(), 0)
    more = ["--parent", str(asked.parent)] if asked.parent else []
    module = [sys.executable, "-m", "hoshimori.doors.web.worker"]
    os.execv(sys.executable, [*module, "--home", str(duties.home), "--settings-json", "-", *more])  # noqa: S606


def _leave(code: int) -> None:
    """End without taking the interpreter apart: threads that compute may be in the middle, and would end it with an abort."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _leave(main())
