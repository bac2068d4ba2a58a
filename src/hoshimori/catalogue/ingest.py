"""Taking facts in: bytes are kept, read, compared with what is held, and what is new is published, whole files at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from hoshimori.catalogue.compaction import advice, merge_small
from hoshimori.catalogue.held import fresh_rows
from hoshimori.catalogue.intake import Intake, bounded, take_in
from hoshimori.catalogue.names import news
from hoshimori.catalogue.raw import Arrival, RawBytes
from hoshimori.catalogue.report import FileReport, IngestReport
from hoshimori.catalogue.shelves import Reader, StoredSource, read_names, read_sources
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import CONJUNCTIONS, EPHEMERIDES, NAMES, PROBLEMS, SETS, SOURCES, store_columns
from hoshimori.catalogue.writer import Writer, rows_to_columns, writing
from hoshimori.facts import Bools, ElementSets, Received
from hoshimori.ports import Progress

BATCH_ROWS = 1_000_000
BATCH_S = 60.0
"""One publication takes at most about this many rows, and while a source is slow, happens about this often."""


def ingest(
    store: Store, raw: RawBytes, received: Iterable[Received], read: Reader, *, progress: Progress, keep_bytes: bool
) -> IngestReport:
    """See `Catalogue.ingest`."""
    began = time.monotonic()
    run = _Run(store)
    try:
        _read_all(run, raw, received, read, progress, keep_bytes)
    except Exception:
        run.publish()  # a source that fails half-way has still brought what came before
        raise
    progress("storing", len(run.reports), len(run.reports))
    run.publish()
    return IngestReport(tuple(run.reports), time.monotonic() - began, advice(store.manifest()))


def _read_all(run: _Run, raw: RawBytes, received: Iterable[Received], read: Reader, progress: Progress, keep_bytes: bool) -> None:
    for count, item in enumerate(received):
        progress(f"reading {item.location}", count, 0)
        arrival = Arrival.of(item)
        if arrival in run.taken_in:
            run.skip(item.location)
            continue
        if keep_bytes:
            raw.keep(item, arrival)
        intake = take_in(item, arrival, read, looked_before=(item.provider, item.location) in run.looked_at)
        if intake.needs_bytes and not keep_bytes:
            raw.keep(item, arrival)
        run.add(intake)


class _Run:
    """The state of one ingest: what is read but not yet published, and what was known when it began."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[int, Intake]] = []  # with its place in `reports`
        self._since = time.monotonic()
        self.reports: list[FileReport] = []
        sources = store.read(lambda m: read_sources(store, m))
        self.taken_in = {_arrival(s) for s in sources}
        self.looked_at = {(s.provider, s.location) for s in sources}

    def skip(self, location: str) -> None:
        self.reports.append(FileReport(location, "", 0, 0, 0, 0, skipped=True))

    def add(self, intake: Intake) -> None:
        self._waiting.append((len(self.reports), intake))
        self.reports.append(FileReport(intake.location, intake.format, 0, 0, 0, 0))
        self.taken_in.add(intake.arrival)
        self.looked_at.add((intake.provider, intake.location))
        rows = sum(len(i.sets) for _, i in self._waiting)
        if rows >= BATCH_ROWS or time.monotonic() - self._since > BATCH_S:
            self.publish()

    def publish(self) -> None:
        """Everything that waits, at once; their reports are true from then on."""
        if self._waiting:
            intakes = [i for _, i in self._waiting]
            for (place, _), report in zip(self._waiting, publish(self._store, intakes), strict=True):
                self.reports[place] = report
        self._waiting, self._since = [], time.monotonic()


def publish(store: Store, intakes: Sequence[Intake]) -> list[FileReport]:
    """Store what is new of these files under the write lock, in one publication. One report for each, in their order."""
    with writing(store) as writer:
        held = {_arrival(s) for s in read_sources(store, writer.manifest) if s.sha256}
        fresh = [i for i in intakes if i.arrival not in held]  # another process may have been faster
        counts = iter(_store(store, writer, fresh))
        merge_small(store, writer)
    return [_report(i, 0, skipped=True) if i.arrival in held else _report(i, next(counts)) for i in intakes]


