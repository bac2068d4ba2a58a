"""The compiled two-body motion of sky/chance/long.py: equinoctial elements to states, with their partial derivatives.

Elements: n (rad/s), h, k, p, q and the mean longitude (rad), where h = e sin(w + f W), k = e cos(w + f W), p and q =
tan(i/2)**f times sin W and cos W; f = +1, or -1 for a retrograde orbit. Being n and not the axis, the first element makes
the mean longitude linear in time. Reference: Danielson, Sagovac, Neta, Early, "Semianalytic satellite theory", NPS 1995,
section 2.1.4 for the elements and the plane; the partial derivatives here are derived from those by hand.
"""

from __future__ import annotations

import math

import numba as nb

MU_KM3_S2 = 398600.4418


@nb.njit(cache=True, nogil=True)
def eccentric_longitude(h, k, mean):  # type: ignore[no-untyped-def]
    """F of F + h cos F - k sin F = mean, by Newton; the start is good to e squared."""
    f = mean + k * math.sin(mean) - h * math.cos(mean)
    for _ in range(50):
        step = (f + h * math.cos(f) - k * math.sin(f) - mean) / (1.0 - h * math.sin(f) - k * math.cos(f))
        f -= step
        if abs(step) < 1e-14:
            break
    return f


@nb.njit(cache=True, nogil=True)
def plane(p, q, sense, f, g, df_dp, df_dq, dg_dp, dg_dq):  # type: ignore[no-untyped-def]
    """The two unit vectors of the orbit's plane, and how they turn with p and q."""
    c = 1.0 / (1.0 + p * p + q * q)
    f[0], f[1], f[2] = c * (1.0 - p * p + q * q), c * 2.0 * p * q, -c * 2.0 * p * sense
    g[0], g[1], g[2] = c * 2.0 * p * q * sense, c * (1.0 + p * p - q * q) * sense, c * 2.0 * q
    tp, tq = -2.0 * p * c, -2.0 * q * c
    df_dp[0], df_dp[1], df_dp[2] = tp * f[0] - 2.0 * c * p, tp * f[1] + 2.0 * c * q, tp * f[2] - 2.0 * c * sense
    df_dq[0], df_dq[1], df_dq[2] = tq * f[0] + 2.0 * c * q, tq * f[1] + 2.0 * c * p, tq * f[2]
    dg_dp[0], dg_dp[1], dg_dp[2] = tp * g[0] + 2.0 * c * q * sense, tp * g[1] + 2.0 * c * p * sense, tp * g[2]
    dg_dq[0], dg_dq[1], dg_dq[2] = tq * g[0] + 2.0 * c * p * sense, tq * g[1] - 2.0 * c * q * sense, tq * g[2] + 2.0 * c


@nb.njit(cache=True, nogil=True)
def flat(n, h, k, mean, out):  # type: ignore[no-untyped-def]
    """Place and speed within the plane, and their partial derivatives by h and k at fixed mean longitude.

    out (3, 4): rows value, d/dh, d/dk; columns X, Y (km), dX/dt, dY/dt (km/s).
    """
    a = (MU_KM3_S2 / (n * n)) ** (1.0 / 3.0)
    big_f = eccentric_longitude(h, k, mean)
    s, c = math.sin(big_f), math.cos(big_f)
    root = math.sqrt(1.0 - h * h - k * k)
    beta = 1.0 / (1.0 + root)
    rho = 1.0 - k * c - h * s  # r / a
    xx, yy, xy = 1.0 - h * h * beta, 1.0 - k * k * beta, h * k * beta
    u, w = xy * c - xx * s, yy * c - xy * s  # dX/dF / a, dY/dF / a
    out[0, 0] = a * (xx * c + xy * s - k)
    out[0, 1] = a * (yy * s + xy * c - h)
    out[0, 2] = a * n / rho * u
    out[0, 3] = a * n / rho * w
    for j in range(1, 3):
        dh, dk = (1.0, 0.0) if j == 1 else (0.0, 1.0)
        dbeta = beta * beta * (h if j == 1 else k) / root
        dbig = (-c if j == 1 else s) / rho
        dxx = -2.0 * h * dh * beta - h * h * dbeta
        dyy = -2.0 * k * dk * beta - k * k * dbeta
        dxy = (h * dk + k * dh) * beta + h * k * dbeta
        drho = -dk * c - dh * s + (k * s - h * c) * dbig
        du = dxy * c - dxx * s - (xy * s + xx * c) * dbig
        dw = dyy * c - dxy * s - (yy * s + xy * c) * dbig
        out[j, 0] = a * (dxx * c + dxy * s - dk + u * dbig)
        out[j, 1] = a * (dyy * s + dxy * c - dh + w * dbig)
        out[j, 2] = a * n / rho * (du - u * drho / rho)
        out[j, 3] = a * n / rho * (dw - w * drho / rho)


@nb.njit(cache=True, nogil=True)
def state(elements, sense, dt, x, jac, work):  # type: ignore[no-untyped-def]
    """State x (6) in km, km/s a time dt after the elements' own, and jac (6, 6) = d x / d elements. False where not an ellipse.

    work: (9, 4) of scratch.
    """
    n, h, k, p, q = elements[0], elements[1], elements[2], elements[3], elements[4]
    if not (n > 0.0 and h * h + k * k < 1.0):
        return False
    f, g = work[3], work[4]
    plane(p, q, sense, f, g, work[5], work[6], work[7], work[8])
    flat(n, h, k, elements[5] + n * dt, work)
    for i in range(3):
        x[i] = work[0, 0] * f[i] + work[0, 1] * g[i]
        x[i + 3] = work[0, 2] * f[i] + work[0, 3] * g[i]
    r3 = (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) ** 1.5
    for i in range(3):
        pull = -MU_KM3_S2 * x[i] / r3
        jac[i, 5], jac[i + 3, 5] = x[i + 3] / n, pull / n
        jac[i, 0] = -2.0 / 3.0 * x[i] / n + x[i + 3] / n * dt
        jac[i + 3, 0] = x[i + 3] / (3.0 * n) + pull / n * dt
        for part in range(2):
            row = i + 3 * part
            for j in range(1, 3):
                jac[row, j] = work[j, 2 * part] * f[i] + work[j, 2 * part + 1] * g[i]
            jac[row, 3] = work[0, 2 * part] * work[5, i] + work[0, 2 * part + 1] * work[7, i]
            jac[row, 4] = work[0, 2 * part] * work[6, i] + work[0, 2 * part + 1] * work[8, i]
    return True
