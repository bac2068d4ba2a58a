"""The dull causes of a link out of order, each tested with figures: Sun, shadow, storm, neighbour, own burn, old orbit, station.

Each gives an Explanation and the numbers behind it. "wins" only where the cause alone accounts for every report: the Sun in the
beam all the time, or a station at which other satellites were lost as well. The rest is at most possible.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.declared.reports import Report
from hoshimori.detect.burns import Burn
from hoshimori.facts import Bools, Floats, Times
from hoshimori.findings import Explanation, Quantity, Reason
from hoshimori.sky import bodies, frames, sun_outage, visibility

Tested = tuple[Explanation, dict[str, Quantity]]

SUN, SHADOW, WEATHER, NEIGHBOUR, BURN, AGE, STATION, HOURS, AREA, WRONG, UNSEEN = (
    "sun outage", "eclipse", "space weather", "adjacent satellite", "own manoeuvre", "stale set", "station fault",
    "operating hours", "area interference", "wrong report", "not measured here",
)  # fmt: skip
COVERED = 0.8
"""From this share of a report's time on the Sun accounts for it; edges are known to a minute or so, by both."""
EDGE_S = 900.0
STORM_KP = 5.0
"""G1 of the scale of NOAA's Space Weather Prediction Center begins at Kp 5."""
FLARE_W_M2 = 1e-5
"""M1: R1 of the same scale."""
FLARE_BEFORE, FLARE_AFTER = np.timedelta64(10, "m"), np.timedelta64(60, "m")
BURN_NEAR = np.timedelta64(12, "h")
STALE_DAYS = 7.0
LEAST_STARTS = 5
UNUSUAL_P = 0.01


@dataclass(frozen=True)
class Scene:
    """One cluster of reports with the asset's way through it.

    t_utc (k,) rising, from a little before the first start to a little after the last stop; r_teme_km (k, 3), NaN where nothing
    speaks. inside: (k,) which times are in any report. beam_deg: of a station that does not say.
    """

    reports: tuple[Report, ...]
    t_utc: Times
    r_teme_km: Floats
    inside: Bools
    beam_deg: float

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.r_teme_km[self.inside]).all()) and bool(self.inside.any())

    @property
    def t_s(self) -> Floats:
        return np.asarray((self.t_utc - self.t_utc[0]).astype(np.int64) * 1e-6)

    def span_s(self, report: Report) -> tuple[float, float]:
        """Start and stop of one report on the clock of `t_s`."""
        start, stop = ((t - self.t_utc[0]).astype(np.int64) * 1e-6 for t in (report.start_utc, report.stop_utc))
        return float(start), float(stop)

    def beam_of(self, report: Report) -> float:
        return report.beam_deg if np.isfinite(report.beam_deg) else self.beam_deg


def sun(scene: Scene) -> Tested:
    """Was the Sun behind the satellite, within each station's beam?"""
    if not scene.known:
        return Explanation(SUN, "cannot tell", Reason("link no orbit then")), {}
    anywhere = float(np.degrees(sun_outage.nearest_anywhere_rad(scene.r_teme_km[scene.inside], scene.t_utc[scene.inside]).min()))
    if anywhere > 2.0 * max(np.degrees(sun_outage.limit_rad(np.radians(scene.beam_of(r)))) for r in scene.reports):
        return Explanation(SUN, "rejected", Reason("sun elsewhere from any place", {"deg": anywhere})), {}
    if all(r.link == "up" for r in scene.reports):
        return Explanation(SUN, "rejected", Reason("sun does not meet an uplink")), {}
    placed = [r for r in scene.reports if r.placed and r.link != "up"]
    if not placed:
        return Explanation(SUN, "cannot tell", Reason("station not placed")), {}
    found = [_sun_over(scene, r) for r in placed]
    nearest, covered = min(x[0] for x in found), [x[1] for x in found]
    limit = max(np.degrees(sun_outage.limit_rad(np.radians(scene.beam_of(r)))) for r in placed)
    values: dict[str, str | float] = {"deg": nearest, "limit": limit, "covered": 100.0 * min(covered)}
    quantities = {"sun_separation_deg": Quantity(nearest, "deg"), "sun_covered": Quantity(min(covered), "1")}
    if min(covered) >= COVERED and len(placed) == len(scene.reports):
        return Explanation(SUN, "wins", Reason("sun in the beam", values)), quantities
    if nearest < 2.0 * limit:
        return Explanation(SUN, "possible", Reason("sun in the beam for a part", values)), quantities
    return Explanation(SUN, "rejected", Reason("sun far from the beam", values)), quantities


