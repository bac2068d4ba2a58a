"""Who of a watchlist has fallen silent, for programs: every asset with its rhythm, its silence and the odds of each reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.detect.silence import Account, Settings, Silence
from hoshimori.doors.inquiry import ask
from hoshimori.doors.library import MODES, Moment
from hoshimori.errors import NothingFound, Problem
from hoshimori.facts import DataMode, Watchlist
from hoshimori.findings import iso
from hoshimori.ports import Progress, View, silent

BACK = np.timedelta64(21, "D")
"""How far back everybody else is looked at."""
STEP = np.timedelta64(1, "s")
NEIGHBOURS = 8


@dataclass(frozen=True)
class Heard:
    """The accounts of a watchlist, the view behind them, and what could not be read of the files named."""

    accounts: tuple[Account, ...]
    view: View
    watchlist: Watchlist
    problems: tuple[Problem, ...] = ()
    ahead: tuple[int, ...] = ()

    def to_json(self) -> list[dict[str, Any]]:
        return [record(a, self.view.as_of_utc) for a in self.accounts]


def silence(
    *paths: str | Path,
    watchlist: str | Path | Watchlist,
    home: Path | None = None,
    as_of: Moment | None = None,
    neighbours: bool = False,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> list[Account]:
    """What can be said of the silence of every asset of a watchlist, and with `neighbours` of who shares its orbit.

    Each account has a state (on time, late, silent, nobody heard, rhythm not known, not observable, never catalogued), its own
    rhythm, the chance that a gap lasts so long while all is as before, and the odds of each reason.
    """
    asked = listen(paths, watchlist=watchlist, home=home, as_of=as_of, neighbours=neighbours, modes=modes, progress=progress)
    return list(asked.accounts)


def listen(
    paths: Sequence[str | Path],
    *,
    watchlist: str | Path | Watchlist,
    home: Path | None = None,
    as_of: Moment | None = None,
    neighbours: bool = False,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Heard:
    """`silence` with the view behind it. NothingFound where nothing at all is known as of that moment."""
    chosen = watchlist if isinstance(watchlist, Watchlist) else named_watchlist(watchlist)
    opened = ask(paths, home=home, as_of=as_of, modes=modes, sound=True, progress=progress)
    known = opened.view.as_of_utc
    view = opened.reopen(known - BACK, known + STEP)
    if not len(view.latest()):
        raise NothingFound(
            f"no element set is known as of {opened.said}: ingest some first (hoshimori ingest), "
            "or ask as of a later time (--as-of)"
        )
    settings = replace(Settings(), neighbours=NEIGHBOURS if neighbours else 0)
    accounts = Silence(settings).accounts(view, chosen, progress=progress)
    return Heard(tuple(accounts), view, chosen, opened.problems, opened.ahead)


def record(account: Account, as_of_utc: np.datetime64) -> dict[str, Any]:
    """One line of JSON, hoshimori.silence/1. A number that is not known is null."""
    around = account.around
    return {
        "schema": "hoshimori.silence/1",
        "asset": account.asset_id,
        "norad_id": account.norad_id,
        "name": account.name,
        "neighbour_of": account.neighbour_of,
        "state": account.state,
        "as_of": iso(as_of_utc),
        "last_epoch": iso(account.last_epoch_utc),
        "last_known": iso(account.last_known_utc),
        "usual_days": _number(account.usual_days),
        "longest_days": _number(account.longest_days),
        "gaps": account.gaps,
        "silent_days": _number(account.silent_days),
        "p_value": _number(account.p_value),
        "beyond_record": bool(account.silent_days > account.longest_days),
        "false_alarms_per_year": _number(account.false_alarms_per_year),
        "odds": dict(account.odds),
        "likeliest": account.likeliest,
        "older_share": _number(account.older_share),
        "others": None if around is None else _others(account),
        "heir": None if account.heir is None else {"norad_id": account.heir.norad_id, "distance_km": account.heir.distance_km},
        "cannot_exclude": [r.to_json() for r in account.open_to],
        "data_mode": DataMode(int(account.sets.data_mode.max())).name if len(account.sets) else "",
    }


def _others(account: Account) -> dict[str, Any]:
    assert account.around is not None
    kept = ("heard", "heard_utc", "dead_days", "peers", "late", "siblings", "siblings_silent", "kind", "decay_date")
    return {k: v for k, v in account.around.to_json().items() if k in kept}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
