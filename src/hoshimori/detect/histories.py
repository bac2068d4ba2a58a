"""Element sets of many objects as series in which a burn is a kink: distance run along the track, tilt and node in km.

Mean elements only. Distances run come from the phases (node, perigee and anomaly together), which public sets hold to tens of
metres in LEO, while their mean motion is a hundred times poorer a witness of small burns. Time runs in TAI: counted in UTC, a
leap second moves every satellite by 3 to 7.6 km and looks like a burn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from hoshimori.detect.burns import Untold
from hoshimori.detect.neighbourhood import last_of_each_fit
from hoshimori.facts import Bools, ElementSets, Floats, Ints
from hoshimori.findings import Reason
from hoshimori.sky import orbits, secular, time, trend

LEAST_SETS = 5
LONG_GAP_DAYS = 30.0
"""Over a longer hole nothing is said: what a record did in between cannot be told from noise."""
ENHANCED = np.datetime64("2013-01-01T00:00:00", "us")
"""From here on published fits follow a burn within a day; before, they smear it over several. The eras are treated apart."""
J2000 = np.datetime64("2000-01-01T00:00:00", "us")
DAY = np.timedelta64(86_400_000_000, "us")
PLANE_BREAK_RAD = np.radians(5.0)
"""A jump of the plane between two sets that no satellite makes: 650 m/s in LEO. The number changed hands."""
NEAR_EQUATOR_RAD = np.radians(10.0)
"""Up to this inclination the plane is followed as a vector: at zero the node turns about at random."""
SIZE_BREAK = 0.05
"""A jump of this share of the semi-major axis within one gap: 190 m/s in LEO. The same."""
MIXED = 0.2
"""More breaks per set than this, and the record is of two objects."""
LOWEST_PERIGEE_KM = 150.0
DECAY_PERIGEE_KM = 300.0
DECAY_KM_DAY = 4.0
"""Below 300 km and falling faster than this, it comes down within about ten days: no burn can be told from the air."""
RATE_WINDOW = 61
RATE_TRUST = 8.0
"""The mean motions of successive sets err together, since their fits share tracks: their scatter is taken this many times."""


@dataclass(frozen=True)
class Histories:
    """Stretches of record, one object each and without long gaps. Rows (n,) sorted by object and time; stretch i is rows
    first[i] to first[i + 1].

    day: TAI days since 2000. along_km: distance run, less the stretch's mean rate. rate_km_day, rate_sigma_km_day: the same
    from the mean motions; raw_rate_km_day: before their running bias against the phases was taken off. tilt_km, node_km:
    inclination and node times the radius (node times sin i). node_unsure_km: one sigma of the node's step to the next row where
    the height changed in between, nobody knows when. ecc_km: (2, n) eccentricity vector times the radius, turned back by the
    secular motion of the perigee.
    """

    sets: ElementSets
    first: Ints
    day: Floats
    sma_km: Floats
    along_km: Floats
    rate_km_day: Floats
    rate_sigma_km_day: Floats
    raw_rate_km_day: Floats
    tilt_km: Floats
    node_km: Floats
    node_unsure_km: Floats
    ecc_km: Floats

    def __len__(self) -> int:
        return len(self.first) - 1

    @cached_property
    def stretch(self) -> Ints:
        """(n,) the stretch of every row."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    @cached_property
    def digests(self) -> list[str]:
        return self.sets.digest_texts()

    def speed_km_s(self, row: Ints) -> Floats:
        """Circular speed at the mean semi-major axis."""
        return np.asarray(np.sqrt(398600.8 / self.sma_km[row]))


