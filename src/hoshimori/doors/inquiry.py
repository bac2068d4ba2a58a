"""What a question is asked of: a view on the files that were named, or on the catalogue where none was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hoshimori import watch as corridor
from hoshimori.catalogue import Catalogue
from hoshimori.doors import given, library
from hoshimori.doors.library import MODES, Moment
from hoshimori.errors import Problem
from hoshimori.facts import DataMode, ElementSets
from hoshimori.ports import Progress, View, silent

BACK = np.timedelta64(60, "D")
"""How far back the catalogue is searched for burns of every object, and for stays, when no start is named."""


@dataclass(frozen=True)
class Asked:
    """What was asked, opened: a view, and the bounds that were named (None: unbounded)."""

    view: View
    start_utc: np.datetime64 | None
    stop_utc: np.datetime64 | None
    said: str  # the moment as it was asked for
    from_files: bool
    reopen: Callable[[np.datetime64, np.datetime64], View]
    """The same facts seen through another window."""
    ahead: tuple[int, ...] = ()
    """Objects left out because their sets are dated far ahead of all others; only where that was asked for."""
    problems: tuple[Problem, ...] = ()
    """What could not be read of the files named, or only with a reservation."""

    def names(self, norad_ids: Sequence[int]) -> dict[str, str]:
        """Catalogue number as text to the last name known."""
        return names_of(self.view, norad_ids)

    def holds(self, t_utc: np.datetime64) -> bool:
        """Does a moment lie inside the bounds that were named?"""
        return not (
            (self.start_utc is not None and t_utc < self.start_utc) or (self.stop_utc is not None and t_utc > self.stop_utc)
        )


def names_of(view: View, norad_ids: Sequence[int]) -> dict[str, str]:
    """Catalogue number as text to the last name known; of who has none, what a conjunction message calls it."""
    found = sorted(view.names(norad_ids), key=lambda n: n.first_seen_utc) if norad_ids else []
    named = {str(n.norad_id): n.name for n in found if n.name}
    called = {str(o.norad_id): o.name for m in view.conjunctions() for o in m.objects if o.name} if norad_ids else {}
    return {str(k): name for k in norad_ids if (name := named.get(str(k)) or called.get(str(k)))}


def ask(
    paths: Sequence[str | Path],
    *,
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    sound: bool = False,
    progress: Progress = silent,
) -> Asked:
    """A view on the files named, else on the catalogue. `as_of` without a value: all that files hold; now, for the catalogue.

    sound: what looks ahead begins at the end of what files hold, but for sets dated far ahead of all others, which are left out.
    """
    catalogue = Catalogue(home)
    first, last = (None if t is None else library.moment(t, catalogue) for t in (start, stop))
    if paths:
        cut = None if as_of is None or (isinstance(as_of, str) and as_of == "data") else library.moment(as_of, catalogue)
        problems: list[Problem] = []
        taken = given.intakes(paths, data_mode=modes[0], progress=progress, problems=problems)
        late: tuple[int, ...] = ()
        if cut is None and sound:
            cut, late = given.sound_end(taken)
        view = given.view_of(taken, as_of_utc=cut, start_utc=first, stop_utc=last, modes=modes)

        def again(begin: np.datetime64, end: np.datetime64) -> View:
            return given.view_of(taken, as_of_utc=view.as_of_utc, start_utc=begin, stop_utc=end, modes=modes)

        return Asked(view, first, last, str(as_of or "data"), True, again, late, tuple(problems))
    known = library.moment("now" if as_of is None else as_of, catalogue)

    def through(begin: np.datetime64, end: np.datetime64) -> View:
        return catalogue.view(begin, end, known, data_modes=tuple(modes))

    window = (known - BACK if first is None else first, known + corridor.AFTER if last is None else last)
    return Asked(through(*window), first, last, str(as_of or "now"), False, through)


def history_in(opened: Asked, *norad_ids: int) -> ElementSets:
    """The sets of these objects; of every object where none is named. Raises NothingFound where there is none."""
    for number in norad_ids:
        library.check_number(number)
    if norad_ids:
        sets = opened.view.history(list(norad_ids))
    elif opened.from_files:
        sets = opened.view.history(np.unique(opened.view.latest().norad_id).tolist())
    else:
        sets = opened.view.sets()
    if not len(sets):
        raise library.no_sets(norad_ids, opened.said)
    return sets
