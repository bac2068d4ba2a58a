"""Covariances that are none: told apart from rounding, repaired openly where that can be defended, refused where not.

A covariance has no negative eigenvalue. One that was rounded, interpolated or scaled may have, and then Monte Carlo cannot
draw from it and an encounter plane has no ellipse. Eigenvalues below a floor are raised to it, and a `Why` says so. A negative
or unknown variance is no rounding: nobody can tell what was meant, and it is refused. So are two halves that disagree.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoshimori.errors import DataError, UsageError
from hoshimori.sky.chance.meeting import Floats, Why

TERMS = ("x", "y", "z", "vx", "vy", "vz")
UNEVEN = (1e-6, 1e-3)
"""An upper half that differs from the lower by less than the first, in sigmas, is rounding; up to the second it is averaged
and said; beyond it nobody knows which half is meant."""
ROUNDING = 1e-9
"""A correlation beyond 1 by less than this is rounding of what was written with about ten digits."""


def repaired(
    matrix: Floats, *, floor: float = 0.0, whose: str = "covariance", terms: Sequence[str] = TERMS
) -> tuple[Floats, Why | None]:
    """A covariance (2, 2), (3, 3) or (6, 6) without negative eigenvalues, and what was done to it (None: nothing).

    Eigenvalues below `floor` (in the units of the matrix) are raised to it: 2 x 2 and 3 x 3 as they are, 6 x 6 after each term is
    divided by its sigma, because lengths and speeds have no common size; there `floor` counts correlations. A (6, 6) whose rows
    3-5 are NaN has no velocity part: the position part alone is looked at. `whose` and `terms` name it in the refusal.

    Reference: Hall, Hejduk, Johnson, AAS 17-567 (2017), "Remediating non-positive definite state covariances": eigenvalue
    clipping. Repair of a projected covariance changes probabilities least where the floor is (1e-4 x radius)^2, as there.
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    size = len(matrix)
    if matrix.shape not in {(2, 2), (3, 3), (6, 6)}:
        raise UsageError(f"{whose}: shape {matrix.shape}: expected (2, 2), (3, 3) or (6, 6)")
    if size == 6 and np.isnan(matrix[3:]).all() and np.isnan(matrix[:, 3:]).all():
        position, why = repaired(matrix[:3, :3], floor=floor, whose=whose, terms=terms)
        whole = matrix.copy()
        whole[:3, :3] = position
        return whole, why
    uneven = _refuse(matrix, whose, terms)
    even = 0.5 * (matrix + matrix.T)
    sigma = np.sqrt(np.diag(even)) if size == 6 else np.ones(size)
    sigma = np.where(sigma > 0.0, sigma, 1.0)
    values, vectors = np.linalg.eigh(even / np.outer(sigma, sigma))
    if values[0] >= floor:
        return even, (Why("covariance_averaged", {"whose": whose, "uneven": uneven}) if uneven > UNEVEN[0] else None)
    raised = np.maximum(values, max(floor, 0.0))
    mended = (vectors * raised) @ vectors.T * np.outer(sigma, sigma)
    mended = 0.5 * (mended + mended.T)
    if floor == 0.0 and values[0] >= -ROUNDING * values[-1]:
        return mended, None
    changed = float(np.sqrt(np.abs(np.diag(mended) / np.where(np.diag(even) > 0.0, np.diag(even), 1.0)).max()))
    numbers = {"least": float(values[0]), "largest": float(values[-1]), "raised": float((values < floor).sum())}
    numbers |= {"sigma": changed, "uneven": uneven}
    return mended, Why("covariance_repaired", {"whose": whose, "size": float(size), **numbers})


def _refuse(matrix: Floats, whose: str, terms: Sequence[str]) -> float:
    """Raise for what no repair can defend, naming the term; the largest difference of the halves, in sigmas, that is let pass."""
    uneven = 0.0
    size = len(matrix)
    names = list(terms[:size])
    for i in range(size):
        if not np.isfinite(matrix[i, i]):
            raise DataError(f"{whose}: variance of {names[i]} is {matrix[i, i]}: expected a number that is not negative")
        if matrix[i, i] < 0.0:
            raise DataError(f"{whose}: variance of {names[i]} is {matrix[i, i]:.6g}: a variance is never negative; refused")
    for i in range(size):
        for j in range(i):
            lower, upper, scale = matrix[i, j], matrix[j, i], np.sqrt(matrix[i, i] * matrix[j, j])
            if not (np.isfinite(lower) and np.isfinite(upper)):
                raise DataError(f"{whose}: covariance of {names[i]} and {names[j]} is {lower}: expected a number")
            apart = abs(lower - upper) / scale if scale > 0.0 else float(lower != upper)
            if apart > UNEVEN[1]:
                raise DataError(
                    f"{whose}: {names[i]}, {names[j]} is {upper:.6g} above and {lower:.6g} below: expected a symmetric one"
                )
            uneven = max(uneven, float(apart))
    return uneven
