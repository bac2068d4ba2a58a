"""Reports of a link out of order, as drafted items: what failed, and which dull cause explains it or does not.

A carrier that is weak is no measured interference, and what no test explains is called unexplained: neither is weighed as more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hoshimori.assess.reading_draft import (
    HALF,
    TESTED,
    Draft,
    During,
    believed,
    counted,
    explanation,
    moment,
    need,
    number,
    parameters,
    value,
    verdict,
    when,
    wrong,
)
from hoshimori.findings import Event

STORM_KP = 5.0
FLARE_W_M2 = 5e-5
"""M5: of the indicator's definition."""
DAY = np.timedelta64(1, "D")
LOOKED_BACK = 2 * DAY
"""So much of the record of activity before the first report goes with a claim, in whole days. The indicator asks for three."""
BELOW_DEG = 1.0
"""From here on below the horizon no error of the orbit or refraction lifts a satellite above it. Judged."""
LEVEL = 0.05


def interference(event: Event, during: During) -> Iterator[Draft]:
    reports = _rows(event, "reports")
    if not reports:
        raise wrong(event, "reports", reports, "the reports that the event stands on")
    reported = min((str(r["grade"]) for r in reports), default="F6")
    lasted = need(event, "duration_s").value / 60.0
    words = (
        f"From {when(event.start_utc)} for {lasted:.0f} min a link of {event.subject} was not as usual ({event.label})"
        f"{_fall(event)}, by {counted(need(event, 'reports').value, 'report')}"
    )
    yield Draft("service_lost", True, words, TESTED, ("reports", "duration_s", "fall_db"), reported)
    yield from _sun(event, reported)
    yield from _storm(event)
    yield from _ground(event, reported)
    yield from _own_burn(event, reported)
    yield from _unheard(event, reported)
    yield from _repeats(event, reported)


def _rows(event: Event, name: str) -> Sequence[Mapping[str, Any]]:
    rows = parameters(event).get(name, ())
    if not isinstance(rows, list | tuple) or not all(isinstance(r, Mapping) for r in rows):
        raise wrong(event, name, rows, "a list of rows")
    return rows


def _fall(event: Event) -> str:
    fall = number(event, "fall_db")
    if fall is None:
        return ""
    return f", {fall.value:.1f}{f' ± {fall.sigma:.1f}' if fall.sigma else ''} dB below what is usual"


def _sun(event: Event, reported: str) -> Iterator[Draft]:
    """Sun and shadow were tested; whether maintenance was planned is not known to anybody here."""
    sun = explanation(event, "sun outage")
    if sun is not None and sun.verdict == "wins":
        nearest, covered = value(event, sun, "deg"), value(event, sun, "covered")
        words = (
            f"The Sun stood behind {event.subject} in the station's beam, {nearest:.1f} deg from it at the nearest, for "
            f"{covered:.0f} % of the time reported"
        )
        yield Draft("sun_or_eclipse_explains", True, words, TESTED, ("sun_separation_deg", "sun_covered"), reported)
    elif sun is not None and sun.verdict == "rejected" and verdict(event, "eclipse") == "rejected":
        words = (
            f"Neither the Sun behind {event.subject} nor the Earth's shadow explains the reports; planned maintenance was not "
            f"looked for"
        )
        yield Draft("sun_or_eclipse_explains", False, words, HALF, ("sun_separation_deg", "eclipsed"), reported)


# ---- the space environment


def _storm(event: Event) -> Iterator[Draft]:
    """The activity that goes with the claim: Kp of every three hours, and flares, from the second midnight before it on."""
    settings = parameters(event).get("settings", {})
    if not isinstance(settings, Mapping):
        raise wrong(event, "settings", settings, "a mapping")
    since = (event.start_utc - LOOKED_BACK + DAY - np.timedelta64(1, "us")).astype("datetime64[D]").astype("datetime64[us]")
    highest, whole = _highest_kp(event, settings.get("space_weather", ()), since)
    flares = settings.get("flares")
    strongest = _strongest(event, flares or (), since)
    span = f"between {when(since)} and {when(event.stop_utc)}"
    if highest is not None and highest >= STORM_KP:
        yield Draft("storm", True, f"Kp reached {highest:.1f} {span}", TESTED, ("kp",))
    elif strongest:
        yield Draft("storm", True, f"A flare of class {strongest} came {span}", TESTED, ("kp",))
    elif highest is not None and whole and flares is not None:
        words = (
            f"Kp stayed at {highest:.1f} or below and no flare reached class M5 {span}; protons, and the days before, were not "
            f"looked at"
        )
        yield Draft("storm", False, words, HALF, ("kp",))


