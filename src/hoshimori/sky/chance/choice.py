"""Which collision probability applies, and why: every method side by side, what speaks against each, and the one to use.

The ladder is that of NASA CARA (Hall, Baars, Casali, AAS 23-398, 2023): the two-dimensional probability where its assumptions
hold, else the expected number of collisions in closed form over time, else that number integrated over time, else drawing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, isnan, log

import numpy as np

from hoshimori.errors import DataError, UsageError
from hoshimori.sky.chance import short
from hoshimori.sky.chance.bend import Bend, bend
from hoshimori.sky.chance.closest import Duration, at_closest_approach, lasts
from hoshimori.sky.chance.covariance import repaired
from hoshimori.sky.chance.meeting import Chance, Floats, Meeting, Why
from hoshimori.sky.chance.montecarlo import SEED, monte_carlo

DIFFERENCE = 0.1
"""Two methods that differ by more than this disagree: half of what would change a report (20 %), the rest is left to chance."""
LONG = 0.02
"""Share of the shorter period beyond which a meeting is not short: the orbit has turned by 7 deg, and a direction is off by
half of that squared, 1 % of itself."""
NEGLIGIBLE = 1e-15
"""Below this nobody acts on a difference of methods."""
ROUNDED_S = 0.002
"""A message gives its moment to a millisecond; to move it farther than this is said."""
CLIP = 1e-4
"""Floor of a projected sigma as a share of the radius (Hall, Hejduk, Johnson 2017)."""
DIGITS = 1e-12
"""A smaller eigenvalue, as a share of the larger, is lost in the last digits of doubles that are multiplied a few times."""
HITS = 10
"""Fewer hits than this tell too little to overrule a formula."""


@dataclass(frozen=True)
class Judged:
    """The probability to use, the reasons, and all that was computed.

    why: about the meeting and the choice; what speaks against one method is in that method's own `why`. every: all methods, also
    those that do not apply. meeting: at its closest approach, with the covariances used. moved_s: how far that was from the
    moment given. flagged: the 2-D probability is not to be used.
    """

    chosen: Chance
    why: tuple[Why, ...]
    every: tuple[Chance, ...]
    meeting: Meeting
    moved_s: float
    duration: Duration
    bend: Bend
    flagged: bool


def judge(meeting: Meeting, *, trials: int = 0, seed: int = SEED, workers: int | None = None) -> Judged:
    """Every method on one meeting, and the one that applies. trials: how many to draw (0: no Monte Carlo).

    Refuses (DataError) negative or unknown variances, and states that are no close approach. Without velocity covariance only
    the 2-D methods can be had; then the length of the meeting and the bend of the orbits decide whether to flag them.
    """
    if not (isfinite(meeting.radius_km) and meeting.radius_km > 0.0):
        raise UsageError(f"radius_km={meeting.radius_km}: a collision probability needs a summed radius above 0 km")
    asked, why = _mended(meeting)
    there, moved_s = at_closest_approach(asked)
    if abs(moved_s) > ROUNDED_S:
        why.append(Why("moved_to_closest_approach", {"dt_s": moved_s}))
    projected = moved_only(meeting, there, moved_s)
    two_d, repaired_plane = _two_dimensional(projected)
    why += repaired_plane
    many = _over_time(there, trials, seed, workers)
    flat, duration, drop = two_d[0], lasts(there), bend(there)
    against = _against(flat, many, duration, drop)
    why += _said(there, two_d, against)
    chosen, grounds = _choose(flat._replace(why=flat.why + against), many, against, duration)
    every = (flat._replace(why=flat.why + against), *two_d[1:], *many)
    return Judged(chosen, (*why, *grounds), every, there, moved_s, duration, drop, bool(against))


def moved_only(given: Meeting, there: Meeting, moved_s: float) -> Meeting:
    """The states of `there` with the covariances as they were given: an encounter plane may be sound where a 6 x 6 is not."""
    if abs(moved_s) > ROUNDED_S:
        return there
    return replace(there, covariance1=given.covariance1, covariance2=given.covariance2)


def _mended(meeting: Meeting) -> tuple[Meeting, list[Why]]:
    """Both covariances sound, or refused; half-known velocity parts are taken as not known."""
    mended, why = [], []
    for k, given in enumerate((meeting.covariance1, meeting.covariance2), start=1):
        matrix = np.array(given, dtype=np.float64)
        if np.isnan(matrix[3:]).any() or np.isnan(matrix[:, 3:]).any():
            matrix[3:], matrix[:, 3:] = np.nan, np.nan
        sound, reason = repaired(matrix, whose=f"covariance of object {k}")
        mended.append(sound)
        why += [reason] if reason else []
    if not (np.abs(mended[0][:3, :3]) + np.abs(mended[1][:3, :3])).any():
        raise DataError("covariance of both objects is zero: expected the variance of a position; nothing is known exactly")
    return replace(meeting, covariance1=mended[0], covariance2=mended[1]), why


def _two_dimensional(meeting: Meeting) -> tuple[list[Chance], list[Why]]:
    """Foster first, then the others; the projected covariance repaired where it is none."""
    place, why = _plane_mended(meeting)
    given = (meeting.dr_km, meeting.dv_km_s, place, meeting.radius_km)
    largest = short.alfano_maximum_2005(*given)
    details = {"scale": float(largest.scale[0]), "diluted": float(largest.diluted[0])}
    maximum = Chance("alfano_maximum_2005", float(largest.probability[0]), details=details)
    plain = [Chance(f.__name__, float(f(*given)[0])) for f in (short.foster_1992, short.chan_1997)]
    return [*plain, maximum], why


def _plane_mended(meeting: Meeting) -> tuple[Floats, list[Why]]:
    """The combined position covariance (3, 3), sound at least in the plane across the relative velocity."""
    place = meeting.covariance[:3, :3]
    speed = float(np.linalg.norm(meeting.dv_km_s))
    if speed == 0.0:
        return place, []
    plane = np.linalg.svd((meeting.dv_km_s / speed)[None, :])[2][1:]
    small = plane @ place @ plane.T
    floor = max((CLIP * meeting.radius_km) ** 2, DIGITS * float(np.trace(small)))
    small, reason = repaired(small, floor=floor, whose="covariance in the encounter plane", terms=("x", "y"))
    if reason is None:
        return place, []
    return plane.T @ small @ plane, [reason]


def _over_time(meeting: Meeting, trials: int, seed: int, workers: int | None) -> list[Chance]:
    """What needs velocity covariances: the two numbers of collisions, and drawing if asked for."""
    from hoshimori.sky.chance.long import hall_2d_nc_2021, hall_3d_nc_2021

    if not meeting.knows_velocity:
        return []
    drawn = [monte_carlo(meeting, trials, seed, workers=workers)] if trials else []
    return [hall_2d_nc_2021(meeting), hall_3d_nc_2021(meeting), *drawn]


def _against(flat: Chance, many: list[Chance], duration: Duration, drop: Bend) -> tuple[Why, ...]:
    """What speaks against the 2-D probability.

    Where the number over time is known and undoubted it decides alone; where not, the length of the meeting and the bend do.
    """
    if isnan(flat.probability):
        return (Why("no_encounter_plane", {}),)
    sound = [c for c in many if c.method == "hall_3d_nc_2021" and not c.why and isfinite(c.probability)]
    drawn = [c for c in many if c.method == "monte_carlo" and c.details["hits"] >= HITS]
    if sound:
        ratio = _ratio(sound[0].probability, flat.probability)
        against = [_fails(sound[0], ratio)] if differ(ratio) else []
    else:
        against = doubts_of_straightness(duration, drop)
    if drawn and not (1.0 - DIFFERENCE) * drawn[0].low <= flat.probability <= (1.0 + DIFFERENCE) * drawn[0].high:
        ratio = _ratio(drawn[0].probability, flat.probability)
        against.append(_fails(drawn[0], ratio))
    return tuple(against)


def _fails(better: Chance, ratio: float) -> Why:
    return Why("short_encounter_fails", {"ratio": ratio, "method": better.method, "probability": better.probability})


def doubts_of_straightness(duration: Duration, drop: Bend) -> list[Why]:
    """Is the meeting too long, or are the orbits too bent, for straight lines? Needs no velocity covariance."""
    doubts = []
    reach = max(abs(duration.start_s), abs(duration.stop_s))
    if duration.whole or reach > LONG * duration.period_s:
        doubts.append(Why("encounter_long", {"reach_s": reach, "share": reach / duration.period_s}))
    if drop.log_change > log(1.0 + DIFFERENCE):
        values = {"shift_km": float(np.linalg.norm(drop.shift_km)), "log_change": drop.log_change}
        doubts.append(Why("orbits_bend", values))
    return doubts


def differ(ratio: float) -> bool:
    """Do two methods differ by more than `DIFFERENCE`, either way?"""
    return not 1.0 / (1.0 + DIFFERENCE) <= ratio <= 1.0 + DIFFERENCE


def _ratio(one: float, other: float) -> float:
    """one / other, both lifted to `NEGLIGIBLE`."""
    return max(one, NEGLIGIBLE) / max(other, NEGLIGIBLE)


def _said(meeting: Meeting, two_d: list[Chance], against: tuple[Why, ...]) -> list[Why]:
    """What is true of the meeting, whatever is chosen."""
    said = []
    if not meeting.knows_velocity:
        said.append(Why("velocity_covariance_unknown", {}))
    if meeting.cross.any():
        said.append(Why("errors_correlated", {}))
    maximum = two_d[2]
    if maximum.details["diluted"] and not against:
        said.append(Why("diluted", {"maximum": maximum.probability, "scale": maximum.details["scale"]}))
    return said


def _choose(flat: Chance, many: list[Chance], against: tuple[Why, ...], duration: Duration) -> tuple[Chance, tuple[Why, ...]]:
    """The lowest rung of the ladder that holds."""
    named = {c.method: c for c in many}
    drawn = named.get("monte_carlo")
    if not named:
        return flat, against or (Why("short_encounter_holds", {}),)
    closed, timed = named["hall_2d_nc_2021"], named["hall_3d_nc_2021"]
    enough = drawn is not None and drawn.details["hits"] >= HITS
    if not against:
        return flat, (Why("short_encounter_holds", {}),)
    sound = [c for c in (closed, timed) if isfinite(c.probability) and not c.why]
    if drawn is not None and enough:
        fitting = [c for c in sound if drawn.low <= c.probability <= drawn.high]
        if not fitting:
            return drawn, (*against, Why("drawn_overrules", {"hits": drawn.details["hits"]}))
        sound = fitting
    if closed in sound and timed in sound and not differ(_ratio(closed.probability, timed.probability)):
        return closed, against
    if timed in sound:
        return timed, against
    wanted = Why("drawing_wanted", {"trials": _trials_for(timed if isfinite(timed.probability) else flat)})
    return (timed if isfinite(timed.probability) else flat), (*against, wanted)


def _trials_for(chance: Chance) -> float:
    """Draws for about a hundred hits."""
    return 100.0 / max(chance.probability, 1e-9) if isfinite(chance.probability) else 1e7
