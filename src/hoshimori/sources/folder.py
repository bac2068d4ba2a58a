"""A folder of files: any tree of element sets, ephemerides and conjunction messages, snapshot series and first-seen logs."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hoshimori.errors import DataError, NothingFound, Problem
from hoshimori.facts import DataMode, Received
from hoshimori.ports import Progress, silent
from hoshimori.sources.clock import Clock, utc_now
from hoshimori.sources.first_seen import read_first_seen

PACKED = frozenset({".gz"})
CANDIDATES = frozenset({".tle", ".2le", ".3le", ".txt", ".json", ".csv", ".xml", ".kvn", ".omm", ".oem", ".cdm", ".ndm", ".zip"})
"""What a file may be called to be handed on. A file that is named outright is handed on whatever it is called."""

LOG_MARK = "_first_seen"
READABLE = "readable by this user: chmod u+r on a file, u+rx on a directory, or ask its owner"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not handed on, and why."""

    path: str
    reason: str


@dataclass
class Folder:
    """One file, or every candidate file of a tree, in the order of their paths, read one at a time.

    Symbolic links are followed; a directory met twice is entered once, so a loop ends. After `fetch` is exhausted `skipped`
    lists what was no candidate, and `problems` what could not be read: the rest was handed on all the same.
    Raises NothingFound where no candidate could be handed on, DataError where `path` itself cannot be read.
    """

    path: str | os.PathLike[str]
    data_mode: DataMode = field(default=DataMode.REAL, kw_only=True)
    clock: Clock = field(default=utc_now, kw_only=True, repr=False)
    skipped: list[Skipped] = field(default_factory=list, init=False, repr=False)
    problems: list[Problem] = field(default_factory=list, init=False, repr=False)
    name: str = field(default="folder", init=False)

    def fetch(self, *, progress: Progress = silent) -> Iterator[Received]:
        self.skipped, self.problems = [], []
        root = Path(self.path)
        files = self._candidates(root)
        logs = self._logs(files)
        found = [f for f in files if not _is_log(f)]
        given = 0
        for done, path in enumerate(found):
            progress(path.name, done, len(found))
            received = self._read(path, logs.get(path))
            if received is not None:
                given += 1
                yield received
        progress(root.name, len(found), len(found))
        if not given:
            raise NothingFound(
                f"{root}: no element sets or ephemerides to read ({len(self.skipped)} files skipped, {len(self.problems)} "
                f"unreadable); expected files named {', '.join(sorted(CANDIDATES))}, each also as .gz"
            )

    def _candidates(self, root: Path) -> list[Path]:
        try:
            kind = root.stat().st_mode
            if not stat.S_ISDIR(kind):
                return [root]
            os.scandir(root).close()
        except FileNotFoundError:
            raise NothingFound(f"{root}: no such file or folder; check the path") from None
        except OSError as refused:
            raise DataError(f"{root}: {refused.strerror}; it must be {READABLE}") from None
        return list(self._walk(root, set()))

    def _walk(self, directory: Path, entered: set[tuple[int, int]]) -> Iterator[Path]:
        try:
            here = directory.stat()
            if (here.st_dev, here.st_ino) in entered:
                return
            entered.add((here.st_dev, here.st_ino))
            entries = sorted(directory.iterdir())
        except OSError as refused:
            self._unreadable(directory, "directory", refused)
            return
        for path in entries:
            try:
                kind = path.stat().st_mode
            except OSError as refused:
                self._unreadable(path, "file", refused)
                continue
            if stat.S_ISDIR(kind):
                yield from self._walk(path, entered)
            elif reason := _not_a_candidate(path, kind):
                self.skipped.append(Skipped(path.as_posix(), reason))
            else:
                yield path

    def _logs(self, files: list[Path]) -> Mapping[Path, Path]:
        """For each file its first-seen log. A log that fits no file, or more than one, is used for none and reported."""
        logs = {_log_key(log): log for log in files if _is_log(log)}
        if len(files) == 1 and not logs:
            logs = {_log_key(log): log for log in _logs_beside(files[0])}
        holders = Counter(_file_key(f) for f in files if not _is_log(f))
        for key, log in logs.items():
            if holders[key] != 1:
                wanted = f"exactly one file beside it whose name begins with {key[1]!r}"
                self.problems.append(Problem(log.as_posix(), None, None, "first-seen log", f"{holders[key]} files", wanted))
        return {f: logs[_file_key(f)] for f in files if not _is_log(f) and _file_key(f) in logs and holders[_file_key(f)] == 1}

    def _read(self, path: Path, log: Path | None) -> Received | None:
        first_seen: Mapping[int, np.datetime64] = {}
        if log is not None:
            try:
                first_seen, wrong = read_first_seen(log)
                self.problems += wrong
            except OSError as refused:
                self._unreadable(log, "file", refused)
        try:
            content = path.read_bytes()
        except OSError as refused:
            self._unreadable(path, "file", refused)
            return None
        return Received(_printable(path), content, self.clock(), self.name, data_mode=self.data_mode, first_seen=first_seen)

    def _unreadable(self, path: Path, what: str, refused: OSError) -> None:
        self.problems.append(Problem(path.as_posix(), None, None, what, refused.strerror or str(refused), READABLE))


def _printable(path: Path) -> str:
    """The path as text that can be stored; bytes of a name that are not UTF-8 are written as \\xff."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _not_a_candidate(path: Path, kind: int) -> str:
    """Why a path is not handed on; "" where it is."""
    if not stat.S_ISREG(kind):
        return "not a regular file"
    if path.name.startswith("."):
        return "hidden"
    suffix = _unpacked(path).suffix.lower()
    return "" if suffix in CANDIDATES else f"{suffix or 'no suffix'}: not a name that element sets or ephemerides go by"


def _unpacked(path: Path) -> Path:
    return path.with_suffix("") if path.suffix.lower() in PACKED else path


def _is_log(path: Path) -> bool:
    plain = _unpacked(path)
    return plain.suffix.lower() == ".csv" and plain.stem.endswith(LOG_MARK)


def _log_key(log: Path) -> tuple[Path, str]:
    return log.parent, _unpacked(log).stem.removesuffix(LOG_MARK)


def _file_key(path: Path) -> tuple[Path, str]:
    return path.parent, _unpacked(path).stem


def _logs_beside(path: Path) -> list[Path]:
    stem = _unpacked(path).stem
    beside = [path.with_name(f"{stem}{LOG_MARK}.csv{packed}") for packed in ("", ".gz")]
    return [log for log in beside if log.is_file()]
