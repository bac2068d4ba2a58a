"""What comes down soon: when, with a window that says its level, over which line on the ground, and driven or by air alone.

Nothing here is an aim point: a window of a tenth of a day already lies over every continent. Docs: docs/reentry.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from hoshimori.declared.decay_messages import by_object
from hoshimori.detect import decay_fit, reentry_case
from hoshimori.detect.decay_fit import DAY
from hoshimori.detect.reentry_case import Case, Settings
from hoshimori.detect.reentry_window import Prediction
from hoshimori.facts import Asset, DataMode, ElementSets, Floats, Ints, Watchlist
from hoshimori.findings import Event, Evidence, Quantity, iso
from hoshimori.ports import Progress, View, silent
from hoshimori.sky import decay
from hoshimori.sky.atmosphere import Activity

LOOKED_AT_KM = 700.0
"""A perigee above this does not come down within months, whatever the object is."""
SINKING_KM_DAY = 0.03
DEEP_KM = 220.0
"""Looked at however slowly the newest set says it sinks."""
WIDER = 2.5
"""Objects whose newest set alone gives up to so many times the asked days are looked at closely: one set's rate errs so far."""
CLEAR = 1.5
"""One set alone that gives more than so many times the asked days, or an end long past, needs no close look."""
STALE_DAYS = 20.0
"""A newest set older than this says nothing of what is left."""


class Reentry:
    """The detector `reentry`: see the module. Satisfies ports.Detector."""

    name = "reentry"
    version = "1"

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def with_settings(self, settings: Mapping[str, Any]) -> Reentry:
        return Reentry(Settings.of(settings))

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """One event of kind "reentry" for each object that comes down within the asked days, watched ones first.

        Its start and stop are those of the window; `normal` where the object is nobody's asset and comes down by itself.
        """
        watched = {a.norad_id: a for a in watchlist.assets if a.norad_id is not None}
        cases = self.cases(view, watched.keys(), progress=progress)
        found = [self._event(view, watched.get(c.norad_id), c) for c in cases]
        return sorted(found, key=lambda e: (int(e.subject) not in watched, e.start_utc, e.subject))

    def cases(self, view: View, watched: Any = (), *, progress: Progress = silent) -> list[Case]:
        """Everything that can be told, in the order of catalogue numbers."""
        settings, air, regions = self.settings, self.settings.air(), self.settings.named_regions()
        told = {k: [m for m in v if m.known_utc <= view.as_of_utc] for k, v in by_object(settings.told()).items()}
        wanted = {*watched, *settings.ids}
        numbers, rough_days = self._candidates(view, wanted, air)
        history = view.history(numbers.tolist())
        out: list[Case] = []
        for done, number in enumerate(numbers.tolist()):
            progress("re-entries", done, len(numbers))
            said = told.pop(number, [])
            sets = self._record(history.take(history.norad_id == number), view.as_of_utc)
            if number not in wanted and self._clearly_not(sets, rough_days[done], view.as_of_utc):
                continue
            sound, found = reentry_case.predicted(sets, air)
            if found.finite and self._soon(found, view.as_of_utc):
                message = said[-1] if said else None
                given = bool(settings.activity)
                out.append(reentry_case.from_sets(sets, sound, found, air, regions, message, given=given))
        for number, messages in told.items():
            if messages and (settings.who == "all" or number in wanted):
                out.append(reentry_case.from_message(messages[-1], regions))
        return sorted(out, key=lambda c: c.norad_id)

    def _record(self, sets: ElementSets, as_of_utc: np.datetime64) -> ElementSets:
        """The recent record of one object, in order of epoch, nothing dated after the moment of knowledge."""
        sets = sets.take(sets.epoch_utc <= as_of_utc)
        since = sets.epoch_utc.max() - np.timedelta64(round(self.settings.record_days * 86_400e6), "us")
        return sets.take(sets.epoch_utc >= since)

    def _soon(self, found: Prediction, as_of_utc: np.datetime64) -> bool:
        left = float((found.best_utc - as_of_utc) / DAY)
        return left <= self.settings.within_days and float((as_of_utc - found.stop_utc) / DAY) < self.settings.past_days

    def _clearly_not(self, sets: ElementSets, rough_days: float, as_of_utc: np.datetime64) -> bool:
        """One set alone, and its rate leaves no doubt that the window will lie outside the asked days."""
        if len(sets) > 1:
            return False
        age = float((as_of_utc - sets.epoch_utc[0]) / DAY)
        later, earlier = CLEAR * self.settings.within_days, self.settings.past_days
        return rough_days - age > later or age > (1.0 + CLEAR) * rough_days + earlier

    def _candidates(self, view: View, wanted: set[int], air: Activity) -> tuple[Ints, Floats]:
        """Numbers worth a close look, and days from their newest set that it alone gives: a few times the asked ones at most."""
        latest = _past(view, view.latest() if self.settings.who == "all" else view.latest(sorted(wanted)))
        latest = latest.take((view.as_of_utc - latest.epoch_utc) / DAY < STALE_DAYS)
        states = decay_fit.states_of(latest)
        sinking = 4.0 / 3.0 * states.sma_km * np.maximum(latest.ndot_rev_day2, 0.0) / latest.mean_motion_rev_day
        dragged = decay_fit.BSTAR_TO_B * latest.bstar_per_er > 0.0
        perigee = states.perigee_km()
        low = (perigee < LOOKED_AT_KM) & ((sinking > SINKING_KM_DAY) | ((perigee < DEEP_KM) & dragged))
        low |= np.isin(latest.norad_id, list(wanted)) & (perigee < LOOKED_AT_KM)
        rows = np.flatnonzero(low)
        if not len(rows):
            return latest.norad_id[rows], np.zeros(0)
        b = _rough_b(latest.take(rows), air)
        up_to = WIDER * self.settings.within_days + STALE_DAYS
        days = decay.fall(*states.take(rows), b, air, until_days=up_to).days
        near = np.isfinite(days) | np.isin(latest.norad_id[rows], list(wanted))
        numbers, days = latest.norad_id[rows][near], days[near]
        order = np.argsort(numbers)
        return numbers[order], days[order]

    def _settings_of(self, number: int) -> Settings:
        """The settings that a claim about one object needs: messages about others are left out."""
        return replace(self.settings, messages=tuple(m for m in self.settings.messages if m["norad_id"] == number))

    def _event(self, view: View, asset: Asset | None, case: Case) -> Event:
        left = float((case.best_utc - view.as_of_utc) / DAY)
        parameters = {
            "start": iso(view.start_utc),
            "stop": iso(view.stop_utc),
            "as_of": iso(view.as_of_utc),
            "asset": asset.asset_id if asset else "",  # nobody's asset has no id, in a re-run as well
            "cospar_id": asset.cospar_id if asset else "",
            "declared": False,
            "settings": self._settings_of(case.norad_id).to_json(),
            "best": iso(case.best_utc),
            "basis": case.basis,
            "class": {"class": case.label, "why": case.why.to_json()},
            "marks": [m.to_json() for m in case.marks],
            "regions": [t.to_json() for t in case.touches],
            "message": case.message.to_json() if case.message else None,
        }
        level = f"{case.prediction.level:.0%}" if case.prediction else "no stated level"
        claim = f"{case.norad_id} comes down between {iso(case.start_utc)} and {iso(case.stop_utc)} ({level})"
        expected = "an orbit that holds its height, or thrust that raises it"
        mode = DataMode(int(case.sets.data_mode.max())) if len(case.sets) else DataMode.REAL
        inputs = tuple(case.sets.digest_texts())
        return Event(
            kind="reentry",
            start_utc=case.start_utc,
            stop_utc=case.stop_utc,
            subject=str(case.norad_id),
            others=(),
            label=case.label,
            normal=(asset is None or not asset.asset_id) and case.label != "controlled",
            quantities=dict(_quantities(case, left)),
            evidence=(Evidence(claim, f"{self.name}@{self.version}", inputs, parameters, expected),),
            explanations=case.explanations,
            as_of_utc=view.as_of_utc,
            data_mode=case.message.data_mode if case.message and not len(case.sets) else mode,
        )


