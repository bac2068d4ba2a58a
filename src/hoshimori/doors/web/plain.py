"""Numbers and times as plain JSON: null where not known, times in ISO 8601 with Z."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hoshimori.findings import iso


def number(value: Any) -> float | None:
    """A number, or null where it is not finite."""
    x = float(value)
    return x if np.isfinite(x) else None


def numbers(values: Any, digits: int) -> list[Any]:
    """Rounded numbers in the shape of the array, null where not finite."""
    found = np.round(np.asarray(values, np.float64), digits)
    out = found.astype(object)
    out[~np.isfinite(found)] = None
    told: list[Any] = out.tolist()
    return told


def times(t_utc: Any) -> list[str]:
    """To the second: what a picture needs."""
    return [f"{t}Z" for t in np.datetime_as_string(np.asarray(t_utc, "datetime64[us]").astype("datetime64[s]")).tolist()]


def time_or_none(t_utc: np.datetime64) -> str | None:
    return iso(t_utc) or None


def plain(tree: Any) -> Any:
    """A record of the library with numbers that are not finite as null, and numpy's own numbers and times as plain ones."""
    if isinstance(tree, Mapping):
        return {str(k): plain(v) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        return [plain(v) for v in tree]
    if isinstance(tree, np.datetime64):
        return time_or_none(tree)
    if isinstance(tree, np.generic):
        return plain(tree.item())
    if isinstance(tree, float) and not np.isfinite(tree):
        return None
    return tree
