"""Where sources keep what they must remember, and files that are whole or not there at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs


def sources_folder(home: Path | None) -> Path:
    """`home`/sources; home is the one given, else the environment's HOSHIMORI_HOME, else the user's data folder."""
    chosen = home or os.environ.get("HOSHIMORI_HOME") or platformdirs.user_data_path("hoshimori")
    return Path(chosen).expanduser() / "sources"


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step: a reader, or a crash, meets the old file or the new one, never a part."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
