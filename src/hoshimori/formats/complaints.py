"""What is wrong with a file: every problem once, many of one kind counted instead of repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from hoshimori.errors import Problem
from hoshimori.facts import Bools

PER_KIND = 100
"""Problems of one kind (field, what was expected, refused or not) told in full; the rest are counted in a last one."""
KINDS = 200
"""Different kinds told apart in one file; beyond them everything counts as one kind, so that no file gives a million."""
VALUE_WIDTH = 80

_Kind = tuple[str, str, bool]
_ANY_OTHER = "any other field"


class Complaints:
    """The problems of one file, in the order in which they were met."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._told: list[Problem] = []
        self._count: Counter[_Kind] = Counter()

    def add(
        self,
        field: str,
        value: object,
        expected: str,
        *,
        line: int | None = None,
        record: int | None = None,
        refused: bool = True,
    ) -> None:
        """Note one problem; `value` is shown as text, cut to 80 characters."""
        if self.has_room(field, expected, refused=refused):
            text = "" if value is None else str(value)
            self._told.append(Problem(self.file, line, record, field, text[:VALUE_WIDTH], expected, refused))

    def has_room(self, field: str, expected: str, *, refused: bool) -> bool:
        """Count one problem of this kind; False where enough of the kind have been told."""
        kind = (field, expected, refused)
        if kind not in self._count and len(self._count) >= KINDS:
            kind = (_ANY_OTHER, "", refused)
        self._count[kind] += 1
        return self._count[kind] <= PER_KIND

    def count_more(self, field: str, expected: str, more: int, *, refused: bool) -> None:
        """Count `more` problems of a kind of which enough have been told."""
        self._count[(field, expected, refused)] += more

    def __len__(self) -> int:
        return self._count.total()

    def take_over(self, earlier: Complaints) -> None:
        """Put the problems of an outer layer (the archive around a file) before these."""
        self._told[:0] = earlier._told
        self._count += earlier._count

    def problems(self) -> tuple[Problem, ...]:
        """Every problem told, then for each kind that overflowed how many more there are."""
        rest = [
            Problem(self.file, None, None, field, f"and {count - PER_KIND} more of the same kind", expected, refused)
            for (field, expected, refused), count in self._count.items()
            if count > PER_KIND
        ]
        return (*self._told, *rest)


@dataclass
class Sieve:
    """Which rows of a table are still good, and what is said of the others.

    `good` (n,) starts all True. `text(field, row)` shows a value as it was found; `place(field, row)` gives its line (None
    where lines mean nothing) and its record number.
    """

    complaints: Complaints
    good: Bools
    text: Callable[[str, int], str | None]
    place: Callable[[str, int], tuple[int | None, int]]
    wrong: dict[str, Bools] = field(default_factory=dict)
    """Rows already refused for a field: one field is complained of once."""

    @classmethod
    def over(
        cls,
        complaints: Complaints,
        n: int,
        text: Callable[[str, int], str | None],
        place: Callable[[str, int], tuple[int | None, int]],
    ) -> Sieve:
        return cls(complaints, np.ones(n, bool), text, place)

    def refuse(self, bad: Bools, field: str, expected: str) -> None:
        """Take out the rows where `bad`, and say why, once for each field of a row."""
        before = self.wrong.get(field)
        fresh = bad if before is None else bad & ~before
        self.wrong[field] = bad if before is None else bad | before
        self.good &= ~bad
        self._tell(fresh, field, expected, refused=True)

    def doubt(self, odd: Bools, field: str, expected: str) -> None:
        """Keep the rows where `odd`, and say what is odd about them."""
        self._tell(odd, field, expected, refused=False)

    def _tell(self, rows: Bools, field: str, expected: str, *, refused: bool) -> None:
        which = np.flatnonzero(rows).tolist()
        for row in which[:PER_KIND]:
            line, record = self.place(field, row)
            value = self.text(field, row)
            self.complaints.add(field, value, expected, line=line, record=record, refused=refused)
        if len(which) > PER_KIND:
            self.complaints.count_more(field, expected, len(which) - PER_KIND, refused=refused)