def _highest_kp(event: Event, days: object, since: np.datetime64) -> tuple[float | None, bool]:
    """The largest Kp of the three-hour spans from `since` to the last report, and whether all of them are known."""
    if not isinstance(days, list | tuple):
        raise wrong(event, "settings.space_weather", days, "rows of days with eight Kp each")
    by_day = {str(d["day"]): d["kp"] for d in days}
    first, last = (int(t.astype("datetime64[s]").astype(np.int64)) // 10_800 for t in (since, event.stop_utc))
    rows = [(by_day.get(str(np.datetime64(k // 8, "D"))), k % 8) for k in range(first, last + 1)]
    found = [row[k] if row is not None else None for row, k in rows]
    known = [float(x) for x in found if x is not None]
    return (max(known) if known else None), len(known) == len(found)


def _strongest(event: Event, flares: object, since: np.datetime64) -> str:
    """The class of the strongest flare from M5 on that began between `since` and the last report; "" without one."""
    if not isinstance(flares, list | tuple):
        raise wrong(event, "settings.flares", flares, "rows of flares, or null")
    mine = [
        (float(f["flux_w_m2"]), str(f["class"])) for f in flares if since <= moment(event, f["start"], "flare") <= event.stop_utc
    ]
    strong = [f for f in mine if f[0] >= FLARE_W_M2 * (1.0 - 1e-9)]
    return max(strong)[1] if strong else ""


# ---- the ground, the subject itself, the report


def _ground(event: Event, reported: str) -> Iterator[Draft]:
    station = explanation(event, "station fault")
    if station is not None and station.verdict == "wins":
        count = value(event, station, "count")
        words = f"{counted(count, 'other satellite')} were out of order at the same station at the same time as {event.subject}"
        yield Draft("ground_hit", True, words, TESTED, ("others_lost_there", "stations"), reported)


def _own_burn(event: Event, reported: str) -> Iterator[Draft]:
    burn = explanation(event, "own manoeuvre")
    if burn is None or burn.verdict != "possible":
        return
    hours, percent = value(event, burn, "hours"), value(event, burn, "percent")
    words = f"{event.subject} changed its orbit {hours:.1f} h from the reports, with a probability of {percent / 100.0:.2f}"
    yield Draft("was_operating", True, words, max(believed(percent / 100.0), HALF), (), reported)


def _unheard(event: Event, reported: str) -> Iterator[Draft]:
    """A station cannot lose a satellite that stands below its horizon: the number or the place in the report is wrong."""
    highest = number(event, "elevation_deg")
    if verdict(event, "wrong report") == "possible" and highest is not None and highest.value < -BELOW_DEG:
        words = (
            f"By its element sets {event.subject} stood {-highest.value:.0f} deg below the horizon of the station that reports it"
        )
        yield Draft(
            "report_withdrawn", True, words, TESTED + int(verdict(event, "stale set") != "rejected"), ("elevation_deg",), reported
        )


def _repeats(event: Event, reported: str) -> Iterator[Draft]:
    """Do this asset's reports fall into windows of a declared site, for all sites looked at?"""
    rows = [r for r in _rows(event, "windows") if isinstance(r.get("p_holm"), int | float)]
    if not rows:
        return
    best = min(rows, key=lambda r: float(r["p_holm"]))
    smallest, again = best.get("smallest_p"), float(best["p_holm"]) <= LEVEL
    if not again and not (isinstance(smallest, int | float) and smallest <= LEVEL):
        return  # with so few reports nothing could have been told
    words = (
        f"Of {best['events']} troubles of {event.subject} {best['hits']} fall into windows of {best['site']}, where chance gives "
        f"{float(best['expected']):.1f} (probability of as many {float(best['p_holm']):.2g}, for all sites looked at)"
    )
    yield Draft("repeats_over_site", again, words, TESTED, ("site_windows_p",), reported)
