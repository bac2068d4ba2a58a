"""Tables that take seconds to compute are kept on this machine beside the compiled kernels; where they cannot be, computed again.

Kept are arrays that follow from the code and the libraries alone, never a fact. The name of a file carries a digest of what its
content follows from, and zip's own checksums tell a damaged one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]


def kept(name: str, follows_from: bytes, make: Callable[[], Arrays]) -> Arrays:
    """What `make` gives, read if it was kept before under the same `follows_from`; else made, and kept if a folder takes it."""
    file = f"{name}-{hashlib.sha256(follows_from).hexdigest()[:16]}.npz"
    for folder in _folders():
        if (held := _got(folder / file)) is not None:
            return held
    made = make()
    for folder in _folders():
        if _put(folder / file, made):
            break
    return made


def _folders() -> Iterator[Path]:
    """Where numba keeps its kernels: the folder named, that of this package, that of the user."""
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(named)
    yield Path(__file__).parent / "__pycache__"
    with suppress(RuntimeError):
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hoshimori"


def _got(path: Path) -> Arrays | None:
    try:
        with path.open("rb") as found, np.load(found, allow_pickle=False) as held:
            return {k: held[k] for k in held.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _put(path: Path, made: Arrays) -> bool:
    """Whole or not at all, also when two do it at once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=path.stem)
    except OSError:
        return False
    try:
        with os.fdopen(handle, "wb") as out:
            np.savez(out, **made)  # type: ignore[arg-type]
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
    except OSError:
        with suppress(OSError):
            os.unlink(scratch)
        return False
    return True
