"""Compiled inner loop of `trajectories`: two half-sets of states blended into one."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def blend_grid(r_even, v_even, r_odd, v_odd, epoch_us, first, joined, t_us):  # type: ignore[no-untyped-def]
    """Write the blended states into r_even and v_even, (rows, 3, m). Arguments as in `trajectories.Trajectories`."""
    for i in range(r_even.shape[0]):
        a, b = first[i], first[i + 1]
        k = a - 1  # the last set whose epoch is not after the moment
        for j in range(t_us.shape[0]):
            while k + 1 < b and epoch_us[k + 1] <= t_us[j]:
                k += 1
            if k < a or (k == b - 1):
                if k >= a and (k - a) % 2 == 1:
                    for c in range(3):
                        r_even[i, c, j] = r_odd[i, c, j]
                        v_even[i, c, j] = v_odd[i, c, j]
                continue
            gap = epoch_us[k + 1] - epoch_us[k]
            s = (t_us[j] - epoch_us[k]) / gap
            if joined[k]:
                w = s * s * (3.0 - 2.0 * s)
                rate = 6.0 * s * (1.0 - s) / (gap * 1e-6)
            else:
                w = 0.0 if s <= 0.5 else 1.0
                rate = 0.0
            if (k - a) % 2 == 1:  # the odd half holds the left set
                w, rate = 1.0 - w, -rate
            for c in range(3):
                x, y = r_even[i, c, j], r_odd[i, c, j]
                if w == 0.0:
                    continue
                if w == 1.0:
                    r_even[i, c, j] = y
                    v_even[i, c, j] = v_odd[i, c, j]
                else:
                    r_even[i, c, j] = x + w * (y - x)
                    v_even[i, c, j] += w * (v_odd[i, c, j] - v_even[i, c, j]) + rate * (y - x)


@numba.njit(cache=True, nogil=True)
def left_sets(epoch_us, first, row, t_us):  # type: ignore[no-untyped-def]
    """(k,) the last set of row[k] whose epoch is not after t_us[k]; the first set of the row where there is none."""
    out = np.empty(row.shape[0], np.int64)
    for j in range(row.shape[0]):
        a, b = first[row[j]], first[row[j] + 1]
        out[j] = max(a, a + np.searchsorted(epoch_us[a:b], t_us[j], side="right") - 1)
    return out
