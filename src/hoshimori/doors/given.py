"""Facts straight from files, dated by what is known about them, seen through a view; the catalogue is not touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from hoshimori import watch
from hoshimori.catalogue import MemoryView
from hoshimori.catalogue.intake import Intake, take_in
from hoshimori.catalogue.raw import Arrival
from hoshimori.errors import FormatError, NothingFound, Problem
from hoshimori.facts import DataMode, ElementSets, Received
from hoshimori.formats import read
from hoshimori.ports import Progress, silent
from hoshimori.sources.folder import Folder

AHEAD = np.timedelta64(1, "D")
BACK = np.timedelta64(90, "D")
"""How far back a window on files reaches when no start is named."""


def intakes(
    paths: Sequence[str | Path],
    *,
    data_mode: DataMode = DataMode.REAL,
    progress: Progress = silent,
    problems: list[Problem] | None = None,
) -> list[Intake]:
    """Every file read, with its times of knowledge: a first-seen log beside a file is honoured as on ingest.

    What was refused or read with a reservation goes into `problems`. Raises NothingFound or DataError where a path cannot be
    read, FormatError with every Problem where no orbit was read.
    """
    folders = [Folder(Path(p), data_mode=data_mode) for p in paths]
    taken = [take_in(item, Arrival.of(item), read, looked_before=False) for item in _arrivals(folders, progress)]
    found = [*(p for i in taken for p in i.problems), *(p for f in folders for p in f.problems)]
    if not any(len(i.sets) or i.ephemerides or i.conjunctions for i in taken):
        raise FormatError(f"{', '.join(map(str, paths))}: no orbit could be read", found)
    if problems is not None:
        problems += found
    return taken


def _arrivals(folders: Sequence[Folder], progress: Progress) -> Iterator[Received]:
    for folder in folders:
        yield from folder.fetch(progress=progress)


def view_of(
    taken: Sequence[Intake],
    *,
    as_of_utc: np.datetime64 | None = None,
    start_utc: np.datetime64 | None = None,
    stop_utc: np.datetime64 | None = None,
    back: np.timedelta64 = BACK,
    modes: Sequence[DataMode] = (DataMode.REAL,),
) -> MemoryView:
    """A view over what was read.

    Without a moment: as known when the last of it could be. Without a window: from the first epoch, at most `back` before that
    moment, until as long after it as a watch looks ahead. Raises NothingFound where nothing of these modes was known by then.
    """
    sets = ElementSets.concat([i.sets for i in taken])
    known = _last_known(taken, sets) if as_of_utc is None else as_of_utc
    first = min(sets.epoch_utc.min(), known) if len(sets) else known
    start = max(first, known - back) if start_utc is None else start_utc
    stop = known + watch.AFTER if stop_utc is None else stop_utc
    ephemerides = [e for i in taken for e in i.ephemerides]
    names = [n for i in taken for n in i.names]
    messages = [c for i in taken for c in i.conjunctions]
    view = MemoryView(sets, start, stop, known, ephemerides, names, data_modes=modes, conjunctions=messages)
    if not len(view.latest()) and not view.ephemerides() and not view.conjunctions():
        chosen = ", ".join(m.name for m in modes)
        what = f"{len(sets)} element sets" if len(sets) or not messages else f"{len(messages)} messages"
        raise NothingFound(f"none of the {what} read is {chosen} and known by {known}: see --mode and --as-of")
    return view


def _last_known(taken: Sequence[Intake], sets: ElementSets) -> np.datetime64:
    """The newest knowledge among sets, ephemerides and messages; the moment of reading where none of them says."""
    times = [sets.known_utc.max()] if len(sets) else []
    times += [e.known_utc for i in taken for e in i.ephemerides if not np.isnat(e.known_utc)]
    times += [c.known_utc for i in taken for c in i.conjunctions if not np.isnat(c.known_utc)]
    return max(times, default=taken[0].received_utc)


def sound_end(taken: Sequence[Intake]) -> tuple[np.datetime64, tuple[int, ...]]:
    """When the last of it could be known, but for objects whose every set is dated `AHEAD` beyond nearly all others; and these.

    One set with an epoch of next week would else make everything else a week old.
    """
    sets = ElementSets.concat([i.sets for i in taken])
    if not len(sets):
        return _last_known(taken, sets), ()
    newest = np.sort(sets.known_utc)
    limit = newest[int(np.ceil(0.99 * (len(newest) - 1)))] + AHEAD
    sound = sets.known_utc <= limit
    late = sorted(set(sets.norad_id[~sound].tolist()) - set(sets.norad_id[sound].tolist()))
    return sets.known_utc[sound].max(), tuple(late)
