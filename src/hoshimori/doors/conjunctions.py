"""The conjunctions of a watchlist, for programs: who comes near whom, how risky at most, whether that grows, who could move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.detect.conjunction import Conjunction, everything
from hoshimori.detect.conjunction_messages import cdm_of
from hoshimori.detect.nearing import EVERYTHING
from hoshimori.detect.thresholds import Settings
from hoshimori.doors import asking, windows
from hoshimori.doors.folder import write_text
from hoshimori.doors.inquiry import ask
from hoshimori.doors.library import MODES, Moment
from hoshimori.errors import DataError, NothingFound, Problem, UsageError
from hoshimori.facts import DataMode, Watchlist
from hoshimori.findings import Event
from hoshimori.formats import dump_cdm
from hoshimori.formats.sizes import read_sizes
from hoshimori.ports import Progress, View, silent

DAYS = 3.0
OWN = ("predicted", "past")
"""Labels of what was computed here; an operator's message carries another."""


@dataclass(frozen=True)
class Met:
    """Conjunctions found, the view that they were found in, and assets that have no orbit there."""

    events: tuple[Event, ...]
    view: View
    watchlist: Watchlist
    unseen: tuple[str, ...]
    ahead: tuple[int, ...] = ()
    """Objects left out because their sets are dated far ahead of all others."""
    problems: tuple[Problem, ...] = ()
    """What could not be read of the files named, or only with a reservation."""


def conjunctions(
    *paths: str | Path,
    watchlist: str | Path | Watchlist,
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    days: float | None = None,
    within_km: float | None = None,
    sizes: str | Path | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> list[Event]:
    """The close approaches of a watchlist's satellites that need a look, by risk: from `start`, else the moment of knowledge, on.

    Each is an event of kind "conjunction" with miss, R, T, N, speed, screening and maximum probability, each with what it rests
    on; `hoshimori.detect.conjunction.detail(event)` gives the trend, who could move, sizes and the encounter plane. An operator's
    message (CDM) outranks our own computation. watchlist: "everything" asks of all objects known. `sizes`: a table of radii (CSV:
    ObjectID, HBR, HBRSigma, HBRSource).
    """
    met = meet(
        paths, watchlist=watchlist, home=home, as_of=as_of, start=start, stop=stop, days=days, within_km=within_km, sizes=sizes,
        modes=modes, progress=progress,
    )  # fmt: skip
    return list(met.events)


def meet(
    paths: Sequence[str | Path],
    *,
    watchlist: str | Path | Watchlist,
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    days: float | None = None,
    within_km: float | None = None,
    sizes: str | Path | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Met:
    """`conjunctions` with the view behind them."""
    within_km = asking.range_km(within_km)
    windows.check(days, stop)
    named = watchlist if isinstance(watchlist, Watchlist) or watchlist == EVERYTHING else named_watchlist(watchlist)
    detector = _detector(within_km, sizes)
    opened = ask(paths, home=home, as_of=as_of, modes=modes, sound=True, progress=progress)
    view = opened.reopen(*windows.ahead(opened.view.as_of_utc, start, stop, days, DAYS, home))
    chosen = named if isinstance(named, Watchlist) else everything(view)
    unseen = () if named == EVERYTHING else _unseen(view, chosen)
    if len(unseen) == len(chosen.assets):
        raise NothingFound(
            f"none of the {len(chosen.assets)} assets of {chosen.watchlist_id} has an orbit or a message known as of "
            f"{opened.said}: ingest a source that carries them, or see --mode and --as-of"
        )
    found = detector.detect(view, chosen, progress=progress)
    events = tuple(sorted((e for e in found if e.kind == "conjunction"), key=by_risk))
    return Met(events, view, chosen, unseen, opened.ahead, opened.problems)


def _detector(within_km: float | None, sizes: str | Path | None) -> Conjunction:
    settings = Settings() if within_km is None else replace(Settings(), within_km=within_km, within_leo_km=within_km)
    detector = Conjunction(settings)
    if sizes is None:
        return detector
    try:
        content = Path(sizes).read_bytes()
    except OSError as error:
        raise DataError(f"--sizes {sizes}: cannot be read: {error.strerror}") from error
    return detector.with_sizes(read_sizes(content, str(sizes)))


def _unseen(view: View, watchlist: Watchlist) -> tuple[str, ...]:
    known = set(view.latest([a.norad_id for a in watchlist.assets if a.norad_id is not None]).norad_id.tolist())
    return tuple(
        str(a.norad_id or a.asset_id)
        for a in watchlist.assets
        if a.norad_id not in known
        and not view.ephemerides(a.norad_id, a.cospar_id)
        and not (a.norad_id is not None and view.conjunctions(a.norad_id))
    )


def by_risk(event: Event) -> tuple[bool, float, float, str]:
    """Sorts what needs a look first, then by probability (an operator's, else the maximum), then by time."""
    return event.normal, -risk_of(event), float(event.start_utc.astype(np.int64)), event.event_id


def risk_of(event: Event) -> float:
    """The probability that counts: of an operator's message, else the maximum of our own screening; 0 where none is known."""
    for name in ("collision_probability", "maximum_probability"):
        if name in event.quantities and np.isfinite(event.quantities[name].value):
            return event.quantities[name].value
    return 0.0


def write_messages(met: Met, folder: Path) -> tuple[list[Path], list[str]]:
    """Our own computations as conjunction messages (CDM 1.0, KVN), one file each, and why one could not be made.

    Operators' messages are not written again.
    """
    written: list[Path] = []
    refused: list[str] = []
    for event in met.events:
        if event.label in OWN:
            try:
                message = cdm_of(event, met.view)
            except UsageError as error:
                refused.append(str(error))
                continue
            written.append(write_text(folder / f"{message.message_id}.cdm", dump_cdm(message, kind="KVN")))
    return written, refused
