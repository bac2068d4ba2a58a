"""A register from the files of its folder: every mistake in any of them, and between them, comes back together."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance.register_rows import NEVER, Row, State
from hoshimori.alliance.register_rules import FILES, PLURALS, RULES, day, within
from hoshimori.alliance.rows import rows_of, text_of
from hoshimori.alliance.sensors import BUILT_IN as SENSOR_LISTS
from hoshimori.alliance.sensors import sensors_named
from hoshimori.alliance.watchlists import watchlist, watchlists
from hoshimori.errors import Problem, UsageError

NEEDED = ("clause", "party")
"""Without clauses and parties nothing is an alliance; there may be no commitment and no claim."""
REFERENCES = ("contradicts", "rests_on")


@dataclass
class Reading:
    """What the files gave so far: good rows, every row as written (for what they name of each other), everything wrong."""

    alliance_id: str
    called: str
    title: str = ""
    title_ja: str = ""
    as_of: str = ""
    rows: tuple[Row, ...] = ()
    written: list[tuple[str, str, int, Mapping[str, Any]]] = field(default_factory=list)
    whole: bool = True
    wrong: list[str] = field(default_factory=list)


def read(place: Traversable | Path, called: str) -> Reading:
    """The register that lies in a folder. UsageError with every mistake; nothing of it is used then.

    called: what the folder is called in a refusal.
    """
    found = Reading(place.name, called)
    names = sorted(entry.name for entry in place.iterdir())
    for kind, name in FILES.items():
        if name in names:
            _file(found, place, kind, name)
        elif kind in NEEDED:
            found.wrong.append(f"{called}: no {name}: expected a file with rows [[{kind}]]")
    found.wrong += _misspelt(called, names)
    between = _between(found, place) if found.whole else []
    if between:
        count = "1 mistake" if len(between) == 1 else f"{len(between)} mistakes"
        found.wrong.append("\n  ".join([f"{called}: {count} between these rows; nothing was used:", *map(str, between)]))
    if found.wrong:
        raise UsageError("\n".join(found.wrong))
    found.rows = _both_ways(found.rows)
    return found


def _file(found: Reading, place: Traversable | Path, kind: str, name: str) -> None:
    path = place / name
    shown = f"{found.called}/{name}"
    seen = len(found.written)

    def note_and_check(file: str, k: int, row: dict[str, Any]) -> list[Problem]:
        found.written.append((kind, file, k, row))
        return within(file, k, row)

    try:
        text = text_of(path) if isinstance(path, Path) else path.read_text(encoding="utf-8")
        rows = rows_of(text, shown, kind, RULES[kind], also=note_and_check, called=PLURALS[kind])
    except UsageError as e:
        found.wrong.append(str(e))
        found.whole = found.whole and len(found.written) > seen
        return
    found.rows += tuple(_row(kind, row) for row in rows)
    _head(found, kind, text)


def _head(found: Reading, kind: str, text: str) -> None:
    """Id and titles are those of the clauses; the date of the register is the newest of its files'."""
    table = tomllib.loads(text)
    if kind == "clause":
        found.alliance_id = table.get("id", found.alliance_id)
        found.title = table.get("title", found.alliance_id)
        found.title_ja = table.get("title_ja", found.title)
    found.as_of = max(found.as_of, str(table.get("as_of", "")))


def _row(kind: str, t: Mapping[str, Any]) -> Row:
    said = [{**t, "said_by": t["speaker"]}] if kind != "commitment" else t["history"]
    due = t.get("due")
    return Row(
        row_id=t["id"],
        kind=kind,
        title=t["title"],
        title_ja=t["title_ja"],
        quote=t["quote"],
        quote_ja=t.get("quote_ja", ""),
        wording=t["wording"],
        wording_ja=t.get("wording_ja", ""),
        speaker=t["speaker"],
        speaker_ja=t.get("speaker_ja") or t["speaker"],
        date_utc=_utc(t["date"]),
        known_utc=_utc(t["known"]),
        source=t["source"],
        read_at=tuple(t.get("read_at", ())),
        grade=t["grade"],
        history=tuple(map(_state, said)),
        due_utc=NEVER if due is None else _utc(due),
        contradicts=tuple(dict.fromkeys(t.get("contradicts", ()))),
        rests_on=tuple(t.get("rests_on", ())),
        of=tuple(t.get("of", ())),
        watchlists=tuple(t.get("watchlists", ())),
        sensors=tuple(t.get("sensors", ())),
        note=t.get("note", ""),
        note_ja=t.get("note_ja", ""),
    )


