"""A screening for people and for programs: a table, lines of JSON, CSV, an Arrow or Parquet file; and who was not screened."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.doors import screens
from hoshimori.doors.folder import write_bytes
from hoshimori.doors.long_run import Run
from hoshimori.doors.screens import Wanted
from hoshimori.doors.terminal import console, put_lines
from hoshimori.doors.words import metres, minute, say, words
from hoshimori.errors import Problem, UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import Reason

ORDERS: Mapping[str, str] = {
    "probability": "maximum_probability desc nulls last, miss_km",
    "miss": "miss_km",
    "time": "tca_utc",
}
SAME = "norad_id, other_norad_id, tca_utc"
WIDE, MIDDLE = 168, 130
HEADINGS = ("tca", "object", "other", "miss_sigma", "rtn", "speed", "screening", "maximum", "set_ages")
BETWEEN = ("tca", "object", "other", "miss_sigma", "speed", "screening", "maximum")
NARROW = ("tca", "object", "other", "miss_sigma", "maximum")
RIGHT = ("miss_sigma", "speed", "screening", "maximum")
WHOLE = ("tca", "miss_sigma")
MOST = {"rtn": 24, "speed": 8, "screening": 11, "maximum": 16, "set_ages": 11}
"""Columns that are not folded."""
MOST_FAILURES = 12
"""Reasons for which objects were not screened that are told one by one."""


def check_order(by: str) -> None:
    if by not in ORDERS:
        raise UsageError(f"--by {by!r}: expected {', '.join(ORDERS)}")


def show(run: Run, asked: Wanted, *, by: str, top: int, lang: str, form: str) -> None:
    """The answer on standard output as a table ("text"), "json" or "csv"; on standard error who was not screened, and why."""
    w = words(lang)
    print("".join(f"hoshimori: {line}\n" for line in told_apart(run, asked, w)), end="", file=sys.stderr)
    if form == "json":
        put_lines(json_lines(run, asked, by))
    elif form == "csv":
        put_csv(run, by)
    else:
        _table(run, asked, by, top, w)


def told_apart(run: Run, asked: Wanted, w: Mapping[str, str]) -> Iterator[str]:
    """What must not be taken for "nothing came near": assets without an orbit, objects that could not be followed."""
    yield from problem_lines(asked.problems, w)
    if asked.unseen:
        yield w["assets without orbit"].format(count=len(asked.unseen), which=", ".join(asked.unseen[:6]))
    yield from ahead_lines(asked.ahead, w)
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in screens.failures(run):
        by_code.setdefault(row["code"], []).append(row)
    for group in sorted(by_code.values(), key=len, reverse=True)[:MOST_FAILURES]:
        first = group[0]
        span = f"{first['from_utc']:%Y-%m-%d %H:%M} – {first['until_utc']:%Y-%m-%d %H:%M}Z"
        yield w["not screened"].format(
            count=f"{len({r['norad_id'] for r in group}):,}",
            why=say(Reason(first["code"], json.loads(first["details"])), w, {}),
            first=f"{first['norad_id']} {first['name']}".strip(),
            span=span,
        )


def ahead_lines(ahead: Sequence[int], w: Mapping[str, str]) -> Iterator[str]:
    """Who was left out because the file dates its sets far ahead."""
    if ahead:
        yield w["dated ahead"].format(count=f"{len(ahead):,}", first=ahead[0])


def problem_lines(problems: Sequence[Problem], w: Mapping[str, str]) -> Iterator[str]:
    """What of the files named could not be read, or only with a reservation."""
    if problems:
        yield w["not read"].format(count=f"{len(problems):,}", first=problems[0])


def summary(run: Run, asked: Wanted) -> dict[str, Any]:
    """What was asked and how much came of it."""
    counts = {"approaches": run.count("approaches"), "stays": len(screens.stays(run))}
    out = len({r["norad_id"] for r in screens.failures(run)})
    return {
        "schema": "hoshimori.screen/1",
        **asked.question,
        **counts,
        "not_screened": out,
        "without_orbit": list(asked.unseen),
        "dated_ahead": list(asked.ahead),
        "problems": [str(p) for p in asked.problems],
    }


def json_lines(run: Run, asked: Wanted, by: str) -> Iterator[dict[str, Any]]:
    """One object a line: what was asked, every approach, every stay, everybody who was not screened for all of the window."""
    yield summary(run, asked)
    yield from ({"schema": "hoshimori.close-approach/1", **plain(r)} for r in run.rows("approaches", order=_order(by)))
    yield from ({"schema": "hoshimori.close-stay/1", **plain(r)} for r in screens.stays(run))
    for row in screens.failures(run):
        reason = {"code": row.pop("code"), **json.loads(row.pop("details"))}
        yield {"schema": "hoshimori.not-screened/1", **plain(row), "reason": reason}


def _order(by: str) -> str:
    return f"{ORDERS[by]}, {SAME}"


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON takes it: times as text, what is not known as null."""
    return {k: _plain(v) for k, v in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.isoformat(timespec='microseconds')}Z"
    return None if isinstance(value, float) and not math.isfinite(value) else value


def put_csv(run: Run, by: str) -> None:
    """Approaches as CSV with a heading; empty cells where a number is not known."""
    columns = run.columns("approaches")
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(columns)
    for row in run.rows("approaches", order=_order(by)):
        values = plain(row)
        out.writerow(["" if values[c] is None else values[c] for c in columns])


