"""SGP4 and SDP4 for one element set at up to 64 times at once, written so that a compiler fills wide registers with times.

Each stage is one loop over times without branches; what a stage leaves for the next lies in the rows of one scratch array (see
`_slots`). Formulas and names are those of Vallado et al., AIAA 2006-6753 ("improved" mode, WGS-72). Where the reference takes
an arctangent only to return through sine and cosine, the vectors are turned by the small angle instead: the same point.
"""

from __future__ import annotations

import numpy as np

from hoshimori.sky._sdp4_kernel import add_periodics, add_secular
from hoshimori.sky._sgp4_constants import EARTH_RADIUS_KM, J2, J3_OVER_J2, XKE
from hoshimori.sky._slots import (
    ANOMALY,
    ARGP,
    AXN,
    AYN,
    COS_E,
    COSI,
    EM,
    ERROR,
    INC,
    LANES,
    MM,
    NODE,
    RX,
    RY,
    RZ,
    SCRATCH,
    SIN_E,
    SINI,
    SMA,
    STEP,
    TEMPA,
    TEMPE,
    TEMPL,
    VX,
    VY,
    VZ,
    T,
    U,
)
from hoshimori.sky._wide import compiled, sincos, wrapped

KEPLER_TOLERANCE = 1.0e-12
KEPLER_STEPS = 10
KM_PER_S = EARTH_RADIUS_KM * XKE / 60.0


@compiled
def _mean_elements(s, w, m):  # type: ignore[no-untyped-def]
    """Secular gravity and drag of the mean elements (near-Earth part)."""
    m0, mdot, argp0, argpdot, node0, nodedot, nodecf = s.m0, s.mdot, s.argp0, s.argpdot, s.node0, s.nodedot, s.nodecf
    cc1, drag_e, t2cof, a0, e0, inc0 = s.cc1, s.bstar * s.cc4, s.t2cof, s.a0, s.e0, s.inc0
    sini, cosi = np.sin(inc0), np.cos(inc0)
    for j in range(m):
        t = w[T + j]
        t2 = t * t
        w[MM + j] = m0 + mdot * t
        w[ARGP + j] = argp0 + argpdot * t
        w[NODE + j] = node0 + nodedot * t + nodecf * t2
        w[TEMPA + j] = 1.0 - cc1 * t
        w[TEMPE + j] = drag_e * t
        w[TEMPL + j] = t2cof * t2
        w[SMA + j] = a0
        w[EM + j] = e0
        w[INC + j] = inc0
        w[SINI + j] = sini
        w[COSI + j] = cosi
        w[ERROR + j] = 0.0


@compiled
def _higher_drag(s, w, m):  # type: ignore[no-untyped-def]
    """The drag terms that are kept for perigees above 220 km."""
    omgcof, xmcof, eta, delmo, sinmao, drag_e = s.omgcof, s.xmcof, s.eta, s.delmo, s.sinmao, s.bstar * s.cc5
    d2, d3, d4, t3cof, t4cof, t5cof = s.d2, s.d3, s.d4, s.t3cof, s.t4cof, s.t5cof
    for j in range(m):
        t = w[T + j]
        t2 = t * t
        t3 = t2 * t
        _, cos_m = sincos(w[MM + j])
        delm = 1.0 + eta * cos_m
        temp = omgcof * t + xmcof * (delm * delm * delm - delmo)
        mm = w[MM + j] + temp
        sin_m, _ = sincos(mm)
        w[MM + j] = mm
        w[ARGP + j] -= temp
        w[TEMPA + j] -= d2 * t2 + d3 * t3 + d4 * t3 * t
        w[TEMPE + j] += drag_e * (sin_m - sinmao)
        w[TEMPL + j] += t3cof * t3 + t2 * t2 * (t4cof + t * t5cof)


