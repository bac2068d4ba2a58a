"""Compiled inner loops of `sieve`: states of a whole catalogue on a time grid, and cells that bring neighbours together.

A block holds some grid times of all rows as (times, rows, 8) in single precision: x, y, z [km], vx, vy, vz [km/s], reach [km] and
nothing. Single precision rounds positions by 2 m in GEO and velocities by 0.5 mm/s: the search has room for that, and what it
finds is computed again in double precision.
"""

from __future__ import annotations

import numba
import numpy as np

from hoshimori.sky._sgp4_kernel import _propagate
from hoshimori.sky._slots import LANES, SCRATCH, T
from hoshimori.sky._wide import compiled

FASTEST_PULL_KM_S2 = 0.0099
"""Gravity at 6,340 km from the centre: what a speed can change by in a second."""
FASTEST_KM_S = 25.0
"""Nothing that orbits the Earth is faster than 11.2 km/s: what is, is not there."""
HALF_SECOND_MIN = 0.5 / 60.0
ROUNDING_KM = 0.1
"""Single precision and everything small: 2 m in GEO, 30 m at the distance of the Moon."""
SLACK_KM_S = 4e-3
"""SGP4's relative velocity against the rate of its relative position: up to 1.6 m/s for each of the two."""
BENDING_S2 = 1.8e-6
"""Half of the largest gradient of gravity, 2 mu / r^3 at 6,450 km, with a fifth for the oblate Earth: relative paths bend by at
most this, times their distance, times the time squared."""


@compiled
def _rough(s):  # type: ignore[no-untyped-def]
    """Is the theory's velocity far from the rate of its position? Measured: without this, up to 2 m/s; with it, up to 240."""
    return s.e0 >= 0.05 if s.deep == 1 else (s.e0 >= 0.02) | (abs(s.cc1) > 3e-8)


@compiled
def rough(table):  # type: ignore[no-untyped-def]
    """(n,) for each set."""
    out = np.zeros(len(table), np.bool_)
    for k in range(len(table)):
        out[k] = _rough(table[k])
    return out


@compiled
def _at(s, w, c, t_us, shift_min, r, v, error):  # type: ignore[no-untyped-def]
    for j in range(len(t_us)):
        w[T + j] = (t_us[j] - s.epoch_us) / 6e7 + shift_min
    _propagate(s, w, c, len(t_us), r, v, error)


@compiled
def lay(table, which, row, t_us, since_us, until_us, block):  # type: ignore[no-untyped-def]
    """SGP4 of set which[k] at up to 64 times t_us into block[:, row[k]]; NaN outside [since_us[k], until_us[k]] and on errors.

    Where the theory's velocity will not do, it is the difference of positions half a second before and after.
    """
    w, c = np.empty(SCRATCH), np.empty(6)
    r, v, error = np.empty((3, LANES)), np.empty((3, LANES)), np.empty(LANES, np.uint8)
    r2, v2 = np.empty((3, LANES)), np.empty((3, LANES))
    m = len(t_us)
    for k in range(len(which)):
        s, i = table[which[k]], row[k]
        if s.error != 0:
            for j in range(m):
                block[j, i, 0] = np.nan
            continue
        c[0] = np.nan
        if _rough(s):
            _at(s, w, c, t_us, -HALF_SECOND_MIN, r, v, error)
            c[0] = np.nan
            _at(s, w, c, t_us, HALF_SECOND_MIN, r2, v2, error)
            for a in range(3):
                for j in range(m):
                    before, after = r[a, j], r2[a, j]
                    r[a, j], v[a, j] = 0.5 * (before + after), after - before
        else:
            _at(s, w, c, t_us, 0.0, r, v, error)
        for j in range(m):
            fast = v[0, j] * v[0, j] + v[1, j] * v[1, j] + v[2, j] * v[2, j] > FASTEST_KM_S * FASTEST_KM_S
            silent = fast | (t_us[j] < since_us[k]) | (t_us[j] > until_us[k])
            block[j, i, 0] = np.nan if silent else r[0, j]
            block[j, i, 1] = r[1, j]
            block[j, i, 2] = r[2, j]
            block[j, i, 3] = v[0, j]
            block[j, i, 4] = v[1, j]
            block[j, i, 5] = v[2, j]


