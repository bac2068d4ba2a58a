"""What the Sun, the Moon and resonance do to the mean elements of one deep-space set, at up to 64 times at once.

Formulas and names: dspace and dpper of Vallado et al., AIAA 2006-6753. The resonance integrator always walks from the epoch in
steps of 720 min, so that a state depends on its time alone, never on what was asked before.
"""

from __future__ import annotations

import numpy as np

from hoshimori.sky._sdp4_constants import (
    EARTH_RATE_RAD_MIN,
    MOON_ECCENTRICITY,
    MOON_RATE_RAD_MIN,
    SUN_ECCENTRICITY,
    SUN_RATE_RAD_MIN,
)
from hoshimori.sky._slots import ARGP, COSI, EM, ERROR, INC, MM, NODE, PE, PGH, PH, PINC, PL, SINI, SMA, T
from hoshimori.sky._wide import TWO_PI, arctan2, compiled, sincos, within_a_turn

STEP_MIN = 720.0
LYDDANE_RAD = 0.2
"""Below this inclination the periodics are applied in Lyddane's form, which stays finite at the equator."""


@compiled
def _accelerations(s, atime, xli, xni):  # type: ignore[no-untyped-def]
    """Rates of the resonant longitude: xldot, xndt, xnddt."""
    if s.resonance == 1:
        x1, x2, x3 = xli - 0.13130908, 2.0 * (xli - 2.8843198), 3.0 * (xli - 0.37448087)
        xndt = s.del1 * np.sin(x1) + s.del2 * np.sin(x2) + s.del3 * np.sin(x3)
        xnddt = s.del1 * np.cos(x1) + 2.0 * s.del2 * np.cos(x2) + 3.0 * s.del3 * np.cos(x3)
    else:
        g22, g32, g44, g52, g54 = 5.7686396, 0.95240898, 1.8014998, 1.0508330, 4.4108898
        xomi = s.argp0 + s.argpdot * atime
        xndt, xnddt = 0.0, 0.0
        for d, angle, order in (
            (s.d2201, 2.0 * xomi + xli - g22, 1.0),
            (s.d2211, xli - g22, 1.0),
            (s.d3210, xomi + xli - g32, 1.0),
            (s.d3222, -xomi + xli - g32, 1.0),
            (s.d4410, 2.0 * (xomi + xli) - g44, 2.0),
            (s.d4422, 2.0 * xli - g44, 2.0),
            (s.d5220, xomi + xli - g52, 1.0),
            (s.d5232, -xomi + xli - g52, 1.0),
            (s.d5421, xomi + 2.0 * xli - g54, 2.0),
            (s.d5433, -xomi + 2.0 * xli - g54, 2.0),
        ):
            xndt += d * np.sin(angle)
            xnddt += order * d * np.cos(angle)
    xldot = xni + s.xfact
    return xldot, xndt, xnddt * xldot


@compiled
def _walk(s, c, t):  # type: ignore[no-untyped-def]
    """Bring `c` = (atime, xli, xni, xldot, xndt, xnddt) to the last whole step before |t|. A NaN atime starts afresh."""
    if not (c[0] * t >= 0.0 and abs(c[0]) <= abs(t)):
        c[0], c[1], c[2] = 0.0, s.xlamo, s.n0
        c[3], c[4], c[5] = _accelerations(s, c[0], c[1], c[2])
    step = STEP_MIN if t > 0.0 else -STEP_MIN
    while abs(t - c[0]) >= STEP_MIN:
        c[1] += c[3] * step + c[4] * (0.5 * STEP_MIN * STEP_MIN)
        c[2] += c[4] * step + c[5] * (0.5 * STEP_MIN * STEP_MIN)
        c[0] += step
        c[3], c[4], c[5] = _accelerations(s, c[0], c[1], c[2])


@compiled
def add_secular(s, w, c, m):  # type: ignore[no-untyped-def]
    """Secular lunisolar rates and resonance. Error 2 where the mean motion is not positive."""
    dedt, didt, dmdt, dnodt, domdt = s.dedt, s.didt, s.dmdt, s.dnodt, s.domdt
    for j in range(m):
        t = w[T + j]
        w[EM + j] += dedt * t
        w[INC + j] += didt * t
        w[MM + j] += dmdt * t
        w[NODE + j] += dnodt * t
        w[ARGP + j] += domdt * t
    if s.resonance == 0:
        return
    for j in range(m):
        t = w[T + j]
        if not (c[0] * t >= 0.0 and abs(c[0]) <= abs(t) and abs(t - c[0]) < STEP_MIN):
            _walk(s, c, t)
        ft = t - c[0]
        n = c[2] + c[4] * ft + 0.5 * c[5] * ft * ft
        xl = c[1] + c[3] * ft + 0.5 * c[4] * ft * ft
        theta = s.gsto + t * EARTH_RATE_RAD_MIN
        if s.resonance == 1:
            w[MM + j] = xl - w[NODE + j] - w[ARGP + j] + theta
        else:
            w[MM + j] = xl + 2.0 * (theta - w[NODE + j])
        w[ERROR + j] = 0.0 if n > 0.0 else 2.0
        w[SMA + j] = n
    _axis_from_motion(s, w, m)


