"""How far newer sets have left an object's usual, and why: a score of 0 to 1, its reasons, the word for it.

Every measure is an excess: how far beyond the usual band, in half widths of that band; its score is 1 - 2^-excess. No set is
believed alone: an excess counts as far as two sets running show it. The score is a scale, not a probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hoshimori.detect.burns import Burn
from hoshimori.detect.habit import Departure, Pattern
from hoshimori.detect.keeping import PLANE_DAYS
from hoshimori.detect.record import DAY, Record, halved, more
from hoshimori.detect.slots import FAST_DEG_DAY, FREE_DAYS, M_S_PER_DEG_DAY, SIGNIFICANT, SLOW_DEG_DAY, natural_plane_deg_year
from hoshimori.detect.tracks import DEGREE_KM, local_time_h, strayed_deg
from hoshimori.errors import UsageError
from hoshimori.facts import NOT_A_TIME, ElementSets, Floats
from hoshimori.findings import Reason

SHORT_HALF_DEG = 0.2
"""A record that saw no whole cycle may have seen one edge of the band only: then the whole width of the common band counts."""
LEAST_HALF_DEG = 0.05
STRONGEST_DEG_DAY2 = 0.0018
"""The strongest pull of the Earth's triaxial shape anywhere on the ring."""
GRAVEYARD_DEG_DAY = 2.5
"""200 km above or below the ring; the graveyard begins at 235 km and more (IADC guidelines), 3 deg/day."""
PLANE_HALF_DEG = 0.1
PLANE_DOUBT_DEG_YEAR = 0.3
LEAST_HALF_KM = 0.05
SHORT_HALF_KM = 1.0
LEAST_INC_DEG, SHORT_INC_DEG = 0.01, 0.05
LEAST_LOCAL_MIN, SHORT_LOCAL_MIN = 2.0, 15.0
LEAST_TRACK_KM = 1.0
SIGMAS = 3.0


Values = dict[str, Floats | float]


class Finding(NamedTuple):
    """One measure: the word for a departure by it, (n,) its excess for each set, and the numbers behind it at the worst set."""

    label: str
    excess: Floats
    code: str
    values: Values


def departure(pattern: Pattern, sets: ElementSets, burns: Sequence[Burn] = ()) -> Departure:
    """Judge the sets that are newer than the pattern; older ones are passed over, so nothing is judged by itself.

    `burns` after the pattern's end are taken as proof that station-keeping goes on.
    """
    if len(sets) and np.any(sets.norad_id != pattern.norad_id):
        raise UsageError(f"departure: the pattern is of {pattern.norad_id}, the sets are of other objects too: give only its own")
    record = more(sets.take(sets.epoch_utc > pattern.stop_utc))
    if record is None or len(record) < 2:
        count = 0 if record is None else 1
        reason = Reason("too few newer sets", {"sets": float(count)})
        return Departure(pattern.norad_id, 0.0, "", (reason,), NOT_A_TIME, NOT_A_TIME, count)
    measures = _on_the_ring if pattern.regime in ("GEO", "IGSO") else _off_the_ring
    found = measures(pattern, record, burns)
    told = sorted(((_twice(f.excess), f) for f in found), key=lambda pair: -pair[0].max())
    told = [pair for pair in told if pair[0].max() > 0.0]
    score = 1.0 - 2.0 ** -float(told[0][0].max()) if told else 0.0
    first = record.t_utc[int(np.argmax(told[0][0] > 0.0))] if told else NOT_A_TIME
    reasons = tuple(_reason(f, excess) for excess, f in told)
    return Departure(pattern.norad_id, score, told[0][1].label if told else "", reasons, first, record.t_utc[-1], len(record))


def _twice(excess: Floats) -> Floats:
    """What each set and the one before or after it show alike."""
    pair = np.minimum(excess[1:], excess[:-1])
    return np.asarray(np.maximum(np.append(pair, 0.0), np.append(0.0, pair)))


def _reason(finding: Finding, excess: Floats) -> Reason:
    worst = int(np.argmax(excess))
    values = {k: float(v if isinstance(v, float) else v[worst]) for k, v in finding.values.items()}
    return Reason(finding.code, values | {"score": round(1.0 - 2.0 ** -float(excess.max()), 3)})


def _beyond(x: Floats, half: float, sigma: float | None) -> Floats:
    return np.maximum(np.abs(x) - half - SIGMAS * (sigma or 0.0), 0.0) / half


def _settled(pattern: Pattern) -> bool:
    """Has the present spell been seen long enough for its band to be the whole band?"""
    days = pattern.spells[-1].days
    return days >= FREE_DAYS and days >= 2.0 * (pattern.cycle_days or 0.0)


