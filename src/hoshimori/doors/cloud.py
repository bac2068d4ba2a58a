"""Who of a cloud is still up at a date, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hoshimori.catalogue import Catalogue
from hoshimori.declared.activity import SpaceWeather
from hoshimori.detect.survival import Survival, survival
from hoshimori.doors import library
from hoshimori.doors.inquiry import ask, history_in, names_of
from hoshimori.doors.library import MODES, Moment
from hoshimori.errors import DataError, Problem, UsageError
from hoshimori.facts import DataMode
from hoshimori.formats.space_weather import read_space_weather
from hoshimori.ports import Progress, silent


@dataclass(frozen=True)
class Told:
    """The answer, what the pieces are called, and what could not be read."""

    survival: Survival
    names: dict[str, str]
    problems: tuple[Problem, ...]


def cloud(
    *paths: str | Path,
    at: Moment,
    space_weather: str | Path | None = None,
    as_of: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Survival:
    """The odds that each piece of the files named is up `at` that moment, with its lifetime and B; and the number expected.

    A piece with several sets gets B from their balance, with one set from its B*, and without a sinking set from its cloud. What
    is known of the Sun is what the file of space weather tells up to `as_of`, by default up to the newest set. Without such a
    file a mean air is taken, and said.
    """
    return told(paths, at=at, space_weather=space_weather, as_of=as_of, modes=modes, progress=progress).survival


def told(
    paths: Sequence[str | Path],
    *,
    at: Moment,
    space_weather: str | Path | None = None,
    as_of: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Told:
    """`cloud` with names and problems."""
    if not paths:
        raise UsageError("cloud: name at least one file of fragments")
    weather = _weather(space_weather)
    opened = ask(paths, as_of=as_of, modes=modes, progress=progress)
    sets = history_in(opened)
    known = opened.view.as_of_utc if as_of is not None else None
    found = survival(sets, library.moment(at, Catalogue()), as_of_utc=known, weather=weather)
    problems = (*opened.problems, *(weather.problems if weather else ()))
    return Told(found, names_of(opened.view, [c.norad_id for c in found.chances]), problems)


def _weather(place: str | Path | None) -> SpaceWeather | None:
    if place is None:
        return None
    try:
        return read_space_weather(Path(place).read_bytes(), str(place))
    except OSError as error:
        raise DataError(f"--space-weather {place}: cannot be read: {error.strerror}") from error
