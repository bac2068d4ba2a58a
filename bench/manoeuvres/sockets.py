"""What can be scored: a detector whose settings are fixed, and one that learns.

A detector answers for all histories at once, so that a peer in another interpreter is started once. A learner is fitted on some
satellites up to a moment and answers for one history; the protocols decide what it may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from bench.manoeuvres.matching import Found
from bench.manoeuvres.truth import History
from hoshimori.facts import ElementSets

Weights = TypeVar("Weights")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Answer:
    """`told`: the burns as the detector tells them. `candidates`: everything it weighed, told or not, with a score, for the
    sweep of thresholds. `as_known`: the burns told when only sets known by then were used, None where it has no such mode."""

    told: Found
    candidates: Found
    as_known: Found | None = None


class Detector(Protocol):
    """Settings fixed before; nothing is learnt from these histories."""

    name: str

    def answers(self, histories: Sequence[History]) -> dict[int, Answer]:
        """By NORAD number."""
        ...


class Learner(Protocol[Weights]):
    name: str

    def fit(self, satellites: Sequence[History], until: np.datetime64) -> Weights:
        """Learn from the sets and the truth of these satellites; only what lies before `until` is in them."""
        ...

    def burns(self, sets: ElementSets, weights: Weights) -> Answer: ...


class Spread(Protocol):
    """What `map` does, on one core or on many, in order."""

    def __call__(self, work: Callable[[Any], Value], items: Iterable[Any], /) -> Iterator[Value]: ...
