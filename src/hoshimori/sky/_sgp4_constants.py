"""What SGP4 knows about an orbit before it is asked for a time: one row of constants for each element set.

Plain array arithmetic, once per element set. The names are those of the reference code, so that the two can be read side by
side: Vallado, Crawford, Hujsak, Kelso, "Revisiting Spacetrack Report #3", AIAA 2006-6753, with its later corrections, in the
"improved" mode with WGS-72 constants. Angles rad, time min, length Earth radii.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from hoshimori.sky._sdp4_constants import add_lunisolar

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.void]

EARTH_RADIUS_KM = 6378.135
MU_KM3_S2 = 398600.8
XKE = 60.0 / np.sqrt(EARTH_RADIUS_KM**3 / MU_KM3_S2)
J2 = 0.001082616
J3 = -0.00000253881
J4 = -0.00000165597
J3_OVER_J2 = J3 / J2

MINUTES_PER_DAY = 1440.0
DEEP_SPACE_MIN = 225.0
"""Period from which the Sun, the Moon and resonance with the Earth's rotation are modelled (SDP4)."""

_NEAR = (
    "e0 inc0 node0 argp0 m0 n0 bstar a0 mdot argpdot nodedot nodecf cc1 cc4 cc5 t2cof t3cof t4cof t5cof d2 d3 d4 "
    "omgcof xmcof eta delmo sinmao gsto"
)
_DEEP = (
    "zmol zmos se2 se3 si2 si3 sl2 sl3 sl4 sgh2 sgh3 sgh4 sh2 sh3 ee2 e3 xi2 xi3 xl2 xl3 xl4 xgh2 xgh3 xgh4 xh2 xh3 "
    "dedt didt dmdt dnodt domdt del1 del2 del3 d2201 d2211 d3210 d3222 d4410 d4422 d5220 d5232 d5421 d5433 xfact xlamo"
)
CONSTANTS = np.dtype(
    [(name, "f8") for name in f"{_NEAR} {_DEEP}".split()]
    + [("epoch_us", "i8"), ("error", "i8"), ("simple_drag", "i8"), ("deep", "i8"), ("resonance", "i8")]
)
"""One row. `simple_drag`: perigee below 220 km or deep space, where only the first drag terms are kept. `resonance`: 0 none,
1 one revolution a day, 2 two revolutions a day. `error`: why the row cannot be used, 0 where it can."""

ECCENTRICITY_OUT_OF_RANGE = 1
MEAN_MOTION_NOT_POSITIVE = 2
NOT_A_NUMBER = 7


def constants(epoch_us: npt.NDArray[np.int64], elements: Mapping[str, Floats]) -> Rows:
    """(n,) rows from epochs (µs since 1970, UTC) and columns n_kozai [rad/min], e0, inc0, node0, argp0, m0 [rad], bstar."""
    rows = np.zeros(len(epoch_us), CONSTANTS)
    rows["epoch_us"] = epoch_us
    rows["error"] = _unusable(elements)
    usable = np.flatnonzero(rows["error"] == 0)
    part = rows[usable]
    for name in ("e0", "inc0", "node0", "argp0", "m0", "bstar"):
        part[name] = elements[name][usable]
    with np.errstate(all="ignore"):  # wild but finite elements may overflow: the result is then an SGP4 error, not a warning
        _initialise(part, elements["n_kozai"][usable])
    rows[usable] = part
    return rows


def _unusable(elements: Mapping[str, Floats]) -> npt.NDArray[np.int64]:
    error = np.where(elements["n_kozai"] > 0.0, 0, MEAN_MOTION_NOT_POSITIVE)
    error[~((elements["e0"] >= 0.0) & (elements["e0"] < 1.0))] = ECCENTRICITY_OUT_OF_RANGE
    finite = np.logical_and.reduce([np.isfinite(column) for column in elements.values()])
    error[~finite] = NOT_A_NUMBER
    return error


