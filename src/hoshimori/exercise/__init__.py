"""A sky with known truth: invented, marked EXERCISE on every record, and never a report about real objects."""

from hoshimori.exercise.burning import BurningSky, PlantedBurn, burning_sky
from hoshimori.exercise.generator import PracticeSky, practice_sky
from hoshimori.exercise.referee import Score, score
from hoshimori.exercise.truth import Truth

__all__ = ["BurningSky", "PlantedBurn", "PracticeSky", "Score", "Truth", "burning_sky", "practice_sky", "score"]
