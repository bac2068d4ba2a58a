"""What comes down soon, for programs: element sets, decay messages of others, and flights that nobody catalogued."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance.regions import built_in_regions, regions_file
from hoshimori.catalogue import Catalogue, MemoryView
from hoshimori.declared.decay_messages import DecayMessage
from hoshimori.detect import descent_marks
from hoshimori.detect.decay_fit import LONGEST_DAYS
from hoshimori.detect.descent_marks import Mark
from hoshimori.detect.reentry import Case, Reentry, Settings
from hoshimori.doors import library
from hoshimori.doors.inquiry import ask, names_of
from hoshimori.doors.library import MODES, Moment
from hoshimori.errors import DataError, FormatError, HoshimoriError, NothingFound, Problem, UsageError
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import iso
from hoshimori.formats.space_weather import read_space_weather
from hoshimori.formats.tip import is_decay, read_decay
from hoshimori.ports import Progress, View, silent

WITHIN_DAYS = 30.0
RECORD = np.timedelta64(45, "D")
STEP = np.timedelta64(1, "s")
TRACK_POINTS = 1500
"""Points of a ground track in JSON; the shares of regions are counted on all."""
_LAUNCH = re.compile(r"(\d{4}-\d{3})[A-Z]{0,3}")


@dataclass(frozen=True)
class Flight:
    """A flight asked for by name: what of it is catalogued, and the marks of a fractional orbit. `verdict`: see `flight`."""

    name: str
    objects: tuple[int, ...]
    verdict: str
    marks: tuple[Mark, ...]

    def to_json(self, as_of_utc: np.datetime64) -> dict[str, Any]:
        return {
            "schema": "hoshimori.reentry/1",
            "flight": self.name,
            "as_of": iso(as_of_utc),
            "objects": list(self.objects),
            "verdict": self.verdict,
            "marks": [m.to_json() for m in self.marks],
        }


@dataclass(frozen=True)
class Coming:
    """Everything that comes down within the asked days, the settings it was found with, the view, and what could not be read."""

    cases: tuple[Case, ...]
    flights: tuple[Flight, ...]
    settings: Settings
    as_of_utc: np.datetime64
    names: dict[str, str]
    problems: tuple[Problem, ...] = ()
    stays_up: tuple[int, ...] = ()
    """Objects asked for by number of which no end is seen, or nothing is known."""

    def to_json(self) -> Iterator[dict[str, Any]]:
        for case in self.cases:
            yield record(case, self.as_of_utc, self.names.get(str(case.norad_id), ""), weather=bool(self.settings.activity))
        for found in self.flights:
            yield found.to_json(self.as_of_utc)


def reentry(
    *paths: str | Path,
    home: Path | None = None,
    as_of: Moment | None = None,
    space_weather: str | Path | None = None,
    regions: str | Path | None = None,
    norad_ids: Sequence[int] = (),
    within_days: float = WITHIN_DAYS,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> list[Case]:
    """What comes down within some days, soonest first: window with its level, ground track, regions, class, marks, explanations.

    Paths may hold element sets, Space-Track decay messages (TIP) and CCSDS re-entry messages (RDM). `space_weather`: a file of
    CelesTrak. `regions`: your own TOML instead of the built-in areas. `hoshimori.doors.reentries.record(case, as_of)` gives JSON.
    """
    found = come_down(
        paths, home=home, as_of=as_of, space_weather=space_weather, regions=regions, norad_ids=norad_ids, within_days=within_days,
        modes=modes, progress=progress,
    )  # fmt: skip
    return list(found.cases)


def come_down(
    paths: Sequence[str | Path],
    *,
    home: Path | None = None,
    as_of: Moment | None = None,
    space_weather: str | Path | None = None,
    regions: str | Path | None = None,
    norad_ids: Sequence[int] = (),
    within_days: float = WITHIN_DAYS,
    flights: Sequence[str] = (),
    azimuth_deg: float | None = None,
    declared_objects: int | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Coming:
    """`reentries` with what stands behind it, and with flights asked for by name."""
    if not 0.0 < within_days <= LONGEST_DAYS:
        raise UsageError(f"--within {within_days:g}: expected days above 0 and up to {LONGEST_DAYS:g}")
    for number in norad_ids:
        library.check_number(number)
    areas = built_in_regions() if regions is None else regions_file(regions)
    others, messages, problems = split(paths, modes[0])
    view, said = _view(others, messages, bool(paths), home, as_of, modes, flights, progress)
    if not (len(view.latest()) or messages or flights):  # an empty answer must not look like an empty sky
        raise NothingFound(
            f"no element set is known as of {iso(view.as_of_utc)}: ingest some first (hoshimori ingest), name a file (--from), "
            "or see --mode and --as-of"
        )
    settings = Settings(
        within_days=LONGEST_DAYS if norad_ids else within_days,
        past_days=LONGEST_DAYS if norad_ids else Settings().past_days,
        who="watched" if norad_ids else "all",
        ids=tuple(sorted(norad_ids)),
        activity=activity_rows(space_weather, view.as_of_utc, within_days),
        regions=tuple(r.to_json() for r in areas),
        messages=tuple(m.to_json() for m in messages if m.data_mode in modes),
    )
    asked_for_flights_alone = bool(flights) and not norad_ids
    cases = [] if asked_for_flights_alone else Reentry(settings).cases(view, norad_ids, progress=progress)
    cases.sort(key=lambda c: (c.best_utc, c.norad_id))
    told = {c.norad_id for c in cases}
    names = names_of(view, sorted(told | set(norad_ids)))
    asked = [flight(f, view, azimuth_deg=azimuth_deg, declared_objects=declared_objects) for f in flights]
    missing = tuple(k for k in norad_ids if k not in told)
    return Coming(tuple(cases), tuple(asked), settings, view.as_of_utc, names, (*problems, *said), missing)


def split(paths: Sequence[str | Path], mode: DataMode) -> tuple[list[Path], list[DecayMessage], list[Problem]]:
    """Which paths are to be read as orbits, and the decay messages found in the others. A folder is looked through for both."""
    others: list[Path] = []
    messages: list[DecayMessage] = []
    problems: list[Problem] = []
    for path in map(Path, paths):
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        rest = []
        for place in inside:
            if place.is_file() and is_decay(_head(place)):
                found = read_decay(place.read_bytes(), str(place), data_mode=mode)
                messages += found.messages
                problems += found.problems
            else:
                rest.append(place)
        others += [path] if len(rest) == len(inside) else rest
    return others, messages, problems


def _head(place: Path) -> bytes:
    try:
        with place.open("rb") as file:
            return file.read(4096)
    except OSError as error:
        raise DataError(f"{place}: cannot be read: {error.strerror}") from error


def _view(
    others: Sequence[Path], messages: Sequence[DecayMessage], from_files: bool, home: Path | None, as_of: Moment | None,
    modes: Sequence[DataMode], flights: Sequence[str], progress: Progress,
) -> tuple[View, tuple[Problem, ...]]:  # fmt: skip
    """What is known: element sets where there are any, else nothing but messages; and what was wrong with the files."""
    try:
        if from_files and not others:
            raise NothingFound("no file of element sets was named")
        opened = ask(others, home=home, as_of=as_of, modes=modes, sound=True, progress=progress)
        known = opened.view.as_of_utc
        if as_of is None and messages:
            known = max(known, max(m.known_utc for m in messages))
            opened = ask(others, home=home, as_of=known, modes=modes, progress=progress)
        return opened.reopen(known - RECORD, known + STEP), opened.problems
    except HoshimoriError as error:
        if not messages and not flights:
            raise
        told = tuple(p for p in error.problems) if isinstance(error, FormatError) else ()
        known = _known(as_of, messages, home)
        return MemoryView(ElementSets.empty(), known - RECORD, known + STEP, known, data_modes=modes), told


def _known(as_of: Moment | None, messages: Sequence[DecayMessage], home: Path | None) -> np.datetime64:
    if isinstance(as_of, np.datetime64):
        known: np.datetime64 = as_of.astype("datetime64[us]")
        return known
    if as_of is not None and as_of not in ("data", "now"):
        return library.moment(str(as_of), Catalogue(home))
    if messages and as_of != "now":
        return max(m.known_utc for m in messages)
    return np.datetime64("now", "us")


def activity_rows(path: str | Path | None, as_of_utc: np.datetime64, within_days: float) -> tuple[Any, ...]:
    """Rows of `Settings.activity`: what was observed by the moment of knowledge, and a forecast made of it alone."""
    if path is None:
        return ()
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"--space-weather {path}: cannot be read: {error.strerror}") from error
    found = read_space_weather(content, str(path)).activity(as_of_utc)
    ahead = (found.day_utc - as_of_utc.astype("datetime64[D]")).astype(np.int64)
    near = (ahead >= -60) & (ahead <= max(LONGEST_DAYS, within_days))
    if not near.any():
        raise UsageError(f"--space-weather {path}: it says nothing of the weeks around {str(as_of_utc)[:10]}")
    columns = (found.day_utc[near].astype(str), found.f107[near], found.f107_mean[near], found.ap[near])
    return tuple(
        (str(d), round(float(f), 2), round(float(m), 2), round(float(a), 2)) for d, f, m, a in zip(*columns, strict=True)
    )


def flight(name: str, view: View, *, azimuth_deg: float | None = None, declared_objects: int | None = None) -> Flight:
    """What open data say of a flight: by launch designator ("2021-064"), or by any other name (nothing is catalogued).

    verdict: "cannot confirm from open data" unless the sets themselves speak: "stayed in orbit" where an object of the launch
    went round more than once, "marks met" where its first perigee is low and nothing contradicts.
    """
    match = _LAUNCH.fullmatch(name.strip().upper())
    latest = view.latest()
    of_launch = np.array([bool(match) and str(c).startswith(match[1]) if match else False for c in latest.cospar_id], bool)
    numbers = tuple(sorted(latest.norad_id[of_launch].tolist()))
    history = view.history(list(numbers)) if numbers else ElementSets.empty()
    first = history.take(history.norad_id == history.norad_id[np.argmin(history.epoch_utc)]) if len(history) else history
    count = len(numbers) if match else None
    marks = descent_marks.orbit_marks(first, objects=count, declared_objects=declared_objects, azimuth_deg=azimuth_deg)
    verdicts = {m.name: m.verdict for m in marks}
    verdict = descent_marks.UNCONFIRMED
    if verdicts["burn before one revolution"] == descent_marks.NOT_MET:
        verdict = "stayed in orbit"
    elif (
        verdicts["low perigee at first cataloguing"] == descent_marks.MET
        and verdicts["approach from the south"] == descent_marks.MET
    ):
        verdict = "marks met"
    return Flight(name, numbers, verdict, marks)


def record(case: Case, as_of_utc: np.datetime64, name: str = "", *, weather: bool = False) -> dict[str, Any]:
    """One case as JSON: schema hoshimori.reentry/1."""
    found = case.prediction
    left = float((case.best_utc - as_of_utc) / np.timedelta64(1, "D"))
    return {
        "schema": "hoshimori.reentry/1",
        "norad_id": case.norad_id,
        "name": name,
        "as_of": iso(as_of_utc),
        "data_mode": _mode(case).name,
        "basis": case.basis,
        "happened": bool(case.message and case.basis == "message" and case.message.has_happened),
        "window": {
            "start": iso(case.start_utc),
            "best": iso(case.best_utc),
            "stop": iso(case.stop_utc),
            "level": found.level if found else None,
        },
        "remaining_days": round(left, 6),
        "remaining_sigma_days": None if np.isnan(case.sigma_days) else round(case.sigma_days, 6),
        "newest_set": iso(found.epoch_utc) if found else None,
        "sets": {"read": len(case.sets), "used": len(case.sound)},
        "ballistic_m2_kg": float(f"{found.drag.b_m2_kg:.6g}") if found else None,
        "ballistic_spread": _known_number(found.drag.spread) if found else None,
        "end_height_km": 80.0 if found else (_known_number(case.message.end_height_km) if case.message else None),
        "space_weather": "given" if weather else "steady",
        "class": case.label,
        "class_why": case.why.to_json(),
        "marks": [m.to_json() for m in case.marks],
        "regions": [t.to_json() for t in case.touches],
        "ground_track": _line(case),
        "explanations": [x.to_json() for x in case.explanations],
        "message": case.message.to_json() if case.message else None,
        "inputs": case.sets.digest_texts(),
    }


def _line(case: Case) -> dict[str, Any] | None:
    if case.track is None:
        return None
    t, lon, lat = case.track
    rows = np.unique(np.linspace(0, len(t) - 1, min(len(t), TRACK_POINTS)).astype(int))
    points = [
        [f"{str(t[k])[:19]}Z", round(float(lon[k]), 3), round(float(lat[k]), 3)] for k in rows.tolist() if np.isfinite(lon[k])
    ]
    return {
        "meaning": "where it would be at that moment if it came down then",
        "columns": ["t", "lon_deg_e", "lat_deg"],
        "points": points,
    }


def _mode(case: Case) -> DataMode:
    if len(case.sets):
        return DataMode(int(case.sets.data_mode.max()))
    return case.message.data_mode if case.message else DataMode.REAL


def _known_number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 6)
