"""The sky as known at a moment, kept while nothing new becomes known: the newest set of every object, and what is told of it.

Between two moments at which nothing becomes known the sky is the same. So a sky is kept by the last moment up to the one asked
at which anything did, and a service that is asked every second "as of now" reads its catalogue once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from hoshimori import watch
from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.catalogue.asof import FUTURE
from hoshimori.catalogue.manifest import Manifest
from hoshimori.catalogue.query import live_rows
from hoshimori.catalogue.shelves import StoredSource
from hoshimori.catalogue.stat import CatalogueStat
from hoshimori.catalogue.tables import NAMES, PROBLEMS, SETS, literal
from hoshimori.catalogue.view import CatalogueView
from hoshimori.detect.sizes import object_types
from hoshimori.doors.web.kept import Kept
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.world import World
from hoshimori.errors import UsageError
from hoshimori.facts import NOT_A_TIME, ElementSets, Floats, Watchlist
from hoshimori.findings import iso
from hoshimori.ledger.home import now_utc
from hoshimori.sky.orbits import Satellites
from hoshimori.sky.secular import mean_axis_km
from hoshimori.tracking.satellites import satellites_of

SKIES = 4
ANSWERS = 48
MOMENTS = 512
EARTH_RADIUS_KM = 6378.137
AHEAD = np.timedelta64(60, "s")
"""By so much the clock of who asks may be ahead of ours."""
T = TypeVar("T")
Objects = npt.NDArray[np.object_]
Generation = tuple[int, int]


@dataclass(frozen=True)
class Freshness:
    """Of all that was known at a moment. by_source: source number to the newest time of knowledge of its sets."""

    element_sets: int
    newest_epoch_utc: np.datetime64
    newest_known_utc: np.datetime64
    by_source: Mapping[int, np.datetime64]


@dataclass(frozen=True)
class Sky:
    """The newest set of every object (rows by number), and what the catalogue calls it. `since_utc`: from when on it is so."""

    since_utc: np.datetime64
    latest: ElementSets
    kinds: Objects
    owners: Objects
    freshness: Freshness

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Catalogue number as text to the last name known."""
        return {str(k): n for k, n in zip(self.latest.norad_id.tolist(), self.latest.name.tolist(), strict=True) if n}

    @cached_property
    def satellites(self) -> Satellites:
        return satellites_of(self.latest)

    @cached_property
    def words(self) -> list[str]:
        """Of each row what a search looks in: number, name and designator, in small letters."""
        rows = zip(self.latest.norad_id.tolist(), self.latest.name.tolist(), self.latest.cospar_id.tolist(), strict=True)
        return [f"{number}\n{name}\n{cospar}".casefold() for number, name, cospar in rows]

    @cached_property
    def shape_km(self) -> tuple[Floats, Floats]:
        """(n,) height of apogee and of perigee above 6378.137 km, from the mean elements; NaN where SGP4 has none."""
        axis = mean_axis_km(self.latest.mean_motion_rev_day, self.latest.eccentricity, self.latest.inc_deg)
        e = self.latest.eccentricity
        return axis * (1.0 + e) - EARTH_RADIUS_KM, axis * (1.0 - e) - EARTH_RADIUS_KM

    def row(self, norad_id: int) -> int | None:
        place = int(np.searchsorted(self.latest.norad_id, norad_id))
        return place if place < len(self.latest) and int(self.latest.norad_id[place]) == norad_id else None


class Skies:
    """The skies of one world that were asked for last, and what was worked out from them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._skies = Kept(SKIES)
        self._answers = Kept(ANSWERS)
        self._ends = Kept(2)
        self._since_when = Kept(MOMENTS)
        self.answers = self._answers

    def moment(self, as_of: str | None) -> np.datetime64:
        """The moment asked for, or the world's default. UsageError for one that has not come: nobody knows what is known then."""
        said = as_of or self.world.as_of
        newest = self._end()[0]
        if said == "data" and not np.isnat(newest):
            return newest
        if said == "data" and not as_of:
            return now_utc()  # nothing is held yet: the floor must be able to say so
        t = self.world.moment(as_of)
        now = now_utc()
        if t > max(now + AHEAD, newest if not np.isnat(newest) else now):
            raise UsageError(f"as_of {as_of}: lies ahead of now, {iso(now)}: what will be known then is not known")
        return t

    def view(
        self, as_of_utc: np.datetime64, start: np.datetime64 | None = None, stop: np.datetime64 | None = None
    ) -> CatalogueView:
        """A view as known at this moment; a week back and three days ahead where no window is asked for."""
        first, last = watch.window(as_of_utc)
        return self.world.catalogue.view(
            first if start is None else start, last if stop is None else stop, as_of_utc, data_modes=self.world.modes
        )

    def at(self, as_of_utc: np.datetime64) -> Sky:
        """The sky as known at this moment."""
        view = self.view(as_of_utc)
        since = self._since(view)
        return self._skies.get(self.key(view, since), lambda: _sky(view, since))

    def warm(self) -> None:
        """Read the sky of the default moment and what every view asks of it, so that nobody waits for the first time."""
        sky = self.at(self.moment(None))
        _ = sky.satellites, sky.words, sky.names, sky.shape_km, self.lists()

    def kept(self) -> int:
        """How many skies are held now."""
        return len(self._skies)

    def key(self, view: CatalogueView, since: np.datetime64 | None = None) -> tuple[Generation, int]:
        """What names the state of knowledge of a view: equal keys, equal answers about element sets and names."""
        known = self._since(view) if since is None else since
        return _generation(view.manifest), int(known.astype("datetime64[us]").astype(np.int64))

    def _since(self, view: CatalogueView) -> np.datetime64:
        end = max((t for t in self._end(view) if not np.isnat(t)), default=NOT_A_TIME)
        if not view.as_of_utc < end:
            return end
        moment = (_generation(view.manifest), str(view.as_of_utc))
        return self._since_when.get(moment, lambda: _last_news(view, view.as_of_utc))

    def _end(self, view: CatalogueView | None = None) -> tuple[np.datetime64, np.datetime64]:
        """The newest knowledge held, and the last moment at which the sky changes by what is held now."""
        view = self.view(now_utc()) if view is None else view
        return self._ends.get(_generation(view.manifest), lambda: _ends(view))

    def held(self) -> CatalogueStat:
        """What the whole catalogue holds, measured once for each state of it."""
        return self.once("held", self.world.catalogue.stat)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What depends on nothing but the files of the catalogue, made once for each state of it."""
        return self._answers.get(("once", name, _generation(self.view(now_utc()).manifest)), make)

    def lists(self) -> Sequence[Watchlist]:
        """The watchlists of the world, read again only when their file changed."""
        return [self._list(name) for name in self.world.watchlists]

    def _list(self, name: str) -> Watchlist:
        path = Path(name).expanduser()
        changed = path.stat().st_mtime_ns if path.is_file() else 0
        return self._answers.get(("watchlist", name, changed), lambda: named_watchlist(name))

    def watchlist(self, asked: str | None) -> Watchlist:
        """One of the world's watchlists by its id, the first where none is asked for. A path is not looked at: NotHere."""
        found = self.lists()
        if not asked:
            return found[0]
        for one in found:
            if one.watchlist_id == asked:
                return one
        raise NotHere(f"watchlist {asked!r} (here are: {', '.join(x.watchlist_id for x in found)})")

    def watched(self) -> frozenset[int]:
        """The catalogue numbers on any watchlist of the world."""
        return frozenset(a.norad_id for one in self.lists() for a in one.assets if a.norad_id is not None)


