"""The bytes as they were received: stored before anything is read from them, named by their SHA-256, never changed.

    home/raw/ab/<sha256>.gz            compressed here; `<sha256>.bytes` where they came compressed already
    home/raw/ab/<sha256>.<key>.json    one arrival of these bytes: where from, when, by whom, and its first-seen log

The same bytes may arrive more than once; `key` is "first" or the digest of the first-seen log that came along. The log is
stored in the same way as the bytes are.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.catalogue.disk import make_folder, write_atomically, writing_to
from hoshimori.errors import CatalogueDamaged, NothingFound
from hoshimori.facts import DataMode, Received
from hoshimori.findings import iso

_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True)
class Arrival:
    """What came, named by digests: the key under which a catalogue knows that it has read it."""

    sha256: str
    first_seen_sha256: str  # "" where no log came along

    @classmethod
    def of(cls, received: Received) -> Arrival:
        return cls(received.sha256, hashlib.sha256(log_bytes(received.first_seen)).hexdigest() if received.first_seen else "")


def log_bytes(first_seen: Mapping[int, np.datetime64]) -> bytes:
    """A first-seen log as canonical bytes: little-endian pairs of record number and µs since 1970, by record number."""
    pairs = np.empty((len(first_seen), 2), "<i8")
    pairs[:, 0] = np.fromiter(first_seen.keys(), np.int64, len(first_seen))
    pairs[:, 1] = np.array(list(first_seen.values()), "datetime64[us]").astype(np.int64)
    return pairs[np.argsort(pairs[:, 0], kind="stable")].tobytes()


def parse_log(content: bytes) -> dict[int, np.datetime64]:
    """The inverse of `log_bytes`."""
    pairs = np.frombuffer(content, "<i8").reshape(-1, 2)
    return dict(zip(pairs[:, 0].tolist(), pairs[:, 1].astype("datetime64[us]"), strict=True))


class RawBytes:
    """The folder of received bytes under a home."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "raw"

    def keep(self, received: Received, arrival: Arrival) -> int:
        """Store the bytes and the note of their arrival; bytes written, 0 when they were held already."""
        with writing_to(self.folder):
            written = self._put(arrival.sha256, received.content)
            if arrival.first_seen_sha256:
                written += self._put(arrival.first_seen_sha256, log_bytes(received.first_seen))
            note = self._place(arrival.sha256, f".{arrival.first_seen_sha256[:16] or 'first'}.json")
            if not note.exists():
                write_atomically(note, json.dumps(_note(received, arrival), indent=1, ensure_ascii=False).encode())
        return written

    def get(self, sha256: str) -> bytes:
        """The bytes with this digest, checked against it. NothingFound if never stored, CatalogueDamaged if changed."""
        for ending, unpack in ((".gz", gzip.decompress), (".bytes", bytes)):
            path = self._place(sha256, ending)
            if path.exists():
                return self._checked(path, sha256, unpack)
        raise NothingFound(f"{self.folder}: no bytes with SHA-256 {sha256} are stored here")

    def has(self, sha256: str) -> bool:
        return bool(sha256) and any(self._place(sha256, ending).exists() for ending in (".gz", ".bytes"))

    def notes(self) -> list[dict[str, Any]]:
        """The note of every arrival that was kept, oldest first."""
        found = [json.loads(p.read_bytes()) for p in self.folder.glob("??/*.json")]
        return sorted(found, key=lambda n: (n["received_utc"], n["location"], n["sha256"], n["first_seen_sha256"]))

    def recall(self, note: Mapping[str, Any]) -> Received:
        """What arrived, as it came. Raises as `get` does."""
        log = note["first_seen_sha256"]
        return Received(
            location=note["location"],
            content=self.get(note["sha256"]),
            received_utc=np.datetime64(note["received_utc"].rstrip("Z"), "us"),
            provider=note["provider"],
            media_type=note["media_type"],
            data_mode=DataMode[note["data_mode"]],
            first_seen=parse_log(self.get(log)) if log else {},
        )

    def size_bytes(self) -> int:
        return sum(p.stat().st_size for p in self.folder.glob("??/*"))

    def _place(self, sha256: str, ending: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}{ending}"

    def _put(self, sha256: str, content: bytes) -> int:
        compressed = content.startswith(_COMPRESSED)
        path = self._place(sha256, ".bytes" if compressed else ".gz")
        if path.exists():
            return 0
        make_folder(path.parent)
        packed = content if compressed else gzip.compress(content, compresslevel=6, mtime=0)
        write_atomically(path, packed)
        return len(packed)

    @staticmethod
    def _checked(path: Path, sha256: str, unpack: Callable[[bytes], bytes]) -> bytes:
        try:
            content = bytes(unpack(path.read_bytes()))
        except (OSError, EOFError, ValueError) as error:
            raise CatalogueDamaged(f"{path}: cannot be read: {error}. Fetch it again from where it came") from error
        except zlib.error as error:
            raise CatalogueDamaged(f"{path}: not gzip any more: {error}. Fetch it again from where it came") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise CatalogueDamaged(f"{path}: its bytes do not match its name. Fetch it again from where it came")
        return content


def _note(received: Received, arrival: Arrival) -> dict[str, Any]:
    return {
        "sha256": arrival.sha256,
        "location": received.location,
        "received_utc": iso(received.received_utc),
        "provider": received.provider,
        "media_type": received.media_type,
        "data_mode": received.data_mode.name,
        "first_seen_sha256": arrival.first_seen_sha256,
    }
