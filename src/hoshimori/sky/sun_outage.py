"""When the Sun stands behind a satellite as a station sees it: its noise then fills the beam of the antenna.

For a station under a geostationary satellite this happens at the equinoxes; from a station in the north the satellite is seen up
to 8.7 deg south of the equator, so the Sun meets it days before the March equinox and after that of September, once a day for
some minutes. Refraction bends both alike and is left out. The Sun is taken as a disc of 0.267 deg radius; at radio frequencies it
is a little larger. Only the downlink is met: the station's own signal reaches a satellite that looks at the Earth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hoshimori.sky import bodies
from hoshimori.sky.visibility import site_teme_km

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

SUN_RADIUS_RAD = float(np.arcsin(bodies.SUN_RADIUS_KM / bodies.AU_KM))
EARTH_RADIUS_KM = 6378.137


def separation_rad(r_teme_km: Floats, t_utc: Times, site_itrs_km: Floats) -> Floats:
    """(k,) angle between the satellite at r (k, 3) and the middle of the Sun, seen from the site (3,); NaN where r is."""
    site = site_teme_km(site_itrs_km, t_utc)
    return bodies.angle_rad(r_teme_km - site, bodies.sun_teme_km(t_utc) - site)


def limit_rad(beam_rad: float) -> float:
    """Nearer than this the Sun's disc touches the beam, whose full width at half power is `beam_rad`."""
    return 0.5 * beam_rad + SUN_RADIUS_RAD


def nearest_anywhere_rad(r_teme_km: Floats, t_utc: Times) -> Floats:
    """(k,) the least separation that any place on the Earth can see: 0 where the satellite could cover the Sun from somewhere.

    From the surface a satellite at distance r is seen up to asin(R / r) away from where the middle of the Earth would see it.
    """
    from_middle = bodies.angle_rad(r_teme_km, bodies.sun_teme_km(t_utc))
    shift = np.arcsin(np.minimum(EARTH_RADIUS_KM / np.linalg.norm(r_teme_km, axis=-1), 1.0))
    return np.asarray(np.maximum(from_middle - shift, 0.0))


def spans_s(values: Floats, t_s: Floats, limit: float) -> Floats:
    """(j, 2) times in which a sampled value lies below the limit, edges by straight lines between samples. NaN is not below."""
    gap = np.where(np.isnan(values), np.inf, values) - limit
    below = gap < 0.0
    out = []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], below, [False]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2):
        out.append((_edge(gap, t_s, first - 1, first), _edge(gap, t_s, last, last - 1)))
    return np.array(out, np.float64).reshape(-1, 2)


def _edge(gap: Floats, t_s: Floats, outside: int, inside: int) -> float:
    if not 0 <= outside < len(t_s) or not np.isfinite(gap[outside]):
        return float(t_s[inside])
    share = gap[inside] / (gap[inside] - gap[outside])
    return float(t_s[inside] + share * (t_s[outside] - t_s[inside]))