@numba.njit(cache=True, nogil=True)
def put(r_km, v_km_s, row, block):  # type: ignore[no-untyped-def]
    """States (rows, 3, m) that were computed elsewhere into block[:, row]."""
    for k in range(len(row)):
        for j in range(r_km.shape[2]):
            for c in range(3):
                block[j, row[k], c] = r_km[k, c, j]
                block[j, row[k], 3 + c] = v_km_s[k, c, j]


@numba.njit(cache=True, nogil=True, inline="always")
def _column(ix, iy, side):  # type: ignore[no-untyped-def]
    """Where a column of cells begins in the table. Columns that are neighbours lie near each other: walking the table in order,
    the cells around are walked in order too, and memory comes before it is asked for."""
    return (ix * side + iy) * side


@numba.njit(cache=True, nogil=True)
def _side(cell_km):  # type: ignore[no-untyped-def]
    """Cells on a side of the cube that holds low orbits. What is farther out falls into the same table once more."""
    return np.int64(np.ceil(17000.0 / cell_km)) + 3


@numba.njit(cache=True, nogil=True, inline="always")
def _cell(x_km, inverse_km):  # type: ignore[no-untyped-def]
    """The index of a coordinate's cell. A plain conversion rounds towards zero: the shift keeps it above."""
    return np.int64(x_km * inverse_km + 1048576.0) - 1048576


@numba.njit(cache=True, nogil=True, inline="always")
def _may_meet(one, p, other, q, half_s, within_km, slow2):  # type: ignore[no-untyped-def]
    """Can row p of one (n, 8) reach row q of the other, and do straight lines pass near? Most do not: no division."""
    dx, dy = np.float64(other[q, 0]) - one[p, 0], np.float64(other[q, 1]) - one[p, 1]
    dz = np.float64(other[q, 2]) - one[p, 2]
    reach = one[p, 6] + other[q, 6]
    d2 = dx * dx + dy * dy + dz * dz
    if d2 > reach * reach or q == p:
        return False
    wx, wy = np.float64(other[q, 3]) - one[p, 3], np.float64(other[q, 4]) - one[p, 4]
    wz = np.float64(other[q, 5]) - one[p, 5]
    w2, dot = wx * wx + wy * wy + wz * wz, dx * wx + dy * wy + dz * wz
    limit = within_km + ROUNDING_KM + SLACK_KM_S * half_s + BENDING_S2 * reach * half_s * half_s
    return w2 < slow2 or (d2 - limit * limit) * w2 <= dot * dot


@numba.njit(cache=True, nogil=True)
def _meets(one, p, other, q, half_s, within_km, slow2):  # type: ignore[no-untyped-def]
    """(0 no, 1 once, 2 slowly; seconds to the closest approach) of two objects on straight lines, `half_s` to either side."""
    dx, dy = np.float64(other[q, 0]) - one[p, 0], np.float64(other[q, 1]) - one[p, 1]
    dz = np.float64(other[q, 2]) - one[p, 2]
    wx, wy = np.float64(other[q, 3]) - one[p, 3], np.float64(other[q, 4]) - one[p, 4]
    wz = np.float64(other[q, 5]) - one[p, 5]
    d2, w2 = dx * dx + dy * dy + dz * dz, wx * wx + wy * wy + wz * wz
    t = -(dx * wx + dy * wy + dz * wz) / max(w2, 1e-12)
    slow = w2 < slow2
    if slow:
        t = min(max(t, -half_s), half_s)
    elif abs(t) > half_s:
        return 0, 0.0
    x, y, z = dx + wx * t, dy + wy * t, dz + wz * t
    span = half_s if slow else abs(t)
    limit = within_km + ROUNDING_KM + SLACK_KM_S * span + BENDING_S2 * np.sqrt(d2) * span * span
    if x * x + y * y + z * z > limit * limit:
        return 0, 0.0
    return (2 if slow else 1), t


