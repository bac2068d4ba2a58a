"""Where the pieces of a cloud will be in days and years: their sinking under a quiet, a middling and an active Sun.

The ballistic coefficient of a fragment is that under which its set's own rate of mean motion and the air of its day agree.
The air then does to it what it does under the activity assumed for the time after. How planes and perigees turn follows from the
orbits of today: it decides between the flux of crossing tracks and that of a shell, and nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.facts import Bools, ElementSets, Floats, Ints
from hoshimori.sky import atmosphere, decay, flux, secular
from hoshimori.sky.atmosphere import Activity
from hoshimori.sky.flux import Orbits

EARTH_KM = 6378.137
AIR_ENDS_KM = 2000.0
"""Perigees above this height do not sink: light pressure and the Moon decide there, which are not computed here."""
SCALE_KM = 60.0
"""Of the air at a few hundred km: only to sort by, which fragments sink sooner."""
LIKELY_B = (1e-4, 20.0)
"""m2/kg: B = Cd A/m of anything from a solid ball to foil; a set that tells otherwise has a bad fit."""
TRIAL_B, TRIAL_DAYS = 0.02, 0.5
B_OF_BSTAR = 12.741621
"""m2/kg for 1 / Earth radius: the reference density of SGP4's own drag term (Vallado et al. 2006)."""


class Sinking(NamedTuple):
    """Mean orbits at later days, (n, days) each, NaN once down; of a sample, each of whose rows stands for `weight` fragments."""

    rows: Ints
    weight: float
    sma_km: Floats
    eccentricity: Floats


def orbits_of(sets: ElementSets, t_utc: np.datetime64) -> Orbits:
    """Mean orbits, one for each row, their angles brought to one moment."""
    days = (t_utc - sets.epoch_utc) / np.timedelta64(1, "us") / 86400e6
    a_km = secular.mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)
    angles = (np.radians(x) for x in (sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg))
    return flux.drifted(Orbits(a_km, np.asarray(sets.eccentricity, np.float64), *angles), days)


def newest(sets: ElementSets) -> ElementSets:
    """The last set of each object, by number."""
    order = np.lexsort((sets.known_utc, sets.epoch_utc, sets.norad_id))
    last = np.append(np.diff(sets.norad_id[order]) != 0, True)[: len(sets)]
    return sets.take(order[last])


def ballistic_m2_kg(sets: ElementSets, activity: Activity) -> tuple[Floats, Bools]:
    """(n,) B = Cd A/m from the rate of mean motion that each set states, and which rows are their cloud's median instead.

    From B* where a set states no rate. Reference for the balance: Saunders et al., J. Spacecraft Rockets 49, 2012.
    """
    a_km = secular.mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)
    lost = 2.0 / 3.0 * a_km / sets.mean_motion_rev_day * 2.0 * sets.ndot_rev_day2 * TRIAL_DAYS
    trial = np.full(len(sets), TRIAL_B)
    tried = _fall(sets, a_km, trial, activity, np.array([0.0, TRIAL_DAYS]))
    with np.errstate(invalid="ignore", divide="ignore"):
        b = TRIAL_B * lost / (tried.sma_km[:, 0] - tried.sma_km[:, 1])
    b = np.where(sets.ndot_rev_day2 == 0.0, B_OF_BSTAR * sets.bstar_per_er, b)
    likely = np.isfinite(b) & (b > LIKELY_B[0]) & (b < LIKELY_B[1])
    usual = float(np.median(b[likely])) if likely.any() else B_OF_BSTAR * 1e-3
    return np.where(likely, b, usual), ~likely


def sinking(sets: ElementSets, start_utc: np.datetime64, b_m2_kg: Floats, activity: Activity, days: Floats, most: int) -> Sinking:
    """Axes and eccentricities so many days (rising) after the start. At most `most` rows are flown, evenly by how they sink."""
    a_km = secular.mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)
    perigee_km = a_km * (1.0 - sets.eccentricity) - EARTH_KM
    order = np.argsort(np.log(b_m2_kg) - perigee_km / SCALE_KM, kind="stable")
    chosen = order if len(order) <= most else order[np.linspace(0, len(order) - 1, most).round().astype(np.int64)]
    a, e = (np.repeat(np.asarray(x)[chosen, None], len(days), axis=1).astype(np.float64) for x in (a_km, sets.eccentricity))
    low = np.flatnonzero(perigee_km[chosen] < AIR_ENDS_KM)
    if len(low):
        rows = chosen[low]
        since = np.maximum((start_utc - sets.epoch_utc[rows]) / np.timedelta64(1, "us") / 86400e6, 0.0)
        flown = _fall(sets.take(rows), a_km[rows], b_m2_kg[rows], activity, since[:, None] + days)
        a[low], e[low] = flown.sma_km, flown.ecc
    return Sinking(chosen, len(order) / max(len(chosen), 1), a, e)


def followed_by(activity: Activity | None, f107: float, ap: float, start_utc: np.datetime64) -> Activity:
    """Activity as given up to its last day, and a steady one from then on; steady alone where none is given."""
    if activity is None:
        return atmosphere.steady(f107=f107, ap=ap)
    last = max(activity.day_utc[-1], start_utc.astype("datetime64[D]"))
    after = last + np.timedelta64(1, "D")
    gap = np.arange(activity.day_utc[-1] + np.timedelta64(1, "D"), after, np.timedelta64(1, "D"))
    days = np.concatenate([activity.day_utc, gap, [after]])
    columns = [(activity.f107, f107), (activity.f107_mean, f107), (activity.ap, ap)]
    return Activity(days, *(np.concatenate([c, np.full(len(gap), c[-1]), [level]]) for c, level in columns))


def _fall(sets: ElementSets, a_km: Floats, b_m2_kg: Floats, activity: Activity, at_days: Floats) -> decay.Fall:
    inc, raan, argp = (np.radians(x) for x in (sets.inc_deg, sets.raan_deg, sets.argp_deg))
    last = at_days[..., -1]
    return decay.fall(
        sets.epoch_utc, a_km, sets.eccentricity, inc, raan, argp, b_m2_kg, activity, until_days=last, at_days=at_days
    )
