"""How probable a collision is, for each conjunction message in files: every method, the one that applies, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.detect.messages import meeting
from hoshimori.doors.encounter_plane import EncounterPlane, plane
from hoshimori.errors import DataError, FormatError, HoshimoriError, Problem, UsageError
from hoshimori.facts import ConjunctionMessage, DataMode
from hoshimori.findings import iso
from hoshimori.formats import read
from hoshimori.ports import Progress, silent
from hoshimori.sky.chance.choice import Judged, judge
from hoshimori.sky.chance.meeting import Chance, Why
from hoshimori.sky.chance.montecarlo import SEED

MOST_TRIALS = 1_000_000_000
LARGEST_M = 1000.0
"""Two bodies that are larger together than this are a mistake of units."""


@dataclass(frozen=True)
class Assessed:
    """One message with every probability that could be computed from it."""

    file: str
    message: ConjunctionMessage
    judged: Judged

    @property
    def tca_utc(self) -> np.datetime64:
        """Closest approach as restored from the states: messages round it."""
        return self.message.tca_utc + np.timedelta64(round(self.judged.moved_s * 1e6), "us")

    @property
    def miss_km(self) -> float:
        return float(np.linalg.norm(self.judged.meeting.dr_km))

    @property
    def relative_speed_km_s(self) -> float:
        return float(np.linalg.norm(self.judged.meeting.dv_km_s))

    @property
    def plane(self) -> EncounterPlane:
        """What there is to draw."""
        m = self.judged.meeting
        return plane(m.r1_km, m.v1_km_s, m.dr_km, m.dv_km_s, m.covariance[:3, :3], m.radius_km)

    def to_json(self) -> dict[str, Any]:
        m, j = self.message, self.judged
        return {
            "schema": "hoshimori.pc/1", "file": self.file, "message_id": m.message_id, "originator": m.originator,
            "created": iso(m.created_utc), "data_mode": m.data_mode.name,
            "objects": [{"designator": o.designator, "norad_id": o.norad_id, "name": o.name} for o in m.objects],
            "tca": iso(self.tca_utc), "tca_in_message": iso(m.tca_utc), "moved_s": j.moved_s,
            "miss_km": self.miss_km, "relative_speed_km_s": self.relative_speed_km_s, "radius_m": j.meeting.radius_km * 1e3,
            "probability_in_message": _number(m.probability), "method_in_message": m.probability_method,
            "method": j.chosen.method, "probability": _number(j.chosen.probability),
            "two_dimensional_flagged": j.flagged, "why": [_why(x) for x in j.why], "every": [_chance(c) for c in j.every],
        }  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """A file, or one message of it, of which no probability could be computed, and why, in words."""

    file: str
    message_id: str
    reason: str
    problems: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        told = [str(p) for p in self.problems]
        return {"schema": "hoshimori.pc-refused/1", "file": self.file, "message_id": self.message_id, "reason": self.reason} | (
            {"problems": told} if told else {}
        )


@dataclass(frozen=True)
class Probabilities:
    """What came of all files: one bad file does not spoil the rest."""

    assessed: tuple[Assessed, ...]
    refused: tuple[Refused, ...]

    @property
    def exercise(self) -> bool:
        return any(a.message.data_mode is DataMode.EXERCISE for a in self.assessed)


def pc(
    *files: str | Path,
    radius_m: float | None = None,
    trials: int = 0,
    seed: int = SEED,
    workers: int | None = None,
    progress: Progress = silent,
) -> Probabilities:
    """The collision probability of each conjunction message (CDM, KVN or XML) by every published method here, and which applies.

    `radius_m`: the two hard bodies together, where the message has no COMMENT HBR, or instead of it. `trials`: Monte Carlo as
    well, from `seed`. A message that cannot be used is in `refused`; raises FormatError only where none can.
    """
    check(radius_m, trials, seed)
    if not files:
        raise UsageError("no file named: expected conjunction messages, as in hoshimori pc message.cdm")
    done: list[Assessed] = []
    refused: list[Refused] = []
    for k, file in enumerate(files):
        progress("files read", k, len(files))
        for one in _of_file(Path(file), radius_m, trials, seed, workers):
            done.append(one) if isinstance(one, Assessed) else refused.append(one)
    if not done:
        problems = [p for r in refused for p in r.problems]
        raise FormatError("; ".join(dict.fromkeys(f"{r.file}: {r.reason}" for r in refused[:5])), problems)
    return Probabilities(tuple(done), tuple(refused))


def check(radius_m: float | None, trials: int, seed: int) -> None:
    if radius_m is not None and not 0.0 < radius_m <= LARGEST_M:
        raise UsageError(f"--radius {radius_m:g}: expected metres, above 0 and up to {LARGEST_M:g}: both bodies together")
    if not 0 <= trials <= MOST_TRIALS:
        raise UsageError(f"--trials {trials}: expected 0 (no Monte Carlo) to {MOST_TRIALS:,}")
    if seed < 0:
        raise UsageError(f"--seed {seed}: expected 0 or more")


def _of_file(path: Path, radius_m: float | None, trials: int, seed: int, workers: int | None) -> Iterator[Assessed | Refused]:
    try:
        parsed = read(path.read_bytes(), str(path))
    except OSError as error:
        yield Refused(str(path), "", f"cannot be read: {error.strerror}")
        return
    except HoshimoriError as error:
        yield Refused(str(path), "", str(error), tuple(getattr(error, "problems", ())))
        return
    problems = tuple(p for part in parsed for p in part.problems if p.refused)
    messages = [m for part in parsed for m in part.conjunctions]
    if not messages:
        yield Refused(str(path), "", "no conjunction message could be read from it", problems)
    elif problems:
        yield Refused(str(path), "", f"{len(problems)} of its records were refused", problems)
    for message in messages:
        try:
            met = meeting(message, None if radius_m is None else radius_m / 1e3)
            yield Assessed(str(path), message, judge(met, trials=trials, seed=seed, workers=workers))
        except (DataError, UsageError) as error:
            yield Refused(str(path), message.message_id, str(error))


def _chance(c: Chance) -> dict[str, Any]:
    return {
        "method": c.method, "probability": _number(c.probability), "low": _number(c.low), "high": _number(c.high),
        "why": [_why(x) for x in c.why], "details": plain(c.details),
    }  # fmt: skip


def _why(why: Why) -> dict[str, Any]:
    return {"code": why.code, **plain(why.values)}


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON takes it: what is not known as null."""
    return {k: _number(v) if isinstance(v, float) else v for k, v in values.items()}


def _number(x: float) -> float | None:
    return x if math.isfinite(x) else None


def json_lines(found: Probabilities) -> Sequence[dict[str, Any]]:
    """One object a line: the messages assessed, then those refused."""
    return [*(a.to_json() for a in found.assessed), *(r.to_json() for r in found.refused)]
