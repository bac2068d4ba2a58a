"""Reading the small tables: sources, names, problems; and what a parser of received bytes looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hoshimori.catalogue.manifest import Manifest
from hoshimori.catalogue.names import Labels
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import COLUMNS, NAMES, PROBLEMS, SOURCES, literal
from hoshimori.errors import Problem
from hoshimori.facts import DataMode, ObjectName, Parsed


class Reader(Protocol):
    """What turns bytes into facts; `hoshimori.formats.read` is one. Raises DataError when it can use none of them."""

    def __call__(self, content: bytes, file: str, *, data_mode: DataMode) -> list[Parsed]: ...


@dataclass(frozen=True, slots=True)
class StoredSource:
    """One answer or file that was taken in. `sha256` is "" for columns made by a program (`append`)."""

    source: int
    sha256: str
    location: str
    provider: str
    received_utc: np.datetime64
    media_type: str
    data_mode: DataMode
    format: str
    first_seen_sha256: str
    records: int
    sets: int
    bytes: int


def read_sources(store: Store, manifest: Manifest) -> list[StoredSource]:
    """Every source, in the order taken in."""
    rows = _rows(store, manifest, SOURCES, "* replace (epoch_us(received_utc) as received_utc)", "true order by source")
    return [_source(*r) for r in rows]


def read_names(
    store: Store, manifest: Manifest, norad_ids: Sequence[int] | None, as_of_utc: np.datetime64 | None = None
) -> list[ObjectName]:
    """Names by number, then by first seen."""
    where = _known(norad_ids, as_of_utc)
    select = "* replace (epoch_us(first_seen_utc) as first_seen_utc)"
    rows = _rows(store, manifest, NAMES, select, f"{where} order by norad_id, first_seen_utc, provider, name")
    return [_name(*r) for r in rows]


def names_known(store: Store, manifest: Manifest, norad_ids: Sequence[int] | None, as_of_utc: np.datetime64) -> Labels:
    """What labelling needs of the names, as columns."""
    files = manifest.table(NAMES)
    if not files:
        return Labels.of([])
    columns = "norad_id, cospar_id, name, first_seen_utc"
    sql = f"select {columns} from {store.relation(files)} where {_known(norad_ids, as_of_utc)}"
    found = {k: np.ma.getdata(v) for k, v in store.engine().sql(sql).fetchnumpy().items()}
    norad, seen = found["norad_id"].astype(np.int64), found["first_seen_utc"].astype("datetime64[us]")
    return Labels(norad, found["cospar_id"].astype(object), found["name"].astype(object), seen)


def read_problems(store: Store, manifest: Manifest) -> list[tuple[Problem, int]]:
    """Every kind of problem kept, with how many times it was met."""
    rows = _rows(store, manifest, PROBLEMS, "*", "true order by source, record")
    return [(Problem(r[1], _number(r[2]), _number(r[3]), r[4], r[5], r[6], r[7]), r[8]) for r in rows]


def _known(norad_ids: Sequence[int] | None, as_of_utc: np.datetime64 | None) -> str:
    where = "true" if as_of_utc is None else f"first_seen_utc <= {literal(as_of_utc)}"
    if norad_ids is not None:
        where += f" and norad_id in ({', '.join(str(int(i)) for i in norad_ids) or 'null'})"
    return where


def _rows(store: Store, manifest: Manifest, table: str, select: str, where: str) -> list[tuple[Any, ...]]:
    files = manifest.table(table)
    if not files:
        return []
    sql = f"select {select} from {store.relation(files)} where {where}"
    found: list[tuple[Any, ...]] = store.engine().execute(sql).fetchall()
    return found


def _source(*row: Any) -> StoredSource:
    return StoredSource(
        **dict(zip(COLUMNS[SOURCES], row, strict=True)) | {"received_utc": _time(row[4]), "data_mode": DataMode(row[6])}
    )


def _name(*row: Any) -> ObjectName:
    return ObjectName(**dict(zip(COLUMNS[NAMES], row, strict=True)) | {"first_seen_utc": _time(row[7])})


def _time(us: int) -> np.datetime64:
    return np.datetime64(us, "us")


def _number(value: int) -> int | None:
    return None if value < 0 else value
