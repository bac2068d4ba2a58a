"""The register of an alliance: clauses, commitments, claims and parties, each dated, with its source and who contradicts it.

    register()                       # the built-in alliance, "japan-us"
    register("our-alliance/")        # another one: a folder with the same files
    register().row("SCC23-space")    # one row
    register().disputes()            # groups of rows that cannot all be right as they stand

A row is what a text says or what somebody says, never what is so. Two times belong to each: `date`, when it was said or became
true, and `known`, when it could first have been known; "as known at T" leaves out what came later. No row decides anything:
whether a treaty applies is for ministers.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from hoshimori.alliance.register_reading import read
from hoshimori.alliance.register_rows import Register, Row, State
from hoshimori.alliance.register_rules import COMMITMENT_STATES, FILES, KINDS, STATUSES, WORDINGS
from hoshimori.errors import UsageError

__all__ = ["BUILT_IN", "COMMITMENT_STATES", "KINDS", "STATUSES", "WORDINGS", "Register", "Row", "State", "register"]

BUILT_IN = ("japan-us",)


def register(alliance: str | Path = "japan-us") -> Register:
    """The register of a built-in alliance, or of a folder with clauses.toml and parties.toml, commitments.toml and claims.toml.

    UsageError: no such alliance or folder, or files with mistakes, all of them named together.

    >>> register().row("T60-IV").wording
    'unchecked'
    """
    if str(alliance) in BUILT_IN:
        return _built_in(str(alliance))
    place = _place(alliance)
    return _read(place, str(place))


@cache
def _built_in(name: str) -> Register:
    """Read once: what comes with a release does not change while it runs."""
    return _read(files("hoshimori.alliance") / name, name)


def _read(place: Traversable | Path, location: str) -> Register:
    found = read(place, f"{location} (built in)" if location in BUILT_IN else location)
    return Register(
        alliance_id=found.alliance_id,
        title=found.title,
        title_ja=found.title_ja,
        as_of=found.as_of,
        all_rows=found.rows,
        location=location,
    )


def _place(alliance: str | Path) -> Path:
    path = Path(alliance).expanduser()
    if path.is_dir():
        return path
    if path.is_file():
        raise UsageError(f"alliance {path}: a file; expected the folder that holds {', '.join(FILES.values())}")
    near = get_close_matches(str(alliance), BUILT_IN, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"no alliance {str(alliance)!r}: built in is {', '.join(BUILT_IN)}; or give a folder with {FILES['clause']}{hint}"
    )
