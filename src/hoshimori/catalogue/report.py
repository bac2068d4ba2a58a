"""What an ingest did, file by file: a receipt. When it is returned, what it lists is on the disk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import Any

from hoshimori.errors import Problem


@dataclass(frozen=True)
class FileReport:
    """One file or answer. read = new + known; `refused` counts records left out; `skipped`: taken in on an earlier run."""

    location: str
    format: str
    read: int
    new: int
    known: int
    refused: int
    ephemerides: int = 0
    names: int = 0
    skipped: bool = False
    problems: tuple[Problem, ...] = ()
    conjunctions: int = 0

    def to_json(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"problems": [str(p) for p in self.problems]}


@dataclass(frozen=True)
class IngestReport:
    files: tuple[FileReport, ...]
    seconds: float
    advice: str = ""
    """What would make reading faster from here, "" for nothing."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(p for f in self.files for p in f.problems)

    @property
    def read(self) -> int:
        return sum(f.read for f in self.files)

    @property
    def new(self) -> int:
        return sum(f.new for f in self.files)

    @property
    def known(self) -> int:
        return sum(f.known for f in self.files)

    @property
    def refused(self) -> int:
        return sum(f.refused for f in self.files)

    @property
    def skipped(self) -> int:
        """Files that were taken in before, byte for byte."""
        return sum(f.skipped for f in self.files)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; problems as text, all of them."""
        totals = {"read": self.read, "new": self.new, "known": self.known, "refused": self.refused, "skipped": self.skipped}
        files = [f.to_json() for f in self.files]
        return {"schema": "hoshimori.ingest-report/1", **totals, "seconds": round(self.seconds, 3), "files": files}

    def __str__(self) -> str:
        ephemerides = sum(f.ephemerides for f in self.files)
        more = f"{ephemerides} ephemerides, " if ephemerides else ""
        conjunctions = sum(f.conjunctions for f in self.files)
        more += f"{conjunctions} conjunction messages, " if conjunctions else ""
        lines = [
            f"{len(self.files)} files ({self.skipped} taken in before): {self.new} new element sets, {self.known} already held, "
            f"{more}{self.refused} records refused, in {self.seconds:.1f} s"
        ]
        for field, count in Counter(p.field for p in self.problems).most_common(10):
            first = next(p for p in self.problems if p.field == field)
            lines.append(f"  {count} x {first}" if count > 1 else f"  {first}")
        return "\n".join([*lines, self.advice] if self.advice else lines)
