"""Which close approaches could be collisions: told with how risky at most, whether that grows, who could move, and who says so.

From element sets nothing here is an operational probability: the screening probability is named so, and stands beside the largest
that any size of its covariance would give. A message from an operator outranks our own computation, which is then shown beside
it. Neighbours that share a slot are named and not alarmed about. Docs: docs/conjunctions.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.detect import operators, trend
from hoshimori.detect.close_approaches import Approaches
from hoshimori.detect.conjunction_events import Writer
from hoshimori.detect.conjunction_record import detail as detail
from hoshimori.detect.nearing import EVERYTHING, Near, Search, could_be, one_orbit
from hoshimori.detect.records import Records
from hoshimori.detect.risk import above
from hoshimori.detect.thresholds import Settings
from hoshimori.facts import Asset, Bools, Ints, Watchlist
from hoshimori.findings import Event
from hoshimori.formats.sizes import SizeTable
from hoshimori.ports import Progress, View, silent


class Conjunction:
    """The detector `conjunction`: see the module. Satisfies ports.Detector."""

    name = "conjunction"
    version = "1"

    def __init__(self, settings: Settings | None = None, size_table: SizeTable | None = None) -> None:
        self.settings = settings or Settings()
        self.size_table = size_table

    def with_settings(self, settings: Mapping[str, Any]) -> Conjunction:
        return Conjunction(Settings.of(settings), self.size_table)

    def with_sizes(self, size_table: SizeTable) -> Conjunction:
        return Conjunction(self.settings, size_table)

    @property
    def method(self) -> str:
        return f"{self.name}@{self.version}"

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """Events of kind "conjunction" inside the view's window, and of every message about a watched satellite."""
        found: list[Event] = []
        told_of: set[int] = set()
        for near in Search(view, watchlist, self.settings, self.size_table, progress).near():
            one = _Group(self, view, watchlist, near)
            found += one.events()
            told_of |= set(near.assets)
        for asset in watchlist.assets:  # who has no orbit of its own here may still be warned by others
            if asset.norad_id is not None and asset.norad_id not in told_of and watchlist.watchlist_id != EVERYTHING:
                found += _warned(self, view, watchlist, asset)
        return sorted(found, key=lambda e: (e.subject, e.start_utc, e.label, e.others))


def everything(view: View) -> Watchlist:
    """All objects known in this view, each an asset that nobody owns; each pair of them is told once."""
    latest = view.latest()
    assets = tuple(
        Asset(str(k), k, c, n, "", "", "", None, True, "", "")
        for k, c, n in zip(latest.norad_id.tolist(), latest.cospar_id.tolist(), latest.name.tolist(), strict=True)
    )
    return Watchlist(EVERYTHING, "everything known", "", "", assets)


@dataclass(frozen=True)
class _Group:
    """The conjunctions of one group of watched bodies."""

    detector: Conjunction
    view: View
    watchlist: Watchlist
    near: Near

    def events(self) -> list[Event]:
        settings, table = self.detector.settings, self.near.table
        messages = [t for key in self.near.assets if key >= 0 for t in operators.gathered(self.view, key)]
        likely = np.flatnonzero(could_be(self.near, settings.attention) & ~one_orbit(self.near, table))
        records = Records(self.view, settings, self._numbers(table.take(likely), messages))
        known = self.near.with_errors(likely, records.errors)
        told = known.take(above(known.risk, settings.attention) | np.isnan(known.screening_probability))
        told = told.take(self._worst_of_neighbours(told))
        beside = [self._beside(t, records) for t in messages]
        told = told.take(~self._outranked(told, messages))
        writer = Writer(self.view, self.watchlist, settings, self.detector.method, self.near, records)
        trends = self._trends(told, records)
        own = [writer.own(told.take(slice(k, k + 1)), trends[k]) for k in range(len(told.norad_id))]
        return own + [writer.message(t, ours) for t, ours in zip(messages, beside, strict=True)]

    def _numbers(self, likely: Approaches, messages: Iterable[operators.Told]) -> list[int]:
        said = [o.norad_id for t in messages for o in t.last.objects if o.norad_id is not None]
        return sorted({*likely.norad_id.tolist(), *likely.other_norad_id.tolist(), *said})

    def _worst_of_neighbours(self, told: Approaches) -> Bools:
        """Rows to keep: of a pair that stays together only the riskiest approach, seen from each."""
        keep = np.ones(len(told.norad_id), bool)
        pairs = list(zip(told.norad_id.tolist(), told.other_norad_id.tolist(), strict=True))
        for pair in {p for p in pairs if frozenset(p) in self.near.stays or self._declared(p)}:
            mine = np.flatnonzero([p == pair for p in pairs])
            risky = np.nan_to_num(told.screening_probability[mine], nan=1.0)
            keep[np.delete(mine, np.lexsort((told.miss_km[mine], -risky))[0])] = False
        return keep

    def _declared(self, pair: tuple[int, int]) -> bool:
        return any(set(pair) <= slot for slot in self.watchlist.co_located)

    def _outranked(self, told: Approaches, messages: Iterable[operators.Told]) -> Bools:
        out = np.zeros(len(told.norad_id), bool)
        for t in messages:
            out |= _same(told, t)
        return out

    def _beside(self, message: operators.Told, records: Records) -> Approaches | None:
        """Our own computation of the approach that a message tells of: the nearest in time, if it is the same."""
        same = np.flatnonzero(_same(self.near.table, message))
        if not len(same):
            return None
        t_us = self.near.table.tca_utc[same].astype("datetime64[us]").astype(np.int64)
        nearest = same[np.argmin(np.abs(t_us - message.tca_us))]
        return self.near.with_errors(np.array([nearest]), records.errors)

    def _trends(self, told: Approaches, records: Records) -> list[trend.Trend]:
        t_us = told.tca_utc.astype("datetime64[us]").astype(np.int64)
        fastest = np.minimum(*(self._period_us(keys) for keys in (told.norad_id, told.other_norad_id)))
        quarter = np.asarray(fastest // 4, np.int64)
        meetings = trend.Meetings(told.norad_id, told.other_norad_id, t_us, quarter, told.radius_m)
        return trend.trends(meetings, records.every, self.detector.settings.trend_days, records.errors.covariance_teme_km2)

    def _period_us(self, keys: Ints) -> Ints:
        row = np.searchsorted(self.near.bodies.keys, keys)
        return np.asarray(np.rint(86400e6 / self.near.bodies.mean_motion_rev_day[row]), np.int64)


def _same(table: Approaches, message: operators.Told) -> Bools:
    """(n,) rows that are the approach of this message."""
    other = message.other.norad_id
    if other is None:
        return np.zeros(len(table.norad_id), bool)
    t_us = table.tca_utc.astype("datetime64[us]").astype(np.int64)
    near = np.abs(t_us - message.tca_us) <= message.half_us
    return np.asarray(near & (table.norad_id == message.number) & (table.other_norad_id == other))


def _warned(detector: Conjunction, view: View, watchlist: Watchlist, asset: Asset) -> Iterator[Event]:
    """Events of messages about an asset that has no orbit in this view."""
    messages = operators.gathered(view, asset.norad_id or 0)
    numbers = sorted({o.norad_id for t in messages for o in t.last.objects if o.norad_id is not None})
    records = Records(view, detector.settings, numbers)
    for told in messages:
        yield Writer(view, watchlist, detector.settings, detector.method, None, records, asset).message(told, None)
