"""Files written for people: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from hoshimori.errors import UsageError


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 beside and rename, so that a reader never sees half a report. Makes the folder."""
    return write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> Path:
    """Write beside and rename, as `write_text`."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True) if aside.parent.is_dir() else None
        raise UsageError(f"{path}: cannot be written: {error.strerror}; choose another place with --out") from error
    return path
