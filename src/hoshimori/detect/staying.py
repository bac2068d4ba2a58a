"""What the motion itself says about a stay: how long, in which plane, where the Sun stood. Each beside its null."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.detect import chance, lighting
from hoshimori.detect.neighbourhood import US_PER_DAY, Bodies
from hoshimori.detect.pairs import Pair
from hoshimori.detect.unusual import Measure, untold
from hoshimori.facts import Bools, Floats, Times
from hoshimori.findings import Event, Quantity, Reason
from hoshimori.ports import View
from hoshimori.sky.ageing import orbit_class, sigma_rtn_km
from hoshimori.sky.relative import MU_KM3_S2

LOOKS = 9


class Found(NamedTuple):
    """A stay as `encounter` found it: the event, the bodies its numbers rest on, and the visitor's path about the satellite.

    dr_rtn_km: (m, 3) at t_utc (m,), from the beginning of the stay to its end, evenly.
    """

    event: Event
    around: Bodies
    pair: Pair
    t_utc: Times
    dr_rtn_km: Floats

    @property
    def other(self) -> int:
        return self.pair.other_key

    @property
    def subject(self) -> int:
        return self.pair.body.key

    def synchronous(self) -> bool:
        """Are both on the ring: one turn a day, nearly circular?"""
        rows = [self.around.row(self.subject), self.around.row(self.other)]
        kinds = orbit_class(self.around.mean_motion_rev_day[rows], self.around.eccentricity[rows])
        return bool((kinds == "GEO").all())


def known_part(view: View, found: Found) -> Bools:
    """(m,) which moments of the stay lie before the moment of knowledge: the rest is predicted and no measure rests on it."""
    return np.asarray(np.isfinite(found.dr_rtn_km[:, 0]) & (found.t_utc <= view.as_of_utc))


def time_near(view: View, found: Found, rank: int) -> Measure:
    """Time within range against random drifters and chance arrivals; with a satellite that is nearer, as many times likelier.

    To come to rest near *some* satellite of a crowd is likelier by chance than near this one: the chance is multiplied by the
    place of the watched satellite among the visitor's neighbours.
    """
    known = known_part(view, found)
    if known.sum() < 2:
        return untold("time near", Reason("not yet"))
    step = (found.t_utc[1] - found.t_utc[0]) / np.timedelta64(US_PER_DAY, "us")
    distance = np.linalg.norm(found.dr_rtn_km[known], axis=1)
    days = float((distance < found.pair.within_km).sum() * step)
    rev_day, synchronous = found.pair.body.mean_motion_rev_day, found.synchronous()
    p = chance.stays_as_long(days, found.pair.within_km, rev_day, synchronous=synchronous)
    usual = 24.0 * chance.usual_days(found.pair.within_km, rev_day, synchronous=synchronous)
    why = Reason("time near", {"hours": 24.0 * days, "expected_hours": usual, "rank": float(rank)})
    return Measure("time near", min(1.0, p * rank), Quantity(24.0 * days, "h"), Quantity(usual, "h"), why)


def plane_match(found: Found) -> Measure:
    """The angle between the two orbital planes, against neighbours of the same kind that stay by chance.

    The null already knows that they stay: no more than twice the range across the track is possible. Beside a satellite that
    keeps its plane at the equator a match is ordinary, since most of its neighbours do; beside one whose plane has drifted off,
    it is not. The chance is taken one sigma wider than the angle, so a match finer than the sets can show counts for nothing.
    """
    t_utc = found.t_utc[:: max(1, len(found.t_utc) // LOOKS)]
    row = [np.full(len(t_utc), found.around.row(key)) for key in (found.subject, found.other)]
    (r, v), (r2, v2) = (found.around.trajectories.at(rows, t_utc, np.zeros(len(t_utc))) for rows in row)
    normal, normal2 = _normal(r, v), _normal(r2, v2)
    apart = np.degrees(np.arcsin(np.clip(0.5 * np.linalg.norm(normal - normal2, axis=1), 0.0, 1.0))) * 2.0
    apart_deg = float(np.nanmedian(apart))
    tilt_deg = float(np.nanmedian(np.degrees(np.arccos(np.clip(normal[:, 2], -1.0, 1.0)))))
    radius_km = float(np.nanmedian(np.linalg.norm(r, axis=1)))
    possible_deg = float(np.degrees(2.0 * found.pair.within_km / radius_km))
    kept = found.synchronous() and tilt_deg < chance.KEPT_DEG
    sigma_deg = _sigma_deg(found, t_utc, radius_km)
    p = chance.planes_as_alike(apart_deg + sigma_deg, possible_deg, kept=kept)
    usual = chance.usual_apart_deg(possible_deg, kept=kept)
    why = Reason("planes", {"deg": apart_deg, "expected_deg": usual})
    return Measure("plane match", p, Quantity(apart_deg, "deg", sigma_deg), Quantity(usual, "deg"), why)


def _sigma_deg(found: Found, t_utc: Times, radius_km: float) -> float:
    """One sigma of the angle between the planes, from the cross-track error of both objects' sets at their age."""
    t_us = t_utc.astype("datetime64[us]").astype(np.int64)
    variance = 0.0
    for row in (found.around.row(found.subject), found.around.row(found.other)):
        if row not in found.around.trajectories.given:
            days = np.array([np.median(found.around.trajectories.age_us(np.full(len(t_us), row), t_us)) / US_PER_DAY])
            motion, e = found.around.mean_motion_rev_day[[row]], found.around.eccentricity[[row]]
            variance += float(sigma_rtn_km(motion, e, days)[0, 2]) ** 2
    return float(np.degrees(variance**0.5 / radius_km))


def drifting_apart(found: Found) -> dict[str, Quantity]:
    """How the mean orbits differ: semi-major axis (km) and the rate at which the phase between them changes (deg/day).

    Where the planes agree and both go to nothing, a visitor has settled (methods of low orbits look for the three together).
    """
    motion = found.around.mean_motion_rev_day[[found.around.row(found.subject), found.around.row(found.other)]]
    a_km = (MU_KM3_S2 / (motion * 2.0 * np.pi / 86400.0) ** 2) ** (1.0 / 3.0)
    return {
        "da_km": Quantity(float(a_km[1] - a_km[0]), "km"),
        "phase_rate_deg_day": Quantity(float(360.0 * (motion[1] - motion[0])), "deg/d"),
    }


def sun_behind(view: View, found: Found) -> Measure:
    """The angle Sun-visitor-satellite when nearest, against every other hour of the day."""
    known = known_part(view, found)
    if known.sum() < 2:
        return untold("sun behind", Reason("not yet"))
    miss = found.event.quantities["miss_km"]
    if miss.sigma is not None and miss.sigma > miss.value:
        return untold("sun behind", Reason("direction not known", {"km": miss.value, "sigma_km": miss.sigma}))
    t_utc = found.t_utc[known]
    row = np.full(len(t_utc), found.around.row(found.subject))
    r, v = found.around.trajectories.at(row, t_utc, np.zeros(len(t_utc)))
    angle, usual, p = lighting.sun_behind(found.dr_rtn_km[known], t_utc, r, v)
    why = Reason("sun angle", {"deg": angle, "expected_deg": usual})
    return Measure("sun behind", p, Quantity(angle, "deg"), Quantity(usual, "deg"), why)


def _normal(r_km: Floats, v_km_s: Floats) -> Floats:
    h = np.cross(r_km, v_km_s)
    return np.asarray(h / np.linalg.norm(h, axis=1, keepdims=True))
