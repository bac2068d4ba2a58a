"""Files written for people: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from hoshimori.errors import UsageError


def write_text(path: Path, text: str) -> Path:
    """Write beside and rename, so that a reader never sees half a report. Makes the folder."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True) if aside.parent.is_dir() else None
        raise UsageError(f"{path}: cannot be written: {error.strerror}; choose another folder with --out") from error
    return path
