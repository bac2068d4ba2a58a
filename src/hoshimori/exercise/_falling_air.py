"""An upper air that is not the one detectors compute with: Jacchia's exospheric temperatures over Bates profiles.

Temperature above 120 km after Bates, densities of N2, O2, O and He by Walker (J. Atmos. Sci. 22, 1965); exospheric temperature,
day bulge, storms and the half-yearly swing by Jacchia (SAO Special Report 332, 1971); below 120 km the U.S. Standard Atmosphere
1976, joined smoothly. Detectors use NRLMSISE-00: this air differs from it by ten to thirty per cent, not the same at each height.
"""

from __future__ import annotations

from math import cos, exp, log, pi, sin

import numba
import numpy as np

LOW_KM = np.array([0.0, 60.0, 70.0, 80.0, 85.0, 90.0, 95.0, 100.0, 105.0, 110.0, 115.0, 120.0])
LOW_LOG = np.log(
    [1.225, 3.097e-4, 8.283e-5, 1.846e-5, 8.219e-6, 3.416e-6, 1.393e-6, 5.604e-7, 2.325e-7, 9.708e-8, 4.289e-8, 2.222e-8]
)
"""kg/m3, U.S. Standard Atmosphere 1976."""
NUMBER_120 = np.array([3.0e17, 4.4e16, 8.5e16, 3.0e13])
MASS_KG = np.array([4.652e-26, 5.314e-26, 2.657e-26, 6.646e-27])
T120_K, GRADIENT_PER_KM = 380.0, 0.021
_GRAVITY_120 = 9.447
_BOLTZMANN = 1.380649e-23


@numba.njit(cache=True, nogil=True)
def kp_of(ap: float) -> float:
    """Kp from ap, between the steps of the official table by its logarithmic course."""
    return 1.89 * np.arcsinh(0.154 * ap) if ap < 400.0 else 9.0


@numba.njit(cache=True, nogil=True)
def density_kg_m3(
    height_km: float, lat: float, hour_angle: float, sun_lat: float, year_share: float, f107: float, f107_mean: float, ap: float
) -> float:
    """kg/m3. Angles in rad: geographic latitude, hour angle of the Sun, its declination; share of the year from 1 January."""
    kp = kp_of(ap)
    eta, theta = 0.5 * abs(lat - sun_lat), 0.5 * abs(lat + sun_lat)
    tau = hour_angle - 0.6457718 + 0.1047198 * sin(hour_angle + 0.7504916)
    tau = tau - 2.0 * pi * np.floor((tau + pi) / (2.0 * pi))
    low = sin(theta) ** 2.2
    bulge = 1.0 + 0.3 * (low + (cos(eta) ** 2.2 - low) * cos(0.5 * tau) ** 3)
    hot = (379.0 + 3.24 * f107_mean + 1.3 * (f107 - f107_mean)) * bulge + 28.0 * kp + 0.03 * exp(kp)
    phase = year_share + 0.09544 * ((0.5 + 0.5 * sin(2.0 * pi * year_share + 6.035)) ** 1.65 - 0.5)
    swing = 0.02835 + 0.3817 * (1.0 + 0.4671 * sin(2.0 * pi * phase + 4.137)) * sin(4.0 * pi * phase + 4.259)
    z = max(height_km, 0.0)
    half_year = exp(2.302585 * swing * (5.876e-7 * z**2.331 + 0.06328) * exp(-2.868e-3 * z)) if z > 90.0 else 1.0
    if z >= 120.0:
        return _above(z, hot) * half_year
    join = log(_above(120.0, hot)) - LOW_LOG[-1]
    share = min(max((z - 95.0) / 25.0, 0.0), 1.0)
    return exp(np.interp(z, LOW_KM, LOW_LOG) + join * share) * half_year


@numba.njit(cache=True, nogil=True)
def _above(z_km: float, hot_k: float) -> float:
    zeta = (z_km - 120.0) * 6476.77 / (6356.77 + z_km)
    here = hot_k - (hot_k - T120_K) * exp(-GRADIENT_PER_KM * zeta)
    total = 0.0
    for k in range(4):
        gamma = MASS_KG[k] * _GRAVITY_120 * 1000.0 / (GRADIENT_PER_KM * _BOLTZMANN * hot_k)
        thermal = -0.38 if k == 3 else 0.0
        total += MASS_KG[k] * NUMBER_120[k] * (T120_K / here) ** (1.0 + thermal + gamma) * exp(-GRADIENT_PER_KM * gamma * zeta)
    return total
