"""Where satellites are kept, as their operators say. Typed from memory of public pages: check before quoting."""

from __future__ import annotations

SLOTS_DEG_E = {
    41836: ("Himawari-9", 140.7),  # JMA/MSC, "Himawari-8/9": 140.7 E
    42917: ("QZS-3", 127.0),  # QZSS, PS-QZSS: geostationary at 127 E
    35755: ("JCSAT-RA", 132.0),  # ITU and operator: 132 E
    41903: ("JCSAT-110A", 110.0),  # BS/CS slot of 110 E
    37207: ("BSAT-3B", 110.0),  # B-SAT: 110 E, shared by its fleet
    43271: ("Superbird-B3", 162.0),  # 162 E
}
"""Public slots of satellites in the data of 24-30 May 2026; a fleet shares 110 E within 0.2 deg."""

FENGYUN = {
    "Fengyun-2D": (29640, (86.5,)),
    "Fengyun-2E": (33463, (104.5, 86.5)),
    "Fengyun-2H": (43491, (79.0,)),
}
"""Nominal longitudes, deg E, in the order of use (WMO OSCAR; CMA/NSMC). 2E took over 86.5 E from 2D in mid-2015."""

REPEATS = {
    "Jason-3": (41240, 10, 127),  # AVISO: 127 revolutions in 9.9156 days, kept to 1 km at the equator
    "Sentinel-6A": (46984, 10, 127),  # the same reference track
}

SARAL_LOCAL_TIME_H = 6.0
"""SARAL/AltiKa products handbook: sun-synchronous, ascending node at 06:00."""
