"""Plain tables: what is printed, and the same rows as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """`digits`: decimals of each column's numbers. NaN and None are printed as a dash, and are null in JSON."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    digits: tuple[int, ...] = ()
    note: str = ""

    def text(self) -> str:
        digits = self.digits or (2,) * len(self.columns)
        cells = [self.columns, *([_shown(c, d) for c, d in zip(row, digits, strict=True)] for row in self.rows)]
        widths = [max(len(row[k]) for row in cells) for k in range(len(self.columns))]
        lines = ["  ".join(_placed(c, w, k) for k, (c, w) in enumerate(zip(row, widths, strict=True))).rstrip() for row in cells]
        return "\n".join([f"\n== {self.title}", *([self.note] if self.note else []), *lines])

    def to_json(self) -> dict[str, Any]:
        rows = [[None if isinstance(c, float) and not math.isfinite(c) else c for c in row] for row in self.rows]
        return {"title": self.title, "note": self.note, "columns": list(self.columns), "rows": rows}


def _shown(cell: Cell, digits: int) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "-"
    return f"{cell:.{digits}f}" if isinstance(cell, float) else str(cell)


def _placed(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column == 0 else text.rjust(width)