def _generation(manifest: Manifest) -> Generation:
    return manifest.generation, hash(tuple(f.name for f in manifest.files))


def _sky(view: CatalogueView, since: np.datetime64) -> Sky:
    latest = view.latest()
    names = view.names()
    owner = {n.norad_id: n.owner for n in names if n.owner}
    owners = np.array([owner.get(k, "") for k in latest.norad_id.tolist()], object)
    return Sky(since, latest, object_types(latest.norad_id, names, latest.name.tolist()), owners, _freshness(view))


def _freshness(view: CatalogueView) -> Freshness:
    def ask(manifest: Manifest) -> Freshness:
        rows = live_rows(view.store, manifest.table(SETS))
        sql = (
            "select source, count(*), epoch_us(max(known_utc)), epoch_us(max(epoch_utc)) "
            f"from {rows} where {_known(view, view.as_of_utc)} group by source"
        )
        found = view.store.engine().execute(sql).fetchall()
        by_source = {int(r[0]): np.datetime64(r[2], "us") for r in found}
        newest = [np.datetime64(max(r[k] for r in found), "us") if found else NOT_A_TIME for k in (3, 2)]
        return Freshness(sum(int(r[1]) for r in found), newest[0], newest[1], by_source)

    return view.store.read(ask, view.manifest)


def _known(view: CatalogueView, until: np.datetime64) -> str:
    modes = ", ".join(str(int(m)) for m in view.data_modes) or "null"
    return f"known_utc <= {literal(until)} and data_mode in ({modes})"


def _last_news(view: CatalogueView, until: np.datetime64) -> np.datetime64:
    """The last moment up to `until` at which a set or a name became known, or a set's epoch came near enough to be believed."""

    def ask(manifest: Manifest) -> np.datetime64:
        con = view.store.engine()
        where = _known(view, until)
        rows = live_rows(view.store, manifest.table(SETS))
        near = f"max(epoch_utc) filter (epoch_utc <= {literal(until + FUTURE)})"
        sets = con.execute(f"select epoch_us(max(known_utc)), epoch_us({near}) from {rows} where {where}").fetchall()[0]
        times = [sets[0], None if sets[1] is None else sets[1] - int(FUTURE / np.timedelta64(1, "us"))]
        files = manifest.table(NAMES)
        if files:
            sql = (
                f"select epoch_us(max(first_seen_utc)) from {view.store.relation(files)} where first_seen_utc <= {literal(until)}"
            )
            times += [con.execute(sql).fetchall()[0][0]]
        return max((np.datetime64(t, "us") for t in times if t is not None), default=NOT_A_TIME)

    return view.store.read(ask, view.manifest)


def _ends(view: CatalogueView) -> tuple[np.datetime64, np.datetime64]:
    ever = np.datetime64("9999-01-01", "us")

    def ask(manifest: Manifest) -> np.datetime64:
        rows = live_rows(view.store, manifest.table(SETS))
        us = (
            view.store.engine()
            .execute(f"select epoch_us(max(known_utc)) from {rows} where {_known(view, ever)}")
            .fetchall()[0][0]
        )
        return NOT_A_TIME if us is None else np.datetime64(us, "us")

    return view.store.read(ask, view.manifest), _last_news(view, ever)


def refused_by_source(view: CatalogueView) -> dict[int, int]:
    """How many records of each source were refused."""

    def ask(manifest: Manifest) -> dict[int, int]:
        files = manifest.table(PROBLEMS)
        if not files:
            return {}
        sql = f"select source, sum(times)::bigint from {view.store.relation(files)} where refused group by source"
        return {int(s): int(n) for s, n in view.store.engine().execute(sql).fetchall()}

    return view.store.read(ask, view.manifest)


def label_of(source: StoredSource) -> str:
    """Where a source came from, without the folders of this machine."""
    return source.location if "://" in source.location else Path(source.location).name
