"""Measured error rates of the detectors, by version: how often a finding is there if it is so, and if it is not.

Rows stand in `rates.toml` with the command that prints them again. What was not measured has no row, and a row of one version of
a method says nothing of another: who asks gets None and must reckon without.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from hoshimori.errors import UsageError

KEYS: Mapping[str, type | tuple[type, ...]] = {
    "id": str, "method": str, "indicator": str, "power": float, "false": float, "n_so": int, "n_not": int, "split": str,
    "command": str, "measured": date, "note": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """One measured pair. p_seen_if_so: the power; p_seen_if_not: false alarms. n_so, n_not: the trials behind each.

    method: name@version, the only one it holds for. command: prints it again, from the root of the repository.
    """

    rate_id: str
    method: str
    indicator: str
    p_seen_if_so: float
    p_seen_if_not: float
    n_so: int
    n_not: int
    split: str
    command: str
    measured: str
    note: str

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.rate/1",
            "id": self.rate_id,
            "method": self.method,
            "indicator": self.indicator,
            "p_seen_if_so": self.p_seen_if_so,
            "p_seen_if_not": self.p_seen_if_not,
            "n_so": self.n_so,
            "n_not": self.n_not,
            "split": self.split,
            "command": self.command,
            "measured": self.measured,
            "note": self.note,
        }


@cache
def rates() -> tuple[Rate, ...]:
    """The rows that come with the package."""
    return read(resources.files("hoshimori.assess").joinpath("rates.toml").read_text(encoding="utf-8"), "rates.toml")


def rate(method: str, indicator: str) -> Rate | None:
    """Of this very version of a method; None where it was not measured.

    >>> rate("silence@1", "identity_exchange").p_seen_if_so
    0.96
    >>> rate("silence@0", "identity_exchange") is None
    True
    """
    return next((r for r in rates() if (r.method, r.indicator) == (method, indicator)), None)


def read(text: str, file: str) -> tuple[Rate, ...]:
    """Rows [[rate]] of one TOML text; one UsageError names every mistake."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise UsageError(f"{file}: not valid TOML: {e}; a row begins with [[rate]]") from e
    rows = table.get("rate", [])
    wrong = [f"row {k}: {x}" for k, row in enumerate(rows, start=1) for x in _mistakes(row)]
    pairs = [(row.get("method"), row.get("indicator")) for row in rows]
    wrong += [
        f"{method}, {indicator}: two rows; expected one" for method, indicator in sorted({p for p in pairs if pairs.count(p) > 1})
    ]
    if wrong:
        raise UsageError("\n  ".join([f"{file}: {len(wrong)} mistakes in these rates; nothing was used:", *wrong]))
    return tuple(_rate(row) for row in rows)


def _mistakes(row: Mapping[str, Any]) -> list[str]:
    out = [
        f"{key}={row.get(key)!r}: expected {getattr(kind, '__name__', kind)}"
        for key, kind in KEYS.items()
        if not isinstance(row.get(key), kind)
    ]
    out += [f"{key}: unknown; expected {', '.join(KEYS)}" for key in row if key not in KEYS]
    if out:
        return out
    if "@" not in row["method"]:
        out.append(f"method={row['method']!r}: expected name@version")
    if not 0.0 < row["false"] < row["power"] < 1.0:
        out.append(f"power={row['power']}, false={row['false']}: expected 0 < false < power < 1")
    if row["n_so"] < 1 or row["n_not"] < 1:
        out.append(f"n_so={row['n_so']}, n_not={row['n_not']}: expected trials")
    return out


def _rate(row: Mapping[str, Any]) -> Rate:
    return Rate(
        row["id"], row["method"], row["indicator"], row["power"], row["false"], row["n_so"], row["n_not"], row["split"],
        row["command"], row["measured"].isoformat(), " ".join(row["note"].split()),
    )  # fmt: skip
