"""One writer at a time: an advisory lock on a file, with a note of who holds it and since when.

The kernel drops the lock when its holder dies, however it dies, so a lock is never left behind. Readers never take it.
Holds between processes of one machine; on a network file system only if that system carries flock.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hoshimori.errors import CatalogueBusy

_POLL_S = 0.01


@contextmanager
def write_lock(path: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock, or raise CatalogueBusy after `wait_s` seconds with the process that has it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(fd, path, wait_s)
        note = f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n"
        os.ftruncate(fd, 0)
        os.pwrite(fd, note.encode(), 0)
        yield
    finally:
        os.close(fd)


def _acquire(fd: int, path: Path, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = os.pread(fd, 200, 0).decode(errors="replace").strip() or "another process"
                raise CatalogueBusy(
                    f"{path}: the catalogue is being written by {holder}; waited {wait_s:.0f} s. "
                    "Wait for it to finish, or end that process if it hangs: nothing that it had not finished will remain"
                ) from None
            time.sleep(_POLL_S)
