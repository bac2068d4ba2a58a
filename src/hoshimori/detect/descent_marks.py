"""The marks of a way down, each "met", "not met" or "cannot tell" with its figures: driven or not, and a fractional orbit.

None of them says why anybody would do it. Thresholds: a step of more than 5 m/s against the motion and a perigee below 100 km
within one revolution mark a controlled re-entry; a perigee below 150 to 200 km at first cataloguing, or no orbit at all, a
retrograde burn before one revolution, an approach from the south, and more or fewer objects than were declared mark a fractional
orbit (shared practice of the field, not a standard).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hoshimori.detect import decay_fit
from hoshimori.detect.decay_fit import DAY, Drag
from hoshimori.facts import ElementSets, Floats
from hoshimori.findings import Quantity, Reason
from hoshimori.sky import decay
from hoshimori.sky.atmosphere import Activity

MET, NOT_MET, CANNOT_TELL = "met", "not met", "cannot tell"
NATURAL, CONTROLLED, UNTOLD = "natural", "controlled", "cannot tell"
UNCONFIRMED = "cannot confirm from open data"
STEP_M_S = 5.0
DRIVEN_KM = 100.0
ORBIT_KM = 150.0
"""A perigee from here up holds for some revolutions at least."""
LOW_KM, DOUBTFUL_KM = 150.0, 200.0
EARLY_REVOLUTIONS = 3
"""A first set within so many revolutions of the launch is the first cataloguing; a later one has lost the beginning."""
NATURAL_WITHIN_DAYS = 40.0
MOST_B_M2_KG = 0.3
"""Only foil is lighter: more drag than this is not taken for drag where a step is looked for, it may be the step."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. `reason` says in values what the verdict rests on."""

    name: str
    verdict: str
    reason: Reason
    figures: dict[str, Quantity] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        figures = {k: q.to_json() for k, q in sorted(self.figures.items())}
        return {"mark": self.name, "verdict": self.verdict, "reason": self.reason.to_json(), "figures": figures}


def controlled_marks(sets: ElementSets, drag: Drag, activity: Activity) -> tuple[Mark, ...]:
    """Retrograde step and perigee drop from the sound sets of one object in order of epoch."""
    if len(sets) < 2:
        few = Reason("reentry few sets", {"sets": float(len(sets))})
        return Mark("retrograde step", CANNOT_TELL, few), Mark("perigee drop", CANNOT_TELL, few)
    return _step(sets, drag, activity), _drop(sets)


def _step(sets: ElementSets, drag: Drag, activity: Activity) -> Mark:
    """The largest loss of speed between two sets that drag does not explain."""
    states = decay_fit.states_of(sets)
    days = np.diff(states.epoch_utc) / DAY
    used = np.flatnonzero(days > 1e-3)
    b = min(float(np.median(drag.pieces_b)) if len(drag.pieces_b) else drag.b_m2_kg, MOST_B_M2_KG)
    b = b if np.isfinite(b) else decay_fit.GUESS_M2_KG
    if not len(used):
        return Mark("retrograde step", CANNOT_TELL, Reason("reentry no drag", {}))
    first = states.take(used)
    flown = decay.fall(*first, np.full(len(used), b), activity, until_days=days[used] + 1e-3, at_days=days[used][:, None])
    by_air = first.sma_km - flown.sma_km[:, 0]
    sank = states.sma_km[used] - states.sma_km[used + 1]
    speed_per_km = 1000.0 * np.sqrt(398600.4418 / first.sma_km**3) / 2.0
    spread = drag.spread if np.isfinite(drag.spread) else 0.3 if drag.basis == "sets" else 1.0
    step = (sank - by_air) * speed_per_km
    sigma = np.hypot(max(spread, 0.1) * by_air, 0.1) * speed_per_km
    told = np.isfinite(step)
    if not told.any():
        return Mark("retrograde step", CANNOT_TELL, Reason("reentry no drag", {}))
    k = int(np.argmax(np.where(told, step - 2.0 * sigma, -np.inf)))
    figures = {"step": Quantity(round(float(step[k]), 3), "m/s", round(float(sigma[k]), 3))}
    values: dict[str, str | float] = {"step": round(float(step[k]), 1), "when": str(states.epoch_utc[used[k] + 1])[:16]}
    if step[k] - 2.0 * sigma[k] > STEP_M_S:
        return Mark("retrograde step", MET, Reason("reentry step", values), figures)
    blurred = np.max(np.where(told, step + 2.0 * sigma, 0.0)) > STEP_M_S
    if blurred or not told.all():
        return Mark("retrograde step", CANNOT_TELL, Reason("reentry step blurred", values), figures)
    return Mark("retrograde step", NOT_MET, Reason("reentry step", values), figures)


def _drop(sets: ElementSets) -> Mark:
    """From an orbit that holds to a perigee below 100 km between two sets less than a revolution apart."""
    perigee = decay_fit.states_of(sets).perigee_km()
    days = np.diff(sets.epoch_utc) / DAY
    fell = np.flatnonzero((perigee[:-1] >= ORBIT_KM) & (perigee[1:] < DRIVEN_KM))
    lowest = int(np.argmin(perigee))
    figures = {"lowest_perigee": Quantity(round(float(perigee[lowest]), 1), "km")}
    values: dict[str, str | float] = {"perigee": round(float(perigee[lowest]), 0), "when": str(sets.epoch_utc[lowest])[:16]}
    if not len(fell):
        return Mark("perigee drop", NOT_MET, Reason("reentry perigee", values), figures)
    k = int(fell[np.argmin(days[fell])])
    revolution = 1.0 / float(sets.mean_motion_rev_day[k])
    values["gap_h"] = round(float(days[k]) * 24.0, 1)
    verdict = MET if days[k] <= revolution else CANNOT_TELL
    return Mark("perigee drop", verdict, Reason("reentry perigee between", values), figures)


