"""The demonstration: one watch on japan-comms with whatever element sets can be had, and a loud word on which they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hoshimori import watch
from hoshimori.alliance import watchlist
from hoshimori.catalogue import Catalogue, IngestReport
from hoshimori.doors import library
from hoshimori.errors import SourceError, UsageError
from hoshimori.facts import DataMode
from hoshimori.ports import Progress, View

WATCHLIST = "japan-comms"


@dataclass(frozen=True)
class Shown:
    """What was run: over which element sets, in which home."""

    sweep: watch.Sweep
    view: View
    source: str
    home: Path


def run(out: Path, source: str, progress: Progress) -> Shown:
    """Take in element sets from `source` (auto, folder, celestrak, practice) and watch. Says on standard output which it was."""
    if source not in ("auto", "folder", "celestrak", "practice"):
        raise UsageError(f"--source {source!r}: expected auto, folder, celestrak or practice")
    folder = os.environ.get("HOSHIMORI_DATA", "")
    if source == "folder" and not folder:
        raise UsageError("--source folder: HOSHIMORI_DATA is not set; it names the folder of element sets")
    if folder and source in ("auto", "folder"):
        return _folder(out, Path(folder), progress)
    if source in ("auto", "celestrak"):
        try:
            return _celestrak(out, progress)
        except SourceError as error:
            if source == "celestrak":
                raise
            print(f"CelesTrak was asked and did not answer: {error}")
    return _practice(out, progress)


def _folder(out: Path, folder: Path, progress: Progress) -> Shown:
    _announce(f"element sets: the folder {folder} (HOSHIMORI_DATA)")
    if not folder.is_dir():
        raise UsageError(f"HOSHIMORI_DATA={folder}: no such folder")
    home = out / "home-folder"
    _brief(library.ingest(folder, home=home, progress=progress))
    return _watch(home, "data", (DataMode.REAL,), f"HOSHIMORI_DATA: {folder.name}", progress)


def _celestrak(out: Path, progress: Progress) -> Shown:
    from hoshimori.sources.celestrak import CelesTrak

    home = out / "home-celestrak"
    report = library.ingest(sources=[CelesTrak(groups=("geo",), home=home)], home=home, progress=progress)
    _announce("element sets: CelesTrak, group geo, as of now")
    _brief(report)
    return _watch(home, "now", (DataMode.REAL,), "CelesTrak GP, group geo", progress)


def _practice(out: Path, progress: Progress) -> Shown:
    from hoshimori.exercise import practice_sky

    _announce("element sets: the PRACTICE SKY. Invented objects, every record marked EXERCISE, nothing here is real.")
    home = out / "home-practice"
    sky = practice_sky()
    _brief(Catalogue(home).ingest(sky.received, progress=progress))
    return _watch(home, "data", (DataMode.EXERCISE,), "PRACTICE SKY (EXERCISE)", progress)


def _watch(home: Path, as_of: str, modes: Sequence[DataMode], source: str, progress: Progress) -> Shown:
    view = library.view(home=home, as_of=as_of, modes=modes)
    return Shown(watch.sweep(view, watchlist(WATCHLIST), progress=progress), view, source, home)


def _announce(text: str) -> None:
    line = "=" * min(len(text), 100)
    print(f"{line}\n{text}\n{line}")


def _brief(report: IngestReport) -> None:
    print(str(report).splitlines()[0])


def next_steps(shown: Shown, paths: Sequence[Path]) -> str:
    """What to do next, with commands that work as they stand."""
    home = f"--home {shown.home}"
    mode = " --mode EXERCISE" if DataMode.EXERCISE in shown.view.latest().data_mode else ""
    events = next(p for p in paths if p.name == "events.jsonl")
    page = next(p for p in paths if p.suffix == ".html")
    subject = next((s.norad_id for s in shown.sweep.states if s.state == "attention" and s.norad_id), 43271)
    return "\n".join(
        [
            "",
            f"Open the report:            {page}",
            f"Check every claim again:    .venv/bin/hoshimori verify {events} {home}",
            f"One satellite's history:    .venv/bin/hoshimori history {subject} {home} --as-of data{mode}",
            f"What the catalogue holds:   .venv/bin/hoshimori catalogue {home}",
            "Your own satellites:        .venv/bin/hoshimori watchlist --template > mine.toml",
            "                            .venv/bin/hoshimori ingest --celestrak active && .venv/bin/hoshimori watch mine.toml",
        ]
    )
