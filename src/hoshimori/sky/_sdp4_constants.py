"""What SDP4 adds for periods of 225 min and more: the Sun, the Moon, and resonance with the Earth's rotation.

Plain array arithmetic, once per element set. Names are those of the reference code (dscom and dsinit): Hujsak, Spacetrack
Report #1 (1979); Hoots and Roehrich, Spacetrack Report #3 (1980); Vallado et al., AIAA 2006-6753.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.void]

EARTH_RATE_RAD_MIN = 4.37526908801129966e-3
SUN_RATE_RAD_MIN = 1.19459e-5
MOON_RATE_RAD_MIN = 1.5835218e-4
SUN_ECCENTRICITY = 0.01675
MOON_ECCENTRICITY = 0.05490
NODE_UNDEFINED_RAD = 5.2359877e-2
"""Within 3 degrees of 0 or 180 degrees of inclination the secular drift of the node is left out."""

_TWO_PI = 2.0 * np.pi


class _Body(NamedTuple):
    """Direction of a perturbing body's orbit: perigee g, inclination i, node h seen from the satellite's; strength cc."""

    cos_g: Floats | float
    sin_g: Floats | float
    cos_i: Floats | float
    sin_i: Floats | float
    cos_h: Floats
    sin_h: Floats
    strength: float


class _Terms(NamedTuple):
    """The z and s terms of one body."""

    z1: Floats
    z2: Floats
    z3: Floats
    z11: Floats
    z12: Floats
    z13: Floats
    z21: Floats
    z22: Floats
    z23: Floats
    z31: Floats
    z32: Floats
    z33: Floats
    s1: Floats
    s2: Floats
    s3: Floats
    s4: Floats
    s5: Floats
    s6: Floats
    s7: Floats


def add_lunisolar(s: Rows, days_1950: Floats) -> None:
    """Fill the deep-space columns of rows `s`; days_1950: (n,) epochs in days from 1949-12-31."""
    day = days_1950 + 18261.5
    xnodce = np.mod(4.5236020 - 9.2422029e-4 * day, _TWO_PI)
    gam = 5.8351514 + 0.0019443680 * day
    s["zmol"] = np.mod(4.7199672 + 0.22997150 * day - gam, _TWO_PI)
    s["zmos"] = np.mod(6.2565837 + 0.017201977 * day, _TWO_PI)
    cos_h, sin_h = np.cos(s["node0"]), np.sin(s["node0"])
    sun = _terms(s, _Body(0.1945905, -0.98088458, 0.91744867, 0.39785416, cos_h, sin_h, 2.9864797e-6))
    moon = _terms(s, _moon(xnodce, gam, cos_h, sin_h))
    _periodic(s, sun, moon)
    _secular(s, sun, moon)
    _resonance(s)


def _moon(xnodce: Floats, gam: Floats, cnodm: Floats, snodm: Floats) -> _Body:
    stem, ctem = np.sin(xnodce), np.cos(xnodce)
    cos_i = 0.91375164 - 0.03568096 * ctem
    sin_i = np.sqrt(1.0 - cos_i * cos_i)
    sinhl = 0.089683511 * stem / sin_i
    coshl = np.sqrt(1.0 - sinhl * sinhl)
    zx = gam + np.arctan2(0.39785416 * stem / sin_i, coshl * ctem + 0.91744867 * sinhl * stem) - xnodce
    cos_h, sin_h = coshl * cnodm + sinhl * snodm, snodm * coshl - cnodm * sinhl
    return _Body(np.cos(zx), np.sin(zx), cos_i, sin_i, cos_h, sin_h, 4.7968065e-7)


def _terms(s: Rows, b: _Body) -> _Terms:
    em, cosim, sinim = s["e0"], np.cos(s["inc0"]), np.sin(s["inc0"])
    cosomm, sinomm = np.cos(s["argp0"]), np.sin(s["argp0"])
    emsq = em * em
    betasq = 1.0 - emsq
    a1 = b.cos_g * b.cos_h + b.sin_g * b.cos_i * b.sin_h
    a3 = -b.sin_g * b.cos_h + b.cos_g * b.cos_i * b.sin_h
    a7 = -b.cos_g * b.sin_h + b.sin_g * b.cos_i * b.cos_h
    a8 = b.sin_g * b.sin_i
    a9 = b.sin_g * b.sin_h + b.cos_g * b.cos_i * b.cos_h
    a10 = b.cos_g * b.sin_i
    a2, a4 = cosim * a7 + sinim * a8, cosim * a9 + sinim * a10
    a5, a6 = -sinim * a7 + cosim * a8, -sinim * a9 + cosim * a10
    x1, x2 = a1 * cosomm + a2 * sinomm, a3 * cosomm + a4 * sinomm
    x3, x4 = -a1 * sinomm + a2 * cosomm, -a3 * sinomm + a4 * cosomm
    x5, x6, x7, x8 = a5 * sinomm, a6 * sinomm, a5 * cosomm, a6 * cosomm
    z31 = 12.0 * x1 * x1 - 3.0 * x3 * x3
    z32 = 24.0 * x1 * x2 - 6.0 * x3 * x4
    z33 = 12.0 * x2 * x2 - 3.0 * x4 * x4
    s3 = b.strength / s["n0"]
    s4 = s3 * np.sqrt(betasq)
    return _Terms(
        z1=2.0 * (3.0 * (a1 * a1 + a2 * a2) + z31 * emsq) + betasq * z31,
        z2=2.0 * (6.0 * (a1 * a3 + a2 * a4) + z32 * emsq) + betasq * z32,
        z3=2.0 * (3.0 * (a3 * a3 + a4 * a4) + z33 * emsq) + betasq * z33,
        z11=-6.0 * a1 * a5 + emsq * (-24.0 * x1 * x7 - 6.0 * x3 * x5),
        z12=-6.0 * (a1 * a6 + a3 * a5) + emsq * (-24.0 * (x2 * x7 + x1 * x8) - 6.0 * (x3 * x6 + x4 * x5)),
        z13=-6.0 * a3 * a6 + emsq * (-24.0 * x2 * x8 - 6.0 * x4 * x6),
        z21=6.0 * a2 * a5 + emsq * (24.0 * x1 * x5 - 6.0 * x3 * x7),
        z22=6.0 * (a4 * a5 + a2 * a6) + emsq * (24.0 * (x2 * x5 + x1 * x6) - 6.0 * (x4 * x7 + x3 * x8)),
        z23=6.0 * a4 * a6 + emsq * (24.0 * x2 * x6 - 6.0 * x4 * x8),
        z31=z31,
        z32=z32,
        z33=z33,
        s1=-15.0 * em * s4,
        s2=-0.5 * s3 / np.sqrt(betasq),
        s3=s3,
        s4=s4,
        s5=x1 * x3 + x2 * x4,
        s6=x2 * x3 + x1 * x4,
        s7=x2 * x4 - x1 * x3,
    )


def _periodic(s: Rows, sun: _Terms, moon: _Terms) -> None:
    """Coefficients of the periodic terms of both bodies (applied by dpper)."""
    solar = ("se2", "se3", "si2", "si3", "sl2", "sl3", "sl4", "sgh2", "sgh3", "sgh4", "sh2", "sh3")
    lunar = ("ee2", "e3", "xi2", "xi3", "xl2", "xl3", "xl4", "xgh2", "xgh3", "xgh4", "xh2", "xh3")
    for names, b, eccentricity in ((solar, sun, SUN_ECCENTRICITY), (lunar, moon, MOON_ECCENTRICITY)):
        values = (
            2.0 * b.s1 * b.s6,
            2.0 * b.s1 * b.s7,
            2.0 * b.s2 * b.z12,
            2.0 * b.s2 * (b.z13 - b.z11),
            -2.0 * b.s3 * b.z2,
            -2.0 * b.s3 * (b.z3 - b.z1),
            -2.0 * b.s3 * (-21.0 - 9.0 * s["e0"] ** 2) * eccentricity,
            2.0 * b.s4 * b.z32,
            2.0 * b.s4 * (b.z33 - b.z31),
            -18.0 * b.s4 * eccentricity,
            -2.0 * b.s2 * b.z22,
            -2.0 * b.s2 * (b.z23 - b.z21),
        )
        for name, value in zip(names, values, strict=True):
            s[name] = value


def _secular(s: Rows, sun: _Terms, moon: _Terms) -> None:
    """Secular rates by both bodies."""
    emsq, cosim, sinim = s["e0"] ** 2, np.cos(s["inc0"]), np.sin(s["inc0"])
    node_undefined = (s["inc0"] < NODE_UNDEFINED_RAD) | (s["inc0"] > np.pi - NODE_UNDEFINED_RAD)
    s["dedt"] = s["didt"] = s["dmdt"] = s["dnodt"] = s["domdt"] = 0.0
    for b, rate in ((sun, SUN_RATE_RAD_MIN), (moon, MOON_RATE_RAD_MIN)):
        s["dedt"] += b.s1 * rate * b.s5
        s["didt"] += b.s2 * rate * (b.z11 + b.z13)
        s["dmdt"] -= rate * b.s3 * (b.z1 + b.z3 - 14.0 - 6.0 * emsq)
        node = np.where(node_undefined, 0.0, -rate * b.s2 * (b.z21 + b.z23)) / np.where(sinim != 0.0, sinim, 1.0)
        s["dnodt"] += node
        s["domdt"] += b.s4 * rate * (b.z31 + b.z33 - 6.0) - cosim * node


def _resonance(s: Rows) -> None:
    """Which rows are resonant with the Earth's rotation, and their coefficients."""
    n0, e0 = s["n0"], s["e0"]
    s["resonance"] = np.where((n0 > 0.0034906585) & (n0 < 0.0052359877), 1, 0)
    s["resonance"][(n0 >= 8.26e-3) & (n0 <= 9.24e-3) & (e0 >= 0.5)] = 2
    for kind, fill in ((1, _synchronous), (2, _half_day)):
        which = np.flatnonzero(s["resonance"] == kind)
        if len(which):
            part = s[which]
            fill(part)
            s[which] = part


