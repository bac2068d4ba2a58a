"""How much risk a close approach from element sets carries: numbers to sort by, never an operational probability.

The screening probability takes the covariance of the class and age of the sets as it is. The maximum is the largest that any
size of that covariance would give: where the actual one is larger than that (diluted), a low screening probability says that
the orbits are not well known, not that the pass is safe.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.facts import Bools, Floats
from hoshimori.sky.chance import short

MERITS_ATTENTION = 1e-7
NEEDS_ACTION = 1e-4
"""NASA CARA: a probability above 1e-7 merits operational attention, above 1e-4 it requires mitigation. Reference: nasa.gov/cara,
"Step 2: Close Approach Risk Assessment"; NASA/SP-20205011318."""


SMALL_DISC = 0.01
"""Where both bodies together are this much smaller than the shorter sigma of the covariance that gives the maximum, the closed
form for a small disc (Alfriend 1999) stands for the search (Alfano 2005): they differ by an eighth of the square of that share,
1.3e-5 of the value at most, and most of a catalogue is spared the search."""


class Risk(NamedTuple):
    """(n,) each. mahalanobis: distance in sigmas in the encounter plane. maximum_scale: the factor on every sigma at which the
    maximum is reached. NaN where there is no relative speed or no covariance."""

    mahalanobis: Floats
    screening_probability: Floats
    maximum_probability: Floats
    maximum_scale: Floats
    diluted: Bools


def risk(dr_km: Floats, dv_km_s: Floats, covariance_km2: Floats, radius_m: Floats) -> Risk:
    """Of passes with relative state dr, dv (n, 3), combined covariance (n, 3, 3) of position in one frame, summed radius (n,).

    Foster 1992 and Alfano 2005: see `sky.chance.short` for what they assume, and `SMALL_DISC`. Slow pairs break the first
    assumption, that both fly straight on: their screening probability is a number to sort by and no more.
    """
    radius_km = radius_m * 1e-3
    at = short.planes(dr_km, dv_km_s, covariance_km2, radius_km)
    with np.errstate(divide="ignore", invalid="ignore"):
        mahalanobis = np.hypot(at.x_km / at.sigma_x_km, at.y_km / at.sigma_y_km)
    screening = short.foster_1992(dr_km, dv_km_s, covariance_km2, radius_km)
    maximum, scale = short.alfriend_maximum_1999(dr_km, dv_km_s, covariance_km2, radius_km), mahalanobis / np.sqrt(2.0)
    large = np.flatnonzero(~(radius_km < SMALL_DISC * at.sigma_y_km * scale))
    if len(large):
        exact = short.alfano_maximum_2005(dr_km[large], dv_km_s[large], covariance_km2[large], radius_km[large])
        maximum[large], scale[large] = exact.probability, exact.scale
    return Risk(mahalanobis, screening, maximum, scale, scale < 1.0)


def sigma_along_km(dr_km: Floats, covariance_km2: Floats) -> Floats:
    """(n,) one sigma of the distance: along the line between the two; the longest axis where they are in one place."""
    miss = np.linalg.norm(dr_km, axis=1)
    along = dr_km / np.where(miss > 0.0, miss, 1.0)[:, None]
    squared = np.einsum("ni,nij,nj->n", along, covariance_km2, along)
    nowhere = np.flatnonzero(miss == 0.0)
    squared[nowhere] = np.linalg.eigvalsh(covariance_km2[nowhere])[:, -1]
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def above(found: Risk, probability: float) -> Bools:
    """(n,) can the probability be this high? It is by the covariance at hand, or, where that dilutes it, by a smaller one.

    Not diluted, the maximum belongs to a covariance larger than the actual one: then the orbits are known well enough to believe
    the lower number.
    """
    with np.errstate(invalid="ignore"):
        return (found.screening_probability >= probability) | (found.diluted & (found.maximum_probability >= probability))