@numba.njit(cache=True, nogil=True)
def _sorted_into_cells(states, which, inverse_km, side, mask, start, slot, kept, rows, radius, climb, high, rise):  # type: ignore[no-untyped-def]
    """Counting sort of the present rows of `which` by cell: kept (n, 8), rows (n,), and start, where each cell's begin.
    high, rise: radius and climb in that order."""
    start[:] = 0
    n = 0
    for k in range(len(which)):
        i = which[k]
        if np.isnan(states[i, 0]):
            slot[k] = -1
            continue
        column = _column(_cell(states[i, 0], inverse_km), _cell(states[i, 1], inverse_km), side)
        slot[k] = (column + _cell(states[i, 2], inverse_km)) & mask
        start[slot[k]] += 1
        n += 1
    for c in range(1, mask + 2):
        start[c] += start[c - 1]
    for k in range(len(which) - 1, -1, -1):
        if slot[k] >= 0:
            start[slot[k]] -= 1
            at, i = start[slot[k]], which[k]
            rows[at] = i
            high[at], rise[at] = radius[i], climb[i]
            for c in range(8):
                kept[at, c] = states[i, c]
    return n


@numba.njit(cache=True, nogil=True)
def _set_reach(states, within_km, half_s, radius, climb):  # type: ignore[no-untyped-def]
    """Into column 6 how far each goes, at most, in `half_s`, with half the range; the largest of them.

    radius, climb: (rows,) the distance from the Earth's centre, and how much that changes, with half the range. The distance's
    second derivative is v_t^2 / r - mu / r^2, its third -r' (3 v_t^2 / r^2 - 2 mu / r^3), counted twice because it grows on the
    way; the oblate Earth, and what SGP4 does at low perigees of deep orbits, are within 1e-4 km/s2.
    """
    largest = 0.0
    for i in range(states.shape[0]):
        x, y, z = np.float64(states[i, 0]), np.float64(states[i, 1]), np.float64(states[i, 2])
        if np.isnan(x):
            continue
        u, v, w = np.float64(states[i, 3]), np.float64(states[i, 4]), np.float64(states[i, 5])
        r, speed2 = np.sqrt(x * x + y * y + z * z), u * u + v * v + w * w
        rising = (x * u + y * v + z * w) / r
        turning, pull = (speed2 - rising * rising) / r, 398600.8 / (r * r)
        bend, swing = abs(turning - pull) + 1e-4, 2.0 * abs(rising) * (3.0 * turning + 2.0 * pull) / r
        radius[i] = r
        climb[i] = (
            0.5 * within_km + ROUNDING_KM + half_s * (abs(rising) + SLACK_KM_S + half_s * (bend / 2.0 + half_s * swing / 6.0))
        )
        states[i, 6] = 0.5 * (within_km + ROUNDING_KM) + (np.sqrt(speed2) + FASTEST_PULL_KM_S2 * half_s) * half_s
        largest = max(largest, states[i, 6])
    return largest


