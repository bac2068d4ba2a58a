"""Bytes onto the disk so that they survive: written aside, flushed, renamed; and refusals that say what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hoshimori.errors import CatalogueUnwritable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_WORDS = ("no space left", "disk quota exceeded", "file too large", "not enough space")
PARTIAL = ".partial"
"""The ending of a file that is being written. Nobody reads one; the next writer removes it."""


@contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """Turn a refusal of the operating system, or of DuckDB on its behalf, into CatalogueUnwritable with a remedy."""
    try:
        yield
    except OSError as error:
        raise CatalogueUnwritable(_refusal(place, error, error.errno in _FULL)) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "_duckdb" and type(error).__module__ != "duckdb":
            raise
        if type(error).__name__ not in ("IOException", "PermissionException", "OutOfMemoryException", "FatalException"):
            raise
        full = any(w in str(error).lower() for w in _FULL_WORDS)
        raise CatalogueUnwritable(_refusal(place, error, full)) from error


def _refusal(place: Path, error: Exception, full: bool) -> str:
    remedy = (
        "the disk or quota is full: free some space, or set HOSHIMORI_HOME to a folder with room"
        if full
        else "check that the folder exists and that you may write there, or set HOSHIMORI_HOME to one where you may"
    )
    return f"{place}: cannot write: {error}. {remedy[0].upper()}{remedy[1:]}. What was stored before is unchanged"


def write_atomically(path: Path, content: bytes) -> None:
    """All of `content` under `path`, or nothing: also after a power cut, as far as the disk keeps its promises."""
    aside = path.with_name(path.name + f".{os.getpid()}{PARTIAL}")
    try:
        with open(aside, "wb") as f:
            f.write(content)
            f.flush()
            os.fsync(f.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_file(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def flush_folder(path: Path) -> None:
    """Make a rename in this folder last."""
    flush_file(path)


def make_folder(path: Path) -> None:
    """The folder and its parents, each flushed into the one above it."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    flush_folder(path.parent)
