"""How large two objects are together: radii from a table where it has them, else by type, each with its basis.

The combined radius counts what the table says of its own error: sqrt((r1 + r2)^2 + s1^2 + s2^2), Baars and Hall, AAS 22-586,
2022, equation 8. Where no table speaks, a radius is assumed by type; that is an assumption, and is called one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.facts import Floats, Ints, ObjectName
from hoshimori.formats.sizes import SizeTable

MEASURED = "measured"
TABLE_DEFAULT = "table default"
ASSUMED = "assumed by type"
GIVEN = "given"
"""In a message, or by whoever asked."""

ASSUMED_M: Mapping[str, float] = {"PAYLOAD": 5.0, "ROCKET BODY": 6.0, "DEBRIS": 1.1, "UNKNOWN": 5.0}
"""Assumed where nothing is known, in metres; each lies on the large side.

DEBRIS: the default of NASA CARA's table of June 2026 for fragments; nearly all that it measured are smaller.
ROCKET BODY: half the length of a large stage (Zenit-2: 11 m), the sphere around which is meant. PAYLOAD: half the span of a
satellite of some hundred kilograms with its arrays. UNKNOWN: as a payload.
"""
HIGH_PAYLOAD_M = 15.0
"""Assumed for a payload above low orbits: arrays of communication satellites span some 30 m."""
NEAR_EARTH_REV_DAY = 6.4

_DEBRIS = re.compile(r"(\bDEB\b|DEBRIS|COOLANT|WESTFORD NEEDLES)")
_BODY = re.compile(r"(\bR/B\b|\bAKM\b|\bPKM\b|ROCKET BODY)")


class Radii(NamedTuple):
    """(n,) each: radius and its one sigma in metres, and what they rest on."""

    radius_m: Floats
    sigma_m: Floats
    basis: npt.NDArray[np.object_]

    def take(self, which: Any) -> Radii:
        """Rows by index array, slice or mask."""
        return Radii(self.radius_m[which], self.sigma_m[which], self.basis[which])


def object_types(norad_id: Ints, names: Sequence[ObjectName], name: Sequence[str] = ()) -> npt.NDArray[np.object_]:
    """(n,) PAYLOAD, ROCKET BODY, DEBRIS or UNKNOWN: as the catalogue says; else by the words that public names carry.

    name: (n,) what the element sets call the object, if at hand. A name without such a word says nothing: UNKNOWN.
    """
    said = {n.norad_id: n.object_type for n in names if n.object_type}
    called = {n.norad_id: n.name for n in names if n.name}
    own = list(name) or [""] * len(norad_id)
    out = [said.get(k) or type_by_name(own[j] or called.get(k, "")) for j, k in enumerate(norad_id.tolist())]
    return np.array(out, object)


def type_by_name(name: str) -> str:
    """What the words of a public name say.

    >>> type_by_name("FENGYUN 1C DEB"), type_by_name("SL-16 R/B"), type_by_name("DEBUT")
    ('DEBRIS', 'ROCKET BODY', 'UNKNOWN')
    """
    upper = name.upper()
    return "DEBRIS" if _DEBRIS.search(upper) else "ROCKET BODY" if _BODY.search(upper) else "UNKNOWN"


def radii(norad_id: Ints, types: npt.NDArray[np.object_], mean_motion_rev_day: Floats, sizes: SizeTable | None = None) -> Radii:
    """The radius of each object (n,): from the table where it has one, else assumed by type."""
    high = (mean_motion_rev_day < NEAR_EARTH_REV_DAY) & np.isin(types, ("PAYLOAD", "UNKNOWN"))
    radius = np.where(high, HIGH_PAYLOAD_M, np.array([ASSUMED_M.get(t, ASSUMED_M["UNKNOWN"]) for t in types]))
    sigma, basis = np.zeros(len(norad_id)), np.full(len(norad_id), ASSUMED, object)
    if sizes is None or not len(sizes):
        return Radii(radius, sigma, basis)
    place = np.minimum(np.searchsorted(sizes.norad_id, norad_id), len(sizes) - 1)
    held = (sizes.norad_id[place] == norad_id) & np.isfinite(sizes.radius_m[place])
    default = np.array([s.upper() == "DEFAULT" for s in sizes.source], bool)[place]
    basis[held] = np.where(default[held], TABLE_DEFAULT, MEASURED)
    return Radii(np.where(held, sizes.radius_m[place], radius), np.where(held, sizes.sigma_m[place], sigma), basis)


def combined_m(first: Radii, second: Radii) -> Floats:
    """(n,) the radius of both together, metres: below it a pass is a collision. See the module."""
    total = (first.radius_m + second.radius_m) ** 2 + first.sigma_m**2 + second.sigma_m**2
    return np.asarray(np.sqrt(total))
