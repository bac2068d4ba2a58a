"""The two sums of `flux` over all pairs, in compiled code."""

from __future__ import annotations

import math

import numba


@numba.njit(cache=True, nogil=True)
def _anomaly_share(r_km, a_km, e):  # type: ignore[no-untyped-def]
    """Share of a half revolution spent below this radius: the mean anomaly there over pi."""
    x = (1.0 - r_km / a_km) / e if e > 1e-9 else (1e9 if r_km < a_km else -1e9)
    if x >= 1.0:
        return 0.0
    if x <= -1.0:
        return 1.0
    return (math.acos(x) - e * math.sqrt(1.0 - x * x)) / math.pi


@numba.njit(cache=True, nogil=True)
def shells(sma_km, ecc, inc_rad, own_inc_rad, points, mu, half_km, soft, out):  # type: ignore[no-untyped-def]
    """Flux and flux-weighted speed of every orbit on one target, planes and perigees random.

    points: (p, 4) of the target: radius km, sine of a quarter turn's angle, speeds up and level km/s. Latitudes are taken where
    both orbits come: their sine is that angle's times the smaller sine of inclination, which takes the infinite densities at both
    highest latitudes out of the sum; `soft` bounds it where both are the same. out: (2, n) per km2 and s, and times the speed.
    """
    count = len(points)
    own_sine, own_cosine = math.sin(own_inc_rad), math.cos(own_inc_rad)
    for j in range(len(sma_km)):
        a, e = sma_km[j], ecc[j]
        low, high = a * (1.0 - e) - half_km, a * (1.0 + e) + half_km
        momentum, sine, cosine = math.sqrt(mu * a * (1.0 - e * e)), math.sin(inc_rad[j]), math.cos(inc_rad[j])
        least, most = min(sine, own_sine), max(sine, own_sine)
        total, weighted = 0.0, 0.0
        for k in range(count):
            r = points[k, 0]
            if r < low or r > high:
                continue
            time = _anomaly_share(r + half_km, a, e) - _anomaly_share(r - half_km, a, e)
            x2 = (least * points[k, 1]) ** 2
            weight = time / (2.0 * half_km * (r * r + half_km * half_km / 3.0)) / math.sqrt(most * most - x2 + soft * soft)
            plane = math.sqrt(max(1.0 - x2, 1e-12))
            level = momentum / r
            east, north = level * cosine / plane, level * math.sqrt(max(sine * sine - x2, 0.0)) / plane
            up = math.sqrt(max(mu * (2.0 / r - 1.0 / a) - level * level, 0.0))
            own_east = points[k, 3] * own_cosine / plane
            own_north = points[k, 3] * math.sqrt(max(own_sine * own_sine - x2, 0.0)) / plane
            side = (east - own_east) ** 2
            for flip in range(4):
                du = (up if flip < 2 else -up) - points[k, 2]
                dn = (north if flip % 2 == 0 else -north) - own_north
                speed2 = side + du * du + dn * dn
                total += weight * math.sqrt(speed2)
                weighted += weight * speed2
        scale = 0.25 / (2.0 * math.pi * math.pi * count)
        out[0, j] = total * scale
        out[1, j] = weighted * scale


@numba.njit(cache=True, nogil=True)
def crossings(one, many, mu, sigma_km, out):  # type: ignore[no-untyped-def]
    """Flux and flux-weighted speed of every orbit on one target, planes and perigees known, at their two mutual nodes.

    one: (11,), many: (n, 11): unit vectors to perigee, a quarter ahead of it and along the momentum, then semi-major axis and
    eccentricity. sigma_km: (n,) of the distance between the two tracks. out: (2, n), NaN where the planes are the same.
    """
    own_a, own_e = one[9], one[10]
    own_p = own_a * (1.0 - own_e * own_e)
    own_period, k1 = 2.0 * math.pi * math.sqrt(own_a**3 / mu), math.sqrt(mu / own_p)
    for j in range(len(many)):
        a, e, sigma = many[j, 9], many[j, 10], sigma_km[j]
        p = a * (1.0 - e * e)
        period, k2 = 2.0 * math.pi * math.sqrt(a**3 / mu), math.sqrt(mu / p)
        lx = one[7] * many[j, 8] - one[8] * many[j, 7]
        ly = one[8] * many[j, 6] - one[6] * many[j, 8]
        lz = one[6] * many[j, 7] - one[7] * many[j, 6]
        sine = math.sqrt(lx * lx + ly * ly + lz * lz)
        out[0, j], out[1, j] = 0.0, 0.0
        if sine < 1e-6:
            out[0, j], out[1, j] = math.nan, math.nan
            continue
        for flip in range(2):
            sign = (1.0 if flip == 0 else -1.0) / sine
            x, y, z = lx * sign, ly * sign, lz * sign
            c1 = x * one[0] + y * one[1] + z * one[2]
            s1 = x * one[3] + y * one[4] + z * one[5]
            c2 = x * many[j, 0] + y * many[j, 1] + z * many[j, 2]
            s2 = x * many[j, 3] + y * many[j, 4] + z * many[j, 5]
            r1, r2 = own_p / (1.0 + own_e * c1), p / (1.0 + e * c2)
            ax = k1 * (-s1 * one[0] + (own_e + c1) * one[3])
            ay = k1 * (-s1 * one[1] + (own_e + c1) * one[4])
            az = k1 * (-s1 * one[2] + (own_e + c1) * one[5])
            bx = k2 * (-s2 * many[j, 0] + (e + c2) * many[j, 3])
            by = k2 * (-s2 * many[j, 1] + (e + c2) * many[j, 4])
            bz = k2 * (-s2 * many[j, 2] + (e + c2) * many[j, 5])
            nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
            area = math.sqrt(nx * nx + ny * ny + nz * nz)
            apart = (r2 - r1) * (x * nx + y * ny + z * nz) / area
            if abs(apart) > 8.0 * sigma:
                continue
            speed = math.sqrt((ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2)
            likely = math.exp(-0.5 * (apart / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))
            rate = speed / (area * own_period * period) * likely
            out[0, j] += rate
            out[1, j] += rate * speed
