"""The manifest: which files make the catalogue at one moment. Replaced whole, by one rename; what it leaves out is not there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from hoshimori.errors import CatalogueDamaged

SCHEMA = "hoshimori.catalogue/1"
REMEDY = "Run rebuild() to make the catalogue again from the bytes that were received"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One immutable Parquet file. Times are microseconds since 1970, UTC; the ranges are of its rows, for skipping files.

    `replaces` counts rows that stand in for a worse-known row of the same set in this or another file.
    """

    table: str
    name: str
    rows: int
    bytes: int
    sha256: str
    norad_min: int = -1
    norad_max: int = -1
    epoch_min_us: int = 0
    epoch_max_us: int = 0
    source_min: int = 0
    source_max: int = -1
    replaces: int = 0
    base: bool = False


@dataclass(frozen=True)
class Manifest:
    """`superseded`: files of earlier generations that readers may still hold, with the time they were superseded [s]."""

    generation: int = 0
    next_source: int = 0
    files: tuple[StoredFile, ...] = ()
    superseded: tuple[tuple[str, float], ...] = field(default=())

    def table(self, name: str) -> tuple[StoredFile, ...]:
        return tuple(f for f in self.files if f.table == name)

    def rows(self, name: str) -> int:
        return sum(f.rows for f in self.table(name))

    def next(self, **changes: Any) -> Manifest:
        return replace(self, generation=self.generation + 1, **changes)

    def dump(self) -> bytes:
        """JSON, closed by a digest over all the rest."""
        body = _body(self.generation, self.next_source, [asdict(f) for f in self.files], [list(s) for s in self.superseded])
        return json.dumps({**body, "sha256": _digest(body)}, indent=1).encode()


def parse(content: bytes, path: Path) -> Manifest:
    """The inverse of `dump`; CatalogueDamaged when it is not what was written."""
    try:
        data = json.loads(content)
        stated = data.pop("sha256")
        if data["schema"] != SCHEMA:
            other = f"{path}: written as {data['schema']!r}, not as {SCHEMA!r}"
            raise CatalogueDamaged(f"{other}: use the version of hoshimori that wrote it, or a newer one")
        if stated != _digest(data):
            raise CatalogueDamaged(f"{path}: its contents do not match its own digest. {REMEDY}")
        files = tuple(StoredFile(**f) for f in data["files"])
        return Manifest(data["generation"], data["next_source"], files, tuple((n, t) for n, t in data["superseded"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CatalogueDamaged(f"{path}: not a manifest ({error!r}). {REMEDY}") from error


def _body(generation: int, next_source: int, files: list[Any], superseded: list[Any]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "generation": generation,
        "next_source": next_source,
        "files": files,
        "superseded": superseded,
    }


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
