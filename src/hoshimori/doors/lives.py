"""What objects did, for programs: their burns, their stays, their usual behaviour, and all of it on one time axis.

Every call takes files or folders, which are then read and nothing else is touched, or uses the catalogue where none is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.detect import manoeuvre
from hoshimori.detect import pattern as habits
from hoshimori.detect import stays as staying
from hoshimori.detect.burns import Told, Untold
from hoshimori.detect.pattern import Pattern
from hoshimori.detect.stays import Stay
from hoshimori.doors.inquiry import Asked, ask, history_in
from hoshimori.doors.library import MODES, Moment
from hoshimori.doors.timeline import Span, Timeline
from hoshimori.doors.timeline import timeline as drawn
from hoshimori.facts import Asset, DataMode, ElementSets, ObjectName, Watchlist
from hoshimori.findings import Event, Reason
from hoshimori.ports import Progress, View, silent

SHOWN_OF_ASSET = np.timedelta64(90, "D")
"""How far back the report of a watch draws."""
STAYS_OF_ONE = np.timedelta64(30, "D")
"""How far back from its end a timeline looks for stays: each day takes as long as the next, and old ones are seldom asked for."""


def manoeuvres(
    *paths: str | Path,
    norad_ids: Sequence[int] = (),
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    as_it_became_known: bool = False,
    min_probability: float = 0.0,
    progress: Progress = silent,
) -> Told:
    """Who moved, when and by how much; and of whom it cannot be told, and why.

    Of all objects in the files named, or in the catalogue; `norad_ids` narrows it. The catalogue is searched for the burns of
    every object over the last `BACK` only, over all its past for objects that are named. `as_it_became_known`: each burn as it
    could first be told. `start`, `stop` and `min_probability` choose among the burns found; what lies outside still teaches.
    """
    opened = ask(paths, home=home, as_of=as_of, start=start, stop=stop, modes=modes, progress=progress)
    told, _ = burns_in(opened, norad_ids, as_it_became_known, min_probability, progress)
    return told


def burns_in(
    opened: Asked, norad_ids: Sequence[int], as_it_became_known: bool, min_probability: float, progress: Progress
) -> tuple[Told, ElementSets]:
    """The burns and the sets that they were looked for in."""
    sets = history_in(opened, *norad_ids)
    told = manoeuvre.find(sets, as_it_became_known=as_it_became_known, as_of_utc=opened.view.as_of_utc, progress=progress)
    burns = tuple(b for b in told.burns if opened.holds(b.t_utc) and b.probability >= min_probability)
    return Told(burns, (*_unknown(norad_ids, sets), *told.untold)), sets


def _unknown(norad_ids: Sequence[int], sets: ElementSets) -> Iterator[Untold]:
    """Of a number that was asked for and has no sets nothing can be told."""
    for number in sorted(set(norad_ids) - set(sets.norad_id.tolist())):
        yield Untold(number, Reason("no element set held", {"asset": str(number)}))


def stays(
    *paths: str | Path,
    watchlist: str | Path | Watchlist,
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> list[Stay]:
    """Who stays near the satellites of a watchlist, each judged against what chance would give: see docs/stays.md."""
    chosen = watchlist if isinstance(watchlist, Watchlist) else named_watchlist(watchlist)
    return stays_in(ask(paths, home=home, as_of=as_of, start=start, stop=stop, modes=modes, progress=progress), chosen, progress)


def stays_in(opened: Asked, watchlist: Watchlist, progress: Progress = silent) -> list[Stay]:
    """The stays in a view that is already open."""
    return staying.stays(opened.view, watchlist, progress=progress)


def with_orbit(view: View, watchlist: Watchlist) -> frozenset[int]:
    """Catalogue numbers that have element sets in the view, and assets with an ephemeris of their owner."""
    given = {a.norad_id for a in watchlist.assets if a.norad_id is not None and view.ephemerides(a.norad_id, a.cospar_id)}
    return frozenset(view.latest().norad_id.tolist()) | given


@dataclass(frozen=True)
class Life:
    """One object's timeline, its usual behaviour, and the names of all who take part. `called`: what its number was called."""

    line: Timeline
    usual: Pattern | Untold
    names: Mapping[str, str]
    called: tuple[ObjectName, ...]