def _initialise(s: Rows, n_kozai: Floats) -> None:
    """Fill the rows `s`, whose elements are set."""
    cosio, sinio = np.cos(s["inc0"]), np.sin(s["inc0"])
    s["n0"], s["a0"] = brouwer(n_kozai, s["e0"], cosio)
    days_1950 = _days_1950(s["epoch_us"])
    s["gsto"] = _sidereal_angle(days_1950)
    perigee_km = (s["a0"] * (1.0 - s["e0"]) - 1.0) * EARTH_RADIUS_KM
    s["deep"] = 2.0 * np.pi / s["n0"] >= DEEP_SPACE_MIN
    s["simple_drag"] = (perigee_km < 220.0) | (s["deep"] == 1)
    _precession(s, cosio)
    coef, tsi = _drag(s, perigee_km, cosio, sinio)
    _drag_series(s, coef, tsi, perigee_km)
    deep = np.flatnonzero(s["deep"])
    if len(deep):
        part = s[deep]
        add_lunisolar(part, days_1950[deep])
        s[deep] = part


def _days_1950(epoch_us: npt.NDArray[np.int64]) -> Floats:
    """Days from 1949-12-31, as SGP4 counts, by way of a Julian date in one double, as the reference has it.

    That rounds to 40 microseconds; it moves the Sun, the Moon and the sidereal angle only: millimetres at e = 0.97, else less.
    """
    day, rest = np.divmod(epoch_us, 86_400_000_000)
    return ((2440587.5 + day) + rest / 86400e6) - 2433281.5


def brouwer(n_kozai: Floats, e0: Floats, cosio: Floats) -> tuple[Floats, Floats]:
    """Mean motion [rad/min] and semi-major axis [Earth radii] in Brouwer's sense, from Kozai's mean motion."""
    omeosq = 1.0 - e0 * e0
    ak = (XKE / n_kozai) ** (2.0 / 3.0)
    d1 = 0.75 * J2 * (3.0 * cosio**2 - 1.0) / (np.sqrt(omeosq) * omeosq)
    step = d1 / (ak * ak)
    adel = ak * (1.0 - step * step - step * (1.0 / 3.0 + 134.0 * step * step / 81.0))
    n0 = n_kozai / (1.0 + d1 / (adel * adel))
    return n0, (XKE / n0) ** (2.0 / 3.0)


def _sidereal_angle(days_1950: Floats) -> Floats:
    """Greenwich sidereal angle [rad] as SGP4 takes it (IAU 1982, UT1 = UTC)."""
    tut1 = (days_1950 + 2433281.5 - 2451545.0) / 36525.0
    seconds = ((-6.2e-6 * tut1 + 0.093104) * tut1 + (876600.0 * 3600.0 + 8640184.812866)) * tut1 + 67310.54841
    return np.mod(np.radians(seconds / 240.0), 2.0 * np.pi)


def _precession(s: Rows, cosio: Floats) -> None:
    """Secular rates of mean anomaly, perigee and node by J2 and J4."""
    omeosq = 1.0 - s["e0"] ** 2
    rteosq = np.sqrt(omeosq)
    c2 = cosio**2
    c4 = c2**2
    pinvsq = 1.0 / (s["a0"] * omeosq) ** 2
    temp1 = 1.5 * J2 * pinvsq * s["n0"]
    temp2 = 0.5 * temp1 * J2 * pinvsq
    temp3 = -0.46875 * J4 * pinvsq * pinvsq * s["n0"]
    s["mdot"] = s["n0"] + 0.5 * temp1 * rteosq * (3.0 * c2 - 1.0) + 0.0625 * temp2 * rteosq * (13.0 - 78.0 * c2 + 137.0 * c4)
    s["argpdot"] = (
        -0.5 * temp1 * (1.0 - 5.0 * c2) + 0.0625 * temp2 * (7.0 - 114.0 * c2 + 395.0 * c4) + temp3 * (3.0 - 36.0 * c2 + 49.0 * c4)
    )
    xhdot1 = -temp1 * cosio
    s["nodedot"] = xhdot1 + (0.5 * temp2 * (4.0 - 19.0 * c2) + 2.0 * temp3 * (3.0 - 7.0 * c2)) * cosio
    s["nodecf"] = 3.5 * omeosq * xhdot1  # times cc1, once drag is known


