"""Times at which something failed, as an operator wrote them down: CSV or JSON, each time with its zone, and when it was on.

CSV: a heading with `time` (and, if known, `asset`, `note`, `stop`), one outage a row. JSON: a list of such records, or
{"outages": [...], "operating": [["start", "stop"], ...]}; `operating` tells when an outage could have happened at all. A time
without a zone is refused: an hour's error would make or break a coincidence with a pass of ten minutes.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from hoshimori.errors import FormatError, Problem

EXPECTED = "a time with its zone, such as 2026-05-30T12:34:56Z or 2026-05-30T21:34:56+09:00"
KEYS = ("time", "stop", "asset", "note")


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage: when it began, of which asset ("" where all of a list were meant), and what was noted."""

    t_utc: np.datetime64
    asset: str
    note: str


@dataclass(frozen=True, slots=True)
class Outages:
    """Outages in order of time, and the times in which one could have happened: () where that is not told."""

    rows: tuple[Outage, ...]
    operating: tuple[tuple[np.datetime64, np.datetime64], ...] = ()


def read_outages(content: bytes, file: str) -> Outages:
    """All of a file, or FormatError with every row that cannot be used."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise FormatError(f"{file}: byte {e.start} is not UTF-8") from e
    problems: list[Problem] = []
    records, operating = _records(text, file)
    rows = [_outage(k, r, file, problems) for k, r in enumerate(records, 1)]
    spans = [_span(k, s, file, problems) for k, s in enumerate(operating, 1)]
    if problems:
        raise FormatError(f"{file}: {len(problems)} of the outages cannot be read; nothing was used", problems)
    found = sorted((r for r in rows if r), key=lambda r: (r.t_utc, r.asset))
    return Outages(tuple(found), tuple(s for s in spans if s))


def utc_of(text: object) -> np.datetime64:
    """The UTC instant of a time that names its zone; NaT where it is none."""
    try:
        told = datetime.fromisoformat(str(text).strip())
    except ValueError:
        return np.datetime64("NaT", "us")
    if told.tzinfo is None or not isinstance(text, str):
        return np.datetime64("NaT", "us")
    return np.datetime64(told.astimezone(UTC).replace(tzinfo=None), "us")


def _records(text: str, file: str) -> tuple[list[dict[str, Any]], list[Any]]:
    if text.lstrip()[:1] not in ("[", "{"):
        return _csv(text, file), []
    try:
        told = json.loads(text)
    except json.JSONDecodeError as e:
        raise FormatError(f"{file}: not valid JSON: {e}") from e
    outages = told.get("outages") if isinstance(told, dict) else told
    operating = told.get("operating", []) if isinstance(told, dict) else []
    if not isinstance(outages, list) or not isinstance(operating, list):
        raise FormatError(f'{file}: expected a list of outages, or {{"outages": [...], "operating": [...]}}')
    return [r if isinstance(r, dict) else {"time": r} for r in outages], operating


def _csv(text: str, file: str) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True, strict=True)
    try:
        names = [n.strip().lower() for n in reader.fieldnames or ()]
        if "time" not in names:
            raise FormatError(
                f"{file}: no column `time` in the first line ({', '.join(names)[:80]}); known are {', '.join(KEYS)}"
            )
        reader.fieldnames = names
        return [{k: v for k, v in row.items() if v not in (None, "")} for row in reader]
    except csv.Error as e:
        raise FormatError(f"{file}: not valid CSV: {e}") from e


def _outage(row: int, r: dict[str, Any], file: str, problems: list[Problem]) -> Outage | None:
    for key in r:
        if key not in KEYS:
            problems.append(Problem(file, None, row, str(key), str(r[key])[:80], f"one of {', '.join(KEYS)}"))
            return None
    t = utc_of(r.get("time"))
    stop = utc_of(r["stop"]) if "stop" in r else t
    for key, at in (("time", t), ("stop", stop)):
        if np.isnat(at):
            problems.append(Problem(file, None, row, key, str(r.get(key, ""))[:80], EXPECTED))
            return None
    if stop < t:
        problems.append(Problem(file, None, row, "stop", str(r["stop"])[:80], "a stop that is not before the time"))
        return None
    return Outage(t, str(r.get("asset", "")).strip(), str(r.get("note", "")).strip())


def _span(row: int, told: object, file: str, problems: list[Problem]) -> tuple[np.datetime64, np.datetime64] | None:
    pair = [utc_of(x) for x in told] if isinstance(told, list) and len(told) == 2 else []
    if len(pair) == 2 and not np.isnat(pair).any() and pair[0] < pair[1]:
        return pair[0], pair[1]
    problems.append(Problem(file, None, row, "operating", str(told)[:80], f"a pair of start and stop, each {EXPECTED}"))
    return None
