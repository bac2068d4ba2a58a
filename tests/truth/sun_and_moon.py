"""Where the Sun and the Moon were, as published and remembered.

Sources: Vallado, "Fundamentals of Astrodynamics and Applications", examples 5-1 (Sun, 0.01 deg) and 5-3 (Moon, 0.3 deg), mean
equator of date; Meeus, "Astronomical Algorithms" (2nd ed.), examples 25.b (Sun) and 47.a (Moon), mean ecliptic and equinox of
date, geometric.

Provenance: typed from memory of these sources, not from the pages; compare with the books before relying on a last digit.
"""

from __future__ import annotations

AU_KM = 149_597_870.7

VALLADO_SUN_T = "2006-04-02T00:00:00"
VALLADO_SUN_MOD_KM = (146_186_212.0, 28_788_976.0, 12_481_064.0)
VALLADO_MOON_T = "1994-04-28T00:00:00"
VALLADO_MOON_MOD_KM = (-134_240.626, -311_571.590, -126_693.785)

MEEUS_SUN_TT = "1992-10-13T00:00:00"
MEEUS_SUN_LONGITUDE_DEG = 199.907372
MEEUS_SUN_DISTANCE_AU = 0.99760775
MEEUS_MOON_TT = "1992-04-12T00:00:00"
MEEUS_MOON_LONGITUDE_DEG = 133.162655
MEEUS_MOON_LATITUDE_DEG = -3.229126
MEEUS_MOON_DISTANCE_KM = 368_409.7