def _synchronous(s: Rows) -> None:
    cosim, sinim, emsq, n0 = np.cos(s["inc0"]), np.sin(s["inc0"]), s["e0"] ** 2, s["n0"]
    aonv = 1.0 / s["a0"]
    g200 = 1.0 + emsq * (-2.5 + 0.8125 * emsq)
    g310 = 1.0 + 2.0 * emsq
    g300 = 1.0 + emsq * (-6.0 + 6.60937 * emsq)
    f220 = 0.75 * (1.0 + cosim) ** 2
    f311 = 0.9375 * sinim * sinim * (1.0 + 3.0 * cosim) - 0.75 * (1.0 + cosim)
    f330 = 1.875 * (1.0 + cosim) ** 3
    del1 = 3.0 * n0 * n0 * aonv * aonv
    s["del2"] = 2.0 * del1 * f220 * g200 * 1.7891679e-6
    s["del3"] = 3.0 * del1 * f330 * g300 * 2.2123015e-7 * aonv
    s["del1"] = del1 * f311 * g310 * 2.1460748e-6 * aonv
    s["xlamo"] = np.mod(s["m0"] + s["node0"] + s["argp0"] - s["gsto"], _TWO_PI)
    rates = s["dmdt"] + s["domdt"] + s["dnodt"]
    s["xfact"] = s["mdot"] + s["argpdot"] + s["nodedot"] - EARTH_RATE_RAD_MIN + rates - n0