def histories(sets: ElementSets) -> tuple[Histories, list[Untold]]:
    """What can be looked at, and what cannot and why. sets: any number of objects, in any order."""
    untold: list[Untold] = []
    usable = sets.take(~np.isnat(sets.epoch_utc))
    usable = last_of_each_fit(usable.take(np.lexsort((usable.epoch_utc, usable.norad_id))))
    satellites = _prepare(usable)
    sound = satellites.error == 0
    untold += [
        Untold(int(number), Reason("no usable set", {})) for number in np.setdiff1d(usable.norad_id, usable.norad_id[sound])
    ]
    usable, satellites = usable.take(sound), satellites.take(sound)
    columns = _Columns(usable, satellites)
    keep = ~columns.wild()
    usable, satellites = usable.take(keep), satellites.take(keep)
    columns = _Columns(usable, satellites)
    keep = columns.sound_objects(untold)
    usable, satellites = usable.take(keep), satellites.take(keep)
    columns = _Columns(usable, satellites)
    first, keep = columns.stretches(untold)
    return columns.take(keep).series(first), sorted(untold, key=lambda u: (u.norad_id, str(u.start_utc)))


def _prepare(sets: ElementSets) -> orbits.Satellites:
    motion, angles = sets.mean_motion_rev_day, (sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg)
    return orbits.prepare(sets.epoch_utc, motion, sets.eccentricity, *angles, sets.bstar_per_er)


