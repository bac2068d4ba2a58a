"""One object's way down as far as it can be told: window, line on the ground, regions, class, marks, dull explanations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hoshimori.declared.decay_messages import DecayMessage
from hoshimori.declared.regions import Region
from hoshimori.detect import decay_fit, descent_marks, reentry_track, reentry_window
from hoshimori.detect.decay_fit import DAY, Drag
from hoshimori.detect.descent_marks import Mark
from hoshimori.detect.reentry_track import Touch
from hoshimori.detect.reentry_window import Prediction
from hoshimori.facts import ElementSets
from hoshimori.findings import Explanation, Reason
from hoshimori.sky import atmosphere
from hoshimori.sky.atmosphere import Activity
from hoshimori.sky.ground_track import Track

STORM_AP = 39.0
"""Ap of a day of at least minor storm level (NOAA G1 is Kp 5, ap 48 for three hours; a mean of 39 is taken for a stormy day)."""
STEADY, WANDERING = 0.10, 0.25
"""Change of ln B from piece to piece: below the first an object is steady, above the second it turns, tumbles or is driven."""
SWAP_DEG = 0.1


@dataclass(frozen=True, slots=True)
class Settings:
    """What the detector goes by; recorded in the evidence, so that a claim can be run again from it alone.

    within_days: objects that come down later (by the best time) are not told, nor are those whose window ended `past_days` ago.
    who: "all" objects of the view, or "watched" alone; `ids` are told besides. record_days: how far back the record of an object
    is read. activity: rows (day, F10.7 of the day before, its 81-day mean, Ap) as they could be known; without any, f107 and ap
    hold on every day and the balance of each object's own record carries what they miss. regions, messages: as `to_json` of
    their nouns gives them.
    """

    within_days: float = 30.0
    past_days: float = 2.0
    who: str = "all"
    ids: tuple[int, ...] = ()
    record_days: float = 30.0
    f107: float = 130.0
    ap: float = 9.0
    activity: tuple[tuple[str, float, float, float], ...] = ()
    regions: tuple[Mapping[str, Any], ...] = ()
    messages: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, recorded: Mapping[str, Any]) -> Settings:
        """From JSON, where tuples have become lists."""
        rows = tuple((str(d), float(f), float(m), float(a)) for d, f, m, a in recorded.get("activity", ()))
        lists = {k: tuple(recorded.get(k, ())) for k in ("ids", "regions", "messages")}
        return cls(**{**recorded, **lists, "activity": rows})

    def to_json(self) -> dict[str, Any]:
        out = asdict(self)
        lists: dict[str, Any] = {k: [dict(x) for x in getattr(self, k)] for k in ("regions", "messages")}
        return out | lists | {"ids": list(self.ids), "activity": [list(row) for row in self.activity]}

    def air(self) -> Activity:
        """Solar and geomagnetic activity by day."""
        if not self.activity:
            return atmosphere.steady(f107=self.f107, ap=self.ap)
        days, *numbers = zip(*self.activity, strict=True)
        f107, mean, ap = (np.array(x, float) for x in numbers)
        return Activity(np.array(days, dtype="datetime64[D]"), f107, mean, ap)

    def named_regions(self) -> tuple[Region, ...]:
        return tuple(Region.from_json(r) for r in self.regions)

    def told(self) -> tuple[DecayMessage, ...]:
        return tuple(DecayMessage.from_json(m) for m in self.messages)


@dataclass(frozen=True)
class Case:
    """One object. `sets`: its record in order of epoch, of which `sound` were used. `message`: the last that somebody wrote.

    basis: "sets", "rate" (the newest set alone) or "message". label: natural, controlled, cannot tell. `track` is None where no
    line can be drawn.
    """

    norad_id: int
    sets: ElementSets
    sound: ElementSets
    basis: str
    start_utc: np.datetime64
    best_utc: np.datetime64
    stop_utc: np.datetime64
    sigma_days: float
    prediction: Prediction | None
    message: DecayMessage | None
    label: str
    why: Reason
    marks: tuple[Mark, ...]
    track: Track | None
    touches: tuple[Touch, ...]
    explanations: tuple[Explanation, ...]


def predicted(sets: ElementSets, activity: Activity) -> tuple[ElementSets, Prediction]:
    """The sound sets of one object's record in order of epoch, and what follows from them."""
    sound = sets.take(decay_fit.sound(sets))
    return sound, reentry_window.predict(sound, activity)