def write_arrow(run: Run, path: Path, by: str) -> Path:
    """Approaches as an Arrow file (.arrow, .feather), or as Parquet (.parquet)."""
    if path.suffix.lower() == ".parquet":
        return write_bytes(path, run.as_parquet("approaches", _order(by)))
    try:
        import pyarrow as pa
    except ImportError as error:
        raise UsageError(f"--arrow {path}: needs pyarrow: pip install 'hoshimori[arrow]'; or name a .parquet file") from error
    table = run.as_arrow("approaches", _order(by))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return write_bytes(path, sink.getvalue().to_pybytes())


def check_arrow(path: Path | None) -> None:
    if path is not None and path.suffix.lower() not in (".arrow", ".feather", ".parquet"):
        raise UsageError(f"--arrow {path}: expected a name that ends in .arrow, .feather or .parquet")


def _table(run: Run, asked: Wanted, by: str, top: int, w: Mapping[str, str]) -> None:
    out, count = console(), run.count("approaches")
    if DataMode.EXERCISE in asked.data_modes:
        print(w["exercise_note"])
    near = screens.stays(run)
    out.print(
        Text(
            w["screened"].format(
                approaches=f"{count:,}", stays=f"{len(near):,}", within=asked.within_km, objects=f"{asked.objects:,}",
                start=minute(asked.start_utc), stop=minute(asked.stop_utc), as_of=minute(asked.as_of_utc),
            )
        )
    )  # fmt: skip
    if count:
        out.print(_rows(run.rows("approaches", order=_order(by), limit=top), w, out.width))
    if top and top < count:
        print(w["top only"].format(shown=f"{top:,}", count=f"{count:,}"))
    if near:
        out.print(_stays(near[: top or None], asked, w))
        if top and top < len(near):
            print(w["top stays"].format(shown=f"{top:,}", count=f"{len(near):,}"))
    out.print(Text(w["screening note"]))


def _rows(rows: Iterator[dict[str, Any]], w: Mapping[str, str], width: int) -> Table:
    headings = HEADINGS if width >= WIDE else BETWEEN if width >= MIDDLE else NARROW
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        justify: Literal["right", "left"] = "right" if heading in RIGHT else "left"
        most, whole = MOST.get(heading), heading in WHOLE
        least = 14 if heading in ("object", "other") else most
        table.add_column(w[heading], justify=justify, overflow="fold", no_wrap=whole, min_width=least, max_width=most)
    for row in rows:
        cells = row_cells(row, w)
        table.add_row(*(Text(cells[h]) for h in headings))
    return table


def row_cells(row: Mapping[str, Any], w: Mapping[str, str]) -> dict[str, str]:
    """An approach in words, by heading."""
    parts = [row[k] for k in ("radial_km", "in_track_km", "cross_track_km")]
    ages = [row["age_days"], row["other_age_days"]]
    return {
        "tca": f"{row['tca_utc']:%Y-%m-%d %H:%M:%S}",
        "object": f"{row['norad_id']} {row['name'] or ''}".strip(),
        "other": f"{row['other_norad_id']} {row['other_name'] or ''}".strip(),
        "miss_sigma": with_sigma(row["miss_km"], row["miss_sigma_km"]),
        "rtn": " / ".join(f"{x:+.2f}" if math.isfinite(x) else "—" for x in parts),
        "speed": f"{row['relative_speed_km_s']:.3f}",
        "screening": probability(row["screening_probability"]),
        "maximum": probability(row["maximum_probability"]) + (f" {w['diluted']}" if row["diluted"] else ""),
        "set_ages": " / ".join(f"{x:.1f}" if math.isfinite(x) else w["owner"] for x in ages),
    }


def with_sigma(km: float, sigma_km: float | None) -> str:
    """A distance with its sigma; an em dash in its place where none is known."""
    known = sigma_km is not None and math.isfinite(sigma_km)
    return f"{metres(km)} ± {metres(sigma_km) if known and sigma_km is not None else '—'}"


def probability(p: float | None) -> str:
    """2.3e-05, 0.31; below 1e-10 that bound; an em dash where it is not known."""
    if p is None or not math.isfinite(p):
        return "—"
    if p >= 0.01:
        return f"{p:.2f}"
    return "<1e-10" if p < 1e-10 else f"{p:.1e}"


def _stays(near: list[dict[str, Any]], asked: Wanted, w: Mapping[str, str]) -> Table:
    called = {n.norad_id: n.name for n in asked.names} | dict(zip(asked.sets.norad_id.tolist(), asked.sets.name, strict=True))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=w["stays_near"], title_justify="left")
    for heading in ("object", "other", "since", "until", "nearest"):
        table.add_column(w[heading], overflow="fold", justify="right" if heading == "nearest" else "left")
    for row in near:
        who = (f"{row[k]} {called.get(row[k]) or ''}".strip() for k in ("norad_id", "other_norad_id"))
        when = (f"{row[k]:%Y-%m-%d %H:%M}" for k in ("start_utc", "stop_utc"))
        table.add_row(*(Text(x) for x in (*who, *when, metres(row["nearest_km"]))))
    return table