@compiled
def _apply_drag(s, w, m):  # type: ignore[no-untyped-def]
    """Semi-major axis, eccentricity and longitude with drag; errors 1 of the eccentricity."""
    n0 = s.n0
    for j in range(m):
        e = w[EM + j] - w[TEMPE + j]
        w[SMA + j] *= w[TEMPA + j] * w[TEMPA + j]
        w[ERROR + j] = 1.0 if (w[ERROR + j] == 0.0) & ((e >= 1.0) | (e < -0.001)) else w[ERROR + j]
        w[EM + j] = 1.0e-6 if e < 1.0e-6 else e
        w[MM + j] += n0 * w[TEMPL + j]


@compiled
def _long_periods(w, m):  # type: ignore[no-untyped-def]
    """Long-period terms of J3; the eccentric longitude starts at the mean one."""
    for j in range(m):
        e, sini, cosi = w[EM + j], w[SINI + j], w[COSI + j]
        sin_w, cos_w = sincos(w[ARGP + j])
        polar = 1.0 + cosi
        polar = polar if abs(polar) > 1.5e-12 else 1.5e-12
        temp = 1.0 / (w[SMA + j] * (1.0 - e * e))
        axn = e * cos_w
        u = w[MM + j] + w[ARGP + j] - 0.25 * temp * J3_OVER_J2 * sini * (3.0 + 5.0 * cosi) / polar * axn
        w[AXN + j] = axn
        w[AYN + j] = e * sin_w - 0.5 * temp * J3_OVER_J2 * sini
        w[U + j] = wrapped(u)
        w[ANOMALY + j] = w[U + j]
        w[STEP + j] = 9999.9


@compiled
def _kepler(w, m):  # type: ignore[no-untyped-def]
    """Newton's steps of the reference, each time frozen once it has converged, until all have or ten are done."""
    for _ in range(KEPLER_STEPS):
        unsettled = 0
        for j in range(m):
            active = abs(w[STEP + j]) >= KEPLER_TOLERANCE
            x = w[ANOMALY + j]
            sin_x, cos_x = sincos(x)
            axn, ayn = w[AXN + j], w[AYN + j]
            step = (w[U + j] - ayn * cos_x + axn * sin_x - x) / (1.0 - cos_x * axn - sin_x * ayn)
            step = 0.95 if step > 0.95 else step
            step = -0.95 if step < -0.95 else step
            w[ANOMALY + j] = x + step if active else x
            w[STEP + j] = step if active else w[STEP + j]
            w[SIN_E + j] = sin_x if active else w[SIN_E + j]
            w[COS_E + j] = cos_x if active else w[COS_E + j]
            unsettled += 1 if abs(w[STEP + j]) >= KEPLER_TOLERANCE else 0
        if unsettled == 0:
            return


