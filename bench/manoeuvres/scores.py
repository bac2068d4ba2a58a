"""How good, and how sure of it: precision, recall, times and sizes of what was found, over a chosen part of the judged table.

Every score is of a `Part`: some satellites, some years. A hit counts in the era of the burn made, a false alarm in that of the
burn found. Bootstrap: the blocks are months of one satellite, drawn with replacement, because misses and false alarms come in
spells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bench.manoeuvres.matching import BESIDE_IDLE, FALSE, Found, Judged, joined, judge, merged
from bench.manoeuvres.truth import History
from hoshimori.facts import Bools, Floats, Ints, Times

HOUR = np.timedelta64(1, "h")
YEAR = np.timedelta64(31_557_600, "s")
DRAWS, SEED = 1000, 1
SIZES_MM_S = (0.0, 1.0, 3.0, 6.0, 12.0, 50.0, np.inf)
WORTH_MEASURING_MM_S = 3.0


@dataclass(frozen=True)
class Part:
    """Some satellites between two moments. `histories` bring the truth that is scored."""

    name: str
    histories: tuple[History, ...]
    start_utc: np.datetime64
    stop_utc: np.datetime64

    def during(self, t: Times) -> Bools:
        return (t >= self.start_utc) & (t < self.stop_utc)

    def years(self) -> float:
        """Satellite-years in which the operators' records and the element sets overlap."""
        spells = [min(h.truth.stop_utc, self.stop_utc) - max(h.truth.start_utc, self.start_utc) for h in self.histories]
        return float(sum(max(spell / YEAR, 0.0) for spell in spells))

    def made(self) -> int:
        return sum(int(self.during(h.truth.t_utc).sum()) for h in self.histories)


def judged(part: Part, told: Mapping[int, Found], tolerance: np.timedelta64) -> Judged:
    """All satellites of the part, whole histories: years are chosen afterwards, so no burn loses its match at an edge."""
    return joined([
        judge(merged(told[h.satellite.norad_id]), h.truth, tolerance, h.satellite.norad_id) for h in part.histories
    ])  # fmt: skip


@dataclass(frozen=True)
class Tally:
    made: int
    hits: int
    false: int
    beside_idle: int
    years: float

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false) if self.hits + self.false else float("nan")

    @property
    def recall(self) -> float:
        return self.hits / self.made if self.made else float("nan")

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.made + self.hits + self.false) if self.made + self.false else float("nan")

    @property
    def false_per_year(self) -> float:
        return self.false / self.years if self.years else float("nan")


def tally(part: Part, table: Judged) -> Tally:
    made, seen = part.during(table.t_utc), part.during(table.found.t_utc)
    return Tally(
        int(made.sum()),
        int((table.by[made] >= 0).sum()),
        int((table.verdict[seen] == FALSE).sum()),
        int((table.verdict[seen] == BESIDE_IDLE).sum()),
        part.years(),
    )


def f1_interval(part: Part, table: Judged) -> tuple[float, float]:
    """2.5 % and 97.5 % of F1 over `DRAWS` drawings of satellite-months; months in which nothing happened change nothing."""
    made, seen = part.during(table.t_utc), part.during(table.found.t_utc) & (table.verdict == FALSE)
    months = _month(table.satellite, table.t_utc)[made], _month(table.found_satellite, table.found.t_utc)[seen]
    blocks, row = np.unique(np.concatenate(months), return_inverse=True)
    if not len(blocks):
        return float("nan"), float("nan")
    hit = np.concatenate([table.by[made] >= 0, np.zeros(seen.sum(), bool)])
    of_truth = np.concatenate([np.ones(made.sum(), bool), np.zeros(seen.sum(), bool)])
    hits, counted = (np.bincount(row, weights=w, minlength=len(blocks)) for w in (hit, of_truth.astype(float) + hit + ~of_truth))
    drawn = np.random.default_rng(SEED).multinomial(len(blocks), np.full(len(blocks), 1 / len(blocks)), DRAWS)
    low, high = np.quantile(2 * (drawn @ hits) / (drawn @ counted), [0.025, 0.975])
    return float(low), float(high)


def _month(satellite: Ints, t: Times) -> Ints:
    return satellite * 10_000 + t.astype("datetime64[M]").astype(np.int64)


@dataclass(frozen=True)
class Timing:
    """Of the hits, in hours: found less made."""

    n: int
    median_abs_h: float
    median_h: float
    inside_1_sigma: float
    inside_2_sigma: float


def timing(part: Part, table: Judged) -> Timing:
    hit = _hits(part, table)
    by = table.by[hit]
    error_h = (table.found.t_utc[by] - table.t_utc[hit]) / HOUR
    pull = np.abs(error_h) * 3600 / table.found.sigma_s[by]
    pull = pull[np.isfinite(pull)]
    return Timing(len(hit), _median(np.abs(error_h)), _median(error_h), _share(pull <= 1), _share(pull <= 2))


