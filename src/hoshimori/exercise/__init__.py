"""A sky with known truth: invented, marked EXERCISE on every record, and never a report about real objects."""

from hoshimori.exercise.generator import PracticeSky, practice_sky
from hoshimori.exercise.truth import Truth

__all__ = ["PracticeSky", "Truth", "practice_sky"]
