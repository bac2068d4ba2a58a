"""The figures that are shipped with hoshimori.tracking: floors worked out by theory, classes learnt on public sets.

    python bench/covariance/run.py --learn

Floors need no data. LEO and GEO classes are learnt on the objects with odd catalogue numbers of one week of public sets
(geo-week); the satellites and years that the tables of realism score are not among them. For MEO and HEO the
test data hold no histories, or too few: their growth too is theory, that of a perfect tracker, widened by what tracking may add:
see `THEORY_SPREAD`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench.covariance.theory import Orbit, left_out, published
from hoshimori import formats
from hoshimori.facts import ElementSets, Floats
from hoshimori.tracking import classes, differences, scatter
from hoshimori.tracking.growth import AGES_DAYS, Growth

SHIPPED = Path(classes.__file__).with_name("errors.json")
DIGITS = 5
MOTIONS = (1.0027, 1.7, 2.3, 4.2, 6.4, 9.2, 11.4, 12.8, 13.6, 14.4, 15.2, 15.7)
INCLINATIONS = (3.0, 30.0, 52.0, 66.0, 82.0, 98.0, 115.0)
ECCENTRIC = (
    Orbit(2.006, 0.72, 63.4, 40.0, 280.0),
    Orbit(2.006, 0.70, 62.9, 200.0, 270.0),
    Orbit(2.26, 0.73, 6.0, 120.0, 178.0),
    Orbit(2.4, 0.70, 27.0, 300.0, 120.0),
    Orbit(4.3, 0.55, 28.0, 60.0, 30.0),
    Orbit(8.0, 0.30, 50.0, 10.0, 200.0),
)
MEO_LOW = (
    Orbit(6.3866, 0.0045, 109.84),
    Orbit(6.4729, 0.0138, 52.65, 220.0),
    Orbit(5.0, 0.01, 66.0, 20.0),
    Orbit(4.1, 0.03, 90.0),
)
MEO_HIGH = (
    Orbit(2.0056, 0.008, 55.0),
    Orbit(2.0057, 0.012, 54.0, 220.0, 30.0),
    Orbit(1.7047, 0.0004, 54.6, 180.0),
    Orbit(1.7047, 0.0003, 57.0, 60.0, 300.0),
    Orbit(2.1310, 0.001, 64.8, 300.0),
    Orbit(1.8623, 0.0006, 55.4, 30.0),
)
THEORY_DAYS = 40.0
THEORY_SPREAD = 1.5
"""Of log(variance) from object to object, an assumption: that of GEO, the widest class measured that does not meet the air. A
variance so unsure has a mean exp(spread^2 / 2) times its middle: sigma is widened by the root of that, 1.75."""
WITH_SETS = ("LEO low", "LEO high", "GEO", "HEO far")
PER_OBJECT = 12
THRUSTING, EVERY = "ONEWEB", 6
"""OneWeb thrusts and is most of LEO high here: every sixth of its satellites is heard, Starlink not at all."""


def shipped_text(data: Path) -> str:
    """The content of errors.json."""
    return json.dumps({"classes": learnt_classes(data), "floors": learnt_floors()}, indent=1, sort_keys=True) + "\n"


def learnt_floors() -> dict[str, Any]:
    near = np.array([[second_moment(Orbit(n, 0.001, i)) for i in INCLINATIONS] for n in MOTIONS])
    sigma, shape = scatter.split(near)
    far, far_shape = scatter.split(np.mean([second_moment(orbit) for orbit in ECCENTRIC], axis=0))
    return {
        "mean_motion_rev_day": list(MOTIONS),
        "inc_deg": list(INCLINATIONS),
        "sigma": rounded(sigma),
        "correlation": rounded(shape.mean(axis=(0, 1))),
        "eccentric_sigma": rounded(far),
        "eccentric_correlation": rounded(far_shape),
    }


def second_moment(orbit: Orbit) -> Floats:
    d = left_out(orbit)
    return np.asarray(d.T @ d / len(d) + np.diag(np.array([1e-6] * 3 + [1e-12] * 3)))


def learnt_classes(data: Path) -> dict[str, Any]:
    sets = week(data)
    teaching = sets.take(sets.norad_id % 2 == 1)
    ground = "public sets of 24-30 May 2026, objects with odd catalogue numbers"
    out = {name: from_sets(teaching, name, f"{ground}; bench/covariance") for name in WITH_SETS}
    perfect = "SGP4 fits to orbits under EGM96 to degree 8, Sun and Moon, no tracking error; bench/covariance"
    for name, orbits in (("MEO low", MEO_LOW), ("MEO high", MEO_HIGH), ("HEO", ECCENTRIC)):
        out[name] = from_theory(orbits, perfect)
    return out


def week(data: Path) -> ElementSets:
    """All sets of the geo-week, Starlink left out, OneWeb thinned; sorted by object and epoch."""
    paths = [p for p in sorted((data / "geo-week").glob("*.3le.gz")) if "starlink" not in p.name]
    sets = ElementSets.concat([x.element_sets for p in paths for x in formats.read(p.read_bytes(), p.name)])
    kept = np.array([not str(n).startswith(THRUSTING) for n in sets.name]) | (sets.norad_id // 2 % EVERY == 0)
    kept &= np.array([not str(n).startswith("STARLINK") for n in sets.name])
    sets = sets.take(kept)
    return sets.take(np.lexsort((sets.epoch_utc, sets.norad_id)))


def objects(sets: ElementSets, name: str) -> Iterator[ElementSets]:
    """The histories of the objects of one class."""
    edges = [0, *(np.flatnonzero(np.diff(sets.norad_id)) + 1).tolist(), len(sets)]
    for a, b in pairwise(edges):
        mine = sets.take(slice(a, b))
        kind = classes.orbit_class(mine.mean_motion_rev_day[:1], mine.eccentricity[:1])[0]
        if kind == name and b - a >= 3:
            yield mine


def from_sets(sets: ElementSets, name: str, ground: str) -> dict[str, Any]:
    """One class: pooled differences of all its objects, each heard `PER_OBJECT` times at most at each age and side."""
    ages = np.array(AGES_DAYS[:5])
    prepared = [differences.usable(history)[1] for history in objects(sets, name)]
    found = {}
    for side in ("ahead", "behind"):
        parts = [differences.differences(s, ages, ahead=side == "ahead") for s in prepared if len(s) >= 3]
        found[side] = [p.take(_few(p)) for p in parts if len(p.d)]
    growths = {side: pooled(parts, ages) for side, parts in found.items()}
    return {side: written(growth) for side, growth in growths.items()} | {
        "spread": round(spread(found["ahead"], growths["ahead"]), 3),
        "ground": ground,
    }


def from_theory(orbits: tuple[Orbit, ...], ground: str) -> dict[str, Any]:
    ages = np.array(AGES_DAYS[1:])
    prepared = [published(orbit, THEORY_DAYS) for orbit in orbits]
    sides = {}
    for side in ("ahead", "behind"):
        parts = [differences.differences(s, ages, ahead=side == "ahead") for s in prepared]
        growth = pooled(parts, ages)
        sides[side] = written(Growth(ages, growth.sigma * np.exp(THEORY_SPREAD**2 / 4.0), growth.correlation))
    return {**sides, "spread": THEORY_SPREAD, "ground": ground}


def pooled(parts: list[differences.Differences], ages: Floats) -> Growth:
    """Every difference brought to the age of its node, then one robust covariance for each."""
    sigma, shape = np.empty((len(ages), 6)), np.empty((len(ages), 6, 6))
    for node in range(len(ages)):
        d = np.concatenate([p.d[p.node == node] * (ages[node] / np.abs(p.age_days[p.node == node]))[:, None] for p in parts])
        sigma[node], shape[node] = scatter.split(scatter.scatter(d))
    return Growth(ages, np.maximum.accumulate(sigma, axis=0), shape)


def spread(parts: list[differences.Differences], growth: Growth) -> float:
    """One sigma of log(variance) from object to object at one and two days, sampling noise taken off: the median over R, T, N.

    Of n squares of a Gaussian, the logarithm of the mean varies by 2 / n; here n counts the days told, as neighbours are alike.
    """
    seen, noise = [], []
    for p in parts:
        mine = (p.node == 1) | (p.node == 2)
        if mine.sum() < scatter.FEWEST:
            continue
        z = p.d[mine, :3] / growth.sigma_at(p.age_days[mine])[:, :3]
        seen.append(2.0 * np.log(np.median(np.abs(z), axis=0) / 0.6745))
        noise.append(2.0 / 4.0)
    between = (np.subtract(*np.quantile(seen, [0.8413, 0.1587], axis=0)) / 2.0) ** 2
    return float(np.sqrt(np.maximum(np.median(between) - np.mean(noise), 0.1)))


def written(growth: Growth) -> dict[str, Any]:
    return {
        "ages_days": growth.ages_days.tolist(),
        "sigma": rounded(growth.sigma),
        "correlation": rounded(growth.correlation),
    }


def rounded(x: Floats) -> Any:
    """Nested lists with five digits that count."""
    size = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.maximum(np.abs(x), 1e-12))))
    return (np.rint(x * size) / size).tolist()


def _few(p: differences.Differences) -> Any:
    """The first `PER_OBJECT` of every age."""
    order = np.argsort(p.node, kind="stable")
    rank = np.empty(len(order), np.int64)
    starts = np.searchsorted(p.node[order], p.node[order])
    rank[order] = np.arange(len(order)) - starts
    return rank < PER_OBJECT