def _sun_over(scene: Scene, report: Report) -> tuple[float, float]:
    """Nearest separation [deg] in the report, and which share of it the Sun was in the beam."""
    apart = sun_outage.separation_rad(scene.r_teme_km, scene.t_utc, report.site_itrs_km())
    spans = sun_outage.spans_s(apart, scene.t_s, sun_outage.limit_rad(np.radians(scene.beam_of(report))))
    start, stop = scene.span_s(report)
    within = (scene.t_s >= start - 60.0) & (scene.t_s <= stop + 60.0)
    met = sum(max(0.0, min(stop, b) - max(start, a)) for a, b in spans.tolist())
    held = any(a <= start <= b for a, b in spans.tolist())
    return float(np.degrees(np.nanmin(apart[within]))), met / (stop - start) if stop > start else float(held)


def shadow(scene: Scene) -> Tested:
    """Was the satellite in the Earth's shadow, or just entering or leaving it? Batteries and heat trouble links then."""
    if not scene.known:
        return Explanation(SHADOW, "cannot tell", Reason("link no orbit then")), {}
    lit = bodies.sunlit_fraction(scene.r_teme_km, bodies.sun_teme_km(scene.t_utc))
    dark = scene.inside & (lit < 1.0)
    share = float(dark.sum() / scene.inside.sum())
    quantities = {"eclipsed": Quantity(share, "1")}
    if dark.any():
        return Explanation(SHADOW, "possible", Reason("link in shadow", {"percent": 100.0 * share})), quantities
    shaded = scene.t_s[lit < 1.0]
    if len(shaded):
        gap_s = float(np.abs(shaded[:, None] - scene.t_s[scene.inside][None]).min())
        if gap_s <= EDGE_S:
            return Explanation(SHADOW, "possible", Reason("near a shadow edge", {"minutes": gap_s / 60.0})), quantities
    return Explanation(SHADOW, "rejected", Reason("in sunlight", {"minutes": EDGE_S / 60.0})), quantities


def weather(scene: Scene, days: Sequence[Mapping[str, Any]], flares: Sequence[Mapping[str, Any]] | None) -> Tested:
    """Was the Earth's field disturbed, or did a flare light the day side?"""
    start, stop = scene.reports[0].start_utc, max(r.stop_utc for r in scene.reports)
    kp = _kp(days, start, stop)
    quantities = {} if kp is None else {"kp": Quantity(kp, "1")}
    flare = _flare(scene, flares or (), start, stop)
    if flare:
        return Explanation(WEATHER, "possible", Reason("flare", {"flare": flare})), quantities
    if kp is not None and kp >= STORM_KP:
        return Explanation(WEATHER, "possible", Reason("link storm", {"kp": kp})), quantities
    if kp is None:
        return Explanation(WEATHER, "cannot tell", Reason("no space weather data")), quantities
    if flares is None:
        return Explanation(WEATHER, "cannot tell", Reason("field quiet, flares not given", {"kp": kp})), quantities
    return Explanation(WEATHER, "rejected", Reason("space weather quiet", {"kp": kp})), quantities


