"""What everybody else did meanwhile: was anything heard at all, how many others are late, and what the siblings do.

If the provider, or our own fetching, was silent, nobody is late: a silence is counted to the moment at which others like it were
last heard, less the time in which none of them was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from hoshimori.detect.rhythm import DAY_US, OFTEN_DAYS, Moments, moments
from hoshimori.detect.silence_rates import LEO_REV_DAY, Rates
from hoshimori.facts import Bools, Floats, Ints, ObjectName, Times
from hoshimori.findings import iso
from hoshimori.ports import View

MANY = 20
"""As many others in the same shell speak for it; with fewer, all others do."""
LATE_LEVEL = 0.05
PEER_GAPS = 5
LEAST_PAUSE_DAYS = 0.5
"""Others unheard for less than this, or less than three times their longest usual pause, were not silent."""
SAME_MOMENT = 1.5
"""Siblings fell silent together if they were last heard within so many usual intervals of each other."""


@dataclass(frozen=True)
class Around:
    """What is recorded of the others for one silent object, so that the claim can be run again from its own sets.

    heard: others heard after it; heard_utc: when others were last heard. dead_days: of its silence, the part in which nobody was.
    peers, late: others with a rhythm at that moment, and those late at their 5 % level. siblings, siblings_silent: objects of the
    same launch or family with a rhythm, and those that stopped with it. kind: PAYLOAD, ROCKET BODY, DEBRIS or "". decay_date:
    what the catalogue says. neighbour_of: the asset that it is a neighbour of, "" for the asset itself.
    """

    norad_id: int
    heard: int
    heard_utc: str
    dead_days: float
    peers: int
    late: int
    siblings: int = 0
    siblings_silent: int = 0
    kind: str = ""
    decay_date: str = ""
    neighbour_of: str = ""
    whole: bool = False
    """Were new objects in the view, so that a new number for it would have been seen?"""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Around:
        return cls(**data)


@dataclass(frozen=True)
class Crowd:
    """Everybody in a view: moments in the window, and by object when it was last heard and how regularly."""

    told: Moments
    numbers: Ints
    last_utc: Times
    count: Ints
    mean_days: Floats
    motion: Floats
    cospar: tuple[str, ...]
    name: tuple[str, ...]
    as_of_utc: np.datetime64

    @classmethod
    def of(cls, view: View) -> Crowd:
        """From `view.sets()`: what a window of days over the whole catalogue shows."""
        sets = view.sets()
        sets = sets.take(sets.known_utc <= view.as_of_utc)
        told = moments(sets)
        numbers, first, count = np.unique(told.norad_id, return_index=True, return_counts=True)
        begin, end = told.known_utc[first], told.known_utc[first + count - 1]
        gaps = count - 1
        mean = (end - begin) / np.timedelta64(1, "us") / DAY_US / np.maximum(gaps, 1)
        order = np.lexsort((sets.epoch_utc, sets.norad_id))
        newest = order[np.searchsorted(sets.norad_id[order], numbers, side="right") - 1]
        return cls(
            told,
            numbers,
            end,
            count,
            np.where(gaps > 0, mean, np.nan),
            sets.mean_motion_rev_day[newest],
            tuple(map(str, sets.cospar_id[newest])),
            tuple(map(str, sets.name[newest])),
            view.as_of_utc,
        )

    def around(self, norad_id: int, last_utc: np.datetime64, motion: float, mean_days: float, rates: Rates) -> Around:
        """What the others did since this object was last heard."""
        peers = self.peers(norad_id, motion)
        if not peers.any():
            return Around(norad_id, 0, iso(last_utc), 0.0, 0, 0)
        heard_utc = max(self._heard(peers), last_utc)
        siblings, silent = self._siblings(norad_id, last_utc, mean_days, heard_utc, rates)
        steady = peers & (self.count > PEER_GAPS)
        return Around(
            norad_id,
            int((self.last_utc[peers] > last_utc).sum()),
            iso(heard_utc),
            self._dead_days(peers, last_utc, heard_utc),
            int(steady.sum()),
            int((self._chances(steady, heard_utc, rates) <= LATE_LEVEL).sum()),
            siblings,
            silent,
            whole=len(self.numbers) > MANY and bool((self.count > 1).any()),
        )

    def peers(self, norad_id: int, motion: float) -> Bools:
        """(n,) the others in its shell; all others where these are few."""
        others = self.numbers != norad_id
        near = others & ((self.motion >= LEO_REV_DAY) == (motion >= LEO_REV_DAY))
        return np.asarray(near if near.sum() >= MANY else others)

    def _heard(self, peers: Bools) -> np.datetime64:
        """When others were last heard: the third newest of ten and more, since one may be dated ahead; never after `as_of`."""
        newest = np.sort(self.last_utc[peers])
        return min(newest[-3] if len(newest) >= 10 else newest[-1], self.as_of_utc)

    def _dead_days(self, peers: Bools, last_utc: np.datetime64, heard_utc: np.datetime64) -> float:
        """Of the time between two moments, what lies in pauses of all others that are longer than is usual for them."""
        theirs = np.isin(self.told.norad_id, self.numbers[peers])
        pulse = np.unique(self.told.known_utc[theirs])
        if len(pulse) < 3:
            return 0.0
        pause = np.diff(pulse) / np.timedelta64(1, "us") / DAY_US
        usual = float(np.quantile(pause, 0.9))
        long = (pause > max(LEAST_PAUSE_DAYS, 3.0 * usual)) & (pulse[1:] > last_utc) & (pulse[:-1] < heard_utc)
        begin, end = np.maximum(pulse[:-1][long], last_utc), np.minimum(pulse[1:][long], heard_utc)
        return float(np.maximum((end - begin) / np.timedelta64(1, "us") / DAY_US - usual, 0.0).sum())

    def _chances(self, which: Bools, heard_utc: np.datetime64, rates: Rates) -> Floats:
        """P(gap >= what has passed) of each, by its mean gap in the window and the tail of its class."""
        mean = np.maximum(self.mean_days[which], 1e-3)
        passed = (heard_utc - self.last_utc[which]) / np.timedelta64(1, "us") / DAY_US
        out = np.ones(len(mean))
        for low in (True, False):
            for often in (True, False):
                mine = ((self.motion[which] >= LEO_REV_DAY) == low) & ((mean < OFTEN_DAYS) == often)
                key = f"{'low' if low else 'high'} {'often' if often else 'daily'}"
                out[mine] = rates.tails[key].beyond(np.maximum(passed[mine], 1e-6) / mean[mine])
        return out

    def _siblings(
        self, norad_id: int, last_utc: np.datetime64, mean_days: float, heard_utc: np.datetime64, rates: Rates
    ) -> tuple[int, int]:
        at = np.flatnonzero(self.numbers == norad_id)
        if not len(at):
            return 0, 0
        launch, stem = self._launch[at[0]], self._family[at[0]]
        alike = ((self._launch == launch) & (launch != "")) | ((self._family == stem) & (stem != ""))
        alike &= (self.numbers != norad_id) & (self.count > PEER_GAPS)
        if not alike.any():
            return 0, 0
        late = self._chances(alike, heard_utc, rates) <= 0.01
        apart = np.abs((self.last_utc[alike] - last_utc) / np.timedelta64(1, "us") / DAY_US)
        return int(alike.sum()), int((late & (apart <= SAME_MOMENT * mean_days)).sum())

    @cached_property
    def _launch(self) -> npt.NDArray[np.str_]:
        return np.array([c[:8] for c in self.cospar], dtype="<U8")

    @cached_property
    def _family(self) -> npt.NDArray[np.str_]:
        return np.array([family(n) for n in self.name], dtype="<U24")


def family(name: str) -> str:
    """The word that satellites of one series share ("JCSAT" of "JCSAT-17"); "" where a name has none, and of debris."""
    found = re.match(r"[A-Z]{4,}", name.upper())
    return found[0] if found and " DEB" not in name and "R/B" not in name else ""


def kind_of(name: str, said: Sequence[ObjectName]) -> tuple[str, str]:
    """(PAYLOAD, ROCKET BODY, DEBRIS or "", decay date or ""), by what the catalogue says, else by the name."""
    types = [n.object_type for n in said if n.object_type]
    decays = [n.decay_date for n in said if n.decay_date]
    by_name = "DEBRIS" if " DEB" in name else "ROCKET BODY" if "R/B" in name else "PAYLOAD" if name else ""
    kind = types[-1] if types else by_name
    return "" if kind == "UNKNOWN" else kind, decays[-1] if decays else ""
