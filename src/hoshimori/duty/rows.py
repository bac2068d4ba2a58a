"""Between records and rows: times as whole microseconds, trees as JSON, long ones compressed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

NOT_A_TIME = np.datetime64("NaT", "us")


def us(t_utc: np.datetime64) -> int | None:
    """Microseconds since 1970; None for not-a-time."""
    return None if np.isnat(t_utc) else int(t_utc.astype("datetime64[us]").astype(np.int64))


def sure_us(t_utc: np.datetime64) -> int:
    found = us(t_utc)
    if found is None:
        raise ValueError("expected a time, not NaT")
    return found


def time(value: int | None) -> np.datetime64:
    return NOT_A_TIME if value is None else np.datetime64(int(value), "us")


def moment(text: str) -> np.datetime64:
    """The inverse of `findings.iso`: "" is not-a-time."""
    return np.datetime64(text.removesuffix("Z"), "us") if text else NOT_A_TIME


def dump(tree: Any) -> str:
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def load(text: str) -> Any:
    return json.loads(text)


def packed(tree: Mapping[str, Any]) -> bytes:
    """Compressed to about 45 %: an event is mostly the digests that it stands on."""
    return zlib.compress(dump(tree).encode(), 1)


def unpacked(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))


def next_seq(connection: Connection, table: sa.Table) -> int:
    """The number of the next row. Under the write lock, so nobody else takes it."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.seq), 0))).scalar_one()) + 1


def count(connection: Connection, chosen: sa.Select[Any]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(chosen.order_by(None).subquery())).scalar_one())