def _half_day(s: Rows) -> None:
    n0, e = s["n0"], s["e0"]
    aonv = 1.0 / s["a0"]
    f, g = _half_day_inclination(s["inc0"]), _half_day_eccentricity(e)
    base = 3.0 * n0 * n0 * aonv * aonv
    for name, root, power in (
        ("d2201", 1.7891679e-6, 0),
        ("d2211", 1.7891679e-6, 0),
        ("d3210", 3.7393792e-7, 1),
        ("d3222", 3.7393792e-7, 1),
        ("d4410", 2.0 * 7.3636953e-9, 2),
        ("d4422", 2.0 * 7.3636953e-9, 2),
        ("d5220", 1.1428639e-7, 3),
        ("d5232", 1.1428639e-7, 3),
        ("d5421", 2.0 * 2.1765803e-9, 3),
        ("d5433", 2.0 * 2.1765803e-9, 3),
    ):
        s[name] = base * aonv**power * root * f[name] * g[name]
    s["xlamo"] = np.mod(s["m0"] + 2.0 * s["node0"] - 2.0 * s["gsto"], _TWO_PI)
    s["xfact"] = s["mdot"] + s["dmdt"] + 2.0 * (s["nodedot"] + s["dnodt"] - EARTH_RATE_RAD_MIN) - n0


