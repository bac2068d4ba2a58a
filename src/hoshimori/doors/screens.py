"""Who comes near whom, asked of a catalogue or of files: the question, what the answer will cost, and the answer day by day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from hoshimori import __version__
from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.detect.close_approaches import CloseApproaches, close_approaches
from hoshimori.doors import asking, long_run, windows
from hoshimori.doors.inquiry import ask
from hoshimori.doors.library import MODES, Moment, check_number, no_sets
from hoshimori.doors.long_run import Columns, Run
from hoshimori.doors.screen_cost import price, refuse_costly, threads
from hoshimori.errors import DataError, NothingFound, Problem
from hoshimori.facts import DataMode, ElementSets, Ephemeris, ObjectName, Watchlist
from hoshimori.findings import iso
from hoshimori.formats.sizes import SizeTable, read_sizes
from hoshimori.ports import Progress, silent
from hoshimori.sky.sieve import Cost

METHOD = "screen@1"
WITHIN_KM = 5.0
DAYS = 1.0
PLAIN = ("dr_km", "dv_km_s", "r_km", "v_km_s", "covariance_km2")
"""Columns of approaches that have more than one number a row: for computing with, not for tables."""
US = np.timedelta64(1, "us")


@dataclass(frozen=True)
class Wanted:
    """A screening as it was asked for: the facts, the window, the threshold, who is watched (None: everybody)."""

    sets: ElementSets
    ephemerides: tuple[Ephemeris, ...]
    names: tuple[ObjectName, ...]
    start_utc: np.datetime64
    stop_utc: np.datetime64
    as_of_utc: np.datetime64
    within_km: float
    watched: tuple[int, ...] | None
    unseen: tuple[str, ...]  # assets of the watchlist that have no orbit here
    sizes: SizeTable | None = None
    sizes_digest: str = ""
    ahead: tuple[int, ...] = ()  # objects left out because their sets are dated far ahead of all others
    problems: tuple[Problem, ...] = ()  # what could not be read of the files named, or only with a reservation

    @property
    def objects(self) -> int:
        """Objects with an orbit."""
        return len({*self.sets.norad_id.tolist(), *(e.norad_id or e.cospar_id or e.name for e in self.ephemerides)})

    @property
    def days(self) -> float:
        return float((self.stop_utc - self.start_utc) / US) / 86400e6

    @property
    def data_modes(self) -> tuple[DataMode, ...]:
        return tuple(DataMode(m) for m in sorted({*self.sets.data_mode.tolist(), *(int(e.data_mode) for e in self.ephemerides)}))

    def price(self, cores: int, *, by_day: bool) -> Cost:
        """What the answer will take: see `screen_cost.price`."""
        watched = None if self.watched is None else len(self.watched)
        return price(self.objects, self.start_utc, self.stop_utc, self.within_km, watched, cores, by_day=by_day)

    @property
    def question(self) -> dict[str, Any]:
        """All that decides the answer, as plain JSON."""
        inputs = [*sorted(self.sets.digest_texts()), *sorted(e.source for e in self.ephemerides), self.sizes_digest]
        return {
            "method": METHOD, "hoshimori": __version__, "start": iso(self.start_utc), "stop": iso(self.stop_utc),
            "as_of": iso(self.as_of_utc), "within_km": self.within_km, "objects": self.objects,
            "watched": None if self.watched is None else list(self.watched),
            "data_modes": [m.name for m in self.data_modes], "inputs_sha256": long_run.digest(inputs),
        }  # fmt: skip


def wanted(
    paths: Sequence[str | Path],
    *,
    watchlist: str | Path | Watchlist | None = None,
    norad_ids: Sequence[int] = (),
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    days: float | None = None,
    within_km: float = WITHIN_KM,
    sizes: str | Path | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Wanted:
    """The question with its facts. The window begins at `start`, else at the moment of knowledge; it lasts `days`, or to `stop`.

    Raises UsageError for a threshold or window that cannot be, NothingFound where nothing is known of whom it is asked of.
    """
    asking.range_km(within_km)
    windows.check(days, stop)
    chosen = None if watchlist is None else _list(watchlist)
    for number in norad_ids:
        check_number(number)
    opened = ask(paths, home=home, as_of=as_of, modes=modes, sound=True, progress=progress)
    begin, end = windows.ahead(opened.view.as_of_utc, start, stop, days, DAYS, home)
    view = opened.reopen(begin, end)
    sets = view.sets()
    given = tuple(view.ephemerides())
    known = {*sets.norad_id.tolist(), *(e.norad_id for e in given)}
    if not known:
        raise no_sets([], opened.said)
    watched, unseen = _watched(chosen, norad_ids, known, opened.said)
    table, digest = _sizes(sizes)
    return Wanted(
        sets,
        given,
        tuple(view.names()),
        begin,
        end,
        view.as_of_utc,
        within_km,
        watched,
        unseen,
        table,
        digest,
        opened.ahead,
        opened.problems,
    )


def _list(watchlist: str | Path | Watchlist) -> Watchlist:
    return watchlist if isinstance(watchlist, Watchlist) else named_watchlist(watchlist)


def _watched(
    chosen: Watchlist | None, norad_ids: Sequence[int], known: set[int | None], said: str
) -> tuple[tuple[int, ...] | None, tuple[str, ...]]:
    """Numbers to watch that have an orbit, and assets that have none; a number typed in must have one."""
    if chosen is None and not norad_ids:
        return None, ()
    missing = [n for n in norad_ids if n not in known]
    if missing:
        raise no_sets(missing, said)
    assets = () if chosen is None else chosen.assets
    seen = {a.norad_id for a in assets if a.norad_id in known}
    if not seen and not norad_ids:
        raise NothingFound(f"none of the {len(assets)} assets has an orbit known as of {said}: nothing can be screened")
    watched = sorted({*norad_ids, *(n for n in seen if n is not None)})
    return tuple(watched), tuple(str(a.norad_id or a.asset_id) for a in assets if a.norad_id not in seen)


def _sizes(path: str | Path | None) -> tuple[SizeTable | None, str]:
    if path is None:
        return None, ""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"--sizes {path}: cannot be read: {error.strerror}") from error
    return read_sizes(content, str(path)), hashlib.sha256(content).hexdigest()


def screen(
    *paths: str | Path,
    watchlist: str | Path | Watchlist | None = None,
    norad_ids: Sequence[int] = (),
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    days: float | None = None,
    within_km: float = WITHIN_KM,
    sizes: str | Path | None = None,
    modes: Sequence[DataMode] = MODES,
    workers: int | None = None,
    at_any_cost: bool = False,
    progress: Progress = silent,
) -> CloseApproaches:
    """Every close approach below `within_km`: of everybody with everybody, or of a watchlist or numbers with everybody.

    The window begins at `start`, else at the moment of knowledge, and lasts `days` (1 if not given), else to `stop`. Distances
    come with one sigma, probabilities are screening probabilities from public element sets: no operator's Pc. Who could not be
    followed through the window is in `failures`. Raises UsageError, with an estimate, where it would take long or much memory and
    `at_any_cost` is not set.
    """
    asked = wanted(
        paths, watchlist=watchlist, norad_ids=norad_ids, home=home, as_of=as_of, start=start, stop=stop, days=days,
        within_km=within_km, sizes=sizes, modes=modes, progress=progress,
    )  # fmt: skip
    cores = threads(workers)
    refuse_costly(asked.price(cores, by_day=False), at_any_cost)
    return part(asked, asked.start_utc, asked.stop_utc, cores, progress)


def part(asked: Wanted, start: np.datetime64, stop: np.datetime64, cores: int, progress: Progress) -> CloseApproaches:
    """The answer for a piece of the window."""
    return close_approaches(
        asked.sets, start, stop, asked.within_km, watched=asked.watched, ephemerides=asked.ephemerides, names=asked.names,
        size_table=asked.sizes, workers=cores, progress=progress,
    )  # fmt: skip


@contextmanager
def answered(asked: Wanted, folder: Path | None, cores: int, progress: Progress) -> Iterator[Run]:
    """The answer for every day of the window, in a folder that is gone on with, or in one that is thrown away afterwards."""
    with TemporaryDirectory(prefix="hoshimori-") as aside, long_run.opened(folder or Path(aside), asked.question) as run:
        every = long_run.days(asked.start_utc, asked.stop_utc)
        for day in run.left(every):
            progress("days screened", len(run.finished), len(every))
            found = part(asked, day.start_utc, day.stop_utc, cores, progress)
            run.keep(day, tables(found))
        yield run


def tables(found: CloseApproaches) -> Mapping[str, Columns]:
    """Approaches, stays and failures by columns."""
    approaches = {k: v for k, v in found.table._asdict().items() if k not in PLAIN}
    rows = [
        (f.norad_id, f.name, f.from_utc, f.until_utc, f.reason.code, json.dumps(dict(f.reason.values))) for f in found.failures
    ]
    names = ("norad_id", "name", "from_utc", "until_utc", "code", "details")
    kinds: tuple[Any, ...] = (np.int64, object, "datetime64[us]", "datetime64[us]", object, object)
    failures = {n: np.array([r[k] for r in rows], kind) for k, (n, kind) in enumerate(zip(names, kinds, strict=True))}
    return {"approaches": approaches, "stays": found.stays._asdict(), "failures": failures}


def resumed(folder: Path | None, moments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The moments asked for; where none was named and the folder holds a run, those of the run, so that `now` goes on."""
    held = long_run.recorded(folder) if folder is not None else None
    if held is None or any(v is not None for v in moments.values()):
        return moments
    return {**moments, "as_of": held["as_of"], "start": held["start"], "stop": held["stop"]}


def merged(rows: Iterator[dict[str, Any]], who: Sequence[str], start: str, stop: str, better: str = "") -> list[dict[str, Any]]:
    """Spells of several days as one list: those of the same `who` that touch or overlap become one; `better`: a distance of which
    the smaller one stays, with the rest of its row."""
    out: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda r: r[start]):
        mine = out.setdefault(tuple(row[k] for k in who), [])
        if mine and row[start] <= mine[-1][stop]:
            nearer = row if better and row[better] < mine[-1][better] else mine[-1]
            mine[-1] = {**nearer, start: mine[-1][start], stop: max(row[stop], mine[-1][stop])}
        else:
            mine.append(row)
    return sorted((row for found in out.values() for row in found), key=lambda r: (r[start], *(r[k] for k in who)))


def stays(run: Run) -> list[dict[str, Any]]:
    """Pairs that are near each other for long, each spell once."""
    return merged(run.rows("stays"), ("norad_id", "other_norad_id"), "start_utc", "stop_utc", "nearest_km")


def failures(run: Run) -> list[dict[str, Any]]:
    """Who could not be followed, from when until when, and why."""
    return merged(run.rows("failures"), ("norad_id", "code"), "from_utc", "until_utc")