@numba.njit(cache=True, nogil=True)
def all_pairs(block, cell_km, half_s, within_km, slow_km_s, bits):  # type: ignore[no-untyped-def]
    """(row, row, grid index, seconds) of fast pairs that may meet, lower row first; (row, row) of slow ones. Repeats happen.

    Each object looks into its own cell and half of the 26 around it: enough for two whose reaches fit into one cell. Those that
    reach farther look into all cells that they may.
    """
    n = block.shape[1]
    mask = (1 << bits) - 1
    start = np.zeros(mask + 2, np.int32)
    slot, rows, kept = np.zeros(n, np.int64), np.zeros(n, np.int32), np.zeros((n, 8), np.float32)
    every = np.arange(n)
    radius, climb, high, rise = np.zeros(n, np.float32), np.zeros(n, np.float32), np.zeros(n, np.float32), np.zeros(n, np.float32)
    inverse_km, slow2, side = 1.0 / cell_km, slow_km_s * slow_km_s, _side(cell_km)
    a, b = [np.int32(0) for _ in range(0)], [np.int32(0) for _ in range(0)]
    k, t_s = [np.int32(0) for _ in range(0)], [0.0 for _ in range(0)]
    slow_a, slow_b = [np.int32(0) for _ in range(0)], [np.int32(0) for _ in range(0)]
    for j in range(block.shape[0]):
        largest = _set_reach(block[j], within_km, half_s, radius, climb)
        count = _sorted_into_cells(block[j], every, inverse_km, side, mask, start, slot, kept, rows, radius, climb, high, rise)
        for p in range(count):
            ix, iy, iz = _cell(kept[p, 0], inverse_km), _cell(kept[p, 1], inverse_km), _cell(kept[p, 2], inverse_km)
            rings = 1 if kept[p, 6] <= 0.5 * cell_km else np.int64(np.ceil((kept[p, 6] + largest) * inverse_km))
            for cx in range(ix - rings, ix + rings + 1):
                for cy in range(iy - rings, iy + rings + 1):
                    own = (cx == ix) and (cy == iy)
                    if rings == 1 and not own and not (cx > ix or (cx == ix and cy > iy)):
                        continue
                    column = _column(cx, cy, side)
                    below = iz if rings == 1 and own else iz - rings
                    lo, hi = (column + below) & mask, (column + iz + rings) & mask
                    pieces = 1 if lo <= hi else 2
                    for piece in range(pieces):
                        if pieces == 1:
                            first, last = start[lo], start[hi + 1]
                        elif piece == 0:
                            first, last = start[lo], start[mask + 1]
                        else:
                            first, last = start[0], start[hi + 1]
                        for q in range(first, last):
                            if abs(high[p] - high[q]) > rise[p] + rise[q]:
                                continue
                            if not _may_meet(kept, p, kept, q, half_s, within_km, slow2):
                                continue
                            if rings == 1 and own and q < p and lo <= hi:
                                continue
                            how, t = _meets(kept, p, kept, q, half_s, within_km, slow2)
                            if how == 0:
                                continue
                            lower, upper = min(rows[p], rows[q]), max(rows[p], rows[q])
                            if how == 1:
                                a.append(lower)
                                b.append(upper)
                                k.append(np.int32(j))
                                t_s.append(t)
                            else:
                                slow_a.append(lower)
                                slow_b.append(upper)
    return np.array(a), np.array(b), np.array(k), np.array(t_s), np.array(slow_a), np.array(slow_b)


@numba.njit(cache=True, nogil=True)
def _rings(reach_km, cell_km):  # type: ignore[no-untyped-def]
    """How many cells away one of this reach can meet one that reaches half a cell."""
    return np.int64(np.ceil((reach_km + 0.5 * cell_km) / cell_km))