def _quantities(case: Case, left_days: float) -> Iterator[tuple[str, Quantity]]:
    sigma = None if np.isnan(case.sigma_days) else round(case.sigma_days, 6)
    yield "remaining", Quantity(round(left_days, 6), "d", sigma)
    if case.prediction:
        found = case.prediction
        yield "level", Quantity(found.level, "1")
        yield "since_newest_set", Quantity(round(found.remaining_days - left_days, 6), "d")
        yield "ballistic", Quantity(float(f"{found.drag.b_m2_kg:.6g}"), "m2/kg")
        perigee = float(decay_fit.states_of(case.sound.take(slice(len(case.sound) - 1, None))).perigee_km()[0])
        yield "perigee", Quantity(round(perigee, 3), "km")
        yield "sets", Quantity(float(len(case.sound)), "1")
    for touch in case.touches:
        yield f"share {touch.region.region_id}", Quantity(round(touch.share, 6), "1")


def _past(view: View, latest: ElementSets) -> ElementSets:
    """The newest set of each object that is not dated after the moment of knowledge."""
    ahead = latest.epoch_utc > view.as_of_utc
    if not ahead.any():
        return latest
    older = view.history(np.unique(latest.norad_id[ahead]).tolist())
    older = older.take(older.epoch_utc <= view.as_of_utc)
    last = np.append(np.diff(older.norad_id) != 0, True)[: len(older)]
    return ElementSets.concat([latest.take(~ahead), older.take(last)])


def _rough_b(latest: ElementSets, air: Activity) -> Any:
    """(n,) B of each newest set from its own rate, all at once, made to last rather longer: the close look decides."""
    states = decay_fit.states_of(latest)
    sinking = 4.0 / 3.0 * states.sma_km * np.maximum(latest.ndot_rev_day2, 0.0) / latest.mean_motion_rev_day
    day = 0.25
    trial = decay.fall(*states, np.full(len(latest), 1e-3), air, until_days=day + 1e-3, at_days=np.array([[day]]))
    lost = (states.sma_km - trial.sma_km[:, 0]) / day
    with np.errstate(divide="ignore", invalid="ignore"):
        by_rate = np.where(lost > 0.0, 1e-3 * sinking / lost, np.nan)
    by_bstar = decay_fit.BSTAR_TO_B * latest.bstar_per_er
    rough = np.where(np.isfinite(by_rate) & (by_rate > 0.0), by_rate, by_bstar)
    return np.clip(np.where(np.isfinite(rough), rough, decay_fit.GUESS_M2_KG), *decay_fit.BOUNDS_M2_KG)


__all__ = ["Case", "Reentry", "Settings"]
