"""How orbits sink: drag averaged over revolutions, how long an object stays up, and its ballistic coefficient from its past.

Mean elements (axis as SGP4 has it, after Kozai's correction is undone: `secular.mean_axis_km`), density of NRLMSISE-00 by day
(sky/atmosphere.py: season, solar flux, Ap, latitude, local time), an atmosphere that turns with the Earth, an oblate Earth,
J2 rates of node and perigee, the short-period J2 and long-period J3 parts of the height.
Assumes: one constant B = Cd A/m; no winds, no lift, no light pressure; no Sun and Moon, which move the perigee of eccentric
orbits by tens of km (do not trust eccentricities above 0.3 over months); no resonance; elements of one moment.
Averaged over the revolution (`fall`): good to about 1 % of the lifetime and some minutes against the same forces flown in full
(design/decay.md), which says nothing of how well the air and B are known. `fly` goes through the same forces step by step from
a state, with no averaging: for the last days, and for where the end lies.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.sky import atmosphere, secular
from hoshimori.sky.atmosphere import Activity

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
US_PER_DAY = 86_400_000_000
STRIDE_DAYS = 8
"""What sinks by less than 6 % of a scale height in this time goes through it in one step, under its mean flux and Ap."""


class Fall(NamedTuple):
    """Days (n,) from the epoch until the lowest point passes the end height, inf where still up at the last day asked for.

    sma_km, ecc (n, k) mean elements at the asked days, NaN once down.
    """

    days: Floats
    sma_km: Floats
    ecc: Floats


class Flight(NamedTuple):
    """Days (n,) to the end height, inf where still up; the state then (n, 3) TEME; (n, k, 3) at asked days, NaN once down."""

    days: Floats
    r_km: Floats
    v_km_s: Floats
    asked_r_km: Floats
    asked_v_km_s: Floats


class Balance(NamedTuple):
    """B = Cd A/m [m^2/kg] (g,) that explains the loss of axis over each gap, at the gap's middle; NaN where nothing can be said.

    fall_km (g,) the observed loss; unit_fall_km (g,) what B = 1 would have lost.
    """

    value: Floats
    t_utc: Times
    span_days: Floats
    fall_km: Floats
    unit_fall_km: Floats


def fall(
    epoch_utc: Times,
    sma_km: Floats,
    ecc: Floats,
    inc_rad: Floats,
    raan_rad: Floats,
    argp_rad: Floats,
    b_m2_kg: Floats,
    activity: Activity,
    *,
    until_days: float | Floats,
    end_height_km: float = 80.0,
    at_days: Floats | None = None,
) -> Fall:
    """How long each of n objects stays up. Thousands over years in seconds; see the module for what is assumed.

    at_days (k,) or (n, k): days after each epoch at which to tell axis and eccentricity.
    """
    from hoshimori.sky import _decay_kernel as kernel

    columns = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (sma_km, ecc, inc_rad, raan_rad, argp_rad, b_m2_kg))
    )
    a, e, inc, node, argp, b = columns
    _check(a, e, b, end_height_km)
    epoch = np.broadcast_to(days_since_1970(epoch_utc), a.shape).copy()
    until = epoch + until_days
    asked_at = np.zeros((1, 0)) if at_days is None else np.atleast_2d(np.asarray(at_days, dtype=np.float64))
    ask = np.ascontiguousarray(np.broadcast_to(asked_at, (len(a), asked_at.shape[1])) + epoch[:, None])
    state = np.stack([a, e * np.cos(argp), e * np.sin(argp), inc, node], axis=1)
    before, down = np.full((len(a), 5), np.nan), np.full(len(a), np.nan)
    asked = np.full((*ask.shape, 2), np.nan)
    at_start = ask == epoch[:, None]
    asked[at_start] = np.stack(np.broadcast_arrays(a[:, None], e[:, None]), axis=-1)[np.nonzero(at_start)[0], 0]
    now = epoch.copy()
    day = int(np.floor(epoch.min())) if len(a) else 0
    while np.any(going := np.isnan(down) & (now < until)):
        day = max(day, int(np.floor(now[going].min())))
        rest = (state, before, b, now, until, end_height_km, down, ask, asked)
        mean = atmosphere.day_table(np.datetime64(day, "D"), activity, STRIDE_DAYS)
        kernel.through(mean, float(day), float(STRIDE_DAYS), True, *rest)
        for k in range(STRIDE_DAYS):
            if np.any(np.isnan(down) & (now < np.minimum(until, day + k + 1))):
                table = atmosphere.day_table(np.datetime64(day + k, "D"), activity)
                kernel.through(table, float(day + k), 1.0, False, *rest)
        day += STRIDE_DAYS
    return Fall(np.where(np.isnan(down) | (down > until), np.inf, down - epoch), asked[..., 0], asked[..., 1])


def fly(
    epoch_utc: Times,
    r_km: Floats,
    v_km_s: Floats,
    b_m2_kg: Floats,
    activity: Activity,
    *,
    until_days: float,
    end_height_km: float = 80.0,
    at_days: Floats | None = None,
) -> Flight:
    """States (n, 3) in TEME carried by J2 to J4 and drag to the end height: about 3 ms per object and day.

    Steps of 15 s of fourth order; the Sun, the Moon and the tesseral harmonics are left out. at_days (k,) increasing.
    """
    from hoshimori.sky import _flight_kernel as kernel

    r, v = (np.atleast_2d(np.asarray(x, dtype=np.float64)) for x in (r_km, v_km_s))
    b = np.broadcast_to(np.asarray(b_m2_kg, dtype=np.float64), len(r))
    epoch = np.broadcast_to(days_since_1970(epoch_utc), len(r))
    if not (np.all(np.isfinite(r)) and np.all(np.isfinite(v)) and np.all(np.isfinite(b))):
        raise UsageError("r_km, v_km_s, b_m2_kg: finite states and coefficients are needed to fly them")
    _check_end(end_height_km)
    ask = np.zeros(0) if at_days is None else np.asarray(at_days, dtype=np.float64) * 86400.0
    state = np.concatenate([r, v], axis=1)
    seconds, asked = np.full(len(r), np.nan), np.full((len(r), len(ask), 6), np.nan)
    for day in np.unique(np.floor(epoch)).astype(np.int64):
        which = np.flatnonzero(np.floor(epoch) == day)
        days = np.datetime64(int(day), "D") + np.arange(int(until_days) + 2)
        tables = np.stack([atmosphere.day_table(d, activity) for d in days])
        for n in which:
            seconds[n] = kernel.through(
                tables, int(day), state[n], b[n], epoch[n], until_days * 86400.0, end_height_km, ask, asked[n]
            )
    days_up = np.where(np.isnan(seconds), np.inf, seconds / 86400.0)
    return Flight(days_up, state[:, :3], state[:, 3:], asked[..., :3], asked[..., 3:])


def ballistic_m2_kg(
    epoch_utc: Times,
    mean_motion_rev_day: Floats,
    eccentricity: Floats,
    inc_deg: Floats,
    raan_deg: Floats,
    argp_deg: Floats,
    activity: Activity,
    *,
    span_days: float = 3.0,
) -> Balance:
    """B of one object from its successive element sets (m,), in order of epoch: loss of mean axis against computed drag.

    Each gap reaches from a set to the first one at least `span_days` later; gaps may overlap. Needs at least two such sets.
    Reference: Saunders, Swinerd and Lewis, J. Spacecraft Rockets 49 (2012); Gondelach et al., Int. J. Aerospace Eng. (2017).
    Burns are not known here: a raised orbit gives a negative B, which is handed back as it is.
    """
    from hoshimori.sky import _decay_kernel as kernel

    t = days_since_1970(epoch_utc)
    if np.any(np.diff(t) < 0.0):
        raise UsageError("epoch_utc: element sets of one object in order of epoch, so that each gap has a before and an after")
    state = _states(mean_motion_rev_day, eccentricity, inc_deg, raan_deg, argp_deg, t)
    first = np.arange(len(t))
    last = np.searchsorted(t, t + span_days - 1e-9)
    first, last = first[last < len(t)], last[last < len(t)]
    unit = np.zeros(len(first))
    if len(first):
        for day in range(int(np.floor(t[0])), int(np.floor(t[-1])) + 1):
            table = atmosphere.day_table(np.datetime64(day, "D"), activity)
            kernel.lowering(table, float(day), t[0], t[-1], state[first], state[last], t[first], t[last], unit)
    lost = state[first, 0] - state[last, 0]
    middle = ((t[first] + t[last]) * 0.5 * US_PER_DAY).astype(np.int64).astype("datetime64[us]")
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(unit < 0.0, lost / -unit, np.nan)
    return Balance(value, middle, t[last] - t[first], lost, -unit)


def sinking_km_day(
    epoch_utc: Times,
    sma_km: Floats,
    ecc: Floats,
    inc_rad: Floats,
    raan_rad: Floats,
    argp_rad: Floats,
    activity: Activity,
    *,
    back_days: float = 5.0,
) -> Floats:
    """(n,) loss of axis per day that B = 1 m^2/kg would have given in the days before each epoch: divide what was seen by it."""
    from hoshimori.sky import _decay_kernel as kernel

    columns = (np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (sma_km, ecc, inc_rad, raan_rad, argp_rad))
    a, e, inc, node, argp = np.broadcast_arrays(*columns)
    _check(a, e, np.zeros(1), atmosphere.LOWEST_KM)
    stop = np.broadcast_to(days_since_1970(epoch_utc), a.shape)
    state = np.stack([a, e * np.cos(argp), e * np.sin(argp), inc, node], axis=1)
    total = np.zeros(len(a))
    for day in np.unique(np.floor(np.add.outer(stop, -np.arange(int(back_days) + 2)))) if len(a) else ():
        table = atmosphere.day_table(np.datetime64(int(day), "D"), activity)
        kernel.lowering(table, float(day), -np.inf, np.inf, state, state, stop - back_days, stop, total)
    return -total / back_days


def _states(n_rev_day: Floats, ecc: Floats, inc_deg: Floats, raan_deg: Floats, argp_deg: Floats, t_days: Floats) -> Floats:
    """(m, 5) states of the kernel; the node runs on without jumps, by the mean J2 rate."""
    ecc, inc = np.asarray(ecc, dtype=np.float64), np.radians(inc_deg)
    a = secular.mean_axis_km(np.asarray(n_rev_day, dtype=np.float64), ecc, np.asarray(inc_deg, dtype=np.float64))
    rate = -1.5 * 1.0826267e-3 * (6378.137 / (a * (1 - ecc * ecc))) ** 2 * np.sqrt(398600.4418 / a**3) * np.cos(inc) * 86400.0
    node = np.radians(raan_deg)
    run = np.concatenate([node[:1], node[0] + np.cumsum(secular.advances(node, rate, t_days))]) if len(a) > 1 else node
    argp = np.radians(argp_deg)
    return np.stack([a, ecc * np.cos(argp), ecc * np.sin(argp), inc, run], axis=1)


def days_since_1970(t_utc: Times) -> Floats:
    """UTC labels as days."""
    return np.atleast_1d(np.asarray(t_utc)).astype("datetime64[us]").astype(np.int64) / US_PER_DAY


def _check(a: Floats, e: Floats, b: Floats, end_height_km: float) -> None:
    if not np.all((e >= 0.0) & (e < 1.0)):
        raise UsageError("ecc: an orbit that can decay has 0 <= e < 1")
    if not np.all(np.isfinite(a) & (a > 0.0)):
        raise UsageError("sma_km: a finite positive axis in km is needed")
    if not np.all(np.isfinite(b)):
        raise UsageError("b_m2_kg: a finite B = Cd A/m in m^2/kg is needed for each object")
    _check_end(end_height_km)


def _check_end(end_height_km: float) -> None:
    if not end_height_km >= atmosphere.LOWEST_KM:
        raise UsageError(f"end_height_km={end_height_km}: the density table begins at {atmosphere.LOWEST_KM:.0f} km")