class _Columns:
    """Sets and what SGP4 makes of them, row by row."""

    def __init__(self, sets: ElementSets, satellites: orbits.Satellites) -> None:
        self.sets, self.satellites = sets, satellites
        self.sma_km = secular.semi_major_axis_km(satellites)
        self.rates = secular.rates(satellites)
        self.inc, self.node = np.radians(sets.inc_deg), np.radians(sets.raan_deg)
        utc_days = (sets.epoch_utc - J2000) / DAY
        self.day = utc_days + _leap_days(sets)
        self.same = sets.norad_id[1:] == sets.norad_id[:-1]

    def take(self, keep: Bools) -> _Columns:
        return _Columns(self.sets.take(keep), self.satellites.take(np.flatnonzero(keep)))

    def jumps(self) -> tuple[Floats, Floats]:
        """(n - 1,) from set to set: tilt of the plane, rad, and change of size, as a share. Zero between objects."""
        node_step = secular.advances(self.node, self.rates.node, self.day)
        days = np.diff(self.day)
        node_step = node_step - 0.5 * (self.rates.node[1:] + self.rates.node[:-1]) * days
        haversine = np.sin(0.5 * np.diff(self.inc)) ** 2
        haversine += np.sin(self.inc[1:]) * np.sin(self.inc[:-1]) * np.sin(0.5 * node_step) ** 2
        tilt = 2.0 * np.arcsin(np.sqrt(np.clip(haversine, 0.0, 1.0)))  # the angle between the planes
        size = np.diff(self.sma_km) / self.sma_km[:-1]
        return np.where(self.same, tilt, 0.0), np.where(self.same, size, 0.0)

    def wild(self) -> Bools:
        """(n,) single sets that break with both neighbours while these agree with each other."""
        tilt, size = self.jumps()
        broken = (tilt > PLANE_BREAK_RAD) | (np.abs(size) > SIZE_BREAK)
        alone = np.zeros(len(self.sets), bool)
        middle = np.flatnonzero(broken[:-1] & broken[1:]) + 1
        back = np.abs(self.sma_km[middle + 1] / self.sma_km[middle - 1] - 1.0) < SIZE_BREAK
        level = np.abs(self.inc[middle + 1] - self.inc[middle - 1]) < PLANE_BREAK_RAD
        alone[middle[back & level]] = True
        again = np.append(False, alone[:-1])  # of a row of them that alternate, every second
        return np.asarray(alone & ~again)

    def sound_objects(self, untold: list[Untold]) -> Bools:
        """Objects of which something can be said; the others are named."""
        tilt, size = self.jumps()
        broken = np.append((tilt > PLANE_BREAK_RAD) | (np.abs(size) > SIZE_BREAK), False)
        number, start, count = np.unique(self.sets.norad_id, return_index=True, return_counts=True)
        keep = np.ones(len(self.sets), bool)
        breaks = np.add.reduceat(broken, start) if len(start) else np.zeros(0)
        for n, a, c, b in zip(number.tolist(), start.tolist(), count.tolist(), breaks.tolist(), strict=True):
            if c < LEAST_SETS:
                untold.append(Untold(n, Reason("few sets", {"sets": float(c), "least": float(LEAST_SETS)})))
            elif b > MIXED * c:
                untold.append(Untold(n, Reason("two objects under one number", {"breaks": float(b), "sets": float(c)})))
            else:
                falling = self._coming_down(slice(a, a + c))
                if falling is not None:
                    untold.append(Untold(n, falling, *self.sets.epoch_utc[[a, a + c - 1]]))
                else:
                    continue
            keep[a : a + c] = False
        return keep

    def _coming_down(self, rows: slice) -> Reason | None:
        perigee_km = self.sma_km[rows] * (1.0 - self.sets.eccentricity[rows]) - 6378.135
        newest = perigee_km[-3:]
        last = float(np.median(newest))
        if last > DECAY_PERIGEE_KM:
            return None
        day, sma = self.day[rows], self.sma_km[rows]
        recent = day >= day[-1] - 5.0
        recent[-3:] = True
        rate = float((sma[-1] - sma[recent][0]) / max(day[-1] - day[recent][0], 1e-6))
        if last < LOWEST_PERIGEE_KM or rate < -DECAY_KM_DAY:
            return Reason("re-entering", {"perigee_km": last, "km_day": rate})
        return None

    def stretches(self, untold: list[Untold]) -> tuple[Ints, Bools]:
        """First rows of stretches (after `keep` has been applied), and which rows are in one long enough."""
        n = len(self.sets)
        if n == 0:
            return np.zeros(1, np.int64), np.zeros(0, bool)
        tilt, size = self.jumps()
        epoch, number = self.sets.epoch_utc, self.sets.norad_id
        gap_days = np.diff(self.day)
        long = self.same & (gap_days > LONG_GAP_DAYS)
        hands = self.same & ((tilt > PLANE_BREAK_RAD) | (np.abs(size) > SIZE_BREAK))
        eras = (epoch[:-1] < ENHANCED) & (epoch[1:] >= ENHANCED)
        for k in np.flatnonzero(long):
            why = Reason("gap in the record", {"days": float(gap_days[k])})
            untold.append(Untold(int(number[k]), why, epoch[k], epoch[k + 1]))
        for k in np.flatnonzero(hands & ~long):
            why = Reason("number changed hands", {"deg": float(np.degrees(tilt[k])), "share": float(size[k])})
            untold.append(Untold(int(number[k]), why, epoch[k], epoch[k + 1]))
        starts = np.append(0, np.flatnonzero(~self.same | long | hands | eras) + 1)
        counts = np.diff(np.append(starts, n))
        keep = np.repeat(counts >= LEAST_SETS, counts)
        for a, c in zip(starts[counts < LEAST_SETS].tolist(), counts[counts < LEAST_SETS].tolist(), strict=True):
            why = Reason("short stretch", {"sets": float(c), "least": float(LEAST_SETS)})
            untold.append(Untold(int(number[a]), why, epoch[a], epoch[a + c - 1]))
        return np.append(0, np.cumsum(counts[counts >= LEAST_SETS])), keep

    def series(self, first: Ints) -> Histories:
        n = len(self.sets)
        stretch = np.repeat(np.arange(len(first) - 1), np.diff(first))
        cosine = np.cos(_of_stretch(self.inc, first))[stretch]
        radius = _of_stretch(self.sma_km, first)[stretch]
        phase = self.node * cosine + np.radians(self.sets.argp_deg) + np.radians(self.sets.ma_deg)
        rate = (self.rates.node * cosine + self.rates.perigee + self.rates.anomaly) * radius
        steps = self._run(phase, rate / radius, cosine) * radius[1:] if n else np.zeros(0)
        mean = _of_stretch(rate, first)[stretch]
        along = _summed(steps - mean[1:] * np.diff(self.day), first)
        tilt_km, node_km = self._plane(first, stretch, radius)
        turned = secular.advances(np.radians(self.sets.argp_deg), self.rates.perigee, self.day) if n else np.zeros(0)
        turned = turned - 0.5 * (self.rates.perigee[1:] + self.rates.perigee[:-1]) * np.diff(self.day)
        angle = _summed(turned, first)
        ecc_km = self.sets.eccentricity * radius * np.stack((np.cos(angle), np.sin(angle)))
        given, sigma = trend.rate_witness(self.day, along, rate - mean, first, RATE_WINDOW)
        return Histories(
            self.sets,
            first,
            self.day,
            self.sma_km,
            along,
            given,
            RATE_TRUST * sigma,
            rate - mean,
            np.asarray(tilt_km),
            node_km,
            self._node_unsure(radius),
            ecc_km,
        )

    def _plane(self, first: Ints, stretch: Ints, radius: Floats) -> tuple[Floats, Floats]:
        """Two directions in which the plane moves, km: tilt and node; near the equator, where the node is lost, the two
        components of the inclination vector."""
        inc = _of_stretch(self.inc, first)[stretch]
        step = secular.advances(self.node, self.rates.node, self.day) if len(self.day) else np.zeros(0)
        mean = 0.5 * (self.rates.node[1:] + self.rates.node[:-1])  # set by set: a new height turns it at a new rate
        step = step - mean * np.diff(self.day)
        node = _summed(step, first) * np.sin(inc)
        flat = inc < NEAR_EQUATOR_RAD
        x, y = self.inc * np.cos(self.node), self.inc * np.sin(self.node)
        return np.where(flat, x, self.inc - inc) * radius, np.where(flat, y, node) * radius

    def _node_unsure(self, radius: Floats) -> Floats:
        """km, at each row for the gap after it: the change of the node's rate, begun anywhere in the gap."""
        turn = np.append(np.abs(np.diff(self.rates.node)) * np.diff(self.day), 0.0) if len(self.day) else np.zeros(0)
        return np.asarray(
            np.where(np.append(self.same, False)[: len(turn)], turn, 0.0) * radius * np.sin(self.inc) / np.sqrt(12.0)
        )

    def _run(self, phase: Floats, rate: Floats, cosine: Floats) -> Floats:
        """Advance from row to row, rad: whole turns of node and of the rest are counted apart, since cos(i) weighs the node."""
        node = secular.advances(self.node, self.rates.node, self.day)
        rest = secular.advances(phase - self.node * cosine, rate - self.rates.node * cosine, self.day)
        return np.asarray(rest + node * cosine[1:])


