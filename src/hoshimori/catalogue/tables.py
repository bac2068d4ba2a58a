"""The tables of the catalogue, their columns, and the engine that reads and writes them as Parquet files.

Every table is a set of immutable Parquet files. DuckDB is an engine over them and nothing else: its connections are in
memory, it may not download extensions, and no .duckdb file exists (one open for writing would lock every reader out).
Only our own file names, numbers and column names are put into SQL text; text from outside goes in as a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hoshimori.facts import ElementSets

SETS = "sets"
RETIRED = "retired"
SOURCES = "sources"
NAMES = "names"
EPHEMERIDES = "ephemerides"
CONJUNCTIONS = "conjunctions"
PROBLEMS = "problems"

_SETS_COLUMNS = {
    "norad_id": "integer",
    "epoch_utc": "timestamp",
    "mean_motion_rev_day": "double",
    "eccentricity": "double",
    "inc_deg": "double",
    "raan_deg": "double",
    "argp_deg": "double",
    "ma_deg": "double",
    "bstar_per_er": "double",
    "ndot_rev_day2": "double",
    "nddot_rev_day3": "double",
    "rev_at_epoch": "integer",
    "element_set_no": "integer",
    "classification": "uinteger",  # the code point of one character
    "known_utc": "timestamp",
    "known_basis": "utinyint",
    "data_mode": "utinyint",
    "source": "integer",
    "key_hi": "ubigint",
    "key_lo": "ubigint",
    "replaces": "boolean",
}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    SETS: _SETS_COLUMNS,
    RETIRED: _SETS_COLUMNS,
    SOURCES: {
        "source": "integer",
        "sha256": "varchar",
        "location": "varchar",
        "provider": "varchar",
        "received_utc": "timestamp",
        "media_type": "varchar",
        "data_mode": "utinyint",
        "format": "varchar",
        "first_seen_sha256": "varchar",
        "records": "bigint",
        "sets": "bigint",
        "bytes": "bigint",
    },
    NAMES: {
        "norad_id": "integer",
        "cospar_id": "varchar",
        "name": "varchar",
        "object_type": "varchar",
        "owner": "varchar",
        "launch_date": "varchar",
        "decay_date": "varchar",
        "first_seen_utc": "timestamp",
        "provider": "varchar",
    },
    EPHEMERIDES: {
        "source": "integer",
        "sha256": "varchar",
        "place": "integer",  # which one of the file's ephemerides, from 0
        "norad_id": "integer",  # -1 where the message gives none
        "cospar_id": "varchar",
        "start_utc": "timestamp",
        "stop_utc": "timestamp",
        "known_utc": "timestamp",
        "known_basis": "utinyint",
        "data_mode": "utinyint",
    },
    CONJUNCTIONS: {
        "source": "integer",
        "sha256": "varchar",
        "place": "integer",  # which one of the file's messages, from 0
        "norad_id_1": "integer",  # -1 where the message gives none
        "norad_id_2": "integer",
        "tca_utc": "timestamp",
        "known_utc": "timestamp",
        "known_basis": "utinyint",
        "data_mode": "utinyint",
    },
    PROBLEMS: {
        "source": "integer",
        "file": "varchar",
        "line": "bigint",  # -1 where there is none
        "record": "bigint",
        "field": "varchar",
        "value": "varchar",
        "expected": "varchar",
        "refused": "boolean",
        "times": "bigint",  # how many problems of this kind the row stands for
    },
}

ORDER = {
    SETS: "norad_id, epoch_utc, known_utc, key_hi, key_lo",
    RETIRED: "norad_id, epoch_utc, known_utc, key_hi, key_lo",
    SOURCES: "source",
    NAMES: "norad_id, first_seen_utc, provider",
    EPHEMERIDES: "source, place",
    CONJUNCTIONS: "source, place",
    PROBLEMS: "source, record",
}

ROW_GROUP = 61_440
"""Rows that are read together. With snappy the best compromise measured between one object's history and the newest set
of every object: design/catalogue_layout.md."""

RANK = "(known_basis::bigint << 60) + epoch_us(known_utc)"
"""SQL for how well a row knows when its set was known: smaller is better. `rank` below is the same in numpy."""

KEYS = ("key_hi", "key_lo")


def connect() -> Any:
    """A DuckDB connection in memory that stays on this machine. Spilling to disk is left to whoever writes."""
    import duckdb

    return duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": "",
        }
    )


def rank(sets: ElementSets) -> np.ndarray[Any, np.dtype[np.int64]]:
    """(n,) basis first, then the time: OBSERVED late beats ASSUMED early. Smaller is better."""
    return (sets.known_basis.astype(np.int64) << 60) + sets.known_utc.astype("datetime64[us]").astype(np.int64)


def store_columns(sets: ElementSets, keys: np.ndarray[Any, Any], replaces: np.ndarray[Any, Any]) -> dict[str, Any]:
    """The columns of the sets table: names are kept in their own table, the digest as two integers."""
    out: dict[str, Any] = {k: np.ascontiguousarray(getattr(sets, k)) for k in COLUMNS[SETS] if hasattr(sets, k)}
    out["classification"] = np.ascontiguousarray(sets.classification.astype("<U1")).view(np.uint32)
    out["key_hi"] = np.ascontiguousarray(keys[:, 0])
    out["key_lo"] = np.ascontiguousarray(keys[:, 1])
    out["replaces"] = replaces
    return out


def element_sets(columns: Mapping[str, Any]) -> ElementSets:
    """The inverse of `store_columns`, with names still empty."""
    plain = {k: np.ma.getdata(v) for k, v in columns.items() if k not in KEYS and k != "replaces"}
    plain["classification"] = np.ascontiguousarray(plain["classification"].astype(np.uint32)).view("<U1")
    return ElementSets.build(plain)


def select_list(table: str, prefix: str = "") -> str:
    """Every column of a table, cast to its stored type."""
    return ", ".join(f"{prefix}{k}::{kind} as {k}" for k, kind in COLUMNS[table].items())


SET_COLUMNS = ", ".join(f"s.{k}" for k in _SETS_COLUMNS if k not in (*KEYS, "replaces"))
"""What `element_sets` needs, of a table that is called s."""


def literal(t: np.datetime64) -> str:
    """A time as SQL."""
    return f"make_timestamp({int(t.astype('datetime64[us]').astype(np.int64))})"


def files_sql(paths: Sequence[str]) -> str:
    """A relation over Parquet files, in their order."""
    quoted = ", ".join("'" + p.replace("'", "''") + "'" for p in paths)
    return f"read_parquet([{quoted}])"


def empty_sql(table: str) -> str:
    """A relation with the table's columns and no row."""
    kinds = ", ".join(f"null::{kind} as {k}" for k, kind in COLUMNS[table].items())
    return f"(select {kinds} where false)"