@compiled
def _axis_from_motion(s, w, m):  # type: ignore[no-untyped-def]
    """SMA: from mean motion [rad/min] to Earth radii, a0 (n / n0)^(-2/3), by Newton's steps from n = n0.

    Resonance moves n by parts in a thousand; where it is beyond 10 %, the power is taken as it stands.
    """
    n0, a0 = s.n0, s.a0
    far = 0
    for j in range(m):
        far += 1 if abs(w[SMA + j] - n0) > 0.1 * n0 else 0
    if far > 0:
        for j in range(m):
            w[SMA + j] = a0 * (abs(w[SMA + j]) / n0) ** (-2.0 / 3.0)
        return
    for j in range(m):
        x = w[SMA + j] / n0
        xx = x * x
        z = 1.0 - (x - 1.0) * (2.0 / 3.0) + (x - 1.0) * (x - 1.0) * (5.0 / 9.0)
        for _ in range(3):
            z = z * (4.0 - xx * z * z * z) / 3.0
        w[SMA + j] = a0 * z


@compiled
def add_periodics(s, w, m):  # type: ignore[no-untyped-def]
    """Long-period terms of Sun and Moon. Error 3 where the eccentricity leaves 0..1."""
    _zero(w, m)
    _add_body(
        w,
        m,
        s.zmos,
        SUN_RATE_RAD_MIN,
        SUN_ECCENTRICITY,
        s.se2,
        s.se3,
        s.si2,
        s.si3,
        s.sl2,
        s.sl3,
        s.sl4,
        s.sgh2,
        s.sgh3,
        s.sgh4,
        s.sh2,
        s.sh3,
    )
    _add_body(
        w,
        m,
        s.zmol,
        MOON_RATE_RAD_MIN,
        MOON_ECCENTRICITY,
        s.ee2,
        s.e3,
        s.xi2,
        s.xi3,
        s.xl2,
        s.xl3,
        s.xl4,
        s.xgh2,
        s.xgh3,
        s.xgh4,
        s.xh2,
        s.xh3,
    )
    low = 0
    for j in range(m):
        e = w[EM + j] + w[PE + j]
        w[ERROR + j] = 3.0 if (w[ERROR + j] == 0.0) & ((e < 0.0) | (e > 1.0)) else w[ERROR + j]
        w[EM + j] = e
        w[INC + j] += w[PINC + j]
        w[SINI + j], w[COSI + j] = sincos(w[INC + j])
        low += 1 if w[INC + j] < LYDDANE_RAD else 0
    if low < m:
        _apply_directly(w, m)
    if low > 0:
        _apply_lyddane(w, m)
    for j in range(m):  # a negative inclination is the same plane with the node on the other side
        flip = w[INC + j] < 0.0
        w[SINI + j] = -w[SINI + j] if flip else w[SINI + j]
        w[NODE + j] += np.pi if flip else 0.0
        w[ARGP + j] -= np.pi if flip else 0.0


@compiled
def _zero(w, m):  # type: ignore[no-untyped-def]
    for j in range(m):
        w[PE + j] = 0.0
        w[PINC + j] = 0.0
        w[PL + j] = 0.0
        w[PGH + j] = 0.0
        w[PH + j] = 0.0


@compiled
def _add_body(w, m, phase, rate, eccentricity, e2, e3, i2, i3, l2, l3, l4, g2, g3, g4, h2, h3):  # type: ignore[no-untyped-def]
    for j in range(m):
        zm = phase + rate * w[T + j]
        sin_zm, _ = sincos(zm)
        sin_zf, cos_zf = sincos(zm + 2.0 * eccentricity * sin_zm)
        f2, f3 = 0.5 * sin_zf * sin_zf - 0.25, -0.5 * sin_zf * cos_zf
        w[PE + j] += e2 * f2 + e3 * f3
        w[PINC + j] += i2 * f2 + i3 * f3
        w[PL + j] += l2 * f2 + l3 * f3 + l4 * sin_zf
        w[PGH + j] += g2 * f2 + g3 * f3 + g4 * sin_zf
        w[PH + j] += h2 * f2 + h3 * f3


@compiled
def _apply_directly(w, m):  # type: ignore[no-untyped-def]
    """Perigee, node and anomaly where the inclination is 0.2 rad or more; lower ones are left to `_apply_lyddane`."""
    for j in range(m):
        direct = w[INC + j] >= LYDDANE_RAD
        ph = w[PH + j] / (w[SINI + j] if direct else 1.0)
        w[ARGP + j] += w[PGH + j] - w[COSI + j] * ph if direct else 0.0
        w[NODE + j] += ph if direct else 0.0
        w[MM + j] += w[PL + j] if direct else 0.0


@compiled
def _apply_lyddane(w, m):  # type: ignore[no-untyped-def]
    """The same below 0.2 rad. The reference's pinc sin(i) node is kept with the node in whole turns from zero."""
    for j in range(m):
        lyddane = w[INC + j] < LYDDANE_RAD
        sini, cosi, ph, pinc = w[SINI + j], w[COSI + j], w[PH + j], w[PINC + j]
        old = within_a_turn(w[NODE + j])
        sin_node, cos_node = sincos(old)
        alfdp = sini * sin_node + ph * cos_node + pinc * cosi * sin_node
        betdp = sini * cos_node - ph * sin_node + pinc * cosi * cos_node
        new = arctan2(alfdp, betdp)
        new = new + TWO_PI if old - new > np.pi else new
        new = new - TWO_PI if new - old > np.pi else new
        argp = w[ARGP + j] + w[PGH + j] + (cosi - pinc * sini) * old - cosi * new
        w[ARGP + j] = argp if lyddane else w[ARGP + j]
        w[NODE + j] = new if lyddane else w[NODE + j]
        w[MM + j] += w[PL + j] if lyddane else 0.0