def from_sets(
    sets: ElementSets,
    sound: ElementSets,
    found: Prediction,
    activity: Activity,
    regions: Sequence[Region] = (),
    message: DecayMessage | None = None,
    *,
    given: bool = True,
) -> Case:
    """Everything else, where the prediction is finite. given: is the activity what was observed or forecast, no steady guess?"""
    marks = descent_marks.controlled_marks(sound, found.drag, activity)
    told = message.controlled if message else ""
    label, why = descent_marks.descent_class(marks, found.drag, found.remaining_days, told)
    track = reentry_track.of_prediction(found, sound, activity)
    return Case(
        int(sets.norad_id[0]), sets, sound, found.drag.basis, found.start_utc, found.best_utc, found.stop_utc,
        found.sigma_ln * found.remaining_days, found, message, label, why, marks, track,
        reentry_track.touched(track, regions), tuple(_explained(sets, sound, found.drag, activity, given)),
    )  # fmt: skip


def from_message(message: DecayMessage, regions: Sequence[Region] = ()) -> Case:
    """What somebody else wrote, where there are no element sets: their window, with no level of its own."""
    few = Reason("reentry few sets", {"sets": 0.0})
    marks = tuple(Mark(name, descent_marks.CANNOT_TELL, few) for name in ("retrograde step", "perigee drop"))
    none = decay_fit.Drag(float("nan"), float("nan"), "none", *(np.zeros(0),) * 3, np.zeros(0, "datetime64[us]"))
    label, why = descent_marks.descent_class(marks, none, float("nan"), message.controlled)
    track = reentry_track.of_message(message)
    empty = ElementSets.empty()
    return Case(
        message.norad_id or 0, empty, empty, "message", message.start_utc, message.decay_utc, message.stop_utc, float("nan"),
        None, message, label, why, marks, track, reentry_track.touched(track, regions) if track else (),
        (Explanation("not checked", "cannot tell", few),),
    )  # fmt: skip


def _explained(sets: ElementSets, sound: ElementSets, drag: Drag, activity: Activity, given: bool) -> Iterator[Explanation]:
    """What else than plain air drag could make the orbit look so, and what could make the time wrong; dull things first."""
    yield _swapped(sets)
    yield _ill_fitted(sets, sound, drag)
    yield _turning(drag)
    yield _thrust(drag)
    yield _storm(sound.epoch_utc[-1], activity, given)


def _swapped(sets: ElementSets) -> Explanation:
    if len(sets) < 2:
        return Explanation("identity swap", "cannot tell", Reason("reentry few sets", {"sets": float(len(sets))}))
    jump = float(np.max(np.abs(np.diff(sets.inc_deg))))
    values: dict[str, str | float] = {"jump": round(jump, 3)}
    return Explanation("identity swap", "possible" if jump > SWAP_DEG else "rejected", Reason("reentry inclination", values))


def _ill_fitted(sets: ElementSets, sound: ElementSets, drag: Drag) -> Explanation:
    values: dict[str, str | float] = {"sets": float(len(sets)), "out": float(len(sets) - len(sound))}
    if drag.basis != "sets" or not np.isfinite(drag.spread):
        return Explanation("bad fit", "possible", Reason("reentry few sets", values))
    verdict = "rejected" if drag.spread < WANDERING else "possible"
    return Explanation("bad fit", verdict, Reason("reentry spans", values | {"spread": round(drag.spread, 3)}))


def _turning(drag: Drag) -> Explanation:
    change = _change(drag)
    if np.isnan(change):
        return Explanation("tumbling", "cannot tell", Reason("reentry few pieces", {}))
    verdict = "rejected" if change < STEADY else "possible"
    return Explanation("tumbling", verdict, Reason("reentry pieces", {"change": round(change, 3)}))


def _thrust(drag: Drag) -> Explanation:
    change = _change(drag)
    if np.isnan(change):
        return Explanation("thrust", "cannot tell", Reason("reentry few pieces", {}))
    verdict = "possible" if change > WANDERING else "cannot tell"
    return Explanation("thrust", verdict, Reason("reentry pieces", {"change": round(change, 3)}))


def _change(drag: Drag) -> float:
    """Largest change of ln B from one piece of the record to the next; NaN where there is one piece or none."""
    return float(np.max(np.abs(np.diff(np.log(drag.pieces_b))))) if len(drag.pieces_b) > 1 else float("nan")


def _storm(newest_utc: np.datetime64, activity: Activity, given: bool) -> Explanation:
    """A storm to come can never be left out; one of the last three days has left its mark in B."""
    if not given:
        return Explanation("storm", "cannot tell", Reason("reentry no weather", {}))
    rows = activity.rows(newest_utc - np.arange(4) * np.timedelta64(1, "D"))
    worst = float(np.max(activity.ap[rows]))
    verdict = "possible" if worst >= STORM_AP else "cannot tell"
    return Explanation("storm", verdict, Reason("reentry storm", {"ap": round(worst, 0)}))


__all__ = ["DAY", "Case", "Settings", "from_message", "from_sets"]