def _on_the_ring(pattern: Pattern, record: Record, burns: Sequence[Burn]) -> list[Finding]:
    found = _slot(pattern, record, burns) if pattern.spells[-1].kind == "slot" else _moving(pattern, record)
    return [*found, *_ring_plane(pattern, record)]


def _slot(pattern: Pattern, record: Record, burns: Sequence[Burn]) -> list[Finding]:
    q = pattern.quantities
    half = max(q["half_width_deg"].value, LEAST_HALF_DEG if _settled(pattern) else SHORT_HALF_DEG)
    off = halved(record.longitude_deg - q["longitude_deg_e"].value)
    outside = _beyond(off, half, q["longitude_sigma_deg"].value)
    fastest = max(q["largest_drift_deg_day"].value, float(np.sqrt(4.0 * STRONGEST_DEG_DAY2 * half)))
    drift = np.abs(record.drift_deg_day)
    fast = _beyond(drift, fastest, q["largest_drift_deg_day"].sigma)
    pushed = _pushed(pattern, record)
    moves = pushed and _twice(fast).max() > 0.0 and drift.max() >= FAST_DEG_DAY
    label = "left its slot" if not moves else "left the ring" if np.median(drift[-2:]) > GRAVEYARD_DEG_DAY else "relocation"
    out = [Finding(label, fast, "drifts faster than usual", {"deg_day": record.drift_deg_day, "usual_deg_day": fastest})]
    where: Values = {
        "longitude_deg_e": record.longitude_deg % 360.0,
        "slot_deg_e": q["longitude_deg_e"].value,
        "half_width_deg": half,
    }
    ceased = None if pushed else _unattended_days(pattern, record, burns)
    if ceased is None:
        return [*out, Finding(label, outside, "outside its slot", where)]
    where |= {"days": ceased, "longest": _longest(pattern)}
    return [*out, Finding("station-keeping ceased", outside, "outside its slot and no burn", where)]


def _pushed(pattern: Pattern, record: Record) -> bool:
    """Has the drift changed, since the pattern ended, by more than nature and the object's small change explain?"""
    q = pattern.quantities
    burn = q["ew_burn_m_s"].value / M_S_PER_DEG_DAY if "ew_burn_m_s" in q else 0.0
    room = max(SIGNIFICANT * (q["drift_now_deg_day"].sigma or 0.0), 0.25 * burn)
    return bool(_twice(np.abs(_changed(pattern, record))).max() > room)


def _changed(pattern: Pattern, record: Record) -> Floats:
    """(n,) the drift less what the Earth's shape has made of the one that the pattern ended with, deg/day."""
    days = (record.t_utc - pattern.stop_utc) / DAY
    gained = np.cumsum(record.natural_deg_day2 * np.diff(days, prepend=0.0))
    return np.asarray(record.drift_deg_day - pattern.quantities["drift_now_deg_day"].value - gained)


def _longest(pattern: Pattern) -> float:
    return pattern.quantities["cycle_longest_days"].value


def _unattended_days(pattern: Pattern, record: Record, burns: Sequence[Burn]) -> float | None:
    """Days since the last burn, where the object was kept by burns and none has come for longer than ever before."""
    q = pattern.quantities
    if "since_burn_days" not in q or "cycle_longest_days" not in q or any(b.t_utc > pattern.stop_utc for b in burns):
        return None
    days = q["since_burn_days"].value + float((record.t_utc[-1] - pattern.stop_utc) / DAY)
    return days if days > q["cycle_longest_days"].value else None


def _moving(pattern: Pattern, record: Record) -> list[Finding]:
    """What drifts is expected to go on as the Earth's shape lets it."""
    q, rate = pattern.quantities, abs(pattern.quantities["drift_now_deg_day"].value)
    changed = _changed(pattern, record)
    room = max(0.1 * rate, SLOW_DEG_DAY)
    found = [
        Finding("drift changed", _beyond(changed, room, q["drift_now_deg_day"].sigma), "drift changed", {"deg_day": changed})
    ]
    if rate >= FAST_DEG_DAY:
        stood = np.where(np.abs(record.drift_deg_day) < SLOW_DEG_DAY, rate / FAST_DEG_DAY, 0.0)
        values: Values = {"was_deg_day": rate, "deg_day": record.drift_deg_day}
        found.insert(0, Finding("stopped in a slot", stood + found[0].excess * (stood > 0.0), "stands still", values))
    return found


