"""What the histories of some objects teach: how far their sets err, and whether they burn."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hoshimori.detect import manoeuvre, uncertainty
from hoshimori.detect.burns import Told
from hoshimori.detect.movers import Mover, mover
from hoshimori.detect.thresholds import Settings
from hoshimori.facts import ElementSets
from hoshimori.ports import View


class Records:
    """The histories of some objects, as known: what they teach about errors and burns."""

    def __init__(self, view: View, settings: Settings, numbers: Iterable[int]) -> None:
        self.as_of_utc = view.as_of_utc
        since = view.start_utc - np.timedelta64(round(settings.past_days * 86400), "s")
        wanted = [n for n in numbers if n >= 0]
        every = view.history(wanted) if wanted else ElementSets.empty()
        self.every = every.take(every.epoch_utc >= since)
        held = np.unique(self.every.norad_id)
        edges = np.append(np.searchsorted(self.every.norad_id, held), len(self.every)).tolist()
        self.of = {int(n): self.every.take(slice(edges[k], edges[k + 1])) for k, n in enumerate(held)}
        self.errors = uncertainty.Errors(self.of)
        self._burns: dict[int, Told] = {}
        self._digests: dict[int, list[str]] = {}

    def history(self, number: int) -> ElementSets:
        return self.of.get(number, ElementSets.empty())

    def digests(self, number: int) -> list[str]:
        if number not in self._digests:
            self._digests[number] = self.history(number).digest_texts()
        return self._digests[number]

    def mover(self, number: int, object_type: str, declared: str = "") -> Mover:
        """Could it move? Burns are looked for only where nothing else answers."""
        answered = declared in ("YES", "NO") or object_type in ("DEBRIS", "ROCKET BODY")
        told = None if answered else self._told(number)
        return mover(number, object_type, self.history(number), told, self.as_of_utc, declared)

    def _told(self, number: int) -> Told:
        if number not in self._burns:
            self._burns[number] = manoeuvre.find(self.history(number))
        return self._burns[number]
