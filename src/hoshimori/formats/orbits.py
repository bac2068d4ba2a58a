"""What an orbit must be for SGP4 to use it: one check for every spelling, applied on reading and on writing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hoshimori.facts import MAX_NORAD_ID, Bools, Floats, Ints
from hoshimori.formats.complaints import Sieve

COLUMN_OF = {
    "MEAN_MOTION": "mean_motion_rev_day",
    "ECCENTRICITY": "eccentricity",
    "INCLINATION": "inc_deg",
    "RA_OF_ASC_NODE": "raan_deg",
    "ARG_OF_PERICENTER": "argp_deg",
    "MEAN_ANOMALY": "ma_deg",
    "BSTAR": "bstar_per_er",
    "MEAN_MOTION_DOT": "ndot_rev_day2",
    "MEAN_MOTION_DDOT": "nddot_rev_day3",
}
"""OMM keyword to column of `ElementSets`, in the order of CCSDS 502.0-B-3 table 4-3."""

UNIT_OF = {
    "MEAN_MOTION": "rev/day",
    "ECCENTRICITY": "",
    "INCLINATION": "deg",
    "RA_OF_ASC_NODE": "deg",
    "ARG_OF_PERICENTER": "deg",
    "MEAN_ANOMALY": "deg",
    "BSTAR": "1/ER",
    "MEAN_MOTION_DOT": "rev/day**2",
    "MEAN_MOTION_DDOT": "rev/day**3",
}

NORAD_EXPECTED = f"a catalogue number 1..{MAX_NORAD_ID}"


def refuse_unusable(numbers: Mapping[str, Floats], norad_id: Ints, sieve: Sieve) -> None:
    """Refuse rows that SGP4 cannot use: n > 0, 0 <= e < 1, 0 <= i <= 180, everything finite, a catalogue number.

    Angles outside [0, 360) are left as they are: older files pad them, and sine and cosine do not mind.
    """
    sieve.refuse((norad_id < 1) | (norad_id > MAX_NORAD_ID), "NORAD_CAT_ID", NORAD_EXPECTED)
    for keyword, column in COLUMN_OF.items():
        sieve.refuse(~np.isfinite(numbers[column]), keyword, "a finite number")
    for keyword, ok, expected in _limits(numbers):
        sieve.refuse(~ok, keyword, expected)


def _limits(numbers: Mapping[str, Floats]) -> list[tuple[str, Bools, str]]:
    n, e, i = (numbers[k] for k in ("mean_motion_rev_day", "eccentricity", "inc_deg"))
    return [
        ("MEAN_MOTION", n > 0.0, "a mean motion above 0 rev/day"),
        ("ECCENTRICITY", (e >= 0.0) & (e < 1.0), "0 <= e < 1"),
        ("INCLINATION", (i >= 0.0) & (i <= 180.0), "0 <= inclination <= 180 deg"),
    ]
