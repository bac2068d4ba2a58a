"""The work of `sieve`: blocks of states, candidates, their exact minima, and the pairs that need more than a straight line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky import orbits, screening
from hoshimori.sky._slots import LANES
from hoshimori.sky.relative import closest_approach
from hoshimori.sky.screening import Minima, Spells
from hoshimori.sky.trajectories import Trajectories

if TYPE_CHECKING:
    from hoshimori.sky.sieve import Plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Singles = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]

SPAN_S = 0.25
"""The minimum is that of the parabola through the squared distances this far before and after."""
SEAM_S = 1.0
"""Nothing this near to a seam of two sets that are not joined is a minimum of the motion."""
AT_ONCE = 20_000


class Candidates(NamedTuple):
    """Fast pairs that may meet, (k,) each: rows, a grid time and the seconds from there."""

    a: Ints
    b: Ints
    t_us: Ints
    offset_s: Floats

    def take(self, which: Any) -> Candidates:
        return Candidates(*(column[which] for column in self))


class Absences(NamedTuple):
    """Stretches in which a row has no states, (k,) each: after the last moment with one, before the first one again (µs).

    Where the window begins or ends without states, `last_us` is the start of the window less one, `next_us` its end.
    """

    row: Ints
    last_us: Ints
    next_us: Ints


class Changes(NamedTuple):
    """When rows come and go: at t_us a row is there (or not), unlike one grid time before."""

    row: Ints
    t_us: Ints


class _Block(NamedTuple):
    fast: Candidates
    slow: Ints  # (k, 2)
    first: Bools  # (rows,) who is there at the first time
    last: Bools
    changes: Changes


@dataclass
class Search:
    """One screening: see `sieve.screen`."""

    trajectories: Trajectories
    start_us: int
    stop_us: int
    within_km: float
    few: Ints | None
    plan: Plan
    pool: ThreadPoolExecutor
    threads: int
    spare: list[Singles] = field(default_factory=list)
    """Blocks to use again: fresh memory of this size costs as much as the states that go into it."""

    def run(self, progress: Progress | None) -> tuple[Minima, Spells, tuple[Ints, Ints, Ints, Ints]]:
        t_us = self._grid_times()
        pieces = [t_us[k : k + LANES] for k in range(0, len(t_us), LANES)]
        blocks = list(self._blocks(pieces, progress))
        absences = self._absences(blocks, t_us[::LANES])
        edges = list(self._at_edges(absences))
        slow = np.unique(
            np.concatenate([np.zeros((0, 2), np.int64), *(b.slow for b in blocks), *(e.slow for e in edges)]), axis=0
        )
        fast = [_once(b.fast, self.plan.step_us // 4) for b in (*blocks, *edges)]
        candidates = Candidates(*(np.concatenate(c) for c in zip(*fast, strict=True))) if fast else _nothing()
        keep = ~np.isin(_key(candidates.a, candidates.b), _key(slow[:, 0], slow[:, 1]))
        candidates = _once(candidates.take(keep), self.plan.step_us // 4)
        minima = self._pinned(candidates)
        slowly, stays = self._slowly(slow)
        return _joined([minima, *slowly]), stays, self._failures(absences)

    # ---- the grid

    def _grid_times(self) -> Ints:
        step = self.plan.step_us
        return step * np.arange(self.start_us // step, -(-self.stop_us // step) + 1, dtype=np.int64)

    def _blocks(self, pieces: Sequence[Ints], progress: Progress | None) -> Iterator[_Block]:
        done = 0
        for first in range(0, len(pieces), 2 * self.threads):  # no more at once than the memory that was promised
            part = pieces[first : first + 2 * self.threads]
            for block in self.pool.map(self._block, part):
                yield block
                done += 1
                if progress:
                    progress(done, len(pieces))

    def _block(self, t_us: Ints) -> _Block:
        from hoshimori.sky._sieve_kernel import all_pairs, comings_and_goings, some_with_all

        spare = self.spare.pop() if self.spare else np.empty((LANES, self.trajectories.rows, 8), np.float32)
        block = spare[: len(t_us)]
        self._states(t_us, block)
        p = self.plan
        shape = (p.cell_km, p.half_s, self.within_km, p.slow_km_s, p.bits)
        found = all_pairs(block, *shape) if self.few is None else some_with_all(block, self.few, *shape)
        a, b, k, t_s, slow_a, slow_b = found
        fast = Candidates(a.astype(np.int64), b.astype(np.int64), t_us[k], t_s)
        pairs = np.column_stack((slow_a, slow_b)).astype(np.int64)
        first = ~np.isnan(block[0, :, 0])
        last = first.copy()
        row, j = comings_and_goings(block, last)
        slow = np.unique(pairs, axis=0) if len(pairs) else pairs
        self.spare.append(spare)
        return _Block(_once(fast, p.step_us // 4), slow, first, last, Changes(row.astype(np.int64), t_us[j]))

    def _states(self, t_us: Ints, block: Singles) -> None:
        """States of all rows into (times, rows, 8), NaN where a row does not speak."""
        from hoshimori.sky._sieve_kernel import lay, put

        tr = self.trajectories
        block[:, :, 0] = np.nan
        last = tr.first[1:] - 1
        some = np.diff(tr.first) > 0
        given = np.zeros(tr.rows, bool)
        given[list(tr.given)] = True
        one = some & ~given & ((np.diff(tr.first) == 1) | (t_us[0] > np.where(some, tr.epoch_us[np.where(some, last, 0)], 0)))
        row = np.flatnonzero(one)
        which = last[row]
        single = which == tr.first[row]
        since = tr.epoch_us[which] - np.where(single, tr.before_us, tr.reach_us)
        lay(tr.satellites.table, which, row, t_us, since, tr.epoch_us[which] + tr.reach_us, block)
        rest = np.flatnonzero(~one & (some | given))
        if len(rest):
            r, v = tr.take(rest).grid(t_us.astype("datetime64[us]"))
            put(r, v, rest, block)
        rough = rest[self._rough[rest]]
        if len(rough):
            mine = tr.take(rough)
            r, v = mine.grid(t_us.astype("datetime64[us]"))
            before, after = (mine.grid((t_us + side).astype("datetime64[us]"))[0] for side in (-500_000, 500_000))
            put(r, np.where(np.isnan(after - before), v, after - before), rough, block)

    @cached_property
    def _rough(self) -> Bools:
        """(rows,) has the row a set whose velocity the theory gets wrong? Its blended path needs differences of positions too."""
        from hoshimori.sky._sieve_kernel import rough

        tr = self.trajectories
        out = np.zeros(tr.rows, bool)
        out[np.repeat(np.arange(tr.rows), np.diff(tr.first))[rough(tr.satellites.table)]] = True
        return out

    # ---- paths that end, begin or break

    def _absences(self, blocks: Sequence[_Block], starts_us: Ints) -> Absences:
        """From the comings and goings on the grid, to the millisecond."""
        before = blocks[0].first
        row, t_us = [], []
        for block, start in zip(blocks, starts_us, strict=True):
            turned = np.flatnonzero(block.first != before)
            row += [turned, block.changes.row]
            t_us += [np.full(len(turned), start), block.changes.t_us]
            before = block.last
        changes = Changes(np.concatenate(row), np.concatenate(t_us))
        order = np.lexsort((changes.t_us, changes.row))
        edge_row, edge_us = changes.row[order], self._edges_us(changes.row[order], changes.t_us[order])
        out: list[tuple[int, int, int]] = []
        for i in np.union1d(edge_row, np.flatnonzero(~blocks[0].first)):
            mine = edge_us[edge_row == i].tolist()
            ends = [self.start_us - 1, *mine] if not blocks[0].first[i] else mine
            ends = ends if len(ends) % 2 == 0 else [*ends, self.stop_us]
            out += [(int(i), *ends[k : k + 2]) for k in range(0, len(ends), 2)]
        return Absences(*np.array(out, np.int64).reshape(-1, 3).T)

    def _edges_us(self, row: Ints, t_us: Ints) -> Ints:
        """The moment with states next to a change that the grid showed at t_us: its last one, or its first one."""
        lo, hi = t_us - self.plan.step_us, t_us.copy()
        comes = self._there(row, hi)
        while len(row) and int((hi - lo).max()) > 1000:
            middle = (lo + hi) // 2
            like_hi = self._there(row, middle) == comes
            lo, hi = np.where(like_hi, lo, middle), np.where(like_hi, middle, hi)
        return np.where(comes, hi, lo)

    def _there(self, row: Ints, t_us: Ints) -> Bools:
        from hoshimori.sky._sieve_kernel import FASTEST_KM_S

        _, v = self.trajectories.at(row, t_us.astype("datetime64[us]"), np.zeros(len(row)))
        return np.asarray((v * v).sum(axis=1) <= FASTEST_KM_S**2)

    def _failures(self, absences: Absences) -> tuple[Ints, Ints, Ints, Ints]:
        """Row, from when, until when, SGP4's code, for absences that touch the window."""
        since, until = np.maximum(absences.last_us + 1, self.start_us), np.minimum(absences.next_us, self.stop_us)
        inside = np.flatnonzero(since < until)
        row, since, until = absences.row[inside], since[inside], until[inside]
        tr = self.trajectories
        code = np.full(len(row), orbits.NO_SET_SPEAKS, np.int64)
        for k, i in enumerate(row):
            if tr.first[i] < tr.first[i + 1] and int(i) not in tr.given:
                sets = np.arange(tr.first[i], tr.first[i + 1])
                nearest = sets[np.argmin(np.abs(tr.epoch_us[sets] - since[k]))]
                spoken = abs(int(since[k]) + 1000 - int(tr.epoch_us[nearest])) <= tr.reach_us
                moment = np.array([since[k] + 1000]).astype("datetime64[us]")
                found = int(orbits.pairs(tr.satellites, np.array([nearest]), moment)[2][0])
                code[k] = (found or orbits.PAST_ITS_END) if spoken else code[k]
        return row, since, until, code

    def _at_edges(self, absences: Absences) -> Iterator[_Block]:
        """What is met on a path's last step before it ends or breaks, and on its first one after."""
        from hoshimori.sky._sieve_kernel import FASTEST_PULL_KM_S2, ROUNDING_KM, at_an_edge

        begin, end = absences.next_us < self.stop_us, absences.last_us >= self.start_us
        broken, seam_us = self.trajectories.breaks_us()
        near = (seam_us > self.start_us - self.plan.step_us) & (seam_us < self.stop_us + self.plan.step_us)
        broken, seam_us = broken[near], seam_us[near]
        rows = np.concatenate((absences.row[end], absences.row[begin], broken, broken))
        moments = np.concatenate((absences.last_us[end], absences.next_us[begin], seam_us - 1000, seam_us + 1000))
        sides = np.repeat([-1, 1, -1, 1], [int(end.sum()), int(begin.sum()), len(broken), len(broken)])
        everyone = np.arange(self.trajectories.rows)
        looked_at = np.zeros(self.trajectories.rows, bool)
        looked_at[everyone if self.few is None else self.few] = True
        half_s = self.plan.step_s
        for i, t_us, side in zip(rows, moments, sides, strict=True):
            t_utc = np.full(len(everyone), t_us).astype("datetime64[us]")
            r, v = self.trajectories.at(everyone, t_utc, np.zeros(len(everyone)))
            speed = np.sqrt((v * v).sum(axis=1)) + FASTEST_PULL_KM_S2 * half_s
            reach = 0.5 * (self.within_km + ROUNDING_KM) + speed * half_s
            states = np.column_stack((r, v, reach, reach)).astype(np.float32)
            one = states[[i]]
            states[i if looked_at[i] else ~looked_at, 0] = np.nan
            states[i, 0] = np.nan
            other, t_s, slow = at_an_edge(one, states, half_s, side, self.within_km, self.plan.slow_km_s)
            low, high = np.minimum(other, i).astype(np.int64), np.maximum(other, i).astype(np.int64)
            pairs = np.sort(np.column_stack((slow, np.full(len(slow), i))).astype(np.int64), axis=1)
            none = np.zeros(0, bool)
            fast = Candidates(low, high, np.full(len(low), t_us), t_s)
            yield _Block(fast, pairs, none, none, Changes(np.zeros(0, np.int64), np.zeros(0, np.int64)))

    # ---- exact minima

    def _pinned(self, found: Candidates) -> Minima:
        """The minima of these candidates that are below the range and inside the window."""
        parts = [found.take(slice(k, k + AT_ONCE)) for k in range(0, len(found.a), AT_ONCE)]
        return _joined(list(self.pool.map(self._pin, parts)))

    def _pin(self, found: Candidates) -> Minima:
        a, b = self._watched_first(found.a, found.b)
        t_utc, offset = found.t_us.astype("datetime64[us]"), found.offset_s.copy()
        bound = 0.25 * self.plan.step_s
        for turn in range(2):
            r1, v1 = self.trajectories.at(a, t_utc, offset)
            r2, v2 = self.trajectories.at(b, t_utc, offset)
            dt, miss = closest_approach(r2 - r1, v2 - v1)
            offset = offset + np.clip(dt, -bound, bound)
            if turn == 0:
                near = miss <= self.within_km + 1.0
                a, b, t_utc, offset = a[near], b[near], t_utc[near], offset[near]
        for _ in range(2):
            left, middle, right = (self._squared_km2(a, b, t_utc, offset + s) for s in (-SPAN_S, 0.0, SPAN_S))
            bend = left - 2.0 * middle + right
            fine = bend > 0.0
            late = 0.5 * SPAN_S * (left[fine] - right[fine]) / bend[fine]
            a, b, t_utc, offset = a[fine], b[fine], t_utc[fine], offset[fine] + np.clip(late, -bound, bound)
        return self._described(a, b, t_utc.astype(np.int64), offset)

    def _squared_km2(self, a: Ints, b: Ints, t_utc: npt.NDArray[np.datetime64], offset_s: Floats) -> Floats:
        r1, _ = self.trajectories.at(a, t_utc, offset_s)
        r2, _ = self.trajectories.at(b, t_utc, offset_s)
        return np.asarray(((r2 - r1) ** 2).sum(axis=1))

    def _described(self, a: Ints, b: Ints, t_us: Ints, offset_s: Floats) -> Minima:
        from hoshimori.sky._meetings import broken_between

        t_utc = t_us.astype("datetime64[us]")
        r1, v1 = self.trajectories.at(a, t_utc, offset_s)
        r2, v2 = self.trajectories.at(b, t_utc, offset_s)
        miss = np.sqrt(((r2 - r1) ** 2).sum(axis=1))
        found = Minima(a, b, t_us, offset_s, miss, r2 - r1, v2 - v1, r1, v1)
        moment, seam_us = found.moment_us, int(SEAM_S * 1e6)
        broken = broken_between(*screening.seams(self.trajectories), a, b, moment - seam_us, moment + seam_us)
        inside = (moment >= self.start_us) & (moment < self.stop_us) & (miss <= self.within_km) & ~broken
        return _sorted(found.take(inside))

    def _watched_first(self, a: Ints, b: Ints) -> tuple[Ints, Ints]:
        if self.few is None:
            return a, b
        turned = ~np.isin(a, self.few)
        return np.where(turned, b, a), np.where(turned, a, b)

    # ---- slow pairs

    def _slowly(self, pairs: Ints) -> tuple[list[Minima], Spells]:
        """Minima and spells of pairs whose paths no straight line describes, through the whole window."""
        tasks = list(self._slow_tasks(pairs))
        done = list(self.pool.map(lambda task: self._follow(*task), tasks))
        stays = screening.merged([s for _, s in done]) if done else screening.no_spells()
        return [m for m, _ in done], stays

    def _slow_tasks(self, pairs: Ints) -> Iterator[tuple[Ints, Ints, float]]:
        """Pairs of one grid step, in as many parts as there are threads."""
        a, b = self._watched_first(pairs[:, 0], pairs[:, 1])
        step = np.array([self._step_s(int(i)) for i in np.unique(a)])[np.searchsorted(np.unique(a), a)]
        for s in np.unique(step):
            mine = np.flatnonzero(step == s)
            mine = mine[np.argsort(a[mine], kind="stable")]
            for part in np.array_split(mine, min(2 * self.threads, len(mine))):
                yield a[part], b[part], float(s)

    def _step_s(self, row: int) -> float:
        tr = self.trajectories
        if row in tr.given or tr.first[row] == tr.first[row + 1]:
            return min(screening.step_s(*_motion(states.r_km, states.v_km_s)) for states in tr.given[row])
        last = tr.satellites.table[tr.first[row + 1] - 1]
        return screening.step_s(float(last["n0"]) * 1440.0 / (2.0 * np.pi), float(last["e0"]))

    def _follow(self, a: Ints, b: Ints, step_s: float) -> tuple[Minima, Spells]:
        rows = np.unique(np.append(a, b))
        watched = np.unique(a)
        candidates = np.zeros((len(watched), len(rows)), bool)
        candidates[np.searchsorted(watched, a), np.searchsorted(rows, b)] = True
        start, stop = (np.datetime64(t, "us") for t in (self.start_us, self.stop_us))
        own = np.searchsorted(rows, watched).astype(np.int64)
        found, spells = screening.screen(
            self.trajectories.take(rows), own, candidates, start, stop, step_s, self.within_km, spell_km=self.within_km
        )
        return (
            found._replace(watched=rows[found.watched], other=rows[found.other]),
            spells._replace(watched=rows[spells.watched], other=rows[spells.other]),
        )