def life(opened: Asked, norad_id: int, *, with_stays: bool = True, progress: Progress = silent) -> Life:
    """Everything about one object that a person looks at together."""
    sets = history_in(opened, norad_id)
    told = manoeuvre.find(sets, as_of_utc=opened.view.as_of_utc, progress=progress)
    near = spans(opened, norad_id, progress) if with_stays else []
    line = drawn(
        sets,
        told.burns,
        near,
        untold=told.untold,
        start_utc=opened.start_utc,
        stop_utc=opened.stop_utc,
        as_of_utc=opened.view.as_of_utc,
    )
    names = opened.names(sorted({norad_id, *(int(s.other) for s in near if s.other.isdigit())}))
    return Life(line, habits.describe(sets, told.burns), names, tuple(opened.view.names([norad_id])))


def lives_of(view: View, watchlist: Watchlist, events: Sequence[Event]) -> dict[str, Life]:
    """The lives of a watchlist's assets by subject, over the last `SHOWN_OF_ASSET`, with the stays that a sweep found."""
    numbers = sorted({a.norad_id for a in watchlist.assets if a.norad_id is not None})
    every = view.history(numbers)
    told = manoeuvre.find(every, as_of_utc=view.as_of_utc)
    out = {}
    for number in np.unique(every.norad_id).tolist():
        sets = every.take(every.norad_id == number)
        mine = Told(tuple(b for b in told.burns if b.norad_id == number), tuple(u for u in told.untold if u.norad_id == number))
        near = [Span.of(e) for e in events if e.kind == "stay" and e.subject == str(number)]
        start = max(sets.epoch_utc[0], view.as_of_utc - SHOWN_OF_ASSET)
        if sets.epoch_utc[-1] >= start:
            line = drawn(
                sets, mine.burns, near, untold=mine.untold, start_utc=start, stop_utc=view.stop_utc, as_of_utc=view.as_of_utc
            )
            out[str(number)] = Life(line, habits.describe(sets, mine.burns), {}, ())
    return out


def pattern(
    norad_id: int,
    *paths: str | Path,
    home: Path | None = None,
    as_of: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
) -> Pattern | Untold:
    """An object's usual behaviour in a few numbers, or why it cannot be told."""
    told, sets = burns_in(ask(paths, home=home, as_of=as_of, modes=modes), [norad_id], False, 0.0, silent)
    return habits.describe(sets, told.burns)


def timeline(
    norad_id: int,
    *paths: str | Path,
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    with_stays: bool = True,
    progress: Progress = silent,
) -> Timeline:
    """Mean elements, burns, stays and gaps of one object on one time axis. Stays are looked for in its last `STAYS_OF_ONE`."""
    opened = ask(paths, home=home, as_of=as_of, start=start, stop=stop, modes=modes, progress=progress)
    return life(opened, norad_id, with_stays=with_stays, progress=progress).line


def spans(opened: Asked, norad_id: int, progress: Progress = silent) -> list[Span]:
    """Who stayed near one object over the last `STAYS_OF_ONE` of the window asked for."""
    stop = opened.view.stop_utc if opened.stop_utc is not None else opened.view.as_of_utc
    start = max(opened.view.start_utc, stop - STAYS_OF_ONE)
    asset = Asset(str(norad_id), norad_id, "", "", "", "", "", None, True, "", "")
    alone = Watchlist(str(norad_id), "", "", "", (asset,))
    near = opened.reopen(start, stop)
    return [Span.of(s.event) for s in staying.stays(near, alone, progress=progress)]
