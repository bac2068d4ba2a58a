"""Histories made so that their errors are known: one orbit told once a day, each set off by seeded errors of its own."""

from __future__ import annotations

import numpy as np

from hoshimori.facts import ElementSets, Floats, Times
from hoshimori.sky import orbits, secular

START = np.datetime64("2019-01-01T05:00:00", "us")
MOTION, ECC, INC = 14.2, 0.0012, 71.0
AXIS_KM = 7200.0
"""Nearly: what an angle of one radian is along the track."""


def history(
    days: int, *, phase_km: float = 0.0, rate_km_day: float = 0.0, node_km: float = 0.0, kick_km_day: float = 0.0, seed: int = 7
) -> ElementSets:
    """Sets one a day. phase_km, rate_km_day, node_km: one sigma of errors along the track, of its rate, and across it.
    kick_km_day: from the middle on the orbit runs ahead by so much a day, as after a burn at `burn(days)`."""
    rng = np.random.default_rng(seed)
    first = orbits.prepare(np.array([START]), [MOTION], [ECC], [INC], [40.0], [90.0], [10.0], [0.0])
    rates = secular.rates(first)
    day = np.arange(days) + rng.uniform(-0.2, 0.2, days)
    epoch = START + np.rint(day * 86400e6).astype("timedelta64[us]")
    day = (epoch - START) / np.timedelta64(86_400_000_000, "us")
    after = np.maximum(day - days / 2, 0.0)
    noise = rng.standard_normal((3, days))
    along_km = phase_km * noise[0] + kick_km_day * after
    rate = rate_km_day * noise[1] + kick_km_day * (after > 0)
    return ElementSets.build(
        {
            "norad_id": np.full(days, 12345),
            "epoch_utc": epoch,
            "mean_motion_rev_day": MOTION + rate / AXIS_KM / (2 * np.pi),
            "eccentricity": np.full(days, ECC),
            "inc_deg": np.full(days, INC),
            "raan_deg": np.mod(40.0 + np.degrees(rates.node[0] * day + node_km * noise[2] / AXIS_KM), 360.0),
            "argp_deg": np.mod(90.0 + np.degrees(rates.perigee[0] * day), 360.0),
            "ma_deg": np.mod(10.0 + np.degrees(rates.anomaly[0] * day + along_km / AXIS_KM), 360.0),
        }
    )


def burn(days: int) -> Times:
    return np.array([START + np.timedelta64(days * 43_200_000_000, "us")])


def positive_definite(covariance: Floats) -> bool:
    sigma = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    return bool(np.linalg.eigvalsh(covariance / (sigma[:, :, None] * sigma[:, None, :])).min() > 0.0)