def _ring_plane(pattern: Pattern, record: Record) -> list[Finding]:
    """A plane that was kept is held against its band, a free one against where nature takes it, one not known against both."""
    q, mode = pattern.quantities, pattern.modes["NS"]
    i_deg = record.i_deg
    sigma = q["i_x_deg"].sigma
    half = max(q["i_radius_deg"].value, LEAST_HALF_DEG if _settled(pattern) else PLANE_HALF_DEG)
    middle = np.array([q["i_middle_x_deg"].value, q["i_middle_y_deg"].value])
    outside = _beyond(np.hypot(*(i_deg - middle).T), half, sigma)
    values: Values = {"inc_deg": record.inc_deg, "usual_deg": q["inclination_deg"].value}
    if mode in ("CK", "EK"):
        return [Finding("plane no longer kept", outside, "plane outside its band", values)]
    if record.inc_deg.max() > 18.0:
        apart = record.inc_deg - q["inclination_deg"].value
        return [Finding("plane changed", _beyond(apart, half, sigma), "plane unlike before", values)]
    days = (record.t_utc - pattern.stop_utc) / DAY
    last = np.array([q["i_x_deg"].value, q["i_y_deg"].value])
    expected = last + natural_plane_deg_year(record.t_utc, i_deg) * (days / 365.25)[:, None]
    room = PLANE_HALF_DEG + PLANE_DOUBT_DEG_YEAR * days / 365.25
    pushed = np.maximum(np.hypot(*(i_deg - expected).T) / room - 1.0, 0.0)
    return [Finding("plane changed", pushed if mode == "NK" else np.minimum(pushed, outside), "plane unlike before", values)]


def _off_the_ring(pattern: Pattern, record: Record, burns: Sequence[Burn]) -> list[Finding]:
    found = [_inclination(pattern, record)]
    if pattern.spells[-1].kind == "level":
        found.append(_altitude(pattern, record, burns))
    if "local_time_h" in pattern.quantities:
        found.append(_local_time(pattern, record))
    if "track_days" in pattern.quantities:
        found.append(_track(pattern, record))
    return found


def _altitude(pattern: Pattern, record: Record, burns: Sequence[Burn]) -> Finding:
    """A level seen for less than sixty days may yet sink as fast as it did between burns."""
    q = pattern.quantities
    sinks = abs(q["free_rate_km_day"].value) * FREE_DAYS
    half = max(q["half_width_km"].value, LEAST_HALF_KM if _settled(pattern) else max(SHORT_HALF_KM, sinks))
    off = record.sma_km - q["sma_km"].value
    values: Values = {"sma_km": record.sma_km, "usual_km": q["sma_km"].value, "half_width_km": half}
    excess = _beyond(off, half, q["sma_sigma_km"].value)
    ceased = _unattended_days(pattern, record, burns)
    if ceased is None or off[-1] > 0.0:
        return Finding("left its altitude", excess, "outside its altitude", values)
    values |= {"days": ceased, "longest": _longest(pattern)}
    return Finding("station-keeping ceased", excess, "below its altitude and no burn", values)


def _inclination(pattern: Pattern, record: Record) -> Finding:
    q = pattern.quantities
    least = LEAST_INC_DEG if pattern.days >= PLANE_DAYS else SHORT_INC_DEG
    half = max(q["inclination_half_width_deg"].value, least)
    off = record.inc_deg - q["inclination_deg"].value
    values: Values = {"inc_deg": record.inc_deg, "usual_deg": q["inclination_deg"].value}
    return Finding("plane changed", _beyond(off, half, q["inclination_deg"].sigma), "plane unlike before", values)


def _local_time(pattern: Pattern, record: Record) -> Finding:
    q = pattern.quantities
    least = LEAST_LOCAL_MIN if pattern.modes["local time"] == "kept" else SHORT_LOCAL_MIN
    half = max(q["local_time_half_width_min"].value, least)
    local_h = local_time_h(record)
    off = halved((local_h - q["local_time_h"].value) * 15.0) * 4.0
    values: Values = {
        "local_time_h": local_h % 24.0,
        "usual_h": q["local_time_h"].value,
        "half_width_min": half,
    }
    excess = _beyond(off, half, q["local_time_half_width_min"].sigma)
    return Finding("plane no longer kept", excess, "outside its local time", values)


def _track(pattern: Pattern, record: Record) -> Finding:
    q = pattern.quantities
    revolutions = q["track_revolutions"].value
    half = max(q["track_half_width_km"].value, LEAST_TRACK_KM)
    off = strayed_deg(record, q["track_days"].value, revolutions) - q["track_offset_deg"].value
    off_km = halved(off * revolutions) / revolutions * DEGREE_KM
    values: Values = {"track_km": off_km, "half_width_km": half}
    return Finding("left its ground track", _beyond(off_km, half, None), "outside its ground track", values)