def _kp(days: Sequence[Mapping[str, Any]], start: np.datetime64, stop: np.datetime64) -> float | None:
    """The largest Kp of any three hours that the reports touch; None where one is not known."""
    by_day = {str(d["day"]): d["kp"] for d in days}
    first, last = (int(t.astype("datetime64[s]").astype(np.int64)) // 10_800 for t in (start, stop))
    found = []
    for third in range(first, last + 1):
        row = by_day.get(str(np.datetime64(third // 8, "D")))
        if row is None or row[third % 8] is None:
            return None
        found.append(float(row[third % 8]))
    return max(found)


def _flare(scene: Scene, flares: Iterable[Mapping[str, Any]], start: np.datetime64, stop: np.datetime64) -> str:
    """The class of a strong flare that began not long before, or while, something was reported from the day side; else ""."""
    for flare in flares:
        begins, ends = (np.datetime64(str(flare[k]).rstrip("Z"), "us") for k in ("start", "stop"))
        if float(flare["flux_w_m2"]) < FLARE_W_M2 or begins - FLARE_BEFORE > stop or ends + FLARE_AFTER < start:
            continue
        if any(_by_day(r, begins) for r in scene.reports):
            return str(flare["class"])
    return ""


def _by_day(report: Report, t_utc: np.datetime64) -> bool:
    """Does the Sun stand above the station's horizon? True where its place is not known."""
    if not report.placed:
        return True
    t = np.array([t_utc])
    _, elevation, _ = visibility.look(bodies.sun_teme_km(t), t, report.site_itrs_km())
    return bool(elevation[0] > 0.0)


def burn(burns: Sequence[Burn], scene: Scene, last_epoch_utc: np.datetime64) -> Tested:
    """Did the satellite itself manoeuvre about then? Antennas are repointed and modes are changed around burns."""
    start, stop = scene.reports[0].start_utc, max(r.stop_utc for r in scene.reports)
    near = [b for b in burns if start - BURN_NEAR <= b.t_utc <= stop + BURN_NEAR]
    if near:
        chance = max(b.probability for b in near)
        hours = min(_apart_h(b.t_utc, start, stop) for b in near)
        return Explanation(BURN, "possible", Reason("own burn near", {"hours": hours, "percent": 100.0 * chance})), {}
    if np.isnat(last_epoch_utc) or last_epoch_utc < stop + BURN_NEAR:
        return Explanation(BURN, "cannot tell", Reason("record ends before a burn would show")), {}
    return Explanation(BURN, "rejected", Reason("no burn near", {"hours": 12.0})), {}


def _apart_h(t: np.datetime64, start: np.datetime64, stop: np.datetime64) -> float:
    late = max(int((start - t).astype(np.int64)), int((t - stop).astype(np.int64)), 0)
    return late / 3.6e9


def age(age_days: float) -> Tested:
    """Is the orbit behind all this geometry fresh?"""
    if not np.isfinite(age_days):
        return Explanation(AGE, "cannot tell", Reason("link no orbit then")), {}
    quantities = {"age_days": Quantity(age_days, "d")}
    if age_days > STALE_DAYS:
        return Explanation(AGE, "cannot tell", Reason("orbit is old", {"days": age_days})), quantities
    return Explanation(AGE, "rejected", Reason("orbit is fresh", {"days": age_days})), quantities


def station(scene: Scene, everyone: Sequence[Report]) -> Tested:
    """Is it the station? Others lost there at the same time say so; the same satellite lost elsewhere says no."""
    mine = scene.reports[0].norad_id
    places = {place_of(r) for r in scene.reports}
    others = {r.norad_id for r in everyone if r.norad_id != mine and place_of(r) in places - {""} and _meets(r, scene.reports)}
    quantities = {"stations": Quantity(float(len(places - {""})), "1"), "others_lost_there": Quantity(float(len(others)), "1")}
    if "" in places:
        return Explanation(STATION, "cannot tell", Reason("station not named")), quantities
    if len(places) > 1:
        return Explanation(STATION, "rejected", Reason("several stations", {"count": float(len(places))})), quantities
    if others:
        values: dict[str, str | float] = {"count": float(len(others)), "which": ", ".join(map(str, sorted(others)[:6]))}
        return Explanation(STATION, "wins", Reason("others lost at this station", values)), quantities
    return Explanation(STATION, "cannot tell", Reason("one satellite at one station")), quantities


def place_of(report: Report) -> str:
    """The station by name, else by place to a hundredth of a degree; "" where neither is given."""
    if report.site:
        return report.site
    return f"{report.site_lat_deg:.2f} {report.site_lon_deg_e:.2f}" if report.placed else ""


def _meets(report: Report, reports: Sequence[Report]) -> bool:
    """Same time, within a minute."""
    slack = np.timedelta64(60, "s")
    return any(report.start_utc <= r.stop_utc + slack and report.stop_utc >= r.start_utc - slack for r in reports)


def hours(starts_utc: Times) -> Tested:
    """Do this asset's troubles begin at one hour of the day? Shifts, maintenance and the Sun keep hours; most faults do not.

    Rayleigh's test of a circle, with the approximation of Zar 1999, Biostatistical Analysis, equation 27.4.
    """
    n = len(starts_utc)
    if n < LEAST_STARTS:
        return Explanation(HOURS, "cannot tell", Reason("too few to show hours", {"count": float(n)})), {}
    angle = 2.0 * np.pi * ((starts_utc - starts_utc.astype("datetime64[D]")).astype("timedelta64[us]").astype(np.int64) / 86.4e9)
    x, y = float(np.cos(angle).sum()), float(np.sin(angle).sum())
    r = math.hypot(x, y)
    p = math.exp(math.sqrt(1.0 + 4.0 * n + 4.0 * (n * n - r * r)) - (1.0 + 2.0 * n))
    hour = math.atan2(y, x) / (2.0 * math.pi) * 24.0 % 24.0
    values: dict[str, str | float] = {"hour": hour, "p": p, "count": float(n)}
    quantities = {"hours_p": Quantity(p, "1")}
    if p < UNUSUAL_P:
        return Explanation(HOURS, "possible", Reason("same hour of the day", values)), quantities
    return Explanation(HOURS, "rejected", Reason("at any hour", values)), quantities


def area(scene: Scene, areas: Sequence[Mapping[str, Any]] | None) -> Tested:
    """Did somebody else report disturbed reception around the station?"""
    if areas is None:
        return Explanation(AREA, "cannot tell", Reason("no area data")), {}
    placed = [r for r in scene.reports if r.placed]
    if not placed:
        return Explanation(AREA, "cannot tell", Reason("station not placed")), {}
    for one in areas:
        centre = frames.from_geodetic(np.radians(one["lon_deg_e"]), np.radians(one["lat_deg"]), 0.0)
        begins, ends = (np.datetime64(str(one[k]).rstrip("Z"), "us") for k in ("start_utc", "stop_utc"))
        for r in placed:
            near = float(np.linalg.norm(r.site_itrs_km() - centre)) <= float(one["radius_km"])
            if near and begins <= r.stop_utc and ends >= r.start_utc:
                return Explanation(AREA, "possible", Reason("area disturbed", {"what": str(one["area"] or one["what"])})), {}
    return Explanation(AREA, "rejected", Reason("no area near")), {}


def wrong(scene: Scene) -> Tested:
    """Could the station hear the satellite at all? If not, the number or the place in the report is wrong."""
    placed = [r for r in scene.reports if r.placed]
    if not scene.known or not placed:
        return Explanation(WRONG, "cannot tell", Reason("station not placed" if scene.known else "link no orbit then")), {}
    t, r_km = scene.t_utc[scene.inside], scene.r_teme_km[scene.inside]
    highest = min(float(np.degrees(visibility.look(r_km, t, r.site_itrs_km())[1].max())) for r in placed)
    quantities = {"elevation_deg": Quantity(highest, "deg")}
    if highest < 0.0:
        return Explanation(WRONG, "possible", Reason("below the station's horizon", {"deg": -highest})), quantities
    return Explanation(WRONG, "rejected", Reason("above the station's horizon", {"deg": highest})), quantities


def unseen() -> Tested:
    """What nobody can exclude from orbits and indices."""
    return Explanation(UNSEEN, "cannot tell", Reason("rain, equipment, own carriers")), {}
