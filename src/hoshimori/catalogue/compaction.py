"""Many small files into few sorted ones. The rows stay the same; only where they lie changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hoshimori.catalogue.manifest import Manifest, StoredFile
from hoshimori.catalogue.query import live_rows, replaced_rows
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import COLUMNS, RETIRED, SETS
from hoshimori.catalogue.writer import Writer

FILE_ROWS = 1_000_000
"""Rows of one base file, about 100 MB. A question about one object opens one such file."""

MANY = 32
"""Small files of one table that are merged unasked, at the end of an ingest."""

SMALL_ROWS = 250_000


def compact(store: Store, writer: Writer) -> None:
    """All files of each table into sorted base files, split by catalogue number. Replaced rows go to the retired table."""
    manifest = writer.manifest
    remove: list[StoredFile] = []
    for table in COLUMNS:
        files = manifest.table(table)
        if table == SETS and any(not f.base for f in files):
            _rewrite_sets(store, writer, files)
            remove.extend(files)
        elif len(files) > 1:
            writer.write_query(table, f"from {store.relation(files)}", base=True)
            remove.extend(files)
    if remove:
        writer.publish(remove=remove)


def _rewrite_sets(store: Store, writer: Writer, files: tuple[StoredFile, ...]) -> None:
    con = store.engine()
    if any(f.replaces for f in files):
        writer.write_query(RETIRED, f"select * from {replaced_rows(store, files)}")
    rows = live_rows(store, files)
    counts = con.execute(f"select norad_id, count(*) from {rows} group by norad_id order by norad_id").fetchall()
    for low, high in _ranges(counts):
        near = [f for f in files if f.norad_min <= high and f.norad_max >= low]
        part = f"select * replace (false as replaces) from {live_rows(store, near)} where norad_id between {low} and {high}"
        writer.write_query(SETS, part, base=True)


def _ranges(counts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of catalogue numbers with about FILE_ROWS rows each; one object is never split."""
    rows, low = 0, 0
    for norad_id, count in counts:
        if rows == 0:
            low = norad_id
        rows += count
        if rows >= FILE_ROWS or norad_id == counts[-1][0]:
            yield low, norad_id
            rows = 0


def merge_small(store: Store, writer: Writer) -> None:
    """Keep reading fast between compactions: when small files are many, make them one. Costs no more than they hold."""
    remove: list[StoredFile] = []
    for table in COLUMNS:
        small = [f for f in writer.manifest.table(table) if not f.base and f.rows < SMALL_ROWS]
        if len(small) > MANY:
            writer.write_query(table, f"from {store.relation(small)}")
            remove.extend(small)
    if remove:
        writer.publish(remove=remove)


def advice(manifest: Manifest) -> str:
    """A sentence when compaction is worth its while, else ""."""
    loose = [f for f in manifest.table(SETS) if not f.base]
    rows: Any = sum(f.rows for f in loose)
    if len(loose) >= 8 and rows * 4 >= manifest.rows(SETS):
        return f"{rows} element sets lie in {len(loose)} unsorted files: compact() would make reading faster"
    return ""
