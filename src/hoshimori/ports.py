"""The sockets: what a View, a Source and a Detector are, and how plugins are found.

Built-ins enter by the same door as strangers: the entry-point groups `hoshimori.detectors` and `hoshimori.sources`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, runtime_checkable

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import ConjunctionMessage, ElementSets, Ephemeris, ObjectName, Received, Watchlist
from hoshimori.findings import Event

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and how much there is (0: not known)."""


def silent(_what: str, _done: int, _total: int) -> None:
    """The progress callback that says nothing."""


@runtime_checkable
class View(Protocol):
    """A window of time on the facts, as known at one moment. Two calls on one View give the same answer.

    `sets` is what a computation over the window may use: for each object the sets with epochs inside the window, the last one
    before it and the first one after it where they lie within `lookback`; nothing with known_utc > as_of; one row per (object,
    epoch): the last issued. Sorted by (norad_id, epoch_utc). `history` gives all of one object or several, as known at as_of.
    `conjunctions` gives what others wrote of close approaches from the start of the window on, also after its end, since they
    speak of what is to come: every message known by as_of, the last known last, of one object or (None) of all.
    """

    @property
    def start_utc(self) -> np.datetime64: ...
    @property
    def stop_utc(self) -> np.datetime64: ...
    @property
    def as_of_utc(self) -> np.datetime64: ...

    def sets(self, norad_ids: Sequence[int] | None = None) -> ElementSets: ...
    def latest(self, norad_ids: Sequence[int] | None = None) -> ElementSets: ...
    def history(self, norad_id: int | Sequence[int]) -> ElementSets: ...
    def ephemerides(self, norad_id: int | None = None, cospar_id: str = "") -> list[Ephemeris]: ...
    def conjunctions(self, norad_id: int | None = None) -> list[ConjunctionMessage]: ...
    def names(self, norad_ids: Sequence[int] | None = None) -> list[ObjectName]: ...


class Source(Protocol):
    """The outside. `fetch` yields what arrived, stored as bytes by whoever calls it; a non-200 answer raises."""

    name: str

    def fetch(self, *, progress: Progress = silent) -> Iterable[Received]: ...


class Detector(Protocol):
    """One phenomenon. Handed a View and a watchlist, gives events; opens nothing, asks nobody the time.

    Made without arguments it has its default settings. `with_settings` gives one with the settings that an evidence recorded
    under parameters["settings"], so that the claim can be re-run; the evidence's parameters also say start, stop and as_of of
    the view, and asset and cospar_id of the subject.
    """

    name: str
    version: str

    def with_settings(self, settings: Mapping[str, Any]) -> Detector: ...

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]: ...


def plugins(group: str) -> dict[str, Any]:
    """Names to loaded objects of one entry-point group, such as "hoshimori.detectors"."""
    return {p.name: _load(p) for p in entry_points(group=group)}


def plugin(group: str, name: str) -> Any:
    """One plugin by name; a clear refusal where there is none."""
    for p in entry_points(group=group, name=name):
        return _load(p)
    known = ", ".join(sorted(p.name for p in entry_points(group=group)))
    raise UsageError(f"no plugin {name!r} in {group}: known are {known or 'none'}")


def _load(found: EntryPoint) -> Any:
    """The object of an entry point. A stranger's plugin may raise anything on import: UsageError names it and its package."""
    try:
        return found.load()
    except Exception as error:
        package = found.dist.name if found.dist else "an unknown package"
        raise UsageError(
            f"the plugin {found.name} = {found.value} ({found.group}) of {package} does not load: {error!r}. "
            f"Mend or remove it: pip uninstall {package}"
        ) from error