def _atmosphere_km(perigee_km: Floats) -> Floats:
    """Height s of the density model, lowered for perigees below 156 km."""
    low = np.where(perigee_km < 98.0, 20.0, perigee_km - 78.0)
    return np.where(perigee_km < 156.0, low, 78.0)


def _drag(s: Rows, perigee_km: Floats, cosio: Floats, sinio: Floats) -> tuple[Floats, Floats]:
    """First-order drag constants; returns coef and tsi, which the higher terms need."""
    e0, a0, n0, bstar = s["e0"], s["a0"], s["n0"], s["bstar"]
    s_km = _atmosphere_km(perigee_km)
    qzms24 = ((120.0 - s_km) / EARTH_RADIUS_KM) ** 4
    tsi = 1.0 / (a0 - (s_km / EARTH_RADIUS_KM + 1.0))
    eta = a0 * e0 * tsi
    etasq, eeta = eta * eta, e0 * eta
    psisq = np.abs(1.0 - etasq)
    coef = qzms24 * tsi**4
    coef1 = coef / psisq**3.5
    con41, x1mth2, omeosq = 3.0 * cosio**2 - 1.0, 1.0 - cosio**2, 1.0 - e0 * e0
    series = 8.0 + 3.0 * etasq * (8.0 + etasq)
    cc2 = coef1 * n0 * (a0 * (1.0 + 1.5 * etasq + eeta * (4.0 + etasq)) + 0.375 * J2 * tsi / psisq * con41 * series)
    cc1 = bstar * cc2
    eccentric = e0 > 1.0e-4
    safe_e0 = np.where(eccentric, e0, 1.0)
    cc3 = np.where(eccentric, -2.0 * coef * tsi * J3_OVER_J2 * n0 * sinio / safe_e0, 0.0)
    secular = -3.0 * con41 * (1.0 - 2.0 * eeta + etasq * (1.5 - 0.5 * eeta))
    periodic = 0.75 * x1mth2 * (2.0 * etasq - eeta * (1.0 + etasq)) * np.cos(2.0 * s["argp0"])
    bracket = eta * (2.0 + 0.5 * etasq) + e0 * (0.5 + 2.0 * etasq) - J2 * tsi / (a0 * psisq) * (secular + periodic)
    s["eta"], s["cc1"] = eta, cc1
    s["cc4"] = 2.0 * n0 * coef1 * a0 * omeosq * bracket
    s["cc5"] = 2.0 * coef1 * a0 * omeosq * (1.0 + 2.75 * (etasq + eeta) + eeta * etasq)
    s["omgcof"] = bstar * cc3 * np.cos(s["argp0"])
    s["xmcof"] = np.where(eccentric, -2.0 / 3.0 * coef * bstar / np.where(eccentric, eeta, 1.0), 0.0)
    s["nodecf"] *= cc1
    s["t2cof"] = 1.5 * cc1
    s["delmo"] = (1.0 + eta * np.cos(s["m0"])) ** 3
    s["sinmao"] = np.sin(s["m0"])
    return coef, tsi


def _drag_series(s: Rows, coef: Floats, tsi: Floats, perigee_km: Floats) -> None:
    """Second to fifth powers of time, unused where `simple_drag`."""
    a0, cc1 = s["a0"], s["cc1"]
    sfour = _atmosphere_km(perigee_km) / EARTH_RADIUS_KM + 1.0
    cc1sq = cc1 * cc1
    s["d2"] = 4.0 * a0 * tsi * cc1sq
    temp = s["d2"] * tsi * cc1 / 3.0
    s["d3"] = (17.0 * a0 + sfour) * temp
    s["d4"] = 0.5 * temp * a0 * tsi * (221.0 * a0 + 31.0 * sfour) * cc1
    s["t3cof"] = s["d2"] + 2.0 * cc1sq
    s["t4cof"] = 0.25 * (3.0 * s["d3"] + cc1 * (12.0 * s["d2"] + 10.0 * cc1sq))
    s["t5cof"] = 0.2 * (3.0 * s["d4"] + 12.0 * cc1 * s["d3"] + 6.0 * s["d2"] ** 2 + 15.0 * cc1sq * (2.0 * s["d2"] + cc1sq))