def _leap_days(sets: ElementSets) -> Floats:
    """TAI - UTC in days, less that of 2000."""
    days, place = np.unique(sets.epoch_utc.astype("datetime64[D]"), return_inverse=True)
    old = days < np.datetime64("1972-01-01", "D")
    offset = np.full(len(days), 10.0)
    offset[~old] = time.tai_minus_utc_s(days[~old].astype("datetime64[us]"))
    return np.asarray((offset[place] - 32.0) / 86400.0)


def _of_stretch(x: Floats, first: Ints) -> Floats:
    """The median of each stretch."""
    return np.array([np.median(x[a:b]) for a, b in pairwise(first.tolist())])


def _summed(steps: Floats, first: Ints) -> Floats:
    """Running sums (n,) that begin at zero in every stretch: each by itself, so that company does not change a digit."""
    out = np.zeros(first[-1])
    for a, b in pairwise(first.tolist()):
        np.cumsum(steps[a : b - 1], out=out[a + 1 : b])
    return out


def by_object(numbers: Ints) -> Iterator[tuple[int, slice]]:
    """Runs of equal catalogue numbers in sorted rows."""
    edges = np.flatnonzero(np.diff(numbers)) + 1
    for a, b in zip([0, *edges.tolist()], [*edges.tolist(), len(numbers)], strict=True):
        if b > a:
            yield int(numbers[a]), slice(a, b)