def _motion(r_km: Floats, v_km_s: Floats) -> tuple[float, float]:
    """Mean motion [rev/day] and eccentricity of given states, unperturbed: the fastest of them."""
    distance = np.sqrt((r_km * r_km).sum(axis=1))
    a_km = float(np.median(1.0 / (2.0 / distance - (v_km_s * v_km_s).sum(axis=1) / 398600.4418)))
    e = float((distance.max() - distance.min()) / (distance.max() + distance.min()))
    return 86400.0 / (2.0 * np.pi) * float(np.sqrt(398600.4418 / a_km**3)), e


def _nothing() -> Candidates:
    none = np.zeros(0, np.int64)
    return Candidates(none, none, none, np.zeros(0))


def _key(a: Ints, b: Ints) -> Ints:
    return np.asarray(a * (1 << 31) + b)


def _once(found: Candidates, apart_us: int) -> Candidates:
    """Each approach once: candidates of one pair less than `apart_us` from each other are the same."""
    if not len(found.a):
        return found
    moment = found.t_us + np.rint(found.offset_s * 1e6).astype(np.int64)
    order = np.lexsort((moment, found.b, found.a))
    found, moment = found.take(order), moment[order]
    again = (np.diff(found.a) == 0) & (np.diff(found.b) == 0) & (np.diff(moment) < apart_us)
    return found.take(np.append(True, ~again))


def _joined(parts: Sequence[Minima]) -> Minima:
    if not parts:
        none, one, three = np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 3))
        return Minima(none, none, none, one, one, three, three, three, three)
    return _sorted(Minima(*(np.concatenate(column) for column in zip(*parts, strict=True))))


def _sorted(found: Minima) -> Minima:
    """By rows and time, each minimum once."""
    found = found.take(np.lexsort((found.moment_us, found.other, found.watched)))
    again = (np.diff(found.watched) == 0) & (np.diff(found.other) == 0)
    again &= np.diff(found.moment_us) < screening.SAME_MINIMUM_S * 1e6
    return found.take(np.append(True, ~again)[: len(found.watched)])
