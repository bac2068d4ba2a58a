"""A small reader of NASA CARA's conjunction messages for the tests of this room: states, covariances, what is in comments."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from hoshimori.sky.chance.meeting import Floats, Meeting

ROWS = ("R", "T", "N", "RDOT", "TDOT", "NDOT")


def rtn(r: Floats, v: Floats) -> Floats:
    """Columns R, T, N of the object's own frame, (3, 3)."""
    radial = r / np.linalg.norm(r)
    normal = np.cross(r, v) / np.linalg.norm(np.cross(r, v))
    return np.column_stack([radial, np.cross(normal, radial), normal])


def read(path: Path, *, correlated: bool = False) -> Meeting:
    """correlated: with the density-driven cross-correlation of the COMMENT DCP lines, which CARA's own table leaves out."""
    head, one, two = re.split(r"(?m)^OBJECT\s*=.*$", path.read_text())
    radius = float(re.findall(r"COMMENT HBR\s*=\s*(\S+)", head)[0]) / 1000.0
    first, second = _object(one), _object(two)
    cross = np.outer(first[3], second[3]) * float(correlated)
    return Meeting(first[0], first[1], second[0], second[1], first[2], second[2], radius, cross)


def _object(text: str) -> tuple[Floats, Floats, Floats, Floats]:
    """Position, velocity, covariance and density-driven error per unit of the common noise, inertial, km and km/s."""
    found = re.findall(r"(?m)^([XYZ](?:_DOT)?|C[RTN](?:DOT)?_\w+)\s*=\s*(\S+)", text)
    said = {key: float(value) for key, value in found if key != "CR_AREA_OVER_MASS"}
    r, v = (np.array([said[name + dot] for name in "XYZ"]) for dot in ("", "_DOT"))
    covariance = np.zeros((6, 6))
    for i, row in enumerate(ROWS):
        for j, column in enumerate(ROWS[: i + 1]):
            covariance[i, j] = covariance[j, i] = said[f"C{row}_{column}"] * 1e-6
    turn = np.kron(np.eye(2), rtn(r, v))
    pushed = np.zeros(6)
    sigma = re.findall(r"DCP Density Forecast Uncertainty = (\S+)", text)
    if sigma:
        felt = [re.findall(rf"DCP Sensitivity Vector RTN {part} = (\S+) (\S+) (\S+)", text)[0] for part in ("Pos", "Vel")]
        pushed = float(sigma[0]) * np.array([float(x) for three in felt for x in three]) / 1000.0
    return r, v, turn @ covariance @ turn.T, turn @ pushed
