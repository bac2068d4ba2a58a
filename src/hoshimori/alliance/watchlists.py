"""Where watchlists are found: the built-in ones by id, a user's own by path.

An `include` in a file names built-in lists only, so that a list is whole in itself and two files can never wait on each other.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from hoshimori.alliance.reading import CoLocation, Reading, finish, read
from hoshimori.errors import UsageError
from hoshimori.facts import Watchlist

_LISTS = files("hoshimori.alliance") / "lists"
_BUILT_IN = ("japan-comms", "japan-all")


def watchlist(name_or_path: str | Path) -> Watchlist:
    """A watchlist by built-in id ("japan-comms") or by the path of a TOML file.

    Raises UsageError: no such list or file, or a file with mistakes, all of them named together.

    >>> watchlist("japan-comms").title
    "Japan's communications satellites in geostationary orbit"
    """
    return finish(_find(name_or_path))


def watchlists() -> list[Watchlist]:
    """Every built-in list."""
    return [watchlist(name) for name in _BUILT_IN]


def co_locations(name_or_path: str | Path) -> list[CoLocation]:
    """The shared slots of one list with their sources and grades: why `Watchlist.co_located` holds each group."""
    found = _find(name_or_path)
    finish(found)
    return list(found.groups)


def template() -> str:
    """A commented TOML to fill in; valid as it is written."""
    return (_LISTS / "template.toml").read_text(encoding="utf-8")


def _find(name_or_path: str | Path) -> Reading:
    name = str(name_or_path)
    if name in _BUILT_IN:
        return _built_in(name)
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return read(_text_of(path), str(path), _built_in)
    looks_like_path = isinstance(name_or_path, Path) or name.endswith(".toml") or os.sep in name
    raise UsageError(_no_file(path) if looks_like_path else _no_list(name))


def _built_in(name: str) -> Reading:
    if name not in _BUILT_IN:
        raise UsageError(_no_list(name))
    return read((_LISTS / f"{name}.toml").read_text(encoding="utf-8"), f"{name} (built in)", _built_in)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise UsageError(f"{path}: byte {e.start} is not UTF-8: TOML is always UTF-8; save the file with that encoding") from e
    except OSError as e:
        raise UsageError(f"{path}: cannot be read: {e.strerror}") from e


def _no_file(path: Path) -> str:
    what = "is a folder, not a file" if path.is_dir() else "no such file"
    return f"watchlist {path}: {what}; write one from the template: hoshimori watchlist --template > mine.toml"


def _no_list(name: str) -> str:
    near = get_close_matches(name, _BUILT_IN, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"no watchlist {name!r}: built in are {', '.join(_BUILT_IN)}; or give the path of a .toml file{hint}"
