"""What is screened: a public catalogue, the assets among it, and larger or smaller populations of the same kind from a seed."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori import formats
from hoshimori.facts import ElementSets
from hoshimori.sky import orbits
from hoshimori.sky.trajectories import Trajectories

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

START = np.datetime64("2022-07-15T00:00:00", "us")
FILE = Path("catalogue") / "3le_20220715.txt.gz"
ASSETS = 500
SPEAKS_US = 2**58
"""Nine thousand years: every set speaks at every time, as it does for the reference."""
SEED = 20260418


class Population(NamedTuple):
    """epoch_utc (n,); elements (n, 7): mean motion [rev/day], eccentricity, inclination, node, perigee, anomaly [deg], B*."""

    epoch_utc: Times
    elements: Floats

    def trajectories(self) -> Trajectories:
        """One set for each object."""
        n = len(self.epoch_utc)
        satellites = orbits.prepare(self.epoch_utc, *self.elements.T)
        epoch_us = self.epoch_utc.astype("datetime64[us]").astype(np.int64)
        return Trajectories(satellites, epoch_us, np.arange(n + 1), np.zeros(n, bool), SPEAKS_US, SPEAKS_US)


def read(path: Path) -> Population:
    """Every set of the file, in its order, by hoshimori's own reader."""
    sets = ElementSets.concat([parsed.element_sets for parsed in formats.read(path.read_bytes(), path.name)])
    angles = (sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg)
    return Population(sets.epoch_utc, np.column_stack((sets.mean_motion_rev_day, sets.eccentricity, *angles, sets.bstar_per_er)))


def asset_rows(path: Path, count: int = ASSETS) -> Ints:
    """Rows whose name holds neither " DEB" nor " R/B", every (so many // count)th of them, the first `count`."""
    names = [line[2:] for line in gzip.decompress(path.read_bytes()).decode(errors="replace").splitlines() if line[:2] == "0 "]
    rows = np.array([i for i, name in enumerate(names) if " DEB" not in name and " R/B" not in name])
    return rows[:: len(rows) // count][:count]


def every(catalogue: Population, nth: int) -> Population:
    """Every nth row."""
    return Population(catalogue.epoch_utc[::nth], catalogue.elements[::nth])


def of_size(catalogue: Population, n: int, seed: int = SEED) -> Population:
    """n objects: some of the catalogue, or all with others beside them that share an object's size and shape of orbit, but not
    its plane, perigee and place, which are drawn; sizes differ by some kilometres."""
    rng = np.random.default_rng(seed)
    rows = len(catalogue.epoch_utc)
    if n <= rows:
        some = np.sort(rng.choice(rows, n, replace=False))
        return Population(catalogue.epoch_utc[some], catalogue.elements[some])
    like = rng.integers(0, rows, n - rows)
    more = catalogue.elements[like].copy()
    more[:, 0] *= 1.0 + rng.normal(0.0, 1e-3, len(like))
    more[:, 3:6] = rng.uniform(0.0, 360.0, (len(like), 3))
    epoch_utc = np.append(catalogue.epoch_utc, catalogue.epoch_utc[like])
    return Population(epoch_utc, np.concatenate((catalogue.elements, more)))