def _store(store: Store, writer: Writer, intakes: Sequence[Intake]) -> list[int]:
    """Stage and publish; how many sets of each file were new."""
    if not intakes:
        return []
    first = writer.manifest.next_source
    numbers = range(first, first + len(intakes))
    parts = [i.sets.having(source=np.full(len(i.sets), n, np.int32)) for n, i in zip(numbers, intakes, strict=True)]
    sets, keys = ElementSets.concat(parts), np.concatenate([i.keys for i in intakes])
    keep, replaces = fresh_rows(store, writer.manifest, sets, keys)
    if keep.any():
        writer.write(SETS, store_columns(sets.take(keep), keys[keep], replaces[keep]))
    _stage_names(store, writer, intakes)
    _stage(writer, SOURCES, [_source_row(n, i) for n, i in zip(numbers, intakes, strict=True)])
    _stage(writer, EPHEMERIDES, [r for n, i in zip(numbers, intakes, strict=True) for r in _ephemeris_rows(n, i)])
    _stage(writer, CONJUNCTIONS, [r for n, i in zip(numbers, intakes, strict=True) for r in _conjunction_rows(n, i)])
    _stage(writer, PROBLEMS, [r for n, i in zip(numbers, intakes, strict=True) for r in _problem_rows(n, i)])
    writer.publish(next_source=numbers.stop)
    return _new_of_each(sets, keep, numbers)


def _new_of_each(sets: ElementSets, keep: Bools, numbers: range) -> list[int]:
    counts = np.bincount(sets.source[keep] - numbers.start, minlength=len(numbers))
    return [int(c) for c in counts]


def _stage(writer: Writer, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        writer.write(table, rows_to_columns(table, rows))


def _stage_names(store: Store, writer: Writer, intakes: Sequence[Intake]) -> None:
    seen = [n for i in intakes for n in i.names]
    numbers = list({n.norad_id for n in seen})
    held = read_names(store, writer.manifest, numbers if len(numbers) < 1000 else None)
    new = news(held, seen)
    _stage(writer, NAMES, [_name_row(n) for n in new])


def _name_row(n: object) -> tuple[object, ...]:
    keys = ["norad_id", "cospar_id", "name", "object_type", "owner", "launch_date", "decay_date", "first_seen_utc", "provider"]
    return tuple(getattr(n, k) for k in keys)


def _source_row(number: int, i: Intake) -> tuple[object, ...]:
    head = (number, i.arrival.sha256, i.location, i.provider, i.received_utc, i.media_type, int(i.data_mode), i.format)
    return (*head, i.arrival.first_seen_sha256, i.records, len(i.sets), i.bytes)


def _ephemeris_rows(number: int, i: Intake) -> list[tuple[object, ...]]:
    return [
        (
            number,
            i.arrival.sha256,
            place,
            -1 if e.norad_id is None else e.norad_id,
            e.cospar_id,
            e.usable_start_utc,
            e.usable_stop_utc,
            e.known_utc,
            int(e.known_basis),
            int(e.data_mode),
        )
        for place, e in enumerate(i.ephemerides)
    ]


def _conjunction_rows(number: int, i: Intake) -> list[tuple[object, ...]]:
    return [
        (
            number,
            i.arrival.sha256,
            place,
            *(-1 if o.norad_id is None else o.norad_id for o in c.objects),
            c.tca_utc,
            c.known_utc,
            int(c.known_basis),
            int(c.data_mode),
        )
        for place, c in enumerate(i.conjunctions)
    ]


def _problem_rows(number: int, i: Intake) -> list[tuple[object, ...]]:
    def place(x: int | None) -> int:
        return -1 if x is None else x

    return [
        (number, p.file, place(p.line), place(p.record), p.field, p.value, p.expected, p.refused, times)
        for p, times in bounded(i.problems)
    ]


def _arrival(source: StoredSource) -> Arrival:
    return Arrival(source.sha256, source.first_seen_sha256)


def _report(i: Intake, new: int, *, skipped: bool = False) -> FileReport:
    if skipped:
        return FileReport(i.location, i.format, 0, 0, 0, 0, skipped=True)
    known = len(i.sets) - new
    return FileReport(
        i.location,
        i.format,
        len(i.sets),
        new,
        known,
        i.refused,
        len(i.ephemerides),
        len(i.names),
        problems=i.problems,
        conjunctions=len(i.conjunctions),
    )
