"""How far element sets miss as they age: learns the table of sky/ageing.py on half of the objects, checks it on the other half.

    python bench/ageing/run.py [FOLDER]    FOLDER: element sets of a week or more, several sets per object; without it the
                                           geo-week folder of the test data (HOSHIMORI_DATA)

Every set is propagated to the epochs of the later sets of its object; the difference in RTN of the later set is collected by
class of orbit and age, at most 60 pairs per object and age. Objects with odd catalogue numbers teach, even ones check. Prints the
68.27 % quantile of each axis (the table) and, for the even half, the share inside one and two table sigmas.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from hoshimori import formats
from hoshimori.facts import ElementSets, Floats, Ints
from hoshimori.sky import ageing, orbits, relative

BINS = ((0.1, 0.4), (0.4, 0.75), (0.75, 1.25), (1.7, 2.3), (2.6, 3.4), (4.5, 5.5), (6.0, 7.0))
DAY = np.timedelta64(86_400_000_000, "us")


def read(folder: Path) -> ElementSets:
    """All sets below a folder, sorted, one per object and epoch."""
    parts = [
        parsed.element_sets for path in sorted(folder.rglob("*.3le*")) for parsed in formats.read(path.read_bytes(), path.name)
    ]
    sets = ElementSets.concat(parts)
    sets = sets.take(np.lexsort((sets.epoch_utc, sets.norad_id)))
    again = (sets.norad_id[1:] == sets.norad_id[:-1]) & (sets.epoch_utc[1:] == sets.epoch_utc[:-1])
    return sets.take(np.append(~again, True))


def pairs_of(sets: ElementSets, lo: float, hi: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Rows (earlier, later) of one object whose epochs lie lo to hi days apart, at most 60 an object."""
    edges = np.flatnonzero(np.diff(sets.norad_id)) + 1
    early, late = [], []
    for a, b in zip([0, *edges], [*edges, len(sets)], strict=True):
        days = (sets.epoch_utc[a:b] - sets.epoch_utc[a]) / DAY
        i, j = np.nonzero((days[None, :] - days[:, None] >= lo) & (days[None, :] - days[:, None] < hi))
        keep = rng.permutation(len(i))[:60]
        early.append(a + i[keep])
        late.append(a + j[keep])
    return np.concatenate(early), np.concatenate(late)


def misses(sets: ElementSets, satellites: orbits.Satellites, early: Ints, late: Ints) -> Floats:
    """(k, 3) RTN of the earlier set's prediction minus the later set, at the later epoch; NaN where SGP4 fails."""
    r, v, _ = orbits.pairs(satellites, late, sets.epoch_utc[late])
    predicted, _, _ = orbits.pairs(satellites, early, sets.epoch_utc[late])
    return relative.to_rtn(predicted - r, r, v)


def report(name: str, ids: Ints, late_n: Floats, late_e: Floats, days: Floats, off: Floats) -> None:
    odd, good = ids % 2 == 1, np.isfinite(off[:, 0])
    learn, check = np.abs(off[odd & good]), np.abs(off[~odd & good])
    if len(learn) < 100 or len(check) < 100:
        return
    sigma = np.quantile(learn, 0.6827, axis=0)
    table = ageing.sigma_rtn_km(late_n, late_e, days)[~odd & good]
    one, two = (check <= table).mean(axis=0), (check <= 2 * table).mean(axis=0)
    own = (check <= sigma).mean(axis=0)
    print(
        f"{name:9s} {np.median(days):5.2f} d  pairs {len(learn):6d}+{len(check):6d}  sigma R/T/N {sigma[0]:8.3f} {sigma[1]:8.3f} "
        f"{sigma[2]:8.3f} km | even half inside it {own[0]:.2f} {own[1]:.2f} {own[2]:.2f}"
        f" | inside the table x1 {one[0]:.2f} {one[1]:.2f} {one[2]:.2f}  x2 {two[0]:.2f} {two[1]:.2f} {two[2]:.2f}"
    )


def main(folder: Path) -> None:
    sets = read(folder)
    sets = sets.take(~np.array([n.startswith("STARLINK") for n in sets.name]))
    kind = ageing.orbit_class(sets.mean_motion_rev_day, sets.eccentricity)
    print(f"{len(sets)} sets of {len(np.unique(sets.norad_id))} objects (Starlink left out: they thrust daily)")
    satellites = orbits.prepare(
        sets.epoch_utc, sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg,
        sets.bstar_per_er,
    )  # fmt: skip
    rng = np.random.default_rng(1)
    for name in ageing.TABLE_KM:
        for lo, hi in BINS:
            early, late = pairs_of(sets, lo, hi, rng)
            mine = kind[late] == name
            early, late = early[mine], late[mine]
            days = (sets.epoch_utc[late] - sets.epoch_utc[early]) / DAY
            off = misses(sets, satellites, early, late)
            report(name, sets.norad_id[late], sets.mean_motion_rev_day[late], sets.eccentricity[late], days, off)


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")) / "geo-week"
    if not given.is_dir():
        sys.exit(f"no folder {given}: name one that holds element sets of a week or more")
    main(given)