@numba.njit(cache=True, nogil=True)
def some_with_all(block, few, cell_km, half_s, within_km, slow_km_s, bits):  # type: ignore[no-untyped-def]
    """As `all_pairs`, for pairs with one of `few`: these are laid into the cells around them, and everybody looks there."""
    n = block.shape[1]
    mask = (1 << bits) - 1
    start, place = np.zeros(mask + 2, np.int32), np.zeros(mask + 2, np.int32)
    entries = np.zeros(len(few) * 9, np.int32)
    radius, climb = np.zeros(n, np.float32), np.zeros(n, np.float32)
    inverse_km, slow2, side = 1.0 / cell_km, slow_km_s * slow_km_s, _side(cell_km)
    a, b = [np.int32(0) for _ in range(0)], [np.int32(0) for _ in range(0)]
    k, t_s = [np.int32(0) for _ in range(0)], [0.0 for _ in range(0)]
    slow_a, slow_b = [np.int32(0) for _ in range(0)], [np.int32(0) for _ in range(0)]
    for j in range(block.shape[0]):
        states = block[j]
        _set_reach(states, within_km, half_s, radius, climb)
        start[:] = 0
        for turn in range(2):  # count, then place
            total = 0
            for f in few:
                if np.isnan(states[f, 0]):
                    continue
                ix, iy, iz = _cell(states[f, 0], inverse_km), _cell(states[f, 1], inverse_km), _cell(states[f, 2], inverse_km)
                rings = _rings(states[f, 6], cell_km)
                for cx in range(ix - rings, ix + rings + 1):
                    for cy in range(iy - rings, iy + rings + 1):
                        column = _column(cx, cy, side)
                        for cz in range(iz - rings + 1, iz + rings):
                            cell = (column + cz) & mask
                            if turn == 0:
                                start[cell + 1] += 1
                                total += 1
                            else:
                                entries[place[cell]] = f
                                place[cell] += 1
            if turn == 0:
                for c in range(1, mask + 2):
                    start[c] += start[c - 1]
                place[:] = start
                if total > len(entries):
                    entries = np.zeros(total, np.int32)
        for p in range(n):
            if np.isnan(states[p, 0]):
                continue
            ix, iy, iz = _cell(states[p, 0], inverse_km), _cell(states[p, 1], inverse_km), _cell(states[p, 2], inverse_km)
            rings = _rings(states[p, 6], cell_km)
            for cx in range(ix - rings + 1, ix + rings):
                for cy in range(iy - rings + 1, iy + rings):
                    column = _column(cx, cy, side)
                    lo, hi = (column + iz - rings) & mask, (column + iz + rings) & mask
                    pieces = 1 if lo <= hi else 2
                    for piece in range(pieces):
                        if pieces == 1:
                            first, last = start[lo], start[hi + 1]
                        elif piece == 0:
                            first, last = start[lo], start[mask + 1]
                        else:
                            first, last = start[0], start[hi + 1]
                        for e in range(first, last):
                            f = entries[e]
                            if abs(radius[p] - radius[f]) > climb[p] + climb[f]:
                                continue
                            if not _may_meet(states, p, states, f, half_s, within_km, slow2):
                                continue
                            how, t = _meets(states, p, states, f, half_s, within_km, slow2)
                            if how == 0:
                                continue
                            low, high = np.int32(min(p, f)), np.int32(max(p, f))
                            if how == 1:
                                a.append(low)
                                b.append(high)
                                k.append(np.int32(j))
                                t_s.append(t)
                            else:
                                slow_a.append(low)
                                slow_b.append(high)
    return np.array(a), np.array(b), np.array(k), np.array(t_s), np.array(slow_a), np.array(slow_b)


@numba.njit(cache=True, nogil=True)
def at_an_edge(one, states, half_s, side, within_km, slow_km_s):  # type: ignore[no-untyped-def]
    """As `all_pairs` for one object (1, 8) whose path ends (side -1) or begins (side 1) here: rows, seconds; slow rows.

    Only closest approaches on its own side of the edge, up to `half_s` away.
    """
    a, t_s, slow = [np.int32(0) for _ in range(0)], [0.0 for _ in range(0)], [np.int32(0) for _ in range(0)]
    for p in range(states.shape[0]):
        x, y, z = states[p, 0] - one[0, 0], states[p, 1] - one[0, 1], states[p, 2] - one[0, 2]
        reach = one[0, 6] + states[p, 6]
        if not x * x + y * y + z * z <= reach * reach:
            continue
        how, t = _meets(one, 0, states, p, half_s, within_km, slow_km_s * slow_km_s)
        if how == 2:
            slow.append(np.int32(p))
        elif how == 1 and t * side >= -1.0:
            a.append(np.int32(p))
            t_s.append(t)
    return np.array(a), np.array(t_s), np.array(slow)


@numba.njit(cache=True, nogil=True)
def comings_and_goings(block, present):  # type: ignore[no-untyped-def]
    """(rows, grid indices) at which a row is there and was not one step before, or the reverse. present: (rows,) as it was before
    the block, and left as it is at its end."""
    row, k = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    for j in range(block.shape[0]):
        for i in range(block.shape[1]):
            there = not np.isnan(block[j, i, 0])
            if there != present[i]:
                row.append(np.int64(i))
                k.append(np.int64(j))
                present[i] = there
    return np.array(row), np.array(k)
