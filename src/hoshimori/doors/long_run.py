"""A computation that goes day by day, kept in a folder: what is finished stays, and the same question goes on where it was.

FOLDER/manifest.json        the question, and every finished day with its files and their digests; replaced by rename
FOLDER/TABLE-DAY.parquet    what a day gave
FOLDER/lock                 held while somebody computes here

A file is on the disk before the manifest names it, so that a process killed at any moment leaves finished days alone; the day
that it was at is computed again. Another question, or the same one of other inputs, is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from hoshimori import __version__
from hoshimori.catalogue.disk import PARTIAL, flush_file, flush_folder, write_atomically, writing_to
from hoshimori.catalogue.lock import write_lock
from hoshimori.errors import CatalogueBusy, UsageError
from hoshimori.findings import iso

SCHEMA = "hoshimori.run/1"
MANIFEST = "manifest.json"
Columns = Mapping[str, Any]
"""A table by columns, (n,) each: numbers, moments, truth values or texts."""
_TYPES = {"f": "double", "i": "bigint", "u": "bigint", "M": "timestamp", "b": "boolean", "O": "varchar", "U": "varchar"}


class Day(NamedTuple):
    """One piece of the window: from midnight to midnight, or what the window has of it. `name` is its date."""

    name: str
    start_utc: np.datetime64
    stop_utc: np.datetime64


def days(start_utc: np.datetime64, stop_utc: np.datetime64) -> list[Day]:
    """The window [start, stop) cut at midnight, UTC."""
    first, last = start_utc.astype("datetime64[D]"), (stop_utc - np.timedelta64(1, "us")).astype("datetime64[D]")
    out = []
    for day in np.arange(first, last + np.timedelta64(1, "D")):
        begin, end = (t.astype("datetime64[us]") for t in (day, day + np.timedelta64(1, "D")))
        out.append(Day(str(day), max(begin, start_utc), min(end, stop_utc)))
    return out


def recorded(folder: Path) -> Mapping[str, Any] | None:
    """The question of the run in this folder; None where there is none."""
    path = folder / MANIFEST
    return _manifest(path)["question"] if path.exists() else None


@contextmanager
def opened(folder: Path, question: Mapping[str, Any]) -> Iterator[Run]:
    """Begin a run in this folder, or go on with the one that asks the same.

    question: plain JSON, with all that decides the answer, a digest of the inputs included. Raises UsageError where the folder
    holds another question, or where another process computes in it.
    """
    try:
        with writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = write_lock(folder / "lock", 0.0)
            lock.__enter__()
    except CatalogueBusy as error:
        raise UsageError(f"--out {folder}: another process computes here; wait for it, or choose another folder") from error
    try:
        yield Run(folder, question)
    finally:
        lock.__exit__(None, None, None)


class Run:
    """The run in one folder; made by `opened`, which holds its lock."""

    def __init__(self, folder: Path, question: Mapping[str, Any]) -> None:
        self.folder = folder
        path = folder / MANIFEST
        if path.exists():
            self._manifest = _manifest(path)
            _same(folder, self._manifest["question"], question)
            self._drop_damaged()
        else:
            strangers = sorted(p.name for p in folder.iterdir() if p.name != "lock")
            if strangers:
                raise UsageError(f"--out {folder}: holds other files, such as {strangers[0]}; choose an empty folder")
            self._manifest = {"schema": SCHEMA, "version": __version__, "question": dict(question), "days": {}}
            self._write()

    @property
    def finished(self) -> tuple[str, ...]:
        """Names of the days that are done."""
        return tuple(sorted(self._manifest["days"]))

    def left(self, wanted: Sequence[Day]) -> list[Day]:
        """Those of these days that are not done."""
        return [d for d in wanted if d.name not in self._manifest["days"]]

    def keep(self, day: Day, tables: Mapping[str, Columns]) -> None:
        """Write what this day gave; from here on it is done."""
        with writing_to(self.folder):
            files = {name: self._table(f"{name}-{day.name}.parquet", columns) for name, columns in tables.items()}
            flush_folder(self.folder)
            span = {"start": iso(day.start_utc), "stop": iso(day.stop_utc)}
            self._manifest["days"][day.name] = {**span, "files": files}
            self._write()

    def count(self, table: str) -> int:
        """Rows of a table over all finished days."""
        return sum(int(d["files"][table]["rows"]) for d in self._manifest["days"].values() if table in d["files"])

    def rows(self, table: str, *, order: str = "", limit: int = 0) -> Iterator[dict[str, Any]]:
        """Rows of a table over all finished days, in the order of the days or of an SQL expression; not all in memory at once."""
        if self.files(table):
            with _engine() as con:
                found = con.execute(self._sql(table, order, limit))
                names = [column[0] for column in found.description or ()]
                while some := found.fetchmany(10_000):
                    yield from (dict(zip(names, row, strict=True)) for row in some)

    def columns(self, table: str) -> list[str]:
        """Names of the columns of a table."""
        with _engine() as con:
            return [column[0] for column in con.execute(self._sql(table, "", 0)).description or ()]

    def as_arrow(self, table: str, order: str = "") -> Any:
        """A pyarrow.Table over all finished days. Needs pyarrow."""
        with _engine() as con:
            return con.sql(self._sql(table, order, 0)).to_arrow_table()

    def as_parquet(self, table: str, order: str = "") -> bytes:
        """One Parquet file over all finished days."""
        with TemporaryDirectory(prefix="hoshimori-") as aside, _engine() as con:
            place = Path(aside) / "one.parquet"
            con.execute(f"copy ({self._sql(table, order, 0)}) to {_quoted(place)} (format parquet, compression zstd)")
            return place.read_bytes()

    def _sql(self, table: str, order: str, limit: int) -> str:
        paths = ", ".join(_quoted(p) for p in self.files(table))
        tail = f"{f' order by {order}' if order else ''}{f' limit {limit}' if limit else ''}"
        return f"select * from read_parquet([{paths}]){tail}"

    def files(self, table: str) -> list[Path]:
        """The files of a table, by day."""
        every = sorted(self._manifest["days"].items())
        return [self.folder / d["files"][table]["name"] for _, d in every if table in d["files"]]

    def _table(self, name: str, columns: Columns) -> dict[str, Any]:
        path = self.folder / name
        aside = path.with_name(f"{name}.{os.getpid()}{PARTIAL}")
        try:
            write_parquet(aside, columns)
            flush_file(aside)
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        return {"name": name, "rows": len(next(iter(columns.values()))), "sha256": _sha256(path)}

    def _drop_damaged(self) -> None:
        """A day one of whose files is gone or altered is not done."""
        for name, day in list(self._manifest["days"].items()):
            held = [(self.folder / f["name"], f["sha256"]) for f in day["files"].values()]
            if not all(path.exists() and _sha256(path) == digest for path, digest in held):
                del self._manifest["days"][name]

    def _write(self) -> None:
        text = json.dumps(self._manifest, ensure_ascii=False, indent=1)
        write_atomically(self.folder / MANIFEST, f"{text}\n".encode())


def write_parquet(path: Path, columns: Columns) -> None:
    """A table as a Parquet file; without rows it keeps its columns."""
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    typed = ", ".join(f'"{name}"::{_TYPES[values.dtype.kind]} as "{name}"' for name, values in arrays.items())
    with _engine() as con:
        con.register("batch", {name: _plain(values) for name, values in arrays.items()})
        con.execute(f"copy (select {typed} from batch) to {_quoted(path)} (format parquet, compression zstd)")


@contextmanager
def _engine() -> Iterator[Any]:
    import duckdb

    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false")  # its own bar would be drawn over ours
        yield con


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _plain(values: Any) -> Any:
    """As DuckDB takes a column: moments in µs, texts as objects."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]")
    return values.astype(object) if values.dtype.kind == "U" else values


def digest(parts: Iterable[str]) -> str:
    """SHA-256 of texts in the order given, one a line."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _manifest(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] == SCHEMA and isinstance(found["question"], dict) and isinstance(found["days"], dict):
            return found
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(f"--out {path.parent}: {path.name} cannot be read as a run: {error!r}; choose another folder") from error
    raise UsageError(f"--out {path.parent}: {path.name} is not of {SCHEMA}; choose another folder")


def _same(folder: Path, held: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """UsageError names every setting in which the run in the folder differs from the one asked for."""
    names = list(dict.fromkeys([*held, *asked]))
    unlike = [f"{n} is {_short(held.get(n))} there, {_short(asked.get(n))} now" for n in names if held.get(n) != asked.get(n)]
    if unlike:
        raise UsageError(
            f"--out {folder}: holds a run of another question: {'; '.join(unlike)}. Ask as before, or choose another folder"
        )


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:36]}..."
