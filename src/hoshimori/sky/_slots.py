"""The rows of the scratch array that the stages of the SGP4 kernel hand to one another: row `X` of time `l` is `w[X + l]`.

One flat array with rows a constant distance apart: the compiler then sees that rows cannot overlap and uses wide registers.
"""

from __future__ import annotations

LANES = 64
"""Times worked on together: 31 rows of 64 doubles fit the first-level cache."""

(
    T,  # min since epoch
    TEMPA,  # drag on the semi-major axis, on the eccentricity, on the longitude
    TEMPE,
    TEMPL,
    MM,  # mean anomaly, argument of perigee, node: rad
    ARGP,
    NODE,
    SMA,  # semi-major axis, Earth radii
    EM,  # eccentricity
    INC,  # inclination, rad, its sine and cosine
    SINI,
    COSI,
    ERROR,  # SGP4 error code, 0 where none
    PE,  # lunisolar periodics: eccentricity, inclination, longitude, perigee, node
    PINC,
    PL,
    PGH,
    PH,
    AXN,  # eccentricity vector with long-period terms
    AYN,
    U,  # mean longitude from the node, rad
    ANOMALY,  # eccentric longitude, rad, its sine and cosine, and the last step of its search
    SIN_E,
    COS_E,
    STEP,
    RX,  # position, km, and velocity, km/s
    RY,
    RZ,
    VX,
    VY,
    VZ,
) = range(0, 31 * LANES, LANES)
SCRATCH = 31 * LANES