def _half_day_inclination(inc: Floats) -> dict[str, Floats]:
    """Inclination functions F of each half-day term."""
    c, si = np.cos(inc), np.sin(inc)
    c2, si2 = c * c, si * si
    f220 = 0.75 * (1.0 + 2.0 * c + c2)
    return {
        "d2201": f220,
        "d2211": 1.5 * si2,
        "d3210": 1.875 * si * (1.0 - 2.0 * c - 3.0 * c2),
        "d3222": -1.875 * si * (1.0 + 2.0 * c - 3.0 * c2),
        "d4410": 35.0 * si2 * f220,
        "d4422": 39.3750 * si2 * si2,
        "d5220": 9.84375 * si * (si2 * (1.0 - 2.0 * c - 5.0 * c2) + 0.33333333 * (-2.0 + 4.0 * c + 6.0 * c2)),
        "d5232": si * (4.92187512 * si2 * (-2.0 - 4.0 * c + 10.0 * c2) + 6.56250012 * (1.0 + 2.0 * c - 3.0 * c2)),
        "d5421": 29.53125 * si * (2.0 - 8.0 * c + c2 * (-12.0 + 8.0 * c + 10.0 * c2)),
        "d5433": 29.53125 * si * (-2.0 - 8.0 * c + c2 * (12.0 + 8.0 * c - 10.0 * c2)),
    }


def _half_day_eccentricity(e: Floats) -> dict[str, Floats]:
    """Eccentricity functions G of each half-day term: polynomials fitted over ranges of e, highest power first."""

    def by_range(*pieces: tuple[npt.NDArray[np.bool_], tuple[float, ...]]) -> Floats:
        return np.select([where for where, _ in pieces], [np.polyval(p, e) for _, p in pieces])

    low, high = e <= 0.65, e > 0.65
    below, above = e < 0.7, e >= 0.7
    return {
        "d2201": -0.306 - (e - 0.64) * 0.440,
        "d2211": by_range((low, (0.0, 16.2900, -13.2470, 3.616)), (high, (266.724, -508.738, 331.819, -72.099))),
        "d3210": by_range((low, (156.5910, -228.4190, 117.3900, -19.302)), (high, (1246.113, -2415.925, 1582.851, -346.844))),
        "d3222": by_range((low, (146.5816, -214.6334, 109.7927, -18.9068)), (high, (1215.972, -2366.899, 1554.908, -342.585))),
        "d4410": by_range((low, (313.9530, -471.0940, 242.6940, -41.122)), (high, (3651.957, -7193.992, 4758.686, -1052.797))),
        "d4422": by_range(
            (low, (1083.4350, -1629.014, 841.8800, -146.407)), (high, (12422.520, -24462.770, 16178.110, -3581.690))
        ),
        "d5220": by_range(
            (low, (3708.2760, -5740.032, 3017.977, -532.114)),
            (e > 0.715, (31324.56, -54087.36, 29936.92, -5149.66)),
            (high, (0.0, 3763.64, -4664.75, 1464.74)),
        ),
        "d5232": by_range(
            (below, (5341.4, -8624.7700, 4690.2500, -853.66600)), (above, (115605.82, -242699.48, 170470.89, -40023.880))
        ),
        "d5421": by_range(
            (below, (5337.524, -8491.4146, 4568.6173, -822.71072)), (above, (146349.42, -309468.16, 218913.95, -51752.104))
        ),
        "d5433": by_range(
            (below, (5542.21, -9064.7700, 4988.6100, -919.22770)), (above, (109377.94, -229838.20, 161616.52, -37995.780))
        ),
    }
