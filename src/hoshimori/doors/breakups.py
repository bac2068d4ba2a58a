"""Break-ups, for programs: found between two catalogues, or told of a cloud given as its pieces; and whom they endanger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.catalogue import Catalogue
from hoshimori.detect.breakup import Found, find, of_fragments
from hoshimori.detect.breakup_record import BreakUp, Untold
from hoshimori.detect.crossing import LEAST_FRAGMENTS, crossings
from hoshimori.detect.crossing_record import Hazard
from hoshimori.doors import given, library
from hoshimori.doors.library import MODES, Moment
from hoshimori.errors import NothingFound, Problem, UsageError
from hoshimori.facts import DataMode, ElementSets, Watchlist
from hoshimori.ports import Progress, silent

BACK_DAYS = 7.0
"""In the catalogue, new is what came in the last so many days, unless another moment is named."""


@dataclass(frozen=True)
class Compared:
    """What two catalogues told, all the sets behind it, and what could not be read of the files named."""

    found: Found
    sets: ElementSets
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Cloud:
    """What was told of one cloud, all the sets behind it, and what could not be read."""

    told: BreakUp | Untold
    sets: ElementSets
    problems: tuple[Problem, ...] = ()


def breakups(
    *paths: str | Path,
    since: Moment | None = None,
    home: Path | None = None,
    as_of: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Found:
    """New clouds of fragments between two catalogues: the first file or folder, and all the others.

    With one path, or none for the catalogue of `home`, `since` parts what was known before from what is new (a week before the
    end, if not given). `.breakups` are dated; `.untold` says of every other group of five new objects or more why it is none.
    """
    return compare(paths, since=since, home=home, as_of=as_of, modes=modes, progress=progress).found


def breakup(
    *paths: str | Path,
    candidates: Sequence[str | Path] = (),
    start: Moment | None = None,
    stop: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> BreakUp | Untold:
    """When, where and of what a cloud came to be, from the sets of its pieces; `candidates`: catalogues that may hold the parent.

    start, stop: the event is looked for in between; 150 days before the first epoch up to the first epochs, if not given.
    """
    return cloud_of(paths, candidates=candidates, start=start, stop=stop, modes=modes, progress=progress).told


def compare(
    paths: Sequence[str | Path],
    *,
    since: Moment | None = None,
    home: Path | None = None,
    as_of: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Compared:
    """`breakups` with what stands behind them."""
    problems: list[Problem] = []
    if len(paths) > 1:
        if since is not None:
            raise UsageError("--since with two files: the first file is what was known before; leave one of them out")
        before = _read(paths[:1], modes, problems, progress)
        after = _read(paths[1:], modes, problems, progress)
        since_utc = None
    else:
        before, after, since_utc = _parted(paths, since, home, as_of, modes, problems, progress)
    if as_of is not None and paths:
        known_by = _moment(as_of, home)
        before, after = (s.take(np.isnat(s.known_utc) | (s.known_utc <= known_by)) for s in (before, after))
    for name, sets in (("before", before), ("after", after)):
        if not len(sets):
            raise NothingFound(
                f"breakups: the catalogue {name} is empty: nothing can be compared; see --since, --mode and --as-of"
            )
    found = find(before, after, since_utc=since_utc, progress=progress)
    return Compared(found, ElementSets.concat([before, after]), tuple(problems))


def _parted(
    paths: Sequence[str | Path],
    since: Moment | None,
    home: Path | None,
    as_of: Moment | None,
    modes: Sequence[DataMode],
    problems: list[Problem],
    progress: Progress,
) -> tuple[ElementSets, ElementSets, np.datetime64]:
    """One file or the catalogue, parted at a moment: sets with epochs before it, and after it."""
    if paths:
        sets = _read(paths, modes, problems, progress)
        end = sets.epoch_utc.max()
    else:
        catalogue = Catalogue(home)
        end = library.moment("now" if as_of is None else as_of, catalogue)
        span = np.timedelta64(round(4.0 * BACK_DAYS * 86400e6), "us")
        first = _moment(since, home) - span if since is not None else end - span
        view = catalogue.view(first, end, end, data_modes=tuple(modes))
        sets = view.sets()
    at = _moment(since, home) if since is not None else end - np.timedelta64(round(BACK_DAYS * 86400e6), "us")
    later = sets.epoch_utc >= at
    return sets.take(~later), sets.take(later), at


def _moment(t: Moment, home: Path | None) -> np.datetime64:
    return library.moment(t, Catalogue(home))


def _read(paths: Sequence[str | Path], modes: Sequence[DataMode], problems: list[Problem], progress: Progress) -> ElementSets:
    taken = given.intakes(paths, data_mode=modes[0], progress=progress, problems=problems)
    sets = ElementSets.concat([i.sets for i in taken])
    return sets.take(np.isin(sets.data_mode, [int(m) for m in modes]))


def cloud_of(
    paths: Sequence[str | Path],
    *,
    candidates: Sequence[str | Path] = (),
    start: Moment | None = None,
    stop: Moment | None = None,
    home: Path | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Cloud:
    """`breakup` with what stands behind it."""
    problems: list[Problem] = []
    pieces = _read(paths, modes, problems, progress)
    others = _read(candidates, modes, problems, progress) if candidates else ElementSets.empty()
    if not len(pieces):
        raise NothingFound(f"{', '.join(map(str, paths))}: no set of the mode {', '.join(m.name for m in modes)}: see --mode")
    first, last = (None if t is None else _moment(t, home) for t in (start, stop))
    told = of_fragments(pieces, others, first_utc=first, last_utc=last)
    return Cloud(told, ElementSets.concat([pieces, others]), tuple(problems))


def hazard_of(told: BreakUp, sets: ElementSets, watchlist: str | Path | Watchlist, progress: Progress = silent) -> Hazard | None:
    """Whom of a watchlist a cloud endangers, from the newest epoch of its pieces on; None where no asset has a set here."""
    chosen = watchlist if isinstance(watchlist, Watchlist) else named_watchlist(watchlist)
    numbers = [a.norad_id for a in chosen.assets if a.norad_id is not None]
    if not np.isin(numbers, sets.norad_id).any() or len(told.fragments) < LEAST_FRAGMENTS:
        return None
    names = {a.norad_id: a.name for a in chosen.assets if a.norad_id is not None}
    return crossings(told.fragments, sets, numbers, told.fragments.epoch_utc.max(), names=names, progress=progress)