def _hits(part: Part, table: Judged) -> npt.NDArray[np.int64]:
    return np.flatnonzero((table.by >= 0) & part.during(table.t_utc))


@dataclass(frozen=True)
class Size:
    """Found over made, of the burns along one axis. spread: 1.4826 MAD. sign: share with the right one, NaN where unsaid."""

    n: int
    ratio: float
    spread: float
    median_abs_mm_s: float
    sign: float


def size(part: Part, table: Judged, axis: int, *, alone: bool = False) -> Size:
    """Burns of at least `WORTH_MEASURING_MM_S` along the axis (1 in-track, 2 cross-track) that are mostly along it.

    In-track is compared with its sign where the detector states one; cross-track by length, since its sign turns over every
    half orbit and no time here is that good. `alone`: only where no other burn was made within 6 days.
    """
    hit = _hits(part, table)
    made = table.dv_rtn_m_s[hit]
    along, rest = np.abs(made[:, axis]), np.linalg.norm(np.delete(made, axis, axis=1), axis=1)
    hit = hit[(along * 1e3 >= WORTH_MEASURING_MM_S) & (along > rest) & (table.alone[hit] | (not alone))]
    said, made = table.found.dv_rtn_m_s[table.by[hit], axis], table.dv_rtn_m_s[hit, axis]
    stated = np.isfinite(said)
    said, made = said[stated], made[stated]
    signed = axis == 1 and table.found.signed
    ratio = said / made if signed else np.abs(said / made)
    error = np.abs(said - made) if signed else np.abs(np.abs(said) - np.abs(made))
    median = _median(ratio)
    return Size(
        len(ratio), median, 1.4826 * _median(np.abs(ratio - median)), 1e3 * _median(error),
        _share(ratio > 0) if signed else float("nan"),
    )  # fmt: skip


def recall_by_size(part: Part, table: Judged) -> list[tuple[str, int, int]]:
    """(class in mm/s, made, found) of the whole delta-v; a last class where the record has none."""
    made = part.during(table.t_utc)
    mm_s, hit = 1e3 * np.linalg.norm(table.dv_rtn_m_s[made], axis=1), table.by[made] >= 0
    rows = []
    for low, high in pairwise(SIZES_MM_S):
        mine = (mm_s >= low) & (mm_s < high)
        name = f"< {high:g}" if low == 0 else f"{low:g}-{high:g}" if np.isfinite(high) else f"> {low:g}"
        rows.append((name, int(mine.sum()), int(hit[mine].sum())))
    return [*rows, ("not recorded", int(np.isnan(mm_s).sum()), int(hit[np.isnan(mm_s)].sum()))]


@dataclass(frozen=True)
class Threshold:
    score: float
    tally: Tally


def operating_point(part: Part, candidates: Mapping[int, Found], tolerance: np.timedelta64) -> Threshold | None:
    """The threshold with the best recall at one false alarm per satellite-year or fewer, of 60 spread over the scores."""
    scores = np.concatenate([candidates[h.satellite.norad_id].score for h in part.histories])
    best: Threshold | None = None
    for level in np.unique(np.quantile(scores, np.linspace(0, 1, 60), method="nearest")) if len(scores) else ():
        kept = {n: burns.take(burns.score >= level) for n, burns in candidates.items()}
        found = Threshold(float(level), tally(part, judged(part, kept, tolerance)))
        if found.tally.false_per_year <= 1 and (best is None or found.tally.recall > best.tally.recall):
            best = found
    return best


@dataclass(frozen=True)
class Delays:
    """From the burn to the moment at which it could be known."""

    n: int
    median_h: float
    most_h: float  # 90 %
    median_sets: float
    most_sets: float


def delays(part: Part, table: Judged, publication_lag: np.timedelta64) -> Delays:
    """Sets: how many with an epoch after the burn were published by then, each at its epoch plus the lag that is assumed."""
    hit = _hits(part, table)
    known = table.found.known_utc[table.by[hit]]
    hit, known = hit[~np.isnat(known)], known[~np.isnat(known)]
    hours, sets = (known - table.t_utc[hit]) / HOUR, np.zeros(len(hit))
    for h in part.histories:
        mine = table.satellite[hit] == h.satellite.norad_id
        epochs = h.sets.epoch_utc
        out = np.searchsorted(epochs, known[mine] - publication_lag, side="right")
        sets[mine] = out - np.searchsorted(epochs, table.t_utc[hit][mine], side="right")
    return Delays(len(hit), _median(hours), _quantile(hours, 0.9), _median(sets), _quantile(sets, 0.9))


def _median(x: Floats) -> float:
    return _quantile(x, 0.5)


def _quantile(x: Floats, q: float) -> float:
    return float(np.quantile(x, q)) if len(x) else float("nan")


def _share(x: Bools) -> float:
    return float(x.mean()) if len(x) else float("nan")
