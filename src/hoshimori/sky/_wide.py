"""Sine, cosine and arctangent without branches, so that a compiler can compute several at once in wide registers.

Polynomials of Sun's fdlibm (sine, cosine: |r| <= pi/4) and of Moshier's Cephes (arctangent): within 2 units in the last place.
The reduction by multiples of pi/2 is exact for |x| < 1.6 million radians: an orbit's phase over 40 years of revolutions.
"""

from __future__ import annotations

import numba
import numpy as np

_FLAGS = {"contract", "nsz"}
"""What the compiler may do: fuse a multiply with an add, ignore the sign of zero. Never reorder, never assume away NaN."""

compiled = numba.njit(fastmath=_FLAGS, error_model="numpy", cache=True, nogil=True)
"""For loops over times. Division by zero gives infinity, as in arrays: a check for it would keep loops out of wide registers."""
inlined = numba.njit(fastmath=_FLAGS, error_model="numpy", cache=True, forceinline=True)
"""For formulas used inside such loops."""

TWO_PI = 2.0 * np.pi
_TWO_OVER_PI = 2.0 / np.pi
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding and subtracting it rounds to the nearest integer
_HALF_PI_1 = 1.57079632673412561417  # the first 33 bits of pi/2
_HALF_PI_2 = 6.07710050630396597660e-11  # the next 33 bits
_HALF_PI_3 = 2.02226624879595063154e-21  # the rest


@inlined
def sincos(x):  # type: ignore[no-untyped-def]
    """Sine and cosine of x [rad]."""
    q = (x * _TWO_OVER_PI + _ROUND) - _ROUND
    r = ((x - q * _HALF_PI_1) - q * _HALF_PI_2) - q * _HALF_PI_3
    z = r * r
    p = 2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)
    p = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * p)
    s = r + r * z * (-1.66666666666666324348e-01 + z * p)
    p = -2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 - z * 1.13596475577881948265e-11)
    p = 4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * (2.48015872894767294178e-05 + z * p))
    c = 1.0 - 0.5 * z + z * z * p
    turns = q * 0.25
    k = turns - ((turns + _ROUND) - _ROUND)  # -1/4: fourth quadrant, 0: first, 1/4: second, +-1/2: third
    odd = abs(k) == 0.25
    sine, cosine = (c if odd else s), (s if odd else c)
    sine = -sine if (k < 0.0) | (k == 0.5) else sine
    cosine = -cosine if (k > 0.0) | (k == -0.5) else cosine
    return sine, cosine


@inlined
def arctan2(y, x):  # type: ignore[no-untyped-def]
    """The angle of (x, y), in (-pi, pi]."""
    a, b = abs(y), abs(x)
    low, high = (b, a) if a > b else (a, b)
    steep = low > 0.66 * high
    top, bottom = (low - high if steep else low), (low + high if steep else high)
    u = top / (bottom if bottom > 0.0 else 1.0)
    z = u * u
    p = -7.500855792314704667340e1 + z * (-1.615753718733365076637e1 + z * -8.750608600031904122785e-1)
    p = -6.485021904942025371773e1 + z * (-1.228866684490136173410e2 + z * p)
    q = 1.650270098316988542046e2 + z * (2.485846490142306297962e1 + z)
    q = 1.945506571482613964425e2 + z * (4.853903996359136964868e2 + z * (4.328810604912902668951e2 + z * q))
    angle = u + u * z * p / q
    angle = angle + 0.25 * np.pi if steep else angle
    angle = 0.5 * np.pi - angle if a > b else angle
    angle = np.pi - angle if x < 0.0 else angle
    return -angle if y < 0.0 else angle


@inlined
def wrapped(x):  # type: ignore[no-untyped-def]
    """x [rad] less whole turns, in [-pi, pi]."""
    q = (x / TWO_PI + _ROUND) - _ROUND
    return ((x - q * 4.0 * _HALF_PI_1) - q * 4.0 * _HALF_PI_2) - q * 4.0 * _HALF_PI_3


@inlined
def within_a_turn(x):  # type: ignore[no-untyped-def]
    """x [rad] less whole turns towards zero: the sign stays, as C's fmod(x, 2 pi)."""
    q = np.trunc(x / TWO_PI)
    return ((x - q * 4.0 * _HALF_PI_1) - q * 4.0 * _HALF_PI_2) - q * 4.0 * _HALF_PI_3
