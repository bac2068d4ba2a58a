"""What the catalogue holds, how fresh it is, and how much was refused and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.catalogue.manifest import Manifest
from hoshimori.catalogue.query import live_rows
from hoshimori.catalogue.raw import RawBytes
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import CONJUNCTIONS, EPHEMERIDES, NAMES, PROBLEMS, RETIRED, SETS, SOURCES
from hoshimori.facts import NOT_A_TIME, DataMode, KnownBasis
from hoshimori.findings import iso


@dataclass(frozen=True)
class CatalogueStat:
    """Counts are of element sets unless named otherwise. `age_hours`: from the newest known time to the moment of asking."""

    home: str
    generation: int
    sets: int
    retired: int
    objects: int
    sources: int
    names: int
    ephemerides: int
    conjunctions: int
    oldest_epoch_utc: np.datetime64
    newest_epoch_utc: np.datetime64
    newest_known_utc: np.datetime64
    newest_received_utc: np.datetime64
    age_hours: float
    by_known_basis: dict[str, int]
    by_data_mode: dict[str, int]
    refused: int
    refused_by_reason: dict[str, int]
    reservations: int
    files: int
    catalogue_bytes: int
    raw_bytes: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; times in ISO 8601, "" where nothing is held."""
        out: dict[str, Any] = {"schema": "hoshimori.catalogue-stat/1"}
        for key, value in vars(self).items():
            out[key] = iso(value) if isinstance(value, np.datetime64) else value
        out["age_hours"] = None if np.isnan(self.age_hours) else round(self.age_hours, 3)
        return out


def measure(store: Store, raw: RawBytes, manifest: Manifest, now_utc: np.datetime64) -> CatalogueStat:
    """Read it off the files of one manifest."""
    con = store.engine()
    rows = live_rows(store, manifest.table(SETS))
    objects, oldest, newest, known = con.execute(
        "select count(distinct norad_id), epoch_us(min(epoch_utc)), epoch_us(max(epoch_utc)), epoch_us(max(known_utc)) "
        f"from {rows}"
    ).fetchall()[0]
    groups = con.execute(f"select known_basis, data_mode, count(*) from {rows} group by all").fetchall()
    newest_known = _time(known)
    refusals, reservations = _problem_counts(store, manifest)
    return CatalogueStat(
        home=str(store.home),
        generation=manifest.generation,
        sets=sum(g[2] for g in groups),
        retired=manifest.rows(RETIRED) + manifest.rows(SETS) - sum(g[2] for g in groups),
        objects=objects,
        sources=manifest.rows(SOURCES),
        names=manifest.rows(NAMES),
        ephemerides=manifest.rows(EPHEMERIDES),
        conjunctions=manifest.rows(CONJUNCTIONS),
        oldest_epoch_utc=_time(oldest),
        newest_epoch_utc=_time(newest),
        newest_known_utc=newest_known,
        newest_received_utc=_newest_received(store, manifest),
        age_hours=float("nan") if np.isnat(newest_known) else float((now_utc - newest_known) / np.timedelta64(1, "h")),
        by_known_basis={b.name: sum(g[2] for g in groups if g[0] == b) for b in KnownBasis},
        by_data_mode={m.name: sum(g[2] for g in groups if g[1] == m) for m in DataMode},
        refused=sum(refusals.values()),
        refused_by_reason=refusals,
        reservations=reservations,
        files=len(manifest.files),
        catalogue_bytes=sum(f.bytes for f in manifest.files),
        raw_bytes=raw.size_bytes(),
    )


def _problem_counts(store: Store, manifest: Manifest) -> tuple[dict[str, int], int]:
    """Refusals by "field: expected ...", most frequent first, and how many were read with a reservation."""
    files = manifest.table(PROBLEMS)
    if not files:
        return {}, 0
    counts = "select field, expected, refused, sum(times)::bigint as n"
    sql = f"{counts} from {store.relation(files)} group by all order by n desc, field"
    found = store.engine().execute(sql).fetchall()
    refusals = {f"{field}: expected {expected}": n for field, expected, refused, n in found if refused}
    return refusals, sum(n for _, _, refused, n in found if not refused)


def _newest_received(store: Store, manifest: Manifest) -> np.datetime64:
    files = manifest.table(SOURCES)
    if not files:
        return NOT_A_TIME
    return _time(store.engine().execute(f"select epoch_us(max(received_utc)) from {store.relation(files)}").fetchall()[0][0])


def _time(us: int | None) -> np.datetime64:
    return NOT_A_TIME if us is None else np.datetime64(us, "us")
