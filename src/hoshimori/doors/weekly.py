"""The week of a watch: the sky as known at its end beside the sky as known at its beginning, and what the ledger says.

    week = weekly("japan-comms", as_of="data", releasable_to=["USA"])
    week.tree["findings"]                      # hoshimori.weekly/1: everything the pages say, as data
    week.html("ja"), week.pdf("en")

Two sweeps are made, each over as many days as the report has; nothing of what became known later reaches the earlier one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori import __version__
from hoshimori import watch as corridor
from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.catalogue import Catalogue
from hoshimori.detect import manoeuvre
from hoshimori.detect.burns import Told
from hoshimori.doors import declarations, elsewhere, library
from hoshimori.doors import weekly_compare as comparing
from hoshimori.doors import weekly_data as facts
from hoshimori.doors import weekly_ledger as kept
from hoshimori.doors.brief_reading import banner
from hoshimori.doors.conjunctions import by_risk
from hoshimori.doors.library import MODES, Moment
from hoshimori.doors.tables import names_in
from hoshimori.errors import NothingFound, UsageError
from hoshimori.facts import Asset, DataMode, Watchlist
from hoshimori.findings import AssetState, iso
from hoshimori.judgements import Marking
from hoshimori.ledger.home import now_utc
from hoshimori.ports import Detector, Progress, View, silent
from hoshimori.watch import Sweep

SCHEMA = "hoshimori.weekly/1"
MOST_DAYS = 31


@dataclass(frozen=True)
class Week:
    """One report as data, ready to be set in either language."""

    tree: Mapping[str, Any]

    @property
    def marking(self) -> Marking:
        """The strictest of all that stands in it; on every page."""
        return banner(self.tree)

    def to_json(self) -> dict[str, Any]:
        return dict(self.tree)

    def events_text(self) -> str:
        """The findings that it rests on, one a line: the file that `hoshimori verify` runs again."""
        told = [f["event"] for f in (*self.tree["findings"], *self.tree["lost"])]
        return "".join(f"{json.dumps(e, ensure_ascii=False, sort_keys=True)}\n" for e in told)

    def html(self, lang: str = "en") -> str:
        from hoshimori.doors import weekly_page

        return weekly_page.html(self.tree, lang)

    def pdf(self, lang: str = "en") -> bytes:
        from hoshimori.doors import weekly_page

        return weekly_page.pdf(self.tree, lang)


def weekly(
    watchlist: str | Path | Watchlist = "japan-comms",
    *,
    home: Path | None = None,
    as_of: Moment = "now",
    days: int = 7,
    modes: Sequence[DataMode] = MODES,
    releasable_to: Sequence[str] = (),
    using: Sequence[Detector] | None = None,
    progress: Progress = silent,
) -> Week:
    """What changed around the satellites of a watchlist in the days before a moment, as data.

    releasable_to: parties (or "public") that are to read it: what any of them may not have is left out and counted. Of the
    ledger it tells what stood in it at `as_of`, and for "now" and "data" what stands in it now.
    """
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"--days {days}: expected 1 to {MOST_DAYS}")
    for reader in releasable_to:
        if reader != kept.PUBLIC:
            Marking(releasable_to=frozenset([reader]))  # or it says how a party is written
    known = library.moment(as_of, Catalogue(home))
    told = sky(watchlist, home=home, as_of=known, days=days, modes=modes, using=using, progress=progress)
    ledger_utc = now_utc() if isinstance(as_of, str) and as_of in ("now", "data") else known
    return with_ledger(told, ledger_utc, home=home, modes=modes, releasable_to=releasable_to)


def sky(
    watchlist: str | Path | Watchlist,
    *,
    home: Path | None,
    as_of: np.datetime64,
    days: int,
    modes: Sequence[DataMode] = MODES,
    using: Sequence[Detector] | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """The part about the sky, which is the same for every reader and takes nearly all of the time: JSON, without its ledger."""
    chosen = watchlist if isinstance(watchlist, Watchlist) else named_watchlist(watchlist)
    span = np.timedelta64(days, "D")
    view, after = _look(chosen, as_of, span, home, modes, using, progress)
    before = _earlier(chosen, as_of - span, span, home, modes, using, progress)
    told = _sky(view, before, after, Catalogue(home), as_of - span)
    return told | {"days": days, "made": iso(now_utc()), "version": __version__}


def with_ledger(
    told: Mapping[str, Any],
    ledger_utc: np.datetime64,
    *,
    home: Path | None,
    modes: Sequence[DataMode],
    releasable_to: Sequence[str],
) -> Week:
    """The whole report for one reader: what `sky` told, and of the ledger as it stood at a moment what he may have."""
    since = ledger_utc - np.timedelta64(int(told["days"]), "D")
    ledger = kept.released(kept.ledger_of(home, modes, since, ledger_utc, releasable_to), releasable_to)
    tree = {**told, "released_to": list(releasable_to), "ledger": ledger}
    return Week(tree | {"marking": banner(tree).to_json()})


def _look(
    watchlist: Watchlist,
    known: np.datetime64,
    span: np.timedelta64,
    home: Path | None,
    modes: Sequence[DataMode],
    using: Sequence[Detector] | None,
    progress: Progress,
) -> tuple[View, Sweep]:
    view = library.view(home=home, as_of=known, start=known - span, stop=known + corridor.AFTER, modes=modes)
    return view, corridor.sweep(view, watchlist, using=using or declarations.detectors(view, modes=modes), progress=progress)


def _earlier(*asked: Any) -> Sweep | None:
    """The sweep as it would have been made when the week began; None where nothing was known then."""
    try:
        return _look(*asked)[1]
    except NothingFound:
        return None


def _sky(view: View, before: Sweep | None, after: Sweep, catalogue: Catalogue, start_utc: np.datetime64) -> dict[str, Any]:
    rows, gone = comparing.compared(before.events if before else (), after.events)
    lost = comparing.still_ahead(gone, start_utc)
    told = [r.event for r in rows] + lost
    known = facts.known_times(told, catalogue)
    burns = _burns(view, after.watchlist, start_utc)
    ids = [r.event for r in rows]
    return {
        "schema": SCHEMA,
        "watchlist": {
            "id": after.watchlist.watchlist_id,
            "title": after.watchlist.title,
            "title_ja": after.watchlist.title_ja,
            "as_of": after.watchlist.as_of,
        },
        "start": iso(start_utc),
        "as_of": iso(after.as_of_utc),
        "stop": iso(after.stop_utc),
        "data_mode": _one_mode(after.data_modes),
        "data_modes": [m.name for m in after.data_modes],
        "before": None if before is None else {"as_of": iso(before.as_of_utc), "objects": before.objects},
        "advice": [r.to_json() for r in after.advice],
        "assets": _assets(view, before, after, start_utc),
        "findings": [
            {
                "event": r.event.to_json(),
                "status": r.status if before is not None else "not compared",
                "known": known[r.event.event_id],
                "was": None
                if r.before is None
                else {"id": r.before.event_id, "label": r.before.label, "normal": r.before.normal},
            }
            for r in rows
        ],
        "lost": [{"event": e.to_json(), "known": known[e.event_id]} for e in lost],
        "burns": [b.to_json() for b in burns.burns],
        "untold": [u.to_json() for u in burns.untold],
        "conjunctions": [e.event_id for e in sorted((e for e in ids if e.kind == "conjunction"), key=by_risk)],
        "elsewhere": [e.event_id for e in elsewhere.events(after)],
        "doubtful": [e.to_json() for e in after.events if e.kind == "doubtful set"],
        "names": names_in(view, after) | (names_in(view, before) if before else {}),
        "data": facts.data_of(view, catalogue, start_utc),
        "methods": facts.methods_of(after.events),
    }


def _one_mode(modes: Sequence[DataMode]) -> str:
    """REAL where all is real, else the first that is not: what is no reality says so on the whole."""
    return next((m.name for m in modes if m is not DataMode.REAL), DataMode.REAL.name)


def _assets(view: View, before: Sweep | None, after: Sweep, start_utc: np.datetime64) -> list[dict[str, Any]]:
    """Each satellite at the beginning and at the end of the week, and how well it was seen between."""
    earlier = {s.asset_id: s for s in before.states} if before else {}
    assets = {a.asset_id: a for a in after.watchlist.assets}
    sets = view.history([a.norad_id for a in after.watchlist.assets if a.norad_id is not None])
    rows = []
    for state in after.states:
        asset = assets[state.asset_id]
        epochs, gap = facts.epochs_of(sets, asset, start_utc, after.as_of_utc)
        rows.append(_described(asset, earlier.get(state.asset_id), state) | gap | {"epochs": [iso(t) for t in epochs]})
    return rows


def _described(asset: Asset, before: AssetState | None, after: AssetState) -> dict[str, Any]:
    return {
        "asset": asset.asset_id,
        "norad_id": asset.norad_id,
        "name": asset.name,
        "name_ja": asset.name_ja,
        "operator": asset.operator,
        "orbit": asset.orbit,
        "slot_deg": asset.longitude_deg_e,
        "before": None if before is None else before.to_json(),
        "after": after.to_json(),
        "changed": before is not None and before.state != after.state,
    }


def _burns(view: View, watchlist: Watchlist, start_utc: np.datetime64) -> Told:
    """What the assets themselves did in the week, or what was learnt in it of what they did before."""
    numbers = sorted({a.norad_id for a in watchlist.assets if a.norad_id is not None})
    told = manoeuvre.find(view.history(numbers), as_of_utc=view.as_of_utc)
    fresh = tuple(b for b in told.burns if max(b.t_utc, b.known_utc) > start_utc and b.t_utc <= view.as_of_utc)
    return Told(tuple(sorted(fresh, key=lambda b: b.t_utc)), told.untold)