@compiled
def _states(w, m):  # type: ignore[no-untyped-def]
    """Short-period terms of J2, then position [km] and velocity [km/s]. Error 8 is ours: see `orbits`."""
    for j in range(m):
        am, axn, ayn, sin_e, cos_e = w[SMA + j], w[AXN + j], w[AYN + j], w[SIN_E + j], w[COS_E + j]
        sini, cosi = w[SINI + j], w[COSI + j]
        ecose, esine = axn * cos_e + ayn * sin_e, axn * sin_e - ayn * cos_e
        el2 = axn * axn + ayn * ayn
        pl = am * (1.0 - el2)
        root_a, betal = np.sqrt(abs(am)), np.sqrt(abs(1.0 - el2))
        one_over_r = 1.0 / (am * (1.0 - ecose))
        rl = am * (1.0 - ecose)
        rdotl, rvdotl = root_a * esine * one_over_r, root_a * betal * one_over_r
        temp = esine / (1.0 + betal)
        sinu = am * one_over_r * (sin_e - ayn - axn * temp)
        cosu = am * one_over_r * (cos_e - axn + ayn * temp)
        sin2u, cos2u = 2.0 * cosu * sinu, 1.0 - 2.0 * sinu * sinu
        temp = 1.0 / pl
        temp1 = 0.5 * J2 * temp
        temp2 = temp1 * temp
        cosisq = cosi * cosi
        con41, x1mth2, x7thm1 = 3.0 * cosisq - 1.0, 1.0 - cosisq, 7.0 * cosisq - 1.0
        mrt = rl * (1.0 - 1.5 * temp2 * betal * con41) + 0.5 * temp1 * x1mth2 * cos2u
        n_over_xke = 1.0 / (am * root_a)
        mvt = (rdotl - n_over_xke * temp1 * x1mth2 * sin2u) * KM_PER_S
        rvdot = (rvdotl + n_over_xke * temp1 * (x1mth2 * cos2u + 1.5 * con41)) * KM_PER_S
        s1, c1 = sincos(-0.25 * temp2 * x7thm1 * sin2u)
        su, cu = sinu * c1 + cosu * s1, cosu * c1 - sinu * s1
        s1, c1 = sincos(1.5 * temp2 * cosi * sini * cos2u)
        si, ci = sini * c1 + cosi * s1, cosi * c1 - sini * s1
        sn, cn = sincos(w[NODE + j] + 1.5 * temp2 * cosi * sin2u)
        ux, uy, uz = cn * cu - sn * ci * su, sn * cu + cn * ci * su, si * su
        vx, vy, vz = -cn * su - sn * ci * cu, cn * ci * cu - sn * su, si * cu
        error = 6.0 if mrt < 1.0 else 0.0
        error = 4.0 if pl < 0.0 else error
        error = 8.0 if (error == 0.0) & (w[TEMPA + j] <= 0.0) else error
        w[ERROR + j] = error if w[ERROR + j] == 0.0 else w[ERROR + j]
        km = mrt * EARTH_RADIUS_KM
        w[RX + j], w[RY + j], w[RZ + j] = km * ux, km * uy, km * uz
        w[VX + j], w[VY + j], w[VZ + j] = mvt * ux + rvdot * vx, mvt * uy + rvdot * vy, mvt * uz + rvdot * vz


@compiled
def _propagate(s, w, c, m, r, v, error):  # type: ignore[no-untyped-def]
    """One set at the `m` times in w[T:]: states into r, v (3, m), codes into error (m). `c`: what `add_secular` remembers."""
    _mean_elements(s, w, m)
    if s.simple_drag == 0:
        _higher_drag(s, w, m)
    if s.deep == 1:
        add_secular(s, w, c, m)
    _apply_drag(s, w, m)
    if s.deep == 1:
        add_periodics(s, w, m)
    _long_periods(w, m)
    _kepler(w, m)
    _states(w, m)
    for axis in range(3):
        for j in range(m):
            r[axis, j] = w[RX + axis * LANES + j] if w[ERROR + j] == 0.0 else np.nan
        for j in range(m):
            v[axis, j] = w[VX + axis * LANES + j] if w[ERROR + j] == 0.0 else np.nan
    for j in range(m):
        error[j] = np.uint8(w[ERROR + j])


@compiled
def fill(table, which, t_us, offset_s, row, first, last, r, v, error):  # type: ignore[no-untyped-def]
    """Set which[k] into row[k] of r, v (rows, 3, m) and error (rows, m), at times first[k]:last[k] of t_us + offset_s (m,)."""
    w, c = np.empty(SCRATCH), np.empty(6)
    for k in range(len(which)):
        s, i = table[which[k]], row[k]
        if s.error != 0:
            r[i, :, first[k] : last[k]] = np.nan
            v[i, :, first[k] : last[k]] = np.nan
            error[i, first[k] : last[k]] = s.error
            continue
        c[0] = np.nan
        for a in range(first[k], last[k], LANES):
            b = min(a + LANES, last[k])
            for j in range(b - a):
                w[T + j] = (t_us[a + j] - s.epoch_us) / 6e7 + offset_s[a + j] / 60.0
            _propagate(s, w, c, b - a, r[i, :, a:b], v[i, :, a:b], error[i, a:b])
