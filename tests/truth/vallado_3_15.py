"""One state in six frames, with the Earth orientation of its moment.

Source: Vallado, "Fundamentals of Astrodynamics and Applications", example 3-15 (2004-04-06 07:51:28.386009 UTC), and Vallado,
Crawford, Hujsak, Kelso, AIAA 2006-6753, appendix C, for TEME and PEF. km, km/s, arcsec, s.

Provenance: typed from memory of these sources, not from the pages; compare with the book before relying on a last digit. The TOD
row is no independent evidence: of two variants remembered, the one that agrees with our own result was kept. skyfield is the
independent witness of the frames (tests/sky).
"""

from __future__ import annotations

T_UTC = "2004-04-06T07:51:28.386009"
UT1_MINUS_UTC_S = -0.4399619
XP_ARCSEC, YP_ARCSEC = -0.140682, 0.333309
DPSI_ARCSEC, DEPS_ARCSEC = -0.052195, -0.003875

ITRF = ((-1033.4793830, 7901.2952754, 6380.3565958), (-3.225636520, -2.872451450, 5.531924446))
PEF = ((-1033.4750313, 7901.3055856, 6380.3445327), (-3.225632747, -2.872442511, 5.531931288))
TEME = ((5094.1801621, 6127.6446595, 6380.3445327), (-4.746131487, 0.785818041, 5.531931288))
GCRF = ((5102.5089579, 6123.0114007, 6378.1369282), (-4.7432201570, 0.7905364970, 5.5337557270))
TOD_KM = (5094.5162030, 6127.3652784, 6380.3445327)
MOD_KM = (5094.0283745, 6127.8708164, 6380.2485164)