def descent_class(marks: tuple[Mark, ...], drag: Drag, remaining_days: float, told: str = "") -> tuple[str, Reason]:
    """natural, controlled or cannot tell. `told`: what a message says of it, "yes" (controlled), "no" or ""."""
    if told:
        return (CONTROLLED if told == "yes" else NATURAL), Reason("reentry class told", {"controlled": told})
    verdicts = {m.name: m.verdict for m in marks}
    step, drop = verdicts.get("retrograde step"), verdicts.get("perigee drop")
    if step == MET and drop == MET:
        return CONTROLLED, Reason("reentry class both", {})
    if drag.basis == "none":
        return UNTOLD, Reason("reentry class open", {})
    if step == MET or drop in (MET, CANNOT_TELL):
        return UNTOLD, Reason("reentry class one", {})
    if step == NOT_MET and drop == NOT_MET and drag.basis == "sets" and remaining_days < NATURAL_WITHIN_DAYS:
        if thrusting(drag):
            return UNTOLD, Reason("reentry class thrust", {})
        return NATURAL, Reason("reentry class air", {"days": round(drag.span_days, 1)})
    return UNTOLD, Reason("reentry class open", {})


def thrusting(drag: Drag) -> bool:
    """Does the ballistic coefficient change by more than a factor of two from piece to piece, as it seems to under thrust?"""
    steps: Floats = np.abs(np.diff(np.log(drag.pieces_b))) if len(drag.pieces_b) > 1 else np.zeros(0)
    return bool((steps > np.log(2.0)).any())


def orbit_marks(
    sets: ElementSets, *, objects: int | None = None, declared_objects: int | None = None, azimuth_deg: float | None = None
) -> tuple[Mark, ...]:
    """The marks of a fractional orbit of one launch, from the first sets of one of its objects (none: nothing was catalogued).

    objects: how many of the launch are catalogued, declared_objects how many were declared; azimuth_deg: of the launch, declared.
    """
    return _first_perigee(sets), _early_burn(sets), _southern(sets, azimuth_deg), _count(objects, declared_objects)


def _first_perigee(sets: ElementSets) -> Mark:
    name = "low perigee at first cataloguing"
    if not len(sets):
        return Mark(name, CANNOT_TELL, Reason("reentry no orbit", {}))
    perigee = float(decay_fit.states_of(sets.take(slice(0, 1))).perigee_km()[0])
    revolution = int(sets.rev_at_epoch[0])
    figures = {"first_perigee": Quantity(round(perigee, 1), "km"), "revolution": Quantity(float(revolution), "1")}
    values: dict[str, str | float] = {"perigee": round(perigee, 0), "revolution": float(revolution)}
    if not 0 < revolution <= EARLY_REVOLUTIONS:
        return Mark(name, CANNOT_TELL, Reason("reentry record begins late", values), figures)
    verdict = MET if perigee < LOW_KM else CANNOT_TELL if perigee < DOUBTFUL_KM else NOT_MET
    return Mark(name, verdict, Reason("reentry first perigee", values), figures)


def _early_burn(sets: ElementSets) -> Mark:
    name = "burn before one revolution"
    if not len(sets):
        return Mark(name, CANNOT_TELL, Reason("reentry no orbit", {}))
    revolutions = float((sets.epoch_utc[-1] - sets.epoch_utc[0]) / DAY) * float(sets.mean_motion_rev_day[0])
    most = max(revolutions, float(sets.rev_at_epoch.max()))
    figures = {"revolutions": Quantity(round(most, 1), "1")}
    if most > 1.0:
        return Mark(name, NOT_MET, Reason("reentry stayed up", {"revolutions": round(most, 0)}), figures)
    return Mark(name, CANNOT_TELL, Reason("reentry one set", {}), figures)


def _southern(sets: ElementSets, azimuth_deg: float | None) -> Mark:
    name = "approach from the south"
    figures = {"inclination": Quantity(round(float(sets.inc_deg[0]), 2), "deg")} if len(sets) else {}
    if azimuth_deg is None:
        return Mark(name, CANNOT_TELL, Reason("reentry no azimuth", {}), figures)
    figures["launch_azimuth"] = Quantity(azimuth_deg % 360.0, "deg")
    south = 90.0 < azimuth_deg % 360.0 < 270.0
    return Mark(name, MET if south else NOT_MET, Reason("reentry azimuth", {"azimuth": azimuth_deg % 360.0}), figures)


def _count(objects: int | None, declared: int | None) -> Mark:
    name = "objects beyond those declared"
    figures = {} if objects is None else {"objects": Quantity(float(objects), "1")}
    if declared is None or objects is None:
        return Mark(name, CANNOT_TELL, Reason("reentry no count", {"objects": float(objects or 0)}), figures)
    figures["declared"] = Quantity(float(declared), "1")
    values: dict[str, str | float] = {"objects": float(objects), "declared": float(declared)}
    return Mark(name, MET if objects != declared else NOT_MET, Reason("reentry count", values), figures)
