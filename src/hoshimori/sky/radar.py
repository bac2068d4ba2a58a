"""How far a radar sees, and from what height on something stands above its horizon.

Geometric and of textbook radar; nothing here is the performance of a real radar unless somebody declares it.
Reference: Skolnik, Introduction to Radar Systems, 2001, chapters 1, 2 and 8; USAFA ECE 495 course problem for the known answer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError

Floats = npt.NDArray[np.float64]

EARTH_KM = 6378.137


def detection_range_km(
    peak_w: float,
    gain: float,
    wavelength_m: float,
    rcs_m2: npt.ArrayLike,
    least_w: float,
    *,
    receive_gain: float | None = None,
    loss: float = 1.0,
) -> Floats:
    """The radar equation for the range: R4 = P G Gr lambda2 sigma / ((4 pi)3 S L). Gains and loss as ratios, not in dB.

    Assumes: one pulse, free space, one mean cross-section; least_w is what the receiver must be given.
    """
    cross: Floats = np.asarray(rcs_m2, np.float64)
    receive = gain if receive_gain is None else receive_gain
    given = (peak_w, gain, wavelength_m, least_w, receive, loss)
    if not (all(np.isfinite(x) and x > 0.0 for x in given) and np.all(cross > 0.0)):
        raise UsageError(f"radar equation with {given}, cross-section {cross}: expected positive numbers")
    fourth = peak_w * gain * receive * wavelength_m**2 * cross / ((4.0 * np.pi) ** 3 * least_w * loss)
    return np.asarray(fourth**0.25 / 1000.0)


def range_for_cross_section_km(range_km: float, of_rcs_m2: float, rcs_m2: float) -> float:
    """A range known for one cross-section, for another: as the fourth root of their ratio."""
    if not (range_km > 0.0 and of_rcs_m2 > 0.0 and rcs_m2 > 0.0):
        raise UsageError(f"range {range_km:g} km at {of_rcs_m2:g} m2, asked at {rcs_m2:g} m2: expected positive numbers")
    return float(range_km * (rcs_m2 / of_rcs_m2) ** 0.25)


def horizon_range_km(height_km: npt.ArrayLike, radius_km: float = EARTH_KM) -> Floats:
    """Slant range at which a body at this height stands on the horizon of the ground: sqrt((R + h)2 - R2). Without refraction."""
    h = np.asarray(height_km, np.float64)
    return np.asarray(np.sqrt((radius_km + h) ** 2 - radius_km**2))


def clearing_height_km(angle_rad: npt.ArrayLike, elevation_rad: npt.ArrayLike = 0.0, radius_km: float = EARTH_KM) -> Floats:
    """Height at which a body an angle (seen from the Earth's centre) away stands at this elevation; infinite where it never does.

    Round Earth, straight rays: in the triangle of centre, radar and body, (R + h) cos(elevation + angle) = R cos(elevation).
    """
    angle, elevation = np.broadcast_arrays(np.asarray(angle_rad, np.float64), np.asarray(elevation_rad, np.float64))
    below = np.cos(angle + elevation)
    seen = (angle + elevation < np.pi / 2.0) & (below > 0.0)
    height = radius_km * (np.cos(elevation) / np.where(seen, below, 1.0) - 1.0)
    return np.where(seen, np.maximum(height, 0.0), np.inf)


def detection_probability(snr: npt.ArrayLike, false_alarm: float) -> Floats:
    """Of one look at a target that fades from look to look (Swerling 1), by signal to noise as a ratio: Pfa^(1 / (1 + S))."""
    if not 0.0 < false_alarm < 1.0:
        raise UsageError(f"false alarm probability {false_alarm:g}: expected a number between 0 and 1")
    return np.asarray(false_alarm ** (1.0 / (1.0 + np.asarray(snr, np.float64))))
