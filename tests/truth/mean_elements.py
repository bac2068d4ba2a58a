"""Mean element sets that are printed in public documents, typed in from there with the values that the documents give."""

from __future__ import annotations

ISS_2008_TLE = """\
ISS (ZARYA)
1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927
2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537
"""
ISS_2008 = {
    "norad_id": 25544,
    "cospar_id": "1998-067A",
    "name": "ISS (ZARYA)",
    "epoch_utc": "2008-09-20T12:25:40.104192",
    "mean_motion_rev_day": 15.72125391,
    "eccentricity": 0.0006703,
    "inc_deg": 51.6416,
    "raan_deg": 247.4627,
    "argp_deg": 130.5360,
    "ma_deg": 325.0288,
    "bstar_per_er": -0.11606e-4,
    "ndot_rev_day2": -0.00002182,
    "nddot_rev_day3": 0.0,
    "rev_at_epoch": 56353,
    "element_set_no": 292,
    "classification": "U",
}
"""Wikipedia, "Two-line element set", the example with every column explained."""

GOES_9_TLE = """\
GOES 9 [P]
1 23581U 95025A   07064.44075725 -.00000113  00000-0  10000-3 0  9250
2 23581   3.0539  81.7939 0005013 249.2363 150.1602  1.00273272 43169
"""
GOES_9_KVN = """\
CCSDS_OMM_VERS = 2.0
CREATION_DATE = 2007-065T16:00:00
ORIGINATOR = NOAA/USA
OBJECT_NAME = GOES 9
OBJECT_ID = 1995-025A
CENTER_NAME = EARTH
REF_FRAME = TEME
TIME_SYSTEM = UTC
MEAN_ELEMENT_THEORY = SGP/SGP4
EPOCH = 2007-064T10:34:41.4264
MEAN_MOTION = 1.00273272
ECCENTRICITY = 0.0005013
INCLINATION = 3.0539
RA_OF_ASC_NODE = 81.7939
ARG_OF_PERICENTER = 249.2363
MEAN_ANOMALY = 150.1602
GM = 398600.8
EPHEMERIS_TYPE = 0
CLASSIFICATION_TYPE = U
NORAD_CAT_ID = 23581
ELEMENT_SET_NO = 0925
REV_AT_EPOCH = 4316
BSTAR = 0.0001
MEAN_MOTION_DOT = -0.00000113
MEAN_MOTION_DDOT = 0.0
"""
GOES_9 = {
    "norad_id": 23581,
    "cospar_id": "1995-025A",
    "epoch_utc": "2007-03-05T10:34:41.426400",
    "mean_motion_rev_day": 1.00273272,
    "eccentricity": 0.0005013,
    "inc_deg": 3.0539,
    "raan_deg": 81.7939,
    "argp_deg": 249.2363,
    "ma_deg": 150.1602,
    "bstar_per_er": 0.0001,
    "ndot_rev_day2": -0.00000113,
    "nddot_rev_day3": 0.0,
    "rev_at_epoch": 4316,
    "element_set_no": 925,
    "classification": "U",
}
"""CCSDS 502.0-B, section 4.2.5: the OMM example and the two lines that it was made from."""