def _state(t: Mapping[str, Any]) -> State:
    return State(t["status"], _utc(t["date"]), _utc(t["known"]), t["said_by"], t["source"], t["grade"])


def _utc(value: object) -> np.datetime64:
    return np.datetime64(day(value), "us")


def _between(found: Reading, place: Traversable | Path) -> list[Problem]:
    """Ids that two rows have, and names of rows and lists that do not exist."""
    ids: dict[str, str] = {}
    problems = []
    for _, file, k, row in found.written:
        name = row.get("id")
        if not isinstance(name, str):
            continue
        if ids.get(name, file) != file:
            problems.append(Problem(file, None, k, "id", name[:80], f"an id that no other row has; {ids[name]} has it too"))
        ids.setdefault(name, file)
    parties = {row.get("id") for kind, _, _, row in found.written if kind == "party" and "of" not in row}
    for _, file, k, row in found.written:
        for key in REFERENCES:
            problems += [p for other in _texts(row.get(key)) if (p := _reference(file, k, row, key, other, ids))]
        problems += [
            Problem(file, None, k, "of", name[:80], "the id of a party") for name in _texts(row.get("of")) if name not in parties
        ]
        problems += _lists(file, k, row, place)
    return problems


def _reference(file: str, k: int, row: Mapping[str, Any], key: str, other: str, ids: Mapping[str, str]) -> Problem | None:
    if other == row.get("id"):
        return Problem(file, None, k, key, other[:80], "another row than itself")
    if other in ids:
        return None
    near = get_close_matches(other, ids, n=1)
    return Problem(file, None, k, key, other[:80], f"the id of a row{f'; did you mean {near[0]!r}?' if near else ''}")


def _lists(file: str, k: int, row: Mapping[str, Any], place: Traversable | Path) -> list[Problem]:
    """Watchlists and lists of sensors that are named and cannot be read."""
    problems = []
    for key, look in (("watchlists", watchlist), ("sensors", sensors_named)):
        for name in _texts(row.get(key)):
            try:
                look(Path(str(place / name)) if name.endswith(".toml") else _known(key, name))
            except UsageError as e:
                problems.append(Problem(file, None, k, key, name[:80], f"a list that can be read ({e})"))
    return problems


def _known(key: str, name: str) -> str:
    known = [w.watchlist_id for w in watchlists()] if key == "watchlists" else list(SENSOR_LISTS)
    if name not in known:
        raise UsageError(f"built in are {', '.join(known)}; or a .toml file in this folder")
    return name


def _misspelt(called: str, names: list[str]) -> list[str]:
    """Files that were surely meant for the register but would be passed over in silence."""
    meant = {Path(name).stem: name for name in FILES.values()}
    strange = [Path(n).stem for n in names if n.endswith(".toml") and n not in FILES.values()]
    near = {n: get_close_matches(n, meant, n=1, cutoff=0.8) for n in strange}
    return [f"{called}/{n}.toml: expected the name {meant[m[0]]}; nothing was read from it" for n, m in near.items() if m]


def _both_ways(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Who is contradicted contradicts: said at one end, it holds at both, in the order of the register."""
    pairs = {(row.row_id, other) for row in rows for other in row.contradicts}
    pairs |= {(b, a) for a, b in pairs}
    return tuple(replace(row, contradicts=tuple(o.row_id for o in rows if (row.row_id, o.row_id) in pairs)) for row in rows)


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
