"""The catalogue as an answer: what it holds, where from, what was refused; and how an upload is taken in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hoshimori import formats
from hoshimori.catalogue.known import FOLDER
from hoshimori.catalogue.report import FileReport
from hoshimori.catalogue.stat import CatalogueStat
from hoshimori.doors.web.plain import time_or_none
from hoshimori.doors.web.skies import Skies, label_of, refused_by_source
from hoshimori.errors import DataError, FormatError, Problem
from hoshimori.facts import Received
from hoshimori.findings import iso
from hoshimori.formats.archive import unpack
from hoshimori.ledger.home import now_utc

UNPACKED = 256 * 1024 * 1024
SHOWN = 200
"""So many refused records of an upload are answered; /data/problems lists them all."""


def held(stat: CatalogueStat) -> dict[str, Any]:
    """Counts and times, without the folder of this machine."""
    same = (
        "generation", "sets", "retired", "objects", "sources", "names", "ephemerides", "conjunctions", "by_known_basis",
        "by_data_mode", "refused", "refused_by_reason", "reservations", "files", "catalogue_bytes", "raw_bytes",
    )  # fmt: skip
    times = ("oldest_epoch", "newest_epoch", "newest_known", "newest_received")
    return {k: getattr(stat, k) for k in same} | {k: time_or_none(getattr(stat, f"{k}_utc")) for k in times}


def sources(skies: Skies) -> list[dict[str, Any]]:
    """Every file and answer taken in, the newest first."""
    return skies.once("sources", lambda: _sources(skies))


def _sources(skies: Skies) -> list[dict[str, Any]]:
    wrong = refused_by_source(skies.view(now_utc()))
    return [
        {
            "source": s.source,
            "provider": s.provider,
            "location": label_of(s),
            "received": iso(s.received_utc),
            "format": s.format,
            "media_type": s.media_type,
            "data_mode": s.data_mode.name,
            "sha256": s.sha256 or None,
            "first_seen_log": bool(s.first_seen_sha256),
            "records": s.records,
            "sets": s.sets,
            "bytes": s.bytes,
            "refused": wrong.get(s.source, 0),
        }
        for s in reversed(skies.world.catalogue.sources())
    ]


def problem_row(p: Problem, times: int) -> dict[str, Any]:
    """One problem; the file without the folders of this machine."""
    file = p.file if "://" in p.file else p.file.replace("\\", "/").rsplit("/", 1)[-1]
    return {
        "file": file, "line": p.line, "record": p.record, "field": p.field, "value": p.value, "expected": p.expected,
        "refused": p.refused, "times": times,
    }  # fmt: skip


def take_in(skies: Skies, name: str, content: bytes) -> dict[str, Any]:
    """Take in what somebody sent, under a label. It is read first: what holds nothing usable leaves no trace.

    Times of knowledge are filled as for a file on the command line: when it came says nothing of when it could be known.
    FormatError, with every problem, where nothing could be read.
    """
    mode = skies.world.data_mode
    _refuse_useless(name, content, skies)
    received = Received(f"upload: {name}", content, now_utc(), FOLDER, data_mode=mode)
    report = skies.world.catalogue.ingest([received])
    told = _row(report.files[0], name, received, report.seconds, mode.name)
    skies.world.duty.tell("data", {k: told[k] for k in ("name", "sha256", "new", "known", "refused", "data_mode")})
    return told


def _refuse_useless(name: str, content: bytes, skies: Skies) -> None:
    _refuse_bombs(name, content)
    parsed = formats.read(content, name, data_mode=skies.world.data_mode)
    if any(len(p.element_sets) or p.ephemerides or p.conjunctions or p.names for p in parsed):
        return
    problems = [q for p in parsed for q in p.problems]
    if not problems:
        raise DataError(f"{name}: nothing that could be taken in: it holds no element set, ephemeris or message")
    raise FormatError(f"{name}: nothing that could be read; the first problem: {problems[0]}", problems[:SHOWN])


def _refuse_bombs(name: str, content: bytes) -> None:
    """A pack that grows beyond `UNPACKED` is refused before anything is read: the service has other things to do."""
    for _, complaints, failed in unpack(content, name, limit_bytes=UNPACKED):
        problems = [p for p in complaints.problems() if failed and p.value.startswith("more than")]
        if problems:
            raise FormatError(f"{name}: cannot be unpacked; the first problem: {problems[0]}", problems[:SHOWN])


def _row(file: FileReport, name: str, received: Received, seconds: float, mode: str) -> dict[str, Any]:
    return {
        "name": name,
        "sha256": received.sha256,
        "format": file.format,
        "data_mode": mode,
        "read": file.read,
        "new": file.new,
        "known": file.known,
        "refused": file.refused,
        "ephemerides": file.ephemerides,
        "conjunctions": file.conjunctions,
        "names": file.names,
        "skipped": file.skipped,
        "refused_records": _shown(file.problems),
        "seconds": round(seconds, 3),
    }


def _shown(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [problem_row(p, 1) for p in problems[:SHOWN]]
