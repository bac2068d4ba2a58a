"""11 January 2007 by the public record: what was read, with who says so, and what was not found.

Read: Fengyun-1C, 1999-025A, catalogue number 25730, 862 x 843 km, 98.7 deg (McDowell, quoted in mt-milcom, 20 January 2007);
destroyed at 22:26 UTC (McDowell), about 864 km up, heading south, at an azimuth of about 346 deg from the launch point (Tellis,
Survival, September 2007); launched at Xichang or near it (the same; Aviation Week). Grades: B2 for orbit, time and height, C3 for
the azimuth.

Not found in what could be read: latitude and longitude of the event, and the time of launch. An element set of that month is in
no honest source at hand. So the tests ask at every distance along the azimuth, with a launch time that is an assumption.
"""

from __future__ import annotations

import numpy as np

EVENT_UTC = np.datetime64("2007-01-11T22:26:00", "us")
SITE_LAT_DEG, SITE_LON_DEG_E = 28.2, 102.0
AZIMUTH_DEG = 346.0
PERIGEE_KM, APOGEE_KM = 843.0, 862.0
INC_DEG = 98.7
NORAD_ID, COSPAR_ID = 25730, "1999-025A"
