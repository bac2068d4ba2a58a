"""What the service watches: one home, its catalogue, ledger and duty book; as known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hoshimori import watch
from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.catalogue import Catalogue
from hoshimori.doors import library
from hoshimori.doors.web.books import book
from hoshimori.facts import DataMode, Watchlist
from hoshimori.ledger.home import now_utc
from hoshimori.ports import View


@dataclass
class World:
    """One world that is watched. practice: invented, every record says EXERCISE. as_of: the default moment, "now" or "data"."""

    home: Path
    party: str
    alliance: str = "japan-us"
    modes: tuple[DataMode, ...] = (DataMode.REAL,)
    practice: bool = False
    as_of: str = "now"
    watchlists: tuple[str, ...] = ("japan-comms",)
    keys: Path | None = None
    """Folder of private keys that signers may use here; default HOME/keys."""
    _lists: dict[str, tuple[int, Watchlist]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.catalogue = Catalogue(self.home)
        self.duty = book(self.home, practice=self.practice)

    @property
    def data_mode(self) -> DataMode:
        """Of what is made here: incidents, sweeps."""
        return self.modes[0]

    def moment(self, as_of: str | None = None) -> np.datetime64:
        """The moment asked, or the default one. UsageError where it is none; NothingFound for "data" of an empty catalogue."""
        text = as_of or self.as_of
        return now_utc() if text == "now" else library.moment(text, self.catalogue)

    def view(self, as_of_utc: np.datetime64, start: np.datetime64 | None = None, stop: np.datetime64 | None = None) -> View:
        first, last = watch.window(as_of_utc)
        return self.catalogue.view(
            first if start is None else start, last if stop is None else stop, as_of_utc, data_modes=self.modes
        )

    def watchlist(self, name: str | None = None) -> Watchlist:
        """One of the lists, by name or file; read again only where its file changed."""
        chosen = name or self.watchlists[0]
        file = Path(chosen)
        stamp = file.stat().st_mtime_ns if file.is_file() else 0
        held = self._lists.get(chosen)
        if held is None or held[0] != stamp:
            held = self._lists[chosen] = (stamp, named_watchlist(chosen))
        return held[1]

    def lists(self) -> Sequence[Watchlist]:
        return [self.watchlist(n) for n in self.watchlists]
