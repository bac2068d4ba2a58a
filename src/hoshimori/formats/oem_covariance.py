"""The covariance blocks of an OEM segment: lower triangles of 6x6 matrices in km and km/s, each at an epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from hoshimori.facts import Floats, Times
from hoshimori.formats import times
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.ndm import DATA_LINE, Entry


@dataclass(frozen=True)
class Covariances:
    """k matrices (k, 6, 6) at t_utc (k,) in one frame; None where there are none."""

    t_utc: Times | None = None
    matrices: Floats | None = None
    frame: str = ""


@dataclass
class _Block:
    epoch: Entry
    frame: str
    rows: list[Entry] = field(default_factory=list)


def read_covariances(
    entries: list[Entry], default_frame: str, scale: str, complaints: Complaints, record: int
) -> Covariances | None:
    """All matrices of a segment; a bad one is left out with a reservation, the states do not depend on it."""

    def leave_out(entry: Entry, expected: str) -> None:
        field = entry.key or "covariance row"
        complaints.add(field, entry.value, f"{expected}; left out", line=entry.line, record=record, refused=False)

    epochs: list[np.datetime64] = []
    matrices: list[Floats] = []
    frames: list[str] = []
    for block in _blocks(entries, default_frame, leave_out):
        t = _epoch(block, scale)
        matrix = _matrix(block)
        if isinstance(matrix, Entry):
            leave_out(matrix, "six rows of 1 to 6 finite numbers")
        elif np.isnat(t):
            leave_out(block.epoch, times.EXPECTED)
        elif frames and block.frame != frames[0]:
            leave_out(Entry(block.epoch.line, "COV_REF_FRAME", block.frame), "one covariance frame in a segment")
        else:
            epochs.append(t)
            matrices.append(matrix)
            frames.append(block.frame)
    return Covariances(np.array(epochs), np.array(matrices), frames[0]) if matrices else None


def _blocks(entries: list[Entry], default_frame: str, leave_out: Callable[[Entry, str], None]) -> list[_Block]:
    blocks: list[_Block] = []
    for entry in entries:
        if entry.key == "EPOCH":
            blocks.append(_Block(entry, default_frame))
        elif entry.key in ("COVARIANCE_START", "COVARIANCE_STOP", "COMMENT"):
            continue
        elif not blocks:
            leave_out(entry, "EPOCH before a covariance")
        elif entry.key == "COV_REF_FRAME":
            blocks[-1].frame = entry.value
        else:
            blocks[-1].rows.append(entry)
    return blocks


def _epoch(block: _Block, scale: str) -> np.datetime64:
    t, _ = times.to_utc(times.parse_epochs([block.epoch.value])[0], scale)
    return np.datetime64(t[0], "us")


def _matrix(block: _Block) -> Floats | Entry:
    """The symmetric matrix of a lower triangle; the first bad row where it is none."""
    matrix = np.zeros((6, 6))
    for k, entry in enumerate(block.rows):
        cells = entry.value.split()
        if entry.key != DATA_LINE or k >= 6 or len(cells) != k + 1:
            return entry
        try:
            matrix[k, : k + 1] = [float(c) for c in cells]
        except ValueError:
            return entry
        if not np.isfinite(matrix[k]).all():
            return entry
        matrix[: k + 1, k] = matrix[k, : k + 1]
    return matrix if len(block.rows) == 6 else block.epoch
